"""What single rows of a table say: when, who to whom, what, where, and how many died."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from sim.theatre.files.errors import Fault, Place, ScenarioError, fault
from sim.theatre.files.yaml_tree import Node
from sim.theatre.language.map_file import Columns, Direction, TableForm

from .dates import Precision, day_of, period
from .meaning import NOBODY, Patterns
from .table import Table

JOIN = " > "
"""Between the cells of several columns that are read as one."""
_COUNT = re.compile(r"(\d{1,7})(?:\.0*)?")
_MOST_DEATHS = 1_000_000

Cell = Callable[[Sequence[str]], str]


class When(NamedTuple):
    """Between which days a row has it."""

    first: date
    last: date
    swapped: bool
    """Whether the table has the end before the beginning."""


class Sides(NamedTuple):
    """Between whom a row has it, by the table's names."""

    actor: str
    target: str
    directed: bool
    """Whether it is known that the first did it to the second."""


class Deaths(NamedTuple):
    """How many died by a row."""

    span: tuple[int, int] | None
    """Fewest and most; None where it does not say."""
    lethal: bool | None
    """Whether somebody died, by the number the source thinks likeliest."""
    unread: str | None = None
    """What is no number of deaths."""


class Reader:
    """Reads the cells that matter of each row of a table.

    Raises
    ------
    ScenarioError
        A column is not in the table, or not named at all.
    """

    def __init__(self, table: Table, form: TableForm, only: dict[str, tuple[str, ...]], tree: Node) -> None:
        _refuse_unnamed(form.columns, tree)
        self._table, self._form, self._missing = table, form, {"", *(cell.casefold() for cell in form.missing)}
        self._faults: list[Fault] = []
        self._tree = tree
        columns = form.columns
        self.date, self.until, self.precision, self.id, self.story = (
            self._cell(key, getattr(columns, key)) for key in ("date", "until", "precision", "id", "story")
        )
        self._actor, self._target, self.type, self.place = (
            self._cell(key, getattr(columns, key)) for key in ("actor", "target", "type", "place")
        )
        counts = {key: getattr(columns, key) for key in ("deaths", "deaths_low", "deaths_high")}
        self._likeliest = columns.deaths is not None
        self._deaths = [self._cell(key, name) for key, name in counts.items() if name is not None]
        way = form.direction if isinstance(form.direction, Direction) else None
        self._direction = self._cell("column", way.column, ("direction",)) if way else None
        self._unknown, self._reversed = (Patterns(cells or ()) for cells in (way and way.unknown, way and way.reversed))
        self._only = [(self._cell(name, name, ("only",)), Patterns(cells)) for name, cells in only.items()]
        if self._faults:
            raise ScenarioError(self._faults)

    def _cell(self, key: str, named: str | tuple[str, ...] | None, under: tuple[str, ...] = ("columns",)) -> Cell:
        """What reads a column, or several as one; of one that is not named, nothing."""
        names = (named,) if isinstance(named, str) else named or ()
        places = [self._at(name, key, under) for name in names]
        missing = self._missing

        def one(cells: Sequence[str]) -> str:
            text = cells[places[0]].strip()
            return "" if text.casefold() in missing else text

        def joined(cells: Sequence[str]) -> str:
            texts = [cells[place].strip() for place in places]
            while texts and texts[-1].casefold() in missing:
                texts.pop()
            return JOIN.join("-" if text.casefold() in missing else text for text in texts)

        return one if len(places) == 1 else joined if places else _nothing

    def _at(self, name: str, key: str, under: tuple[str, ...]) -> int:
        place = self._table.place(name)
        if place is None:
            told, hint = self._table.lacking(name)
            written, at = _written(self._tree, (*under, key))
            if not written:
                told += f", where the preset looks for '{key}'"
                at = Place(str(self._table.path), 1, 1)
            self._faults.append(fault(at, told, hint))
        return place or 0

    def wanted(self, cells: Sequence[str]) -> bool:
        """Whether the filters of the map let a row through."""
        return all(patterns.fit(cell(cells)) for cell, patterns in self._only)

    def sides(self, cells: Sequence[str]) -> Sides:
        """Who did it to whom, by the table's names."""
        names = self._actor(cells), self._target(cells)
        if self._direction is None:
            return Sides(*names, self._form.direction == "known")
        way = self._direction(cells)
        return Sides(*(names[::-1] if self._reversed.fit(way) else names), not self._unknown.fit(way))

    def when(self, cells: Sequence[str]) -> When | str:
        """The days within which it happened; what cannot be read, if there are none."""
        told = [text for cell in (self.date, self.until) if (text := cell(cells))]
        if not self.date(cells):
            return NOBODY
        days: list[date] = []
        for text in told:
            day = day_of(text, self._form.date_format)
            if day is None:
                return text
            days.append(day)
        code = self.precision(cells)
        precision: Precision | None = self._form.precision.get(code) if code else "day"
        if precision is None:
            return f"precision {code}"
        found = period(min(days), max(days), precision)
        return told[0] if found is None else When(*found, swapped=days[-1] < days[0])

    def deaths(self, cells: Sequence[str]) -> Deaths:
        """How many died."""
        texts = [cell(cells) for cell in self._deaths]
        counts = [_count(text) for text in texts]
        unread = next((text for text, count in zip(texts, counts, strict=True) if text and count is None), None)
        said = [count for count in counts if count is not None]
        if not said:
            return Deaths(None, None, unread)
        likeliest = said[0] if self._likeliest and counts[0] is not None else min(said)
        return Deaths((min(said), max(said)), likeliest > 0, unread)


def _nothing(cells: Sequence[str]) -> str:
    """What a column holds that the table has not."""
    return ""


def _count(text: str) -> int | None:
    found = _COUNT.fullmatch(text)
    return int(found[1]) if found and int(found[1]) <= _MOST_DEATHS else None


def _refuse_unnamed(columns: Columns, tree: Node) -> None:
    """Refuse a map by which nobody knows when who did what."""
    lacking = [key for key in ("date", "actor", "type") if getattr(columns, key) is None]
    if lacking:
        _, at = _written(tree, ("columns",))
        hint = "name the column; or give a preset that knows the columns: acled, gdelt, icews, polecat, ucdp_ged"
        raise ScenarioError([fault(at, f"'columns' names no column for '{key}'", hint) for key in lacking])


def _written(tree: Node, path: tuple[str, ...]) -> tuple[bool, Place]:
    """Whether the map file itself writes what stands at a path, and where, or where its part begins."""
    node = tree
    for at, key in enumerate(path):
        found = node.get(key)
        if found is None:
            return False, node.key
        if at == len(path) - 1:
            return True, found.key if path[0] == "only" else found.at
        node = found
    return True, node.at
