"""Rank correlation of numbers with a response."""

import numpy as np

from .arrays import Floats


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
