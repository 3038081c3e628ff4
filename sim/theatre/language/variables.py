"""The four kinds of variables: quantities of the world that rules read and acts change."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from .base import Model, Source, Text, refuse
from .number import HalfLife, Legal, Number, Share, Unit, Weight, unquoted_unit
from .references import ActorRef, NewsAfter
from .telling import Turns
from .terms import Condition, canonical_term, refuse_twins


def _canonical_target(text: str) -> str:
    return text if text == "base" else canonical_term(text)


def _one_base(data: Any) -> Any:
    if isinstance(data, Mapping) and "base" not in data:
        raise ValueError("a target needs a 'base', where the variable rests when every term reads 0")
    return refuse_twins(data, _canonical_target)


TargetTerms = Annotated[dict[Annotated[str, AfterValidator(_canonical_target)], Number], BeforeValidator(_one_base)]
"""Where a variable relaxes to: `base` and weighted terms. For a log variable, weights are in per cent of the price."""


class _Variable(Model):
    """What every variable has."""

    label: Text
    source: Source | None = None
    """Stands for every number of the entry that names none of its own."""
    note: Text | None = None
    known_to: tuple[ActorRef, ...] | None = None
    """Who sees it; left out, everybody. No rule reads it: it is what players in seats may know."""
    news_after: NewsAfter | None = None
    """After how many days the others see what it was; left out, `known_to` alone ever see it."""


class _Relaxing(_Variable):
    """A variable that fades to a target."""

    half_life: HalfLife | None = None
    """How fast it relaxes to its target; left out, it stays where it is put."""
    target: TargetTerms | None = None
    noise: Number | None = None
    """Standard deviation of a day's noise."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.half_life is None) != (self.target is None):
            refuse([((), "half_life and target belong together")])
        return self


class _Ranged(_Relaxing):
    """A variable with a unit and a range of its own."""

    unit: Annotated[Unit, BeforeValidator(unquoted_unit)]
    start: Number
    range: tuple[float, float]
    """It never leaves this range."""
    scale: tuple[Number, Number]
    """The values that terms read as 0 and as 1."""

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        low, high = self.range
        faults: list[tuple[tuple[str | int, ...], str]] = []
        if low >= high:
            faults.append((("range",), "the range must rise"))
        elif not low <= self.start.value <= high:
            faults.append((("start",), f"{self.start.value:g} is outside the range {low:g} to {high:g}"))
        if self.scale[0].value >= self.scale[1].value:
            faults.append((("scale",), "the scale must rise"))
        refuse(faults + [wrong for place, number in self._in_own_unit() for wrong in self._wrong_unit(place, number)])
        return self

    def _in_own_unit(self) -> list[tuple[tuple[str | int, ...], Number]]:
        return [(("start",), self.start), *((("scale", index), number) for index, number in enumerate(self.scale))]

    def _wrong_unit(self, place: tuple[str | int, ...], number: Number) -> list[tuple[tuple[str | int, ...], str]]:
        if number.unit in (None, self.unit):
            return []
        return [(place, f"wrong unit '{number.unit}'; it is in '{self.unit}'")]


class UnitVariable(_Relaxing):
    """A quantity between 0 and 1."""

    kind: Literal["unit"]
    start: Share
    target: dict[Annotated[str, AfterValidator(_canonical_target)], Weight] | None = None
    noise: Share | None = None

    @field_validator("target", mode="before")
    @classmethod
    def _based(cls, data: Any) -> Any:
        return _one_base(data)


class LevelVariable(_Ranged):
    """A quantity in its own unit and range."""

    kind: Literal["level"]

    def _in_own_unit(self) -> list[tuple[tuple[str | int, ...], Number]]:
        own = super()._in_own_unit() + [(("target", term), number) for term, number in (self.target or {}).items()]
        return own + ([(("noise",), self.noise)] if self.noise is not None else [])


class LogVariable(_Ranged):
    """A positive quantity that moves by per cent, such as a price."""

    kind: Literal["log"]
    noise: Annotated[Number, AfterValidator(Legal("%", 0, 100))] | None = None

    @model_validator(mode="after")
    def _positive(self) -> Self:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        if self.range[0] <= 0:
            faults.append((("range",), "the range of a price starts above 0"))
        for term, number in (self.target or {}).items():
            if term == "base":
                faults += self._wrong_unit(("target", term), number)
                if number.value <= 0:
                    faults.append((("target", term), "the base of a price is above 0"))
            elif number.unit != "%" or number.value <= -100:
                faults.append((("target", term), "a price answers in per cent above -100; write for example '+5 %'"))
        refuse(faults)
        return self


class FlagVariable(_Variable):
    """Something that is so or not: a commander alive, a war on, a vote passed."""

    kind: Literal["flag"]
    start: bool
    set_when: Condition | None = None
    """Set in the evening of a day on which this holds."""
    clear_when: Condition | None = None
    """Cleared in the evening of a day on which this holds and `set_when` does not."""
    told: Turns | None = None
    """What stories say when it is set and when it is cleared."""


Variable = Annotated[UnitVariable | LevelVariable | LogVariable | FlagVariable, Field(discriminator="kind")]
