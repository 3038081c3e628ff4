"""PAWN: how far knowing a number moves the distribution (Pianosi and Wagener 2015 and 2018).

SALib has it too, and a test holds the two together. This one sorts the response once for all numbers, of which a sweep
of this model has more than a thousand, with a bootstrap on top.
"""

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, bootstrapped, by_luck, less_luck, register
from .spread import Spread

SLICES = 10
"""Slices of a number."""


@register
class Pawn(Spread):
    """Distance of the response in slices of a number from the response overall, less what numbers without effect have.

    The response is the mean of the replicates, with the luck that these leave in it. Points as few as in a slice lie
    apart by chance, which is taken off as `by_luck` says.
    """

    name = "pawn"
    main = "PAWN"
    about = "how far knowing the number moves the distribution"
    least = 200
    step = "20 for each of ten slices"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """PAWN."""
        drawn = bootstrapped(pawn, given)
        given.kept.setdefault("by luck", by_luck(pawn, given))
        return {"PAWN": IndexEstimate(pawn(given.X, given.Y), np.std(drawn, axis=0, ddof=1) if len(drawn) else None)}

    def shown(self, name: str, value: Floats, given: EstimatorInput) -> Floats:
        """Without what is luck."""
        return less_luck(value, given.kept["by luck"])


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
