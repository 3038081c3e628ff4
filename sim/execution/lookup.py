"""What a user asks of a run: which day, who, which action; and what to say where there is no such thing."""

from datetime import date

from sim.results.ensemble import date_of
from sim.text import did_you_mean, suggestion
from sim.theatre.language.scenario import Scenario

from .source import Origin, ReplayError, RunSource, find_origin

DayLike = int | str | date
"""A day of a run: counted from 0, or by its date."""


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


def refuse_unknown_run(origin: Origin, run: int) -> None:
    """Refuse a run that the result does not have, or that has no dice.

    Raises
    ------
    QueryError
        There is no such run.
    """
    numbers = origin.numbers
    if run not in numbers:
        known = f"{origin.name} has {numbers[0]:,} to {numbers[-1]:,}"
        has = "runs are numbered from 0 below 2**32" if origin.runs is None else known
        raise QueryError(f"there is no run {run}; {has}")


def day_of(scenario: Scenario, day: DayLike) -> int:
    """Count a day of a scenario from its first, which is 0.

    Raises
    ------
    QueryError
        It is no day, or none of the scenario.
    """
    span = f"{scenario.name} goes from day 0 ({scenario.start}) to day {scenario.days - 1} ({scenario.end})"
    text = str(day).strip()
    if text.lstrip("-").isdigit():
        count, text = int(text), f"day {int(text)}"
    else:
        try:
            count = (date.fromisoformat(text) - scenario.start).days
        except ValueError:
            raise QueryError(f"'{text}' is no day; give its number or its date, such as 2019-06-20; {span}") from None
    if not 0 <= count < scenario.days:
        raise QueryError(f"{text} is outside the run; {span}")
    return count


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
    return f"day {day} ({date_of(scenario, day)})"
