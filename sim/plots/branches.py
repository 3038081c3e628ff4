"""What comes of one day: the futures that branch from it, by what came about first."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.moves import sequences
from sim.results.ensemble import Ensemble
from sim.text import brief, percent
from sim.theatre.parameters.in_words import in_words

from .colours import COLOURS, tint
from .difference import quoted
from .frame import given_or_new, head, points, signed
from .labels import broken, height_of, size
from .ribbons import bar, ribbon, stacked
from .settings import plain_text

OTHERS = "others"
LEAST = (0.015, 0.03, 0.05, 0.08, 0.12, 0.2)
"""Shares of the branches below which what a box leads to is gathered in one more box: the first that leaves room."""
ROOM = 0.5
"""Share of the height that all branches should take."""
_BOX, _ROOT = 0.7, 0.35
"""Widths of a box with a name, and of the first; bands take the rest of a level."""
_GAP = 5.0
"""Points between two boxes."""

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
        How many outcomes to follow, one after another; fewer are drawn where there is no room for their names.

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
    labels = {name: theatre.outcomes[name].label for name in names} | {OTHERS: OTHERS}
    n, last = len(ensemble.completed), ensemble.scenario.end
    where = f"run {told['run']}, {brief(on)}"
    head(
        ax,
        _seen(found, labels, f"Run {told['run']}, {brief(on)}"),
        f"From left to right: what came about first, next, and so on, to {brief(last)}, with the share of "
        "all branches. Where bands end, nothing more came about.",
        bare=True,
    )
    parts = [ensemble.scenario.title, where, f"n = {n:,} branches"]
    changed = [
        *(f"{in_words(ensemble.scenario, path)}: {value}" for path, value in told["set"].items()),
        *(f"done: {quoted(theatre.actions[action].label)}" for action in told["do"]),
        *(f"without {quoted(theatre.actions[action].label)}" for action in told["forbid"]),
    ]
    if len(ensemble.failures):
        parts.append(f"{len(ensemble.failures):,} more failed, left out")
    signed(ax, *parts, f"seed {ensemble.seed}", f"{told['scenario']} {told['scenario_sha256'][:8]}", *changed)
    wide, tall = points(ax)
    for shown, least in _ways(depth):
        box = wide / (shown + _ROOT) * _BOX - 6
        sizes = {node: share for node, share in _sizes(found, least).items() if len(node) <= shown}
        levels: list[dict[FlowNode, str]] = [{} for _ in range(shown + 1)]
        for node, share in sizes.items():
            text = f"{percent(share)} {labels[node[-1]]}" if node else brief(on)
            levels[len(node)][node] = broken(text, box if node else wide / (shown + _ROOT) * _ROOT)
        levels = [level for level in levels if level]
        scale = _scale(levels, sizes, tall)
        if scale >= ROOM * tall and all(text.count("\n") < 4 for level in levels[1:] for text in level.values()):
            break
    ax.set_xlim(-_ROOT, len(levels) - 1)
    ax.set_ylim(tall, 0.0)
    ax.set_axis_off()
    _draw(ax, levels, sizes, tall, scale)
    return ax


def _ways(depth: int) -> Iterator[tuple[int, float]]:
    """Depths and least shares to try: rather less deep than with all but the largest in one box."""
    for leasts in (LEAST[:3], LEAST[3:]):
        yield from ((shown, least) for shown in range(depth, 0, -1) for least in leasts)


def _seen(found: Counter[FlowNode], labels: dict[str, str], where: str) -> str:
    """What comes first most often, in how many of the branches."""
    whole = sum(found.values())
    first = Counter[str]()
    for path, n in found.items():
        first[path[0] if path else ""] += n
    nothing = f"nothing more comes about in {percent(first.pop('', 0) / whole)} of {whole:,} futures"
    if not first:
        return f"{where}: {nothing}"
    name, n = max(first.items(), key=lambda each: (each[1], each[0]))
    return f"{where}: {nothing}; {quoted(labels[name])} comes first in {percent(n / whole)}"


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
        slots = [max(sizes[node] * scale, height_of(text)) for node, text in texts.items()]
        free = tall - sum(slots) - _GAP * (len(slots) - 1)
        boxes: dict[FlowNode, tuple[float, float]] = {}
        left, wide = (level - _BOX, _BOX) if level else (-_ROOT, _ROOT)
        for (node, text), (top, bottom) in zip(texts.items(), stacked(slots, _GAP, max(free / 2, 0.0)), strict=True):
            middle, half = (top + bottom) / 2, sizes[node] * scale / 2
            boxes[node] = middle - half, middle + half
            colour = COLOURS["tension"] if not node or node[-1] == OTHERS else COLOURS["outcome"]
            # Pale, so that a name may reach beyond it; its height is told by the bar at its left.
            bar(ax, left, wide, boxes[node], tint(colour, 0.15))
            ax.vlines(left, *boxes[node], color=colour, linewidth=3)
            place = left + 0.03, middle
            ax.text(
                *place,
                text,
                va="center",
                fontsize=size(),
                linespacing=1.1,
                color=COLOURS["text"],
                parse_math=False,
            )
        used = {parent: top for parent, (top, _) in parents.items()}
        for node, stretch in boxes.items():
            if level:
                begin = used[node[:-1]]
                used[node[:-1]] = begin + stretch[1] - stretch[0]
                ends = (begin, used[node[:-1]])
                ribbon(ax, level - 1.0, level - _BOX, ends, stretch, tint(COLOURS["outcome"], 0.9 - 0.25 * (level - 1)))
        parents = boxes


def _scale(levels: list[dict[FlowNode, str]], sizes: dict[FlowNode, float], tall: float) -> float:
    """Points for all branches, so that every level has room."""
    low, high = 0.0, tall
    for _ in range(30):
        middle = (low + high) / 2
        needed = max(
            sum(max(sizes[node] * middle, height_of(text)) for node, text in texts.items()) + _GAP * (len(texts) - 1)
            for texts in levels
        )
        low, high = (middle, high) if needed <= tall else (low, middle)
    return low
