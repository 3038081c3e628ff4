"""Where words go: how wide they are, and how they keep out of each other's way. All lengths are in points."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from numpy.typing import ArrayLike, NDArray

from .settings import current

CROSSING = 1000.0
"""What it costs when a tie crosses a text or another tie: no text is written at that price."""
DISTANCE = 0.25
"""What it costs to be a point further away."""
DEAREST = 100.0
"""What a place may cost; a text that finds none cheaper is left out."""

_TIED = "\N{NO-BREAK SPACE}"

Point = tuple[float, float]


def size() -> float:
    """Size of all text but titles, in points; nothing in a figure is smaller."""
    return current().text


def name_size() -> float:
    """Size of what marks an axis, and of the names of rows."""
    return size() if current().far else size() + 1


def line() -> float:
    """Height of a line of it."""
    return current().line


def width_of(text: str, points: float | None = None, bold: bool = False) -> float:
    """Width of a text's widest line in the default font, in the size of now if none is given."""
    return _ten_points_wide(text, bold) * (size() if points is None else points) / 10


@lru_cache(4096)
def _ten_points_wide(text: str, bold: bool) -> float:
    font = FontProperties(weight="bold" if bold else "normal")
    # A dollar sign would be read as the start of a formula.
    lines = [line for line in text.replace("$", "S").split("\n") if line.strip()]
    # No curve reaches beyond its control points, and where it ends exactly takes long to find.
    return max((float(TextPath((0, 0), line, size=10, prop=font).vertices[:, 0].max()) for line in lines), default=0.0)


def height_of(text: str, points: float | None = None) -> float:
    """Height of a text of one line or more, with a little air; of an empty one, none."""
    return 1.25 * (size() if points is None else points) * (1 + text.count("\n")) + 1 if text else 0.0


def broken(text: str, wide: float, points: float | None = None, bold: bool = False) -> str:
    """Break a whole text between words into as few lines as go into a width; a longer word has a line of its own.

    A number and its per cent stay together.
    """
    lines = [""]
    for word in re.split(r"[ \n]+", text.strip().replace(" %", f"{_TIED}%")):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, points, bold) > wide:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines).replace(_TIED, " ")


def told_within(text: str, wide: float, lines: int, points: float | None = None) -> str:
    """As many of a text's sentences, from the first, as go into so many lines of a width; one at least."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)
    for n in range(len(sentences), 0, -1):
        found = broken(" ".join(sentences[:n]), wide, points)
        if found.count("\n") < lines:
            break
    return found


def fitting(full: Sequence[str], short: Sequence[str], weight: Sequence[float], room: float) -> list[str]:
    """Texts that go one above another into so many points: full, or the lightest in short, or left out."""
    texts = list(full)
    lightest_first = sorted(range(len(texts)), key=lambda at: weight[at])
    for others in (list(short), [""] * len(texts)):
        for at in lightest_first:
            if sum(height_of(text) for text in texts) <= room:
                return texts
            texts[at] = others[at]
    return texts


def apart(places: ArrayLike, sizes: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Move places on a line as little as possible so that things of these sizes, centred there, do not overlap.

    The order of the places is kept. What would overlap is pooled and centred on the mean of where it wanted to be,
    as in isotonic regression, so the squares of all moves sum to the least possible. All stay between `low` and
    `high`; where there is not enough room for that, they spread over it evenly.
    """
    wanted, size = np.asarray(places, float), np.asarray(sizes, float)
    order = np.argsort(wanted, kind="stable")
    height = size[order]
    before = np.concatenate([[0.0], np.cumsum((height[1:] + height[:-1]) / 2)])[: len(height)]
    pools: list[list[float]] = []
    for value in wanted[order] - before:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, count = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * count) / (pools[-1][1] + count), pools[-1][1] + count]
    result = np.empty(len(wanted))
    if len(wanted):
        first, last = low + height[0] / 2, high - height[-1] / 2 - before[-1]
        if last < first:
            before *= max(high - height[-1] / 2 - first, 0) / before[-1]
            last = first
        pooled = np.repeat([mean for mean, _ in pools], [int(count) for _, count in pools])
        result[order] = np.clip(pooled, first, last) + before
    return result


