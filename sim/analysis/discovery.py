"""Scenario discovery: under which values of the numbers something happens, as boxes (EMA Workbench's PRIM and CART)."""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .arrays import Floats
from .estimates import Estimate, share
from .extras import extra
from .rank_correlation import rank_correlation
from .units import Units

MASS = 0.05
"""A box holds so many of the points at least."""
DENSITY = 0.8
"""The density that PRIM peels for, unless told otherwise."""
AMONG, LIMITS = 20, 4
"""Numbers that boxes are looked for in, and numbers that a box limits at most, unless told otherwise."""
_CHANCY = 0.05
"""Limits with a larger quasi p-value are dropped."""


@dataclass(frozen=True)
class Box:
    """A box of points: limits of some numbers."""

    limits: Mapping[str, tuple[float, float]]
    """By path, the range to which the box holds a number; numbers that it leaves free are not in it."""
    coverage: float
    """Share of the points of interest that lie in it."""
    density: float
    """Share of the points in it that are of interest."""
    mass: float
    """Share of all points that lie in it."""
    of_interest: float
    """Share of all points that are of interest."""
    says: str
    """What makes a point one of interest."""
    chances: Mapping[str, float]
    """By path, how likely limits that catch as many would be if the number did not matter (quasi p-value)."""
    unseen: "Unseen | None" = None
    """What the box is on points that it was not made of; all else is on those that made it."""

    @property
    def holds(self) -> bool:
        """Whether it is denser, beyond doubt, than all points, by points that it was not made of."""
        return self.unseen is None or self.unseen.density.low > self.unseen.of_interest

    def text(self) -> str:
        """The box as a sentence."""
        if not self.limits:
            of_all = f"{self.of_interest:.0%} of the points"
            return f"No number shows where {self.says}: it does so at {of_all}, wherever they lie."
        where = " and ".join(f"{path} {_range(low, high)}" for path, (low, high) in self.limits.items())
        seen = f"{self.density:.0%}", f"{self.coverage:.0%}"
        if self.unseen is None:
            return self._found(where, *seen, self.of_interest)
        of_interest, judged_by = self.unseen.of_interest, f"{self.unseen.points:,} points that the box was not made of"
        density, coverage = (_with_ends(each) for each in (self.unseen.density, self.unseen.coverage))
        if self.holds:
            return (
                f"{self._found(where, density, coverage, of_interest)} Both are judged by {judged_by}; on the points "
                f"it was made of, they are {seen[0]} and {seen[1]}."
            )
        return (
            f"It may be chance alone that {self.says} more often where {where}: this is so at {density} of the "
            f"points there (density), against {of_interest:.0%} of all points, and {coverage} of all points at which "
            f"it is so lie there (coverage). Both are judged by {judged_by}; on the points it was made of, they were "
            f"{seen[0]} and {seen[1]}. More points, more replicates, separate dice for each point, or fewer numbers "
            "may show more."
        )

    def _found(self, where: str, density: str, coverage: str, of_interest: float) -> str:
        return (
            f"Where {where}, {self.says} at {density} of the points (density), against {of_interest:.0%} of all. Of "
            f"the points at which it is so, {coverage} lie there (coverage)."
        )


class HeldOut(NamedTuple):
    """Points that boxes are judged by, and not made of."""

    points: pd.DataFrame
    values: Floats
    part: NDArray[np.int64]
    """Which of them were drawn as one, so that an error counts them so."""


class Unseen(NamedTuple):
    """What a box is on points that it was not made of, with 95 % intervals."""

    density: Estimate
    coverage: Estimate
    of_interest: float
    points: int


def _with_ends(found: Estimate) -> str:
    return "none" if not found.n else f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


Split = Box


def _range(low: float, high: float) -> str:
    if low == -np.inf:
        return f"is at most {high:.4g}"
    return f"is at least {low:.4g}" if high == np.inf else f"is between {low:.4g} and {high:.4g}"


