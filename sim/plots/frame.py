"""What all figures share: whose runs they show, how many, on which dates, and labels at the ends of lines."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter
from numpy.typing import NDArray

from sim.text import month, suggestion
from sim.theatre.language.schema import Theatre

from .colours import COLOURS
from .labels import apart, broken, height_of, line, name_size, size, told_within, width_of
from .settings import PLAIN, current

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

WIDTH, HEIGHT = 8.0, 4.5
"""Size of a figure, in inches."""
GAP = 10.0
"""Points between the end of a line and its label."""
_STEPS: tuple[tuple[Any, int], ...] = (
    ("D", 1),
    ("D", 2),
    ("D", 7),
    ("D", 14),
    ("M", 1),
    ("M", 2),
    ("M", 3),
    ("M", 6),
    ("Y", 1),
    ("Y", 2),
    ("Y", 5),
    ("Y", 10),
)


_MORE = " (12 that change less are not drawn)"
"""Room for what `left_out` may add."""
_OURS: "WeakSet[Axes]" = WeakSet()
"""Axes that were laid out here: room is made in their figures for what is written around them."""


def given_or_new(ax: Axes | None, height: float = HEIGHT) -> Axes:
    """Return the Axes given, or those of a new figure: one idea is never drawn over another unasked."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    size = current().wide, current().height(height)
    try:
        return laid_out(pyplot.figure(figsize=size))
    except ImportError:  # the user's backend is not installed, or wants a screen where there is none
        return laid_out(Figure(figsize=size))


def laid_out(figure: Figure) -> Axes:
    """Lay Axes into a figure, with room above for what it says and below for whose runs it shows."""
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    _OURS.add(ax)
    text = current().text
    make_room(ax, left=10 + 5.5 * text, right=8 + 1.4 * text, below=12 + 3.5 * text, above=43)
    return ax


def make_room(ax: Axes, **margins: float) -> None:
    """Leave so many points free between the Axes and an edge of what is theirs.

    Axes that were laid out here have their figure. Of Axes that stand in rows (`pyplot.subplots`) each has an equal
    part of its height, so that what is written above one is not written over another; how wide they are is not changed.
    Others stay where they were put.
    """
    wide, tall = (72 * inches for inches in ax.figure.figure.get_size_inches())
    box, spec = ax.get_position(), ax.get_subplotspec()
    low, high = 0.0, 1.0
    if ax not in _OURS:
        if spec is None or isinstance(ax.figure, SubFigure):
            return
        rows = spec.get_gridspec().nrows
        low, high = 1 - (spec.rowspan.stop / rows), 1 - (spec.rowspan.start / rows)
        margins = {side: points for side, points in margins.items() if side in ("below", "above")}
    left, right = margins.get("left", box.x0 * wide), margins.get("right", (1 - box.x1) * wide)
    bottom = low + margins["below"] / tall if "below" in margins else box.y0
    top = high - margins["above"] / tall if "above" in margins else box.y1
    size = max(wide - left - right, 36) / wide, max(top - bottom, 36 / tall)
    if margins:
        ax.set_position((left / wide, bottom, *size))


def refuse_empty(ensemble: "AnyEnsemble") -> None:
    """Refuse an ensemble whose every run failed.

    Raises
    ------
    ValueError
        It has no other.
    """
    if not ensemble.n_completed:
        raise ValueError(f"none of the {len(ensemble)} runs of {ensemble.scenario.name} was finished: nothing to draw")


def span_of(runs: pd.Index) -> str:
    """The numbers of runs, for a message: from which to which."""
    return f"{runs.min()} to {runs.max()}" if len(runs) > 1 else f"{runs.min()} alone"


def labelled(ensemble: "AnyEnsemble", name: str) -> xr.DataArray:
    """Return a trajectory by name, in the runs that were kept.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    known = [str(variable) for variable in ensemble.kept.trajectories.data_vars]
    if name not in known:
        raise ValueError(f"unknown variable '{name}'{suggestion(name, known)}")
    return ensemble.kept.trajectories[name]


def with_unit(trajectory: xr.DataArray) -> str:
    """Return what a trajectory shows, with its unit."""
    unit = str(trajectory.attrs.get("units", "1"))
    return f"{trajectory.attrs.get('long_name', trajectory.name)} ({'0 to 1' if unit == '1' else unit})"


def dates_of(ensemble: "AnyEnsemble") -> NDArray[np.float64]:
    """Return the dates of all days as matplotlib counts them."""
    dates: NDArray[np.float64] = date2num(ensemble.kept.trajectories["date"].to_numpy())  # type: ignore[no-untyped-call]
    return dates


def rung_in_words(theatre: Theatre, rung: int) -> str:
    """A rung's number and the head of its label, within a sentence."""
    label = theatre.ladder.rungs[rung].label.split(":")[0].split(";")[0].strip()
    return f"rung {rung}, {label[:1].lower()}{label[1:]}"


