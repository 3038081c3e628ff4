"""A room: its people, its worlds and their clocks, and how all of it is kept.

All of a room happens in the one thread of the server's lines; only sessions are asked in others (see `work`). Whatever
is decided of a room goes through `change`: it is on the disk, or it was not. What became of a session stands in the
session's own file, so it is taken over as it is found.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic, time
from typing import Any, Literal, TypeVar

from sim.play.seats import PlayError, seats_of
from sim.theatre.language.scenario import Scenario

from .clock import Clock
from .debriefing import Debriefs
from .lines import Visitor
from .people import People, Person, digest
from .plan import MOST_WORLDS_AT_HOME, Plan
from .refusing import RefusalError
from .standing_in import CLOCK
from .turns import GRACE, Turns
from .work import Kind, Work
from .world import World

logger = logging.getLogger("sim.serve")

VERSION = 1
"""Of the layout of a room's file."""
FILE = "room.json"
NAMES_KEPT = 24 * 3600.0
"""Seconds for which names are kept once a room has come to its end by itself, so that they can be taken along."""
MOST_OPEN = 150
"""Sessions that are open at a time, over all rooms of a server."""

T = TypeVar("T")


@dataclass
class Shared:
    """What the rooms of a server have in common."""

    work: Work = field(default_factory=Work)
    debriefs: Debriefs = field(default_factory=Debriefs)


