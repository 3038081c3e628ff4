"""What is told of a world beside a seat's view: all of it to the umpire, what everybody knows to the screen, and words.

Words are what the umpire says in the middle of a turn or before it; the model knows nothing of them. They reach pages
three times over:

- at once, as a frame of their own, `{"kind": "told", "world": 1, "turn": 3, "date": "2019-05-24", "text": "...",
  "all": true}`, on the lines of the seats that are told, and on public screens if every seat is (`all`);
- with each morning, under `told`, a list of `{"number": 12, "date": ..., "text": ..., "all": ...}`: these pieces of the
  view's news, by their numbers, are the umpire's words and nothing that happened;
- on the public screen, under `told`, those that every seat was told, the newest first; they are not among its news.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.play.answers.public import public
from sim.play.answers.seeing import unit_of
from sim.play.messages.view import Item, View
from sim.play.sessions.desk import inject_fault
from sim.play.sessions.entries import Advanced, Entry, TakenBack, holding
from sim.replays.lookup import Course, Deed, deeds_of
from sim.replays.wording import sentence
from sim.report.fronts import WEEK, at_home, spread
from sim.text import capital
from sim.theatre.compiled.program import SCRIPT
from sim.theatre.language.days import days_after
from sim.theatre.language.schema import Place, Theatre

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

_LAST, _MOST_NEWS = 6, 30
"""Acts that an overview tells, and pieces of news that a screen shows."""


def course_of(session: "Session") -> Course:
    """The run so far, to be asked what held; of days to come nothing is known."""
    model, program = session.world.model, session.world.program
    assert model.trajectories is not None
    days, lived = session.scenario.days, session.day
    values, rungs = model.trajectories.values[:lived, :, 0], model.trajectories.rung[:lived, :, 0]
    known = {name: _as_long(values[:, at], days) for at, name in enumerate((*program.variables, "tension"))}
    for at, dyad in enumerate((*program.dyads, None)):
        known["rung" if dyad is None else f"rung_{dyad}"] = _as_long(rungs[:, at], days)
    return Course(session.scenario, deeds_of(program, session.world.past.events), known.get)


def _as_long(values: NDArray[Any], days: int) -> NDArray[Any]:
    return np.concatenate([np.asarray(values, np.float64), np.full(days - len(values), np.nan)])


def events_of(session: "Session", last: int | None = None) -> list[dict[str, Any]]:
    """What happened, as it would be told by somebody who knows everything; left out, all of it."""
    course = course_of(session)
    chosen = course.deeds if last is None else course.deeds[-last:]
    return [_event(session, course, deed) for deed in chosen]


def _event(session: "Session", course: Course, deed: Deed) -> dict[str, Any]:
    scenario = session.scenario
    day = {"number": deed.event, "date": (scenario.start + timedelta(days=deed.day)).isoformat()}
    if deed.actor == SCRIPT:
        entry = deed.action.partition(".")[2]
        words = entry.removeprefix("history_").replace("_", " ")
        return day | {"kind": "event", "text": scenario.script[entry].story or capital(f"{words}.")}
    action = scenario.theatre.actions[deed.action]
    return day | {
        "kind": "act",
        "act": deed.action,
        "actor": deed.actor,
        "label": action.label,
        "target": action.target,
        "rung": deed.rung,
        "deaths": deed.deaths,
        "deniable": action.deniability.value,
        "ordered_by": session.world.lived[deed.day].deeds.get(deed.action),
        "text": sentence(course, deed),
    }


def summary_of(session: "Session") -> dict[str, Any]:
    """A world in a few figures."""
    world, ladder, theatre = session.world, session.scenario.theatre.ladder.rungs, session.scenario.theatre
    model, lived = world.model, session.day
    assert model.trajectories is not None
    rung = int(model.trajectories.rung[lived - 1, -1, 0]) if lived else 0
    tension = float(model.trajectories.values[lived - 1, -1, 0]) if lived else 0.0
    came = world.model.world.outcome_day[:, 0].tolist()
    date_of = session.scenario.date_of
    return {
        "date": date_told(session),
        "day": lived,
        "ended": ended_by(session),
        "rung": rung,
        "rung_label": ladder[rung].label,
        "tension": round(tension, 2),
        "deaths": int(model.world.deaths[-1, 0]),
        "outcomes": [
            {"id": name, "label": theatre.outcomes[name].label, "date": date_of(day)}
            for day, name in sorted(zip(came, world.program.outcomes, strict=True))  # as they came about
            if day >= 0
        ],
        "rungs": model.trajectories.rung[:lived, -1, 0].tolist(),
        "last": [f"{each['date']}: {each['text']}" for each in events_of(session, _LAST)],
        "played_by": {seat: desk.played_by for seat, desk in session.desks.items()},
    }


def everything_of(session: "Session") -> dict[str, Any]:
    """All events, variables by day, and what could be injected this morning."""
    theatre, world = session.scenario.theatre, session.world
    assert world.model.trajectories is not None
    values = world.model.trajectories.values[: session.day, :, 0]
    names = (*world.program.variables, "tension")
    fault = partial(inject_fault, day=world.date, session=session)
    return {
        "events": events_of(session),
        "variables": [
            {
                "name": name,
                **_called(theatre, name),
                "values": [None if value != value else float(f"{value:.5g}") for value in values[:, at].tolist()],
            }
            for at, name in enumerate(names)
        ],
        "acts": [
            {
                "act": act,
                "label": action.label,
                "actor": act.split(".")[0],
                "rung": action.rung,
                "possible": not world.glance.why_not(act),
            }
            for act, action in sorted(theatre.actions.items())
            if not session.over and fault(act) is None
        ],
    }


def _called(theatre: Theatre, name: str) -> dict[str, str]:
    """A variable's label and its unit."""
    variable = theatre.variables.get(name)
    if variable is None:
        return {"label": "Tension", "unit": "of 100"}
    return {"label": variable.label, "unit": unit_of(variable)}


