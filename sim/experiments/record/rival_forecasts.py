"""What a record alone says of each window: the rivals that a model should beat."""

import numpy as np

from sim.analysis import rivals
from sim.analysis.arrays import Floats, Ints

from .questions import WEEK, Asked, Forecast, alike, chance

RIVALS = {
    "base_rate": "all other windows of the record, before and after, that share no day with it",
    "persistence": "what happened in the window before; for a move, none",
    "recency": "a rate that weighs recent days more, its half-life chosen by the past alone",
    "constant_hazard": "one rate of all days before",
    "past_windows": "every window of the past",
    "random_walk": "daily steps as wide as those of the past, without drift",
}
"""Each rival, and what it says."""


def rival_forecasts(asked: Asked, path: Floats, origins: Ints, days: int) -> tuple[Floats, dict[str, list[Forecast]]]:
    """Answer a question by the record, and foretell it without a model.

    Parameters
    ----------
    asked : Asked
    path : array
        Of acts, how many there were on each day; of a variable, its value in the evening before the first day and of
        each day.
    origins : array of int (origin,)
        First days of windows.
    days : int
        Days of a window.

    Returns
    -------
    happened : array (origin,)
        1 or 0, acts a week, or the move
    forecasts : dict
        From each rival to its forecasts, one for each origin
    """
    if asked.kind == "change":
        return _moves(asked, path, origins, days)
    sums = np.concatenate([[0.0], np.cumsum(path)])
    windows = sums[origins + days] - sums[origins]
    before = sums[origins] - sums[np.maximum(origins - days, 0)]
    rates = rivals.rates(path, days)
    others = rivals.other_windows(origins, days)
    recent, constant = (each[origins] * days for each in (rates.recent, rates.constant))
    if asked.kind == "any":
        happened = (windows > 0).astype(float)
        return happened, {
            "base_rate": [chance(float(p)) for p in others @ happened],
            "persistence": [chance(float(p)) for p in before > 0],
            "recency": [chance(float(p)) for p in -np.expm1(-recent)],
            "constant_hazard": [chance(float(p)) for p in -np.expm1(-constant)],
        }
    week = WEEK / days
    return windows * week, {
        "base_rate": [Forecast(windows * week, weights) for weights in others],
        "persistence": [alike(np.array([count * week])) for count in before],
        "recency": [_acts(mean, week) for mean in recent],
        "constant_hazard": [_acts(mean, week) for mean in constant],
        "past_windows": [alike(rivals.past_windows(sums, origin, days) * week) for origin in origins.tolist()],
    }


def _acts(mean: float, scale: float) -> Forecast:
    values, chances = rivals.poisson(float(mean))
    return Forecast(values * scale, chances / chances.sum())


def _moves(asked: Asked, path: Floats, origins: Ints, days: int) -> tuple[Floats, dict[str, list[Forecast]]]:
    """The same for the move of a variable."""
    scale = np.log(path) if asked.price else path

    def told(moves: Floats) -> Floats:
        return 100.0 * np.expm1(moves) if asked.price else moves

    windows = told(scale[origins + days] - scale[origins])
    others = rivals.other_windows(origins, days)
    steps = [np.diff(scale[: origin + 1]) for origin in origins.tolist()]
    return windows, {
        "base_rate": [Forecast(windows, weights) for weights in others],
        "persistence": [alike(np.zeros(1)) for _ in origins],
        "past_windows": [alike(told(rivals.past_windows(scale, origin, days))) for origin in origins.tolist()],
        "random_walk": [alike(told(rivals.random_walk(past, days))) for past in steps],
    }
