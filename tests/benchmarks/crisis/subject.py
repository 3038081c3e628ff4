"""What the figures are taken from: the shipped scenarios, their runs, and the record."""

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim.analysis.estimates import Estimate, ratio
from sim.analysis.intervals import wilson
from sim.experiments.record.following import Followed
from sim.theatre.language.scenario import Scenario

from .cast import Cast
from .page import Figure, Form

SEED = 7
Floats = NDArray[np.float64]


class Runs:
    """An ensemble, and how many acts of some kinds each run has between two days."""

    def __init__(self, scenario: Scenario, runs: int, record: Followed) -> None:
        self.scenario, self.n = scenario, runs
        self.ensemble = sim.run(scenario, runs, SEED, progress=None)
        self.events = self.ensemble.events
        self.first = np.datetime64(scenario.start)
        self._seen = pd.DataFrame(record.compiled.seen, columns=list(record.program.actions))

    def those(self, acts: Collection[str], first: date | None = None, last: date | None = None) -> pd.DataFrame:
        """Acts of some kinds, from one day to another."""
        table = self.events[self.events["action"].isin(list(acts))]
        if first is not None:
            table = table[table["day"] >= self.day(first)]
        return table if last is None else table[table["day"] <= self.day(last)]

    def count(self, acts: Collection[str], first: date, last: date, *, listed: bool = False) -> Floats:
        """Acts of each run; or as many of them as the record would list, on average. Shape (run,)."""
        table = self.those(acts, first, last)
        weight = np.ones(len(table))
        if listed:
            chance = self._seen.loc[self.day(first) : self.day(last)].mean().to_dict()
            weight = table["action"].map(chance).to_numpy(float)
        return np.bincount(table["run"].to_numpy(), weight, minlength=self.n)

    def day(self, on: date) -> int:
        """The day of a date, counted from 0."""
        return (on - self.scenario.start).days


class Subject:
    """The shipped crisis, as far as it has been asked for."""

    @cached_property
    def whole(self) -> Scenario:
        """The scenario that goes over the record."""
        return sim.load("whole_crisis")

    @cached_property
    def cast(self) -> Cast:
        """Which acts the figures speak of."""
        return Cast(self.whole.theatre)

    @cached_property
    def followed(self) -> Followed:
        """The record."""
        return Followed(self.whole)

    @cached_property
    def whole_runs(self) -> Runs:
        """Free runs of it."""
        return Runs(self.whole, 1000, self.followed)

    @cached_property
    def baseline(self) -> Runs:
        """Free runs of the baseline."""
        scenario = sim.load("baseline")
        return Runs(scenario, 4000, Followed(scenario))

    @cached_property
    def recorded(self) -> pd.DataFrame:
        """Acts of the record: day, action and covered (whether the record would list another such act).

        Of several possible days or acts the middle day and the first act stand for all.
        """
        seen = pd.Series(self.followed.compiled.seen.max(axis=0), index=list(self.followed.program.actions))
        rows = [
            {"day": sorted(event.days)[(len(event.days) - 1) // 2], "action": event.acts[0], "event": name}
            for name, event in self.followed.record.events.items()
            if event.acts
        ]
        table = pd.DataFrame(rows, columns=["day", "action", "event"])
        return table.assign(covered=table["action"].map(seen > 0))

    def record(self, acts: Collection[str], first: date, last: date, *, listed: bool = False) -> int:
        """How many acts of some kinds the record has; with `listed` only of those that it covers."""
        table = self.recorded
        fits = table["action"].isin(list(acts)) & (table["day"] >= first) & (table["day"] <= last)
        return int((fits & table["covered"] if listed else fits).sum())

    def days(self, acts: Collection[str]) -> list[date]:
        """The days of the record with acts of some kinds."""
        table = self.recorded
        return list(table.loc[table["action"].isin(list(acts)), "day"])


def mean(values: NDArray[Any], scale: float = 1.0, form: Form = "number") -> Figure:
    """The mean over runs."""
    return of_sums(values.astype(float) * scale, np.ones(len(values)), form)


def of_sums(top: Floats, bottom: Floats, form: Form = "share") -> Figure:
    """A ratio of sums over runs."""
    return of(ratio(top, bottom, len(top)), form)


def of(found: Estimate, form: Form = "number") -> Figure:
    """An estimate as a figure; without a value where it rests on nothing."""
    known = bool(np.isfinite(found.value))
    ends = (found.low, found.high) if known and np.isfinite([found.low, found.high]).all() else (None, None)
    return Figure(found.value if known else None, *ends, form)


def share(hits: int, n: int) -> Figure:
    """A share of independent cases."""
    if not n:
        return Figure(None, form="share")
    low, high = wilson(hits, n)
    return Figure(hits / n, float(low), float(high), "share")
