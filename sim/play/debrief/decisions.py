"""The decisions of a session, in order: what was done, refused, set, injected, and what could not be carried out."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from sim.play.messages.orders import Standing
from sim.play.sessions.entries import Advanced, Entry, Handed, Injected, Ordered
from sim.text import listed

from .wording import lever_in_words, ordered_in_words

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

Kind = Literal["deed", "refusal", "stance", "inject", "lapsed", "left"]
"""`left`: a day was left to the seat's own people, who did what nobody had ordered."""
Numbers = tuple[tuple[str, float], ...]
"""Numbers by their paths, in order of these."""


@dataclass(frozen=True)
class Policy:
    """What a seat's orders do on every day until they are replaced."""

    refused: frozenset[str] = frozenset()
    numbers: Numbers = ()
    """Its levers that stand elsewhere than the scenario has them."""


@dataclass(frozen=True)
class Decision:
    """Something that was decided at the table, and the day on which it took effect."""

    number: int
    """Counts the decisions of the session, from 0, by the day of their effect."""
    kind: Kind
    seat: str | None
    """Whose; None of the umpire."""
    day: int
    """The morning on which it took effect, counted from 0."""
    date: date
    decided: int
    """The morning on which the order was given."""
    what: str
    """In words."""
    act: str | None = None
    by: tuple[str, ...] = ()
    """Who gave the order, where that was said."""
    why: tuple[str, ...] = ()
    """Their own words."""
    until: int | None = None
    """The morning on which something else was decided in its place; None of a deed, and if it was left to stand."""
    before: Policy = Policy()
    after: Policy = Policy()


@dataclass(frozen=True)
class Note:
    """What a seat wrote down with orders that decided nothing."""

    seat: str
    date: date
    by: str | None
    text: str


@dataclass(frozen=True)
class Course:
    """A session gone through once more: its decisions, and what stood on each desk."""

    decisions: tuple[Decision, ...]
    standings: dict[int, dict[str, Standing]]
    """By the first morning of each turn, what stood of each seat's orders when the days were lived."""
    notes: tuple[Note, ...]


@dataclass
class _Found:
    """What is noted while a session is gone through."""

    given: dict[tuple[str, date, str], tuple[int, Entry]] = field(default_factory=dict)
    """By seat, day and act, the morning and the entry that ordered it."""
    since: dict[str, list[Entry]] = field(default_factory=dict)
    """By seat, what was said to it since the last turn."""
    standings: dict[int, dict[str, Standing]] = field(default_factory=dict)
    policies: list[Decision] = field(default_factory=list)


def again(session: "Session") -> "Session":
    """A session of the same beginning, at which nothing has happened yet."""
    from sim.play.sessions.session import Session

    return Session(
        session.scenario,
        tuple(session.seats),
        seed=session.seed,
        run=session.run,
        settings=session.settings,
        clock=lambda: None,
    )


def course_of(session: "Session") -> Course:
    """Go through what holds of a session once more, and gather what was decided."""
    other, found = again(session), _Found()
    before = {name: (Standing(), Policy()) for name in other.seats}
    for entry in session.holding:
        if isinstance(entry, Advanced):
            found.standings[other.day] = {name: desk.standing for name, desk in other.desks.items()}
            for name in other.seats:
                before[name] = _changed(other, name, before[name], found)
            found.since.clear()
        elif isinstance(entry, Ordered | Handed):
            found.since.setdefault(entry.seat, []).append(entry)
        stood = dict(other.desks[entry.seat].scheduled) if isinstance(entry, Ordered) else {}
        other.again(entry)
        if isinstance(entry, Ordered):
            for place, act in other.desks[entry.seat].scheduled.items():
                if stood.get(place) != act:
                    found.given[entry.seat, place[0], act] = other.day, entry
        elif isinstance(entry, Injected):
            found.given["", entry.on, entry.act] = other.day, entry
    listed = [*_until(found.policies), *_deeds(session, found), *_lapsed(session, found)]
    listed.sort(key=lambda each: (each.day, each.seat or "", each.kind, each.act or ""))
    decisions = tuple(replace(each, number=at) for at, each in enumerate(listed))
    return Course(decisions, found.standings, tuple(_notes(session, decisions)))


def _notes(session: "Session", decisions: tuple[Decision, ...]) -> Iterator[Note]:
    """What was written down and stands with none of the decisions."""
    told = {(each.seat, each.decided, why) for each in decisions for why in each.why}
    for entry in session.holding:
        if isinstance(entry, Ordered) and entry.order.why and (entry.seat, entry.day, entry.order.why) not in told:
            yield Note(entry.seat, session.scenario.start + timedelta(days=entry.day), entry.by, entry.order.why)


