"""Orders: what a seat wants done, as a player gives it, and what stands of it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sim.play.seats import PlayError
from sim.theatre.language.days import Day

Otherwise = Literal["rules", "hold"]
"""What becomes of days for which nothing is ordered: the actor's own draw decides, or it does nothing."""


_MOST_REASONS, _LONGEST_REASON = 100, 1000


class Message(BaseModel):
    """Something that passes between the table and a player: frozen, and closed to what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _letters(text: str) -> str:
    """Refuse half of a pair of letters, which no file holds."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(f"{text[:60]!a} holds what is no letter")
    return text


Name = Annotated[str, Field(max_length=500), AfterValidator(_letters)]
"""What an act or a number is called by, as a player writes it."""


class Deed(Message):
    """An act and the day on which it is to be done."""

    act: Name
    """An action's id, such as `iran.seize_tanker`."""
    on: Day | None = None
    """The day; left out, the first on which it can be done. What has to be ordered beforehand is ordered in time."""


def _one_deed(data: Any) -> Any:
    """Read an act alone, or a list of acts, as deeds."""
    listed = data if isinstance(data, list | tuple) else [data]
    return [{"act": each} if isinstance(each, str) else each for each in listed]


Deeds = Annotated[tuple[Deed, ...], BeforeValidator(_one_deed), Field(max_length=64)]


class Order(Message):
    """What a seat wants from now on. Whatever is left out stays as it stands; an empty order changes nothing."""

    do: Deeds = ()
    """Acts to be done, besides those that are ordered already."""
    withdraw: Deeds = ()
    """Acts that were ordered and are not to be done after all; without a day, on whichever day they were to be."""
    never: tuple[Name, ...] | None = Field(default=None, max_length=512)
    """Acts refused from now on until the seat says otherwise, in place of those refused so far."""
    stance: dict[Name, float] | None = Field(default=None, max_length=512)
    """Values of the seat's own levers from now on, by path; those left out go back to what the scenario says."""
    otherwise: Otherwise | None = None
    """What becomes of days for which nothing is ordered."""
    why: str | None = Field(default=None, max_length=4000)
    """The player's own words; nobody else sees them before the debrief."""

    @property
    def changes_anything(self) -> bool:
        """Whether it says anything besides why."""
        said = self.never, self.stance, self.otherwise
        return bool(self.do or self.withdraw) or any(each is not None for each in said)


class OrderError(PlayError):
    """An order cannot be given; nothing of it was taken. `reasons` has them all."""

    def __init__(self, seat: str, reasons: list[str]) -> None:
        self.seat, self.reasons = seat, tuple(_short(each) for each in reasons[:_MOST_REASONS])
        super().__init__(f"the order of {seat} was refused: {'; '.join(self.reasons)}")

    def __reduce__(self) -> tuple[type["OrderError"], tuple[str, list[str]]]:
        return OrderError, (self.seat, list(self.reasons))


def _short(reason: str) -> str:
    """A reason as it is kept and shown: what a player wrote may be of any length, and hold what is no letter."""
    shown = reason.encode("utf-8", "backslashreplace").decode()
    return shown if len(shown) <= _LONGEST_REASON else f"{shown[:_LONGEST_REASON]} …"


def fault_in_words(error: ValidationError) -> str:
    """What is wrong with data, a line for each of the first faults."""
    return (
        "\n".join(
            f"{_short('.'.join(map(str, each['loc'])) or 'it')}: {str(each['msg']).removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)[:8]
        )
        .encode("utf-8", "backslashreplace")
        .decode()
    )


def order_from(seat: str, data: Any) -> Order:
    """Read an order, from an `Order`, or data as JSON has it.

    Raises
    ------
    OrderError
        It is none.
    """
    if isinstance(data, Order):
        return data
    try:
        return Order.model_validate({} if data is None else data)
    except ValidationError as error:
        raise OrderError(seat, fault_in_words(error).split("\n")) from None


class Scheduled(Message):
    """An act that is to be done on a day."""

    act: str
    on: date


class Standing(Message):
    """What stands of a seat's orders."""

    scheduled: tuple[Scheduled, ...] = ()
    """By date."""
    never: tuple[str, ...] = ()
    stance: dict[str, float] = {}
    otherwise: Otherwise = "rules"
    played_by: Literal["orders", "rules"] = "orders"
    """`rules` where the umpire has handed the seat to them: then none of its orders stands."""
