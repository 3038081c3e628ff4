"""The agents: actors, the market, and the world, each acting in every run at once, in four phases a day."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.theatre.program import NONE, Conditions, Features, Floats

from .adjudicate import adjudicate, apply_effects, heat_up, inject
from .decide import decide
from .perceive import perceive
from .readings import check_conditions, read_control, read_features
from .settle import freeze, note_outcomes, turn_flags
from .state import Held

if TYPE_CHECKING:
    from .model import CrisisModel


class Participant(mesa.Agent):
    """Whoever takes part in the four phases of a day; what it does not override, it sits out."""

    model: "CrisisModel"

    def __init__(self, model: "CrisisModel", name: str) -> None:
        super().__init__(model)
        self.name = name

    def perceive(self) -> None:
        """Take in the morning."""

    def decide(self) -> None:
        """Choose."""

    def adjudicate(self) -> None:
        """Carry out."""

    def settle(self) -> None:
        """Come to rest."""


class Actor(Participant):
    """Summary of rule: hold acts against those behind them, answer in proportion, draw one act a day."""

    def __init__(self, model: "CrisisModel", name: str) -> None:
        super().__init__(model, name)
        self.index = model.program.actors.index(name)
        chosen = np.full((2, model.n), NONE, np.int32)
        self.chosen, self.cause = chosen
        self._bind(model)

    def _bind(self, m: "CrisisModel") -> None:
        """Gather once what every call of a kernel hands over, each array by itself."""
        p, w, me = m.program, m.world, m.program.actor[self.index]
        self._acts, self._holds_grudges = me["actions_end"] > me["actions"], me["pairs_end"] > me["pairs"]
        self._perceives = (
            self.index, p.actor, m.severity, len(p.actions), p.loads, p.load_start, p.suspicion, w.control, m.stocks,
            m.leading, m.rows, *m.numbers,
        )  # fmt: skip
        self._decides = (
            self.index, len(p.variables) + 1 + self.index, p.actor, p.action, p.fit, p.terms, m.acts_of_war, m.morning,
            m.war, m.stocks, m.leading, m.held.holds, p.script.forbidden, w.ready, *m.numbers, *m.runs, *m.status,
            *m.scratch, self.chosen, self.cause,
        )  # fmt: skip
        self._adjudicates = (
            self.index, self.chosen, self.cause, p.script.deaths, p.actor, p.action, p.effects, p.variable, m.severity,
            p.dyad_of, p.discharged, p.exposed, m.since_actor, m.since_rung, p.ladder.lethal_deniability, m.stocks,
            m.n_events, m.event_number, *m.numbers, *m.runs, m.status.alive, w.deaths, w.heat, w.today, w.last_day,
            w.last_rung_day, w.ready, w.rise, w.fall, w.touched,
        )  # fmt: skip

    @property
    def action(self) -> str | None:
        """What it did on the last day, in the first run; None if it held."""
        chosen = int(self.chosen[0])
        return None if chosen == NONE or not self.model.status.alive[0] else self.model.program.actions[chosen]

    def perceive(self) -> None:
        """Let what is held against others fade, add yesterday's acts, and read the result."""
        if self._holds_grudges:
            perceive(self.model.yesterday, *self._perceives)

    def decide(self) -> None:
        """Weigh every action by what drives it and how well it answers, and draw one or hold."""
        day, script = self.model.day, self.model.program.script
        if self._acts and day >= script.imposed_days:
            decide(day, *self._decides)
        else:
            self.chosen[:] = NONE
        if script.act[day, self.index] != NONE:
            self.chosen[:] = script.act[day, self.index]
            self.cause[:] = NONE

    def adjudicate(self) -> None:
        """Carry out what was chosen."""
        if self._acts:
            adjudicate(self.model.day, self.model.events, *self._adjudicates)


class Market(Participant):
    """Summary of rule: prices jump with what happens and relax to what the snapshot of the day justifies."""

    def settle(self) -> None:
        """Settle prices."""
        self.model.relax(prices=True)


class World(Participant):
    """Summary of rule: what belongs to nobody happens last in every phase."""

    def perceive(self) -> None:
        """Check the morning's conditions and read what drivers need."""
        m, p = self.model, self.model.program
        self._check(p.morning_conditions, m.held)
        self._read(p.morning, m.morning)

    def adjudicate(self) -> None:
        """Add the script's effects, apply all effects at once, and take the snapshot."""
        m, p = self.model, self.model.program
        inject(
            m.day, p.inject, len(p.actions), p.effects, p.variable, m.numbers, m.status.alive, m.world, m.events,
            m.n_events, m.event_number,
        )  # fmt: skip
        apply_effects(m.day, p.variable, p.low, p.high, m.status, m.world)
        heat_up(m.day, p.ladder, m.numbers, m.status, m.world, m.rows)
        self._read(p.snapshot, m.snapshot)

    def settle(self) -> None:
        """Relax what is no price, turn flags, note outcomes, and read what tomorrow's control depends on."""
        m, p = self.model, self.model.program
        m.relax(prices=False)
        if len(p.flag_conditions.nodes):
            self._check(p.flag_conditions, m.flags_held)
        turn_flags(p.variable, m.world.x, m.flags_held.holds)
        self._check(p.outcome_conditions, m.outcomes_held)
        note_outcomes(m.day, p.outcome_condition, m.status.alive, m.outcomes_held.holds, m.world.outcome_day)
        freeze(m.status.alive, m.world.x, m.world.tension)
        self.prepare_control()

    def prepare_control(self) -> None:
        """Read how firmly sponsors hold their proxies, for tomorrow's perception."""
        m, p = self.model, self.model.program
        self._read(p.dawn, m.dawn)
        read_control(p.link, p.actor, p.terms, m.dawn, m.numbers, m.world.control)

    def _check(self, conditions: Conditions, held: Held) -> None:
        m, w = self.model, self.model.world
        check_conditions(
            *conditions, m.day, m.numbers, w.x, w.rung, w.tension, w.deaths, w.last_day, w.last_rung_day, m.stocks,
            *held, m.rows,
        )  # fmt: skip

    def _read(self, features: Features, out: Floats) -> None:
        m, w = self.model, self.model.world
        read_features(*features, m.numbers, w.x, w.rung, w.tension, m.stocks, m.held.holds, m.rows, out)
