"""What happened, as a history file tells it: dated acts, series from outside, and what it would not have missed."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from .base import Id, Model, Source, Text, refuse
from .days import Day, Period
from .references import ActionRef, ActorRef, Rung
from .schema import Effects

LONGEST_PERIOD = 92
"""Days over which a date may be unknown: a quarter of a year."""

Deaths = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class AnyOf(Model):
    """Acts of which one was done, nobody knows which."""

    any_of: Annotated[tuple[ActionRef, ...], Field(min_length=2)]
    """The acts in question, the likeliest first."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.any_of)) < len(self.any_of):
            raise ValueError("'any_of' names an act twice")
        return self


def _form(one: str, other: str) -> Discriminator:
    """Tell the longer form, a map, from the short one, so that a fault is told of the form that was meant."""

    def which(data: Any) -> str:
        return other if isinstance(data, Mapping | Model) else one

    return Discriminator(which)


Act = Annotated[Annotated[ActionRef, Tag("act")] | Annotated[AnyOf, Tag("any_of")], _form("act", "any_of")]
When = Annotated[Annotated[Day, Tag("day")] | Annotated[Period, Tag("period")], _form("day", "period")]


class RecordedEvent(Model):
    """Something that happened: an act of somebody, or what came from outside the cast."""

    on: When
    """The day; or `{from: DATE, until: DATE}`, some day of a period."""
    do: Act | None = None
    """The act; or `{any_of: [ACTION, …]}`, one of them, such as a rocket that nobody claimed."""
    deaths: Deaths | Annotated[tuple[Deaths, Deaths], Field(strict=False)] | None = None
    """How many it killed; or `[LOW, HIGH]`; left out, nobody knows."""
    effects: Effects = {}
    """What came from outside the cast, on variables."""
    story: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.do is None) == (not self.effects):
            raise ValueError("an event has either 'do' (an action) or 'effects' (on variables)")
        if self.deaths is not None and self.do is None:
            raise ValueError("'deaths' belongs to an event with 'do'")
        if isinstance(self.deaths, tuple) and self.deaths[0] > self.deaths[1]:
            raise ValueError(f"deaths {list(self.deaths)} have their low end above their high end")
        if len(self.days) > LONGEST_PERIOD:
            raise ValueError(
                f"a period of {len(self.days)} days says too little about one day; {LONGEST_PERIOD} is most"
            )
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which it may have happened."""
        return self.on.days if isinstance(self.on, Period) else (self.on,)

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts that it may have been; none of what came from outside."""
        return () if self.do is None else self.do.any_of if isinstance(self.do, AnyOf) else (self.do,)

    @property
    def day(self) -> date:
        """The day on which it is imposed on runs that ask for one: the middle of a period."""
        return self.on.middle if isinstance(self.on, Period) else self.on

    @property
    def death_range(self) -> tuple[int, int] | None:
        """Fewest and most deaths; None where nothing is known."""
        return self.deaths if isinstance(self.deaths, tuple) or self.deaths is None else (self.deaths, self.deaths)


