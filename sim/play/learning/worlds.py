"""Worlds in lockstep in which some seats are a learner's: what all environments of this room are made of."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import checked_seed, loaded
from sim.engine.seated import SeatedModel
from sim.given import whole
from sim.theatre.compiled.arithmetic import LN2
from sim.theatre.compiled.epochs import rules_of
from sim.theatre.compiled.program import NONE, Floats, Ints
from sim.theatre.language.scenario import Scenario

from .features import Features
from .reward import Evening, Reward, Rows, Step, evening, rewarded
from .seat import FIRST_ACT, HOLDS, Otherwise, Seat, seats_of

Observation = dict[str, NDArray[np.float32] | NDArray[np.int8]]


class Worlds:
    """Some worlds of a scenario, lived step by step from a first morning to the scenario's last day.

    Parameters
    ----------
    scenario : Scenario or path
    seats : iterable of str
        Actors, or hands of them, for which learners act.
    n : int
        How many worlds.
    days_per_step : int
        How many days go by between two actions. An action counts on the first of them.
    otherwise : 'rules' or 'hold'
        What a seat's hands do on the other days, and those of its hands whose turn an act does not take.
    ends : iterable of str
        Outcomes with which a world is over.
    reward : callable, optional
        As in `sim.play.learning.reward`; left out, always 0.
    seed : int, optional
        Of all dice; left out, a fresh one, which `seed` tells.
    """

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seats: Iterable[str],
        n: int,
        *,
        days_per_step: int = 1,
        otherwise: Otherwise = "rules",
        ends: Iterable[str] = (),
        reward: Reward | None = None,
        seed: int | None = None,
    ) -> None:
        self.scenario = loaded(scenario)
        self.program = rules_of(self.scenario)[0].program
        self.n = whole(n, "worlds", 1, 2**24)
        self.days_per_step = whole(days_per_step, "days_per_step", 1, self.program.days)
        self.seats = seats_of(self.scenario, self.program, seats, otherwise)
        self.ends = [self._outcome(name) for name in ends]
        self.reward = reward
        self.seed = checked_seed(seed)
        self._first = 0
        self._model: SeatedModel | None = None
        self._before: Evening | None = None
        self._otherwise: Otherwise = otherwise
        self._taken: list[dict[str, NDArray[np.integer]]] = []
        self.terminated, self.truncated = np.zeros((2, self.n), bool)
        self.features = {name: Features(self.scenario, self.program, seat, self.n) for name, seat in self.seats.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how they are made once more: by what they were made of, and by what was done since they began."""
        made = {
            "days_per_step": self.days_per_step,
            "otherwise": self._otherwise,
            "ends": [self.program.outcomes[at] for at in self.ends],
            "reward": self.reward,
            "seed": self.seed,
        }
        lived = None if self._model is None else self._taken
        return _once_more, (self.scenario, list(self.seats), self.n, made, self._first, lived)

    def _outcome(self, name: str) -> int:
        if name not in self.program.outcomes:
            raise ValueError(f"there is no outcome '{name}'; there are {', '.join(self.program.outcomes)}")
        return self.program.outcomes.index(name)

    @property
    def model(self) -> SeatedModel:
        """The model of all worlds.

        Raises
        ------
        RuntimeError
            They have not begun.
        """
        if self._model is None:
            raise RuntimeError("no world has begun; call reset() first")
        return self._model

    @property
    def run(self) -> NDArray[np.int64]:
        """The numbers of the runs that the worlds are, shape (world,)."""
        return self.model.runs.run

    @property
    def over(self) -> NDArray[np.bool_]:
        """Whether each world is over, shape (world,)."""
        return self.terminated | self.truncated

    def begin(self, seed: int | None = None) -> None:
        """Begin anew: with a seed, from its first run on; without one, with the runs that come next."""
        if seed is not None:
            self.seed, self._first = checked_seed(seed), 0
        numbers = np.arange(self._first, self._first + self.n)
        self._model = SeatedModel(self.scenario, seed=self.seed, run_numbers=numbers)
        self._first += self.n
        self._taken = []
        for features in self.features.values():
            features.begin()
        self.terminated, self.truncated = np.zeros((2, self.n), bool)
        self._before = evening(self.model) if self.reward is not None else None
        self._wake()

    def _wake(self) -> None:
        """Find what may be done on the day to come; on no day after the last."""
        if self.model.running:
            self.model.morning()
            self._able = self.model.able() * self._rested()
        else:
            self._able = np.zeros((len(self.program.actions), self.n), np.uint8)

    def _rested(self) -> NDArray[np.bool_]:
        """Whether acts that recover have done so by half, as seats of a session need, shape (action, world)."""
        model, found = self.model, np.ones((len(self.program.actions), self.n), bool)
        for at, k in enumerate(self.program.action["recovery"]):
            if k != NONE:
                slot = model.numbers.slot[k]
                recovery = model.numbers.shared[k] if slot == NONE else model.numbers.varied[slot]
                since = model.day - model.world.last_day[at].astype(np.float64)
                found[at] = since * recovery >= LN2 - 1e-9
        return found

    def observe(self, seat: str) -> Observation:
        """What a seat knows this morning, shape (world, feature), and which actions it has, shape (world, action)."""
        return {"observation": self.features[seat].read(self.model), "action_mask": self.mask(seat)}

    def mask(self, seat: str) -> NDArray[np.int8]:
        """Which actions a seat has this morning, shape (world, action); it may always hold, or do as the rules say."""
        acts = self.seats[seat].acts
        mask = np.ones((self.n, FIRST_ACT + len(acts)), np.int8)
        mask[:, FIRST_ACT:] = self._able[acts].T
        return mask

    def step(self, actions: Mapping[str, NDArray[np.integer]]) -> dict[str, Step]:
        """Live the days of a step; a seat that chooses what it cannot do holds instead.

        Raises
        ------
        ValueError
            An action is none.
        """
        model = self.model
        chosen = {name: self._chosen(self.seats[name], numbers) for name, numbers in actions.items()}
        self._taken.append({name: np.array(numbers) for name, numbers in actions.items()})
        day, was_to_come = model.day, model.world.outcome_day == NONE
        for at in range(self.days_per_step):
            for name, seat in self.seats.items():
                first = at == 0 and name in chosen
                model.told[seat.hands] = seat.told[chosen[name][0]].T if first else seat.untold
            for features in self.features.values():
                features.wake(model)
            model.step()
            for features in self.features.values():
                features.notice(model)
            if not model.running:
                break
        came_about = Rows(self.program.outcomes, was_to_come & (model.world.outcome_day != NONE))
        self._close()
        self._wake()
        return {
            name: Step(name, model.day - day, self.run, action, refused, came_about)
            for name, (action, refused) in chosen.items()
        }

    def _close(self) -> None:
        """Find which worlds are over: terminated by an outcome, or truncated by the last day or by a failure."""
        for outcome in self.ends:
            self.terminated |= (self.model.world.outcome_day[outcome] != NONE) & ~self.truncated
        self.truncated |= ~self.terminated & ((self.model.status.alive == 0) | (not self.model.running))

    def _chosen(self, seat: Seat, numbers: NDArray[np.integer]) -> tuple[Ints, NDArray[np.bool_]]:
        """The actions of a seat, with holding in place of what it cannot do, and where that was."""
        found = np.asarray(numbers)
        if found.shape != (self.n,) or found.dtype.kind not in "iu":
            raise ValueError(f"'{seat.name}' needs one whole number for each world, shape ({self.n},)")
        if found.min() < 0 or found.max() >= len(seat.actions):
            world = int(np.flatnonzero((found < 0) | (found >= len(seat.actions)))[0])
            among = f"actions of '{seat.name}' are 0 to {len(seat.actions) - 1}"
            raise ValueError(f"{among}, found {found[world]} in world {world}")
        able = np.take_along_axis(self.mask(seat.name), found.astype(np.int64)[:, None], axis=1)[:, 0] == 1
        return np.where(able, found, HOLDS).astype(np.int32), ~able

    def rewards(self, steps: Mapping[str, Step]) -> dict[str, Floats]:
        """What each seat is given for the step that was taken last, shape (world,); 0 in worlds that failed."""
        if self.reward is None or self._before is None:
            return {name: np.zeros(self.n) for name in steps}
        before, after = self._before, evening(self.model)
        self._before = after
        sound = self.model.status.alive == 1
        return {name: np.where(sound, rewarded(self.reward, before, after, step), 0.0) for name, step in steps.items()}


def _once_more(
    scenario: Scenario,
    seats: list[str],
    n: int,
    made: dict[str, Any],
    first: int,
    lived: list[dict[str, NDArray[np.integer]]] | None,
) -> Worlds:
    """Make worlds once more that have begun or not, and live the steps that they had lived."""
    worlds = Worlds(scenario, seats, n, **made)
    worlds._first = first
    if lived is not None:
        worlds._first -= n
        worlds.begin()
        for actions in lived:
            worlds.step(actions)
        if worlds.reward is not None:
            worlds._before = evening(worlds.model)
    return worlds
