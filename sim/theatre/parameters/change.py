"""A scenario with some of its numbers changed, by their paths: what a sweep tries, and a branch changes on its day."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from pydantic import ValidationError

from sim.given import plain
from sim.theatre.language.changes import Change, ChangeError, entry_of, in_order, number_path
from sim.theatre.language.scenario import Scenario

__all__ = ["ChangeError", "changes_told", "number_path", "with_change", "with_numbers", "without_changes"]


def with_numbers(scenario: Scenario, changes: Mapping[str, float | str]) -> Scenario:
    """Return the scenario with other values for some of its numbers, from the first day on.

    Parameters
    ----------
    scenario : Scenario
    changes : mapping
        By path, such as `actions.us.strike_iran.rate`, the value as a file would write it, with or without its unit.

    Raises
    ------
    ChangeError
        A path leads to no number of the scenario, or a value is not allowed there.
    """
    content = scenario.model_dump(mode="json", by_alias=True)
    values = dict(scenario.numbers())
    chosen = set(scenario.chosen)
    for path, value in changes.items():
        canonical = number_path(path, values)
        if values[canonical].plausible is not None:
            chosen.add(canonical)
        entry = entry_of(content if canonical.startswith("script.") else content["theatre"], canonical)
        entry["value"] = plain(value)
    content["chosen"] = sorted(chosen)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        found = error.errors()[0]
        said = str(found["msg"]).removeprefix("Value error, ")
        where = ".".join(map(str, found["loc"]))
        raise ChangeError(f"{_blamed(where, changes)}: {said}") from None


def with_change(scenario: Scenario, on: date, numbers: Mapping[str, float | str]) -> Scenario:
    """Return the scenario with other values for some of its numbers from the morning of a date on.

    What it changes itself on that date stands, but for these numbers.

    Raises
    ------
    ChangeError
        A path leads to no number of the scenario, or to one that cannot change on that date, or a value is not allowed.
    """
    known = dict(scenario.numbers())
    new = {number_path(path, known): plain(value) for path, value in numbers.items()}
    changes = _but_for(scenario.changes, new.keys(), on, on)
    name = f"from_{on:%Y_%m_%d}"
    while name in changes:
        name += "_on"
    try:
        changes[name] = Change(on=on, set=new)
        return Scenario.model_validate(
            {field: getattr(scenario, field) for field in Scenario.model_fields} | {"changes": changes}
        )
    except ValidationError as error:
        found = error.errors()[0]
        path = next((str(part) for part in reversed(found["loc"]) if part in new), "")
        said = str(found["msg"]).removeprefix("Value error, ")
        raise ChangeError(f"{path}: {said}" if path and path not in said else said) from None


def changes_told(scenario: Scenario) -> Iterator[str]:
    """What changes in the course of a scenario, a line for each entry: from when on, and what numbers are and were."""
    for on, of_day in in_order(scenario.changes):
        day = (on - scenario.start).days
        before = dict((scenario.as_of(day - 1) if day else scenario).numbers())
        for name, change in of_day.items():
            values = (f"{path} is {value:g}, was {before[path].value:g}" for path, value in change.set.items())
            yield f"from {on} on ({name}): {'; '.join(values)}"


def without_changes(scenario: Scenario, paths: Collection[str], on: date) -> Scenario:
    """Return the scenario in which some numbers, by canonical paths, do not change up to a date; later they may."""
    if not scenario.changes:
        return scenario
    return scenario.model_copy(update={"changes": _but_for(scenario.changes, paths, date.min, on)})


def _but_for(changes: Mapping[str, Change], paths: Collection[str], first: date, last: date) -> dict[str, Change]:
    """Changes, but for those of some numbers from one date to another."""
    found: dict[str, Change] = {}
    for name, each in changes.items():
        within = first <= each.on <= last
        kept = {path: value for path, value in each.set.items() if not within or path not in paths}
        if kept:
            found[name] = each.model_copy(update={"set": kept})
    return found


def _blamed(where: str, changes: Mapping[str, float | str]) -> str:
    """The change that a fault lies in: the only one, else the one whose path ends as the place does."""
    shown = where.removesuffix(".value")
    return next((path for path in changes if len(changes) == 1 or shown.endswith(path)), shown)
