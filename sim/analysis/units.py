"""What was drawn independently: runs, or sets of runs that share their numbers.

Everything that puts an interval around a figure of runs asks here, since runs with the same numbers are alike: four of
them tell less than four on their own. Shares take the effective sample size, figures of many cases their sums by unit.
"""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, Ints
from .intervals import wilson


class Units(NamedTuple):
    """Which runs were drawn together; what lies in different units is independent."""

    of_run: Ints
    """The unit of each run, from 0 below `n`."""
    n: int

    @classmethod
    def single(cls, runs: int) -> Self:
        """Runs that are all independent."""
        return cls(np.arange(runs), runs)

    @classmethod
    def labelled(cls, labels: ArrayLike) -> Self:
        """Runs that are independent where their labels differ."""
        names, place = np.unique(np.asarray(labels), return_inverse=True)
        return cls(place.ravel(), len(names))

    @property
    def alone(self) -> bool:
        """Whether every run is a unit of its own."""
        return self.n == len(self.of_run)

    @property
    def pairs(self) -> int:
        """Ordered pairs of two different runs of one unit."""
        sizes = np.bincount(self.of_run, minlength=self.n)
        return int((sizes * (sizes - 1)).sum())

    def sums(self, run: NDArray[Any], weights: NDArray[Any] | None = None) -> Floats:
        """Count cases by unit, or add up their weights.

        Parameters
        ----------
        run : array of int (case,)
        weights : array (case,), optional
        """
        return np.bincount(self.of_run[run], weights, minlength=self.n).astype(np.float64)

    def totals(self, values: NDArray[Any]) -> Floats:
        """Sums of values over the runs of each unit: shape (run, ...) to (unit, ...)."""
        found = np.zeros((self.n, *values.shape[1:]))
        np.add.at(found, self.of_run, values)
        return found

    def effective_n(self, values: NDArray[Any]) -> Floats:
        """As how many independent runs these count for the mean of each value, shape (run, ...) to (...)."""
        if self.alone:
            return np.full(values.shape[1:], float(len(values)))
        each = values.astype(np.float64)
        squares, sums = (each**2).sum(axis=0), self.totals(each)
        together = (sums**2).sum(axis=0) - squares
        return effective_n(each.sum(axis=0), squares, together, len(values), self.pairs)

    def share(self, held: NDArray[np.bool_], level: float = 0.95) -> tuple[Floats, Floats]:
        """Wilson's interval of the share of runs in which something held, at the effective sample size.

        Parameters
        ----------
        held : array of bool (run, ...)
        """
        n = self.effective_n(held)
        return wilson(held.sum(axis=0) * (n / max(len(held), 1)), n, level)


def effective_n(total: ArrayLike, squares: ArrayLike, together: ArrayLike, n: ArrayLike, pairs: ArrayLike) -> Floats:
    """Effective sample size of a mean over runs of which some were drawn together.

    By the intraclass correlation of a one-way analysis of variance with random effects: what two runs of one unit have
    in common beyond what two runs of different units have. Below 0 it is luck, and counts as 0.

    Parameters
    ----------
    total, squares : array_like
        Sums of the values and of their squares: the same number where a value is 0 or 1.
    together : array_like
        Sum of the products of two values over all ordered pairs of different runs of one unit.
    n, pairs : array_like
        Runs, and such pairs.
    """
    total, squares, together, n, pairs = (np.asarray(each, np.float64) for each in (total, squares, together, n, pairs))
    with np.errstate(all="ignore"):
        apart = (total**2 - squares - together) / (n**2 - n - pairs)
        alike = (together / pairs - apart) / (squares / n - apart)
        found: Floats = n / (1 + np.where(np.isfinite(alike), np.clip(alike, 0, 1), 0) * pairs / n)
    return np.where(n > 0, found, 0.0)
