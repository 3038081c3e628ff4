"""The trade-off of scenario discovery: how PRIM gives up coverage for density as it peels a box."""

from inspect import signature

import pandas as pd

from .discovery import MASS, Floats, _foremost, _of_interest, _quiet, ema


def peeling(
    points: pd.DataFrame,
    values: Floats,
    measure: str,
    *,
    above: float | None = None,
    below: float | None = None,
    mass: float = MASS,
    among: int = 30,
) -> tuple[pd.DataFrame, str]:
    """Peel one box, from all points down to the smallest.

    Parameters, errors : see `sim.analysis.discovery.boxes`

    Returns
    -------
    DataFrame, one row for each step: coverage, density, mass, limited (how many numbers are held by then)
    What makes a point one of interest.
    """
    wanted, says = _of_interest(values, measure, above, below)
    search = ema("analysis.prim").Prim
    # Version 2 gives a box back unpeeled that does not get as dense as this; version 3 leaves that to others.
    threshold = {"threshold": 1e-9} if "threshold" in signature(search).parameters else {}
    with _quiet():
        found = search(_foremost(points, values, among).copy(), wanted, mass_min=mass, **threshold).find_box()
        steps = found.peeling_trajectory
    names = {"coverage": "coverage", "density": "density", "mass": "mass", "res_dim": "limited"}
    return steps[list(names)].rename(columns=names).reset_index(drop=True), says
