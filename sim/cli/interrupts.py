"""Ctrl-C, from the first import to the interpreter's last act: one word and exit code 130, and never a traceback."""

import atexit
import os
import signal
from contextlib import suppress

INTERRUPTED = 130

_seen = False


def end_at_once() -> None:
    """Until a verb begins, have Ctrl-C end everything: nothing is written yet, and imports may not be broken off.

    What is imported may take a `KeyboardInterrupt` for an error of its own, or for none.
    """
    with suppress(ValueError):  # not in the main thread, where nobody presses anything
        signal.signal(signal.SIGINT, _end)


def raise_from_now_on() -> None:
    """Let Ctrl-C raise, so that what a verb has begun is put in order."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, _raise)


def ignore_from_now_on() -> None:
    """Let nothing disturb the end, at which all is done but for the interpreter's own affairs."""
    if signal.getsignal(signal.SIGINT) in (_end, _raise):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # the interpreter puts handlers back


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed, whatever became of the exception."""
    return _seen


def _end(*_: object) -> None:
    with suppress(OSError):
        os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)


def _raise(*_: object) -> None:
    global _seen
    _seen = True
    raise KeyboardInterrupt
