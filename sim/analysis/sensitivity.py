"""How much a response depends on each number that varies: indices with intervals, of SALib where it has them.

Responses are means over replicates, and what is luck in them is taken off where it would pass for influence. An
interval holds two errors: that of the points, as the method's bootstrap gives it, and that of the dice, from the same
index with one replicate left out in turn (jackknife).
"""

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .extras import extra
from .given_data import delta, pawn, rank_correlation_of, standard_ranks
from .ranking import groups, ranks

Floats = NDArray[np.float64]
Estimate = tuple[Floats, Floats | None]
"""An index of each number, and the standard error that comes of the points, where there is one."""

Z = 1.959963984540054
"""Standard errors to each side of a 95 % interval."""
RESAMPLES, FEWEST_RESAMPLES = 100, 12
"""Of a bootstrap; of many numbers at many points as few as the latter."""


class Asked(NamedTuple):
    """What an estimator is given."""

    problem: Mapping[str, Any]
    X: Floats
    runs: Floats
    Y: Floats
    """Means of the runs."""
    seed: int
    resamples: int
    kept: dict[str, Any]
    """What is the same however the runs differ, once it has been made."""


class Method(NamedTuple):
    """A way to measure influence."""

    main: str
    """The index by which numbers are ranked."""
    estimate: Callable[[Asked], dict[str, Estimate]]
    points: tuple[str, ...]
    """Designs whose points suit it."""
    about: str
    """What the main index says."""


def indices(
    method: str, points: str, problem: Mapping[str, Any], X: Floats, runs: Floats, seed: int = 0
) -> pd.DataFrame:
    """Measure the influence of every number.

    Parameters
    ----------
    method : str
        One of `METHODS`.
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
    asked = Asked(problem, X, runs, Y, seed + 1, resamples, {})
    found = chosen.estimate(asked)  # SALib takes a seed of 0 for none
    dice = _dice_error(chosen, asked)
    rows: dict[str, Any] = {"parameter": list(problem["names"])}
    for name, (value, of_points) in found.items():
        errors = [each for each in (of_points, dice.get(name)) if each is not None]
        half = Z * np.sqrt(np.sum(np.square(errors), axis=0)) if errors else np.full(len(value), np.nan)
        rows |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    table = pd.DataFrame(rows).sort_values(chosen.main, ascending=False, kind="stable", ignore_index=True)
    low, high = (table[f"{chosen.main}_{end}"].to_numpy() for end in ("low", "high"))
    table["rank_low"], table["rank_high"] = ranks(low, high)
    table["group"] = groups(low, high)
    table.attrs.update(main=chosen.main, method=method, about=chosen.about)
    return table


_AFFORDED = 10_000_000
"""Values of all numbers at all points, in all resamples together: more would take minutes."""


def suited(method: str, points: str) -> Method:
    """Return a method, if it can be used on such points.

    Raises
    ------
    ValueError
        It cannot, or there is no such method.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method '{method}'; there are {', '.join(METHODS)}")
    chosen = METHODS[method]
    if points not in chosen.points:
        takes = ", ".join(name for name, each in METHODS.items() if points in each.points)
        raise ValueError(f"{method} cannot use points of {points}; those serve {takes}")
    return chosen


