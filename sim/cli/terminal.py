"""The terminal of somebody who plays: lines through the console, and lines that were typed."""

import sys

from .console import console


class Terminal:
    """A `sim.play.terminal.screen.Screen` of standard input and output."""

    @property
    def width(self) -> int:
        """Columns of a page."""
        return console.width if console.is_terminal else 80

    @property
    def somebody_sits_there(self) -> bool:
        """Whether lines are typed by a person."""
        return sys.stdin is not None and sys.stdin.isatty()

    def say(self, text: str = "") -> None:
        """Write a text, headings in bold where the terminal can."""
        for line in text.split("\n"):
            console.print(line, style="bold" if _is_heading(line) else None, highlight=False, soft_wrap=True)

    def ask(self, prompt: str) -> str:
        """Wait for a line; one that comes from a file or another program is shown as if it had been typed.

        Raises
        ------
        EOFError
            No more lines will come.
        """
        before, _, last = prompt.rpartition("\n")
        if before or prompt.startswith("\n"):
            self.say(before)
        if self.somebody_sits_there and console.is_terminal:
            _with_editing()
            return input(last)
        console.print(last, end="", highlight=False, soft_wrap=True)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            console.print()
            raise EOFError
        console.print(line.rstrip("\r\n"), highlight=False, soft_wrap=True)
        return line.rstrip("\r\n")

    def clear(self) -> None:
        """Take away what another player may not read; nothing on paper or in a pipe."""
        _forget_typed()
        if console.is_terminal:
            console.clear()
            print("\x1b[3J", end="", file=console.file, flush=True)  # what was scrolled away


def _is_heading(line: str) -> bool:
    """Whether a line is a title: its first words are in capitals."""
    first = line.split(":")[0].split(",")[0].strip()
    return len(first) > 3 and first.isupper()


def _forget_typed() -> None:
    """Let nobody bring back with the arrow keys what another player has typed."""
    if "readline" in sys.modules:
        import readline

        readline.clear_history()


def _with_editing() -> None:
    """Let arrow keys edit the line and bring back earlier ones, where the system can."""
    try:
        import readline  # noqa: F401  # it works by being imported
    except ImportError:
        return
