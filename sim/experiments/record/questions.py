"""Questions of a theatre, answered for a window of days: by runs, as a forecast, and by a record.

A record misses acts, so what runs do is thinned by the chance that each act would have been in it. Forecast and record
then speak of the same thing: of what is recorded, and of acts that the record covers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.analysis.arrays import Flags, Floats
from sim.analysis.poisson_binomial import poisson_binomial
from sim.engine.model import LockstepModel
from sim.theatre.language.questions import Kind, Question
from sim.theatre.language.schema import Theatre
from sim.theatre.language.variables import LogVariable

WEEK = 7


class Forecast(NamedTuple):
    """Values with the chance of each: of yes and no, of acts a week, or of a move; equally likely if `chances` is None.

    The ranked probability score of a yes or no is its Brier score, so that one score serves all three.
    """

    values: Floats
    chances: Floats

    @property
    def mean(self) -> float:
        """The mean; of a yes or no, the chance of yes."""
        return float(self.values @ self.chances)

    @property
    def variance(self) -> float:
        """The spread about the mean, squared."""
        return float((self.values - self.mean) ** 2 @ self.chances)

    def quantile(self, level: float) -> float:
        """The least value that is reached with at least this chance."""
        order = np.argsort(self.values, kind="stable")
        below = np.cumsum(self.chances[order])
        return float(self.values[order][min(int(np.searchsorted(below, level - 1e-12)), len(order) - 1)])


def chance(p: float) -> Forecast:
    """Forecast a yes with a chance."""
    return Forecast(np.array([0.0, 1.0]), np.array([1.0 - p, p]))


def alike(values: Floats) -> Forecast:
    """Forecast any of some values, each as likely as another."""
    return Forecast(np.asarray(values, float), np.full(len(values), 1.0 / len(values)))


class CompiledRecord(Protocol):
    """What is read of a record that has been held to the days and the cast of a scenario."""

    @property
    def days(self) -> int:
        """How many days it tells of."""

    @property
    def seen(self) -> Floats:
        """Shape (day, action): the chance that an act would be in the record; 0 where nothing covers it."""

    @property
    def acts(self) -> tuple[str, ...]:
        """Ids of the recorded acts."""

    def of(self, act: int) -> NDArray[Any]:
        """The ways in which an act may have happened: fields `done`, `action` and `fewest` (deaths)."""


@dataclass(frozen=True)
class Asked:
    """A question of a theatre, ready to be answered."""

    name: str
    question: Question
    fits: Flags
    """Shape (action, 2): whether an act counts that kills nobody, and one that kills."""
    price: bool
    """Whether it asks for the move of a price, which is told in per cent."""

    @property
    def kind(self) -> Kind:
        """What it asks."""
        return self.question.kind

    def covered(self, seen: Floats) -> bool:
        """Whether a record would tell of any act that counts."""
        return bool((seen.max(axis=0, initial=0.0)[self.fits.any(axis=1)] > 0).any())

    # --- Runs -------------------------------------------------------------------------------------------------------

    def foretold(self, model: LockstepModel, first: int, seen: Floats, before: Floats | None = None) -> Forecast:
        """What runs say of a window: those of a model that stands at its end.

        Parameters
        ----------
        model : LockstepModel
            Equally likely runs.
        first : int
            The first day of the window.
        seen : array (day, action)
            Chance of each act of being recorded; it must reach to the end of the window.
        before : array (run,), optional
            What the variable was in the evening before, if a move is asked for.
        """
        alive = model.status.alive != 0
        if self.question.change is not None:
            assert before is not None
            return alike(self.move(before, model.value(self.question.change))[alive])
        missed = 1.0 - self._chances_seen(model, first, seen)[alive]
        if self.kind == "any":
            return chance(float(1.0 - missed.prod(axis=1).mean()))
        share = poisson_binomial(1.0 - missed).mean(axis=0)
        return Forecast(np.arange(len(share)) * WEEK / (model.day - first), share)

    def _chances_seen(self, model: LockstepModel, first: int, seen: Floats) -> Floats:
        """Of each run's acts that count, the chance of being recorded: shape (run, act), filled up with 0."""
        events = model.events[: int(model.n_events[0])]
        events = events[(events["day"] >= first) & (events["action"] < len(self.fits))]
        events = events[self.fits[events["action"], (events["deaths"] > 0).astype(int)]]
        events = events[np.argsort(events["column"], kind="stable")]
        counts = np.bincount(events["column"], minlength=model.n)
        found = np.zeros((model.n, int(counts.max(initial=0))))
        place = np.arange(len(events)) - np.repeat(np.cumsum(counts) - counts, counts)
        found[events["column"], place] = seen[events["day"], events["action"]]
        return found

    def move(self, before: Floats, after: Floats) -> Floats:
        """How far a quantity moved: a price in per cent."""
        moved: Floats = 100.0 * (after / before - 1.0) if self.price else after - before
        return moved

    # --- The record ---------------------------------------------------------------------------------------------------

    def recorded(self, record: CompiledRecord) -> Floats:
        """Acts of the record that count, by day; shape (day,).

        An act nobody claimed counts if each that it may have been does, one of an unknown day in the middle of its
        days, and one that may have killed nobody as one that did not. What the record does not cover is left out.
        """
        found = np.zeros(record.days)
        for act in range(len(record.acts)):
            ways = record.of(act)
            kills = (ways["fewest"] > 0).astype(int)
            if self.fits[ways["action"], kills].all() and (record.seen[ways["done"], ways["action"]] > 0).all():
                found[int(np.sort(ways["done"])[(len(ways) - 1) // 2])] += 1
        return found


def asked(theatre: Theatre, actions: Sequence[str]) -> list[Asked]:
    """Make the questions of a theatre ready.

    Parameters
    ----------
    actions : sequence of str
        Ids of the actions in the order in which runs number them.
    """
    return [
        Asked(name, question, _fits(question, theatre, actions), _asks_for_a_price(question, theatre))
        for name, question in theatre.questions.items()
    ]


def _fits(question: Question, theatre: Theatre, actions: Sequence[str]) -> Flags:
    if question.acts is None:
        return np.zeros((len(actions), 2), bool)
    return np.array([question.acts.fits(name, theatre.actions[name], theatre) for name in actions], bool)


def _asks_for_a_price(question: Question, theatre: Theatre) -> bool:
    return question.change is not None and isinstance(theatre.variables[question.change], LogVariable)


def by_day(values: Mapping[date, float], start: date, days: int) -> Floats:
    """A series as an array: shape (day + 1,), the evening before the first day and then each of the days.

    NaN on days without a value; the evening before the first day is taken for that if it has none.
    """
    dates = [start + timedelta(days=at) for at in range(days)]
    found = np.array([values.get(day, np.nan) for day in dates])
    before = values.get(start - timedelta(days=1), np.nan) if start > date.min else np.nan
    return np.concatenate([found[:1] if np.isnan(before) else [before], found])
