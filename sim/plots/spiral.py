"""What led to what in one run."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from sim.replays.replay import Replay
from sim.results.ensemble import SCRIPT, Ensemble
from sim.text import on

from .colours import COLOURS
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_new,
    head,
    plain_axes,
    points,
    rung_name,
    span_of,
)
from .history import TOP, DrawnAct, acts_of, in_order, legend_of_sides, write_tied
from .labels import Point, TextBox, place, wrapped
from .settings import plain_text

BOTTOM = -0.6
NAMED = 9
"""Acts of a chain that are named, at most."""
AFTERMATH = 45
"""Days after the event that are shown at least; else twice as many as the chain took."""
_MARGIN = 0.04
"""Share of the dates shown that is left free on either side."""


@plain_text
def spiral(source: Ensemble | Replay, ax: Axes | None = None, run: int | None = None, event: int | None = None) -> Axes:
    """The tree of action and response that one event belongs to, across the rungs, each act in its side's colour.

    A line leads from the event that weighed most in a decision to the act that was decided. Drawn are the acts that go
    back to the same root, until some time after the event; the chain from the root to the event is bold and named.

    Parameters
    ----------
    source : Ensemble or Replay
    run : int, optional
        The run's number in the ensemble; left out, that of the replay, or 0.
    event : int, optional
        The event's number in its run; left out, the gravest act: on the highest rung, of these the deadliest.

    Raises
    ------
    ValueError
        There is no such run or event.
    """
    ensemble = source.ensemble if isinstance(source, Replay) else source
    if run is None:
        run = source.run if isinstance(source, Replay) else 0
    if run not in ensemble.outcomes.index:
        raise ValueError(f"no run {run}; this ensemble has runs {span_of(ensemble.outcomes.index)}")
    ax = given_or_new(ax)
    table = ensemble.events.loc[ensemble.events["run"] == run]
    table = table[table["actor"] != SCRIPT].set_index("event")
    cause = {int(at): None if pd.isna(by) else int(by) for at, by in table["cause"].items()}
    acts = dict(zip(cause, acts_of(table, ensemble.scenario), strict=True))
    chain = _chain(cause, _wanted(acts, event, run))
    whole = _tree(cause, chain[-1]) if chain else []
    until = _until(acts[chain[0]].day, acts[chain[-1]].day) if chain else 0
    tree = [at for at in whole if acts[at].day <= until]
    per_day = _frame(ax, ensemble, [acts[at].day for at in tree])
    dates = dates_of(ensemble)
    for at in tree:
        by = cause[at]
        if by in acts:
            _line(ax, dates, acts[by], acts[at], at in chain)
    _markers(ax, dates, [acts[at] for at in tree], {acts[at] for at in chain})
    _names(ax, ensemble, [acts[at] for at in _told(chain, acts)], [acts[at] for at in tree], per_day)
    legend_of_sides(ax, [acts[at] for at in tree])
    head(ax, f"Run {run}: what led to what", _meaning(acts, chain, len(whole), len(tree), ensemble))
    foot(ax, ensemble, run)
    return ax


def _wanted(acts: Mapping[int, DrawnAct], event: int | None, run: int) -> int | None:
    """The event asked for, or the gravest; None where nobody acted."""
    if event is None:
        return max(acts, key=lambda at: (acts[at].rung, acts[at].deaths, -at), default=None)
    if event not in acts:
        raise ValueError(f"no act has number {event} in run {run}")
    return event


def _chain(cause: Mapping[int, int | None], event: int | None) -> list[int]:
    """The event, its cause, the cause of that, back to the root."""
    found: list[int] = []
    while event is not None and event in cause:
        found.append(event)
        event = cause[event]
    return found


def _tree(cause: Mapping[int, int | None], root: int) -> list[int]:
    """The root and all that goes back to it, in the order of the events."""
    found = {root}
    for at, by in sorted(cause.items()):
        if by in found:
            found.add(at)  # a cause comes before what it causes
    return sorted(found)


def _until(event: int, root: int) -> int:
    """The last day shown."""
    return event + max(AFTERMATH, 2 * (event - root))


def _frame(ax: Axes, ensemble: Ensemble, days: Sequence[int]) -> float:
    """Lay out rungs and dates; return the points per day."""
    names = [wrapped(rung_name(ensemble.scenario.theatre, rung), 26) for rung in range(10)]
    ax.set_ylim(BOTTOM, TOP)
    plain_axes(ax, grid="x")
    ax.set_yticks(range(10), list(map(str, range(10))))
    first, last = min(days, default=0), max(days, default=ensemble.scenario.days - 1)
    room = 1 + int(_MARGIN * (last - first))
    window = max(first - room, 0), min(last + room, ensemble.scenario.days - 1)
    per_day = date_axis(ax, ensemble, column_for(names), window)
    dates = dates_of(ensemble)[[window[0], window[1]]]
    for rung in range(0, 10, 2):
        ax.fill_between(dates, rung - 0.5, rung + 0.5, color=COLOURS["row"], linewidth=0, zorder=0)
    end_labels(ax, dates[-1], range(10), names, [None] * 10)
    return per_day


def _line(ax: Axes, dates: NDArray[np.float64], by: DrawnAct, act: DrawnAct, bold: bool) -> None:
    """Lead from a cause to what it caused, in the colour of who answered."""
    ax.add_patch(
        FancyArrowPatch(
            (dates[by.day], by.height),
            (dates[act.day], act.height),
            connectionstyle="arc3,rad=-0.15",
            arrowstyle="-|>" if bold else "-",
            mutation_scale=9,
            shrinkA=3,
            shrinkB=4 if bold else 2,
            color=act.side.colour,
            linewidth=1.9 if bold else 0.8,
            alpha=1.0 if bold else 0.45,
            zorder=4 if bold else 2,
        )
    )


def _markers(ax: Axes, dates: NDArray[np.float64], acts: Sequence[DrawnAct], chain: set[DrawnAct]) -> None:
    """Draw each side's acts, those of the chain large, and a ring around those that killed."""
    for side in in_order({act.side for act in acts}):
        for bold, size, alpha, layer in ((False, 15, 0.6, 3), (True, 48, 1.0, 5)):
            some = [act for act in acts if act.side == side and (act in chain) == bold]
            places = [dates[act.day] for act in some], [act.height for act in some]
            ax.scatter(*places, s=size, marker=side.marker, color=side.colour, alpha=alpha, linewidths=0, zorder=layer)
    deadly = [act for act in acts if act.deaths]
    ax.scatter(
        [dates[act.day] for act in deadly],
        [act.height for act in deadly],
        s=[110 if act in chain else 50 for act in deadly],
        facecolors="none",
        edgecolors=COLOURS["blood"],
        linewidths=0.9,
        zorder=6,
    )


