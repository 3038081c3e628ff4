"""What the methods share that take any evenly spread sample: no special order of points is needed."""

import numpy as np

from sim.analysis.arrays import Floats

from .base import Space, SweepMethod

SPREAD = "spread"
"""The layout of points that are spread evenly, each of them apart from the others."""


class Spread(SweepMethod):
    """A method on a Latin hypercube; a step is a point."""

    layout = SPREAD
    usual = 1024

    def points(self, steps: int, k: int) -> int:
        """As many as steps."""
        return steps

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """A Latin hypercube of SciPy."""
        from scipy.stats import qmc  # takes a while to import

        return space.scaled(qmc.LatinHypercube(len(space.names), rng=np.random.default_rng(seed)).random(steps))
