"""Serving a line: who it is, what it may ask, and what it is answered."""

import asyncio
import logging
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.play.seats import PlayError
from sim.serve.guard.line import NO_MESSAGE, REFUSED, REPLACED, TOO_MUCH, Line
from sim.serve.guard.log import LOG, spoken

from . import messages as m
from .frames import hello, make
from .guesses import Guesses
from .lines import Visitor
from .people import Person
from .players import player
from .refusing import (
    TOGETHER,
    RefusalError,
    for_players,
    frame_faults,
    is_part,
    reasons_of,
    reasons_told,
    refused_acts,
)
from .registry import Rooms
from .room import Room
from .umpire import umpire

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

logger = logging.getLogger("sim.serve")

FIRST_FRAME = 10.0
"""Seconds in which a line has to say who it is."""
MOST_SCREENS, MOST_STRANGERS = 12, 130
"""Pages of a room without anybody's secret that one address may have open: screens, and all others. The umpire's own
screens are none of them."""
NO_ROOM = 4004
"""A line is closed with this code where there is no such room."""


class Lines:
    """All lines to the rooms of a server."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.guesses = Guesses()

    async def serve(self, socket: "WebSocket") -> None:
        """Serve a line from its first frame to its last."""
        await socket.accept()
        line, client = Line(socket), socket.client.host if socket.client else "nobody"
        try:
            frames = line.heard()
            try:
                first = await asyncio.wait_for(anext(frames), FIRST_FRAME)
            except (TimeoutError, StopAsyncIteration):
                await line.close(NO_MESSAGE, "it did not say who it is")
                return
            room = self.rooms.find(socket.path_params["code"])
            if room is None:
                self.guesses.wrong(client)
                await _refuse(line, NO_ROOM, "there is no room of this code")
                return
            visitor = await self._enter(room, line, first, client)
            if visitor is not None:
                await self._go_on(room, visitor, frames)
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("a line broke")
            await line.close(1011, "something went wrong here")

    async def _enter(self, room: Room, line: Line, first: dict[str, Any], client: str) -> Visitor | None:
        """Let somebody in as who they say they are, if they can show it."""
        try:
            entering = m.ENTER.validate_python(first)
        except ValidationError:
            await _refuse(line, NO_MESSAGE, "this is no way to enter a room")
            return None
        token, person = entering.token, None
        if token is not None and entering.as_ in ("player", "debrief"):
            person = room.people.by_token(token)
        right = room.is_umpire(token) if token is not None and entering.as_ != "player" else False
        if not (person or right):
            if token is not None:
                LOG.warn(client, f"room {room.code}: somebody came with a secret that it does not know", "secret")
            if not self.guesses.may_know(room, client):
                await _refuse(line, TOO_MUCH, "too many wrong codes came from here; wait a little")
                return None
            if entering.as_ == "umpire":
                await _refuse(line, REFUSED, "this room does not know this secret")
                return None
        visitor = Visitor(line, entering.as_, lambda visitor, state: make(room, visitor, state))
        visitor.is_umpire, visitor.client = right and entering.as_ != "screen", client
        visitor.is_stranger = not (person or right)
        if visitor.is_stranger:
            _make_way(room, visitor)
        if entering.as_ == "player" and person is not None:
            _take_over(room, visitor, person)
        elif person is not None:
            visitor.person = person
        room.visitors.append(visitor)
        visitor.answer(hello(room, visitor))
        visitor.want(*room.states_of(visitor))
        if entering.as_ == "player" and person is not None:
            room.told_presence([person.world])
        return visitor

    async def _go_on(self, room: Room, visitor: Visitor, frames: Any) -> None:
        """Answer frames until the line is gone."""
        try:
            async for frame in frames:
                if not _follows(visitor, frame):
                    visitor.dismiss(REFUSED, "a frame of another line, or one that came before")
                    break
                await self._answer(room, visitor, frame)
        finally:
            if visitor in room.visitors:
                room.visitors.remove(visitor)
            _gone(room, visitor)
            await visitor.parted()

    async def _answer(self, room: Room, visitor: Visitor, frame: dict[str, Any]) -> None:
        n = visitor.seen
        try:
            read = _read(visitor, frame)
        except (ValidationError, RefusalError) as error:
            reasons = reasons_of(error) if isinstance(error, RefusalError) else frame_faults(error)
            kind = error.errors()[0]["type"] if isinstance(error, ValidationError) else "refused"
            told = f"room {room.code}: refused a frame of {_an(visitor.as_)}: {spoken(reasons[0])}"
            LOG.warn(visitor.client, told, f"{visitor.as_} {kind}")
            visitor.answer({"kind": "refused", "n": n, "reasons": reasons})
            return
        if isinstance(read, m.AskFutures):
            if visitor.asking:
                visitor.answer({"kind": "refused", "n": n, "reasons": ["one question is being worked out already"]})
            else:
                visitor.asking = True
                room.soon(self._do(room, visitor, read, n))
            return
        await self._do(room, visitor, read, n)

    async def _do(self, room: Room, visitor: Visitor, frame: Any, n: int) -> None:
        """Do what is asked, and say so, or why not."""
        try:
            if room.closed:
                raise RefusalError("the room is closed")
            if isinstance(frame, m.Close):
                await self._close(room, visitor, n)
                return
            done = await (umpire(room, frame) if visitor.as_ == "umpire" else player(room, visitor, frame))
            visitor.answer({"kind": "ack", "n": n, **done})
        except (RefusalError, PlayError) as error:
            visitor.answer({"kind": "refused", "n": n, **_told(room, visitor, frame, error)})
        except OSError as error:
            logger.error("room %s cannot be kept: %s", room.code, error)
            visitor.answer({"kind": "refused", "n": n, "reasons": ["the server could not write it to its disk"]})
        finally:
            if isinstance(frame, m.AskFutures):
                visitor.asking = False

    async def _close(self, room: Room, visitor: Visitor, n: int) -> None:
        word = "the room was closed by its umpire", {"kind": "closed"}
        for each in list(room.visitors):
            if each is not visitor:
                each.dismiss(NO_ROOM, *word)
        try:
            await self.rooms.close(room)
            visitor.answer({"kind": "ack", "n": n})
        except OSError as error:
            logger.error("room %s could not be deleted wholly: %s", room.code, error)
            visitor.answer({"kind": "refused", "n": n, "reasons": ["the server could not delete all that was kept"]})
        visitor.dismiss(NO_ROOM, *word)


def _told(room: Room, visitor: Visitor, frame: Any, error: Exception) -> dict[str, Any]:
    """Why something is refused; of an order, for which acts as well, and what becomes of the others."""
    theatre = room.scenario.theatre
    reasons, acts = reasons_told(theatre, room.folder, error), refused_acts(theatre, error)
    if reasons != reasons_of(error) and str(room.folder) in str(error):
        logger.error("room %s: %s", room.code, ascii(str(error))[:300])
    if acts and is_part(frame.order, acts):
        reasons.append(TOGETHER)
    if visitor.as_ == "player":
        reasons = [for_players(each) for each in reasons]
    return {"reasons": reasons} | ({"acts": acts} if acts else {})


def _an(as_: str) -> str:
    return f"{'an' if as_ == 'umpire' else 'a'} {as_}"


def _make_way(room: Room, newcomer: Visitor) -> None:
    """Of pages without anybody's secret, close the oldest of an address that has too many: it may be a class's."""
    screen = newcomer.as_ == "screen"
    like_it = [
        each
        for each in room.visitors
        if each.is_stranger and each.person is None and (each.as_ == "screen") == screen
        if each.client == newcomer.client
    ]
    if len(like_it) >= (MOST_SCREENS if screen else MOST_STRANGERS):
        room.visitors.remove(like_it[0])
        like_it[0].dismiss(TOO_MUCH, "too many pages of this room are open")


def _read(visitor: Visitor, frame: dict[str, Any]) -> Any:
    if visitor.as_ == "umpire":
        return m.OF_UMPIRE.validate_python(frame)
    if visitor.as_ == "player":
        return m.OF_PLAYER.validate_python(frame)
    raise RefusalError("nothing can be done from here")


def _follows(visitor: Visitor, frame: dict[str, Any]) -> bool:
    """Whether a frame is of this line, and comes after those before it."""
    n = frame.get("n")
    if frame.get("line") != visitor.nonce or type(n) is not int or n <= visitor.seen:
        return False
    visitor.seen = n
    return True


def _take_over(room: Room, visitor: Visitor, person: Person) -> None:
    """Give somebody's seat to their newest page."""
    for other in room.visitors:
        if other.as_ == "player" and other.person is person:
            other.person = None
            other.dismiss(REPLACED, "another page took over", {"kind": "replaced"})
    visitor.person, person.here, person.gone = person, True, None


def _gone(room: Room, visitor: Visitor) -> None:
    """A line is gone: its seat waits for its token."""
    person = visitor.person
    if visitor.as_ != "player" or person is None or room.closed:
        return
    person.here, person.gone, person.gone_at = False, monotonic(), round(time())
    world = room.worlds.get(person.world or 0)
    person.gone_in = None if world is None else (world.number, world.epoch)
    room.told_presence([person.world])
    room.turns.look_later(person)


async def _refuse(line: Line, code: int, why: str) -> None:
    await line.say({"kind": "refused", "n": 0, "reasons": [why]})
    await line.close(code, why)
