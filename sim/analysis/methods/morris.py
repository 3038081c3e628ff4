"""Morris's screen: elementary effects along trajectories (Morris 1991, Campolongo 2007)."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register
from .salib import sampler

LEVELS = 4
"""Levels of each number."""


@register
class Morris(SweepMethod):
    """Elementary effects, per plausible range; of `mu_star` the sign of each is taken from the other replicates.

    The mean size of differences that are nothing but luck is not 0. A difference in one replicate, with the sign that
    it has in all others, is 0 on average if it is luck, and its size if it is not. With one replicate these are
    SALib's numbers.
    """

    name = layout = "morris"
    main = "mu_star"
    about = "mean size of the change from one end of the range to the other"
    least, usual = 4, 10
    step = "4 trajectories through all numbers"

    def points(self, steps: int, k: int) -> int:
        """A start, and one step along each number."""
        return steps * (k + 1)

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """Trajectories of SALib."""
        rng = np.random.default_rng(seed)
        return np.asarray(sampler("morris").sample(space.problem, steps, num_levels=LEVELS, seed=rng))

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Size, mean and spread of the effects."""
        effects = elementary_effects(given.problem, given.X, given.runs)
        n, m = len(effects), given.runs.shape[1]
        mean = effects.mean(axis=2)
        if m < 2:
            sized = np.abs(mean)
        else:
            others = (effects.sum(axis=2, keepdims=True) - effects) / (m - 1)
            sized = (np.sign(others) * effects).mean(axis=2)
        sigma = mean.std(axis=0, ddof=1)
        return {
            "mu_star": (sized.mean(axis=0), sized.std(axis=0, ddof=1) / math.sqrt(n)),
            "mu": (mean.mean(axis=0), sigma / math.sqrt(n)),
            "sigma": (sigma, None),
        }


def elementary_effects(problem: Mapping[str, Any], X: Floats, runs: Floats) -> Floats:
    """What a step along each number changes, per range, shape (trajectory, number, replicate)."""
    low, high = np.array(problem["bounds"], np.float64).T
    k = len(low)
    steps = np.diff(((X - low) / (high - low)).reshape(-1, k + 1, k), axis=1)
    changes = np.diff(runs.reshape(-1, k + 1, runs.shape[1]), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved[:, :, None], changes / size, axis=1)
    return effects
