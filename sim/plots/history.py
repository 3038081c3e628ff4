"""One run, act by act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from sim.results.ensemble import SCRIPT, Ensemble
from sim.text import counted, on
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

from .colours import COLOURS, Side, sides
from .frame import (
    column_for,
    column_of_labels,
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
    rung_name,
    span_of,
)
from .labels import Point, TextBox, broken, height_of, line, name_size, nearest, place, size, width_of
from .settings import current, plain_text
from .standard import Plate, Shown, standard

_PUSHED = 0.5
"""So far, in rungs, the name of a rung may stand below it, or else it would be read as that of another."""
FLOOR, CEILING = -3.3, -0.9
"""Where tension 0 and tension 100 lie, on the axis of rungs."""
TOP = 9.7
ROWS = 3
"""Rows of names of what the scenario lets happen."""
GRAVE = 5
"""Acts from this rung up, and all that killed, are drawn large, and words keep off them."""
_TENSION = "Tension (points)"
LANES = 0.3
"""How far the outermost sides stand from the middle of their rung."""


@dataclass(frozen=True)
class DrawnAct:
    """An act and where it is drawn."""

    day: int
    action: str
    rung: int
    deaths: int
    side: Side
    height: float
    """On the axis of rungs."""

    @property
    def large(self) -> bool:
        """Whether it is drawn large: it stands high, or it killed."""
        return self.rung >= GRAVE or self.deaths > 0


@plain_text
def strip(ensemble: Ensemble, ax: Axes | None = None, run: int = 0, named: int = 7) -> Axes:
    """One run as it happened: each act at its date and rung, its tension below.

    Within a rung each side has a lane of its own. Acts below rung 5 that killed nobody are small and pale. A ring means
    that people died, and grows with their number.

    Parameters
    ----------
    run : int
        The run's number.
    named : int
        How many acts to name, at most: the gravest, and those that killed.

    Raises
    ------
    ValueError
        There is no such run.
    """
    if run not in ensemble.outcomes.index:
        raise ValueError(f"no run {run}; this ensemble has runs {span_of(ensemble.outcomes.index)}")
    ax = given_or_new(ax)
    theatre, dates = ensemble.scenario.theatre, dates_of(ensemble)
    events = ensemble.events.loc[ensemble.events["run"] == run]
    scripted = events["actor"] == SCRIPT
    acts = acts_of(events[~scripted], ensemble.scenario)
    keys = keys_of_sides(acts)
    lines = key_rows(ax, [str(each.get_label()) for each in keys])
    head(ax, _seen(run, acts), _meaning(ensemble, run, acts), lines)
    foot(ax, ensemble, run)
    names = rung_names(ax, theatre, points(ax)[1] * (9.5 - CEILING) / (TOP - FLOOR))
    ax.set_ylim(FLOOR, TOP)
    plain_axes(ax, grid="x")
    _rung_ticks(ax)
    per_day = date_axis(ax, ensemble, column_for([*names, _TENSION]))
    for rung in range(0, 10, 2):
        ax.fill_between(dates[[0, -1]], rung - 0.5, rung + 0.5, color=COLOURS["row"], linewidth=0, zorder=0)
    _tension(ax, dates, ensemble.trajectories["tension"].sel(run=run).to_numpy())
    _markers(ax, dates, acts)
    injects = zip(events["day"][scripted], events["action"][scripted], strict=True)
    _scripted(ax, dates, [(int(day), _inject(str(action))) for day, action in injects], per_day)
    _names(ax, dates, acts, gravest(acts, min(named, 4) if current().far else named), ensemble.scenario, per_day)
    labels = [*names, _TENSION]
    end_labels(ax, dates[-1], [*range(10), (FLOOR + CEILING) / 2], labels, [None] * len(labels))
    key(ax, keys, columns=-(-len(keys) // max(lines, 1)))
    return ax


def rung_names(ax: Axes, theatre: Theatre, room: float) -> list[str]:
    """Names of all rungs for a column at the right; where they have no room, those that can stand beside their rung."""
    full = [broken(rung_name(theatre, rung), 0.85 * column_of_labels(ax)) for rung in range(10)]
    names, foot_of_last = [""] * 10, float("inf")
    for rung in reversed(range(10)):
        half = 0.5 * height_of(full[rung]) / (room / 10)
        pushed = max(rung + half - foot_of_last, 0.0)
        if pushed <= _PUSHED:
            names[rung], foot_of_last = full[rung], rung - pushed - half
    return names


def _rung_ticks(ax: Axes) -> None:
    """Number the rungs, and the ends of tension below them, as many as there is room for."""
    every = 1 if name_size() * 1.3 <= points(ax)[1] / (TOP - FLOOR) else 3
    ends = {FLOOR: "0", CEILING: "100"} if every == 1 else {}
    rungs = range(0, 10, every)
    ax.set_yticks([*ends, *rungs], [*ends.values(), *map(str, rungs)])
    for tick in ax.get_yticklabels()[: len(ends)]:
        tick.set_color(COLOURS["tension"])


def _seen(run: int, acts: Sequence[DrawnAct]) -> str:
    """How many acts there were, and what they cost."""
    deadly, dead = sum(act.deaths > 0 for act in acts), sum(act.deaths for act in acts)
    highest = max((act.rung for act in acts), default=0)
    told = f"Run {run}: {counted(len(acts), 'act')}, up to rung {highest}"
    return f"{told}; {deadly:,} of them deadly, {dead:,} dead" if deadly else f"{told}; nobody died"


@standard
def _strip(shown: Shown) -> Iterator[Plate]:
    """The run that stands for the most others."""
    kept = shown.ensemble.kept
    if kept.n_completed:
        first = kept.typical("tension", 4).position[0]
        yield Plate("strip", lambda ax: strip(kept, ax, int(kept.completed.index[first])), 5.2)


def acts_of(events: pd.DataFrame, scenario: Scenario) -> list[DrawnAct]:
    """Acts in the order of the events, each in its side's lane."""
    side_of = sides(scenario.theatre)
    present = in_order({side_of[actor] for actor in events["actor"]})
    lanes = np.linspace(LANES, -LANES, len(present)) if len(present) > 1 else np.zeros(1)
    lane = dict(zip(present, lanes.tolist(), strict=False))
    columns = (events[name].tolist() for name in ("day", "action", "rung", "fatalities", "actor"))
    return [
        DrawnAct(day, action, rung, deaths, side_of[actor], rung + lane[side_of[actor]])
        for day, action, rung, deaths, actor in zip(*columns, strict=True)
    ]