class Coverage(Model):
    """Acts that the record would have held, had they been done, and how surely."""

    actors: Annotated[tuple[ActorRef, ...], Field(min_length=1)] | None = None
    """Acts of these; left out, of anybody."""
    actions: Annotated[tuple[ActionRef, ...], Field(min_length=1)] | None = None
    """These; left out, any."""
    rungs: tuple[Rung, Rung] | None = None
    """Acts between these rungs; left out, on any."""
    from_: Day | None = Field(default=None, alias="from")
    """From this day on; left out, from the first that the record tells of."""
    until: Day | None = None
    """Up to this day; left out, to the last that the record tells of."""
    chance: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The chance that an act which was done is in the record; 0 takes away what entries above said."""
    source: Source | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.actors is None and self.actions is None and self.rungs is None:
            raise ValueError("say what is covered: 'actors', 'actions', 'rungs' or several of them")
        if self.rungs is not None and self.rungs[0] > self.rungs[1]:
            raise ValueError(f"rungs {list(self.rungs)} have their low end above their high end")
        if self.from_ is not None and self.until is not None and self.from_ > self.until:
            raise ValueError(f"the coverage ends ({self.until}) before it begins ({self.from_})")
        return self

    def speaks_of(self, action: str, rung: int) -> bool:
        """Whether it says anything of an action, on some day."""
        return (
            (self.actors is None or action.split(".")[0] in self.actors)
            and (self.actions is None or action in self.actions)
            and (self.rungs is None or self.rungs[0] <= rung <= self.rungs[1])
        )

    def holds(self, day: date) -> bool:
        """Whether it says anything of a day."""
        return (self.from_ is None or day >= self.from_) and (self.until is None or day <= self.until)


class HistoryFile(Model):
    """A record: what happened, and what it would not have missed."""

    schema_version: Literal[1]
    from_: Day | None = Field(default=None, alias="from")
    """The first day it tells of; left out, that of the first event."""
    until: Day | None = None
    """The last day it tells of; left out, that of the last event."""
    events: dict[Id, RecordedEvent]
    covers: tuple[Coverage, ...] = (Coverage(rungs=(4, 9)),)
    """What it would not have missed; of two entries that speak of an act on a day, the later one holds.

    What is covered and not recorded did not happen, as surely as the entry says. What nothing covers is imposed if it
    is recorded, and tells nothing if it is not. Left out, every act on rung 4 or above is covered.
    """

    @property
    def first(self) -> date:
        """The first day it tells of."""
        return self.from_ or min((day for event in self.events.values() for day in event.days), default=date.min)

    @property
    def last(self) -> date:
        """The last day it tells of."""
        return self.until or max((day for event in self.events.values() for day in event.days), default=date.max)

    def chance(self, action: str, rung: int, day: date) -> float:
        """The chance that an act done on a day is in the record; 0 where nothing covers it."""
        found = 0.0
        for entry in self.covers:
            if entry.speaks_of(action, rung) and entry.holds(day):
                found = entry.chance
        return found


def middle_deaths(low: int, high: int) -> int:
    """The middle of a range of deaths in magnitude: 670 of 300 to 1,500."""
    return low if low == high else round(((low + 1) * (high + 1)) ** 0.5) - 1


MOST_MOVED = 3
"""Days by which an act is moved at most, because its actor has another on its day."""


def placed(acts: Iterable[tuple[str, date, str, int]]) -> dict[str, date]:
    """Find the day on which each act can be imposed, since an actor acts once a day.

    Of several acts of one actor on one day the one on the highest rung keeps it, of equals the first; the others take
    the next days that are free.

    Parameters
    ----------
    acts : iterable of (id, day, actor, rung)

    Returns
    -------
    dict from ids to days

    Raises
    ------
    ValidationError
        At the ids of acts for which there is no day within `MOST_MOVED`.
    """
    wanted = list(acts)
    taken: dict[tuple[str, date], str] = {}
    found: dict[str, date] = {}
    late: list[tuple[str, date, str, int]] = []
    for name, day, actor, rung in sorted(wanted, key=lambda act: -act[3]):  # stable: of equals the first
        if (actor, day) in taken:
            late.append((name, day, actor, rung))
        else:
            taken[actor, day] = name
            found[name] = day
    faults = []
    for name, day, actor, _ in late:
        free = [moved for by in range(1, MOST_MOVED + 1) if (actor, moved := day + timedelta(days=by)) not in taken]
        if not free:
            faults.append((("events", name), f"{actor} acts once a day, and {day} and the days after it are taken"))
            continue
        taken[actor, free[0]] = name
        found[name] = free[0]
    refuse(faults)
    return {name: found[name] for name, *_ in wanted}


__all__ = ["AnyOf", "Coverage", "HistoryFile", "RecordedEvent", "placed"]
