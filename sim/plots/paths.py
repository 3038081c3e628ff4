"""Paths of one variable: how wide they spread, and a few single runs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sim.analysis.paths import edges
from sim.results.ensemble import Ensemble
from sim.text import brief, number, percent

from . import overlay
from .colours import PATH_STYLES, band_colour, path_colour
from .frame import (
    column_for,
    column_of_labels,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_new,
    head,
    key,
    key_rows,
    labelled,
    plain_axes,
    refuse_empty,
    with_unit,
)
from .labels import broken
from .settings import PLAIN, plain_text
from .standard import Plate, Shown, standard

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble


@plain_text
def fan(
    ensemble: "AnyEnsemble",
    ax: Axes | None = None,
    variable: str = "tension",
    bands: Sequence[float] = (0.5, 0.8, 0.95),
    paths: int = 4,
    record: Ensemble | None = None,
) -> Axes:
    """Quantile bands of one variable over the days, with a few single runs on top.

    The edges of the bands are no path, and a run in the middle of one month is at the top of another; the lines are
    single runs, chosen to stand for all (`sim.analysis.paths.medoids`).

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
    ax = given_or_new(ax)
    refuse_empty(ensemble)
    dates, shown = dates_of(ensemble), labelled(ensemble, variable)
    levels = sorted(bands, reverse=True)
    quantiles = ensemble.quantiles(variable, edges(levels))
    rows, run = ensemble.kept.paths(variable), ensemble.kept.completed.index
    chosen = ensemble.kept.typical(variable, paths)
    texts = [
        f"run {run[position]} ({percent(share)})" for position, share in zip(chosen.position, chosen.share, strict=True)
    ]
    keys = [f"{100 * level:g} % of runs" for level in levels]
    keys += [] if record is None else [overlay.name_of(record, variable)]
    told = "" if record is None else _followed(ensemble, record, variable)
    head(ax, _seen(ensemble, variable), _meaning(ensemble, levels, texts, told), key_rows(ax, keys))
    for at, (low, high) in enumerate(zip(quantiles[::2], quantiles[1::2], strict=True)):
        ax.fill_between(dates, low, high, color=band_colour(at, len(levels)), linewidth=0, label=keys[at])
    for at, position in enumerate(chosen.position):
        ax.plot(dates, rows[position], color=path_colour(at), linestyle=PATH_STYLES[at % 4], linewidth=1.3)
    if record is not None:
        overlay.line(ax, ensemble, record, variable)
    bottom, top = ax.get_ylim()
    # No ground below zero for what is never negative.
    ax.set_ylim(max(bottom, 0.0) if ax.dataLim.y0 >= 0 else bottom, top)
    ax.set_ylabel(with_unit(shown), **PLAIN)
    plain_axes(ax)
    foot(ax, ensemble)
    texts = [broken(text, column_of_labels(ax)) for text in texts]
    date_axis(ax, ensemble, column_for(texts))
    ends = [float(rows[position, -1]) for position in chosen.position]
    end_labels(ax, dates[-1], ends, texts, [path_colour(at) for at in range(len(texts))])
    key(ax, reverse=True, columns=-(-len(keys) // max(key_rows(ax, keys), 1)) if keys else None)
    return ax


def _seen(ensemble: "AnyEnsemble", variable: str) -> str:
    """Where half of the runs are on the last day."""
    shown = labelled(ensemble, variable)
    low, high = (float(each[-1]) for each in ensemble.quantiles(variable, [0.25, 0.75]))
    between = f"between {number(low, 2)} and {number(high, 2)}" if number(low, 2) != number(high, 2) else "at "
    between += "" if between != "at " else number(low, 2)
    return f"{shown.attrs.get('long_name', variable)}: half of the runs {between} on {brief(ensemble.scenario.end)}"


@standard
def _fans(shown: Shown) -> Iterator[Plate]:
    """Of tension, and of the first price."""
    ensemble, record, price = shown.ensemble, shown.record, shown.price
    yield Plate("fan_tension", lambda ax: fan(ensemble, ax, record=record), overlaid=True)
    if price is not None:
        yield Plate(f"fan_{price}", lambda ax: fan(ensemble, ax, price, paths=3, record=record), overlaid=True)


def _meaning(ensemble: "AnyEnsemble", levels: Sequence[float], lines: Sequence[str], told: str) -> str:
    parts = []
    if levels:
        shares = ", ".join(f"{100 * level:g}" for level in reversed(levels))
        parts.append(f"Bands: the middle {shares} % of the runs on each day.")
    if lines:
        like = "runs" if ensemble.kept is ensemble else f"the {len(ensemble.kept)} runs kept whole"
        parts.append(f"Lines: single runs; in brackets, the share of {like} that each resembles most.")
    if told:
        parts.append(told)
    return " ".join(parts)


def _followed(ensemble: "AnyEnsemble", record: Ensemble, variable: str) -> str:
    """What the wide line is."""
    measured = overlay.name_of(record, variable) == overlay.MEASURED
    what = "as it was measured" if measured else f"what the model makes of the {overlay.LABEL}"
    return f"Wide: {what}, to {overlay.last_day(ensemble, record)}."
