"""First-order indices from any evenly spread sample (Tarantola 2006, Plischke 2010), by SALib."""

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.two_way import crossed

from .base import Estimator, EstimatorInput, IndexEstimate, register
from .salib import analyser, as_estimates
from .spread import SPREAD


@register
class RbdFast(Estimator):
    """Random balance designs with Fourier amplitudes: it measures what another method's sweep has made.

    Amplitudes and variance are of products over different replicates, so that luck is not taken for either.
    """

    name = "rbd_fast"
    layout = SPREAD
    main = "S1"
    about = "share of the variance that is due to the number alone"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """S1."""
        found = analyser("rbd_fast").analyze(
            given.problem, given.X, given.Y, num_resamples=max(given.resamples, 2), seed=given.seed
        )
        (share, error), m = as_estimates(found, "S1")["S1"][:2], given.runs.shape[1]
        assert error is not None
        error = error / np.sqrt(2)  # its bootstrap draws half as many points as there are
        whole = given.Y.var()
        if m < 2:
            return {"S1": IndexEstimate(share, error)}
        each = [self._squares(given, replicate) for replicate in given.runs.T if np.ptp(replicate)]
        total = crossed(np.asarray(whole), np.asarray(given.runs.var(axis=0).mean()), m)
        if not total > 0:
            raise ValueError("what the numbers do cannot be told from chance; take more replicates, or wider ranges")
        return {"S1": IndexEstimate(crossed(share * whole, np.sum(each, axis=0) / m, m) / total, error * whole / total)}

    @staticmethod
    def _squares(given: EstimatorInput, Y: Floats) -> Floats:
        """The part of a response's variance that is of each number alone."""
        found = analyser("rbd_fast").analyze(given.problem, given.X, Y, num_resamples=2, seed=given.seed)
        squares: Floats = np.asarray(found["S1"], np.float64) * Y.var()
        return squares
