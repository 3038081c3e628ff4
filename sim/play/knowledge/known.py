"""What a seat knows of a run: the acts and the values that its actor would have heard of by a morning.

Whatever a seat is given, its view, its briefing, its options and its futures, is made of this and of what stands in the
theatre for all to read. So two worlds that differ only in what it cannot know are the same to it, byte for byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usually
from sim.engine.numbers import Numbers
from sim.engine.single import as_written
from sim.play.seats import Seat
from sim.replays.lookup import Course, Deed
from sim.theatre.compiled.arithmetic import decay, exp
from sim.theatre.compiled.program import NONE, SCRIPT, Program
from sim.theatre.language.scenario import Scenario

from .doubt import can_deny, look_alikes, rows_of, rungs_of

SOMEBODY = "somebody"
"""Who did what may have been several acts."""


@dataclass(frozen=True)
class Past:
    """A run up to a morning, as the umpire has it."""

    scenario: Scenario
    program: Program
    day: int
    """The day to come."""
    events: NDArray[Any]
    """Records of the engine's table of events."""
    values: NDArray[np.floating[Any]]
    """Variables in the evenings, shape (day, variable)."""
    control: Sequence[NDArray[np.float64]]
    """By day, sponsors' shares in what their proxies did."""


def later(known_to: tuple[str, ...] | None, news_after: int | None, actor: str) -> int | None:
    """By how many days an actor learns of something later than the morning after; None if it never does."""
    if actor in (known_to or ()) or (known_to is None and news_after is None):
        return 0
    return news_after


def mornings(actor: str, scenario: Scenario, program: Program, events: NDArray[Any]) -> NDArray[np.int64]:
    """On which morning an actor knows of each of some events; -1 if it never does, shape (event,)."""
    by = [0] * (len(program.actions) + len(program.injects))  # what just happens, all see
    for at, name in enumerate(program.actions):
        act = scenario.theatre.actions[name]
        if name.split(".")[0] != actor:
            late = later(act.known_to, act.news_after, actor)
            by[at] = -1 if late is None else late
    late_by = np.array(by, np.int64)[events["action"]]
    return np.where(late_by < 0, -1, events["day"] + 1 + late_by)


