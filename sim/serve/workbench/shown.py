"""Single runs, of runs that are at hand: as lines to point at, some to begin with, and all beside a single one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.replays.kind import Others
from sim.report.pack import stepped, whole

from .moves import Some

POINTS = 183
"""Days on which single runs are told, at most."""
RANKS = (0.02, 0.25, 0.5, 0.75, 0.98)
"""Where the runs to begin with stand among all."""


def lines(found: Some, most: int) -> dict[str, Any]:
    """Paths of the first runs that did not fail, so that a click finds the nearest, and runs to begin with."""
    sound = np.flatnonzero(~found.failed)
    run, step = sound[:most], -(-len(found.paths) // POINTS)
    values = stepped(found.paths[::step, run].T, 1)
    return {"run": whole(run), "step": step, "values": values, "told": _ranked(found, sound)}


def _ranked(found: Some, sound: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Runs from the lowest to the highest of all, by the means of their days."""
    if not len(sound):
        return []
    order = sound[np.argsort(found.paths[:, sound].mean(axis=0, dtype=float), kind="stable")]
    return [{"run": int(order[round(rank * (len(order) - 1))]), "rank": rank} for rank in RANKS]


def others(found: Some) -> Others:
    """The runs that are shown, which a story holds its own beside."""
    sound = ~found.failed
    n = int(sound.sum())
    whose = f"the {n:,} runs that are shown" if n == len(sound) else f"the {n:,} runs that are shown and did not fail"
    return Others((found.outcome_day[:, sound] >= 0).T, np.flatnonzero(sound), whose)


def line(found: Some, run: int) -> dict[str, Any]:
    """The path of one run, day by day, and the first days of its outcomes, -1 for never."""
    return {"run": run, "values": stepped(found.paths[:, run]), "outcomes": found.outcome_day[:, run].tolist()} | {
        "deaths": float(found.deaths[run]),
        "failed": bool(found.failed[run]),
    }
