"""A process that computes for the server: one job after another, until it is told to end or the server is gone."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from .messages import Refused
from .moves import Stop

DONE, STOPPED, REFUSED, FAILED = "done", "stopped", "refused", "failed"
NICE = 15
"""How far a process that answers slow questions steps back behind those that follow a hand."""
STATM = Path("/proc/self/statm")
MOST_MEMORY = 1.5e9
"""Bytes that a process may have; then another, that has kept nothing, takes its place."""


def work(line: Connection, nice: bool = False) -> None:
    """Do jobs as they come over a line: (number, function, arguments), or ("stop", number).

    A thread of its own listens, so that a job under way can be stopped, and a server that dies takes this process with
    it, whatever it is at.
    """
    for each in (signal.SIGINT, signal.SIGTERM):  # these are for the server, which ends its workers
        signal.signal(each, signal.SIG_IGN)
    if nice and hasattr(os, "nice"):
        os.nice(NICE)
    jobs: SimpleQueue[tuple[int, Callable[..., Any], tuple[Any, ...]]] = SimpleQueue()
    stopped: set[int] = set()
    Thread(target=_listen, args=(line, jobs, stopped), daemon=True).start()
    while True:
        number, function, arguments = jobs.get()
        try:
            if number in stopped:
                raise Stop
            answer = DONE, function(lambda number=number: number in stopped, *arguments)
        except Stop:
            answer = STOPPED, None
        except Refused as refused:
            answer = REFUSED, refused.reasons
        except Exception as error:
            answer = FAILED, _told(error)
        stopped.discard(number)
        ends = _memory() > MOST_MEMORY
        line.send((*answer, ends))
        if ends:  # the server knows, and has another take its place
            os._exit(0)


def _listen(line: Connection, jobs: SimpleQueue[Any], stopped: set[int]) -> None:
    while True:
        try:
            message = line.recv()
        except (EOFError, OSError):
            os._exit(0)  # the server is gone, and nobody wants what is computed here
        if message[0] == "end":
            os._exit(0)
        if message[0] == "stop":
            stopped.add(message[1])
        else:
            jobs.put(message)


def _memory() -> float:
    """Bytes that this process has now, or where the system does not say, that it had at most."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _told(error: Exception) -> tuple[str, str]:
    """An error in words, and for the log where it was raised."""
    return f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error))
