"""Which part of a response's variance is dice, which is parameters, and which is the interaction of the two."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .arrays import Floats


class VarianceShare(NamedTuple):
    """A share of the variance with its 95 % interval."""

    share: float
    low: float
    high: float


class VarianceShares(NamedTuple):
    """The law of total variance over points and replicates."""

    parameters: VarianceShare
    """Variance of what a point gives on average: 0 if the numbers do not matter."""
    dice: VarianceShare
    """Variance of what a replicate gives on average over the points: 0 if runs do not differ."""
    interaction: VarianceShare | None
    """What is left: the dice matter more at some points than at others. None on dice of their own, where it cannot be
    told from `dice`, which holds both."""
    variance: float
    points: int
    replicates: int

    @property
    def luck(self) -> float:
        """Share of the differences between points, as means over replicates show them, that is luck."""
        luck = (self.dice if self.interaction is None else self.interaction).share / self.replicates
        whole = self.parameters.share + luck
        return luck / whole if whole > 0 else 0.0

    def advice(self) -> str:
        """How many replicates it would take to halve that, as a sentence."""
        luck = self.luck
        of = "1 replicate leaves" if self.replicates == 1 else f"{self.replicates:,} replicates leave"
        if luck >= 0.995:
            return f"The differences between points cannot be told from the chance that {of} in them."
        if luck < 0.005:
            return f"Next to nothing of the differences between points is chance that {of} in them."
        enough = math.ceil(self.replicates * (2 - luck) / (1 - luck))
        found = f"Of the differences between points, {luck:.0%} are chance that {of} in them"
        return f"{found}; {enough:,} would leave half as much."


def variance_shares(runs: Floats, common: bool = True) -> VarianceShares:
    """Split the variance of runs over the points of a design.

    On common dice, with point p and replicate r, `y = mean + a(p) + b(r) + c(p, r)`: a two-way layout without
    repetition, since point and dice together leave nothing to chance. Mean squares give unbiased parts:
    `(MS_p - MS_c) / R`, `(MS_r - MS_c) / P` and `MS_c` (Searle, Casella and McCulloch 1992, ch. 4); one that comes out
    below 0 counts 0. On dice of their own there is no `b`, and `c` is all the luck there is: a one-way layout.

    Intervals are from jackknives over points and over replicates, whose squared errors add. The few replicates make
    most of the error, so it is counted by Student's t of one degree of freedom less than there are of them.

    Parameters
    ----------
    runs : shape (point, replicate)
    common : bool
        Whether a replicate is the same dice at all points.

    Raises
    ------
    ValueError
        A value is missing, there are too few points or replicates, or nothing varies.
    """
    if not np.isfinite(runs).all():
        raise ValueError("not every run has a value, so its variance cannot be split; take a share or a count")
    n, m = runs.shape
    if min(n, m) < 2:
        raise ValueError("two points and two replicates at least are needed to tell dice from parameters")
    split = _parts if common else _parts_apart
    whole = split(runs)
    if not whole.sum() > 0:
        raise ValueError(f"it is {runs[0, 0]:g} in every run")
    share = whole / whole.sum()
    few = min(n, _MOST_LEFT_OUT)
    errors, freedom = _jackknife(runs, few, split), n - 1
    if common:
        errors = errors + _jackknife(runs.T, min(m, _MOST_LEFT_OUT), split)[[1, 0, 2]]
        freedom = min(n, m) - 1
    ends = _interval(share, _student(freedom) * np.sqrt(errors))
    shares = [VarianceShare(*map(float, each)) for each in zip(share, *ends, strict=True)]
    return VarianceShares(shares[0], shares[1], shares[2] if common else None, float(whole.sum()), n, m)


_MOST_LEFT_OUT = 64
"""A jackknife leaves out single rows, or so many groups of them."""


def _student(freedom: int) -> float:
    """Standard errors to each side of a 95 % interval, by Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _interval(share: Floats, half: Floats) -> tuple[Floats, Floats]:
    """From half-widths of shares, intervals that stay between 0 and 1.

    They reach equally far to both sides on the scale of log odds, and at most twice the half-width: near 0 and 1 that
    scale would stretch them over everything.
    """
    inside = (share > 0) & (share < 1)
    odds = np.where(inside, share / np.where(share < 1, 1 - share, 1.0), 1.0)
    factor = np.exp(np.minimum(np.where(inside, half / np.where(inside, share * (1 - share), 1.0), 0.0), 50.0))
    low = np.where(inside, odds / factor / (1 + odds / factor), np.maximum(share - half, 0.0))
    high = np.where(inside, odds * factor / (1 + odds * factor), np.minimum(share + half, 1.0))
    return np.maximum(low, share - 2 * half), np.minimum(high, share + 2 * half)


def _jackknife(runs: Floats, n_groups: int, split: Callable[[Floats], Floats]) -> Floats:
    """Squared standard error of the shares that comes of the rows."""
    if min(runs.shape) < 3:
        return np.zeros(3)
    group = np.arange(len(runs)) % n_groups
    parts = np.array([split(runs[group != left_out]) for left_out in range(n_groups)])
    total = parts.sum(axis=1, keepdims=True)
    found = np.where(total > 0, parts / np.where(total > 0, total, 1.0), 0.0)
    squared: Floats = (n_groups - 1) / n_groups * ((found - found.mean(axis=0)) ** 2).sum(axis=0)
    return squared


def _parts(runs: Floats) -> Floats:
    """Variance of rows, of columns, and what is left."""
    n, m = runs.shape
    by_row, by_column = runs.mean(axis=1), runs.mean(axis=0)
    left = runs - by_row[:, None] - by_column + runs.mean()
    interaction = float((left * left).sum()) / ((n - 1) * (m - 1))
    rows, columns = by_row.var(ddof=1) - interaction / m, by_column.var(ddof=1) - interaction / n
    return np.maximum([rows, columns, interaction], 0.0)


def _parts_apart(runs: Floats) -> Floats:
    """Variance of rows and within them, and nothing else."""
    within = float(runs.var(axis=1, ddof=1).mean())
    return np.maximum([float(runs.mean(axis=1).var(ddof=1)) - within / runs.shape[1], within, 0.0], 0.0)
