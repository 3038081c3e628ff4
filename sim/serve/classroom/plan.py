"""Plans: what a teacher settles before a room is made, and the scenarios that can be chosen."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from sim.play.messages.orders import Message, fault_in_words
from sim.play.seats import PlayError, seat_of, seats_of
from sim.play.sessions.entries import Days, Settings
from sim.theatre.files.load import load
from sim.theatre.files.locate import chain, shipped_files
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

MOST_WORLDS = 12
MOST_WORLDS_AT_HOME = 120
MOST_PEOPLE = 120
_HEAD = ("title", "question", "start", "days")


class Plan(Message):
    """What a teacher settles before a room is made."""

    scenario: Annotated[str, Field(min_length=1, max_length=100)]
    mode: Literal["class", "homework"] = "class"
    """A class in parallel worlds at one time; or everybody in a world of their own, at their own pace."""
    students: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] | None = None
    """How many people are expected; left out, nobody has said."""
    worlds: Annotated[int, Field(ge=1, le=MOST_WORLDS)] = 1
    """Left out, as many as the students need."""
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
    """A turn ends early once a seat learns of an act against it on this rung or above; None: not for acts."""
    stop_outcomes: bool = True
    """Whether a turn ends early once an outcome comes about of which some seat can tell."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _worlds_for(cls, data: Any) -> Any:
        """Have as many worlds as the students need, where nobody has said how many."""
        if not isinstance(data, dict) or data.get("worlds") is not None or data.get("mode") == "homework":
            return data
        students, seats = data.get("students"), data.get("seats")
        if type(students) is not int or not isinstance(seats, list | tuple) or not seats:
            return data
        return data | {"worlds": min(max(-(-students // len(seats)), 1), MOST_WORLDS)}

    @model_validator(mode="after")
    def _has_people(self) -> "Plan":
        if self.mode == "class" and self.students is not None and self.worlds > self.students:
            raise ValueError(f"{self.worlds} worlds are more than there are students; choose {self.students} at most")
        return self

    @property
    def settings(self) -> Settings:
        """The same for each session."""
        otherwise: Literal["rules", "hold"] = "hold" if self.late == "hold" else "rules"
        return Settings(
            turn=self.turn,
            stop_rung=self.stop_rung,
            stop_outcomes=self.stop_outcomes,
            stop_lapsed=not self.lasts_its_days,
            otherwise=otherwise,
            futures=self.futures,
        )

    @property
    def lasts_its_days(self) -> bool:
        """Whether a turn never ends early: where neither acts nor outcomes stop it, nothing does."""
        return self.stop_rung is None and not self.stop_outcomes


class PlanError(ValueError):
    """A room cannot be made like this; `reasons` has what is wrong."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@cache
def _shipped() -> dict[str, Path]:
    """Shipped files by name: what a client says is looked up here, and never becomes a path."""
    return {path.stem: path for path in shipped_files() if path.parent.name != "theatres" and path.stem != "history"}


@cache
def scenario_of(name: str) -> Scenario:
    """Find a scenario that comes with the package.

    Raises
    ------
    PlanError
        There is none of that name.
    """
    if name not in _shipped():
        raise PlanError(f"there is no scenario of that name; there are {', '.join(_shipped())}")
    return load(_shipped()[name])


@cache
def catalogue() -> dict[str, Any]:
    """The scenarios that can be chosen, the ones for a class first, with the cast and the ladder of each theatre."""
    scenarios = [_written(name) for name in sorted(_shipped(), key=_for_a_class)]
    of_theatre = {each["theatre"]: each["name"] for each in reversed(scenarios)}
    theatres = {name: scenario_of(scenario).theatre for name, scenario in of_theatre.items()}
    return {
        "scenarios": scenarios,
        "casts": {name: seats_in(theatre) for name, theatre in theatres.items()},
        "outcomes": {name: labels_of(theatre.outcomes) for name, theatre in theatres.items()},
        "ladder": {name: ladder_of(theatre) for name, theatre in theatres.items()},
    }


def _written(name: str) -> dict[str, Any]:
    """What a scenario's file, or the nearest that it extends, says in its head: to load them all would take long."""
    files, _ = chain(_shipped()[name])
    trees = [file.tree for file in files]
    said = {key: next((str(found.content) for tree in trees if (found := tree.get(key))), None) for key in _HEAD}
    start, days = date.fromisoformat(said["start"] or ""), int(said["days"] or "")
    return {
        "name": name,
        "title": said["title"] or name,
        "question": said["question"],
        "start": start.isoformat(),
        "end": (start + timedelta(days=days - 1)).isoformat(),
        "days": days,
        "theatre": files[-1].path.stem,
    }


def _for_a_class(name: str) -> tuple[int, str]:
    """Where a scenario stands in the list: those with which a class would begin, then what would have been if."""
    first = ("baseline", "eve_of_k1", "first_lesson", "whole_crisis")
    return (first.index(name) if name in first else len(first)), name


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


def plan_from(data: Any) -> tuple[Plan, Scenario]:
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
        scenario = scenario_of(plan.scenario)
        seats_of(scenario, plan.seats)
    except ValidationError as error:
        raise PlanError(*fault_in_words(error).split("\n")) from None
    except PlayError as error:
        raise PlanError(str(error)) from None
    if len(set(plan.seats)) < len(plan.seats):
        raise PlanError("a seat is named twice")
    return plan, scenario
