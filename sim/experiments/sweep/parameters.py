"""Which numbers of a scenario vary in a sweep, and how far."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Literal

from sim.execution.plan import PlanError
from sim.results.design import Varied
from sim.theatre.files.inventory import unit_of
from sim.theatre.language.number import written
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.ranges import RangeError, asked_ranges, named_exactly
from sim.theatre.parameters.uncertain import definitions

ParameterChoice = Sequence[str] | Mapping[str, Sequence[float] | None] | None
"""Patterns over canonical paths, as `sim describe` prints them; or a range for each, None for the plausible one."""
Only = Literal["levers", "uncertainties"]


class ParameterError(PlanError):
    """Numbers cannot vary as asked; the message says why and what can be done."""


def chosen(scenario: Scenario, parameters: ParameterChoice = None, only: Only | None = None) -> tuple[Varied, ...]:
    """Find the numbers that vary.

    Parameters
    ----------
    scenario : Scenario
    parameters : sequence of patterns, or mapping from patterns to ranges, optional
        See `sim.theatre.parameters.ranges.ranges`; left out, every number with a plausible range. What defines an
        outcome or the units of the ladder is no doubt, and varies only if its own path is named.
    only : {"levers", "uncertainties"}, optional
        Only numbers that a government can choose, or only others.

    Returns
    -------
    tuple of Varied, in the order of the theatre

    Raises
    ------
    ParameterError
        A pattern finds nothing, or a number that is named cannot vary, or nothing is left.
    """
    try:
        wanted, found = asked_ranges(scenario, parameters, otherwise=["*"])
    except RangeError as error:
        raise ParameterError(str(error)) from None
    numbers = dict(scenario.numbers())
    defining, exact = definitions(scenario.theatre), named_exactly(scenario, wanted)
    if left := {path: doubt for path, doubt in found.items() if path in exact or not path.startswith(defining)}:
        found = left
    elif found:
        raise ParameterError(
            f"{next(iter(found))} defines an outcome or a unit of the ladder, so nothing about it is uncertain; to "
            "vary it all the same, name it by its full path"
        )
    if only is not None:
        found = {path: doubt for path, doubt in found.items() if numbers[path].lever == (only == "levers")}
    if not found:
        raise ParameterError(_NO_LEVER if only == "levers" else _NO_RANGE)
    rows = chain(written(scenario.theatre), written(scenario.script, ("script",)))
    units = {each.path: unit_of(scenario.theatre, each) for each in rows if each.path in found}
    return tuple(
        Varied(path, low, high, value, units.get(path, "1"), numbers[path].lever, law, least, most)
        for path, value, low, high, law, least, most in found.values()
    )


_NO_LEVER = (
    "none of these numbers is marked as a lever; mark what a government can choose in the theatre, with 'lever: true' "
    "beside its value and its plausible range"
)
_NO_RANGE = (
    "none of these numbers has a plausible range to vary in; write one into the theatre, as 'plausible: [low, high]'"
)
