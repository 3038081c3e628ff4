"""What a player does in a room."""

from collections.abc import Callable
from time import time
from typing import Any, TypeVar

from sim.play.messages.orders import Standing
from sim.serve.place import secret

from . import messages as m
from .lines import Visitor
from .people import Person
from .plan import MOST_PEOPLE
from .refusing import RefusalError
from .room import Room
from .standing_in import CLOCK
from .work import Kind
from .world import World

MOST_JOINS = 3
"""On one line: whoever has left may come again, but nobody fills a room by coming and going."""

T = TypeVar("T")


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
            return await _sit(room, visitor, frame)
        case m.Leave():
            return await _leave(room, visitor)
        case m.GiveOrder():
            return await _order(room, visitor, frame)
        case m.Done():
            return await _done(room, visitor, frame)
        case m.AskFutures():
            return await _futures(room, visitor, frame)
        case m.Note():
            return await _note(room, visitor, frame)


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


async def _of_own_seat(room: Room, visitor: Visitor, kind: Kind, ask: Callable[[World, str, str], T]) -> T:
    """Ask a session for the own seat, which must still be one's own when it is asked."""
    person = _somebody(visitor)
    world, seat = _seated(room, person)

    def asked() -> T:
        _refuse_moved(visitor, person, world, seat)
        return ask(world, seat, person.id)

    return await room.ask(world, kind, asked)


def _refuse_moved(visitor: Visitor, person: Person, world: World, seat: str) -> None:
    if visitor.person is not person or (person.world, person.seat) != (world.number, seat):
        raise RefusalError("this seat is not yours any more; nothing of it was done")


async def _join(room: Room, visitor: Visitor, frame: m.Join) -> dict[str, Any]:
    token = secret()

    def join() -> tuple[Person, World | None]:
        if visitor.person is not None:
            raise RefusalError("you have joined already")
        if visitor.joined >= MOST_JOINS:
            raise RefusalError("you have come and gone often enough; ask whoever runs the room")
        if room.stage == "over":
            raise RefusalError("the room is over")
        if room.locked:
            raise RefusalError("the room is locked: nobody else can join")
        if len(room.people) >= MOST_PEOPLE:
            _make_room(room)
        if set(frame.forecast or ()) - set(room.scenario.theatre.outcomes):
            raise RefusalError("a forecast is about the outcomes that were asked about")
        world, seat = _place(room, frame)
        person = room.people.add(token, frame.name)
        person.world, person.seat = None if world is None else world.number, seat
        person.forecast = frame.forecast
        person.since = 0 if world is None else world.turn
        return person, world

    person, world = await room.change(join)
    visitor.joined += 1
    visitor.begin_anew()
    visitor.person, person.here = person, True
    if world is not None:
        room.turns.wind(world)
    _settled_soon(room, world)
    visitor.want("morning", "clock")
    return {"token": token, "you": person.told()}


def _make_room(room: Room) -> None:
    """Let whoever came first of those who have neither a seat nor a line make way for a newcomer."""
    idle = next((each for each in room.people if each.seat is None and not each.here), None)
    if idle is None:
        raise RefusalError("this room is full")
    room.people.remove(idle)


def _place(room: Room, frame: m.Join) -> tuple[World | None, str | None]:
    """The world and the seat of somebody who joins: those they chose, or the first free one, world by world."""
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
    for world in (each for each in room.worlds.values() if not each.over):
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


async def settled(room: Room, *worlds: World | None, by: str = CLOCK) -> None:
    """Once it is kept who sits where, have the rules play the seats that nobody has, and tell everybody concerned."""
    for world in worlds:
        if world is not None:
            await room.tend(world, by)
    room.told_presence(world.number for world in worlds if world is not None)


def _settled_soon(room: Room, *worlds: World | None) -> None:
    """The same beside the acknowledgement: it waits for no table at which something else is under way."""
    room.told_presence(world.number for world in worlds if world is not None)
    room.soon(settled(room, *worlds))


