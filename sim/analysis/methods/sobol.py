"""Sobol indices: shares of the variance (Saltelli 2010, Jansen 1999), of points that SALib draws."""

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.two_way import jackknifed_dice, products, two_errors

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register
from .salib import sampler

SEQUENCES = 8
"""Sobol' sequences, each scrambled for itself: points of one lie more evenly than chance, so that only several of them
tell the error (randomised quasi-Monte Carlo; L'Ecuyer and Lemieux 2002)."""
FEWEST_REPLICATES = 4
"""Fewer of the same dice at all points do not tell what is luck."""


@register
class Sobol(SweepMethod):
    """Total and first-order indices of what the model gives on average over the dice.

    A difference between two points is partly luck, even on the same dice, and luck in a mean over replicates passes for
    influence once it is squared. So every square is taken of products over different replicates, r and s with r != s:
    their luck is not one another's. With one replicate these are the numbers that SALib gives.
    """

    name = layout = "sobol"
    main = "ST"
    about = "share of the variance due to the numbers that would remain if all other numbers were known"
    least, usual, doubling = 64, 256, True
    step = "64 for each number and 128 more"

    def points(self, steps: int, k: int) -> int:
        """Two base points, and one for each number changed."""
        return steps * (k + 2)

    def together(self, k: int) -> int:
        """A base point, its changed ones, and the other base point."""
        return k + 2

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """Saltelli's samples, without second order, one after the other."""
        rng, draw = np.random.default_rng(seed), sampler("sobol").sample
        parts = [
            draw(space.unit_problem, steps // SEQUENCES, calc_second_order=False, seed=rng) for _ in range(SEQUENCES)
        ]
        return space.scaled(np.concatenate(parts))

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """ST and S1."""
        k, m = len(given.problem["names"]), given.runs.shape[1]
        by_base = given.runs.reshape(-1, k + 2, m)  # A, one for each number changed, B
        by_base = by_base - by_base.mean(axis=(0, 1))  # what a replicate gives everywhere is nobody's influence
        first, second = by_base[:, 0, :, None], by_base[:, -1, :, None]
        change = by_base[:, 1:-1].swapaxes(1, 2) - first
        both = by_base[:, [0, -1]] - by_base[:, [0, -1]].mean(axis=(0, 1))
        variance = (products(both[:, 0], both[:, 0]) + products(both[:, 1], both[:, 1])) / 2
        _refuse_luck(given.runs, variance, given.common)
        parts = {"ST": products(change, change) / 2, "S1": products(second, change)}
        return {name: _ratio(part, variance, given.common) for name, part in parts.items()}


def _refuse_luck(runs: Floats, variance: Floats, common: bool) -> None:
    """Refuse to divide by a variance that may as well be none."""
    m = runs.shape[1]
    if common and 1 < m < FEWEST_REPLICATES and np.ptp(runs, axis=1).any():
        raise ValueError(
            f"what the numbers do cannot be told from chance with {m} replicates on the same dice at all points; "
            f"take {FEWEST_REPLICATES} at least, or separate dice for each point"
        )
    error = np.hypot(*two_errors(variance, common, degree=2))
    without = m * variance.mean() - 2 * variance.mean(axis=0)  # of each replicate in turn, but for a factor
    if m > 1 and (variance.mean() <= error or (common and without.min() <= 0)):
        raise ValueError(
            "what the numbers do cannot be told from chance; take more replicates, separate dice for each point, "
            "fewer numbers, or wider ranges"
        )


def _ratio(part: Floats, variance: Floats, common: bool) -> IndexEstimate:
    """A share of the variance, from what each run brings to both."""
    whole = variance.mean()
    value = part.mean(axis=(0, 1)) / whole
    cells = (part - value * variance[:, :, None]) / whole
    points, dice = two_errors(cells, common, degree=2)
    rows = len(cells)
    if rows % SEQUENCES == 0:
        points = two_errors(cells.reshape(SEQUENCES, -1, *cells.shape[1:]).mean(axis=1), common).points
        rows = SEQUENCES
    m = part.shape[1]
    if common and m > 2:
        columns, below = part.mean(axis=0), variance.mean(axis=0)[:, None]
        without = (m * part.mean(axis=(0, 1)) - 2 * columns) / (m * whole - 2 * below)
        dice = jackknifed_dice(without, cells, dice, degree=2)
    return IndexEstimate(value, points, dice, rows)