@usually
@dataclass(frozen=True)
class Known:
    """What a seat knows on a morning."""

    seat: Seat
    scenario: Scenario
    program: Program
    day: int
    """The day to come."""
    events: NDArray[Any]
    """Records of the events that it has learned of, in the order in which they happened."""
    learned: tuple[int, ...]
    """The morning on which it learned of each."""
    values: NDArray[np.floating[Any]]
    """Variables in the evenings as far as it has seen them, shape (day, variable); NaN where it has not."""
    control: Sequence[NDArray[np.float64]]

    @cached_property
    def as_of(self) -> tuple[int | None, ...]:
        """By variable, the last evening of which it knows the value; None if it never does."""
        late = (self._later_by_variable[at] for at in range(len(self.program.variables)))
        return tuple(None if by is None or self.day - 1 - by < 0 else self.day - 1 - by for by in late)

    @cached_property
    def _later_by_variable(self) -> tuple[int | None, ...]:
        variables = self.scenario.theatre.variables
        return tuple(
            later(variables[name].known_to, variables[name].news_after, self.seat.actor)
            for name in self.program.variables
        )

    def sees(self, variable: str) -> bool:
        """Whether it sees what a variable is as soon as anybody does."""
        return self._later_by_variable[self.program.variables.index(variable)] == 0

    def learns_at_once(self, action: str) -> bool:
        """Whether it learns of an act the morning after."""
        act = self.scenario.theatre.actions[action]
        return self.seat.actor == action.split(".")[0] or later(act.known_to, act.news_after, self.seat.actor) == 0

    @cached_property
    def numbers(self) -> Numbers:
        """The program's numbers."""
        return as_written(self.program)

    @cached_property
    def hears_all(self) -> bool:
        """Whether it learns the morning after of all that shows in rungs, tension and deaths, war included."""
        theatre = self.scenario.theatre
        if theatre.war is not None and not self.sees(theatre.war.flag):
            return False
        return all(
            self.learns_at_once(name)
            for name, act in theatre.actions.items()
            if act.rung or act.casualties is not None or theatre.ladder.rungs[0].severity.value
        )

    @cached_property
    def deeds(self) -> tuple[Deed, ...]:
        """The acts that it knows of, counted by what it knows; why others did what they did it does not know."""
        names = [*self.program.actions, *(f"{SCRIPT}.{name}" for name in self.program.injects)]
        columns = (self.events[each].tolist() for each in ("day", "action", "rung", "deaths"))
        return tuple(
            Deed(number, day, names[action], rung, deaths, None)
            for number, (day, action, rung, deaths) in enumerate(zip(*columns, strict=True))
        )

    @cached_property
    def may_have_been(self) -> tuple[tuple[str, ...], ...]:
        """By event, the acts that it may have been for all that the seat knows: one, unless it can be denied."""
        return tuple(
            (deed.action,) if not self.denied(deed) else self._alike(deed.action, deed.rung) for deed in self.deeds
        )

    def denied(self, deed: Deed) -> bool:
        """Whether an act is one that the seat can only suspect somebody of."""
        if deed.actor in (SCRIPT, self.seat.actor) or not float(self.events[deed.event]["deniability"]) > 0.0:
            return False
        return can_deny(self.scenario.theatre, deed.action, self.seat.actor)

    def ambiguous(self, action: str) -> bool:
        """Whether the seat may take an act for another, or another for it."""
        act = self.scenario.theatre.actions[action]
        if not can_deny(self.scenario.theatre, action, self.seat.actor):
            return False
        return any(len(self._alike(action, rung)) > 1 for rung in rungs_of(act))

    @cached_property
    def dyads_in_doubt(self) -> frozenset[str]:
        """The exchanges to which some acts that look alike belong, and some do not."""
        found: set[int] = set()
        for name, act in self.scenario.theatre.actions.items():
            if can_deny(self.scenario.theatre, name, self.seat.actor):
                for rung in rungs_of(act):
                    sure = set(rows_of(self.program, self._alike(name, rung)).tolist())
                    found |= set(rows_of(self.program, (name,)).tolist()) - sure
        return frozenset(self.program.dyads[at] for at in found)

    def _alike(self, action: str, rung: int) -> tuple[str, ...]:
        if (action, rung) not in self._alikes:
            self._alikes[action, rung] = look_alikes(self.scenario.theatre, action, rung, self.seat.actor)
        return self._alikes[action, rung]

    @cached_property
    def _alikes(self) -> dict[tuple[str, int], tuple[str, ...]]:
        return {}

    @cached_property
    def course(self) -> Course:
        """The run as far as the seat knows it, to be asked what held."""
        days, program = self.scenario.days, self.program
        known: dict[str, NDArray[Any]] = {}
        for at, name in enumerate(program.variables):
            known[name] = _as_long(self.values[:, at], days)
        known["tension"] = _as_long(self.tension, days)
        for at, dyad in enumerate((*program.dyads, None)):
            known["rung" if dyad is None else f"rung_{dyad}"] = _as_long(self.rungs[:, at], days)
        told = tuple(
            deed if len(acts) == 1 else replace(deed, action=f"{SOMEBODY}.{acts[0]}")
            for deed, acts in zip(self.deeds, self.may_have_been, strict=True)
        )
        return _Heard(self.scenario, told, known.get)

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """The outcomes of which it can tell that they have come about, and their first days."""
        found, evenings = {}, self.course.evening
        for name, outcome in self.scenario.theatre.outcomes.items():
            try:
                held = evenings.holds(outcome.when)[: self.day]
            except ValueError:  # it reads what nobody can look up afterwards
                continue
            if held.any():
                found[name] = int(held.argmax())
        return found

    @cached_property
    def tension(self) -> NDArray[np.float64]:
        """The tension of each evening by the acts that it knows of (ODD 7.5), shape (day,)."""
        ladder = self.scenario.theatre.ladder
        severity = [ladder.rungs[rung].severity.value for rung in range(10)]
        added = np.zeros(self.day)
        for day, rung in zip(self.events["day"].tolist(), self.events["rung"].tolist(), strict=True):
            added[day] += severity[rung]
        war = self.scenario.theatre.war
        if war is not None:
            added += np.where(self._at_war, war.severity.value, 0.0)
        kept, heat, found = decay(ladder.tension_half_life.value), 0.0, np.zeros(self.day)
        for day, today in enumerate(added.tolist()):
            heat = heat * kept + today
            found[day] = 100.0 * (1.0 - exp(-(heat / ladder.tension_scale.value)))
        return found

    @cached_property
    def rungs(self) -> NDArray[np.int64]:
        """The rungs of each evening by the acts that it knows of, shape (day, dyad + 1), the last of all."""
        dyads, memory = len(self.program.dyads), self.program.ladder.rung_memory
        today = np.zeros((self.day, dyads + 1), np.int64)
        for event, acts in zip(self.events, self.may_have_been, strict=True):
            if event["actor"] == NONE:
                continue
            day, rung = int(event["day"]), int(event["rung"])
            for row in rows_of(self.program, acts):
                today[day, row] = max(today[day, row], rung)
        for row in (*self.program.ladder.war_dyads.tolist(), dyads):
            today[self._at_war, row] = 9
        shifted = [today, *(np.pad(today, ((back, 0), (0, 0)))[: self.day] for back in range(1, memory))]
        return np.maximum.reduce(shifted) if self.day else today

    @cached_property
    def _at_war(self) -> NDArray[np.bool_]:
        """On which days it knows of a war: one that was on in the morning, or was begun by an act of the day."""
        war = self.scenario.theatre.war
        if war is None:
            return np.zeros(self.day, bool)
        start = float(self.scenario.theatre.variables[war.flag].start)  # type: ignore[arg-type]  # a flag's is a bool
        evenings = self.values[:, self.program.variables.index(war.flag)]
        found: NDArray[np.bool_] = np.concatenate([[start], evenings])[: self.day] >= 0.5
        for effect, turned in (("clear", False), ("set", True)):  # of the same day to set it prevails
            found[[deed.day for deed in self.deeds if self._effects(deed).get(war.flag) == effect]] = turned
        return found

    def _effects(self, deed: Deed) -> Mapping[str, Any]:
        """What an act does to variables."""
        owner, _, entry = deed.action.partition(".")
        if owner == SCRIPT:
            return self.scenario.script[entry].effects
        return self.scenario.theatre.actions[deed.action].effects


