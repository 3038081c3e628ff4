"""What is wrong in a file, and where: every fault at its place, all of them in one exception."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_LONGEST = 400


class Place(NamedTuple):
    """Where something is written. Lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file."""

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None
    """What is allowed, or what to do."""

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{said}\n    {self.hint}" if self.hint else said


class ScenarioError(Exception):
    """Files that cannot be run, with every fault found in them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(
            sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.column, fault.message))
        )
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def fault(place: Place, message: str, hint: str | None = None) -> Fault:
    """Return a fault at `place`, its file shown as `shown` does."""
    return Fault(shown(place.file), place.line, place.column, _short(message), _short(hint) if hint else None)


def _short(text: str) -> str:
    """One line of bearable length, whatever was quoted in it."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + " …"


def shown(file: str | Path) -> str:
    """Name a file for a reader: from the current folder if it lies below it, else as it was given."""
    try:
        return str(Path(file).absolute().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(file)
