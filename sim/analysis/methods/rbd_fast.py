"""First-order indices from any evenly spread sample (Tarantola 2006, Plischke 2010), by SALib."""

from .base import Estimator, EstimatorInput, IndexEstimate, register
from .salib import analyser, as_estimates
from .spread import SPREAD


@register
class RbdFast(Estimator):
    """Random balance designs with Fourier amplitudes: it measures what another method's sweep has made."""

    name = "rbd_fast"
    layout = SPREAD
    main = "S1"
    about = "share of the variance that is of the number alone"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """S1."""
        found = analyser("rbd_fast").analyze(
            given.problem, given.X, given.Y, num_resamples=max(given.resamples, 2), seed=given.seed
        )
        return as_estimates(found, "S1")
