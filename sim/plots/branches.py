"""What comes of one day: the futures that branch from it, by what came about first."""

from collections import Counter
from datetime import timedelta

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.moves import sequences
from sim.results.ensemble import Ensemble
from sim.text import brief, percent

from .colours import COLOURS, tint
from .frame import given_or_new, head, points, signed
from .labels import LINE, SIZE, wrapped
from .ribbons import bar, ribbon, stacked
from .settings import plain_text

OTHERS = "others"
LEAST = (0.015, 0.03, 0.05, 0.08, 0.12, 0.2)
"""Shares of the branches below which what a box leads to is gathered in one more box: the first that leaves room."""
ROOM = 0.5
"""Share of the height that all branches should take."""
_BOX = 0.6
"""Width of a box with a name; bands take the rest of a level."""
_GAP = 5.0
"""Points between two boxes."""
_LETTER = 4.9
"""Width of a letter, in points."""

FlowNode = tuple[str, ...]


@plain_text
def branches(ensemble: Ensemble, ax: Axes | None = None, depth: int = 3) -> Axes:
    """Tree of the futures of one day: which outcome came about first, which next, and in which share of them.

    Bands are as wide as the share of the branches that take them. Outcomes that had come about before the day are left
    out, since no future brings them.

    Parameters
    ----------
    ensemble : Ensemble
        Branches, as `sim.branch` makes them.
    depth : int
        How many outcomes to follow, one after another.

    Raises
    ------
    ValueError
        These are no branches, or none was finished.
    """
    told = ensemble.info.get("branch")
    if told is None:
        raise ValueError("these runs are no branches of one run; make them with sim.branch")
    if not len(ensemble.completed):
        raise ValueError("none of the branches was finished: nothing to draw")
    if depth < 1:
        raise ValueError(f"a tree follows at least one outcome, found {depth}")
    ax = given_or_new(ax)
    theatre, day = ensemble.scenario.theatre, int(told["day"])
    days = ensemble.completed.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    open_ = ~(days < day).any(axis=0)
    names = [str(name) for name in ensemble.completed.columns[open_]]
    found = sequences(days[:, open_], names, depth)
    on = ensemble.scenario.start + timedelta(days=day)
    wide, tall = points(ax)
    letters = int(wide / (depth + _BOX) * _BOX / _LETTER)
    labels = {name: theatre.outcomes[name].label for name in names} | {OTHERS: OTHERS}
    for least in LEAST:
        sizes = _sizes(found, least)
        levels: list[dict[FlowNode, str]] = [{} for _ in range(depth + 1)]
        for node, share in sizes.items():
            text = f"{percent(share)} {labels[node[-1]]}" if node else f"Run {told['run']} on {brief(on)}"
            levels[len(node)][node] = wrapped(text, letters, 3)
        levels = [level for level in levels if level]
        scale = _scale(levels, sizes, tall)
        if scale >= ROOM * tall:
            break
    ax.set_xlim(-_BOX, depth)
    ax.set_ylim(tall, 0.0)
    ax.set_axis_off()
    _draw(ax, levels, sizes, tall, scale)
    last = ensemble.scenario.end
    head(
        ax,
        "What comes of this day",
        f"From left to right: what came about first, next, and so on, to {brief(last)}, with the share of "
        "all branches. Where bands end, nothing more came about.",
    )
    n = len(ensemble.completed)
    parts = [
        f"{told['scenario']} {told['scenario_sha256'][:8]}",
        f"run {told['run']}, day {day}",
        f"n = {n:,} branches",
    ]
    changed = [
        *(f"{path} = {value}" for path, value in told["set"].items()),
        *(f"{action} done" for action in told["do"]),
    ]
    changed += [f"without {action}" for action in told["forbid"]]
    if len(ensemble.failures):
        parts.append(f"{len(ensemble.failures):,} more failed, left out")
    signed(ax, *parts, f"seed {ensemble.seed}", *changed)
    return ax


def _sizes(found: Counter[FlowNode], least: float) -> dict[FlowNode, float]:
    """The shares of the branches that pass through each node, a node's children after it, the largest first.

    Children too small to be told apart are one, which leads nowhere.
    """
    whole = sum(found.values())
    through: Counter[FlowNode] = Counter()
    for path, n in found.items():
        for level in range(len(path) + 1):
            through[path[:level]] += n
    sizes: dict[FlowNode, float] = {}

    def grow(node: FlowNode) -> None:
        sizes[node] = through[node] / whole
        children = sorted(
            (each for each in through if each and each[:-1] == node), key=lambda each: (-through[each], each)
        )
        large = [each for each in children if through[each] >= least * whole]
        small = [each for each in children if through[each] < least * whole]
        for child in large:
            grow(child)
        if small:
            sizes[(*node, OTHERS)] = sum(through[each] for each in small) / whole

    grow(())
    return sizes


def _draw(ax: Axes, levels: list[dict[FlowNode, str]], sizes: dict[FlowNode, float], tall: float, scale: float) -> None:
    """Draw boxes with their names, each in a slot as tall as the larger of both, and bands from level to level."""
    parents: dict[FlowNode, tuple[float, float]] = {}
    for level, texts in enumerate(levels):
        slots = [max(sizes[node] * scale, _size(text)) for node, text in texts.items()]
        free = tall - sum(slots) - _GAP * (len(slots) - 1)
        boxes: dict[FlowNode, tuple[float, float]] = {}
        for (node, text), (top, bottom) in zip(texts.items(), stacked(slots, _GAP, max(free / 2, 0.0)), strict=True):
            middle, half = (top + bottom) / 2, sizes[node] * scale / 2
            boxes[node] = middle - half, middle + half
            bar(ax, level - _BOX, _BOX, boxes[node], tint(COLOURS["outcome"], 0.3))
            place = level - _BOX + 0.02, middle
            ax.text(*place, text, va="center", fontsize=SIZE, linespacing=1.1, color=COLOURS["text"], parse_math=False)
        used = {parent: top for parent, (top, _) in parents.items()}
        for node, stretch in boxes.items():
            if level:
                begin = used[node[:-1]]
                used[node[:-1]] = begin + stretch[1] - stretch[0]
                ribbon(ax, level - 1.0, level - _BOX, (begin, used[node[:-1]]), stretch, COLOURS["outcome"])
        parents = boxes


def _scale(levels: list[dict[FlowNode, str]], sizes: dict[FlowNode, float], tall: float) -> float:
    """Points for all branches, so that every level has room."""
    low, high = 0.0, tall
    for _ in range(30):
        middle = (low + high) / 2
        needed = max(
            sum(max(sizes[node] * middle, _size(text)) for node, text in texts.items()) + _GAP * (len(texts) - 1)
            for texts in levels
        )
        low, high = (middle, high) if needed <= tall else (low, middle)
    return low


def _size(text: str) -> float:
    return LINE * (1 + text.count("\n")) + 1
