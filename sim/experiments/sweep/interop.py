"""A scenario in the shapes of other tools: a problem of SALib, a model of EMA Workbench."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.arrays import Floats
from sim.analysis.discovery import ema
from sim.analysis.extras import extra
from sim.execution.plan import PlanError
from sim.given import MOST_RUNS, seed_of, whole
from sim.results.design import Design, Varied, problem
from sim.results.sweep import Sweep
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named
from sim.theatre.language.measures import measure_name, measure_names
from sim.theatre.language.scenario import Scenario

from .parameters import Only, ParameterChoice, chosen
from .sweep import run_design


def _loaded(scenario: Scenario | Named) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def to_salib(scenario: Scenario | Named, parameters: ParameterChoice = None, only: Only | None = None) -> Any:
    """Return the numbers that vary as a SALib `ProblemSpec`; `sim.response` is what to evaluate on it.

    Parameters
    ----------
    scenario, parameters, only : see `sim.sweep`

    Returns
    -------
    `SALib.ProblemSpec` with the paths of numbers as names, and their plausible ranges as bounds; numbers in which
    factors count are `logunif` in its `dists`. It knows no law about a median: its own samples are even between these
    ends, and those of `sim.sweep`, which it can analyse, are not

    Raises
    ------
    ParameterError
        A number cannot vary.
    MissingExtraError
        SALib is not installed.
    """
    return extra("SALib", "SALib").ProblemSpec(problem(chosen(_loaded(scenario), parameters, only)))


@dataclass(frozen=True)
class Responding:
    """The model as a function of points: what SALib's `evaluate` calls.

    Every call throws the same dice at every point.
    """

    scenario: Scenario
    varied: tuple[Varied, ...]
    measures: tuple[str, ...]
    replicates: int
    seed: int

    def __call__(self, X: Floats) -> Floats:
        """Return each measure's mean at each point, shape (point, measure), or (point,) of one measure."""
        answers: Floats = self.means(X).to_numpy()
        return answers[:, 0] if len(self.measures) == 1 else answers

    def means(self, X: Floats) -> pd.DataFrame:
        """Return the same with the names of the measures."""
        points = np.ascontiguousarray(np.atleast_2d(X), np.float64)
        design = Design("given", self.varied, points, self.replicates, self.seed)
        found: pd.DataFrame = run_design(self.scenario, design, progress=None).means[list(self.measures)]
        return found


def response(
    scenario: Scenario | Named,
    measures: str | Sequence[str],
    parameters: ParameterChoice = None,
    replicates: int = 8,
    seed: int | None = None,
) -> Responding:
    """Make the model a function of points.

    Parameters
    ----------
    scenario : Scenario, path or name
    measures : str or sequence of str
        What it returns: see `sim.theatre.language.measures`.
    parameters : see `sim.sweep`
        The numbers that a point gives, in the order of the theatre, as `to_salib` names them.
    replicates : int
        Runs at each point.
    seed : int, optional
        Seed of all dice; left out, the scenario's.

    Returns
    -------
    A function of points, shape (point, number), that gives each measure's mean there; it throws the same dice at all

    Raises
    ------
    sim.theatre.language.measures.MeasureError
        There is no such measure.
    ParameterError
        A number cannot vary.
    """
    scenario = _loaded(scenario)
    known = measure_names(scenario.theatre)
    names = tuple(measure_name(name, known) for name in ([measures] if isinstance(measures, str) else measures))
    dice = scenario.seed if seed is None else seed_of(seed, PlanError)
    each = whole(replicates, "replicates", 1, MOST_RUNS, PlanError)
    return Responding(scenario, chosen(scenario, parameters), names, each, dice)


def to_ema(
    source: Scenario | Named | Sweep,
    parameters: ParameterChoice = None,
    measures: Sequence[str] | None = None,
    replicates: int = 8,
    seed: int | None = None,
) -> Any:
    """Return a scenario as a model of EMA Workbench, or a sweep as EMA Workbench returns experiments.

    Names are paths with `_` for whatever is no letter; a model's `variable_name` holds the path.

    Parameters
    ----------
    source : Scenario, path or name, or Sweep
    parameters, replicates, seed : see `response`; of a scenario only
    measures : sequence of str, optional
        The model's outcomes; left out, all measures that every run has. Of a scenario only.

    Returns
    -------
    `ema_workbench.Model`, or (experiments, outcomes) as its `save_results` takes them
    """
    if isinstance(source, Sweep):
        return _ema_results(source)
    return _ema_model(_loaded(source), parameters, measures, replicates, seed)


@dataclass(frozen=True)
class _Experiment:
    """A single experiment of EMA Workbench: numbers by their paths in, measures by their names out."""

    model: Responding

    def __call__(self, **values: float) -> dict[str, float]:
        """Run the model at one point."""
        point = np.array([[values.get(each.path, each.base) for each in self.model.varied]])
        row = self.model.means(point).iloc[0]
        return {str(name): float(value) for name, value in row.items()}


def _ema_model(
    scenario: Scenario, parameters: ParameterChoice, measures: Sequence[str] | None, replicates: int, seed: int | None
) -> Any:
    """The scenario as a model, its levers and uncertainties told apart."""
    known = [name for name in measure_names(scenario.theatre) if not name.startswith("day.")]
    function = response(scenario, known if measures is None else measures, parameters, replicates, seed)
    workbench = ema("em_framework")
    model = workbench.Model("".join(filter(str.isalnum, scenario.name)), function=_Experiment(function))
    names = identifiers(each.path for each in function.varied)
    numbers = {each.path: _ema_number(workbench.RealParameter, names[each.path], each) for each in function.varied}
    model.uncertainties = [numbers[each.path] for each in function.varied if not each.lever]
    model.levers = [numbers[each.path] for each in function.varied if each.lever]
    model.outcomes = list(_outcomes(function.measures))
    return model


def _ema_number(parameter: Any, name: str, number: Varied) -> Any:
    """A number of EMA Workbench, which draws it by the law by which a sweep does."""
    from .distribution import BetweenEnds  # SciPy takes a while to import

    return parameter.from_dist(name, BetweenEnds(number=number.number)(), variable_name=number.path)


def _ema_results(table: Sweep) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return a sweep as EMA Workbench returns experiments, under the names that its model has."""
    names = identifiers(table.design.paths)
    outcomes = {outcome.name: table.Y(outcome.variable_name[0]) for outcome in _outcomes(table.names)}
    return table.design.points.rename(columns=names).reset_index(drop=True), outcomes


def _outcomes(measures: Iterable[str]) -> Iterable[Any]:
    """Outcomes of EMA Workbench, which knows only those that were made once."""
    scalar = ema("em_framework").ScalarOutcome
    return [scalar(name, variable_name=path) for path, name in identifiers(measures).items()]


def identifiers(paths: Iterable[str]) -> Mapping[str, str]:
    """Names that are Python identifiers, by path; where two would be the same, the later one is numbered."""
    found: dict[str, str] = {}
    for path in paths:
        plain = re.sub(r"\W+", "_", path.replace("~", "not_")).strip("_")
        taken, name, count = set(found.values()), plain, 2
        while name in taken:
            name, count = f"{plain}_{count}", count + 1
        found[path] = name
    return found
