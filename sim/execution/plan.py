"""What a command asks for, made into a plan."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim.engine.draw import RUNS_PER_SET
from sim.given import MOST_RUNS as MOST_NUMBERED
from sim.given import plain, seed_of, shown, whole
from sim.results.intervals import Precision
from sim.results.storage.manifest import Manifest, Plan
from sim.text import suggestion
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError
from sim.theatre.parameters.fitted import NumbersFrom
from sim.theatre.parameters.uncertain import Drawing, with_levers_drawn

from .draws import refuse_undrawable

BLOCKS_AT_LEAST, FEWEST = 4, 64
"""A small ensemble is split into so many blocks, for as many cores, unless they would have fewer runs than that. How
many cores there are must not matter: blocks leave their marks in the files of a result."""
MOST_RUNS = 100_000
"""Runs that a precision may take, unless told otherwise."""
DTYPES = ("float32", "float64")
MOST_NUMBERS = 2**32
"""Dice know so many numbers of runs."""


class PlanError(ValueError):
    """Something cannot be asked for; the message says what can."""


def planned(
    scenario: Scenario,
    runs: int | None,
    seed: int | None,
    per_block: int,
    earlier: Manifest | None = None,
    *,
    first: int | None = None,
    until: Precision | None = None,
    dtype: str | None = None,
    variables: Sequence[str] | None = None,
    summary_only: bool = False,
    uncertain: NumbersFrom = False,
) -> Plan:
    """Make a plan; what is not said is as in the earlier one, or as the scenario says.

    Raises
    ------
    PlanError
        Something is not possible.
    """
    dtype = dtype if dtype is None or isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
    variables = [variables] if isinstance(variables, str) else variables
    if until is not None and not isinstance(plain(until.halfwidth), int | float):
        raise PlanError(f"a half-width is a number, found {shown(until.halfwidth)}")
    runs = None if runs is None else whole(runs, "runs", 1, MOST_NUMBERED, PlanError)
    first = None if first is None else whole(first, "the first run", 0, MOST_NUMBERED - 1, PlanError)
    seed = None if seed is None else seed_of(seed, PlanError)
    until = None if until is None else until._replace(halfwidth=float(until.halfwidth))
    _check(scenario, until, dtype, variables)
    _check_part(first, runs, until)
    if earlier is not None:
        uncertain = uncertain or earlier.plan.uncertain
        default = replace(earlier.plan, scenario=scenario, summary_only=summary_only, uncertain=uncertain)
    else:
        most = MOST_RUNS if until else scenario.runs
        default = Plan(scenario, scenario.seed, most, 0, summary_only=summary_only, uncertain=uncertain)
    if uncertain:
        _check_uncertain(scenario, until or default.until, uncertain)
    said: dict[str, Any] = {
        "seed": seed,
        "runs": runs,
        "first": first,
        "dtype": dtype,
        "until": until,
        "variables": variables and tuple(variables),
    }
    plan = replace(default, **{name: value for name, value in said.items() if value is not None})
    if plan.until is not None:
        narrowest = min(plan.until.runs_needed, plan.runs)
        plan = replace(plan, until=plan.until._replace(narrowest=narrowest))
    if plan.runs == default.runs and default.size:
        return plan
    if plan.end > MOST_NUMBERS:
        raise PlanError(f"runs are numbered from 0 below 2**32, found {plan.end - 1:,}")
    size = min(per_block, max(FEWEST, -(-plan.runs // BLOCKS_AT_LEAST)))
    if summary_only and size < per_block:  # blocks of parts then fit into those of the whole, whose counts they join
        size = FEWEST * 2 ** ((size // FEWEST).bit_length() - 1)
    # runs that share their numbers are in one block: they are counted together
    return replace(plan, size=-(-size // RUNS_PER_SET) * RUNS_PER_SET if uncertain else size)


def asked_about(scenario: Scenario, uncertain: Drawing, earlier: Manifest | None) -> Scenario:
    """The scenario with its levers drawn, where that is asked for or was begun.

    Raises
    ------
    PlanError
        `uncertain` is something else than it can be.
    """
    begun_so = earlier is not None and earlier.plan.uncertain and earlier.plan.scenario.levers_drawn
    try:
        return with_levers_drawn(scenario, "with_levers" if begun_so else uncertain)
    except ChangeError as error:
        raise PlanError(str(error)) from None


def _check_uncertain(scenario: Scenario, until: Precision | None, uncertain: NumbersFrom) -> None:
    if until is not None:
        raise PlanError(
            "runs that draw their numbers share them in sets, and no interval for such sets stays valid when runs "
            "end early; give a number of runs instead of a precision"
        )
    try:
        refuse_undrawable(scenario, uncertain)
    except ChangeError as error:
        raise PlanError(str(error)) from None


def _check_part(first: int | None, runs: int | None, until: Precision | None) -> None:
    if first is None:
        return
    if first < 0:
        raise PlanError(f"the first run is run 0 or a later one, found {first}")
    if first > 0 and until is not None:
        raise PlanError("a precision applies to all runs from run 0 on; for a part, give a number of runs")
    if first > 0 and runs is None:
        raise PlanError("say how many runs a part has, with --runs")


def _check(
    scenario: Scenario,
    until: Precision | None,
    dtype: str | None,
    variables: Sequence[str] | None,
) -> None:
    theatre = scenario.theatre
    if dtype not in (None, *DTYPES):
        raise PlanError(f"trajectories are kept as {' or '.join(DTYPES)}, found '{dtype}'")
    for name in variables or ():
        if name not in theatre.variables:
            raise PlanError(f"unknown variable '{name}'{suggestion(name, theatre.variables)}")
    widest = 1 if until is not None and until.relative else 0.5
    if until is not None and not 1e-100 < until.halfwidth < widest:
        kind = "a relative half-width" if until.relative else "a half-width"
        raise PlanError(f"{kind} lies between 0 and {widest:g}, found {until.halfwidth:g}")
    if until is not None and until.outcome not in (None, *theatre.outcomes):
        raise PlanError(f"unknown outcome '{until.outcome}'{suggestion(str(until.outcome), theatre.outcomes)}")
