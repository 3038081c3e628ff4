"""Counts of runs by day and by how large a value is, taken from a block's trajectories."""

from contextlib import nullcontext

import numpy as np
from numpy.typing import NDArray

from ._numba import compiling_alone, kernel, log

Counts = NDArray[np.uint32]
"""Shape (day, bin). Runs are numbered below 2**32, so no count is too large."""

_known: set[tuple[str, bool, bool]] = set()


def count(rows: NDArray[np.number], low: float, steps_per_unit: float, logarithmic: bool, counts: Counts) -> None:
    """Add to `counts` how many runs lie in each bin on each day.

    Bin k holds the values nearest to `low + k / steps_per_unit`, or whose logarithms are; what lies outside all bins
    counts in the first or the last.

    Parameters
    ----------
    rows : array (day, run)
        Finite values; quickest where runs lie side by side in memory.
    low : float
        The value, or its logarithm, in the middle of bin 0.
    """
    kind = rows.dtype.char, rows.flags.c_contiguous, rows.flags.f_contiguous
    # Each kind of array is compiled by itself, and one process may do so at a time (`compiling_alone`).
    with nullcontext() if kind in _known else compiling_alone():
        _count(rows, low, steps_per_unit, logarithmic, counts)
    _known.add(kind)


@kernel
def _count(rows, low, steps_per_unit, logarithmic, counts):
    last = counts.shape[1] - 1
    for d in range(rows.shape[0]):
        for r in range(rows.shape[1]):
            x = float(rows[d, r])
            if logarithmic:
                x = log(x)
            at = int((x - low) * steps_per_unit + 0.5)
            counts[d, min(max(at, 0), last)] += 1
