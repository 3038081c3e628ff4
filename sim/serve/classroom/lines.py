"""Lines of a room: who is at the other end, what waits to be sent, and what comes.

Answers are sent in their order. Of states, such as a morning or the presence of others, only the newest is sent: each
is made when its turn comes, so that a line that reads slowly holds up nobody, and nothing is made in vain.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal

from sim.serve.guard.line import TOO_MUCH, Line
from sim.serve.guard.line import as_text as as_text
from sim.serve.place import secret

from .people import Person
from .refusing import RefusalError

logger = logging.getLogger("sim.serve")

As = Literal["player", "umpire", "screen", "debrief"]
MOST_ANSWERS = 256
"""Answers that may wait for a line that does not read them."""
BREATH = {"umpire": 0.5, "screen": 0.1}
"""Seconds between two states, of lines that are told of everything."""
PATIENCE = 3.0
"""Seconds that a line is given to take what is said last."""

Maker = Callable[["Visitor", str], Awaitable[str | None]]


class Visitor:
    """A line, who is at its other end, and what waits for them."""

    def __init__(self, line: Line, as_: As, make: Maker) -> None:
        self.line, self.as_, self._make = line, as_, make
        self.nonce = secret()
        self.person: Person | None = None
        self.client = "nobody"
        """Their address."""
        self.is_umpire = False
        """Whether they have shown the umpire's secret, and may do what the umpire may."""
        self.is_stranger = False
        """Whether they came without anybody's secret."""
        self.greeted: str | None = None
        """The stage of the room when they were told of it."""
        self.seen = 0
        """The number of the last frame that came."""
        self.joined = 0
        """How often they have joined on this line."""
        self.asking = False
        """Whether something that takes long is being worked out for them."""
        self._answers: deque[str] = deque()
        self._states: dict[str, str] = {}
        self._said: dict[str, int] = {}
        self._wanted: dict[str, None] = {}
        self._last: tuple[int, str] | None = None
        self._wake, self._wish = asyncio.Event(), asyncio.Event()
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._prepare())]

    def answer(self, message: Mapping[str, Any]) -> None:
        """Send something, in order."""
        if len(self._answers) >= MOST_ANSWERS:
            self.dismiss(TOO_MUCH, "it does not read what it is sent")
        else:
            self._answers.append(as_text(message))
            self._wake.set()

    def want(self, *states: str) -> None:
        """Have states made anew and sent."""
        if self._last is None:
            self._wanted.update(dict.fromkeys(states))
            self._wish.set()

    def begin_anew(self) -> None:
        """Send states again, even those that are as they were: they are for somebody else."""
        self._said.clear()

    def dismiss(self, code: int, why: str, word: Mapping[str, Any] | None = None) -> None:
        """Close the line, with a last word."""
        if self._last is not None:
            return
        self._last = code, why
        if word is not None:
            self._answers.append(as_text(word))
        self._wanted.clear()
        self._states.clear()
        self._wake.set()
        self._tasks.append(asyncio.create_task(self._close_anyhow(code, why)))

    def beside(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something for this line while it stands."""
        self._tasks.append(asyncio.create_task(_logged(doing)))

    async def parted(self) -> None:
        """Send a last word if there is one, and then nothing more."""
        if self._last is not None:
            await asyncio.wait([self._tasks[0]], timeout=PATIENCE)
        self.leave()

    def leave(self) -> None:
        """Send nothing more: the line is gone."""
        self.line.open = False
        for task in self._tasks:
            task.cancel()

    async def _close_anyhow(self, code: int, why: str) -> None:
        await asyncio.sleep(PATIENCE)
        await self.line.close(code, why)

    async def _prepare(self) -> None:
        """Make what is wanted, one state after the other."""
        while self.line.open:
            await self._wish.wait()
            self._wish.clear()
            while self._wanted:
                state = next(iter(self._wanted))
                del self._wanted[state]
                try:
                    text = await self._make(self, state)
                except RefusalError:  # such as of a room that is closed by now
                    continue
                except Exception:
                    logger.exception("a state could not be made")
                    continue
                if text is not None and self._last is None and self._said.get(state) != hash(text):
                    self._said[state] = hash(
                        text
                    )  # that something was made anew is nobody's business where it is alike
                    self._states[state] = text
                    self._wake.set()
                await asyncio.sleep(BREATH.get(self.as_, 0.0))

    async def _send(self) -> None:
        while self.line.open:
            await self._wake.wait()
            self._wake.clear()
            while (text := self._next()) is not None and self.line.open:
                self.line.send(text)
                await self.line.sent()  # of states that wait meanwhile, only the newest goes out
            if self._last is not None:
                await self.line.close(*self._last)

    def _next(self) -> str | None:
        if self._answers:
            return self._answers.popleft()
        if self._states:
            return self._states.pop(next(iter(self._states)))
        return None


async def _logged(doing: Coroutine[Any, Any, None]) -> None:
    try:
        await doing
    except Exception:
        logger.exception("something for a line failed")
