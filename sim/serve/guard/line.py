"""A line to one browser: messages are JSON objects, small, and not too many."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .limits import MOST_BYTES_OF_A_FRAME, Bucket

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

logger = logging.getLogger("sim.serve")

TOO_MUCH, NO_MESSAGE, REPLACED, REFUSED = 4008, 4007, 4001, 4003
"""Codes with which a line is closed: too many messages; none of ours; another tab took the seat; no such right."""


class Line:
    """A socket that speaks JSON."""

    def __init__(self, socket: "WebSocket", at_once: float = 60, a_second: float = 20) -> None:
        self.socket = socket
        self.open = True
        self._bucket = Bucket(at_once, a_second)

    async def heard(self) -> AsyncIterator[dict[str, Any]]:
        """Messages as they come, until the line is closed; what is no message closes it."""
        from starlette.websockets import WebSocketDisconnect

        while self.open:
            try:
                text = await self.socket.receive_text()
            except WebSocketDisconnect as gone:
                if gone.code == 1009:
                    logger.warning("closed a line: a frame was too large")
                break
            except (KeyError, RuntimeError):  # a frame of bytes, or a line that is closed already
                await self.close(NO_MESSAGE, "this line takes text")
                break
            if not self._bucket.take():
                await self.close(TOO_MUCH, "too many messages")
                break
            message = _object(text)
            if message is None:
                await self.close(NO_MESSAGE, "this is no message")
                break
            yield message
        self.open = False

    async def say(self, message: dict[str, Any]) -> None:
        """Send a message; to a line that is closed it goes nowhere."""
        if not self.open:
            return
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        try:
            await self.socket.send_text(text)
        except Exception:  # whatever a broken connection raises
            self.open = False

    async def close(self, code: int, why: str) -> None:
        """Close the line, and log why."""
        if not self.open:
            return
        self.open = False
        logger.warning("closed a line: %s", why)
        with suppress(Exception):
            await self.socket.close(code, why)


def _object(text: str) -> dict[str, Any] | None:
    if len(text) > MOST_BYTES_OF_A_FRAME:
        return None
    try:
        found = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("kind"), str) else None


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
