"""What needs no model, held to the same record: constant rates, and rates of two periods, fitted in hindsight."""

import math
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.hazards import Floats, constant, log_likelihood, two_periods
from sim.text import on

from .filter import Filtered
from .following import Followed

LEAST = 1e-9
"""Chance of doing nothing that an actor is left with who acts on every day."""


class Recorded(NamedTuple):
    """The covered acts of a record; an act is a kind, such as a rocket attack of one militia."""

    done: NDArray[np.bool_]
    """Whether each was done, shape (day, act); acts that never were are there too. Of several possibilities the first
    stands for all."""
    hand: NDArray[np.int64]
    """Whose hand does each, shape (act,): one of its acts a day at most."""
    unsure: list[list[tuple[int, int]]]
    """Of each act with several possibilities, their days and kinds, the first one first."""

    def between(self, first: int, last: int) -> "Recorded":
        """The same of some days, counted from the first of them."""
        unsure = [[(day - first, act) for day, act in ways] for ways in self.unsure if first <= ways[0][0] < last]
        return Recorded(self.done[first:last], self.hand, unsure)

    def log_likelihood(self, chances: Floats) -> float:
        """How likely they are under chances of shape (act,), the same on each day, summed over possibilities."""
        total = log_likelihood(chances, self.done, self.hand)
        quiet = np.array([1.0 - chances[self.hand == who].sum() for who in self.hand])
        odds = chances / np.maximum(quiet, LEAST)  # to an actor's doing nothing, as it did where it was not this one
        for ways in self.unsure:
            total += float(np.log(sum(odds[act] for _, act in ways) / odds[ways[0][1]]))
        return total


def recorded_acts(followed: Followed) -> Recorded:
    """Gather the covered acts of a record."""
    compiled, program = followed.compiled, followed.program
    covered = np.flatnonzero(compiled.seen.any(axis=0))
    place = {int(action): at for at, action in enumerate(covered)}
    done, unsure = np.zeros((compiled.days, len(covered)), bool), []
    for act in range(len(compiled.acts)):
        if compiled.covered(act):
            ways = [(int(way["done"]), place[int(way["action"])]) for way in compiled.of(act)]
            done[ways[0]] = True
            if len(ways) > 1:
                unsure.append(ways)
    return Recorded(done, program.action["hand"][covered].astype(np.int64), unsure)


def beside(found: Filtered, to: date | None = None) -> pd.DataFrame:
    """The log likelihood of the acts of a record under a scenario, and under what needs no model.

    Parameters
    ----------
    found : Filtered
    to : date, optional
        Only what came up to this day and on it, and rates fitted to that; left out, the whole record.

    Returns
    -------
    DataFrame with columns model, numbers (that were fitted to these acts, in hindsight; None of the scenario, whose
    authors knew them), log_likelihood, error (NaN of a part of the record)
    """
    acts, of_acts, error = recorded_acts(found.followed), found.of_acts, found.error
    if to is not None:
        acts, of_acts, error = acts.between(0, _known(found.followed, to)), _nats(found, last=to), math.nan
    done, hand = acts.done, acts.hand
    rows: list[tuple[str, int | None, float, float]] = [
        (found.scenario.name, None, of_acts, error),
        (
            "constant rates, fitted in hindsight",
            int(done.any(axis=0).sum()),
            acts.log_likelihood(constant(done, hand)),
            0.0,
        ),
    ]
    if len(done) > 1:
        cut = two_periods(done, hand).day
        parts = acts.between(0, cut), acts.between(cut, len(done))
        nats = sum(part.log_likelihood(constant(part.done, hand)) for part in parts)
        numbers = sum(int(part.done.any(axis=0).sum()) for part in parts) + 1
        rows.append((f"rates of two periods, cut on {on(found.followed.date_of(cut))}", numbers, nats, 0.0))
    table = pd.DataFrame(rows, columns=["model", "numbers", "log_likelihood", "error"])
    table["numbers"] = table["numbers"].astype("Int64")
    return table


def held_out(found: Filtered, day: date) -> pd.DataFrame:
    """The log likelihood of what came after a day, under a scenario and under rates known by that day.

    Returns
    -------
    DataFrame with columns model, log_likelihood
    """
    rows = [(found.scenario.name, _nats(found, first=day + timedelta(1))), *after(found.followed, day).items()]
    return pd.DataFrame(rows, columns=["model", "log_likelihood"])


def _nats(found: Filtered, first: date = date.min, last: date = date.max) -> float:
    """What the acts and quiet days of some days make of the log likelihood."""
    days = pd.to_datetime(found.parts["date"]).dt.date
    return float(found.parts.loc[(days >= first) & (days <= last), "nats"].sum())


def _known(followed: Followed, day: date) -> int:
    """How many days there were up to a day and with it."""
    return (day - followed.scenario.start).days + 1


RECENT = 150
"""Days over which rates are taken that know the latest past alone."""


def after(followed: Followed, day: date) -> dict[str, float]:
    """How likely what came after a day was under rates known by that day.

    Returns
    -------
    dict from what was tried to the log likelihood of the covered acts after that day, in nats
    """
    acts = recorded_acts(followed)
    known = _known(followed, day)
    later = acts.between(known, len(acts.done))

    def rates(first: int) -> float:
        return later.log_likelihood(constant(acts.done[first:known], acts.hand, prior=0.5))

    return {
        "constant rates of all days before": rates(0),
        f"constant rates of the last {RECENT} days before": rates(max(known - RECENT, 0)),
    }
