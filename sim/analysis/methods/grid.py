"""A full grid: every combination of a few levels of each number."""

import math

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register


@register
class Grid(SweepMethod):
    """Share of the variance over the grid that is of each number alone (analysis of variance)."""

    name = layout = "grid"
    main = "S1"
    about = "share of the variance that is of the number alone"
    least, usual = 2, 5
    step = "2 levels of each"

    def points(self, steps: int, k: int) -> int:
        """Levels to the power of numbers; bounded, since nobody can hold more."""
        return int(min(steps, 10**6) ** min(k, 64))

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """All levels of all numbers."""
        levels = np.meshgrid(*([np.linspace(0, 1, steps)] * len(space.names)), indexing="ij")
        return space.scaled(np.stack([level.ravel() for level in levels], axis=1))

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """S1."""
        total = float(given.Y.var())
        found = []
        for column in given.X.T:
            _, level = np.unique(column, return_inverse=True)
            means = np.bincount(level, given.Y) / np.bincount(level)
            found.append(float(means.var()) / total if total else math.nan)
        return {"S1": (np.array(found), None)}
