"""Morris's screen: elementary effects along trajectories (Morris 1991, Campolongo 2007)."""

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.two_way import products, two_errors

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register
from .salib import sampler

LEVELS = 4
"""Levels of each number."""
STEP = LEVELS / 2 / (LEVELS - 1)
"""How far along its range each step goes, from a level of the lower half to one of the upper or back."""


@register
class Morris(SweepMethod):
    """Elementary effects, per plausible range, of what the model gives on average over the dice.

    The mean size of differences that are nothing but luck is not 0. So the sign of a difference is taken from some
    replicates and its size from others: that is 0 on average if it is luck. Where luck gives the wrong sign it is too
    small, by a part that falls as one over the replicates that tell the sign; from half of them and from all but one it
    is carried on to none (Richardson's extrapolation). That needs more replicates than other methods take: with 32
    what is left is a hundredth or two, with 8 up to a tenth. `sigma` is of products over different replicates. With
    one replicate all three are the numbers that SALib gives.
    """

    name = layout = "morris"
    main = "mu_star"
    about = "mean size of the change from one end of the range to the other"
    by_chance = 0.05  # an interval of mu* lies on either side of what the luck of points makes
    least, usual, replicates = 4, 10, 32
    step = "4 trajectories through all numbers"

    def points(self, steps: int, k: int) -> int:
        """A start, and one step along each number."""
        return steps * (k + 1)

    def together(self, k: int) -> int:
        """A trajectory."""
        return k + 1

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """Trajectories of SALib."""
        rng = np.random.default_rng(seed)
        return space.scaled(
            np.asarray(sampler("morris").sample(space.unit_problem, steps, num_levels=LEVELS, seed=rng))
        )

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Size, mean and spread of the effects; of the spread, its square."""
        effects = elementary_effects(given.X, given.runs).swapaxes(1, 2)
        n, m = effects.shape[:2]
        size = _sizes(effects)
        signed = _signed(effects, m - 1) if m > 1 else np.abs(effects)
        apart = effects - effects.mean(axis=0)
        squares = products(apart, apart) * n / (n - 1)
        square, spread = squares.mean(axis=(0, 1)), two_errors(squares, given.common, degree=2)
        # Of few trajectories the squares' own spread is mostly too small; normal effects have as much at least.
        of_points = np.maximum(spread.points, apart.mean(axis=1).var(axis=0, ddof=1) * np.sqrt(2 / (n - 1)))
        return {
            "mu_star": IndexEstimate(
                size.mean(axis=0), size.std(axis=0, ddof=1) / np.sqrt(n), two_errors(signed, given.common).dice, n
            ),
            "mu": IndexEstimate(effects.mean(axis=(0, 1)), *two_errors(effects, given.common), n),
            "sigma": IndexEstimate(square, of_points, spread.dice, n),
        }

    def limits(self, name: str, value: Floats, half: Floats) -> tuple[Floats, Floats]:
        """Of a variance further up than down, as its chi-squared distribution does (Satterthwaite 1946)."""
        from scipy.special import chdtri  # takes a while to import

        low, high = super().limits(name, value, half)
        if name == "sigma":
            known = (value > 0) & (half > 0)
            freedom = 2 * np.divide(2 * value, half, out=np.ones_like(value), where=known) ** 2
            high = np.where(known, np.maximum(high, value * freedom / chdtri(np.maximum(freedom, 1.0), 0.975)), high)
        return low, high

    def shown(self, name: str, value: Floats, given: EstimatorInput) -> Floats:
        """The root of sigma's square, which luck may have taken below 0."""
        return np.asarray(np.sqrt(np.maximum(value, 0.0))) if name == "sigma" else value


def _sizes(effects: Floats) -> Floats:
    """Size of each effect without luck, shape (trajectory, number); see `Morris`."""
    m = effects.shape[1]
    if m < 3:
        return np.asarray(np.abs(effects[:, 0]) if m < 2 else _signed(effects, 1).mean(axis=1))
    few, most = (m - 1) // 2, m - 1
    by_few, by_most = (_signed(effects, tellers).mean(axis=1) for tellers in (few, most))
    return np.asarray((most * by_most - few * by_few) / (most - few))


def _signed(effects: Floats, tellers: int) -> Floats:
    """Effects of some replicates with the sign that the mean of so many others has, shape (trajectory, window, number).

    Windows of replicates go round in a circle, so that each tells the sign as often as any other.
    """
    m = effects.shape[1]
    running = np.cumsum(np.concatenate([effects, effects[:, :tellers]], axis=1), axis=1)
    within = running[:, tellers - 1 : tellers - 1 + m].copy()
    within[:, 1:] -= running[:, : m - 1]
    around = np.abs(effects).max(axis=1, keepdims=True) * 1e-9  # sums go up and down again to 0, but for the last bits
    sign = np.where(np.abs(within) > around, np.sign(within), 0.0)
    return np.asarray(sign * (effects.sum(axis=1, keepdims=True) - within) / (m - tellers))


def elementary_effects(X: Floats, runs: Floats) -> Floats:
    """What a step along each number changes, per range, shape (trajectory, number, replicate)."""
    k = X.shape[1]
    ways = np.sign(np.diff(X.reshape(-1, k + 1, k), axis=1))  # one number moves at a time, whatever its law
    changes = np.diff(runs.reshape(-1, k + 1, runs.shape[1]), axis=1)
    moved = np.abs(ways).argmax(axis=2)
    size = STEP * np.take_along_axis(ways, moved[:, :, None], axis=2)
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved[:, :, None], changes / size, axis=1)
    return effects
