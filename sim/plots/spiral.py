"""What led to what in one run."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from sim.replays.replay import Replay
from sim.results.ensemble import SCRIPT, Ensemble
from sim.text import counted, on

from .colours import COLOURS
from .difference import quoted
from .frame import (
    column_for,
    date_axis,
    dates_of,
    end_labels,
    foot,
    given_or_new,
    head,
    key,
    key_rows,
    plain_axes,
    points,
    span_of,
)
from .history import TOP, DrawnAct, acts_of, half_of, in_order, keys_of_sides, rings, rung_names, write_tied
from .labels import Point, TextBox, broken, name_size, place
from .settings import current, plain_text

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
    keys = keys_of_sides([acts[at] for at in tree])
    lines = key_rows(ax, [str(each.get_label()) for each in keys])
    head(ax, _seen(run, acts, chain, ensemble), _meaning(acts, chain, len(whole), len(tree)), lines)
    foot(ax, ensemble, run)
    per_day = _frame(ax, ensemble, [acts[at].day for at in tree])
    dates = dates_of(ensemble)
    for at in tree:
        by = cause[at]
        if by in acts:
            _line(ax, dates, acts[by], acts[at], at in chain)
    _markers(ax, dates, [acts[at] for at in tree], {acts[at] for at in chain})
    _names(ax, ensemble, [acts[at] for at in _told(chain, acts)], [acts[at] for at in tree], per_day)
    key(ax, keys, columns=-(-len(keys) // max(lines, 1)) or None)
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
    names = rung_names(ax, ensemble.scenario.theatre, points(ax)[1])
    ax.set_ylim(BOTTOM, TOP)
    plain_axes(ax, grid="x")
    every = 1 if name_size() * 1.3 <= points(ax)[1] / (TOP - BOTTOM) else 3
    ax.set_yticks(range(0, 10, every), list(map(str, range(0, 10, every))))
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
    rings(ax, dates, acts)


def _told(chain: Sequence[int], acts: Mapping[int, DrawnAct]) -> list[int]:
    """Both ends of a chain, and of what lies between the gravest."""
    between = sorted(chain[1:-1], key=lambda at: (-acts[at].rung, at))
    return list(dict.fromkeys([*chain[:1], *chain[-1:], *between]))[: NAMED // 2 if current().far else NAMED]


def _names(ax: Axes, ensemble: Ensemble, few: Sequence[DrawnAct], acts: Sequence[DrawnAct], per_day: float) -> None:
    """Write labels near a few acts, clear of one another and of the marks."""
    _, tall = points(ax)
    per_rung, dates = tall / (TOP - BOTTOM), dates_of(ensemble)
    left, _ = ax.get_xlim()

    def on_page(act: DrawnAct) -> Point:
        return (dates[act.day] - left) * per_day, (act.height - BOTTOM) * per_rung

    def mark(act: DrawnAct) -> TextBox:
        (x, y), half = on_page(act), half_of(act) if act in few else 2
        return TextBox(x - half, y - half, x + half, y + half, 40.0 if act in few else 1.0)

    texts = list(_labels(few, ensemble, 0.24 * points(ax)[0]))
    last = max((dates[act.day] for act in acts), default=left)
    page = TextBox(0, 0.2 * per_rung, (last - left) * per_day + 40, (9.7 - BOTTOM) * per_rung)
    curves = [_on_the_way(on_page(by), on_page(act)) for by, act in pairwise(few) if by.day > act.day]
    avoid = [mark(act) for act in acts] + [dot for curve in curves for dot in curve]
    boxes = place([on_page(act) for act in few], texts, page, avoid)
    for act, text, box in zip(few, texts, boxes, strict=True):
        if box is not None:
            write_tied(ax, (dates[act.day], act.height), on_page(act), text, box)


def _on_the_way(one: Point, other: Point) -> Iterator[TextBox]:
    """Dots between two places, which words keep off: a line leads from one to the other."""
    for part in np.linspace(0.1, 0.9, 9).tolist():
        x, y = (a + part * (b - a) for a, b in zip(one, other, strict=True))
        yield TextBox(x - 4, y - 4, x + 4, y + 4, 3.0)


def _labels(acts: Sequence[DrawnAct], ensemble: Ensemble, wide: float) -> Iterator[str]:
    scenario = ensemble.scenario
    for act in acts:
        day = scenario.start + timedelta(days=act.day)
        yield broken(f"{on(day, year=False)}: {scenario.theatre.actions[act.action].label}", wide)


def _seen(run: int, acts: Mapping[int, DrawnAct], chain: Sequence[int], ensemble: Ensemble) -> str:
    """What came of what."""
    if not chain:
        return f"Run {run}: nobody acted"
    last, root = (ensemble.scenario.theatre.actions[acts[at].action].label for at in (chain[0], chain[-1]))
    if len(chain) == 1:
        return f"Run {run}: {quoted(last)} answered nothing"
    return f"Run {run}: from {quoted(root)} to {quoted(last)} in {counted(len(chain) - 1, 'step')}"


def _meaning(acts: Mapping[int, DrawnAct], chain: Sequence[int], whole: int, shown: int) -> str:
    if not chain:
        return ""
    of_them = f", the first {shown} shown" if shown < whole else ""
    return (
        "Lines lead from an event to the act in which it weighed most; bold, the way to the gravest. "
        f"{whole} of {len(acts)} acts go back to its root{of_them}."
    )
