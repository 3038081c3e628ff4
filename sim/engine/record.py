"""What is kept of a model's runs: trajectories day by day, and at the end the block of all results."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.theatre.program import NONE, Program

if TYPE_CHECKING:
    from .model import LockstepModel


@dataclass(frozen=True)
class Block:
    """Results of some runs of one scenario; arrays have shape (run, day) unless they say otherwise.

    Trajectories lie in memory day by day, as they were made.
    """

    run: NDArray[np.int64]
    """Run numbers, shape (run,)."""
    branch: NDArray[np.int64]
    values: dict[str, NDArray[np.floating[Any]]]
    """Variables and `tension`, in the evening of each day."""
    rungs: dict[str, NDArray[np.uint8]]
    """`rung`, and `rung_X` for each dyad X."""
    events: dict[str, NDArray[Any]]
    """Columns of the table of events, sorted by run and number: run, day, actor, action, target, rung, deniable,
    fatalities, event, cause. Actors, actions and targets are positions among the program's ids; -1 is the script, or
    no target."""
    outcome_day: NDArray[np.int32]
    """Shape (run, outcome): the first day on which it held, -1 if it never did."""
    failures: list[tuple[int, int, str]]
    """(run, day, what) of runs that met a value that is not finite."""


class Trajectories:
    """Values of every day, kept in the order in which they are made, (day, row, run)."""

    def __init__(self, program: Program, n: int, dtype: type[np.floating[Any]]) -> None:
        self.values = np.empty((program.days, len(program.variables) + 1, n), dtype)
        self.rung = np.empty((program.days, len(program.dyads) + 1, n), np.uint8)

    def keep(self, model: "LockstepModel") -> None:
        """Keep the evening of the model's day."""
        self.values[model.day, :-1] = model.world.x
        self.values[model.day, -1] = model.world.tension[0]
        self.rung[model.day] = model.world.rung


def block(model: "LockstepModel", trajectories: Trajectories | None) -> Block:
    """Gather what a model's runs gave."""
    program = model.program
    names = (*program.variables, "tension")
    values: dict[str, NDArray[np.floating[Any]]] = {}
    rungs: dict[str, NDArray[np.uint8]] = {}
    if trajectories is not None:
        values = {name: trajectories.values[:, at].T for at, name in enumerate(names)}
        kinds = (*(f"rung_{dyad}" for dyad in program.dyads), "rung")
        rungs = {name: trajectories.rung[:, at].T for at, name in enumerate(kinds)}
    return Block(
        run=model.runs.run,
        branch=model.runs.branch,
        values=values,
        rungs=rungs,
        events=_events(model),
        outcome_day=np.ascontiguousarray(model.world.outcome_day.T),
        failures=model.failures,
    )


def _events(model: "LockstepModel") -> dict[str, NDArray[Any]]:
    """The table of events, by run and within a run as it happened."""
    events = model.events[: int(model.n_events[0])]
    events = events[np.argsort(events["column"], kind="stable")]
    return {
        "run": model.runs.run[events["column"]],
        "day": events["day"].astype(np.int32),
        "actor": events["actor"].astype(np.int16),
        "action": events["action"].astype(np.int16),
        "target": events["target"].astype(np.int16),
        "rung": events["rung"].astype(np.int8),
        "deniable": events["deniability"].astype(np.float32),
        "fatalities": events["deaths"].astype(np.int32),
        "event": events["number"].astype(np.int32),
        "cause": events["cause"].astype(np.int32),
    }


def failures(model: "LockstepModel") -> list[tuple[int, int, str]]:
    """Name the runs that failed, with day and what was not finite."""
    program, status = model.program, model.status
    names = [*program.variables, "tension", *(f"choice of {actor}" for actor in program.actors)]
    return [
        (int(model.runs.run[at]), int(status.failed_day[at]), names[status.failed_what[at]])
        for at in np.flatnonzero(status.failed_day != NONE)
    ]
