"""What a seat is given to see, as data: only what its actor would know."""

import datetime as dt
from typing import Any, Literal

from .orders import Message, Scheduled, Standing


class Held(Message):
    """Whom the seat holds responsible for something, and how far."""

    party: str
    """An actor's id."""
    label: str
    share: float
    """0 to 1, by what is open and what it suspects."""


class Item(Message):
    """A piece of news."""

    number: int
    """Counts what this seat has learned, from 0."""
    date: dt.date
    """When it happened."""
    learned: dt.date
    """The morning on which the seat knew."""
    kind: Literal["own", "open", "deniable", "event", "lapsed"]
    """Its own act; another's; something that nobody owns up to; something that just happened; an order that could not
    be carried out."""
    text: str
    ordered: bool | None = None
    """Of its own acts, whether the seat ordered it, or its own people did it unasked."""
    act: str | None = None
    """The action, where it is known."""
    actor: str | None = None
    """Who did it, where that is known."""
    target: str | None = None
    rung: int = 0
    deaths: int = 0
    dead: dict[str, int] = {}
    """By side."""
    claimed_by: str | None = None
    responsible: tuple[Held, ...] = ()
    """For what is deniable: whom the seat holds responsible. The rest of the blame rests nowhere."""


class Reading(Message):
    """A variable as the seat knows it."""

    name: str
    label: str
    value: float | bool | None
    """None where it is not known."""
    unit: str
    start: float | bool | None
    """What it was on the first morning."""
    a_week_ago: float | bool | None
    """A week before `as_of`; None where the crisis is younger than that."""
    as_of: dt.date | None
    """The evening of which it is known."""


class Grievance(Message):
    """What the seat's actor holds against another this morning, as its rules read it."""

    against: str
    label: str
    provocation: float
    """0 to 1."""
    blood: float
    """0 to 1."""
    strongest: float
    """The rung that the strongest act still remembered is like by now."""
    suspected: float
    """The share of it that is only suspected, 0 to 1."""


class Rung(Message):
    """Where an exchange stands on the ladder, by the acts that the seat knows of."""

    dyad: str | None
    """None of the whole crisis."""
    label: str
    rung: int
    rung_label: str
    a_week_ago: int | None = None
    """None where the crisis is younger."""


class Lever(Message):
    """A number of its own that the seat may set: its stance."""

    path: str
    label: str
    value: float
    unit: str
    low: float
    high: float
    """It may be set from `low` to `high`."""


class View(Message):
    """All that a seat may know on a morning."""

    session: str
    """The scenario's title."""
    seat: str
    actor: str
    label: str
    names: dict[str, str]
    """What each actor is called today, as far as the seat knows: who leads it may have changed."""
    turn: int
    """How many turns have been lived: 0 on the first morning, which pages for people call turn 1."""
    day: int
    """How many days have been lived, likewise from 0."""
    date: dt.date
    last_day: dt.date
    over: bool
    stopped: str | None
    """Why the clock stands earlier than was meant, as far as the seat may know."""
    wants: str | None
    news: tuple[Item, ...]
    """What it has learned since its last view."""
    known: tuple[Item, ...]
    """All that it knows, oldest first, the news included."""
    variables: tuple[Reading, ...]
    tension: float
    """0 to 100, by the acts that it knows of."""
    tension_a_week_ago: float | None
    """None where the crisis is younger."""
    rungs: tuple[Rung, ...]
    grievances: tuple[Grievance, ...]
    outcomes: dict[str, dt.date]
    """Those that have come about, as far as it can tell, and when."""
    standing: Standing
    ordered: tuple[Scheduled, ...]
    """What its actor had ordered by itself, before the seat was taken or while the rules played it, and is due."""
    levers: tuple[Lever, ...]


def schema() -> dict[str, Any]:
    """JSON Schema of a view."""
    return View.model_json_schema()
