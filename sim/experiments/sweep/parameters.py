"""Which numbers of a scenario vary in a sweep, and how far."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

import numpy as np

from sim.experiments.plan import PlanError
from sim.results.design import Varied
from sim.theatre.change import ChangeError, number_path, with_numbers
from sim.theatre.compile import compile_scenario, program_of
from sim.theatre.inventory import unit_of
from sim.theatre.names import did_you_mean
from sim.theatre.number import Number, Written, written
from sim.theatre.program import Program
from sim.theatre.scenario import Scenario

Range = tuple[float, float]
Parameters = Sequence[str] | Mapping[str, Sequence[float] | None] | None
"""Patterns over canonical paths, as `sim describe` prints them; or with a range for each, None for the plausible one."""
Only = Literal["levers", "uncertainties"]


class ParameterError(PlanError):
    """Numbers cannot vary as asked; the message says why and what can be done."""


def chosen(scenario: Scenario, parameters: Parameters = None, only: Only | None = None) -> tuple[Varied, ...]:
    """Find the numbers that vary.

    Parameters
    ----------
    scenario : Scenario
    parameters : sequence of patterns, or mapping from patterns to ranges, optional
        A path, or a pattern such as `actions.iran.*`; left out, every number with a plausible range. A pattern takes
        the numbers that can vary; a path that cannot is refused.
    only : {"levers", "uncertainties"}, optional
        Only numbers that a government can choose, or only others.

    Returns
    -------
    tuple of Varied, in the order of the theatre

    Raises
    ------
    ParameterError
        A pattern finds nothing, or a number that is named cannot vary.
    """
    numbers = dict(scenario.numbers())
    asked = (
        parameters if isinstance(parameters, Mapping) else dict.fromkeys(["*"] if parameters is None else parameters)
    )
    ranges: dict[str, Range] = {}
    named: set[str] = set()
    for pattern, range_ in asked.items():
        found, is_path = _matching(pattern, numbers)
        for path in found:
            ranges[path] = _range(path, numbers[path], range_, is_path) or ranges.get(path, (0.0, 0.0))
        named |= set(found) if is_path else set()
    ranges = {path: each for path, each in ranges.items() if each[0] < each[1]}
    _refuse_illegal(scenario, {path: each for path, each in ranges.items() if each != numbers[path].plausible})
    for path in shaping(scenario, ranges):
        if path in named:
            raise ParameterError(
                f"{path} shapes the rules themselves and cannot differ from run to run; write a scenario for each "
                "value and compare them"
            )
        del ranges[path]
    if only is not None:
        ranges = {path: each for path, each in ranges.items() if numbers[path].lever == (only == "levers")}
    if not ranges:
        raise ParameterError(_nothing(only))
    units = _units(scenario)
    return tuple(
        Varied(path, *map(float, ranges[path]), number.value, units.get(path, number.unit or "1"), number.lever)
        for path, number in numbers.items()
        if path in ranges
    )


def _matching(pattern: str, numbers: Mapping[str, Number]) -> tuple[list[str], bool]:
    """Paths that a pattern finds, and whether it is a path itself; the terms in paths have a `*` of their own."""
    try:
        return [number_path(pattern, numbers)], True
    except ChangeError as error:
        inside = [path for path in numbers if fnmatchcase(path, pattern) or path.startswith(f"{pattern}.")]
        if inside:
            return inside, False
        hint = did_you_mean(pattern, tuple(numbers)) or "; 'sim describe' prints their paths"
        if "*" in pattern:
            raise ParameterError(f"no number's path matches '{pattern}'{hint}") from None
        raise ParameterError(str(error)) from None


def _range(path: str, number: Number, asked: Sequence[float] | None, is_path: bool) -> Range | None:
    if asked is None:
        if number.plausible is not None and number.plausible[0] < number.plausible[1]:
            return number.plausible
        if not is_path:
            return None
        what = (
            "no plausible range" if number.plausible is None else f"a plausible range of {number.plausible[0]:g} only"
        )
        raise ParameterError(
            f"{path} has {what}; give it one: '{path}: [low, high]' in a sweep file, or in the theatre"
        )
    if len(asked) != 2 or not all(np.isfinite(end) for end in asked) or not asked[0] < asked[1]:
        raise ParameterError(f"{path}: a range has a low end and a higher high end, found {list(asked)}")
    return float(asked[0]), float(asked[1])


def _refuse_illegal(scenario: Scenario, ranges: Mapping[str, Range]) -> None:
    for path, ends in ranges.items():
        for end in ends:
            try:
                with_numbers(scenario, {path: end})
            except ChangeError as error:
                raise ParameterError(str(error)) from None


def _nothing(only: Only | None) -> str:
    if only == "levers":
        return (
            "none of these numbers is marked as a lever; mark what a government can choose in the theatre, with "
            "'lever: true' beside its value and plausible range"
        )
    return (
        "none of these numbers has a plausible range to vary in; write one into the theatre: 'plausible: [low, high]'"
    )


def _units(scenario: Scenario) -> dict[str, str]:
    rows: Iterable[Written] = (*written(scenario.theatre), *written(scenario.script, ("script",)))
    return {each.path: unit_of(scenario.theatre, each) for each in rows}


def shaping(scenario: Scenario, ranges: Mapping[str, Range]) -> list[str]:
    """Numbers that shape the rules within their range, so that a point with another value is not the same program.

    Such is the number of days over which rungs are remembered, or a share of replies that may be 0: there is then no
    reply to be made.
    """
    shape = _shape(program_of(scenario))
    found: set[str] = set()
    for end in (0, 1):
        found |= set(_shaping(scenario, {path: each[end] for path, each in ranges.items()}, shape))
    return [path for path in ranges if path in found]


def _shaping(scenario: Scenario, values: Mapping[str, float], shape: Collection[Any]) -> Iterator[str]:
    """Find those among many by halves: seldom are there any."""
    if not values:
        return
    try:
        if _shape(compile_scenario(with_numbers(scenario, values))) == shape:
            return
    except ChangeError:  # values that cannot stand together may be well apart
        pass
    if len(values) == 1:
        yield from values
        return
    items = list(values.items())
    yield from _shaping(scenario, dict(items[: len(items) // 2]), shape)
    yield from _shaping(scenario, dict(items[len(items) // 2 :]), shape)


def _shape(program: Program) -> list[Any]:
    """Everything of a program but the values of its numbers."""
    fields = {name: part for name, part in vars(program).items() if name not in ("sha256", "base", "parameters")}
    return [*map(_flat, fields.values()), [parameter.paths for parameter in program.parameters]]


def _flat(part: Any) -> Any:
    if isinstance(part, np.ndarray):
        return part.tobytes()
    return [_flat(each) for each in part] if isinstance(part, tuple) else part
