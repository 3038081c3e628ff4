"""Figures of an ensemble: one idea, one Axes, returned.

Each takes an ensemble (or a comparison, choices, a sweep and a measure of its runs, or what a record says of a model)
and an Axes (left out, those of a new figure), and says on the figure what it shows, of how many runs, and what its
bands mean. `sim.plots.figures` writes the standard set to files. What is drawn under `sim.plots.style("projector")` is
for the back row of a classroom, under `"paper"` for print.
"""

from . import backend as backend  # before all that imports Matplotlib
from . import figures
from .alluvial import alluvial
from .branches import branches
from .choices import choices
from .counts import counts
from .difference import difference
from .discovery import heat, parallel, tradeoff
from .flips import flips
from .history import strip
from .influence import influence, morris, tornado
from .paths import fan
from .posterior import posterior
from .raster import raster
from .reliability import reliability
from .residuals import residuals
from .settings import style
from .shares import first_passage, outcomes, rungs
from .spiral import spiral
from .surprise import surprise
from .transitions import transitions
from .uncertainty import errors, uncertainty

__all__ = [
    "alluvial",
    "branches",
    "choices",
    "counts",
    "difference",
    "errors",
    "fan",
    "figures",
    "first_passage",
    "flips",
    "heat",
    "influence",
    "morris",
    "outcomes",
    "parallel",
    "posterior",
    "raster",
    "reliability",
    "residuals",
    "rungs",
    "spiral",
    "strip",
    "style",
    "surprise",
    "tornado",
    "tradeoff",
    "transitions",
    "uncertainty",
]