def boxes(
    points: pd.DataFrame,
    values: Floats,
    measure: str,
    held_out: HeldOut | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
    density: float = DENSITY,
    mass: float = MASS,
    among: int = AMONG,
    limits: int = LIMITS,
) -> list[Box]:
    """Find boxes with many points of interest, one after the other (PRIM, Friedman and Fisher 1999).

    Of each box's peeling trajectory the step taken is the first that reaches `density`. If none does, or all points
    have it, it is the one at which coverage exceeds most what as many points taken anywhere would cover. Limits that
    may be chance are then dropped one by one, and the weakest until few are left: a box is to be told in a sentence.

    Parameters
    ----------
    points : DataFrame, one column for each number
    values : shape (point,)
    measure : str
        What the values are, for sentences.
    held_out : HeldOut, optional
        Other points, by which boxes are judged: on those that made it every box looks better than it is.
    above, below : float
        A point is of interest if its value lies above, or below, this line; one of them. Left out, above the mean of
        the values.
    density, mass : float
        What is peeled for, and the smallest share of points that a box may hold.
    among : int
        Of more numbers than that, only so many are looked at: those whose ranks go most with the values'. Among a
        thousand numbers some box is always found, and seldom twice.
    limits : int
        Numbers that a box may limit.

    Raises
    ------
    ValueError
        Every point is of interest, or none.
    MissingExtraError
        EMA Workbench is not installed.
    """
    if above is None and below is None:
        above = float(np.nanmean(values))  # one line for all points
    wanted, says = of_interest(values, measure, above, below)
    points = foremost(points, values, among)
    found: list[Box] = []
    with quiet():
        search = prim(points, wanted, mass)
        for _ in range(_MOST):
            peeled = search.find_box()
            if peeled is None:
                break
            step = _step(peeled.peeling_trajectory, density)
            peeled.select(step)
            box = _pruned(_limits(points, peeled.box_lims[step]), points, wanted, says, limits)
            if not box.limits or box.density <= box.of_interest:
                break
            if all(box.limits.keys() != other.limits.keys() for other in found):
                found.append(box)
    return [_judged(box, held_out, above, below) for box in found] or [_everywhere(wanted, says)]


def _judged(box: Box, held_out: HeldOut | None, above: float | None, below: float | None) -> Box:
    """A box with what it is on points that it was not made of."""
    if held_out is None or not box.limits:
        return box
    points, values, part = held_out
    wanted = values < below if below is not None else values > (above if above is not None else np.nan)
    inside = np.ones(len(points), bool)
    for path, ends in box.limits.items():
        inside &= points[path].between(*ends).to_numpy()
    units, point = Units.labelled(part), np.arange(len(points))
    density, coverage = share(wanted[inside], point[inside], units), share(inside[wanted], point[wanted], units)
    return replace(box, unseen=Unseen(density, coverage, float(wanted.mean()), len(points)))


_MOST = 3
"""Boxes that are looked for."""


def _pruned(
    limits: Mapping[str, tuple[float, float]], points: pd.DataFrame, wanted: NDArray[np.bool_], says: str, most: int
) -> Box:
    """A box with the limits that tell something."""
    box = _box(limits, points, wanted, says)
    while box.limits:
        weakest = max(box.chances, key=lambda path: box.chances[path])
        if box.chances[weakest] <= _CHANCY and len(box.limits) <= most:
            break
        kept = {path: ends for path, ends in box.limits.items() if path != weakest}
        box = _box(kept, points, wanted, says)
    return box


def foremost(points: pd.DataFrame, values: Floats, among: int) -> pd.DataFrame:
    """The numbers whose ranks go most with those of the values."""
    if points.shape[1] <= among:
        return points
    rho, _ = rank_correlation(points.to_numpy(np.float64), values)
    return points.iloc[:, np.sort(np.argsort(-np.abs(rho), kind="stable")[:among])]


def prim(points: pd.DataFrame, wanted: NDArray[np.bool_], mass: float) -> Any:
    """Return EMA Workbench's search for boxes that hold at least so many of the points."""
    search = ema("analysis.prim").Prim
    # Version 2 wants to judge boxes itself, which version 3 leaves to others.
    threshold = {"threshold": 1e-9} if "threshold" in signature(search).parameters else {}
    return search(points.copy(), wanted, mass_min=mass, **threshold)