def rung_name(theatre: Theatre, rung: int) -> str:
    """Return a rung's number and the head of its label."""
    return f"{rung} {theatre.ladder.rungs[rung].label.split(':')[0].strip()}"


def head(ax: Axes, title: str, meaning: str, keys: int = 0, bare: bool = False) -> None:
    """Write a title that says what is seen, under it what lines and bands mean, and leave rows for a legend.

    Parameters
    ----------
    keys : int
        Rows of a legend between these words and the Axes (`key`).
    bare : bool
        Whether nothing is written on the left of the Axes.
    """
    now = current()
    if bare:
        make_room(ax, left=18)
    wide, _ = points(ax)
    called = broken(title, wide, now.title, bold=True)
    text = told_within(meaning, wide, 2 if now.far else 3)
    rise = 5 + keys * (line() + 2)
    pad = rise + (height_of(text) + 2 if text else 0)
    make_room(ax, above=pad + height_of(called, now.title) + 4)
    ax.set_title(called, loc="left", fontsize=now.title, fontweight="bold", color=COLOURS["text"], pad=pad, **PLAIN)
    _note(ax, text, 1, rise, "bottom")


def key(ax: Axes, handles: Sequence[Any] | None = None, columns: int | None = None, reverse: bool = False) -> None:
    """Write the legend above the Axes, where it covers nothing; `head` leaves room for its rows."""
    found = ax.get_legend_handles_labels()[0] if handles is None else list(handles)
    if not found:
        return
    legend = ax.legend(
        handles=found,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns or len(found),
        fontsize=size(),
        frameon=False,
        reverse=reverse,
        borderaxespad=0.2,
        borderpad=0.1,
        labelspacing=0.15,
        handlelength=1.5,
        handletextpad=0.5,
        columnspacing=1.2,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def key_rows(ax: Axes, labels: Sequence[str]) -> int:
    """Rows that a legend above the Axes takes."""
    needed = sum(width_of(label) + 3.6 * size() for label in labels)
    return -(-int(needed) // max(int(points(ax)[0]), 1)) if labels else 0


def foot(ax: Axes, ensemble: "AnyEnsemble", run: int | None = None) -> None:
    """Write under the Axes which scenario it shows, the number of runs, the seed and the scenario's hash."""
    scenario, failed, sound = ensemble.scenario, ensemble.n_failed, ensemble.n_completed
    counted = f"n = {sound:,} {'run' if sound == 1 else 'runs'}"
    one = f"run {run} alone, n = 1" if len(ensemble) == 1 else f"run {run} of n = {len(ensemble):,}"
    parts = [counted if run is None else one]
    if failed:
        parts.append(f"{failed:,} more failed, left out" if run is None else f"{failed:,} failed")
    signed(ax, scenario.title, *parts, f"seed {ensemble.seed}", f"{scenario.name} {scenario.short_hash}")


def signed(ax: Axes, *parts: str, lower: float = 0.0) -> None:
    """Write under the Axes what it shows; called once the x axis has its name, beside or below which it stands.

    The first part, a title, is cut at its colon where all is too long for a line.

    Parameters
    ----------
    lower : float
        Points that the labels of the axis take more than one line.
    """
    wide, _ = points(ax)
    text = " · ".join(part for part in parts if part)
    if width_of(text) > wide:
        text = " · ".join(part for part in (parts[0].partition(":")[0], *parts[1:]) if part)
    text = broken(text, wide)
    down = 8 + 1.6 * size() + lower
    beside = ax.xaxis.label.get_horizontalalignment() == "right"
    if (name := ax.get_xlabel()) and not (beside and width_of(text) + width_of(name + _MORE, name_size()) <= wide):
        down += height_of(name, name_size()) + 2
    make_room(ax, below=down + height_of(text) + 4)
    _note(ax, text, 0, -down, "top")


def _note(ax: Axes, text: str, height: float, rise: float, align: str) -> None:
    note = ax.annotate(
        text,
        (0, height),
        xytext=(0, rise),
        xycoords="axes fraction",
        textcoords="offset points",
        va=align,
        fontsize=size(),
        linespacing=1.1,
        color=COLOURS["quiet text"],
        annotation_clip=False,
    )
    note.set_parse_math(False)


def plain_axes(ax: Axes, grid: str = "y") -> None:
    """Leave of the frame only what carries the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=name_size(), labelcolor=COLOURS["text"])
    ax.yaxis.label.set_fontsize(name_size())
    ax.xaxis.label.set_fontsize(name_size())
    ax.grid(True, axis=grid, color=COLOURS["guide"], linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def percent_axis(axis: Any) -> None:
    """Write shares on an axis in per cent."""
    axis.set_major_formatter(FuncFormatter(_in_percent))


def _in_percent(share: float, _: object) -> str:
    """A share in per cent, also where numbers of ticks are set by TeX, to which the sign begins a comment."""
    return f"{100 * share:.3g} {chr(92) if rcParams['text.usetex'] else ''}%"


def date_axis(ax: Axes, ensemble: "AnyEnsemble", column: float = 0.0, window: tuple[int, int] | None = None) -> float:
    """Lay the dates on the x axis and leave a column of so many points free at their right, for labels.

    Parameters
    ----------
    window : (int, int), optional
        First and last day shown; left out, all days.

    Returns
    -------
    Points on the page per day
    """
    begin, end = (0, ensemble.scenario.days - 1) if window is None else window
    dates = dates_of(ensemble)[begin : end + 1]
    first, last = float(dates[0]), float(max(dates[-1], dates[0] + 1))
    wide, _ = points(ax)
    share = 1 - min(column / wide, 0.6)
    right = first + (last - first) / share
    ax.set_xlim(first, right)
    ax.spines["bottom"].set_bounds(first, last)
    # The grid ends where the runs do.
    ax.axvspan(last, right + 1, facecolor=ax.get_facecolor(), linewidth=0, zorder=0.6)
    most = int(np.clip(share * wide / (5.2 * name_size()), 2, 8))
    days, labels = date_ticks(ensemble.scenario.start + timedelta(days=begin), len(dates), most)
    ax.xaxis_date()
    ax.xaxis.set_major_locator(FixedLocator([first + day for day in days]))
    ax.xaxis.set_major_formatter(FixedFormatter(labels))
    # Minor ticks of the reader's own style would run on below the column.
    ax.xaxis.set_minor_locator(FixedLocator([]))
    return share * wide / (last - first)


def points(ax: Axes) -> tuple[float, float]:
    """Width and height of an Axes, in points."""
    return ax.bbox.width * 72 / ax.figure.dpi, ax.bbox.height * 72 / ax.figure.dpi


def date_ticks(start: date, days: int, most: int = 8) -> tuple[list[int], list[str]]:
    """Choose the days to mark: first days of years, months or weeks of the run, or its days, at most so many.

    Returns
    -------
    Days counted from the start, and their labels; the year is named where it is new
    """
    first = np.datetime64(start, "D")
    end = first + np.timedelta64(days, "D")
    for unit, step in _STEPS:
        whole = f"M8[{unit}]"
        one = np.timedelta64(1, unit)
        ticks = np.arange(first.astype(whole), end.astype(whole) + one, step * one).astype("M8[D]")
        ticks = ticks[(ticks >= first) & (ticks < end)]
        if 1 <= len(ticks) <= most:
            break
    named = [tick.item() for tick in ticks]
    new = [True, *(now.year != before.year for before, now in pairwise(named))]
    labels = [_date_label(tick, unit, year) for tick, year in zip(named, new, strict=True)]
    return [(tick - start).days for tick in named], labels


def _date_label(day: date, unit: str, with_year: bool) -> str:
    parts = [str(day.day)] if unit == "D" else []
    parts += [month(day)[:3]] if unit != "Y" else []
    parts += [str(day.year)] if with_year or unit == "Y" else []
    return " ".join(parts)


def left_out(ax: Axes, text: str) -> None:
    """Say beside the name of the x axis what there was no room for."""
    ax.set_xlabel(f"{ax.get_xlabel()} ({text})", loc="right", **PLAIN)


def column_of_labels(ax: Axes) -> float:
    """Width that labels at the ends of lines may take, in points."""
    return (0.36 if current().far else 0.29) * points(ax)[0]


def column_for(texts: Sequence[str]) -> float:
    """Width of a column of labels at the ends of lines, in points."""
    return GAP + max((width_of(text) for text in texts), default=0.0) + 2


def end_labels(
    ax: Axes, last: float, heights: Sequence[float], texts: Sequence[str], colours: Sequence[str | None]
) -> None:
    """Write a text beside each height at the last date, led there by a thin line, without overlap.

    Limits of both axes must be set. A text without a colour gets no line.
    """
    bottom, top = ax.get_ylim()
    _, tall = points(ax)
    scale = tall / (top - bottom)
    sizes = [height_of(text) for text in texts]
    places = apart((np.asarray(heights, float) - bottom) * scale, sizes, 0, tall)
    for text, height, at, colour in zip(texts, heights, places, colours, strict=True):
        if not text:
            continue
        tie = {"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)}
        note = ax.annotate(
            text,
            (last, height),
            xytext=(GAP, float(at) - (height - bottom) * scale),
            textcoords="offset points",
            va="center",
            fontsize=size(),
            linespacing=1.1,
            color=COLOURS["text"],
            annotation_clip=False,
            arrowprops=tie if colour is not None else None,
        )
        note.set_parse_math(False)
