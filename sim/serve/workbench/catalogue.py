"""What a page needs of a scenario before anything is moved, and what the server needs to check what is asked of it."""

import math
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sim.text import printable
from sim.theatre.files.locate import shipped_files
from sim.theatre.language.number import ODDS, Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.variables import FlagVariable
from sim.theatre.parameters.in_words import action_in_words, in_words
from sim.theatre.parameters.places import Place, places

from .moves import Stopped, written
from .summary import LEVELS, OF_DEATHS

STEPS = 200
"""Into how many steps a slider is divided at least, so that a value on it has few decimals."""


@dataclass(frozen=True)
class Known:
    """What may be asked of a scenario."""

    name: str
    days: int
    runs: int
    seed: int
    numbers: dict[str, Place]
    """What may stand in the place of each number."""
    stands: dict[str, float]
    """Where it is written."""
    reach: dict[str, tuple[float, float]]
    """From where to where its slider goes."""
    variables: tuple[str, ...]
    outcomes: tuple[str, ...]
    """In the order of the engine."""
    script: tuple[str, ...]
    acts: tuple[str, ...]
    """That somebody decides on."""
    forbidden: tuple[str, ...]
    """Acts that it forbids itself."""
    shapers: frozenset[str] = field(default=frozenset())
    """Numbers that may shape the rules somewhere within their reach: found out for those that are uncertain."""


def names() -> dict[str, str]:
    """Shipped scenarios and their titles, by name."""
    return dict(_named())


@lru_cache(1)
def _named() -> tuple[tuple[str, str], ...]:
    from sim.theatre.files.yaml_tree import read

    found = []
    for path in shipped_files():
        tree, _ = read(path)
        if tree.get("extends"):
            title = tree.get("title")
            found.append((path.stem, printable(str(title.content)) if title else path.stem))
    found.sort(key=lambda each: (each[0] not in ("baseline", "first_lesson"), each[0]))
    return tuple(found)


def opened(stopped: Stopped, name: str) -> tuple[Known, dict[str, Any]]:
    """Read a scenario: what may be asked of it, and what its page is told."""
    from sim.theatre.compiled.compile import program_of
    from sim.theatre.parameters.ranges import shaping

    scenario = written(name)
    numbers = {path: (number, place) for path, number, place in places(scenario)}
    program = program_of(scenario)
    reach = {path: _reach(number, place) for path, (number, place) in numbers.items()}
    uncertain = {path: reach[path] for path, (number, _) in numbers.items() if _is_uncertain(number)}
    decided = tuple(act for act in program.actions if not scenario.theatre.actions[act].accident)
    known = Known(
        name=name,
        days=scenario.days,
        runs=scenario.runs,
        seed=scenario.seed,
        numbers={path: place for path, (_, place) in numbers.items()},
        stands={path: number.value for path, (number, _) in numbers.items()},
        reach=reach,
        variables=("tension", *program.variables),
        outcomes=program.outcomes,
        script=tuple(entry for entry in scenario.script if not entry.startswith("history_")),
        acts=decided,
        forbidden=tuple(act for act, spell in scenario.forbid.items() if spell != "never"),
        shapers=frozenset(numbers) - frozenset(uncertain) | frozenset(shaping(scenario, uncertain)),
    )
    return known, _told(scenario, known)


def _told(scenario: Scenario, known: Known) -> dict[str, Any]:
    theatre = scenario.theatre
    levers = [path for path, number in scenario.numbers() if number.lever]
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
        "ladder": [printable(theatre.ladder.rungs[rung].label) for rung in sorted(theatre.ladder.rungs)],
        "variables": [_variable(scenario, each) for each in _shown(scenario)],
        "outcomes": [{"id": each, "label": printable(theatre.outcomes[each].label)} for each in known.outcomes],
        "levers": lever_rows(scenario, known, levers),
        "script": [_entry(scenario, each) for each in known.script],
        "acts": [_act(scenario, known, each) for each in known.acts],
        "actors": {each: printable(actor.label) for each, actor in theatre.actors.items()},
        "record": _record(scenario),
    }


def _shown(scenario: Scenario) -> list[str]:
    """Variables that can be drawn as a fan, in the order of the theatre."""
    found = [name for name, each in scenario.theatre.variables.items() if not isinstance(each, FlagVariable)]
    return ["tension", *found]


def _variable(scenario: Scenario, name: str) -> dict[str, str]:
    from sim.results.ensemble import label

    told = label(scenario, name)
    return {"id": name, "label": printable(told["long_name"]), "unit": told["units"]}


def lever_rows(scenario: Scenario, known: Known, paths: list[str]) -> list[dict[str, Any]]:
    """Numbers as sliders."""
    numbers = dict(scenario.numbers())
    return [_lever(scenario, path, numbers[path], *known.reach[path]) for path in paths]


def _lever(scenario: Scenario, path: str, number: Number, low: float, high: float) -> dict[str, Any]:
    return {
        "path": path,
        "label": printable(in_words(scenario, path)),
        "unit": ODDS if number.unit == "1/day" else number.unit or "1",
        "low": low,
        "high": high,
        "written": number.value,
        "plausible": number.plausible is not None,
        "logarithmic": low > 0 and high >= 10 * low,
        "decimals": _decimals(low, high),
        "lever": number.lever,
        "source": printable(number.source or ""),
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
    acts = []
    for event in record.events.values():
        day = (event.days[0] - scenario.start).days
        if 0 <= day < scenario.days:
            acts.append({"day": day, "text": printable(event.story or ""), "rung": _rung(scenario, event.do)})
    acts.sort(key=lambda each: each["day"])
    return {"series": measured(scenario), "acts": acts, "until": _day(scenario, record.last)}


def _rung(scenario: Scenario, act: Any) -> int | None:
    """The rung of a recorded act; of several that it may have been, the highest. None for what nobody did."""
    named = [act] if isinstance(act, str) else list(getattr(act, "any_of", ()) or ())
    rungs = [scenario.theatre.actions[each].rung for each in named if each in scenario.theatre.actions]
    return max(rungs, default=None)


def _day(scenario: Scenario, when: date) -> int:
    return min((when - scenario.start).days, scenario.days - 1)
