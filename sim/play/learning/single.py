"""One seat learns in one world."""

from collections.abc import Iterable
from os import PathLike
from typing import Any

import numpy as np

from sim.analysis.extras import extra
from sim.theatre.language.scenario import Scenario

from .of_day import text_of_day
from .reward import Reward
from .seat import Otherwise
from .spaces import action_space, observation_space
from .worlds import Observation, Worlds

Env: Any = extra("gymnasium", "Gymnasium", "learn").Env


class CrisisEnv(Env):
    """One seat learns, everybody else follows the rules, in one world: `CrisisVectorEnv` for those who want one.

    Parameters
    ----------
    scenario, seat, days_per_step, otherwise, reward, ends, seed
        As of `CrisisVectorEnv`; a reward has arrays of one value each, and may give a plain number.
    render_mode : 'ansi', optional
        `render` tells what was done on the last day.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seat: str = "iran",
        *,
        days_per_step: int = 1,
        otherwise: Otherwise = "rules",
        reward: Reward | None = None,
        ends: Iterable[str] = (),
        seed: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.worlds = Worlds(
            scenario, [seat], 1, days_per_step=days_per_step, otherwise=otherwise, ends=ends, reward=reward, seed=seed
        )
        self.seat, self.render_mode = seat, render_mode
        self.observation_space = observation_space(self.worlds, seat)
        self.action_space = action_space(self.worlds, seat)

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
        """Begin anew; `info["run"]` tells which run it is."""
        self.worlds.begin(seed)
        super().reset(seed=seed)
        return self._observe(), {"run": int(self.worlds.run[0])}

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Take an action."""
        if self.worlds.over[0]:
            raise RuntimeError("this world is over; call reset()")
        steps = self.worlds.step({self.seat: np.array([action])})
        reward = float(self.worlds.rewards(steps)[self.seat][0])
        terminated, truncated = bool(self.worlds.terminated[0]), bool(self.worlds.truncated[0])
        return self._observe(), reward, terminated, truncated, {"refused": bool(steps[self.seat].refused[0])}

    def _observe(self) -> Observation:
        return first_of(self.worlds.observe(self.seat))

    def render(self) -> str | None:
        """What was done on the last day."""
        return text_of_day(self.worlds) if self.render_mode == "ansi" else None


def first_of(seen: Observation) -> Observation:
    """What is observed in the first of some worlds."""
    return {name: rows[0] for name, rows in seen.items()}
