"""A table of events read by a map into events of a theatre, row by row, with what became of every row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import get_args

from sim.theatre.files.load import load_map
from sim.theatre.files.locate import Named
from sim.theatre.language.map_file import MapFile, Preset
from sim.theatre.language.schema import Theatre

from .duplicates import Event, Gathered, Key
from .meaning import NOBODY, Cast, Found, Rules, Side, sides
from .presets import over, preset
from .rows import Reader
from .table import Row, Table, open_table
from .tally import Fate, Tally

PRESETS: tuple[str, ...] = get_args(Preset)
_LINES_SHOWN = 20


@dataclass(frozen=True)
class Imported:
    """Somebody's table of events as a theatre knows them."""

    table: Table
    map_file: MapFile
    theatre: Theatre
    preset: str | None
    events: tuple[Event, ...]
    """In the order of their days."""
    tally: Tally
    idle: tuple[str, ...]
    """What the map says of names and rules that no row met."""

    @property
    def source(self) -> str:
        """What events name as their source."""
        return self.map_file.source or self.table.path.name


def import_table(path: str | Path, map_path: Named, preset_name: Preset | None = None) -> Imported:
    """Read a table of events by a map file.

    Rows are read one by one; what is held are the events that come of them.

    Parameters
    ----------
    path : path
        A file of values separated by commas, tabs, semicolons or bars.
    map_path : path
        What its columns, names and types mean.
    preset_name : str, optional
        A source whose columns are known; it takes the place of the map's own `preset`.

    Raises
    ------
    ScenarioError
        The map has faults, or the table has not the columns that it names.
    """
    file, theatre, tree = load_map(map_path)
    name = preset_name or file.preset
    form = over(file, preset(name) if name else None)
    table = open_table(Path(path), form)
    return _Import(file, theatre, table, Reader(table, form, file.only, tree)).done(name)


class _Import:
    """One table on its way into a theatre."""

    def __init__(self, file: MapFile, theatre: Theatre, table: Table, reader: Reader) -> None:
        self._file, self._theatre, self._table, self._reader = file, theatre, table, reader
        self._cast, self._rules = Cast(file.actors), Rules(file, theatre)
        self._tally, self._gathered = Tally(), Gathered(file.duplicates)

    def done(self, preset_name: str | None) -> Imported:
        for row in self._table.rows():
            self._tally.rows[self._fate(row)] += 1
        events = self._gathered.events()
        rows = self._tally.rows
        rows["merged"] = sum(event.merged for event in events)
        rows["joined"] = sum(event.joined for event in events)
        rows["kept"] = len(events)
        return Imported(
            self._table, self._file, self._theatre, preset_name, tuple(events), self._tally, tuple(self._idle())
        )

    def _fate(self, row: Row) -> Fate:
        """Read one row, and say what became of it."""
        cells, read, tally, columns = row.cells, self._reader, self._tally, len(self._table.header)
        if len(cells) < columns or any(cells[columns:]):  # some tables end every line with a separator
            tally.malformed += [row.lines] if len(tally.malformed) < _LINES_SHOWN else []
            return "malformed"
        if row.last > row.first:  # a cell of several lines, or rows that a quotation mark has swallowed
            tally.long += 1
            tally.long_at += [row.lines] if tally.long <= _LINES_SHOWN else []
        if not read.wanted(cells):
            return "filtered"
        when = read.when(cells)
        if isinstance(when, str):
            tally.dates[when] += 1
            return "undated"
        if (fate := self._outside(when.first, when.last)) is not None:
            return fate
        deaths = read.deaths(cells)
        acts = self._acts(cells, deaths.lethal)
        if isinstance(acts, str):
            return acts
        tally.swapped += when.swapped
        tally.without_deaths += deaths.span is None
        if deaths.unread is not None:
            tally.deaths[deaths.unread] += 1
        key, name, story = self._key(cells, acts), read.id(cells), read.story(cells)
        self._gathered.add(Event(when.first, when.last, acts, deaths.span, row.first, name, story, key))
        return "kept"

    def _outside(self, first: date, last: date) -> Fate | None:
        begins, ends = self._file.from_, self._file.until
        early, late = begins is not None and first < begins, ends is not None and last > ends
        if early or late:
            away = (begins is not None and last < begins) or (ends is not None and first > ends)
            self._tally.straddling += not away
            return "outside"
        return "vague" if (last - first).days >= self._file.longest else None

    def _acts(self, cells: Sequence[str], lethal: bool | None) -> tuple[str, ...] | Fate:
        """The acts that a row may tell of, or what becomes of it if it tells of none."""
        read, rules = self._reader, self._rules
        type_, named = read.type(cells), read.sides(cells)
        names = (named.actor, named.target)
        if rules.ignores(type_):
            return "ignored"
        actors, targets = (sides(self._cast, name) for name in names)
        if not actors or not targets:
            return "ignored"
        pairs = [(one, other) for one in actors for other in targets]
        if not named.directed:
            pairs += [(other, one) for one, other in pairs]
        place = read.place(cells)
        found = [rules.acts(type_, one.actor, other, place, lethal) for one, other in pairs if one.actor is not None]
        unknown = {name: 1 for name, who in zip(names, (actors, targets), strict=True) if not who[0].known}
        if acts := _together(found):
            self._tally.others.update(unknown)
            return acts
        return self._why_none(found, type_, names, (actors, targets), unknown)

    def _why_none(
        self,
        found: list[Found],
        type_: str,
        names: tuple[str, str],
        meant: tuple[list[Side], list[Side]],
        unknown: dict[str, int],
    ) -> Fate:
        """Count what is in the way of a row."""
        tally, type_known = self._tally, self._rules.known(type_)
        if not type_known:
            tally.types[type_ or NOBODY] += 1
        if not found:  # nobody known may have done it
            tally.actors.update(unknown if names[0] else unknown | {NOBODY: 1})
            return "unknown_actor"
        if not type_known:
            return "unknown_type"
        if any(each.ignored for each in found):
            return "ignored"
        puzzles = [each.puzzle for each in sorted(found, key=lambda each: not each.several) if each.puzzle]
        if unknown and not puzzles:
            tally.actors.update(unknown)
            return "unknown_actor"
        who = " and ".join("/".join(side.actor or NOBODY for side in those) for those in meant)
        tally.puzzles["; ".join(dict.fromkeys(puzzles)) or f"no rule for '{type_}' fits {who}"] += 1
        return "no_act"

    def _key(self, cells: Sequence[str], acts: tuple[str, ...]) -> Key:
        """What two rows have in common that tell of one event."""
        read = self._reader
        named = read.sides(cells)
        actors = (named.actor.casefold(), named.target.casefold())
        parts: dict[str, Key] = {
            "actors": actors if named.directed else tuple(sorted(actors)),
            "type": (read.type(cells).casefold(),),
            "place": (read.place(cells).casefold(),),
            "act": tuple(sorted(acts)),  # whichever side the row names first
        }
        return tuple(parts[part] for part in self._file.duplicates.same)

    def _idle(self) -> Iterator[str]:
        for name in self._file.actors:
            if not self._cast.used[name]:
                yield f"actors: '{name}'"
        for at, (rule, used) in enumerate(zip(self._file.acts, self._rules.used, strict=True), 1):
            if not used:
                yield f"acts: rule {at}, {', '.join(rule.type)}"


def _together(found: list[Found]) -> tuple[str, ...]:
    """The acts of which it was one; none if one side's act is a puzzle."""
    if any(each.several for each in found):
        return ()
    return tuple(dict.fromkeys(act for each in found for act in each.acts))


__all__ = ["PRESETS", "Imported", "import_table"]
