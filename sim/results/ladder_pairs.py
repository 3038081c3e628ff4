"""What runs that share their numbers have in common on the ladder, counted set by set while blocks come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.ladder import Together, together
from sim.engine.draw import RUNS_PER_SET

from .bins import RUNGS

FAILED = -1
"""Rung of a run that failed: it stands nowhere."""
_PREFIX = "together"


class LadderPairs:
    """Counts of pairs of runs of one set; sets of which some runs are still to come are kept as paths."""

    def __init__(self, days: int) -> None:
        self._whole = Together.none(days, RUNGS)
        self._open: dict[int, NDArray[np.int8]] = {}

    def take(self, rung: NDArray[np.int8], sets: NDArray[np.int64]) -> None:
        """Count some runs.

        Parameters
        ----------
        rung : array of int (run, day)
            All `FAILED` of a run that failed.
        sets : array of int (run,), in order
        """
        numbers, sizes = np.unique(sets, return_counts=True)
        at_once = np.repeat((sizes == RUNS_PER_SET), sizes)
        self._add(rung[at_once], sets[at_once])
        for number in numbers[sizes < RUNS_PER_SET].tolist():
            own = np.concatenate([self._open.pop(number, rung[:0]), rung[sets == number]])
            if len(own) == RUNS_PER_SET:
                self._add(own, np.full(len(own), number))
            else:
                self._open[number] = own

    def _add(self, rung: NDArray[np.int8], sets: NDArray[np.int64]) -> None:
        for mine, more in zip(self._whole, _together(rung, sets), strict=True):
            mine += more

    def __iadd__(self, other: "LadderPairs") -> "LadderPairs":
        for mine, others in zip(self._whole, other._whole, strict=True):
            mine += others
        self.take(*other._paths())
        return self

    @property
    def total(self) -> Together:
        """Of all runs so far."""
        return Together(*(one + other for one, other in zip(self._whole, _together(*self._paths()), strict=True)))

    def _paths(self) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        days, numbers = self._whole.standing.shape[1], sorted(self._open)
        rung = np.concatenate([np.empty((0, days), np.int8), *(self._open[number] for number in numbers)])
        return rung, np.repeat(np.array(numbers, np.int64), [len(self._open[number]) for number in numbers])

    def content(self) -> dict[str, NDArray[Any]]:
        """All that is saved, by name."""
        rung, sets = self._paths()
        parts = self._whole._asdict() | {"rung": rung, "set": sets}
        return {f"{_PREFIX}/{name}": each for name, each in parts.items()}

    def load(self, written: dict[str, NDArray[Any]]) -> None:
        """Take over what was saved."""
        for name, counts in self._whole._asdict().items():
            counts[...] = written[f"{_PREFIX}/{name}"]
        self.take(written[f"{_PREFIX}/rung"], written[f"{_PREFIX}/set"])


def _together(rung: NDArray[np.int8], sets: NDArray[np.int64]) -> Together:
    completed = rung[:, 0] != FAILED
    return together(rung[completed], sets[completed], RUNGS)
