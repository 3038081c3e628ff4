"""The world at the table: one run in lockstep with nobody, stepped day by day under the orders of its seats."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.engine._numba import compiling
from sim.engine.branch import branched
from sim.engine.explain import Choice, actor_of, choice, controls, last_done, number
from sim.engine.model import LockstepModel
from sim.play.knowledge.known import Past
from sim.play.messages.orders import Scheduled
from sim.replays.unavailable import Reason, reasons
from sim.text import on
from sim.theatre.compiled.arithmetic import LN2
from sim.theatre.compiled.program import NONE, Program
from sim.theatre.language.days import days_after
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Action

HALF = 0.5 - 1e-9
"""How far an act has recovered before a seat may do it again."""


@dataclass(frozen=True)
class Lived:
    """What seats and the umpire had done, and refused, on a day."""

    deeds: Mapping[str, str]
    """The acts done, each in place of what its hand would choose; by whom."""
    refused: frozenset[str]
    """The acts that are not done, whatever is drawn."""


class Morning:
    """The morning on which a world stands, looked at without touching it: what is open, and what is held."""

    def __init__(self, model: LockstepModel) -> None:
        self.model = branched(model, model.runs.branch[:1])
        with compiling(last=False):
            self.model.agents.do("perceive")
        self._choices: dict[int, Choice] = {}

    def choice(self, hand: int) -> Choice:
        """How a hand would choose."""
        if hand not in self._choices:
            self._choices[hand] = choice(self.model, hand)
        return self._choices[hand]

    def of(self, actor: str) -> list[Choice]:
        """How each hand of an actor would choose, those of accidents included."""
        return [self.choice(hand) for hand in actor_of(self.model, self.model.program.actors.index(actor)).hands]

    def why_not(self, action: str) -> tuple[Reason, ...]:
        """Everything that keeps a seat from choosing an act; nothing if it may.

        The rules' own draw rarely repeats an act before it has recovered. A player draws nothing, and could do it every
        day, with its whole effect each time: to a seat it is closed until it has recovered by half.
        """
        program = self.model.program
        at = program.actions.index(action)
        rates = self.choice(int(program.action[at]["hand"])).rates  # by then conditions are read
        found = reasons(self.model, at)
        rested = next((each.rested for each in rates if each.action == at), 1.0)
        return found if rested >= HALF else (*found, self._resting(at))

    def _resting(self, action: int) -> Reason:
        """Why an act that has just been done is not done again at once."""
        program, done = self.model.program, last_done(self.model, action)
        half_life = LN2 / number(self.model, int(program.action[action]["recovery"]))
        left = ceil(done + half_life - 1e-9) - self.model.day
        when = on(program.start + dt.timedelta(days=done))
        return Reason("cooldown", f"done on {when}; not again for {left} d", value=float(left))


@dataclass
class World:
    """A run up to a morning, and how it goes on."""

    scenario: Scenario
    seed: int
    run: int
    control: list[NDArray[np.float64]] = field(default_factory=list)
    lived: list["Lived"] = field(default_factory=list)
    """What was ordered on each day."""
    changed: dict[int, dict[str, float]] = field(default_factory=dict)
    """Numbers that took other values, by the day from which on."""

    def __post_init__(self) -> None:
        self.model = LockstepModel(self.scenario, seed=self.seed, run_numbers=[self.run], keep=np.float32)
        self._morning: Morning | None = None
        self._to_change: dict[str, float] = {}
        """Numbers that are to change from this morning on, and by which nobody has asked yet."""

    @property
    def program(self) -> Program:
        """The rules as the engine runs them."""
        return self.model.program

    @property
    def day(self) -> int:
        """The day to come, counted from 0."""
        return self.model.day

    @property
    def date(self) -> dt.date:
        """Its date; after the last day, the day after it, if the calendar has one."""
        return days_after(self.scenario.start, self.day)

    @property
    def over(self) -> bool:
        """Whether there is no day to come."""
        return not self.model.running or self.failed is not None

    @property
    def failed(self) -> str | None:
        """What was not finite, if the run met such a value and stands still."""
        return next((what for _, _, what in self.model.failures), None)

    @property
    def morning(self) -> Morning:
        """The morning of the day to come, looked at once and kept until the day is lived."""
        self._take_up()
        return self.glance

    @property
    def glance(self) -> Morning:
        """The same without what was set this morning: enough for what is open and what is held.

        Rules are made anew only when somebody asks what would be chosen by them, and before the day is lived: that
        takes long, and seats set their stances one after the other.
        """
        if self._morning is None:
            self._morning = Morning(self.model)
        return self._morning

    @property
    def rules(self) -> Scenario:
        """The scenario with all that was set at the table."""
        self._take_up()
        return self.model.rules

    def _take_up(self) -> None:
        """Make the rules anew by what was set this morning."""
        if self._to_change:
            numbers, self._to_change = self._to_change, {}
            self.model.change(numbers)
            self._morning = None

    @property
    def past(self) -> Past:
        """The run so far."""
        model = self.model
        assert model.trajectories is not None
        events = model.events[: int(model.n_events[0])].copy()
        values = model.trajectories.values[: self.day, :-1, 0].copy()
        return Past(self.scenario, self.program, self.day, events, values, tuple(self.control))

    def change(self, numbers: Mapping[str, float]) -> None:
        """Have rates take other values from this morning on."""
        self._to_change |= numbers
        self.changed[self.day] = {**self.changed.get(self.day, {}), **numbers}

    def live(self, today: "Lived") -> None:
        """Live the day to come."""
        self._take_up()
        for action in today.refused:
            self.model.forbid(action, days=1)
        for action in today.deeds:
            self.model.impose(action)
        self.model.step()
        self.lived.append(today)
        self.control.append(controls(self.model))
        self._morning = None

    def come_about(self) -> list[str]:
        """The outcomes that first held on the day that was lived last."""
        found = self.model.world.outcome_day[:, 0] == self.day - 1
        return [name for name, so in zip(self.program.outcomes, found.tolist(), strict=True) if so]

    def digest(self) -> str:
        """Every bit of the state, folded into sixteen hexadecimal digits."""
        return f"{int(self.model.digest()[0]):016x}"

    @cached_property
    def scripted(self) -> frozenset[tuple[dt.date, str]]:
        """The days and hands for which the scenario itself says what is done."""
        hands = self.scenario.theatre.hands
        return frozenset((each.on, hands[each.do]) for each in self.scenario.script.values() if each.do is not None)


def lead_of(action: Action) -> int:
    """Days between the decision for an act and the act."""
    return 0 if action.order is None else ceil(action.order.lead.value)


def own_orders(model: LockstepModel, actor: str) -> tuple[Scheduled, ...]:
    """What an actor had ordered by itself, and is due, by date."""
    program, due = model.program, model.state.orders.due[:, 0]
    found = [
        Scheduled(act=program.actions[action], on=program.start + dt.timedelta(days=int(day)))
        for action, day in zip(program.orders.tolist(), due.tolist(), strict=True)
        if day != NONE and program.actions[action].split(".")[0] == actor
    ]
    return tuple(sorted(found, key=lambda each: (each.on, each.act)))
