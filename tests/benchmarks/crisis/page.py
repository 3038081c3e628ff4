"""Tables of figures: as a page, as data, and beside the same figures of another theatre."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from sim.text import finite_or_none, number, percent

Form = Literal["share", "number", "nats", "skill", "text"]


class Figure(NamedTuple):
    """A figure of the model or of the record, with its 95 % interval where it has one."""

    value: float | str | None
    low: float | None = None
    high: float | None = None
    form: Form = "number"

    def __str__(self) -> str:
        if self.value is None:
            return "none"
        if self.low is None or self.high is None:
            return self._told(self.value)
        return f"{self._told(self.value)} [{self._told(self.low)}, {self._told(self.high)}]"

    def _told(self, value: float | str) -> str:
        if isinstance(value, str):
            return value
        match self.form:
            case "share":
                return percent(value) if value >= 0.0005 or value == 0 else f"{100 * value:.2g} %"
            case "nats":
                return f"{value:.1f}"
            case "skill":
                return f"{value:+.2f}" if value > -10 else "<-10"
            case _:
                return number(value, 3)


Cells = dict[str, Figure]
Known = dict[tuple[str, str, str], Figure]
"""Figures by table, row and column."""


@dataclass
class Table:
    """Figures that belong together: rows with a cell for some of the columns."""

    title: str
    note: str
    rows: dict[str, Cells] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """In order of their first cell, the record's before all."""
        found = dict.fromkeys(name for cells in self.rows.values() for name in cells)
        return sorted(found, key=lambda name: name != "record")

    def lines(self, before: Known) -> Iterator[str]:
        """The table in Markdown; where a figure reads otherwise than before, after an arrow."""
        yield from (f"## {self.title}", "", self.note, "")
        yield "| | " + " | ".join(self.columns) + " |"
        yield "|---" * (len(self.columns) + 1) + "|"
        for row, cells in self.rows.items():
            told = [self._cell(row, column, cells.get(column), before) for column in self.columns]
            yield f"| {row} | " + " | ".join(told) + " |"
        yield ""

    def _cell(self, row: str, column: str, now: Figure | None, before: Known) -> str:
        told = "" if now is None else str(now)
        old = before.get((self.title, row, column))
        if old is None or now is None or str(old) == told:
            return told
        return f"{old._replace(low=None, high=None)} → {told}"


def as_data(tables: list[Table], made: dict[str, Any]) -> dict[str, Any]:
    """Return what JSON holds of them."""
    return {
        "made": made,
        "tables": [
            {
                "title": table.title,
                "note": table.note,
                "rows": {
                    row: {
                        column: {key: finite_or_none(value) for key, value in cell._asdict().items()}
                        for column, cell in cells.items()
                    }
                    for row, cells in table.rows.items()
                },
            }
            for table in tables
        ],
    }


def known(text: str) -> Known:
    """Read the figures of a JSON copy."""
    return {
        (table["title"], row, column): Figure(**cell)
        for table in json.loads(text)["tables"]
        for row, cells in table["rows"].items()
        for column, cell in cells.items()
    }
