"""How much the numbers matter that a sweep has varied: tornado, Morris screen, indices with their intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from sim.analysis.paired import mean_difference
from sim.results.sweep import Sweep
from sim.text import percent

from .colours import COLOURS, tint
from .frame import given_or_new, head, percent_axis, plain_axes, points, signed
from .labels import LINE, SIZE, width_of
from .settings import plain_text

MOST = 12
"""Numbers that are drawn."""
_HALO = withStroke(linewidth=2.5, foreground="white")


@plain_text
def tornado(sweep: Sweep, measure: str, ax: Axes | None = None, most: int = MOST) -> Axes:
    """What a measure is with each number at the low and at the high end of its range, all others as written.

    Both ends are held beside the scenario as written on the same dice; thin lines are 95 % intervals of these paired
    differences. The values at the ends stand on the bars.

    Parameters
    ----------
    sweep : Sweep
        By the method `oat`.
    most : int
        Numbers drawn, those that swing furthest.

    Raises
    ------
    ValueError
        The sweep has another method.
    """
    ax = given_or_new(ax)
    refuse_method(sweep, "oat", "a tornado")
    name = sweep.measure(measure)
    runs = sweep.runs(name)
    base = float(np.nanmean(runs[0]))
    found = sweep.indices(name).head(most)
    place = {path: at for at, path in enumerate(sweep.design.paths)}
    rows = -np.arange(len(found), dtype=float)
    reach = _reach(runs, [place[path] for path in found["parameter"]], base)
    for row, path in zip(rows, found["parameter"], strict=True):
        at = place[path]
        number = sweep.design.varied[at]
        for end, value, colour in ((1, number.low, COLOURS["first"]), (2, number.high, COLOURS["second"])):
            _end(ax, runs, base, row, 2 * at + end, value, colour, reach)
    left = max(base - reach, 0.0) if is_share(name) else base - reach
    ax.axvline(base, color=COLOURS["text"], linewidth=0.9)
    ax.set_xlim(left, base + reach)
    _names(ax, rows, [_with_unit(sweep, path) for path in found["parameter"]], left)
    plain_axes(ax, grid="x")
    _bare(ax, len(rows))
    if is_share(name):
        percent_axis(ax.xaxis)
    ax.set_xlabel("Share of runs" if is_share(name) else "", loc="right")
    for x, side, text in ((0.88, "first", "low end"), (1.0, "second", "high end")):
        ax.text(x, 1, text, ha="right", va="top", color=COLOURS[side], fontsize=SIZE, transform=ax.transAxes)
    told = f"as written it is {_value(sweep, name, base)}"
    head(
        ax,
        f"{sweep.label(name)}: one number at a time",
        f"Bars: the mean with a number at either end of its range, written on the bar; {told}. Lines: 95 % intervals "
        "of paired differences, on the same dice.",
    )
    signed(ax, *signature(sweep))
    return ax


def _reach(runs: NDArray[np.float64], places: Sequence[int], base: float) -> float:
    """How far the axis goes to both sides, with room for what is written on the bars."""
    ends = [float(np.nanmean(runs[2 * at + end])) for at in places for end in (1, 2)]
    return 1.35 * max(max((abs(end - base) for end in ends), default=0.0), 1e-9)


def _end(
    ax: Axes,
    runs: NDArray[np.float64],
    base: float,
    row: float,
    point: int,
    value: float,
    colour: str,
    reach: float,
) -> None:
    """One half of a bar, its interval, and the value of the number there."""
    sound = np.isfinite(runs[0]) & np.isfinite(runs[point])
    difference, low, high, _ = mean_difference(runs[0, sound, None], runs[point, sound, None])
    ax.barh(row, float(difference[0]), left=base, height=0.34, color=tint(colour, 0.6), linewidth=0)
    rise = 0.07 if point % 2 else -0.07
    if np.isfinite(low[0]):
        ends = np.clip([base + low[0], base + high[0]], base - reach, base + reach)
        ax.hlines(row + rise, *ends, color=colour, linewidth=1.2)
    right = difference[0] > 0 or (difference[0] == 0 and point % 2 == 0)
    note = ax.annotate(
        f"{value:g}",
        (base + float(difference[0]), row + rise),
        xytext=(3 if right else -3, -8),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=SIZE,
        color=colour,
    )
    note.set_path_effects([_HALO])


@plain_text
def morris(sweep: Sweep, measure: str, ax: Axes | None = None, most: int = MOST) -> Axes:
    """Morris screen: how much each number matters against how much that depends on the others.

    A number on the right matters (mu*: mean size of its effect); one far above the line does so in some places and
    not in others, or this way and that (sigma: standard deviation of its effects).

    Parameters
    ----------
    sweep : Sweep
        By the method `morris`.
    most : int
        Numbers called by their names.

    Raises
    ------
    ValueError
        The sweep has another method.
    """
    ax = given_or_new(ax)
    refuse_method(sweep, "morris", "a Morris screen")
    name = sweep.measure(measure)
    found = sweep.indices(name)
    clear = found["mu_star_low"].to_numpy() > 0
    x, y = found["mu_star"].to_numpy(), found["sigma"].to_numpy()
    colours = np.where(clear, COLOURS["outcome"], COLOURS["tension"])
    ax.hlines(y, found["mu_star_low"].clip(lower=0), found["mu_star_high"], color=tint(COLOURS["tension"], 0.5))
    ax.scatter(x, y, s=22, c=colours, zorder=3, linewidth=0)
    far = 1.06 * max(float(x.max()), float(found["mu_star_high"].head(most).max()), 1e-12)
    up = 1.15 * max(float(y.max()), 1e-12)
    ax.plot([0, min(far, up)], [0, min(far, up)], color=COLOURS["quiet text"], linewidth=0.8, linestyle=(0, (2, 1.5)))
    ax.set_xlim(0, far)
    ax.set_ylim(0, up)
    _call(ax, x[:most], y[:most], found["parameter"].head(most).tolist(), far, up)
    ax.set_xlabel("\N{GREEK SMALL LETTER MU}*: mean size of its effect", loc="right")
    ax.set_ylabel("\N{GREEK SMALL LETTER SIGMA}: how much that varies")
    plain_axes(ax, grid="both")
    head(
        ax,
        f"{sweep.label(name)}: which numbers matter at all",
        "Each dot is a number. Lines: 95 % intervals; grey: the interval does not leave out zero. Dotted: where the "
        "size of an effect varies as much as it is large.",
    )
    signed(ax, *signature(sweep))
    return ax


def _call(ax: Axes, x: Sequence[float], y: Sequence[float], names: Sequence[str], far: float, up: float) -> None:
    """Name dots where there is room, those that matter most first."""
    wide, tall = points(ax)
    taken: list[tuple[float, float, float, float]] = []
    for across, height, name in zip(x, y, names, strict=True):
        at, above, width = across / far * wide, height / up * tall, width_of(name)
        left = at - width - 6 if at + width + 6 > wide else at + 6
        for rise in (0.0, LINE, -LINE, 2 * LINE, -2 * LINE):
            box = (left, above + rise - LINE / 2, left + width, above + rise + LINE / 2)
            inside = box[0] >= 0 and box[1] >= 0 and box[3] <= tall
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                note = ax.annotate(
                    name,
                    (across, height),
                    xytext=(left - at, rise),
                    textcoords="offset points",
                    va="center",
                    fontsize=SIZE,
                    color=COLOURS["text"],
                )
                note.set_parse_math(False)
                note.set_path_effects([_HALO])
                break


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@plain_text
def influence(sweep: Sweep, measure: str, ax: Axes | None = None, most: int = MOST) -> Axes:
    """How much a measure depends on each number: the sweep's indices with their 95 % intervals, the largest on top.

    For Sobol' points these are the shares of the variance that a number makes by itself (S1) and with all others (ST);
    which part of the variance of single runs is dice at all is told above.

    Parameters
    ----------
    sweep : Sweep
    most : int
        Numbers drawn.
    """
    ax = given_or_new(ax)
    name = sweep.measure(measure)
    found = sweep.indices(name)
    main, about = found.attrs["main"], found.attrs["about"]
    shown = found.head(most)
    rows = -np.arange(len(shown), dtype=float)
    colour = COLOURS["outcome"]
    ax.barh(rows, shown[main].clip(lower=0), height=0.3, color=tint(colour, 0.35), linewidth=0)
    if shown[f"{main}_low"].notna().all():
        ax.hlines(rows, shown[f"{main}_low"].clip(lower=0), shown[f"{main}_high"], color=colour, linewidth=2)
    ax.plot(shown[main].clip(lower=0), rows, "o", color=colour, markersize=5, clip_on=False)
    others = [each for each in ("S1",) if each != main and f"{each}_low" in shown]
    for other in others:
        ax.plot(shown[other].clip(lower=0), rows, "D", color=COLOURS["second"], markerfacecolor="white", markersize=5)
    _names(ax, rows, shown["parameter"].tolist(), 0.0)
    far = float(np.nanmax([shown[main].max(), shown[f"{main}_high"].max()]))
    ax.set_xlim(0, 1.05 * max(far, 1e-12))
    plain_axes(ax, grid="x")
    _bare(ax, len(rows))
    ax.set_xlabel(main, loc="right")
    beside = "; diamonds: S1, the part that is the number's alone" if others else ""
    left_out = f" {len(found) - len(shown):,} more are not drawn." if len(found) > len(shown) else ""
    head(
        ax,
        f"{sweep.label(name)}: which numbers matter",
        f"Bars: {main}, {about}{beside}. Lines: 95 % intervals.{left_out} {_dice(sweep, name)}".strip(),
    )
    signed(ax, *signature(sweep))
    return ax


def _dice(sweep: Sweep, name: str) -> str:
    from sim.theatre.language.measures import MeasureError

    try:
        found = sweep.variance(name)
    except MeasureError:
        return ""
    if found.interaction is None:
        return f"Of the variance of single runs {percent(found.parameters.share)} is numbers, the rest dice."
    dice, parameters, both = (percent(each.share) for each in (found.dice, found.parameters, found.interaction))
    return f"Of the variance of single runs {dice} is dice, {parameters} numbers, {both} their interaction."


def refuse_method(sweep: Sweep, method: str, what: str) -> None:
    """Refuse points that were chosen in another way.

    Raises
    ------
    ValueError
        They were.
    """
    if sweep.design.method != method:
        raise ValueError(f"{what} is drawn of a sweep by {method}; this one is by {sweep.design.method}")


def signature(sweep: Sweep) -> list[str]:
    """Whose runs a figure shows, how many at how many points, and on which dice."""
    design, scenario = sweep.design, sweep.scenario
    parts = [f"{scenario.name} {scenario.short_hash}", f"{len(design):,} points by {design.method}"]
    parts.append(
        f"n = {design.replicates:,} {'run' if design.replicates == 1 else 'runs'} at each, {design.dice_in_words}"
    )
    if sweep.n_failed:
        parts.append(f"{sweep.n_failed:,} failed, left out")
    return [*parts, f"seed {sweep.seed}"]


def _with_unit(sweep: Sweep, path: str) -> str:
    unit = next(each.unit for each in sweep.design.varied if each.path == path)
    return path if unit == "1" else f"{path} ({unit})"


def _names(ax: Axes, rows: NDArray[np.float64], names: Sequence[str], left: float) -> None:
    for row, name in zip(rows, names, strict=True):
        text = ax.text(left, row + 0.22, name, va="bottom", fontsize=SIZE, color=COLOURS["text"], parse_math=False)
        text.set_path_effects([_HALO])


def _bare(ax: Axes, n: int) -> None:
    ax.set_ylim(-n + 0.5, 0.9)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def is_share(name: str) -> bool:
    """Whether a measure is of runs in which something was so."""
    return name.startswith(("outcome.", "reached."))


def _value(sweep: Sweep, name: str, value: float) -> str:
    return percent(value) if is_share(name) else f"{value:.3g}"
