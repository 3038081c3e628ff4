"""Runs on the ladder: on which rung they stand, and which they have reached."""

from collections.abc import Sequence
from typing import Any, NamedTuple

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


class Together(NamedTuple):
    """Of runs that were drawn together: ordered pairs of two of them, and in how many something holds for both."""

    pairs: NDArray[np.int64]
    """Shape ()."""
    standing: NDArray[np.int64]
    """Both stand on the rung: shape (rung, day)."""
    reached: NDArray[np.int64]
    """Both have stood on the rung or above it by the day: shape (rung, day)."""

    @classmethod
    def none(cls, days: int, rungs: int = 10) -> "Together":
        """Of no runs."""
        return cls(np.zeros((), np.int64), *np.zeros((2, rungs, days), np.int64))


def together(rung: NDArray[Any], labels: NDArray[Any], rungs: int = 10) -> Together:
    """Count what runs have in common that were drawn together.

    Parameters
    ----------
    rung : array of int (run, day)
    labels : array (run,), in order
        Runs of one label were drawn together.
    rungs : int
        Rungs of the ladder.
    """
    rung = rung.astype(np.int8)
    found, highest = Together.none(rung.shape[1], rungs), np.maximum.accumulate(rung, axis=1)
    for apart in range(1, len(labels)):
        one = np.flatnonzero(labels[apart:] == labels[:-apart])
        if not len(one):
            break
        other, steps = one + apart, range(rungs)
        both = np.where(rung[one] == rung[other], rung[one], -1)
        found.pairs[...] += 2 * len(one)
        found.standing[...] += 2 * np.stack([(both == step).sum(axis=0) for step in steps])
        found.reached[...] += 2 * reached(np.minimum(highest[one], highest[other]), steps)
    return found
