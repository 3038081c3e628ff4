"""Scales on which small things can be seen: shares from 0 to the largest, differences about their zero."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MOST_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """A line from one value to another, with round values marked."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Where a value lies, in per cent of the line, and at its end if it is beyond."""
        along = 100 * (value - self.low) / (self.high - self.low)
        return round(min(max(along, 0.0), 100.0), 2)

    def length(self, low: float, high: float) -> float:
        """How long a range is, in per cent of the line."""
        return round(self.place(high) - self.place(low), 2)


def scale(values: Sequence[float]) -> Scale:
    """A scale that holds some values and zero, with a few round values marked, its ends among them.

    What is not finite is left out.
    """
    known = [value for value in (0.0, *values) if math.isfinite(value)]
    least, most = min(known), max(known)
    raw = (most - least or 0.01) / (MOST_TICKS - 1)
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(each * size for each in _STEPS if each * size >= raw * (1 - 1e-9))
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    last = max(last, first + 1)
    return Scale(first * step, last * step, tuple(round(at * step, 12) for at in range(first, last + 1)))


__all__ = ["Scale", "scale"]
