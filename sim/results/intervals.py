"""Which interval is right for the shares of an ensemble: decided once, by how its runs came about.

| runs | interval of a share |
|---|---|
| a number of them fixed before | Wilson's |
| ended when a precision was reached | a confidence sequence, which holds however often one looks |
| drawing their numbers in sets | Wilson's at the effective sample size of runs that share numbers |

Whatever states a share asks here: `shares()`, tables, figures, JSON and report.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.arrays import Floats
from sim.analysis.confidence_sequence import confidence_sequence, runs_needed
from sim.analysis.intervals import Interval, wilson
from sim.analysis.two_errors import two_errors


class SampledRuns(Protocol):
    """Runs of one scenario, kept whole or only counted."""

    @property
    def info(self) -> dict[str, Any]:
        """How it was made."""

    @property
    def sets(self) -> NDArray[np.int64]:
        """Sets of runs that share their numbers."""


class Precision(NamedTuple):
    """What ends the runs: the largest half-width of a 95 % interval, of one outcome's share or of all."""

    halfwidth: float
    outcome: str | None = None
    narrowest: int | None = None
    """For how many runs the intervals are to be narrowest; left out, for as many as it may take."""

    def interval(self, successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        """Interval of a share that holds although the runs end when it pleases."""
        return confidence_sequence(successes, n, level, self.narrowest or runs_needed(self.halfwidth))

    def reached(self, outcomes: Sequence[str], held: ArrayLike, n: int) -> bool:
        """Whether `n` runs are enough, in so many of which each outcome held."""
        low, high = self.interval(held, n)
        wide = (high - low) / 2 > self.halfwidth
        return not bool(wide.any() if self.outcome is None else wide[list(outcomes).index(self.outcome)])


class ShareInterval(NamedTuple):
    """How to put an interval around a share of an ensemble's runs."""

    name: str
    """What the interval of an outcome's share is called."""
    of_outcomes: Interval
    """Of the shares of all outcomes together, in their order."""
    of_counts: Interval
    """Of any other share, of which no more is known than in how many runs it held."""

    @property
    def phrase(self) -> str:
        """The name as it stands in a sentence: "95 % Wilson intervals"."""
        return "Wilson intervals" if self.of_counts is wilson else "confidence sequences"


def share_interval(runs: SampledRuns) -> ShareInterval:
    """Choose the interval by how the runs came about."""
    if "until" in runs.info:
        sequence = Precision(**runs.info["until"]).interval
        return ShareInterval("confidence sequence", sequence, sequence)
    if runs.info.get("uncertain"):

        def clustered(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
            found = two_errors(runs.sets, level)
            return found.low, found.high

        return ShareInterval("Wilson at the effective sample size of runs that share their numbers", clustered, wilson)
    return ShareInterval("Wilson", wilson, wilson)
