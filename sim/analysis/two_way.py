"""Errors of a figure over points and replicates, where every replicate throws the same dice at all points.

Such a table has rows (points) and columns (replicates) that were both drawn by chance. The spread of rows holds the
luck that each row has for itself; luck that a column brings to all rows alike does not show in it and is added as a
component of variance (Searle, Casella and McCulloch 1992, ch. 4). Adding the spread of columns as it is would count the
luck of single cells twice. Where each run has dice of its own, nothing is shared and the rows are all there is.
"""

from typing import NamedTuple

import numpy as np

from .arrays import Floats


class Average(NamedTuple):
    """A mean over points and replicates with its 95 % interval."""

    value: float
    low: float
    high: float


class TwoErrors(NamedTuple):
    """Standard errors of a figure, each in an array of the figure's shape."""

    points: Floats
    """Of the points, with the luck that each has for itself."""
    dice: Floats
    """Of dice that all points share; nothing where they share none."""


def two_errors(cells: Floats, common: bool, degree: int = 1) -> TwoErrors:
    """Errors of a figure that is the mean of its cells.

    Parameters
    ----------
    cells : shape (row, replicate, ...)
        What each run brings to the figure.
    common : bool
        Whether a replicate is the same dice at all points.
    degree : int
        How often each replicate counts: once in a mean, twice in a mean of products over different replicates.
    """
    n, m = cells.shape[:2]
    rows = cells.mean(axis=1)
    points = rows.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(rows.shape[1:], np.nan)
    if m < 2 or not common:
        return TwoErrors(points, np.zeros(rows.shape[1:]))
    columns = cells.mean(axis=0)
    component = columns.var(axis=0, ddof=1)
    if n > 1:
        # The mean square of what is left when rows and columns are gone, from sums of squares, without a copy of cells.
        total = np.einsum("pr...,pr...->...", cells, cells) - n * m * rows.mean(axis=0) ** 2
        left = total - m * n * rows.var(axis=0) - n * m * columns.var(axis=0)
        component = component - left / ((n - 1) * (m - 1)) / n
    return TwoErrors(points, degree * np.sqrt(np.maximum(component, 0.0) / m))


def products(a: Floats, b: Floats) -> Floats:
    """Mean product of two figures of different replicates, by replicate, shape (row, replicate, ...).

    Luck of one replicate is not that of another, so the mean over replicates is free of what luck adds to a product of
    means. With one replicate it is the plain product.

    Parameters
    ----------
    a, b : shape (row, replicate, ...)
    """
    m = a.shape[1]
    if m < 2:
        return a * b
    others = ((each.sum(axis=1, keepdims=True) - each) / (m - 1) for each in (b, a))
    return np.asarray((a * next(others) + b * next(others)) / 2)


def crossed(of_mean: Floats, of_each: Floats, replicates: int) -> Floats:
    """What a sum of squares would be if it were taken of products over different replicates only.

    Parameters
    ----------
    of_mean : of the mean over replicates
    of_each : mean of what it is of each replicate for itself
    """
    if replicates < 2:
        return of_mean
    return (replicates * of_mean - of_each) / (replicates - 1)


def half_width(points: Floats, dice: Floats, rows: int, replicates: int) -> Floats:
    """To each side of a 95 % interval: by Student's t, with the freedom of rows and replicates (Satterthwaite 1946)."""
    from scipy.special import stdtrit  # takes a while to import

    parts = np.nan_to_num(points) ** 2, np.nan_to_num(dice) ** 2
    total = parts[0] + parts[1]
    spent = parts[0] ** 2 / max(rows - 1, 1) + parts[1] ** 2 / max(replicates - 1, 1)
    freedom = np.divide(total**2, spent, out=np.full_like(total, np.inf), where=spent > 0)
    return np.asarray(stdtrit(np.minimum(freedom, 1e6), 0.975) * np.sqrt(total))


def jackknifed_dice(without: Floats, cells: Floats, dice: Floats, degree: int = 1) -> Floats:
    """The error of shared dice of a figure that bends: from the figure without each replicate in turn.

    Parameters
    ----------
    without : shape (replicate, ...)
        The figure without each replicate.
    cells, dice, degree : of the figure made straight, as `two_errors` takes and gives them
        They tell how much of the spread is luck of single points, which the error of the points holds already.
    """
    m = len(without)
    spread = (m - 1) / m * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    straight = degree**2 * cells.mean(axis=0).var(axis=0, ddof=1) / m
    return np.asarray(np.sqrt(np.maximum(spread - (straight - dice**2), 0.0)))


def average(runs: Floats, common: bool, together: int = 1) -> Average:
    """The mean of all runs.

    Parameters
    ----------
    runs : shape (point, replicate)
    common : bool
        Whether a replicate is the same dice at all points.
    together : int
        How many successive points were drawn as one; 0 where points were not drawn, but chosen.
    """
    runs = runs[np.isfinite(runs).all(axis=1)]
    n, m = runs.shape
    if not n:
        return Average(np.nan, np.nan, np.nan)
    value = float(runs.mean())
    if together:
        rows = n // together
        errors = two_errors(runs[: rows * together].reshape(rows, together, m).mean(axis=1), common)
    else:
        rows, of_dice = n * m, runs.mean(axis=0).std(ddof=1) / np.sqrt(m) if m > 1 else np.nan
        apart = np.sqrt(runs.var(axis=1, ddof=1).mean() / (n * m)) if m > 1 else np.nan
        errors = TwoErrors(np.asarray(0.0 if common else apart), np.asarray(of_dice if common else 0.0))
    if m < 2 and common:
        return Average(value, np.nan, np.nan)  # one replicate tells nothing of its own luck
    half = float(half_width(np.asarray(errors.points), np.asarray(errors.dice), rows, m))
    low, high = value - half, value + half
    if np.isin(runs, (0.0, 1.0)).all():
        low, high = max(low, 0.0), min(high, 1.0)
    return Average(value, low, high)
