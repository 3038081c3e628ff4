"""What a learner is shown: numbers between 0 and 1, each of which its seat may know."""

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.engine.state import PROVOCATION, TALLY_READING
from sim.theatre.compiled.program import NEVER, NONE, Program
from sim.theatre.language.scenario import Scenario

from .heard import Heard
from .seat import Seat

LONG_AGO = 60.0
"""Days since something are read on a scale that ends here; what is longer ago, or never was, reads 1."""


class Features:
    """What one seat knows of its worlds in a morning, as numbers from 0 to 1; `names` says what each is.

    - `variable NAME`: those it may see, where they lie on their scale;
    - `tension`, `rung`, `rung DYAD`: by the acts that it hears of, as parts of 100 and of 9;
    - `since ACT`: days since each act of its actor, accidents too, in parts of `LONG_AGO`;
    - `ordered ACT`: 1 while an order of its own stands;
    - `since act against it`: days since the last open act against it that it hears of, likewise;
    - `grievance against ACTOR`: how provoked it is this morning by what it holds against each other;
    - `impunity against ACTOR`, `toll against ACTOR`: what it did to others unanswered, and what it has suffered;
    - `day`: the part of the run that is over.

    What is private to others (`known_to` and `news_after` of the theatre) is left out, also where it would learn of it
    late. What can be denied is seen in what comes of it, and in grievances, which hold what is suspected.
    """

    def __init__(self, scenario: Scenario, program: Program, seat: Seat, n: int) -> None:
        theatre, p = scenario.theatre, program
        me = p.actors[seat.actor]
        mine = p.actor[seat.actor]
        self._actor = seat.actor
        self._heard = Heard(scenario, program, me, n)
        self._variables = np.flatnonzero(self._heard.variables)
        scales = [getattr(theatre.variables[p.variables[at]], "scale", None) for at in self._variables]
        ends = [(0.0, 1.0) if scale is None else (scale[0].value, scale[1].value) for scale in scales]
        self._low, self._high = np.array(ends).reshape(-1, 2).T[:, :, None]
        self._acts = slice(mine["actions"], mine["actions_end"])
        self._orders = [k for k, act in enumerate(p.orders) if mine["actions"] <= act < mine["actions_end"]]
        self._pairs = slice(mine["pairs"], mine["pairs_end"])
        self._tallies = slice(mine["tallies"], mine["tallies_end"])
        self._struck = np.full(n, NEVER, np.int64)
        self.names: tuple[str, ...] = (
            *(f"variable {p.variables[at]}" for at in self._variables),
            "tension",
            *(f"rung {dyad}" for dyad in p.dyads),
            "rung",
            *(f"since {act}" for act in p.actions[self._acts]),
            *(f"ordered {p.actions[p.orders[k]]}" for k in self._orders),
            "since act against it",
            *(f"grievance against {by}" for _, by in p.pairs[self._pairs]),
            *(f"{kind} against {by}" for kind, _, by in p.tallies[self._tallies]),
            "day",
        )

    def begin(self) -> None:
        """Forget what was seen in other worlds."""
        self._struck[:] = NEVER
        self._heard.begin()

    def wake(self, model: LockstepModel) -> None:
        """Take in the morning of a day."""
        self._heard.wake(model)

    def notice(self, model: LockstepModel) -> None:
        """Take in its evening: what was openly done against the actor, and how tense that leaves the crisis."""
        heard = self._heard.notice(model)
        against = heard[(heard["target"] == self._actor) & (heard["deniability"] == 0.0)]
        self._struck[against["column"]] = model.day - 1

    def read(self, model: LockstepModel) -> NDArray[np.float32]:
        """Read all features, shape (run, feature); of a run that failed, zeros."""
        world, state = model.world, model.state
        rows = np.concatenate(
            [
                np.clip((world.x[self._variables] - self._low) / (self._high - self._low), 0.0, 1.0),
                self._heard.tension(model) / 100.0,
                self._heard.rungs(model) / 9.0,
                _since(model.day, world.last_day[self._acts]),
                state.orders.due[self._orders] != NONE,
                _since(model.day, self._struck[None]),
                model.stocks[PROVOCATION, self._pairs],
                state.tallies[TALLY_READING, self._tallies],
                np.full((1, model.n), model.day / model.program.days),
            ]
        )
        return np.nan_to_num(np.ascontiguousarray(rows.T, np.float32), copy=False, nan=0.0)


def _since(day: int, last: NDArray[np.signedinteger]) -> NDArray[np.float64]:
    return np.minimum((day - last.astype(np.int64)) / LONG_AGO, 1.0)
