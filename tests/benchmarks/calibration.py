"""Simulation-based calibration of `sim fit` (Talts et al. 2018): python -m tests.benchmarks.calibration [histories].

Numbers are drawn from their priors, a history is simulated with them and made a record, and the numbers are fitted to
that. If all is right, the rank of each true number among its draws is uniform, and 90 % intervals hold it in 90 of 100
histories. Chances of acts, what is covered and what is latent, the filter, the sampler and the prior are all in it.
"""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import yaml
from scipy.stats import chisquare

import sim
from sim.execution.run import run_columns
from sim.experiments.record.choose import prior_of
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from sim.theatre.parameters.prior import Prior

PAGE = Path(__file__).parent / "CALIBRATION.md"
NUMBERS = "actors.north.replies.rate", "actions.north.mobilise.rate", "actions.south.mobilise.drivers.fear"
COVERED = (3, 9)
"""Rungs on which an act would not have been missed; what happens below is latent."""
DAYS, SETS, PARTICLES = 180, 128, 32
BINS = 8
"""Of ranks: the draws, thinned to one fewer than a multiple of it."""
SEED = 20

HEAD = """# Calibration of fits

Of {histories} histories of two rivals over {days} days, simulated with numbers drawn from their priors and fitted by
{sets} sets and filters of {particles} particles (`make calibration`; {seconds:.0f} s): how often the 90 % interval of
the posterior held the number that was true, and whether its rank among the draws is uniform (χ² over {bins} bins). Of
so many histories, intervals that hold in 90 of 100 are seen to hold in {low:.0f} to {high:.0f} %.

| number | held | χ², p | ranks | contraction, mean |
|---|---|---|---|---|
"""


class Fitted(NamedTuple):
    """What came of one history."""

    rank: np.ndarray[Any, Any]
    """Of each true number among thinned draws, from 0 to as many as these."""
    held: np.ndarray[Any, Any]
    contraction: np.ndarray[Any, Any]


def rivals() -> Scenario:
    """Two rivals, afraid of each other on the first morning, and no script."""
    lesson = with_numbers(sim.load("first_lesson"), {"variables.fear.start": 0.6})
    return lesson.model_copy(update={"script": {}, "days": DAYS, "name": "rivals"})


def recorded(scenario: Scenario, prior: Prior, values: np.ndarray[Any, Any], run: int, folder: Path) -> Path:
    """Simulate a history with these numbers, and write what of it is covered as a record."""
    design = {path: np.array([value]) for path, value in zip(prior.names, values, strict=True)}
    events = run_columns(scenario, SEED, np.array([run]), design).events
    actions = program_of(scenario).actions
    acts = {
        f"act_{at}": {
            "on": scenario.start + timedelta(days=int(events["day"][at])),
            "do": actions[events["action"][at]],
            "deaths": int(events["fatalities"][at]),
            "source": "judgement: simulated",
        }
        for at in range(len(events["day"]))
        if COVERED[0] <= events["rung"][at] <= COVERED[1]
    }
    content = {
        "schema_version": 1,
        "from": scenario.start,
        "until": scenario.end,
        "events": acts,
        "covers": [{"rungs": list(COVERED), "actors": ["north", "south"], "chance": 1}],
    }
    path = folder / "record.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def histories(n: int) -> Iterator[Fitted]:
    """Fit so many histories."""
    scenario = rivals()
    prior = prior_of(scenario, list(NUMBERS))
    draws = np.random.default_rng(SEED).standard_normal((n, len(prior.names)))
    for run, z in enumerate(draws):
        with TemporaryDirectory() as folder:
            record = recorded(scenario, prior, prior.values(z), run, Path(folder))
            found = sim.fit(
                scenario, list(NUMBERS), record=record, sets=SETS, particles=PARTICLES, seed=run, progress=None
            )
        after = prior.normal(found.draws.to_numpy())
        thinned = np.random.default_rng([SEED, run]).permutation(after)[: SETS // BINS * BINS - 1]
        low, high = np.quantile(after, [0.05, 0.95], axis=0)
        yield Fitted((thinned < z).sum(axis=0), (low <= z) & (z <= high), 1 - after.var(axis=0))


def page(found: list[Fitted], seconds: float) -> tuple[str, bool]:
    """The page, and whether all intervals hold in 85 to 95 % and all ranks may be uniform."""
    ranks, held, contraction = (np.array([getattr(each, name) for each in found]) for name in Fitted._fields)
    half = 164.5 * (0.09 / len(found)) ** 0.5
    sizes = {"days": DAYS, "sets": SETS, "particles": PARTICLES, "bins": BINS}
    text = HEAD.format(histories=len(found), seconds=seconds, low=90 - half, high=90 + half, **sizes)
    sound = True
    per_bin = SETS // BINS
    for at, path in enumerate(NUMBERS):
        counts = np.bincount(ranks[:, at] // per_bin, minlength=BINS)
        p, share = float(chisquare(counts).pvalue), float(held[:, at].mean())
        sound &= p > 0.01 and 0.85 <= share <= 0.95
        bars = " ".join(map(str, counts))
        text += f"| `{path}` | {share:.1%} | {p:.2f} | {bars} | {contraction[:, at].mean():.0%} |\n"
    return text, sound


if __name__ == "__main__":
    began = time.perf_counter()
    fitted = list(histories(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
    written, calibrated = page(fitted, time.perf_counter() - began)
    PAGE.write_text(written, encoding="utf-8")
    print(written)
    sys.exit(not calibrated)
