"""Days as files write them: a date, a period of dates, a window that may be open."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from sim.text import date_from

from .base import Model
from .number import describe


def _iso_date(data: Any) -> Any:
    """Read a date as files write it, or as Python holds it: pydantic would take a number for seconds since 1970."""
    if not isinstance(data, str) and (found := date_from(data)) is not None:
        return found
    try:
        return date.fromisoformat(data.strip())
    except (AttributeError, ValueError):
        raise ValueError(
            f"{describe(data)} is not a date; dates are written 2019-05-31, in the years 0001 to 9999"
        ) from None


Day = Annotated[date, BeforeValidator(_iso_date)]


def _iso_span(data: Any) -> Any:
    """Read a day, or the first and the last of several with a slash between them, as ISO 8601 writes a period."""
    ends = data.split("/") if isinstance(data, str) else data if isinstance(data, tuple | list) else [data]
    if len(ends) not in (1, 2):
        raise ValueError(f"{describe(data)} is not a period; write 2019-10-17/2019-10-19, or one date")
    first, last = _iso_date(ends[0]), _iso_date(ends[-1])
    if first > last:
        raise ValueError(f"the period ends ({last}) before it begins ({first})")
    return first, last


def _span_as_written(span: tuple[date, date]) -> str:
    return "/".join(str(end) for end in dict.fromkeys(span))


Span = Annotated[
    tuple[date, date],
    BeforeValidator(_iso_span),
    PlainSerializer(_span_as_written, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?$"}),
]
"""One day, `2020-01-03`, or all from one to another, `2019-10-17/2019-10-19`: its first and its last day."""


def days_after(day: date, days: int) -> date:
    """So many days after another, as far as the calendar goes."""
    return day + timedelta(days=min(days, (date.max - day).days))


class Window(Model):
    """From one date to another, both included; a missing end is open."""

    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _some_end(self) -> Self:
        if self.from_ is None and self.until is None:
            raise ValueError("give 'from', 'until' or both; for all days write 'always'")
        if self.from_ is not None and self.until is not None and self.from_ > self.until:
            raise ValueError(f"the window ends ({self.until}) before it begins ({self.from_})")
        return self

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return (self.from_ is None or day >= self.from_) and (self.until is None or day <= self.until)


def _one_alone(windows: tuple[Window, ...]) -> tuple[Window, ...] | Window:
    """Several windows as they are; a list of one is that one."""
    if not windows:
        raise ValueError("an empty list holds on no day; give a window, or write 'never'")
    return windows[0] if len(windows) == 1 else windows


Windows = Annotated[tuple[Window, ...], AfterValidator(_one_alone), Field(json_schema_extra={"minItems": 1})]
"""A list of windows, of which any may hold."""
Spell = Literal["always", "never"] | Window | Windows
"""On which days something holds: on all or on none, or within one window or any of several."""


def holds_on(spell: Spell, day: date) -> bool:
    """Whether `day` lies in it."""
    if isinstance(spell, str):
        return spell == "always"
    return any(window.holds(day) for window in windows_of(spell))


def windows_of(spell: Spell) -> tuple[Window, ...]:
    """The windows that are given, none for `always` and `never`."""
    if isinstance(spell, str):
        return ()
    return (spell,) if isinstance(spell, Window) else tuple(spell)


class Period(Model):
    """Some day from one date to another, both included: which of them, nobody knows."""

    from_: Day = Field(alias="from")
    """Its first day."""
    until: Day
    """Its last day."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.until:
            raise ValueError(f"the period ends ({self.until}) before it begins ({self.from_})")
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.from_ + timedelta(days=at) for at in range((self.until - self.from_).days + 1))

    @property
    def middle(self) -> date:
        """The day in its middle, the earlier of two."""
        return self.from_ + (self.until - self.from_) // 2
