"""Compare two scenarios on the same dice: run by run they differ only by what was changed."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual, usually
from sim.analysis.paired import flips, mean_difference, paired_difference
from sim.analysis.units import Units
from sim.engine.draw import set_of
from sim.execution.afford import bytes_in_memory, refuse_memory
from sim.execution.lookup import QueryError, origin_of
from sim.execution.run import run as run_many
from sim.execution.source import Origin, RunSource, find_origin
from sim.given import MOST_RUNS, seed_of, shown, whole, whole_or_none
from sim.replays.replay import replayed
from sim.results.counted import CountedEnsemble
from sim.results.ensemble import SCRIPT, Ensemble, label
from sim.theatre.parameters.fitted import NumbersFrom, as_options, source_of
from sim.theatre.parameters.uncertain import with_levers_drawn

from .divergence import Divergence, first_divergence


@usually
@dataclass(frozen=True)
class Comparison:
    """Runs of two scenarios, paired by their numbers."""

    first: Ensemble
    second: Ensemble

    @cached_property
    def runs(self) -> NDArray[np.int64]:
        """Numbers of the runs that were finished under both."""
        both = self.first.completed.index.intersection(self.second.completed.index)
        return np.sort(both.to_numpy(dtype=np.int64))

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called: by their scenarios' names, with their hashes where the names are the same."""
        one, other = (ensemble.scenario for ensemble in (self.first, self.second))
        if one.name != other.name:
            return one.name, other.name
        return f"{one.name} {one.short_hash}", f"{other.name} {other.short_hash}"

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that both theatres know."""
        return [name for name in self.first.outcomes.columns if name in self.second.outcomes.columns]

    @property
    def variables(self) -> list[str]:
        """The trajectories that both have."""
        return [str(name) for name in self.first.trajectories.data_vars if name in self.second.trajectories.data_vars]

    @cached_property
    def units(self) -> Units:
        """Which pairs were drawn together: those whose runs share their numbers."""
        drawn = any(ensemble.info.get("uncertain") for ensemble in (self.first, self.second))
        return Units.labelled(set_of(self.runs)) if drawn else Units.single(len(self))

    def held(self, outcome: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether an outcome came about in each pair of runs, under the first and under the second."""
        one, other = (
            ensemble.outcomes[outcome].loc[self.runs].notna().to_numpy() for ensemble in (self.first, self.second)
        )
        return one, other

    def paths(self, variable: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """A trajectory in the two runs of each pair, shape (pair, day)."""
        if variable not in self.variables:
            raise QueryError(f"there is no trajectory '{variable}' in both; there are {', '.join(self.variables)}")
        one, other = (
            ensemble.trajectories[variable].sel(run=self.runs).to_numpy() for ensemble in (self.first, self.second)
        )
        return one, other

    def difference(self, level: float = 0.95) -> pd.DataFrame:
        """How far apart the shares of the outcomes are.

        Returns
        -------
        DataFrame with columns outcome; first and second, the shares; difference, second less first; low and high, its
        interval from paired runs; apart_low and apart_high, the interval that as many runs with dice of their own
        would have given; width_ratio, how many times wider that is; n, the number of pairs
        """
        rows = []
        for outcome in self.outcomes:
            one, other = self.held(outcome)
            found = paired_difference(one, other, level, self.units)
            shares = (float(one.mean()), float(other.mean())) if len(self) else (np.nan, np.nan)
            rows.append((outcome, *shares, *found[:5], found.width_ratio, found.n))
        columns = ["outcome", "first", "second", "difference", "low", "high", "apart_low", "apart_high"]
        return pd.DataFrame(rows, columns=[*columns, "width_ratio", "n"])

    def flips(self) -> pd.DataFrame:
        """In which pairs of runs an outcome came about under one scenario only.

        Returns
        -------
        DataFrame with columns outcome; both, first_only, second_only and neither, numbers of pairs; and
        runs_first_only and runs_second_only, the numbers of those runs
        """
        rows = []
        for outcome in self.outcomes:
            one, other = self.held(outcome)
            only = (self.runs[one & ~other].tolist(), self.runs[~one & other].tolist())
            rows.append((outcome, *flips(one, other), *only))
        columns = ["outcome", "both", "first_only", "second_only", "neither", "runs_first_only", "runs_second_only"]
        return pd.DataFrame(rows, columns=columns)

    def over_time(self, variable: str = "tension", level: float = 0.95) -> pd.DataFrame:
        """How far apart a variable is on each day, in the mean over pairs of runs.

        Returns
        -------
        DataFrame with columns day, date; first and second, the means; difference, low, high, and width_ratio as in
        `difference`
        """
        one, other = self.paths(variable)
        mean, low, high, width_ratio = mean_difference(one, other, level, self.units)
        return pd.DataFrame(
            {
                "day": self.first.trajectories["day"].to_numpy(),
                "date": self.first.trajectories["date"].to_numpy(),
                "first": one.mean(axis=0, dtype=np.float64),
                "second": other.mean(axis=0, dtype=np.float64),
                "difference": mean,
                "low": low,
                "high": high,
                "width_ratio": width_ratio,
            }
        )

    def variable_table(self, level: float = 0.95) -> pd.DataFrame:
        """Where each variable differs: on the last day, and on the day on which it differs most.

        Returns
        -------
        DataFrame with columns variable, label, unit; first, second, difference, low, high on the last day; widest, the
        day of the largest mean difference, and widest_difference; the variable that stands furthest apart first, by
        its largest difference in standard deviations of the first scenario
        """
        rows = []
        for variable in self.variables:
            days, told = self.over_time(variable, level), label(self.first.scenario, variable)
            widest = days.iloc[int(days["difference"].abs().to_numpy().argmax())]
            spread = float(self.paths(variable)[0].std(dtype=np.float64)) or 1.0
            last = days.iloc[-1]
            own = [last[name] for name in ("first", "second", "difference", "low", "high")]
            far = abs(float(widest["difference"])) / spread
            rows.append(
                (variable, told["long_name"], told["units"], *own, int(widest["day"]), widest["difference"], far)
            )
        columns = ["variable", "label", "unit", "first", "second", "difference", "low", "high", "widest"]
        table = pd.DataFrame(rows, columns=[*columns, "widest_difference", "far"])
        return table.sort_values("far", ascending=False, kind="stable", ignore_index=True).drop(columns="far")

    @cached_property
    def parted(self) -> pd.Series:
        """By run, the day on which the two are first not the same in acts or values; <NA> where they never are."""
        never = self.first.trajectories.sizes["day"]
        day = np.full(len(self), never, np.int64)
        for variable in self.variables:
            one, other = self.paths(variable)
            differs = one != other
            day = np.minimum(day, np.where(differs.any(axis=1), differs.argmax(axis=1), never))
        acts = _first_other_act(self.first.events, self.second.events)
        day = np.minimum(day, acts.reindex(self.runs, fill_value=never).to_numpy())
        found = pd.array(day, "Int32")
        found[day == never] = pd.NA
        return pd.Series(found, index=pd.Index(self.runs, name="run"), name="day")

    def why(self, run: int) -> Divergence | None:
        """Find the first decision in which a run parts from itself, and what tipped it.

        Returns
        -------
        Parting, or None if the actors do the same to the end

        Raises
        ------
        QueryError
            There is no such pair of runs.
        """
        number = whole_or_none(run)
        if number is None or number not in self.runs:
            raise QueryError(f"there is no pair of runs {shown(run)}; finished under both are {_span(self.runs)}")
        run = number
        return first_divergence(*(replayed(find_origin(each), run) for each in (self.first, self.second)))

    def __repr__(self) -> str:
        return (
            f"<Comparison of {self.names[0]} with {self.names[1]}: {len(self)} pairs of runs, seed {self.first.seed}>"
        )


@usual
def compare(
    first: RunSource | Origin,
    second: RunSource | Origin,
    runs: int | None = None,
    seed: int | None = None,
    *,
    executor: Executor | None = None,
) -> Comparison:
    """Run two scenarios on the same dice, or pair two results.

    >>> len(compare("first_lesson", "first_lesson", runs=20).parted.dropna())
    0

    Parameters
    ----------
    first, second : Scenario, Ensemble, path or name
        What is compared: scenarios, which are run, or results, in ensembles or in folders.
    runs : int, optional
        Pairs of runs; left out, as many as a result has, else as the first scenario says.
    seed : int, optional
        Seed of all dice; left out, that of a result, else of the first scenario.
    executor : concurrent.futures.Executor, optional
        Where to compute; left out, threads on all cores.

    Returns
    -------
    Comparison

    Raises
    ------
    QueryError
        The two do not have the same days or the same seed, or one of them keeps only counts.
    sim.ScenarioError, sim.StoreError
        What is named cannot be read.
    """
    origins = origin_of(first), origin_of(second)
    refuse_unlike(*origins)
    chosen = _shared_seed(origins, None if seed is None else seed_of(seed, QueryError))
    for each in origins:
        if isinstance(each.ensemble, CountedEnsemble):
            raise QueryError(
                f"{each.name} keeps only counts of its runs, and pairs need single runs; name its scenario instead"
            )
    known = min((each.runs for each in origins if each.runs is not None), default=origins[0].scenario.runs)
    wanted = known if runs is None else whole(runs, "runs", 1, MOST_RUNS, QueryError)
    needed = wanted * sum(bytes_in_memory(each.scenario) for each in origins if each.ensemble is None)
    refuse_memory(needed, f"{wanted:,} pairs of runs", error=QueryError)
    uncertain = _drawn_alike(origins)
    origins = _levers_alike(*origins)
    ensembles = [
        run_many(each.scenario, wanted, chosen, executor=executor, **as_options(uncertain))
        if each.ensemble is None
        else each.ensemble
        for each in origins
    ]
    return Comparison(*(_first_runs(ensemble, wanted) for ensemble in ensembles))


def divergence_between(
    first: RunSource | Origin, second: RunSource | Origin, run: int, seed: int | None = None
) -> Divergence | None:
    """Find the first decision in which one run parts from itself under two scenarios, without running any other.

    Raises
    ------
    QueryError, sim.ScenarioError, sim.StoreError
        As `compare`, or there is no such run.
    """
    origins = origin_of(first), origin_of(second)
    refuse_unlike(*origins)
    chosen = _shared_seed(origins, None if seed is None else seed_of(seed, QueryError))
    uncertain = _drawn_alike(origins)
    origins = _levers_alike(*origins)
    one, other = (replayed(replace(each, seed=chosen, uncertain=uncertain), run) for each in origins)
    return first_divergence(one, other)


def _shared_seed(origins: tuple[Origin, Origin], seed: int | None) -> int:
    """The seed of both: what is asked for, else that of a result, else of the first scenario."""
    results = [each for each in origins if each.ensemble is not None]
    chosen = seed if seed is not None else (results or origins)[0].seed
    for each in results:
        if each.seed != chosen:
            raise QueryError(
                f"{each.name} was made with seed {each.seed}, not {chosen}; runs can be paired only on the same dice"
            )
    return chosen


def _drawn_alike(origins: tuple[Origin, Origin]) -> NumbersFrom:
    """Whether the runs of both draw their numbers, and from what: where one is a result, as that was made.

    Raises
    ------
    QueryError
        Both are results, and the runs of only one did, or of each from something else.
    """
    results = [each for each in origins if each.ensemble is not None]
    if len({each.uncertain for each in results}) > 1:
        one, other = sorted(results, key=lambda each: not each.uncertain)
        if one.uncertain and other.uncertain:
            raise QueryError(
                f"runs of {one.name} have drawn their numbers from {source_of(one.uncertain)}, those of {other.name} "
                f"from {source_of(other.uncertain)}; runs can be paired only if both draw from the same source"
            )
        raise QueryError(
            f"runs of {one.name} have drawn their numbers, those of {other.name} use the numbers as written; runs "
            "can be paired only if they differ by the change alone"
        )
    return next((each.uncertain for each in results), False)


def _levers_alike(first: Origin, second: Origin) -> tuple[Origin, Origin]:
    """Both with their levers drawn, where one is a result that was made so; refused if both are and only one was.

    Raises
    ------
    QueryError
    """
    results = [each for each in (first, second) if each.ensemble is not None]
    if len({each.scenario.levers_drawn for each in results}) > 1:
        raise QueryError(
            f"only one of {first.name} and {second.name} has drawn its levers too; runs can be paired only if they "
            "differ by the change alone"
        )
    if not any(each.scenario.levers_drawn for each in results):
        return first, second
    one, other = (
        each if each.ensemble is not None else replace(each, scenario=with_levers_drawn(each.scenario, "with_levers"))
        for each in (first, second)
    )
    return one, other


def refuse_unlike(first: Origin, second: Origin) -> None:
    """Refuse two scenarios that do not go over the same days: their dice are keyed by the day.

    Raises
    ------
    QueryError
        They do not, or one is made of branches, or a part of an ensemble.
    """
    for part in (first, second):
        if part.first:
            raise QueryError(
                f"{part.name} is a part of an ensemble that begins with run {part.first:,}, and pairs begin with "
                "run 0; join all parts with 'sim merge'"
            )
    one, other = first.scenario, second.scenario
    if (one.start, one.days) != (other.start, other.days):
        spans = " and ".join(f"{each.name} has {each.days} from {each.start}" for each in (one, other))
        raise QueryError(f"only the same days can be compared: {spans}; give both the same 'start' and 'days'")


def _first_runs(ensemble: Ensemble, runs: int) -> Ensemble:
    """The first runs of an ensemble."""
    if len(ensemble) < runs:
        raise QueryError(f"the result of {ensemble.scenario.name} has {len(ensemble):,} runs, not {runs:,}")
    if len(ensemble) == runs:
        return ensemble
    kept = ensemble.outcomes.iloc[:runs]
    return Ensemble(
        scenario=ensemble.scenario,
        seed=ensemble.seed,
        trajectories=ensemble.trajectories.sel(run=kept.index.to_numpy()),
        events=ensemble.events[ensemble.events["run"].isin(kept.index)].reset_index(drop=True),
        outcomes=kept,
        failures=ensemble.failures[ensemble.failures["run"].isin(kept.index)],
        info=ensemble.info,
    )


def _first_other_act(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """By run, the first day on which somebody does, or suffers, something else; runs that are alike are left out."""
    columns = ["run", "day", "actor", "action", "rung", "fatalities"]
    tables = [
        table.loc[table["actor"] != SCRIPT, columns].astype({"actor": str, "action": str}) for table in (one, other)
    ]
    apart = pd.concat(tables).drop_duplicates(keep=False)
    return apart.groupby("run")["day"].min()


def _span(runs: NDArray[np.int64]) -> str:
    return f"runs {runs[0]} to {runs[-1]}" if len(runs) else "none"
