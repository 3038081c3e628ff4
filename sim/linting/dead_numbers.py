"""Paired runs: the same dice with one thing changed. What then changes no path is a dead lever.

Many numbers are tried in one lockstep model, each in columns of its own, and every column is compared with the
unchanged run of the same number by the fold of all its bits. Most numbers show themselves within a few runs. The
others are changed together in many runs (group testing; Dorfman 1943): a run that stays identical clears every change
made in it, and in one that does halving finds whom it noticed. Which are changed in a run is drawn by chance, since
two changes, such as the preferences of two replies, may make up for each other.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.block import Block
from sim.engine.model import LockstepModel
from sim.execution.run import run_block
from sim.execution.workers import pool
from sim.results.ensemble import SCRIPT, event_table
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.number import Number, Written
from sim.theatre.language.scenario import Scenario

Ints = NDArray[np.int64]

ALONE = (4, 16)
"""Paired runs in all, after each stage, in which a number is tried alone."""
TOGETHER = 2048
"""Paired runs in which those that have not shown themselves are tried together, each in about half of them."""
FIRST = 64
"""Of the runs in which an action was chosen, those in which its numbers are tried before others."""
ENTRY_STAGES = (64, 512, 2048)
"""The same for an entry of a scenario."""
COLUMNS = 1024
"""Runs in lockstep."""
HALVED = 64
"""Runs in which halving looks at once for whom they noticed."""


class Trial(NamedTuple):
    """A number, and the value at which it is tried."""

    path: str
    value: float
    said: str
    """What is changed, for a reader."""


def trial_of(written: Written) -> Trial | None:
    """The change that should matter most: no weight for a term, else the farther end of the plausible range."""
    number, path = written.number, written.path
    if number.value != 0 and _is_weight(written.keys):
        return Trial(path, 0.0, f"without {path},")
    far = _farther_end(number)
    return None if far is None else Trial(path, far, f"with {path} at {far:g} instead of {number.value:g},")


def _is_weight(keys: tuple[str, ...]) -> bool:
    """Whether the number with these keys is the weight of a term, so that 0 takes the term out."""
    if keys[0] == "variables" and len(keys) == 4:
        return keys[2] == "target" and keys[3] != "base"
    return (keys[0] == "actions" and "drivers" in keys) or (keys[0] == "actors" and "control" in keys)


def _farther_end(number: Number) -> float | None:
    ends = [end for end in number.plausible or () if end != number.value]
    return max(ends, key=lambda end: abs(end - number.value), default=None)


class PairedRuns:
    """Runs of one scenario beside which changed ones are held."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self._folds: dict[int, int] = {}
        self._blocks: dict[int, Block] = {}

    def unnoticed(self, changes: Sequence[Trial], runs_of: Mapping[str, Ints]) -> tuple[list[Trial], int]:
        """Find the changes that change no path.

        Parameters
        ----------
        changes : sequence of Change
        runs_of : mapping
            By path, the runs most likely to show it.

        Returns
        -------
        The changes that no run noticed, and in about how many runs each of them was tried.
        """
        left = list(changes)
        some = np.arange(FIRST)
        first = {
            change.path: np.concatenate([chosen, np.setdiff1d(some, chosen)])
            for change in left
            for chosen in (runs_of.get(change.path, some)[:FIRST],)
        }
        for begun, ended in zip((0, *ALONE), ALONE, strict=False):
            owner = np.repeat(np.arange(len(left)), ended - begun)
            runs = [first[change.path][begun:ended] for change in left]
            noticed = self._noticed(left, _one_each(owner, len(left)), np.concatenate([*runs, some[:0]]))
            left = [change for at, change in enumerate(left) if not noticed[owner == at].any()]
        likely = np.unique(np.concatenate([*(first[change.path] for change in left), some]))[:TOGETHER]
        pool = np.concatenate([likely, np.setdiff1d(np.arange(TOGETHER), likely)])[:TOGETHER]
        for at in range(0, TOGETHER, COLUMNS):
            left = self._cleared(left, pool[at : at + COLUMNS])
        return left, TOGETHER // 2

    def _cleared(self, changes: list[Trial], runs: Ints) -> list[Trial]:
        """Those of the changes that none of these runs notices."""
        dice = np.random.default_rng(0)  # by which groups are drawn; nothing else hangs on it
        while changes and len(runs):
            made = dice.random((len(changes), len(runs))) < 0.5
            noticed = self._noticed(changes, made, runs)
            suspects = self._noticed_alone(changes, made[:, noticed][:, :HALVED], runs[noticed][:HALVED])
            if not suspects:
                break
            changes = [change for at, change in enumerate(changes) if at not in suspects]
        return changes

    def _noticed_alone(self, changes: list[Trial], made: NDArray[np.bool_], runs: Ints) -> set[int]:
        """Positions of changes that runs, all of which notice what is made in them, notice alone."""
        low, high = np.zeros(len(runs), np.int64), np.full(len(runs), len(changes))
        at = np.arange(len(changes))[:, None]
        while (high - low > 1).any():
            middle = (low + high + 1) // 2
            noticed = self._noticed(changes, made & (at >= low) & (at < middle), runs)
            low, high = np.where(noticed, low, np.minimum(middle, high - 1)), np.where(noticed, middle, high)
        return set(low[self._noticed(changes, made & (at == low), runs)].tolist())

    def _noticed(self, changes: Sequence[Trial], made: NDArray[np.bool_], runs: Ints) -> NDArray[np.bool_]:
        """Whether each run takes another path.

        Parameters
        ----------
        changes : sequence of Change
        made : array of bool (change, column)
            Which changes are made in which column.
        runs : array of int (column,)
        """
        self._fold_unchanged(runs)
        base = program_of(self.scenario).base

        def columns(first: int) -> NDArray[np.bool_]:
            some = slice(first, first + COLUMNS)
            design = {
                change.path: np.where(chosen, change.value, base[change.path])
                for change, chosen in zip(changes, made[:, some], strict=True)
                if chosen.any()
            }
            unchanged = np.array([self._folds[run] for run in runs[some].tolist()], np.uint64)
            differs: NDArray[np.bool_] = self._folded(runs[some], design) != unchanged
            return differs

        with pool(None) as threads:
            return np.concatenate([*threads.map(columns, range(0, len(runs), COLUMNS)), np.empty(0, bool)])

    def _fold_unchanged(self, runs: Ints) -> None:
        wanted = sorted(set(runs.tolist()) - self._folds.keys())
        for first in range(0, len(wanted), COLUMNS):
            some = wanted[first : first + COLUMNS]
            self._folds |= zip(some, self._folded(np.array(some), {}).tolist(), strict=True)

    def _folded(self, runs: Ints, design: Mapping[str, NDArray[np.float64]]) -> NDArray[np.uint64]:
        model = LockstepModel(self.scenario, seed=self.seed, run_numbers=runs, design=design)
        while model.running:
            model.step()
        folds = model.digest()
        model.close()
        return folds

    def differs(self, other: Scenario) -> int | None:
        """Whether a scenario with changed rules or script has other paths.

        Returns
        -------
        None if some run differs, else the number of paired runs compared.
        """
        for runs in ENTRY_STAGES:
            if runs not in self._blocks:
                self._blocks[runs] = run_block(self.scenario, self.seed, 0, runs)
            if not self._alike(self._blocks[runs], other, run_block(other, self.seed, 0, runs)):
                return None
        return ENTRY_STAGES[-1]

    def _alike(self, mine: Block, other: Scenario, its: Block) -> bool:
        """Whether all runs have the same trajectories and the same acts."""
        ours, theirs = mine.values | mine.rungs, its.values | its.rungs
        if ours.keys() != theirs.keys() or not all(np.array_equal(ours[name], theirs[name]) for name in ours):
            return False
        return bool(_acts(mine, self.scenario).equals(_acts(its, other)))


def _one_each(owner: Ints, n: int) -> NDArray[np.bool_]:
    """Which of n changes is made in which column: in each that of its owner."""
    made: NDArray[np.bool_] = np.arange(n)[:, None] == owner
    return made


def _acts(block: Block, scenario: Scenario) -> pd.DataFrame:
    """What the actors did; what the script lets happen to variables is seen by what comes of it."""
    table = event_table(block, program_of(scenario))
    table = table[table["actor"] != SCRIPT].reset_index(drop=True)
    return table[["run", "day", "action", "rung", "deniable", "fatalities"]].astype({"action": str})
