"""Ids that something of ours bears already, in tables, arrays, files or the script: refused where they stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from . import names
from .base import refuse
from .terms import RESERVED

WORDS_OF_YAML = frozenset({"true", "false", "null"})
_COLUMNS = {
    "run": "runs are counted by it in every table",
    "day": "days are counted by it in every table",
    "date": "dates stand under it in every table",
    "seed": "the seed of a run stands under it in what Mesa collects",
    "scenario": "the scenario of a run stands under it in what Mesa collects",
    "runs": "the number of runs stands under it in what Mesa collects",
    "iteration": "repetitions are counted by it in what Mesa collects",
}
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that no folder can have on Windows; a variable is one in a result."""

TAKEN: Mapping[str, Mapping[str, str]] = {
    "variables": _COLUMNS
    | dict.fromkeys(_DEVICES, "variables are stored in folders, and none on Windows is called so"),
    "outcomes": {
        "run": _COLUMNS["run"],
        "deaths": "sweeps count all deaths under it",
        **{f"rung_{rung}": f"sweeps measure under it when runs reach rung {rung}" for rung in range(1, 10)},
    },
    "actors": {
        "script": "what the script imposes is done by it",
        "world": "what settles the day for all is called so",
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
        yield f"'{name}' is a word of YAML, which reads no name where it stands without quotes"
    elif name in RESERVED and section in ("variables", "conditions", "actors"):
        yield f"'{name}' is a word of the language; choose another name"
    elif name in TAKEN.get(section, {}):
        yield f"'{name}' is taken: {TAKEN[section][name]}"
    known = names.current()
    if known is None:
        return
    if section == "variables" and name.removeprefix("rung_") in known.known["dyad"] and name.startswith("rung_"):
        yield f"'{name}' is taken: the rung of the dyad '{name.removeprefix('rung_')}' is kept under it"
    if section == "conditions" and name in known.known["variable"]:
        yield f"'{name}' is a variable too, and rules that read it could mean either"
