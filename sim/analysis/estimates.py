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

from .arrays import Floats
from .intervals import wilson
from .units import Units

Z = 1.959963984540054
"""A normal deviate stays within it with probability 0.95."""
NO_EVENT = 3.689
"""Mean at which a Poisson count is zero with probability 0.025: how many there may be where none was seen."""
GROUPS = 20


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
    at = _first_below(curve, 1 - level)
    known = int(min(at, len(curve) - 1))

    def survival(some: NDArray[np.bool_]) -> float:
        return float(_surviving(days[some], ended[some], len(curve))[known])

    half = Z * jackknife(survival, unit)[1]
    return Estimate(at, _first_below(curve, 1 - level + half), _first_below(curve, 1 - level - half), len(days))


def _surviving(days: NDArray[Any], ended: NDArray[np.bool_], length: int = 0) -> Floats:
    """Share that lasts longer than each number of days."""
    length = length or int(days.max()) + 1
    ends = np.bincount(days[ended], minlength=length)
    at_risk = np.cumsum(np.bincount(days, minlength=length)[::-1])[::-1]
    return np.cumprod(1 - ends / np.maximum(at_risk, 1)).astype(np.float64)


def _first_below(curve: Floats, level: float) -> float:
    """The first number of days that no more than a share `level` outlast."""
    below = np.flatnonzero(curve <= level + 1e-12)
    return float(below[0]) if len(below) else np.inf
