"""Proper scores of forecasts, skill beside a rival, and reliability; lower scores are better, skill is 1 at best.

All are a few lines on arrays, held to worked examples and to the integrals that define them by the tests.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Flags, Floats, Ints
from .poisson_binomial import poisson_binomial

BLOCK, DRAWS = 4, 4000
"""Origins in a block of the bootstrap, so that windows which overlap stay together; and how often it is drawn."""
EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Ends of the bins in which reliability is told, narrow where most forecasts of rare things lie."""


def brier(forecast: ArrayLike, happened: ArrayLike) -> Floats:
    """Squared distance of a chance from what happened, 0 or 1 (Brier 1950)."""
    return np.asarray((np.asarray(forecast, float) - np.asarray(happened, float)) ** 2)


def log_score(forecast: ArrayLike, happened: ArrayLike, least: float) -> Floats:
    """Minus the log of the chance that was given to what happened, in nats (Good 1952).

    Parameters
    ----------
    least : float
        Chances below it, and above 1 less it, are taken for it: a share of n runs that is 0 tells only that the chance
        is small, so 1/(2n) is put in its place.
    """
    chance = np.clip(np.asarray(forecast, float), least, 1.0 - least)
    return np.asarray(-np.log(np.where(np.asarray(happened, bool), chance, 1.0 - chance)))


def crps(values: ArrayLike, happened: float, weights: ArrayLike | None = None) -> float:
    """Continuous ranked probability score of a forecast given as values with weights (Matheson and Winkler 1976).

    It is the integral of the squared distance between the forecast's distribution function and that of what happened,
    found as E|X - y| - E|X - X'|/2 (Gneiting and Raftery 2007), exactly for the values as they are.

    >>> crps([0.0, 2.0], 1.0)
    0.5

    Parameters
    ----------
    values, weights : array_like (value,)
        Weights need not sum to 1; left out, all are equal.
    happened : float
    """
    x = np.asarray(values, float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, float)
    order = np.argsort(x, kind="stable")
    x, below = x[order], np.cumsum(w[order]) / w.sum()
    spread = float((np.diff(x) * below[:-1] * (1.0 - below[:-1])).sum())
    return float((np.abs(x - happened) * w[order]).sum() / w.sum()) - spread


def skill(score: ArrayLike, rival: ArrayLike) -> float:
    """How much of a rival's score is saved: 1 at best, 0 where nothing is, minus infinity beside a rival without fault.

    Parameters
    ----------
    score, rival : array_like (…, forecast)
        Scores of the same forecasts; sums over all are compared.
    """
    mine, its = float(np.sum(score)), float(np.sum(rival))
    if its == 0.0:
        return 0.0 if mine == 0.0 else -np.inf
    return 1.0 - mine / its


def skill_interval(
    score: Floats, rival: Floats, *, level: float = 0.95, block: int = BLOCK, seed: int = 0
) -> tuple[float, float]:
    """Interval of skill by a circular block bootstrap over origins (Politis and Romano 1992).

    Parameters
    ----------
    score, rival : array (origin,) or (question, origin)
        In the order of the origins; questions of one origin are drawn together.

    Returns
    -------
    low, high : ends of the middle `level` of what resampled origins give
    """
    mine, its = (np.atleast_2d(np.asarray(each, float)).sum(axis=0) for each in (score, rival))
    drawn = circular_blocks(len(mine), block, DRAWS, seed)
    top, bottom = mine[drawn].sum(axis=1), its[drawn].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(bottom > 0, 1.0 - top / bottom, np.where(top > 0, -np.inf, 0.0))
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return float(low), float(high)


def circular_blocks(n: int, block: int, draws: int, seed: int) -> Ints:
    """Places of a series drawn anew in blocks, its end joined to its beginning: shape (draw, n)."""
    size = max(min(block, n), 1)
    starts = np.random.default_rng(seed).integers(0, n, (draws, -(-n // size)))
    places: Ints = (starts[:, :, None] + np.arange(size)).reshape(draws, -1)[:, :n] % n
    return places


class Reliability(NamedTuple):
    """Forecasts in bins beside what happened; arrays (bin,), bins without a forecast left out."""

    low: Floats
    high: Floats
    """Ends of the bin."""
    n: Ints
    forecast: Floats
    """Mean chance that was given."""
    happened: Floats
    """Share of those that came true."""
    bar_low: Floats
    bar_high: Floats
    """Where that share lies in 95 of 100 cases if the chances are right (Bröcker and Smith 2007)."""


def reliability(forecast: ArrayLike, happened: ArrayLike, edges: ArrayLike = EDGES) -> Reliability:
    """Tell in bins how often what was given a chance came true.

    The bars take forecasts as independent; those of windows that overlap spread wider.

    Parameters
    ----------
    forecast : array_like (forecast,)
        Chances.
    happened : array_like of bool (forecast,)
    edges : array_like (bin + 1,)
        Ends of the bins; a chance on an edge lies in the bin above it, 1 in the last.
    """
    chance, hit, ends = np.asarray(forecast, float), np.asarray(happened, bool), np.asarray(edges, float)
    place = np.clip(np.searchsorted(ends, chance, side="right") - 1, 0, len(ends) - 2)
    rows = []
    for at in np.unique(place):
        mine = place == at
        n = int(mine.sum())
        below = np.cumsum(poisson_binomial(chance[mine]))
        bars = (int(np.searchsorted(below, level - 1e-12)) / n for level in (0.025, 0.975))
        rows.append((ends[at], ends[at + 1], n, chance[mine].mean(), hit[mine].mean(), *bars))
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0)] * 7
    return Reliability(*columns)


class Level(NamedTuple):
    """How much was expected beside how much came, over some windows."""

    n: int
    expected: float
    happened: float
    variance: float
    """Of what was expected, as much greater as windows overlap and so tell less."""
    deviation: float
    """How far apart the two are, in roots of it."""


def level(mean: ArrayLike, sd: ArrayLike, happened: ArrayLike, overlap: float = 1.0) -> Level:
    """Hold what was expected beside what came.

    Parameters
    ----------
    mean, sd : array_like (window,)
        Of each forecast; of a chance p the second is the root of p (1 - p).
    happened : array_like (window,)
    overlap : float
        In how many windows a day lies: as many tell about as much as one, since they share what happens.
    """
    expected, came = float(np.sum(mean)), float(np.sum(happened))
    variance, gap = float(np.sum(np.square(sd))) * max(overlap, 1.0), came - expected
    deviation = gap / variance**0.5 if variance > 0 else 0.0 if gap == 0 else float(np.copysign(np.inf, gap))
    return Level(len(np.atleast_1d(happened)), expected, came, variance, deviation)


def overlapping(origins: Ints, days: int) -> Flags:
    """Which windows of so many days share a day, shape (origin, origin)."""
    shared: Flags = np.abs(np.subtract.outer(origins, origins)) < days
    return shared
