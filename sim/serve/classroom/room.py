"""A room: its people, its worlds and their clocks, and how all of it is kept.

All of a room happens in the one thread of the server's lines; only sessions are asked in others (see `work`).
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import time
from typing import Any, Literal, TypeVar

from sim.play.seats import PlayError, seats_of
from sim.theatre.language.scenario import Scenario

from .clock import Clock
from .debriefing import Debriefs
from .lines import Visitor
from .people import People, Person, digest
from .plan import MOST_WORLDS_AT_HOME, Plan
from .work import Kind, Work
from .world import World

logger = logging.getLogger("sim.serve")

VERSION = 1
"""Of the layout of a room's file."""
FILE = "room.json"
GRACE = 10.0
"""Seconds for which somebody whose line is gone is waited for."""
MOST_OPEN = 150
"""Sessions that are open at a time, over all rooms of a server."""

T = TypeVar("T")


class RefusalError(Exception):
    """Something is not done; `reasons` says why, in sentences for whoever asked."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


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
        self.closed = False
        self._dirty = 0
        self._writing = asyncio.Lock()
        self._written = 0
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._moving: set[int] = set()
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
        number = max(self.worlds, default=0) + 1
        self.worlds[number] = world = self._new_world(number)
        world.clock.begin()
        self.wind(world)
        return world

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
            "locked": self.locked,
            "people": [person.kept() for person in self.people],
            "worlds": [world.kept() for world in self.worlds.values()],
        }

    async def keep(self) -> None:
        """Have the room on the disk as it is now; what changes while it is written is written with what comes next."""
        self._dirty += 1
        mine = self._dirty
        async with self._writing:
            if self._written >= mine or self.closed:
                return
            so_far, self.touched = self._dirty, time()
            text = json.dumps(self.kept(), ensure_ascii=False).encode()
            await asyncio.to_thread(_write, self.folder, text)
            self._written = so_far

    def found_again(self, data: dict[str, Any]) -> None:
        """Stand where the file left it."""
        self.stage, self.locked = data["stage"], data["locked"]
        self.made, self.touched = data["made"], data["touched"]
        self.people = People([Person(**each) for each in data["people"]])
        for each in data["worlds"]:
            world = self.worlds.setdefault(each["number"], self._new_world(each["number"]))
            world.found_again(each)

    # Sessions, asked in threads.

    async def ask(self, world: World, kind: Kind, do: Callable[[], T]) -> T:
        """Ask a world's session something, and see what has become of it.

        Raises
        ------
        PlayError
            The session refuses it.
        """
        if world.session is None:
            await self.open(world)
        return await self._do(world, kind, do)

    async def open(self, world: World) -> None:
        """Have a world's session open; whoever asks meanwhile waits for the one opening."""
        async with world.opening:
            if world.session is not None:
                return
            before = world.turn
            await self._do(world, Kind.LONG, world.opened)
            if world.turn != before:  # the server was killed between a turn and the room's file
                await self.begun(world)

    async def _do(self, world: World, kind: Kind, do: Callable[[], T]) -> T:
        def done() -> T:
            try:
                return do()
            finally:
                world.look_around()

        try:
            return await self.work.do(world.path, kind, done)
        finally:
            world.used = time()
            world.catch_up()

    # Who is where.

    def seats_taken(self, world: World) -> dict[str, Person]:
        """Who sits where in a world."""
        return {person.seat: person for person in self.people.of(world.number) if person.seat is not None}

    def is_here(self, person: Person) -> bool:
        """Whether somebody is waited for: their line stands, or is gone for a few seconds only."""
        return person.here or (person.gone is not None and time() - person.gone < GRACE)

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

    async def tend(self, world: World) -> None:
        """Have seats that nobody has played by the rules, where the plan says so, and the others by their people."""
        if self.stage != "playing" or world.over:
            return
        taken = set(self.seats_taken(world))
        await self.ask(world, Kind.ORDER, partial(world.tend, taken))

    # Turns.

    def wind(self, world: World) -> None:
        """Have the server look at a world's clock when its turn ends."""
        if (timer := self._timers.pop(world.number, None)) is not None:
            timer.cancel()
        ends = world.clock.ends
        if ends is not None and self.stage == "playing" and not world.over and not self.closed:
            after = max(ends - world.clock.now(), 0.0)
            self._timers[world.number] = asyncio.get_running_loop().call_later(after, self._time_is_up, world)

    def soon(self, doing: Any) -> None:
        """Do something beside what is being done; a fault in it is logged."""
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("room %s: %s", self.code, error, exc_info=error)

    def _time_is_up(self, world: World) -> None:
        if world.clock.ends is not None and world.clock.ends - world.clock.now() > 0.05:
            self.wind(world)  # more time was given
        else:
            self.soon(self.turn_over(world, world.turn))

    def all_done(self, world: World) -> bool:
        """Whether everybody who is here is done."""
        here = [seat for seat, person in self.seats_taken(world).items() if self.is_here(person)]
        return bool(here) and world.done.issuperset(here)

    def look_whether_done(self, world: World) -> None:
        """Let the turn be lived if everybody who is here is done."""
        ready = self.stage == "playing" and not (world.over or world.paused or world.stands)
        if ready and (world.done.issuperset(self.plan.seats) if world.waits else self.all_done(world)):
            self.soon(self.turn_over(world, world.turn))

    def look_later(self, person: Person) -> None:
        """Once somebody who is gone is waited for no longer, the others may be done."""

        def look() -> None:
            if person.world is not None and not self.closed and not person.here:
                self.look_whether_done(self.worlds[person.world])

        asyncio.get_running_loop().call_later(GRACE + 0.1, look)

    async def turn_over(self, world: World, turn: int) -> None:
        """A turn's time is over, or everybody is done: it is lived, or the umpire decides about those who are not."""
        lived = world.turn != turn or world.number in self._moving
        if lived or world.over or world.paused or self.stage != "playing":
            return
        if self.plan.late == "umpire" and set(self.plan.seats) - world.done:
            world.waits = True
            world.clock.stop()
            self.wind(world)
            self.told_world(world, "clock")
            await self.keep()
            return
        await self.advance(world)

    async def advance(self, world: World, days: int | None = None) -> None:
        """Live a turn.

        Raises
        ------
        PlayError
            The session refuses it.
        RefusalError
            It is being lived already.
        """
        if world.number in self._moving:
            raise RefusalError("this turn is being lived already")
        self._moving.add(world.number)
        try:
            late = [] if self.plan.late == "umpire" else [seat for seat in self.plan.seats if seat not in world.done]
            taken = set(self.seats_taken(world))
            await self.ask(world, Kind.TURN, partial(world.advance, days, late, taken))
        finally:
            self._moving.discard(world.number)
        await self.begun(world)

    async def begun(self, world: World) -> None:
        """A turn has begun: nobody is done, and its clock runs."""
        world.done.clear()
        world.waits = world.stands = False
        if self.stage == "over" and not world.over:  # its last turn was taken back
            self.stage = "playing"
            self.told_all()
        if world.over:
            world.clock.clear()
        else:
            world.clock.begin(running=not world.paused)
        self.wind(world)
        if self.plan.mode == "class" and all(each.over for each in self.worlds.values()):
            self.end()
        await self.keep()
        self.told_world(world)

    def end(self) -> None:
        """The room is over: clocks stand, and no name is kept."""
        self.stage = "over"
        self.people.forget_names()
        for world in self.worlds.values():
            world.clock.clear()
            self.wind(world)
        self.told_all()

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
            self.wind(world)

    def is_umpire(self, token: str) -> bool:
        """Whether somebody has the umpire's secret."""
        from hmac import compare_digest

        return compare_digest(digest(token), self.umpire)

    def let_go(self) -> None:
        """Stop clocks and close files, when the server stops or the room is deleted."""
        self.closed = True
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()


def _write(folder: Path, text: bytes) -> None:
    """Put a room's file in its place as a whole."""
    from sim.results.storage.atomic import replacing

    with replacing(folder / FILE, folder) as file:
        file.write(text)


__all__ = ["FILE", "VERSION", "PlayError", "RefusalError", "Room"]
