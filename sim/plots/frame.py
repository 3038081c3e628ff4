"""What all figures share: whose runs they show, how many, on which dates, and labels at the ends of lines."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter
from numpy.typing import NDArray

from sim.text import month, suggestion
from sim.theatre.language.schema import Theatre

from .colours import COLOURS
from .labels import LINE, SIZE, apart, width_of, wrapped
from .settings import PLAIN

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


def given_or_new(ax: Axes | None, height: float = HEIGHT) -> Axes:
    """Return the Axes given, or those of a new figure: one idea is never drawn over another unasked."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    try:
        return laid_out(pyplot.figure(figsize=(WIDTH, height)))
    except ImportError:  # the user's backend is not installed, or wants a screen where there is none
        return laid_out(Figure(figsize=(WIDTH, height)))


def laid_out(figure: Figure) -> Axes:
    """Lay Axes into a figure, with room above for what it says and below for whose runs it shows."""
    wide, tall = figure.get_size_inches()
    left, right, below, above = 0.75, 0.25, 0.55, 0.6
    return figure.add_axes((left / wide, below / tall, 1 - (left + right) / wide, 1 - (below + above) / tall))


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


def rung_name(theatre: Theatre, rung: int) -> str:
    """Return a rung's number and the head of its label."""
    return f"{rung} {theatre.ladder.rungs[rung].label.split(':')[0].strip()}"


def head(ax: Axes, title: str, meaning: str) -> None:
    """Write a title, and under it what lines and bands mean."""
    wide, _ = points(ax)
    text = wrapped(meaning, max(int(len(meaning) * wide / max(width_of(meaning), 1.0)), 20))
    ax.set_title(
        title,
        loc="left",
        fontsize=11,
        fontweight="bold",
        color=COLOURS["text"],
        pad=8 + LINE * (1 + text.count("\n")),
        **PLAIN,
    )
    _note(ax, text, 1, 5, "bottom")


def foot(ax: Axes, ensemble: "AnyEnsemble", run: int | None = None) -> None:
    """Write under the Axes which scenario it shows, its hash, the number of runs and the seed."""
    scenario, failed, sound = ensemble.scenario, ensemble.n_failed, ensemble.n_completed
    counted = f"n = {sound:,} {'run' if sound == 1 else 'runs'}"
    one = f"run {run} alone, n = 1" if len(ensemble) == 1 else f"run {run} of n = {len(ensemble):,}"
    n = counted if run is None else one
    parts = [f"{scenario.name} {scenario.short_hash}", n, f"seed {ensemble.seed}"]
    if failed:
        parts.insert(2, f"{failed:,} more failed, left out" if run is None else f"{failed:,} failed")
    _note(ax, " · ".join(parts), 0, -23, "top")


def _note(ax: Axes, text: str, height: float, rise: float, align: str) -> None:
    note = ax.annotate(
        text,
        (0, height),
        xytext=(0, rise),
        xycoords="axes fraction",
        textcoords="offset points",
        va=align,
        fontsize=SIZE,
        color=COLOURS["quiet text"],
        annotation_clip=False,
    )
    note.set_parse_math(False)


def signed(ax: Axes, *parts: str) -> None:
    """Write under the Axes what it shows, where that is not one ensemble."""
    _note(ax, " · ".join(parts), 0, -23, "top")


def plain_axes(ax: Axes, grid: str = "y") -> None:
    """Leave of the frame only what carries the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=9, labelcolor=COLOURS["text"])
    ax.yaxis.label.set_fontsize(9)
    ax.xaxis.label.set_fontsize(9)
    ax.grid(True, axis=grid, color=COLOURS["guide"], linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def percent_axis(axis: Any) -> None:
    """Write shares on an axis in per cent."""
    axis.set_major_formatter(FuncFormatter(_in_percent))


def _in_percent(share: float, _: object) -> str:
    """A share in per cent, also where numbers of ticks are set by TeX, to which the sign begins a comment."""
    return f"{100 * share:.3g} {chr(92) if rcParams['text.usetex'] else ''}%"


def share_axis(ax: Axes, rows: NDArray[np.float64]) -> None:
    """Lay out Axes on which each row is the share of an outcome."""
    ax.set_xlim(0, 1)
    ax.set_ylim(rows[-1] - 0.4 if len(rows) else -1, 0.85)
    ax.set_yticks([])
    ax.set_xlabel("Share of runs", loc="right")
    percent_axis(ax.xaxis)
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)


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
    days, labels = date_ticks(ensemble.scenario.start + timedelta(days=begin), len(dates))
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
    sizes = [LINE * (1 + text.count("\n")) + 1 for text in texts]
    places = apart((np.asarray(heights, float) - bottom) * scale, sizes, 0, tall)
    for text, height, at, colour in zip(texts, heights, places, colours, strict=True):
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)}
        note = ax.annotate(
            text,
            (last, height),
            xytext=(GAP, float(at) - (height - bottom) * scale),
            textcoords="offset points",
            va="center",
            fontsize=SIZE,
            linespacing=1.1,
            color=COLOURS["text"],
            annotation_clip=False,
            arrowprops=line if colour is not None else None,
        )
        note.set_parse_math(False)
