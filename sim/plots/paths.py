"""Paths of one variable: how wide they spread, and a few that happened."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from sim.analysis.paths import medoids, quantile_bands
from sim.results.ensemble import Ensemble

from . import overlay
from .colours import COLOURS, PATH_STYLES, path_colour, tint
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_current,
    head,
    labelled,
    percent,
    plain_axes,
    sound_rows,
    with_unit,
)
from .labels import SIZE


def fan(
    ensemble: Ensemble,
    ax: Axes | None = None,
    variable: str = "tension",
    bands: Sequence[float] = (0.5, 0.8, 0.95),
    paths: int = 4,
    record: Ensemble | None = None,
) -> Axes:
    """Quantile bands of one variable over the days, with a few real paths on top.

    The edges of the bands are no path, and a run in the middle of one month is at the top of another; the lines are
    runs that happened, chosen to stand for all (`sim.analysis.paths.medoids`).

    Parameters
    ----------
    variable : str
        A variable, `tension`, or a rung.
    bands : sequence of float
        Share of the runs within each band, day by day.
    paths : int
        How many runs to draw.
    record : Ensemble, optional
        Recorded events, drawn over them as a line of their own (`sim.recorded`).
    """
    ax = given_or_current(ax)
    dates, shown = dates_of(ensemble), labelled(ensemble, variable)
    rows = sound_rows(ensemble, variable)
    run = ensemble.sound.index.to_numpy()
    levels = sorted(bands, reverse=True)
    for at, (level, edges) in enumerate(zip(levels, quantile_bands(rows, levels), strict=True)):
        colour = tint(COLOURS["band"], 0.16 + 0.3 * at / max(len(levels) - 1, 1))
        ax.fill_between(dates, *edges, color=colour, linewidth=0, label=f"{100 * level:g} % of runs")
    chosen = medoids(rows, paths)
    texts = []
    for at, (position, share) in enumerate(zip(*chosen, strict=True)):
        texts.append(f"run {run[position]}\nlike {percent(share)}")
        ax.plot(dates, rows[position], color=path_colour(at), linestyle=PATH_STYLES[at % 4], linewidth=1.3)
    if record is not None:
        overlay.line(ax, ensemble, record, variable)
    low, high = ax.get_ylim()
    # Headroom for the legend, and no ground below zero for what is never negative.
    ax.set_ylim(max(low, 0.0) if rows.min() >= 0 else low, high + 0.09 * (high - low))
    ax.set_ylabel(with_unit(shown), parse_math=False)
    plain_axes(ax)
    date_axis(ax, ensemble, column_for(texts))
    ends = [float(rows[position, -1]) for position in chosen.position]
    end_labels(ax, dates[-1], ends, texts, [path_colour(at) for at in range(len(texts))])
    if keys := len(levels) + (record is not None):
        ax.legend(loc="upper left", fontsize=SIZE, frameon=False, ncols=keys, reverse=True, borderaxespad=0)
    told = "" if record is None else overlay.last_day(ensemble, record)
    head(ax, f"{shown.attrs.get('long_name', variable)}: how far the runs spread", _meaning(levels, texts, told))
    foot(ax, ensemble)
    return ax


def _meaning(levels: Sequence[float], lines: Sequence[str], told: str) -> str:
    parts = []
    if levels:
        shares = ", ".join(f"{100 * level:g}" for level in reversed(levels))
        parts.append(f"Bands: the middle {shares} % of the runs on each day.")
    if lines:
        parts.append("Lines: runs that happened, with the share of runs like each.")
    if told:
        parts.append(f"Wide: what the model's rules make of the {overlay.LABEL}, to {told}.")
    return " ".join(parts)
