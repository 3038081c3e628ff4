"""Whether acts come when a model expects them: time rescaled by its chances, and counts of months beside theirs.

If a model's daily chances are right, then the integrated hazard between one act and the next is exponential with mean
1, whatever made the chances rise and fall (the time-rescaling theorem, Brown et al. 2002). Days are not moments: within
the day of an act the moment is drawn, which makes this exact for daily chances (Haslinger, Pipa and Brown 2010). The
last interval, which no act ends, is known to be longer than it was seen to be.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, Ints
from .poisson_binomial import poisson_binomial

SIMULATED = 999
"""Records without a fault that a record is held beside."""
LEVEL = 0.05
"""Chance at which a faultless record has a stretch that is named, about."""


class Intervals(NamedTuple):
    """Integrated hazard between acts."""

    whole: Floats
    """Up to each act, from the one before or the first day; shape (act,)."""
    open: float
    """From the last act to the end of the record."""

    @property
    def total(self) -> float:
        """Acts that the model expects over all days, as a process in time counts them."""
        return float(self.whole.sum()) + self.open


def rescaled(chance: ArrayLike, hit: ArrayLike, uniforms: ArrayLike) -> Intervals:
    """Intervals between acts in the time in which the model's hazard is 1.

    A day without an act adds -log(1 - p). On the day of an act the moment is drawn, given that it is on that day, which
    adds -log(1 - u p) to the interval that ends; the next one begins with the next day.

    Parameters
    ----------
    chance : array_like (day,)
        Chance of an act on each day, given all days before it.
    hit : array_like of bool (day,)
        Days with an act.
    uniforms : array_like (day,)
        Numbers from 0 to 1 that place an act within its day; only those of days with an act are used.

    Raises
    ------
    ValueError
        There is an act on a day on which it had no chance, or none on a day on which it was certain.
    """
    p, came, u = np.asarray(chance, float), np.asarray(hit, bool), np.asarray(uniforms, float)
    if (came & (p <= 0)).any() or (~came & (p >= 1)).any():
        raise ValueError("an act came on a day on which it had no chance, or not on one on which it was certain")
    days = np.flatnonzero(came)
    with np.errstate(divide="ignore"):
        hazard = -np.log1p(-np.where(came, 0.0, p))
    within = -np.log1p(-u[days] * p[days])
    before = np.cumsum(hazard)
    at = before[days]  # hazard of the days without an act
    return Intervals(np.diff(at, prepend=0.0) + within, _last(before) - _last(at))


def _last(values: Floats) -> float:
    return float(values[-1]) if len(values) else 0.0


class Residuals(NamedTuple):
    """Rescaled intervals beside the exponential law that a right model would give."""

    intervals: Intervals
    sorted: Floats
    """Whole intervals, the shortest first; shape (act,)."""
    expected: Floats
    """Share of intervals that would be as short, at each of them."""
    found: Floats
    """Share of the record's intervals that are, the open one counted as far as it was seen (Kaplan and Meier 1958)."""
    distance: float
    """Greatest distance between the two shares (Kolmogorov and Smirnov)."""
    band: float
    """What that is below, in 95 of 100 records of a right model over as much hazard."""
    p_value: float
    """Share of such records in which it is at least as great."""


def residuals(intervals: Intervals, seed: int = 0) -> Residuals:
    """Hold intervals beside the exponential law of mean 1.

    How far apart the two are by chance alone is found from records of a unit Poisson process over as much hazard as
    this one has, so that it is right for few acts too, and for the interval at the end.

    Parameters
    ----------
    intervals : Intervals
    seed : int
        Seed of these records.
    """
    distance, ordered, found = _distance(intervals)
    rng = np.random.default_rng(seed)
    faultless = np.array([_distance(_unit_poisson(intervals.total, rng))[0] for _ in range(SIMULATED)])
    p_value = (1 + int((faultless >= distance - 1e-12).sum())) / (SIMULATED + 1)
    band = float(np.quantile(faultless, 0.95))
    return Residuals(intervals, ordered, -np.expm1(-ordered), found, distance, band, p_value)


def _unit_poisson(total: float, rng: np.random.Generator) -> Intervals:
    """Intervals of a process whose hazard is 1, over so much time."""
    times = np.sort(rng.random(rng.poisson(total))) * total
    return Intervals(np.diff(times, prepend=0.0), total - _last(times))


