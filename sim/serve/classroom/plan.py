"""Plans: what a teacher settles before a room is made, and the scenarios that can be chosen."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from sim.play.messages.orders import Message, fault_in_words
from sim.play.seats import PlayError, seat_of, seats_of
from sim.play.sessions.entries import Days, Settings
from sim.serve.scenarios import Head, Scenarios
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

MOST_WORLDS = 12
MOST_WORLDS_AT_HOME = 120
MOST_PEOPLE = 120


class Plan(Message):
    """What a teacher settles before a room is made."""

    scenario: Annotated[str, Field(min_length=1, max_length=100)]
    mode: Literal["class", "homework"] = "class"
    """A class in parallel worlds at one time; or everybody in a world of their own, at their own pace."""
    worlds: Annotated[int, Field(ge=1, le=MOST_WORLDS)] = 1
    seats: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(min_length=1, max_length=40)]
    turn: Days = 7
    seconds: Annotated[int, Field(ge=20, le=86_400)] | None = None
    """How long a turn's orders may take; None leaves a turn without an end."""
    late: Literal["rules", "hold", "umpire"] = "rules"
    """What becomes of seats whose people are late, lost or absent."""
    known: Literal["own", "all"] = "own"
    """Whether seats are told on each morning what truly happened."""
    futures: bool = True
    forecast: bool = False
    """Whether people are asked what they expect before they sit down."""
    stop_rung: Annotated[int, Field(ge=0, le=9)] | None = 6
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    @property
    def settings(self) -> Settings:
        """The same for each session."""
        otherwise: Literal["rules", "hold"] = "hold" if self.late == "hold" else "rules"
        return Settings(turn=self.turn, stop_rung=self.stop_rung, otherwise=otherwise, futures=self.futures)


class PlanError(ValueError):
    """A room cannot be made like this; `reasons` has what is wrong."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


def scenario_of(name: str, scenarios: Scenarios) -> Scenario:
    """Find a scenario that can be chosen.

    Raises
    ------
    PlanError
        There is none of that name.
    """
    if name not in scenarios:
        known = ", ".join(head.name for head in scenarios.in_order())
        raise PlanError(f"there is no scenario of that name; there are {known}")
    return scenarios.load(name)


@cache
def catalogue(scenarios: Scenarios) -> dict[str, Any]:
    """The scenarios that can be chosen, the ones for a class first, with the cast and the ladder of each theatre."""
    heads = scenarios.in_order("baseline", "eve_of_k1", "first_lesson", "whole_crisis")
    of_theatre = {head.theatre: head.name for head in reversed(heads)}
    theatres = {name: scenarios.load(scenario).theatre for name, scenario in of_theatre.items()}
    return {
        "scenarios": [_told(head) for head in heads],
        "casts": {name: seats_in(theatre) for name, theatre in theatres.items()},
        "outcomes": {name: labels_of(theatre.outcomes) for name, theatre in theatres.items()},
        "ladder": {name: ladder_of(theatre) for name, theatre in theatres.items()},
    }


def _told(head: Head) -> dict[str, Any]:
    return head._asdict() | {"start": head.start.isoformat(), "end": head.end.isoformat()}


def labels_of(things: Mapping[str, Any]) -> dict[str, str]:
    """What actors or outcomes are called, by their ids."""
    return {name: each.label for name, each in things.items()}


def ladder_of(theatre: Theatre) -> list[str]:
    """What rungs are called, the lowest first."""
    return [rung.label for _, rung in sorted(theatre.ladder.rungs.items())]


def seats_in(theatre: Theatre, names: tuple[str, ...] | None = None) -> list[dict[str, Any]]:
    """Seats with what is said of them to everybody; left out, every actor that has something to decide."""
    found = []
    for name in theatre.deciders if names is None else names:
        try:
            seat = seat_of(theatre, name)
        except PlayError:
            continue
        actor = theatre.deciders[seat.actor]
        found.append(
            {"id": seat.id, "label": seat.label, "wants": actor.wants, "about": actor.about, "acts": len(seat.acts)}
        )
    return found


def plan_from(data: Any, scenarios: Scenarios) -> tuple[Plan, Scenario]:
    """Read a plan as a teacher's page sends it.

    Raises
    ------
    PlanError
        It is none.
    """
    if not isinstance(data, dict):
        raise PlanError("this is no plan")
    try:
        plan = Plan.model_validate(data)
        scenario = scenario_of(plan.scenario, scenarios)
        seats_of(scenario, plan.seats)
    except ValidationError as error:
        raise PlanError(*fault_in_words(error).split("\n")) from None
    except PlayError as error:
        raise PlanError(str(error)) from None
    if len(set(plan.seats)) < len(plan.seats):
        raise PlanError("a seat is named twice")
    return plan, scenario
