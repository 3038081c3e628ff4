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


def reliability(runs: Floats) -> float:
    """How far ranks of means over replicates are not luck: their correlation with those of as many other replicates.

    Two halves of the replicates are correlated, and that is carried on to all of them (Spearman 1910, Brown 1910); 1
    where there is one replicate, whose luck nothing tells.

    Parameters
    ----------
    runs : shape (point, replicate)

    Returns
    -------
    float, 0 where the halves agree no better than by chance
    """
    m = runs.shape[1]
    if m < 2:
        return 1.0
    half, agreed = m // 2, []
    for split in range(min(_SPLITS, m)):
        order = np.random.default_rng(split).permutation(m)
        halves = [runs[:, part].mean(axis=1) for part in (order[:half], order[half : 2 * half])]
        first, second = standard_ranks(np.stack(halves, axis=1)).T
        agreed.append(float((first * second).mean()))
    agreement = float(np.mean(agreed))
    if agreement <= 2 / np.sqrt(len(runs)):
        return 0.0
    return float(agreement * m / half / (1 + (m / half - 1) * agreement))


_SPLITS = 4
"""Ways in which replicates are halved."""


def _standard(values: Floats) -> Floats:
    spread = values.std(axis=0)
    scaled: Floats = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled
