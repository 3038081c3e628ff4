"""What a player does in a room."""

from functools import partial
from time import time
from typing import Any

from sim.serve.place import secret

from . import messages as m
from .lines import Visitor
from .people import Person
from .plan import MOST_PEOPLE
from .room import RefusalError, Room
from .work import Kind
from .world import World


async def player(room: Room, visitor: Visitor, frame: m.OfPlayer) -> dict[str, Any]:
    """Do what a player asks for; gives what the acknowledgement bears.

    Raises
    ------
    RefusalError, PlayError
        It cannot be done, and nothing of it was.
    """
    if visitor.person is not None:
        visitor.person.last = time()
    match frame:
        case m.Join():
            return await _join(room, visitor, frame)
        case m.Sit():
            return await _sit(room, _somebody(visitor), frame)
        case m.Leave():
            return await _leave(room, visitor)
        case m.GiveOrder():
            return await _order(room, visitor, frame)
        case m.Done():
            return await _done(room, _somebody(visitor), frame)
        case m.AskFutures():
            return await _futures(room, visitor, frame)
        case m.Note():
            return await _note(room, _somebody(visitor), frame)


def _somebody(visitor: Visitor) -> Person:
    if visitor.person is None:
        raise RefusalError("join the room first")
    return visitor.person


def _seated(room: Room, person: Person) -> tuple[World, str]:
    """The world and the seat of somebody who plays."""
    if room.stage == "gathering":
        raise RefusalError("the first turn has not begun")
    if room.stage == "over":
        raise RefusalError("the room is over")
    if person.world is None or person.seat is None:
        raise RefusalError("take a seat first")
    return room.worlds[person.world], person.seat


async def _join(room: Room, visitor: Visitor, frame: m.Join) -> dict[str, Any]:
    if visitor.person is not None:
        raise RefusalError("you have joined already")
    if room.stage == "over":
        raise RefusalError("the room is over")
    if room.locked:
        raise RefusalError("the room is locked: nobody else can join")
    if len(room.people) >= MOST_PEOPLE:
        raise RefusalError("this room is full")
    if set(frame.forecast or ()) - set(room.scenario.theatre.outcomes):
        raise RefusalError("a forecast is about the outcomes that were asked about")
    world, seat = _place(room, frame)
    token = secret()
    person = room.people.add(token, frame.name)
    person.world, person.seat = None if world is None else world.number, seat
    person.forecast = frame.forecast
    person.since = 0 if world is None else world.turn
    visitor.person, person.here = person, True
    try:
        await settled(room, world)
    except OSError:
        room.people.remove(person)
        visitor.person = None
        raise
    visitor.want("morning", "clock")
    return {"token": token, "you": person.told()}


def _place(room: Room, frame: m.Join) -> tuple[World | None, str | None]:
    """The world and the seat of somebody who joins: the ones they chose, or a free seat where fewest people are."""
    if room.plan.mode == "homework":
        if frame.seat is not None and frame.seat not in room.seats:
            raise RefusalError(f"there is no seat '{frame.seat}'")
        return room.add_world(), frame.seat or room.plan.seats[0]
    if frame.world is not None:
        world = room.world_of(frame.world)
        if frame.seat is not None:
            refuse_taken(room, world, frame.seat)
            return world, frame.seat
        return world, room.free_seat(world)
    worlds = sorted(
        (each for each in room.worlds.values() if not each.over), key=lambda each: len(room.people.of(each.number))
    )
    for world in worlds:
        free = room.free_seat(world)
        if free is not None and (frame.seat is None or frame.seat not in room.seats_taken(world)):
            if frame.seat is not None:
                refuse_taken(room, world, frame.seat)
            return world, frame.seat or free
    if frame.seat is not None:
        raise RefusalError("somebody sits there already, in every world")
    return None, None


def refuse_taken(room: Room, world: World, seat: str) -> None:
    """Refuse a seat that there is not, or that somebody has."""
    if seat not in room.seats:
        raise RefusalError("there is no seat of that name")
    if room.people.at(world.number, seat) is not None:
        raise RefusalError("somebody sits there already")


async def settled(room: Room, *worlds: World | None) -> None:
    """Keep who sits where, have the rules play the seats that nobody has, and tell everybody concerned."""
    await room.keep()
    for world in worlds:
        if world is not None:
            await room.tend(world)
    room.told_presence(world.number for world in worlds if world is not None)


async def _sit(room: Room, person: Person, frame: m.Sit) -> dict[str, Any]:
    if room.plan.mode == "homework" or (room.stage != "gathering" and person.seat is not None):
        raise RefusalError("once the first turn has begun, only the umpire gives somebody another seat")
    if room.stage == "over":
        raise RefusalError("the room is over")
    world = room.world_of(frame.world)
    refuse_taken(room, world, frame.seat)
    before = None if person.world is None else room.worlds[person.world]
    person.world, person.seat, person.since = world.number, frame.seat, world.turn
    await settled(room, world, before if before is not world else None)
    for visitor in room.visitors:
        if visitor.person is person:
            visitor.want("clock", "morning")
    return {"you": person.told()}


async def _leave(room: Room, visitor: Visitor) -> dict[str, Any]:
    person = _somebody(visitor)
    world = None if person.world is None else room.worlds[person.world]
    room.people.remove(person)
    visitor.person = None
    if world is not None and person.seat is not None:
        world.done.discard(person.seat)
    await settled(room, world)
    if world is not None:
        room.look_whether_done(world)
    return {"you": None}


async def _order(room: Room, visitor: Visitor, frame: m.GiveOrder) -> dict[str, Any]:
    """Take an order; it is on the disk before it is acknowledged. What the seat may do now is sent after that.

    A stance opens and closes nothing, and what would be chosen by it is shown with the next morning.
    """
    person = _somebody(visitor)
    world, seat = _seated(room, person)
    do = partial(world.order, seat, frame.order, person.id, frame.turn)
    standing = await room.ask(world, Kind.ORDER, do)
    if frame.order.keys() & {"do", "withdraw", "never"}:
        visitor.want("options")
    return {"turn": frame.turn, "standing": standing.model_dump(mode="json")}


async def _done(room: Room, person: Person, frame: m.Done) -> dict[str, Any]:
    world, seat = _seated(room, person)
    if world.over:
        raise RefusalError("this world is over")
    if frame.turn != world.turn:
        raise RefusalError(f"this is turn {world.turn}, and it was meant for turn {frame.turn}")
    if frame.done:
        world.done.add(seat)
    else:
        world.done.discard(seat)
    world.changed(seat)
    await room.keep()
    room.told_presence([world.number])
    room.look_whether_done(world)
    return {"turn": frame.turn, "done": frame.done}


async def _futures(room: Room, visitor: Visitor, frame: m.AskFutures) -> dict[str, Any]:
    world, seat = _seated(room, _somebody(visitor))
    if not room.plan.futures:
        raise RefusalError("at this table nobody may ask what could come of an option")
    return await room.ask(world, Kind.LONG, partial(world.futures, seat, frame.acts))


async def _note(room: Room, person: Person, frame: m.Note) -> dict[str, Any]:
    world, seat = _seated(room, person)
    await room.ask(world, Kind.ORDER, partial(world.note, seat, person.id, frame.text))
    return {}


__all__ = ["player", "refuse_taken", "settled"]
