"""Where something happens among the points of a sweep: two numbers as a map, PRIM's trade-off, a box over its axes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.analysis.discovery import Box
from sim.analysis.peeling import peeling
from sim.results.sweep import Sweep
from sim.text import percent
from sim.theatre.parameters.in_words import in_words
from sim.theatre.parameters.law import Laws

from .colours import COLOURS, tint
from .frame import given_or_new, head, make_room, percent_axis, plain_axes, points, signed
from .influence import is_share, signature, tidy
from .labels import broken, height_of, line, name_size, size, width_of
from .settings import PLAIN, current, plain_text

CELLS = 8
"""Cells to each side, where points do not stand on a grid."""
FEWEST = 3
"""Points in a cell of which a mean is drawn, where they do not stand on a grid."""


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
    # With few points, cells that hold as many as any do are drawn all the same.
    least = 1 if sweep.design.method == "grid" else min(FEWEST, int(count.max()))
    with np.errstate(invalid="ignore"):
        means = np.where(count >= least, total / count, np.nan)
    shades = LinearSegmentedColormap.from_list("shades", [COLOURS["rung 1"], COLOURS["rung 4"], COLOURS["rung 8"]])
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    make_room(ax, right=16 + 5.2 * size())
    told = "Cells: the mean over the points in them" + ("" if least == 1 else f"; blank: fewer than {least}")
    others = " Other numbers lie where the sweep put them." if len(sweep.design.paths) > 2 else ""
    paths = "" if current().far else f" Across: {across}; upwards: {upward}."
    label, words = sweep.label(name), [in_words(sweep.scenario, path) for path in (across, upward)]
    span = f"from {_mean(name, low)} to {_mean(name, high)}" if high > low else f"{_mean(name, low)} everywhere"
    head(ax, f"{label}: {span} as two numbers change", f"{told}.{others}{paths}")
    ax.set_xlabel(broken(words[0], points(ax)[0], name_size()), loc="right", **PLAIN)
    signed(ax, *signature(sweep))
    side = broken(words[1], points(ax)[1], name_size())
    make_room(ax, left=14 + 3 * name_size() + height_of(side, name_size()))
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, vmin=low, vmax=high if high > low else low + 1)
    wide, tall = points(ax)
    cell = wide / len(columns[1]), tall / len(rows[1])
    for (row, column), mean in np.ndenumerate(means):
        text = _mean(name, mean) if np.isfinite(mean) else ""
        if text and width_of(text) + 3 < cell[0] and height_of(text) < cell[1]:
            colour = "white" if mean > low + 0.6 * (high - low) else COLOURS["text"]
            ax.text(column, row, text, ha="center", va="center", fontsize=size(), color=colour)
    _some_ticks(ax, columns[1], rows[1], cell)
    ax.set_ylabel(side, **PLAIN)
    plain_axes(ax)
    ax.grid(False)
    ax.tick_params(length=0)
    _shades(ax, shades, name, low, high)
    return ax


def _mean(name: str, mean: float) -> str:
    return percent(mean) if is_share(name) else f"{mean:.3g}"


def _some_ticks(ax: Axes, columns: Sequence[str], rows: Sequence[str], cell: tuple[float, float]) -> None:
    """Name as many columns and rows as there is room for."""
    across = -(-int(max(width_of(text, name_size()) for text in columns) + 6) // max(int(cell[0]), 1))
    upward = -(-int(1.3 * name_size()) // max(int(cell[1]), 1))
    ax.set_xticks(range(0, len(columns), across), columns[::across])
    ax.set_yticks(range(0, len(rows), upward), rows[::upward])


def _shades(ax: Axes, shades: LinearSegmentedColormap, name: str, low: float, high: float) -> None:
    """Draw what the shades mean, as a bar beside the map."""
    bar = ax.inset_axes((1.03, 0.0, 0.025, 1.0))
    bar.imshow(np.linspace(0, 1, 64)[:, None], origin="lower", aspect="auto", cmap=shades, extent=(0, 1, 0, 1))
    bar.set_xticks([])
    bar.set_yticks([0, 1], [_mean(name, low), _mean(name, high)], fontsize=size())
    bar.yaxis.tick_right()
    bar.tick_params(length=0, labelcolor=COLOURS["text"])


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
    best = int(np.argmax(np.minimum(coverage, density)))
    head(
        ax,
        f"A box that holds {percent(coverage[best])} of the cases is {percent(density[best])} pure",
        f"Looked for: points at which {_quoted(sweep, name, says)}. Coverage: share of these in the box; density: "
        "their share of the box, both on the points that made it. Dots: boxes of PRIM's peeling; beside some, how many "
        "numbers they limit.",
    )
    ax.set_xlabel("Coverage", loc="right")
    signed(ax, *signature(sweep))
    ax.plot(coverage, density, color=COLOURS["quiet text"], linewidth=0.8)
    ax.scatter(coverage, density, s=18, color=COLOURS["outcome"], zorder=3, linewidth=0)
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, 1.05)
    _tell_numbers(ax, coverage, density, steps["limited"].to_numpy().astype(int))
    ax.set_ylabel("Density")
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    plain_axes(ax, grid="both")
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
        # The lowest stands above its dot, all others below theirs.
        if any(abs(height - other) < (2.4 if height <= 2 * line() else 1.2) * line() for other in told):
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
            va="top" if place[1] * tall > 2 * line() else "bottom",
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
    where = f"Where {_quoted(sweep, name, box.says)}: {percent(box.density)} of the points in the box, "
    where += f"{percent(box.of_interest)} of all"
    bound = _judgement(box)
    inside = _inside(sweep, box)
    if len(chosen) == 1:
        head(ax, where, f"Dots: points of the sweep, red inside the box, which is shaded. {bound}")
        _one_number(ax, sweep, name, chosen[0], inside, box)
        return ax
    head(ax, where, f"Lines: points of the sweep, red inside the box. Thick: its limits. {bound}", bare=True)
    column = points(ax)[0] / len(chosen) - 8
    words = [broken(in_words(sweep.scenario, path), column) for path in chosen]
    signed(ax, *signature(sweep), lower=max(map(height_of, words)) - height_of("x") + 4)
    varied = {each.path: each for each in sweep.design.varied}
    low, high = np.array([(varied[path].low, varied[path].high) for path in chosen]).T
    X = Laws([varied[path].number for path in chosen]).place(sweep.design.points[chosen].to_numpy().T).T
    step = max(len(X) // lines, 1)
    shown = np.arange(len(X)) % step == 0
    x = np.arange(len(chosen), dtype=float)
    for mask, colour, width, order in (
        (shown & ~inside, tint(COLOURS["tension"], 0.35), 0.5, 1),
        (shown & inside, COLOURS["rung 5"], 0.8, 2),
    ):
        ax.plot(x, X[mask].T, color=colour, linewidth=width, alpha=0.6, zorder=order)
    for at, path in enumerate(chosen):
        bottom, top = varied[path].number.place(np.clip(np.array(box.limits[path]), low[at], high[at]))
        ax.vlines(at, 0, 1, color=COLOURS["text"], linewidth=0.8, zorder=3)
        ax.vlines(at, bottom, top, color=COLOURS["outcome"], linewidth=5, zorder=4)
        for height, value, align in ((0.0, low[at], "top"), (1.0, high[at], "bottom")):
            ax.annotate(
                tidy(value),
                (at, height),
                xytext=(0, -3 if align == "top" else 3),
                textcoords="offset points",
                ha="center",
                va=align,
                fontsize=size(),
                color=COLOURS["text"],
            )
    ends = 1.6 * line() / points(ax)[1]
    ax.set_xlim(-0.5, len(chosen) - 0.5)
    ax.set_ylim(-ends, 1 + ends)
    ax.set_xticks(x, words)
    ax.set_yticks([])
    plain_axes(ax)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0, labelsize=size())
    return ax


def _one_number(ax: Axes, sweep: Sweep, name: str, path: str, inside: NDArray[np.bool_], box: Box) -> None:
    """A measure over the one number that a box limits."""
    varied = next(each for each in sweep.design.varied if each.path == path)
    x, y = sweep.design.points[path].to_numpy(), sweep.Y(name)
    ax.set_xlabel(broken(in_words(sweep.scenario, path), points(ax)[0], name_size()), loc="right", **PLAIN)
    signed(ax, *signature(sweep))
    shaded = np.clip(np.array(box.limits[path]), varied.low, varied.high)
    ax.axvspan(*shaded, color=tint(COLOURS["outcome"], 0.15), linewidth=0)
    for mask, colour in ((~inside, COLOURS["tension"]), (inside, COLOURS["rung 5"])):
        ax.scatter(x[mask], y[mask], s=16, color=colour, linewidth=0, zorder=3)
    ax.set_xlim(varied.low, varied.high)
    label = broken(sweep.label(name), points(ax)[1], name_size())
    make_room(ax, left=14 + 3.2 * name_size() + height_of(label, name_size()))
    ax.set_ylabel(label, **PLAIN)
    if is_share(name):
        percent_axis(ax.yaxis)
    plain_axes(ax, grid="both")
    ax.xaxis.set_major_locator(MaxNLocator(4 if current().far else 7))


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
