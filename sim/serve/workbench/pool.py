"""Processes that compute, kept warm while the server runs; one that dies is replaced."""

import asyncio
import logging
import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.reduction import ForkingPickler
from multiprocessing.resource_tracker import ensure_running
from threading import Lock, Thread
from time import monotonic
from typing import Any, NamedTuple

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
MOST_DEATHS, DEATHS_IN = 3, 10.0
"""Processes that may die in a row, within so many seconds, before no other is started for a while."""
BROKEN = "What computes this stops as soon as it starts; the server's log says more. Try again in a moment."
BUSY = "The server has too much to do; try again in a moment."


class Lost(RuntimeError):  # noqa: N818
    """A process died over a job."""


class Failed(RuntimeError):  # noqa: N818
    """A job met an error of ours."""


class _Job(NamedTuple):
    number: int
    sent: bytes
    """What the process is sent."""
    seconds: float
    answer: "asyncio.Future[Any]"


class Worker:
    """One process, from the server's side; its jobs are done one after another, as they are given.

    Jobs wait here, and the process has only one at a time: whatever becomes of that one costs no other.
    """

    def __init__(self, name: str, nice: bool = False) -> None:
        self.name, self.nice = name, nice
        self.process: Any = None
        self._line: Any = None
        self._numbers = count()
        self._waiting: deque[_Job] = deque()
        self._at: _Job | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        """When processes last died, one after another, without an answer."""
        self._starting = self._closed = False
        self._changing = Lock()

    @property
    def jobs(self) -> int:
        """How many it has before it."""
        return len(self._waiting) + (self._at is not None)

    async def do(self, function: Callable[..., Any], *arguments: Any, seconds: float = LONGEST) -> Any:
        """Have `function(stopped, *arguments)` computed.

        If the caller is cancelled, the job is stopped. What takes longer than `seconds` from its turn on, or does not
        stop, costs the process its life.

        Raises
        ------
        Refused
            What was asked cannot be done, or takes too long.
        Lost
            The process died over it.
        Failed
            It met an error of ours, which is logged.
        """
        if self._keeps_dying():
            raise Refused(BROKEN)
        number, answer = next(self._numbers), asyncio.get_running_loop().create_future()
        job = _Job(number, bytes(ForkingPickler.dumps((number, function, arguments))), seconds, answer)
        self._waiting.append(job)
        self._go_on()
        try:
            return await answer
        except asyncio.CancelledError:
            self._leave(job)
            raise

    def _go_on(self) -> None:
        """Give the process the next job; if there is no process, it is given one as soon as there is."""
        if self._at is not None or not self._waiting or self._closed:
            return
        if self._line is None:
            self._start()
            return
        self._at = self._waiting.popleft()
        self._end_after(self._at.seconds)
        try:
            self._line.send_bytes(self._at.sent)
        except OSError:  # it has died, and that was not heard yet
            self._gone(self._line)

    def _leave(self, job: _Job) -> None:
        """Drop a job that nobody wants any more."""
        if job is self._at:
            with suppress(OSError):
                self._line.send(("stop", job.number))
            self._end_after(PATIENCE)
        elif job in self._waiting:
            self._waiting.remove(job)

    def _end_after(self, seconds: float) -> None:
        """End the process if it is still at this job by then."""
        if self._overdue is not None:
            self._overdue.cancel()
        self._overdue = asyncio.get_running_loop().call_later(seconds, self._give_up, seconds)

    def _give_up(self, seconds: float) -> None:
        if self._at is not None and not self._at.answer.done():
            said = f"This takes longer than {seconds:.0f} seconds, and was given up."
            self._at.answer.set_exception(Refused(said))
        self.kill()

    def _left(self) -> _Job | None:
        """What it was at, which it is no more."""
        if self._overdue is not None:
            self._overdue.cancel()
        job, self._at, self._overdue = self._at, None, None
        return job

    def _start(self) -> None:
        if not self._starting:
            self._starting = True
            loop = asyncio.get_running_loop()
            Thread(target=self._live, args=(loop,), name=f"{self.name}, heard", daemon=True).start()

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start a process, away from the loop, which would stand still meanwhile; and hear it until it is gone."""
        context = get_context("spawn")
        if hasattr(signal, "pthread_sigmask"):  # all processes of a server may be sent these at once, new ones too
            ensure_running()  # which lets them in again when it starts what it needs
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        line, its = context.Pipe()
        with line, suppress(RuntimeError):  # the loop is closed: the server has ended
            with self._changing, its:  # closed here, so that its end is heard
                if self._closed:
                    return
                process = context.Process(target=work, args=(its, self.nice), name=self.name, daemon=True)
                try:
                    process.start()
                except Exception:  # whatever it is, nobody should wait in vain
                    logger.exception("%s cannot be started", self.name)
                else:
                    self.process = process
                self._line = line
            loop.call_soon_threadsafe(self._started)
            with suppress(EOFError, OSError):
                while True:
                    loop.call_soon_threadsafe(self._heard, line, *line.recv())
            loop.call_soon_threadsafe(self._gone, line)

    def _started(self) -> None:
        self._starting = False
        self._go_on()

    def _heard(self, line: Any, how: str, content: Any, ends: bool) -> None:
        """Take an answer; a process that has grown too large ends with it, and the next job starts another."""
        if line is not self._line:
            return
        self._deaths.clear()
        job = self._left()
        if ends:
            self._forget()
        if how not in (DONE, STOPPED, REFUSED):
            logger.error("a job failed: %s", content[1])
        if job is not None and not job.answer.done():
            if how == DONE:
                job.answer.set_result(content)
            elif how == REFUSED:
                job.answer.set_exception(Refused(*content))
            else:
                job.answer.set_exception(Stop() if how == STOPPED else Failed(content[0]))
        self._go_on()

    def _gone(self, line: Any) -> None:
        """What is heard when the process is gone: whose job it was at is told, and the next job starts another."""
        if line is not self._line or self._closed:
            return
        job = self._left()
        self._forget()
        if job is None or not job.answer.done():  # else it was ended here, by what was asked
            self._deaths.append(monotonic())
            logger.warning("%s has died; it is replaced", self.name)
        if job is not None and not job.answer.done():
            job.answer.set_exception(Lost(self.name))
        if self._keeps_dying():
            logger.error("%s dies whenever it is started; it is left for %.0f seconds", self.name, DEATHS_IN)
            for each in self._waiting:
                if not each.answer.done():
                    each.answer.set_exception(Refused(BROKEN))
            self._waiting.clear()
        self._go_on()

    def _keeps_dying(self) -> bool:
        """Whether one process after another has died, just now: then another would too."""
        return len(self._deaths) == MOST_DEATHS and monotonic() - self._deaths[0] < DEATHS_IN

    def _forget(self) -> None:
        process, self.process, self._line = self.process, None, None
        if process is not None:
            Thread(target=_end, args=(process,), daemon=True).start()

    def kill(self) -> None:
        """End the process at once; what it is at is lost."""
        if self.process is not None:
            self.process.kill()

    def close(self) -> None:
        """End the process, whatever it is at, and wait for that."""
        with self._changing:
            self._closed = True
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
