"""How much one sender may send: buckets that fill with time, and are emptied by what comes."""

from collections.abc import Callable
from functools import partial
from time import monotonic

MOST_BYTES = 256 * 1024
"""Of a request's body."""
MOST_BYTES_OF_A_FRAME = 64 * 1024
MOST_BYTES_HELD = 8 * 1024 * 1024
"""For a line whose browser does not read."""
MOST_SENDERS = 4096
MOST_CONNECTIONS = 1000
MOST_OF_ONE_SENDER = 300
"""Connections at once: a class behind one address of a school's network has this many."""
SECONDS_TO_ASK = 20.0
"""From a connection to its first request, and from the first byte of a request to its last."""
SECONDS_TO_READ = 30.0
"""For which nothing of an answer may be read."""


class Bucket:
    """So many things at once, and so many a second after that."""

    def __init__(self, at_once: float, a_second: float, clock: Callable[[], float] = monotonic) -> None:
        self.at_once, self.a_second, self._clock = at_once, a_second, clock
        self.left, self.seen = float(at_once), clock()

    def take(self) -> bool:
        """Take one; False if there is none left."""
        now = self._clock()
        self.left = min(self.at_once, self.left + (now - self.seen) * self.a_second)
        self.seen = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


class Buckets:
    """A bucket for each sender; of many senders, those seen last."""

    def __init__(self, at_once: float, a_second: float, clock: Callable[[], float] = monotonic) -> None:
        self._new = partial(Bucket, at_once, a_second, clock)
        self._of: dict[str, Bucket] = {}

    def take(self, sender: str) -> bool:
        """Take one from a sender's bucket; False if there is none left."""
        bucket = self._of.pop(sender, None) or self._new()
        self._of[sender] = bucket  # seen last
        if len(self._of) > MOST_SENDERS:
            del self._of[next(iter(self._of))]
        return bucket.take()
