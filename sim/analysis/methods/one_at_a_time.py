"""One number at a time, to either end of its range: what a tornado shows."""

import numpy as np

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, Space, SweepMethod, register


@register
class OneAtATime(SweepMethod):
    """The response at the low and the high end of each number less that at the base, and how far apart they are.

    Ends are told apart on paired runs, whose differences give the intervals. What is counted, such as an outcome, may
    have changed in no run by luck, so half a run of either kind is added to its changes (Bonett and Price 2012).
    """

    name = layout = "oat"
    main = "swing"
    about = "change from the low to the high end, with all other numbers as written"
    by_chance = 0.05  # of either sign
    least = usual = 1
    replicates = 64
    step = "base and both ends of each"
    within = False  # the base is the scenario's own

    def points(self, steps: int, k: int) -> int:
        """The base and two of each number, however many are asked for."""
        return 2 * k + 1

    def together(self, k: int) -> int:
        """No point was drawn by chance."""
        return 0

    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """The base, then each number at its low and at its high end."""
        points = np.tile(space.base, (2 * len(space.names) + 1, 1))
        for at, ends in enumerate(zip(space.low, space.high, strict=True)):
            points[1 + 2 * at : 3 + 2 * at, at] = ends
        return points

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Swing, and what each end changes."""
        base, low, high = given.runs[0], given.runs[1::2], given.runs[2::2]
        counted = bool(np.isin(given.runs, (0.0, 1.0)).all())
        changes = {"swing": high - low, "at_low": low - base, "at_high": high - base}
        found = {}
        for name, change in changes.items():
            value, before = change.mean(axis=1), low if name == "swing" else base
            error = _error(before, change, given.common, counted)
            found[name] = IndexEstimate(np.abs(value) if name == "swing" else value, None, error)
        return found


def _error(before: Floats, change: Floats, common: bool, counted: bool) -> Floats:
    """Standard error of mean changes, shape (number,), of runs in pairs or apart."""
    m = change.shape[1]
    if m < 2:
        return np.full(len(change), np.nan)
    before = np.broadcast_to(before, change.shape)
    if not common:
        return np.asarray(np.sqrt((_spread(before, counted) + _spread(before + change, counted)) / m))
    if not counted:
        return np.asarray(change.std(axis=1, ddof=1) / np.sqrt(m))
    lost, won = (((change == flip).sum(axis=1) + 1) / (m + 2) for flip in (-1, 1))
    return np.asarray(np.sqrt((lost + won - (won - lost) ** 2) / (m + 2)))


def _spread(runs: Floats, counted: bool) -> Floats:
    """Variance of single runs; of what is counted, with a run of either kind added (Agresti and Caffo 2000)."""
    if not counted:
        return np.asarray(runs.var(axis=1, ddof=1))
    share = (runs.sum(axis=1) + 1) / (runs.shape[1] + 2)
    return np.asarray(share * (1 - share))