def _means(runs: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of points where no run has a value
        return np.asarray(np.nanmean(runs, axis=1))


def _dice_error(method: Method, asked: Asked) -> dict[str, Floats]:
    """Standard error of each index that comes of the dice: jackknife over replicates, the same at all points."""
    m = asked.runs.shape[1]
    if m < 2:
        return {}
    without: list[dict[str, Estimate]] = []
    for left_out in range(m):
        kept = np.delete(asked.runs, left_out, axis=1)
        Y = _means(kept)
        if not np.isfinite(Y).all() or np.ptp(Y) == 0:
            continue
        without.append(method.estimate(asked._replace(runs=kept, Y=Y, resamples=0)))
    if len(without) < 2:
        return {}
    errors = {}
    for name in without[0]:
        values = np.array([each[name][0] for each in without])
        errors[name] = np.sqrt((m - 1) / len(values) * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
    return errors


def _salib(module: str) -> Any:
    return extra(f"SALib.analyze.{module}", "SALib")


def _of(found: Mapping[str, Any], **names: str) -> dict[str, Estimate]:
    """SALib's values, and its half-widths as standard errors."""
    estimates: dict[str, Estimate] = {}
    for ours, its in names.items():
        value = np.asarray(found[its], np.float64)
        conf = np.nan_to_num(np.asarray(found.get(f"{its}_conf", np.zeros(len(value))), np.float64))
        estimates[ours] = value, conf / Z
    return estimates


def _sobol(asked: Asked) -> dict[str, Estimate]:
    """SALib's indices, less what the dice add: a difference between two points is partly luck, even on the same dice.

    Of each pair of points the replicates tell how much of the squared difference is luck, and of all how much of the
    variance: both are taken off. Without luck, and with one replicate, these are SALib's numbers.
    """
    k, runs = len(asked.problem["names"]), asked.runs
    found = _salib("sobol").analyze(
        asked.problem, asked.Y, calc_second_order=False, num_resamples=max(asked.resamples, 2), seed=asked.seed
    )
    estimates = _of(found, ST="ST", S1="S1")
    if runs.shape[1] < 2:
        return estimates
    by_base = runs.reshape(-1, k + 2, runs.shape[1])  # A, one for each number changed, B
    first, changed, second = by_base[:, :1], by_base[:, 1:-1], by_base[:, -1]
    luck = (first - changed).var(axis=2, ddof=1).mean(axis=0) / runs.shape[1] / 2
    both = np.concatenate([first[:, 0], second])
    total = float(both.mean(axis=1).var())
    parameters = total - (both - both.mean(axis=0)).var(axis=1, ddof=1).mean() / runs.shape[1]
    if parameters <= 0:
        raise ValueError("what the numbers do cannot be told from luck; take more replicates, or wider ranges")
    less = {"ST": luck, "S1": np.zeros(k)}
    return {
        name: ((value * total - less[name]) / parameters, None if error is None else error * total / parameters)
        for name, (value, error) in estimates.items()
    }


def _morris(asked: Asked) -> dict[str, Estimate]:
    """Elementary effects, per plausible range; of `mu_star` the sign of each is taken from the other replicates.

    The mean size of differences that are nothing but luck is not 0. A difference in one replicate, with the sign that
    it has in all others, is 0 on average if it is luck, and its size if it is not. With one replicate these are
    SALib's numbers.
    """
    effects = elementary_effects(asked.problem, asked.X, asked.runs)
    n, m = len(effects), asked.runs.shape[1]
    mean = effects.mean(axis=2)
    if m < 2:
        sized = np.abs(mean)
    else:
        others = (effects.sum(axis=2, keepdims=True) - effects) / (m - 1)
        sized = (np.sign(others) * effects).mean(axis=2)
    sigma = mean.std(axis=0, ddof=1)
    return {
        "mu_star": (sized.mean(axis=0), sized.std(axis=0, ddof=1) / math.sqrt(n)),
        "mu": (mean.mean(axis=0), sigma / math.sqrt(n)),
        "sigma": (sigma, None),
    }


def elementary_effects(problem: Mapping[str, Any], X: Floats, runs: Floats) -> Floats:
    """What a step along each number changes, per range (Morris 1991), shape (trajectory, number, replicate)."""
    low, high = np.array(problem["bounds"], np.float64).T
    k = len(low)
    steps = np.diff(((X - low) / (high - low)).reshape(-1, k + 1, k), axis=1)
    changes = np.diff(runs.reshape(-1, k + 1, runs.shape[1]), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)
    effects = np.empty_like(changes)
    np.put_along_axis(effects, moved[:, :, None], changes / size, axis=1)
    return effects


def _delta(asked: Asked) -> dict[str, Estimate]:
    """Less its bias, which the bootstrap shows: twice the estimate less the mean of its resamples."""
    value = delta(asked.X, asked.Y)
    drawn = _bootstrapped(delta, asked, at_least=10)  # without some, the bias would stay
    return {"delta": (2 * value - np.mean(drawn, axis=0), np.std(drawn, axis=0, ddof=1))}


def _bootstrapped(index: Callable[[Floats, Floats], Floats], asked: Asked, at_least: int = 0) -> Floats:
    """An index of points drawn anew, shape (resample, number)."""
    rng = np.random.default_rng(asked.seed)
    n = len(asked.Y)
    rows = (rng.integers(n, size=n) for _ in range(max(asked.resamples, at_least)))
    return np.array([index(asked.X[drawn], asked.Y[drawn]) for drawn in rows])


def _rbd_fast(asked: Asked) -> dict[str, Estimate]:
    found = _salib("rbd_fast").analyze(
        asked.problem, asked.X, asked.Y, num_resamples=max(asked.resamples, 2), seed=asked.seed
    )
    return _of(found, S1="S1")


def _pawn(asked: Asked) -> dict[str, Estimate]:
    drawn = _bootstrapped(pawn, asked)
    return {"PAWN": (pawn(asked.X, asked.Y), np.std(drawn, axis=0, ddof=1) if len(drawn) else None)}


def _correlation(asked: Asked) -> dict[str, Estimate]:
    if "ranks" not in asked.kept:
        asked.kept["ranks"] = standard_ranks(asked.X)
    rho, error = rank_correlation_of(asked.kept["ranks"], asked.Y)
    return {"strength": (np.abs(rho), error), "rho": (rho, error)}


def _oat(asked: Asked) -> dict[str, Estimate]:
    """The response at the low and the high end of each number less that at the base, and how far apart they are."""
    base, ends = asked.Y[0], asked.Y[1:].reshape(-1, 2)
    low, high = (ends - base).T
    return {"swing": (np.abs(high - low), None), "at_low": (low, None), "at_high": (high, None)}


def _grid(asked: Asked) -> dict[str, Estimate]:
    """Share of the variance over a full grid that is of each number alone (analysis of variance)."""
    total = float(asked.Y.var())
    found = []
    for column in asked.X.T:
        _, level = np.unique(column, return_inverse=True)
        found.append(float((np.bincount(level, asked.Y) / np.bincount(level)).var()) / total if total else math.nan)
    return {"S1": (np.array(found), None)}


LEVELS = 4
"""Levels of a Morris screen."""

_SPREAD = ("lhs", "pawn", "delta")
"""Designs that spread points evenly, each of them apart from the others."""

METHODS: dict[str, Method] = {
    "sobol": Method(
        "ST", _sobol, ("sobol",), "share of what the numbers vary it by that would remain if all others were known"
    ),
    "morris": Method("mu_star", _morris, ("morris",), "mean size of the change from one end of the range to the other"),
    "pawn": Method("PAWN", _pawn, _SPREAD, "how far knowing the number moves the distribution"),
    "delta": Method("delta", _delta, _SPREAD, "how far knowing the number moves the density"),
    "lhs": Method("strength", _correlation, _SPREAD, "rank correlation, whatever its sign"),
    "rbd_fast": Method("S1", _rbd_fast, _SPREAD, "share of the variance that is of the number alone"),
    "oat": Method("swing", _oat, ("oat",), "change from the low to the high end, all others as they are"),
    "grid": Method("S1", _grid, ("grid",), "share of the variance that is of the number alone"),
}
