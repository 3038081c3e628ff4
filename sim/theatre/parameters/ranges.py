"""Within what ranges numbers of a scenario may be varied, by patterns over their paths."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from sim.text import did_you_mean
from sim.theatre.compiled.compile import compile_scenario, program_of
from sim.theatre.compiled.program import Program
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario

from .change import ChangeError, number_path, with_numbers
from .law import UncertainNumber
from .places import Place, places
from .uncertain import uncertain_number

Range = tuple[float, float]


class RangeError(ValueError):
    """A number cannot vary so; the message says why and what can be done."""


def ranges(scenario: Scenario, asked: Mapping[str, Sequence[float] | None]) -> dict[str, UncertainNumber]:
    """Find numbers and the ranges in which they vary.

    Parameters
    ----------
    scenario : Scenario
    asked : mapping from patterns to ranges
        A path, or a pattern such as `actions.iran.*`, with its low and high end, or None for the plausible range. Later
        ones have the last word. A pattern takes what can vary; a path that cannot is refused. Between ends that are
        given a number is spread evenly, in its logarithm where they reach tenfold; a plausible range has its own law.

    Returns
    -------
    dict from paths to numbers, in the order of the theatre

    Raises
    ------
    RangeError
        A pattern finds nothing, or a number that is named cannot vary.
    """
    known = {path: (number, place) for path, number, place in places(scenario)}
    numbers = {path: number for path, (number, _) in known.items()}
    found: dict[str, UncertainNumber] = {}
    named: set[str] = set()
    for pattern, ends in asked.items():
        paths, is_path = _matching(pattern, numbers)
        for path in paths:
            if (doubt := _doubt(path, *known[path], ends, is_path)) is not None:
                found[path] = doubt
        named |= set(paths) if is_path else set()
    ends_of = {path: (doubt.low, doubt.high) for path, doubt in found.items()}
    _refuse_illegal(scenario, {path: ends for path, ends in ends_of.items() if ends != numbers[path].plausible})
    for path in shaping(scenario, ends_of):
        if path in named:
            raise RangeError(
                f"{path} shapes the rules themselves and cannot differ from run to run; write a scenario for each "
                "value and compare them"
            )
        del found[path]
    return {path: found[path] for path in numbers if path in found}


def as_asked(parameters: Any) -> dict[str, Any]:
    """A range for each pattern, None for the plausible one, of one pattern, of a list of any library, or of a mapping.

    Raises
    ------
    TypeError
        It is none of these.
    """
    if isinstance(parameters, Mapping):
        return dict(parameters)
    return dict.fromkeys([parameters] if isinstance(parameters, str) else list(parameters))


def asked_ranges(
    scenario: Scenario, parameters: Any, otherwise: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, UncertainNumber]]:
    """What was asked for, by pattern, and the numbers that it finds; without any, what stands in its place.

    Raises
    ------
    RangeError
        It is nothing by which numbers are named, or finds none, or one that cannot vary so.
    """
    try:
        wanted = as_asked(() if parameters is None else parameters) or as_asked(otherwise)
        return wanted, ranges(scenario, wanted)
    except RangeError:
        raise
    except (TypeError, ValueError, AttributeError):
        raise RangeError(
            f"numbers are named by patterns, or by a mapping from patterns to ranges [low, high], found {parameters!r}"
        ) from None


def named_exactly(scenario: Scenario, patterns: Iterable[str]) -> set[str]:
    """The numbers that are named by their own path, and not by a pattern."""
    numbers = dict(scenario.numbers())
    found = (_matching(pattern, numbers) for pattern in patterns)
    return {paths[0] for paths, is_path in found if is_path}


def _matching(pattern: str, numbers: Mapping[str, Number]) -> tuple[list[str], bool]:
    """Paths that a pattern finds, and whether it is itself one: the terms in paths have a `*` of their own."""
    try:
        return [number_path(pattern, numbers)], True
    except ChangeError as error:
        inside = [path for path in numbers if fnmatchcase(path, pattern) or path.startswith(f"{pattern}.")]
        if inside:
            return inside, False
        hint = did_you_mean(pattern, tuple(numbers)) or "; 'sim describe' prints their paths"
        said = f"no number's path matches '{pattern}'{hint}" if "*" in pattern else str(error)
        raise RangeError(said) from None


def _doubt(
    path: str, number: Number, place: Place, asked: Sequence[float] | None, is_path: bool
) -> UncertainNumber | None:
    if asked is not None:
        if len(asked) != 2 or not all(map(math.isfinite, asked)) or not asked[0] < asked[1]:
            raise RangeError(f"{path}: a range has a low end and a higher high end, found {list(asked)}")
        return UncertainNumber(path, number.value, float(asked[0]), float(asked[1]))
    doubt, plausible = uncertain_number(path, number, place), number.plausible
    if doubt is not None or not is_path:
        return doubt
    has = "no plausible range" if plausible is None else f"{plausible[0]:g} as its only plausible value"
    raise RangeError(f"{path} has {has}; give it a range here, or write one into the theatre")


def _refuse_illegal(scenario: Scenario, found: Mapping[str, Range]) -> None:
    for path, ends in found.items():
        for end in ends:
            try:
                with_numbers(scenario, {path: end})
            except ChangeError as error:
                raise RangeError(str(error)) from None


def shaping(scenario: Scenario, found: Mapping[str, Range]) -> list[str]:
    """Numbers that shape the rules within their range, so that a point with another value is another program.

    Such is the number of days over which rungs are remembered, or a share of replies that may be 0: there is then no
    reply to be made.
    """
    shape = _shape(program_of(scenario))
    shapers: set[str] = set()
    for end in (0, 1):
        shapers |= set(_shaping(scenario, {path: ends[end] for path, ends in found.items()}, shape))
    return [path for path in found if path in shapers]


def _shaping(scenario: Scenario, values: Mapping[str, float], shape: list[Any]) -> Iterator[str]:
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
