"""What each world of a class lived, and where worlds on the same dice parted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.pack import stepped, whole
from sim.theatre.compiled.program import NONE

if TYPE_CHECKING:
    from sim.play import Session
    from sim.play.debrief import Debrief
    from sim.play.debrief.effects import Shift
    from sim.play.debrief.whole import Judged

MOST_SHIFTS = 6
"""Outcomes that are shown of a decision, those that it moved by more than its error first."""
WIDE = 100_000
"""Letters in a line: the page breaks lines itself."""


def course(session: "Session") -> dict[str, Any]:
    """What a world lived: its path, its outcomes, and what was done on each day."""
    world = session.world
    lived, trajectories = session.day, world.model.trajectories
    assert trajectories is not None
    names = [*world.program.actions, *(f"script.{name}" for name in world.program.injects)]
    days = world.model.world.outcome_day[:, 0].tolist()
    acts: list[list[Any]] = []
    for each in world.past.events:
        day, act = int(each["day"]), names[each["action"]]
        acts.append([day, act, int(each["deaths"]), world.lived[day].deeds.get(act)])
    return {
        "title": session.scenario.title,
        "days": lived,
        "turns": session.turn,
        "over": session.over,
        "date": (session.scenario.start + timedelta(days=max(lived - 1, 0))).isoformat(),
        "tension": stepped(trajectories.values[:lived, -1, 0][None]),
        "rung": whole(np.asarray(trajectories.rung[:lived, -1, 0])[None]),
        "deaths": int(world.model.world.deaths[-1, 0]),
        "outcomes": {name: day for name, day in zip(world.program.outcomes, days, strict=True) if day != NONE},
        "seats": {name: seat.label for name, seat in session.seats.items()},
        "acts": acts,
        "labels": {each: _called(session, each) for each in dict.fromkeys(act for _, act, _, _ in acts)},
    }


def _called(session: "Session", act: str) -> tuple[str, str | None]:
    """What an act is called, and who does it."""
    theatre = session.scenario.theatre
    if act not in theatre.actions:
        return act.partition(".")[2].removeprefix("history_").replace("_", " "), None
    return theatre.actions[act].label, theatre.deciders[act.partition(".")[0]].label


def looked_back(found: "Debrief") -> dict[str, Any]:
    """A debrief as the page shows it: decisions with what they moved, and the rest in words; without names."""
    nameless = replace(
        found,
        people=dict.fromkeys(found.seats, ()),
        judged=tuple(replace(each, decision=replace(each.decision, by=())) for each in found.judged),
        notes=tuple(replace(each, by=None) for each in found.notes),
    )
    return {
        "runs": found.runs,
        "horizon": found.horizon,
        "taken_back": found.taken_back,
        "foremost": [each.decision.number for each in found.foremost],
        "decisions": [_decision(found, each) for each in found.judged],
        "sections": _sections(nameless.text(WIDE)),
    }


def _decision(found: "Debrief", each: "Judged") -> dict[str, Any]:
    decision, moved = each.decision, each.effect
    told: dict[str, Any] = {
        "number": decision.number,
        "kind": decision.kind,
        "seat": decision.seat,
        "label": "The umpire" if decision.seat is None else found.seats[decision.seat],
        "date": decision.date.isoformat(),
        "day": decision.day,
        "what": decision.what,
        "why": list(decision.why),
        "mattered": each.mattered,
    }
    if moved is not None:
        low, high = moved.interval
        told["effect"] = {
            "futures": moved.futures,
            "days": moved.days,
            "share": moved.share,
            "low": low,
            "high": high,
            "shifts": [_shift(each) for each in _shown((*moved.outcomes, moved.deaths, moved.rung))],
        }
    return told


def _shown(shifts: Sequence["Shift"]) -> list["Shift"]:
    """What is shown of what a decision moved: what it moved surely, and then what it moved at all."""
    return sorted((each for each in shifts if each.difference), key=lambda each: not each.sure)[:MOST_SHIFTS]


def _shift(each: "Shift") -> dict[str, Any]:
    return {
        "kind": each.name if each.name in ("deaths", "rung") else "outcome",
        "label": each.label,
        "with": each.with_it,
        "without": each.without,
        "difference": each.difference,
        "low": each.low if np.isfinite(each.low) else None,
        "high": each.high if np.isfinite(each.high) else None,
        "sure": each.sure,
    }


def _sections(text: str) -> list[dict[str, Any]]:
    """The sections of a debrief's text, each with its title and its paragraphs; the heading is left out."""
    parts = [part.splitlines() for part in text.strip().split("\n\n")]
    return [{"title": title.capitalize(), "lines": lines} for title, *lines in parts[1:]]


@dataclass(frozen=True)
class Done:
    """Something that happened on a day in some worlds, and not in others that had lived the same until then."""

    act: str
    by: str | None
    """The seat that ordered it; None if the rules chose it."""


@dataclass(frozen=True)
class Parting:
    """A day on which worlds that had lived the same went apart."""

    day: int
    parts: tuple[tuple[tuple[int, ...], tuple[Done, ...]], ...]
    """The worlds of each part, and what was done that day in them and not in all."""


Days = Mapping[int, Sequence[tuple[str, int, str | None]]]
"""By day, what was done: act, deaths, and who ordered it."""


def by_day(acts: Sequence[Sequence[Any]]) -> dict[int, list[tuple[str, int, str | None]]]:
    """What was done on each day, from the acts of a course."""
    found: dict[int, list[tuple[str, int, str | None]]] = {}
    for day, act, deaths, by in acts:
        found.setdefault(day, []).append((act, deaths, by))
    return found


def partings(worlds: Mapping[int, tuple[int, Days]]) -> list[Parting]:
    """Find the days on which worlds went apart: each splits those that had lived the same until then.

    Parameters
    ----------
    worlds : mapping
        By the number of a world, how many days it lived, and what was done on them.
    """
    groups, found = [sorted(worlds)], []
    for day in range(max((days for days, _ in worlds.values()), default=0)):
        after: list[list[int]] = []
        for group in groups:
            living = [world for world in group if worlds[world][0] > day]
            parts: dict[tuple[tuple[str, int], ...], list[int]] = {}
            for world in living:
                parts.setdefault(tuple(each[:2] for each in worlds[world][1].get(day, ())), []).append(world)
            if len(parts) > 1:
                found.append(_parting(day, [tuple(part) for part in parts.values()], worlds))
            after += parts.values()
        groups = [group for group in after if len(group) > 1]
    return found


def _parting(day: int, parts: list[tuple[int, ...]], worlds: Mapping[int, tuple[int, Days]]) -> Parting:
    done = {part: worlds[part[0]][1].get(day, ()) for part in parts}
    everywhere = set.intersection(*({act for act, _, _ in acts} for acts in done.values()))
    return Parting(
        day,
        tuple(
            (part, tuple(Done(act, by) for act, _, by in acts if act not in everywhere)) for part, acts in done.items()
        ),
    )