def _told(chain: Sequence[int], acts: Mapping[int, DrawnAct]) -> list[int]:
    """Both ends of a chain, and of what lies between the gravest."""
    between = sorted(chain[1:-1], key=lambda at: (-acts[at].rung, at))
    return list(dict.fromkeys([*chain[:1], *chain[-1:], *between]))[:NAMED]


def _names(ax: Axes, ensemble: Ensemble, few: Sequence[DrawnAct], acts: Sequence[DrawnAct], per_day: float) -> None:
    """Write labels near a few acts, clear of one another and of the marks."""
    _, tall = points(ax)
    per_rung, dates = tall / (TOP - BOTTOM), dates_of(ensemble)
    left, _ = ax.get_xlim()

    def on_page(act: DrawnAct) -> Point:
        return (dates[act.day] - left) * per_day, (act.height - BOTTOM) * per_rung

    def mark(act: DrawnAct) -> TextBox:
        (x, y), size = on_page(act), 5 if act in few else 2
        return TextBox(x - size, y - size, x + size, y + size, 40.0 if act in few else 1.0)

    texts = list(_labels(few, ensemble))
    last = max((dates[act.day] for act in acts), default=left)
    page = TextBox(0, 0.2 * per_rung, (last - left) * per_day + 40, (9.7 - BOTTOM) * per_rung)
    boxes = place([on_page(act) for act in few], texts, page, [mark(act) for act in acts])
    for act, text, box in zip(few, texts, boxes, strict=True):
        if box is not None:
            write_tied(ax, (dates[act.day], act.height), on_page(act), text, box)


def _labels(acts: Sequence[DrawnAct], ensemble: Ensemble) -> Iterator[str]:
    scenario = ensemble.scenario
    for act in acts:
        day = scenario.start + timedelta(days=act.day)
        yield wrapped(f"{on(day, year=False)}: {scenario.theatre.actions[act.action].label}", 26)


def _meaning(acts: Mapping[int, DrawnAct], chain: Sequence[int], whole: int, shown: int, ensemble: Ensemble) -> str:
    if not chain:
        return "Nobody acted."
    label = ensemble.scenario.theatre.actions[acts[chain[0]].action].label
    steps = f"{len(chain) - 1} steps" if len(chain) != 2 else "one step"
    told = f"Lines lead from an event to what it weighed most in. Bold: {label}, {steps} from its root"
    of_them = f", the first {shown} shown" if shown < whole else ""
    return f"{told}. {whole} of {len(acts)} acts go back to that root{of_them}."
