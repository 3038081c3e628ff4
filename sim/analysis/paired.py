"""Two worlds on common random numbers (the same dice): how far apart they are, and what variance the pairing saves.

The two runs of a pair share most of what chance brings, so their difference varies less than that of two runs taken
apart. Both intervals are computed here from the same counts, one with the pairing and one without it.
"""

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats
from .units import Units


class Difference(NamedTuple):
    """A difference of two shares or two means, second less first, of paired runs."""

    difference: float
    low: float
    high: float
    apart_low: float
    """The interval that as many runs with dice of their own would have given."""
    apart_high: float
    n: int

    @property
    def width_ratio(self) -> float:
        """How many times wider the interval would be without the same dice."""
        width, apart = self.high - self.low, self.apart_high - self.apart_low
        return apart / width if width > 0 else np.inf

    @property
    def efficiency(self) -> float:
        """Variance ratio: how many independent runs on either side estimate as well as one pair."""
        return self.width_ratio**2


class Flips(NamedTuple):
    """Pairs of runs by where something held."""

    both: int
    first_only: int
    second_only: int
    neither: int


def flips(first: ArrayLike, second: ArrayLike) -> Flips:
    """Count pairs of runs by whether something held in the one, the other, both or neither.

    Parameters
    ----------
    first, second : array of bool (pair,)
    """
    a, b = _pairs(first, second, bool)
    return Flips(int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum()), int((~a & ~b).sum()))


def paired_difference(
    first: ArrayLike, second: ArrayLike, level: float = 0.95, units: Units | None = None
) -> Difference:
    """Difference of two paired shares: the share of `second` less that of `first`.

    The interval is Wald's after half a pair is added to each of the four counts (Bonett and Price 2012), which keeps
    its coverage for few pairs and for no flips at all. Without pairing it is Wald's after one success and one failure
    are added to each side (Agresti and Caffo 2000): the same idea, so that their widths compare. Pairs that were drawn
    together count as many as their effective sample size.

    Parameters
    ----------
    first, second : array of bool (pair,)
        Whether something held in the two runs of each pair.
    units : Units, optional
        Which pairs were drawn together; left out, none.
    """
    a, b = _pairs(first, second, bool)
    counted, n = flips(a, b), len(a)
    units = Units.single(n) if units is None else units
    z = NormalDist().inv_cdf(0.5 + level / 2)
    difference = (counted.second_only - counted.first_only) / n if n else float("nan")
    worth = float(units.effective_n(b.astype(np.int8) - a))
    lost, won = ((flipped * worth / max(n, 1) + 1) / (worth + 2) for flipped in (counted[1], counted[2]))
    paired = z * np.sqrt((lost + won - (won - lost) ** 2) / (worth + 2))
    apart = z * np.sqrt(sum(_squared_error(side, units) for side in (a, b)))
    ends = [_clipped(won - lost, float(half)) for half in (paired, apart)]
    return Difference(difference, *ends[0], *ends[1], n)


def differ(first: ArrayLike, second: ArrayLike, looks: int = 1, level: float = 0.95) -> bool:
    """Whether two paired shares differ by more than chance, where that is asked of so many pairs of shares at once.

    The interval is wider for that (Bonferroni): where nothing truly differs, the chance that any of them is said to
    differ is 1 - `level` at most.
    """
    found = paired_difference(first, second, 1 - (1 - level) / looks)
    return found.low > 0 or found.high < 0


def _squared_error(held: NDArray[np.bool_], units: Units) -> float:
    """Of a share, after one success and one failure are added."""
    worth = float(units.effective_n(held))
    share = (held.sum() * worth / max(len(held), 1) + 1) / (worth + 2)
    return float(share * (1 - share) / (worth + 2))


def _clipped(middle: float, half: float) -> tuple[float, float]:
    return max(middle - half, -1.0), min(middle + half, 1.0)


def mean_difference(
    first: NDArray[np.floating[Any]],
    second: NDArray[np.floating[Any]],
    level: float = 0.95,
    units: Units | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean of the differences of paired runs, day by day, with its normal interval.

    Parameters
    ----------
    first, second : array (pair, day)
    units : Units, optional
        Which pairs were drawn together; left out, none.

    Returns
    -------
    mean, low, high : arrays (day,)
    width_ratio : array (day,)
        How many times wider the interval would be had the runs dice of their own; 1 where nothing varies
    """
    a, b = _pairs(first, second, np.float64)
    n = len(a)
    mean = (b - a).mean(axis=0)
    units = Units.single(n) if units is None else units
    if units.n < 2:
        return mean, np.full_like(mean, -np.inf), np.full_like(mean, np.inf), np.ones_like(mean)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    paired = np.sqrt(_squared_error_of_mean(b - a, units))
    apart = np.sqrt(_squared_error_of_mean(a, units) + _squared_error_of_mean(b, units))
    width_ratio = np.divide(apart, paired, out=np.full_like(mean, np.inf), where=paired > 0)
    width_ratio[apart == 0] = 1.0
    return mean, mean - z * paired, mean + z * paired, width_ratio


def _squared_error_of_mean(values: Floats, units: Units) -> Floats:
    """By the sums of units about the mean, which are independent."""
    sums = units.totals(values - values.mean(axis=0))
    squared: Floats = (sums**2).sum(axis=0) * units.n / (units.n - 1) / len(values) ** 2
    return squared


def _pairs(first: ArrayLike, second: ArrayLike, kind: type) -> tuple[NDArray[Any], NDArray[Any]]:
    a: NDArray[Any] = np.asarray(first, kind)
    b: NDArray[Any] = np.asarray(second, kind)
    if a.shape != b.shape:
        raise ValueError(f"pairs need as many runs on either side, found shapes {a.shape} and {b.shape}")
    return a, b
