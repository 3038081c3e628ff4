"""Processes that compute, kept warm while the server runs; one that dies is replaced."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from multiprocessing import get_context
from threading import Thread
from typing import Any

from .messages import Refused
from .moves import Stop
from .worker import DONE, REFUSED, STOPPED, work

logger = logging.getLogger("sim.serve")

PATIENCE = 3.0
"""Seconds that a process is given to end before it is ended."""
LONGEST = 120.0
"""Seconds that a job may take, if nobody says otherwise."""
MOST_WAITING, MOST_AT_ONCE = 6, 24
"""Questions that a clerk, and parts of moves that a mover may have before it."""
BUSY = "The server has too much to do; try again in a moment."


class Lost(RuntimeError):  # noqa: N818
    """A process died over a job."""


class Failed(RuntimeError):  # noqa: N818
    """A job met an error of ours."""


class Worker:
    """One process, from the server's side; its jobs are done one after another, as they are given."""

    def __init__(self, name: str, nice: bool = False) -> None:
        self.name, self.nice = name, nice
        self.process: Any = None
        self._line: Any = None
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    @property
    def jobs(self) -> int:
        """How many it has before it."""
        return len(self._waiting)

    async def do(self, function: Callable[..., Any], *arguments: Any, seconds: float = LONGEST) -> Any:
        """Have `function(stopped, *arguments)` computed.

        If the caller is cancelled, the job is stopped. What takes longer than `seconds`, or does not stop, costs the
        process its life.

        Raises
        ------
        Refused
            What was asked cannot be done, or takes too long.
        Lost
            The process died over it.
        Failed
            It met an error of ours, which is logged.
        """
        self._need()
        number, line = next(self._numbers), self._line
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            line.send((number, function, arguments))
        except OSError:  # it has died, and that was not heard yet
            self._gone(line)
        loop = asyncio.get_running_loop()
        overdue = loop.call_later(seconds, self._give_up, number, seconds)
        try:
            return await future
        except asyncio.CancelledError:
            with suppress(OSError):
                line.send(("stop", number))
            loop.call_later(PATIENCE, self._give_up, number, PATIENCE)
            raise
        finally:
            overdue.cancel()

    def _give_up(self, number: int, seconds: float) -> None:
        """End the process if it is still at a job that it should have done or left by now."""
        future = self._waiting.get(number)
        if future is None:
            return
        if not future.done():
            future.set_exception(Refused(f"This takes longer than {seconds:.0f} seconds, and was given up."))
        self.kill()

    def _need(self) -> None:
        """Start the process if there is none."""
        if self.process is not None:
            return
        context = get_context("spawn")
        self._line, its = context.Pipe()
        self.process = context.Process(target=work, args=(its, self.nice), name=self.name, daemon=True)
        self.process.start()
        its.close()  # so that its end is heard
        loop = asyncio.get_running_loop()
        Thread(target=self._listen, args=(self._line, loop), name=f"{self.name}, heard", daemon=True).start()

    def _listen(self, line: Any, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            while True:
                try:
                    answer = line.recv()
                except (EOFError, OSError):
                    break
                loop.call_soon_threadsafe(self._heard, *answer)
            loop.call_soon_threadsafe(self._gone, line)

    def _heard(self, how: str, number: int, content: Any) -> None:
        future = self._waiting.pop(number, None)
        if how not in (DONE, STOPPED, REFUSED):
            logger.error("a job failed: %s", content[1])
        if future is None or future.done():
            return
        if how == DONE:
            future.set_result(content)
        elif how == REFUSED:
            future.set_exception(Refused(*content))
        else:
            future.set_exception(Stop() if how == STOPPED else Failed(content[0]))

    def _gone(self, line: Any) -> None:
        """What is heard when the process is gone: whoever waits is told, and the next job starts another."""
        if line is not self._line:
            return
        if self.process is not None:
            logger.warning("%s has died; it is replaced", self.name)
        self._forget()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Lost(self.name))
        self._waiting.clear()

    def _forget(self) -> None:
        process, line, self.process, self._line = self.process, self._line, None, None
        line.close()
        Thread(target=_end, args=(process,), daemon=True).start()

    def kill(self) -> None:
        """End the process at once; what it has before it is lost."""
        if self.process is not None:
            self.process.kill()

    def close(self) -> None:
        """End the process, whatever it is at, and wait for that."""
        process, line, self.process, self._line = self.process, self._line, None, None
        if process is None:
            return
        with suppress(OSError):
            line.send(("end", 0))  # to close the line would not wake it, since it is listened to here
        _end(process)


def _end(process: Any) -> None:
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join(PATIENCE)
    process.close()


class Pool:
    """Several workers: movers, who share what a hand asks, and clerks, who answer questions that take longer."""

    def __init__(self, name: str, n: int, nice: bool = False) -> None:
        self.workers = [Worker(f"{name} {at + 1}", nice) for at in range(n)]

    async def each(self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Have a function computed by a worker for each of these arguments, all at a time.

        If one part fails or the caller is cancelled, the others are stopped.

        Raises
        ------
        Refused
            What was asked cannot be done, or too much is asked at a time.
        """
        if max(worker.jobs for worker in self.workers) >= MOST_AT_ONCE:
            raise Refused(BUSY)
        parts = [
            asyncio.ensure_future(self._tried(self.workers[at % len(self.workers)], function, each))
            for at, each in enumerate(arguments)
        ]
        try:
            return list(await asyncio.gather(*parts))
        finally:
            for part in parts:
                part.cancel()

    async def one(self, function: Callable[..., Any], *arguments: Any, seconds: float = LONGEST) -> Any:
        """Have a function computed by the worker that has least before it.

        Raises
        ------
        Refused
            What was asked cannot be done, or takes longer than `seconds`.
        """
        worker = min(self.workers, key=lambda each: each.jobs)
        if worker.jobs >= MOST_WAITING:
            raise Refused(BUSY)
        return await self._tried(worker, function, arguments, seconds)

    @staticmethod
    async def _tried(
        worker: Worker, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float = LONGEST
    ) -> Any:
        """Once more where a process has died."""
        try:
            return await worker.do(function, *arguments, seconds=seconds)
        except Lost:
            return await worker.do(function, *arguments, seconds=seconds)

    def close(self) -> None:
        """End all processes."""
        with ThreadPoolExecutor(len(self.workers)) as threads:
            list(threads.map(Worker.close, self.workers))
