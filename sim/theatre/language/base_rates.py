"""What is known of crises of this kind: reference figures that an ensemble is held beside.

Base rates judge and are never read by a rule, so a theatre may cite here the very checks that its numbers must not
use. What each measure counts, and why so, is said where it is computed, in `sim.analysis.base_rates`.
"""

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
from .base import Model, Source, Text
from .number import describe, split_unit
from .references import ActionRef, ActorRef, DyadRef, OutcomeRef, Rung, VariableRef
from .terms import Comparison


def _whole_days(data: Any) -> Any:
    """Read `7` and `7 d`."""
    value, unit = split_unit(data) if isinstance(data, str) else (data, None)
    if unit not in (None, "d"):
        raise ValueError(f"wrong unit '{unit}'; this is in 'd'")
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"expected a whole number of days, found {describe(data)}")
    return int(value)


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"{list(pair)} has its low end above its high end")
    return pair


_SPAN = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\s*\d+(\s*d)?\s*$"}]}
Span = Annotated[int, BeforeValidator(_whole_days), Field(ge=1, le=20_000), WithJsonSchema(_SPAN)]
"""A whole number of days."""
Rungs = Annotated[tuple[Rung, Rung], AfterValidator(_rising)]
"""From one rung to another, both included."""
Dyads = Annotated[tuple[DyadRef, ...], Field(min_length=1)]
Quantile = Annotated[float, Field(gt=0, lt=1)]


class Threshold(Model):
    """What a variable must reach: `">= 0.3"`, or `true` and `false` for a flag."""

    op: Literal[">=", "<="]
    value: float

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        read = Comparison.model_validate(data)
        return {"op": read.op, "value": read.value}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Editors should know it as it is written."""
        written: list[JsonSchemaValue] = [{"type": "string", "pattern": r"^\s*[<>]="}, {"type": "boolean"}]
        return {"anyOf": written, "description": "What a variable must reach."}


While = dict[VariableRef, Threshold]
"""Days that count: those on which each of these variables was so in the evening before."""


class Acts(Model):
    """Some of the acts of a run: those that fit all that is said here."""

    actions: tuple[ActionRef, ...] = ()
    """Any of these."""
    actors: tuple[ActorRef, ...] = ()
    """By any of these."""
    targets: tuple[ActorRef, ...] = ()
    """On any of these."""
    rungs: Rungs | None = None
    """On these rungs, as they turned out."""
    lethal: bool | None = None
    """True for those that killed, false for those that did not."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.actions or self.actors or self.targets or self.rungs) and self.lethal is None:
            raise ValueError("this would be every act; name actions, actors, targets, rungs or 'lethal'")
        return self


class _BaseRate(Model):
    """What every base rate has."""

    label: Text
    expected: Annotated[tuple[float, float], AfterValidator(_rising)]
    """The range in which crises of this kind lie, in the unit of the measure."""
    source: Source
    """Where the range comes from; here, and only here, this may be a check (Q..)."""
    note: Text | None = None


class ShareReaching(_BaseRate):
    """Share of runs that reach a rung, or in which an outcome holds."""

    measure: Literal["share_reaching"]
    rung: Rung | None = None
    outcome: OutcomeRef | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.rung is None) == (self.outcome is None):
            raise ValueError("give either 'rung' or 'outcome'")
        return self


class Reciprocation(_BaseRate):
    """Share of disputes in which both sides act, a dispute being acts without a longer pause."""

    measure: Literal["reciprocation"]
    dyads: Dyads
    rungs: Rungs
    """The rungs on which an act counts as militarised."""
    quiet: Span
    """So many days without such an act end a dispute."""


class ReplyLevels(_BaseRate):
    """Of acts that follow one of the other side: the share above, on or below its level."""

    measure: Literal["reply_levels"]
    dyads: Dyads
    levels: Annotated[tuple[Rung, ...], Field(min_length=2)]
    """The lowest rung of each level; acts below the first do not count."""
    within: Span
    """What comes later is no reply."""
    direction: Literal["up", "same", "down", "lead"]
    """`lead` is by how much `same` exceeds the more frequent of the others."""
    link: Literal["sequence", "cause"] = "sequence"
    """Which act is replied to: the last one of the other side, or the one that the model itself names as cause."""

    @model_validator(mode="after")
    def _rising_levels(self) -> Self:
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError("levels are the lowest rung of each, and rise")
        return self


class ReplyLag(_BaseRate):
    """Days from a trigger to the main reply of the other side."""

    measure: Literal["reply_lag"]
    dyads: Dyads
    triggers: Rungs
    replies: Rungs
    within: Span
    """What comes later is no reply."""
    quantile: Quantile = 0.5
    link: Literal["sequence", "cause"] = "sequence"
    """Which act is replied to: the strongest since the side's last reply, or the one that the model names as cause."""


class FollowedBy(_BaseRate):
    """Share of acts that other acts follow within some days."""

    measure: Literal["followed_by"]
    trigger: Acts
    reply: Acts
    within: Span
    apart: Span | None = None
    """Count a trigger only if nothing of `apart_from` lies so many days before it, or between it and the reply."""
    apart_from: tuple[Acts, ...] = ()
    while_: While = Field(default={}, alias="while")

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.apart is None) != (not self.apart_from):
            raise ValueError("'apart' and 'apart_from' belong together: how many days, and from what")
        return self


class ActRate(_BaseRate):
    """How many acts there are in so many days."""

    measure: Literal["rate"]
    acts: Acts
    per: Span
    while_: While = Field(default={}, alias="while")


def _price(name: str) -> str:
    known = names.current()
    if known is not None and known.variable(name, "kind") not in ("log", None):
        raise ValueError(f"'{name}' is no price; this needs a variable of kind log")
    return name


class _AfterAct(_BaseRate):
    """How a price answers an act, in trading days and beyond what it does in other runs."""

    variable: Annotated[VariableRef, AfterValidator(_price)]
    acts: Acts
    over: Span = 10
    """Trading days that a price is followed; acts with another one so near are left out."""


class Jump(_AfterAct):
    """Return of the first trading day, in per cent, of the median act."""

    measure: Literal["jump"]


class JumpHalfLife(_AfterAct):
    """Trading days in which the median excess halves."""

    measure: Literal["half_life"]


class CrisisDuration(_BaseRate):
    """Days from the first to the last act of an exchange in which both sides act."""

    measure: Literal["duration"]
    dyads: Dyads
    rungs: Rungs
    quiet: Span
    """So many days without such an act end a crisis."""
    quantile: Quantile = 0.5


BaseRate = Annotated[
    ShareReaching
    | Reciprocation
    | ReplyLevels
    | ReplyLag
    | FollowedBy
    | ActRate
    | Jump
    | JumpHalfLife
    | CrisisDuration,
    Field(discriminator="measure"),
]
