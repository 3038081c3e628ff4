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
from .labels import LINE, SIZE, apart, wrapped
from .settings import plain_text

if TYPE_CHECKING:
    from sim.theatre.language.scenario import Scenario

MOST_NAMED = 12
LETTERS = 42
COLUMN = 215.0
"""Points for the column of names."""
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
    ax = given_or_new(ax, height=1.4 + max(0.17 * (rows[-1] + 1), 2.4))
    grid = np.full((rows[-1] + 1, 31), np.nan)
    grid[rows, days.index.day.to_numpy() - 1] = days.to_numpy()
    most = max(float(days.max()), 1e-9)
    shades = ListedColormap([tint(COLOURS["outcome"], 0.04 + 0.96 * at / (SHADES - 1)) for at in range(SHADES)])
    edges = np.arange(grid.shape[0] + 1) - 0.5
    ax.pcolormesh(
        np.arange(32) + 0.5, edges, grid, cmap=shades, norm=PowerNorm(0.5, 0, most), edgecolor="white", linewidth=0.6
    )
    stand_out = days.sort_values(ascending=False, kind="stable").head(named)
    stand_out = stand_out[stand_out > 0]
    _lay_out(ax, days.index, rows)
    _number(ax, stand_out, days.index, rows, most)
    _name(ax, filtered, stand_out, grid.shape[0])
    total = number(float(days.sum()))
    head(
        ax,
        "Which days of the record surprised the model",
        f"Shade: nats, minus the log of the chance that the model gave to the day's record, its silence included; "
        f"{total} in all, {number(most)} at most. Named, with their nats: the days with most.",
    )
    scenario = filtered.scenario
    signed(
        ax,
        f"{scenario.name} {scenario.short_hash}",
        f"n = {filtered.particles:,} particles",
        f"seed {filtered.seed}",
    )
    return ax


def _lay_out(ax: Axes, dates: pd.DatetimeIndex, rows: NDArray[np.integer[Any]]) -> None:
    """Days to the right, months down, and room for names on the right."""
    wide, _ = points(ax)
    ax.set_xlim(0.5, 0.5 + 31 / (1 - min(COLUMN / wide, 0.6)))
    ax.set_ylim(rows[-1] + 0.5, -0.5)
    firsts = [int(np.flatnonzero(rows == row)[0]) for row in range(rows[-1] + 1)]
    months = [dates[first].date() for first in firsts]
    ax.set_yticks(range(len(months)), [_month(each, at) for at, each in enumerate(months)], fontsize=SIZE)
    ax.set_xticks([1, 5, 10, 15, 20, 25, 30], ["1", "5", "10", "15", "20", "25", "30"], fontsize=SIZE)
    ax.set_xlabel("Day of the month", loc="right", fontsize=SIZE + 1)
    ax.tick_params(length=0, labelcolor=COLOURS["text"])
    ax.spines[:].set_visible(False)


def _month(day: date, at: int) -> str:
    name = month(day)[:3]
    return f"{name} {day.year}" if at == 0 or day.month == 1 else name


def _number(ax: Axes, days: pd.Series, dates: pd.DatetimeIndex, rows: NDArray[np.integer[Any]], most: float) -> None:
    """Write the rank of each day that is named into it."""
    row_of = dict(zip(dates, rows.tolist(), strict=True))
    for rank, (day, nats) in enumerate(days.items(), 1):
        dark = (nats / most) ** 0.5 > 0.5
        colour = "white" if dark else COLOURS["text"]
        ax.text(
            day.day, row_of[day], str(rank), ha="center", va="center", fontsize=SIZE - 1, color=colour, clip_on=False
        )


def _name(ax: Axes, filtered: FilteredDays, days: pd.Series, n_rows: int) -> None:
    """Say in the column on the right what was recorded on these days."""
    _, tall = points(ax)
    texts = [f"{rank}  {_what(filtered, day)}" for rank, day in enumerate(days.index, 1)]
    texts = [f"{text}  {number(nats, 2)}" for text, nats in zip(texts, days.tolist(), strict=True)]
    scale = tall / n_rows
    sizes = [LINE * 1.15 * (1 + text.count("\n")) for text in texts]
    places = apart(np.arange(len(texts)) * LINE * 2.3, sizes, 0, tall)
    for text, place in zip(texts, places.tolist(), strict=True):
        ax.text(32.5, place / scale - 0.5, text, va="center", fontsize=SIZE, linespacing=1.1, color=COLOURS["text"])


def _what(filtered: FilteredDays, day: pd.Timestamp) -> str:
    """What weighs most of a day: an act, or that somebody did nothing that would have been seen."""
    parts = filtered.parts
    row = parts[parts["date"] == day].sort_values("nats", kind="stable").iloc[0]
    theatre = filtered.scenario.theatre
    if isinstance(row["action"], str):
        label = theatre.actions[row["action"]].label
        mine = parts[parts["event"] == row["event"]]
        impossible = " (impossible)" if (mine["chance"] == 0).all() else ""
        text = f"{label}{impossible}"
    elif row["actor"] in theatre.actors:
        text = f"Nothing seen of {called(theatre.actors[row['actor']].label)}"
    else:
        text = "What is unsure of the record"
    return wrapped(f"{brief(day.date())}: {text}", LETTERS, 2).replace("\n", "\n    ")
