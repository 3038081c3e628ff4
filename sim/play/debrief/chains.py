"""How one thing led to another: the acts of seats and of their rivals that made the history climb, link by link."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.analysis.paired import paired_difference
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.replays.accepted import FORCE, bond
from sim.replays.lookup import Deed, deeds_of
from sim.theatre.compiled.program import NONE

from .decisions import Course, Decision, hand_acts
from .effects import SURE, Effect
from .plans import Futures, Plan, Then, Today, live, lived, planned

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

How = Literal["order", "unasked", "rules", "umpire", "scenario", "alone"]
"""On a seat's order, by a seat's own people whom no order told to, by the rules that a seat was handed to, by the
umpire, by the scenario, or by an actor in whose seat nobody sits."""
MOST = 3
"""Chains that are told, and gravest links at which futures branch whatever they led to."""
_LED_ON = 8
"""Links that led on at which futures branch, the gravest of them."""


@dataclass(frozen=True)
class Held:
    """What would have followed an act, and what if its hand had done nothing that day."""

    rung: int
    """The highest rung of what it led to in the history; its own if it led to nothing."""
    went_on: int
    """Futures with the act in which something on that rung or above followed between the two sides."""
    went_on_without: int
    """Futures in which it followed although the hand had held."""
    sure: bool
    """Whether these differ by more than their error."""
    effect: Effect
    """With the act, and without it, as of a decision."""

    @property
    def mattered(self) -> bool:
        """Whether holding would have moved anything by more than its error."""
        return self.sure or self.effect.mattered


@dataclass(frozen=True)
class Link:
    """An act within a chain."""

    event: int
    day: int
    date: date
    actor: str
    act: str
    rung: int
    deaths: int
    how: How
    seat: str | None
    """Whose act it is to order."""
    after: int | None
    """The event that it answered, or, on order, what its actor then held most against the other side."""
    held: Held | None = None
    """Where futures branched."""


Chain = tuple[Link, ...]
"""From what answered nothing to what led no further."""


def deeds_lived(session: "Session") -> tuple[Deed, ...]:
    """What has been done in a session, by the number of each event."""
    return deeds_of(session.world.program, session.world.past.events)


def answered(session: "Session", decisions: Iterable[Decision]) -> dict[tuple[int, str], int]:
    """What led the grievance of a seat's actor against the other side when it ordered an act, by its day and act.

    The engine keeps no cause of what is ordered, so this is what it would have kept of a reply on that morning.
    """
    theatre, found = session.scenario.theatre, dict[tuple[int, str], int]()
    ordered: dict[int, list[Decision]] = {}
    for each in decisions:
        if each.kind == "deed":
            ordered.setdefault(each.decided, []).append(each)
    model = LockstepModel(session.scenario, seed=session.seed, run_numbers=[session.run])
    pairs = {pair: at for at, pair in enumerate(model.program.pairs)}

    def look(model: LockstepModel) -> None:
        for each in ordered.get(model.day, ()):
            act = each.act or ""
            at = pairs.get((act.partition(".")[0], theatre.actions[act].target))
            if at is not None and model.leading[at, 0] != NONE:
                found[each.day, act] = int(model.leading[at, 0])

    Observer(model, look)
    for day in range(max(ordered, default=-1) + 1):
        live(model, lived(session, day))
    model.close()
    return found


def chains_of(session: "Session", course: Course) -> tuple[Chain, ...]:
    """The chains of at least two acts with force in them, to or by the side of a seat: those that led highest first."""
    deeds, theatre = deeds_lived(session), session.scenario.theatre
    ordered = answered(session, course.decisions)
    sides = set().union(*(_side(session, seat.actor) for seat in session.seats.values()))
    before: dict[int, int] = {}
    for each in deeds:
        why = each.cause if each.cause is not None else ordered.get((each.day, each.action))
        if why is not None and bond(theatre, each, deeds[why]).accepted:
            before[each.event] = why
    grave = [
        each
        for each in deeds
        if each.rung >= FORCE and each.action in theatre.actions and {each.actor, _target(session, each)} & sides
    ]
    actors = {seat.actor for seat in session.seats.values()}
    paths = [_back(deeds, before, each) for each in grave]
    paths = [path for path in paths if any({each.actor, _target(session, each)} & actors for each in path)]
    paths.sort(key=lambda path: (-max(each.rung for each in path), -len(path), path[-1].event))
    told: set[int] = set()
    found: list[Chain] = []
    for path in paths:
        new = [each for each in path if each.event not in told]
        begun = path[len(path) - len(new) - 1 : len(path) - len(new)]  # what it branches off from
        if len(new) >= 2 or (new and begun):
            if len(found) < MOST and not (begun and len(new) < 2):
                found.append(tuple(_link(session, course, each, before) for each in (*begun, *new)))
            told |= {each.event for each in path}
    return tuple(found)


def _target(session: "Session", deed: Deed) -> str:
    return session.scenario.theatre.actions[deed.action].target


def _side(session: "Session", actor: str) -> set[str]:
    """An actor, its sponsors, and its proxies."""
    deciders = session.scenario.theatre.deciders
    return {actor, *deciders[actor].sponsors, *(name for name, each in deciders.items() if actor in each.sponsors)}


def _back(deeds: tuple[Deed, ...], before: Mapping[int, int], last: Deed) -> list[Deed]:
    found = [last]
    while found[-1].event in before:
        found.append(deeds[before[found[-1].event]])
    return found[::-1]


def _link(session: "Session", course: Course, deed: Deed, before: Mapping[int, int]) -> Link:
    how, seat = _how(session, course, deed)
    when = session.scenario.start + timedelta(days=deed.day)
    actor, after = deed.actor, before.get(deed.event)
    return Link(deed.event, deed.day, when, actor, deed.action, deed.rung, deed.deaths, how, seat, after)


def _how(session: "Session", course: Course, deed: Deed) -> tuple[How, str | None]:
    """How an act came to be done, and by the seat of whom."""
    theatre, when = session.scenario.theatre, session.scenario.start + timedelta(days=deed.day)
    who = session.world.lived[deed.day].deeds.get(deed.action)
    if who is not None:
        return ("order", who) if who in session.seats else ("umpire", None)
    imposed = deed.day < session.world.program.script.imposed_days
    if imposed or deed.action not in theatre.hands or (when, theatre.hands[deed.action]) in session.world.scripted:
        return "scenario", None
    seat = next((name for name, each in session.seats.items() if deed.action in each.acts), None)
    if seat is None:
        return "alone", None
    stood = course.standings[max(day for day in course.standings if day <= deed.day)]
    return ("rules" if stood[seat].played_by == "rules" else "unasked"), seat


def branching(chains: Iterable[Chain]) -> tuple[Link, ...]:
    """The links at which futures branch, of those that a seat answers for: what led on, and the gravest of all."""
    links = {each.event: each for chain in chains for each in chain if each.how in ("order", "unasked")}
    on = {each.after for chain in chains for each in chain}
    gravest = sorted(links.values(), key=lambda each: (-each.rung, -each.deaths, each.event))
    led_on = sorted((each for each in gravest if each.event in on), key=lambda each: each.how == "order")
    chosen = {each.event for each in (*led_on[:_LED_ON], *gravest[:MOST])}
    return tuple(links[event] for event in sorted(chosen))


def highest_after(chains: Iterable[Chain], link: Link) -> int:
    """The highest rung of what an act led to; its own if it led to nothing."""
    after, top = {link.event}, -1
    for each in sorted({each.event: each for chain in chains for each in chain}.values(), key=lambda each: each.event):
        if each.after in after:
            after.add(each.event)
            top = max(top, each.rung)
    return top if top >= 0 else link.rung


def watched(session: "Session", link: Link, rung: int) -> tuple[int, ...]:
    """The acts on a rung or above between the sides of an act, by their places in the program."""
    theatre, program = session.scenario.theatre, session.world.program
    sides = _side(session, link.actor) | _side(session, theatre.actions[link.act].target)
    return tuple(
        at
        for at, name in enumerate(program.actions)
        if theatre.actions[name].rung >= rung and {name.partition(".")[0], theatre.actions[name].target} <= sides
    )


def held_plans(session: "Session", link: Link, days: int, then: Then) -> tuple[Plan, Plan]:
    """What is ordered in futures in which an act is done, and in those in which its hand does nothing that day."""
    after = range(link.day + 1, min(link.day + days, session.world.day) if then == "orders" else link.day + 1)
    base, today = {day: lived(session, day) for day in after}, lived(session, link.day)
    hand = hand_acts(session, link.act)
    with_it = replace(today, deeds=today.deeds | {link.act}, refused=today.refused - {link.act})
    without = Today(today.deeds - {link.act}, today.refused | hand, today.numbers)
    return planned({**base, link.day: with_it}), planned({**base, link.day: without})


def held(rung: int, effect: Effect, one: Futures, other: Futures) -> Held:
    """What it would have moved if the hand had held; futures with the act come first."""
    sound = ~(one.failed | other.failed)
    went, still = one.followed[sound], other.followed[sound]
    sure = paired_difference(went, still, SURE)
    return Held(rung, int(np.sum(went)), int(np.sum(still)), bool(sure.low > 0 or sure.high < 0), effect)


def left_to_people(session: "Session", chains: Iterable[Chain]) -> Iterator[tuple[Decision, Effect]]:
    """Each act that nobody ordered and that mattered, as the decision to leave the day to one's people."""
    links = {each.event: each for chain in chains for each in chain if each.how == "unasked"}
    for each in links.values():
        if each.held is not None and each.held.mattered:
            what = session.scenario.theatre.actions[each.act].label
            yield Decision(0, "left", each.seat, each.day, each.date, each.day, what, act=each.act), each.held.effect


__all__ = ["Chain", "Held", "Link", "answered", "branching", "chains_of", "held", "held_plans", "left_to_people"]
