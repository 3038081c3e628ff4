"""What is ordered day by day in two futures of a decision: in the one it was taken, in the other it was not."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.branch import branched
from sim.engine.model import LockstepModel

from .decisions import Decision, Numbers, hand_acts

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

Then = Literal["rules", "orders"]
"""How futures go on after the day of a decision: by the rules, or under the other orders that were given."""


@dataclass(frozen=True)
class Today:
    """What is ordered for a day."""

    deeds: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    numbers: Numbers = ()
    """Numbers that change on its morning."""


Plan = tuple[tuple[int, Today], ...]
"""Days on which something is ordered, in order; on all others the rules decide."""


def lived(session: "Session", day: int) -> Today:
    """What was ordered for a day that was lived."""
    today, numbers = session.world.lived[day], session.world.changed.get(day, {})
    return Today(frozenset(today.deeds), today.refused, tuple(sorted(numbers.items())))


def plans_of(session: "Session", decision: Decision, days: int, then: Then) -> tuple[Plan, Plan]:
    """The plans of the futures with a decision and of those without it."""
    last = decision.day + days
    after = range(decision.day + 1, min(last, session.world.day))
    base = {decision.day: lived(session, decision.day)}
    if then == "orders":
        base |= {day: lived(session, day) for day in after}
    if decision.kind == "refusal":
        return _refusals(session, decision, base, last, then)
    if decision.kind == "stance":
        return _stances(session, decision, base, last, then)
    without = base | {decision.day: _undone(session, base[decision.day], decision)}
    return planned(base), planned(without)


def planned(days: Mapping[int, Today]) -> Plan:
    """The days of a plan on which something is ordered, in order."""
    return tuple((day, today) for day, today in sorted(days.items()) if today != Today())


def _undone(session: "Session", today: Today, decision: Decision) -> Today:
    """A day on which the hand that did an act draws by the rules instead."""
    if decision.act is None:
        raise ValueError(f"decision {decision.number} is no act")
    hand = hand_acts(session, decision.act)
    return Today(today.deeds - {decision.act}, today.refused - hand, today.numbers)


def _refusals(
    session: "Session", decision: Decision, base: dict[int, Today], last: int, then: Then
) -> tuple[Plan, Plan]:
    mine = frozenset(session.seat(decision.seat or "").acts)
    until = last if decision.until is None else min(decision.until, last)
    if decision.until is None and then == "orders":
        until = min(until, session.world.day)  # what was given ends with the session

    def with_policy(refused: frozenset[str]) -> Plan:
        found = dict(base)
        for day in range(decision.day, until):
            today = base.get(day, Today())
            found[day] = Today(today.deeds, (today.refused - mine) | (refused - today.deeds), today.numbers)
        return planned(found)

    return with_policy(decision.after.refused), with_policy(decision.before.refused)


def _stances(
    session: "Session", decision: Decision, base: dict[int, Today], last: int, then: Then
) -> tuple[Plan, Plan]:
    day, today = decision.day, base[decision.day]
    moved = _moved(session, decision)
    kept = tuple((path, value) for path, value in today.numbers if path not in moved)
    without = base | {day: Today(today.deeds, today.refused, kept)}
    if then == "rules" and decision.until is not None and decision.until < last:
        base = base | {decision.until: Today(numbers=tuple(sorted(moved.items())))}
    return planned(base), planned(without)


def _moved(session: "Session", decision: Decision) -> dict[str, float]:
    """The levers that a decision set elsewhere or set back, with their values before it."""
    old, new = dict(decision.before.numbers), dict(decision.after.numbers)
    written = dict(session.scenario.numbers())
    paths = sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
    return {path: old[path] if path in old else written[path].value for path in paths}


_CHANGING = Lock()
"""What rules are compiled to is kept for all threads in one place."""


def live(model: LockstepModel, today: Today | None) -> None:
    """Live a day under what is ordered for it."""
    if today is not None:
        if today.numbers:
            with _CHANGING:
                model.change(dict(today.numbers))
        for act in sorted(today.refused):
            model.forbid(act, days=1)
        for act in sorted(today.deeds):
            model.impose(act)
    model.step()


@dataclass(frozen=True)
class Futures:
    """What came of a plan."""

    came: NDArray[np.bool_]
    """Whether each outcome came about from the day on, shape (outcome, future)."""
    at_once: NDArray[np.bool_]
    """Whether it did on the day itself."""
    deaths: NDArray[np.float64]
    """Deaths from the day on, shape (future,)."""
    rung: NDArray[np.float64]
    """The highest rung of an evening, shape (future,)."""
    failed: NDArray[np.bool_]
    followed: NDArray[np.bool_]
    """Whether something that was watched for was done after the day, shape (future,)."""


def followed(stem: LockstepModel, plan: Plan, watch: tuple[int, ...], numbers: NDArray[np.int64], days: int) -> Futures:
    """Let futures branch off from a morning, and follow them under a plan.

    Parameters
    ----------
    stem : LockstepModel
        The run that was lived, on that morning.
    watch : tuple of int
        Acts that are watched for, by their places in the program.
    numbers : array of int (future,)
        By which the dice of each are keyed; 0 keeps those of the run.
    days : int
        Days to follow, that one included; they end with the scenario.
    """
    model, orders = branched(stem, numbers), dict(plan)
    before, dead = stem.world.outcome_day[:, :1] >= 0, float(stem.world.deaths[-1, 0])
    top = np.zeros(len(numbers))
    end = min(stem.day + days, stem.program.days)
    while model.day < end:
        live(model, orders.get(model.day))
        np.maximum(top, model.world.rung[-1], out=top)
    came = (model.world.outcome_day >= 0) & ~before
    at_once = model.world.outcome_day == stem.day
    later: NDArray[np.bool_] = np.any(model.world.last_day[list(watch)] > stem.day, axis=0)
    found = Futures(came, at_once, model.world.deaths[-1] - dead, top, model.status.alive == 0, later)
    model.close()
    return found
