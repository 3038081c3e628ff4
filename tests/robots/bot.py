"""A bot: one client of a room, whose steps are awaited and whose expectations are checked where they stand.

async with Bot(server, code) as student:
    await student.ask("join", name="Ada")
    morning = await student.expect("morning", turn=0)
    await student.must_be_refused("order", order={"do": "us.do_nothing"}, turn=0)
    await student.ask("done", turn=0, done=True)
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from .server import Server

PATIENCE = 30.0
"""Seconds in which whatever is expected has come."""

Message = dict[str, Any]


class RefusedError(Exception):
    """The server refused what was asked; `reasons` are its sentences."""

    def __init__(self, message: Message) -> None:
        self.reasons: list[str] = message["reasons"]
        super().__init__("; ".join(self.reasons))


class GoneError(Exception):
    """The line is gone."""


@dataclass(frozen=True)
class Heard:
    """A frame that came, with the seat that its reader had when it came."""

    bot: str
    seat: tuple[int, str] | None
    stage: str
    raw: str
    message: Message


class Bot:
    """A client of a room."""

    def __init__(
        self, server: Server, code: str, as_: str = "player", token: str | None = None, label: str = "bot"
    ) -> None:
        self.server, self.code, self.as_, self.token, self.label = server, code, as_, token, label
        self.heard: list[Heard] = []
        self.newest: dict[str, Message] = {}
        """The last frame of each kind."""
        self.you: Message | None = None
        self.closed_with: int | None = None
        self.seconds: dict[str, list[float]] = {}
        """From asking to the acknowledgement, by what was asked."""
        self.reconnects, self.refusals, self.bytes = 0, 0, 0
        self.asked_to_end = False
        self.line, self.n = "", 0
        self._socket: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    @property
    def seat(self) -> tuple[int, str] | None:
        """World and seat, if it has one."""
        you = self.you
        return (you["world"], you["seat"]) if you and you["world"] is not None and you["seat"] is not None else None

    @property
    def stage(self) -> str:
        """Of the room, as last heard."""
        for kind in ("presence", "overview"):
            if kind in self.newest:
                return str(self.newest[kind]["stage"])
        return str(self.newest.get("hello", {"room": {"stage": "gathering"}})["room"]["stage"])

    @property
    def gone(self) -> bool:
        """Whether there is no line."""
        return self._listening is None or self._listening.done()

    # Coming and going.

    async def connect(self) -> Message:
        """Open a line and enter; gives the server's greeting."""
        address = f"ws://{self.server.host}/rooms/{self.code}/line"
        self.closed_with, self.n = None, 0
        for kind in ("hello", "morning", "clock", "presence", "over", "overview"):
            self.newest.pop(kind, None)
        try:
            self._socket = await connect(
                address, origin=self.server.origin, max_size=None, proxy=None, ping_interval=None, open_timeout=10
            )
            self._listening = asyncio.create_task(self._listen(self._socket))
            entering = {"kind": "enter", "as": self.as_} | ({"token": self.token} if self.as_ != "screen" else {})
            await self._socket.send(json.dumps(entering))
        except (OSError, WebSocketException, TimeoutError, EOFError) as error:
            raise GoneError(str(error)) from None
        return await self.expect("hello")

    async def come_back(self, within: float = 60.0) -> None:
        """Open a line again, as often as it takes."""
        give_up = time.monotonic() + within
        while True:
            await self.hang_up()
            try:
                await self.connect()
            except GoneError:
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.2)
            else:
                self.reconnects += 1
                return

    async def hang_up(self) -> None:
        """Close the line."""
        if self._socket is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._socket.close(), 2)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def drop(self) -> None:
        """Lose the line, as a phone does that is out of reach."""
        if self._socket is not None:
            self._socket.transport.abort()

    # Steps and expectations.

    async def send(self, text: str | bytes) -> None:
        """Send a frame as it stands."""
        assert self._socket is not None
        try:
            await self._socket.send(text)
        except WebSocketException as error:
            raise GoneError(str(error)) from None

    async def ask(self, kind: str, **content: Any) -> Message:
        """Ask something; gives the acknowledgement.

        Raises
        ------
        RefusedError, GoneError
        """
        self.n += 1
        n, begun = self.n, time.perf_counter()
        answer = self._answers[n] = asyncio.get_running_loop().create_future()
        try:
            await self.send(json.dumps({"kind": kind, "line": self.line, "n": n, **content}))
            message = await asyncio.wait_for(answer, PATIENCE)
        finally:
            self._answers.pop(n, None)
            answer.cancel()
        if message["kind"] == "refused":
            self.refusals += 1
            raise RefusedError(message)
        self.seconds.setdefault(kind, []).append(time.perf_counter() - begun)
        if "token" in message:
            self.token = message["token"]
        return message

    async def must_be_refused(self, kind: str, **content: Any) -> list[str]:
        """Ask something that is refused; gives the reasons."""
        reasons: list[str] = []
        try:
            answer = await self.ask(kind, **content)
        except RefusedError as refused:
            reasons = refused.reasons
        else:
            raise AssertionError(f"{kind} {content} was not refused: {str(answer)[:300]}")
        assert reasons, "a refusal says why"
        return reasons

    async def expect(self, kind: str, within: float = PATIENCE, **like: Any) -> Message:
        """Wait until the newest frame of a kind is like this, or more: values whose name ends on `_from` are least."""

        def fits(message: Message) -> bool:
            return all(
                message[name.removesuffix("_from")] >= value if name.endswith("_from") else message.get(name) == value
                for name, value in like.items()
            )

        await self.until(lambda: kind in self.newest and fits(self.newest[kind]), f"{kind} {like}", within)
        return self.newest[kind]

    async def until(self, condition: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
        """Wait until something holds that frames may bring about."""
        give_up = time.monotonic() + within
        while not condition():
            if self.gone:
                raise GoneError(f"{self.label}: no {what}; the line was closed with {self.closed_with}")
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), max(give_up - time.monotonic(), 0.001))
            except TimeoutError:
                last = str(self.newest.get(what.partition(" ")[0]))[:200]
                raise AssertionError(f"{self.label}: {what} did not come; the last was {last}") from None

    async def must_be_closed(self, code: int | None = None, within: float = 10.0) -> int | None:
        """Wait until the server closes the line."""
        assert self._listening is not None
        await asyncio.wait([self._listening], timeout=within)
        assert self.gone, "the line is still open"
        assert code is None or self.closed_with == code, self.closed_with
        return self.closed_with

    # What comes.

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                self._take(raw if isinstance(raw, str) else raw.decode())
        except WebSocketException:
            pass
        finally:
            self.closed_with = socket.close_code
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(GoneError(f"closed with {self.closed_with}"))
                    answer.exception()  # whoever waits for it is told; where nobody does, nobody need be
            self._answers.clear()
            self._news.set()

    def _take(self, raw: str) -> None:
        message: Message = json.loads(raw)
        kind = message["kind"]
        if kind == "hello":
            self.line = message["line"]
        self.newest[kind] = message
        if "you" in message:
            self.you = message["you"]
        self.heard.append(Heard(self.label, self.seat, self.stage, raw, message))
        self.bytes += len(raw.encode())
        answer = self._answers.get(message.get("n", -1)) if kind in ("ack", "refused") else None
        if answer is not None and not answer.done():
            answer.set_result(message)
        self._news.set()
