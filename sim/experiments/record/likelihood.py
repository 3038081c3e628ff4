"""How likely the record is under many sets of numbers, by particles that follow it."""

from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.execution.records import RecordError
from sim.execution.workers import computed
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .following import Followed

COLUMNS = 1024
"""Particles advanced in lockstep: of as many sets as fit, of one at least."""


class Likelihood:
    """The likelihood of a record as a function of some numbers of a scenario, estimated by particles.

    An estimate is unbiased, whatever the number of particles (Del Moral 2004, section 7.4), and depends on the
    scenario, the seed, the number of particles, the numbers and the dice alone.

    Parameters
    ----------
    scenario : Scenario
    record : HistoryFile, path or name of a shipped history, optional
    paths : sequence of str
        The numbers that vary, by their paths.
    particles : int
    seed : int, optional
        Left out, the scenario's.
    to : date, optional
        The last day of the record that counts.

    Raises
    ------
    RecordError
        The record does not fit, or a number shapes the rules themselves.
    """

    def __init__(
        self,
        scenario: Scenario,
        record: HistoryFile | Named | None = None,
        paths: Sequence[str] = (),
        particles: int = 128,
        seed: int | None = None,
        to: date | str | None = None,
    ) -> None:
        self.scenario, self.paths, self.particles = scenario, tuple(paths), particles
        self.seed = scenario.seed if seed is None else seed
        self.followed = Followed(scenario, record, to)
        known = dict(scenario.numbers())
        for path in self.paths:
            if path not in known:
                raise RecordError(f"{scenario.name} has no number '{path}'")

    def many(
        self, values: ArrayLike, dice: ArrayLike | None = None, executor: Executor | None = None
    ) -> NDArray[np.float64]:
        """Estimate the log likelihood of sets of numbers.

        Parameters
        ----------
        values : array (set, number)
        dice : array of int (set,), optional
            Which dice each set throws: estimates on the same dice err alike. Left out, all throw dice 0.
        executor : concurrent.futures.Executor, optional
            Where to compute; left out, threads on all cores.

        Returns
        -------
        array (set,); minus infinity where no particle could follow the record
        """
        found: NDArray[np.float64] = self.by_day(values, dice, executor).sum(axis=(1, 2))
        return found

    def by_day(
        self, values: ArrayLike, dice: ArrayLike | None = None, executor: Executor | None = None
    ) -> NDArray[np.float64]:
        """Estimate what each day adds to the log likelihood, given all before.

        Parameters
        ----------
        values, dice, executor : see `many`

        Returns
        -------
        array (set, day, 2): by the acts of the day, and by how many died
        """
        sets = np.asarray(values, np.float64)
        if sets.ndim != 2 or sets.shape[1] != len(self.paths):
            raise ValueError(f"values have shape (set, {len(self.paths)}), found {sets.shape}")
        thrown = np.zeros(len(sets), np.int64) if dice is None else np.asarray(dice, np.int64)
        size = max(COLUMNS // self.particles, 1)
        spans = [(first, min(first + size, len(sets))) for first in range(0, len(sets), size)]
        found = np.empty((len(sets), self.followed.days, 2))
        for (first, last), part in computed(_Work(self, sets, thrown), spans, executor):
            found[first:last] = part
        return found


class _Work:
    """What one block of sets needs, so that it can be sent to where it is computed."""

    def __init__(self, of: Likelihood, values: NDArray[np.float64], dice: NDArray[np.int64], first: int = 0) -> None:
        self.of, self.values, self.dice, self.first = of, values, dice, first

    def part(self, first: int, last: int) -> "_Work":
        """Return what the sets from a first one to one before the last need."""
        here = slice(first - self.first, last - self.first)
        return _Work(self.of, self.values[here], self.dice[here], first)

    def __call__(self, first: int, last: int) -> NDArray[np.float64]:
        values, dice = (each[first - self.first : last - self.first] for each in (self.values, self.dice))
        design = {path: values[:, at] for at, path in enumerate(self.of.paths)}
        model = self.of.followed.particles(self.of.particles, self.of.seed, design=design, dice=dice)
        found = np.empty((last - first, self.of.followed.days, 2))
        for day in range(self.of.followed.days):
            model.step()
            found[:, day, 0], found[:, day, 1] = model.evidence.sum(axis=0), model.deaths_evidence.sum(axis=0)
        model.close()
        return found
