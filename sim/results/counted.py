"""An ensemble too large to keep: counts of all its runs, and the first of them whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.counts import quantiles
from sim.analysis.floating import usually
from sim.analysis.intervals import Interval
from sim.analysis.ladder import Together
from sim.theatre.language.scenario import Scenario

from .ensemble import Ensemble
from .intervals import ShareInterval, share_interval
from .summary import Summary
from .two_errors import errors_of_shares


@usually
@dataclass(frozen=True)
class CountedEnsemble:
    """Runs of one scenario under one seed, of which only counts were kept.

    It answers what an `Ensemble` answers of all runs together; what single runs are needed for, `kept` has.
    """

    scenario: Scenario
    seed: int
    summary: Summary
    """Counts of all runs."""
    kept: Ensemble
    """The first runs, kept whole."""
    info: dict[str, Any] = field(default_factory=dict)
    """How it was made: versions, platform, time."""

    def __len__(self) -> int:
        return len(self.summary)

    @property
    def n_completed(self) -> int:
        """Runs that did not fail."""
        return self.summary.n_completed

    @property
    def n_failed(self) -> int:
        """Runs that met a value that is not finite. They count nowhere else."""
        return self.summary.failed

    @property
    def failures(self) -> pd.DataFrame:
        """The first of the runs that failed: run, day, what."""
        return pd.DataFrame(self.summary.failures, columns=["run", "day", "what"])

    @property
    def sets(self) -> NDArray[np.int64]:
        """Sets of runs that share their numbers: see `Summary.sets`."""
        return self.summary.sets

    @property
    def together(self) -> Together:
        """What runs that share their numbers have in common on the ladder: see `Summary.together`."""
        return self.summary.together

    @cached_property
    def interval(self) -> ShareInterval:
        """The interval that is right for shares of these runs: see `Ensemble.interval`."""
        return share_interval(self)

    def shares(self, level: float = 0.95, interval: Interval | None = None) -> pd.DataFrame:
        """Share of the runs in which each outcome held, with an interval: see `Ensemble.shares`."""
        return self.summary.shares(level, interval or self.interval.of_outcomes)

    def errors(self, level: float = 0.95) -> pd.DataFrame:
        """Tell sampling error and parameter error apart: see `Ensemble.errors`."""
        return errors_of_shares(self, level)

    def quantiles(self, name: str, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of a trajectory on each day, shape (level, day), to half a step of its bins."""
        return self.summary.quantiles(name, levels)

    def standing(self) -> NDArray[np.float64]:
        """Share of the runs that stand on each rung on each day, shape (rung, day)."""
        return self.summary.standing()

    def reached(self, steps: Sequence[int]) -> NDArray[np.int64]:
        """Count the runs that have stood on a rung or above it by each day, shape (step, day)."""
        return self.summary.reached(steps)

    def median_day(self, outcome: str) -> int | None:
        """The day by which an outcome had come about in half of the runs in which it did; None if in none."""
        by_day = self.summary.outcomes[list(self.summary.held.index).index(outcome)]
        days = np.arange(len(by_day))
        return int(quantiles(by_day[None], days, [0.5])[0, 0]) if by_day.any() else None

    @property
    def event_counts(self) -> pd.DataFrame:
        """How often each action was done on each day: action, day, date, events, fatalities."""
        return self.summary.event_counts

    @property
    def base_rates(self) -> pd.DataFrame:
        """The runs kept whole beside what their theatre knows of crises of its kind."""
        return self.kept.base_rates

    def _repr_html_(self) -> str:
        from .notebook import as_html

        return as_html(self)

    def __repr__(self) -> str:
        failed = f", {self.n_failed:,} failed" if self.n_failed else ""
        named = f"{self.scenario.name} {self.scenario.short_hash}"
        return f"<CountedEnsemble {named}: {len(self):,} runs, {len(self.kept)} kept, seed {self.seed}{failed}>"


AnyEnsemble = Ensemble | CountedEnsemble
"""Runs of one scenario, kept whole or only counted: what figures and tables are made of."""


def first_run(ensemble: AnyEnsemble) -> int:
    """The number of the first run: 0, but in a part of an ensemble."""
    return int(ensemble.kept.trajectories["run"][0])
