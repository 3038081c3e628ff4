"""What a row changes, and the scenario that it makes: the shipped baseline, cut to some days, with these changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sim.theatre.files.resolve import File, merge, resolve
from sim.theatre.files.yaml_tree import Node, compose, plain
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

FOR_GOOD = 1_000_000
"""A half-life in days at which a variable stays where it starts, but for what acts do to it."""

Map = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """Sections of a scenario file; `a | b` is both, with the last word to b."""

    start: Map = field(default_factory=dict)
    initial: Map = field(default_factory=dict)
    overrides: Map = field(default_factory=dict)
    script: Map = field(default_factory=dict)
    forbid: Map = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __or__(self, other: "Change") -> "Change":
        return Change(*({**getattr(self, part.name), **getattr(other, part.name)} for part in fields(Change)))


AS_SHIPPED = Change()


@dataclass(frozen=True)
class Switch:
    """What a claim is about, off and on; nothing else differs between the two."""

    words: str
    off: Change = AS_SHIPPED
    on: Change = AS_SHIPPED


def on(first_day: str) -> Change:
    """The day it starts."""
    return Change(start={"start": first_day})


def starts(**values: float | bool) -> Change:
    """Variables on the first morning."""
    return Change(initial=values)


def held(**values: float) -> Change:
    """Variables that start at a value and do not drift from it."""
    return Change(initial=values, overrides={f"variables.{name}.half_life": FOR_GOOD for name in values})


def sets(values: Map) -> Change:
    """Other numbers of the theatre, by their paths."""
    return Change(overrides=values)


def does(action: str, *, deaths: int | None = None, day: int = 0) -> Change:
    """An act on the first day, or so many days later."""
    told = {"do": action} | ({} if deaths is None else {"deaths": deaths})
    return Change(script={f"{action.replace('.', '_')}_{day}": (day, told)})


def never(*actions: str) -> Change:
    """Actions that nobody does."""
    return Change(forbid=dict.fromkeys(actions, "always"))


def drops(entry: str) -> Change:
    """The baseline without an entry of its script."""
    return Change(script={entry: None})


@cache
def _baseline() -> tuple[File, ...]:
    return tuple(resolve("baseline").files)


def scenario(change: Change, days: int) -> Scenario:
    """The baseline, cut to so many days from the change's start, with the change."""
    baseline, *theatre = _baseline()
    first = date.fromisoformat(change.start["start"])
    own = {name: entry for name, entry in change.script.items() if entry is not None}
    sections = {
        "schema_version": 1,
        "extends": "baseline",
        "start": first.isoformat(),
        "days": days,
        "initial": change.initial,
        "overrides": change.overrides,
        "script": {name: told | {"on": str(first + timedelta(days=day))} for name, (day, told) in own.items()},
        "forbid": change.forbid,
    }
    written = {name: section for name, section in sections.items() if section != {}}
    tree, flaws = compose("claim.yaml", json.dumps(written))
    kept = _script_within(baseline.tree.content["script"], first, days, set(change.script))
    base = File(baseline.path, baseline.tree.with_entry("script", kept))
    resolved = merge([File(Path("claim.yaml"), tree), base, *theatre], [])
    assert not flaws, flaws
    assert not resolved.faults, resolved.faults
    whole = {key: value for key, value in plain(resolved.scenario).items() if key in Scenario.model_fields}
    return Scenario.model_validate(whole | {"name": "claim", "theatre": _checked(json.dumps(plain(resolved.theatre)))})


@lru_cache(4)
def _checked(theatre: str) -> Theatre:
    """A theatre; most rows leave it as it is."""
    return Theatre.model_validate_json(theatre)


def _script_within(script: Node, first: date, days: int, dropped: set[str]) -> Node:
    """The entries of the baseline's script that fall into the days and are not dropped."""
    end = first + timedelta(days=days)
    within = {
        name: entry
        for name, entry in script.entries().items()
        if name not in dropped and first <= date.fromisoformat(entry.content["on"].content) < end
    }
    return Node(within, script.at, script.key)
