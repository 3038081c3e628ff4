"""What a sweep keeps of a run: a few numbers (`sim.theatre.language.measures`), taken day by day."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.program import LOG, Program
from sim.theatre.language.measures import RUNGS, MeasureError

from .ensemble import Ensemble


class RunMeasures:
    """Takes in days of some runs, one after the other."""

    def __init__(self, program: Program, n: int) -> None:
        self.program = program
        self._prices = np.flatnonzero(program.variable["kind"] == LOG)
        self._peak = np.full((len(self._prices), n), -np.inf)
        self._days = np.zeros((len(RUNGS), n), np.int32)
        self._first = np.full((len(RUNGS), n), -1, np.int32)
        self._peak_rung = np.zeros(n, np.int32)
        self._x = np.zeros((len(program.variables), n))

    def take(self, day: int, x: NDArray[Any], rung: NDArray[Any]) -> None:
        """Add a day: variables, shape (variable, run), and the rung overall, shape (run,)."""
        np.maximum(self._peak, x[self._prices], out=self._peak)
        np.maximum(self._peak_rung, rung.astype(np.int32), out=self._peak_rung)
        for row, step in enumerate(RUNGS):
            above = rung >= step
            self._days[row] += above
            self._first[row, above & (self._first[row] < 0)] = day
        self._x[:] = x

    def rows(self, outcome_day: NDArray[Any], deaths: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """All measures; `outcome_day` has shape (outcome, run), -1 for never."""
        found: dict[str, NDArray[Any]] = {}
        for name, days in zip(self.program.outcomes, outcome_day, strict=True):
            found |= {f"outcome.{name}": days >= 0, f"day.{name}": _or_nan(days)}
        found["peak.rung"] = self._peak_rung
        for row, step in enumerate(RUNGS):
            first, above = self._first[row], self._days[row]
            found |= {
                f"reached.rung_{step}": first >= 0,
                f"day.rung_{step}": _or_nan(first),
                f"days.rung_{step}": above,
            }
        found["deaths"] = deaths
        for at, peak in zip(self._prices, self._peak, strict=True):
            found[f"peak.{self.program.variables[at]}"] = peak
        found |= {f"end.{name}": self._x[at] for at, name in enumerate(self.program.variables)}
        return {name: values.astype(np.float32) for name, values in found.items()}


def measures_of(ensemble: Ensemble) -> pd.DataFrame:
    """Measure the runs of an ensemble that did not fail, one row for each.

    Peaks and end values are as exact as the trajectories that it keeps.

    Raises
    ------
    MeasureError
        It does not keep the trajectories of all variables.
    """
    program, runs = program_of(ensemble.scenario), ensemble.completed.index
    if missing := set(program.variables) - set(ensemble.trajectories.data_vars):
        raise MeasureError(f"the ensemble does not keep {', '.join(sorted(missing))}; run it without --variables")
    record = RunMeasures(program, len(runs))
    paths = [ensemble.paths(name) for name in program.variables]
    rung = ensemble.paths("rung")
    for day in range(program.days):
        values = np.array([path[:, day] for path in paths]).reshape(len(paths), len(runs))  # a theatre may have none
        record.take(day, values, rung[:, day])
    outcome_day = np.array([ensemble.completed[name].fillna(-1).to_numpy(np.int32) for name in program.outcomes])
    deaths = ensemble.events.groupby("run")["fatalities"].sum().reindex(runs, fill_value=0).to_numpy()
    return pd.DataFrame(record.rows(outcome_day.reshape(-1, len(runs)), deaths), index=runs)


def _or_nan(days: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(days >= 0, days, np.nan)
