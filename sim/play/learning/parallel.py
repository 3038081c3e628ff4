"""Several seats learn in one world."""

from collections.abc import Iterable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.extras import extra
from sim.given import whole
from sim.theatre.language.scenario import Scenario

from .of_day import text_of_day
from .reward import Reward
from .seat import Otherwise
from .single import first_of
from .spaces import action_space, observation_space, spaces
from .worlds import Observation, Worlds

ParallelEnv: Any = extra("pettingzoo", "PettingZoo", "learn").ParallelEnv

By = dict[str, Any]
"""Something by agent."""


class CrisisParallelEnv(ParallelEnv):
    """Several seats learn in one world, in which everybody else follows the rules.

    Agents are named as their seats. Actions, masks and observations are those of `CrisisVectorEnv`; all seats choose
    each morning, none knowing what the others will do.

    Parameters
    ----------
    scenario : Scenario or path
    seats : iterable of str
        Actors, or hands of them; no two share a hand.
    days_per_step, otherwise, ends, seed
        As of `CrisisVectorEnv`.
    reward : callable, optional
        As there; it is asked for every seat, which `step.seat` tells. Left out, it is 0 for all.
    max_cycles : int, optional
        After how many steps a world is truncated; left out, after the scenario's last day, which it never outlives.
    render_mode : 'ansi', optional
        `render` tells what was done on the last day.
    """

    metadata: dict[str, Any] = {"name": "crisis_v0", "render_modes": ["ansi"], "is_parallelizable": True}

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        seats: Iterable[str] = ("iran", "us"),
        *,
        days_per_step: int = 1,
        otherwise: Otherwise = "rules",
        reward: Reward | None = None,
        ends: Iterable[str] = (),
        seed: int | None = None,
        max_cycles: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.worlds = Worlds(
            scenario, seats, 1, days_per_step=days_per_step, otherwise=otherwise, ends=ends, reward=reward, seed=seed
        )
        self.max_cycles = self.worlds.program.days if max_cycles is None else whole(max_cycles, "max_cycles", 1)
        self.render_mode = render_mode
        self.possible_agents = list(self.worlds.seats)
        self.agents: list[str] = []
        self.observation_spaces = {name: observation_space(self.worlds, name) for name in self.possible_agents}
        self.action_spaces = {name: action_space(self.worlds, name) for name in self.possible_agents}
        program = self.worlds.program
        self.state_names: tuple[str, ...] = (
            *(f"variable {name}" for name in program.variables),
            *(f"{name}: {each}" for name in self.possible_agents for each in self.worlds.features[name].names),
        )
        """What each number of `state` is."""
        self.state_space = spaces.Box(-np.inf, np.inf, (len(self.state_names),), np.float32)

    def actions(self, agent: str) -> tuple[str, ...]:
        """What each of an agent's action numbers means."""
        return self.worlds.seats[agent].actions

    def features(self, agent: str) -> tuple[str, ...]:
        """What each number of an agent's observation is."""
        return self.worlds.features[agent].names

    def observation_space(self, agent: str) -> Any:
        """The space of what an agent observes; always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Any:
        """The space of what it can do; always the same object."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, By]]:
        """Begin anew, as `CrisisVectorEnv` does; `infos` tell which run it is."""
        self.worlds.begin(seed)
        self.agents, self._cycles = list(self.possible_agents), 0
        return self._observe(), {name: {"run": int(self.worlds.run[0])} for name in self.agents}

    def step(self, actions: By) -> tuple[dict[str, Observation], By, By, By, dict[str, By]]:
        """Take an action for every agent; all end together."""
        if not self.agents:
            return {}, {}, {}, {}, {}
        if missing := set(self.agents) - set(actions):
            raise ValueError(f"every agent acts in a step; none is given for {', '.join(sorted(missing))}")
        steps = self.worlds.step({name: np.array([actions[name]]) for name in self.agents})
        rewards = {name: float(given[0]) for name, given in self.worlds.rewards(steps).items()}
        self._cycles += 1
        over = bool(self.worlds.terminated[0])
        truncated = not over and (bool(self.worlds.truncated[0]) or self._cycles >= self.max_cycles)
        seen, infos = self._observe(), {name: {"refused": bool(step.refused[0])} for name, step in steps.items()}
        ends = dict.fromkeys(self.agents, over), dict.fromkeys(self.agents, truncated)
        if over or truncated:
            self.agents = []
        return seen, rewards, *ends, infos

    def _observe(self) -> dict[str, Observation]:
        return {name: first_of(self.worlds.observe(name)) for name in self.agents}

    def state(self) -> NDArray[np.float32]:
        """The whole world in one row, what seats cannot see too, for training that knows more than players do."""
        known = [self.worlds.features[name].read(self.worlds.model)[0] for name in self.possible_agents]
        return np.concatenate([self.worlds.model.world.x[:, 0], *known]).astype(np.float32)

    def render(self) -> str | None:
        """What was done on the last day."""
        return text_of_day(self.worlds) if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Let go of nothing: there is nothing to let go of."""
