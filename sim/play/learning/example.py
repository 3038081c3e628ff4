"""Train a small policy for one seat, and hold it beside doing nothing, chance and the rules.

    python -m sim.play.learning.example [--generations 10] [--worlds 256] [--seed 0]

Iran decides once a week and holds on the other days. Its reward is `relief_without_war`: sanctions weigh on it day by
day, and a sustained war costs as much as a year under all of them. A linear policy, which reads three of the seat's
features, is trained by CMA-ES (Hansen 2016, arXiv:1604.00772), in the form that learns a width for each of its numbers
and no more (`CMA_diagonal`). All policies of a generation play the same worlds, and each generation new ones; what is
printed at the end comes from worlds that none was trained on.

What it learns is where this model is open, not what Iran should have done. With the defaults, it offers talks every
week, some fifty times a year, and Washington eases the sanctions more and more. In the model an offer costs nothing and
has its whole effect each time. The rules make fewer than one a year: offers are rare by their rate, and an act that
`recovers` is drawn less often soon after it was done. That holds back the draw, and not a learner.
"""

import argparse
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.extras import extra
from sim.analysis.paired import mean_difference
from sim.theatre.compiled.program import NONE, Floats

from .policy import LinearPolicy
from .reward import Evening, Reward, Step
from .seat import BY_RULES, HOLDS, Otherwise
from .vector import CrisisVectorEnv
from .worlds import Observation

Choose = Callable[[Observation], NDArray[np.integer]]


def relief_without_war(before: Evening, after: Evening, step: Step) -> Floats:
    """What is left of the economy, 1 for a year without sanctions; and 1 less for a sustained war."""
    relief: Floats = step.days / 365 * (1.0 - after.variables["sanctions"])
    return relief - step.came_about["sustained_war"]


@dataclass(frozen=True)
class Task:
    """What is to be learnt, by whom, from what."""

    scenario: Any = "baseline"
    seat: str = "iran"
    reward: Reward = relief_without_war
    reads: tuple[str, ...] = ("grievance against us", "variable economic_pain", "variable alert")
    """The features that the policy reads."""
    days_per_step: int = 7
    worlds: int = 256
    """How many worlds each policy of a generation plays."""

    def env(self, worlds: int | None = None, otherwise: Otherwise = "hold") -> CrisisVectorEnv:
        """Worlds to play in."""
        return CrisisVectorEnv(
            self.scenario,
            self.seat,
            self.worlds if worlds is None else worlds,
            days_per_step=self.days_per_step,
            otherwise=otherwise,
            reward=self.reward,
            seed=0,
        )


def play(env: CrisisVectorEnv, choose: Choose, seed: int) -> Floats:
    """Live all worlds to their end; return what each was given, shape (world,)."""
    seen, _ = env.reset(seed=seed)
    total, over = np.zeros(env.num_envs), np.zeros(env.num_envs, bool)
    while not over.all():
        seen, reward, terminated, truncated, _ = env.step(choose(seen))
        total += reward
        over = terminated | truncated
    return total


_env: CrisisVectorEnv | None = None
"""The worlds of a worker, made once: a scenario takes longer to read than a year to play."""


def _begin(task: Task) -> None:
    global _env
    _env = task.env()


def _loss(task: Task, seed: int, numbers: Floats) -> float:
    assert _env is not None
    return -float(play(_env, LinearPolicy.of(numbers, _env.features, task.reads), seed).mean())


@contextmanager
def _workers(task: Task, processes: int) -> Iterator[Callable[..., Iterable[float]]]:
    """Something that maps as `map` does, on several processes if there are to be several."""
    if processes == 1:
        _begin(task)
        yield map
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(task,)) as pool:
        yield pool.map


def train(
    task: Task,
    generations: int,
    seed: int = 0,
    processes: int = 2,
    told: Callable[[int, float], None] = lambda generation, best: None,
) -> Floats:
    """Find the numbers of a policy.

    Parameters
    ----------
    task : Task
    generations : int
    seed : int
        Of the search; generation g plays on the dice of `seed + 1 + g`.
    processes : int
        On how many the policies of a generation are played.
    told : callable
        Is given the number of each generation and the best reward in it.
    """
    cma, env = extra("cma", "pycma", "learn"), task.env(1)
    start = LinearPolicy.start(len(env.actions), len(task.reads))
    options = {"CMA_diagonal": True, "popsize": 16, "seed": seed + 1, "verbose": -9}
    search = cma.CMAEvolutionStrategy(start, 0.6, options)
    with _workers(task, processes) as mapped:
        for generation in range(generations):
            policies = search.ask()
            losses = list(mapped(partial(_loss, task, seed + 1 + generation), policies))
            search.tell(policies, losses)
            told(generation, -min(losses))
    return np.asarray(search.result.xfavorite)


