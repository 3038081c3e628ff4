"""How much a response depends on each number that varies: the indices of `sim.analysis.methods`, with intervals.

Responses are means over replicates, and what is luck in them is taken off where it would pass for influence. An
interval holds two errors: that of the points, as the method's bootstrap gives it, and that of the dice, from the same
index with one replicate left out in turn (jackknife).
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .estimates import Z
from .methods import METHODS, Estimator, EstimatorInput, Floats, IndexEstimate
from .ranking import groups, ranks

RESAMPLES, FEWEST_RESAMPLES = 100, 12
"""Of a bootstrap; of many numbers at many points as few as the latter."""


def indices(
    method: str, points: str, problem: Mapping[str, Any], X: Floats, runs: Floats, seed: int = 0
) -> pd.DataFrame:
    """Measure the influence of every number.

    Parameters
    ----------
    method : str
        A name in `sim.analysis.methods`.
    points : str
        How the points were chosen.
    problem : mapping
        `names` and `bounds`, as SALib takes them.
    X : shape (point, number)
    runs : shape (point, replicate)
        The response; the mean over replicates is what indices are of.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame: parameter, each index with its `_low` and `_high`, and of the main one (`attrs["main"]`)

    - `rank_low`, `rank_high`: the ranks that a number may have. One is above another only if its interval is;
    - `group`: numbers of one group cannot all be told apart; every one of an earlier group is above all of a later.

    Raises
    ------
    ValueError
        The points do not suit the method, or the response is missing somewhere, or never varies.
    MissingExtraError
        SALib is not installed.
    """
    chosen = suited(method, points)
    Y = _means(runs)
    if not np.isfinite(Y).all():
        missing = int((~np.isfinite(Y)).sum())
        raise ValueError(f"it has no value at {missing:,} of {len(Y):,} points; take a share or a count in its place")
    if np.ptp(Y) == 0:
        raise ValueError(f"it is {Y[0]:g} at every point; nothing that was varied changes it")
    resamples = max(FEWEST_RESAMPLES, min(RESAMPLES, _AFFORDED // X.size))
    given = EstimatorInput(problem, X, runs, Y, seed + 1, resamples, {})
    found = chosen.estimate(given)
    dice = _dice_error(chosen, given)
    rows: dict[str, Any] = {"parameter": list(problem["names"])}
    for name, (value, of_points) in found.items():
        errors = [each for each in (of_points, dice.get(name)) if each is not None]
        half = Z * np.sqrt(np.sum(np.square(errors), axis=0)) if errors else np.full(len(value), np.nan)
        rows |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    table = pd.DataFrame(rows).sort_values(chosen.main, ascending=False, kind="stable", ignore_index=True)
    low, high = (table[f"{chosen.main}_{end}"].to_numpy() for end in ("low", "high"))
    table["rank_low"], table["rank_high"] = ranks(low, high)
    table["group"] = groups(low, high)
    table.attrs.update(main=chosen.main, method=method, about=chosen.about, by_chance=chosen.by_chance)
    return table


_AFFORDED = 10_000_000
"""Values of all numbers at all points, in all resamples together: more would take minutes."""


def suited(method: str, points: str) -> Estimator:
    """Return a method, if it can be used on such points.

    Raises
    ------
    ValueError
        It cannot, or there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method '{method}'; there are {', '.join(METHODS)}")
    layout = METHODS[points].layout if points in METHODS else None
    if METHODS[method].layout != layout:
        takes = ", ".join(name for name, each in METHODS.items() if each.layout == layout)
        raise ValueError(f"{method} cannot use points of {points}; those serve {takes}")
    return METHODS[method]


def _means(runs: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of points where no run has a value
        return np.asarray(np.nanmean(runs, axis=1))


def _dice_error(method: Estimator, given: EstimatorInput) -> dict[str, Floats]:
    """Standard error of each index that comes of the dice: jackknife over replicates, the same at all points."""
    m = given.runs.shape[1]
    if m < 2:
        return {}
    without: list[dict[str, IndexEstimate]] = []
    for left_out in range(m):
        kept = np.delete(given.runs, left_out, axis=1)
        Y = _means(kept)
        if not np.isfinite(Y).all() or np.ptp(Y) == 0:
            continue
        without.append(method.estimate(given._replace(runs=kept, Y=Y, resamples=0)))
    if len(without) < 2:
        return {}
    errors = {}
    for name in without[0]:
        values = np.array([each[name][0] for each in without])
        errors[name] = np.sqrt((m - 1) / len(values) * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
    return errors
