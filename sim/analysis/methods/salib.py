"""What the methods that SALib computes have in common."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.estimates import Z
from sim.analysis.extras import extra

from .base import IndexEstimate


def sampler(module: str) -> Any:
    """A module of `SALib.sample`."""
    return extra(f"SALib.sample.{module}", "SALib")


def analyser(module: str) -> Any:
    """A module of `SALib.analyze`."""
    return extra(f"SALib.analyze.{module}", "SALib")


def as_estimates(found: Mapping[str, Any], *names: str) -> dict[str, IndexEstimate]:
    """SALib's values, and its half-widths as standard errors."""
    estimates: dict[str, IndexEstimate] = {}
    for name in names:
        value = np.asarray(found[name], np.float64)
        half = np.nan_to_num(np.asarray(found.get(f"{name}_conf", np.zeros(len(value))), np.float64))
        estimates[name] = IndexEstimate(value, half / Z)
    return estimates
