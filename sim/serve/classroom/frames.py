"""What is sent to whom besides answers: presence, clocks, mornings, the overview and the public screen.

A seat is sent its own view. Of others it learns who is there and who is done, by the labels of their seats; names are
shown in the waiting room, and to the umpire.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from .lines import Visitor, as_text
from .looking_back import look_back, may_look_back
from .people import Person
from .plan import labels_of, ladder_of, seats_in
from .room import Room
from .work import Kind
from .world import World


def hello(room: Room, visitor: Visitor) -> dict[str, Any]:
    """The first answer on a line: what everybody may know of the room, and who one is."""
    plan, scenario = room.plan, room.scenario
    visitor.greeted = room.stage
    theatre = scenario.theatre
    outcomes = labels_of(theatre.outcomes)
    return {
        "kind": "hello",
        "line": visitor.nonce,
        "as": visitor.as_,
        "room": {
            "code": room.code,
            "title": scenario.title,
            "question": scenario.question,
            "scenario": plan.scenario,
            "about": theatre.about,
            "start": scenario.start.isoformat(),
            "end": scenario.end.isoformat(),
            "mode": plan.mode,
            "students": plan.students,
            "stage": room.stage,
            "locked": room.locked,
            "turn": plan.turn,
            "stop_rung": plan.stop_rung,
            "stop_outcomes": plan.stop_outcomes,
            "seconds": plan.seconds,
            "late": plan.late,
            "known": plan.known,
            "futures": plan.futures,
            "forecast": [{"id": name, "label": label} for name, label in outcomes.items()] if plan.forecast else None,
            "ladder": ladder_of(theatre),
            "worlds": len(room.worlds),
            "seats": seats_in(theatre, plan.seats),
            "actors": labels_of(theatre.actors),
            "outcomes": outcomes,
            "join": room.address,
        },
        "you": None if visitor.person is None else visitor.person.told(),
    }


async def make(room: Room, visitor: Visitor, state: str) -> str | None:
    """Make a state for a line; None if there is nothing to be said."""
    name, _, number = state.partition(":")
    world = room.worlds.get(int(number)) if number else None
    match name:
        case "presence":
            return as_text(presence(room, visitor.person))
        case "clock":
            mine = world or (room.worlds.get(visitor.person.world or 0) if visitor.person is not None else None)
            return as_text(clock(room, mine)) if mine is not None and room.stage == "playing" else None
        case "morning":
            return await _morning(room, visitor)
        case "world":
            if world is None or room.stage == "gathering":
                return None
            return await room.ask(world, Kind.MORNING, world.public)
        case "options":
            return await _options(room, visitor)
        case "over":
            return _over(room, visitor.person)
        case "overview":
            return as_text(overview(room))
        case "debrief":
            if may_look_back(room, visitor) and not visitor.asking:
                visitor.asking = True  # once for each line
                if visitor.greeted != room.stage:
                    visitor.answer(hello(room, visitor))
                visitor.beside(look_back(room, visitor))
            return None
        case _:
            return None


def presence(room: Room, person: Person | None) -> dict[str, Any]:
    """Who is there. In the waiting room by their names, while playing only by their seats, of one's own world."""
    gathering = room.stage == "gathering"
    if gathering:
        people = [
            {"name": each.name, "world": each.world, "seat": each.seat, "here": each.here} for each in room.people
        ]
        worlds = list(room.worlds.values())
    else:
        people = []
        seated = person is not None and person.seat is not None
        if not seated and room.plan.mode == "class":
            worlds = list(room.worlds.values())  # whoever has no seat may see which are free
        else:
            worlds = [room.worlds[person.world]] if person is not None and person.world is not None else []
    seats = [seat for world in worlds for seat in _seats(room, world)]
    return {"kind": "presence", "stage": room.stage, "people": people, "seats": seats}


def _seats(room: Room, world: World) -> list[dict[str, Any]]:
    taken = room.seats_taken(world)
    return [
        {
            "world": world.number,
            "seat": seat.id,
            "label": seat.label,
            "taken": seat.id in taken,
            "here": seat.id in taken and taken[seat.id].here,
            "done": seat.id in world.done,
        }
        for seat in room.seats.values()
    ]