@dataclass
class Played:
    """What came of playing one way."""

    reward: Floats
    """Shape (world,)."""
    acts: dict[str, float]
    """How often the seat did each of its acts, on average."""
    outcomes: dict[str, float]
    """In which share of worlds each outcome came about."""


def compare(task: Task, numbers: Floats, worlds: int, seed: int) -> dict[str, Played]:
    """Play by holding, by chance, by the rules and by a policy, on the same fresh dice."""
    dice = np.random.default_rng(seed)

    def by_chance(seen: Observation) -> NDArray[np.integer]:
        mask = seen["action_mask"]
        chosen: NDArray[np.integer] = (dice.random(mask.shape) * mask).argmax(axis=1)
        return chosen

    env, rules = task.env(worlds), task.env(worlds, "rules")
    ways: dict[str, tuple[CrisisVectorEnv, Choose]] = {
        "hold": (env, lambda seen: np.full(worlds, HOLDS)),
        "random": (env, by_chance),
        "rules": (rules, lambda seen: np.full(worlds, BY_RULES)),
        "trained": (env, LinearPolicy.of(numbers, env.features, task.reads)),
    }
    return {name: _played(env, choose, seed) for name, (env, choose) in ways.items()}


def _played(env: CrisisVectorEnv, choose: Choose, seed: int) -> Played:
    reward = play(env, choose, seed)
    model, program = env.worlds.model, env.worlds.program
    events = model.events[: int(model.n_events[0])]
    counts = np.bincount(events["action"], minlength=len(program.actions)) / env.num_envs
    acts = {program.actions[act]: float(counts[act]) for act in env.worlds.seats[env.seat].acts}
    came_about = (model.world.outcome_day != NONE).mean(axis=1)
    return Played(reward, acts, dict(zip(program.outcomes, came_about.tolist(), strict=True)))


def report(task: Task, found: dict[str, Played]) -> str:
    """The rewards with their intervals, what the policy gains over the rules, and what it does."""
    lines = ["            reward   95 % interval       sustained war"]
    for name, each in found.items():
        mean, half = each.reward.mean(), _half(each.reward)
        war = each.outcomes.get("sustained_war", 0.0)
        lines.append(f"  {name:8}{mean:8.3f}   {mean - half:6.3f} to {mean + half:6.3f}   {war:10.1%} of runs")
    gain, low, high, _ = mean_difference(found["rules"].reward[:, None], found["trained"].reward[:, None])
    lines.append(
        f"  Trained less rules, world by world on the same dice: {gain[0]:.3f}, {low[0]:.3f} to {high[0]:.3f}."
    )
    trained, rules = found["trained"].acts, found["rules"].acts
    most = sorted(trained, key=lambda act: -trained[act])[:3]
    lines.append("What the policy does most, in a run, and how often the rules do it:")
    lines += [f"  {act}: {trained[act]:.1f} times, by the rules {rules[act]:.1f}" for act in most if trained[act]]
    lines.append(
        "An act that a policy does far more often than the rules is a hole in the model or in the reward before it is "
        "advice."
    )
    return "\n".join(lines)


def _half(values: Floats) -> float:
    """Half the width of the 95 % interval of a mean."""
    return float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m sim.play.learning.example", description=__doc__.split("\n")[0])
    parser.add_argument("--generations", type=int, default=10, help="of CMA-ES, 16 policies each")
    parser.add_argument("--worlds", type=int, default=256, help="that each policy plays")
    parser.add_argument("--seed", type=int, default=0, help="of the search and of all dice")
    parser.add_argument("--processes", type=int, default=2, help="on which policies are played")
    given = parser.parse_args(arguments)
    task = Task(worlds=given.worlds)
    from tqdm import tqdm

    with tqdm(total=given.generations, desc="generations", unit="") as line:

        def told(generation: int, best: float) -> None:
            line.set_postfix_str(f"best reward {best:.3f}")
            line.update()

        numbers = train(task, given.generations, given.seed, given.processes, told)
    print(f"Iran in '{task.scenario}', a decision every {task.days_per_step} days, fresh dice:")
    print(report(task, compare(task, numbers, 4 * given.worlds, given.seed)))


if __name__ == "__main__":
    main()
