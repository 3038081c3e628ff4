"""Counts of events of which a record lists some: how they are spread once each is kept by chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom


def thinned(counts: NDArray[Any], chances: ArrayLike) -> NDArray[np.float64]:
    """How likely each number of kept events is in a run, if every event is kept by chance on its own.

    No dice are thrown: it is the mean over the runs of the distribution of a sum of binomial numbers.

    Parameters
    ----------
    counts : array of int (run, kind)
        Events of each kind in each run.
    chances : array (kind,)
        The chance to keep one.

    Returns
    -------
    array (n + 1,)
        Of 0, 1, … n kept events, n being the most in any run

    >>> thinned(np.array([[2], [0]]), [0.5]).tolist()
    [0.625, 0.25, 0.125]
    """
    each, runs = np.unique(counts, axis=0, return_counts=True)
    spread = np.zeros(int(counts.sum(axis=1).max(initial=0)) + 1)
    for kinds, times in zip(each, runs, strict=True):
        kept = np.ones(1)
        for n, chance in zip(kinds.tolist(), np.asarray(chances, float).tolist(), strict=True):
            kept = np.convolve(kept, binom.pmf(np.arange(n + 1), n, chance))
        spread[: len(kept)] += times * kept
    return spread / max(len(counts), 1)


def central(spread: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.int64]:
    """The least and the greatest number of central intervals: either tail beyond holds no more than half of the rest.

    Parameters
    ----------
    spread : array (n + 1,)
        How likely 0, 1, … n are.
    shares : sequence of float
        How much each interval holds at least.

    Returns
    -------
    array (share, 2)

    >>> central(np.full(10, 0.1), [0.5]).tolist()
    [[2, 7]]
    """
    tails = (1 - np.asarray(shares, float)) / 2
    whole = np.cumsum(spread)
    # sums of shares of runs, such as five times 0.05, may miss the level by the last bit
    low, high = (np.searchsorted(whole, level * whole[-1] - 1e-12) for level in (tails, 1 - tails))
    return np.stack([low, high], axis=1)
