"""Counts of runs instead of the runs: what is left of an ensemble too large to keep.

Everything counted is a whole number and adding is all that is done to it, so a summary is exact and the same whatever
the blocks, their order, and who made them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.counts import quantiles
from sim.analysis.floating import usually
from sim.analysis.intervals import Interval, wilson
from sim.analysis.ladder import Together, reached
from sim.analysis.two_errors import by_set, tally
from sim.engine.block import Block
from sim.engine.draw import RUNS_PER_SET, set_of
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario

from .bins import DEATHS, RUNGS, Bins, bins_of
from .ensemble import action_names, outcome_shares
from .ladder_pairs import FAILED, LadderPairs
from .npz import read_arrays, write_arrays

FAILURES_NAMED = 100

Spans = tuple[tuple[int, int], ...]
"""Runs by number: from the first of each pair up to, and without, the second."""
Totals = NDArray[np.int64]
Failure = tuple[int, int, str]


@usually
@dataclass(eq=False)
class Summary:
    """What some runs of a scenario did, in counts of those that did not fail.

    `Summary(scenario)` has counted no run yet, `Summary.of(block, scenario)` those of a block; `a + b` and `a += b`
    count those of both.
    """

    scenario: Scenario
    uncertain: bool = False
    """Whether runs share numbers that they have drawn."""
    spans: Spans = ()
    """The runs counted, those that failed among them."""
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    """The first of them by number: run, day, what was not finite."""
    values: dict[str, NDArray[np.uint32]] = field(init=False)
    """By name of a trajectory, shape (day, bin): runs in each of its bins (`sim.results.bins`)."""
    climbed: Totals = field(init=False)
    """Shape (rung, day): runs that have stood on the rung or above it by then."""
    outcomes: Totals = field(init=False)
    """Shape (outcome, day): runs in which it first held then."""
    events: Totals = field(init=False)
    """Shape (action, day). Entries of the script with effects count on past the actions."""
    fatalities: Totals = field(init=False)
    """Shape (action, day)."""
    deaths: Totals = field(init=False)
    """Runs by how many died in them, one count for each of `sim.results.bins.DEATHS`."""
    whole_sets: Totals = field(init=False)
    """Shape (outcome, runs that are sound, runs in which it held): sets of runs that would share their numbers."""
    open_sets: dict[int, Totals] = field(init=False)
    """Sets of which some runs are still to be counted, by number: rows of `sim.analysis.two_errors.by_set`."""
    pairs: LadderPairs = field(init=False)
    """Of runs that share their numbers."""

    def __post_init__(self) -> None:
        program = program_of(self.scenario)
        self._bins: Mapping[str, Bins] = bins_of(program)
        self._actions, days = action_names(program), program.days
        self.values = {name: np.zeros((days, bins.steps + 1), np.uint32) for name, bins in self._bins.items()}
        self.climbed = np.zeros((RUNGS, days), np.int64)
        self.outcomes = np.zeros((len(program.outcomes), days), np.int64)
        self.events, self.fatalities = np.zeros((2, len(self._actions), days), np.int64)
        self.deaths = np.zeros(len(DEATHS), np.int64)
        self.open_sets, self.pairs = {}, LadderPairs(days)
        self.whole_sets = np.zeros((len(program.outcomes), RUNS_PER_SET + 1, RUNS_PER_SET + 1), np.int64)

    @classmethod
    def of(cls, block: Block, scenario: Scenario, uncertain: bool = False) -> Self:
        """Count the runs of a block, whose trajectories must have been kept."""
        failures = sorted(block.failures)
        summary = cls(scenario, uncertain, _spans(block.run), len(failures), tuple(failures[:FAILURES_NAMED]))
        summary._count(block, ~np.isin(block.run, [run for run, _, _ in failures]))
        return summary

    def _count(self, block: Block, sound: NDArray[np.bool_]) -> None:
        from sim.engine.count import count  # brings the compiler, which who only reads a result can do without

        whole = bool(sound.all())
        for name, rows in (block.values | block.rungs).items():
            bins = self._bins[name]
            counted = rows.T if whole else rows[sound].T
            count(counted, bins.low, bins.steps_per_unit, bins.logarithmic, self.values[name])
        self.climbed += reached(block.rungs["rung"][sound], range(RUNGS))
        days = self.outcomes.shape[1]
        for at, first in enumerate(block.outcome_day[sound].T):
            self.outcomes[at] += np.bincount(first[first >= 0], minlength=days)
        sets = set_of(block.run)
        self._take(*by_set(block.outcome_day >= 0, sound, sets))
        if self.uncertain:
            self.pairs.take(np.where(sound[:, None], block.rungs["rung"].astype(np.int8), FAILED), sets)
        of_run = np.searchsorted(block.run, block.events["run"])
        action, day, dead, run = (
            column[sound[of_run]]
            for column in (block.events["action"], block.events["day"], block.events["fatalities"], of_run)
        )
        place, shape = action * np.int64(days) + day, self.events.shape
        self.events += np.bincount(place, minlength=self.events.size).reshape(shape)
        self.fatalities += _sums(place, dead, self.fatalities.size).reshape(shape)
        by_run = _sums(run, dead, len(sound))[sound]
        self.deaths += np.bincount(np.searchsorted(DEATHS, by_run, side="right") - 1, minlength=len(DEATHS))

    def _take(self, numbers: Totals, rows: Totals) -> None:
        """Count sets, or what was not yet counted of them."""
        open_ = [self.open_sets.pop(number, 0) + row for number, row in zip(numbers.tolist(), rows, strict=True)]
        whole = np.array([row[0] == RUNS_PER_SET for row in open_], bool)
        self.whole_sets += tally(np.array(open_, np.int64).reshape(rows.shape)[whole], RUNS_PER_SET)
        self.open_sets |= {int(numbers[at]): open_[at] for at in np.flatnonzero(~whole).tolist()}

    @property
    def together(self) -> Together:
        """What runs that share their numbers have in common on the ladder; nothing if they are as written."""
        return self.pairs.total

    @property
    def sets(self) -> Totals:
        """Sets of runs that share their numbers, if the ensemble's runs do: as `whole_sets`, those begun among them."""
        return self.whole_sets + tally(self._open_rows(), RUNS_PER_SET)

    def _open_rows(self) -> Totals:
        rows = [self.open_sets[number] for number in sorted(self.open_sets)]
        return np.array(rows, np.int64).reshape(-1, 2 + len(self.outcomes))

    def __add__(self, other: Self) -> Self:
        total = type(self)(self.scenario, self.uncertain)
        total += self
        total += other
        return total

    def __iadd__(self, other: Self) -> Self:
        if other.scenario.sha256 != self.scenario.sha256:
            raise ValueError(f"cannot add counts of {other.scenario.name} to those of {self.scenario.name}")
        if other.uncertain != self.uncertain:
            raise ValueError(
                "cannot add counts of runs that draw their numbers to counts of runs with numbers as written"
            )
        self.spans = _joined(self.spans + other.spans)
        self.failed += other.failed
        self.failures = tuple(sorted(self.failures + other.failures)[:FAILURES_NAMED])
        for mine, others in zip(self._arrays().values(), other._arrays().values(), strict=True):
            mine += others
        self.whole_sets += other.whole_sets
        self._take(np.array(sorted(other.open_sets), np.int64), other._open_rows())
        self.pairs += other.pairs
        return self

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """All counts of single runs, by name."""
        names = ("climbed", "outcomes", "events", "fatalities", "deaths")
        values = {f"values/{name}": counts for name, counts in self.values.items()}
        return values | {name: getattr(self, name) for name in names}

    def __len__(self) -> int:
        """Return how many runs were counted, those that failed among them."""
        return sum(last - first for first, last in self.spans)

    @property
    def n_completed(self) -> int:
        """Runs that did not fail."""
        return len(self) - self.failed

    @property
    def held(self) -> pd.Series:
        """Runs in which each outcome held on some day."""
        return pd.Series(self.outcomes.sum(axis=1), list(program_of(self.scenario).outcomes))

    def shares(self, level: float = 0.95, interval: Interval = wilson) -> pd.DataFrame:
        """Share of the runs in which each outcome held, with an interval: see `Ensemble.shares`."""
        return outcome_shares(self.held, self.n_completed, level, interval)

    def quantiles(self, name: str, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of a variable, `tension` or a rung on each day, shape (level, day).

        They lie at most half a step of its bins from those of the runs themselves; those of flags and rungs are exact.

        Raises
        ------
        KeyError
            There is no such trajectory.
        """
        return quantiles(self.values[name], self._bins[name].values, levels)

    def standing(self) -> NDArray[np.float64]:
        """Share of the runs that stand on each rung on each day, shape (rung, day)."""
        shares: NDArray[np.float64] = self.values["rung"].T / self.n_completed
        return shares

    def reached(self, steps: Sequence[int]) -> Totals:
        """Count the runs that have stood on a rung or above it by each day, shape (step, day)."""
        return self.climbed[list(steps)]

    @property
    def peak_rungs(self) -> Totals:
        """Runs by the highest rung that they stood on."""
        return -np.diff(self.climbed[:, -1], append=0)

    def deaths_quantiles(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of how many die in a run, exact below 1,000 and to three digits above."""
        return quantiles(self.deaths[None], DEATHS, levels)[:, 0]

    @property
    def event_counts(self) -> pd.DataFrame:
        """How often each action was done on each day, where it ever was: action, day, date, events, fatalities."""
        action, day = np.nonzero(self.events)
        return pd.DataFrame(
            {
                "action": pd.Categorical.from_codes(action, self._actions),
                "day": day.astype(np.int32),
                "date": np.datetime64(self.scenario.start, "ms") + day.astype("timedelta64[D]"),
                "events": self.events[action, day],
                "fatalities": self.fatalities[action, day],
            }
        )

    def save(self, file: Path | IO[bytes]) -> None:
        """Write everything to one file that `numpy.load` reads; the same counts give the same bytes."""
        write_arrays(file, self._content())

    @classmethod
    def load(cls, file: Path | IO[bytes], scenario: Scenario) -> Self:
        """Read what was saved of runs of this scenario.

        Raises
        ------
        ValueError
            The file is damaged, or counts runs of another scenario.
        OSError
            It cannot be read.
        """
        written = read_arrays(file)
        summary = cls(scenario, uncertain="together/pairs" in written)
        if written.keys() != summary._content().keys():
            raise ValueError(f"the file is damaged, or does not count runs of {scenario.name}")
        if written["scenario_sha256"] != scenario.sha256:
            raise ValueError(f"the file counts runs of another scenario than {scenario.name}")
        for name, counts in summary._arrays().items():
            counts[:] = written[name]
        failures = (written[f"failures/{name}"].tolist() for name in ("run", "day", "what"))
        summary.failed, summary.failures = int(written["failed"]), tuple(zip(*failures, strict=True))
        summary.whole_sets[:] = written["whole_sets"]
        summary.open_sets = dict(zip(written["open_sets/number"].tolist(), written["open_sets/row"], strict=True))
        if summary.uncertain:
            summary.pairs.load(written)
        summary.spans = tuple((first, last) for first, last in written["spans"].tolist())
        return summary

    def _content(self) -> dict[str, NDArray[Any]]:
        """All that is saved, by name."""
        run, day, what = zip(*self.failures, strict=True) if self.failures else ((), (), ())
        return {
            "scenario_sha256": np.array(self.scenario.sha256),
            "spans": np.array(self.spans, np.int64).reshape(-1, 2),
            "failed": np.array(self.failed, np.int64),
            "failures/run": np.array(run, np.int64),
            "failures/day": np.array(day, np.int64),
            "failures/what": np.array(what, np.str_),
            "whole_sets": self.whole_sets,
            "open_sets/number": np.array(sorted(self.open_sets), np.int64),
            "open_sets/row": self._open_rows(),
            **(self.pairs.content() if self.uncertain else {}),
            **self._arrays(),
        }


def _sums(place: NDArray[Any], weights: NDArray[Any], length: int) -> Totals:
    """Sums of whole numbers by place; as floating point they are exact up to 2**53."""
    return np.bincount(place, weights, minlength=length).astype(np.int64)


def _spans(run: NDArray[np.int64]) -> Spans:
    """Numbers in order as spans."""
    parts = np.split(run, np.flatnonzero(np.diff(run) != 1) + 1)
    return tuple((int(part[0]), int(part[-1]) + 1) for part in parts)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Put spans in order and join those that touch.

    Raises
    ------
    ValueError
        Two of them overlap.
    """
    return tuple(_touching(sorted(spans)))


def _touching(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    begun: tuple[int, int] | None = None
    for first, last in spans:
        if begun is None:
            begun = first, last
        elif first < begun[1]:
            raise ValueError(f"runs {first} to {min(last, begun[1]) - 1} would be counted twice")
        elif first == begun[1]:
            begun = begun[0], last
        else:
            yield begun
            begun = first, last
    if begun is not None:
        yield begun
