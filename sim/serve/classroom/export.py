"""A room as a file to keep: its plan, its people, its sessions, all that was decided, and its debrief.

What students typed, their reasons and their notes, may name anybody. Where names are left out it is left out as well,
of the sessions and of all that is made of them, unless it is asked for.
"""

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from sim.play.seats import PlayError
from sim.play.sessions.entries import Advanced, Ended, Entry, Ordered, Paused, Said
from sim.play.sessions.ledger import looked_at, written

from .debriefing import copies_in
from .keepsake import as_page, judged
from .looking_back import class_of
from .world import UMPIRE

if TYPE_CHECKING:
    from .room import Room

FORECASTS = ("world", "seat", "outcome", "said", "came", "brier")
COLUMNS = ("world", "turn", "day", "at", "kind", "seat", "by", "what", "acts", "why")
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=\s*[=+\-@＝＋－＠])")  # noqa: RUF001 - signs of full width are meant
"""Where a spreadsheet may begin a cell, of whatever separator, with what it takes for a formula."""
_ABOUT = """This is a room of a class, as it was kept.

room.json        what the teacher settled, and where its worlds stood
people.csv       who sat where and what they expected, by ids that say nothing about them{names}
entries.csv      all that happened at the tables, in order: orders, turns, what the umpire did; acts by their ids under
                 "what", and in words under "acts". "clock" is who did what the time, and not a person, decided
debrief.html     each world looked back on, as far as it was lived, and the forecasts with their scores; a page that
                 any browser opens by itself
debrief.json     the same as data, with where the worlds parted
forecasts.csv    each forecast of each person (said), the share of the worlds in which it comes about by the last day of
                 the crisis (came), and its Brier score. Worlds that stopped earlier are lived on by the rules.
                 said and came are shares from 0 to 1
world-N.session  the sessions themselves: sim debrief FILE looks back on one, sim play FILE goes on with it

{words}
"""
_TYPED = "What students typed, the reasons of their orders and their notes,"
_WITH = f"{_TYPED} is in it as they wrote it, and may name people."
_NO_NAMES = "; no name\n                 is kept of anybody: names are forgotten when the room is ended"
_WITHOUT = f"{_TYPED} was left out, since it may name people. What the umpire told seats is in it."


@dataclass(frozen=True)
class Taken:
    """A world's session as it is taken along."""

    world: int
    content: bytes
    path: Path
    """A file that holds just that."""


async def exported(room: "Room", names: bool, words: bool) -> IO[bytes]:
    """A room as a zip archive, in a file that is gone once it is closed; no secret of anybody's leaves with it.

    Parameters
    ----------
    room : Room
    names : bool
        Whether people's names are told.
    words : bool
        Whether it holds what students typed besides.
    """
    files = [(world.number, world.path) for world in room.worlds.values() if world.path.exists()]
    kept = room.kept()
    with copies_in(room.folder) as folder:
        taken = await asyncio.to_thread(lambda: list(_taken(files, Path(folder), words)))
        of = replace(class_of(room, room.worlds.values()), sessions={each.world: each.path for each in taken})
        told = [message async for message in room.debriefs.told(of) if message["part"] != "progress"]
        labels = {name: each.label for name, each in room.scenario.theatre.outcomes.items()}
        acts = {name: each.label for name, each in room.scenario.theatre.actions.items()}
        return await asyncio.to_thread(_packed, kept, labels, acts, taken, told, names, words)


def _taken(files: Iterable[tuple[int, Path]], folder: Path, words: bool) -> Iterator[Taken]:
    """Sessions as they are taken along; one that cannot be read leaves only with all that it holds."""
    for world, path in files:
        content = path.read_bytes()
        try:
            plain = content if words else _without_words(content, path)
        except PlayError:
            continue
        copy = path if plain == content else folder / path.name  # what is found of the file itself is found already
        if copy is not path:
            copy.write_bytes(plain)
        yield Taken(world, plain, copy)


