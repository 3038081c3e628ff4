"""How a price answers an act, as event studies measure it: in trading days, beyond what it does otherwise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Ints
from .estimates import JACKKNIFE, NOTHING, Estimate, jackknife, quantile
from .units import Units

HALF_LIVES = np.geomspace(0.2, 100, 400)
"""Among these the best is sought; they are 1.6 per cent apart."""


def excess(price: NDArray[Any], weekday: Ints, run: Ints, day: Ints, over: int) -> tuple[Floats, Ints]:
    """Excess of the logarithm of a price after each act, over what it does without one.

    The first close that knows of an act is that of its own day, or the Monday after it. The excess is measured from
    the last close before, and beyond what the price did over the same days in the mean of the runs in which no such
    act lay near. Acts are left out that have another one of their run within `over` trading days before or after.

    Parameters
    ----------
    price : array (run, day)
    weekday : array (day,)
        0 for Monday.
    run, day : arrays (act,)
    over : int
        Trading days to follow a price.

    Returns
    -------
    excess : array (act, trading day), from the first close after the act
    run : array (act,)
    """
    trading = np.flatnonzero(weekday < 5)
    returns = np.diff(np.log(price[:, trading].astype(np.float64)), axis=1)
    first = np.searchsorted(trading, day) - 1  # return number k leads to close number k + 1
    run, first = run[first < returns.shape[1]], first[first < returns.shape[1]]
    usual = _usual(returns, run, first, over)
    alone = _alone(run, first, over) & (first >= 0) & (first + over < returns.shape[1])
    run, first = run[alone], first[alone]
    beyond = (returns - usual)[run[:, None], first[:, None] + np.arange(over + 1)]
    known = np.isfinite(beyond).all(axis=1)
    return np.cumsum(beyond[known], axis=1), run[known]


def _usual(returns: Floats, run: Ints, first: Ints, over: int) -> Floats:
    """The mean return of each trading day over the runs in which no act lies near, NaN if there is none."""
    near = np.zeros((len(returns), returns.shape[1] + over + 2), np.int32)
    inside = first >= 0
    np.add.at(near, (run[inside], first[inside]), 1)
    np.add.at(near, (run[inside], first[inside] + over + 1), -1)
    calm = np.cumsum(near, axis=1)[:, : returns.shape[1]] == 0
    runs = calm.sum(axis=0)
    usual: Floats = np.where(runs > 0, np.einsum("rk,rk->k", calm, returns) / np.maximum(runs, 1), np.nan)
    return usual


def _alone(run: Ints, first: Ints, over: int) -> NDArray[np.bool_]:
    near = (run[1:] == run[:-1]) & (first[1:] - first[:-1] <= over)
    alone: NDArray[np.bool_] = ~(np.append(near, False) | np.append(False, near))
    return alone


def jump(excesses: Floats, run: Ints, units: Units) -> Estimate:
    """The return of the first trading day after the median act, in per cent."""
    if not len(run):
        return NOTHING
    return quantile(100 * np.expm1(excesses[:, 0]), run, units)


def half_life(excesses: Floats, run: Ints, units: Units) -> Estimate:
    """Trading days in which the median excess halves: those of the exponential that fits it best.

    The median over the acts is taken on each trading day, since a few acts lead to wars that move prices for months.
    """
    if not len(run):
        return NOTHING

    def fitted(some: NDArray[np.bool_]) -> float:
        return fit_half_life(np.median(excesses[some], axis=0)) if some.any() else np.nan

    value, error = jackknife(fitted, units.of_run[run])
    return Estimate(value, max(value - JACKKNIFE * error, 0.0), value + JACKKNIFE * error, len(run))


def fit_half_life(path: Floats) -> float:
    """Half-life of the exponential, of any height, with the least squares to a path of one value a day."""
    decays = 0.5 ** (np.arange(len(path)) / HALF_LIVES[:, None])
    explained = (decays @ path) ** 2 / (decays**2).sum(axis=1)
    return float(HALF_LIVES[int(np.argmax(explained))])
