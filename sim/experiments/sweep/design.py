"""Points of a sweep by one of `sim.analysis.methods`, as many as are asked for."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import get_args

import numpy as np

from sim.analysis.methods import Space, SweepMethod, sweep_methods
from sim.execution.plan import PlanError
from sim.given import MOST_RUNS, seed_of, whole
from sim.results.design import Design, Dice, Varied
from sim.theatre.parameters.law import Laws

MOST_VALUES = 2**28
"""A design with more values than that, of all numbers at all points, is refused: it would fill the memory."""


class DesignError(PlanError):
    """There is no such design; the message says what would do."""


def make(
    varied: tuple[Varied, ...],
    method: str = "sobol",
    samples: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    dice: Dice = "common",
) -> Design:
    """Choose the points of a sweep.

    Parameters
    ----------
    varied : tuple of Varied
    method : str
        Its name in `sim.analysis.methods`.
    samples : int, optional
        How many points at most; the method takes what fits in. Left out, what the method usually needs.
    replicates : int, optional
        Runs at each point. Left out, what the method usually needs.
    seed : int
    dice : {"common", "own"}
        The same at all points, or each point's own.

    Raises
    ------
    DesignError
        There is no such method or kind of dice, or it needs more points, or the design would be too large.
    sim.analysis.extras.MissingExtraError
        SALib is not installed.
    """
    samples = None if samples is None else whole(samples, "samples", 1, MOST_RUNS, DesignError)
    seed = seed_of(seed, DesignError)
    known = sweep_methods()
    if method not in known:
        raise DesignError(f"there is no method '{method}'; there are {', '.join(known)}")
    if dice not in get_args(Dice):
        raise DesignError(f"dice are 'common', the same at all points, or each point's 'own'; found '{dice}'")
    chosen, k = known[method], len(varied)
    replicates = whole(chosen.replicates if replicates is None else replicates, "replicates", 1, MOST_RUNS, DesignError)
    steps = chosen.usual if samples is None else _steps(chosen, k, samples)
    n = chosen.points(steps, k)
    if n * k > MOST_VALUES:
        raise DesignError(f"{method} over {k:,} numbers takes {n:,} points, too many to hold in memory; {_SCREEN}")
    if dice == "own" and n * replicates > MOST_RUNS:
        raise DesignError(f"{n * replicates:,} runs are more than there are dice, {MOST_RUNS:,}; take fewer points")
    space = _space(varied)
    values = np.ascontiguousarray(chosen.draw(space, steps, seed), np.float64)
    if chosen.within:
        values = np.clip(values, space.low, space.high)
    return Design(method, varied, values, replicates, seed, dice)


def _space(varied: tuple[Varied, ...]) -> Space:
    """Ranges as arrays, with the law of each number between its ends."""
    low, high, base = (np.array([each[at] for each in varied], np.float64) for at in (1, 2, 3))
    laws = Laws([each.number for each in varied])
    return Space(tuple(each.path for each in varied), low, high, base, lambda places: laws.within(places.T).T)


def _steps(method: SweepMethod, k: int, samples: int) -> int:
    """The most steps of which no more points come than are allowed."""
    least = method.points(method.least, k)
    if samples < least:
        raise DesignError(
            f"{samples:,} points are too few for {method.name} over {k:,} numbers: it needs {least:,} at least, "
            f"{method.step} (--samples {least}); {_SCREEN}"
        )
    if method.doubling:
        counts: Sequence[int] = [method.least << each for each in range(samples.bit_length())]
    else:
        counts = range(method.least, max(samples, method.least) + 1)
    most = counts[bisect_right(counts, samples, key=lambda steps: method.points(steps, k)) - 1]
    # The fewest that give as many points: of some methods, more steps give no more.
    return counts[bisect_left(counts, method.points(most, k), key=lambda steps: method.points(steps, k))]


_SCREEN = "choose fewer numbers with --param, such as those that a screen by lhs or morris finds to matter"
