"""A file that says how somebody's table of events is read: its columns, its names for actors, its types of acts."""

import codecs
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from . import names
from .base import Model, Text
from .days import Day
from .record import Coverage
from .references import ActionRef, ActorRef, Rung

Preset = Literal["acled", "gdelt", "icews", "polecat", "ucdp_ged"]
LEFT_OUT = "ignore"
"""What stands in the place of an actor whose rows are left out."""


class _OneOrMore:
    """Lets editors know that one may be written without a list."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        several = handler(schema) | {"minItems": 1}
        return {"anyOf": [several["items"], several]}


def _listed(data: Any) -> Any:
    return [data] if isinstance(data, str | int | float) else data


def _some(given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        raise ValueError("the list is empty; write at least one, or leave it out")
    return given


def _as_text(data: Any) -> Any:
    """A cell of the table as text, such as the year 2019; codes that begin with 0 are put in quotes."""
    return str(data) if isinstance(data, int | float) and not isinstance(data, bool) else data


def _known_encoding(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise ValueError(f"there is no encoding '{name}'; write utf-8, utf-16, cp1252 or another of Python's") from None
    if not found._is_text_encoding or found.name == "undefined":  # base64, hex, rot13 …
        raise ValueError(f"'{name}' is not an encoding of text; write utf-8, utf-16, cp1252 or another of Python's")
    return found.name


def _tells_days(form: str) -> str:
    day = datetime(2019, 5, 31, tzinfo=UTC)
    try:
        told = datetime.strptime(day.strftime(form), form).date()
    except (ValueError, re.error, DeprecationWarning):  # a part twice; a day without its year
        told = None
    if told != day.date():
        raise ValueError(f"'{form}' does not give a day; write the parts of a date as strptime does, such as %d/%m/%Y")
    return form


def _an_actor_or_none(name: str) -> str:
    return name if name == LEFT_OUT else names.require("actor", name)


def _alone(given: tuple[str, ...]) -> tuple[str, ...]:
    if LEFT_OUT in given and len(given) > 1:
        raise ValueError(f"'{LEFT_OUT}' must stand alone; it cannot be one of several actors")
    return given


Cell = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number"]})]
Several = AfterValidator(_some)
"""A list with something in it; said of the list only if nothing is wrong with what is in it."""
Texts = Annotated[tuple[Text, ...], Several, BeforeValidator(_listed), _OneOrMore()]
Cells = Annotated[tuple[Cell, ...], Several, BeforeValidator(_listed), _OneOrMore()]
Actors = Annotated[tuple[ActorRef, ...], Several, BeforeValidator(_listed), _OneOrMore()]
Actions = Annotated[tuple[ActionRef, ...], Several, BeforeValidator(_listed), _OneOrMore()]
Whom = Annotated[
    tuple[Annotated[str, AfterValidator(_an_actor_or_none)], ...],
    Several,
    BeforeValidator(_listed),
    AfterValidator(_alone),
    _OneOrMore(),
]


class Columns(Model):
    """Which columns of the table hold what, by their names; of several, the cells are joined: `IRN > MIL`."""

    date: Text | None = None
    """The day, or the first day, of what happened."""
    until: Text | None = None
    """The last day on which it may have happened."""
    precision: Text | None = None
    """How well the date is known, in codes that `precision` explains."""
    actor: Texts | None = None
    """Who did it; where `direction` is unknown, one of the two sides."""
    target: Texts | None = None
    """To whom; where `direction` is unknown, the other side."""
    type: Texts | None = None
    """What kind of event it was."""
    deaths: Text | None = None
    """How many died, as the source thinks likeliest."""
    deaths_low: Text | None = None
    """How many died at least."""
    deaths_high: Text | None = None
    """How many died at most."""
    place: Texts | None = None
    """Where it was."""
    id: Text | None = None
    """What the source calls the event; the history's events are named after it."""
    story: Text | None = None
    """A sentence on the event, copied into the history; no preset names one, as most sources forbid to pass it on."""


