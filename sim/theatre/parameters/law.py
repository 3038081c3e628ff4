"""The laws by which uncertain numbers are drawn from their ranges.

A plausible range is the 5th and the 95th percentile about the written value, the median. Each side of it is normal in
the number's own measure, with a width of its own (a split normal law: Fechner 1897, Wallis 2014, Statist. Sci. 29,
106): in its logarithm, counted from the lowest that is legal, if it is positive; in its log odds, if it is a share; as
it is, if it may be negative. Ten draws in a hundred lie outside of a range, and none is illegal. A side
that ends on the edge of what is legal, or starts there, is even and reaches no further; a side without width is as
written. Other ranges are even between their ends: those that say `uniform`, and those that a user gives, in their
logarithm where they reach tenfold.

All is plain arithmetic (`sim.theatre.compiled.arrays`), so that every machine draws the same bits.
"""

from collections.abc import Callable, Sequence
from math import inf, nextafter
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled import arithmetic
from sim.theatre.compiled.arrays import exp, log, normal, share_below

Floats = NDArray[np.float64]
FloatsT = TypeVar("FloatsT", float, Floats)

Law = Literal["linear", "log", "logit", "uniform", "given"]
"""In what measure a plausible range is normal on either side of the value; or that it is even."""

WIDE = 10.0
"""A positive range that a user gives, whose ends lie apart by this factor at least, is a range of magnitudes."""
PERCENTILES = 0.05, 0.95
"""What the ends of a plausible range are."""
_TINY = 2.0**-53
"""Shares come no nearer to none and all: the logarithm of 0 is no number."""
_Z = arithmetic.normal(PERCENTILES[0]), arithmetic.normal(PERCENTILES[1])


def of_magnitude(low: float, high: float) -> bool:
    """Whether a range that a user gives is one of magnitudes, so that it is even in its logarithm."""
    return low > 0 and high >= WIDE * low


class UncertainNumber(NamedTuple):
    """A number that might as well lie elsewhere, and the law by which it does."""

    path: str
    value: float
    """As it is written."""
    low: float
    high: float
    law: Law = "given"
    least: float = -inf
    """The lowest value that is legal; positive numbers are measured from here."""
    most: float = inf

    @property
    def logarithmic(self) -> bool:
        """Whether it is measured in its logarithm, so that factors count."""
        return self.law == "log" or (self.law == "given" and of_magnitude(self.low, self.high))

    def at(self, share: FloatsT) -> FloatsT:
        """The value below which so large a share of its draws lies: its quantiles."""
        return _each(Laws((self,)).at, share)

    def share(self, value: FloatsT) -> FloatsT:
        """The share of its draws below a value: the inverse of `at`; in the middle of what is all one value."""
        return _each(Laws((self,)).share, value)

    def at_normal(self, z: FloatsT) -> FloatsT:
        """The value at a standard normal coordinate: 0 is the median, ±1.645 are the ends of a plausible range."""
        return _each(Laws((self,)).at_normal, z)

    def normal_of(self, value: FloatsT) -> FloatsT:
        """The standard normal coordinate of a value: the inverse of `at_normal`."""
        return _each(Laws((self,)).normal_of, value)

    def within(self, place: FloatsT) -> FloatsT:
        """The value so far from the low end (0) to the high one (1): its law between them, with no tails."""
        return _each(Laws((self,)).within, place)

    def place(self, value: FloatsT) -> FloatsT:
        """How far from the low end to the high one a value lies: the inverse of `within`."""
        return _each(Laws((self,)).place, value)


def _each(function: Callable[[Floats], Floats], given: FloatsT) -> FloatsT:
    """Apply what takes shape (number, draw) to the draws of one number."""
    if isinstance(given, np.ndarray):
        return np.reshape(function(np.reshape(np.asarray(given, np.float64), (1, -1))), given.shape)
    return float(function(np.array([[given]], np.float64))[0, 0])


_Measure = Literal["linear", "log", "logit"]


