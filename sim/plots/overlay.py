"""The recorded events, drawn over an ensemble: where they went, while the runs went elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, withStroke
from numpy.typing import NDArray

from sim.analysis.ladder import reached
from sim.results.ensemble import Ensemble
from sim.text import brief

from .colours import COLOURS, rung_colour
from .frame import dates_of, labelled
from .labels import name_size, size, width_of

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

LABEL = "recorded events"
MEASURED = "measured"
"""What a variable is called that the record brings from outside the model."""
MODELLED = "the model, fed the recorded events"
"""And one that the model's rules make of the events, tension included: nobody recorded it."""
WIDTH = 2.4
"""Of their line, in points; no other line is as wide."""


def days_shared(ensemble: "AnyEnsemble", record: Ensemble) -> NDArray[np.int64]:
    """Days of the record, counted from its first, on which the ensemble runs too.

    Raises
    ------
    ValueError
        There are none.
    """
    runs, dates = dates_of(ensemble), dates_of(record)
    days = np.flatnonzero((dates >= runs[0]) & (dates <= runs[-1]))
    if not len(days):
        ends = f"{day(record, 0)} to {day(record, len(dates) - 1)}"
        raise ValueError(f"the record ({ends}) has no day in common with {ensemble.scenario.name}")
    return days


def day(record: Ensemble, count: int) -> str:
    """Write the date of a day of the record."""
    return brief(record.scenario.start + timedelta(days=int(count)))


def last_day(ensemble: "AnyEnsemble", record: Ensemble) -> str:
    """Write the date of the last day that the record shares with the ensemble."""
    return day(record, int(days_shared(ensemble, record)[-1]))


def name_of(record: Ensemble, variable: str) -> str:
    """Name the path of a variable by what it is: of events, measured, or made of events by the model."""
    if variable in record.scenario.series:
        return MEASURED
    return LABEL if variable.startswith("rung") else MODELLED


def line(ax: Axes, ensemble: "AnyEnsemble", record: Ensemble, variable: str) -> None:
    """Draw the path of a variable as one wide line that ends in a dot."""
    days = days_shared(ensemble, record)
    dates, path = dates_of(record)[days], labelled(record, variable).isel(run=0).to_numpy()[days]
    colour = COLOURS["record"]
    cased = [withStroke(linewidth=WIDTH + 1.8, foreground="white"), Normal()]
    ax.plot(dates, path, color=colour, linewidth=WIDTH, path_effects=cased, zorder=4, label=name_of(record, variable))
    ax.plot(dates[-1:], path[-1:], "o", color=colour, markersize=7, markeredgecolor="white", zorder=4, clip_on=False)


def passages(ensemble: "AnyEnsemble", record: Ensemble, rungs: Iterable[int]) -> dict[int, int]:
    """Days of the ensemble on which the record first stood on each rung or above it, where it ever did."""
    days = days_shared(ensemble, record)
    steps = list(rungs)
    there = reached(record.trajectories["rung"].to_numpy()[:, days], steps) > 0
    offset = (record.scenario.start - ensemble.scenario.start).days
    return {step: int(days[row.argmax()]) + offset for step, row in zip(steps, there, strict=True) if row.any()}


def diamonds(ax: Axes, places: Sequence[tuple[float, float]]) -> None:
    """Mark places on curves, given as date and height."""
    ax.plot(
        [date for date, _ in places],
        [height for _, height in places],
        "D",
        color=COLOURS["record"],
        markersize=7,
        markeredgecolor="white",
        zorder=4,
        clip_on=False,
        label=LABEL,
    )


def beside(ax: Axes, height: float, label: str, text: str) -> None:
    """Write a text in the record's colour, with its diamond, behind a label that begins at the left edge."""
    ax.annotate(
        f"\N{BLACK DIAMOND} {text}",
        (0, height),
        xytext=(width_of(label.split("\n")[-1], name_size()) + 8, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=size(),
        color=COLOURS["record"],
    )


def ribbon(ax: Axes, ensemble: "AnyEnsemble", record: Ensemble, bottom: float, top: float) -> None:
    """Draw the rung on which the record stands on each day, as a ribbon in the colours of the ladder."""
    days = days_shared(ensemble, record)
    dates, rung = dates_of(record)[days], record.trajectories["rung"].to_numpy()[0, days]
    turns = [0, *(np.flatnonzero(np.diff(rung)) + 1), len(rung)]
    for begin, end in pairwise(turns):
        left, right = dates[begin], dates[end - 1] + 1
        ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, color=rung_colour(int(rung[begin])), lw=0))
    frame = Rectangle(
        (dates[0], bottom), dates[-1] + 1 - dates[0], top - bottom, fill=False, edgecolor=COLOURS["record"]
    )
    ax.add_patch(frame)


def came_about(ensemble: "AnyEnsemble", record: Ensemble) -> dict[str, str]:
    """Date on which each outcome first held in the record, where it did on a day that the ensemble shares."""
    days, held = days_shared(ensemble, record), record.outcomes.iloc[0].dropna()
    return {str(name): day(record, first) for name, first in held.items() if days[0] <= first <= days[-1]}
