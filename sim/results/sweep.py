"""The table of a sweep: what the model gave at each point of its design, and what follows from that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import sensitivity
from sim.analysis.arrays import Floats
from sim.analysis.discovery import Box, HeldOut, Split, boxes, splits
from sim.analysis.floating import usually
from sim.analysis.methods import METHODS, SweepMethod
from sim.analysis.two_way import Average, average
from sim.analysis.variance import VarianceShares, variance_shares
from sim.theatre.language.measures import MeasureError, measure_name
from sim.theatre.language.scenario import Scenario

from .design import Design

Function = Callable[[Floats, NDArray[np.int64]], Mapping[str, NDArray[Any]]]
"""Gives measures of runs: takes their values, shape (run, number), and their run numbers."""


@usually
@dataclass(frozen=True, eq=False)
class Response:
    """What a model, or any function, gives at the points of a design."""

    design: Design
    measures: pd.DataFrame
    """One row for each run: point, run, and every measure (`sim.theatre.language.measures`); NaN where a run failed."""

    @classmethod
    def of(cls, design: Design, function: Function) -> "Response":
        """Ask a function in place of the model."""
        column = np.arange(design.runs)
        run = design.run_numbers(column)
        rows = function(design.values[column // design.replicates], run)
        return cls(design, measure_table(design, column, rows))

    @property
    def names(self) -> list[str]:
        """The measures."""
        return [str(name) for name in self.measures.columns[2:]]

    @property
    def problem(self) -> dict[str, Any]:
        """The numbers that vary and their bounds, as SALib takes them."""
        return self.design.problem

    @property
    def X(self) -> Floats:
        """The points, as SALib takes them, shape (point, number)."""
        return self.design.values

    def Y(self, measure: str) -> Floats:
        """A measure at each point, as SALib takes it: the mean of the runs there, shape (point,)."""
        values: Floats = self.means[self.measure(measure)].to_numpy(np.float64)
        return values

    @property
    def experiments(self) -> pd.DataFrame:
        """The points, as EMA Workbench takes them: one column for each number."""
        return self.design.points

    @property
    def outcomes(self) -> dict[str, Floats]:
        """Every measure at each point, as EMA Workbench takes them."""
        return {name: self.means[name].to_numpy(np.float64) for name in self.names}

    def measure(self, name: str) -> str:
        """Return a measure by its name; an outcome needs no `outcome.` before it.

        Raises
        ------
        MeasureError
            There is none of that name.
        """
        return measure_name(name, self.names)

    def runs(self, measure: str) -> Floats:
        """A measure in every run, shape (point, replicate)."""
        values = self.measures[self.measure(measure)].to_numpy(np.float64)
        shaped: Floats = values.reshape(len(self.design), self.design.replicates)
        return shaped

    @cached_property
    def means(self) -> pd.DataFrame:
        """One row for each point: of each measure, the mean of the runs that have it.

        So `outcome.X` and `reached.rung_K` are shares of runs, and `day.X` the mean day in those in which there was
        one; NaN where no run has it.
        """
        means = self.measures.drop(columns="run").groupby("point", sort=False).mean(numeric_only=True)
        return means.astype(np.float64)

    def variance(self, measure: str) -> VarianceShares:
        """How much of a measure's variance over the runs is dice, parameters and their interaction.

        On dice of their own at each point, dice and interaction cannot be told apart.

        Raises
        ------
        MeasureError
            Some run has no such value, or there is one replicate only, or nothing varies.
        """
        name = self.measure(measure)
        try:
            return variance_shares(self._complete(name), self.design.dice == "common")
        except ValueError as error:
            raise MeasureError(f"{name}: {error}") from None

    def average(self, measure: str) -> Average:
        """The mean of a measure over all points and replicates, with a 95 % interval.

        On common dice every point has the same luck, so the replicate is the unit of error: more points do not make
        the average more certain, more replicates or dice of their own do. Points that nobody drew, those of a grid or
        at the ends of ranges, are taken as they are.

        Raises
        ------
        MeasureError
            There is no such measure.
        """
        name, design = self.measure(measure), self.design
        runs, method = self._complete(name), METHODS.get(design.method)
        together = method.together(len(design.varied)) if isinstance(method, SweepMethod) else 1
        whole = len(runs) == len(design)
        return average(runs, design.dice == "common", together if whole else min(together, 1))

    def _complete(self, name: str) -> Floats:
        """A measure in every run, without points at which a run failed."""
        runs = self.runs(name)
        return runs[~self._failed.reshape(runs.shape).any(axis=1)]

    @cached_property
    def _failed(self) -> NDArray[np.bool_]:
        failed: NDArray[np.bool_] = self.measures[self.names].isna().all(axis=1).to_numpy()
        return failed

    def indices(self, measure: str, method: str | None = None) -> pd.DataFrame:
        """How much a measure depends on each number, with 95 % intervals, and which numbers that ranks.

        Parameters
        ----------
        measure : str
        method : str, optional
            Another method that suits the design; left out, its own.

        Returns
        -------
        DataFrame, one row for each number, the most important first: see `sim.analysis.sensitivity`

        Raises
        ------
        MeasureError
            The measure has no value at some point, or the same at all.
        """
        name = self.measure(measure)
        design = self.design
        try:
            return sensitivity.indices(
                design.method if method is None else method,
                design.method,
                design.problem,
                design.values,
                self.runs(name),
                seed=design.seed,
                common=design.dice == "common",
            )
        except ValueError as error:
            raise MeasureError(f"{name}: {error}") from None

    def boxes(
        self,
        measure: str,
        above: float | None = None,
        below: float | None = None,
        fresh: "Response | None" = None,
        **options: Any,
    ) -> list[Box]:
        """Find under which numbers a measure lies above or below a line (PRIM): see `sim.analysis.discovery`.

        Parameters
        ----------
        measure : str
        above, below : float
        fresh : Response, optional
            Another sweep of the same numbers, of another seed, to judge the boxes by; it has other dice too. Left out,
            half of the points are held out for that.
        options : see `sim.analysis.discovery.boxes`
        """
        return boxes(*self._to_be_searched(measure, fresh), above=above, below=below, **options)

    def splits(
        self,
        measure: str,
        above: float | None = None,
        below: float | None = None,
        fresh: "Response | None" = None,
        **options: Any,
    ) -> list[Split]:
        """Divide the points into boxes by where a measure lies above or below a line (CART); see `boxes`."""
        return splits(*self._to_be_searched(measure, fresh), above=above, below=below, **options)

    def _to_be_searched(self, measure: str, fresh: "Response | None") -> tuple[pd.DataFrame, Floats, str, HeldOut]:
        """Points to find boxes in, and others to judge them by; points that were drawn as one stay together."""
        name, design = self.measure(measure), self.design
        points, values = design.points, self.Y(name)
        if fresh is not None:
            if set(fresh.design.paths) != set(design.paths):
                raise ValueError("boxes must be judged by a sweep of the same numbers, and this one varies others")
            return points, values, name, HeldOut(fresh.design.points, fresh.Y(name), self._parts(fresh.design))
        part = self._parts(design)
        parts = part.max() + 1
        if parts < 2:
            raise ValueError(
                f"points of {design.method} depend on one another, so none can be held out to judge boxes by; sweep "
                "with lhs"
            )
        held = np.isin(part, np.random.default_rng(design.seed).permutation(parts)[: parts // 2])
        return points[~held], values[~held], name, HeldOut(points[held], values[held], part[held])

    @staticmethod
    def _parts(design: Design) -> NDArray[np.int64]:
        """Which points were drawn as one."""
        method, at = METHODS.get(design.method), np.arange(len(design))
        if not isinstance(method, SweepMethod) or method.layout == "grid":
            return at
        return at // (method.together(len(design.varied)) or len(design))


@dataclass(frozen=True, eq=False)
class Sweep(Response):
    """The response of a scenario: `sim.sweep` makes it, `sim.open` reads it."""

    scenario: Scenario
    failures: pd.DataFrame
    """Runs that met a value that is not finite: point, run, day, what. They count in no answer."""
    info: dict[str, Any] = field(default_factory=dict)
    """How it was made: versions, platform, time."""
    folder: Path | None = None
    """Where it is kept."""

    def __len__(self) -> int:
        return self.design.runs

    @property
    def seed(self) -> int:
        """Seed of all dice."""
        return self.design.seed

    @property
    def n_failed(self) -> int:
        """Runs that failed."""
        return len(self.failures)

    def label(self, measure: str) -> str:
        """A measure in words."""
        name, theatre = self.measure(measure), self.scenario.theatre
        kind, _, of = name.partition(".")
        if of in theatre.outcomes:
            label = theatre.outcomes[of].label
        elif of in theatre.variables:
            label = theatre.variables[of].label
        else:
            label = of.replace("_", " ")
        return _WORDS[kind].format(label)

    def __repr__(self) -> str:
        n, k = len(self.design), len(self.design.varied)
        return (
            f"<Sweep of {self.scenario.name} {self.scenario.short_hash}: {n:,} points of {k:,} numbers × "
            f"{self.design.replicates} runs, {self.design.method}, seed {self.seed}>"
        )


_WORDS = {
    "outcome": "{}",
    "day": "First day: {}",
    "days": "Days on or above {}",
    "reached": "Reached {} or above",
    "peak": "Highest value: {}",
    "end": "On the last day: {}",
    "deaths": "All deaths",
}


def measure_table(design: Design, column: NDArray[np.int64], rows: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """The table of measures of some of a sweep's runs."""
    place = {"point": column // design.replicates, "run": design.run_numbers(column)}
    kind = np.int32 if design.runs <= 2**31 else np.int64
    return pd.DataFrame({name: values.astype(kind) for name, values in place.items()} | dict(rows))
