"""What an umpire sets before a session begins, and what happens at the table: the entries of its ledger."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from sim.play.messages.orders import Message, Order, Otherwise

Days = Annotated[int, Field(ge=1, le=366)]


class Settings(Message):
    """How a table is run."""

    turn: Days = 7
    """Days that are lived between two rounds of orders, unless something needs a decision earlier."""
    stop_rung: Annotated[int, Field(ge=0, le=9)] | None = 6
    """The clock stops when a seat learns of an act against it on this rung or above; None does not stop for acts. There
    is one clock: everybody sees that it has stopped, if not why."""
    stop_outcomes: bool = True
    """Whether it stops when an outcome comes about of which some seat can tell."""
    stop_lapsed: bool = True
    """Whether it stops when an order could not be carried out."""
    otherwise: Otherwise = "rules"
    """What becomes of days for which a seat has ordered nothing, until it says otherwise itself."""
    futures: bool = True
    """Whether seats may ask what could come of their options."""


class Ordered(Message):
    """A seat has given an order."""

    kind: Literal["order"] = "order"
    day: int
    seat: str
    by: str | None = None
    at: str | None = None
    order: Order


class Advanced(Message):
    """Days were lived."""

    kind: Literal["advance"] = "advance"
    day: int
    """The day from which on."""
    at: str | None = None
    days: Annotated[int, Field(ge=1, le=20_000)]
    """How many were meant."""
    to: int
    """The day that came after."""
    digest: str
    """Every bit of the world by then."""


class Injected(Message):
    """The umpire had something happen."""

    kind: Literal["inject"] = "inject"
    day: int
    at: str | None = None
    by: str | None = None
    act: str
    """An act that nobody in a seat decides on."""
    on: date


class Announced(Message):
    """The umpire told seats something that the model knows nothing of."""

    kind: Literal["tell"] = "tell"
    day: int
    at: str | None = None
    by: str | None = None
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    to: tuple[str, ...]
    """The seats that hear of it."""
    late: tuple[str, ...] = ()
    """Those of them that may have read what is new that morning before: to them it is new on the next."""


class Handed(Message):
    """The umpire handed a seat to the rules, or back to its player."""

    kind: Literal["hand"] = "hand"
    day: int
    at: str | None = None
    by: str | None = None
    seat: str
    to: Literal["orders", "rules"]


class Seated(Message):
    """Who may give orders for a seat."""

    kind: Literal["seat"] = "seat"
    day: int
    at: str | None = None
    seat: str
    people: tuple[str, ...]
    """Nobody in particular: anybody may."""


class Paused(Message):
    """The umpire stopped the clock, or let it go on."""

    kind: Literal["pause"] = "pause"
    day: int
    at: str | None = None
    paused: bool


class TakenBack(Message):
    """The umpire took back what came after an entry: it stays in the ledger, as a branch that was not gone on with."""

    kind: Literal["back"] = "back"
    day: int
    at: str | None = None
    by: str | None = None
    keep: Annotated[int, Field(ge=0)]
    """How many of the entries that held until then still hold, besides those after them that outlive it."""


class Ended(Message):
    """The umpire ended the session."""

    kind: Literal["end"] = "end"
    day: int
    at: str | None = None


class Said(Message):
    """Something that a player keeps with the session, such as what a language model answered."""

    kind: Literal["note"] = "note"
    day: int
    at: str | None = None
    seat: str | None = None
    data: dict[str, Any]


Entry = Annotated[
    Ordered | Advanced | Injected | Announced | Handed | Seated | Paused | TakenBack | Ended | Said,
    Field(discriminator="kind"),
]
ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)
"""Reads an entry of a ledger."""


def holding(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that hold, those apart that were taken back.

    Who may sit where, whether the clock stands, notes of the table and what was told by the morning to which the table
    goes back outlive it.
    """
    found: list[Entry] = []
    for entry in entries:
        if isinstance(entry, TakenBack):
            kept = found[: entry.keep]
            morning = max((each.to for each in kept if isinstance(each, Advanced)), default=0)
            found = [*kept, *(each for each in found[entry.keep :] if _outlives(each, morning))]
        else:
            found.append(entry)
    return found


def _outlives(entry: Entry, morning: int) -> bool:
    of_table = isinstance(entry, Said) and entry.seat is None
    told = isinstance(entry, Announced) and entry.day <= morning
    return of_table or told or isinstance(entry, Seated | Paused)
