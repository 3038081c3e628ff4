"""Which part of a response's variance is dice, which is parameters, and which is their mix."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 500


class Share(NamedTuple):
    """A share of the variance with its 95 % interval."""

    share: float
    low: float
    high: float


class Shares(NamedTuple):
    """The law of total variance over points and replicates on common dice."""

    parameters: Share
    """Variance of what a point gives on average: 0 if the numbers do not matter."""
    dice: Share
    """Variance of what a replicate gives on average over the points: 0 if runs do not differ."""
    mix: Share
    """What is left: the dice matter more at some points than at others."""
    variance: float
    points: int
    replicates: int


def shares(runs: Floats, seed: int = 0, resamples: int = RESAMPLES) -> Shares:
    """Split the variance of runs over the points of a design, every replicate on the same dice at all points.

    With point p and replicate r, `y = mean + a(p) + b(r) + c(p, r)`: a two-way layout without repetition, since point
    and dice together leave nothing to chance. Mean squares give unbiased parts, `(MS_p - MS_c) / R`, `(MS_r - MS_c) / P`
    and `MS_c` (Searle, Casella and McCulloch 1992, ch. 4); one that comes out below 0 counts 0. Intervals are of
    bootstraps over points and replicates, of which repeated ones are not counted as if they differed.

    Parameters
    ----------
    runs : shape (point, replicate)
    seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        A value is missing, there are too few points or replicates, or nothing varies.
    """
    if not np.isfinite(runs).all():
        raise ValueError("not every run has a value, so its variance cannot be split; take a share or a count")
    if min(runs.shape) < 2:
        raise ValueError("two points and two replicates at least are needed to tell dice from parameters")
    n, m = runs.shape
    whole = _parts(runs, np.ones(n), np.ones(m))
    if not whole.sum() > 0:
        raise ValueError(f"it is {runs[0, 0]:g} in every run")
    rng = np.random.default_rng([seed, n, m])
    drawn = np.array([_resampled(runs, rng) for _ in range(resamples)])
    drawn = drawn[drawn.sum(axis=1) > 0]
    low, high = np.quantile(drawn / drawn.sum(axis=1, keepdims=True), (0.025, 0.975), axis=0)
    share = whole / whole.sum()
    low, high = np.minimum(low, share), np.maximum(high, share)
    found = [Share(*map(float, each)) for each in zip(share, low, high, strict=True)]
    return Shares(*found, variance=float(whole.sum()), points=n, replicates=m)


def _resampled(runs: Floats, rng: np.random.Generator) -> Floats:
    n, m = runs.shape
    points = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
    replicates = np.bincount(rng.integers(m, size=m), minlength=m).astype(np.float64)
    return _parts(runs, points, replicates)


def _parts(runs: Floats, points: Floats, replicates: Floats) -> Floats:
    """Variance of parameters, dice and mix, each point and replicate counted as often as it was drawn.

    Of weights that sum to 1, `1 - Σw²` takes the place of `(n - 1) / n`: a point drawn twice is no second witness.
    """
    w, v = points / points.sum(), replicates / replicates.sum()
    by_point, by_replicate = runs @ v, w @ runs
    mean = float(w @ by_point)
    a, b = by_point - mean, by_replicate - mean
    left = runs - by_point[:, None] - by_replicate + mean
    ww, vv = float(w @ w), float(v @ v)
    if ww >= 1 or vv >= 1:
        return np.zeros(3)
    mix = float(w @ (left * left) @ v) / ((1 - ww) * (1 - vv))
    parameters = float(w @ (a * a)) / (1 - ww) - mix * vv
    dice = float(v @ (b * b)) / (1 - vv) - mix * ww
    return np.maximum([parameters, dice, mix], 0.0)
