"""What seats hear of, in many worlds at once: whose acts, and how tense the crisis looks by these."""

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.play.known import later
from sim.theatre.compiled.arithmetic import decay
from sim.theatre.compiled.program import NONE, Floats, Program
from sim.theatre.language.schema import Theatre

Events = NDArray[np.void]


class Heard:
    """What an actor hears of the acts of a day, and the tension and the rungs that these alone would make.

    It is what `sim.play.known` works out for one run, for many: where it hears of everything, they are the world's.
    What others learn late it does not hear of.
    """

    def __init__(self, theatre: Theatre, program: Program, actor: str, n: int) -> None:
        self._program, self._n = program, n
        self.acts = np.array(
            [
                name.split(".")[0] == actor or later(act.known_to, act.news_after, actor) == 0
                for name, act in ((name, theatre.actions[name]) for name in program.actions)
            ]
        )
        """Whether it hears of each action, the day after."""
        self.variables = np.array(
            [
                later(theatre.variables[name].known_to, theatre.variables[name].news_after, actor) == 0
                for name in program.variables
            ]
        )
        """Whether it sees each variable."""
        self._all = bool(self.acts.all())
        ladder = theatre.ladder
        self._severity = np.array([ladder.rungs[rung].severity.value for rung in range(10)])
        self._kept, self._scale = decay(ladder.tension_half_life.value), ladder.tension_scale.value
        self._war = theatre.war.severity.value if theatre.war is not None else 0.0
        self._flag = program.ladder.war_flag
        flag = program.variables[self._flag] if self._flag != NONE else ""
        self._turns = {
            turn: np.array([theatre.actions[name].effects.get(flag) == turn for name in program.actions])
            for turn in ("clear", "set")
        }
        self.begin()

    def begin(self) -> None:
        """Forget what was heard in other worlds."""
        self._heat = np.zeros(self._n)
        self._recent = np.zeros((self._program.ladder.rung_memory, len(self._program.dyads) + 1, self._n))
        self._at_war = np.zeros(self._n, bool)

    def wake(self, model: LockstepModel) -> None:
        """Note before a day whether a war that it sees is on."""
        if not self._all and self._flag != NONE:
            self._at_war = (model.world.x[self._flag] >= 0.5) & self.variables[self._flag]

    def notice(self, model: LockstepModel) -> Events:
        """Take in the day that was lived last; return the acts of it that are heard of."""
        today = model.events[int(model.n_events[1]) : int(model.n_events[2])]
        today = today[today["target"] != NONE]
        heard: Events = today[self.acts[today["action"]]]
        if not self._all:
            self._heat_up(heard, model.day - 1)
        return heard

    def _heat_up(self, heard: Events, day: int) -> None:
        column, action = heard["column"], heard["action"]
        added = np.zeros(self._n)
        np.add.at(added, column, self._severity[heard["rung"]])
        for turn, on in (("clear", False), ("set", True)):  # of the same day to set it prevails
            self._at_war[column[self._turns[turn][action]]] = on
        self._heat = self._heat * self._kept + (added + self._war * self._at_war)
        rungs, p = self._recent[day % len(self._recent)], self._program
        rungs[:] = 0.0
        for event in heard:
            act = p.action[event["action"]]
            for dyad in (*p.dyad_of[act["dyads"] : act["dyads_end"]].tolist(), -1):
                rungs[dyad, event["column"]] = max(rungs[dyad, event["column"]], event["rung"])
        for dyad in (*p.ladder.war_dyads.tolist(), -1):
            rungs[dyad, self._at_war] = 9.0

    def tension(self, model: LockstepModel) -> Floats:
        """From 0 to 100, shape (1, run)."""
        return model.world.tension if self._all else 100.0 * (1.0 - np.exp(-self._heat / self._scale))[None]

    def rungs(self, model: LockstepModel) -> Floats:
        """By dyad, the last row of all, shape (dyad + 1, run)."""
        return model.world.rung if self._all else self._recent.max(axis=0)