def gravest(acts: Sequence[DrawnAct], named: int) -> list[DrawnAct]:
    """Return the acts to name: those from rung 5 up and those that killed, each action once before any again.

    The deadliest of all is among them, whatever its rung.

    Where hardly any act is grave, the three highest actions.
    """
    ordered = sorted(acts, key=lambda act: (-act.rung, -act.deaths, act.day))
    seen: set[str] = set()
    first: list[DrawnAct] = []
    again: list[DrawnAct] = []
    for act in ordered:
        (again if act.action in seen else first).append(act)
        seen.add(act.action)
    grave = [act for act in first if act.large] + [act for act in again if act.rung >= GRAVE]
    mild = [act for act in first if act.rung and act not in grave]
    found = [*grave, *mild[: max(3 - len(grave), 0)]][:named]
    deadliest = max(first, key=lambda act: act.deaths, default=None)
    if deadliest is not None and deadliest.deaths and found and deadliest not in found:
        found[-1] = deadliest
    return found


def in_order(present: set[Side]) -> list[Side]:
    """Sides as legends name them: in the theatre's order, then those of which it says none, by their labels."""
    return sorted(present, key=lambda side: (side.place, side.label))


def _meaning(ensemble: Ensemble, run: int, acts: Sequence[DrawnAct]) -> str:
    failed = ensemble.failures[ensemble.failures["run"] == run]
    if len(failed):
        return f"It failed on day {failed['day'].iloc[0]}: {failed['what'].iloc[0]} was not finite."
    rings = " A ring means that people died, the more the larger." if any(act.deaths for act in acts) else ""
    return f"Marks: acts by date and rung.{rings} One history among many, and no forecast."


def _tension(ax: Axes, dates: NDArray[np.float64], tension: NDArray[np.floating]) -> None:
    height = FLOOR + tension / 100 * (CEILING - FLOOR)
    ax.fill_between(dates, FLOOR, height, color=COLOURS["tension"], alpha=0.5, linewidth=0, zorder=1)
    ax.plot(dates, height, color=COLOURS["tension"], linewidth=0.8, zorder=1)


def _markers(ax: Axes, dates: NDArray[np.float64], acts: Sequence[DrawnAct]) -> None:
    """Draw each side's acts, those that killed as strong as the grave ones, with a ring that grows with the dead."""
    for side in in_order({act.side for act in acts}):
        for large, area, alpha, layer in ((False, 13, 0.5, 2), (True, 44, 1.0, 4)):
            some = [act for act in acts if act.side == side and act.large == large]
            ax.scatter(
                [dates[act.day] for act in some],
                [act.height for act in some],
                s=area,
                marker=side.marker,
                color=side.colour,
                alpha=alpha,
                linewidths=0,
                zorder=layer,
                label=side.label,
            )
    rings(ax, dates, acts)


def rings(ax: Axes, dates: NDArray[np.float64], acts: Sequence[DrawnAct]) -> None:
    """Draw a ring around every act that killed; its width tells tens of dead from hundreds, whatever the rung."""
    deadly = [act for act in acts if act.deaths]
    ax.scatter(
        [dates[act.day] for act in deadly],
        [act.height for act in deadly],
        s=[ring_area(act.deaths) for act in deadly],
        facecolors="none",
        edgecolors=COLOURS["blood"],
        linewidths=[0.9 + 0.5 * np.log10(act.deaths) for act in deadly],
        zorder=5,
        label="people died",
    )


