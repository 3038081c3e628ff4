"""Rank correlation on a Latin hypercube (McKay 1979, Iman and Conover 1982)."""

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.rank_correlation import rank_correlation_of, reliability, standard_ranks

from .base import EstimatorInput, IndexEstimate, register
from .spread import Spread


@register
class LatinHypercube(Spread):
    """Spearman's correlation of each number with the response: cheap, and blind to what rises and falls again.

    Luck in means over replicates makes a correlation smaller than it is with what the model gives on average. Two
    halves of the replicates agree as far as that is not luck, by which it is made good (Spearman 1904, 1910).
    """

    name = "lhs"
    main = "strength"
    about = "size of the rank correlation with what the model gives on average"
    by_chance = 0.05  # of either sign
    least = 32
    step = "fewer show no correlation"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """The correlation, and its size."""
        if "ranks" not in given.kept:
            given.kept["ranks"] = standard_ranks(given.X)
        rho, error = rank_correlation_of(given.kept["ranks"], given.Y)
        reliable = reliability(given.runs)
        if not reliable and given.resamples:
            raise ValueError(
                "what the numbers do cannot be told from chance: two halves of the replicates do not agree where it "
                "is high; take more replicates, separate dice for each point, or wider ranges"
            )
        # Without one of few replicates too little may be left to tell it, and the correlation stays as it is.
        rho, error = (each / np.sqrt(reliable or given.kept["reliable"]) for each in (rho, error))
        given.kept.setdefault("reliable", reliable)
        return {"strength": IndexEstimate(np.abs(rho), error), "rho": IndexEstimate(rho, error)}

    def shown(self, name: str, value: Floats, given: EstimatorInput) -> Floats:
        """No correlation is more than 1."""
        return np.clip(value, -1.0, 1.0)
