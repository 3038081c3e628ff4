"""Sobol indices: shares of the variance (Saltelli 2010, Jansen 1999), by SALib."""

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register
from .salib import analyser, as_estimates, sampler


@register
class Sobol(SweepMethod):
    """Total and first-order indices, less what the dice add.

    A difference between two points is partly luck, even on the same dice. Of each pair of points the replicates tell
    how much of the squared difference is luck, and of all how much of the variance: both are taken off. Without luck,
    and with one replicate, these are SALib's numbers.
    """

    name = layout = "sobol"
    main = "ST"
    about = "share of what the numbers vary it by that would remain if all others were known"
    least, usual, doubling = 64, 256, True
    step = "64 for each number and 128 more"

    def points(self, steps: int, k: int) -> int:
        """Two base points, and one for each number changed."""
        return steps * (k + 2)

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """Saltelli's sample, without second order."""
        rng = np.random.default_rng(seed)
        return np.asarray(sampler("sobol").sample(space.problem, steps, calc_second_order=False, seed=rng))

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """ST and S1."""
        k, runs = len(given.problem["names"]), given.runs
        found = analyser("sobol").analyze(
            given.problem, given.Y, calc_second_order=False, num_resamples=max(given.resamples, 2), seed=given.seed
        )
        estimates = as_estimates(found, "ST", "S1")
        if runs.shape[1] < 2:
            return estimates
        by_base = runs.reshape(-1, k + 2, runs.shape[1])  # A, one for each number changed, B
        first, changed, second = by_base[:, :1], by_base[:, 1:-1], by_base[:, -1]
        luck = (first - changed).var(axis=2, ddof=1).mean(axis=0) / runs.shape[1] / 2
        both = np.concatenate([first[:, 0], second])
        total = float(both.mean(axis=1).var())
        parameters = total - (both - both.mean(axis=0)).var(axis=1, ddof=1).mean() / runs.shape[1]
        if parameters <= 0:
            raise ValueError("what the numbers do cannot be told from luck; take more replicates, or wider ranges")
        less = {"ST": luck, "S1": np.zeros(k)}
        return {
            name: ((value * total - less[name]) / parameters, None if error is None else error * total / parameters)
            for name, (value, error) in estimates.items()
        }
