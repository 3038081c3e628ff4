"""Guesses: wrong codes, and when somebody has made too many of them.

Codes are short, so they could be tried one by one. Secrets have 192 bits: a wrong one is logged, and is no guess.
"""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from sim.serve.guard.limits import MOST_SENDERS, Buckets

if TYPE_CHECKING:
    from .room import Room

AT_ONCE, A_SECOND = 60, 1.0
"""A class at one address may mistype its code; whoever tries codes one by one would need months."""
SHUT = 10.0
"""Seconds for which whoever has guessed too often is told of no room, whether there is one or not."""


class Guesses:
    """Wrong guesses by who made them."""

    def __init__(
        self, at_once: float = AT_ONCE, a_second: float = A_SECOND, clock: Callable[[], float] = monotonic
    ) -> None:
        self._wrong, self._clock = Buckets(at_once, a_second, clock), clock
        self._until: dict[str, float] = {}

    def wrong(self, sender: str) -> None:
        """Count a wrong guess."""
        if not self._wrong.take(sender):
            self._until.pop(sender, None)
            self._until[sender] = self._clock() + SHUT
            if len(self._until) > MOST_SENDERS:
                del self._until[next(iter(self._until))]

    def too_many(self, sender: str) -> bool:
        """Whether somebody has guessed too often of late."""
        return self._until.get(sender, 0.0) > self._clock()

    def may_know(self, room: "Room", sender: str) -> bool:
        """Whether somebody may be told that there is a room.

        Whoever is in a room already, at the same address, has said its code aloud: nobody of a class is kept out of it
        by somebody beside them who tries others.
        """
        return not self.too_many(sender) or any(
            each.client == sender and (each.person is not None or not each.is_stranger) for each in room.visitors
        )
