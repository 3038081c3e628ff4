"""What a model leaves unexplained of a record: whether acts of each class come when it expects them, and how many."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.analysis.arrays import Flags, Floats, Ints
from sim.analysis.rescaling import Residuals, Stretch, by_month, rescaled, stretches, told
from sim.analysis.rescaling import residuals as beside_exponential
from sim.text import json_rows, month
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

from .questions import asked

LEAST = 1e-9
"""Chances are taken for this at least and for 1 less this at most: also what the rules made impossible was recorded."""
FEWEST = 1.0
"""A class of which fewer acts than this were expected, and none recorded, tells nothing and is left out."""


class FilteredRecord(Protocol):
    """What is read of a filter's result."""

    @property
    def scenario(self) -> Scenario:
        """What was held to the record."""

    @property
    def particles(self) -> int:
        """How many runs followed it."""

    @property
    def seed(self) -> int:
        """Of their dice."""

    @property
    def parts(self) -> pd.DataFrame:
        """A row for each recorded act at least: day, action (None for a quiet day), covered."""

    @property
    def expected(self) -> pd.DataFrame:
        """How often each covered act was expected in the record: a row for each day, a column for each action."""


@dataclass(frozen=True)
class ClassResiduals:
    """One class of acts."""

    name: str
    label: str
    chance: Floats
    """That the record has such an act, given all before; shape (day,)."""
    hit: Flags
    """Whether it has."""
    residuals: Residuals
    """Intervals between its days, in the time in which its hazard is 1."""
    stretches: tuple[Stretch, ...]
    """Months on end in which it has more or fewer than chance would do."""


@dataclass(frozen=True)
class RecordResiduals:
    """All classes of acts that a record covers."""

    scenario: Scenario
    particles: int
    seed: int
    months: tuple[date, ...]
    """The first of each."""
    month: Ints
    """Which of them each day lies in."""
    classes: tuple[ClassResiduals, ...]

    def __repr__(self) -> str:
        of = f"{self.scenario.name} {self.scenario.short_hash}"
        return f"<RecordResiduals {of}: {len(self.classes)} classes of acts, {self.particles:,} particles>"

    def table(self) -> pd.DataFrame:
        """Each class as a whole.

        Returns
        -------
        DataFrame with name, label, expected and recorded (days with such an act), distance (of Kolmogorov and Smirnov
        between its intervals and the exponential law), p_value
        """
        rows = [
            (
                each.name,
                each.label,
                each.chance.sum(),
                int(each.hit.sum()),
                each.residuals.distance,
                each.residuals.p_value,
            )
            for each in self.classes
        ]
        return pd.DataFrame(rows, columns=["name", "label", "expected", "recorded", "distance", "p_value"])

    def by_month(self) -> pd.DataFrame:
        """Days with an act of each class in each month.

        Returns
        -------
        DataFrame with name, month (its first day), expected, recorded
        """
        rows = []
        for each in self.classes:
            expected, recorded = by_month(each.chance, each.hit, self.month)
            rows += [(each.name, *row) for row in zip(self.months, expected.tolist(), recorded.tolist(), strict=True)]
        return pd.DataFrame(rows, columns=["name", "month", "expected", "recorded"])

    def sentences(self) -> list[str]:
        """Where the model runs hot or cold, the least probable first."""
        names = [f"{month(each)} {each.year}" for each in self.months]
        found = [(stretch, each.label) for each in self.classes for stretch in each.stretches]
        return [f"{label}: {told(stretch, names)}" for stretch, label in sorted(found, key=lambda one: one[0].chance)]

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return {
            "classes": json_rows(self.table()),
            "by_month": json_rows(self.by_month().astype({"month": str})),
            "hot_and_cold": self.sentences(),
        }


