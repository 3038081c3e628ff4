"""The way to a line: which numbers push a share, and how far along a direction it is crossed.

Numbers are measured from where they are, in halves of their plausible ranges, and changes by their Euclidean length.
The shortest change that crosses a line is what reliability engineers call the design point (Hasofer and Lind 1974,
J. Eng. Mech. Div. 100, 111); here the share is only known with noise, so that slopes are averages and no derivatives.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats

SLACK = 1.04
"""How much longer a change may be if it needs fewer numbers."""


def slopes(changes: Floats, held: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """By how much each number moves a share, over changes of all at once.

    Parameters
    ----------
    changes : array (run, number)
        Independent from number to number.
    held : array of bool (run,)

    Returns
    -------
    slope of the share, and its distance from 0 in standard errors, by number
    """
    apart = changes - changes.mean(axis=0)
    spread = (apart**2).sum(axis=0)
    slope = apart.T @ (held - held.mean()) / np.where(spread > 0, spread, 1)
    error = held.std() / np.sqrt(np.where(spread > 0, spread, 1))
    return slope, slope / np.where(error > 0, error, 1)


def along(direction: Floats, low: Floats, high: Floats, far: float) -> Floats:
    """The change so far along a direction; what comes to the end of its range stays there."""
    largest = np.abs(direction).max(initial=0.0)
    if not largest:
        return np.zeros_like(direction)
    if np.isinf(far):
        return np.where(direction > 0, high, np.where(direction < 0, low, 0.0))
    change: Floats = np.clip(far * direction / largest, low, high)
    return change


def stretched(direction: Floats, low: Floats, high: Floats, to: float) -> Floats:
    """The change along a direction that is so long; that to the ends of all ranges, if it is shorter."""
    whole = along(direction, low, high, np.inf)
    if length(whole) <= to:
        return whole
    short, far = 0.0, 1.0
    while length(along(direction, low, high, far)) < to:
        short, far = far, 2 * far
    for _ in range(50):
        middle = (short + far) / 2
        short, far = (middle, far) if length(along(direction, low, high, middle)) < to else (short, middle)
    return along(direction, low, high, far)


def log_odds(share: ArrayLike, runs: int) -> Floats:
    """Logarithm of the odds, finite where the outcome came about in no run or in all."""
    hits = np.asarray(share, float) * runs
    return np.asarray(np.log((hits + 0.5) / (runs - hits + 0.5)))


def length(change: Floats) -> float:
    """Length of a change, in halves of plausible ranges."""
    return float(np.sqrt((change**2).sum()))


def crossing(crosses: Callable[[list[float]], list[bool]], steps: list[float], halvings: int) -> float | None:
    """How far along it is crossed; None if nowhere.

    Parameters
    ----------
    crosses : callable
        Tells of distances whether it is crossed there.
    steps : list of float
        Rising distances that are tried first.
    halvings : int
        How often the stretch that is crossed first is halved.
    """
    found = crosses(steps)
    if not any(found):
        return None
    at = found.index(True)
    low, high = (steps[at - 1] if at else 0.0), steps[at]
    if np.isinf(high):
        high = low
        for _ in range(8):  # weak numbers come to their ends late
            high *= 2
            if crosses([high])[0]:
                break
        else:
            return float(np.inf)
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (low, middle) if crosses([middle])[0] else (middle, high)
    return high