class Room:
    """A room."""

    def __init__(self, code: str, folder: Path, plan: Plan, scenario: Scenario, umpire: str, shared: Shared) -> None:
        self.code, self.folder, self.plan, self.scenario = code, folder, plan, scenario
        self.work, self.debriefs = shared.work, shared.debriefs
        self.umpire = umpire
        """The digest of the umpire's secret."""
        self.stage: Literal["gathering", "playing", "over"] = "gathering" if plan.mode == "class" else "playing"
        self.locked = False
        self.made = self.touched = time()
        self.seats = seats_of(scenario, plan.seats)
        self.people = People([])
        self.worlds: dict[int, World] = {}
        self.address = ""
        """Where people join."""
        self.visitors: list[Visitor] = []
        self.ended: float | None = None
        """Since when it is over, in seconds since 1970."""
        self.was_ended = False
        """Whether the umpire ended it, and its worlds did not run out by themselves."""
        self.closed = False
        self.changing = asyncio.Lock()
        """Held while something is changed, until it is on the disk."""
        self.turns = Turns(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        if plan.mode == "class":
            for number in range(1, plan.worlds + 1):
                self.worlds[number] = self._new_world(number)

    def _new_world(self, number: int) -> World:
        path = self.folder / f"world-{number}.session"
        return World(number, path, self.scenario, self.plan, Clock(self.plan.seconds))

    def add_world(self) -> World:
        """A world for somebody who plays at home.

        Raises
        ------
        RefusalError
            There are as many as there may be.
        """
        if len(self.worlds) >= MOST_WORLDS_AT_HOME:
            raise RefusalError("this room is full")
        numbers = (each for each in count(1) if each not in self.worlds)
        worlds = (self._new_world(number) for number in numbers)
        world = next(each for each in worlds if not each.path.exists())
        self.worlds = {**self.worlds, world.number: world}
        world.clock.begin()
        return world

    def drop_world(self, world: World) -> None:
        """Do without the world of somebody who has left their home before they had lived a turn."""
        self.worlds = {number: each for number, each in self.worlds.items() if each is not world}

    async def discard(self, world: World) -> None:
        """Delete what a world that was dropped has left."""
        world.clock.clear()
        self.turns.wind(world)
        await self.work.do(world.path, Kind.ORDER, world.delete)

    # Kept on the disk.

    def kept(self) -> dict[str, Any]:
        """The room as its file has it."""
        return {
            "room": VERSION,
            "code": self.code,
            "made": self.made,
            "touched": self.touched,
            "plan": self.plan.model_dump(mode="json"),
            "umpire": self.umpire,
            "stage": self.stage,
            "ended": self.ended,
            "was_ended": self.was_ended,
            "locked": self.locked,
            "people": [person.kept() for person in self.people],
            "worlds": [world.kept() for world in self.worlds.values()],
        }

    async def change(self, do: Callable[[], T]) -> T:
        """Change the room: what this returns of is on the disk. What raises has changed nothing.

        Raises
        ------
        RefusalError
            The room is closed, or what `do` refuses.
        OSError
            It cannot be written.
        """
        async with self.changing:
            if self.closed:
                raise RefusalError("the room is closed")
            back = self._as_it_is()
            try:
                found = do()
                self.touched = time()
                text = json.dumps(self.kept(), ensure_ascii=False).encode()
                writing = asyncio.create_task(asyncio.to_thread(_write, self.folder, text))
            except BaseException:
                back()
                raise
            await _to_its_end(writing, back)
            return found

    async def keep(self) -> None:
        """Have the room on the disk as it is now."""
        await self.change(lambda: None)

    def _as_it_is(self) -> Callable[[], None]:
        stage, ended, locked, umpire, worlds = self.stage, self.ended, self.locked, self.umpire, self.worlds
        backs = [self.people.as_they_are(), *(world.as_it_is() for world in worlds.values())]

        def back() -> None:
            self.stage, self.ended, self.locked, self.umpire, self.worlds = stage, ended, locked, umpire, worlds
            for each in backs:
                each()
            for world in worlds.values():
                if world.clock.ends is not None:
                    self.turns.wind(world)

        return back

    def found_again(self, data: dict[str, Any], gone: float = 0.0) -> None:
        """Stand where the file left it, when the server had been gone for so many seconds."""
        self.stage, self.ended, self.locked = data["stage"], data["ended"], data["locked"]
        self.was_ended = data.get("was_ended", False)
        self.made, self.touched = data["made"], data["touched"]
        self.people = People([Person(**each) for each in data["people"]])
        gone = min(gone, max(time() - self.touched, 0.0))  # when it was written, a server ran
        for each in data["worlds"]:
            world = self.worlds.setdefault(each["number"], self._new_world(each["number"]))
            world.found_again(each, gone)

    # Sessions, asked in threads.

    async def ask(self, world: World, kind: Kind, do: Callable[[], T]) -> T:
        """Ask a world's session something, and see what has become of it.

        Raises
        ------
        PlayError
            The session refuses it.
        RefusalError
            The room is closed.
        """
        await self.open(world)
        return await self._do(world, kind, do)

    async def open(self, world: World) -> None:
        """Have a world's session open before anything is asked of it; all who ask wait for the one opening.

        Where the server was killed between a turn and the room's file, that the session has moved on is found here.
        """
        if world.opening is None:
            if world.session is not None:
                return
            world.opening = asyncio.create_task(self._do(world, Kind.LONG, world.opened))
            world.opening.add_done_callback(lambda _: setattr(world, "opening", None))
        await asyncio.shield(world.opening)

    async def _do(self, world: World, kind: Kind, do: Callable[[], T]) -> T:
        def done() -> T:
            if self.closed or self.worlds.get(world.number) is not world:
                raise RefusalError("the room is closed")
            try:
                return do()
            finally:
                world.look_around()

        self.touched = time()
        try:
            return await self.work.do(world.path, kind, done)
        finally:
            world.used = monotonic()
            if world.catch_up():
                self._moved_on(world)

    def _moved_on(self, world: World) -> None:
        """Another turn has begun, by its session's file: the room follows, whether it can be written now or not."""
        if self.stage == "over" and not world.over:  # its last turn was taken back
            self.stage, self.ended, self.was_ended = "playing", None, False
            self.told_all()
        self.turns.wind(world)
        if self.stage == "playing" and self.plan.mode == "class" and all(each.over for each in self.worlds.values()):
            self.end()
        self.told_world(world)
        if not self.closed:
            self.soon(self.keep())

    # Who is where.

    def seats_taken(self, world: World) -> dict[str, Person]:
        """Who sits where in a world."""
        return {person.seat: person for person in self.people.of(world.number) if person.seat is not None}

    def is_here(self, person: Person) -> bool:
        """Whether somebody is waited for: their line stands, or is gone for a short time, or this turn has a deadline.

        Somebody who loses their line keeps their turn until its deadline; the next is lived without them.
        """
        if person.here or person.gone is None:
            return person.here
        world = self.worlds.get(person.world or 0)
        in_turn = world is not None and world.clock.ends is not None and person.gone_in == (world.number, world.epoch)
        return in_turn or monotonic() - person.gone < GRACE

    def free_seat(self, world: World) -> str | None:
        """A seat that nobody has."""
        taken = self.seats_taken(world)
        return next((seat for seat in self.plan.seats if seat not in taken), None)

    def world_of(self, number: int | None) -> World:
        """Find a world.

        Raises
        ------
        RefusalError
            There is none of that number.
        """
        if number is None or number not in self.worlds:
            raise RefusalError(f"there is no world {number}")
        return self.worlds[number]

    def waiting_for(self, world: World) -> list[str]:
        """The seats whose people are here and not done."""
        taken = self.seats_taken(world)
        return [seat for seat, person in taken.items() if seat not in world.done and self.is_here(person)]

    async def tend(self, world: World, by: str = CLOCK) -> None:
        """Have seats that nobody has played by the rules, where the plan says so, and the others by their people.

        Where that cannot be written it is done before the turn is lived; who sits where holds without it.
        """
        if self.stage != "playing" or world.over:
            return
        try:
            await self.ask(world, Kind.ORDER, partial(world.tend, set(self.seats_taken(world)), by))
        except PlayError as error:
            logger.error("room %s, world %s: %s", self.code, world.number, error)

    def soon(self, doing: Any) -> None:
        """Do something beside what is being done; a fault in it is logged."""
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, RefusalError):  # such as of a room that is closed by now
            logger.error("room %s: %s", self.code, error, exc_info=error)

    def end(self) -> None:
        """The room is over, and its clocks stand. Names are kept for a day, to be taken along."""
        self.stage, self.ended = "over", time()
        for world in self.worlds.values():
            world.clock.clear()
            self.turns.wind(world)
        self.told_all()

    @property
    def has_names_of_old(self) -> bool:
        """Whether names are kept though the room is over for a day."""
        return self.ended is not None and time() - self.ended > NAMES_KEPT and self.people.are_named

    # Telling.

    def told_world(self, world: World, *states: str) -> None:
        """Have those whom a world concerns told what has become of it."""
        for visitor in self.visitors:
            if visitor.as_ == "player" and visitor.person is not None and visitor.person.world == world.number:
                visitor.want(*(states or ("presence", "clock", "morning", "over")))
            elif visitor.as_ == "umpire":
                visitor.want("overview")
            elif visitor.as_ == "screen":
                visitor.want(*(f"{each}:{world.number}" for each in ("clock", "world")))

    def told_all(self) -> None:
        """Have everybody told everything."""
        for visitor in self.visitors:
            visitor.want(*self.states_of(visitor))

    def told_presence(self, worlds: Iterable[int | None] = ()) -> None:
        """Have people told who is there: in the waiting room all, later those of some worlds and who has no seat."""
        concerned = set(worlds)
        for visitor in self.visitors:
            if visitor.as_ == "umpire":
                visitor.want("overview")
            elif visitor.as_ == "player":
                person = visitor.person
                looking = self.plan.mode == "class" and (person is None or person.seat is None)
                if self.stage == "gathering" or looking or (person is not None and person.world in concerned):
                    visitor.want("presence", "clock")

    def states_of(self, visitor: Visitor) -> tuple[str, ...]:
        """What is sent to a line besides answers."""
        match visitor.as_:
            case "player":
                return "presence", "clock", "morning", "over"
            case "umpire":
                return ("overview",)
            case "screen":
                return tuple(f"{each}:{number}" for number in self.worlds for each in ("clock", "world"))
            case _:
                return ("debrief",)

    # Coming and going of the room itself.

    def begin_clocks(self) -> None:
        """Let clocks run on after a start of the server."""
        for world in self.worlds.values():
            self.turns.wind(world)
            if self.stage == "playing" and world.fault is not None and not (world.over or world.stands):
                self.turns.over(world)
            elif self.stage == "playing" and world.path.exists() and world.path.stat().st_mtime >= self.touched:
                self.soon(self.open(world))  # it may have moved on after the room was written

    def is_umpire(self, token: str) -> bool:
        """Whether somebody has the umpire's secret."""
        from hmac import compare_digest

        return compare_digest(digest(token), self.umpire)

    def let_go(self) -> None:
        """Stop clocks and close files, when the server stops or the room is deleted."""
        self.closed = True
        self.turns.stop()
        for task in self._tasks:
            task.cancel()


async def _to_its_end(writing: "asyncio.Task[None]", back: Callable[[], None]) -> None:
    """Wait until something is written, even where whoever asked for it is gone by then; undo what could not be."""
    try:
        await asyncio.shield(writing)
    except BaseException:
        await asyncio.wait([writing])
        if writing.exception() is not None:
            back()
        raise


def _write(folder: Path, text: bytes) -> None:
    """Put a room's file in its place as a whole."""
    from sim.results.storage.atomic import replacing

    with replacing(folder / FILE, folder) as file:
        file.write(text)


__all__ = ["FILE", "VERSION", "PlayError", "RefusalError", "Room"]
