"""Where something happens among the points of a sweep: two numbers as a map, PRIM's trade-off, a box over its axes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from sim.analysis.discovery import Box
from sim.analysis.peeling import peeling
from sim.results.sweep import Sweep
from sim.text import percent
from sim.theatre.parameters.law import Laws

from .colours import COLOURS, tint
from .frame import given_or_new, head, percent_axis, plain_axes, points, signed
from .influence import is_share, signature
from .labels import line, size, width_of, wrapped
from .settings import PLAIN, plain_text

CELLS = 8
"""Cells to each side, where points do not stand on a grid."""
FEWEST = 3
"""Points in a cell of which a mean is drawn, where they do not stand on a grid."""
LETTERS = 22


@plain_text
def heat(sweep: Sweep, measure: str, numbers: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """A measure over two numbers, as a map; the mean in each cell is written there.

    Parameters
    ----------
    numbers : two paths, optional
        Across and upwards; left out, the two that matter most. Over all other numbers, means are taken.

    Raises
    ------
    ValueError
        There are not two such numbers.
    """
    ax = given_or_new(ax)
    name = sweep.measure(measure)
    across, upward = _two(sweep, name, numbers)
    values = sweep.Y(name)
    columns, rows = _cells(sweep, across), _cells(sweep, upward)
    total, count = (np.zeros((len(rows[1]), len(columns[1]))) for _ in range(2))
    sound = np.isfinite(values)
    np.add.at(total, (rows[0][sound], columns[0][sound]), values[sound])
    np.add.at(count, (rows[0][sound], columns[0][sound]), 1)
    least = 1 if sweep.design.method == "grid" else FEWEST
    with np.errstate(invalid="ignore"):
        means = np.where(count >= least, total / count, np.nan)
    shades = LinearSegmentedColormap.from_list("shades", ["#ffffff", COLOURS["rung 3"], COLOURS["rung 7"]])
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, vmin=low, vmax=high if high > low else low + 1)
    for (row, column), mean in np.ndenumerate(means):
        if np.isfinite(mean):
            dark = mean > low + 0.75 * (high - low)
            text = percent(mean) if is_share(name) else f"{mean:.3g}"
            colour = "white" if dark else COLOURS["text"]
            ax.text(column, row, text, ha="center", va="center", fontsize=size(), color=colour)
    ax.set_xticks(range(len(columns[1])), columns[1])
    ax.set_yticks(range(len(rows[1])), rows[1])
    ax.set_xlabel(_short(across), loc="right", **PLAIN)
    ax.set_ylabel(_short(upward), **PLAIN)
    plain_axes(ax)
    ax.grid(False)
    ax.tick_params(length=0)
    told = "Cells: the mean over the points in them" + ("" if least == 1 else f"; blank: fewer than {FEWEST}")
    others = " Other numbers lie where the sweep put them." if len(sweep.design.paths) > 2 else ""
    where = f"Across: {across}. Upwards: {upward}."
    head(ax, f"{sweep.label(name)}: two numbers together", f"{where} {told}.{others}")
    signed(ax, *signature(sweep))
    return ax


def _short(path: str) -> str:
    """The end of a path, which is told in full above."""
    return path if len(path) <= LETTERS else f"… {path[path.find('.', len(path) - LETTERS) + 1 :]}"


def _two(sweep: Sweep, name: str, numbers: Sequence[str] | None) -> tuple[str, str]:
    paths = sweep.design.paths
    chosen = list(numbers) if numbers is not None else paths if len(paths) == 2 else _first(sweep, name)
    if unknown := [path for path in chosen if path not in paths]:
        raise ValueError(f"'{unknown[0]}' was not varied; there are {', '.join(paths[:8])}")
    if len(chosen) != 2:
        raise ValueError(f"a map has two numbers, found {len(chosen)}")
    return chosen[0], chosen[1]


def _first(sweep: Sweep, name: str) -> list[str]:
    return [str(path) for path in sweep.indices(name)["parameter"].head(2)]


def _cells(sweep: Sweep, path: str) -> tuple[NDArray[np.int64], list[str]]:
    """In which cell each point lies, and what the cells are called: levels of a grid, else the middles of stretches.

    Stretches are equally long as the points are spread, by the law of the number between its ends.
    """
    values = sweep.design.points[path].to_numpy()
    levels, place = np.unique(values, return_inverse=True)
    if sweep.design.method == "grid" or len(levels) <= CELLS:
        return place, [f"{level:.3g}" for level in levels]
    number = next(each.number for each in sweep.design.varied if each.path == path)
    spread = number.place(values)
    edges = np.linspace(spread.min(), spread.max(), CELLS + 1)
    place = np.clip(np.searchsorted(edges, spread, side="right") - 1, 0, CELLS - 1)
    middles = (edges[:-1] + edges[1:]) / 2
    return place, [f"{middle:.2g}" for middle in number.within(middles)]


@plain_text
def tradeoff(
    sweep: Sweep, measure: str, above: float | None = None, below: float | None = None, ax: Axes | None = None
) -> Axes:
    """PRIM's peeling: how much of what is looked for a box still holds, and how purely, step by step.

    Parameters
    ----------
    above, below : float
        What is looked for: points at which the measure lies above, or below, a line.
    """
    ax = given_or_new(ax)
    name = sweep.measure(measure)
    steps, says = peeling(sweep.design.points, sweep.Y(name), name, above=above, below=below)
    coverage, density = steps["coverage"].to_numpy(), steps["density"].to_numpy()
    ax.plot(coverage, density, color=COLOURS["quiet text"], linewidth=0.8)
    ax.scatter(coverage, density, s=18, color=COLOURS["outcome"], zorder=3, linewidth=0)
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 1.05)
    _tell_numbers(ax, coverage, density, steps["limited"].to_numpy().astype(int))
    ax.set_xlabel("Coverage", loc="right")
    ax.set_ylabel("Density")
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    plain_axes(ax, grid="both")
    head(
        ax,
        "What a box gives up as it gets purer",
        f"Looked for: points at which {_quoted(sweep, name, says)}. Coverage: share of these in the box; density: "
        "their share of the box, both on the points that made it. Dots: boxes of PRIM's peeling; beside some, how many "
        "numbers they limit.",
    )
    signed(ax, *signature(sweep))
    return ax


def _tell_numbers(
    ax: Axes, coverage: NDArray[np.float64], density: NDArray[np.float64], limited: NDArray[np.int64]
) -> None:
    """Say beside the purest box that limits so many numbers how many they are, where there is room."""
    wide, tall = points(ax)
    told: list[float] = []
    for number in np.unique(limited)[::-1].tolist():
        at = int(np.flatnonzero(limited == number)[-1])
        height = float(density[at]) * tall
        if any(abs(height - other) < line() for other in told):
            continue
        told.append(height)
        text = f"{number} {'number' if number == 1 else 'numbers'}" if number else "all points"
        place = (float(coverage[at]), float(density[at]))
        left = place[0] * wide > width_of(text) + 8
        ax.annotate(
            text,
            place,
            xytext=(-6 if left else 6, -1),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            fontsize=size(),
            color=COLOURS["text"],
        )


@plain_text
def parallel(sweep: Sweep, measure: str, box: Box, ax: Axes | None = None, lines: int = 400) -> Axes:
    """A box over parallel axes: every number that it limits, and the points of the sweep as lines across them.

    Parameters
    ----------
    box : Box
        As `sweep.boxes` finds it.
    lines : int
        Points that are drawn, spread evenly over the design.

    Raises
    ------
    ValueError
        The box limits no number.
    """
    ax = given_or_new(ax)
    name = sweep.measure(measure)
    if not box.limits:
        raise ValueError("the box limits no number, so there is no axis to draw")
    chosen = list(box.limits)
    varied = {each.path: each for each in sweep.design.varied}
    low, high = np.array([(varied[path].low, varied[path].high) for path in chosen]).T
    X = Laws([varied[path].number for path in chosen]).place(sweep.design.points[chosen].to_numpy().T).T
    inside = _inside(sweep, box)
    step = max(len(X) // lines, 1)
    shown = np.arange(len(X)) % step == 0
    x = np.arange(len(chosen), dtype=float)
    wide = np.concatenate([x - 0.2, x + 0.2]) if len(chosen) == 1 else x
    for mask, colour, width, order in (
        (shown & ~inside, tint(COLOURS["tension"], 0.35), 0.5, 1),
        (shown & inside, COLOURS["rung 5"], 0.8, 2),
    ):
        rows = X[mask] if len(chosen) > 1 else np.repeat(X[mask], 2, axis=1)
        ax.plot(wide, rows.T, color=colour, linewidth=width, alpha=0.6, zorder=order)
    for at, path in enumerate(chosen):
        bottom, top = varied[path].number.place(np.clip(np.array(box.limits[path]), low[at], high[at]))
        ax.vlines(at, 0, 1, color=COLOURS["text"], linewidth=0.8, zorder=3)
        ax.vlines(at, bottom, top, color=COLOURS["outcome"], linewidth=5, zorder=4)
        for height, value, align in ((0.0, low[at], "top"), (1.0, high[at], "bottom")):
            rise = -3 if align == "top" else 3
            ax.annotate(
                f"{value:g}",
                (at, height),
                xytext=(0, rise),
                textcoords="offset points",
                ha="center",
                va=align,
                fontsize=size(),
                color=COLOURS["text"],
            )
    ax.set_xlim(-0.5, len(chosen) - 0.5)
    ax.set_ylim(-0.08, 1.08)
    ax.set_xticks(x, [wrapped(path.replace(".", ". "), LETTERS, 4).replace(". ", ".") for path in chosen])
    ax.set_yticks([])
    plain_axes(ax)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0, labelsize=size())
    head(
        ax,
        f"Where {wrapped(_quoted(sweep, name, box.says), 70, 1)}",
        f"Lines: points of the sweep, red inside the box. Thick: its limits. {_judgement(box)}",
    )
    ax.annotate(
        " · ".join(signature(sweep)),
        (0, 0),
        xytext=(0, -52),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        fontsize=size(),
        color=COLOURS["quiet text"],
        annotation_clip=False,
    )
    return ax


def _judgement(box: Box) -> str:
    """What the box is on points that it was not made of, or on those that made it where there are no others."""
    if box.unseen is None:
        return (
            f"There it is so at {percent(box.density)} of points, against {percent(box.of_interest)} of all; the box "
            f"holds {percent(box.coverage)} of these."
        )
    density, coverage = (
        f"{percent(each.value)} ({percent(each.low)} to {percent(each.high)})" if each.n else "none"
        for each in (box.unseen.density, box.unseen.coverage)
    )
    return (
        f"On points that did not make it, it is so at {density}, against {percent(box.unseen.of_interest)} of all; the "
        f"box holds {coverage} of these{'.' if box.holds else ': no more than luck may do.'}"
    )


def _quoted(sweep: Sweep, name: str, says: str) -> str:
    return says.replace(name, f"'{sweep.label(name)}'", 1)


def _inside(sweep: Sweep, box: Box) -> NDArray[np.bool_]:
    inside = np.ones(len(sweep.design), bool)
    for path, (low, high) in box.limits.items():
        inside &= sweep.design.points[path].between(low, high).to_numpy()
    return inside
