"""A table of events as its file holds it: its letters, its separator and its columns found, its rows one by one."""

import codecs
import csv
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from sim.text import did_you_mean
from sim.theatre.files.errors import Place, ScenarioError, fault, shown
from sim.theatre.language.map_file import TableForm

_CHUNK = 1 << 20
_SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|"}
_USUAL = "cp1252"
"""Of files that are not UTF-8."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Row(NamedTuple):
    """One row of a table."""

    first: int
    """The line on which it begins, from 1."""
    last: int
    """The line on which it ends; another one where a cell holds ends of lines."""
    cells: list[str]

    @property
    def lines(self) -> str:
        """The line or lines that it takes up."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True)
class Table:
    """A file of rows, which are read anew by each `rows()` and never held together."""

    path: Path
    encoding: str
    separator: str
    quotes: bool
    header: tuple[str, ...]
    named: bool
    """Whether its first line names the columns."""
    guessed: bool
    """Whether the encoding is what is most usual where a file is not UTF-8."""

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the file, empty lines left out.

        Raises
        ------
        ScenarioError
            A cell has no end.
        """
        with _opened(self.path, self.encoding) as file:
            begins = not self.named
            last = 0
            reader = _reader(file, self.separator, self.quotes)
            try:
                for cells in reader:
                    first, last = last + 1, reader.line_num
                    if cells and begins:
                        yield Row(first, last, cells)
                    begins = begins or bool(cells)
            except csv.Error:
                told = f"a cell of more than {csv.field_size_limit():,} letters begins here"
                hint = "is a quotation mark left open? if cells never stand in quotes, write 'quotes: false' in the map"
                raise ScenarioError([fault(Place(str(self.path), last + 1, 1), told, hint)]) from None

    def place(self, name: str) -> int | None:
        """Where a column stands, from 0; None if there is none. Capitals matter only between columns alike."""
        if name in self.header:
            return self.header.index(name)
        folded = [column.casefold() for column in self.header]
        return folded.index(name.casefold()) if name.casefold() in folded else None

    def lacking(self, name: str) -> tuple[str, str]:
        """Say that there is no such column, and which there are."""
        close = did_you_mean(name, self.header).removeprefix("; ")
        columns = f"its columns are {', '.join(self.header)}"
        return f"{shown(self.path)} has no column '{name}'", f"{close} {columns}" if close else columns


def open_table(path: Path, form: TableForm) -> Table:
    """Look at a file as far as is needed to read its rows.

    Raises
    ------
    ScenarioError
        There is no such file, it is empty, or it is no text.
    """
    encoding = _encoding(path, form.encoding)
    guessed = encoding == _USUAL and form.encoding is None
    with _opened(path, encoding) as file:
        first = next((line for line in file if line.strip()), "")
    separator = _SEPARATORS[form.separator] if form.separator else _most_of(first)
    if form.header:
        return Table(path, encoding, separator, form.quotes, form.header, False, guessed)
    with _opened(path, encoding) as file:
        names: list[str] = next((cells for cells in _reader(file, separator, form.quotes) if cells), [])
    return Table(path, encoding, separator, form.quotes, tuple(name.strip() for name in names), True, guessed)


def _reader(file: IO[str], separator: str, quotes: bool) -> Any:
    """Rows of a file; `line_num` is the line on which the last one ended."""
    return csv.reader(file, delimiter=separator, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE)


def _most_of(line: str) -> str:
    """The separator that a line has most of; of none, the comma."""
    return max(_SEPARATORS.values(), key=line.count)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield file


def _encoding(path: Path, wanted: str | None) -> str:
    """How the letters of a file are written, found by reading all of it, piece by piece."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _unusable(path, f"'{path.name or path}' is not a file", "name a table of events, such as a .csv file")
        if not status.st_size:
            raise _unusable(path, "the file is empty", "a table has a line of names and lines of events")
        with path.open("rb") as file:
            begun = file.read(4)
    except FileNotFoundError:
        raise _unusable(path, f"there is no file '{shown(path)}'", _beside(path)) from None
    except OSError as error:
        raise _unusable(path, f"cannot read this ({error.strerror or error}): '{shown(path)}'", None) from None
    marked = next((encoding for mark, encoding in _MARKS.items() if begun.startswith(mark)), None)
    tried = [wanted] if wanted else [marked] if marked else ["utf-8", _USUAL]
    stops = [_stop(path, encoding) for encoding in tried]
    fitting = next((encoding for encoding, stop in zip(tried, stops, strict=True) if stop is None), None)
    if fitting is not None:
        return fitting
    line, told = stops[0] or (1, "not a text file")
    raise ScenarioError([fault(Place(str(path), line, 1), told, "write 'encoding' in the map if it is another")])


def _stop(path: Path, encoding: str) -> tuple[int, str] | None:
    """The line that an encoding does not know, and why; None if it knows all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(_CHUNK)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                told = f"not {encoding} text: byte 0x{error.object[error.start]:02x}"
                return line + error.object[: error.start].count(b"\n"), told
            except UnicodeError as error:  # of the whole: UTF-16 without a mark of its order
                return line, f"not {encoding} text: {error}"
            if "\0" in text:
                return line + text[: text.index("\0")].count("\n"), "not a text file: it holds the byte 0x00"
            if not piece:
                return None
            line += text.count("\n")


def _unusable(path: Path, told: str, hint: str | None) -> ScenarioError:
    return ScenarioError([fault(Place(str(path), 1, 1), told, hint)])


def _beside(path: Path) -> str | None:
    """Suggest the file beside a missing one that has nearly its name."""
    try:
        names: Sequence[str] = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except OSError:
        return None
    return did_you_mean(path.name, names).removeprefix("; ") or None
