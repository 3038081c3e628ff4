"""An ensemble: many runs of one scenario, as labelled arrays and tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, SupportsIndex

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.analysis.floating import usually
from sim.analysis.intervals import Interval, wilson
from sim.analysis.ladder import Together, reached, standing, together
from sim.analysis.paths import Medoids, medoids, quantiles
from sim.analysis.two_errors import by_set, tally
from sim.analysis.units import Units
from sim.engine.block import Block
from sim.engine.draw import RUNS_PER_SET, set_of
from sim.theatre.compiled.program import SCRIPT as SCRIPT
from sim.theatre.compiled.program import Program
from sim.theatre.language.scenario import Scenario

from .intervals import ShareInterval, share_interval
from .two_errors import errors_of_shares


class LazyTable:
    """A field with a table, or with a function that reads it when it is first asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> pd.DataFrame:
        if instance is None:
            raise AttributeError(self._place)  # so that the field has no default
        found = instance.__dict__[self._place]
        if not isinstance(found, pd.DataFrame):
            found = instance.__dict__[self._place] = found()
        return found

    def __set__(self, instance: Any, table: "pd.DataFrame | Callable[[], pd.DataFrame]") -> None:
        instance.__dict__[self._place] = table


@usually
@dataclass(frozen=True)
class Ensemble:
    """Runs of one scenario under one seed.

    `trajectories` has dimensions (run, day): values in the evening of each day.
    """

    scenario: Scenario
    seed: int
    trajectories: xr.Dataset
    """Every variable, `tension`, `rung`, and `rung_X` for each dyad X, with the date of each day as a coordinate."""
    events: LazyTable = LazyTable()
    """One row for each act: run, day, date, actor, action, target, rung, deniable, fatalities, event, cause."""
    outcomes: LazyTable = LazyTable()
    """One row for each run: each outcome's first day, <NA> where it never held."""
    failures: pd.DataFrame = field(default_factory=lambda: pd.DataFrame([], columns=["run", "day", "what"]))
    """Runs that met a value that is not finite: run, day, what. They count in no share."""
    info: dict[str, Any] = field(default_factory=dict)
    """How it was made: versions, platform, time."""
    reopen: "Callable[[], Ensemble] | None" = field(default=None, repr=False, compare=False)
    """Reads the same from where it is kept; None where it is in memory only."""

    def __len__(self) -> int:
        return len(self.outcomes)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Be pickled and copied as where it is kept, however much of it was read: processes are sent a path."""
        return super().__reduce_ex__(protocol) if self.reopen is None else (self.reopen, ())

    @cached_property
    def completed(self) -> pd.DataFrame:
        """Outcomes of the runs that did not fail."""
        return self.outcomes.loc[~self.outcomes.index.isin(self.failures["run"])]

    @property
    def n_completed(self) -> int:
        """Runs that did not fail."""
        return len(self.completed)

    @property
    def n_failed(self) -> int:
        """Runs that did."""
        return len(self.failures)

    @property
    def kept(self) -> Self:
        """The runs that were kept whole: all of them."""
        return self

    @cached_property
    def interval(self) -> ShareInterval:
        """The interval that is right for shares of these runs, by how they came about."""
        return share_interval(self)

    def shares(self, level: float = 0.95, interval: Interval | None = None) -> pd.DataFrame:
        """Share of the runs in which each outcome held, with the interval that is right for them.

        Parameters
        ----------
        level : float
            Coverage of the interval.
        interval : callable, optional
            Another interval of `sim.analysis` in its place; left out, `self.interval`.

        Returns
        -------
        DataFrame with columns outcome, share, low, high, n
        """
        return outcome_shares(
            self.completed.notna().sum(), self.n_completed, level, interval or self.interval.of_outcomes
        )

    @cached_property
    def units(self) -> Units:
        """Which of the runs that did not fail were drawn together: those that share their numbers."""
        run = self.completed.index.to_numpy()
        return Units.labelled(set_of(run)) if self.info.get("uncertain") else Units.single(len(run))

    @cached_property
    def together(self) -> Together:
        """What runs that share their numbers have in common on the ladder: see `sim.analysis.ladder.together`."""
        return together(self.paths("rung"), self.units.of_run)

    @property
    def sets(self) -> NDArray[np.int64]:
        """Sets of runs that share their numbers: see `sim.results.summary.Summary.sets`."""
        held, run = self.outcomes.notna().to_numpy(), self.outcomes.index
        return tally(by_set(held, run.isin(self.completed.index), set_of(run.to_numpy()))[1], RUNS_PER_SET)

    def errors(self, level: float = 0.95) -> pd.DataFrame:
        """Tell sampling error and parameter error apart, in runs that draw their numbers: see `sim.results.two_errors`.

        Raises
        ------
        ValueError
            They do not.
        """
        return errors_of_shares(self, level)

    def paths(self, name: str) -> np.ndarray[Any, Any]:
        """A trajectory in the runs that did not fail, shape (run, day)."""
        rows = self.trajectories[name].to_numpy()
        failed = np.isin(self.trajectories["run"].to_numpy(), self.failures["run"].to_numpy(dtype=np.int64))
        return rows[~failed] if failed.any() else rows

    def quantiles(self, name: str, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of a trajectory on each day, shape (level, day)."""
        return quantiles(self.paths(name), levels)

    def typical(self, name: str, k: int) -> Medoids:
        """Choose `k` runs that stand for all by a trajectory; positions are rows of `paths`."""
        if (name, k) not in self._typical:
            self._typical[name, k] = medoids(self.paths(name), k)
        return self._typical[name, k]

    @cached_property
    def _typical(self) -> dict[tuple[str, int], Medoids]:
        return {}

    def standing(self) -> NDArray[np.float64]:
        """Share of the runs that stand on each rung on each day, shape (rung, day)."""
        return standing(self.paths("rung"))

    def reached(self, steps: Sequence[int]) -> NDArray[np.int64]:
        """Count the runs that have stood on a rung or above it by each day, shape (step, day)."""
        return reached(self.paths("rung"), steps)

    def median_day(self, outcome: str) -> int | None:
        """The day by which an outcome had come about in half of the runs in which it did; None if in none.

        >>> import sim
        >>> sim.run("first_lesson", runs=50, progress=None).median_day("mobilised") >= 9  # North mobilises on day 9
        True
        """
        days = self.completed[outcome].dropna().astype(float)
        return int(days.median()) if len(days) else None

    @cached_property
    def base_rates(self) -> pd.DataFrame:
        """The ensemble compared with what its theatre knows of crises of its kind: see `sim.results.base_rates`."""
        from .base_rates import base_rate_table

        return base_rate_table(self)

    def _repr_html_(self) -> str:
        from .notebook import as_html

        return as_html(self)

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed" if len(self.failures) else ""
        return f"<Ensemble {self.scenario.name} {self.scenario.short_hash}: {len(self)} runs, seed {self.seed}{failed}>"


