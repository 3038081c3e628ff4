"""Where one run parts under two scenarios: the first decision that differs although the draw is the same."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import accumulate
from math import inf, log, nan
from typing import Any

import numpy as np

from sim.engine.single import fallen
from sim.execution.lookup import QueryError
from sim.replays.acts import Act
from sim.replays.explain import Driver, Explanation, OpenOption
from sim.replays.replay import Replay
from sim.results.ensemble import SCRIPT
from sim.theatre.compiled.program import NONE
from sim.theatre.language.record import called_hand
from sim.theatre.language.scenario import Scenario


@dataclass(frozen=True)
class RatePart:
    """A factor or a summand of an action's rate that is not the same under both."""

    what: str
    """`base`, `reply`, `open`, `recovered`, or a term of the drivers."""
    first: float
    """Rate per day, for `base` and `reply`; 1 or 0, for `open`; for the others, what it multiplies the rate by."""
    second: float
    readings: tuple[tuple[str, float, float], ...] = ()
    """Of a term: what its factors read under the first and under the second."""
    reasons: tuple[str, ...] = ()
    """Of an action that is open under one only: why it is not under the other."""


@dataclass(frozen=True)
class RateShift:
    """An action whose rate is not the same under both."""

    action: str
    label: str
    first: float
    """Rate per day; 0 where it was not open."""
    second: float
    parts: tuple[RatePart, ...]
    """What makes the difference, the most first."""


@dataclass(frozen=True)
class Imposed:
    """An act that the script or the history of one scenario imposes, and the other does not have."""

    under: str
    day: int
    actor: str
    action: str


Imposing = tuple[Imposed, ...]


@dataclass(frozen=True)
class Divergence:
    """The first decision that differs."""

    names: tuple[str, str]
    run: int
    day: int
    date: date
    actor: str
    label: str
    did: tuple[str | None, str | None]
    """What the actor did or ordered under the first and under the second; None if it held, or that was forbidden."""
    due: tuple[int | None, int | None]
    """The day on which what was only ordered was to be done."""
    how: str
    """`rates` moved the bounds of the draw, or a `veto` took what was drawn from the actor."""
    draw: float
    """Where the draw fell, the same under both."""
    drawn: tuple[str | None, str | None]
    """The action on which it fell; None for to hold."""
    bounds: tuple[tuple[float, float], tuple[float, float]]
    """The shares of the draw from which to which that is."""
    tipped: tuple[RateShift, ...]
    """Shifts of rates that turn the choice of the first into that of the second, none of them to spare."""
    others: int
    """How many other rates of the actor differ too."""
    world: tuple[tuple[str, float, float], ...]
    """Variables that were not the same the evening before, by how far apart they were, the furthest first."""
    since: int | None
    """The first day on whose evening some variable was not the same; None if that is no earlier than the decision."""
    imposed: Imposing
    """What was imposed under one of them only, before."""

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        return asdict(self)

    def text(self, width: int = 96) -> str:
        """Tell it, in lines of at most `width` letters."""
        from .divergence_text import divergence_text

        return divergence_text(self, width)


def first_divergence(one: Replay, other: Replay) -> Divergence | None:
    """Find the first decision in which two replays of one run part; None if there is none.

    What a script or a history imposes on one of them is no decision.

    Raises
    ------
    QueryError
        The run failed before under one of them, or parts by an actor that one of them lacks.
    """
    names = _names(one.of, other.of)
    for day, hand, imposed in _where(one, other, names):
        _refuse_failed(one, other, until=day)
        _refuse_unknown(one, other, day, hand)
        a, b = (told.explain(day, hand.split("/")[0]).of(hand) for told in (one, other))
        if _drawn(a) == _drawn(b) and _did(one, a) == _did(other, b):
            continue  # the same order under both; a later act calls it off, or takes its turn, under one
        return _divergence((one, other), (a, b), names, imposed)
    _refuse_failed(one, other)
    return None


