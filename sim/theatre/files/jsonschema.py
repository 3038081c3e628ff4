"""JSON Schemas of the six kinds of file, made from the records that check them, for editors to complete and check.

A schema knows the shape of a file; names, units and sums are left to `load`.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

from sim.theatre.language.base import Model, described
from sim.theatre.language.map_file import MapFile
from sim.theatre.language.number import UNITS, Unit
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import ScenarioFile
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Sources
from sim.theatre.language.sweep_file import SweepFile

from .templates import SECTIONS

_RECORDS: dict[str, type[Model]] = {
    "scenario": ScenarioFile,
    "theatre": Theatre,
    "history": HistoryFile,
    "sources": Sources,
    "sweep": SweepFile,
    "map": MapFile,
}

_FIGURE = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_UNIT = "|".join(UNITS)
_END = r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?"
_RANGE = rf"(\s*\(\s*{_END}\s*\.\.\s*{_END}\s*\))?"
_WITH_UNIT = {"type": "string", "pattern": rf"^\s*{_FIGURE}(\s*({_UNIT}))?{_RANGE}\s*$"}
_THRESHOLD = {"type": "string", "pattern": rf"^\s*[<>]=\s*{_FIGURE}(\s*({_UNIT}))?{_RANGE}\s*$"}


def schema(kind: str, alone: bool = False) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one kind of file, such as `scenario` or `sweep`.

    One that stands `alone` says of a file's record only what the record itself says.

    Raises
    ------
    ValueError
        There is no such kind of file.
    """
    if kind not in _RECORDS:
        raise ValueError(f"there is no schema of '{kind}'; there are {', '.join(_RECORDS)}")
    made = _RECORDS[kind].model_json_schema(by_alias=True)
    definitions = {name: _tidy(_told(part, _record_of(name, part))) for name, part in made.pop("$defs", {}).items()}
    for name, finish in _FINISH.items():
        if name in definitions:
            finish(definitions[name])
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"A {kind} file"}
    whole = {**head, **_tidy(_told(made, _RECORDS[kind])), **({"$defs": definitions} if definitions else {})}
    finish_file = {"theatre": _theatre, "scenario": _scenario}.get(kind)
    return whole if finish_file is None or alone else finish_file(whole)


def _all_records(record: type[Model]) -> Iterator[type[Model]]:
    """A record, and all that are made of it."""
    yield record
    for derived in record.__subclasses__():
        yield from _all_records(derived)


def _record_of(name: str, part: dict[str, Any]) -> type[Model] | None:
    """The record that a definition is of: two files may each call one by the same name."""
    keys = part.get("properties", {}).keys()
    alike = (record for record in _all_records(Model) if record.__name__ == name)
    return next((record for record in alike if keys <= _keys(record)), None)


def _keys(record: type[Model]) -> set[str]:
    """What a file may write in it."""
    return {info.alias or name for name, info in record.model_fields.items()}


def _told(part: dict[str, Any], record: type[Model] | None) -> dict[str, Any]:
    """The schema of a record in which every field says what it is."""
    if record is None:
        return part
    if "properties" not in part:  # a record that may be written shorter
        return part | {"anyOf": [_told(way, record) if "properties" in way else way for way in part.get("anyOf", ())]}
    names = {name: info.alias or name for name, info in record.model_fields.items()}
    told = {names[name]: {"description": text} for name, text in described(record).items()}
    entries = {name: dict(sorted((entry | told.get(name, {})).items())) for name, entry in part["properties"].items()}
    return part | {"properties": entries}


