"""A line to one browser: messages are JSON objects, small, and not too many."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .limits import MOST_BYTES_HELD, MOST_BYTES_OF_A_FRAME, Bucket
from .log import LOG
from .messages import read_object

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

TOO_MUCH, NO_MESSAGE, REPLACED, REFUSED = 4008, 4007, 4001, 4003
"""Codes with which a line is closed: too many messages; none of ours; another tab took the seat; no such right."""
SECONDS_TO_PART = 2.0
"""For which a line that is closed waits until what was said has been sent."""


def as_text(message: Mapping[str, Any]) -> str:
    """A message as it is sent; half a letter, which no alphabet has, becomes a question mark."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace").decode()


class Line:
    """A socket that speaks JSON.

    Who says something does not wait until it is read: it is held until then, so that a browser that reads slowly, or
    not at all, keeps nobody waiting. A line for which too much is held is closed.
    """

    def __init__(self, socket: "WebSocket", at_once: float = 60, a_second: float = 20) -> None:
        self.socket = socket
        self.open = True
        self._bucket = Bucket(at_once, a_second)
        self._held: deque[str] = deque()
        self._letters = 0
        self._writing: asyncio.Task[None] | None = None

    async def heard(self) -> AsyncIterator[dict[str, Any]]:
        """Messages as they come, until the line is closed; what is no message closes it."""
        from starlette.websockets import WebSocketDisconnect

        while self.open:
            try:
                text = await self.socket.receive_text()
            except WebSocketDisconnect as gone:
                if gone.code == 1009:
                    self._log("a frame was too large")
                break
            except (KeyError, RuntimeError):  # a frame of bytes, or a line that is closed already
                await self.close(NO_MESSAGE, "this line takes text")
                break
            if not self._bucket.take():
                await self.close(TOO_MUCH, "too many messages")
                break
            message = read_object(text, MOST_BYTES_OF_A_FRAME)
            if message is None or not isinstance(message.get("kind"), str):
                await self.close(NO_MESSAGE, "this is no message")
                break
            yield message
        self.open = False

    async def say(self, message: dict[str, Any]) -> None:
        """Send a message after those said before; to a line that is closed it goes nowhere."""
        if not self.open:
            return
        self.send(as_text(message))

    def send(self, text: str) -> None:
        """Send a message that is a text already, after those said before."""
        if not self.open:
            return
        self._held.append(text)
        self._letters += len(text)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        if self._letters > MOST_BYTES_HELD:
            self._give_up()

    async def sent(self) -> None:
        """Wait until all that was said has gone out; what is held meanwhile is the browser's to read."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def close(self, code: int, why: str) -> None:
        """Close the line, and log why; what was said before is sent first, for a while."""
        if not self.open:
            return
        self.open = False
        self._log(why)
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=SECONDS_TO_PART)
        with suppress(Exception):
            await asyncio.wait_for(self.socket.close(code, why), SECONDS_TO_PART)

    async def _write(self) -> None:
        try:
            while self._held:
                text = self._held.popleft()
                await self.socket.send_text(text)
                self._letters -= len(text)
        except Exception:  # whatever a broken connection raises
            self.open = False
            self._held.clear()

    def _give_up(self) -> None:
        self.open = False
        self._held.clear()
        self._log("it does not read what it is sent")
        if self._writing is not None:
            self._writing.cancel()

    def _log(self, why: str) -> None:
        client = self.socket.client
        LOG.warn("nobody" if client is None else client.host, f"closed a line: {why}", why)
