"""The clock of a world: when its turn ends, kept here and not in any browser."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Any

LEAST_LEFT = 20.0
"""Seconds that are left at least when a server has been started again."""
LONG_GONE = 600.0
"""Seconds after its end from which on a clock that was not seen to end stands still: nobody is there any more."""


@dataclass
class Clock:
    """Seconds that a turn has: running towards an end, stopped with some left, or neither where a turn has no end."""

    seconds: int | None
    now: Callable[[], float] = time
    ends: float | None = None
    """When the turn ends, in seconds since 1970; None of a clock that stands."""
    stopped_with: float | None = None

    @property
    def left(self) -> float | None:
        """Seconds left; None where a turn has no end."""
        if self.ends is not None:
            return max(self.ends - self.now(), 0.0)
        return self.stopped_with

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
        return {"ends": self.ends, "stopped_with": self.stopped_with}

    def found_again(self, ends: float | None, stopped_with: float | None) -> None:
        """Go on after the server was gone: with some seconds at least, and not if it was gone for long."""
        self.ends, self.stopped_with = ends, stopped_with
        if ends is not None:
            gone = self.now() - ends
            self.ends = max(ends, self.now() + LEAST_LEFT)
            if gone > LONG_GONE:
                self.stop()
