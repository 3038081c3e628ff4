"""What a page needs of a scenario before anything is moved, and what the server needs to check what is asked of it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.text import printable
from sim.theatre.files.inventory import Row, inventory
from sim.theatre.files.load import load_sources
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.variables import FlagVariable
from sim.theatre.parameters.in_words import action_in_words, in_words
from sim.theatre.parameters.places import Place, places

from .moves import Stopped, written
from .summary import LEAST_DEAD, LEVELS, OF_DEATHS

IMPOSED = "script.history_"
"""How paths begin of what a record imposes: that is as it was."""
MOST_FOUND = 40
"""Levers that a search answers."""
MOST_FIRST = 12
"""Numbers that lie open where a theatre names no levers."""
STEPS = 200
"""Into how many steps a slider is divided at least, so that a value on it has few decimals."""


@dataclass(frozen=True)
class Known:
    """What may be asked of a scenario."""

    name: str
    source: str
    """By what it is loaded."""
    start: date
    days: int
    seed: int
    levers: dict[str, dict[str, Any]]
    """Each number that its files write as a slider, by path."""
    shapers: frozenset[str]
    """Those that may shape the rules somewhere on their slider: found out for the uncertain ones, feared of others."""
    variables: tuple[str, ...]
    outcomes: tuple[str, ...]
    """In the order of the engine."""
    script: tuple[str, ...]
    """Entries that can be switched off."""
    acts: tuple[str, ...]
    """That somebody decides on."""
    forbidden: tuple[str, ...]
    """Acts that it forbids itself."""


def opened(stopped: Stopped, name: str, source: str = "") -> tuple[Known, dict[str, Any]]:
    """Read a scenario: what may be asked of it, and what its page is told; `source` left out, it is its name."""
    from sim.theatre.compiled.compile import program_of
    from sim.theatre.parameters.ranges import shaping

    source = source or name
    scenario = written(source)
    program = program_of(scenario)
    rows = {row.path: row for row in inventory(scenario, load_sources()) if not row.path.startswith(IMPOSED)}
    numbers = {path: (number, place) for path, number, place in places(scenario) if path in rows}
    levers = {path: _lever(scenario, rows[path], *of_it) for path, of_it in numbers.items()}
    ends = {path: (levers[path]["low"], levers[path]["high"]) for path in numbers if levers[path]["uncertain"]}
    known = Known(
        name=name,
        source=source,
        start=scenario.start,
        days=scenario.days,
        seed=scenario.seed,
        levers=levers,
        shapers=frozenset(numbers) - frozenset(ends) | frozenset(shaping(scenario, ends)),
        variables=("tension", *program.variables),
        outcomes=program.outcomes,
        script=tuple(entry for entry in scenario.script if not f"script.{entry}".startswith(IMPOSED)),
        acts=tuple(act for act in program.actions if not scenario.theatre.actions[act].accident),
        forbidden=tuple(act for act, spell in scenario.forbid.items() if spell != "never"),
    )
    return known, _told(scenario, known)


def _told(scenario: Scenario, known: Known) -> dict[str, Any]:
    theatre = scenario.theatre
    return {
        "scenario": known.name,
        "title": printable(scenario.title),
        "question": printable(scenario.question or ""),
        "notes": printable(" ".join((scenario.notes or "").split())),
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "days": scenario.days,
        "runs": scenario.runs,
        "seed": scenario.seed,
        "levels": list(LEVELS),
        "of_deaths": list(OF_DEATHS),
        "least_dead": list(LEAST_DEAD),
        "ladder": [printable(theatre.ladder.rungs[rung].label) for rung in sorted(theatre.ladder.rungs)],
        "variables": [_variable(scenario, each) for each in _shown(scenario)],
        "outcomes": [{"id": each, "label": printable(theatre.outcomes[each].label)} for each in known.outcomes],
        "levers": _first_levers(known),
        "script": [_entry(scenario, each) for each in known.script],
        "acts": [_act(scenario, known, each) for each in known.acts],
        "actors": {each: printable(actor.label) for each, actor in theatre.actors.items()},
        "record": _record(scenario),
    }


def _first_levers(known: Known) -> list[dict[str, Any]]:
    """The theatre's own levers; of a theatre that names none, its first numbers that have a plausible range."""
    own = [each for each in known.levers.values() if each["lever"]]
    ranged = [each for each in known.levers.values() if each["uncertain"]]
    ranged.sort(key=lambda each: not each["path"].startswith(("actors.", "actions.")))  # what somebody does comes first
    return own or ranged[:MOST_FIRST]


def _shown(scenario: Scenario) -> list[str]:
    """Variables that can be drawn as a fan, in the order of the theatre."""
    found = [name for name, each in scenario.theatre.variables.items() if not isinstance(each, FlagVariable)]
    return ["tension", *found]


def _variable(scenario: Scenario, name: str) -> dict[str, str]:
    from sim.results.ensemble import label

    told = label(scenario, name)
    return {"id": name, "label": printable(told["long_name"]), "unit": told["units"]}


