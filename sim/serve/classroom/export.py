"""A room as a file to keep: its plan, its people, its sessions, and all that was decided as a table."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sim.play.seats import PlayError
from sim.play.sessions.entries import Advanced, Entry
from sim.play.sessions.ledger import looked_at

COLUMNS = ("world", "turn", "day", "at", "kind", "seat", "by", "what", "why")
_ABOUT = """This is a room of a class, as it was kept.

room.json        what the teacher settled, and where its worlds stood
people.csv       who sat where, by ids that say nothing about them{names}
entries.csv      all that happened at the tables, in order: orders, turns, what the umpire did
world-N.session  the sessions themselves: sim debrief FILE looks back on one, sim play FILE goes on with it
"""


def exported(kept: dict[str, Any], files: list[tuple[int, Path]], names: bool) -> bytes:
    """A room as a zip archive.

    Parameters
    ----------
    kept : dict
        The room as its file has it; no secret of anybody's leaves with it.
    files : list
        The sessions' files, by the numbers of their worlds.
    names : bool
        Whether people's names are told.
    """
    packed = io.BytesIO()
    people = kept["people"]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with_names = ", with their names" if names else ""
        archive.writestr("README.txt", _ABOUT.format(names=with_names))
        room = {name: kept[name] for name in ("code", "made", "touched", "plan", "stage", "worlds")}
        archive.writestr("room.json", json.dumps(room, ensure_ascii=False, indent=1))
        columns = ("id", *(("name",) if names else ()), "world", "seat", "forecast")
        archive.writestr("people.csv", _table(columns, ([each[name] for name in columns] for each in people)))
        entries: list[list[Any]] = []
        for world, path in files:
            archive.writestr(path.name, path.read_bytes())
            entries += _entries(world, path)
        archive.writestr("entries.csv", _table(COLUMNS, entries))
    return packed.getvalue()


def _entries(world: int, path: Path) -> Iterator[list[Any]]:
    """What happened at a table, a row for each entry."""
    try:
        _, entries = looked_at(path)
    except PlayError:
        return
    turn = 0
    for entry in entries:
        yield [world, turn, *_row(entry)]
        turn += isinstance(entry, Advanced)


def _row(entry: Entry) -> list[Any]:
    told = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    told.pop("kind", None)
    day, at, seat, by = (told.pop(name, None) for name in ("day", "at", "seat", "by"))
    why = told.get("order", {}).pop("why", None)
    told.pop("digest", None)
    return [day, at, entry.kind, seat, by, json.dumps(told, ensure_ascii=False) if told else "", why]


def _table(columns: Iterable[str], rows: Iterable[list[Any]]) -> str:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    """A value as a table has it: nothing that a spreadsheet would take for a formula."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
