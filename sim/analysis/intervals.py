"""Intervals for shares of runs."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Interval = Callable[[ArrayLike, ArrayLike, float], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""Makes lower and upper ends from successes, runs and coverage."""


def wilson(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Score interval of a share (Wilson 1927): keeps its coverage near 0 and 1, and for few runs.

    Parameters
    ----------
    successes, n : array_like
        Runs in which something held, and runs in all; they broadcast.
    level : float
        Coverage.

    Returns
    -------
    low, high : arrays between 0 and 1; from 0 to 1 where there is no run
    """
    k, runs = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    z = NormalDist().inv_cdf(0.5 + level / 2)
    some = np.where(runs > 0, runs, 1.0)
    share, spread = k / some, z * z / some
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / some + spread / (4 * some)) / (1 + spread)
    low = np.where((runs > 0) & (k > 0), np.clip(middle - half, 0, 1), 0.0)
    high = np.where((runs > 0) & (k < runs), np.clip(middle + half, 0, 1), 1.0)
    return low, high
