"""How much the numbers matter that a sweep has varied: tornado, Morris screen, indices with their intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from sim.analysis.paired import mean_difference
from sim.results.sweep import Sweep
from sim.text import counted, number, percent
from sim.theatre.parameters.in_words import in_words

from .colours import COLOURS, tint
from .difference import quoted
from .frame import given_or_new, head, key, left_out, percent_axis, plain_axes, points, signed
from .history import write_tied
from .labels import TextBox, broken, place, size, width_of
from .rows import row_limits, rows_with_room, write_name
from .settings import PLAIN, current, plain_text

MOST = 12
"""Numbers that are drawn."""
_SIGNS = {"mu_star": "\N{GREEK SMALL LETTER MU}*"}
"""Indices that are written otherwise than they are named in tables."""


@plain_text
def tornado(sweep: Sweep, measure: str, ax: Axes | None = None, most: int = MOST) -> Axes:
    """What a measure is with each number at the low and at the high end of its range, all others as written.

    Both ends are held beside the scenario as written on the same dice; thin lines are 95 % intervals of these paired
    differences. The values at the ends stand on the right.

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
    at_ = {path: at for at, path in enumerate(sweep.design.paths)}
    head(
        ax,
        _moved(sweep, name, runs, [at_[path] for path in found["parameter"]]),
        f"Bars: the mean with a number at either end of its range, which stands on the right; as written it is "
        f"{_value(sweep, name, base)}. Lines: 95 % intervals of paired differences, on the same dice.",
        keys=1,
        bare=True,
    )
    ax.set_xlabel("Share of runs" if is_share(name) else sweep.label(name), loc="right", **PLAIN)
    signed(ax, *signature(sweep))
    ranges = [_range(sweep, at_[path]) for path in found["parameter"]]
    room = points(ax)[0] - max(map(width_of, ranges), default=0.0) - 12
    rows, names = rows_with_room(ax, [in_words(sweep.scenario, path) for path in found["parameter"]], room)
    reach = _reach(runs, [at_[path] for path in found["parameter"][: len(rows)]], base)
    left = max(base - reach, 0.0) if is_share(name) else base - reach
    for row, path, words, ends in zip(rows, found["parameter"], names, ranges, strict=False):
        for end, side, rise in ((1, "first", 0.075), (2, "second", -0.085)):
            _end(ax, runs, base, row + rise, 2 * at_[path] + end, COLOURS[side], reach)
        write_name(ax, left, row + 0.17, words, path, room)
        ax.text(base + reach, row + 0.17, ends, ha="right", va="bottom", fontsize=size(), color=COLOURS["text"])
    ax.vlines(np.full(len(rows), base), rows - 0.18, rows + 0.17, color=COLOURS["text"], linewidth=0.9)
    ax.set_xlim(left, base + reach)
    plain_axes(ax, grid="x")
    row_limits(ax, rows, names)
    if is_share(name):
        percent_axis(ax.xaxis)
    if len(rows) < len(found):
        left_out(ax, f"{len(found) - len(rows)} that swing less not drawn")
    keys = (("first", "at its low end"), ("second", "at its high end"))
    key(ax, [Patch(color=tint(COLOURS[side], 0.8), label=text) for side, text in keys])
    return ax


def _moved(sweep: Sweep, name: str, runs: NDArray[np.float64], places: Sequence[int]) -> str:
    """How many of the numbers move a measure beyond doubt."""
    moving: set[int] = set()
    for at in places:
        for point in (2 * at + 1, 2 * at + 2):
            sound = np.isfinite(runs[0]) & np.isfinite(runs[point])
            _, low, high, _ = mean_difference(runs[0, sound, None], runs[point, sound, None])
            if low[0] > 0 or high[0] < 0:
                moving.add(at)
    label = sweep.label(name)
    if not moving:
        return f"{label}: none of {counted(len(places), 'number')} moves it beyond doubt"
    if len(moving) > 1:
        return f"{label}: {len(moving)} of {counted(len(places), 'number')} clearly move it"
    words = in_words(sweep.scenario, sweep.design.paths[next(iter(moving))])
    return f"{label}: of {counted(len(places), 'number')} only {quoted(words)} clearly moves it"


def _range(sweep: Sweep, place: int) -> str:
    """Both ends of a number's range, with its unit."""
    varied = sweep.design.varied[place]
    return f"{tidy(varied.low)} to {tidy(varied.high)}{'' if varied.unit == '1' else f' {varied.unit}'}"


def _reach(runs: NDArray[np.float64], places: Sequence[int], base: float) -> float:
    """How far the axis goes to both sides."""
    ends = [float(np.nanmean(runs[2 * at + end])) for at in places for end in (1, 2)]
    return 1.35 * max(max((abs(end - base) for end in ends), default=0.0), 1e-9)


