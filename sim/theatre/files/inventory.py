"""The table of numbers: everything a theatre and its scenario write, with unit, plausible range, source and kind."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from sim.theatre.language.base import Model, fields
from sim.theatre.language.names import KINDS
from sim.theatre.language.number import ODDS, Written, written
from sim.theatre.language.paths import meaning
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Entry, SourceKind, Sources, parse
from sim.theatre.language.terms import WORLD_UNITS, Limit, Quantity
from sim.theatre.language.variables import FlagVariable

from .errors import shown
from .resolve import Resolved
from .yaml_tree import Key, Node

_ENTRIES = {*KINDS.values(), "script"}


@dataclass(frozen=True)
class Row:
    """One number of the table."""

    path: str
    """What overrides and sweeps call it by."""
    entry: str
    """The path of the entry it stands in, such as `actions.iran.close_hormuz`."""
    value: float
    side: Literal[">=", "<="] | None
    """Of a threshold: which side of it counts."""
    unit: str
    plausible: tuple[float, float] | None
    uniform: bool
    """Whether the range is even, and its ends not percentiles."""
    kind: SourceKind | Literal["scenario"]
    """What it is: `input` only if its own source says the value; `scenario` if a scenario sets it without a source."""
    source: str | None
    """Its own source or that of its entry."""
    cited_at: str | None
    """Where that source is written."""
    set_at: str | None
    """The file and line of the scenario that sets it, if one does."""

    @property
    def name(self) -> str:
        """Its path within its entry."""
        return self.path.removeprefix(self.entry).removeprefix(".")


def inventory(model: Theatre | Scenario, sources: Sources, resolved: Resolved | None = None) -> list[Row]:
    """Return every number that is written, in the order of the files; comparisons with true and false are none.

    With `resolved`, the files that `model` is made of, numbers that a scenario sets say where.
    """
    theatre = model if isinstance(model, Theatre) else model.theatre
    own = () if isinstance(model, Theatre) else written(model.script, ("script",))
    changes = changed(resolved) if resolved is not None else {}
    rows = chain(written(theatre), own)
    return [_row(each, theatre, sources, changes) for each in rows if not is_logical(theatre, each)]


def _row(each: Written, theatre: Theatre, sources: Sources, changes: dict[str, Node]) -> Row:
    number, path = each.number, each.path
    change = _change(path, changes)
    bare = change is not None and (number.source is None or not isinstance(change.content, dict | list))
    return Row(
        path,
        ".".join(each.keys[: 2 if each.keys[0] in _ENTRIES else 1]),
        number.value,
        number.op if isinstance(number, Limit) else None,
        unit_of(theatre, each),
        number.plausible,
        number.uniform,
        "scenario" if bare else sources.kind(each.source, number.source is None, number.value),
        each.source,
        each.cited_at,
        f"{shown(change.key.file)}:{change.key.line}" if change is not None else None,
    )


def is_logical(theatre: Theatre, each: Written) -> bool:
    """Whether it is a comparison of a flag or a condition with true or false: no number that one could doubt."""
    name = each.keys[-1]
    flag = isinstance(theatre.variables.get(name), FlagVariable)
    return isinstance(each.number, Limit) and (flag or name in theatre.conditions)


def unit_of(theatre: Theatre, each: Written) -> str:
    """Return a number's own unit, or that of what it starts, changes or is compared with, as people are told it."""
    keys = each.keys
    if each.number.unit is not None:
        is_rate = keys[-1] == "rate" and (keys[0] == "actions" or keys[-2] == "replies") and "effects" not in keys
        return ODDS if is_rate else each.number.unit
    if isinstance(each.number, Limit):
        quantity = Quantity.parse(keys[-1])
        name = quantity.of[0] if quantity.kind == "variable" else None
        if name not in theatre.variables:
            return WORLD_UNITS.get(quantity.kind, "1")
    else:
        name = keys[1] if keys[0] == "variables" else keys[-1] if keys[-2:-1] == ("effects",) else None
    return getattr(theatre.variables.get(name or ""), "unit", "1")


_ABOUT_A_NUMBER = {"plausible", "uniform", "unit", "source", "note", "lever"}


def changed(resolved: Resolved) -> dict[str, Node]:
    """What scenario files set in the theatre, by canonical path."""
    found: dict[str, Node] = {}
    for keys, node in resolved.changes.items():
        if keys[-1] not in _ABOUT_A_NUMBER:
            found[_path(keys[:-1] if keys[-1] == "value" else keys)] = node
    return found


def _path(keys: Iterable[Key]) -> str:
    return ".".join(meaning(str(key)) for key in keys)


def _change(path: str, changes: dict[str, Node]) -> Node | None:
    """What set the number at `path`, or the part of the theatre that it stands in."""
    heads = (path, *(path[:end] for end in range(len(path) - 1, 0, -1) if path[end] == "."))
    return next((changes[head] for head in heads if head in changes), None)


def citations(part: Theatre | Scenario) -> Iterator[tuple[str, str]]:
    """Every source that is written, and where, whether or not numbers stand there."""
    if isinstance(part, Theatre):
        yield from _citations(part, ())
    else:
        yield from _citations(part.theatre, ())
        yield from _citations(part.script, ("script",))
        yield from _citations(part.changes, ("changes",))


def _citations(part: Any, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(part, Model):
        hidden = part.transparent()
        for name, value in fields(part):
            if name == "source" and value is not None:
                yield ".".join(keys), value
            elif not isinstance(value, str):
                yield from _citations(value, keys if name in hidden else (*keys, name))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _citations(value, (*keys, str(key)))
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from _citations(value, (*keys, str(index)))


def faults(part: Theatre | Scenario, sources: Sources) -> dict[str, list[str]]:
    """Return what is wrong with the keys that sources name, each with the places that name them."""
    found: dict[str, list[str]] = {}
    for place, source in citations(part):
        for fault in sources.faults(source, judging=place.startswith("base_rates.")):
            found.setdefault(fault, []).append(place)
    return found


@dataclass(frozen=True)
class Citation:
    """An entry of the sources with what names it."""

    key: str
    entry: Entry | None
    """None if no sources.yaml has it."""
    cited_at: tuple[str, ...]
    """The places of the theatre and its scenario that name it."""
    cited_by: tuple[str, ...]
    """The entries that rest on it."""


def cited(places: Iterable[tuple[str, str]], sources: Sources) -> list[Citation]:
    """Return every entry that the sources at these places name, and what those rest on in turn."""
    at: dict[str, list[str]] = {}
    for place, source in places:
        named = parse(source)
        for key in (*named.keys, *named.checks):
            at.setdefault(key, []).append(place)
    by: dict[str, list[str]] = {}
    open_ = list(at)
    for key in open_:
        for ground in getattr(sources.entries.get(key), "references", ()):
            if ground not in at and ground not in by:
                open_.append(ground)
            by.setdefault(ground, []).append(key)
    order = {key: place for place, key in enumerate(sources.entries)}
    keys = sorted({*at, *by}, key=lambda key: (order.get(key, -1), key))
    return [
        Citation(key, sources.entries.get(key), tuple(dict.fromkeys(at.get(key, ()))), tuple(by.get(key, ())))
        for key in keys
    ]