def write(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in _RECORDS:
        (folder / f"{kind}.schema.json").write_text(text(kind), encoding="utf-8")


def text(kind: str) -> str:
    """Return a schema as its file holds it."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


_NOISE = ("title", "discriminator", "propertyNames")


def _tidy(part: Any) -> Any:
    """Keep what helps an editor: no generated titles, nothing about null, closed maps, defaults as files write them."""
    if isinstance(part, list):
        return [_tidy(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key not in _NOISE}
    options = [option for option in kept.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        kept = {**options[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    elif options:
        kept["anyOf"] = options
    if kept.get("default", 0) in (None, {}, []):
        del kept["default"]
    elif isinstance(kept.get("default"), dict):
        default = kept.pop("default")
        kept |= {"default": default["value"]} if "value" in default else {}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")[0]  # both entries of our pairs are alike
    if isinstance(kept.get("description"), str):
        kept["description"] = " ".join(kept["description"].split())
    special: dict[str, Callable[[Any], Any]] = {"properties": _entries, "patternProperties": _values}
    return {key: special.get(key, _tidy)(value) for key, value in kept.items()}


def _values(patterns: dict[str, Any]) -> dict[str, Any]:
    """The entries of a map; unlike a field, which may be left out, one may be null and mean it."""
    null = {"type": "null"}
    return {
        pattern: {"anyOf": [_tidy(part), null]} if null in part.get("anyOf", ()) else _tidy(part)
        for pattern, part in patterns.items()
    }


def _entries(properties: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record, whose names may be words of JSON Schema."""
    return {name: _tidy(part) for name, part in properties.items()}


def _number(part: dict[str, Any]) -> None:
    full = next(option for option in part["anyOf"] if option.get("type") == "object")
    bare = [{"type": "number"}, _WITH_UNIT]
    full["properties"]["value"]["anyOf"] = bare
    full["properties"]["plausible"]["items"] = {"anyOf": bare}
    part["anyOf"] = [*bare, full]


def _limit(part: dict[str, Any]) -> None:
    _number(part)
    full = part["anyOf"].pop()
    full["properties"].pop("op")  # the loader's own: a file writes it into the value
    full["required"] = ["value"]
    full["properties"]["value"]["anyOf"] = bare = [_THRESHOLD, {"type": "boolean"}]
    part["anyOf"] = [*bare, full]


def _condition(part: dict[str, Any]) -> None:
    part["additionalProperties"] = part["properties"].pop("clauses")["additionalProperties"]
    part["minProperties"] = 1


def _ladder(part: dict[str, Any]) -> None:
    rungs = part["properties"]["rungs"]
    rungs["patternProperties"] = {"^[0-9]$": rungs["additionalProperties"]}
    rungs |= {"additionalProperties": False, "minProperties": 10}


def _relaxing(part: dict[str, Any]) -> None:
    target = part["properties"]["target"]
    target |= {"properties": {"base": target["additionalProperties"]}, "required": ["base"]}
    part["dependentRequired"] = {"target": ["half_life"], "half_life": ["target"]}


def _ranged(part: dict[str, Any]) -> None:
    _relaxing(part)
    part["properties"]["unit"]["enum"] = [*get_args(Unit), 1]  # unquoted, the unit 1 is a number


def _series(part: dict[str, Any]) -> None:
    part["properties"].pop("values")  # the loader's own: they stand in the CSV file
    full = dict(part)
    part.clear()
    part |= {"description": full.pop("description"), "anyOf": [{"type": "string"}, full]}


_LIKE: dict[str, Any] = {
    "type": "object",
    "description": "An entry like another of its section, with changes; null leaves out what that has.",
    "properties": {"like": {"type": "string"}},
    "required": ["like"],
}
_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_BY = {
    "description": "Who does it: each actor with its target, or a list of actors that share one.",
    "anyOf": [
        {"type": "object", "additionalProperties": _NAME, "minProperties": 1},
        {"type": "array", "items": _NAME, "minItems": 1},
    ],
}


def _theatre(whole: dict[str, Any]) -> dict[str, Any]:
    """What a file may write short, which is written out before the record sees it."""
    properties = dict(whole["properties"])
    for section in SECTIONS:
        patterns = properties[section]["patternProperties"]
        entries = {
            key: {"anyOf": [entry, {"$ref": "#/$defs/Like"}, {"type": "null"}]} for key, entry in patterns.items()
        }
        properties[section] = properties[section] | {"patternProperties": entries}
    own = whole["$defs"]["Action"]
    must = {
        "description": "A condition, by name or as a whole, on every day of which it is done if it can be.",
        "anyOf": [_NAME, {"$ref": "#/$defs/Condition"}],
    }
    needed = [key for key in own["required"] if key != "rate"]
    surely = {"anyOf": [{"required": ["rate"]}, {"required": ["must"]}]}
    action = own | {"properties": own["properties"] | {"must": must}, "required": needed, **surely}
    by_several = action | {"properties": {"by": _BY} | action["properties"], "required": ["by", *action["required"]]}
    like_and_by = {**_LIKE, "properties": {"by": _BY, **_LIKE["properties"]}, "required": ["like", "by"]}
    properties["actions"]["patternProperties"][_NAME["pattern"]] = {
        "anyOf": [{"$ref": "#/$defs/ActionBy"}, like_and_by]
    }
    base = schema("scenario", alone=True)["properties"]
    properties |= {"extends": base["extends"], "overrides": base["overrides"]}
    parts = [key for key in whole["required"] if key not in ("schema_version", "theatre")]
    return whole | {
        "properties": properties,
        "required": ["schema_version", "theatre"],
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": parts},
        "$defs": {**whole["$defs"], "Action": action, "Like": _LIKE, "ActionBy": by_several},
    }


def _scenario(whole: dict[str, Any]) -> dict[str, Any]:
    """The sections that a scenario adds to its theatre, as theatres write them."""
    theatre = schema("theatre")
    added = {section: theatre["properties"][section] for section in SECTIONS}
    return whole | {"properties": whole["properties"] | added, "$defs": theatre["$defs"] | whole["$defs"]}


_FINISH = {
    "Number": _number,
    "Limit": _limit,
    "Condition": _condition,
    "Ladder": _ladder,
    "Series": _series,
    "UnitVariable": _relaxing,
    "LevelVariable": _ranged,
    "LogVariable": _ranged,
}
