"""Which interval is right for the shares of an ensemble: decided once, by how its runs came about.

| runs | interval of a share |
|---|---|
| a number of them fixed before | Wilson's |
| ended when a precision was reached | a confidence sequence, which holds however often one looks |
| drawing their numbers in sets | Wilson's at the effective sample size of runs that share numbers |

Whatever states a share asks here: `shares()`, tables, figures, JSON and report.
"""

from collections.abc import Callable, Sequence
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
        """Interval of a share that holds although the runs end when it pleases."""
        return confidence_sequence(successes, n, level, self.narrowest or self.runs_needed)

    def reached(self, outcomes: Sequence[str], held: ArrayLike, n: int) -> bool:
        """Whether `n` runs are enough, in so many of which each outcome held."""
        wide = self.too_wide(*self.interval(held, n), np.asarray(held) / n)
        return not bool(wide.any() if self.outcome is None else wide[list(outcomes).index(self.outcome)])

    def too_wide(self, low: Floats, high: Floats, share: Floats) -> NDArray[np.bool_]:
        """Which intervals are wider than asked for. Relative to a share of 0, every one is."""
        wide: NDArray[np.bool_] = (high - low) / 2 > self.halfwidth * (share if self.relative else 1)
        return wide


class ShareInterval(NamedTuple):
    """How to put an interval around a share of an ensemble's runs."""

    name: str
    """What it is called."""
    phrase: str
    """Its name as it stands in a sentence: "95 % Wilson intervals"."""
    of_outcomes: Interval
    """Of the shares of all outcomes together, in their order."""
    of_reached: Callable[[Sequence[int]], tuple[Floats, Floats]]
    """95 % interval of the shares that have reached some rungs by each day, shape (step, day)."""
    of_standing: Callable[[], tuple[Floats, Floats]]
    """95 % interval of the shares that stand on each rung on each day, shape (rung, day)."""


def share_interval(runs: SampledRuns) -> ShareInterval:
    """Choose the interval by how the runs came about."""
    if "until" in runs.info:
        sequence = Precision(**runs.info["until"]).interval
        return _by_counts("confidence sequence", "confidence sequences", sequence, runs)
    if runs.info.get("uncertain"):
        name = "Wilson at the effective sample size of runs that share their numbers"
        return ShareInterval(name, "Wilson intervals", *_by_sets(runs))
    return _by_counts("Wilson", "Wilson intervals", wilson, runs)


def _by_counts(name: str, phrase: str, interval: Interval, runs: SampledRuns) -> ShareInterval:
    """An interval that needs to know no more than in how many runs something held."""

    def of_reached(steps: Sequence[int]) -> tuple[Floats, Floats]:
        return interval(runs.reached(steps), runs.n_completed, 0.95)

    def of_standing() -> tuple[Floats, Floats]:
        return interval(np.rint(runs.standing() * runs.n_completed), runs.n_completed, 0.95)

    return ShareInterval(name, phrase, interval, of_reached, of_standing)


def _by_sets(runs: SampledRuns) -> tuple[Any, Any, Any]:
    """Intervals that know what runs have in common that share their numbers."""

    def at(held: NDArray[Any], both: NDArray[np.int64]) -> tuple[Floats, Floats]:
        n = effective_n(held, held, both, runs.n_completed, runs.together.pairs)
        return wilson(held * (n / max(runs.n_completed, 1)), n)

    def of_outcomes(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        return shares_by_set(runs.sets, level)[1:3]

    def of_reached(steps: Sequence[int]) -> tuple[Floats, Floats]:
        return at(runs.reached(steps), runs.together.reached[list(steps)])

    def of_standing() -> tuple[Floats, Floats]:
        return at(np.rint(runs.standing() * runs.n_completed), runs.together.standing)

    return of_outcomes, of_reached, of_standing