def half_of(act: DrawnAct) -> float:
    """Half the width of a mark that words keep off, its ring included, in points."""
    return max(5.0, ring_area(act.deaths) ** 0.5 / 2 + 1) if act.deaths else 5.0


def ring_area(deaths: int) -> float:
    """Area of the ring around an act that killed so many, in square points."""
    return 80.0 + 90.0 * float(np.log10(deaths))


def _inject(action: str) -> str:
    """Call an event of the script, or of the history imposed by it, in words."""
    return action.removeprefix(f"{SCRIPT}.").removeprefix("history_").replace("_", " ")


def _scripted(ax: Axes, dates: NDArray[np.float64], injects: Sequence[tuple[int, str]], per_day: float) -> None:
    """Mark what the scenario itself lets happen, and name it where there is room, in a few rows."""
    taken: list[TextBox] = []
    rows = min(ROWS, int(points(ax)[1] * (CEILING - FLOOR) / (TOP - FLOOR) / line()))
    page = TextBox(-1, -rows, (len(dates) - 1) * per_day + 1, 0)
    for day, text in injects:
        date, x, wide = dates[day], day * per_day, width_of(text) + 4
        ax.plot(
            [date, date], [CEILING, 9.5], color=COLOURS["quiet text"], linewidth=0.9, linestyle=(0, (2, 2)), zorder=1
        )
        places = ((row, left) for row in range(rows) for left in (x, x - wide))
        boxes = (TextBox(left, -row - 0.9, left + wide, -row - 0.1) for row, left in places)
        box = next((box for box in boxes if box.within(page) and not any(box.meets(other) for other in taken)), None)
        if box is None:
            continue
        taken.append(box)
        note = ax.annotate(
            text,
            (date, CEILING),
            xytext=(box.left - x + 2, (box.top + 0.1) * line() - 1),
            textcoords="offset points",
            va="top",
            fontsize=size(),
            fontstyle="italic",
            color=COLOURS["quiet text"],
        )
        note.set_parse_math(False)


def _names(
    ax: Axes,
    dates: NDArray[np.float64],
    acts: Sequence[DrawnAct],
    few: Sequence[DrawnAct],
    scenario: Scenario,
    per_day: float,
) -> None:
    """Write the labels of a few acts near them, clear of one another and of grave acts."""
    _, tall = points(ax)
    per_rung = tall / (TOP - FLOOR)

    def on_page(act: DrawnAct) -> Point:
        return act.day * per_day, (act.height - FLOOR) * per_rung

    def mark(act: DrawnAct) -> TextBox:
        x, y = on_page(act)
        half, weight = (half_of(act), 40.0) if act.large or act in few else (2.0, 1.0)
        return TextBox(x - half, y - half, x + half, y + half, weight)

    texts = []
    for act in few:
        date = scenario.start + timedelta(days=act.day)
        texts.append(
            broken(f"{on(date, year=False)}: {scenario.theatre.actions[act.action].label}", 0.24 * points(ax)[0])
        )
    page = TextBox(0, (-0.5 - FLOOR) * per_rung, (len(dates) - 1) * per_day, (9.6 - FLOOR) * per_rung)
    boxes = place([on_page(act) for act in few], texts, page, [mark(act) for act in acts])
    for act, text, box in zip(few, texts, boxes, strict=True):
        if box is not None:
            write_tied(ax, (dates[act.day], act.height), on_page(act), text, box)


def write_tied(ax: Axes, act: Point, anchor: Point, text: str, box: TextBox) -> None:
    """Write a text into its box, tied to its act by a thin line."""
    (x, y), (end_x, end_y) = anchor, nearest(anchor, box)
    tie = ((end_x - box.left) / (box.right - box.left), (end_y - box.bottom) / (box.top - box.bottom))
    note = ax.annotate(
        text,
        act,
        xytext=(box.left - x, box.bottom - y),
        textcoords="offset points",
        va="bottom",
        fontsize=size(),
        linespacing=1.1,
        color=COLOURS["text"],
        zorder=7,
        path_effects=[withStroke(linewidth=2, foreground="white")],
        arrowprops={
            "arrowstyle": "-",
            "color": COLOURS["quiet text"],
            "linewidth": 0.7,
            "relpos": tie,
            "shrinkA": 0,
            "shrinkB": 6,
        },
    )
    note.set_parse_math(False)


def keys_of_sides(acts: Sequence[DrawnAct]) -> list[Line2D]:
    """What a legend has of the sides that acted, and of the dead."""
    keys = [
        Line2D([], [], linestyle="none", marker=side.marker, markersize=6, color=side.colour, label=side.label)
        for side in in_order({act.side for act in acts})
    ]
    if any(act.deaths for act in acts):
        ring = Line2D([], [], linestyle="none", marker="o", markersize=9, label="people died", color=COLOURS["blood"])
        ring.set_markerfacecolor("none")
        keys.append(ring)
    return keys
