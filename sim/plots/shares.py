"""Shares of runs: where they stand on the ladder, how far they have climbed, what came about in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.results.ensemble import Ensemble
from sim.text import brief, listed, percent

from . import overlay
from .colours import COLOURS, rung_colour, tint
from .frame import (
    column_for,
    column_of_labels,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_new,
    head,
    left_out,
    percent_axis,
    plain_axes,
    points,
    refuse_empty,
    rung_in_words,
    rung_name,
)
from .labels import broken, fitting, name_size, size, width_of
from .rows import rows_with_room, share_axis
from .settings import plain_text
from .standard import Plate, Shown, standard

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

RIBBON = (1.02, 1.06)
"""Where the rungs of recorded events lie, above all runs."""
PASSAGE_STYLES = ("solid", (0, (6, 1.5)), (0, (6, 1.5, 1, 1.5)), (0, (1.5, 1)))


@plain_text
def rungs(ensemble: "AnyEnsemble", ax: Axes | None = None, record: Ensemble | None = None) -> Axes:
    """Share of the runs on each rung on each day, stacked from rung 0 at the bottom to the gravest on top.

    A run stands on the highest rung acted on within the ladder's memory. Labels name the rungs that hold some run on
    any day, with their share on the last.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events, whose rungs make a ribbon above the runs (`sim.recorded`).
    """
    ax = given_or_new(ax)
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    refuse_empty(ensemble)
    shares = ensemble.standing()
    steps = np.flatnonzero(shares.any(axis=1)).tolist()
    low, high = (ends[:, -1] for ends in ensemble.interval.of_standing())
    most = int(shares[:, -1].argmax())
    memory = theatre.ladder.rung_memory.value
    head(
        ax,
        f"{percent(shares[most, -1])} of the runs stand on {rung_in_words(theatre, most)}, "
        f"on {brief(ensemble.scenario.end)}",
        f"By the gravest act of the past {memory:g} days. Right: shares on the last day; "
        f"sampling error at most ±{50 * float((high - low).max()):.1f} points (95 %).",
    )
    ax.stackplot(
        dates,
        *shares,
        colors=[rung_colour(rung) for rung in range(len(shares))],
        labels=[rung_name(theatre, rung) for rung in range(len(shares))],
        edgecolor="white",
        linewidth=0.3,
    )
    heights = (np.cumsum(shares, axis=0) - shares / 2)[steps, -1].tolist()
    ties = [COLOURS["quiet text"]] * len(steps)
    ax.set_ylim(0, 1)
    ax.set_ylabel("Share of runs")
    percent_axis(ax.yaxis)
    plain_axes(ax)
    foot(ax, ensemble)
    wide = column_of_labels(ax)
    # A rung that nobody stands on in the end is named by its number, if there is room.
    numbers = [f"rung {rung}: {percent(shares[rung, -1])}" for rung in steps]
    names = [broken(f"{rung_name(theatre, rung)}: {percent(shares[rung, -1])}", wide) for rung in steps]
    weights = [float(shares[rung, -1]) for rung in steps]
    if record is not None:
        overlay.ribbon(ax, ensemble, record, *RIBBON)
        ax.set_ylim(0, RIBBON[1] + 0.01)
        ax.set_yticks(np.linspace(0, 1, 6))
        names.append(broken(f"{overlay.LABEL}, to {overlay.last_day(ensemble, record)}", wide))
        numbers.append(names[-1])
        heights.append(sum(RIBBON) / 2)
        ties.append(COLOURS["record"])
        weights.append(2.0)
    texts = fitting(names, numbers, weights, points(ax)[1])
    date_axis(ax, ensemble, column_for(texts))
    end_labels(ax, dates[-1], heights, texts, ties)
    return ax


@standard
def _rungs(shown: Shown) -> Iterator[Plate]:
    yield Plate("rungs", lambda ax: rungs(shown.ensemble, ax, record=shown.record), overlaid=True)


@plain_text
def first_passage(
    ensemble: "AnyEnsemble",
    ax: Axes | None = None,
    rungs: Sequence[int] = (5, 7, 8, 9),
    record: Ensemble | None = None,
) -> Axes:
    """Share of the runs that have reached each rung, or one above it, by each day.

    Every run goes on to the horizon, so the share of runs is exact for the ensemble; its band is the pointwise 95 %
    interval of the sampling error (`Ensemble.interval`).

    Parameters
    ----------
    rungs : sequence of int
        The rungs to draw.
    record : Ensemble, optional
        Recorded events; a diamond on each curve marks the day on which they got there (`sim.recorded`).

    Raises
    ------
    ValueError
        There is no such rung, or no run was finished.
    """
    steps = sorted(set(rungs))
    if not steps or not 0 <= steps[0] <= steps[-1] <= 9:
        raise ValueError(f"rungs go from 0 to 9, found {', '.join(map(str, rungs)) or 'none'}")
    ax = given_or_new(ax)
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    refuse_empty(ensemble)
    counts = ensemble.reached(steps)
    low, high = ensemble.interval.of_reached(steps)
    shares = counts / ensemble.n_completed
    meaning = (
        f"Runs with an act on the rung or above it so far. Bands: 95 % {ensemble.interval.phrase}, sampling error only."
    )
    if record is not None:
        meaning += f" Diamonds: when the {overlay.LABEL}, to {overlay.last_day(ensemble, record)}, got there."
    ends = [
        f"{percent(shares[at, -1])} {'of the runs have reached ' if not at else ''}rung {rung}"
        for at, rung in enumerate(steps)
    ]
    head(ax, f"By {brief(ensemble.scenario.end)}, {listed(ends)}", meaning)
    for at, rung in enumerate(steps):
        colour, style = rung_colour(rung), PASSAGE_STYLES[at % len(PASSAGE_STYLES)]
        ax.fill_between(dates, low[at], high[at], color=colour, alpha=0.18, linewidth=0)
        ax.plot(dates, shares[at], color=colour, linestyle=style, linewidth=1.8, label=rung_name(theatre, rung))
    ax.set_ylim(0, min(1.0, 1.05 * float(high.max())))
    ax.set_ylabel("Share of runs")
    percent_axis(ax.yaxis)
    plain_axes(ax)
    foot(ax, ensemble)
    numbers = [f"rung {rung}: {percent(share)}" for rung, share in zip(steps, shares[:, -1], strict=True)]
    names = [
        broken(f"{rung_name(theatre, rung)}: {percent(share)}", column_of_labels(ax))
        for rung, share in zip(steps, shares[:, -1], strict=True)
    ]
    texts = fitting(names, numbers, [float(rung) for rung in steps], points(ax)[1])
    date_axis(ax, ensemble, column_for(texts))
    end_labels(ax, dates[-1], shares[:, -1].tolist(), texts, [rung_colour(rung) for rung in steps])
    if record is not None:
        there = overlay.passages(ensemble, record, steps)
        overlay.diamonds(ax, [(dates[day], shares[steps.index(rung), day]) for rung, day in there.items()])
    return ax


@standard
def _first_passage(shown: Shown) -> Iterator[Plate]:
    yield Plate("first_passage", lambda ax: first_passage(shown.ensemble, ax, record=shown.record), overlaid=True)


@plain_text
def outcomes(ensemble: "AnyEnsemble", ax: Axes | None = None, record: Ensemble | None = None) -> Axes:
    """Share of the runs in which each outcome held on some day, with 95 % intervals, the largest on top.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events; a date beside its name tells when an outcome came about in them (`sim.recorded`).
    """
    ax = given_or_new(ax)
    refuse_empty(ensemble)
    labels = {name: outcome.label for name, outcome in ensemble.scenario.theatre.outcomes.items()}
    phrase = ensemble.interval.phrase
    table = ensemble.shares().sort_values("share", ascending=False, kind="stable", ignore_index=True)
    came_about = {} if record is None else overlay.came_about(ensemble, record)
    meaning = f"Dots: share of runs in which it held on some day. Lines: 95 % {phrase}, sampling error only."
    if record is not None:
        meaning += f" Diamonds: when it came about in the {overlay.LABEL}, to {overlay.last_day(ensemble, record)}."
    head(ax, in_how_many(table, labels), meaning, bare=True)
    ax.set_xlabel("Share of runs", loc="right")
    foot(ax, ensemble)
    wide, _ = points(ax)
    told = [_with_interval(line) for line in table.to_dict("records")]
    dated = max((width_of(f"\N{BLACK DIAMOND} {date}") + 12 for date in came_about.values()), default=0.0)
    room = wide - max(map(width_of, told), default=0.0) * name_size() / size() - dated - 12
    rows, names = rows_with_room(ax, [labels.get(name, name) for name in table["outcome"]], room)
    n = len(rows)
    share, low, high = (table[name].to_numpy(float)[:n] for name in ("share", "low", "high"))
    ax.barh(rows, share, height=0.22, color=tint(COLOURS["outcome"], 0.3))
    ax.hlines(rows, low, high, color=COLOURS["outcome"], linewidth=2)
    ax.plot(share, rows, "o", color=COLOURS["outcome"], markersize=5.5, markeredgecolor="white", clip_on=False)
    for row, label, outcome, numbers in zip(rows, names, table["outcome"], told, strict=False):
        ax.text(0, row + 0.2, label, va="bottom", fontsize=name_size(), color=COLOURS["text"], parse_math=False)
        if outcome in came_about:
            overlay.beside(ax, row + 0.2, label, came_about[outcome])
        ax.text(1, row + 0.2, numbers, va="bottom", ha="right", fontsize=name_size(), color=COLOURS["text"])
    share_axis(ax, rows, names)
    if n < len(table):
        left_out(ax, f"{len(table) - n} rarer not drawn")
    return ax


def _with_interval(line: Mapping[Any, Any]) -> str:
    """A share with the ends of its interval."""
    return f"{percent(line['share'])}  ({percent(line['low']).removesuffix(' %')} to {percent(line['high'])})"


def in_how_many(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Which outcome came about most often, and which seldom, of those that came about at all."""
    came = table[table["share"] > 0]
    if came.empty:
        return "No outcome came about in any run"
    most, least = came.iloc[0], came.iloc[-1]
    told = f"In {of_hundred(most['share'])}: {labels.get(most['outcome'], most['outcome'])}"
    if least["share"] < most["share"]:
        told += f". In {of_hundred(least['share']).split()[0]}: {labels.get(least['outcome'], least['outcome'])}"
    return told


def of_hundred(share: float) -> str:
    """A share as a number of a hundred runs."""
    return f"{percent(share).removesuffix(' %')} of 100 runs"


@standard
def _outcomes(shown: Shown) -> Iterator[Plate]:
    yield Plate("outcomes", lambda ax: outcomes(shown.ensemble, ax, record=shown.record), overlaid=True)