class Direction(Model):
    """A column that says of which rows it is known who did it to whom."""

    column: Text
    unknown: Cells | None = None
    """What it holds, or patterns of it, where either side may have acted: the event is then one of the acts of both."""
    reversed: Cells | None = None
    """What it holds where the second side acted on the first."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.unknown is None and self.reversed is None:
            raise ValueError("say which rows leave it 'unknown' who acted, or have it 'reversed'")
        return self


class TableForm(Model):
    """How a table of events is built; presets write this part for well-known sources."""

    separator: Literal["comma", "tab", "semicolon", "pipe"] | None = None
    """What stands between cells; left out, what the first line has most of."""
    encoding: Annotated[Text, AfterValidator(_known_encoding)] | None = None
    """How letters are written; left out, UTF-8, or Windows-1252 where the file is none."""
    quotes: bool = True
    """Whether cells may stand in double quotes, and hold separators and ends of lines there."""
    header: tuple[Text, ...] = ()
    """Names of all columns, in order, for a table whose first line is an event already."""
    missing: Annotated[tuple[Cell, ...], BeforeValidator(_listed), _OneOrMore()] = ()
    """What stands in a cell that says nothing, such as `NA`; an empty one says nothing anyway."""
    columns: Columns = Columns()
    date_format: Annotated[Text, AfterValidator(_tells_days)] | None = None
    """How days are written, such as `%d/%m/%Y`; left out, as 2019-05-31, 20190531 or 31 May 2019."""
    precision: dict[Cell, Literal["day", "week", "month"]] = {}
    """What the codes of the column `precision` mean: the very day; three days before to three days after; its month."""
    direction: Literal["known", "unknown"] | Direction = "known"
    """Whether the first side is known to have acted; or the column that says so."""


class ActRule(Model):
    """What some rows are in the theatre: the first rule that fits a row says it."""

    type: Texts = ("*",)
    """Types of events, or patterns such as `19*`; capitals do not matter."""
    actor: Actors | None = None
    """Only if one of these did it; left out, any, or whoever can do what `do` says."""
    target: Actors | None = None
    """Only if it was done to one of these; left out, whomever, known or not."""
    place: Texts | None = None
    """Only at these places, or patterns of them."""
    lethal: bool | None = None
    """Only if somebody died, or only if nobody did, as far as the row says."""
    do: Actions | None = None
    """The act; of several, those of the row's actor, one of which it was."""
    rung: Rung | None = None
    """The actor's act on this rung against the row's target, if there is exactly one."""
    ignore: Literal[True] | None = None
    """Leave these rows out."""

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(each is not None for each in (self.do, self.rung, self.ignore)) != 1:
            raise ValueError("a rule says one of 'do' (an act), 'rung' (the act on it) and 'ignore: true'")
        if self.actor is not None and self.do is not None:
            others = [action for action in self.do if action.split(".")[0] not in self.actor]
            if others:
                raise ValueError(f"'{others[0]}' is not an act of {' or '.join(self.actor)}; leave out 'actor'")
        return self

    @property
    def actors(self) -> tuple[str, ...] | None:
        """Whose rows it speaks of; None for anybody's."""
        return self.actor if self.do is None else tuple(action.split(".")[0] for action in self.do)


class Duplicates(Model):
    """When two rows tell of one event."""

    same: Annotated[tuple[Literal["actors", "type", "place", "act"], ...], Several] = ("actors", "type", "place")
    """What they have in common: both sides, type and place as the table has them, or the act that was made of them."""
    days: Annotated[int, Field(ge=0, le=31, strict=True)] = 0
    """How many days they may lie apart."""
    keep: Literal["once", "all"] = "once"
    """Whether the first is kept, with the range of the deaths that all of them tell, or every one."""


class MapFile(TableForm):
    """How a table of events becomes a history: which columns are read, and what its names mean in a theatre."""

    schema_version: Literal[1]
    map: Text
    """The theatre, or a scenario of it: a path below this file's folder, or the name of a shipped one."""
    preset: Preset | None = None
    """A well-known source whose columns and codes are known; what this file writes itself has the last word."""
    source: Text | None = None
    """What events name as their source, before what it calls them; left out, the table's file."""
    actors: dict[Text, Whom] = {}
    """Who is meant by the table's names, or by patterns such as `IRN*`: an actor, several of whom it was one, or
    `ignore`. A name itself comes before patterns, and of patterns the first that fits; capitals do not matter. An empty
    cell is `(blank)`."""
    acts: tuple[ActRule, ...] = ()
    """What types of events are, from rule to rule; the first that fits a row holds."""
    only: dict[Text, Cells] = {}
    """Only rows that have one of these in a column, or a pattern of them: `country: [Iran, Iraq]`, `year: 2019`."""
    from_: Day | None = Field(default=None, alias="from")
    """The first day that the history is to tell of."""
    until: Day | None = None
    """The last one."""
    longest: Annotated[int, Field(ge=1, le=92, strict=True)] = 31
    """Over how many days a date may be unknown; rows that know less are left out, and counted."""
    duplicates: Duplicates = Duplicates()
    covers: tuple[Coverage, ...] = ()
    """What the source would not have missed, written into the history as it stands here."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.from_ is not None and self.until is not None and self.from_ > self.until:
            raise ValueError(f"the history ends ({self.until}) before it begins ({self.from_})")
        return self
