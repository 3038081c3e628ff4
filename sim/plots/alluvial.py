"""Where the runs stand on the ladder at a few days, and how they get from one to the next."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.analysis.moves import moves
from sim.results.ensemble import Ensemble
from sim.text import brief, month, percent

from .colours import COLOURS, rung_colour
from .frame import column_for, column_of_labels, foot, given_or_new, head, points, refuse_empty, rung_name
from .labels import apart, broken, fitting, height_of, name_size, size, width_of
from .ribbons import bar, ribbon, stacked
from .settings import plain_text

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
    begun, ended = rows[:, chosen[0]], rows[:, chosen[-1]]
    first, final = (brief(ensemble.scenario.start + timedelta(days=int(day))) for day in (chosen[0], chosen[-1]))
    memory = theatre.ladder.rung_memory.value
    head(
        ax,
        f"{percent(float((ended > begun).mean()))} of the runs stand higher on {final} than on {first}, "
        f"{percent(float((ended < begun).mean()))} lower",
        f"Bars: runs by their gravest act of the past {memory:g} days, the gravest on top. Bands: the same runs, in "
        "the colour of the rung they leave.",
    )
    foot(ax, ensemble)
    shares = np.stack([np.bincount(rows[:, day], minlength=10) / n for day in chosen])
    present = np.flatnonzero(shares.any(axis=0))
    places = [dict(zip(present.tolist(), stacked(share[present].tolist(), _GAP), strict=True)) for share in shares]
    for column, (day, later) in enumerate(pairwise(chosen)):
        _flow(ax, column, moves(rows[:, day], rows[:, later]) / n, places[column], places[column + 1])
    for column, stretches in enumerate(places):
        for rung, stretch in stretches.items():
            bar(ax, column, _BAR, stretch, rung_colour(rung))
    _finish(ax, ensemble, chosen, shares, places)
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
    places: Sequence[dict[int, tuple[float, float]]],
) -> None:
    """Write the dates under the bars, on the left the numbers of rungs, on the right their names and shares."""
    wide, tall = points(ax)
    theatre, last = ensemble.scenario.theatre, shares[-1]
    full = [broken(f"{rung_name(theatre, rung)}: {percent(last[rung])}", column_of_labels(ax)) for rung in places[-1]]
    short = [f"rung {rung}: {percent(last[rung])}" for rung in places[-1]]
    names = fitting(full, short, [float(last[rung]) for rung in places[-1]], tall)
    column = column_for(names)
    right = len(days) - 1 + _BAR
    ax.set_xlim(0, right / (1 - min(column / wide, 0.6)))
    top = max(high for _, high in places[-1].values())
    ax.set_ylim(0, top)
    _beside(ax, right + 0.05, "left", names, places[-1], top)
    there = [rung for rung in places[0] if shares[0][rung] > 0]
    begun = fitting([str(rung) for rung in there], [""] * len(there), [float(shares[0][rung]) for rung in there], tall)
    _beside(ax, -0.05, "right", begun, {rung: places[0][rung] for rung in there}, top)
    dates = [ensemble.scenario.start + timedelta(days=int(day)) for day in days]
    room = wide * (1 - min(column / wide, 0.6)) / max(len(days) - 1, 1)
    # The first begins where its bar does, the second stands in the middle below its own.
    narrow = 1.5 * max(width_of(brief(date), name_size()) for date in dates) + 6 > room
    labels = [f"{date.day} {month(date)[:3]}" if narrow else brief(date) for date in dates]
    ax.set_xticks([0, *(at + _BAR / 2 for at in range(1, len(days)))], labels, fontsize=name_size())
    ax.get_xticklabels()[0].set_horizontalalignment("left")
    ax.set_yticks([])
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.spines[:].set_visible(False)


def _beside(
    ax: Axes, x: float, side: str, names: Sequence[str], places: dict[int, tuple[float, float]], top: float
) -> None:
    """Write names beside the stretches of a bar, clear of one another."""
    _, tall = points(ax)
    wanted = [sum(stretch) / 2 * tall / top for stretch in places.values()]
    heights = apart(wanted, [height_of(name) for name in names], 0, tall)
    for name, height in zip(names, heights, strict=True):
        ax.text(
            x,
            float(height) * top / tall,
            name,
            ha=side,
            va="center",
            fontsize=size(),
            linespacing=1.1,
            color=COLOURS["text"],
            parse_math=False,
        )
