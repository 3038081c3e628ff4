"""What can be seen of a figure: whether its words are whole, large enough, on the page, and off one another."""

from collections.abc import Iterator
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.plots.rows import PATH, SMALL
from sim.plots.settings import STYLES

TOUCH = 1.5
"""Pixels by which two boxes may share the air around their letters."""


def faults(ax: Axes, style: str) -> Iterator[str]:
    """Everything that is wrong with the words of a figure drawn in a style."""
    texts = shown(ax)
    page = ax.figure.figure.bbox
    for text, box in texts:
        said = text.get_text().replace("\n", " ")[:50]
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1:
            yield f"off the page: {said!r}"
        if "…" in said or "..." in said:
            yield f"cut: {said!r}"
        least = STYLES[style].text * (SMALL if text.get_gid() == PATH else 1)
        if text.get_fontsize() < least - 1e-9:
            yield f"too small: {said!r}"
    for (one, box), (other, its) in combinations(texts, 2):
        across, up = min(box.x1, its.x1) - max(box.x0, its.x0), min(box.y1, its.y1) - max(box.y0, its.y0)
        if across > TOUCH and up > TOUCH:
            yield f"overprinted by {across:.0f} x {up:.0f}: {one.get_text()[:40]!r} and {other.get_text()[:40]!r}"
    legend = ax.get_legend()
    if legend is not None and Bbox.intersection(legend.get_window_extent(), ax.bbox.padded(-3)) is not None:
        yield "the legend lies over what is drawn"


def shown(ax: Axes) -> list[tuple[Text, Bbox]]:
    """Texts that are seen, with the boxes of their words; ticks beyond an axis are not."""
    figure = ax.figure.figure
    canvas = FigureCanvasAgg(figure) if not isinstance(figure.canvas, FigureCanvasAgg) else figure.canvas
    figure.draw_without_rendering()
    renderer = canvas.get_renderer()
    unseen = {label for every in (*figure.axes, *ax.child_axes) for label in _beyond(every)}
    return [
        (text, Text.get_window_extent(text, renderer))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in unseen
    ]


def _beyond(ax: Axes) -> Iterator[Text]:
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        hair = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not ax.axison or not low - hair <= tick.get_loc() <= high + hair:
                yield from (tick.label1, tick.label2)