def residuals(filtered: FilteredRecord) -> RecordResiduals:
    """Hold the days of each class of acts beside the chances that a filter found for them.

    Classes are the theatre's questions about acts, and its rungs as actions are written, as far as no class depends on
    how many die. On a day, hands act independently, each on one act at most. Where an act falls within its day is
    drawn by the filter's seed.

    Parameters
    ----------
    filtered : Filtered
        What `sim.filter` gives.

    Returns
    -------
    RecordResiduals

    Raises
    ------
    ValueError
        The record covers no act.
    TypeError
        It is not the result of a filter.
    """
    if not hasattr(filtered, "expected"):
        raise TypeError(f"residuals need what sim.filter gives, such as sim.filter('baseline'), found {filtered!r}")
    scenario, expected = filtered.scenario, filtered.expected
    if not len(expected.columns):
        raise ValueError("the record covers no act, so there is nothing to compare the model with")
    dates = [each.date() for each in pd.date_range(scenario.start, periods=len(expected))]
    months = tuple(dict.fromkeys(each.replace(day=1) for each in dates))
    place = np.array([months.index(each.replace(day=1)) for each in dates])
    acts = filtered.parts[filtered.parts["action"].notna() & filtered.parts["covered"]]
    found = []
    for at, (name, label, mine) in enumerate(_classes(scenario.theatre, list(expected.columns))):
        chance = _chance(expected.loc[:, mine], scenario.theatre.hands)
        hit = np.zeros(len(expected), bool)
        hit[_days(acts, set(expected.columns[mine]))] = True
        if chance.sum() >= FEWEST or hit.any():
            found.append(_of_class(name, label, chance, hit, place, [filtered.seed, at]))
    return RecordResiduals(scenario, filtered.particles, filtered.seed, months, place, tuple(found))


def _days(acts: pd.DataFrame, actions: set[str]) -> list[int]:
    """On which days acts of a class are recorded: those of which each possibility is, in the middle of their days."""
    found = []
    for _, ways in acts.groupby("event", sort=False):
        if ways["action"].isin(actions).all():
            found.append(int(ways["day"].sort_values().iloc[(len(ways) - 1) // 2]))
    return found


def _of_class(name: str, label: str, chance: Floats, hit: Flags, place: Ints, seed: list[int]) -> ClassResiduals:
    bounded = np.clip(chance, LEAST, 1.0 - LEAST)
    within = np.random.default_rng(seed).random(len(chance))
    beside = beside_exponential(rescaled(bounded, hit, within), seed[-1])
    return ClassResiduals(name, label, chance, hit, beside, tuple(stretches(bounded, hit, place)))


def _classes(theatre: Theatre, actions: Sequence[str]) -> Iterator[tuple[str, str, Flags]]:
    """Name, label and actions of each class; of two with the same actions the first."""
    told_of: set[tuple[bool, ...]] = {(False,) * len(actions)}
    can_kill = np.array([theatre.actions[name].casualties is not None for name in actions])
    rung = np.array([theatre.actions[name].rung for name in actions])
    questions = [each for each in asked(theatre, actions) if each.question.acts is not None]
    blind = [each for each in questions if (each.fits[can_kill, 0] == each.fits[can_kill, 1]).all()]
    classes = [(each.name, each.question.label, each.fits[:, 0]) for each in blind]
    classes += [(f"rung_{step}_as_written", f"Acts on rung {step}", rung == step) for step in theatre.ladder.rungs]
    for name, label, mine in classes:
        if tuple(mine.tolist()) not in told_of:
            told_of.add(tuple(mine.tolist()))
            yield name, label, mine


def _chance(expected: pd.DataFrame, hands: Mapping[str, str]) -> Floats:
    """That any of some acts is in the record on each day: each hand does one of its own at most."""
    each = expected.T.groupby([hands[name] for name in expected.columns]).sum().clip(upper=1.0)
    chance: Floats = 1.0 - np.prod(1.0 - each.to_numpy(float), axis=0)
    return chance


__all__ = ["ClassResiduals", "RecordResiduals", "residuals"]
