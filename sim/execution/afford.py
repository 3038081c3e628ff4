"""What runs would take, and whether there is that much of it: asked before anything is computed.

Estimates are of the size, not of the byte. What they let through and memory does not hold is a `MemoryError`.
"""

from pathlib import Path

from sim.engine.state import EVENT, events_expected
from sim.results.storage.atomic import in_units
from sim.results.storage.manifest import Plan
from sim.theatre.compiled.program import Program
from sim.theatre.language.measures import measure_names
from sim.theatre.language.scenario import Scenario

from .plan import PlanError
from .resources import memory

MOST_BLOCKS = 2**20
"""Blocks that a manifest can tell of, each time that one is done, before that costs more than the runs."""

_MANY = 2**28
"""Values of trajectories from which on the disk is asked beforehand; for fewer, the writer asks soon enough."""
_EVENTS_A_DAY, _BYTES_OF_EVENT = 0.05, 42
"""Of each actor, as in the theatres that are shipped; and a row of the table."""


def refuse_unaffordable(plan: Plan, folder: Path | None) -> None:
    """Refuse a plan that cannot be carried out here.

    Raises
    ------
    PlanError
        It has too many runs for one result, or for this machine's memory.
    sim.results.errors.DiskError
        The disk has no room for it.
    """
    if plan.design is not None:  # a measure of every run, in blocks and then put together
        needed = 2 * 4.0 * plan.runs * len(measure_names(plan.scenario.theatre))
        refuse_memory(needed, f"{plan.runs:,} runs of a sweep", "choose fewer points or replicates")
    elif not plan.summary_only:
        _refuse_whole(plan, folder)
    if -(-plan.runs // plan.size) > MOST_BLOCKS:
        raise PlanError(
            f"{plan.runs:,} runs are more than one result can hold; ask for {MOST_BLOCKS * plan.size:,} at most, and "
            "run the rest under another seed"
        )


def _refuse_whole(plan: Plan, folder: Path | None) -> None:
    runs = plan.runs if plan.until is None else min(plan.runs, plan.until.narrowest or plan.runs)
    if folder is None:
        needed = runs * bytes_in_memory(plan.scenario, plan.dtype, len(plan.values))
    else:  # what is written is read again to be summed up: the events, and a trajectory at a time
        needed = runs * (events_bytes(plan.scenario) + 5.0 * plan.scenario.days)
        if runs * plan.scenario.days * len(plan.values) > _MANY and not folder.exists():
            from sim.results.storage.folder import refuse_full  # what only estimates memory needs no storage
            from sim.results.storage.zarr_blocks import bytes_per_run

            refuse_full(folder, runs * bytes_per_run(plan))
    refuse_memory(needed, f"{runs:,} runs, kept whole,", f"choose fewer runs, or keep counts only: {_COUNTS}")


def refuse_memory(
    needed: float, what: str, advice: str = "choose fewer runs", error: type[Exception] = PlanError
) -> None:
    """Refuse what takes more bytes of memory than this process may still use.

    Raises
    ------
    error
    """
    left = memory()
    if left is not None and needed > left:
        raise error(f"{what} would take about {in_units(needed)} of memory, and there are {in_units(left)}; {advice}")


def bytes_in_memory(scenario: Scenario, dtype: str = "float32", values: int | None = None) -> float:
    """About what a run takes that is kept whole in memory, at the moment when all runs are put together."""
    theatre = scenario.theatre
    n = len(theatre.variables) + 1 if values is None else values
    a_day = n * (8 if dtype == "float64" else 4) + len(theatre.dyads) + 1
    return a_day * scenario.days + 3 * events_bytes(scenario) + 5 * len(theatre.outcomes) + 8


def bytes_in_engine(program: Program) -> float:
    """About what a run takes while it is computed."""
    state = 8.0 * (10 * len(program.pairs) + 6 * len(program.variables) + 2 * len(program.actions))
    return state + EVENT.itemsize * events_expected(program.days)


def events_bytes(scenario: Scenario) -> float:
    """About what the events of a run take as a table."""
    return _EVENTS_A_DAY * _BYTES_OF_EVENT * len(scenario.theatre.actors) * scenario.days


_COUNTS = "--summary-only on the command line, sim.summarise in Python"
