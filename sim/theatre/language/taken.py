"""Ids that something of ours bears already, in tables, arrays, files or the script: refused where they stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from . import names
from .base import refuse
from .terms import RESERVED

WORDS_OF_YAML = frozenset({"true", "false", "null"})
_COLUMNS = {
    "run": "it numbers the runs in every table",
    "day": "it numbers the days in every table",
    "date": "it holds the dates in every table",
    "seed": "it holds the seed of a run in what Mesa collects",
    "scenario": "it holds the scenario of a run in what Mesa collects",
    "runs": "it holds the number of runs in what Mesa collects",
    "iteration": "it numbers the repetitions in what Mesa collects",
}
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that no folder can have on Windows; a variable is one in a result."""

TAKEN: Mapping[str, Mapping[str, str]] = {
    "variables": _COLUMNS
    | dict.fromkeys(_DEVICES, "variables are stored in folders, and Windows allows no folder of this name"),
    "outcomes": {
        "run": _COLUMNS["run"],
        "deaths": "it holds the count of all deaths in sweeps",
        **{f"rung_{rung}": f"it holds the day on which runs reach rung {rung} in sweeps" for rung in range(1, 10)},
    },
    "actors": {
        "script": "it is the actor of what the script imposes",
        "world": "it is the agent that settles each day for all",
    },
}
"""By section of a theatre: the id, and what bears it."""


def is_device(name: str) -> bool:
    """Whether Windows takes a name for a device."""
    return name in _DEVICES


def refuse_taken(section: str, entries: Mapping[str, Any]) -> None:
    """Refuse each entry whose id would be mistaken for something else.

    Raises
    ------
    pydantic.ValidationError
        With one line for each, at its place.
    """
    refuse(((name,), f"{fault}; how about 'the_{name}'?") for name in entries for fault in _faults(section, name))


def _faults(section: str, name: str) -> Iterator[str]:
    if name in WORDS_OF_YAML:
        yield f"YAML does not read '{name}' as a name unless it is in quotes"
    elif name in RESERVED and section in ("variables", "conditions", "actors"):
        yield f"'{name}' is a word of the language; choose another name"
    elif name in TAKEN.get(section, {}):
        yield f"'{name}' is taken: {TAKEN[section][name]}"
    known = names.current()
    if known is None:
        return
    if section == "variables" and name.removeprefix("rung_") in known.known["dyad"] and name.startswith("rung_"):
        yield f"'{name}' is taken: the rung of the dyad '{name.removeprefix('rung_')}' has this name"
    if section == "conditions" and name in known.known["variable"]:
        yield f"'{name}' is a variable too, and rules that read it could mean either"