def _lever(scenario: Scenario, row: Row, number: Number, place: Place) -> dict[str, Any]:
    """A number as a slider."""
    low, high = _reach(number, place)
    return {
        "path": row.path,
        "label": printable(in_words(scenario, row.path)),
        "unit": row.unit,
        "low": low,
        "high": high,
        "written": number.value,
        "uncertain": _is_uncertain(number),
        "logarithmic": low > 0 and high >= 10 * low,
        "decimals": _decimals(low, high),
        "lever": number.lever,
        "source": printable(row.source or ""),
    }


def _decimals(low: float, high: float) -> int:
    """Digits behind the point with which a slider's steps can be told apart."""
    width = (low * 9 if low > 0 and high >= 10 * low else high - low) / STEPS
    return max(0, min(9, math.ceil(-math.log10(width)))) if width > 0 else 0


def _reach(number: Number, place: Place) -> tuple[float, float]:
    """From where to where a slider goes: over what is plausible, else as far as the number is large, where legal."""
    value = number.value
    if number.plausible is not None and _is_uncertain(number):
        low, high = number.plausible
    elif place.most - place.least <= 1.0:
        low, high = place.least, place.most
    else:
        low, high = (min(0.0, 2 * value), max(0.0, 2 * value)) if value else (-1.0, 1.0)
    return float(max(min(low, value), place.least)), float(min(max(high, value), place.most))


def search(known: Known, words: str, matter: Sequence[str] = ()) -> dict[str, Any]:
    """Levers in whose label, path or source all words stand: the path that is meant exactly, or else by how well.

    First those in which they stand as words, then those in which words begin so, then the others; of these, first the
    theatre's own, then those that are known to `matter`, then those of what is named before those of what depends on
    it, and those of which nobody is sure.
    """
    parts = words.casefold().split()
    if words.strip() in known.levers:
        return {"levers": [known.levers[words.strip()]], "more": 0}
    ranks = {path: at for at, path in enumerate(matter)}
    found: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    for lever in known.levers.values():
        fits = [fit for part in parts if (fit := _fit(part, lever)) is not None]
        if parts and len(fits) == len(parts):
            path = lever["path"]
            others = not path.startswith(("actors.", "actions.", "script."))
            missing = len(set(parts) - _whose(path))
            kind = not lever["lever"], ranks.get(path, len(ranks)), missing, not lever["uncertain"], others
            found.append(((max(fits), *kind, sum(fits), len(found)), lever))
    found.sort(key=lambda each: each[0])
    return {"levers": [lever for _, lever in found[:MOST_FOUND]], "more": max(len(found) - MOST_FOUND, 0)}


_WORD = re.compile(r"[^\W_]+")


def _whose(path: str) -> set[str]:
    """Words that say of what a number is and which of its numbers, and not on what else it depends."""
    parts = path.casefold().split(".")
    last = parts[-1] if "(" not in path else ""  # else it names an act
    return set(_WORD.findall(" ".join((*parts[:3], last))))


def _fit(part: str, lever: Mapping[str, Any]) -> int | None:
    """How well a word fits a lever: a word of its label or path, the beginning of one, within one, in its source."""
    told = f"{lever['label']} {lever['path']}".casefold()
    if part in told:
        there = _WORD.findall(told)
        return 0 if part in there else 1 if any(word.startswith(part) for word in there) else 2
    return 3 if part in lever["source"].casefold() else None


def _is_uncertain(number: Number) -> bool:
    return number.plausible is not None and number.plausible[0] < number.plausible[1]


def _entry(scenario: Scenario, name: str) -> dict[str, Any]:
    entry = scenario.script[name]
    said = entry.story or (scenario.theatre.actions[entry.do].label if entry.do else name.replace("_", " "))
    return {"id": name, "day": (entry.on - scenario.start).days, "on": entry.on.isoformat(), "label": printable(said)}


def _act(scenario: Scenario, known: Known, name: str) -> dict[str, Any]:
    action = scenario.theatre.actions[name]
    return {
        "id": name,
        "label": printable(action_in_words(scenario.theatre, name)),
        "actor": name.split(".")[0],
        "rung": action.rung,
        "forbidden": name in known.forbidden,
    }


def _record(scenario: Scenario) -> dict[str, Any] | None:
    """What happened on a scenario's days: series as they were measured, and recorded acts."""
    from sim.report.record import known, measured

    record = known(scenario)
    if record is None:
        return None
    acts: list[tuple[int, dict[str, Any]]] = []
    for event in record.events.values():
        day = (event.days[0] - scenario.start).days
        if 0 <= day < scenario.days:
            told = {"day": day, "text": printable(event.story or ""), "rung": _rung(scenario, event.do)}
            acts.append((day, told))
    acts.sort(key=lambda each: each[0])
    return {"series": measured(scenario), "acts": [told for _, told in acts], "until": _day(scenario, record.last)}


def _rung(scenario: Scenario, act: Any) -> int | None:
    """The rung of a recorded act; of several that it may have been, the highest. None for what nobody did."""
    named = [act] if isinstance(act, str) else list(getattr(act, "any_of", ()) or ())
    rungs = [scenario.theatre.actions[each].rung for each in named if each in scenario.theatre.actions]
    return max(rungs, default=None)


def _day(scenario: Scenario, when: date) -> int:
    return min((when - scenario.start).days, scenario.days - 1)
