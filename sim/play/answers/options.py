"""A seat's options: every act of its own, open or closed and why, and what the model's own actor would do."""

import datetime as dt
from typing import TYPE_CHECKING

from sim.analysis.floating import usual
from sim.play.knowledge.hidden import as_told, reads_hidden
from sim.play.messages.orders import Deed, Message
from sim.play.seats import Seat
from sim.replays.wording import without_premise

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


class Option(Message):
    """An act of a seat's own."""

    act: str
    label: str
    story: str
    """A sentence that tells it, whatever has happened before."""
    target: str
    rung: int
    hand: str
    """Whose turn it takes: the actor's, or that of one of its hands."""
    open: bool
    """Whether it can be ordered for the earliest day on which it could be done."""
    why_not: tuple[str, ...] = ()
    """What is in the way today."""
    earliest: dt.date
    """The first day on which it could be done: later than today for what takes an order ahead, and where the scenario
    itself says what its hand does."""
    scheduled: dt.date | None = None
    """The day for which it is ordered already."""
    refused: bool = False
    """Whether the seat has said that it is never to be done."""
    chance: float | None = None
    """How likely the model's own actor would be to choose it today; None where that hangs on something hidden."""
    deniable: float = 0.0
    """The share of it that others could only suspect."""
    lethal: bool = False
    """Whether people may die of it."""


class Options(Message):
    """What a seat may do on a morning."""

    seat: str
    date: dt.date
    options: tuple[Option, ...]
    hold: float | None
    """How likely the model's own actor would be to do nothing today."""

    @property
    def open(self) -> tuple[Option, ...]:
        """Those that can be ordered now."""
        return tuple(each for each in self.options if each.open)


@usual
def options(session: "Session", seat: Seat) -> Options:
    """List what a seat may do this morning; nothing once the session is over."""
    if session.over:
        return Options(seat=seat.id, date=session.date, options=(), hold=None)
    known, desk, morning = session.known(seat.id), session.desks[seat.id], session.world.morning
    program, theatre, world = session.world.program, session.scenario.theatre, session.world
    turns = theatre.hands
    hands = {int(program.action[program.actions.index(act)]["hand"]) for act in seat.acts}
    chances: dict[str, float] = {}
    hold: float | None = 1.0
    for choice in (morning.choice(hand) for hand in sorted(hands)):
        for rate in choice.rates:
            chances[program.actions[rate.action]] = rate.rate / (1.0 + choice.total)
        hold = None if hold is None else hold / (1.0 + choice.total)
    secret = {act: reads_hidden(known, act) for act in seat.acts}
    by_hand = {turns[act] for act in seat.acts if secret[act]}
    ordered = {act: day for (day, _), act in sorted(desk.scheduled.items(), reverse=True)}
    found = []
    for act in seat.acts:
        action, why = theatre.actions[act], morning.why_not(act)
        told = as_told(known, act, why)
        if world.day < program.script.imposed_days:
            told.append("today goes by as it truly did, and nobody decides")
        if program.script.forbidden[world.day, program.actions.index(act)]:
            told.append("the scenario forbids it")
        found.append(
            Option(
                act=act,
                label=action.label,
                story=without_premise(theatre, act),
                target=action.target,
                rung=action.rung,
                hand=turns[act],
                open=not told and act not in desk.never,
                why_not=tuple(told),
                earliest=desk.day_for(Deed(act=act), session, set()),
                scheduled=ordered.get(act),
                refused=act in desk.never,
                chance=None if turns[act] in by_hand else chances.get(act, 0.0),
                deniable=action.deniability.value,
                lethal=action.casualties is not None,
            )
        )
    return Options(seat=seat.id, date=session.date, options=tuple(found), hold=None if by_hand else hold)
