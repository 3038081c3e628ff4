"""How far two scenarios come apart, pair by pair of runs on the same dice."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from sim.analysis.paths import edges, quantiles
from sim.experiments.pairs.compare import Comparison
from sim.text import brief

from .colours import COLOURS, band_colour
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    given_or_new,
    head,
    key,
    key_rows,
    labelled,
    plain_axes,
    points,
    signed,
)
from .labels import broken
from .settings import PLAIN, plain_text


@plain_text
def difference(
    comparison: Comparison,
    ax: Axes | None = None,
    variable: str = "tension",
    bands: Sequence[float] = (0.5, 0.8, 0.95),
) -> Axes:
    """Quantile bands of the differences between the two runs of each pair, with their mean and its interval.

    Parameters
    ----------
    variable : str
        A variable, `tension`, or a rung.
    bands : sequence of float
        Share of the pairs within each band, day by day.
    """
    ax = given_or_new(ax)
    refuse_empty(comparison)
    _, other = called_apart(comparison)
    shown, dates = labelled(comparison.first, variable), dates_of(comparison.first)
    first, second = comparison.paths(variable)
    apart, days = second.astype(float) - first.astype(float), comparison.over_time(variable)
    levels = sorted(bands, reverse=True)
    mean, low, high = (days[name].to_numpy() for name in ("difference", "low", "high"))
    shares = ", ".join(f"{100 * level:g}" for level in reversed(levels))
    told = f"Above zero: higher under {other}; below: lower. "
    told += f"Bands: the middle {shares} % of the pairs on each day. " if levels else ""
    told += "Line: the mean, between its paired 95 % interval, sampling error only."
    keys = [f"{100 * level:g} % of pairs" for level in levels]
    head(ax, _seen(comparison, shown, float(mean[-1]), float(low[-1]), float(high[-1])), told, key_rows(ax, keys))
    bounds = quantiles(apart, edges(levels))
    for at, (inner, outer) in enumerate(zip(bounds[::2], bounds[1::2], strict=True)):
        ax.fill_between(dates, inner, outer, color=band_colour(at, len(levels)), linewidth=0, label=keys[at])
    ax.plot(dates[[0, -1]], [0, 0], color=COLOURS["quiet text"], linewidth=0.8)
    ax.plot(dates, mean, color=COLOURS["text"], linewidth=1.8)
    for edge in (low, high):
        ax.plot(
            dates,
            np.where(np.isfinite(edge), edge, np.nan),
            color=COLOURS["text"],
            linewidth=0.9,
            linestyle=(0, (2, 1.5)),
        )
    unit = shown.attrs.get("units", "1")
    name = shown.attrs.get("long_name", variable)
    ax.set_ylabel(broken(f"{name}: difference{'' if unit == '1' else f' ({unit})'}", points(ax)[1]), **PLAIN)
    plain_axes(ax)
    signed(ax, *signature(comparison))
    interval = f"\n{low[-1]:+.2g} to {high[-1]:+.2g}" if np.isfinite(low[-1]) else ""
    text = f"mean {mean[-1]:+.2g}{interval}"
    date_axis(ax, comparison.first, column_for([text]))
    end_labels(ax, dates[-1], [float(mean[-1])], [text], [COLOURS["text"]])
    key(ax, reverse=True)
    return ax


def _seen(comparison: Comparison, shown: xr.DataArray, mean: float, low: float, high: float) -> str:
    """How far apart the two are on the last day, if that can be told from none."""
    name, day = shown.attrs.get("long_name", shown.name), brief(comparison.first.scenario.end)
    other = called_apart(comparison)[1]
    if not np.isfinite(low) or low <= 0 <= high:
        return f"{name}: no clear difference under {other} on {day}"
    unit = str(shown.attrs.get("units", "1"))
    unit = "" if unit == "1" else f" {unit}"
    return f"{name}: {'higher' if mean > 0 else 'lower'} by {abs(mean):.2g}{unit} under {other} on {day}, on average"


def called_apart(comparison: Comparison) -> tuple[str, str]:
    """What the two are called in words: by their titles, or by their names where these are the same."""
    one, other = (each.scenario.title.partition(":")[0] for each in (comparison.first, comparison.second))
    if one != other:
        return quoted(one), quoted(other)
    return comparison.names[0].replace("_", " "), comparison.names[1].replace("_", " ")


def quoted(text: str) -> str:
    """A title within a sentence."""
    return f"\N{LEFT SINGLE QUOTATION MARK}{text}\N{RIGHT SINGLE QUOTATION MARK}"


def refuse_empty(comparison: Comparison) -> None:
    """Refuse a comparison without a finished pair.

    Raises
    ------
    ValueError
        It has none.
    """
    if not len(comparison):
        raise ValueError(f"no pair of runs of {' and '.join(comparison.names)} was finished: nothing to draw")


def signature(comparison: Comparison) -> list[str]:
    """Whose pairs a figure shows, how many, and on which dice."""
    scenarios = [ensemble.scenario for ensemble in (comparison.first, comparison.second)]
    titles = " and ".join(dict.fromkeys(scenario.title.partition(":")[0] for scenario in scenarios))
    n, failed = len(comparison), max(len(comparison.first), len(comparison.second)) - len(comparison)
    parts = [titles, f"n = {n:,} {'pair' if n == 1 else 'pairs'} of runs"]
    if failed:
        parts.append(f"{failed:,} more failed, left out")
    parts.append(f"seed {comparison.first.seed}, the same dice")
    return [*parts, " and ".join(f"{scenario.name} {scenario.short_hash}" for scenario in scenarios)]
