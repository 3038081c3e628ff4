"""The rooms of a server: made, found by their codes, kept on the disk, and found again when it is started."""

import asyncio
import json
import logging
import re
import secrets
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

from sim.serve.guard.line import REPLACED
from sim.serve.place import Place, secret

from .people import digest
from .plan import Plan, PlanError, plan_from
from .room import FILE, MOST_OPEN, VERSION, Room, Shared
from .work import Kind

logger = logging.getLogger("sim.serve")

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of a code: none that looks like another, as 0 and O, or 1, I and L, do."""
SIGNS = 6
MOST_ROOMS = 50
KEPT = 30 * 24 * 3600.0
"""Seconds after which a room that nobody has touched is deleted, whether it is over or not."""
IDLE = 900.0
"""Seconds after which a session that nobody asks is closed."""
SEEN, SEEN_EVERY = ".running", 2.0
"""The file that says when a server last ran here, and after how many seconds it says so again."""
_CODE = re.compile(rf"[{ALPHABET}]{{{SIGNS}}}")
_OF_A_ROOM = re.compile(r"world-\d+\.session.*|.*\.partial")
"""Files of a room besides its own."""


class Rooms:
    """All rooms."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.shared = Shared()
        self._rooms: dict[str, Room] = {}
        self._making = asyncio.Lock()

    def __iter__(self) -> Any:
        return iter(list(self._rooms.values()))

    def find(self, code: str) -> Room | None:
        """The room of a code, however it is written: large or small, with or without a space."""
        return self._rooms.get(re.sub(r"[\s-]", "", code[:20]).upper())

    async def make(self, data: Any) -> tuple[Room, str]:
        """Make a room; gives it with the umpire's secret, which is kept nowhere.

        Raises
        ------
        PlanError
            It cannot be made like this.
        """
        plan, scenario = await asyncio.to_thread(plan_from, data, self.place.scenarios)
        async with self._making:
            if len(self._rooms) >= MOST_ROOMS:
                raise PlanError(f"there are {MOST_ROOMS} rooms, as many as one server has; close one first")
            code, umpire = self._new_code(), secret()
            folder = self.place.folder / code
            await asyncio.to_thread(folder.mkdir, 0o700, parents=True)
            room = Room(code, folder, plan, scenario, digest(umpire), self.shared)
            try:
                await room.keep()
            except OSError:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
                raise
            self._add(room)
        logger.info("room %s was made: %s", code, plan.scenario)
        return room, umpire

    def _add(self, room: Room) -> None:
        room.address = f"{self.place.address}/join/{room.code}"
        self._rooms[room.code] = room

    def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
            if not (self.place.folder / code).exists():
                return code

    async def new_umpire(self, room: Room) -> str:
        """Another secret for a room's umpire, in place of the one before."""
        umpire = secret()
        await room.change(partial(setattr, room, "umpire", digest(umpire)))
        for visitor in room.visitors:
            if visitor.is_umpire:
                visitor.dismiss(REPLACED, "the umpire has another secret now", {"kind": "replaced"})
        return umpire

    async def close(self, room: Room) -> None:
        """Delete a room and all in it; what is asked of it meanwhile is refused.

        Raises
        ------
        OSError
            Something of it is left.
        """
        self._rooms.pop(room.code, None)
        room.let_go()
        for world in room.worlds.values():
            await self.shared.work.do(world.path, Kind.ORDER, world.let_go)
        async with room.changing:  # what is being written is written before it is deleted
            await asyncio.to_thread(_deleted, room)
        logger.info("room %s was deleted", room.code)

    # From one start of the server to the next.

    def open(self) -> None:
        """Find the rooms that were kept; one that is damaged is named, and left alone."""
        gone = self._gone()
        for folder in sorted(self.place.folder.iterdir()) if self.place.folder.is_dir() else ():
            if not _CODE.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
                continue
            if not (folder / FILE).is_file():
                _cleared(folder)
                continue
            try:
                room = self._found(folder, gone)
            except Exception as error:  # whatever a damaged file may raise
                logger.error(
                    "room %s cannot be opened, and was left as it is: %s", folder.name, ascii(str(error))[:300]
                )
                continue
            if _untouched(room):
                try:
                    _deleted(room)
                    logger.info("room %s was not touched for long, and was deleted", room.code)
                except OSError as error:
                    logger.error("room %s could not be deleted wholly: %s", room.code, error)
                continue
            _tidied(folder)
            self._add(room)
            room.begin_clocks()

    def _gone(self) -> float:
        """Seconds since a server was last seen to run here; 0 where none ever was."""
        try:
            return max(time() - (self.place.folder / SEEN).stat().st_mtime, 0.0)
        except OSError:
            return 0.0

    async def be_seen(self) -> None:
        """Leave a sign every few seconds that the server runs, by which the next one knows for how long none did."""
        while True:
            with suppress(OSError):
                (self.place.folder / SEEN).touch()
            await asyncio.sleep(SEEN_EVERY)

    def _found(self, folder: Path, gone: float) -> Room:
        data = json.loads((folder / FILE).read_bytes())
        if data.get("room") != VERSION or data["code"] != folder.name:
            raise ValueError("it is no room that this version reads")
        plan, scenario = plan_from(data["plan"], self.place.scenarios)
        room = Room(folder.name, folder, plan, scenario, data["umpire"], self.shared)
        room.found_again(data, gone)
        return room

    async def tidy(self) -> None:
        """Let go of what is not needed any more, while the server runs: sessions, names and rooms."""
        while True:
            await asyncio.sleep(30)
            try:
                await self.let_go_of_some()
                await self.forget_some()
            except Exception:
                logger.exception("something that is not needed could not be let go of")

    async def forget_some(self) -> None:
        """Forget the names of rooms that are over for a day, and rooms that nobody has touched for long."""
        for room in self:
            if not room.visitors and _untouched(room):
                await self.close(room)
            elif room.has_names_of_old:
                await room.change(room.people.forget_names)

    async def let_go_of_some(self, idle: float = IDLE) -> None:
        """Close sessions that nobody has asked for long, and those that are too many: the ones asked longest ago."""
        worlds = [world for room in self for world in room.worlds.values() if world.session is not None]
        worlds.sort(key=lambda world: world.used)
        many = max(len(worlds) - MOST_OPEN, 0)
        for at, world in enumerate(worlds):
            if (at < many or monotonic() - world.used > idle) and not self.shared.work.is_busy(world.path):
                await self.shared.work.do(world.path, Kind.ORDER, world.let_go)

    def shut(self) -> None:
        """The server stops: everything is on the disk already."""
        for room in self:
            room.let_go()
            for visitor in list(room.visitors):
                visitor.leave()
        self.shared.work.close()
        for room in self:
            for world in room.worlds.values():
                world.let_go()


