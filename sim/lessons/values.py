"""Values that a lesson talks about: shares of runs and differences of shares, each with its interval."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.intervals import wilson
from sim.analysis.paired import paired_difference

if TYPE_CHECKING:
    from sim.experiments.pairs.compare import Comparison
    from sim.results.counted import AnyEnsemble


class Share(NamedTuple):
    """A share of runs with its 95 % interval."""

    share: float
    low: float
    high: float
    n: int

    def __float__(self) -> float:
        """Return the share alone."""
        return self.share


class Apart(NamedTuple):
    """How far apart a share is in pairs of runs: the second less the first, with its 95 % interval."""

    difference: float
    low: float
    high: float
    first: float
    second: float
    n: int

    def __float__(self) -> float:
        """Return the difference alone."""
        return self.difference

    @property
    def told(self) -> int:
        """Whether it can be told from none: 1 if it is more, -1 if it is less, 0 if the interval holds zero."""
        return int(self.low > 0) - int(self.high < 0)


def share(held: ArrayLike) -> Share:
    """Share of those in which something held.

    >>> share([True, False, False, False]).share
    0.25
    """
    which = np.asarray(held, dtype=bool).ravel()
    low, high = (float(end) for end in wilson(which.sum(), which.size))
    return Share(float(which.mean()) if which.size else float("nan"), low, high, int(which.size))


def shares(ensemble: "AnyEnsemble") -> dict[str, Share]:
    """Share of the runs in which each outcome held."""
    rows: Iterable[dict[str, Any]] = ensemble.shares().to_dict("records")
    return {row["outcome"]: Share(row["share"], row["low"], row["high"], row["n"]) for row in rows}


def apart(first: ArrayLike, second: ArrayLike) -> Apart:
    """How far apart two shares are, of the same runs under two scenarios.

    >>> apart([True, False], [True, True]).difference
    0.5
    """
    one, other = (np.asarray(each, dtype=bool).ravel() for each in (first, second))
    found = paired_difference(one, other)
    return Apart(found.difference, found.low, found.high, float(one.mean()), float(other.mean()), found.n)


def differences(comparison: "Comparison") -> dict[str, Apart]:
    """How far apart the share of each outcome is in the pairs of a comparison."""
    rows: Iterable[dict[str, Any]] = comparison.difference().to_dict("records")
    return {row["outcome"]: Apart(*(row[name] for name in Apart._fields)) for row in rows}
