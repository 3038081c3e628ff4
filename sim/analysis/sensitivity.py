"""How much a response depends on each number that varies: the indices of `sim.analysis.methods`, with intervals.

Responses are means over replicates, and what is luck in them is taken off where it would pass for influence. An
interval holds two errors: that of the points, with the luck that each has for itself, and that of dice which all points
share. The latter shows when one replicate after another is left out (jackknife), and so does once more the luck of
single points; how much that is shows when each point's replicates are shuffled, so that nothing is shared, and is taken
off. Of dice of their own at each point there is nothing to add. Half-widths go by Student's t.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .methods import METHODS, Estimator, EstimatorInput, Floats, IndexEstimate
from .ranking import groups, ranks
from .two_way import half_width

RESAMPLES, FEWEST_RESAMPLES = 100, 12
"""Of a bootstrap; of many numbers at many points as few as the latter."""


def indices(
    method: str,
    points: str,
    problem: Mapping[str, Any],
    X: Floats,
    runs: Floats,
    seed: int = 0,
    common: bool = True,
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
    common : bool
        Whether replicate r is the same dice at all points; else each point has dice of its own.

    Returns
    -------
    DataFrame: parameter, each index with its `_low` and `_high`, and of the main one (`attrs["main"]`)

    - `rank_low`, `rank_high`: the ranks that a number may have. One is above another only if its interval is;
    - `group`: numbers of one group cannot all be told apart; every one of an earlier group is above all of a later.

    Raises
    ------
    ValueError
        The points do not suit the method, or the response is missing somewhere, or never varies, or cannot be told from
        luck.
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
    runs = np.where(np.isfinite(runs), runs, Y[:, None])  # a run that failed is taken for one like its neighbours
    resamples = max(FEWEST_RESAMPLES, min(RESAMPLES, _AFFORDED // X.size))
    given = EstimatorInput(problem, X, runs, Y, seed + 1, resamples, {}, common)
    found = {name: IndexEstimate(*each) for name, each in chosen.estimate(given).items()}
    dice = _dice_errors(chosen, given, found)
    rows: dict[str, Any] = {"parameter": list(problem["names"])}
    for name, each in found.items():
        half = _half(each, dice.get(name), given)
        low, high = chosen.limits(name, each.value, half)
        for column, value in ((name, each.value), (f"{name}_low", low), (f"{name}_high", high)):
            rows[column] = chosen.shown(name, value, given)
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


def _half(found: IndexEstimate, dice: Floats | None, given: EstimatorInput) -> Floats:
    """Half-width of an interval; not a number where nothing tells it."""
    if found.points is None and dice is None:
        return np.full(len(found.value), np.nan)
    none = np.zeros(len(found.value))
    points, dice = (none if each is None else each for each in (found.points, dice))
    return half_width(points, dice, found.rows or len(given.Y), given.runs.shape[1])


def _dice_errors(method: Estimator, given: EstimatorInput, found: Mapping[str, IndexEstimate]) -> dict[str, Floats]:
    """Standard error of each index that comes of dice which all points share."""
    told = {name: each.dice for name, each in found.items() if each.dice is not None}
    m = given.runs.shape[1]
    if len(told) == len(found) or m < 2:
        return told
    drawn = any(each.points is not None for each in found.values())
    if drawn and not given.common:
        return told
    squared = _jackknife(method, given)
    if drawn:
        rng = np.random.default_rng(given.seed)
        shuffled = rng.permuted(given.runs - given.runs.mean(axis=0), axis=1)
        alone = _jackknife(method, given._replace(runs=shuffled, Y=shuffled.mean(axis=1)))
        squared = {name: each - alone.get(name, 0.0) for name, each in squared.items()}
    return told | {name: np.sqrt(np.maximum(each, 0.0)) for name, each in squared.items() if name not in told}


def _jackknife(method: Estimator, given: EstimatorInput) -> dict[str, Floats]:
    """Squared standard error of each index over replicates, one left out after another.

    Raises
    ------
    ValueError
        Without one of them the response tells nothing.
    """
    m = given.runs.shape[1]
    without: list[dict[str, IndexEstimate]] = []
    for left_out in range(m):
        kept = np.delete(given.runs, left_out, axis=1)
        Y = _means(kept)
        if np.isfinite(Y).all() and np.ptp(Y) > 0:
            without.append(method.estimate(given._replace(runs=kept, Y=Y, resamples=0)))
    if len(without) < 2:
        return {}
    values = {name: np.array([each[name][0] for each in without]) for name in without[0]}
    return {
        name: np.asarray((m - 1) / len(each) * ((each - each.mean(axis=0)) ** 2).sum(axis=0))
        for name, each in values.items()
    }
