"""How fast worlds for learners are, beside a plain PettingZoo environment around the reference model: `make bench`.

A decision is what one actor decides on one day, whether a learner or the rules decide for it. Observations and masks
are made each day, and the learner's action is drawn among those of the mask; each core has worlds of its own, in a
process of its own, as in training.
"""

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pettingzoo
from gymnasium import spaces

import sim
from sim.play.learning import CrisisVectorEnv
from tests.oracle import ReferenceModel
from tests.oracle.actor import ActorAgent, Intent

SEAT = "iran"


class SeatedAgent(ActorAgent):
    """An actor of the reference model, whose hand does what it is told."""

    def choose(self, hand: str) -> None:
        super().choose(hand)
        told = self.model.told
        if self.name == SEAT and told is not None and self.hand_of[told] == hand:
            self.intents[hand] = Intent(told)


class SeatedReference(ReferenceModel):
    """The reference model with a seat."""

    actor_type = SeatedAgent
    told: str | None = None


class PlainEnv(pettingzoo.ParallelEnv):
    """One seat in one world of the reference model, as one would write it without an engine."""

    metadata = {"name": "plain"}

    def __init__(self, scenario: sim.Scenario) -> None:
        self.scenario, self.possible_agents, self.runs = scenario, [SEAT], 0
        model = SeatedReference(scenario)
        self.acts = [name for name in self._me(model).actions if not scenario.theatre.actions[name].accident]
        self.actions = spaces.Discrete(1 + len(self.acts))
        self.observations = spaces.Dict(
            {
                "observation": spaces.Box(-np.inf, np.inf, (len(model.values),), np.float32),
                "action_mask": spaces.Box(0, 1, (1 + len(self.acts),), np.int8),
            }
        )

    def _me(self, model: SeatedReference) -> SeatedAgent:
        return next(agent for agent in model.agents if getattr(agent, "name", None) == SEAT)

    def observation_space(self, agent: str) -> Any:
        return self.observations

    def action_space(self, agent: str) -> Any:
        return self.actions

    def reset(self, seed: int | None = None, options: Any = None) -> tuple[Any, Any]:
        self.model = SeatedReference(self.scenario, seed=1, run=self.runs)
        self.runs += 1
        self.agents = [SEAT]
        return {SEAT: self._seen()}, {SEAT: {}}

    def _seen(self) -> Any:
        me = self._me(self.model)
        # By the conditions of the morning before: the plain model has no hour between its morning and its choices.
        mask = [1, *(int(me.eligible(act)) for act in self.acts)] if self.model.day else [1] * (1 + len(self.acts))
        return {
            "observation": np.array(list(self.model.values.values()), np.float32),
            "action_mask": np.array(mask, np.int8),
        }

    def step(self, actions: Any) -> tuple[Any, ...]:
        chosen = int(actions[SEAT])
        self.model.told = self.acts[chosen - 1] if chosen else None
        self.model.step()
        over = not self.model.running
        self.agents = [] if over else self.agents
        return {SEAT: self._seen()}, {SEAT: 0.0}, {SEAT: False}, {SEAT: over}, {SEAT: {}}


def plain(scenario: sim.Scenario, days: int) -> float:
    """Days of a world in a second, in the plain environment."""
    env, dice = PlainEnv(scenario), np.random.default_rng(0)
    seen, _ = env.reset()
    begun = time.perf_counter()
    for _ in range(days):
        mask = seen[SEAT]["action_mask"]
        seen, *_ = env.step({SEAT: (dice.random(mask.shape) * mask).argmax()})
        if not env.agents:
            seen, _ = env.reset()
    return days / (time.perf_counter() - begun)


_env: CrisisVectorEnv | None = None


def _begin(scenario: sim.Scenario, worlds: int) -> None:
    global _env
    _env = CrisisVectorEnv(scenario, SEAT, worlds, seed=1)
    _live(2)


def _live(steps: int) -> tuple[float, float]:
    """When some steps began and ended."""
    assert _env is not None
    seen, _ = _env.reset(seed=1)
    dice = np.random.default_rng(0)
    begun = time.monotonic()
    for _ in range(steps):
        mask = seen["action_mask"]
        seen, *_ = _env.step((dice.random(mask.shape, np.float32) * mask).argmax(axis=1))
    return begun, time.monotonic()


def lockstep(scenario: sim.Scenario, worlds: int, cores: int, steps: int, repeats: int = 3) -> float:
    """Days of a world in a second, on some cores together, the best of some repeats."""
    best = 0.0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_begin, initargs=(scenario, worlds)) as pool:
        list(pool.map(time.sleep, [1.0] * cores))  # until every process has its worlds
        for _ in range(repeats):
            times = list(pool.map(_live, [steps] * cores))
            took = max(end for _, end in times) - min(begun for begun, _ in times)
            best = max(best, cores * worlds * steps / took)
    return best


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenario", nargs="?", default="baseline")
    parser.add_argument("--steps", type=int, default=365, help="days in lockstep")
    parser.add_argument("--days", type=int, default=365, help="days of the plain environment")
    options = parser.parse_args()
    scenario = sim.load(options.scenario)
    actors = len(scenario.theatre.deciders)
    print(f"{scenario.name}: {actors} actors decide each day, one of them a learner's, a step is a day")
    rows = {"plain PettingZoo around the reference model": plain(scenario, options.days)}
    for worlds, cores in ((256, 1), (256, 2), (1024, 1), (1024, 2)):
        name = f"CrisisVectorEnv, {worlds:,} worlds on each of {cores} cores"
        rows[name if cores > 1 else f"CrisisVectorEnv, {worlds:,} worlds, one core"] = lockstep(
            scenario, worlds, cores, options.steps
        )
    slow = next(iter(rows.values()))
    for name, rate in rows.items():
        print(
            f"{name:48s} {rate * actors:12,.0f} decisions of actors/s {rate:10,.0f} of the seat/s {rate / slow:8,.0f} x"
        )


if __name__ == "__main__":
    main()