class _Side(NamedTuple):
    """One half of a law: `start + width * t` in a measure, with t from 0 at `start` to 1 at `end`."""

    start: float
    end: float
    width: float
    """In the measure."""
    measure: _Measure
    even: bool
    """Whether t is even, else it is normal, and `end` a percentile."""
    lowest: float
    highest: float
    """What no draw passes."""


def _sides(number: UncertainNumber) -> tuple[_Side, _Side]:
    """The lower and the upper half; of an even law both are the whole range."""
    law, low, high = number.law, number.low, number.high
    if law in ("given", "uniform"):
        wide = law == "given" and of_magnitude(low, high)
        width = arithmetic.log(high) - arithmetic.log(low) if wide else high - low
        whole = _Side(low, high, width, "log" if wide else "linear", True, low, high)
        return whole, whole
    return _side(number, low), _side(number, high)


def _side(number: UncertainNumber, end: float) -> _Side:
    value, edges = number.value, (number.least, number.most)
    if end == value or value in edges or end in edges:
        inside = nextafter(end, value) if end in edges else end
        return _Side(value, end, end - value, "linear", True, min(inside, value), max(inside, value))
    lowest, highest = edges
    if number.law == "linear":
        measure: _Measure = "linear"
        width = end - value
    else:
        measure = "logit" if number.law == "logit" else "log"
        width = _measured(number, end) - _measured(number, value)
        lowest, highest = nextafter(lowest, inf), nextafter(highest, -inf) if measure == "logit" else highest
    return _Side(value, end, width, measure, False, lowest if end < value else value, value if end < value else highest)


def _measured(number: UncertainNumber, value: float) -> float:
    measured = arithmetic.log(value - number.least)
    return measured - arithmetic.log(number.most - value) if number.law == "logit" else measured


class Laws:
    """The laws of many numbers, for many draws of each at a time: arrays of shape (number, draw)."""

    def __init__(self, numbers: Sequence[UncertainNumber]) -> None:
        halves = zip(*map(_sides, numbers), strict=True)
        self._lower, self._upper = (_Half(side, numbers) for side in halves)
        self._whole = _column([each.law in ("given", "uniform") for each in numbers], bool)
        self._value = _column([each.value for each in numbers])
        self._low, self._high = _column([each.low for each in numbers]), _column([each.high for each in numbers])
        self.lowest = np.minimum(self._lower.lowest, self._upper.lowest)[:, 0]
        self.highest = np.maximum(self._lower.highest, self._upper.highest)[:, 0]
        """What no draw passes, shape (number,)."""
        # a side that is even ends there, and one that is normal has tails beyond
        self._first = np.where(self._lower.even, 0.0, PERCENTILES[0])
        self._last = np.where(self._upper.even, 1.0, PERCENTILES[1])

    def at(self, shares: Floats) -> Floats:
        """Values below which such shares of all draws lie; none and all stand for what no draw passes."""
        inside = np.clip(shares, _TINY, 1.0 - _TINY)
        return self._values(inside, normal(inside))

    def at_normal(self, z: Floats) -> Floats:
        """Values at standard normal coordinates."""
        return self._values(share_below(z), z)

    def within(self, places: Floats) -> Floats:
        """Values from the low end, at 0, to the high one, at 1."""
        up = np.where(places < 0.5, 0.5 - self._first, self._last - 0.5) * (2.0 * places - 1.0)
        found = self.at(0.5 + up)
        found = np.where((places == 0.5) & ~self._whole, self._value, found)
        return np.where(places <= 0.0, self._low, np.where(places >= 1.0, self._high, found))

    def share(self, values: Floats) -> Floats:
        """Shares of all draws below values."""
        t, even, below = self._steps(values)
        of_normal = share_below(np.where(even, 0.0, t) * np.where(below, *_Z))
        of_even = np.where(self._whole, t, np.where(below, 0.5 - 0.5 * t, 0.5 + 0.5 * t))
        return np.where(even, of_even, of_normal)

    def normal_of(self, values: Floats) -> Floats:
        """Standard normal coordinates of values."""
        t, even, below = self._steps(values)
        return np.where(even, normal(np.clip(self.share(values), _TINY, 1.0 - _TINY)), t * np.where(below, *_Z))

    def place(self, values: Floats) -> Floats:
        """How far from the low end to the high one values lie."""
        up = self.share(values) - 0.5
        found = 0.5 + 0.5 * up / np.where(up < 0.0, 0.5 - self._first, self._last - 0.5)
        found = np.where((values == self._value) & ~self._whole, 0.5, np.clip(found, 0.0, 1.0))
        out = (values <= self._low) & (self._low < self._value), (values >= self._high) & (self._value < self._high)
        return np.where(out[0], 0.0, np.where(out[1], 1.0, found))

    def _values(self, shares: Floats, z: Floats) -> Floats:
        below = shares < 0.5
        found = []
        for half, quantile, step in (
            (self._lower, _Z[0], 1.0 - 2.0 * shares),
            (self._upper, _Z[1], 2.0 * shares - 1.0),
        ):
            t = np.where(half.even, np.where(self._whole, shares, step), z / quantile)
            found.append(half.at(np.maximum(t, 0.0)))
        return np.where(below, *found)

    def _steps(self, values: Floats) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
        """How far along its side each value lies, whether that is even, and which side it is."""
        below = values < self._value
        even = np.where(below, self._lower.even, self._upper.even)
        return np.where(below, self._lower.t(values), self._upper.t(values)), even, below