def collect(
    scenario: Scenario,
    program: Program,
    seed: int,
    runs: int,
    blocks: Iterable[Block],
    info: dict[str, Any],
    first: int = 0,
) -> Ensemble:
    """Join blocks, in any order, to an ensemble of so many runs, from the first on."""
    values: dict[str, np.ndarray[Any, Any]] = {}
    shape, number = (runs, program.days), np.arange(first, first + runs)
    outcome_day = np.zeros((runs, len(program.outcomes)), np.int32)
    events: list[pd.DataFrame] = []
    failures: list[tuple[int, int, str]] = []
    for block in blocks:
        place = block.run - first
        for name, rows in (block.values | block.rungs).items():
            values.setdefault(name, np.empty(shape, rows.dtype))[place] = rows
        outcome_day[place] = block.outcome_day
        events.append(event_table(block, program))
        failures += block.failures
    return Ensemble(
        scenario=scenario,
        seed=seed,
        trajectories=dataset(scenario, program, number, values),
        events=pd.concat(events).sort_values(["run", "event"], ignore_index=True),
        outcomes=outcome_table(program.outcomes, number, outcome_day),
        failures=pd.DataFrame(sorted(failures), columns=["run", "day", "what"]),
        info=info,
    )


def dataset(
    scenario: Scenario,
    program: Program,
    run: np.ndarray[Any, Any],
    values: dict[str, np.ndarray[Any, Any]],
) -> xr.Dataset:
    """Label trajectories with runs, days, dates, units and the scenario's hash."""
    days = np.arange(program.days)
    labels = {name: label(scenario, name) for name in values}
    data = {name: (("run", "day"), rows, labels[name]) for name, rows in values.items()}
    dates = np.datetime64(scenario.start, "s") + days * np.timedelta64(1, "D")  # nanoseconds end in the year 2262
    coordinates = {"run": run, "day": days, "date": ("day", dates)}
    attributes = {"scenario": scenario.name, "scenario_sha256": scenario.sha256}
    return xr.Dataset(data, coordinates, attributes)


