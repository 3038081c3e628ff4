"""A run's turning points: the days after which most outcomes became likelier, or less likely.

For each of a few acts that might be one, futures branch off on the morning when it was decided and on the morning after
it was done, on the same dice. What lies between the two are the acts of that day, or of those days, as they happened.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.analysis.paired import paired_difference
from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.execution.afford import bytes_in_engine, refuse_memory
from sim.execution.lookup import QueryError, origin_of
from sim.execution.source import Origin, RunSource
from sim.given import MOST_RUNS, whole
from sim.replays.accepted import FORCE, WEEK, bond
from sim.replays.acts import Act
from sim.replays.entries import entries
from sim.replays.matters import made_possible
from sim.replays.replay import Replay, replayed
from sim.text import counted, listed, on, percent

from .trunk import trunk

FUTURES = 100
CANDIDATES = 10
"""Days that are looked at."""
MOST = 3
"""Turning points that are named."""
LEVEL = 0.999
"""Coverage of the intervals that must leave out 0: several outcomes are looked at on several days."""
_NAMED = 3
"""Outcomes that are named of a turning point."""


@dataclass(frozen=True)
class Shift:
    """An outcome whose share of the futures the day moved by more than its error."""

    outcome: str
    label: str
    before: float
    """The share of the futures in which it came about that branch off on the morning when the act was decided."""
    after: float
    """The share of those that branch off the morning after."""
    low: float
    """The lower end of the interval of the difference, in futures on the same dice."""
    high: float


@dataclass(frozen=True)
class TurningPoint:
    """A day after which outcomes were likelier, or less likely, than before."""

    day: int
    date: date
    act: Act
    """The act of that day with the greatest claim to have done it."""
    shifts: tuple[Shift, ...]
    """The greatest first."""
    futures: int
    """How many futures branch off before and after."""

    def text(self) -> str:
        """Say it in a sentence."""
        first, *others = self.shifts[:_NAMED]
        shares = [
            f"“{first.label}” came about in {percent(first.after)} of the futures ({percent(first.before)} before)"
        ]
        shares += [f"“{each.label}” in {percent(each.after)} ({percent(each.before)})" for each in others]
        return f"{on(self.date)}, #{self.act.event}: {self.act.label}. From then on {listed(shares)}."

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        shifts = [asdict(each) for each in self.shifts]
        return {"day": self.day, "date": self.date, "event": self.act.event, "futures": self.futures, "shifts": shifts}


@usual
def turning_points(
    scenario: RunSource | Origin,
    *,
    run: int,
    runs: int = FUTURES,
    candidates: int = CANDIDATES,
    most: int = MOST,
    seed: int | None = None,
) -> tuple[TurningPoint, ...]:
    """Find the days of a run after which most outcomes were likelier, or less likely, than before.

    Looked at are the days of a few acts with the greatest claim: those that brought outcomes about, those that led to
    much, and the gravest. What came about on the day itself is left out, since from then on it is certain.

    Parameters
    ----------
    scenario : Scenario, Ensemble, path or name
        Whose run: a scenario, a result, or a folder with one.
    run : int
    runs : int
        Futures that branch off before, and again after, each day that is looked at.
    candidates : int
        How many days are looked at.
    most : int
        How many turning points are given at most.
    seed : int, optional
        Seed of the run, for a scenario; left out, the scenario's.

    Returns
    -------
    tuple of TurningPoint, in the order of time; none where nothing moved by more than its error

    Raises
    ------
    QueryError
        There is no such run.
    """
    origin = origin_of(scenario, seed)
    return found_in(origin, replayed(origin, run), runs, candidates, most)


def found_in(
    origin: Origin, told: Replay, runs: int = FUTURES, candidates: int = CANDIDATES, most: int = MOST
) -> tuple[TurningPoint, ...]:
    """Find the turning points of a run that has been simulated again; see `turning_points`."""
    runs = whole(runs, "futures", 1, MOST_RUNS - 1, QueryError)
    candidates, most = (whole(each, "days", 1, error=QueryError) for each in (candidates, most))
    looked = {act.day: act for act in _claims(told)[:candidates]}
    if not looked or not told.outcomes or told.failure is not None:
        return ()
    refuse_memory(runs * bytes_in_engine(told.program), f"{runs:,} futures", "choose fewer", QueryError)
    futures = _futures(origin, told, sorted({at for act in looked.values() for at in (act.decided, act.day + 1)}), runs)
    found = [_point(told, act, futures, runs) for act in looked.values()]
    moved = sorted((point for point in found if point.shifts), key=_weight)
    return tuple(sorted(moved[:most], key=lambda point: point.day))


def _weight(point: TurningPoint) -> tuple[float, int]:
    return -sum(abs(each.after - each.before) for each in point.shifts), point.day


def _claims(told: Replay) -> list[Act]:
    """Acts with a claim to be a turning point, the greatest first, one of each day.

    An act claims by its rung, by what it led to, by having brought an outcome about or turned a flag, by having made
    that possible, and by having come shortly before as its cause might; an action that has claimed before claims less.
    The last day has no morning after.
    """
    made = {event for entry in entries(told, least=4) if entry.rung is None for event in entry.events}
    opened = {event for each in made for event in made_possible(told.course, each)}
    heralds = {act.event for each in made for act in _heralds(told, told.acts[each])}
    free = [act for act in told.deeds if not act.imposed and act.day + 1 < told.scenario.days]

    def claim(act: Act) -> float:
        of_outcomes = 3.0 * (act.event in made) + 3.0 * (act.event in opened) + 3.5 * (act.event in heralds)
        return act.rung + of_outcomes + 0.5 * min(len(act.led_to), 6)

    claims: dict[int, tuple[float, Act]] = {}
    earlier = Counter[str]()
    for act in sorted(free, key=lambda act: (-claim(act), act.event)):
        if act.day not in claims:
            claims[act.day] = claim(act) - earlier[act.action], act
            earlier[act.action] += 1
    return [act for _, act in sorted(claims.values(), key=lambda each: (-each[0], each[1].event))]


def _heralds(told: Replay, made: Act) -> list[Act]:
    """Acts of force in the week before one was decided that a reader would take for its cause."""
    week = (act for act in told.deeds if made.decided - WEEK <= act.day < made.decided and act.rung >= FORCE)
    return [act for act in week if bond(told.scenario.theatre, made, act).accepted]


def _futures(origin: Origin, told: Replay, mornings: Sequence[int], runs: int) -> dict[int, NDArray[np.int32]]:
    """The first days of outcomes in futures that branch off on each of some mornings, shape (outcome, future)."""
    stem, numbers = trunk(origin, told.run, mornings[0]), np.arange(1, runs + 1)
    found = {}
    for morning in mornings:
        while stem.day < morning:
            stem.step()
        found[morning] = _followed(branched(stem, numbers))
    stem.close()
    return found


def _followed(model: LockstepModel) -> NDArray[np.int32]:
    while model.running:
        model.step()
    days: NDArray[np.int32] = np.where(model.status.failed_day >= 0, -2, model.world.outcome_day)
    model.close()
    return days


def _point(told: Replay, act: Act, futures: Mapping[int, NDArray[np.int32]], runs: int) -> TurningPoint:
    """What a day moved."""
    before, after = futures[act.decided], futures[act.day + 1]
    sound = (before[:1] != -2).ravel() & (after[:1] != -2).ravel() if len(before) else np.zeros(0, bool)
    shifts = []
    for at, name in enumerate(told.program.outcomes):
        came = told.outcomes[name]
        if came is not None and came <= act.day:
            continue  # it had come about, or came about that day
        one, other = before[at, sound] >= 0, after[at, sound] >= 0
        moved = paired_difference(one, other, LEVEL)
        if moved.low > 0 or moved.high < 0:
            label = told.scenario.theatre.outcomes[name].label
            shifts.append(Shift(name, label, float(one.mean()), float(other.mean()), moved.low, moved.high))
    shifts.sort(key=lambda each: -abs(each.after - each.before))
    when = told.scenario.start + timedelta(days=act.day)
    return TurningPoint(act.day, when, act, tuple(shifts), runs)


def paragraphs(points: Sequence[TurningPoint], futures: int) -> list[str]:
    """Turning points as a story begins with them."""
    if not points:
        none = "No turning point was found: no day that was looked at made an outcome likelier, or less likely"
        return [f"{none}, by more than {futures:,} futures can show."]
    how = "branched off before it was decided and the morning after it was done, on the same dice"
    return [f"Turning points, by {counted(futures, 'future')} {how}:", *(f"· {point.text()}" for point in points)]
