"""Ranks that do not say more than intervals do."""

import numpy as np

from .arrays import Floats, Ints


def ranks(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """First and last rank that each of some things may have: one is above another only if its interval is.

    Parameters
    ----------
    low, high : ends of the intervals

    Returns
    -------
    first, last : 1 for the largest
    """
    n = len(low)
    above = n - np.searchsorted(np.sort(low), high, side="right")  # whose low end lies above this high end
    below = np.searchsorted(np.sort(high), low, side="left")
    return above.astype(np.int64) + 1, (n - below).astype(np.int64)


def groups(low: Floats, high: Floats) -> Ints:
    """Groups of things in descending order: all of a group lie above all of the next, and within it none is so cut.

    Parameters
    ----------
    low, high : ends of the intervals, the largest things first
    """
    lowest_so_far = np.minimum.accumulate(low)
    highest_to_come = np.maximum.accumulate(high[::-1])[::-1]
    cut = lowest_so_far[:-1] > highest_to_come[1:]
    return np.concatenate([[1], 1 + np.cumsum(cut)]).astype(np.int64) if len(low) else np.zeros(0, np.int64)
