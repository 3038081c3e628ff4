"""How many acts of a class there were, month by month, in the runs and in the record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.analysis.thinned import central
from sim.results.act_counts import ActCounts, Every, act_counts, chosen, days_of_acts
from sim.results.ensemble import Ensemble
from sim.text import brief, called, listed, percent, suggestion
from sim.theatre.language.base_rates import ActFilter

from . import overlay
from .colours import COLOURS, band_colour
from .frame import date_axis, dates_of, foot, given_or_new, head, key, key_rows, plain_axes, refuse_empty
from .settings import PLAIN, plain_text

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

BANDS = (0.5, 0.9)
"""Share of the runs within each band."""


@plain_text
def counts(
    ensemble: "AnyEnsemble",
    record: Ensemble | None = None,
    *actions: str,
    ax: Axes | None = None,
    actors: Sequence[str] = (),
    rungs: tuple[int, int] | None = None,
    every: Every = "month",
    coverage: float | Mapping[str, float] = 1.0,
    label: str | None = None,
) -> Axes:
    """Acts of a class in each month or week: bands of the runs, and points for what is recorded.

    A record does not list all that happens. Where `coverage` says how much it lists, the bands are those of what it
    would list of each run: every act is kept with that chance, and the bands are those of the exact distribution.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events (`sim.recorded`). A month of which it tells only a part has an open point.
    *actions : str
        The class: actions, or patterns of them such as `*.fire_rockets`; without any, all.
    actors : sequence of str
        Only acts of these.
    rungs : (int, int), optional
        Only acts between these rungs, as they turned out.
    every : {"month", "week"}
        Over what acts are counted: calendar months, or weeks from Monday. Those at the ends of the runs may be cut.
    coverage : float or mapping from actions to floats
        The chance that an act is listed by the record; 1 thins nothing.
    label : str, optional
        What the class is called; left out, what its actions are.

    Raises
    ------
    ValueError
        There is no such action, actor, rung or chance, the record has no day in common with the runs, or no run was
        finished.
    """
    ax = given_or_new(ax)
    refuse_empty(ensemble)
    theatre, found = ensemble.scenario.theatre, chosen(ensemble.scenario.theatre, actions)
    _refuse_unknown(actors, rungs, tuple(theatre.deciders), every)
    acts = ActFilter(actions=found, actors=tuple(actors), rungs=rungs)
    counted = act_counts(ensemble.kept, acts, every)
    chances = _chances(coverage, counted.actions, tuple(theatre.actions))
    bands = np.array([central(spread, BANDS) for spread in counted.spreads(chances)])  # (period, band, end)
    edges = _edges(ensemble, counted)
    who = [called(theatre.actors[actor].label) for actor in actors]
    named = label or _named(actions, who, rungs, [theatre.actions[each].label for each in found])
    keys = [f"{100 * band:g} % of runs" for band in BANDS] + ([] if record is None else [overlay.LABEL])
    most_ = int(bands[:, 0].sum(axis=1).argmax())
    low, high = (int(end) for end in bands[most_, 0])
    span = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    since = f"the {every} from {brief(ensemble.scenario.start + timedelta(days=int(counted.periods.first[most_])))}"
    head(
        ax,
        f"{named}: {span} in half of the runs in {since}, the busiest",
        _meaning(ensemble, every, _listing(chances), record),
        key_rows(ax, keys),
    )
    for at in range(len(BANDS))[::-1]:
        _stairs(ax, edges, bands[:, at], band_colour(1 - at, 2), keys[at])
    most = float(bands.max(initial=0)) + 0.5
    if record is not None:
        most = max(most, _points(ax, ensemble, record, acts, edges))
    _finish(ax, most, every)
    foot(ax, ensemble)
    date_axis(ax, ensemble)
    key(ax, reverse=True)
    return ax


def _refuse_unknown(actors: Sequence[str], rungs: tuple[int, int] | None, known: tuple[str, ...], every: str) -> None:
    if unknown := [actor for actor in actors if actor not in known]:
        raise ValueError(f"unknown actor '{unknown[0]}'{suggestion(unknown[0], known)}")
    if rungs is not None and not 0 <= rungs[0] <= rungs[1] <= 9:
        raise ValueError(f"rungs go from 0 to 9, the lower one first, found {rungs}")
    if every not in ("month", "week"):
        raise ValueError(f"acts are counted by 'month' or by 'week', found '{every}'")


def _chances(coverage: float | Mapping[str, float], actions: Sequence[str], known: Sequence[str]) -> dict[str, float]:
    """The chance by which each action is listed."""
    given = coverage if isinstance(coverage, Mapping) else dict.fromkeys(actions, coverage)
    if unknown := [action for action in given if action not in known]:
        raise ValueError(f"unknown action '{unknown[0]}' in coverage{suggestion(unknown[0], known)}")
    if wrong := [chance for chance in given.values() if not 0 <= chance <= 1]:
        raise ValueError(f"a coverage is a chance from 0 to 1, found {wrong[0]}")
    return {action: given.get(action, 1.0) for action in actions}


def _edges(ensemble: "AnyEnsemble", counted: ActCounts) -> NDArray[np.float64]:
    """Dates at which months begin, and the one after the last, as matplotlib counts them."""
    edges: NDArray[np.float64] = np.append(counted.periods.first, counted.periods.after[-1]) + dates_of(ensemble)[0]
    return edges


def _stairs(ax: Axes, edges: NDArray[np.float64], band: NDArray[np.int64], colour: str, label: str) -> None:
    """Draw a band of whole numbers, which fills half a number more on either side: a band of one number is seen."""
    low, high = (np.repeat(end, 2) for end in (band[:, 0] - 0.5, band[:, 1] + 0.5))
    ax.fill_between(np.repeat(edges, 2)[1:-1], np.maximum(low, 0), high, color=colour, linewidth=0, label=label)


def _points(ax: Axes, ensemble: "AnyEnsemble", record: Ensemble, acts: ActFilter, edges: NDArray[np.float64]) -> int:
    """Draw what is recorded on the days that the runs share, and return the most of it."""
    there = dates_of(record)[overlay.days_shared(ensemble, record)]
    begins, ends = there[0], there[-1] + 1
    dates = dates_of(record)[days_of_acts(record, acts)]
    number, _ = np.histogram(dates[(dates >= begins) & (dates < ends)], edges)
    told = (edges[:-1] < ends) & (edges[1:] > begins)
    whole = (edges[:-1] >= begins) & (edges[1:] <= ends)
    middle = (edges[:-1] + edges[1:]) / 2
    for those, face, name in ((whole, COLOURS["record"], overlay.LABEL), (told & ~whole, "white", "_in part")):
        ax.plot(
            middle[those],
            number[those],
            "o",
            color=COLOURS["record"],
            markerfacecolor=face,
            markersize=6,
            zorder=4,
            clip_on=False,
            label=name,
        )
    return int(number.max(initial=0))


def _finish(ax: Axes, most: float, every: Every) -> None:
    """Lay out the axis of numbers."""
    ax.set_ylim(0, max(1.05 * most, 1.5))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylabel(f"Acts a {every}", **PLAIN)
    plain_axes(ax)


def _named(actions: Sequence[str], who: Sequence[str], rungs: tuple[int, int] | None, labels: Sequence[str]) -> str:
    """What a class of acts is called."""
    alike = list(dict.fromkeys(labels))
    what = "Acts" if not actions else " or ".join(alike) if len(alike) <= 2 else f"{len(labels)} kinds of acts"
    by = f" of {listed(list(who))}" if who else ""
    return what + by + (f" on rungs {rungs[0]} to {rungs[1]}" if rungs else "")


def _meaning(ensemble: "AnyEnsemble", every: Every, listing: str, record: Ensemble | None) -> str:
    shares = listed([f"{100 * band:g}" for band in BANDS])
    parts = [f"Bands: at least the middle {shares} % of the runs. {listing}"]
    if record is not None:
        last = overlay.last_day(ensemble, record)
        parts.append(f"Points: {overlay.LABEL}, to {last}; open where they tell a part of a {every} only.")
    return " ".join(parts)


def _listing(chances: Mapping[str, float]) -> str:
    """How much of what happens the record lists, and so how much of the runs is shown."""
    least, most = min(chances.values(), default=1.0), max(chances.values(), default=1.0)
    if least == 1:
        return "The record is taken to list every one, and nothing is thinned."
    how = percent(most) if least == most else f"{percent(least)} to {percent(most)}"
    return f"The record lists {how} of these, and the runs are thinned to that."