def _distance(intervals: Intervals) -> tuple[float, Floats, Floats]:
    """Greatest distance between the shares found and expected, as far as anything was seen; and what it is between."""
    ordered = np.sort(intervals.whole)
    n = len(ordered)
    at_risk = n - np.arange(n) + (ordered <= intervals.open)
    found = np.asarray(1.0 - np.cumprod(1.0 - 1.0 / at_risk), np.float64)
    expected = -np.expm1(-ordered)
    before = np.concatenate([[0.0], found[:-1]])
    gaps = np.concatenate([np.abs(found - expected), np.abs(before - expected)])
    rest = abs(_last(found) + np.expm1(-max(intervals.open, _last(ordered))))
    return float(max(gaps.max(initial=0.0), rest)), ordered, found


class Stretch(NamedTuple):
    """Months on end in which there was more, or less, than the model expects."""

    first: int
    last: int
    """Of the months, both included."""
    expected: float
    happened: int
    chance: float
    """Of so many or more, where there was more; of so few or fewer, where there was less."""

    @property
    def hot(self) -> bool:
        """Whether the model expects more than there was."""
        return self.expected > self.happened


def by_month(chance: ArrayLike, hit: ArrayLike, month: Ints) -> tuple[Floats, NDArray[np.int64]]:
    """Expected and recorded days with an act, by month.

    Parameters
    ----------
    chance, hit : array_like (day,)
    month : array of int (day,)
        Which month each day lies in, from 0.
    """
    months = int(month.max(initial=-1)) + 1
    expected = np.bincount(month, np.asarray(chance, float), months).astype(np.float64)
    return expected, np.bincount(month[np.asarray(hit, bool)], minlength=months).astype(np.int64)


def stretches(chance: ArrayLike, hit: ArrayLike, month: Ints, level: float = LEVEL) -> list[Stretch]:
    """Stretches of months that a right model would hardly give, the least probable first; none overlaps another.

    Each day with its chance is taken as a case of its own, as in a Poisson-binomial law. A stretch counts if its tail,
    of both sides, is below `level` divided by the number of months, which are about as many places for chance to play.

    Parameters
    ----------
    chance, hit : array_like (day,)
    month : array of int (day,)
        Which month each day lies in, from 0, rising.
    """
    expected, happened = by_month(chance, hit, month)
    p = np.asarray(chance, float)
    laws = [poisson_binomial(p[month == each]) for each in range(len(expected))]
    kept: list[Stretch] = []
    for stretch in sorted(_all_stretches(expected, happened, laws), key=lambda one: one.chance):
        if 2 * stretch.chance > level / len(expected):
            break
        if all(stretch.last < other.first or stretch.first > other.last for other in kept):
            kept.append(stretch)
    return kept


def _all_stretches(expected: Floats, happened: NDArray[np.int64], laws: list[Floats]) -> Iterator[Stretch]:
    """From each month to each that is not before it."""
    for first in range(len(laws)):
        law = np.ones(1)
        for last in range(first, len(laws)):
            law = np.convolve(law, laws[last])
            mean, count = float(expected[first : last + 1].sum()), int(happened[first : last + 1].sum())
            chance = law[: count + 1].sum() if count < mean else law[count:].sum()
            yield Stretch(first, last, mean, count, float(chance))


def told(stretch: Stretch, months: Sequence[str]) -> str:
    """Say a stretch in words.

    >>> told(Stretch(0, 3, 4.8, 16, 0.0001), ["May", "June", "July", "August"])
    'from May to August the model expects it on 1.2 days a month, the record has it on 4 (cold)'

    Parameters
    ----------
    months : sequence of str
        What each month is called.
    """
    n = stretch.last - stretch.first + 1
    when = f"in {months[stretch.first]}" if n == 1 else f"from {months[stretch.first]} to {months[stretch.last]}"
    each = " a month" if n > 1 else ""
    how = "hot" if stretch.hot else "cold"
    expected, happened = (f"{total / n:.2g}" for total in (stretch.expected, stretch.happened))
    days = "day" if expected == "1" else "days"
    return f"{when} the model expects it on {expected} {days}{each}, the record has it on {happened} ({how})"
