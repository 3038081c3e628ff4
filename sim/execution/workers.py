"""Blocks of runs, computed by whatever computes: threads of this machine, other processes, a cluster."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, TypeVar

from sim.results.storage.manifest import Span

from .resources import cores

T = TypeVar("T")

ATTEMPTS = 3
"""How often a block is tried whose worker dies."""


class LostWorkersError(Exception):
    """Workers died over and over on the same block; the message says which."""


def computed(
    work: Callable[[int, int], T], spans: Iterable[Span], executor: Executor | None = None, in_order: bool = False
) -> Iterator[tuple[Span, T]]:
    """Compute blocks anywhere, and yield each as it is finished.

    No more are begun than can be taken in soon, so memory stays flat however slow the caller is. What is not begun is
    dropped if the caller stops.

    Parameters
    ----------
    work : callable
        Computes the runs from a first one to one before the last; it is sent to where it runs.
    spans : iterable of (first, last)
    executor : concurrent.futures.Executor, optional
        Where to compute; left out, threads on all cores. A worker that dies loses nothing but time: what it had is
        tried again, on threads of this machine if the executor is broken for good.
    in_order : bool
        Whether to yield blocks in the order of `spans`.

    Raises
    ------
    LostWorkersError
        A block's worker has died for the third time.
    """
    todo = deque(spans)
    order = deque(todo if in_order else ())
    early: dict[Span, T] = {}
    with _Workers(work, executor) as workers:
        while todo or workers.busy or early:
            while todo and len(workers.busy) + len(early) < workers.room():
                workers.begin(todo.popleft())
            for span, result in workers.finished():
                if not in_order:
                    yield span, result
                    continue
                early[span] = result
                while order and order[0] in early:
                    yield order[0], early.pop(order.popleft())


class _Workers(Generic[T]):
    """Those who compute, and the blocks that they are at."""

    def __init__(self, work: Callable[[int, int], T], executor: Executor | None) -> None:
        self._work = work
        self._given = executor
        self._own: ThreadPoolExecutor | None = None
        self._attempts: Counter[Span] = Counter()
        self.busy: dict[Future[T], Span] = {}

    def __enter__(self) -> "_Workers[T]":
        return self

    def __exit__(self, *error: object) -> None:
        for future in self.busy:
            future.cancel()
        if self._own is not None:
            self._own.shutdown(cancel_futures=True)

    def room(self) -> int:
        """How many blocks to have under way: one at hand for each worker beside the one it is at."""
        return max(2, 2 * (cores() if self._given is None else n_workers(self._given)))

    def begin(self, span: Span) -> None:
        """Have a block computed."""
        self._attempts[span] += 1
        if self._given is not None:
            try:
                self.busy[self._given.submit(_cut(self._work, span), *span)] = span
                return
            except BrokenExecutor as error:
                # No warning: where those are errors, it would end what it tells that it goes on.
                logging.getLogger("sim").warning(
                    "The executor is broken (%s); continuing with threads on this machine.",
                    str(error) or type(error).__name__,
                )
                self._given = None
        if self._own is None:
            self._own = ThreadPoolExecutor(cores())  # kernels run without the interpreter's lock
        self.busy[self._own.submit(self._work, *span)] = span

    def finished(self) -> Iterator[tuple[Span, T]]:
        """Wait for some block, and yield what is finished by then; what died with its worker is begun anew."""
        ended, _ = wait(self.busy, return_when=FIRST_COMPLETED)
        while ended:
            future = ended.pop()
            span = self.busy.pop(future)
            try:
                result = future.result()
            except Exception as error:
                if not _is_lost(error):
                    raise
                self._again(span, error)
            else:
                del future  # or it would keep the block in memory while the caller works on it
                yield span, result

    def _again(self, span: Span, error: Exception) -> None:
        first, last = span
        if self._attempts[span] >= ATTEMPTS:
            raise LostWorkersError(
                f"runs {first} to {last - 1} have lost their worker {ATTEMPTS} times; do workers have enough memory? "
                f"({error or type(error).__name__})"
            ) from error
        self.begin(span)


def _cut(work: Callable[[int, int], T], span: Span) -> Callable[[int, int], T]:
    """As much of the work as a block needs, where it can be cut: a large design need not be sent with every block."""
    cut: Callable[[int, int], T] = work.part(*span) if hasattr(work, "part") else work
    return cut


def pool(executor: Executor | None) -> AbstractContextManager[Executor]:
    """What computes, for as long as it is used: the caller's executor, which stays his, or threads on all cores."""
    return ThreadPoolExecutor(cores()) if executor is None else nullcontext(executor)


def n_workers(executor: Executor) -> int:
    """How many blocks an executor computes at a time, as far as it tells."""
    if (client := getattr(executor, "_client", None)) is not None:  # Dask's, whose workers come and go
        return max(int(sum(client.nthreads().values())), 1)
    return int(getattr(executor, "_max_workers", 0)) or cores()


def _is_lost(error: Exception) -> bool:
    """Whether a block failed because its worker died, and not by an error of its own."""
    by_name = {type_.__name__ for type_ in type(error).__mro__}  # Dask's errors, without importing Dask
    return isinstance(error, BrokenExecutor | CancelledError) or "KilledWorker" in by_name