def _without_words(content: bytes, path: Path) -> bytes:
    """A session without what students typed; nothing else of it is another."""
    _, entries = looked_at(path)
    if not any(_has_words(each) for each in entries):
        return content
    head = content.partition(b"\n")[0] + b"\n"
    return head + b"".join(written(_wordless(each))[1] for each in entries)


def _has_words(entry: Entry) -> bool:
    return (isinstance(entry, Ordered) and entry.order.why is not None) or (
        isinstance(entry, Said) and "text" in entry.data
    )


def _wordless(entry: Entry) -> Entry:
    if isinstance(entry, Ordered):
        return entry.model_copy(update={"order": entry.order.model_copy(update={"why": None})})
    if isinstance(entry, Said):
        return entry.model_copy(update={"data": {name: each for name, each in entry.data.items() if name != "text"}})
    return entry


def _packed(
    kept: Mapping[str, Any],
    labels: Mapping[str, str],
    acts: Mapping[str, str],
    taken: Sequence[Taken],
    told: Sequence[Mapping[str, Any]],
    names: bool,
    words: bool,
) -> IO[bytes]:
    packed = TemporaryFile()  # noqa: SIM115 - who sends it closes it
    worlds = {each["world"]: each for each in told if each["part"] == "world"}
    asked, names = names, names and any(each["name"] for each in kept["people"])
    who = ("id", "name") if names else ("id",)
    forecasts = list(judged(kept["people"], worlds, labels))
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        about = _ABOUT.format(
            names=", with their names" if names else _NO_NAMES if asked else "", words=_WITH if words else _WITHOUT
        )
        archive.writestr("README.txt", about)
        room = {name: kept[name] for name in ("code", "made", "touched", "plan", "stage", "worlds")}
        archive.writestr("room.json", json.dumps(room, ensure_ascii=False, indent=1))
        archive.writestr("people.csv", _rows((*who, "world", "seat", "forecast"), kept["people"]))
        archive.writestr("forecasts.csv", _rows((*who, *FORECASTS), forecasts))
        archive.writestr("debrief.html", as_page(kept, labels, told, forecasts, names))
        archive.writestr("debrief.json", json.dumps(told, ensure_ascii=False))
        for each in taken:
            archive.writestr(f"world-{each.world}.session", each.content)
        archive.writestr("entries.csv", _table(COLUMNS, (row for each in taken for row in _entries(each, acts))))
    packed.seek(0)
    return packed


def _entries(taken: Taken, acts: Mapping[str, str]) -> Iterator[list[Any]]:
    """What happened at a table, a row for each entry."""
    try:
        _, entries = looked_at(taken.path)
    except PlayError:
        return
    turn = 0
    for entry in entries:
        yield [taken.world, turn, *_row(entry, acts)]
        turn += isinstance(entry, Advanced)


def _row(entry: Entry, acts: Mapping[str, str]) -> list[Any]:
    told = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    told.pop("kind", None)
    day, at, seat, by = (told.pop(name, None) for name in ("day", "at", "seat", "by"))
    why = told.get("order", {}).pop("why", None)
    told.pop("digest", None)
    if isinstance(entry, Paused | Ended):
        by = UMPIRE  # nobody else stops or ends a world
    named = "; ".join(dict.fromkeys(acts[each] for each in _strings(told) if each in acts))
    return [day, at, entry.kind, seat, by, json.dumps(told, ensure_ascii=False) if told else "", named, why]


def _strings(told: Any) -> Iterator[str]:
    """All strings in what an entry says, keys as well."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for name, each in told.items():
            yield name
            yield from _strings(each)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _strings(each)


def _rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    return _table(columns, ([row[name] for name in columns] for row in rows))


def _table(columns: Iterable[str], rows: Iterable[list[Any]]) -> str:
    written_ = io.StringIO()
    table = csv.writer(written_, quoting=csv.QUOTE_NONNUMERIC)
    table.writerow(columns)
    table.writerows([_cell(value) for value in row] for row in rows)
    return written_.getvalue()


def _cell(value: Any) -> Any:
    """A value as a table has it: nothing that a spreadsheet would take for a formula."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