def _end(ax: Axes, runs: NDArray[np.float64], base: float, row: float, point: int, colour: str, reach: float) -> None:
    """One half of a bar and its interval."""
    sound = np.isfinite(runs[0]) & np.isfinite(runs[point])
    difference, low, high, _ = mean_difference(runs[0, sound, None], runs[point, sound, None])
    ax.barh(row, float(difference[0]), left=base, height=0.15, color=tint(colour, 0.8), linewidth=0)
    if np.isfinite(low[0]):
        ends = np.clip([base + low[0], base + high[0]], base - reach, base + reach)
        ax.hlines(row, *ends, color=colour, linewidth=1.2)


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
    head(
        ax,
        f"{sweep.label(name)}: {int(clear.sum())} of {counted(len(found), 'number')} clearly matter",
        "Each dot is a number. Lines: 95 % intervals; grey: the interval does not leave out zero. Dotted: where the "
        "size of an effect varies as much as it is large.",
    )
    ax.set_xlabel("\N{GREEK SMALL LETTER MU}*: mean size of its effect", loc="right")
    signed(ax, *signature(sweep))
    colours = np.where(clear, COLOURS["outcome"], COLOURS["tension"])
    ax.hlines(y, found["mu_star_low"].clip(lower=0), found["mu_star_high"], color=tint(COLOURS["tension"], 0.5))
    ax.scatter(x, y, s=22, c=colours, zorder=3, linewidth=0)
    far = 1.06 * max(float(x.max()), float(found["mu_star_high"].head(most).max()))
    far, up = far if far > 1e-9 else 1.0, 1.15 * float(y.max()) if y.max() > 1e-9 else 1.0
    ax.plot([0, min(far, up)], [0, min(far, up)], color=COLOURS["quiet text"], linewidth=0.8, linestyle=(0, (2, 1.5)))
    ax.set_xlim(0, far)
    ax.set_ylim(0, up)
    few = min(most, 4) if current().far else most
    _call(ax, x, y, [in_words(sweep.scenario, path) for path in found["parameter"].head(few)], far, up)
    ax.set_ylabel("\N{GREEK SMALL LETTER SIGMA}: how much that varies")
    plain_axes(ax, grid="both")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))
    return ax


def _call(
    ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64], names: Sequence[str], far: float, up: float
) -> None:
    """Name dots where there is room, those that matter most first."""
    wide, tall = points(ax)
    dots = [(across / far * wide, height / up * tall) for across, height in zip(x.tolist(), y.tolist(), strict=True)]
    texts = [broken(name, 0.4 * wide) for name in names]
    marks = [TextBox(left - 4, low - 4, left + 4, low + 4, 20.0) for left, low in dots]
    boxes = place(dots[: len(names)], texts, TextBox(0, 0, wide, tall), marks)
    for across, height, dot, text, box in zip(x, y, dots, texts, boxes, strict=False):
        if box is not None:
            write_tied(ax, (float(across), float(height)), dot, text, box)


def tidy(value: float) -> str:
    """A number as people write it: no powers of ten, and no noise behind the point."""
    return number(value) if abs(value) > 1e-12 else "0"


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
    others = [each for each in ("S1",) if each != main and f"{each}_low" in found]
    beside = "; diamonds: S1, the part that is the number's alone" if others else ""
    known = found[f"{main}_low"].notna().all()
    clear = int(((found[f"{main}_low"] > 0) | (found[f"{main}_high"] < 0)).sum()) if known else 0
    head(
        ax,
        f"{sweep.label(name)}: {clear} of {counted(len(found), 'number')} clearly matter"
        if known
        else f"{sweep.label(name)}: how much {counted(len(found), 'number')} matter",
        f"Bars: {_SIGNS.get(main, main)}, {about}{beside}. Lines: 95 % intervals. {_dice(sweep, name)}".strip(),
        bare=True,
    )
    ax.set_xlabel(_SIGNS.get(main, main), loc="right")
    signed(ax, *signature(sweep))
    wide, _ = points(ax)
    rows, names = rows_with_room(ax, [in_words(sweep.scenario, path) for path in found["parameter"].head(most)], wide)
    shown = found.head(len(rows))
    colour = COLOURS["outcome"]
    ax.barh(rows, shown[main].clip(lower=0), height=0.3, color=tint(colour, 0.35), linewidth=0)
    if shown[f"{main}_low"].notna().all():
        ax.hlines(rows, shown[f"{main}_low"].clip(lower=0), shown[f"{main}_high"], color=colour, linewidth=2)
    ax.plot(shown[main].clip(lower=0), rows, "o", color=colour, markersize=5, clip_on=False)
    for other in others:
        ax.plot(shown[other].clip(lower=0), rows, "D", color=COLOURS["second"], markerfacecolor="white", markersize=5)
    for row, words, path in zip(rows, names, shown["parameter"], strict=True):
        write_name(ax, 0.0, row + 0.17, words, path, wide)
    highest = float(np.nanmax([shown[main].max(), shown[f"{main}_high"].max()]))
    ax.set_xlim(0, 1.05 * highest if highest > 1e-12 else 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))
    plain_axes(ax, grid="x")
    row_limits(ax, rows, names)
    if len(found) > len(shown):
        left_out(ax, f"{len(found) - len(shown):,} smaller not drawn")
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
    parts = [scenario.title, f"{len(design):,} points by {design.method}"]
    parts.append(
        f"n = {design.replicates:,} {'run' if design.replicates == 1 else 'runs'} at each, {design.dice_in_words}"
    )
    if sweep.n_failed:
        parts.append(f"{sweep.n_failed:,} failed, left out")
    return [*parts, f"seed {sweep.seed}", f"{scenario.name} {scenario.short_hash}"]


def is_share(name: str) -> bool:
    """Whether a measure is of runs in which something was so."""
    return name.startswith(("outcome.", "reached."))


def _value(sweep: Sweep, name: str, value: float) -> str:
    return percent(value) if is_share(name) else f"{value:.3g}"
