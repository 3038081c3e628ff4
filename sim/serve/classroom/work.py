"""Work: what is asked of sessions, in threads, so that the lines of everybody else go on.

At a table one thing is done at a time. Orders come first, then turns, then what seats are given to see; what takes
seconds, such as opening a file, comes last, one at a time. So an order waits for what is under way at its own table at
most.
"""

import asyncio
from bisect import insort
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Kind(IntEnum):
    """What is asked for, the most urgent first."""

    ORDER = 0
    TURN = 1
    MORNING = 2
    LONG = 3


AT_ONCE = {Kind.ORDER: 3, Kind.TURN: 2, Kind.MORNING: 1, Kind.LONG: 1}
"""How many of a kind run at the same time: a thread is always left for orders."""


@dataclass(order=True)
class _Job:
    kind: Kind
    number: int
    table: Hashable = field(compare=False)
    do: Callable[[], Any] = field(compare=False)
    answer: "asyncio.Future[Any]" = field(compare=False)


class Work:
    """A few threads, and what waits for them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max(AT_ONCE.values()) + 2, "table")
        self._waiting: list[_Job] = []
        self._running: dict[int, _Job] = {}
        self._busy: set[Hashable] = set()
        self._number = 0

    async def do(self, table: Hashable, kind: Kind, do: Callable[[], T]) -> T:
        """Have something done at a table, and wait for it."""
        self._number += 1
        job = _Job(kind, self._number, table, do, asyncio.get_running_loop().create_future())
        insort(self._waiting, job)
        self._start()
        found: T = await job.answer
        return found

    def is_busy(self, table: Hashable) -> bool:
        """Whether something is under way at a table, or waits."""
        return table in self._busy or any(job.table == table for job in self._waiting)

    def close(self) -> None:
        """Finish what is under way, and drop the rest."""
        for job in self._waiting:
            job.answer.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        """Start whatever may start now."""
        kept: list[_Job] = []
        for job in self._waiting:
            if job.answer.cancelled():
                continue
            running = sum(each.kind == job.kind for each in self._running.values())
            if job.table in self._busy or running >= AT_ONCE[job.kind]:
                kept.append(job)
            else:
                self._run(job)
        self._waiting = kept

    def _run(self, job: _Job) -> None:
        self._busy.add(job.table)
        self._running[job.number] = job
        future = asyncio.get_running_loop().run_in_executor(self._pool, job.do)
        future.add_done_callback(lambda found: self._done(job, found))

    def _done(self, job: _Job, found: "asyncio.Future[Any]") -> None:
        self._busy.discard(job.table)
        del self._running[job.number]
        error = None if found.cancelled() else found.exception()
        if not job.answer.done():
            if found.cancelled():
                job.answer.cancel()
            elif error is not None:
                job.answer.set_exception(error)
            else:
                job.answer.set_result(found.result())
        self._start()
