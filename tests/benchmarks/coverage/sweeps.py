"""Coverage of the intervals of sweeps, on a toy whose truth is an integral.

One actor may act on one day, with probability P = L / (1 + L), L = rate exp(3 v - 2 w + 0 z): a run is 1 if its draw
lies below P. On common dice replicate r has one draw at all points, so that luck and point go together.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.rank_correlation import rank_correlation
from sim.experiments.sweep.design import make
from sim.results.design import Dice, Varied
from sim.results.sweep import Response
from sim.theatre.language.measures import MeasureError

from .rows import Row

VARIED = (Varied("rate", 0.06, 0.5, 0.2), *(Varied(name, 0.0, 1.0, 0.5) for name in "vwz"))
POINTS = {"grid": 81, "rbd_fast": 1024}
"""Points of methods that have no usual size for four numbers."""


def chance(X: Floats) -> Floats:
    """P at each point."""
    L = X[:, 0] * np.exp(3 * X[:, 1] - 2 * X[:, 2])
    return np.asarray(L / (1 + L))


def coin(dice: Dice, replicates: int, seed: int) -> Callable[[Floats, Floats], dict[str, Floats]]:
    """Runs of the toy."""

    def function(X: Floats, run: Floats) -> dict[str, Floats]:
        rng = np.random.default_rng(seed)
        drawn = rng.random(replicates)[run] if dice == "common" else rng.random(len(X))
        return {"y": (drawn < chance(X)).astype(np.float64)}

    return function


def swept(method: str, dice: Dice, seed: int, replicates: int | None = None, samples: int | None = None) -> Response:
    """A sweep of the toy, by default of the method's own size."""
    design = make(VARIED, method, samples or POINTS.get(method), replicates, seed, dice)
    return Response.of(design, coin(dice, design.replicates, seed + 10**6))


@cache
def truths(method: str) -> dict[str, Floats]:
    """What the indices are without luck, at very many points."""
    low, high = np.array([[each.low, each.high] for each in VARIED]).T
    if method in ("sobol", "rbd_fast"):
        return _shares((np.arange(64) + 0.5) / 64)
    if method == "grid":
        return {"S1": _shares(np.linspace(0, 1, 3))["S1"]}
    if method == "lhs":
        X = low + (high - low) * np.random.default_rng(1).random((400_000, 4))
        rho = rank_correlation(X, chance(X))[0]
        rho[3] = 0.0
        return {"strength": np.abs(rho), "rho": rho}
    many = make(VARIED, method, 20_000 * 5 if method == "morris" else None, 1, 1)
    found = Response.of(many, lambda X, run: {"y": chance(X)}).indices("y").set_index("parameter")
    names = ("mu_star", "mu", "sigma") if method == "morris" else ("swing", "at_low", "at_high")
    return {name: found.loc[[each.path for each in VARIED], name].to_numpy() for name in names}


def _shares(places: Floats) -> dict[str, Floats]:
    """S1 and ST of a grid of places in the unit cube."""
    rate, v, w = np.meshgrid(0.06 + 0.44 * places, places, places, indexing="ij")
    P = chance(np.stack([rate.ravel(), v.ravel(), w.ravel()], axis=1)).reshape(rate.shape)
    first = [P.mean(axis=tuple({0, 1, 2} - {at})).var() / P.var() for at in range(3)]
    total = [P.var(axis=at).mean() / P.var() for at in range(3)]
    return {"S1": np.array([*first, 0.0]), "ST": np.array([*total, 0.0])}


def measured(
    method: str, dice: Dice, repetitions: int, replicates: int | None = None, points: str | None = None
) -> Iterator[Row]:
    """Rows of each index of each number; a sweep that is refused counts in no mean, and is told beside the toy."""
    truth = truths(method)
    found: dict[str, list[Floats]] = {name: [] for name in truth}
    refused = 0
    for seed in range(repetitions):
        made = swept(points or method, dice, seed, replicates)
        try:
            table = made.indices("y", method).set_index("parameter").loc[[each.path for each in VARIED]]
        except MeasureError:
            refused += 1
            continue
        for name in truth:
            found[name].append(table[[name, f"{name}_low", f"{name}_high"]].to_numpy())
    toy = f"{method}, {dice} dice" + (f", {replicates} replicates" if replicates else "")
    toy += f", {refused} refused" if refused else ""
    for name, tables in found.items():
        value, low, high = np.moveaxis(np.array(tables), -1, 0)
        for at, each in enumerate(VARIED):
            right = truth[name][at]
            covered = (low[:, at] - 1e-9 <= right) & (right <= high[:, at] + 1e-9)
            mean = float(value[:, at].mean())
            yield Row(f"{name} of {each.path}", toy, float(right), mean, float(covered.mean()), len(value))


def rows(repetitions: int) -> list[Row]:
    """Coverage of everything that a sweep prints."""
    made: list[Row] = []
    every: tuple[tuple[Dice, ...], ...] = (("common", "own"),)
    for method, dice in product(("sobol", "morris", "lhs", "oat", "grid"), *every):
        made += measured(method, dice, repetitions)
    return [*made, *averages(repetitions), *variances(repetitions)]


def averages(repetitions: int) -> Iterator[Row]:
    """Coverage of averages over points."""
    low, high = np.array([[each.low, each.high] for each in VARIED]).T
    truth = float(chance(low + (high - low) * np.random.default_rng(1).random((400_000, 4))).mean())
    dice: Dice
    for dice in ("common", "own"):
        found = np.array([swept("lhs", dice, seed).average("y") for seed in range(repetitions)])
        covered = float(((found[:, 1] <= truth) & (truth <= found[:, 2])).mean())
        yield Row("average", f"lhs, {dice} dice", truth, float(found[:, 0].mean()), covered, repetitions)


def variances(repetitions: int) -> Iterator[Row]:
    """Coverage of the parts of the variance, by the law of total variance; on common dice it falls into three."""
    low, high = np.array([[each.low, each.high] for each in VARIED]).T
    P = np.sort(chance(low + (high - low) * np.random.default_rng(2).random((400_000, 4))))
    draw = (np.arange(20_000) + 0.5) / 20_000
    of_dice = float((1 - np.searchsorted(P, draw) / len(P)).var())
    whole = float(P.mean() * (1 - P.mean()))
    parts = {"parameters": P.var(), "dice": of_dice, "interaction": whole - P.var() - of_dice}
    found = [swept("lhs", "common", seed).variance("y") for seed in range(repetitions)]
    for name, truth in parts.items():
        each = np.array([getattr(one, name)[:3] for one in found])
        covered = float(((each[:, 1] <= truth / whole) & (truth / whole <= each[:, 2])).mean())
        yield Row(
            f"variance by {name}", "lhs, common dice", truth / whole, float(each[:, 0].mean()), covered, repetitions
        )
