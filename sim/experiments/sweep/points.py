"""Runs of a sweep: many points in one lockstep model, each column with its own numbers and its own run's dice."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.results.design import Design
from sim.results.measures import RunMeasures
from sim.results.storage.manifest import Failure
from sim.theatre.language.scenario import Scenario


class Measured(NamedTuple):
    """Measures of a block of a sweep's runs."""

    rows: dict[str, NDArray[np.float32]]
    failures: list[Failure]
    """Runs counted as the sweep counts them, from its first point on."""
    held: tuple[int, ...]
    """Sound runs in which each outcome held."""
    n: int


@dataclass(frozen=True)
class PointRuns:
    """The work of a sweep, to be done block by block."""

    scenario: Scenario
    design: Design
    first_point: int = 0
    """Number of the design's first point in the whole."""

    def __call__(self, first: int, last: int) -> Measured:
        """Run the sweep's runs `first` to `last` - 1."""
        begun = self.first_point * self.design.replicates
        numbers, values = self.design.span(first - begun, last - begun)
        model = LockstepModel(self.scenario, seed=self.design.seed, run_numbers=numbers, design=values)
        rows = measured(model)
        names = [what for _, _, what in model.failures]
        failed = np.flatnonzero(model.status.failed_day >= 0)
        days = model.status.failed_day[failed]
        failures = [(first + int(at), int(day), what) for at, day, what in zip(failed, days, names, strict=True)]
        held = tuple(int(np.nansum(rows[f"outcome.{name}"])) for name in model.program.outcomes)
        model.close()
        return Measured(rows, failures, held, last - first)

    def part(self, first: int, last: int) -> "PointRuns":
        """What is needed for the runs `first` to `last` - 1."""
        each = self.design.replicates
        begin, end = first // each - self.first_point, -(-last // each) - self.first_point
        return PointRuns(
            self.scenario, replace(self.design, values=self.design.values[begin:end]), begin + self.first_point
        )


def measured(model: LockstepModel) -> dict[str, NDArray[np.float32]]:
    """Run a model to its end and measure its runs; those that fail have NaN throughout."""
    record = RunMeasures(model.program, model.n)
    while model.running:
        model.step()
        record.take(model.day - 1, model.world.x, model.world.rung[-1])
    rows = record.rows(model.world.outcome_day, model.world.deaths[-1])
    failed = model.status.failed_day >= 0
    for values in rows.values():
        values[failed] = np.nan
    return rows


def tally(block: Measured) -> tuple[int, int, NDArray[np.int64]]:
    """How many runs a block has, how many of them failed, and in how many of the others each outcome held."""
    return block.n, len(block.failures), np.array(block.held, np.int64)
