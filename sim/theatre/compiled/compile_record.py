"""From a record to arrays: what is known of every day, and what would have been missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.theatre.language.base import refuse
from sim.theatre.language.record import HistoryFile, RecordedEvent, placed
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

from .compile import key
from .program import NONE, Floats, Ints, Program, RecordTable

POSSIBILITY = np.dtype([(name, np.int32) for name in ("day", "hand", "action", "fewest", "most", "done")])
"""One way in which a recorded act may have happened: when it was decided, by whose hand, what, its fewest and most
deaths (or NONE), and when it was done: later if it was ordered."""


@dataclass(frozen=True)
class CompiledRecord:
    """What a record says of the days of a scenario. An act that is sure has one possibility, others have several."""

    start: date
    days: int
    """How many days are followed."""
    seen: Floats
    """Shape (day, action): the chance that an act would be in the record, had it been done; 0 where nothing covers it.
    """
    acts: tuple[str, ...]
    """Ids of the recorded acts, by the day of their first possibility."""
    keys: tuple[int, ...]
    """Hashes of these ids, for the dice."""
    possible: RecordTable
    """POSSIBILITY, those of one act after those of another."""
    start_of: Ints
    """Where the possibilities of an act begin, shape (act + 1,)."""
    left_out: tuple[str, ...]
    """Acts within the days that are not followed: their hand has another on the last."""
    moved: dict[str, date]
    """The day that the record gives to acts that are followed on another, since a hand acts once a day."""

    def of(self, act: int) -> RecordTable:
        """The possibilities of an act."""
        found: RecordTable = self.possible[self.start_of[act] : self.start_of[act + 1]]
        return found

    def covered(self, act: int) -> bool:
        """Whether the record would have missed an act, had it been done then, by no more than chance."""
        first = self.of(act)[0]
        return bool(self.seen[first["done"], first["action"]] > 0.0)

    def tells_of(self, program: Program) -> NDArray[np.bool_]:
        """Whether it says anything of what each hand did on each day, shape (hand, day), if only that it did nothing.

        Of an act that had been ordered it says too that nothing called it off.
        """
        span = program.hand["actions"], program.hand["actions_end"]
        told = np.array([self.seen[:, first:last].any(axis=1) for first, last in zip(*span, strict=True)], bool)
        told = told.reshape(len(program.hands), self.days)
        hands_that_stop = _hands_that_stop(program)
        for way in self.possible:
            told[way["hand"], [way["day"], way["done"]]] = True
            if way["day"] < way["done"]:
                told[hands_that_stop.get(int(way["action"]), []), way["day"] + 1 : way["done"] + 1] = True
        return told


def compile_record(scenario: Scenario, program: Program, record: HistoryFile) -> CompiledRecord:
    """Hold a record to the days and the cast of a scenario.

    Raises
    ------
    ValidationError
        An act has no day left, since its hand acts once a day, or is covered in some of its possibilities only.
    """
    days = max((min(record.last, scenario.end) - scenario.start).days + 1, 0)
    seen = _seen(scenario, program, record, days)
    rungs = {name: action.rung for name, action in scenario.theatre.actions.items()}
    hands = scenario.theatre.hands
    sure = {name: event for name, event in record.events.items() if len(event.acts) == len(event.days) == 1}
    on = placed((name, event.day, hands[event.acts[0]], rungs[event.acts[0]]) for name, event in sure.items())
    orders = _Orders(scenario, {name: (_day(scenario, on[name]), sure[name].acts[0]) for name in sure})
    found: dict[str, list[tuple[int, ...]]] = {}
    faults: list[tuple[tuple[str, ...], str]] = []
    for name, event in record.events.items():
        if event.acts:
            ways = _possibilities(program, event, scenario, days, on.get(name), orders)
            if ways:
                found[name] = ways
            elif name not in on and any(0 <= _day(scenario, day) < days for day in event.days):
                faults.append((("events", name), "whoever did it acts once a day, and did something else on each day"))
    refuse([*faults, *_uneven(found, seen), *_crowded(found)])
    order = sorted(found, key=lambda name: (found[name][0][0], name))
    possible = np.array([way for name in order for way in found[name]], POSSIBILITY)
    return CompiledRecord(
        start=scenario.start,
        days=days,
        seen=seen,
        acts=tuple(order),
        keys=tuple(key(order)),
        possible=possible,
        start_of=np.cumsum([0, *(len(found[name]) for name in order)]).astype(np.int32),
        left_out=tuple(
            name for name, event in sure.items() if name not in found and 0 <= _day(scenario, event.day) < days
        ),
        moved={name: sure[name].day for name in order if name in sure and on[name] != sure[name].day},
    )


def _hands_that_stop(program: Program) -> dict[int, list[int]]:
    """The hands that may call off each act that is ordered."""
    found: dict[int, list[int]] = {}
    for action in program.action:
        for order in program.orders_called_off[action["calls_off"] : action["calls_off_end"]]:
            found.setdefault(int(program.orders[order]), []).append(int(action["hand"]))
    return found


def _crowded(found: dict[str, list[tuple[int, ...]]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Acts for which no day of a hand is left, however the others are laid: two of them cannot both be."""
    owner: dict[tuple[int, ...], str] = {}

    def lays(name: str, tried: set[tuple[int, ...]]) -> bool:
        """Find a place for an act, and other places for those that stand in its way (Kuhn 1955)."""
        for place in {way[:2] for way in found[name]} - tried:
            tried.add(place)
            if place not in owner or lays(owner[place], tried):
                owner[place] = name
                return True
        return False

    for name in found:
        if not lays(name, set()):
            yield (
                ("events", name),
                "whoever did it acts once a day, so this and the other acts of these days cannot all have happened",
            )


