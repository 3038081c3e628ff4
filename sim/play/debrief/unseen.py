"""What was hidden from a seat when it decided: values, secret acts, who did what, and what others had ordered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.play.answers.seeing import responsible
from sim.play.knowledge.known import Known, Past, known_by, mornings
from sim.play.messages.orders import Standing
from sim.play.seats import Seat
from sim.replays.wording import without_premise
from sim.text import called, listed, on
from sim.theatre.compiled.program import NONE
from sim.theatre.language.days import days_after
from sim.theatre.language.variables import FlagVariable, UnitVariable

from .decisions import Course, Decision
from .wording import acts_in_words, lever_in_words, seat_called

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


@dataclass(frozen=True)
class Value:
    """A variable that a seat did not know as it was."""

    name: str
    label: str
    unit: str
    truth: float
    known: float | None
    """What it knew; None if it knew nothing of it."""
    as_of: date | None
    """The evening of which that was."""


@dataclass(frozen=True)
class Secret:
    """An act of which a seat had not heard."""

    act: str
    text: str
    on: date
    rung: int
    deaths: int
    learned: date | None
    """The morning on which it heard of it after all; None if it never did."""


@dataclass(frozen=True)
class Suspected:
    """An act that nobody owned up to, as the seat knew of it."""

    act: str
    text: str
    on: date
    rung: int
    doer: str
    """Who had done it, in words."""
    held: float
    """How far the seat held that actor responsible, 0 to 1."""
    others: tuple[tuple[str, float], ...]
    """Whom else, the most first."""


@dataclass(frozen=True)
class Unseen:
    """What was hidden from a seat on the morning on which it gave an order."""

    decision: int
    seat: str
    on: date
    values: tuple[Value, ...]
    secrets: tuple[Secret, ...]
    suspected: tuple[Suspected, ...]
    ordered: tuple[tuple[str, str], ...]
    """What stood of the orders of other seats: who, and what, in words."""

    @property
    def anything(self) -> bool:
        """Whether anything was."""
        return bool(self.values or self.secrets or self.suspected or self.ordered)


@dataclass(frozen=True)
class Hearsay:
    """How a seat learned of the acts of others, over the whole session."""

    seat: str
    acts: int
    """Acts of others."""
    late: int
    """Of which it heard later than on the morning after."""
    never: int
    """Of which it had not heard by the end."""
    deniable: int
    """Of which nobody owned up to, and it heard."""
    held: float
    """How far it held whoever did those responsible, on average."""


def known_on(session: "Session", seat: Seat, day: int) -> Known:
    """What a seat knew on a morning of what has been lived."""
    past = session.world.past
    events = past.events[past.events["day"] < day]
    return known_by(seat, replace(past, day=day, events=events, values=past.values[:day], control=past.control[:day]))


def unseen_by(session: "Session", course: Course, decision: Decision) -> Unseen:
    """What was hidden from the seat that took a decision, on the morning on which it did."""
    seat = session.seat(decision.seat or "")
    known, past = known_on(session, seat, decision.decided), session.world.past
    return Unseen(
        decision=decision.number,
        seat=seat.id,
        on=session.scenario.start + timedelta(days=decision.decided),
        values=tuple(_values(known, past)),
        secrets=tuple(_secrets(session, seat, past, decision.decided)),
        suspected=tuple(_suspected(known)),
        ordered=tuple(_ordered(session, seat, course.standings.get(decision.decided, {}))),
    )


def _values(known: Known, past: Past) -> Iterator[Value]:
    """The variables that were not as the seat knew them."""
    for at, name in enumerate(known.program.variables):
        variable, last = known.scenario.theatre.variables[name], known.as_of[at]
        if known.day == 0 or last == known.day - 1:
            continue
        truth = float(past.values[known.day - 1, at])
        believed = None if last is None else float(known.values[last, at])
        if believed is not None and abs(believed - truth) <= 1e-6 * max(abs(truth), 1.0):
            continue
        unit = (
            "" if isinstance(variable, FlagVariable) else "1" if isinstance(variable, UnitVariable) else variable.unit
        )
        as_of = None if last is None else known.scenario.start + timedelta(days=last)
        yield Value(name, variable.label, unit, truth, believed, as_of)


def _secrets(session: "Session", seat: Seat, past: Past, day: int) -> Iterator[Secret]:
    """Acts of the days before of which the seat had not heard, the gravest and then the latest first."""
    events = past.events[(past.events["day"] < day) & (past.events["actor"] != NONE)]
    heard = mornings(seat.actor, session.scenario, past.program, events)
    hidden = [
        (event, int(morning))
        for event, morning in zip(events, heard.tolist(), strict=True)
        if morning < 0 or morning > day
    ]
    for event, morning in sorted(hidden, key=lambda each: (-int(each[0]["rung"]), -int(each[0]["day"]))):
        act = past.program.actions[int(event["action"])]
        yield Secret(
            act=act,
            text=without_premise(session.scenario.theatre, act),
            on=session.scenario.start + timedelta(days=int(event["day"])),
            rung=int(event["rung"]),
            deaths=int(event["deaths"]),
            learned=None if not 0 <= morning <= past.day else days_after(session.scenario.start, morning),
        )


def _suspected(known: Known) -> Iterator[Suspected]:
    """Acts that nobody owned up to, the gravest and then the latest first."""
    theatre = known.scenario.theatre
    for deed in sorted(filter(known.denied, known.deeds), key=lambda each: (-each.rung, -each.day)):
        act, doer = deed.action, deed.actor
        held = {each.party: each.share for each in responsible(known, deed)}
        names = {party: called(theatre.actors[party].label) for party in held}
        yield Suspected(
            act=act,
            text=without_premise(theatre, act),
            on=known.scenario.start + timedelta(days=deed.day),
            rung=deed.rung,
            doer=called(theatre.actors[doer].label),
            held=held.get(doer, 0.0),
            others=tuple((names[party], share) for party, share in held.items() if party != doer),
        )


def _ordered(session: "Session", seat: Seat, standings: dict[str, Standing]) -> Iterator[tuple[str, str]]:
    """What other seats had ordered that nobody else saw."""
    theatre = session.scenario.theatre
    for name, standing in standings.items():
        other = session.seats[name]
        if name == seat.id or standing.played_by == "rules":
            continue
        parts = [f"“{theatre.actions[each.act].label}” for {on(each.on, year=False)}" for each in standing.scheduled]
        if standing.otherwise == "hold":
            parts.append("to do nothing on other days" if parts else "to do nothing")
        elif standing.never:
            parts.append(f"never {acts_in_words(session, other, standing.never)}")
        parts += [
            f"to make its people {lever_in_words(session, path, value)}"
            for path, value in sorted(standing.stance.items())
        ]
        if parts:
            yield seat_called(name, other.label), listed(parts)


def hearsay(session: "Session", seat: Seat) -> Hearsay:
    """How a seat learned of what others did."""
    past, known = session.world.past, known_on(session, seat, session.day)
    me = past.program.actors.index(seat.actor)
    events = past.events[(past.events["actor"] != NONE) & (past.events["actor"] != me)]
    heard = mornings(seat.actor, session.scenario, past.program, events)
    never = (heard < 0) | (heard > session.day)
    denied = filter(known.denied, known.deeds)
    held = [next((each.share for each in responsible(known, deed) if each.party == deed.actor), 0.0) for deed in denied]
    return Hearsay(
        seat=seat.id,
        acts=len(events),
        late=int((~never & (heard > events["day"] + 1)).sum()),
        never=int(never.sum()),
        deniable=len(held),
        held=sum(held) / len(held) if held else 0.0,
    )
