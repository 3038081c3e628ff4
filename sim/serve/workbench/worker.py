"""A process that computes for the server: one job after another, until it is told to end or the server is gone."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

from .messages import Refused
from .moves import Stop

DONE, STOPPED, REFUSED, FAILED = "done", "stopped", "refused", "failed"
NICE = 15
"""How far a process that answers slow questions steps back behind those that follow a hand."""


MOST_MEMORY = 1.5e9
"""Bytes that a process may have taken at most; then another, that has kept nothing, takes its place."""


def work(line: Connection, nice: bool = False) -> None:
    """Do jobs as they come over a line: (number, function, arguments), or ("stop", number).

    A thread of its own listens, so that a job under way can be stopped, and a server that dies takes this process with
    it, whatever it is at.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which ends its workers
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
            answer = DONE, number, function(lambda number=number: number in stopped, *arguments)
        except Stop:
            answer = STOPPED, number, None
        except Refused as refused:
            answer = REFUSED, number, refused.reasons
        except Exception as error:
            answer = FAILED, number, _told(error)
        stopped.discard(number)
        line.send(answer)
        if _grown():
            os._exit(0)  # another takes its place


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


def _grown() -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > MOST_MEMORY


def _told(error: Exception) -> tuple[str, str]:
    """An error in words, and for the log where it was raised."""
    return f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error))
