"""Quantiles from counts of runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantiles(counts: NDArray[Any], values: NDArray[Any], levels: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles of each day, as `numpy.quantile` finds them, had every run the value that its bin stands for.

    A quantile lies between two runs next to each other in order of size, and counts tell exactly in which bins those
    two are. So where no value is further than some distance from the one that its bin stands for, no quantile is.

    Parameters
    ----------
    counts : array of int (day, bin)
        Runs in each bin, equally many on each day.
    values : array (bin,)
        What each bin stands for, rising.
    levels : sequence of float
        Such as 0.5 for the median.

    Returns
    -------
    array (level, day); NaN without runs
    """
    if not all(0 <= level <= 1 for level in levels):
        raise ValueError(f"a quantile has a level from 0 to 1, found {', '.join(map(str, levels))}")
    below = np.cumsum(counts, axis=1, dtype=np.int64)
    last = int(below[0, -1]) - 1
    found = np.full((len(levels), len(counts)), np.nan)
    if last < 0:
        return found
    for at, level in enumerate(levels):
        place = level * last
        lower, upper = (values[(below <= run).sum(axis=1)] for run in (int(place), min(int(place) + 1, last)))
        found[at] = lower + (place - int(place)) * (upper - lower)
    return found