def ended_by(session: "Session") -> str | None:
    """By what a world is over: by its `umpire`, by its `last day`, or by a `fault`; None while it goes on."""
    if not session.over:
        return None
    return "umpire" if session.ended else "fault" if session.world.failed else "last day"


def date_told(session: "Session") -> str:
    """The day on which a world stands: its morning, and once it is over the last day that was lived."""
    over = session.over and session.day > 0
    return (session.scenario.start + timedelta(days=session.day - 1) if over else session.date).isoformat()


def words_of(session: "Session", text: str, to: Sequence[str] | None, world: int) -> dict[str, Any]:
    """Words that were just said, as the frame that brings them to pages."""
    return {
        "kind": "told",
        "world": world,
        "turn": session.turn,
        "date": session.date.isoformat(),
        "text": text.strip(),
        "all": to is None or set(to) >= set(session.seats),
    }


def words_to(session: "Session", seat: str, view: View) -> list[dict[str, Any]]:
    """Which pieces of a seat's news are words of the umpire's, as they were said, and whether every seat was told."""
    start = session.scenario.start
    numbers = {(item.learned, item.text): item.number for item in view.known if item.kind == "event"}
    return [
        {
            "number": numbers[start + timedelta(days=day), text],
            "date": (start + timedelta(days=day)).isoformat(),
            "text": text,
            "all": all((day, text) in desk.told for desk in session.desks.values()),
        }
        for day, text in session.desks[seat].told
    ]


def taken_back_of(session: "Session") -> int:
    """How many turns the umpire has just taken back, with all orders since; 0 once another was lived."""
    for at in reversed(range(len(session.entries))):
        if isinstance(session.entries[at], TakenBack):
            return _lived(session.entries[:at]) - _lived(session.entries[: at + 1])
        if isinstance(session.entries[at], Advanced):
            break
    return 0


def _lived(entries: Sequence[Entry]) -> int:
    return sum(isinstance(each, Advanced) for each in holding(entries))


def screen_of(session: "Session", world: int) -> dict[str, Any]:
    """A world as the whole world knows it."""
    known = public(session)
    theatre = session.scenario.theatre
    week_ago = known.date - timedelta(days=WEEK)
    where = {each.item: each.place for each in known.places}
    recent = [
        {"place": where[item.number], "rung": item.rung, "date": item.date.isoformat(), "text": item.text}
        for item in known.items
        if item.number in where and item.date >= week_ago and where[item.number] in _on_map(theatre)
    ]
    return {
        "kind": "world",
        "world": world,
        "title": f"World {world}",
        "date": date_told(session),
        "turn": known.turn,
        "over": known.over,
        "ended": ended_by(session),
        "rung": known.rungs[-1].rung,
        "rung_label": known.rungs[-1].rung_label,
        "tension": known.tension,
        "rungs": list(known.rungs_by_day),
        "dyads": [each.model_dump(mode="json") for each in known.rungs[:-1]],
        "variables": [each.model_dump(mode="json") for each in known.variables],
        "news": _headlines(known.items, _turn_began(session)),
        "told": [{"date": item.date.isoformat(), "text": item.text} for item in reversed(known.told[-_MOST_NEWS:])],
        "outcomes": [
            {"id": name, "label": theatre.outcomes[name].label, "date": day.isoformat()}
            for name, day in sorted(known.outcomes.items(), key=lambda each: each[1])
        ],
        "fronts": {"places": _map_of(theatre), "recent": recent} if _on_map(theatre) else None,
    }


def _headlines(items: Sequence[Item], began: date) -> list[dict[str, Any]]:
    """News for a screen: first what was learned in the turn that was lived last, the gravest first; then the newest."""
    newest = list(reversed(items))
    fresh = sorted((each for each in newest if each.learned > began), key=lambda each: (-each.rung, -each.deaths))
    return [
        {
            "date": item.date.isoformat(),
            "text": item.text,
            "rung": item.rung,
            "deaths": item.deaths,
            "new": item.learned > began,
        }
        for item in [*fresh, *(each for each in newest if each.learned <= began)][:_MOST_NEWS]
    ]


def _turn_began(session: "Session") -> date:
    """The morning on which the turn that was lived last had begun."""
    return days_after(session.scenario.start, session.turns[-1].first if session.turns else 0)


def _on_map(theatre: Theatre) -> dict[str, Place]:
    return {name: place for name, place in theatre.places.items() if place.at is not None}


def _map_of(theatre: Theatre) -> list[dict[str, Any]]:
    """Places of the schematic map, with who is at home there."""
    shown, home = _on_map(theatre), at_home(theatre)
    return [
        {"id": name, "label": place.label, "at": at, "home": home.get(name, [])}
        for (name, place), at in zip(shown.items(), spread(shown.values()), strict=True)
    ]
