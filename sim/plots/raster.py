"""Every run of an ensemble as a row of its acts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.results.ensemble import SCRIPT, Ensemble

from .colours import COLOURS, rung_colour
from .frame import (
    date_axis,
    dates_of,
    foot,
    given_or_new,
    head,
    key,
    key_rows,
    plain_axes,
    points,
    refuse_empty,
    rung_name,
)
from .settings import current, plain_text


@plain_text
def raster(ensemble: Ensemble, ax: Axes | None = None, outcome: str | None = None, least: int = 7) -> Axes:
    """Acts of every run, a row for each, in the colours of the ladder, sorted by the day of an outcome.

    On top is the run in which it came about first; below the line are the runs in which it never did, as they are
    numbered. An upright mark in each row is the day on which it came about.

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
    came = np.isfinite(days[order])
    steps = sorted(np.unique(rung).tolist(), reverse=True)
    names = [rung_name(theatre, step) for step in steps]
    n = int(came.sum())
    keys = [Line2D([], [], marker="s", linestyle="", markersize=6, color=rung_colour(step)) for step in steps]
    for handle, name in zip(keys, names, strict=True):
        handle.set_label(name)
    lines = key_rows(ax, names)
    last = "" if n == len(run) else f" Below the line it never did, in {len(run) - n:,} runs."
    head(
        ax,
        f"{theatre.outcomes[chosen].label}: in {n:,} of {len(run):,} runs",
        f"A row is a run, with its acts from rung {least} up; on top is the run in which it came about first. Upright "
        f"marks: the day on which it did.{last}",
        lines,
    )
    foot(ax, ensemble)
    _, tall = points(ax)
    area = float(np.clip(tall / len(run), 1.6, 6.0)) ** 2
    for step in np.unique(rung).tolist():  # the gravest lie on top
        at = rung == step
        ax.scatter(
            dates[table["day"].to_numpy()[at]], rows[at], s=area, marker="s", color=rung_colour(step), linewidth=0
        )
    ax.scatter(
        dates[days[order][came].astype(int)], np.flatnonzero(came), s=area + 30, marker="|", color=COLOURS["text"]
    )
    ax.set_ylim(len(run) - 0.5, -0.5)
    if came.any() and not came.all():
        ax.plot(dates[[0, -1]], [came.sum() - 0.5] * 2, color=COLOURS["text"], linewidth=0.8)
    date_axis(ax, ensemble)
    key(ax, keys, columns=-(-len(keys) // max(lines, 1)) or None)
    ax.set_ylabel("Runs, by that day" if current().far else "Runs, in the order of that day")
    plain_axes(ax, grid="x")
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
