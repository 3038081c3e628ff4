"""What `sim describe --day` prints: the phases of a day, in the order in which a model steps through them."""

from typing import Any

from rich.console import Console
from rich.text import Text

from sim.engine.day import PHASES
from sim.theatre.files.load import load_either
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

from .console import print_as_it_is


def agents(theatre: Theatre) -> list[str]:
    """Who acts in each phase, in order."""
    market = [name for name, actor in theatre.actors.items() if actor.kind == "market"]
    return [*sorted(theatre.deciders), *market, "world"]


def as_data(name: str) -> dict[str, Any]:
    """The day of a theatre or a scenario.

    Raises
    ------
    ScenarioError
        With every fault found.
    """
    model, _ = load_either(name)
    theatre = model.theatre if isinstance(model, Scenario) else model
    phases = [{"name": phase.name, "does": phase.does, "odd": phase.section} for phase in PHASES]
    return {"name": getattr(model, "name", theatre.theatre), "agents": agents(theatre), "phases": phases}


def print_day(day: dict[str, Any], console: Console) -> None:
    """Write the phases one below the other: to a terminal in columns, elsewhere with tabs between fields."""
    between = "  " if console.is_terminal else "\t"
    for number, phase in enumerate(day["phases"], 1):
        fields = (number, f"{phase['name']:10}" if console.is_terminal else phase["name"], phase["odd"], phase["does"])
        print_as_it_is(between.join(map(str, fields)))
    acting = "In each phase, in this order: " + ", ".join(day["agents"])
    console.print(Text(acting)) if console.is_terminal else print_as_it_is(f"\n{acting}")
