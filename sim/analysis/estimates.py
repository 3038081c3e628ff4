"""Figures of an ensemble with their 95 % intervals, where cases of one run depend on each other.

Runs, or sets of runs that share their numbers, are the units that were drawn by chance (`sim.analysis.units`), so every
interval here comes from the differences between units: by the linearised variance of a ratio (Cochran 1977, ch. 6), for
quantiles by turning the interval of a share round (Woodruff 1952), and for what has no formula by leaving out one group
of units after another.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Ints
from .intervals import wilson
from .units import Units

Z = 1.959963984540054
"""A normal deviate stays within it with probability 0.95."""
NO_EVENT = 3.689
"""Mean at which a Poisson count is zero with probability 0.025: how many there may be where none was seen."""
GROUPS = 20
JACKKNIFE = 2.0930240544082634
"""Standard errors to each side of a jackknife's interval: Student's t of one degree of freedom less than `GROUPS`."""


class Estimate(NamedTuple):
    """A figure, the interval around it, and the number of cases that it rests on."""

    value: float
    low: float
    high: float
    n: int


NOTHING = Estimate(np.nan, np.nan, np.nan, 0)
"""There was no case."""


def share(hit: NDArray[np.bool_], run: NDArray[Any], units: Units) -> Estimate:
    """Share of cases that are hits.

    Wilson's interval at the number of independent cases that would spread as widely.

    Parameters
    ----------
    hit : array of bool (case,)
    run : array of int (case,)
    units : Units
        Which runs were drawn together.
    """
    if not len(hit):
        return NOTHING
    cases, hits = units.sums(run), units.sums(run, hit)
    value = float(hit.mean())
    error = _error(hits, cases, value)
    alike = value * (1 - value) / error**2 if error > 0 else float((cases > 0).sum())
    independent = min(alike, len(hit))
    low, high = wilson(value * independent, independent)
    return Estimate(value, float(low), float(high), len(hit))


def ratio(top: Floats, bottom: Floats, n: int) -> Estimate:
    """Ratio of two sums over units, such as acts and the days on which they might have been.

    Parameters
    ----------
    top, bottom : arrays (unit,)
    n : int
        Cases it rests on.
    """
    if bottom.sum() <= 0:
        return NOTHING
    value = float(top.sum() / bottom.sum())
    half = Z * _error(top, bottom, value)
    low, high = value - half, value + half
    if not top.any():
        high = NO_EVENT / float(bottom.sum())
    return Estimate(value, max(low, 0.0) if (top >= 0).all() else low, high, n)


def _error(top: Floats, bottom: Floats, value: float) -> float:
    """Standard error of a ratio of sums over units."""
    if len(top) < 2:
        return np.inf
    spread = ((top - value * bottom) ** 2).sum() * len(top) / (len(top) - 1)
    return float(np.sqrt(spread) / bottom.sum())


def quantile(values: NDArray[Any], run: NDArray[Any], units: Units, level: float = 0.5) -> Estimate:
    """Quantile of the cases.

    Parameters
    ----------
    values : array (case,)
    run : array of int (case,)
    units : Units
        Which runs were drawn together.
    level : float
        0.5 for the median.
    """
    if not len(values):
        return NOTHING
    value = np.quantile(values, level, method="inverted_cdf")
    below = values <= value
    half = Z * _error(units.sums(run, below), units.sums(run), float(below.mean()))
    ends = np.clip([level - half, level + half], 0, 1)
    low, high = np.quantile(values, ends, method="inverted_cdf")
    return Estimate(float(value), float(low), float(high), len(values))


def quantile_of_whole(values: Ints, run: Ints, units: Units, level: float = 0.5) -> Estimate:
    """Quantile of whole numbers, such as days: each stands for all that is nearest to it, evenly (grouped data).

    The quantile of the numbers themselves is a whole number, and so are the ends of its interval, which stay a number
    apart however many cases there are if about a share `level` of them is no greater.

    Parameters
    ----------
    values : array of int (case,), from 0
    run : array of int (case,)
    units : Units
        Which runs were drawn together.
    level : float
        0.5 for the median.
    """
    if not len(values):
        return NOTHING
    below = np.cumsum(np.bincount(values)) / len(values)
    value = _crossed(below, level)
    part = np.clip(value + 0.5 - values, 0, 1)  # of each case, what lies below the quantile
    half = Z * _error(units.sums(run, part), units.sums(run), float(part.mean()))
    return Estimate(value, _crossed(below, level - half), _crossed(below, level + half), len(values))


def _crossed(below: Floats, level: float) -> float:
    """Where a share that grows evenly around each whole number reaches a level; infinite where it never does.

    Parameters
    ----------
    below : array (number,)
        The share that is no greater than 0, 1, and so on.
    """
    level = max(level, 0.0)
    known = np.flatnonzero(np.diff(below, prepend=0) > 0)
    if not len(known) or below[-1] < level - 1e-12:
        return np.inf
    ends = [_reached(below, level + little) for little in (-1e-12, 1e-12)]  # the middle of where the share stands still
    return float(np.clip(np.mean(ends), known[0], known[-1]))


def _reached(below: Floats, level: float) -> float:
    at = min(int(np.searchsorted(below, level)), len(below) - 1)
    before = below[at - 1] if at else 0.0
    return at - 0.5 + min(max((level - before) / (below[at] - before), 0.0), 1.0) if below[at] > before else at + 0.5


def jackknife(figure: Callable[[NDArray[np.bool_]], float], unit: NDArray[Any]) -> tuple[float, float]:
    """Value and standard error of any figure of the cases.

    Parameters
    ----------
    figure : callable
        Takes which cases count, an array of bool (case,).
    unit : array of int (case,)
    """
    value = figure(np.ones(len(unit), bool))
    without = np.array([figure(unit % GROUPS != group) for group in range(GROUPS)])
    spread = ((without - without.mean()) ** 2).sum() * (GROUPS - 1) / GROUPS
    return value, float(np.sqrt(spread))


def lasting(days: NDArray[Any], ended: NDArray[np.bool_], unit: NDArray[Any], level: float = 0.5) -> Estimate:
    """Quantile of how long something lasts, some of which had not ended when its run did (Kaplan and Meier 1958).

    Parameters
    ----------
    days : array of int (case,)
        How long it lasted, or had lasted when the run ended.
    ended : array of bool (case,)
    unit : array of int (case,)
    level : float
        0.5 for the median. Infinite where fewer are known to have ended.
    """
    if not len(days):
        return NOTHING
    curve = _surviving(days, ended)
    at = _crossed(1 - curve, level)
    known = round(min(at, len(curve) - 1))

    def survival(some: NDArray[np.bool_]) -> float:
        return float(_surviving(days[some], ended[some], len(curve))[known])

    half = JACKKNIFE * jackknife(survival, unit)[1]
    return Estimate(at, _crossed(1 - curve, level - half), _crossed(1 - curve, level + half), len(days))


def _surviving(days: NDArray[Any], ended: NDArray[np.bool_], length: int = 0) -> Floats:
    """Share that lasts longer than each number of days."""
    length = length or int(days.max()) + 1
    ends = np.bincount(days[ended], minlength=length)
    at_risk = np.cumsum(np.bincount(days, minlength=length)[::-1])[::-1]
    return np.cumprod(1 - ends / np.maximum(at_risk, 1)).astype(np.float64)