class _Heard(Course):
    """A run as somebody knows it who cannot tell who did some of its acts: nothing that names a doer counts these."""

    def dead(self, deed: Deed) -> dict[str, int]:
        """How many people of each side died of an act: whoever did it, those of its target."""
        return super().dead(replace(deed, action=deed.action.removeprefix(f"{SOMEBODY}.")))


def _as_long(values: NDArray[Any], days: int) -> NDArray[Any]:
    """Evenings of a whole run, of which those to come are not known."""
    return np.concatenate([np.asarray(values, np.float64), np.full(days - len(values), np.nan)])


def known_by(seat: Seat, past: Past) -> Known:
    """Work out what a seat knows of a run on a morning."""
    theatre, program, day = past.scenario.theatre, past.program, past.day
    values = past.values.astype(np.float64)
    for at, name in enumerate(program.variables):
        by = later(theatre.variables[name].known_to, theatre.variables[name].news_after, seat.actor)
        values[max(day - (by or 0), 0) if by is not None else 0 :, at] = np.nan
    learned = mornings(seat.actor, past.scenario, program, past.events)
    heard = (learned >= 0) & (learned <= day)
    told = tuple(learned[heard].tolist())
    return Known(seat, past.scenario, program, day, past.events[heard], told, values, past.control)
