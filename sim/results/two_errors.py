"""Shares of runs that draw their numbers: sampling error and parameter error, told apart."""

from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.analysis.intervals import Interval, wilson
from sim.analysis.two_errors import two_errors
from sim.theatre.compile import program_of
from sim.theatre.scenario import Scenario


class Runs(Protocol):
    """Runs of one scenario, kept whole or only counted."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def info(self) -> dict[str, Any]:
        """How it was made."""

    @property
    def sets(self) -> NDArray[np.int64]:
        """Sets of runs that share their numbers."""

    @property
    def n_sound(self) -> int:
        """Runs that did not fail."""


def sampling(runs: Runs) -> Interval:
    """The interval of shares for runs of a number that was fixed before: Wilson's.

    Runs that share their numbers are alike, and count for as many independent ones as would err as much.
    """
    if not runs.info.get("uncertain"):
        return wilson

    def shared(successes: ArrayLike, n: ArrayLike, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = two_errors(runs.sets, level)
        return found.low, found.high

    return shared


def errors_of_shares(runs: Runs, level: float = 0.95) -> pd.DataFrame:
    """Tell the two errors of each outcome's share apart, by runs that have the same numbers under other dice.

    Returns
    -------
    DataFrame with columns outcome; share, over all sets of numbers; low and high, its sampling error; spread_low and
    spread_high, its parameter error: between them lie the shares that most sets of numbers would give, each by itself;
    numbers, numbers_low, numbers_high, the share of the variance of single runs that the numbers make, the rest being
    dice; worth, as how many independent runs these count; n

    Raises
    ------
    ValueError
        The runs did not draw their numbers.
    """
    if not runs.info.get("uncertain"):
        raise ValueError(f"the numbers of {runs.scenario.name} are as written; run it with uncertain=True")
    names = list(program_of(runs.scenario).outcomes)
    return pd.DataFrame({"outcome": names, **two_errors(runs.sets, level)._asdict(), "n": runs.n_sound})
