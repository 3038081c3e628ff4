"""Shares of runs: where they stand on the ladder, how far they have climbed, what came about in them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.intervals import wilson
from sim.analysis.ladder import reached, standing
from sim.results.ensemble import Ensemble

from .colours import COLOURS, rung_colour, tint
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_current,
    head,
    percent,
    percent_axis,
    plain_axes,
    rung_name,
    sound_rows,
)
from .labels import SIZE, wrapped

WIDTH = 33
"""Letters in a line of a label."""
PASSAGE_STYLES = ("solid", (0, (6, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1.5, 1)))


def rungs(ensemble: Ensemble, ax: Axes | None = None) -> Axes:
    """Share of the runs on each rung on each day, stacked from rung 0 at the bottom to the gravest on top.

    A run stands on the highest rung acted on within the ladder's memory. Labels name the rungs that hold some run on
    any day, with their share on the last.
    """
    ax = given_or_current(ax)
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    rows = sound_rows(ensemble, "rung")
    shares = standing(rows)
    steps = [rung for rung in range(len(shares)) if shares[rung].any()]
    ax.stackplot(
        dates,
        *shares,
        colors=[rung_colour(rung) for rung in range(len(shares))],
        labels=[rung_name(theatre, rung) for rung in range(len(shares))],
        edgecolor="white",
        linewidth=0.3,
    )
    texts = [wrapped(f"{percent(shares[rung, -1])}  {rung_name(theatre, rung)}", WIDTH) for rung in steps]
    ax.set_ylim(0, 1)
    ax.set_ylabel("Share of runs")
    percent_axis(ax.yaxis)
    plain_axes(ax)
    date_axis(ax, ensemble, column_for(texts))
    middle = (np.cumsum(shares, axis=0) - shares / 2)[:, -1]
    end_labels(ax, dates[-1], [middle[rung] for rung in steps], texts, [COLOURS["quiet text"]] * len(steps))
    low, high = wilson(len(rows) / 2, len(rows))
    memory = theatre.ladder.rung_memory.value
    head(
        ax,
        "On which rung the runs stand",
        f"Gravest act of the past {memory:g} days. Right: shares on the last day; "
        f"sampling error at most ±{50 * float(high - low):.1f} points (95 %).",
    )
    foot(ax, ensemble)
    return ax


def first_passage(ensemble: Ensemble, ax: Axes | None = None, rungs: Sequence[int] = (5, 7, 8, 9)) -> Axes:
    """Share of the runs that have reached each rung, or one above it, by each day.

    Every run goes on to the horizon, so the share of runs is exact for the ensemble; its band is the pointwise 95 %
    Wilson interval of the sampling error.

    Parameters
    ----------
    rungs : sequence of int
        The rungs to draw.
    """
    steps = sorted(set(rungs))
    if not steps or not 0 <= steps[0] <= steps[-1] <= 9:
        raise ValueError(f"rungs go from 0 to 9, found {', '.join(map(str, rungs)) or 'none'}")
    ax = given_or_current(ax)
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    rows = sound_rows(ensemble, "rung")
    counts = reached(rows, steps)
    low, high = wilson(counts, len(rows))
    shares = counts / len(rows)
    for at, rung in enumerate(steps):
        colour, style = rung_colour(rung), PASSAGE_STYLES[at % len(PASSAGE_STYLES)]
        ax.fill_between(dates, low[at], high[at], color=colour, alpha=0.18, linewidth=0)
        ax.plot(dates, shares[at], color=colour, linestyle=style, linewidth=1.8, label=rung_name(theatre, rung))
    texts = [
        wrapped(f"{percent(share)}  {rung_name(theatre, rung)}", WIDTH)
        for rung, share in zip(steps, shares[:, -1], strict=True)
    ]
    ax.set_ylim(0, min(1.0, 1.05 * float(high.max())))
    ax.set_ylabel("Share of runs")
    percent_axis(ax.yaxis)
    plain_axes(ax)
    date_axis(ax, ensemble, column_for(texts))
    end_labels(ax, dates[-1], shares[:, -1].tolist(), texts, [rung_colour(rung) for rung in steps])
    head(
        ax,
        "How many runs have climbed to a rung, and when",
        "Runs with an act on the rung or above it so far. Bands: 95 % Wilson intervals, sampling error only.",
    )
    foot(ax, ensemble)
    return ax


def outcomes(ensemble: Ensemble, ax: Axes | None = None) -> Axes:
    """Share of the runs in which each outcome held on some day, with 95 % Wilson intervals, the largest on top."""
    ax = given_or_current(ax)
    if not len(ensemble.sound):
        raise ValueError(f"none of the {len(ensemble)} runs of {ensemble.scenario.name} was finished: nothing to draw")
    labels = {name: outcome.label for name, outcome in ensemble.scenario.theatre.outcomes.items()}
    table = ensemble.shares().sort_values("share", ascending=False, kind="stable", ignore_index=True)
    rows = -np.arange(len(table), dtype=float)
    share, low, high = (table[name].to_numpy(float) for name in ("share", "low", "high"))
    ax.barh(rows, share, height=0.22, color=tint(COLOURS["outcome"], 0.3))
    ax.hlines(rows, low, high, color=COLOURS["outcome"], linewidth=2)
    ax.plot(share, rows, "o", color=COLOURS["outcome"], markersize=5.5, markeredgecolor="white", clip_on=False)
    for row, line in zip(rows, table.to_dict("records"), strict=True):
        numbers = f"{percent(line['share'])}  ({percent(line['low']).removesuffix(' %')} to {percent(line['high'])})"
        label = labels.get(line["outcome"], line["outcome"])
        ax.text(0, row + 0.2, label, va="bottom", fontsize=SIZE + 1, color=COLOURS["text"], parse_math=False)
        ax.text(1, row + 0.2, numbers, va="bottom", ha="right", fontsize=SIZE + 1, color=COLOURS["text"])
    ax.set_xlim(0, 1)
    ax.set_ylim(rows[-1] - 0.4 if len(rows) else -1, 0.85)
    ax.set_yticks([])
    ax.set_xlabel("Share of runs", loc="right")
    percent_axis(ax.xaxis)
    plain_axes(ax, grid="x")
    ax.spines["left"].set_visible(False)
    head(
        ax,
        "What came about, and in how many runs",
        "Dots: share of runs in which it held on some day. Lines: 95 % Wilson intervals, sampling error only.",
    )
    foot(ax, ensemble)
    return ax
