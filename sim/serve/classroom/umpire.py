"""What the umpire of a room does: everything."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.play.seats import PlayError

from . import messages as m
from .people import Person
from .players import refuse_taken, settled
from .refusing import RefusalError
from .room import Room
from .work import Kind
from .world import UMPIRE, World


async def umpire(room: Room, frame: m.OfUmpire) -> dict[str, Any]:
    """Do what the umpire asks for; gives what the acknowledgement bears.

    Raises
    ------
    RefusalError, PlayError
        It cannot be done, and nothing of it was; of several worlds, those that could have done it.
    """
    match frame:
        case m.Start():
            await _start(room)
        case m.Pause():
            await _each(room, frame.world, lambda world: _pause(room, world, frame.paused))
        case m.Extend():
            await _each(room, frame.world, lambda world: _extend(room, world, frame.seconds))
        case m.Advance():
            meant = {number: world.epoch for number, world in room.worlds.items()}  # now, not once it is their turn
            await _each(room, frame.world, lambda world: room.turns.live(world, meant[world.number], frame.days))
        case m.End():
            await _end(room, frame.world)
        case m.Lock():
            await room.change(partial(setattr, room, "locked", frame.locked))
            room.told_presence()
        case m.Move() | m.Free():
            await _seat(room, frame)
        case m.Remove():
            await _remove(room, frame.person)
        case m.Look():
            seat = _seat_of(room, frame.seat)
            return await room.ask(room.world_of(frame.world), Kind.MORNING, partial(_world(room, frame).look, seat))
        case m.Everything():
            return await room.ask(_world(room, frame), Kind.MORNING, _world(room, frame).everything)
        case m.Tell():
            await _each(room, frame.world, lambda world: _tell(room, world, frame))
        case m.Back() | m.Inject() | m.Hand() | m.OrderFor():
            return await _at_the_table(room, _world(room, frame), frame)
        case m.Close():
            raise RefusalError("this room cannot be closed from here")
    return {}


def _world(room: Room, frame: m.OfWorld) -> World:
    """The world of something; once the room is over it is only looked at, or goes on after a turn was taken back."""
    if room.stage == "over" and isinstance(frame, m.Inject | m.Hand | m.OrderFor):
        raise RefusalError("the room is over; take back a turn to go on")
    if room.stage == "gathering":
        raise RefusalError("the first turn has not begun")
    return room.world_of(frame.world)


def _seat_of(room: Room, seat: str) -> str:
    if seat not in room.seats:
        raise RefusalError(f"there is no such seat; the seats are {', '.join(room.seats)}")
    return seat


async def _ask(room: Room, world: World, do: Callable[[], Any]) -> Any:
    """Do something at a table, and tell those whose morning it changes."""
    found = await room.ask(world, Kind.ORDER, do)
    room.told_world(world, "morning")
    return found


async def _tell(room: Room, world: World, frame: m.Tell) -> None:
    """Say something to seats: at once, and with their news."""
    words, to = await _ask(room, world, partial(world.tell, frame.text, frame.to)), frame.to or ()
    for visitor in room.visitors:
        person = visitor.person
        is_theirs = person is not None and person.world == world.number and (person.seat in to or words["all"])
        if (visitor.as_ == "player" and is_theirs) or (visitor.as_ == "screen" and words["all"]):
            visitor.answer(words)


def said(error: Exception) -> str:
    """What went wrong in one of several worlds."""
    return "the server could not write it to its disk" if isinstance(error, OSError) else str(error)


async def _each(room: Room, number: int | None, do: Callable[[World], Any]) -> None:
    """Do something in a world, or in all that are not over, those that refuse it apart."""
    if room.stage != "playing":
        raise RefusalError("the first turn has not begun" if room.stage == "gathering" else "the room is over")
    if number is not None:
        await do(room.world_of(number))
        return
    refused: list[str] = []
    worlds = [world for world in room.worlds.values() if not world.over]
    for world in worlds:
        try:
            await do(world)
        except (RefusalError, PlayError, OSError) as error:
            refused.append(f"world {world.number}: {said(error)}")
    if refused:
        raise RefusalError(*refused)


async def _start(room: Room) -> None:
    if room.stage != "gathering":
        raise RefusalError("the first turn has begun already" if room.stage == "playing" else "the room is over")
    for world in room.worlds.values():
        await room.open(world)

    def start() -> None:
        if room.stage != "gathering":
            raise RefusalError("the first turn has begun already")
        room.stage = "playing"
        for world in room.worlds.values():
            world.clock.begin()

    await room.change(start)
    for world in room.worlds.values():
        room.turns.wind(world)
        await room.tend(world)
    room.told_all()


async def _pause(room: Room, world: World, paused: bool) -> None:
    if paused != world.paused:
        await room.ask(world, Kind.TURN, partial(world.pause, paused))

    def stop() -> None:
        world.stands = False
        if paused:
            world.clock.stop()
        elif not world.waits:
            world.clock.go_on()

    await room.change(stop)
    room.turns.wind(world)
    room.told_world(world, "clock")
    if not paused and world.fault is not None:
        room.turns.over(world)
    elif not paused:
        room.turns.look_whether_done(world)


async def _extend(room: Room, world: World, seconds: int) -> None:
    """Give more time; a clock that has run out runs again."""

    def extend() -> None:
        if world.over:
            raise RefusalError("this world is over")
        world.clock.extend(seconds)
        if not (world.paused or world.stands):
            world.waits, world.fault = False, None
            world.clock.go_on()

    await room.change(extend)
    room.turns.wind(world)
    room.told_world(world, "clock")


async def _at_the_table(room: Room, world: World, frame: m.Back | m.Inject | m.Hand | m.OrderFor) -> dict[str, Any]:
    match frame:
        case m.Back():
            await room.turns.take_back(world, frame.turns)
        case m.Inject():
            await _ask(room, world, partial(world.inject, frame.act, frame.on))
        case m.Hand():
            seat = _seat_of(room, frame.seat)
            await _ask(room, world, partial(world.hand, seat, frame.to))
            await room.keep()
        case m.OrderFor():
            do = partial(world.order_for, _seat_of(room, frame.seat), frame.order, frame.turn, frame.epoch)
            standing = await _ask(room, world, do)
            await room.keep()
            return {"standing": standing.model_dump(mode="json")}
    return {}


async def _seat(room: Room, frame: m.Move | m.Free) -> None:
    """Give somebody another seat, or take theirs."""
    do = partial(_free, room, frame) if isinstance(frame, m.Free) else partial(_move, room, frame)
    person, world, before = await room.change(do)
    await settled(room, world, before if before is not world else None, by=UMPIRE)
    for visitor in room.visitors:
        if visitor.person is person:
            visitor.answer({"kind": "you", "you": person.told()})
            visitor.want("presence", "clock", "morning")
    for each in {before.number: before, world.number: world}.values():
        room.turns.look_whether_done(each)


def _free(room: Room, frame: m.Free) -> tuple[Person, World, World]:
    if room.stage == "over":
        raise RefusalError("the room is over")
    world = room.world_of(frame.world)
    person = room.people.at(world.number, _seat_of(room, frame.seat))
    if person is None:
        raise RefusalError("nobody sits there")
    person.seat = None
    world.done.discard(frame.seat)
    return person, world, world


async def _remove(room: Room, name: str) -> None:
    """Take out of the room somebody who is gone: their seat is free, and their secret opens nothing any more."""

    def remove() -> World | None:
        person = room.people.by_id(name)
        if person is None:
            raise RefusalError("there is nobody of that id")
        if room.stage == "over":
            raise RefusalError("the room is over")
        if person.here:
            raise RefusalError("they are here; only somebody who is gone can be removed")
        world = None if person.world is None else room.worlds[person.world]
        if world is not None and person.seat is not None:
            world.done.discard(person.seat)
        room.people.remove(person)
        return world

    world = await room.change(remove)
    await settled(room, world, by=UMPIRE)
    if world is not None:
        room.turns.look_whether_done(world)


def _move(room: Room, frame: m.Move) -> tuple[Person, World, World]:
    if room.stage == "over":
        raise RefusalError("the room is over")
    world, person = room.world_of(frame.world), room.people.by_id(frame.person)
    if person is None:
        raise RefusalError("there is nobody of that id")
    if room.plan.mode == "homework" and person.world != world.number:
        raise RefusalError("at home everybody has a world of their own")
    refuse_taken(room, world, frame.seat)
    before = world if person.world is None else room.worlds[person.world]
    if person.seat is not None:
        before.done.discard(person.seat)
    person.world, person.seat, person.since = world.number, frame.seat, world.turn
    world.done.discard(frame.seat)
    return person, world, before


async def _end(room: Room, number: int | None) -> None:
    """End a world, or the room: then no name is kept any more, nor of a room that ran out by itself."""
    if room.stage == "over" and (number is not None or not room.people.are_named):
        raise RefusalError("the room is over")
    if number is not None:
        world = room.world_of(number)
        if room.stage == "playing":
            await room.ask(world, Kind.TURN, world.end)
        room.told_all()
        return
    left: list[str] = []
    ends = room.stage != "over" and not all(each.over for each in room.worlds.values())
    for world in list(room.worlds.values()) if room.stage == "playing" else ():
        try:
            await room.ask(world, Kind.TURN, world.end)
        except (RefusalError, PlayError, OSError) as error:  # one that is damaged keeps no name of the others
            left.append(f"world {world.number} could not be ended: {said(error)}")

    def end() -> None:
        room.people.forget_names()
        if ends:
            room.was_ended = True
        if room.stage != "over":
            room.end()

    await room.change(end)
    room.told_all()
    if left:
        raise RefusalError("the room is over, and its names are forgotten", *left)
