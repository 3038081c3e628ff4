"""Scenarios twice as large in one respect, to see what size costs."""

from collections.abc import Callable
from typing import Any

from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

Content = dict[str, Any]


def doubled(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario with twice the days, the actions, or the actors with all that they can do."""
    return {
        "days": scenario.model_copy(update={"days": 2 * scenario.days}),
        "actions": _changed(scenario, _more_actions),
        "actors and actions": _changed(scenario, _more_actors),
    }


def _changed(scenario: Scenario, change: Callable[[Content], None]) -> Scenario:
    content = scenario.theatre.model_dump(mode="python", by_alias=True, exclude_unset=True)
    change(content)
    return scenario.model_copy(update={"theatre": Theatre.model_validate(content)})


def _more_actions(theatre: Content) -> None:
    theatre["actions"] |= {f"{name}_too": action for name, action in theatre["actions"].items()}


def _more_actors(theatre: Content) -> None:
    """Every actor has a twin who does the same to the same; nobody does anything to a twin."""
    twins = {name: actor for name, actor in theatre["actors"].items() if actor["kind"] != "market"}
    theatre["actors"] |= {f"{name}_too": actor for name, actor in twins.items()}
    theatre["actions"] |= {_twin(name): _own_orders(action) for name, action in theatre["actions"].items()}


def _twin(action: str) -> str:
    actor, _, act = action.partition(".")
    return f"{actor}_too.{act}"


def _own_orders(action: Content) -> Content:
    """The same act of a twin, who calls off the twin's orders and no others."""
    if "calls_off" not in action:
        return action
    return action | {"calls_off": [_twin(ordered) for ordered in action["calls_off"]]}
