"""A row of the table, and how it is run: the same dice without and with what it switches, compared run by run."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

import sim
from sim.results.ensemble import Ensemble

from .measures import Measure, Values
from .worlds import AS_SHIPPED, Change, Switch, scenario

SEED = 2020
Z = 1.959963984540054
"""Half the width of a 95 % interval, in standard errors."""


class Expected(NamedTuple):
    """What the claim says of a measure."""

    sign: int
    of: Measure


def more(measure: Measure) -> Expected:
    """It rises."""
    return Expected(1, measure)


def less(measure: Measure) -> Expected:
    """It falls."""
    return Expected(-1, measure)


@dataclass(frozen=True)
class Row:
    """A claim and what shows it: in the world `given`, with the `switch` on instead of off, `then` comes about."""

    claim: str
    says: str
    given: Change
    switch: Switch
    then: Expected
    via: str
    """The mechanism: path of the theatre's entry that carries it and names the claim as a source of it."""
    days: int = 30
    runs: int = 400
    may: bool = False
    """The article leaves the direction open; this row shows that one lies within the plausible ranges."""

    @property
    def name(self) -> str:
        """A name of its own among all rows."""
        return f"{self.claim} {self.says}"


class Effect(NamedTuple):
    """Mean difference over paired runs, and its 95 % interval."""

    value: float
    low: float
    high: float

    def shows(self, sign: int) -> bool:
        """Whether the whole interval lies on that side of zero."""
        return min(self.low * sign, self.high * sign) > 0


def effect(row: Row) -> Effect:
    """Measure a row."""
    off, on = (ensemble(row.given | side, row.days, row.runs) for side in (row.switch.off, row.switch.on))
    return difference(row.then.of.of(off), row.then.of.of(on))


def difference(off: Values, on: Values) -> Effect:
    """What there is more of when it is on, from runs paired by their numbers."""
    gained = on - off
    half = Z * gained.std(ddof=1) / np.sqrt(len(gained))
    return Effect(float(gained.mean()), float(gained.mean() - half), float(gained.mean() + half))


@lru_cache(maxsize=6)
def ensemble(change: Change = AS_SHIPPED, days: int = 30, runs: int = 400) -> Ensemble:
    """Runs of the baseline under a change; rows that share them stand beside one another."""
    made = sim.run(scenario(change, days), runs=runs, seed=SEED)
    assert made.failures.empty, made.failures
    return made
