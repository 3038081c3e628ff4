"""What is refused is logged: a line each, and not more lines than somebody reads."""

import logging

from .limits import Buckets

logger = logging.getLogger("sim.serve")


class Log:
    """Lines about senders; where one does the same too often, some are left out and counted."""

    def __init__(self, at_once: float = 20, a_second: float = 0.5) -> None:
        self._buckets = Buckets(at_once, a_second)
        self._left_out = 0

    def warn(self, sender: str, text: str, kind: str = "") -> None:
        """Log a line about a sender, whose address stays out of it; a flood of one kind hides no other."""
        if not self._buckets.take(f"{sender} {kind}"):
            self._left_out += 1
            return
        more, self._left_out = self._left_out, 0
        logger.warning("%s%s", text, f" ({more} more such lines left out)" if more else "")


LOG = Log()
"""Of the process: there is one log."""


def spoken(text: str) -> str:
    """A text of a client's as a log may hold it: one line, short, nothing that a terminal obeys."""
    return ascii(text[:80])
