"""A full grid: every combination of a few levels of each number."""

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.two_way import crossed

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register


@register
class Grid(SweepMethod):
    """Share of the variance over the grid that is of each number alone (analysis of variance).

    Both variances are of products over different replicates, so that luck is not taken for either.
    """

    name = layout = "grid"
    main = "S1"
    about = "share of the variance that is due to the number alone"
    least, usual = 2, 5
    step = "2 levels of each"

    def points(self, steps: int, k: int) -> int:
        """Levels to the power of numbers; bounded, since nobody can hold more."""
        return int(min(steps, 10**6) ** min(k, 64))

    def together(self, k: int) -> int:
        """No point was drawn by chance."""
        return 0

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """All levels of all numbers."""
        levels = np.meshgrid(*([np.linspace(0, 1, steps)] * len(space.names)), indexing="ij")
        return space.scaled(np.stack([level.ravel() for level in levels], axis=1))

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """S1."""
        of_mean, of_each = _variances(given.X, given.Y[:, None]), _variances(given.X, given.runs)
        total, *parts = crossed(of_mean.mean(axis=1), of_each.mean(axis=1), given.runs.shape[1])
        if not total > 0:
            raise ValueError("what the numbers do cannot be told from chance; take more replicates, or wider ranges")
        return {"S1": IndexEstimate(np.array(parts) / total)}


def _variances(X: Floats, runs: Floats) -> Floats:
    """Of each replicate, its variance over all points, and over means at the levels of each number.

    Returns
    -------
    shape (1 + number, replicate)
    """
    found = [runs.var(axis=0)]
    for column in X.T:
        _, level = np.unique(column, return_inverse=True)
        sums = np.zeros((level.max() + 1, runs.shape[1]))
        np.add.at(sums, level.ravel(), runs)
        found.append((sums / np.bincount(level.ravel())[:, None]).var(axis=0))
    return np.array(found)
