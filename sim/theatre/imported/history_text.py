"""Events of somebody's table as a history file."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

from pydantic import ValidationError

from sim.text import counted, printable
from sim.theatre.files.errors import Place, ScenarioError, fault
from sim.theatre.files.yaml_tree import MOST_BYTES, MOST_VALUES
from sim.theatre.language.misfits import misfits
from sim.theatre.language.record import HistoryFile

from .duplicates import Event
from .import_table import Imported
from .tally import FATES

_LONGEST_ID, _LONGEST_TEXT = 64, 4000


def history_data(made: Imported) -> dict[str, Any]:
    """The history as data, in the form of its file."""
    file = made.map_file
    ends = {"from": file.from_, "until": file.until}
    told = {key: day.isoformat() for key, day in ends.items() if day is not None}
    events = dict(zip(_ids(made.events), (_event(event, made.source) for event in made.events), strict=True))
    covers = [entry.model_dump(mode="json", by_alias=True, exclude_unset=True) for entry in file.covers]
    return {"schema_version": 1, **told, "covers": covers, "events": events}


def at_odds(made: Imported) -> list[str]:
    """What of the history its theatre cannot take as it stands, such as an act that happens once and is told twice."""
    try:
        record = HistoryFile.model_validate(history_data(made))
    except ValidationError as error:
        return [f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors()]
    return [f"{'.'.join(map(str, place))}: {text}" for place, text in misfits(record, made.theatre)]


def history_text(made: Imported, map_name: str) -> str:
    """The history as its file holds it, with a comment on how it came about.

    Raises
    ------
    ScenarioError
        It is larger than a file may be.
    """
    data = history_data(made)
    lines = [*_comment(made, map_name), "schema_version: 1"]
    lines += [f"{key}: {data[key]}" for key in ("from", "until") if key in data]
    lines += _covers(data["covers"])
    lines.append("events:")
    lines += [f"  {name}: {_flow(event)}" for name, event in data["events"].items()]
    text = "\n".join(lines) + "\n"
    if _values(data) > MOST_VALUES or len(text.encode()) > MOST_BYTES:
        told = f"a history of {len(made.events):,} events is larger than a file may be"
        hint = "narrow it by 'only', 'from' and 'until', or merge the same 'act' on a day under 'duplicates'"
        raise ScenarioError([fault(Place(map_name, 1, 1), told, hint)])
    return text


def shared_days(made: Imported) -> int:
    """How many acts have another one of their actor on their day; the lesser of two is imposed a day later."""
    days = [
        (event.first, event.acts[0].split(".")[0])
        for event in made.events
        if event.first == event.last and len(event.acts) == 1
    ]
    return sum(n - 1 for n in Counter(days).values())


def _comment(made: Imported, map_name: str) -> Iterator[str]:
    rows = made.tally.rows
    by = f" and the preset {made.preset}" if made.preset else ""
    yield f"# Events of {_plain(made.table.path.name)}, read by {_plain(map_name)}{by}."
    yield f"# {counted(made.tally.read, 'row')}:"
    for fate, told in FATES.items():
        if rows[fate]:
            yield f"#   {rows[fate]:,} {told}"


def _covers(entries: list[dict[str, Any]]) -> Iterator[str]:
    if not entries:
        yield "covers: [] # what this record would not have missed; while this is empty, the record judges nothing"
        return
    yield "covers:"
    for entry in entries:
        yield f"  - {_flow(entry)}"


def _event(event: Event, source: str) -> dict[str, Any]:
    first, last = event.first.isoformat(), event.last.isoformat()
    act = event.acts[0] if len(event.acts) == 1 else {"any_of": list(event.acts)}
    told: dict[str, Any] = {"on": first if first == last else {"from": first, "until": last}, "do": act}
    if event.deaths is not None:
        low, high = event.deaths
        told["deaths"] = low if low == high else [low, high]
    if event.story:
        told["story"] = _plain(event.story)
    called = event.id or f"line {event.line}"
    more = event.merged + event.joined
    also = f" and {counted(more, 'row')} more" if more else ""
    return told | {"source": _plain(f"{source} {called}{also}")}


def _ids(events: tuple[Event, ...]) -> Iterator[str]:
    """A name for each event: what the table calls it, or the line on which it stands."""
    taken: set[str] = set()
    last: Counter[str] = Counter()  # number that a name ends in: of many rows with one id, each would search from 2
    for event in events:
        name = re.sub(r"[^a-z0-9]+", "_", event.id.casefold()).strip("_") or f"line_{event.line}"
        name = (name if "a" <= name[0] <= "z" else f"event_{name}")[: _LONGEST_ID - 8]
        if name in taken:
            last[name] = next(n for n in count(last[name] or 2) if f"{name}_{n}" not in taken)
            name = f"{name}_{last[name]}"
        taken.add(name)
        yield name


def _plain(text: str) -> str:
    """Text on one line, of a length that a file may have."""
    return " ".join(printable(text).split())[:_LONGEST_TEXT]


def _flow(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return value if re.fullmatch(r"\d{4}-\d\d-\d\d|[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", value) else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _values(data: Any) -> int:
    """How many values a reader of the file counts."""
    if isinstance(data, dict):
        return 1 + sum(map(_values, data.values()))
    return 1 + sum(map(_values, data)) if isinstance(data, list) else 1