class _Half:
    """One side of each of many laws, in columns."""

    def __init__(self, sides: Sequence[_Side], numbers: Sequence[UncertainNumber]) -> None:
        self.even = _column([side.even for side in sides], bool)
        self.start, self.end = _column([side.start for side in sides]), _column([side.end for side in sides])
        self.width = _column([side.width for side in sides])
        self.lowest, self.highest = (
            _column([side.lowest for side in sides]),
            _column([side.highest for side in sides]),
        )
        self.log, self.logit = (_column([side.measure == name for side in sides], bool) for name in ("log", "logit"))
        is_given = [each.law == "given" for each in numbers]
        least = [0.0 if given else each.least for each, given in zip(numbers, is_given, strict=True)]
        curved = self.log | self.logit
        self.least = np.where(curved, _column(least), 0.0)
        self.span = np.where(self.logit, _column([each.most for each in numbers]) - self.least, 1.0)
        self.from_least = np.where(curved, self.start - self.least, 1.0)
        self.odds = np.where(self.logit, self.from_least / np.where(self.logit, self.span - self.from_least, 1.0), 1.0)

    def at(self, t: Floats) -> Floats:
        """Values at t, shape (number, draw)."""
        factor = np.ones_like(t)
        curved = (self.log | self.logit)[:, 0]
        factor[curved] = exp((self.width * t)[curved])
        odds = self.odds * factor
        found = np.where(
            self.logit,
            self.least + self.span * (odds / (1.0 + odds)),
            np.where(self.log, self.least + self.from_least * factor, self.start + self.width * t),
        )
        found = np.where(t == 0.0, self.start, np.where((t == 1.0) & ~self.even, self.end, found))
        return np.clip(found, self.lowest, self.highest)

    def t(self, values: Floats) -> Floats:
        """How far from start to end values lie; 0 where there is no way."""
        inside = np.clip(values, self.lowest, self.highest)
        above = np.where(self.log | self.logit, inside - self.least, 1.0)
        short = np.where(self.logit, self.span - above, 1.0)
        curved = log(above / self.from_least)
        curved = np.where(self.logit, log(above / short) - log(self.odds), curved)
        way = np.where(self.log | self.logit, curved, inside - self.start)
        return np.where(self.width == 0.0, 0.0, way / np.where(self.width == 0.0, 1.0, self.width))


def _column(values: Sequence[float | bool], dtype: type = float) -> NDArray[Any]:
    return np.array(values, dtype)[:, None]
