"""A turn: some days lived under the orders that stand, until one of them needs a decision."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.play.knowledge.known import mornings
from sim.theatre.compiled.program import NONE

from .world import Lived

if TYPE_CHECKING:
    from .table import Table


@dataclass(frozen=True)
class Stop:
    """Something that needs a decision, found in the evening of a day."""

    kind: str
    """`act`, `outcome` or `lapsed`."""
    seat: str | None
    """The seat that it concerns, and that may know; None of an outcome."""
    what: str
    """The act, or the outcome."""


@dataclass(frozen=True)
class Turn:
    """The days between two rounds of orders."""

    number: int
    """Counted from 0, as in a view and an order; pages for people count from 1."""
    first: int
    """Its first day, counted from 0."""
    days: int
    """How many were lived."""
    meant: int
    stops: tuple[Stop, ...]
    date: dt.date
    """The date of its first day."""

    @property
    def cut_short(self) -> bool:
        """Whether it ended before all its days were lived."""
        return self.days < self.meant


def lived_turn(session: "Table", days: int) -> Turn:
    """Live a turn, and keep it with the session."""
    world = session.world
    first, begun, stops = world.day, world.date, tuple[Stop, ...]()
    while world.day < first + days and not world.over and not stops:
        _live_a_day(session)
        session._forget()
        stops = tuple(_stops(session))
    turn = Turn(len(session.turns), first, world.day - first, days, stops, begun)
    session.turns.append(turn)
    session._forget()
    return turn


def _live_a_day(session: "Table") -> None:
    """Carry out what is ordered for the day to come, and let everybody else draw."""
    deeds, refused = dict[str, str](), set[str]()
    for act in session.injects.pop(session.world.date, ()):
        deeds[act] = "umpire"
    for desk in session.desks.values():
        desk.hold_stance(session)
        today = desk.today(session)
        deeds |= today.deeds
        refused |= today.refused
    session.world.live(Lived(deeds, frozenset(refused)))


def _stops(session: "Table") -> Iterator[Stop]:
    """What of the day that was lived needs a decision."""
    world, settings = session.world, session.settings
    for name, desk in session.desks.items() if settings.stop_lapsed else ():
        for day, act, _ in desk.lapsed:
            if day == world.day - 1:
                yield Stop("lapsed", name, act)
    if settings.stop_outcomes:
        for outcome in world.come_about():  # one of which nobody here can tell would give it away
            if any(outcome in session.known(name).outcomes for name in session.seats):
                yield Stop("outcome", None, outcome)
    if settings.stop_rung is not None:
        yield from _acts_against(session, settings.stop_rung)


def _acts_against(session: "Table", rung: int) -> Iterator[Stop]:
    """The acts against a seat of which it has heard this morning."""
    world = session.world
    events = world.model.events[: int(world.model.n_events[0])]
    grave = events[(events["rung"] >= rung) & (events["actor"] != NONE)]
    if not len(grave):
        return
    for name, seat in session.seats.items():
        if session.desks[name].played_by == "rules":
            continue
        me = world.program.actors.index(seat.actor)
        heard = mornings(seat.actor, session.scenario, world.program, grave) == world.day
        for event in grave[heard & (grave["target"] == me)]:
            yield Stop("act", name, world.program.actions[int(event["action"])])
