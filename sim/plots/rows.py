"""Rows of a figure, each with its name above a mark: as many as there is room for, and names that are never cut."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from .colours import COLOURS
from .frame import percent_axis, plain_axes, points
from .labels import broken, height_of, name_size, size, width_of
from .settings import current

SMALL, PATH = 0.8, "path"
"""Size of a number's path beside its words, as a part of that of the text; and how such texts are marked."""


def rows_with_room(
    ax: Axes, names: Sequence[str], wide: float, most: int | None = None
) -> tuple[NDArray[np.float64], list[str]]:
    """Where marks lie of which each has its name above it, as many from the first as there is room for.

    Returns
    -------
    Heights of the marks, 0 for the first and 1 apart where names have one line; and the names, broken to a width
    """
    texts = [broken(name, wide, name_size()) for name in names]
    step = height_of("x", name_size()) / 0.62
    more = np.array([0.62 * text.count("\n") for text in texts])
    heights = np.cumsum(1 + more)
    n = int(np.sum((heights + 0.25) * step <= points(ax)[1]))
    n = max(min(n, most or n), min(1, len(texts)))
    return (more[:1].sum() + 1 - heights)[:n] if n else heights, texts[:n]


def write_name(ax: Axes, x: float, y: float, words: str, path: str, room: float) -> None:
    """Write what a number is called, broken to so many points, and small behind it, where there is room, its path."""
    note = ax.text(x, y, words, va="bottom", fontsize=size(), linespacing=1.1, color=COLOURS["text"], parse_math=False)
    note.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    begin, small = width_of(words) + 7, SMALL * size()
    if current().far or path in ("", words) or begin + width_of(path, small) > room:
        return
    beside = ax.annotate(
        path,
        (x, y),
        xytext=(begin, 0.5),
        textcoords="offset points",
        va="bottom",
        fontsize=small,
        color=COLOURS["quiet text"],
        gid=PATH,
    )
    beside.set_parse_math(False)


def row_limits(ax: Axes, rows: NDArray[np.float64], names: Sequence[str]) -> None:
    """Show so many rows, from the top of the first name to below the last mark."""
    first = 0.62 * names[0].count("\n") if len(names) else 0.0
    ax.set_ylim(rows[-1] - 0.4 if len(rows) else -1, 0.85 + first)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def share_axis(ax: Axes, rows: NDArray[np.float64], names: Sequence[str] = ()) -> None:
    """Lay out Axes on which each row is the share of an outcome."""
    ax.set_xlim(0, 1)
    ax.set_xlabel("Share of runs", loc="right")
    ax.xaxis.set_major_locator(FixedLocator([0, 0.2, 0.4, 0.6, 0.8, 1]))
    percent_axis(ax.xaxis)
    plain_axes(ax, grid="x")
    row_limits(ax, rows, names)
