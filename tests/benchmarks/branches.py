"""How soon branches answer, beside whole runs, on this machine: `make bench`."""

import time
from collections.abc import Callable

import sim

RUNS, DAY, DAYS = 1000, 240, 90


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Until the answer is there, the best of some repeats."""
    work()  # what is compiled or cached once
    took = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took)


def main() -> None:
    """Print one line for each question."""
    scenario = sim.load("baseline")
    asked = {
        f"{RUNS:,} branches of {DAYS} days, from day {DAY}": lambda: sim.branch(
            scenario, run=12, day=DAY, days=DAYS, runs=RUNS
        ),
        f"{RUNS:,} whole runs of {scenario.days} days": lambda: sim.run(scenario, RUNS, 7),
    }
    for what, work in asked.items():
        print(f"{what:45s} {seconds(work):6.2f} s")


if __name__ == "__main__":
    main()
