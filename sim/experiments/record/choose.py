"""Which numbers are fitted: few at a time, named, or found by a screen."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.execution.plan import PlanError
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.prior import Prior
from sim.theatre.parameters.ranges import RangeError, asked_ranges, named_exactly
from sim.theatre.parameters.uncertain import definitions

if TYPE_CHECKING:
    from sim.results.sweep import Sweep

MOST_NUMBERS = 40
"""Numbers that one record of a few hundred acts can be asked about."""
USUAL = 12
"""Numbers that are taken from a screen, unless told otherwise."""

Chosen = Sequence[str] | Mapping[str, Sequence[float] | None] | str
"""Paths or patterns, as of `sim.sweep`; or a range for each, None for the plausible one."""


class FitError(PlanError):
    """Numbers cannot be fitted as asked; the message says why and what can be done."""


def prior_of(scenario: Scenario, parameters: Chosen | None) -> Prior:
    """Find the numbers that are fitted, and what is plausible of each.

    Parameters
    ----------
    scenario : Scenario
    parameters : paths or patterns, or a mapping from these to ranges
        Patterns take what is uncertain; a lever, a number of an outcome, or one that the scenario asks about is taken
        only if its own path is named.

    Raises
    ------
    FitError
        None are named, or there is no such number, or one has no range, or there are too many.
    """
    try:
        wanted, found = asked_ranges(scenario, parameters)
    except RangeError as error:
        raise FitError(str(error)) from None
    if not wanted:
        raise FitError(
            "say which numbers to fit, a few at a time: with --param, such as 'actions.iran.*.rate', or with --from, "
            "those that a screen by 'sim sweep' finds to matter"
        )
    numbers = dict(scenario.numbers())
    exact = named_exactly(scenario, wanted)
    kept = [path for path in found if path in exact or is_doubt(path, numbers[path], scenario)]
    if not found:
        raise FitError(
            f"no number that matches {' or '.join(map(repr, wanted))} has a plausible range in which it can vary "
            "from run to run; give it one here, or write one into the theatre"
        )
    _refuse_wrong_many(kept, list(found))
    return Prior(tuple(found[path] for path in kept))


def is_doubt(path: str, number: Number, scenario: Scenario) -> bool:
    """Whether it is not known what a number is: nobody chooses it, and it is no definition of what is counted."""
    defining = definitions(scenario.theatre)
    return not number.lever and not path.startswith(defining) and path not in scenario.chosen


def _refuse_wrong_many(kept: list[str], found: list[str]) -> None:
    if not kept:
        more = ", …" if len(found) > 4 else ""
        raise FitError(
            f"{', '.join(found[:4])}{more}: a lever or a definition, so nothing that a record could settle; to fit "
            "it all the same, name it by its full path"
        )
    if len(kept) > MOST_NUMBERS:
        raise FitError(
            f"{len(kept):,} numbers are too many for one record, which would leave most of them where they were; fit "
            f"{MOST_NUMBERS} at most, such as the {USUAL} that a screen finds to matter: 'sim sweep SCENARIO --method "
            f"morris --out SCREEN', then 'sim fit SCENARIO --from SCREEN --most {USUAL}'"
        )


def screened(
    screen: "Sweep | str | Path", scenario: Scenario, measure: str | None = None, most: int = USUAL
) -> list[str]:
    """Take from a sweep the numbers with the most influence.

    Parameters
    ----------
    screen : Sweep, or the folder of one
    scenario : Scenario
        It need not be the one that was swept, but must have these numbers.
    measure : str, optional
        On what they have influence; left out, the highest rung.
    most : int

    Raises
    ------
    FitError
        The folder holds no sweep, or nothing of it is a number that may be fitted.
    sim.theatre.language.measures.MeasureError
        There is no such measure, or influence on it cannot be told.
    """
    from sim.results.sweep import Sweep
    from sim.theatre.language.measures import measure_name

    made: Any = screen if isinstance(screen, Sweep) else _opened(screen)
    numbers = dict(scenario.numbers())
    ranked = made.indices(measure_name(measure or "peak.rung", made.names))["parameter"].tolist()
    fit = (path for path in ranked if path in numbers and is_doubt(path, numbers[path], scenario))
    found = list(islice(fit, most))
    if not found:
        raise FitError(f"none of the {len(ranked):,} numbers that were swept is an uncertain one of {scenario.name}")
    return found


def _opened(folder: str | Path) -> "Sweep":
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    found = open_result(folder)
    if not isinstance(found, Sweep):
        raise FitError(f"{folder} holds an ensemble, not a sweep; a screen is made by 'sim sweep --method morris'")
    return found
