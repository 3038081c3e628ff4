"""Runs in lockstep columns, each with its own change of some numbers: how often an outcome comes about."""

from collections.abc import Sequence
from concurrent.futures import Executor
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.engine.model import LockstepModel
from sim.execution.workers import pool
from sim.theatre.compiled.program import Floats
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.law import Laws, UncertainNumber

COLUMNS = 1024
"""Runs in lockstep."""
DIGITS = 3
"""Digits with which changed numbers are told."""


class Columns:
    """A scenario whose numbers can be moved within their ranges; a context, for the threads that compute.

    Moves are measured from where each number is written, in halves of its plausible range (`low` to `high`, a width of
    2), along the law by which it would be drawn between its ends.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        outcome: str,
        numbers: Sequence[UncertainNumber],
        executor: Executor | None = None,
    ) -> None:
        self.scenario, self.seed, self.outcome, self.numbers = scenario, seed, outcome, numbers
        self._laws = Laws(numbers)
        self._written = self._laws.place(np.array([[each.value] for each in numbers]))[:, 0]
        free = np.array([(each.low != each.value, each.high != each.value) for each in numbers]).reshape(-1, 2).T
        self.low, self.high = -2 * self._written * free[0], 2 * (1 - self._written) * free[1]
        self.made = 0
        """Runs so far."""
        self._pool = pool(executor)

    def __enter__(self) -> Self:
        self._threads = self._pool.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.__exit__(kind, error, at)

    def values(self, moves: Floats) -> dict[str, Floats]:
        """The numbers that some run moves: path to one value for each run, for moves of shape (run, number)."""
        found = {}
        for at in np.flatnonzero(moves.any(axis=0)).tolist():
            doubt, column = self.numbers[at], moves[:, at]
            distinct, place = np.unique(column, return_inverse=True)
            made = doubt.within(np.clip(self._written[at] + distinct / 2, 0, 1))
            found[doubt.path] = np.where(column == 0, doubt.value, made[place])
        return found

    def rounded(self, move: Floats) -> tuple[Floats, Floats]:
        """A move such that the numbers have few digits, and those numbers."""
        values = np.array([each.value for each in self.numbers])
        for path, value in self.values(move[None]).items():
            at = next(at for at, each in enumerate(self.numbers) if each.path == path)
            doubt = self.numbers[at]
            values[at] = min(max(float(f"{value[0]:.{DIGITS}g}"), doubt.low), doubt.high)
        moved = 2 * (self._laws.place(values[:, None])[:, 0] - self._written)
        return np.where(values == [each.value for each in self.numbers], 0.0, moved), values

    def held(
        self, moves: Floats, run_numbers: NDArray[np.int64], of: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether the outcome came about in each run, and whether the run was finished.

        Parameters
        ----------
        moves : array (move, number)
        run_numbers : array of int (run,)
        of : array of int (run,), optional
            Which move each run makes; left out, each its own.
        """
        self.made += len(run_numbers)
        move = np.arange(len(run_numbers)) if of is None else of
        parts = [slice(first, first + COLUMNS) for first in range(0, len(run_numbers), COLUMNS)]
        found = list(self._threads.map(lambda part: self._run(moves[move[part]], run_numbers[part]), parts))
        held, sound = (np.concatenate(columns) for columns in zip(*found, strict=True))
        return held, sound

    def _run(self, moves: Floats, run_numbers: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        model = LockstepModel(self.scenario, seed=self.seed, run_numbers=run_numbers, design=self.values(moves))
        while model.running:
            model.step()
        held = model.world.outcome_day[model.program.outcomes.index(self.outcome)] >= 0
        sound = model.status.alive != 0
        model.close()
        return held, sound

    def shares(self, moves: Sequence[Floats], run_numbers: NDArray[np.int64]) -> list[float]:
        """The share of runs in which the outcome came about under each move, all on the same dice."""
        of = np.repeat(np.arange(len(moves)), len(run_numbers))
        held, sound = self.held(np.array(moves), np.tile(run_numbers, len(moves)), of)
        shape = (len(moves), len(run_numbers))
        some = np.maximum(sound.reshape(shape).sum(axis=1), 1)
        return [float(share) for share in (held & sound).reshape(shape).sum(axis=1) / some]
