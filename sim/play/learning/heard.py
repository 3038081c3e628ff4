"""What seats hear of, in many worlds at once: whose acts, and how tense the crisis looks by these."""

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.play.knowledge.doubt import can_deny, look_alikes, rows_of, rungs_of
from sim.play.knowledge.known import later
from sim.theatre.compiled.program import NONE, Floats, Program
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Action
from sim.theatre.language.variables import Variable

Events = NDArray[np.void]


class Heard:
    """What an actor hears of the acts of a day, and the tension and the rungs that these alone would make.

    It is what `sim.play.knowledge.known` works out for one run, for many: where it hears of all that makes them, they
    are the world's. What it would learn late it does not hear of.
    """

    def __init__(self, scenario: Scenario, program: Program, actor: str, n: int) -> None:
        self._program, self._n, theatre = program, n, scenario.theatre
        self.acts = np.array(
            [name.split(".")[0] == actor or _at_once(theatre.actions[name], actor) for name in program.actions]
        )
        """Whether it hears of each action, the day after."""
        self.variables = np.array([_at_once(theatre.variables[name], actor) for name in program.variables])
        """Whether it sees each variable."""
        self._flag = program.ladder.war_flag
        flag = program.variables[self._flag] if self._flag != NONE else ""
        done = [theatre.actions[name].effects for name in program.actions]
        happens = [scenario.script[name].effects for name in program.injects]
        self._turns = {
            turn: np.array([effects.get(flag) == turn for effects in (*done, *happens)], bool)
            for turn in ("clear", "set")
        }
        """What turns the flag of war, by action and then by entry of the script."""
        self._belongs = np.zeros((3, len(program.dyads) + 1, len(program.actions)))
        for at, name in enumerate(program.actions):
            denied, rungs = can_deny(theatre, name, actor), rungs_of(theatre.actions[name])
            seems = [look_alikes(theatre, name, rung, actor) if denied else (name,) for rung in rungs]
            for kind, acts in enumerate(((name,), *seems)):
                self._belongs[kind, rows_of(program, acts), at] = 1.0
        doubts = bool((self._belongs != self._belongs[0]).any())
        self._all = not doubts and bool(self.acts.all()) and (self._flag == NONE or bool(self.variables[self._flag]))
        self._rung = np.array([theatre.actions[name].rung for name in program.actions])
        self.begin()

    def begin(self) -> None:
        """Forget what was heard in other worlds."""
        self._heat, self._tension = np.zeros((2, self._n))
        self._recent = np.zeros((self._program.ladder.rung_memory, len(self._program.dyads) + 1, self._n))
        self._at_war = np.zeros(self._n, bool)

    def wake(self, model: LockstepModel) -> None:
        """Note before a day whether a war that it sees is on; with what a crisis begins, all know."""
        if not self._all and self._flag != NONE:
            self._at_war = (model.world.x[self._flag] >= 0.5) & (self.variables[self._flag] or model.day == 0)

    def notice(self, model: LockstepModel) -> Events:
        """Take in the day that was lived last; return the acts of it that are heard of."""
        today = model.events[int(model.n_events[1]) : int(model.n_events[2])]
        does = today["target"] != NONE
        heard: Events = today[does][self.acts[today["action"][does]]]
        if not self._all:
            self._heat_up(model, heard, today[~does])
        return heard

    def _heat_up(self, model: LockstepModel, heard: Events, happened: Events) -> None:
        """As the world heats up (ODD 7.5), by the numbers of the day."""
        numbers, ladder, added = model.numbers.shared, model.program.ladder, np.zeros(self._n)
        np.add.at(added, heard["column"], model.state.severity[heard["rung"], heard["column"]])
        for turn, on in (("clear", False), ("set", True)):  # of the same day to set it prevails
            for events in (heard, happened):
                self._at_war[events["column"][self._turns[turn][events["action"]]]] = on
        if self._flag != NONE:
            added[self._at_war] += numbers[ladder.war_severity]
        self._heat = self._heat * numbers[ladder.decay] + added
        self._tension = 100.0 * (1.0 - np.exp(-self._heat / numbers[ladder.scale]))
        rungs = self._recent[(model.day - 1) % len(self._recent)]
        rungs[:] = 0.0
        kind = np.where(heard["deniability"] > 0.0, np.where(heard["rung"] == self._rung[heard["action"]], 1, 2), 0)
        for row, belongs in zip(rungs, self._belongs.swapaxes(0, 1), strict=True):
            np.maximum.at(row, heard["column"], heard["rung"] * belongs[kind, heard["action"]])
        for dyad in (*ladder.war_dyads.tolist(), -1):
            rungs[dyad, self._at_war] = 9.0

    def tension(self, model: LockstepModel) -> Floats:
        """From 0 to 100, shape (1, run)."""
        return model.world.tension if self._all else self._tension[None]

    def rungs(self, model: LockstepModel) -> Floats:
        """By dyad, the last row of all, shape (dyad + 1, run)."""
        return model.world.rung if self._all else self._recent.max(axis=0)


def _at_once(entry: Action | Variable, actor: str) -> bool:
    """Whether an actor learns of something as soon as anybody does."""
    return later(entry.known_to, entry.news_after, actor) == 0
