"""Figures of an ensemble: one idea, one Axes, returned.

Each takes an ensemble and an Axes (left out, the current one of pyplot), and says on the figure what it shows, of how
many runs, and what its bands mean. `sim.plots.figures` writes the standard set to files.
"""

from . import figures
from .history import strip
from .paths import fan
from .shares import first_passage, outcomes, rungs
from .spiral import spiral

__all__ = ["fan", "figures", "first_passage", "outcomes", "rungs", "spiral", "strip"]
