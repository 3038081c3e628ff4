"""Bins fixed by a scenario: how finely its quantities are told apart once only counts of runs are kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled import arithmetic
from sim.theatre.compiled.program import FLAG, LOG, Floats, Program

STEPS = 500
"""Steps from one end of a range to the other."""
LOG_STEPS = 2000
"""The same for a log variable, in its logarithm: prices keep to a small part of a wide range."""
RUNGS = 10

DEATHS: NDArray[np.int64] = np.concatenate(
    [np.arange(1000), (np.arange(100, 1000) * 10 ** np.arange(1, 10)[:, None]).ravel()]
)
"""How many died in a run: exactly below 1,000, above that three digits, rounded down."""


@dataclass(frozen=True)
class Bins:
    """The bins of one quantity: equal steps from `low` to `high`, each bin with one of them in its middle.

    So the ends of a range, where values often come to rest, are told exactly. Flags and rungs are whole numbers with a
    bin each.
    """

    low: float
    """Of a log variable, the logarithm."""
    high: float
    steps: int
    logarithmic: bool = False

    @property
    def steps_per_unit(self) -> float:
        """How many steps make one unit, or one factor of e."""
        return self.steps / (self.high - self.low)

    @property
    def values(self) -> Floats:
        """The value in the middle of each bin; a value counted there lies at most half a step from it."""
        middles = self.low + np.arange(self.steps + 1) * (self.high - self.low) / self.steps
        return np.array([arithmetic.exp(middle) for middle in middles]) if self.logarithmic else middles


def bins_of(program: Program) -> dict[str, Bins]:
    """Bins of every variable, of tension, and of the rungs, overall and by dyad, by the names of trajectories."""
    kinds = program.variable["kind"].tolist()
    ranges = zip(program.low.tolist(), program.high.tolist(), strict=True)
    variables = {
        name: Bins(0.0, 1.0, 1) if kind == FLAG else Bins(low, high, LOG_STEPS if kind == LOG else STEPS, kind == LOG)
        for name, kind, (low, high) in zip(program.variables, kinds, ranges, strict=True)
    }
    rungs = ("rung", *(f"rung_{dyad}" for dyad in program.dyads))
    return variables | {"tension": Bins(0.0, 100.0, STEPS)} | dict.fromkeys(rungs, Bins(0.0, RUNGS - 1, RUNGS - 1))
