"""Standard output and error as they are found: in any encoding, closed, full, or with nobody who reads on.

What a verb has done stays done when its answer cannot be written. The failure is kept until the verb has ended, and is
then a sentence and an exit code; a reader who has read enough is none.
"""

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_NEAREST = {
    "\N{MIDDLE DOT}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{NO-BREAK SPACE}": " ",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{UPWARDS ARROW}": "^",
    "\N{DOWNWARDS ARROW}": "v",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{LEFTWARDS ARROW}": "<-",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{GREEK SMALL LETTER MU}": "mu",
    "\N{GREEK SMALL LETTER SIGMA}": "sigma",
    "\N{GREEK SMALL LETTER LAMDA}": "lambda",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{REPLACEMENT CHARACTER}": "?",
}
"""What stands for our own signs where an encoding has none; letters of others are written as escapes."""


def nearest(error: UnicodeError) -> tuple[str, int]:
    """Say in ASCII what an encoding has no sign for: an error handler of codecs."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    told = (_NEAREST.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in missing)
    return "".join(told), error.end


NEAREST = "sim.nearest"
codecs.register_error(NEAREST, nearest)


class _Raw(io.FileIO):
    """A file that keeps its first failure instead of raising it."""

    failure: OSError | None = None

    def write(self, content: object, /) -> int:
        try:
            return super().write(content)  # type: ignore[arg-type]
        except OSError as error:
            self.failure = self.failure or error
            return memoryview(content).nbytes  # type: ignore[arg-type]


@contextmanager
def speaking() -> Iterator[None]:
    """Let whatever is run within write any text; at the end, say what could not be written.

    Raises
    ------
    SystemExit
        With code 1 if the answer was lost and nothing worse had happened.
    """
    out, err = _opened(1, sys.stdout), _opened(2, sys.stderr)
    code: object = 0
    try:
        yield
    except SystemExit as ended:
        code = ended.code
    lost = _failure(out)
    if lost is not None:
        print(f"cannot write the answer to standard output: {lost}", file=sys.stderr)
        code = code or 1
    _failure(err)
    raise SystemExit(code)


def _opened(number: int, found: TextIO | None) -> _Raw | None:
    """Put a stream that never fails in the place of one that may; None where it is a terminal, or no file."""
    if found is None:
        raw = _in_place_of_a_closed(number)
        encoding, line_buffering = "utf-8", False
    elif isinstance(found, io.TextIOWrapper):
        found.reconfigure(errors=NEAREST)
        if found.isatty() or not isinstance(getattr(found.buffer, "raw", found.buffer), io.FileIO):
            return None
        found.flush()
        raw, encoding, line_buffering = _Raw(number, "w", closefd=False), found.encoding, found.line_buffering
    else:
        return None
    text = io.TextIOWrapper(io.BufferedWriter(raw), encoding, NEAREST, line_buffering=line_buffering)
    setattr(sys, {1: "stdout", 2: "stderr"}[number], text)
    return raw


def _in_place_of_a_closed(number: int) -> _Raw:
    """Hold the number of a closed stream, which the next file to be opened would get, and all notes with it."""
    while (taken := os.open(os.devnull, os.O_WRONLY)) < number:
        pass
    if taken != number:
        os.close(taken)
    raw = _Raw(number, "w", closefd=False)
    if number == 1:
        raw.failure = OSError(errno.EBADF, "it is closed")
    return raw


def _failure(raw: _Raw | None) -> str | None:
    """Why something could not be written, unless it was that nobody reads on."""
    if raw is None:
        return None
    stream = sys.stdout if raw.fileno() == 1 else sys.stderr
    stream.flush()
    failed = raw.failure
    return None if failed is None or failed.errno == errno.EPIPE else failed.strerror
