"""A finished run that can be asked: what held on each of its days, and what had been done by then (ODD 7.7).

A morning's values are those of the evening before, on the first morning those the scenario starts with. Nothing is
simulated: a run's acts and its days are enough, whether a replay has them or an ensemble.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial, reduce
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.block import Block
from sim.engine.readings import NEVER_SINCE
from sim.engine.single import dead_by_side, written_on
from sim.theatre.compiled.program import NONE, Program
from sim.theatre.language.number import Number, numbers
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Actor
from sim.theatre.language.terms import COMBINED, Condition, Quantity

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.results.ensemble import Ensemble

Values = NDArray[np.float64]
"""One value for each day."""
Held = NDArray[np.bool_]
"""Whether something held, day by day."""
Evenings = Callable[[str], "NDArray[Any] | None"]
"""Looks up a trajectory by its name: a variable, `tension`, `rung`, or `rung_X` of dyad X."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of a run, as much of it as conditions and wordings read."""

    event: int
    day: int
    action: str
    """An action's id, or that of an entry of the script."""
    rung: int
    deaths: int
    cause: int | None
    """The event that weighed most in the decision."""

    @property
    def actor(self) -> str:
        """Whose act it is; `script` for an entry of the script."""
        return self.action.partition(".")[0]


@dataclass(frozen=True)
class Course:
    """A finished run, day by day, as rules saw it in the mornings."""

    scenario: Scenario
    deeds: Sequence[Deed]
    """Its acts, by their numbers."""
    evenings: Evenings
    by_evening: bool = False
    """Whether it is asked what held in the evenings, as flags and outcomes are, and not in the mornings."""

    @cached_property
    def evening(self) -> "Course":
        """The same run, asked in the evenings: with the acts of the day."""
        return replace(self, by_evening=True)

    @cached_property
    def known(self) -> Held:
        """On which days the state is known; on none after the run has failed, or where no days were kept."""
        return np.isfinite(self._hourly("tension", 0.0))

    @cached_property
    def before(self) -> tuple[int, ...]:
        """How often each act had been done before it was, by their numbers."""
        done: Counter[str] = Counter()
        found = []
        for deed in self.deeds:
            found.append(done[deed.action])
            done[deed.action] += 1
        return tuple(found)

    def holds(self, condition: Condition) -> Held:
        """Whether a condition held, day by day.

        Raises
        ------
        ValueError
            It reads what a finished run cannot be asked, such as a provocation.
        """
        if id(condition) not in self._conditions:
            self._conditions[id(condition)] = condition, self._holds(condition)
        return self._conditions[id(condition)][1]

    def _holds(self, condition: Condition) -> Held:
        so: Held = np.full(self.scenario.days, True)
        if condition.on:
            so &= self._on(condition)
        for text, limit in condition.clauses.items():
            value = self.value(text)
            threshold = self._of_day(limit)
            so &= value >= threshold if limit.op == ">=" else value <= threshold
        if (group := condition.group) is not None:
            so_many = np.sum([self.holds(part) for part in group.parts], axis=0)
            so &= (so_many >= group.at_least) & (so_many <= group.at_most)
        return so if condition.for_ is None else days_on_end(so) >= self._of_day(condition.for_)

    def _on(self, condition: Condition) -> Held:
        start = self.scenario.start
        days = np.arange(self.scenario.days)
        spans = (((first - start).days, (last - start).days) for first, last in condition.on)
        found: Held = np.any([(days >= first) & (days <= last) for first, last in spans], axis=0)
        return found

    def value(self, text: str) -> Values:
        """What a quantity was, in its own unit, day by day; `sanctions`, `days_since(us.strike)`, `rung`."""
        if text not in self._values:
            self._values[text] = self._value(_quantity(text))
        return self._values[text]

    def _value(self, quantity: Quantity) -> Values:
        theatre, of, kind = self.scenario.theatre, quantity.of, quantity.kind
        if kind in COMBINED:
            return _combined(quantity, [sign * self.value(str(part)) for sign, part in quantity.parts])
        if kind in ("variable", "condition") and of[0] in theatre.conditions:
            return self.holds(theatre.conditions[of[0]]).astype(np.float64)
        if kind == "variable":
            start = theatre.variables[of[0]].start
            return self._hourly(of[0], float(start if isinstance(start, bool) else start.value))
        if kind == "tension":
            return self._hourly("tension", 0.0)
        if kind == "rung":
            return self._hourly(f"rung_{of[0]}" if of else "rung", 0.0)
        if kind == "deaths":
            return self._deaths(of[0] if of else None)
        if kind == "days_since" and of == ("start",):
            return np.arange(self.scenario.days, dtype=np.float64)
        if kind == "days_since":
            return self._since(*of)
        if kind == "count":
            return self._count(of[0])
        raise ValueError(f"a finished run cannot be asked for {quantity}")

    def _hourly(self, name: str, start: float) -> Values:
        evening = self.evenings(name)
        if evening is None:
            return np.full(self.scenario.days, np.nan)
        whole = np.concatenate([[start], evening])
        return whole[1:] if self.by_evening else whole[:-1]

    def _deaths(self, side: str | None) -> Values:
        """Deaths since the start."""
        found = np.zeros(self.scenario.days + 1)
        for deed in self.deeds:
            if deed.deaths:
                found[deed.day + 1] += deed.deaths if side is None else self.dead(deed).get(side, 0)
        total = np.cumsum(found)
        return total[1:] if self.by_evening else total[:-1]

    def dead(self, deed: Deed) -> dict[str, int]:
        """How many people of each side died of an act."""
        program, numbers = self._rules_on(deed.day)
        return dead_by_side(program, program.actions.index(deed.action), deed.deaths, numbers)

    def _since(self, who: str, rung: str | None = None) -> Values:
        """Days since an action, or an actor's last act on a rung or above."""
        done = [
            deed.day
            for deed in self.deeds
            if (deed.action == who if rung is None else deed.actor == who and deed.rung >= int(rung))
        ]
        days = np.arange(self.scenario.days, dtype=np.float64)
        if not done:
            return np.full(len(days), NEVER_SINCE)
        at = np.searchsorted(done, days, side="right" if self.by_evening else "left")  # how many had been done by then
        since = days - np.array([-np.inf, *done])[at]
        return np.where(at > 0, since, NEVER_SINCE)

    def _count(self, action: str) -> Values:
        """How often an action had been done."""
        days = [deed.day for deed in self.deeds if deed.action == action]
        side: Literal["left", "right"] = "right" if self.by_evening else "left"
        return np.searchsorted(days, np.arange(self.scenario.days), side=side).astype(np.float64)

    def name(self, actor: str, day: int) -> str:
        """What an actor is called on a day: its label, or the first of `known_as` that held on the morning."""
        cast = self.scenario.theatre.actors[actor]
        if isinstance(cast, Actor) and 0 <= day < self.scenario.days and self.known[day]:
            return next((each.label for each in cast.known_as if self.holds(each.when)[day]), cast.label)
        return cast.label

    @cached_property
    def _conditions(self) -> dict[int, tuple[Condition, Held]]:
        """By the identity of each condition, which is kept with its mornings so that no other takes it over."""
        return {}

    @cached_property
    def _values(self) -> dict[str, Values]:
        return {}

    @cached_property
    def _rules_on(self) -> Callable[[int], tuple[Program, Any]]:
        return written_on(self.scenario)

    @cached_property
    def _changed(self) -> dict[int, Values]:
        """Thresholds that change in the course of the run, day by day, by the identity of the number."""
        found: dict[int, Values] = {}
        if self.scenario.changes:
            written = dict(self.scenario.numbers())
            for epoch in self.scenario.epochs:
                now = dict(numbers(epoch.theatre))
                for path in epoch.changed & now.keys():
                    number = written[path]
                    values = found.setdefault(id(number), np.full(self.scenario.days, number.value))
                    values[(epoch.on - self.scenario.start).days :] = now[path].value
        return found

    def _of_day(self, number: Number) -> float | Values:
        """A number of the scenario, day by day where it changes."""
        return self._changed.get(id(number), number.value)


