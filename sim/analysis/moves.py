"""Moves of runs between rungs, and the order in which things came about in them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def moves(before: NDArray[Any], after: NDArray[Any], rungs: int = 10) -> NDArray[np.int64]:
    """Count moves from rung to rung.

    Parameters
    ----------
    before, after : arrays of int, of one shape
        Rungs at two times.

    Returns
    -------
    array (rung before, rung after)
    """
    pairs = before.astype(np.int64).ravel() * rungs + after.astype(np.int64).ravel()
    return np.bincount(pairs, minlength=rungs * rungs).reshape(rungs, rungs)


def stepwise(rung: NDArray[Any], days: int, rungs: int = 10) -> NDArray[np.int64]:
    """Count moves from rung to rung in stretches of so many days, end to end.

    Parameters
    ----------
    rung : array of int (run, day)
    days : int
        Days in a stretch; what is left over at the end of a run counts in none.

    Returns
    -------
    array (rung at the start of a stretch, rung at its end)
    """
    if days < 1:
        raise ValueError(f"a stretch has at least one day, found {days}")
    ends = rung[:, ::days]
    return moves(ends[:, :-1], ends[:, 1:], rungs)


def sequences(first_day: NDArray[np.floating[Any]], names: Sequence[str], depth: int) -> Counter[tuple[str, ...]]:
    """Count runs by which things came about in them first, second, and so on.

    Parameters
    ----------
    first_day : array (run, thing)
        The day on which each came about, NaN where it never did; of those of one day the first by name counts first.
    names : sequence of str
        What the columns are.
    depth : int
        How many to look at.
    """
    order = sorted(range(len(names)), key=lambda at: names[at])
    found: Counter[tuple[str, ...]] = Counter()
    for days in first_day:
        came = sorted((at for at in order if not np.isnan(days[at])), key=lambda at: days[at])
        found[tuple(names[at] for at in came[:depth])] += 1
    return found