async def _sit(room: Room, visitor: Visitor, frame: m.Sit) -> dict[str, Any]:
    person = _somebody(visitor)

    def sit() -> tuple[World, World | None]:
        if room.plan.mode == "homework" or (room.stage != "gathering" and person.seat is not None):
            raise RefusalError("once the first turn has begun, only the umpire gives somebody another seat")
        if room.stage == "over":
            raise RefusalError("the room is over")
        if visitor.person is not person:
            raise RefusalError("another page took over")
        world = room.world_of(frame.world)
        refuse_taken(room, world, frame.seat)
        before = None if person.world is None else room.worlds[person.world]
        person.world, person.seat, person.since = world.number, frame.seat, world.turn
        return world, before

    world, before = await room.change(sit)
    _settled_soon(room, world, before if before is not world else None)
    for each in room.visitors:
        if each.person is person:
            each.want("clock", "morning")
    return {"you": person.told()}


async def _leave(room: Room, visitor: Visitor) -> dict[str, Any]:
    person = _somebody(visitor)
    world = None if person.world is None else room.worlds[person.world]
    alone = world is not None and room.plan.mode == "homework" and world.epoch == 0 and not world.moving

    def leave() -> None:
        room.people.remove(person)
        if world is not None and person.seat is not None:
            world.done.discard(person.seat)
        person.world = person.seat = None
        if world is not None and alone:
            room.drop_world(world)

    await room.change(leave)
    for each in room.visitors:
        if each.person is person:
            each.person = None
    if world is not None and alone:
        await room.discard(world)
        room.told_presence()
    else:
        _settled_soon(room, world)
        if world is not None:
            room.turns.look_whether_done(world)
    return {"you": None}


async def _order(room: Room, visitor: Visitor, frame: m.GiveOrder) -> dict[str, Any]:
    """Take an order; it is on the disk before it is acknowledged. What the seat may do now is sent after that.

    A stance opens and closes nothing, and what would be chosen by it is shown with the next morning.
    """
    world, _ = _seated(room, _somebody(visitor))
    await room.open(world)
    epoch = world.epoch if frame.epoch is None else frame.epoch  # as it is when the order comes

    def order(world: World, seat: str, by: str) -> Standing:
        return world.order(seat, frame.order, by, frame.turn, epoch)

    standing = await _of_own_seat(room, visitor, Kind.ORDER, order)
    if frame.order.keys() & {"do", "withdraw", "never"}:
        visitor.want("options")
    return {"turn": frame.turn, "standing": standing.model_dump(mode="json")}


async def _done(room: Room, visitor: Visitor, frame: m.Done) -> dict[str, Any]:
    person = _somebody(visitor)
    world, seat = _seated(room, person)
    await room.open(world)

    def done() -> None:
        _refuse_moved(visitor, person, world, seat)
        if world.over:
            raise RefusalError("this world is over")
        if frame.turn != world.turn:
            raise RefusalError("it was meant for another turn; look at the new morning")
        if frame.epoch not in (None, world.epoch):
            raise RefusalError("this turn was taken back; look at its new morning")
        if world.moving:
            raise RefusalError("this turn is being lived already")
        world.done = world.done | {seat} if frame.done else world.done - {seat}

    await room.change(done)
    world.changed(seat)
    room.told_presence([world.number])
    room.turns.look_whether_done(world)
    return {"turn": frame.turn, "done": frame.done}


async def _futures(room: Room, visitor: Visitor, frame: m.AskFutures) -> dict[str, Any]:
    _seated(room, _somebody(visitor))
    if not room.plan.futures:
        raise RefusalError("at this table nobody may ask what could come of an option")
    return await _of_own_seat(room, visitor, Kind.LONG, lambda world, seat, _: world.futures(seat, frame.acts))


async def _note(room: Room, visitor: Visitor, frame: m.Note) -> dict[str, Any]:
    await _of_own_seat(room, visitor, Kind.ORDER, lambda world, seat, by: world.note(seat, by, frame.text))
    return {}


__all__ = ["player", "refuse_taken", "settled"]