def _combined(quantity: Quantity, values: list[Values]) -> Values:
    """What is made of several quantities, from left to right."""
    if quantity.kind == "sum":
        return reduce(np.add, values)
    made: Values = reduce(np.maximum if quantity.kind == "max" else np.minimum, values)
    return made


@cache
def _quantity(text: str) -> Quantity:
    return Quantity.parse(text)


def days_on_end(so: Held) -> NDArray[np.int64]:
    """For how many days on end something has been so, that day included; 0 where it is not."""
    day = np.arange(1, len(so) + 1)
    return day - np.maximum.accumulate(np.where(so, 0, day))


def deeds_of(program: Program, events: NDArray[Any]) -> tuple[Deed, ...]:
    """The acts of one run, from records of the engine's table of events."""
    names = [*program.actions, *(f"script.{name}" for name in program.injects)]
    columns = ("number", "day", "action", "rung", "deaths", "cause")
    return tuple(
        Deed(number, day, names[action], rung, deaths, None if cause == NONE else cause)
        for number, day, action, rung, deaths, cause in zip(*(events[each].tolist() for each in columns), strict=True)
    )


def evenings_of(block: Block) -> Evenings:
    """The days of a block's only run."""
    return partial(_only_row, block)


def _only_row(block: Block, name: str) -> "NDArray[Any] | None":
    found = block.rungs.get(name) if name == "rung" or name.startswith("rung_") else block.values.get(name)
    return None if found is None else found[0]


def courses(ensemble: "Ensemble") -> Iterator[tuple[int, Course]]:
    """Every run of an ensemble that was kept whole, by its number, ready to be asked.

    Runs that drew their numbers are asked by the thresholds that are written.
    """
    days = ensemble.trajectories
    rows = cache(partial(_rows, days))
    deeds = deeds_by_run(ensemble.events, days["run"].to_numpy().tolist())
    for place, (run, told) in enumerate(deeds.items()):
        yield run, Course(ensemble.scenario, told, partial(_row, rows, place))


def deeds_by_run(events: "pd.DataFrame", runs: Iterable[int]) -> dict[int, list[Deed]]:
    """The acts of each run, from an ensemble's table of events."""
    told: dict[int, list[Deed]] = {run: [] for run in runs}
    columns = (events[each].tolist() for each in ("run", "event", "day", "action", "rung", "fatalities"))
    cause = events["cause"].fillna(NONE).tolist()
    for run, event, day, action, rung, deaths, why in zip(*columns, cause, strict=True):
        told[run].append(Deed(event, day, action, rung, deaths, None if why == NONE else int(why)))
    return told


def _rows(days: "xr.Dataset", name: str) -> "NDArray[Any] | None":
    return days[name].to_numpy() if name in days else None


def _row(rows: Evenings, place: int, name: str) -> "NDArray[Any] | None":
    found = rows(name)
    return None if found is None else found[place]
