"""The clock of a world: when its turn ends, kept here and not in any browser.

It runs by seconds that only ever grow, so that a machine whose time is set anew ends no turn; the time of day is told
to browsers, and to the room's file for a server that is started again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, time
from typing import Any

LEAST_LEFT = 20.0
"""Seconds that are left at least when a server has been started again."""
LONG_GONE = 600.0
"""Seconds from which on that a server was gone for a clock stands still when it is back: nobody is there any more."""


@dataclass
class Clock:
    """Seconds that a turn has: running towards an end, stopped with some left, or neither where a turn has no end."""

    seconds: int | None
    now: Callable[[], float] = monotonic
    time: Callable[[], float] = time
    """The time of day, in seconds since 1970."""
    ends: float | None = None
    """When the turn ends, by `now`; None of a clock that stands."""
    stopped_with: float | None = None

    @property
    def left(self) -> float | None:
        """Seconds left; None where a turn has no end."""
        if self.ends is not None:
            return max(self.ends - self.now(), 0.0)
        return self.stopped_with

    @property
    def deadline(self) -> float | None:
        """When the turn ends, in seconds since 1970; None of a clock that stands."""
        return None if self.ends is None else round(self.time() + self.ends - self.now(), 2)

    def begin(self, running: bool = True) -> None:
        """A turn begins."""
        self.ends, self.stopped_with = None, None if self.seconds is None else float(self.seconds)
        if running:
            self.go_on()

    def stop(self) -> None:
        """Let it stand."""
        self.stopped_with, self.ends = self.left, None

    def go_on(self) -> None:
        """Let it run on with what is left."""
        if self.stopped_with is not None:
            self.ends, self.stopped_with = self.now() + self.stopped_with, None

    def extend(self, seconds: float) -> None:
        """Give more time; a turn without an end has one from now on."""
        if self.ends is not None:
            self.ends += seconds
        else:
            self.stopped_with = (self.stopped_with or 0.0) + seconds

    def clear(self) -> None:
        """Let it stand without an end."""
        self.ends = self.stopped_with = None

    def kept(self) -> dict[str, Any]:
        """What the room's file has of it."""
        return {"ends": self.deadline, "stopped_with": self.stopped_with, "left": self.left}

    def found_again(
        self, ends: float | None, stopped_with: float | None, left: float | None = None, gone: float = 0.0
    ) -> None:
        """Go on after the server was gone: without the time for which it was, and not if that was long.

        Parameters
        ----------
        left : float, optional
            Seconds that were left when it was written: there are never more, whatever the time of day says now.
        gone : float
            Seconds for which the server was gone, as far as is known: they are nobody's.
        """
        self.ends, self.stopped_with = None, stopped_with
        if ends is not None:
            still = ends - self.time() + gone
            most = left if left is not None else float(self.seconds or still)
            self.ends = self.now() + max(min(still, most), LEAST_LEFT)
            if max(gone, -still) > LONG_GONE:
                self.stop()
