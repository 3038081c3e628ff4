"""Shares of runs that draw their numbers: sampling error and parameter error, told apart."""

from typing import Protocol

import pandas as pd

from sim.analysis.two_errors import two_errors
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario

from . import intervals


class ScenarioRuns(intervals.SampledRuns, Protocol):
    """Runs of one scenario, kept whole or only counted."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""


def errors_of_shares(runs: ScenarioRuns, level: float = 0.95) -> pd.DataFrame:
    """Tell the two errors of each outcome's share apart, by runs that have the same numbers under other dice.

    Returns
    -------
    DataFrame with columns outcome; share, over all sets of numbers; low and high, its sampling error; spread_low and
    spread_high, its parameter error: between them lie the shares that most sets of numbers would give, each by itself,
    if their log odds spread as a normal distribution; spread_low_least, spread_low_most, spread_high_least and
    spread_high_most, the sampling error of these ends; numbers, numbers_low and numbers_high, the share of the variance
    of single runs that the numbers make, the rest being dice; effective_n, the effective sample size: as how many
    independent runs these count; n. Where what the numbers make cannot be told from nothing, `numbers` and the ends of
    the spread are NaN, and only their limits are known.

    Raises
    ------
    ValueError
        The runs did not draw their numbers.
    """
    if not runs.info.get("uncertain"):
        raise ValueError(f"the numbers of {runs.scenario.name} are as written; run it with uncertain=True")
    names = list(program_of(runs.scenario).outcomes)
    return pd.DataFrame({"outcome": names, **two_errors(runs.sets, level)._asdict(), "n": runs.n_completed})
