"""Which interval is right for the shares of an ensemble: decided once, by how its runs came about.

| runs | interval of a share |
|---|---|
| a number of them fixed before | Wilson's |
| ended when a precision was reached | a confidence sequence, which holds however often one looks |
| drawing their numbers in sets | Wilson's at the effective sample size of runs that share numbers |

Whatever states a share asks here: `shares()`, tables, figures, JSON and report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.arrays import Floats
from sim.analysis.confidence_sequence import confidence_sequence, runs_needed
from sim.analysis.intervals import Interval, wilson
from sim.analysis.ladder import Together
from sim.analysis.two_errors import shares_by_set
from sim.analysis.units import effective_n


class SampledRuns(Protocol):
    """Runs of one scenario, kept whole or only counted."""

    @property
    def info(self) -> dict[str, Any]:
        """How it was made."""

    @property
    def n_completed(self) -> int:
        """Runs that did not fail."""

    @property
    def sets(self) -> NDArray[np.int64]:
        """Sets of runs that share their numbers."""

    @property
    def together(self) -> Together:
        """What runs that share their numbers have in common on the ladder."""

    def reached(self, steps: Sequence[int]) -> NDArray[np.int64]:
        """Count the runs that have stood on a rung or above it by each day."""

    def standing(self) -> NDArray[np.float64]:
        """Share of the runs that stand on each rung on each day."""


USUAL_SHARE = 0.1
"""Share for which a relative precision plans; which one is found cannot be known before."""


class Precision(NamedTuple):
    """What ends the runs: the largest half-width of a 95 % interval, of one outcome's share or of all."""

    halfwidth: float
    """In shares of the runs; if relative, as a part of the outcome's own share."""
    outcome: str | None = None
    narrowest: int | None = None
    """For how many runs the intervals are to be narrowest; left out, for as many as it may take."""
    relative: bool = False
    """Whether a rare outcome is to be known as well, for its size, as a common one."""

    @property
    def runs_needed(self) -> int:
        """About how many runs it takes: of any share, or, if relative, of a share of `USUAL_SHARE`."""
        if not self.relative:
            return runs_needed(self.halfwidth)
        p = USUAL_SHARE
        return ceil(runs_needed(self.halfwidth * p) * 4 * p * (1 - p))

    def __str__(self) -> str:
        """As it stands in a sentence."""
        return f"{100 * self.halfwidth:g} % of the share itself" if self.relative else f"{self.halfwidth:g}"

    def interval(self, successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        """Interval of a share that stays valid although the runs end once it is narrow enough."""
        return confidence_sequence(successes, n, level, self.narrowest or self.runs_needed)

    def reached(self, outcomes: Sequence[str], held: ArrayLike, n: int) -> bool:
        """Whether `n` runs are enough, in so many of which each outcome held."""
        wide = self.too_wide(*self.interval(held, n), np.asarray(held) / n)
        return not bool(wide.any() if self.outcome is None else wide[list(outcomes).index(self.outcome)])

    def too_wide(self, low: Floats, high: Floats, share: Floats) -> NDArray[np.bool_]:
        """Which intervals are wider than asked for. Relative to a share of 0, every one is."""
        wide: NDArray[np.bool_] = (high - low) / 2 > self.halfwidth * (share if self.relative else 1)
        return wide


class ShareInterval(Protocol):
    """How to put an interval around a share of an ensemble's runs."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def phrase(self) -> str:
        """Its name as it stands in a sentence: "95 % Wilson intervals"."""

    def of_outcomes(self, successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        """Of the shares of all outcomes together, in their order."""

    def of_reached(self, steps: Sequence[int]) -> tuple[Floats, Floats]:
        """95 % interval of the shares that have reached some rungs by each day, shape (step, day)."""

    def of_standing(self) -> tuple[Floats, Floats]:
        """95 % interval of the shares that stand on each rung on each day, shape (rung, day)."""


def share_interval(runs: SampledRuns) -> ShareInterval:
    """Choose the interval by how the runs came about."""
    if "until" in runs.info:
        return _ByCounts(runs, "confidence sequence", "confidence sequences", Precision(**runs.info["until"]).interval)
    if runs.info.get("uncertain"):
        return _BySets(runs)
    return _ByCounts(runs, "Wilson", "Wilson intervals", wilson)


@dataclass(frozen=True, eq=False)
class _ByCounts:
    """An interval that needs to know no more than in how many runs something held."""

    runs: SampledRuns
    name: str
    phrase: str
    interval: Interval

    def of_outcomes(self, successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        return self.interval(successes, n, level)

    def of_reached(self, steps: Sequence[int]) -> tuple[Floats, Floats]:
        return self.interval(self.runs.reached(steps), self.runs.n_completed, 0.95)

    def of_standing(self) -> tuple[Floats, Floats]:
        return self.interval(_standing(self.runs), self.runs.n_completed, 0.95)


@dataclass(frozen=True, eq=False)
class _BySets:
    """Intervals that know what runs have in common that share their numbers."""

    runs: SampledRuns
    name: str = "Wilson at the effective sample size of runs that share their numbers"
    phrase: str = "Wilson intervals"

    def of_outcomes(self, successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        return shares_by_set(self.runs.sets, level)[1:3]

    def of_reached(self, steps: Sequence[int]) -> tuple[Floats, Floats]:
        return self._at(self.runs.reached(steps), self.runs.together.reached[list(steps)])

    def of_standing(self) -> tuple[Floats, Floats]:
        return self._at(_standing(self.runs), self.runs.together.standing)

    def _at(self, held: NDArray[Any], both: NDArray[np.int64]) -> tuple[Floats, Floats]:
        n = effective_n(held, held, both, self.runs.n_completed, self.runs.together.pairs)
        return wilson(held * (n / max(self.runs.n_completed, 1)), n)


def _standing(runs: SampledRuns) -> NDArray[Any]:
    return np.rint(runs.standing() * runs.n_completed)
