"""How far two scenarios come apart, pair by pair of runs on the same dice."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.paths import edges, quantiles
from sim.experiments.pairs.compare import Comparison

from .colours import COLOURS, tint
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    given_or_new,
    head,
    labelled,
    plain_axes,
    signed,
)
from .labels import SIZE
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
    one, other = comparison.names
    shown, dates = labelled(comparison.first, variable), dates_of(comparison.first)
    first, second = comparison.paths(variable)
    apart, days = second.astype(float) - first.astype(float), comparison.over_time(variable)
    levels = sorted(bands, reverse=True)
    bounds = quantiles(apart, edges(levels))
    for at, (level, low, high) in enumerate(zip(levels, bounds[::2], bounds[1::2], strict=True)):
        colour = tint(COLOURS["band"], 0.16 + 0.3 * at / max(len(levels) - 1, 1))
        ax.fill_between(dates, low, high, color=colour, linewidth=0, label=f"{100 * level:g} % of pairs")
    mean, low, high = (days[name].to_numpy() for name in ("difference", "low", "high"))
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
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top + 0.09 * (top - bottom))
    unit = shown.attrs.get("units", "1")
    ax.set_ylabel(f"{other} less {one}{'' if unit == '1' else f' ({unit})'}", **PLAIN)
    plain_axes(ax)
    interval = f"\n{low[-1]:+.2g} to {high[-1]:+.2g}" if np.isfinite(low[-1]) else ""
    text = f"mean {mean[-1]:+.2g}{interval}"
    date_axis(ax, comparison.first, column_for([text]))
    end_labels(ax, dates[-1], [float(mean[-1])], [text], [COLOURS["text"]])
    if levels:
        ax.legend(loc="upper left", fontsize=SIZE, frameon=False, ncols=len(levels), reverse=True, borderaxespad=0)
    shares = ", ".join(f"{100 * level:g}" for level in reversed(levels))
    told = f"Bands: the middle {shares} % of the pairs on each day. " if levels else ""
    told += "Line: the mean, between its paired 95 % interval, sampling error only."
    head(ax, f"{shown.attrs.get('long_name', variable)}: what the change changes, run by run", told)
    signed(ax, *signature(comparison))
    return ax


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
    n, failed = len(comparison), max(len(comparison.first), len(comparison.second)) - len(comparison)
    parts = [" and ".join(f"{scenario.name} {scenario.short_hash}" for scenario in scenarios)]
    parts.append(f"n = {n:,} {'pair' if n == 1 else 'pairs'} of runs")
    if failed:
        parts.append(f"{failed:,} more failed, left out")
    return [*parts, f"seed {comparison.first.seed}, the same dice"]
