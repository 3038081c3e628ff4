"""Numbers that take another value from the morning of a date on, and the theatre as it stands from then on."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError

from sim.given import plain
from sim.text import did_you_mean

from .base import Model, Source, Text, refuse
from .days import Day
from .number import Number, describe, numbers
from .paths import meaning, path_splits
from .schema import Theatre


class ChangeError(ValueError):
    """A number cannot be changed so; the message says why."""


def _value_alone(data: Any) -> Any:
    """Read a value as it is changed: what is known about the number stays."""
    value = plain(data)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected a number, alone or with its unit such as '45 d', found {describe(value)}")
    return value


class Change(Model):
    """Numbers that take another value from the morning of a date on; what came before stays as it was."""

    on: Day
    """The date from whose morning on they have these values."""
    set: Annotated[dict[str, Annotated[float | str, BeforeValidator(_value_alone)]], Field(min_length=1)]
    """Values by dotted path: `actions.us.strike_iran.rate: 0.001`. What is known of a number besides stays."""
    story: Text | None = None
    """Why they change, in a sentence."""
    source: Source | None = None
    """Where the values come from: a key of sources.yaml, or `judgement: why`."""


class Epoch(NamedTuple):
    """What holds from the morning of a date on, until the next."""

    on: date
    theatre: Theatre
    script: Any
    """Its entries by name; only numbers in them may differ."""
    changed: frozenset[str]
    """The numbers that have been changed by then, by path."""


Changes = Mapping[str, Change]
_Place = tuple[str | int, ...]
_Paths = dict[str, dict[str, str]]
"""By entry, the canonical path of each number by how it is written."""


def in_order(changes: Changes) -> list[tuple[date, dict[str, Change]]]:
    """Changes by date, the first of them first."""
    dates = sorted({change.on for change in changes.values()})
    return [(on, {name: each for name, each in sorted(changes.items()) if each.on == on}) for on in dates]


def canonical(changes: Changes, theatre: Theatre, script: Any, days: tuple[date, date]) -> dict[str, Change]:
    """Changes by canonical paths and with plain values, held to the theatre and to the days of a run.

    Raises
    ------
    ValidationError
        With every fault, each at its place within the changes.
    """
    paths, faults = _paths(changes, dict(_numbers(theatre, script)), script)
    outside = (name for name, each in changes.items() if not days[0] <= each.on <= days[1])
    faults += [((name, "on"), f"{changes[name].on} is outside the run, {days[0]} to {days[1]}") for name in outside]
    refuse(faults)
    found = dict(changes)
    for _, of_day in in_order(changes):
        values = {path: each.set[written] for name, each in of_day.items() for written, path in paths[name].items()}
        try:
            theatre, script = with_values(theatre, script, values)
        except ValidationError as error:
            refuse(_blamed(error, {(name, "set", w): path for name in of_day for w, path in paths[name].items()}))
        known = dict(_numbers(theatre, script))
        for name, each in of_day.items():
            own = {path: known[path].value for path in sorted(paths[name].values())}
            found[name] = each.model_copy(update={"set": own})
    return found


def _paths(changes: Changes, known: Mapping[str, Number], script: Any) -> tuple[_Paths, list[tuple[_Place, str]]]:
    """What each entry sets; what cannot be set on its date, or is set twice on it, is a fault."""
    paths: _Paths = {name: {} for name in changes}
    faults: list[tuple[_Place, str]] = []
    set_by: dict[tuple[date, str], str] = {}
    for name, change in sorted(changes.items()):
        for written in change.set:
            try:
                path = number_path(written, known)
            except ChangeError as error:
                faults.append(((name, "set", written), str(error)))
                continue
            if past := too_late(path, script, change.on):
                faults.append(((name, "set", written), past))
            if other := set_by.get((change.on, path)):
                faults.append(((name, "set", written), f"'{other}' sets {path} on {change.on} too; set it once"))
            set_by[change.on, path] = name
            paths[name][written] = path
    return paths, faults


def _blamed(error: ValidationError, paths: Mapping[_Place, str]) -> Iterator[tuple[_Place, str]]:
    """What is wrong with the theatre that changes make, at the one that makes it so; else at the first of them."""
    for line in error.errors(include_url=False):
        where = ".".join(map(str, line["loc"]))
        found = next((place for place, path in paths.items() if _lies_in(path, where)), next(iter(paths)))
        yield found, str(line["msg"]).removeprefix("Value error, ")


def _lies_in(path: str, where: str) -> bool:
    """Whether pydantic's location, which also names kinds of records, has all the keys of a path in their order."""
    parts = iter(where.split("."))
    return all(key in parts for key in path.split("."))


