"""In which pairs of runs an outcome came about under one of two scenarios only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.experiments.pairs.compare import Comparison

from .colours import COLOURS, tint
from .difference import called_apart, refuse_empty, signature
from .frame import given_or_new, head, left_out, plain_axes, points, signed
from .labels import line, name_size, size, width_of
from .rows import row_limits, rows_with_room
from .settings import current, plain_text


@plain_text
def flips(comparison: Comparison, ax: Axes | None = None, like: Sequence[Comparison] = ()) -> Axes:
    """Pairs of runs that an outcome parts: to the left under the first scenario only, to the right under the second.

    What came about in both runs of a pair, or in neither, is told in words. The outcome whose share differs most is on
    top; on the right stands how far the shares are apart, with the paired 95 % interval.

    Parameters
    ----------
    like : sequence of Comparison
        What is drawn beside this one, to be held beside it by eye: all then have one scale.
    """
    ax = given_or_new(ax)
    refuse_empty(comparison)
    labels = {name: outcome.label for name, outcome in comparison.first.scenario.theatre.outcomes.items()}
    table = comparison.flips().merge(comparison.difference(), on="outcome")
    table = table.sort_values("difference", key=abs, ascending=False, kind="stable", ignore_index=True)
    most = max(_most(each) for each in (comparison, *like))
    meaning = "Bars: pairs in which it came about under one only. Right: how its share changes, paired interval."
    head(ax, _seen(table, labels, comparison), meaning, keys=1, bare=True)
    ax.set_xlabel("Pairs of runs", loc="right")
    signed(ax, *signature(comparison))
    told = [_told(row) for row in table.itertuples(index=False)]
    room = points(ax)[0] - max(map(width_of, told), default=0.0) - 12
    rows, names = rows_with_room(ax, [labels[name] for name in table["outcome"]], room)
    reach = 1.12 * most + 1
    for at, row, name, text in zip(rows, table.itertuples(index=False), names, told, strict=False):
        _bars(ax, at, row)
        ax.text(-reach, 0.22 + at, name, va="bottom", fontsize=name_size(), color=COLOURS["text"], parse_math=False)
        ax.text(reach, 0.22 + at, text, va="bottom", ha="right", fontsize=size(), color=COLOURS["text"])
    ax.set_xlim(-reach, reach)
    plain_axes(ax, grid="x")
    row_limits(ax, rows, names)
    _middle(ax, rows)
    _sides(ax, called_apart(comparison))
    ticks = [tick for tick in MaxNLocator(4, integer=True).tick_values(0, most) if tick <= most]
    ax.set_xticks([-tick for tick in ticks[:0:-1]] + ticks, [f"{tick:,.0f}" for tick in ticks[:0:-1] + ticks])
    if len(rows) < len(table):
        left_out(ax, f"{len(table) - len(rows)} that change less are not drawn")
    return ax


def _most(comparison: Comparison) -> int:
    """The most pairs that an outcome parts to one side."""
    return max(int(comparison.flips()[["first_only", "second_only"]].to_numpy().max(initial=0)), 1)


def _seen(table: pd.DataFrame, labels: dict[str, str], comparison: Comparison) -> str:
    """Which outcome changes most, if any can be told to change."""
    clear = table[(table["low"] > 0) | (table["high"] < 0)]
    if clear.empty:
        turned = int((table["first_only"] + table["second_only"]).sum())
        still = f"The change turns no outcome in {len(comparison):,} pairs"
        return "No outcome clearly becomes likelier or less" if turned else still
    top = clear.iloc[0]
    change = f"{100 * abs(top['difference']):.1f} points {'more' if top['difference'] > 0 else 'less'} often"
    return f"{labels[top['outcome']]}: {change} under {called_apart(comparison)[1]}"


def _told(row: Any) -> str:
    change = f"{100 * row.difference:+.1f} points"
    if current().far:
        return change
    return (
        f"in both {row.both:,}, in neither {row.neither:,};  {change} ({100 * row.low:+.1f} to {100 * row.high:+.1f})"
    )


def _bars(ax: Axes, at: float, row: Any) -> None:
    """Both bars of an outcome, with their numbers at the ends."""
    for end, name in ((-row.first_only, "first"), (row.second_only, "second")):
        ax.barh(at, end, height=0.3, color=tint(COLOURS[name], 0.85))
        left = name == "first"
        ax.annotate(
            f"{abs(end):,}",
            (end, at),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=size(),
            color=COLOURS["text"],
        )


def _middle(ax: Axes, rows: NDArray[np.float64]) -> None:
    """A line between the sides, beside the bars and not through the names."""
    ax.vlines(np.zeros(len(rows)), rows - 0.2, rows + 0.2, color=COLOURS["text"], linewidth=0.8)


def _sides(ax: Axes, names: tuple[str, str]) -> None:
    """Say above the Axes which side is whose."""
    one, other = f"\N{LEFTWARDS ARROW} only {names[0]}", f"only {names[1]} \N{RIGHTWARDS ARROW}"
    if 1.15 * (width_of(one) + width_of(other)) + 12 > points(ax)[0]:
        one, other = "\N{LEFTWARDS ARROW} only as it was", "only with the change \N{RIGHTWARDS ARROW}"
    for x, side, text in ((0, "left", one), (1, "right", other)):
        note = ax.annotate(
            text,
            (x, 1),
            xytext=(0, 0.25 * line()),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=size(),
            fontweight="bold",
            color=COLOURS["first" if side == "left" else "second"],
        )
        note.set_parse_math(False)
