"""Whether what was given a chance came true as often."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from sim.analysis.arrays import Floats

from .colours import COLOURS, tint
from .frame import given_or_new, head, percent_axis, plain_axes, signed
from .labels import size
from .settings import current, plain_text

if TYPE_CHECKING:
    from sim.experiments.record.hindcast import Hindcast

TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
FEW = (0.0, 0.05, 0.2, 0.5, 1.0)
"""Ticks where there is room for few."""


@plain_text
def reliability(hindcast: "Hindcast", ax: Axes | None = None, question: str | None = None) -> Axes:
    """Share of windows in which it came true, by the chance that the model gave, with bars where chance would put it.

    Both axes grow with the square root, so that small chances can be told apart. A dot is as large as the number of
    forecasts in its bin.

    Parameters
    ----------
    hindcast : Hindcast
        What `sim.hindcast` gives.
    question : str, optional
        A question of a yes or no; left out, all together.

    Raises
    ------
    QueryError
        There is no such question.
    ValueError
        There is no forecast of a yes or no.
    TypeError
        It is no hindcast.
    """
    if not hasattr(hindcast, "reliability"):
        raise TypeError(f"reliability is of what sim.hindcast gives, found {type(hindcast).__name__}")
    table = hindcast.reliability(question)
    if not len(table):
        raise ValueError("the hindcast has no forecast of a yes or no: nothing to draw")
    ax = given_or_new(ax, height=5.2)
    _tell(ax, hindcast, question, table)
    ax.plot(np.linspace(0, 1, 101), np.linspace(0, 1, 101), color=COLOURS["quiet text"], linewidth=0.8)
    ax.vlines(table["forecast"], table["bar_low"], table["bar_high"], color=tint(COLOURS["band"], 0.35), linewidth=6)
    area = 14 + 90 * (table["n"] / table["n"].max()).to_numpy() ** 0.5
    ax.scatter(table["forecast"], table["happened"], s=area, color=COLOURS["outcome"], zorder=3, clip_on=False)
    for row in table.itertuples(index=False):
        ax.annotate(
            f"{row.n:,}",
            (row.forecast, row.happened),
            xytext=(9, -3),
            textcoords="offset points",
            fontsize=size(),
            color=COLOURS["text"],
            annotation_clip=False,
        )
    for axis, scale in ((ax.xaxis, ax.set_xscale), (ax.yaxis, ax.set_yscale)):
        scale("function", functions=(_root, np.square))
        axis.set_major_locator(FixedLocator(list(FEW if current().far else TICKS)))
        axis.set_minor_locator(NullLocator())
        percent_axis(axis)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    plain_axes(ax, grid="both")
    ax.set_ylabel("Came true" if current().far else "Share of windows in which it came true")
    return ax


def _root(values: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(values, 0.0)))


def _tell(ax: Axes, hindcast: "Hindcast", question: str | None, table: pd.DataFrame) -> None:
    """Say what is shown, and of whom."""
    about = "" if question is None else f"{hindcast.questions[question].label}: "
    inside = int(table["happened"].between(table["bar_low"], table["bar_high"]).sum())
    head(
        ax,
        f"{about}{inside} of {len(table)} dots lie within their bars, where chance would put them",
        "Dots: bins of chances, with their number of forecasts. Bars: where 95 % of shares lie if the chances are "
        "right and windows independent; these overlap, so chance spreads wider. Both axes widen small chances.",
    )
    ax.set_xlabel("Chance that the model gave", loc="right")
    scenario, n = hindcast.scenario, int(table["n"].sum())
    signed(
        ax,
        scenario.title,
        f"n = {n:,} forecasts of {hindcast.days} days",
        f"{hindcast.particles:,} particles",
        f"seed {hindcast.seed}",
        f"{scenario.name} {scenario.short_hash}",
    )
