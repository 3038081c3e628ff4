"""Every frame that a client may send once it has entered, as it is read: closed to what it does not know."""

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

LETTERS = 40
"""Of a name, at most."""
_JOINERS = "\u200c\u200d"
_BLANK = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters by their kind, of which nothing is seen."""
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that turn the letters after them around."""


class Frame(BaseModel):
    """What a client sends: it says of which line it is, and its number on it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    line: Annotated[str, Field(max_length=64)]
    n: Annotated[int, Field(ge=1, lt=2**53)]


def _shown(name: str) -> str:
    """Take a name as it is seen: what cannot be seen is left out, and a name of which nothing is seen is refused."""
    seen = "".join(each for at, each in enumerate(name) if each.isspace() or _is_seen(name, at))
    plain = " ".join(unicodedata.normalize("NFC", seen).split())
    if not any(unicodedata.category(each)[0] in "LNPS" for each in plain):
        raise ValueError("a name needs a letter or a number that can be seen")
    return plain


def _is_seen(name: str, at: int) -> bool:
    letter = name[at]
    if letter in _JOINERS:  # Persian writes words with them, and signs are made of several
        around = name[at - 1 : at], name[at + 1 : at + 2]
        return all(each > "\u02ff" and each not in _JOINERS for each in around)
    return letter.isprintable() and letter not in _BLANK


PersonName = Annotated[str, Field(max_length=LETTERS), AfterValidator(_shown)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
World = Annotated[int, Field(ge=1, le=1000)]


def _plain(text: str) -> str:
    """Words without what controls a screen: no sign that turns others around, and none that is no letter."""
    kept = (
        each for each in text if each in "\n\t" or not (unicodedata.category(each) in ("Cc", "Cs") or each in _TURNS)
    )
    found = "".join(kept)
    if not found.strip():
        raise ValueError("the text is empty")
    return found


def _plain_why(order: dict[str, Any]) -> dict[str, Any]:
    why = order.get("why")
    return order | {"why": _plain(why)} if isinstance(why, str) and why else order


Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_plain)]
OrderData = Annotated[dict[str, Any], AfterValidator(_plain_why)]
"""An `Order`, read by the session."""


class Enter(BaseModel):
    """The first frame of a line: as whom."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["enter"]
    as_: Annotated[Literal["player", "umpire", "screen", "debrief"], Field(alias="as")]
    token: Annotated[str, Field(max_length=200)] | None = None


# What a player sends.


class Join(Frame):
    """Come into the room; left out, world and seat are chosen for them."""

    kind: Literal["join"]
    name: PersonName | None = None
    world: World | None = None
    seat: Id | None = None
    forecast: Annotated[dict[Id, Annotated[float, Field(ge=0, le=100)]], Field(max_length=40)] | None = None
    """How likely they hold each outcome that is asked about, in per cent."""


class Sit(Frame):
    """Take a free seat."""

    kind: Literal["sit"]
    world: World
    seat: Id


class Leave(Frame):
    """Go for good: the seat is free again."""

    kind: Literal["leave"]


class GiveOrder(Frame):
    """What the own seat wants done."""

    kind: Literal["order"]
    order: OrderData
    turn: Annotated[int, Field(ge=0, lt=2**31)]
    epoch: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    """As the morning said it: a turn that was taken back has its number again, but not this."""


class Done(Frame):
    """Say that the orders of a turn are given, or that they are not after all."""

    kind: Literal["done"]
    turn: Annotated[int, Field(ge=0, lt=2**31)]
    epoch: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    done: bool = True


class AskFutures(Frame):
    """Ask what could come of options."""

    kind: Literal["futures"]
    acts: Annotated[list[Id], Field(min_length=1, max_length=40)] | None = None


class Note(Frame):
    """Words that are kept with the session, and that nobody else sees before the debrief."""

    kind: Literal["note"]
    text: Text


OfPlayer = Annotated[
    Join | Sit | Leave | GiveOrder | Done | AskFutures | Note,
    Field(discriminator="kind"),
]

# What an umpire sends. Where a world is left out, all are meant.


class OfWorlds(Frame):
    """Something about one world, or all of them."""

    world: World | None = None


class OfWorld(Frame):
    """Something about one world."""

    world: World


class Start(Frame):
    """Let the first turn begin."""

    kind: Literal["start"]


class Pause(OfWorlds):
    """Stop clocks, or let them go on."""

    kind: Literal["pause"]
    paused: bool


class Extend(OfWorlds):
    """Give more time for this turn."""

    kind: Literal["extend"]
    seconds: Annotated[int, Field(ge=1, le=86_400)]


class Advance(OfWorlds):
    """Live the turn now, as many days as are said; several turns, if these are more."""

    kind: Literal["advance"]
    days: Annotated[int, Field(ge=1, le=20_000)] | None = None


class Back(OfWorld):
    """Take back turns."""

    kind: Literal["back"]
    turns: Annotated[int, Field(ge=1, lt=2**31)] = 1


class Inject(OfWorld):
    """Have an act done that no seat decides on."""

    kind: Literal["inject"]
    act: Id
    on: Annotated[str, Field(max_length=40)] | None = None


class Tell(OfWorlds):
    """Tell seats something."""

    kind: Literal["tell"]
    text: Text
    to: Annotated[list[Id], Field(min_length=1, max_length=40)] | None = None


class Hand(OfWorld):
    """Hand a seat to the rules, or back."""

    kind: Literal["hand"]
    seat: Id
    to: Literal["orders", "rules"]


class OrderFor(OfWorld):
    """Act for a seat."""

    kind: Literal["order"]
    seat: Id
    order: OrderData
    turn: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    """The turn for which it was made, as a look over the shoulder said it; left out, the one that is played."""
    epoch: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class Look(OfWorld):
    """Look over a shoulder."""

    kind: Literal["look"]
    seat: Id


class Everything(OfWorld):
    """See all that happened, and what could be injected."""

    kind: Literal["everything"]


class Move(Frame):
    """Give somebody another seat."""

    kind: Literal["move"]
    person: Id
    world: World
    seat: Id


class Free(OfWorld):
    """Take a seat from whoever has it."""

    kind: Literal["free"]
    seat: Id


class Remove(Frame):
    """Take somebody who is not here out of the room."""

    kind: Literal["remove"]
    person: Id


class Lock(Frame):
    """Let nobody else in, or let people in again."""

    kind: Literal["lock"]
    locked: bool


class End(OfWorlds):
    """End a world before its last day, or the whole room."""

    kind: Literal["end"]


class Close(Frame):
    """Delete the room and all in it."""

    kind: Literal["close"]


OfUmpire = Annotated[
    Start | Pause | Extend | Advance | Back | Inject | Tell | Hand | OrderFor | Look | Everything | Move | Free
    | Remove | Lock | End | Close,
    Field(discriminator="kind"),
]  # fmt: skip

ENTER: TypeAdapter[Enter] = TypeAdapter(Enter)
OF_PLAYER: TypeAdapter[OfPlayer] = TypeAdapter(OfPlayer)
OF_UMPIRE: TypeAdapter[OfUmpire] = TypeAdapter(OfUmpire)
