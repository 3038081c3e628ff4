"""The public view: what the whole world knows on a morning, for a screen that everybody sees.

It is made as a view is, for somebody who is nobody in the crisis: whoever did what can be denied is not named, what is
private to some is left out, and what is heard of late is heard of late. So no seat learns from it what it may not know.
"""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.analysis.floating import usual
from sim.play.knowledge.known import Known, known_by
from sim.play.messages.orders import Message
from sim.play.messages.view import Item, Reading, Rung
from sim.play.seats import Seat
from sim.theatre.language.days import days_after

from .seeing import item_of, readings_of, rungs_of, tension_of

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

NOBODY = Seat("", "", (), "The world")
"""Who knows what everybody knows."""


class Placed(Message):
    """Where an act happened, as far as the world knows."""

    item: int
    """The number of the piece of news."""
    place: str


class Public(Message):
    """What the whole world knows on a morning."""

    date: dt.date
    turn: int
    """How many turns have been lived, from 0."""
    over: bool
    items: tuple[Item, ...]
    """All that it knows, oldest first."""
    told: tuple[Item, ...]
    """What the umpire has told every seat, as it was said: words of the table, no news of the world."""
    places: tuple[Placed, ...]
    variables: tuple[Reading, ...]
    """Those that are public, as of the evening of which the world knows them."""
    tension: float
    rungs: tuple[Rung, ...]
    """By exchange, the whole crisis last."""
    rungs_by_day: tuple[int, ...]
    """Of the whole crisis, on each evening."""
    outcomes: dict[str, dt.date]
    """Those of which everybody can tell that they have come about."""


@usual
def public(session: "Session") -> Public:
    """Put together what the whole world knows this morning."""
    known = known_by(NOBODY, session.world.past)
    heard = sorted(_heard(known), key=_when)
    return Public(
        date=session.date,
        turn=session.turn,
        over=session.over,
        items=tuple(item.model_copy(update={"number": number}) for number, (item, _) in enumerate(heard)),
        told=tuple(_announced(session)),
        places=tuple(Placed(item=number, place=place) for number, (_, place) in enumerate(heard) if place is not None),
        variables=tuple(each for each in readings_of(known) if each.value is not None),
        tension=tension_of(known, known.day),
        rungs=tuple(rungs_of(known)),
        rungs_by_day=tuple(known.rungs[:, -1].tolist()),
        outcomes={name: session.scenario.start + dt.timedelta(days=day) for name, day in known.outcomes.items()},
    )


Heard = tuple[Item, str | None]
"""A piece of news, and where it happened."""


def _heard(known: Known) -> Iterator[Heard]:
    actions = known.scenario.theatre.actions
    for deed, learned, acts in zip(known.deeds, known.learned, known.may_have_been, strict=True):
        place = actions[acts[0]].place if acts[0] in actions else None
        yield item_of(known, deed, days_after(known.scenario.start, learned)), place


def _announced(session: "Session") -> Iterator[Item]:
    """What the umpire has told every seat."""
    first, *others = session.desks.values()
    for number, (day, text) in enumerate(first.told):
        if all((day, text) in desk.told for desk in others):
            when = session.scenario.start + dt.timedelta(days=day)
            yield Item(number=number, date=when, learned=when, kind="event", text=text)


def _when(heard: Heard) -> tuple[dt.date, dt.date, str]:
    """By days, and within one by the words: the order in which actors act would tell who they are."""
    item, _ = heard
    return item.date, item.learned, item.text