def clock(room: Room, world: World) -> dict[str, Any]:
    """When a world's turn ends."""
    left = world.clock.left
    return {
        "kind": "clock",
        "world": world.number,
        "turn": world.turn,
        "deadline": world.clock.deadline,
        "left": None if left is None else round(left, 2),
        "paused": world.paused or world.stands,
        "umpire": world.waits,
        "fault": world.fault is not None,
        "waiting_for": [room.seats[seat].label for seat in room.waiting_for(world)] if not world.over else [],
    }


async def _morning(room: Room, visitor: Visitor) -> str | None:
    """What the line's own seat may know."""

    def morning(world: World, seat: str, person: Person) -> str:
        return world.morning(seat, late=0 < person.since == world.turn)

    return await _of_seat(room, visitor, morning)


async def _options(room: Room, visitor: Visitor) -> str | None:
    """What the line's own seat may do, once its orders have changed."""
    return await _of_seat(room, visitor, lambda world, seat, _: world.options(seat))


async def _of_seat(room: Room, visitor: Visitor, ask: Callable[[World, str, Person], str]) -> str | None:
    """Something of the line's own seat; of one that was left meanwhile nothing is sent."""
    person = visitor.person
    if person is None or person.world is None or person.seat is None or room.stage == "gathering":
        return None
    world, seat = room.worlds[person.world], person.seat
    text = await room.ask(world, Kind.MORNING, partial(ask, world, seat, person))
    return text if (visitor.person, person.world, person.seat) == (person, world.number, seat) else None


def _over(room: Room, person: Person | None) -> str | None:
    """That there is nothing more to decide, and where to look back, once that is possible."""
    world = None if person is None or person.world is None else room.worlds[person.world]
    if room.stage != "over" and not (world is not None and world.over):
        return None
    back = room.stage == "over" or room.plan.mode == "homework"
    return as_text(
        {
            "kind": "over",
            "world": None if world is None else world.number,
            "ended": "room" if room.was_ended else None if world is None else world.ended,
            "debrief": f"/rooms/{room.code}/debrief" if back else None,
        }
    )


def overview(room: Room) -> dict[str, Any]:
    """All the umpire sees at once."""
    return {
        "kind": "overview",
        "stage": room.stage,
        "locked": room.locked,
        "names": room.people.are_named,
        "people": [
            person.told() | {"here": person.here, "gone": _gone_since(person), "last": person.last}
            for person in room.people
        ],
        "worlds": [_world(room, world) for world in room.worlds.values()],
    }


def _gone_since(person: Person) -> float | None:
    """Since when somebody's line is gone, in seconds since 1970; None of who is here."""
    return None if person.here else person.gone_at


def _world(room: Room, world: World) -> dict[str, Any]:
    taken, left = room.seats_taken(world), world.clock.left
    played_by = world.summary.get("played_by", {})
    late = world.waits or (left is not None and left <= 0.0)
    return {
        "world": world.number,
        "turn": world.turn,
        "over": world.over,
        "paused": world.paused or world.stands,
        "waits": world.waits,
        "fault": world.fault,
        "deadline": world.clock.deadline,
        "left": None if left is None else round(left, 2),
        **{name: value for name, value in world.summary.items() if name != "played_by"},
        "seats": [
            {
                "seat": seat.id,
                "label": seat.label,
                "person": taken[seat.id].id if seat.id in taken else None,
                "name": taken[seat.id].name if seat.id in taken else None,
                "here": seat.id in taken and taken[seat.id].here,
                "gone": _gone_since(taken[seat.id]) if seat.id in taken else None,
                "done": seat.id in world.done,
                "played_by": played_by.get(seat.id, "orders"),
                "acted_for": seat.id not in taken and world.handed.get(seat.id) == "orders",
                "late": late and seat.id not in world.done,
            }
            for seat in room.seats.values()
        ],
    }