def _step(peeling: pd.DataFrame, density: float) -> int:
    """How far to peel."""
    enough = peeling["density"].to_numpy() >= density
    if enough.any() and not enough[0]:
        return int(enough.argmax())
    return int((peeling["coverage"] - peeling["mass"]).to_numpy().argmax())


def _limits(points: pd.DataFrame, ends: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The limits that leave out some points; an end beyond which there are none is open."""
    limits = {}
    for path in points.columns:
        low, high = map(float, ends[path])
        opened = low if low > points[path].min() else -np.inf, high if high < points[path].max() else np.inf
        if opened != (-np.inf, np.inf):
            limits[str(path)] = opened
    return limits


def _box(limits: Mapping[str, tuple[float, float]], points: pd.DataFrame, wanted: NDArray[np.bool_], says: str) -> Box:
    within = {path: points[path].between(*ends).to_numpy() for path, ends in limits.items()}
    inside = np.logical_and.reduce(list(within.values()), axis=0) if within else np.ones(len(points), bool)
    caught, held = int((wanted & inside).sum()), int(inside.sum())
    chances = {path: _chance(path, within, wanted, caught, held) for path in limits}
    coverage, density = caught / int(wanted.sum()), caught / max(held, 1)
    return Box(limits, coverage, density, float(inside.mean()), float(wanted.mean()), says, chances)


def _chance(
    path: str, within: Mapping[str, NDArray[np.bool_]], wanted: NDArray[np.bool_], caught: int, held: int
) -> float:
    """How likely so many of interest would be among the points held, by the density that is there without a limit."""
    others = [inside for other, inside in within.items() if other != path]
    without = np.logical_and.reduce(others, axis=0) if others else np.ones(len(wanted), bool)
    density = float(wanted[without].mean())
    from scipy.stats import binom  # takes a while to import

    return float(binom.sf(caught - 1, held, density))


def _everywhere(wanted: NDArray[np.bool_], says: str) -> Box:
    return Box({}, 1.0, float(wanted.mean()), 1.0, float(wanted.mean()), says, {})


def splits(
    points: pd.DataFrame,
    values: Floats,
    measure: str,
    held_out: HeldOut | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
    mass: float = MASS,
    among: int = AMONG,
) -> list[Split]:
    """Divide all points into boxes by a tree (CART, Breiman et al. 1984), the densest first.

    Parameters, errors : see `boxes`
    """
    if above is None and below is None:
        above = float(np.nanmean(values))
    wanted, says = of_interest(values, measure, above, below)
    cart, points = ema("analysis.cart"), foremost(points, values, among)
    with quiet():
        tree = cart.CART(points.copy(), wanted, mass_min=mass, mode=cart.sdutil.RuleInductionType.CLASSIFICATION)
        tree.build_tree()
        leaves = tree.boxes
    found = [_judged(_box(_limits(points, leaf), points, wanted, says), held_out, above, below) for leaf in leaves]
    return sorted(found, key=lambda box: -box.density)


def of_interest(
    values: Floats, measure: str, above: float | None, below: float | None
) -> tuple[NDArray[np.bool_], str]:
    """Which points are of interest, and what makes them so; see `boxes`."""
    if above is not None and below is not None:
        raise ValueError("give 'above' or 'below', not both")
    line = below if below is not None else float(np.nanmean(values)) if above is None else above
    wanted = values < line if below is not None else values > line
    says = f"{measure} lies {'below' if below is not None else 'above'} {line:.4g}"
    if wanted.all() or not wanted.any():
        low, high = np.nanmin(values), np.nanmax(values)
        which = "at every point" if wanted.all() else "at no point"
        raise ValueError(f"{says} {which}; its values go from {low:.4g} to {high:.4g}: draw the line between them")
    return wanted, says


def ema(module: str) -> Any:
    """Import a part of EMA Workbench."""
    import matplotlib

    with matplotlib.rc_context():  # it changes the style of everybody's figures when it is imported
        return extra(f"ema_workbench.{module}", "EMA Workbench")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the workbench's notes, and what it asks of pandas, from the user's screen."""
    logger = logging.getLogger("EMA")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
