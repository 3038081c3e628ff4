"""What each world of a class lived, and where worlds on the same dice parted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.model import LockstepModel
from sim.play.debrief.plans import followed, live, lived
from sim.report.pack import stepped, whole
from sim.theatre.compiled.program import NONE

if TYPE_CHECKING:
    from sim.play import Session
    from sim.play.debrief import Debrief
    from sim.play.debrief.effects import Shift
    from sim.play.debrief.whole import Judged

MOST_SHIFTS = 6
"""Outcomes that are shown of a decision, those that it moved by more than its error first."""
ONWARD = 200
"""Futures in which a world that was not played to the end is lived on, by the rules."""
WIDE = 100_000
"""Letters in a line: the page breaks lines itself."""


def course(session: "Session") -> dict[str, Any]:
    """What a world lived: its path, its outcomes, and what was done on each day."""
    world = session.world
    n_days, trajectories = session.day, world.model.trajectories
    assert trajectories is not None
    names = [*world.program.actions, *(f"script.{name}" for name in world.program.injects)]
    days = world.model.world.outcome_day[:, 0].tolist()
    acts: list[list[Any]] = []
    for each in world.past.events:
        day, act = int(each["day"]), names[each["action"]]
        acts.append([day, act, int(each["deaths"]), world.lived[day].deeds.get(act)])
    return {
        "title": session.scenario.title,
        "days": n_days,
        "turns": session.turn,
        "over": session.over,
        "date": (session.scenario.start + timedelta(days=max(n_days - 1, 0))).isoformat(),
        "tension": stepped(trajectories.values[:n_days, -1, 0][None]),
        "rung": whole(np.asarray(trajectories.rung[:n_days, -1, 0])[None]),
        "deaths": int(world.model.world.deaths[-1, 0]),
        "outcomes": {name: day for name, day in zip(world.program.outcomes, days, strict=True) if day != NONE},
        "seats": {name: seat.label for name, seat in session.seats.items()},
        "acts": acts,
        "labels": {each: _called(session, each) for each in dict.fromkeys(act for _, act, _, _ in acts)},
        "onward": onward(session) if n_days else {},
    }


def onward(session: "Session", futures: int = ONWARD) -> dict[str, float]:
    """By outcome, in which share of a world's futures it has come about by the scenario's last day.

    In a world that was played to the end this is whether it came about, 1 or 0; one that stopped earlier is lived on
    from there many times, by the rules in every seat.
    """
    names, days = session.world.program.outcomes, session.scenario.days
    came = session.world.model.world.outcome_day[:, 0] >= 0
    if session.day >= days:
        return dict(zip(names, came.astype(float).tolist(), strict=True))
    stem = LockstepModel(session.scenario, seed=session.seed, run_numbers=[session.run])
    for day in range(session.day):
        live(stem, lived(session, day))
    found = followed(stem, (), (), np.arange(1, futures + 1), days)
    stem.close()
    shares = (found.came[:, ~found.failed] | came[:, None]).mean(axis=1)
    return dict(zip(names, shares.tolist(), strict=True))


def _called(session: "Session", act: str) -> tuple[str, str | None, int | None]:
    """What an act is called, who does it, and its rung."""
    theatre = session.scenario.theatre
    if act not in theatre.actions:
        return act.partition(".")[2].removeprefix("history_").replace("_", " "), None, None
    return theatre.actions[act].label, theatre.deciders[act.partition(".")[0]].label, theatre.actions[act].rung


BY_TEACHER = frozenset({"umpire", "the umpire"})
"""Who an order is given by, in a ledger and in what is found of it, where the teacher acts."""


def looked_back(found: "Debrief") -> dict[str, Any]:
    """A debrief as the page shows it: decisions with what they moved, and the rest in words; without names."""
    nameless = replace(
        found,
        people=dict.fromkeys(found.seats, ()),
        judged=tuple(
            replace(each, decision=replace(each.decision, by=_unnamed(each.decision.by))) for each in found.judged
        ),
        notes=tuple(replace(each, by=None) for each in found.notes),
    )
    return {
        "runs": found.runs,
        "horizon": found.horizon,
        "taken_back": found.taken_back,
        "foremost": [each.decision.number for each in found.foremost],
        "decisions": [_decision(found, each) for each in found.judged],
        "weighty": weighty(found),
        "sections": _sections(for_a_class(nameless.text(WIDE))),
    }


def _unnamed(by: Sequence[str]) -> tuple[str, ...]:
    """Who gave an order, where that was the teacher; nobody else is told of."""
    return ("the umpire",) if BY_TEACHER.intersection(by) else ()


def _decision(found: "Debrief", each: "Judged") -> dict[str, Any]:
    decision, moved = each.decision, each.effect
    told: dict[str, Any] = {
        "number": decision.number,
        "kind": decision.kind,
        "seat": decision.seat,
        "label": "The teacher" if decision.seat is None else found.seats[decision.seat],
        "date": decision.date.isoformat(),
        "day": decision.day,
        "what": decision.what,
        "why": list(decision.why),
        "by": list(decision.by),
        "by_teacher": bool(BY_TEACHER.intersection(decision.by)),
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


def weighty(found: "Debrief") -> list[list[Any]]:
    """What moved something by more than its error: decisions, and acts of the chains that led highest.

    Each is its day, its act (None of what is no act), whose it is, what it is called, how it came to be done, and the
    share of futures that it moved.
    """
    rows: dict[tuple[int, str], list[Any]] = {}
    for chain in found.chains:
        for link in chain:
            if link.held is not None and link.held.mattered:
                who = found.seats.get(link.seat or "", found.labels.get(link.actor))
                rows[link.day, link.act] = [
                    *(link.day, link.act, who, found.labels.get(link.act, link.act)),
                    *(link.how, link.held.effect.share),
                ]
    for each in found.judged:
        decision, moved = each.decision, each.effect
        if each.mattered and moved is not None:
            actor = (decision.act or "").partition(".")[0]
            who = found.labels.get(actor) if decision.seat is None else found.seats[decision.seat]
            how = {"left": "unasked", "inject": "umpire"}.get(decision.kind, "order")
            rows[decision.day, decision.act or decision.what] = [
                *(decision.day, decision.act, who, decision.what),
                *(how, moved.share),
            ]
    return [rows[key] for key in sorted(rows)]


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


def for_a_class(text: str) -> str:
    """A text in the words of a class, in which the umpire is its teacher; what somebody said stays as it was said."""
    parts = re.split("(“[^”]*”)", text)
    parts[::2] = [re.sub(r"\bumpire\b", "teacher", each) for each in parts[::2]]
    return "".join(parts)


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


MOST_APART = 12
"""Differences between worlds that are told, those that moved most."""


def differences(worlds: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Acts that mattered in some world and were not done on the same day in all of them, by their days.

    Parameters
    ----------
    worlds : mapping
        By the number of a world, its course with what was `weighty` in it.
    """
    first = {world: _first_days(found["acts"]) for world, found in worlds.items()}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for world, course_ in worlds.items():
        for day, act, who, what, how, share in course_["weighty"]:
            row = found.setdefault((act or what, who), {"act": act, "by": who, "label": what, "worlds": {}})
            cell = row["worlds"].get(world)
            if cell is None or share > cell["moved"]:
                row["worlds"][world] = {"day": day, "how": how, "moved": share}
    for row in found.values():
        for world in worlds:
            if (day := first[world].get(row["act"])) is not None:
                row["worlds"].setdefault(world, {"day": day, "how": None, "moved": 0.0})
    apart = [row for row in found.values() if _is_apart(row["worlds"], len(worlds))]
    apart.sort(key=lambda row: -max(cell["moved"] for cell in row["worlds"].values()))
    return sorted(apart[:MOST_APART], key=lambda row: min(cell["day"] for cell in row["worlds"].values()))


def _is_apart(cells: Mapping[int, Mapping[str, Any]], worlds: int) -> bool:
    """Whether something was not done in all worlds, or on different days."""
    return len(cells) < worlds or len({cell["day"] for cell in cells.values()}) > 1


def _first_days(acts: Sequence[Sequence[Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for day, act, _, _ in acts:
        found.setdefault(act, day)
    return found