@dataclass(frozen=True)
class TextBox:
    """A rectangle on the page."""

    left: float
    bottom: float
    right: float
    top: float
    weight: float = 1.0
    """What it costs to cover it."""

    def meets(self, other: "TextBox") -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def within(self, other: "TextBox") -> bool:
        """Whether this one lies inside the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )


def place(
    anchors: Sequence[Point], texts: Sequence[str], page: TextBox, avoid: Sequence[TextBox]
) -> list[TextBox | None]:
    """Find a place near its anchor for each text, the first served first.

    A text keeps off the others and on the page. Of the places left it takes the cheapest: for itself and the line that
    ties it to its anchor, it pays for what it covers of what is to be avoided, for texts and ties crossed, and for
    distance. Where no place is left it gets None.
    """
    taken: list[TextBox] = []
    ties: list[TextBox] = []
    found: list[TextBox | None] = []
    edges = _edges(avoid)
    for anchor, text in zip(anchors, texts, strict=True):
        best, least = None, DEAREST
        for distance, box in _around(anchor, width_of(text), line() * (1 + text.count("\n"))):
            if DISTANCE * distance >= least:
                break
            if box.within(page) and not any(box.meets(other) for other in taken):
                cost = DISTANCE * distance + _cost(anchor, box, avoid, edges, taken, ties)
                if cost < least:
                    best, least = box, cost
        found.append(best)
        if best is not None:
            taken.append(TextBox(best.left - 4, best.bottom, best.right + 4, best.top))
            ties += _tie(anchor, best)
    return found


def _cost(
    anchor: Point,
    box: TextBox,
    avoid: Sequence[TextBox],
    edges: NDArray[np.float64],
    taken: Sequence[TextBox],
    ties: Sequence[TextBox],
) -> float:
    """What a place covers, and how often its tie crosses marks or texts, or it the ties of others."""
    left, bottom, right, top = edges
    x, y = anchor
    around = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    dots = list(_tie(anchor, box))
    met = _meeting(_edges(dots), edges)
    out = ~np.any(met[:, around], axis=1)  # a tie begins inside what it ties
    tie = [dot for dot, is_out in zip(dots, out.tolist(), strict=True) if is_out]
    under, crossing = _meeting(_edges([box]), edges)[0], np.any(met[out], axis=0)
    covered = sum(
        avoid[at].weight * (bool(under[at]) + 0.1 * bool(crossing[at]))
        for at in np.flatnonzero(under | crossing).tolist()
    )
    crossed = sum(box.meets(dot) for dot in ties) + sum(dot.meets(text) for dot in tie for text in taken)
    return covered + CROSSING * crossed


def _edges(boxes: Sequence[TextBox]) -> NDArray[np.float64]:
    """Left, bottom, right and top of boxes, shape (4, box)."""
    return np.array([(box.left, box.bottom, box.right, box.top) for box in boxes]).reshape(-1, 4).T


def _meeting(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of some boxes overlap which others, shape (box, other box): `TextBox.meets` of many."""
    left, bottom, right, top = some[:, :, None]
    lefts, bottoms, rights, tops = others
    meets: NDArray[np.bool_] = (left < rights) & (lefts < right) & (bottom < tops) & (bottoms < top)
    return meets


def nearest(point: Point, box: TextBox) -> Point:
    """Return the point of a box that is nearest to a point."""
    return min(max(point[0], box.left), box.right), min(max(point[1], box.bottom), box.top)


def _tie(anchor: Point, box: TextBox) -> Iterator[TextBox]:
    """Dots along the line from an anchor to a box, every six points, without its ends."""
    end = nearest(anchor, box)
    for part in np.linspace(0, 1, 2 + int(math.dist(anchor, end) / 6))[1:-1].tolist():
        x, y = (a + part * (b - a) for a, b in zip(anchor, end, strict=True))
        yield TextBox(x - 0.5, y - 0.5, x + 0.5, y + 0.5)


def _around(anchor: Point, width: float, height: float) -> list[tuple[float, TextBox]]:
    """Places around a point with their distance from it, the nearest first: at its sides, over and under it."""
    x, y = anchor
    boxes = []
    for rise in range(-64, 65, 8):
        bottom = y + rise - height / 2
        lefts = [left for away in (7, 14, 24, 38, 55) for left in (x + away, x - away - width)]
        if abs(rise) > height / 2 + 6:
            lefts.append(x - width / 2)
        boxes += [TextBox(left, bottom, left + width, bottom + height) for left in lefts]
    return sorted(((math.dist(anchor, nearest(anchor, box)), box) for box in boxes), key=lambda one: one[0])
