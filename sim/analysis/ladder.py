"""Runs on the ladder: on which rung they stand, and which they have reached."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def standing(rung: NDArray[Any], rungs: int = 10) -> NDArray[np.float64]:
    """Share of the runs that stand on each rung on each day.

    Parameters
    ----------
    rung : array of int (run, day)
    rungs : int
        Rungs of the ladder.

    Returns
    -------
    array (rung, day); on each day the shares sum to 1
    """
    counts = np.stack([(rung == step).sum(axis=0) for step in range(rungs)])
    shares: NDArray[np.float64] = counts / len(rung)
    return shares


def reached(rung: NDArray[Any], steps: Sequence[int]) -> NDArray[np.int64]:
    """Count the runs that have stood on a rung or above it by each day.

    Every run goes on to the horizon, so nothing is censored and the count over the runs is the exact first-passage
    share of the ensemble.

    Parameters
    ----------
    rung : array of int (run, day)
    steps : sequence of int
        The rungs.

    Returns
    -------
    array (step, day)
    """
    highest = np.maximum.accumulate(rung, axis=1)
    return np.stack([(highest >= step).sum(axis=0) for step in steps])
