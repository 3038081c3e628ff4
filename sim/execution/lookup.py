"""What a user asks of a run: which day, who, which action; and what to say where there is no such thing."""

from datetime import date
from operator import index
from typing import Any, SupportsIndex

import numpy as np

from sim.given import shown, whole_or_none
from sim.text import date_from, did_you_mean, suggestion
from sim.theatre.language.scenario import Scenario

from .source import Origin, ReplayError, RunSource, find_origin

DayLike = SupportsIndex | float | str | date | np.datetime64
"""A day of a run: counted from 0, or by its date, as Python, NumPy or pandas hold numbers and dates, or as text."""


class QueryError(ReplayError):
    """What was asked does not fit the runs; the message says what would."""


def origin_of(source: RunSource | Origin, seed: int | None = None) -> Origin:
    """Find the scenario and the seed of what the user names; what has been found is given back.

    Raises
    ------
    ReplayError, sim.ScenarioError, sim.StoreError
        As `sim.execution.source.find_origin`.
    """
    return source if isinstance(source, Origin) else find_origin(source, seed)


def run_of(origin: Origin, run: int) -> int:
    """Return the number of a run that the result has, or that has dice.

    Raises
    ------
    QueryError
        There is no such run.
    """
    numbers, number = origin.numbers, whole_or_none(run)
    if number is None or number not in numbers:
        known = f"{origin.name} has {numbers[0]:,} to {numbers[-1]:,}"
        has = "runs are numbered from 0 below 2**32" if origin.runs is None else known
        raise QueryError(f"there is no run {shown(run)}; {has}")
    return number


def day_of(scenario: Scenario, day: DayLike) -> int:
    """Count a day of a scenario from its first, which is 0.

    Raises
    ------
    QueryError
        It is no day, or none of the scenario.
    """
    span = f"{scenario.name} goes from day 0 ({scenario.start}) to day {scenario.days - 1} ({scenario.end})"
    count = count_of(scenario.start, day)
    if count is None:
        raise QueryError(f"'{day}' is not a day; give its number or its date, such as 2019-06-20; {span}")
    if not 0 <= count < scenario.days:
        dated = date_from(day)
        raise QueryError(f"{dated or f'day {count}'} is outside the run; {span}")
    return count


def count_of(start: date, day: DayLike) -> int | None:
    """Count a day from the first, whatever holds it; a truth value is none, and a number with a fraction neither."""
    number: Any = day.item() if getattr(day, "ndim", None) == 0 else day  # type: ignore[union-attr]  # of NumPy
    if isinstance(day, str) and (text := day.strip()).removeprefix("-").isdecimal():
        return int(text)
    if (dated := date_from(day)) is not None:
        return (dated - start).days
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return index(number) if isinstance(number, SupportsIndex) and not isinstance(number, bool) else None


def actor_of(scenario: Scenario, actor: str) -> str:
    """Return an actor that decides.

    Raises
    ------
    QueryError
        The theatre has none of that name.
    """
    deciders = tuple(scenario.theatre.deciders)
    if actor not in deciders:
        raise QueryError(f"there is no actor '{actor}'{suggestion(actor, deciders)}")
    return actor


def action_of(scenario: Scenario, action: str) -> str:
    """Return an action; without the name of its actor, if no other actor has one that is called so.

    Raises
    ------
    QueryError
        The theatre has none of that name, or several.
    """
    actions = tuple(scenario.theatre.actions)
    if action in actions:
        return action
    called = [known for known in actions if known.split(".", 1)[1] == action]
    if len(called) == 1:
        return called[0]
    own = tuple(known for known in actions if known.startswith(f"{action.split('.')[0]}."))
    hint = (
        f"; there are {', '.join(called)}"
        if called
        else did_you_mean(action, actions) or suggestion("", own or actions)
    )
    raise QueryError(f"there is no action '{action}'{hint}")


def outcome_of(scenario: Scenario, outcome: str) -> str:
    """Return an outcome.

    Raises
    ------
    QueryError
        The theatre has none of that name.
    """
    outcomes = tuple(scenario.theatre.outcomes)
    if outcome not in outcomes:
        raise QueryError(f"there is no outcome '{outcome}'{suggestion(outcome, outcomes)}")
    return outcome


def dated(scenario: Scenario, day: int) -> str:
    """A day with its date, for a sentence."""
    return f"day {day} ({scenario.date_of(day)})"
