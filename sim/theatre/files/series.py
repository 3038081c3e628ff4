"""Series of a record, read from CSV files into trees in which every value remembers its line and column."""

import re
from collections.abc import Iterator
from datetime import date
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from sim.text import counted

from .errors import Fault, Place, ScenarioError, fault
from .locate import referenced, shipped
from .yaml_tree import Key, Node, read_text

_CELL = re.compile(r'(?:^|,)((?:[^,"]|"[^"]*"?)*)')
"""What is between commas, save those in quotes; a quotation mark within quotes is doubled, and so opens them again."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = "write a decimal point, and no commas between thousands"


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
            if len(row) != len(header):
                raise _OddError(row[0].at, f"found {counted(len(row), 'cell')}, the header has {len(header)}", _PLAIN)
            day, value = _read(row)
            if last is not None and day <= last[0]:
                said = f"is already on line {last[1]}" if day == last[0] else f"comes after {last[0]}"
                raise _OddError(row[0].at, f"{day} {said}", "dates must rise, and each may stand once")
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
        cells = list[Cell]()
        for found in _CELL.finditer(line):
            text = found[1].strip()
            column = found.start(1) + len(found[1]) - len(found[1].lstrip()) + 1
            quoted = len(text) > 1 and text[0] == text[-1] == '"'
            cells.append(Cell(text[1:-1] if quoted else text, Place(file, number, column)))
        yield cells


class _OddError(Exception):
    """A cell that cannot be read: its place, what is wrong, and what to do."""


def _read(row: list[Cell]) -> tuple[date, float]:
    try:
        day = date.fromisoformat(row[0].text if _DAY.fullmatch(row[0].text) else "")
    except ValueError:
        raise _OddError(row[0].at, f"'{row[0].text}' is not a date", "dates are written 2019-05-31") from None
    if not row[1].text:
        raise _OddError(row[0].at, f"{day} has no value", "leave out days without one")
    try:
        value = float(row[1].text.replace("_", "?"))  # which Python allows between digits
    except ValueError:
        raise _OddError(row[1].at, f"'{row[1].text}' is not a number", _PLAIN) from None
    if not isfinite(value):
        raise _OddError(row[1].at, f"expected a finite number, found {row[1].text}")
    return day, value
