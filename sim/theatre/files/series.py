"""Series of a record, read from CSV files into trees in which every value remembers its line and column."""

from collections.abc import Iterator
from datetime import date
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from .errors import Fault, Place, ScenarioError, fault
from .locate import referenced, shipped
from .yaml_tree import Key, Node, read_text


class Cell(NamedTuple):
    """What stands between two commas, and where."""

    text: str
    at: Place


def with_series(history: Node, home: Path, faults: list[Fault]) -> Node:
    """Return a record in which each of its series holds what its file does.

    Parameters
    ----------
    history : Node
    home : path
        The folder of the first file; the record's files lie below it or are shipped.
    faults : list
        What is wrong in the files is added to it.
    """
    series = history.get("series")
    if series is None:
        return history
    filled = {name: _filled(entry, home, faults) for name, entry in series.entries().items()}
    return history.with_entry("series", Node(filled or series.content, series.at, series.key))


def _filled(entry: Node, home: Path, faults: list[Fault]) -> Node:
    if isinstance(entry.content, str):
        entry = Node({"file": Node(entry.content, entry.at, entry.key)}, entry.at, entry.key)
    if (written := entry.get("values")) is not None:
        faults.append(fault(written.key, "unknown key 'values'", "they stand in the CSV file that 'file' names"))
    named = entry.get("file")
    if named is None or not isinstance(named.content, str) or written is not None:
        return entry
    try:
        path = referenced(named, home)
        among_shipped = shipped() / named.content.strip()
        path = among_shipped if not path.exists() and among_shipped.is_file() else path
        values = _values(str(path), read_text(path, named.at), faults)
    except ScenarioError as error:
        faults.extend(error.faults)
        return entry
    return entry.with_entry("values", Node(values, entry.at, entry.key))


def _values(file: str, text: str, faults: list[Fault]) -> dict[Key, Node]:
    """The numbers of a file by their dates, as far as they can be read."""
    rows = _rows(file, text)
    header = next(rows, None)
    if header is None or len(header) < 2 or header[0].text.lower() != "date":
        at = header[0].at if header else Place(file, 1, 1)
        found = f"found '{','.join(cell.text for cell in header)}'" if header else "the file is empty"
        faults.append(fault(at, f"expected a header 'date,value', {found}", "the name of the second column is free"))
        return {}
    values: dict[Key, Node] = {}
    last: tuple[date, int] | None = None
    before = len(faults)
    for row in rows:
        try:
            day, value = _read(row)
            if last is not None and day <= last[0]:
                said = f"stands on line {last[1]} too" if day == last[0] else f"comes after {last[0]}"
                raise _OddError(row[0].at, f"{day} {said}", "dates go upwards, each once")
        except _OddError as odd:
            faults.append(fault(*odd.args))
            continue
        last = day, row[0].at.line
        values[day.isoformat()] = Node(value, row[1].at, row[0].at)
    if not values and len(faults) == before:
        faults.append(fault(header[0].at, "the file has no values below its header"))
    return values


def _rows(file: str, text: str) -> Iterator[list[Cell]]:
    """Each line that is neither empty nor a comment, cut at its commas."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells, column = list[Cell](), 1
        for part in line.split(","):
            indent = len(part) - len(part.lstrip())
            cells.append(Cell(part.strip().strip('"'), Place(file, number, column + indent)))
            column += len(part) + 1
        yield cells


class _OddError(Exception):
    """A cell that cannot be read: its place, what is wrong, and what to do."""


def _read(row: list[Cell]) -> tuple[date, float]:
    try:
        day = date.fromisoformat(row[0].text)
    except ValueError:
        raise _OddError(row[0].at, f"'{row[0].text}' is not a date", "dates are written 2019-05-31") from None
    if len(row) < 2 or not row[1].text:
        raise _OddError(row[0].at, f"{day} has no value", "leave out days without one")
    try:
        value = float(row[1].text)
    except ValueError:
        raise _OddError(row[1].at, f"'{row[1].text}' is not a number") from None
    if not isfinite(value):
        raise _OddError(row[1].at, f"expected a finite number, found {row[1].text}")
    return day, value
