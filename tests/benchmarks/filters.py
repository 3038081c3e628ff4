"""How fast particles follow the shipped record, beside as many runs of their own: `make bench`.

Both take turns in one process, and processor time is counted, so that what else the machine is doing weighs on neither.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

import sim
from sim.engine.model import LockstepModel
from sim.experiments.record.following import Followed
from tests.benchmarks.bound import bound


def seconds(*works: Callable[[], object], repeats: int = 5) -> list[float]:
    """Processor seconds of each, the best of some turns."""
    best = [float("inf")] * len(works)
    for _ in range(repeats + 1):  # the first compiles
        for at, work in enumerate(works):
            begun = time.process_time()
            work()
            best[at] = min(best[at], time.process_time() - begun)
    return best


def stepped(model: LockstepModel, days: int) -> None:
    """Go on for some days."""
    for _ in range(days):
        model.step()


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="whole_crisis")
    parser.add_argument("--particles", type=int, default=1024)
    options = parser.parse_args()
    followed, n = Followed(sim.load(options.scenario)), options.particles
    days = followed.days
    sets = max(n // 128, 1)
    works = {
        f"runs of their own, {n:,} for {days} days": lambda: stepped(LockstepModel(followed.scenario, n, 7), days),
        f"a filter of {n:,} particles": lambda: stepped(followed.particles(n, 7), days),
        f"{sets} filters of {n // sets} side by side": lambda: stepped(
            followed.particles(n // sets, 7, dice=np.arange(sets)), days
        ),
    }
    took = seconds(*works.values())
    for what, each in zip(works, took, strict=True):
        print(f"{what:42s} {1 / each:6.2f} a second and core   {took[0] / each:5.2f} of the runs")
    cast, seen = followed.program.actor, followed.compiled.seen
    speaks = [seen[:, me["actions"] : me["actions_end"]].any(axis=1).mean() for me in cast]
    scenario = followed.scenario.model_copy(update={"days": days})
    most, shares = bound(scenario, speaks)
    parts = ", ".join(f"{kind} {share:.0%}" for kind, share in shares.items())
    print(f"{'its arithmetic alone':42s} {most / n:6.2f} a second and core   ({parts})")
    print(f"the filter reaches {n / (took[1] * most):.0%} of its arithmetic")


if __name__ == "__main__":
    main()
