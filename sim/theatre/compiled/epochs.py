"""The programs of a scenario whose numbers change on some dates: one from each of these mornings on."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim.theatre.language.changes import ChangeError, Epoch, in_order, with_values
from sim.theatre.language.scenario import Scenario

from .compile import compile_scenario, program_of
from .program import NONE, Conditions, Program


class Rules(NamedTuple):
    """What runs go by from the morning of a day on."""

    day: int
    program: Program
    changed: frozenset[str]
    """The numbers that have been changed by then, by path: the same in all runs, whatever a design says."""


class UnchangeableError(ChangeError):
    """A number that cannot change within a run; it knows which entry changes it."""

    def __init__(self, entry: str, path: str, what: str) -> None:
        self.entry, self.path, self._what = entry, path, what
        super().__init__(
            f"'{path}' cannot change within a run, which cannot go on under rules with other {what}; write it under "
            "'overrides', where it holds from the first day"
        )

    def __reduce__(self) -> tuple[type["UnchangeableError"], tuple[str, str, str]]:
        """Be made anew elsewhere, as it was made."""
        return type(self), (self.entry, self.path, self._what)


_rules: dict[str, tuple[Rules, ...]] = {}


def rules_of(scenario: Scenario) -> tuple[Rules, ...]:
    """Compile what runs go by, day by day, or take it from what was compiled lately.

    Raises
    ------
    ChangeError
        A run cannot go on under what a change makes of the rules.
    """
    if not scenario.changes:
        return (Rules(0, program_of(scenario), frozenset()),)
    if (known := _rules.get(scenario.sha256)) is not None:
        return known
    found = tuple(_compiled(scenario, epoch) for epoch in scenario.epochs)
    for before, after in pairwise(found):
        if what := remembers_otherwise(before.program, after.program):
            raise _at_fault(scenario, before.program, after.day, what)
    while len(_rules) >= 8:
        _rules.pop(next(iter(_rules)), None)  # another thread may have been quicker
    return _rules.setdefault(scenario.sha256, found)


def _compiled(scenario: Scenario, epoch: Epoch) -> Rules:
    day = (epoch.on - scenario.start).days
    # by the rules alone, so that what a later change leaves as it was is not compiled again
    return Rules(day, program_of(scenario.as_of(day)), epoch.changed)


def _at_fault(scenario: Scenario, before: Program, day: int, what: str) -> UnchangeableError:
    """Find which of a day's changes makes the rules remember otherwise: the first that does so alone."""
    of_day = dict(in_order(scenario.changes))[scenario.start + timedelta(days=day)]
    every = [(name, path) for name, change in of_day.items() for path in change.set]
    rules = scenario.as_of(day - 1)
    for name, path in every:
        with suppress(ValidationError):  # it may not be allowed but with the others
            theatre, script = with_values(rules.theatre, rules.script, {path: of_day[name].set[path]})
            alone = rules.model_copy(update={"theatre": theatre, "script": script})
            if remembers_otherwise(before, compile_scenario(alone)):
                return UnchangeableError(name, path, what)
    return UnchangeableError(*every[0], what)


def remembers_otherwise(one: Program, other: Program) -> str | None:
    """Name what two programs keep from day to day and not alike; None if they keep the same."""
    same = {
        "actors": one.actors == other.actors,
        "actions": one.actions == other.actions,
        "variables": one.variables == other.variables and np.array_equal(one.variable["kind"], other.variable["kind"]),
        "dyads": one.dyads == other.dyads,
        "outcomes": one.outcomes == other.outcomes,
        "grievances": one.pairs == other.pairs,
        "grievances that replies set aside": np.array_equal(one.actor["aside"], other.actor["aside"]),
        "impunities and tolls": one.tallies == other.tallies,
        "sponsors": one.links == other.links,
        "acts that are ordered": np.array_equal(one.orders, other.orders),
        "acts to count days from": one.since_rung == other.since_rung,
        "acts that are counted": one.counted == other.counted,
        "days for which a rung is kept": one.ladder.rung_memory == other.ladder.rung_memory,
        "conditions": all(map(_count_alike, _conditions(one), _conditions(other))),
    }
    return next((name for name, alike in same.items() if not alike), None)


def _conditions(program: Program) -> tuple[Conditions, ...]:
    return program.morning_conditions, program.flag_conditions, program.outcome_conditions


def _count_alike(one: Conditions, other: Conditions) -> bool:
    """Whether both are the same conditions, up to the numbers in them."""
    return (
        _but_for(one.nodes, "lasting") == _but_for(other.nodes, "lasting")
        and np.array_equal(one.nodes["lasting"] == NONE, other.nodes["lasting"] == NONE)
        and _but_for(one.clauses, "threshold") == _but_for(other.clauses, "threshold")
        and np.array_equal(one.alternatives, other.alternatives)
        and np.array_equal(one.combinations, other.combinations)
        and np.array_equal(one.parts, other.parts)
    )


def _but_for(table: NDArray[np.void], column: str) -> list[Any]:
    rows: list[Any] = table[[name for name in table.dtype.names or () if name != column]].tolist()
    return rows
