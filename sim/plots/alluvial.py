"""Where the runs stand on the ladder at a few days, and how they get from one to the next."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.analysis.moves import moves
from sim.results.ensemble import Ensemble
from sim.text import brief, percent

from .colours import COLOURS, rung_colour
from .frame import column_for, foot, given_or_new, head, points, refuse_empty, rung_name
from .labels import LINE, SIZE, apart, wrapped
from .ribbons import bar, ribbon, stacked
from .settings import plain_text

LETTERS = 33
_BAR = 0.12
"""Width of a bar; the distance between two is 1."""
_GAP = 0.015
_COLUMNS = 5
"""Days shown, where none are given."""


@plain_text
def alluvial(ensemble: Ensemble, ax: Axes | None = None, days: Sequence[int] | None = None) -> Axes:
    """Bars of runs by rung at chosen days, and bands that follow the same runs from one to the next.

    A run stands on the highest rung acted on within the ladder's memory. A band has the colour of the rung it leaves.

    Parameters
    ----------
    days : sequence of int, optional
        The days, counted from 0; left out, five evenly spaced from the first day to the last.

    Raises
    ------
    ValueError
        There are fewer than two days, or one is outside the runs.
    """
    refuse_empty(ensemble)
    rows = ensemble.paths("rung")
    last = rows.shape[1] - 1
    chosen = np.linspace(0, last, _COLUMNS).round().astype(int).tolist() if days is None else sorted(set(days))
    if len(set(chosen)) < 2 or chosen[0] < 0 or chosen[-1] > last:
        raise ValueError(f"give at least two days from 0 to {last}, found {', '.join(map(str, chosen)) or 'none'}")
    ax = given_or_new(ax)
    theatre, n = ensemble.scenario.theatre, len(rows)
    shares = np.stack([np.bincount(rows[:, day], minlength=10) / n for day in chosen])
    present = np.flatnonzero(shares.any(axis=0))
    places = [dict(zip(present.tolist(), stacked(share[present].tolist(), _GAP), strict=True)) for share in shares]
    for column, (day, later) in enumerate(pairwise(chosen)):
        _flow(ax, column, moves(rows[:, day], rows[:, later]) / n, places[column], places[column + 1])
    for column, stretches in enumerate(places):
        for rung, stretch in stretches.items():
            bar(ax, column, _BAR, stretch, rung_colour(rung))
    _finish(ax, ensemble, chosen, shares[-1], places[-1])
    memory = theatre.ladder.rung_memory.value
    head(
        ax,
        "How the runs climb and come down",
        f"Bars: share of the runs by their gravest act of the past {memory:g} days, the gravest on top. Bands: the "
        "same runs, in the colour of the rung they leave.",
    )
    foot(ax, ensemble)
    return ax


def _flow(
    ax: Axes,
    column: int,
    flows: NDArray[np.float64],
    begin: dict[int, tuple[float, float]],
    end: dict[int, tuple[float, float]],
) -> None:
    """Draw the bands between two bars, on each rung in the order of the rungs they come from or go to."""
    left = {rung: low for rung, (low, _) in begin.items()}
    right = {rung: low for rung, (low, _) in end.items()}
    for rung in begin:
        for later in end:
            share = float(flows[rung, later])
            if share > 0:
                stretches = (left[rung], left[rung] + share), (right[later], right[later] + share)
                ribbon(ax, column + _BAR, column + 1, *stretches, rung_colour(max(rung, 1)))
                left[rung] += share
                right[later] += share


def _finish(
    ax: Axes,
    ensemble: Ensemble,
    days: Sequence[int],
    shares: NDArray[np.float64],
    places: dict[int, tuple[float, float]],
) -> None:
    """Write the dates under the bars, and beside the last of them the rungs and their shares."""
    names = {
        rung: wrapped(f"{percent(shares[rung])}  {rung_name(ensemble.scenario.theatre, rung)}", LETTERS)
        for rung in places
    }
    wide, tall = points(ax)
    column = column_for(list(names.values()))
    right = len(days) - 1 + _BAR
    ax.set_xlim(0, right / (1 - min(column / wide, 0.6)))
    top = max(high for _, high in places.values())
    ax.set_ylim(0, top)
    sizes = [LINE * (1 + name.count("\n")) + 1 for name in names.values()]
    heights = apart([sum(places[rung]) / 2 * tall / top for rung in names], sizes, 0, tall)
    for name, height in zip(names.values(), heights, strict=True):
        ax.text(
            right + 0.05,
            float(height) * top / tall,
            name,
            va="center",
            fontsize=SIZE,
            linespacing=1.1,
            color=COLOURS["text"],
            parse_math=False,
        )
    dates = [ensemble.scenario.start + timedelta(days=int(day)) for day in days]
    labels = [brief(date) for date in dates]
    ax.set_xticks([0, *(at + _BAR / 2 for at in range(1, len(days)))], labels, fontsize=SIZE + 1)
    ax.get_xticklabels()[0].set_horizontalalignment("left")
    ax.set_yticks([])
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.spines[:].set_visible(False)