def _day(scenario: Scenario, day: date) -> int:
    return (day - scenario.start).days


def _seen(scenario: Scenario, program: Program, record: HistoryFile, days: int) -> Floats:
    """The chance of each act of being in the record: of two entries the later holds."""
    seen = np.zeros((days, len(program.actions)))
    begun = max(_day(scenario, record.first), 0)
    for entry in record.covers:
        first = begun if entry.from_ is None else max(_day(scenario, entry.from_), begun)
        last = days - 1 if entry.until is None else min(_day(scenario, entry.until), days - 1)
        spoken_of = [entry.speaks_of(name, scenario.theatre.actions[name].rung) for name in program.actions]
        if first <= last:
            seen[first : last + 1, spoken_of] = entry.chance
    return seen


def _possibilities(
    program: Program,
    event: RecordedEvent,
    scenario: Scenario,
    days: int,
    only: date | None,
    orders: "_Orders",
) -> list[tuple[int, ...]]:
    """The ways in which an act may have happened within the days that are followed."""
    hands = scenario.theatre.hands
    low, high = event.death_range or (NONE, NONE)
    found: list[tuple[int, ...]] = []
    for day in event.days if only is None else (only,):
        at = _day(scenario, day)
        for action in event.acts:
            hand = hands[action]
            if 0 <= at < days and (only is not None or (at, hand) not in orders.taken):
                given = orders.given(action, at, only is not None)
                found.append((given, program.hands.index(hand), program.actions.index(action), low, high, at))
    return sorted(found, key=lambda way: way[0])


class _Orders:
    """When recorded acts were ordered: so many days before they were done, if their hand's turn was free then."""

    def __init__(self, scenario: Scenario, sure: Mapping[str, tuple[int, str]]) -> None:
        """`sure` has the day and the action of each act that is sure."""
        self._hands = scenario.theatre.hands
        self._leads = [((each.on - scenario.start).days, _leads(each.theatre)) for each in scenario.epochs]
        self.taken = {(day, self._hands[action]) for day, action in sure.values()}
        """Days and hands whose turns are known to be taken."""
        self._sure: dict[tuple[str, int], int] = {}
        for done, _, action in sorted((day, name, action) for name, (day, action) in sure.items()):
            self._sure[action, done] = given = self._free(action, done)
            self.taken.add((given, self._hands[action]))

    def given(self, action: str, done: int, surely: bool) -> int:
        """The day on which an act was decided that was done on a day: the same day, unless it was ordered."""
        return self._sure[action, done] if surely else self._free(action, done)

    def _lead(self, action: str, given: int) -> int:
        """Days from order to act, of an order given on a day."""
        return next((lead for first, lead in reversed(self._leads) if first <= given), self._leads[0][1]).get(action, 0)

    def _free(self, action: str, done: int) -> int:
        possible = (done - lead.get(action, 0) for _, lead in self._leads)
        given = max((day for day in possible if day + self._lead(action, day) == done), default=done)
        busy = any(
            act == action and first <= done and given <= last
            for (act, last), first in self._sure.items()
            if first < last
        )
        return done if given < 0 or busy or (given, self._hands[action]) in self.taken else given


def _leads(theatre: Theatre) -> dict[str, int]:
    actions = theatre.actions.items()
    return {name: ceil(action.order.lead.value) for name, action in actions if action.order is not None}


def _uneven(found: dict[str, list[tuple[int, ...]]], seen: Floats) -> Iterator[tuple[tuple[str, ...], str]]:
    """Acts of which some possibilities are covered and some not: their likelihood would mean nothing."""
    for name, ways in found.items():
        if len({seen[done, action] > 0.0 for _, _, action, _, _, done in ways}) > 1:
            yield ("events", name), "some acts that it may have been are covered and some are not; cover all or none"
