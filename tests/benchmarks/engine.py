"""How fast the engine is, beside the plain reference model, in one run on one machine: `make bench`."""

import argparse
import os
import platform
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import mesa

import sim
from sim.engine.day import PHASES, Phase
from sim.engine.model import LockstepModel
from sim.execution.run import RUNS_PER_BLOCK
from tests.benchmarks.bound import bound
from tests.benchmarks.doubled import doubled
from tests.oracle import ReferenceModel


def engine(scenario: sim.Scenario, runs: int, repeats: int = 3) -> float:
    """Runs per second of one model on one core, the best of some repeats."""
    best = 0.0
    for repeat in range(repeats):
        model = LockstepModel(scenario, runs=runs, seed=repeat)
        begun = time.perf_counter()
        while model.running:
            model.step()
        best = max(best, runs / (time.perf_counter() - begun))
    return best


class _Timed(LockstepModel):
    """A model that takes the time of each phase."""

    def enact(self, phase: Phase) -> None:
        begun = time.perf_counter()
        super().enact(phase)
        self.seconds[phase.name] = self.seconds.get(phase.name, 0.0) + time.perf_counter() - begun


def phases(scenario: sim.Scenario, runs: int, repeats: int = 3) -> dict[str, float]:
    """Nanoseconds that each phase takes for a day of one run, the least of some repeats."""
    made = []
    for repeat in range(repeats):
        model = _Timed(scenario, runs=runs, seed=repeat)
        model.seconds = {}
        while model.running:
            model.step()
        made.append(model.seconds)
    return {phase.name: min(each[phase.name] for each in made) / (runs * scenario.days) * 1e9 for phase in PHASES}


def cores(scenario: sim.Scenario, runs: int, count: int) -> float:
    """Runs per second of one model on each core."""

    def one(seed: int) -> None:
        model = LockstepModel(scenario, runs=runs, seed=seed)
        while model.running:
            model.step()

    with ThreadPoolExecutor(count) as pool:
        begun = time.perf_counter()
        list(pool.map(one, range(count)))
        return count * runs / (time.perf_counter() - begun)


def reference(scenario: sim.Scenario, iterations: int) -> float:
    """Runs per second of the plain model, one world each, under Mesa's own batch runner."""
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        mesa.batch_run(
            ReferenceModel, {"scenario": scenario}, iterations=iterations, max_steps=scenario.days,
            display_progress=False,
        )  # fmt: skip
    return iterations / (time.perf_counter() - begun)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="baseline")
    parser.add_argument("--iterations", type=int, default=6, help="runs of the reference model")
    options = parser.parse_args()
    scenario = sim.load(options.scenario)
    theatre = scenario.theatre
    print(
        f"{scenario.name}: {len(theatre.deciders)} actors, {len(theatre.actions)} actions, "
        f"{len(theatre.variables)} variables, {scenario.days} days; {platform.machine()}, {os.cpu_count()} cores"
    )
    engine(scenario, 2, repeats=1)  # compile
    plain = reference(scenario, options.iterations)
    rows = {"reference model under mesa.batch_run": plain}
    for runs in (1, 64, 256, RUNS_PER_BLOCK):
        rows[f"engine, one core, {runs} runs in lockstep"] = engine(scenario, runs)
    full = rows[f"engine, one core, {RUNS_PER_BLOCK} runs in lockstep"]
    rows[f"engine, {os.cpu_count()} cores, {RUNS_PER_BLOCK} runs on each"] = cores(
        scenario, RUNS_PER_BLOCK, os.cpu_count() or 1
    )
    for name, rate in rows.items():
        print(f"{name:45s} {rate:9,.1f} runs/s   {rate / plain:7,.0f} times the reference")
    most, shares = bound(scenario)
    parts = ", ".join(f"{kind} {share:.0%}" for kind, share in shares.items())
    print(
        f"{'its arithmetic alone, one core':45s} {most:9,.1f} runs/s   ({parts}); the engine reaches {full / most:.0%}"
    )
    print("nanoseconds for a day of one run, by phase:")
    found = phases(scenario, RUNS_PER_BLOCK)
    for phase in PHASES:
        share = found[phase.name] / sum(found.values())
        print(f"  {phase.name:12s} {found[phase.name]:8,.0f} ns  {share:4.0%}  {phase.does}")
    print("what twice as much costs, in time of one core:")
    twice = engine(scenario, 2 * RUNS_PER_BLOCK)
    print(f"  {'runs':20s} {2 * full / twice:5.2f} times")
    for what, larger in doubled(scenario).items():
        print(f"  {what:20s} {full / engine(larger, RUNS_PER_BLOCK):5.2f} times")


if __name__ == "__main__":
    main()
