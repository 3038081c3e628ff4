"""Two errors of a share: that of the dice, and that of not knowing the numbers, told apart by runs that share numbers.

Each set of numbers is run a few times, under dice of its own each time. Of two runs of one set, and of two runs of
different sets, count how often the outcome holds in both. With p(θ) the share under numbers θ, the first happens with
probability E p(θ)², the second with (E p(θ))², so that their difference is the variance of p(θ): what the numbers alone
do. It is the covariance within sets of a random-effects analysis of variance, and unbiased however many runs of a set
are missing. By the law of total variance the rest of p(1 - p), E p(θ)(1 - p(θ)), is what the dice do.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats
from .intervals import wilson


class TwoErrors(NamedTuple):
    """Errors of the shares of some outcomes; each an array by outcome, NaN where there are too few runs."""

    share: Floats
    low: Floats
    """Sampling error: an interval of the share over all sets of numbers, as Wilson's for as many independent runs as
    these are worth."""
    high: Floats
    spread_low: Floats
    """Parameter error: between these lie the shares under most sets of numbers, were each known to be the right one."""
    spread_high: Floats
    numbers: Floats
    """Share of the variance that the numbers make, the rest being the dice."""
    numbers_low: Floats
    """Its interval, by leaving out each set in turn (jackknife)."""
    numbers_high: Floats
    effective_n: Floats
    """Effective sample size: how many independent runs would have as small a sampling error."""


def by_set(held: ArrayLike, sound: ArrayLike, sets: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the runs of each set.

    Parameters
    ----------
    held : array of bool (run, outcome)
    sound : array of bool (run,)
    sets : array of int (run,)
        Which runs belong together.

    Returns
    -------
    numbers of the sets, and for each a row: its runs, those that are sound, and in how many of them each outcome held
    """
    sound = np.asarray(sound, bool)
    numbers, place = np.unique(np.asarray(sets, np.int64), return_inverse=True)
    columns = [np.ones(len(sound), bool), sound, *(np.asarray(held, bool).T & sound)]
    rows = [np.bincount(place, column, minlength=len(numbers)) for column in columns]
    return numbers, np.array(rows).T.astype(np.int64)


def tally(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Count sets by how many of their runs are sound, and in how many of those an outcome held.

    Parameters
    ----------
    rows : array of int (set, 2 + outcome)
        As `by_set` makes them.
    most : int
        Runs that a set may have.

    Returns
    -------
    array of int (outcome, runs that are sound, runs in which it held)
    """
    counts = np.zeros((rows.shape[1] - 2, most + 1, most + 1), np.int64)
    for outcome, held in enumerate(rows.T[2:]):
        np.add.at(counts[outcome], (rows[:, 1], held), 1)
    return counts


def two_errors(counts: ArrayLike, level: float = 0.95) -> TwoErrors:
    """Tell the two errors of shares apart.

    Parameters
    ----------
    counts : array of int (outcome, runs that are sound, runs in which it held)
        Sets, as `tally` counts them.
    """
    counts = np.asarray(counts, float)
    n, held = (axis.ravel() for axis in np.indices(counts.shape[1:]))
    weights = counts.reshape(len(counts), len(n))
    sums = weights @ np.stack([n, held, n * (n - 1), held * (held - 1), n**2, held**2], axis=1)
    with np.errstate(all="ignore"):
        share, total, numbers, pairs = _parts(sums)
        ratio = np.clip(numbers / total, 0, 1)
        effective_n = sums[:, 0] / (1 + np.where(np.isfinite(ratio), ratio, 0) * pairs)
        error = _jackknife(sums, weights, n, held) * NormalDist().inv_cdf(0.5 + level / 2)
    low, high = wilson(share * effective_n, effective_n, level)
    varies = np.where(np.isfinite(ratio), np.clip(numbers, 0, total), np.nan)
    spread = np.array([_spread(*each, level) for each in zip(share, varies, strict=True)])
    ends = (np.clip(ratio - error, 0, 1), np.clip(ratio + error, 0, 1))
    spread_low, spread_high = spread.reshape(-1, 2).T
    return TwoErrors(share, low, high, spread_low, spread_high, ratio, *ends, effective_n)


def _parts(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Share, variance, what of it the numbers make, and fellows in its set of a run, from sums over sets."""
    n, held, pairs, held_pairs, n2, held2 = np.moveaxis(sums, -1, 0)
    apart = (held**2 - held2) / (n**2 - n2)
    return held / n, held / n - apart, held_pairs / pairs - apart, pairs / n


def _jackknife(sums: Floats, weights: Floats, n: NDArray[np.int64], held: NDArray[np.int64]) -> Floats:
    """Standard error of the share of the variance that the numbers make."""
    each = np.stack([n, held, n * (n - 1), held * (held - 1), n**2, held**2], axis=1)
    _, total, numbers, _ = _parts(sums[:, None] - each)
    left = np.where(weights > 0, numbers / total, 0)
    sets = weights.sum(axis=1, keepdims=True)
    mean = (weights * left).sum(axis=1, keepdims=True) / sets
    error: Floats = np.sqrt((sets[:, 0] - 1) / sets[:, 0] * (weights * (left - mean) ** 2).sum(axis=1))
    return error


def _spread(mean: float, variance: float, level: float) -> tuple[float, float]:
    """The middle of a beta distribution with this mean and variance: how shares lie under different numbers."""
    if not np.isfinite(variance):
        return np.nan, np.nan
    if variance <= 0:
        return mean, mean
    size = mean * (1 - mean) / variance - 1
    if size <= 0:  # under any numbers either always or never
        return float(mean > 0.5 + level / 2), float(mean > 0.5 - level / 2)
    a, b = mean * size, (1 - mean) * size
    # On the scale of log(x / (1 - x)) the density has no poles.
    place = np.linspace(-30 / a - 10, 30 / b + 10, 40_001)
    density = np.exp(_peaked(-a * np.logaddexp(0, -place) - b * np.logaddexp(0, place)))
    below = np.cumsum(density) / density.sum()
    low, high = np.interp([0.5 - level / 2, 0.5 + level / 2], below, place)
    return float(1 / (1 + np.exp(-low))), float(1 / (1 + np.exp(-high)))


def _peaked(logarithm: Floats) -> Floats:
    peaked: Floats = logarithm - logarithm.max()
    return peaked
