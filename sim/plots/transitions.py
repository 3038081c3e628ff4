"""Moves of runs on the ladder: from which rung to which, and how often."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.analysis.moves import stepwise
from sim.results.ensemble import Ensemble
from sim.text import capital, percent

from .colours import COLOURS, rung_colour, tint
from .frame import column_for, column_of_labels, foot, given_or_new, head, points, refuse_empty, rung_name
from .labels import broken, height_of, name_size, size
from .settings import plain_text


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
    total = int(counts.sum())
    stayed, climbed = int(np.trace(counts)), int(np.triu(counts, 1).sum())
    head(
        ax,
        f"{capital(_later(days))} later {percent(stayed / total)} of the runs stand on the same rung, "
        f"{percent(climbed / total)} on a higher one",
        f"Rows: where a run stood; columns: where it stood {_later(days)} later; share of those that began in the row. "
        f"{total:,} moves.",
    )
    ax.set_xlabel(f"Rung {_later(days)} later", loc="center")
    foot(ax, ensemble)
    wide, tall = points(ax)
    two_lines = 2.2 * size() < tall / len(steps)
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
                text = f"{n:,}\n{percent(share)}" if two_lines else f"{100 * share:.0f}"
                ax.text(column, row, text, ha="center", va="center", fontsize=size(), color=colour, linespacing=1.1)
    full = [broken(rung_name(theatre, step), column_of_labels(ax)) for step in steps]
    names = full if max(map(height_of, full)) <= tall / len(steps) else [""] * len(steps)
    ax.set_xlim(-0.5, len(steps) / (1 - (min(column_for(names) / wide, 0.6) if any(names) else 0)) - 0.5)
    ax.set_ylim(len(steps) - 0.5, -0.5)
    ax.set_xticks(range(len(steps)), [str(step) for step in steps], fontsize=name_size())
    ax.set_yticks(range(len(steps)), [str(step) for step in steps], fontsize=name_size())
    for row, name in enumerate(names):
        ax.text(
            len(steps) - 0.4,
            row,
            name,
            va="center",
            fontsize=size(),
            linespacing=1.1,
            color=COLOURS["text"],
            parse_math=False,
        )
    ax.set_ylabel("Rung" if two_lines else "Rung (cells: %)")
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.yaxis.label.set_fontsize(name_size())
    ax.xaxis.label.set_fontsize(name_size())
    ax.spines[:].set_visible(False)
    return ax


def _later(days: int) -> str:
    if days % 7 == 0:
        return "a week" if days == 7 else f"{days // 7} weeks"
    return "a day" if days == 1 else f"{days} days"