def label(scenario: Scenario, name: str) -> dict[str, str]:
    """What a trajectory shows, and its unit."""
    theatre = scenario.theatre
    if name in theatre.variables:
        variable = theatre.variables[name]
        return {"long_name": variable.label, "units": getattr(variable, "unit", "1")}
    if name == "tension":
        return {"long_name": "Tension", "units": "points"}
    dyad = theatre.dyads.get(name.removeprefix("rung_"))
    return {"long_name": f"Rung, {dyad.label}" if dyad else "Rung", "units": "rung"}


def event_table(block: Block, program: Program) -> pd.DataFrame:
    """Events with names instead of positions."""
    columns = block.events
    actors = [*program.actors, SCRIPT]
    start = np.datetime64(program.start, "ms")
    return pd.DataFrame(
        {
            "run": columns["run"],
            "day": columns["day"],
            "date": start + columns["day"].astype("timedelta64[D]"),
            "actor": _named(np.where(columns["actor"] < 0, len(actors) - 1, columns["actor"]), actors),
            "action": _named(columns["action"], action_names(program)),
            "target": _named(columns["target"], program.actors),
            "rung": columns["rung"],
            "deniable": columns["deniable"],
            "fatalities": columns["fatalities"],
            "event": columns["event"],
            "cause": pd.array(columns["cause"], "Int32").copy(),
        }
    ).assign(cause=lambda table: table["cause"].mask(table["cause"] < 0))


def action_names(program: Program) -> list[str]:
    """What acts are called, by their position in the table of events."""
    return [*program.actions, *(f"{SCRIPT}.{name}" for name in program.injects)]


def _named(positions: np.ndarray[Any, Any], names: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(positions, categories=list(names))


def outcome_table(outcomes: Sequence[str], run: np.ndarray[Any, Any], day: np.ndarray[Any, Any]) -> pd.DataFrame:
    """First day of each outcome by run, <NA> where it never held."""
    columns = {name: pd.array(day[:, at], "Int32") for at, name in enumerate(outcomes)}
    table = pd.DataFrame(columns, index=pd.Index(run, name="run"))
    return table.mask(table < 0)


def outcome_shares(held: pd.Series, n: int, level: float, interval: Interval = wilson) -> pd.DataFrame:
    """Share of `n` runs in which each outcome held, with an interval.

    Parameters
    ----------
    held : Series
        Runs in which it held, by outcome.
    """
    low, high = interval(held.to_numpy(), n, level)
    share = held.to_numpy() / n if n else np.full(len(held), np.nan)
    return pd.DataFrame({"outcome": held.index, "share": share, "low": low, "high": high, "n": n})
