"""Every run of an ensemble as a row of its acts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.results.ensemble import SCRIPT, Ensemble

from .colours import COLOURS, rung_colour
from .frame import date_axis, dates_of, foot, given_or_new, head, plain_axes, points, refuse_empty, rung_name
from .labels import SIZE, width_of, wrapped
from .settings import plain_text

LETTERS = 26
TITLE = 44


@plain_text
def raster(ensemble: Ensemble, ax: Axes | None = None, outcome: str | None = None, least: int = 7) -> Axes:
    """Acts of every run, a row for each, in the colours of the ladder, sorted by the day of an outcome.

    On top is the run in which it came about first; below the line are the runs in which it never did, as they are
    numbered. A black mark in each row is the day on which it came about.

    Parameters
    ----------
    outcome : str, optional
        The outcome to sort by; left out, the one nearest to half of the runs.
    least : int
        The lowest rung drawn.

    Raises
    ------
    ValueError
        There is no such outcome or rung, or no run was finished.
    """
    ax = given_or_new(ax)
    refuse_empty(ensemble)
    if not 0 <= least <= 9:
        raise ValueError(f"rungs go from 0 to 9, found {least}")
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    chosen = _chosen(ensemble, outcome)
    days = ensemble.completed[chosen].astype("Float64").to_numpy(dtype=float, na_value=np.inf)
    order = np.argsort(days, kind="stable")
    run = ensemble.completed.index.to_numpy()[order]
    row_of = {number: row for row, number in enumerate(run.tolist())}
    table = ensemble.events
    table = table[(table["rung"] >= least) & (table["actor"] != SCRIPT) & table["run"].isin(run)]
    rows, rung = table["run"].map(row_of).to_numpy(), table["rung"].to_numpy()
    _, tall = points(ax)
    size = float(np.clip(tall / len(run), 1.6, 6.0)) ** 2
    for step in np.unique(rung).tolist():  # the gravest lie on top
        at = rung == step
        ax.scatter(
            dates[table["day"].to_numpy()[at]], rows[at], s=size, marker="s", color=rung_colour(step), linewidth=0
        )
    came = np.isfinite(days[order])
    ax.scatter(
        dates[days[order][came].astype(int)], np.flatnonzero(came), s=size + 12, marker="|", color=COLOURS["blood"]
    )
    ax.set_ylim(len(run) - 0.5, -0.5)
    if came.any() and not came.all():
        ax.plot(dates[[0, -1]], [came.sum() - 0.5] * 2, color=COLOURS["text"], linewidth=0.8)
    steps = sorted(np.unique(rung).tolist(), reverse=True)
    names = [wrapped(rung_name(theatre, step), LETTERS) for step in steps]
    date_axis(ax, ensemble, max((width_of(name) for name in names), default=0.0) + 24)
    keys = [Line2D([], [], marker="s", linestyle="", markersize=6, color=rung_colour(step)) for step in steps]
    if keys:
        legend = ax.legend(
            keys, names, loc="upper right", fontsize=SIZE, frameon=False, borderaxespad=0, handletextpad=0.2
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
    ax.set_ylabel("Runs, in the order of that day")
    plain_axes(ax, grid="x")
    label = theatre.outcomes[chosen].label
    n = int(came.sum())
    head(
        ax,
        f"Every run, by the day of: {wrapped(label, TITLE, 1)}",
        f"A row is a run, with its acts from rung {least} up. Black: the day on which it came about, in {n:,} runs"
        + ("; below the line it never did." if n < len(run) else "."),
    )
    foot(ax, ensemble)
    return ax


def _chosen(ensemble: Ensemble, outcome: str | None) -> str:
    """The outcome asked for, or the one that parts the runs most evenly."""
    known = [str(name) for name in ensemble.completed.columns]
    if outcome is None:
        shares = ensemble.completed.notna().mean()
        return str((shares - 0.5).abs().idxmin())
    if outcome not in known:
        raise ValueError(f"unknown outcome '{outcome}'; there are {', '.join(known)}")
    return outcome