def _changed(session: "Session", name: str, before: tuple[Standing, Policy], found: _Found) -> tuple[Standing, Policy]:
    """Note what a seat's orders do otherwise than on the days before, from this morning on."""
    desk = session.desks[name]
    standing, free = desk.standing, desk.played_by == "rules"
    refused = frozenset(desk.seat.acts if desk.otherwise == "hold" else desk.never)
    policy = Policy(frozenset() if free else refused, tuple(sorted(desk.stance.items())))
    was, old = before
    said = found.since.get(name, [])
    handed = any(isinstance(each, Handed) for each in said)
    if policy.refused != old.refused:
        what = ordered_in_words(session, desk.seat, was, standing)
        found.policies.append(_policy(session, "refusal", name, what, said, (old, policy), handed))
    if policy.numbers != old.numbers:
        what = _levers_in_words(session, policy.numbers)
        found.policies.append(_policy(session, "stance", name, what, said, (old, policy), handed))
    return standing, policy


def _levers_in_words(session: "Session", numbers: Numbers) -> str:
    levers = [lever_in_words(session, path, value) for path, value in numbers]
    return f"makes its people {listed(levers)}" if levers else "leaves its people as ready as the scenario has them"


def _policy(
    session: "Session",
    kind: Kind,
    seat: str,
    what: str,
    said: list[Entry],
    change: tuple[Policy, Policy],
    handed: bool,
) -> Decision:
    orders = [each for each in said if isinstance(each, Ordered)]
    umpire = [each.by or "the umpire" for each in said if isinstance(each, Handed)] if handed else []
    return Decision(
        number=0,
        kind=kind,
        seat=seat,
        day=session.day,
        date=session.date,
        decided=session.day,
        what=what,
        by=tuple(dict.fromkeys([*umpire, *(each.by for each in orders if each.by)])) or _by_the_table(orders),
        why=tuple(each.order.why for each in orders if each.order.why),
        before=change[0],
        after=change[1],
    )


def _by_the_table(orders: list[Ordered]) -> tuple[str, ...]:
    """Who decided what no order said: it stood in the settings before the first turn."""
    return () if orders else ("the table's settings",)


def _until(policies: list[Decision]) -> list[Decision]:
    """Say until when each stood: until the seat decided otherwise on the same."""
    found = []
    for at, each in enumerate(policies):
        later = (other for other in policies[at + 1 :] if (other.seat, other.kind) == (each.seat, each.kind))
        found.append(replace(each, until=next((other.day for other in later), None)))
    return found


def _deeds(session: "Session", found: _Found) -> list[Decision]:
    """What was done on the orders of seats and of the umpire."""
    theatre, listed = session.scenario.theatre, []
    for day, lived in enumerate(session.world.lived):
        when = session.scenario.start + timedelta(days=day)
        for act, who in sorted(lived.deeds.items()):
            umpire = who == "umpire" and who not in session.seats
            decided, entry = found.given.get(("" if umpire else who, when, act), (day, None))
            listed.append(
                Decision(
                    number=0,
                    kind="inject" if umpire else "deed",
                    seat=None if umpire else who,
                    day=day,
                    date=when,
                    decided=decided,
                    what=theatre.actions[act].label,
                    act=act,
                    by=_by(entry) or (("the umpire",) if umpire else ()),
                    why=_why(entry),
                )
            )
    return listed


def _lapsed(session: "Session", found: _Found) -> list[Decision]:
    """What was ordered and could not be carried out."""
    listed = []
    for name, desk in session.desks.items():
        for day, act, why in desk.lapsed:
            when = session.scenario.start + timedelta(days=day)
            decided, entry = found.given.get((name, when, act), (day, None))
            what = f"{session.scenario.theatre.actions[act].label} could not be carried out: {why}"
            listed.append(
                Decision(0, "lapsed", name, day, when, decided, what, act=act, by=_by(entry), why=_why(entry))
            )
    return listed


def _by(entry: Entry | None) -> tuple[str, ...]:
    by = getattr(entry, "by", None)
    return (by,) if by else ()


def _why(entry: Entry | None) -> tuple[str, ...]:
    return (entry.order.why,) if isinstance(entry, Ordered) and entry.order.why else ()


def hand_acts(session: "Session", act: str) -> frozenset[str]:
    """All acts of the hand that an act takes the turn of."""
    hands = session.scenario.theatre.hands
    return frozenset(other for other, hand in hands.items() if hand == hands[act])


__all__ = ["Course", "Decision", "Numbers", "Policy", "again", "course_of", "hand_acts"]
