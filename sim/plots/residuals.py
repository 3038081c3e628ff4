"""Whether acts of a record come when a model expects them: intervals between them beside the law they should have."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.arrays import Floats
from sim.analysis.rescaling import Residuals
from sim.text import percent

from .colours import COLOURS, PATH_STYLES, path_colour
from .frame import (
    column_for,
    column_of_labels,
    end_labels,
    given_or_new,
    head,
    percent_axis,
    plain_axes,
    points,
    signed,
)
from .labels import broken, fitting
from .settings import current, plain_text

if TYPE_CHECKING:
    from sim.experiments.record.residuals import ClassResiduals, RecordResiduals

MOST = len(PATH_STYLES)
"""Classes that are drawn in colours of their own."""
FEWEST = 3
"""A class with fewer acts has no line: how short one interval is tells nothing of a law."""


@plain_text
def residuals(found: "RecordResiduals", ax: Axes | None = None) -> Axes:
    """How many intervals between acts are as short as they are, beside how many should be: a line for each class.

    Time runs as fast as the model expects acts, so that a right model leaves exponential intervals. A class has its
    distance told in units of its own 95 % band (of Kolmogorov and Smirnov), so that one band is right for all, however
    many acts there are. The classes that deviate most have colours and names.

    Parameters
    ----------
    found : RecordResiduals
        What `sim.residuals` gives.

    Raises
    ------
    ValueError
        No class has as many acts as a line needs.
    """
    ax = given_or_new(ax)
    order = [each for each in found.classes if len(each.residuals.sorted) >= FEWEST]
    if not order:
        raise ValueError(f"the record has no class of acts with {FEWEST} of them: nothing to draw")
    order.sort(key=lambda each: each.residuals.p_value)
    lines = [_line(each.residuals) for each in order]
    _tell(ax, found, order)
    ends = []
    for at, (each, (share, deviation)) in reversed(list(enumerate(zip(order, lines, strict=True)))):
        named = at < MOST
        style = PATH_STYLES[at] if named else "solid"
        colour = path_colour(at) if named else COLOURS["tension"]
        width = 1.6 if named else 0.7
        ax.plot(share, deviation, color=colour, linestyle=style, linewidth=width, label=each.label)
        if named:
            ends.append((float(deviation[-1]), _label(each), colour))
    ax.axhspan(-1, 1, color=COLOURS["row"], zorder=0)
    ax.axhline(0, color=COLOURS["quiet text"], linewidth=0.8)
    height = 1.1 * max(1.2, *(float(np.abs(deviation).max()) for _, deviation in lines))
    ax.set_ylim(-height, height)
    names = [broken(name, column_of_labels(ax)) for _, name, _ in ends]
    short = [name.partition("\n")[0] if name.count("\n") < 2 else "" for name in names]
    names = fitting(names, short, list(range(len(names))), points(ax)[1])
    wide, _ = points(ax)
    right = 1 / (1 - min(column_for(names) / wide, 0.5))
    ax.set_xlim(0, right)
    ax.axvspan(1, right, facecolor=ax.get_facecolor(), linewidth=0, zorder=0.6)  # no guides under the names
    ax.set_xticks([0, 0.5, 1] if current().far else [0, 0.25, 0.5, 0.75, 1])
    percent_axis(ax.xaxis)
    plain_axes(ax)
    ax.spines["bottom"].set_bounds(0, 1)
    ax.set_ylabel("More, or fewer, are (in bands)" if not current().far else "Too many (in bands)")
    end_labels(ax, 1.0, [end for end, *_ in ends], names, [colour for *_, colour in ends])
    return ax


def _tell(ax: Axes, found: "RecordResiduals", order: "Sequence[ClassResiduals]") -> None:
    """Say what is shown, and of whom."""
    outside = sum(bool(np.abs(_line(each.residuals)[1]).max() > 1) for each in order)
    head(
        ax,
        f"{outside} of {len(order)} classes of acts do not come when the model expects them",
        "Above the grey band: too many short intervals, so acts come in bursts, or more often than expected; below: "
        f"too few. Within it lie 95 % of records of a right model. Named: the {min(len(order), MOST)} classes that "
        "deviate most.",
    )
    ax.set_xlabel("Share of intervals that should be as short", loc="right")
    scenario, rare = found.scenario, len(found.classes) - len(order)
    parts = [f"{rare} rarer left out"] if rare else []
    parts = [scenario.title, f"n = {found.particles:,} particles", *parts, f"seed {found.seed}"]
    signed(ax, *parts, f"{scenario.name} {scenario.short_hash}")


def _line(found: Residuals) -> tuple[Floats, Floats]:
    """Share expected and deviation of the share found, in bands, as steps from none to as far as was seen."""
    last = max(found.intervals.open, float(found.sorted[-1]) if len(found.sorted) else 0.0)
    share = np.concatenate([[0.0], np.repeat(found.expected, 2), [-np.expm1(-last)]])
    steps = np.concatenate([[0.0], found.found])
    return share, (np.repeat(steps, 2) - share) / found.band


def _label(each: "ClassResiduals") -> str:
    recorded, expected = int(each.hit.sum()), float(each.chance.sum())
    beside = f"{recorded} recorded, {expected:.3g} expected; p = {percent(each.residuals.p_value)}"
    return each.label if current().far else f"{each.label}: {beside}"
