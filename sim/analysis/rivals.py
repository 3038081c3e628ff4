"""Forecasts that need no model: what a record alone says of the days to come. Each is a rival to be beaten.

Days are counted from 0; an origin is the first day of a window, so that all days before it are known.
"""

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats, Ints
from .scores import overlapping

HALF_LIVES = (inf, 240.0, 120.0, 60.0, 30.0, 14.0, 7.0)
"""Among what the half-life of the recency-weighted rate is chosen, in days; of equally good ones the longest."""
RANDOM_WALK = 199
"""Values that stand for the distribution of a random walk."""


def other_windows(origins: Ints, days: int) -> Floats:
    """Weights of the base rate: of each window all others of the record, but for those that share a day with it.

    Parameters
    ----------
    origins : array of int (origin,)
    days : int
        Days of a window.

    Returns
    -------
    array (origin, origin): weights of each row sum to 1

    Raises
    ------
    ValueError
        Of some window there is no other that shares no day with it.
    """
    apart = ~overlapping(np.asarray(origins), days)
    if not apart.any(axis=1).all():
        raise ValueError(f"windows of {days} days overlap all others: the record is too short for a base rate")
    weights: Floats = apart / apart.sum(axis=1, keepdims=True)
    return weights


def past_windows(sums: ArrayLike, origin: int, days: int) -> Floats:
    """Sums over every window of so many days that ended before an origin, the latest last.

    Parameters
    ----------
    sums : array_like (day + 1,)
        Running sums over the days, beginning with 0: of counts, or a quantity whose moves are asked for.
    """
    total: Floats = np.asarray(sums, float)[: origin + 1]
    moves: Floats = total[days:] - total[:-days]
    return moves


class Rates(NamedTuple):
    """Acts a day as the past alone has it, each morning: shape (day + 1,), the last for the day after the record."""

    constant: Floats
    recent: Floats
    half_life: Floats
    """The half-life that was best until then."""


def rates(counts: ArrayLike, prior: int, half_lives: ArrayLike = HALF_LIVES) -> Rates:
    """Rates of a constant hazard, and of one that weighs recent days more, each morning by the days before it.

    The constant one is (N + 1/2) / (days + `prior`), Jeffreys' half an act for the gamma law in one window more. The
    recent one is a mean with weights that halve in each half-life, drawn to the constant one by the weight of one
    window. Which half-life holds on a morning is chosen by the likelihood of the days before it, each foretold from
    those before that.

    Parameters
    ----------
    counts : array_like (day,)
        Acts of each day.
    prior : int
        Days that the prior counts as: those of a window.
    half_lives : array_like (half-life,)
        Among which it is chosen, in days, the longest first.
    """
    x = np.asarray(counts, float)
    kept = 0.5 ** (1.0 / np.asarray(half_lives, float))
    days = len(x)
    before = np.concatenate([[0.0], np.cumsum(x)])
    constant = (before + 0.5) / (np.arange(days + 1) + prior)
    recent, likelihood = np.empty((2, len(kept), days + 1))
    acts = weight = so_far = np.zeros(len(kept))
    for day in range(days + 1):
        recent[:, day] = (acts + prior * constant[day]) / (weight + prior)
        likelihood[:, day] = so_far
        if day < days:
            so_far = so_far + x[day] * np.log(recent[:, day]) - recent[:, day]
            acts, weight = kept * acts + x[day], kept * weight + 1.0
    best = np.argmax(likelihood, axis=0)
    return Rates(constant, recent[best, np.arange(days + 1)], np.asarray(half_lives, float)[best])


def random_walk(steps: ArrayLike, days: int) -> Floats:
    """Where a walk without drift is after some days, if its daily steps spread as those before: equally likely values.

    Parameters
    ----------
    steps : array_like (day,)
        Daily changes up to the origin; of a price those of its logarithm.
    """
    from scipy.stats import norm

    spread = float(np.sqrt(np.mean(np.square(np.asarray(steps, float))) * days))
    middle = (np.arange(RANDOM_WALK) + 0.5) / RANDOM_WALK
    return np.asarray(norm.ppf(middle) * spread)


def poisson(mean: float) -> tuple[Floats, Floats]:
    """Numbers of acts with their chances, as far as these matter."""
    from scipy.stats import poisson as law

    values = np.arange(int(law.ppf(1 - 1e-9, mean)) + 1, dtype=float)
    return values, np.asarray(law.pmf(values, mean))