def _divergence(
    replays: tuple[Replay, Replay], told: tuple[Explanation, Explanation], names: tuple[str, str], imposed: Imposing
) -> Divergence:
    (one, other), (a, b) = replays, told
    veto = _drawn(a) == _drawn(b)
    shifts = tuple(_shifts(a, b))
    tipped = () if veto else _tipping(a, b, shifts)
    world, since = _apart(one, other, a.day)
    return Divergence(
        names=names,
        run=one.run,
        day=a.day,
        date=a.date,
        actor=a.actor,
        label=one.scenario.theatre.actors[a.actor].label,
        did=(_did(one, a), _did(other, b)),
        due=(a.due, b.due),
        how="veto" if veto else "rates",
        draw=_fell(a, b),
        drawn=(_drawn(a), _drawn(b)),
        bounds=(_bounds(a), _bounds(b)),
        tipped=tipped,
        others=len(shifts) - len(tipped),
        world=world,
        since=since,
        imposed=imposed,
    )


def _refuse_failed(one: Replay, other: Replay, until: int | None = None) -> None:
    """Raise for a run that failed up to a day, or ever."""
    for told in (one, other):
        if told.failure is not None and (until is None or told.failure[0] <= until):
            raise QueryError(f"run {told.run} failed on day {told.failure[0]} under {told.scenario.name}")


def _refuse_unknown(one: Replay, other: Replay, day: int, hand: str) -> None:
    """Raise for a scenario that lacks the actor or the hand by which a run parts."""
    actor = hand.split("/")[0]
    for told in (one, other):
        if actor not in told.program.actors:
            raise QueryError(
                f"the two histories of run {told.run} part on day {day} at {actor}, an actor that "
                f"{told.scenario.name} lacks"
            )
        mine = [each for each in told.program.hands if each.split("/")[0] == actor]
        if hand not in (mine or [actor]):
            who = called_hand(hand)
            raise QueryError(
                f"the two histories of run {told.run} part on day {day} at {who}, which {told.scenario.name} lacks"
            )


def _names(one: Scenario, other: Scenario) -> tuple[str, str]:
    if one.name != other.name:
        return one.name, other.name
    return f"{one.name} {one.short_hash}", f"{other.name} {other.short_hash}"


def _where(one: Replay, other: Replay, names: tuple[str, str]) -> Iterator[tuple[int, str, Imposing]]:
    """Days and hands of decisions of which not the same was done, and what was imposed on one of the two before."""
    acts = [{(act.decided, _hand(told, act)): act for act in told.acts if act.actor != SCRIPT} for told in (one, other)]
    imposed: list[Imposed] = []
    for day, hand in sorted(acts[0].keys() | acts[1].keys()):
        found = [of.get((day, hand)) for of in acts]
        if len({act.action if act is not None else None for act in found}) == 1:
            continue
        forced = [(name, act) for name, act in zip(names, found, strict=True) if act is not None and act.imposed]
        imposed += [Imposed(name, day, act.actor, act.action) for name, act in forced]
        if not forced and not any(day < told.program.script.imposed_days for told in (one, other)):
            yield day, hand, tuple(imposed)


def _hand(told: Replay, act: Act) -> str:
    """Whose turn an act took."""
    return told.scenario.theatre.actions[act.action].hand_of(act.action)


def _did(replay: Replay, told: Explanation) -> str | None:
    """What it did, or ordered, unless that is forbidden on the day on which it was to be done."""
    if told.due is None:
        return None if told.did is None else told.did.action
    program, drawn = replay.program, _drawn(told)
    assert drawn is not None  # it was ordered
    in_time = told.due < len(program.script.forbidden)
    return None if in_time and program.script.forbidden[told.due, program.actions.index(drawn)] else drawn


def _fell(a: Explanation, b: Explanation) -> float:
    """Where the draw fell: one and the same under both, and none under one in which nothing was open."""
    draw = a.draw or b.draw
    assert draw is not None  # they differ, and nothing was imposed, so the actor drew under one of them
    return draw.at


def _drawn(told: Explanation) -> str | None:
    return None if told.draw is None else told.draw.drawn


def _bounds(told: Explanation) -> tuple[float, float]:
    """Between which shares of the draw what was drawn lies."""
    if told.draw is None:  # nothing was open: it holds wherever the draw falls
        return 0.0, 1.0
    if told.draw.drawn is None:
        return 1.0 - told.draw.hold, 1.0
    option = told.option(told.draw.drawn)
    return option.low, option.high


def _shifts(a: Explanation, b: Explanation) -> Iterator[RateShift]:
    """The actions whose rates differ, in the order in which they are drawn."""
    ours, theirs = ({option.action: option for option in told.options} for told in (a, b))
    for action in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(action), theirs.get(action)
        rates = _rate(one), _rate(other)
        if rates[0] != rates[1]:
            known = one or other
            assert known is not None  # it is open under one of them
            yield RateShift(action, known.label, *rates, tuple(_parts(a, b, one, other, action)))


