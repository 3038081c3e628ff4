"""Moves of runs on the ladder: from which rung to which, and how often."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.analysis.moves import stepwise
from sim.results.ensemble import Ensemble
from sim.text import percent

from .colours import COLOURS, rung_colour, tint
from .frame import column_for, foot, given_or_new, head, points, refuse_empty, rung_name
from .labels import SIZE, wrapped
from .settings import plain_text

LETTERS = 24


@plain_text
def transitions(ensemble: Ensemble, ax: Axes | None = None, days: int = 7) -> Axes:
    """Matrix of moves between rungs in stretches of days, with their counts and the share of those that began there.

    A run stands on the highest rung acted on within the ladder's memory, so a stretch as long as that is the shortest
    that tells moves from memory. Rungs on which no run ever stands are left out.

    Parameters
    ----------
    days : int
        Days in a stretch.

    Raises
    ------
    ValueError
        The runs are shorter than that, or none was finished.
    """
    ax = given_or_new(ax)
    theatre = ensemble.scenario.theatre
    refuse_empty(ensemble)
    counts = stepwise(ensemble.paths("rung"), days)
    steps = np.flatnonzero(counts.any(axis=0) | counts.any(axis=1)).tolist()
    if not steps:
        raise ValueError(f"the runs are shorter than {days} days: there are no moves to count")
    for row, start in enumerate(steps):
        begun = int(counts[start].sum())
        for column, end in enumerate(steps):
            n = int(counts[start, end])
            share = n / begun if begun else 0.0
            strength = 0.85 * share**0.5
            place = (column - 0.5, row - 0.5)
            ax.add_patch(Rectangle(place, 1, 1, facecolor=tint(rung_colour(max(end, 1)), strength), edgecolor="white"))
            if n:
                colour = "white" if strength > 0.5 and end >= 5 else COLOURS["text"]
                text = f"{n:,}\n{percent(share)}"
                ax.text(column, row, text, ha="center", va="center", fontsize=SIZE, color=colour, linespacing=1.1)
    names = [wrapped(rung_name(theatre, step), LETTERS) for step in steps]
    wide, _ = points(ax)
    names_wide = column_for(names)
    ax.set_xlim(-0.5, len(steps) / (1 - min(names_wide / wide, 0.6)) - 0.5)
    ax.set_ylim(len(steps) - 0.5, -0.5)
    ax.set_xticks(range(len(steps)), [str(step) for step in steps], fontsize=SIZE + 1)
    ax.set_yticks(range(len(steps)), [str(step) for step in steps], fontsize=SIZE + 1)
    for row, name in enumerate(names):
        ax.text(
            len(steps) - 0.4,
            row,
            name,
            va="center",
            fontsize=SIZE,
            linespacing=1.1,
            color=COLOURS["text"],
            parse_math=False,
        )
    ax.set_ylabel("Rung")
    ax.set_xlabel(f"Rung {_later(days)} later", loc="right")
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.yaxis.label.set_fontsize(SIZE + 1)
    ax.xaxis.label.set_fontsize(SIZE + 1)
    ax.spines[:].set_visible(False)
    meaning = (
        f"Rows: where a run stood; columns: where it stood {_later(days)} later; share of those that began in the row."
    )
    head(ax, "From which rung to which the runs move", f"{meaning} {int(counts.sum()):,} moves.")
    foot(ax, ensemble)
    return ax


def _later(days: int) -> str:
    if days % 7 == 0:
        return "a week" if days == 7 else f"{days // 7} weeks"
    return "a day" if days == 1 else f"{days} days"
