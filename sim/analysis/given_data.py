"""Influence of numbers from any evenly spread sample: no special order of points is needed."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLICES = 10
"""Slices of a number, for PAWN."""
CLASSES_AT_MOST = 48
GRID = 100
"""Places at which densities are compared."""


def pawn(X: Floats, Y: Floats) -> Floats:
    """Median distance (Kolmogorov and Smirnov) of the response in slices of a number from the response overall.

    Pianosi and Wagener 2015 and 2018. It is never 0: slices of n points lie about `0.8 / sqrt(n)` from the whole where
    the number does nothing.

    Parameters
    ----------
    X : shape (point, number)
    Y : shape (point,)
    """
    order = np.argsort(Y, kind="stable")
    last = np.r_[Y[order][1:] != Y[order][:-1], True]  # of equal responses, where a distribution has taken its step
    overall = np.arange(1, len(Y) + 1)[last] / len(Y)
    found = np.empty(X.shape[1])
    for at, column in enumerate(X.T):
        ends = np.quantile(column, np.linspace(0, 1, SLICES + 1)[1:-1])
        slices = np.searchsorted(ends, column[order], side="right")
        steps = np.cumsum(slices[:, None] == np.arange(SLICES), axis=0)
        some = steps[-1] > 0
        apart = np.abs(steps[last][:, some] / steps[-1, some] - overall[:, None])
        found[at] = np.median(apart.max(axis=0))
    return found


def delta(X: Floats, Y: Floats) -> Floats:
    """Half the area between the density of the response and that in classes of a number (Borgonovo 2007).

    Estimated with kernels from equally large classes, as Plischke, Borgonovo and Smith 2013; with a bias that
    `reduced` takes away.

    Parameters
    ----------
    X : shape (point, number)
    Y : shape (point,)
    """
    n = len(Y)
    places = np.linspace(Y.min(), Y.max(), GRID)
    narrowest = (places[1] - places[0]) or 1.0
    overall = _densities(Y, np.zeros(n, np.int64), places, narrowest)[0]
    classes = np.arange(n) * _n_classes(n) // n
    weights = np.bincount(classes) / n
    found = np.empty(X.shape[1])
    for at, column in enumerate(X.T):
        inside = _densities(Y[np.argsort(column, kind="stable")], classes, places, narrowest)
        found[at] = weights @ np.trapezoid(np.abs(inside - overall), places, axis=1) / 2
    return found


def _n_classes(n: int) -> int:
    exponent = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    return min(int(np.ceil(n**exponent)), CLASSES_AT_MOST)


def _densities(Y: Floats, classes: NDArray[np.int64], places: Floats, narrowest: float) -> Floats:
    """Density of the response in each class, by Gaussian kernels of Silverman's width, shape (class, place)."""
    first = np.flatnonzero(np.r_[True, classes[1:] != classes[:-1]])
    size = np.diff(np.r_[first, len(Y)])
    mean = np.add.reduceat(Y, first) / size
    spread = np.sqrt(np.add.reduceat((Y - mean[classes]) ** 2, first) / np.maximum(size - 1, 1))
    width = np.maximum(spread * (0.75 * size) ** -0.2, narrowest)
    kernels = np.exp(-0.5 * ((places - Y[:, None]) / width[classes][:, None]) ** 2)
    summed: Floats = np.add.reduceat(kernels, first, axis=0) / (size * width * np.sqrt(2 * np.pi))[:, None]
    return summed


def rank_correlation(X: Floats, Y: Floats) -> tuple[Floats, Floats]:
    """Spearman's correlation of each number with the response, and its standard error (Bonett and Wright 2000)."""
    return rank_correlation_of(standard_ranks(X), Y)


def standard_ranks(X: Floats) -> Floats:
    """Ranks of each number among the points, of equal ones the middle rank, with mean 0 and variance 1."""
    from scipy.stats import rankdata  # takes a while to import

    return _standard(rankdata(X, axis=0))


def rank_correlation_of(ranks: Floats, Y: Floats) -> tuple[Floats, Floats]:
    """`rank_correlation` of numbers whose ranks are known."""
    n = len(Y)
    rho = ranks.T @ standard_ranks(Y[:, None])[:, 0] / n
    return rho, np.sqrt((1 + rho**2 / 2) / max(n - 3, 1)) * (1 - rho**2)


def _standard(values: Floats) -> Floats:
    spread = values.std(axis=0)
    scaled: Floats = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled
