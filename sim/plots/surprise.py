"""How much each day of a record surprised a model: a calendar."""

from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from numpy.typing import NDArray

from sim.text import brief, called, month, number

from .colours import COLOURS, tint
from .frame import given_or_new, head, points, signed
from .labels import broken, height_of, name_size, size
from .settings import current, plain_text

if TYPE_CHECKING:
    from sim.theatre.language.scenario import Scenario

MOST_NAMED = 12
COLUMN = 0.42
"""Share of the width that the column of names takes."""
SHADES = 64


class FilteredDays(Protocol):
    """What is read of a filter's result."""

    @property
    def scenario(self) -> "Scenario":
        """What was held to the record."""

    @property
    def particles(self) -> int:
        """How many runs followed it."""

    @property
    def seed(self) -> int:
        """Of their dice."""

    @property
    def parts(self) -> pd.DataFrame:
        """A row for each day and actor that the record speaks of: date, actor, action (None for silence), nats.

        Nats are logs of chances; the chance of a recorded act is 0 where the rules forbid it.
        """


@plain_text
def surprise(filtered: FilteredDays, ax: Axes | None = None, named: int = MOST_NAMED) -> Axes:
    """Nats of every day of the record, a row for each month: the darker, the less the model expected what it has.

    A day counts for what is recorded of it and for what is not. The days that stand out are numbered and named.

    Parameters
    ----------
    filtered : Filtered, or Surprise
    named : int
        How many days are named at most; 0 names none.

    Raises
    ------
    ValueError
        The record tells of no day.
    """
    filtered = getattr(filtered, "filtered", filtered)
    if not len(filtered.parts):
        raise ValueError("the record tells of no day: nothing to draw")
    days = -filtered.parts.groupby("date")["nats"].sum()
    days = days.clip(lower=0.0).reindex(pd.date_range(days.index.min(), days.index.max()), fill_value=0.0)
    months = days.index.year * 12 + days.index.month
    rows = (months - months[0]).to_numpy()
    ax = given_or_new(ax, height=1.6 + max(0.19 * (rows[-1] + 1), 2.4))
    stand_out = days.sort_values(ascending=False, kind="stable").head(min(named, 5) if current().far else named)
    stand_out = stand_out[stand_out > 0]
    _tell(ax, filtered, days)
    grid = np.full((rows[-1] + 1, 31), np.nan)
    grid[rows, days.index.day.to_numpy() - 1] = days.to_numpy()
    most = max(float(days.max()), 1e-9)
    shades = ListedColormap([tint(COLOURS["outcome"], 0.04 + 0.96 * at / (SHADES - 1)) for at in range(SHADES)])
    edges = np.arange(grid.shape[0] + 1) - 0.5
    ax.pcolormesh(
        np.arange(32) + 0.5, edges, grid, cmap=shades, norm=PowerNorm(0.5, 0, most), edgecolor="white", linewidth=0.6
    )
    _lay_out(ax, days.index, rows)
    n = _name(ax, filtered, stand_out, grid.shape[0])
    _number(ax, stand_out.head(n), days.index, rows, most)
    return ax


def _tell(ax: Axes, filtered: FilteredDays, days: pd.Series) -> None:
    """Say what is shown, and of whom."""
    most = pd.Timestamp(days.idxmax())
    surprised = f"{brief(most.date())} surprised the model most: {_what(filtered, most)}"
    head(
        ax,
        surprised if days.max() > 0 else "No day of the record surprised the model",
        f"Shade: nats, minus the log of the chance that the model gave to the day's record, its silence included; "
        f"{number(float(days.sum()))} in all, {number(max(float(days.max()), 1e-9))} at most. Named, with their nats: "
        "the days with most.",
    )
    ax.set_xlabel("Day of the month", loc="right")
    scenario = filtered.scenario
    signed(
        ax,
        scenario.title,
        f"n = {filtered.particles:,} particles",
        f"seed {filtered.seed}",
        f"{scenario.name} {scenario.short_hash}",
    )


def _lay_out(ax: Axes, dates: pd.DatetimeIndex, rows: NDArray[np.integer[Any]]) -> None:
    """Days to the right, months down, and room for names on the right."""
    ax.set_xlim(0.5, 0.5 + 31 / (1 - COLUMN))
    ax.set_ylim(rows[-1] + 0.5, -0.5)
    firsts = [int(np.flatnonzero(rows == row)[0]) for row in range(rows[-1] + 1)]
    months = [dates[first].date() for first in firsts]
    every = max(1, -(-len(months) * int(1.3 * size()) // max(int(points(ax)[1]), 1)))
    named = range(0, len(months), every)
    ax.set_yticks(named, [_month(months[at], at) for at in named], fontsize=size())
    ticks = [1, 10, 20, 30] if current().far else [1, 5, 10, 15, 20, 25, 30]
    ax.set_xticks(ticks, list(map(str, ticks)), fontsize=size())
    ax.xaxis.label.set_fontsize(name_size())
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.spines[:].set_visible(False)


def _month(day: date, at: int) -> str:
    name = month(day)[:3]
    return f"{name} {day.year}" if at == 0 or day.month == 1 else name


def _number(ax: Axes, days: pd.Series, dates: pd.DatetimeIndex, rows: NDArray[np.integer[Any]], most: float) -> None:
    """Write the rank of each day that is named into it, where its square is large enough, else beside it."""
    row_of = dict(zip(dates, rows.tolist(), strict=True))
    for rank, (day, nats) in enumerate(days.items(), 1):
        dark = (nats / most) ** 0.5 > 0.5
        colour = "white" if dark else COLOURS["text"]
        ax.text(day.day, row_of[day], str(rank), ha="center", va="center", fontsize=size(), color=colour, clip_on=False)


def _name(ax: Axes, filtered: FilteredDays, days: pd.Series, n_rows: int) -> int:
    """Say in the column on the right what was recorded on these days; return of how many there is room for."""
    wide, tall = points(ax)
    texts = [
        broken(f"{rank}: {brief(day.date())}: {_what(filtered, day)}, {number(nats, 2)}", COLUMN * wide - 14)
        for rank, (day, nats) in enumerate(days.items(), 1)
    ]
    room = np.cumsum([1.1 * height_of(text) for text in texts])
    texts = texts[: int((room <= tall).sum())]
    scale = tall / n_rows
    for text, below in zip(texts, room.tolist(), strict=False):
        ax.text(
            32.5,
            (below - 0.55 * height_of(text)) / scale - 0.5,
            text,
            va="center",
            fontsize=size(),
            linespacing=1.1,
            color=COLOURS["text"],
            parse_math=False,
        )
    return len(texts)


def _what(filtered: FilteredDays, day: pd.Timestamp) -> str:
    """What weighs most of a day: an act, or that somebody did nothing that would have been seen."""
    parts = filtered.parts
    row = parts[parts["date"] == day].sort_values("nats", kind="stable").iloc[0]
    theatre = filtered.scenario.theatre
    if isinstance(row["action"], str):
        label = theatre.actions[row["action"]].label
        mine = parts[parts["event"] == row["event"]]
        return f"{label}{' (impossible)' if (mine['chance'] == 0).all() else ''}"
    if row["actor"] in theatre.actors:
        return f"Nothing seen of {called(theatre.actors[row['actor']].label)}"
    return "What is unsure of the record"
