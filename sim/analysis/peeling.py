"""The trade-off of scenario discovery: how PRIM gives up coverage for density as it peels a box."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .discovery import AMONG, MASS, foremost, of_interest, prim, quiet


def peeling(
    points: pd.DataFrame,
    values: NDArray[np.float64],
    measure: str,
    *,
    above: float | None = None,
    below: float | None = None,
    mass: float = MASS,
    among: int = AMONG,
) -> tuple[pd.DataFrame, str]:
    """Peel one box, from all points down to the smallest.

    Parameters, errors : see `sim.analysis.discovery.boxes`

    Returns
    -------
    DataFrame, one row for each step: coverage, density, mass, limited (how many numbers are held by then)
    What makes a point one of interest.
    """
    wanted, says = of_interest(values, measure, above, below)
    with quiet():
        steps = prim(foremost(points, values, among), wanted, mass).find_box().peeling_trajectory
    names = {"coverage": "coverage", "density": "density", "mass": "mass", "res_dim": "limited"}
    return steps[list(names)].rename(columns=names).reset_index(drop=True), says
