"""Turns: when the time of one is over or everybody is done, it is lived, or the umpire decides."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.play.seats import PlayError

from .people import Person
from .refusing import RefusalError
from .work import Kind
from .world import World

if TYPE_CHECKING:
    from .room import Room

logger = logging.getLogger("sim.serve")

GRACE = 60.0
"""Seconds for which somebody whose line is gone is waited for: about as long as a phone takes to find its network
again, or its owner to wake it. In the turn in which the line was lost, its deadline is waited for where it has one."""
AGAIN = 20.0
"""Seconds after which a turn that could not be lived is tried again."""


class Turns:
    """The turns of a room's worlds."""

    def __init__(self, room: "Room") -> None:
        self.room = room
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def wind(self, world: World) -> None:
        """Have the server look at a world's clock when its turn ends."""
        ends = world.clock.ends
        if ends is None and self._tries_again(world):
            return
        if ends is None or self.room.stage != "playing" or world.over or self.room.closed:
            self._cancel(world)
        else:
            self._after(max(ends - world.clock.now(), 0.0), self._time_is_up, world)

    def _tries_again(self, world: World) -> bool:
        """Whether its turn could not be lived, and is tried again later."""
        goes_on = self.room.stage == "playing" and not (world.over or self.room.closed)
        return goes_on and world.fault is not None and world.number in self._timers

    def stop(self) -> None:
        """Look at no clock any more."""
        for timer in self._timers.values():
            timer.cancel()

    def _after(self, seconds: float, do: Callable[[World], Any], world: World) -> None:
        self._cancel(world)
        self._timers[world.number] = asyncio.get_running_loop().call_later(seconds, do, world)

    def _cancel(self, world: World) -> None:
        if (timer := self._timers.pop(world.number, None)) is not None:
            timer.cancel()

    def _time_is_up(self, world: World) -> None:
        if world.clock.ends is not None and world.clock.ends - world.clock.now() > 0.05:
            self.wind(world)  # more time was given
        else:
            self.over(world)

    def look_whether_done(self, world: World) -> None:
        """Let the turn be lived if everybody who is here is done."""
        if self.room.stage == "playing" and not (world.over or world.paused or world.stands) and self._all_done(world):
            self.over(world)

    def _all_done(self, world: World) -> bool:
        if world.waits:
            return world.done.issuperset(self.room.plan.seats)
        here = [seat for seat, person in self.room.seats_taken(world).items() if self.room.is_here(person)]
        return bool(here) and world.done.issuperset(here)

    def look_later(self, person: Person) -> None:
        """Once somebody who is gone is waited for no longer, the others may be done."""

        def look() -> None:
            world = None if person.world is None else self.room.worlds.get(person.world)
            if world is not None and not self.room.closed and not person.here:
                self.look_whether_done(world)

        asyncio.get_running_loop().call_later(GRACE + 0.1, look)

    def over(self, world: World) -> None:
        """A turn's time is over, or everybody is done: it is lived, or the umpire decides about those who are not."""
        self.room.soon(self._over(world, world.epoch))

    async def _over(self, world: World, epoch: int) -> None:
        room = self.room

        def waits() -> None:
            world.waits = True
            world.clock.stop()

        try:
            await room.open(world)
            if world.epoch != epoch or world.moving or world.over or world.paused or room.stage != "playing":
                return
            if room.plan.late == "umpire" and set(room.plan.seats) - world.done:
                await room.change(waits)
                self.wind(world)
                room.told_world(world, "clock")
            else:
                await self.live(world, epoch)
        except RefusalError:  # it is being lived already, or the room is closed
            return
        except (PlayError, OSError) as error:
            logger.error("room %s, world %s: its turn could not be lived: %s", room.code, world.number, error)
            if world.epoch == epoch and not room.closed:
                world.clock.stop()
                world.fault = "the turn could not be lived, and is tried again; is the disk of the server full?"
                room.told_world(world, "clock")
                self._after(AGAIN, self.over, world)

    async def live(self, world: World, epoch: int, days: int | None = None) -> None:
        """Live the turn that is meant.

        Raises
        ------
        PlayError
            The session refuses it, or another turn has begun meanwhile.
        RefusalError
            It is being lived already.
        """
        room = self.room
        late = [] if room.plan.late == "umpire" else [seat for seat in room.plan.seats if seat not in world.done]
        await self._move(world, partial(world.advance, days, epoch, late, set(room.seats_taken(world))))

    async def take_back(self, world: World, turns: int) -> None:
        """Take back turns; what is raised is as above."""
        await self._move(world, partial(world.take_back, turns, world.epoch))

    async def _move(self, world: World, do: Callable[[], None]) -> None:
        if world.moving:
            raise RefusalError("this turn is being lived already")
        world.moving = True
        try:
            await self.room.ask(world, Kind.TURN, do)
        finally:
            world.moving = False