def _untouched(room: Room) -> bool:
    """Whether nobody has touched a room for long: neither the room, nor one of its sessions."""
    files = (world.path for world in room.worlds.values() if time() - room.touched > KEPT)
    return time() - max([room.touched, *(path.stat().st_mtime for path in files if path.exists())]) > KEPT


def _tidied(folder: Path) -> None:
    """Delete what a kill has left half written: the names of people may stand in it."""
    for left in folder.glob("*.partial"):
        try:
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
        except OSError as error:
            logger.error("room %s: %s could not be deleted: %s", folder.name, left.name, error.strerror)


def _cleared(folder: Path) -> None:
    """Delete what a kill has left of a room that was being deleted: its sessions, of which nobody knows any more."""
    if (folder / FILE).exists() or not any(_OF_A_ROOM.fullmatch(each.name) for each in folder.iterdir()):
        return
    try:
        shutil.rmtree(folder)
        logger.info("what was left of room %s was deleted", folder.name)
    except OSError as error:
        logger.error("what was left of room %s could not be deleted wholly: %s", folder.name, error)


def _deleted(room: Room) -> None:
    """Delete a room's folder, its own file first: whatever is left of it is no room."""
    for world in room.worlds.values():
        world.let_go()
    (room.folder / FILE).unlink(missing_ok=True)
    for again in (True, True, False):
        shutil.rmtree(room.folder, ignore_errors=again)
        if not room.folder.exists():
            return
        sleep(0.1)  # a debrief may be writing there


__all__ = ["ALPHABET", "Plan", "Rooms"]