def epochs(changes: Changes, theatre: Theatre, script: Any, start: date) -> tuple[Epoch, ...]:
    """What holds from the first day on, and from each date on which canonical changes set something."""
    found = [Epoch(start, theatre, script, frozenset())]
    for on, of_day in in_order(still_to_set(changes, theatre, script)):
        values = {path: value for change in of_day.values() for path, value in change.set.items()}
        last = found[-1]
        held = Epoch(on, *with_values(last.theatre, last.script, values), last.changed | values.keys())
        found = [*(each for each in found if each.on < on), held]
    return tuple(found)


def still_to_set(changes: Changes, theatre: Theatre, script: Any, last: date = date.max) -> dict[str, Change]:
    """What canonical changes set, to a last day, in another theatre or script: nothing that these lack."""
    there = {path for path, _ in _numbers(theatre, script)} if changes else set()
    found: dict[str, Change] = {}
    for name, change in changes.items():
        kept = {path: value for path, value in change.set.items() if path in there}
        if kept and change.on <= last:
            found[name] = change if len(kept) == len(change.set) else change.model_copy(update={"set": kept})
    return found


def too_late(path: str, script: Any, on: date, told: str | None = None) -> str | None:
    """Say why a number can no longer be changed on a date: it counts before."""
    keys = path.split(".")
    if keys[0] == "variables" and keys[2:] == ["start"]:
        return f"'{path}' matters on the first morning only"
    if keys[0] == "script" and script[keys[1]].on < on:
        return f"'{path}': {keys[1]} happens on {script[keys[1]].on}, before {told or on}"
    return None


def with_values(theatre: Theatre, script: Any, values: Mapping[str, float | str]) -> tuple[Theatre, Any]:
    """A theatre and a script with other values for some numbers, by canonical paths.

    Raises
    ------
    ValidationError
        A value is not allowed there.
    """
    of_theatre = {path: value for path, value in values.items() if not path.startswith("script.")}
    changed = _theatre_with(theatre, of_theatre) if of_theatre else theatre
    if len(of_theatre) == len(values):
        return changed, script
    entries = {name: entry.model_dump(mode="json", by_alias=True) for name, entry in script.items()}
    for path, value in values.items():
        if path.startswith("script."):
            entry_of({"script": entries}, path)["value"] = plain(value)
    return changed, {name: type(script[name]).model_validate(entry) for name, entry in entries.items()}


_made: dict[tuple[int, tuple[tuple[str, float | str], ...]], tuple[Theatre, Theatre]] = {}


def _theatre_with(theatre: Theatre, values: Mapping[str, float | str]) -> Theatre:
    """A theatre with other values for some numbers, or the one that was made of it lately.

    A scenario whose numbers change once more goes through the theatres of all its earlier changes again.
    """
    key = id(theatre), tuple(sorted(values.items()))
    of, made = _made.get(key, (None, theatre))
    if of is not theatre:
        content = theatre.model_dump(mode="json", by_alias=True)
        for path, value in values.items():
            entry_of(content, path)["value"] = plain(value)
        made = Theatre.model_validate(content)
        while len(_made) >= 64:
            _made.pop(next(iter(_made)), None)
        _made[key] = theatre, made  # the theatre is kept with it, so that no other bears its id
    return made


def _numbers(theatre: Theatre, script: Any) -> Iterator[tuple[str, Number]]:
    yield from numbers(theatre)
    yield from numbers(script, ("script",))


def number_path(path: str, values: Mapping[str, Number]) -> str:
    """Return the canonical path of a number: terms and quantities in it match by meaning.

    Raises
    ------
    ChangeError
        It leads to no number.
    """
    for written in _readings(path.strip()):
        if written in values:
            return written
    inside = [known for known in values if known.startswith(f"{path}.")]
    hint = did_you_mean(path, tuple(values)) or "; 'sim describe' prints them all"
    if inside:
        hint = f"; inside it there are {', '.join(inside[:4])}" + (" …" if len(inside) > 4 else "")
    raise ChangeError(f"this scenario has no number '{path}'{hint}")


def _readings(path: str) -> Iterator[str]:
    """The path as it is, then with what follows each dot written the one way that paths call it."""
    yield path
    for at, letter in enumerate(path):
        if letter == ".":
            yield f"{path[: at + 1]}{meaning(path[at + 1 :])}"


def entry_of(node: Any, rest: str) -> dict[str, Any]:
    """The record of a number in dumped content; ids hold dots, so the longest key that fits is tried first."""
    found = _descend(node, rest)
    assert found is not None, rest  # a canonical path leads to a number
    return found


def _descend(node: Any, rest: str) -> dict[str, Any] | None:
    if not rest:
        return node if isinstance(node, dict) else None
    entries = dict(enumerate(node)) if isinstance(node, list) else dict(node) if isinstance(node, dict) else {}
    if isinstance(entries.get("clauses"), dict):  # a file writes comparisons straight into their condition
        entries |= entries["clauses"]
    for key, inner in path_splits(rest, entries):
        found = _descend(entries[key], inner)
        if found is not None:
            return found
    return None
