"""What is measured on an ensemble: one value for each run, and words for the table.

Whatever a row imposes to begin with falls on the first day, so acts count from the second day to the last.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results.ensemble import Ensemble

Values = NDArray[np.float64]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """A value for each run of an ensemble."""

    words: str
    of: Callable[[Ensemble], Values]

    def __sub__(self, other: "Measure") -> "Measure":
        return Measure(f"{self.words}, less {other.words}", lambda ensemble: self.of(ensemble) - other.of(ensemble))


def acts(*actions: str) -> Measure:
    """How often any of these actions is done."""
    return Measure(f"acts {_listed(actions)}", lambda ensemble: _count(ensemble, _done(ensemble, actions)))


def runs_with(*actions: str) -> Measure:
    """Whether any of these actions is done."""
    return runs_with_each(actions)


def runs_with_each(*groups: Names) -> Measure:
    """Whether an action of every group is done."""

    def share(ensemble: Ensemble) -> Values:
        done = [_count(ensemble, _done(ensemble, group)) > 0 for group in groups]
        return np.all(done, axis=0).astype(float)

    return Measure("runs with " + " and ".join(" or ".join(f"`{name}`" for name in group) for group in groups), share)


def attacks(by: Names, at: Names, rungs: tuple[int, int] = (4, 9)) -> Measure:
    """How often some actors act against others on these rungs."""

    def count(ensemble: Ensemble) -> Values:
        return _count(ensemble, _between(ensemble, by, at, since=1) & ensemble.events["rung"].between(*rungs))

    return Measure(f"acts of {_listed(by)} against {_listed(at)} on rungs {rungs[0]} to {rungs[1]}", count)


def killed(by: Names, of: Names) -> Measure:
    """How many of one side the other kills, from the first day on."""

    def total(ensemble: Ensemble) -> Values:
        return _count(ensemble, _between(ensemble, by, of, since=0), ensemble.events["fatalities"])

    return Measure(f"dead of {_listed(of)} by {_listed(by)}", total)


def reached(outcome: str) -> Measure:
    """Whether an outcome is reached."""
    return Measure(
        f"runs with outcome `{outcome}`", lambda ensemble: ensemble.outcomes[outcome].notna().to_numpy(float)
    )


def at_the_end(*variables: str) -> Measure:
    """Sum of variables on the last evening."""

    def last(ensemble: Ensemble) -> Values:
        return np.sum([_path(ensemble, name)[:, -1] for name in variables], axis=0)

    return Measure(f"{' + '.join(f'`{name}`' for name in variables)} at the end", last)


def highest(trajectory: str) -> Measure:
    """The highest value on any evening."""
    return Measure(f"highest `{trajectory}`", lambda ensemble: _path(ensemble, trajectory).max(axis=1))


def mean(trajectory: str) -> Measure:
    """Mean over all evenings."""
    return Measure(f"mean `{trajectory}`", lambda ensemble: _path(ensemble, trajectory).mean(axis=1))


def spread(measure: Measure) -> Measure:
    """How far runs differ among themselves: the square of each run's distance from their mean."""

    def squared(ensemble: Ensemble) -> Values:
        values = measure.of(ensemble)
        return (values - values.mean()) ** 2

    return Measure(f"spread of {measure.words}", squared)


def _listed(names: Names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _path(ensemble: Ensemble, trajectory: str) -> NDArray[np.float64]:
    return ensemble.trajectories[trajectory].to_numpy().astype(float)


def _done(ensemble: Ensemble, actions: Names) -> pd.Series:
    table = ensemble.events
    unknown = set(actions) - set(table["action"].cat.categories)
    assert not unknown, f"the theatre has no {unknown}"
    return table["action"].isin(actions) & (table["day"] >= 1)


def _between(ensemble: Ensemble, by: Names, at: Names, since: int) -> pd.Series:
    table = ensemble.events
    unknown = {*by, *at} - set(table["actor"].cat.categories)
    assert not unknown, f"the theatre has no {unknown}"
    return table["actor"].isin(by) & table["target"].isin(at) & (table["day"] >= since)


def _count(ensemble: Ensemble, hit: pd.Series, weights: pd.Series | None = None) -> Values:
    run = ensemble.events["run"].to_numpy()[hit]
    return np.bincount(run, None if weights is None else weights[hit], minlength=len(ensemble)).astype(float)
