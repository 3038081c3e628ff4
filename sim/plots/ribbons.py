"""Bands that flow from one bar to another, as wide as the runs in them."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path


def ribbon(
    ax: Axes, left: float, right: float, begin: tuple[float, float], end: tuple[float, float], colour: str
) -> None:
    """Draw a band from the stretch `begin` at `left` to the stretch `end` at `right`."""
    middle = (left + right) / 2
    (low, high), (bottom, top) = begin, end
    places = [(left, low), (middle, low), (middle, bottom), (right, bottom)]
    places += [(right, top), (middle, top), (middle, high), (left, high), (left, low)]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(places, codes), facecolor=colour, alpha=0.45, linewidth=0))


def bar(ax: Axes, left: float, width: float, stretch: tuple[float, float], colour: str) -> None:
    """Draw an upright bar."""
    low, high = stretch
    ax.add_patch(Rectangle((left, low), width, high - low, facecolor=colour, edgecolor="white", linewidth=0.4))


def stacked(sizes: Sequence[float], gap: float = 0.0, bottom: float = 0.0) -> list[tuple[float, float]]:
    """Stretches of these sizes, one upon another with gaps between them."""
    found = []
    for size in sizes:
        found.append((bottom, bottom + size))
        bottom += size + gap
    return found
