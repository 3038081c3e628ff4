"""Rank correlation on a Latin hypercube (McKay 1979, Iman and Conover 1982)."""

import numpy as np

from sim.analysis.rank_correlation import rank_correlation_of, standard_ranks

from .base import EstimatorInput, IndexEstimate, register
from .spread import Spread


@register
class LatinHypercube(Spread):
    """Spearman's correlation of each number with the response: cheap, and blind to what rises and falls again."""

    name = "lhs"
    main = "strength"
    about = "rank correlation, whatever its sign"
    by_chance = 0.05  # of either sign
    least = 32
    step = "fewer show no correlation"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """The correlation, and its size."""
        if "ranks" not in given.kept:
            given.kept["ranks"] = standard_ranks(given.X)
        rho, error = rank_correlation_of(given.kept["ranks"], given.Y)
        return {"strength": (np.abs(rho), error), "rho": (rho, error)}
