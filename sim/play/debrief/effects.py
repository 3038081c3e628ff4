"""What a decision moved: two futures on the same dice, one with it and one without, many times over."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import wilson
from sim.analysis.paired import mean_difference, paired_difference

from .plans import Futures

SURE = 0.999
"""Coverage of the intervals that must leave out 0 before a decision is said to have mattered: many are looked at."""
FEWEST = 10
"""Futures in which deaths or rungs must differ before the interval of a mean is trusted."""


@dataclass(frozen=True)
class Shift:
    """How a decision moved one thing."""

    name: str
    """An outcome's id, `deaths` or `rung`."""
    label: str
    with_it: float
    """The share of the futures with the decision in which the outcome came about; else the mean in them."""
    without: float
    difference: float
    """With it less without it."""
    low: float
    """The lower end of the 95 % interval of the difference, in futures on the same dice."""
    high: float
    sure: bool
    """Whether the 99.9 % interval leaves out 0 as well."""


@dataclass(frozen=True)
class Effect:
    """What a decision moved."""

    futures: int
    """Pairs of futures, without those that failed."""
    days: int
    """Days that they were followed for, that of the decision included."""
    differ: int
    """Pairs in which at least one of the outcomes came about in one future and not in the other."""
    itself: tuple[Shift, ...]
    """Outcomes that the decision is by itself, as to close a strait is: they came about on its day in all futures with
    it. Neither `differ` nor what mattered counts them."""
    outcomes: tuple[Shift, ...]
    """All others that had not come about before the day, the most moved first."""
    deaths: Shift
    rung: Shift

    @property
    def share(self) -> float:
        """The share of futures that it moved."""
        return self.differ / self.futures if self.futures else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        low, high = wilson(self.differ, self.futures)
        return float(low), float(high)

    @property
    def mattered(self) -> bool:
        """Whether it moved anything by more than its error."""
        return any(each.sure for each in (*self.outcomes, self.deaths, self.rung))

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """What it moved by more than its error, outcomes first."""
        return tuple(each for each in (*self.outcomes, self.deaths, self.rung) if each.sure)


def effect(names: tuple[str, ...], label: Callable[[str], str], one: Futures, other: Futures, days: int) -> Effect:
    """Compare the futures with a decision to those without it, pair by pair.

    Parameters
    ----------
    names : tuple of str
        Outcomes that were still open, as rows of `came`; all of them have a row.
    label : callable
        What an outcome is called.
    one, other : Futures
        With the decision, and without it.
    """
    sound = ~(one.failed | other.failed)
    came, rest = one.came[:, sound], other.came[:, sound]
    at_once, without = one.at_once[:, sound], other.at_once[:, sound]
    own = np.asarray(at_once.all(axis=1) & ~without.all(axis=1))
    found = {name: _share(name, label(name), rest[at], came[at]) for at, name in enumerate(names) if name}
    itself = tuple(found[name] for name, so in zip(names, own.tolist(), strict=True) if name and so)
    shifts = [each for each in found.values() if each not in itself]
    return Effect(
        futures=int(sound.sum()),
        days=days,
        differ=int((came[~own] != rest[~own]).any(axis=0).sum()),
        itself=itself,
        outcomes=tuple(sorted(shifts, key=lambda each: -abs(each.difference))),
        deaths=_mean("deaths", "Deaths", other.deaths[sound], one.deaths[sound]),
        rung=_mean("rung", "Highest rung", other.rung[sound], one.rung[sound]),
    )


def _share(name: str, label: str, without: NDArray[np.bool_], with_it: NDArray[np.bool_]) -> Shift:
    usual, sure = paired_difference(without, with_it), paired_difference(without, with_it, SURE)
    one, other = (float(each.mean()) if len(each) else 0.0 for each in (with_it, without))
    return Shift(name, label, one, other, usual.difference, usual.low, usual.high, sure.low > 0 or sure.high < 0)


def _mean(name: str, label: str, without: NDArray[np.float64], with_it: NDArray[np.float64]) -> Shift:
    one, other = (float(each.mean()) if len(each) else 0.0 for each in (with_it, without))
    if len(without) < 2:
        return Shift(name, label, one, other, one - other, -np.inf, np.inf, False)
    pair = without[:, None], with_it[:, None]
    mean, low, high = (float(each[0]) for each in mean_difference(*pair)[:3])
    _, least, most = (float(each[0]) for each in mean_difference(*pair, SURE)[:3])
    sure = (least > 0 or most < 0) and int((without != with_it).sum()) >= FEWEST
    return Shift(name, label, one, other, mean, low, high, sure)
