"""Points of a sweep by a method, as many as are asked for: samples of SALib and scipy, grids, one at a time."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.extras import extra
from sim.analysis.sensitivity import LEVELS
from sim.experiments.plan import PlanError
from sim.results.design import Design, Floats, Varied, problem

MOST_VALUES = 2**28
"""A design with more values than that, of all numbers at all points, is refused: it would fill the memory."""


class DesignError(PlanError):
    """There is no such design; the message says what would do."""


class Sampler(NamedTuple):
    """How a method chooses points."""

    points: Callable[[int, int], int]
    """Of how many steps of the method and numbers that vary, the number of points."""
    least: int
    """Steps that are too few below this."""
    usual: int
    """Steps if nothing is said."""
    draw: Callable[[tuple[Varied, ...], int, int], Floats]
    """Points in the numbers' units, of the steps and a seed."""
    step: str
    """What a step is."""
    doubling: bool = False
    """Whether steps come in powers of two."""


def make(
    varied: tuple[Varied, ...], method: str = "sobol", samples: int | None = None, replicates: int = 8, seed: int = 0
) -> Design:
    """Choose the points of a sweep.

    Parameters
    ----------
    varied : tuple of Varied
    method : str
        One of `SAMPLERS`.
    samples : int, optional
        How many points at most; the method takes what fits in. Left out, what the method usually needs.
    replicates : int
        Runs at each point.
    seed : int

    Raises
    ------
    DesignError
        There is no such method, or it needs more points, or the design would be too large.
    sim.analysis.extras.MissingExtraError
        SALib is not installed.
    """
    if method not in SAMPLERS:
        raise DesignError(f"there is no method '{method}'; there are {', '.join(SAMPLERS)}")
    if replicates < 1:
        raise DesignError(f"every point is run once at least, found {replicates} replicates")
    sampler, k = SAMPLERS[method], len(varied)
    steps = sampler.usual if samples is None else _steps(method, sampler, k, samples)
    n = sampler.points(steps, k)
    if n * k > MOST_VALUES:
        raise DesignError(f"{method} over {k:,} numbers takes {n:,} points, too many to hold in memory; {_SCREEN}")
    values = np.ascontiguousarray(sampler.draw(varied, steps, seed), np.float64)
    low, high = (np.array([each[end] for each in varied]) for end in (1, 2))
    if method != "oat":
        values = np.clip(values, low, high)  # scaling may step over an end in the last bit
    return Design(method, varied, values, replicates, seed)


def _steps(method: str, sampler: Sampler, k: int, samples: int) -> int:
    """The most steps of which no more points come than are allowed."""
    least = sampler.points(sampler.least, k)
    if samples < least:
        raise DesignError(
            f"{samples:,} points are too few for {method} over {k:,} numbers: it needs {least:,} at least, "
            f"{sampler.step} (--samples {least}); {_SCREEN}"
        )
    steps = sampler.least
    while sampler.points(following := steps * 2 if sampler.doubling else steps + 1, k) <= samples:
        if sampler.points(following, k) == sampler.points(steps, k):
            break
        steps = following
    return steps


_SCREEN = "choose fewer numbers with --param, such as those that a screen by lhs or morris finds to matter"


def _scaled(varied: tuple[Varied, ...], unit: Floats) -> Floats:
    low, high = (np.array([each[end] for each in varied]) for end in (1, 2))
    return np.asarray(low + unit * (high - low))


def _salib(module: str) -> Any:
    return extra(f"SALib.sample.{module}", "SALib")


def _sobol(varied: tuple[Varied, ...], steps: int, seed: int) -> Floats:
    drawn = _salib("sobol").sample(problem(varied), steps, calc_second_order=False, seed=np.random.default_rng(seed))
    return np.asarray(drawn)


def _morris(varied: tuple[Varied, ...], steps: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(_salib("morris").sample(problem(varied), steps, num_levels=LEVELS, seed=rng))


def _latin(varied: tuple[Varied, ...], steps: int, seed: int) -> Floats:
    from scipy.stats.qmc import LatinHypercube  # takes a while to import

    return _scaled(varied, LatinHypercube(len(varied), rng=np.random.default_rng(seed)).random(steps))


def _grid(varied: tuple[Varied, ...], steps: int, seed: int) -> Floats:
    levels = np.meshgrid(*([np.linspace(0, 1, steps)] * len(varied)), indexing="ij")
    return _scaled(varied, np.stack([level.ravel() for level in levels], axis=1))


def _one_at_a_time(varied: tuple[Varied, ...], steps: int, seed: int) -> Floats:
    """The base, then each number at its low and at its high end."""
    points = np.tile([each.base for each in varied], (2 * len(varied) + 1, 1))
    for at, each in enumerate(varied):
        points[1 + 2 * at : 3 + 2 * at, at] = each.low, each.high
    return points


SAMPLERS: dict[str, Sampler] = {
    "morris": Sampler(lambda steps, k: steps * (k + 1), 4, 10, _morris, "4 trajectories through all numbers"),
    "sobol": Sampler(
        lambda steps, k: steps * (k + 2), 64, 256, _sobol, "64 for each number and 128 more", doubling=True
    ),
    "pawn": Sampler(lambda steps, k: steps, 200, 1024, _latin, "20 for each of ten slices"),
    "delta": Sampler(lambda steps, k: steps, 200, 1024, _latin, "some for each class of a histogram"),
    "lhs": Sampler(lambda steps, k: steps, 32, 1024, _latin, "fewer show no correlation"),
    "oat": Sampler(lambda steps, k: 2 * k + 1, 1, 1, _one_at_a_time, "base and both ends of each"),
    "grid": Sampler(lambda steps, k: min(steps, 10**6) ** min(k, 64), 2, 5, _grid, "2 levels of each"),
}  # fmt: skip
"""Methods, and how they choose points; how they measure influence says `sim.analysis.sensitivity`."""