def _rate(option: OpenOption | None) -> float:
    return 0.0 if option is None else option.rate


def _parts(
    a: Explanation, b: Explanation, one: OpenOption | None, other: OpenOption | None, action: str
) -> list[RatePart]:
    """What differs in the rates of one action, the most first."""
    if one is None or other is None:
        closed = a if one is None else b
        why = next((option.reasons for option in closed.closed if option.action == action), ())
        text = tuple(reason.text for reason in why) or (f"unknown to {closed.scenario.name}",)
        return [RatePart("open", float(one is not None), float(other is not None), reasons=text)]
    parts: list[tuple[float, RatePart]] = []
    whole = one.base + _answer(one)
    for what, ours, theirs in (("base", one.base, other.base), ("reply", _answer(one), _answer(other))):
        if ours != theirs:
            parts.append((_weight(whole, whole + theirs - ours), RatePart(what, ours, theirs)))
    if one.rested != other.rested:
        parts.append((_weight(one.rested, other.rested), RatePart("recovered", one.rested, other.rested)))
    pulls = [{driver.term: driver for driver in option.drivers} for option in (one, other)]
    for term in sorted(pulls[0].keys() | pulls[1].keys()):
        here, there = (pull.get(term) for pull in pulls)
        first, second = (1.0 if driver is None else driver.factor for driver in (here, there))
        if first != second:
            read = [{} if driver is None else _readings(driver) for driver in (here, there)]
            readings = tuple((name, read[0].get(name, nan), read[1].get(name, nan)) for name in read[0] or read[1])
            parts.append((_weight(first, second), RatePart(term, first, second, readings)))
    return [part for _, part in sorted(parts, key=lambda pair: -pair[0])]


def _readings(driver: Driver) -> dict[str, float]:
    """What a term's factors read."""
    return {reading.factor: reading.value for reading in driver.readings}


def _answer(option: OpenOption) -> float:
    return 0.0 if option.reply is None else option.reply.answer


def _weight(ours: float, theirs: float) -> float:
    """How far apart two factors of a rate are: the logarithm of their quotient."""
    if min(ours, theirs) <= 0:
        return inf if ours != theirs else 0.0
    return abs(log(theirs / ours))


def _tipping(a: Explanation, b: Explanation, shifts: tuple[RateShift, ...]) -> tuple[RateShift, ...]:
    """The shifts that turn the choice: one by itself if one does, else some of which none can be left out."""
    rates = {option.action: option.rate for option in a.options}
    wanted = _drawn(b)

    def falls(changed: tuple[RateShift, ...]) -> str | None:
        return _falls(rates | {shift.action: shift.second for shift in changed}, _fell(a, b))

    kept = sorted(shifts, key=lambda shift: -abs(shift.second - shift.first))
    for shift in kept:
        if falls((shift,)) == wanted:
            return (shift,)
    for shift in reversed(kept):  # the smallest goes first, if it goes without turning the choice back
        fewer = tuple(other for other in kept if other is not shift)
        if falls(fewer) == wanted:
            kept = list(fewer)
    return tuple(kept)


def _falls(rates: Mapping[str, float], draw: float) -> str | None:
    """The action on which a draw falls (ODD 7.4)."""
    ordered = sorted(rates)
    at = fallen(list(accumulate(rates[action] for action in ordered)), draw)
    return ordered[at] if at != NONE else None


def _apart(one: Replay, other: Replay, day: int) -> tuple[tuple[tuple[str, float, float], ...], int | None]:
    """The variables that differ on the evening before a day, and since when any does."""
    ours, theirs = one.ensemble.trajectories, other.ensemble.trajectories
    rows, since = [], day
    for name in one.scenario.theatre.variables:
        if name not in theirs.data_vars or not day:
            continue
        a, b = (told[name].to_numpy()[0, :day].astype(float) for told in (ours, theirs))
        if (a != b).any():
            since = min(since, int((a != b).argmax()))
        if a[-1] != b[-1]:
            whole = np.concatenate([a, b])
            rows.append((abs(a[-1] - b[-1]) / (float(np.ptp(whole)) or 1.0), (name, float(a[-1]), float(b[-1]))))
    return tuple(row for _, row in sorted(rows, reverse=True)), since if since < day else None
