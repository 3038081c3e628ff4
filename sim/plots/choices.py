"""What each option of an actor brings, side by side."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.experiments.branching.choices import HOLD, Choices
from sim.text import brief, called, percent

from .colours import COLOURS, tint
from .frame import given_or_new, head, left_out, percent_axis, plain_axes, points, signed
from .labels import name_size
from .rows import row_limits, rows_with_room
from .settings import plain_text


@plain_text
def choices(choices: Choices, ax: Axes | None = None, outcome: str | None = None) -> Axes:
    """Share of the branches in which an outcome comes about, by the action taken, beside the share if the actor holds.

    The option that brings it most often is on top; the dotted line is to hold. Branches of all options have the same
    dice, so that small differences count. A line is the paired 95 % interval of the difference from holding, laid
    beside the dotted one: where it leaves that out, the dot is full.

    Parameters
    ----------
    outcome : str, optional
        The outcome; left out, the one whose share differs most between options.

    Raises
    ------
    ValueError
        No branch was finished under every option.
    """
    chosen = outcome or choices.telling
    table = choices.by(chosen)
    ax = given_or_new(ax, height=1.7 + 0.3 * len(table))
    if not len(choices):
        raise ValueError("no branch was finished under every option: nothing to draw")
    hold = float(table.loc[table["action"] == HOLD, "share"].iloc[0])
    on = choices.scenario.start + timedelta(days=choices.day)
    head(
        ax,
        _seen(choices, table, chosen, hold),
        f"Full dots stand apart from holding (dotted, {percent(hold)}). Lines: paired 95 % intervals of the difference "
        f"from holding, in branches on the same dice. Options on {brief(on)}, followed for {choices.days} days.",
        bare=True,
    )
    ax.set_xlabel("Share of branches", loc="right")
    _sign(ax, choices)
    shown, rows, names = _shown(ax, choices, table)
    for at, row in zip(rows, shown.itertuples(index=False), strict=True):
        _row(ax, at, row, hold)
    ax.vlines(
        np.full(len(rows), hold),
        rows - 0.22,
        rows + 0.22,
        color=COLOURS["quiet text"],
        linewidth=1,
        linestyle=(0, (1.5, 1.5)),
    )
    furthest = max(float(table["share"].max()), hold + float(table["difference_high"].max(skipna=True)))
    ax.set_xlim(0, min(1.05 * max(furthest, 0.01), 1.0))
    for at, name in zip(rows, names, strict=True):
        ax.text(0, 0.22 + at, name, va="bottom", fontsize=name_size(), color=COLOURS["text"], parse_math=False)
    percent_axis(ax.xaxis)
    plain_axes(ax, grid="x")
    row_limits(ax, rows, names)
    if len(shown) < len(table):
        left_out(ax, f"{len(table) - len(shown)} that differ less are not drawn")
    return ax


def _apart(row: Any) -> bool:
    return bool(row.difference_low > 0 or row.difference_high < 0)


def _seen(choices: Choices, table: pd.DataFrame, outcome: str, hold: float) -> str:
    """Which option stands furthest apart from holding, if any does."""
    brought = choices.scenario.theatre.outcomes[outcome].label
    actor = called(choices.scenario.theatre.actors[choices.actor].label)
    apart = [row for row in table.itertuples(index=False) if row.action != HOLD and _apart(row)]
    if not apart:
        return f"{brought}: nothing that {actor} can do stands clearly apart from holding ({percent(hold)} of branches)"
    top = max(apart, key=lambda row: abs(row.share - hold))
    return (
        f"{brought}: {percent(top.share)} of branches after \N{LEFT SINGLE QUOTATION MARK}{choices.label(top.action)}"
        + (f"\N{RIGHT SINGLE QUOTATION MARK}, {percent(hold)} if {actor} holds")
    )


def _shown(ax: Axes, choices: Choices, table: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64], list[str]]:
    """The options that there is room for: to hold, and those that differ most from it; by their shares."""
    wide, _ = points(ax)
    for n in range(len(table), 0, -1):
        differs = table["difference"].abs().where(table["action"] != HOLD, np.inf)
        kept = table.loc[differs.sort_values(ascending=False, kind="stable").index[:n]].sort_index()
        rows, names = rows_with_room(ax, [choices.label(action) for action in kept["action"]], wide)
        if len(rows) == n:
            break
    return kept, rows, names


def _row(ax: Axes, at: float, row: Any, hold: float) -> None:
    """An option's share, and beside the share of holding the interval of how far it is from that."""
    colour = COLOURS["quiet text"] if row.action == HOLD else COLOURS["outcome"]
    if row.action == HOLD:
        ax.hlines(at, row.low, row.high, color=colour, linewidth=0.8)
    elif np.isfinite(row.difference_low):
        ends = np.clip([hold + row.difference_low, hold + row.difference_high], 0, 1)
        ax.hlines(at, *ends, color=colour if _apart(row) else tint(colour, 0.5), linewidth=2)
    face = colour if _apart(row) or row.action == HOLD else "white"
    ax.plot(row.share, at, "o", color=colour, markerfacecolor=face, markersize=5.5, clip_on=False, zorder=3)


def _sign(ax: Axes, choices: Choices) -> None:
    scenario, n = choices.scenario, len(choices)
    parts = [scenario.title, f"run {choices.run}, day {choices.day}", f"n = {n:,} branches each"]
    if choices.failed:
        parts.append(f"{choices.failed:,} more failed, left out")
    signed(ax, *parts, f"seed {choices.seed}", f"{scenario.name} {scenario.short_hash}")
