"""The parts of sim/ODD.md that are data, made anew by `python -m tests.odd`; tests/test_odd.py holds them current."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import sim
from sim.theatre.files.load import resolve, shipped
from sim.theatre.language.base import described
from sim.theatre.language.number import Legal, Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import (
    Action,
    Actor,
    Casualties,
    Ladder,
    Order,
    Perception,
    Replies,
    Sponsor,
    Theatre,
    War,
)
from sim.theatre.language.variables import FlagVariable, LevelVariable

ODD = Path(__file__).parent.parent / "sim" / "ODD.md"
_PART = "<!-- generated: {name} -->\n{text}<!-- end -->"


def parts() -> dict[str, str]:
    """Every generated part by its name in the file."""
    theatre = sim.load_theatre("persian_gulf")
    made: dict[str, Callable[[], Iterator[tuple[str, ...]]]] = {
        "cast": lambda: cast(theatre),
        "ladder": lambda: ladder(theatre),
        "variables": lambda: variables(theatre),
        "scenarios": scenarios,
        "parameters": parameters,
    }
    return {name: table(rows()) for name, rows in made.items()}


def cast(theatre: Theatre) -> Iterator[tuple[str, ...]]:
    """Yield who decides, and what each can do."""
    yield "actor", "kind", "who", "acts, by rung"
    for name, actor in theatre.actors.items():
        if isinstance(actor, Actor):
            rungs = sorted(action.rung for act, action in theatre.actions.items() if act.startswith(f"{name}."))
            counts = ", ".join(f"{rungs.count(rung)} on {rung}" for rung in dict.fromkeys(rungs))
            yield f"`{name}`", actor.kind, actor.label, f"{len(rungs)}: {counts}"
        else:
            yield f"`{name}`", actor.kind, actor.label, "settles " + ", ".join(f"`{price}`" for price in actor.prices)


def ladder(theatre: Theatre) -> Iterator[tuple[str, ...]]:
    """Yield the rungs and their severity."""
    yield "rung", "what stands on it", "severity"
    for rung, entry in theatre.ladder.rungs.items():
        yield str(rung), entry.label, figure(entry.severity)


def variables(theatre: Theatre) -> Iterator[tuple[str, ...]]:
    """Yield the quantities of the world, where they start, and how fast they relax."""
    yield "variable", "what", "kind", "first morning", "half-life"
    for name, variable in theatre.variables.items():
        start = (
            ("true" if variable.start else "false") if isinstance(variable, FlagVariable) else figure(variable.start)
        )
        fades = getattr(variable, "half_life", None)
        yield f"`{name}`", variable.label, variable.kind, start, figure(fades) if fades else "none"


def scenarios() -> Iterator[tuple[str, ...]]:
    """Yield the shipped scenarios, what they ask, and what enters their runs."""
    yield "scenario", "asks", "days", "imposed"
    for path in sorted(shipped().glob("*.yaml")):
        if resolve(path).first.kind == "scenario":
            scenario = sim.load(path)
            yield f"`{path.stem}`", scenario.question or "", f"{scenario.days} from {scenario.start}", imposed(scenario)


def imposed(scenario: Scenario) -> str:
    """What a scenario's script lets happen in every run."""
    own = [name for name in scenario.script if not name.startswith("history_")]
    told = [f"`{name}`" for name in own]
    if scenario.history_until is not None:
        told.insert(0, f"history to {scenario.history_until}")
    return ", ".join(told) or "nothing"


_RECORDS = {
    "`ladder`": Ladder,
    "an actor's `perception`": Perception,
    "an actor's `replies`": Replies,
    "an actor": Actor,
    "a sponsor": Sponsor,
    "a variable": LevelVariable,
    "an action": Action,
    "`casualties`": Casualties,
    "an `order`": Order,
    "`war`": War,
}


def parameters() -> Iterator[tuple[str, ...]]:
    """Yield the numbers that each entry of the language takes, with unit and legal range."""
    yield "of", "number", "unit", "legal", "what it is"
    for of, record in _RECORDS.items():
        for name, field in record.model_fields.items():
            legal = next((part for part in _metadata(field) if isinstance(part, Legal)), None)
            if legal is not None:
                yield of, f"`{name}`", legal.shown, str(legal), described(record).get(name, "").replace("\n", " ")


def _metadata(field: Any) -> Iterable[Any]:
    """What is said about a field's type; a map's values speak for it."""
    inner = [part for argument in getattr(field.annotation, "__args__", ()) for part in _annotated(argument)]
    return [getattr(part, "func", part) for part in (*field.metadata, *inner)]


def _annotated(argument: Any) -> Iterable[Any]:
    return getattr(argument, "__metadata__", ())


def figure(number: Number) -> str:
    """A number with its unit, as files write it."""
    unit = "" if number.unit in (None, "1") else f" {number.unit}"
    return f"{number.value:g}{unit}"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * (lines[0].count(" | ") + 1))
    return "\n".join(lines) + "\n"


def renewed(text: str) -> str:
    """Return the protocol with every generated part made anew.

    Raises
    ------
    ValueError
        A part has no place in it.
    """
    for name, made in parts().items():
        place = re.compile(rf"<!-- generated: {name} -->\n.*?<!-- end -->", re.DOTALL)
        text, count = place.subn(lambda _, name=name, made=made: _PART.format(name=name, text=made), text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{ODD.name} has {count} places for '{name}'; it needs one")
    return text


if __name__ == "__main__":
    ODD.write_text(renewed(ODD.read_text(encoding="utf-8")), encoding="utf-8")
