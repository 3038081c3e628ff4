"""How many acts of a class there were in each month or week, run by run."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.thinned import thinned
from sim.text import suggestion
from sim.theatre.language.base_rates import ActFilter
from sim.theatre.language.schema import Theatre

from .base_rates import EnsembleArrays

if TYPE_CHECKING:
    from .ensemble import Ensemble

Every = Literal["month", "week"]


class Periods(NamedTuple):
    """Months or weeks of a run; the first and the last may be cut by its ends."""

    first: NDArray[np.int64]
    """First day of each, counted from the start of the run."""
    after: NDArray[np.int64]
    """The day after its last."""


class ActCounts(NamedTuple):
    """Acts of a class by run, period and action."""

    actions: tuple[str, ...]
    counts: NDArray[np.int64]
    """Shape (run, period, action)."""
    periods: Periods

    @property
    def total(self) -> NDArray[np.int64]:
        """Acts of all actions together, shape (run, period)."""
        total: NDArray[np.int64] = self.counts.sum(axis=2)
        return total

    def spreads(self, chances: Mapping[str, float]) -> list[NDArray[np.float64]]:
        """By period, how likely each number of acts is of which a record lists each by chance; 1 if it says none."""
        # actions that are listed by the same chance are thinned together
        chance = np.array([chances.get(action, 1.0) for action in self.actions])
        kinds, which = np.unique(chance, return_inverse=True)
        joined = np.zeros((*self.counts.shape[:2], len(kinds)), np.int64)
        for at, kind in enumerate(which):
            joined[:, :, kind] += self.counts[:, :, at]
        return [thinned(joined[:, period], kinds) for period in range(joined.shape[1])]


def periods(start: date, days: int, every: Every) -> Periods:
    """Calendar months, or weeks from Monday, of so many days from a start.

    >>> periods(date(2019, 5, 20), 30, "month").first.tolist()
    [0, 12]
    """
    dates = [start + timedelta(days=day) for day in range(days)]
    begins = [day == start or (day.day == 1 if every == "month" else day.weekday() == 0) for day in dates]
    first = np.flatnonzero(begins)
    return Periods(first, np.append(first[1:], days))


def chosen(theatre: Theatre, patterns: Sequence[str]) -> tuple[str, ...]:
    """Actions by their ids or patterns of them, in the order of the theatre; all, without any.

    Raises
    ------
    ValueError
        There is no action of that name.
    """
    for pattern in patterns:
        if not any(fnmatchcase(action, pattern) for action in theatre.actions):
            raise ValueError(f"unknown action '{pattern}'{suggestion(pattern, theatre.actions)}")
    return tuple(
        action for action in theatre.actions if not patterns or any(fnmatchcase(action, each) for each in patterns)
    )


def days_of_acts(ensemble: "Ensemble", acts: ActFilter) -> NDArray[np.int64]:
    """The day of each act of a class, of whatever run."""
    seen = EnsembleArrays(ensemble)
    return seen.when(seen.where(acts))[1].astype(np.int64)


def act_counts(ensemble: "Ensemble", acts: ActFilter, every: Every = "month") -> ActCounts:
    """Count acts in the runs that did not fail.

    Parameters
    ----------
    acts : ActFilter
        Which of them.
    every : {"month", "week"}
        Over what they are counted.
    """
    seen = EnsembleArrays(ensemble)
    those = seen.where(acts)
    run, day = seen.when(those)
    spans = periods(ensemble.scenario.start, seen.n_days, every)
    period = np.searchsorted(spans.first, day, side="right") - 1
    codes, action = np.unique(seen.action[those], return_inverse=True)
    counts: NDArray[Any] = np.zeros((seen.n_runs, len(spans.first), len(codes)), np.int64)
    np.add.at(counts, (run, period, action), 1)
    return ActCounts(tuple(seen.names[code] for code in codes), counts, spans)
