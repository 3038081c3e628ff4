"""Many paths at once: how wide they spread, and which few stand for all."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

STRETCHES = 52
"""Equal stretches that a path is averaged over before paths are compared: weeks, for a year."""
CANDIDATES = 1000
"""Paths among which medoids are sought. Runs are exchangeable, so the first thousand are a fair sample."""


class Medoids(NamedTuple):
    """A few paths that stand for all."""

    position: NDArray[np.intp]
    """Rows of the paths chosen, the one with the most followers first."""
    share: NDArray[np.float64]
    """Share of all paths that are nearest to each."""


def quantiles(paths: NDArray[Any], levels: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles of the values on each day.

    Parameters
    ----------
    paths : array (run, day)
    levels : sequence of float
        Such as 0.5 for the median.

    Returns
    -------
    array (level, day)
    """
    # Sorted by day in one block of memory, quantiles of many runs cost a third.
    by_day = np.sort(np.ascontiguousarray(paths.T, dtype=np.float64), axis=1)
    return np.quantile(by_day, levels, axis=1)


def edges(bands: Sequence[float]) -> list[float]:
    """Levels of the quantiles that bound central bands, two for each: the lower edge, then the upper.

    Parameters
    ----------
    bands : sequence of float
        Share of the paths within each band, such as 0.5.
    """
    if not all(0 < band < 1 for band in bands):
        raise ValueError(f"a band holds a share between 0 and 1 of the runs, found {', '.join(map(str, bands))}")
    return [(1 + side * band) / 2 for band in bands for side in (-1, 1)]


def medoids(paths: NDArray[Any], k: int) -> Medoids:
    """Choose `k` real paths that stand for all (k-medoids; Kaufman and Rousseeuw 1990).

    The quantiles of many paths are no path: each run is calm on most days and climbs on days of its own. So this
    chooses runs. Two runs are near if they saw much the same, and at much the same time: the squared distance is the
    one between weekly means in order of size, counted twice, plus the one between weekly means in order of time. By
    time alone a run that climbs in May would be nearer to one that never climbs than to one that climbs in June; with
    size counted twice it is the other way round.

    The paths chosen minimise the sum of distances from each path to the nearest of them: greedily first, then by
    exchange for as long as one helps. Nothing is drawn by chance, and ties go to the lower row.

    Parameters
    ----------
    paths : array (run, day)
    k : int
        How many; fewer are returned if there are not as many different paths.

    Raises
    ------
    ValueError
        A path has a value that is not finite.
    """
    points = _features(paths)
    if not np.isfinite(points).all():
        raise ValueError("a path has values that are not finite; leave out failed runs")
    among = points[:CANDIDATES]
    if k < 1 or not len(among):
        return Medoids(np.empty(0, np.intp), np.empty(0))
    between = np.empty((len(among), len(among)))
    for at, point in enumerate(among):  # from one to another it is as far as back
        between[at, at:] = between[at:, at] = _distance(among[at:], point)
    chosen = _exchange(between, _greedy(between, k))
    nearest = np.argmin([_distance(points, among[at]) for at in chosen], axis=0)
    followers = np.bincount(nearest, minlength=len(chosen))
    position = np.array(chosen, np.intp)
    order = np.lexsort((position, -followers))
    return Medoids(position[order], followers[order] / len(points))


def _features(paths: NDArray[Any]) -> NDArray[np.float64]:
    """Each path as means over stretches, in order of time and then, with twice the weight, in order of size."""
    days = paths.shape[1]
    edges = np.linspace(0, days, min(days, STRETCHES) + 1).astype(int)
    means = np.add.reduceat(paths, edges[:-1], axis=1, dtype=np.float64) / np.diff(edges)
    return np.concatenate([means, np.sqrt(2) * np.sort(means, axis=1)], axis=1)


def _distance(points: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    gap = points - point
    distance: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    return distance


def _greedy(between: NDArray[np.float64], k: int) -> list[int]:
    """Add, one after another, the path that brings the others nearest to some chosen path."""
    chosen: list[int] = []
    nearest = np.full(len(between), np.inf)
    while len(chosen) < k and nearest.any():
        chosen.append(int(np.argmin(np.minimum(nearest, between).sum(axis=1))))
        nearest = np.minimum(nearest, between[chosen[-1]])
    return chosen


def _exchange(between: NDArray[np.float64], chosen: list[int]) -> list[int]:
    """Exchange a chosen path for another as long as that brings the others nearer."""
    cost = float(between[chosen].min(axis=0).sum())
    while True:
        better = [_best_instead(between, chosen, at) for at in range(len(chosen))]
        at = int(np.argmin([total for total, _ in better]))
        # A hair's breadth guards against exchanging for ever between paths that differ by rounding.
        if not better[at][0] < cost * (1 - 1e-12):
            return chosen
        cost, chosen[at] = better[at]


def _best_instead(between: NDArray[np.float64], chosen: list[int], at: int) -> tuple[float, int]:
    """Return the least cost with another path in the place of chosen path `at`, and that path."""
    others = chosen[:at] + chosen[at + 1 :]
    nearest = between[others].min(axis=0) if others else np.full(len(between), np.inf)
    costs = np.minimum(nearest, between).sum(axis=1)
    best = int(np.argmin(costs))
    return float(costs[best]), best
