"""One seat learns in hundreds of worlds that advance in lockstep."""

from collections.abc import Iterable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.extras import extra
from sim.theatre.compiled.program import Floats
from sim.theatre.language.scenario import Scenario

from .reward import Reward
from .seat import Otherwise
from .spaces import action_space, observation_space
from .worlds import Observation, Worlds

vector = extra("gymnasium.vector", "Gymnasium", "learn")
VectorEnv: Any = vector.VectorEnv
batch_space = extra("gymnasium.vector.utils", "Gymnasium", "learn").batch_space

Marked = NDArray[np.bool_]


class CrisisVectorEnv(VectorEnv):
    """One seat learns, everybody else follows the rules, in many worlds that advance in lockstep.

    An action is a number: 0 holds, 1 does as the rules would, and from 2 on they are the seat's acts, in order of their
    ids; `actions` lists them. `action_mask` says which acts it has this morning; one that it has not is refused: it
    holds, and `infos["refused"]` says so. Where an actor has several hands, an act takes the turn of the hand that does
    it. What an observation is made of, `features` says, number by number (`sim.play.learning.features`).

    Parameters
    ----------
    scenario : Scenario or path
    seat : str
        An actor such as `iran`, or one of its hands, such as `us/soldiers`.
    num_envs : int
        How many worlds.
    days_per_step : int
        How many days go by between two actions. An action counts on the first of them.
    otherwise : 'rules' or 'hold'
        What the seat's hands do on the other days, and those of its hands whose turn an act does not take.
    reward : callable, optional
        As in `sim.play.learning.reward`. No reward is built in: left out, it is 0 everywhere.
    ends : iterable of str
        Outcomes with which a world is over (terminated); none by default. A step is lived to its last day.
    seed : int, optional
        Of all dice; left out, a fresh one, which `worlds.seed` tells.

    Notes
    -----
    A world is truncated after the scenario's last day, and all of them are on the same day; only `ends`, or a failure,
    makes one stop before the others. It then waits: it goes on giving its last observation, a reward of 0, and that it
    is over. Once all are, the next step begins anew in all of them, whatever its actions, as Gymnasium's `NEXT_STEP`
    says: transitions from a world that is over are to be left out, as learners do in this mode. A world on its own
    could not begin anew in lockstep, since its first day would be the others' hundredth. What counts episodes by their
    ends, such as `RecordEpisodeStatistics`, counts each day of waiting as one of no days: leave those out.

    A beginning takes the run numbers that come next under the same seed; `reset(seed=…)` begins with run 0 of another.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": vector.AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seat: str = "iran",
        num_envs: int = 256,
        *,
        days_per_step: int = 1,
        otherwise: Otherwise = "rules",
        reward: Reward | None = None,
        ends: Iterable[str] = (),
        seed: int | None = None,
    ) -> None:
        self.worlds = Worlds(
            scenario,
            [seat],
            num_envs,
            days_per_step=days_per_step,
            otherwise=otherwise,
            ends=ends,
            reward=reward,
            seed=seed,
        )
        self.seat = seat
        self.num_envs = self.worlds.n
        self.single_observation_space = observation_space(self.worlds, seat)
        self.single_action_space = action_space(self.worlds, seat)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)

    @property
    def actions(self) -> tuple[str, ...]:
        """What each action number means."""
        return self.worlds.seats[self.seat].actions

    @property
    def features(self) -> tuple[str, ...]:
        """What each number of an observation is."""
        return self.worlds.features[self.seat].names

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin anew in all worlds; `infos["run"]` tells which runs they are."""
        self.worlds.begin(seed)
        super().reset(seed=seed)
        self._seen = self.worlds.observe(self.seat)
        return self._seen, {"run": self.worlds.run.copy()}

    def step(self, actions: NDArray[Any]) -> tuple[Observation, Floats, Marked, Marked, dict[str, Any]]:
        """Take an action in every world."""
        before = self.worlds.over.copy()
        if before.all():
            observation, infos = self.reset()
            nothing = np.zeros((2, self.num_envs), bool)
            return observation, np.zeros(self.num_envs), nothing[0], nothing[1], infos
        steps = self.worlds.step({self.seat: actions})
        reward = self.worlds.rewards(steps)[self.seat]
        seen = self.worlds.observe(self.seat)
        if before.any():
            reward[before] = 0.0
            for name, rows in seen.items():
                rows[before] = self._seen[name][before]
        self._seen = seen
        infos = {"refused": steps[self.seat].refused & ~before}
        return seen, reward, self.worlds.terminated.copy(), self.worlds.truncated.copy(), infos
