"""A scenario with some of its numbers changed, by their paths: what a sweep tries, and a branch changes on its day."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.given import plain
from sim.text import did_you_mean
from sim.theatre.language.number import Number
from sim.theatre.language.paths import meaning, path_splits
from sim.theatre.language.scenario import Scenario


class ChangeError(ValueError):
    """A number cannot be changed so; the message says why."""


def with_numbers(scenario: Scenario, changes: Mapping[str, float | str]) -> Scenario:
    """Return the scenario with other values for some of its numbers.

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
        entry = _entry(content if canonical.startswith("script.") else content["theatre"], canonical)
        entry["value"] = plain(value)
    content["chosen"] = sorted(chosen)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        found = error.errors()[0]
        said = str(found["msg"]).removeprefix("Value error, ")
        where = ".".join(map(str, found["loc"]))
        raise ChangeError(f"{_blamed(where, changes)}: {said}") from None


def number_path(path: str, values: Mapping[str, Number]) -> str:
    """Return the canonical path of a number: terms and quantities in it match by meaning.

    Raises
    ------
    ChangeError
        It leads to no number.
    """
    for written in _readings(path.strip()):
        if written in values:
            return written
    inside = [known for known in values if known.startswith(f"{path}.")]
    hint = did_you_mean(path, tuple(values)) or "; 'sim describe' prints them all"
    if inside:
        hint = f"; inside it there are {', '.join(inside[:4])}" + (" …" if len(inside) > 4 else "")
    raise ChangeError(f"this scenario has no number '{path}'{hint}")


def _readings(path: str) -> Iterator[str]:
    """The path as it is, then with what follows each dot written the one way that paths call it."""
    yield path
    for at, letter in enumerate(path):
        if letter == ".":
            yield f"{path[: at + 1]}{meaning(path[at + 1 :])}"


def _entry(node: Any, rest: str) -> dict[str, Any]:
    """The record of a number in a scenario's content; ids hold dots, so the longest key that fits is tried first."""
    found = _descend(node, rest)
    assert found is not None, rest  # a canonical path leads to a number
    return found


def _descend(node: Any, rest: str) -> dict[str, Any] | None:
    if not rest:
        return node if isinstance(node, dict) else None
    entries = dict(enumerate(node)) if isinstance(node, list) else dict(node) if isinstance(node, dict) else {}
    if isinstance(entries.get("clauses"), dict):  # a file writes comparisons straight into their condition
        entries |= entries["clauses"]
    for key, inner in path_splits(rest, entries):
        found = _descend(entries[key], inner)
        if found is not None:
            return found
    return None


def _blamed(where: str, changes: Mapping[str, float | str]) -> str:
    """The change that a fault lies in: the only one, else the one whose path ends as the place does."""
    shown = where.removesuffix(".value")
    return next((path for path in changes if len(changes) == 1 or shown.endswith(path)), shown)
