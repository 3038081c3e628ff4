"""What a player at a terminal needs of it: lines to write and read, and no interruption while something is kept."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sim.text import NARROWEST, printable


class Screen(Protocol):
    """Where a person reads and types."""

    @property
    def width(self) -> int:
        """Columns of a page."""

    @property
    def somebody_sits_there(self) -> bool:
        """Whether lines are typed by a person, rather than read from a file or another program."""

    def say(self, text: str = "") -> None:
        """Write a text of one or more lines."""

    def ask(self, prompt: str) -> str:
        """Wait for a line.

        Raises
        ------
        EOFError
            No more lines will come.
        KeyboardInterrupt
            Ctrl-C was pressed.
        """

    def clear(self) -> None:
        """Take away what another player may not read."""


class Plain:
    """Standard input and output as they are, for whoever plays from Python."""

    width = NARROWEST
    somebody_sits_there = True

    def say(self, text: str = "") -> None:
        """Write a text."""
        print(printable(text))

    def ask(self, prompt: str) -> str:
        """Wait for a line."""
        return input(prompt)

    def clear(self) -> None:
        """Leave so much room that nothing of before is seen."""
        print("\n" * 60)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Finish what is being kept before Ctrl-C takes effect: a day stands in the file, or was not lived."""
    pressed: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    except ValueError:  # not in the main thread, where nobody presses anything
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
