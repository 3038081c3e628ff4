"""One number at a time, to either end of its range: what a tornado shows."""

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register


@register
class OneAtATime(SweepMethod):
    """The response at the low and the high end of each number less that at the base, and how far apart they are."""

    name = layout = "oat"
    main = "swing"
    about = "change from the low to the high end, all others as they are"
    least = usual = 1
    step = "base and both ends of each"
    within = False  # the base is the scenario's own

    def points(self, steps: int, k: int) -> int:
        """The base and two of each number, however many are asked for."""
        return 2 * k + 1

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """The base, then each number at its low and at its high end."""
        points = np.tile(space.base, (2 * len(space.names) + 1, 1))
        for at, ends in enumerate(zip(space.low, space.high, strict=True)):
            points[1 + 2 * at : 3 + 2 * at, at] = ends
        return points

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Swing, and what each end changes."""
        base, ends = given.Y[0], given.Y[1:].reshape(-1, 2)
        low, high = (ends - base).T
        return {"swing": (np.abs(high - low), None), "at_low": (low, None), "at_high": (high, None)}
