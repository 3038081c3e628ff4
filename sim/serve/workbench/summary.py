"""What the page is told of the runs: quantiles, rungs, outcomes and deaths, alone and beside the same runs unmoved."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import wilson
from sim.analysis.paired import differ, flips, mean_difference, paired_difference
from sim.analysis.paths import quantiles
from sim.report.pack import stepped, whole

from .moves import REACHED, Some

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles that the page has of the variable that it shows, on each day; those of the report."""
OF_DEATHS = (0.1, 0.5, 0.9)
LEAST_DEAD = (1, 10, 100, 1000, 10_000, 100_000)


def summary(found: Some, outcomes: Sequence[str]) -> dict[str, Any]:
    """What some runs gave."""
    sound = ~found.failed
    days = found.outcome_day[:, sound]
    return {
        "runs": int(sound.size),
        "failed": int((~sound).sum()),
        "quantiles": stepped(quantiles(found.paths.T[sound], LEVELS) if sound.any() else found.paths[:0]),
        "standing": whole(found.standing),
        "reached": {"rungs": list(REACHED), "runs": whole(found.reached)},
        "outcomes": [_outcome(name, each) for name, each in zip(outcomes, days, strict=True)],
        "deaths": _deaths(found.deaths[sound]),
    }


def _outcome(name: str, days: NDArray[np.int32]) -> dict[str, Any]:
    came = days[days >= 0]
    low, high = (float(end) for end in wilson(len(came), len(days)))
    share = len(came) / len(days) if len(days) else None
    median = int(np.median(came)) if len(came) else None
    return {"id": name, "runs": len(came), "share": share, "low": low, "high": high, "median": median}


def _deaths(dead: NDArray[np.float64]) -> dict[str, Any] | None:
    if not len(dead):
        return None
    mean = float(dead.mean())
    half = 1.96 * float(dead.std(ddof=1)) / len(dead) ** 0.5 if len(dead) > 1 else 0.0
    return {
        "mean": mean,
        "low": max(mean - half, 0.0),
        "high": mean + half,
        "at_least": [int((dead >= least).sum()) for least in LEAST_DEAD],
        "quantiles": np.quantile(dead, OF_DEATHS).tolist(),
    }


def apart(still: Some, moved: Some, outcomes: Sequence[str]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """How far the moved runs are from the same ones unmoved, pair by pair; of outcomes, and of the mean of deaths."""
    n = len(moved.failed)
    sound = ~(still.failed[:n] | moved.failed)
    if not sound.any():
        return [], None
    rows = []
    for at, name in enumerate(outcomes):
        one, other = still.outcome_day[at, :n][sound] >= 0, moved.outcome_day[at][sound] >= 0
        found, turned = paired_difference(one, other), flips(one, other)
        rows.append(
            {"id": name, "difference": found.difference, "low": found.low, "high": found.high}
            | {"to": turned.second_only, "fro": turned.first_only, "sure": differ(one, other, looks=len(outcomes))}
        )
    mean, low, high, _ = mean_difference(still.deaths[:n][sound, None], moved.deaths[sound, None])
    return rows, {"difference": float(mean[0]), "low": float(low[0]), "high": float(high[0])}
