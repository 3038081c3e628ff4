"""What happened, as a history file tells it: dated acts, series from outside, and what it would not have missed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from .base import Id, Model, Source, Text, refuse
from .days import Day, Period
from .references import ActionRef, ActorRef, Rung, VariableRef
from .schema import Effects

LONGEST_PERIOD = 92
"""Days over which a date may be unknown: a quarter of a year."""

LONGEST_GAP = 7
"""Days from one value of a series to the next, at most: a holiday and the weekends about it."""

Misfit = tuple[tuple[str | int, ...], str]
"""A fault: the keys that lead to it, and what is wrong there."""

Deaths = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


def _at_least(count: int) -> tuple[AfterValidator, Any]:
    """So many entries of a list; where some of them are faulty, that is told of them alone."""

    def check(entries: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(entries) < count:
            raise ValueError(f"expected at least {count} entries, found {len(entries)}")
        return entries

    return AfterValidator(check), Field(json_schema_extra={"minItems": count})


class AnyOf(Model):
    """Acts of which one was done, nobody knows which."""

    any_of: Annotated[tuple[ActionRef, ...], *_at_least(2)]
    """The acts in question, the likeliest first."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.any_of)) < len(self.any_of):
            raise ValueError("'any_of' names an act twice")
        return self


def _form(one: str, other: str, of: tuple[type, ...] = (Mapping, Model)) -> Discriminator:
    """Tell the longer form, a map, from the short one, so that a fault is told of the form that was meant."""

    def which(data: Any) -> str:
        return other if isinstance(data, of) else one

    return Discriminator(which)


Act = Annotated[Annotated[ActionRef, Tag("act")] | Annotated[AnyOf, Tag("any_of")], _form("act", "any_of")]
HowMany = Annotated[
    Annotated[Deaths, Tag("deaths")] | Annotated[tuple[Deaths, Deaths], Tag("range")],
    _form("deaths", "range", (list, tuple)),
]
When = Annotated[Annotated[Day, Tag("day")] | Annotated[Period, Tag("period")], _form("day", "period")]


class RecordedEvent(Model):
    """Something that happened: an act of somebody, or what came from outside the cast."""

    on: When
    """The day; or `{from: DATE, until: DATE}`, some day of a period."""
    do: Act | None = None
    """The act; or `{any_of: [ACTION, …]}`, one of them, such as a rocket that nobody claimed."""
    deaths: HowMany | None = None
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
                f"a period of {len(self.days)} days says too little about one day; it may have {LONGEST_PERIOD} at most"
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

    actors: Annotated[tuple[ActorRef, ...], *_at_least(1)] | None = None
    """Acts of these; left out, of anybody."""
    actions: Annotated[tuple[ActionRef, ...], *_at_least(1)] | None = None
    """These; left out, any."""
    rungs: tuple[Rung, Rung] | None = None
    """Acts between these rungs; left out, on any."""
    from_: Day | None = Field(default=None, alias="from")
    """From this day on; left out, from the first that the record tells of."""
    until: Day | None = None
    """Up to this day; left out, to the last that the record tells of."""
    chance: Annotated[float, Field(ge=0, le=1, strict=True)] = 1.0
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
            (self.actors is None or actor_of(action) in self.actors)
            and (self.actions is None or action in self.actions)
            and (self.rungs is None or self.rungs[0] <= rung <= self.rungs[1])
        )

    def holds(self, day: date) -> bool:
        """Whether it says anything of a day."""
        return (self.from_ is None or day >= self.from_) and (self.until is None or day <= self.until)


class Series(Model):
    """A variable's path as it was measured; it takes the place of the model's own while history is imposed."""

    file: Text
    """A CSV file beside the record, or a shipped one, with the columns date and value."""
    source: Source | None = None
    values: dict[Day, float] = {}
    """What the file holds, by day; a day without a value keeps the last one."""

    @model_validator(mode="before")
    @classmethod
    def _from_its_file(cls, data: Any) -> Any:
        return {"file": data} if isinstance(data, str) else data

    @field_validator("values")
    @classmethod
    def _without_gaps(cls, values: dict[date, float]) -> dict[date, float]:
        values = dict(sorted(values.items()))
        refuse(
            (
                (str(after), "[key]"),
                f"{after} comes {days} days after {before}; a series has a value at least every {LONGEST_GAP} days",
            )
            for before, after in pairwise(values)
            if (days := (after - before).days) > LONGEST_GAP
        )
        return values

    def by_day(self, first: date, last: date) -> dict[date, float]:
        """The value of each day from one to another that has one: a day without keeps the last for a week."""
        held = [*((after - before).days for before, after in pairwise(self.values)), LONGEST_GAP]
        return {
            day: value
            for (before, value), days in zip(self.values.items(), held, strict=False)
            for at in range(min(days, (date.max - before).days + 1))
            if first <= (day := before + timedelta(days=at)) <= last
        }


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
    series: dict[VariableRef, Series] = {}
    """Paths of variables as they were measured, from CSV files."""

    @model_validator(mode="after")
    def _within_its_days(self) -> Self:
        if self.from_ is not None and self.until is not None and self.from_ > self.until:
            refuse([(("until",), f"the record ends ({self.until}) before it begins ({self.from_})")])
        refuse([*self._days_outside(), *self._twice()])
        return self

    def _days_outside(self) -> Iterator[Misfit]:
        """Events and coverages on days of which it does not tell."""
        first, last = self.first, self.last
        for name, event in self.events.items():
            if not first <= event.days[0] <= event.days[-1] <= last:
                day = event.days[0] if event.days[0] < first else event.days[-1]
                yield ("events", name, "on"), f"{day} is outside the record, which goes from {first} to {last}"
        for at, entry in enumerate(self.covers):
            if entry.from_ is not None and entry.from_ > last:
                yield ("covers", at, "from"), f"{entry.from_} is after the record, which ends on {last}"
            if entry.until is not None and entry.until < first:
                yield ("covers", at, "until"), f"{entry.until} is before the record, which begins on {first}"

    def _twice(self) -> Iterator[Misfit]:
        """Acts that stand twice on a day, where both are known for certain."""
        told: dict[tuple[str, date], str] = {}
        for name, event in self.events.items():
            if len(event.acts) == len(event.days) == 1:
                act, day = event.acts[0], event.days[0]
                if (other := told.setdefault((act, day), name)) != name:
                    yield ("events", name), f"'{other}' has {act} on {day} too; write one entry for both"

    @property
    def first(self) -> date:
        """The first day it tells of."""
        return self.from_ or min((day for event in self.events.values() for day in event.days), default=date.min)

    @property
    def last(self) -> date:
        """The last day it tells of."""
        return self.until or max((day for event in self.events.values() for day in event.days), default=date.max)

    def deciding(self, action: str, rung: int, day: date) -> int | None:
        """Which entry of `covers` has the last word on an act on a day; None where none speaks of it."""
        entries = reversed(list(enumerate(self.covers)))
        return next((at for at, entry in entries if entry.speaks_of(action, rung) and entry.holds(day)), None)

    def chance(self, action: str, rung: int, day: date) -> float:
        """The chance that an act done on a day is in the record; 0 where nothing covers it."""
        return self.chances(action, rung, day, 1)[0]

    def chances(self, action: str, rung: int, first: date, days: int) -> list[float]:
        """That chance on each of some days on end."""
        found = [0.0] * days
        for entry in self.covers:
            if entry.speaks_of(action, rung):
                begins = 0 if entry.from_ is None else max((entry.from_ - first).days, 0)
                ends = days if entry.until is None else min((entry.until - first).days + 1, days)
                found[begins : max(begins, ends)] = [entry.chance] * max(ends - begins, 0)
        return found


MOST_MOVED = 3
"""Days by which an act is moved at most, because its actor has another on its day."""


def placed(acts: Iterable[tuple[str, date, str, int]]) -> dict[str, date]:
    """Find the day on which each act can be imposed, since a hand acts once a day.

    Of several acts of one hand on one day the one on the highest rung keeps it, of equals the first; the others take
    the next days that are free.

    Parameters
    ----------
    acts : iterable of (id, day, hand, rung)

    Returns
    -------
    dict from ids to days

    Raises
    ------
    ValidationError
        At the ids of acts for which there is no day within `MOST_MOVED`.
    """
    wanted = sorted(acts, key=lambda act: -act[3])  # stable: of equals the first
    found: dict[str, date] = {}
    taken: set[tuple[str, date]] = set()
    late, faults = list[tuple[str, date, str]](), list[Misfit]()
    for name, day, hand, _ in wanted:
        if (hand, day) in taken:
            late.append((name, day, hand))
        else:
            taken.add((hand, day))
            found[name] = day
    for name, day, hand in late:
        later = (day + timedelta(days=by) for by in range(1, min(MOST_MOVED, (date.max - day).days) + 1))
        free = next((each for each in later if (hand, each) not in taken), None)
        if free is None:
            text = (
                f"{called_hand(hand)} acts once a day, and acts already on {day} and on the {MOST_MOVED} days after it"
            )
            faults.append((("events", name), text))
            continue
        taken.add((hand, free))
        found[name] = free
    refuse(faults)
    return found


class Imposed(NamedTuple):
    """An event as runs take it: on one day, one act, one number of deaths."""

    on: date
    do: str | None
    deaths: int | None


def imposed(
    events: Mapping[str, RecordedEvent], rungs: Mapping[str, int], hands: Mapping[str, str], first: date, last: date
) -> dict[str, Imposed]:
    """What events impose on runs from one day to another.

    Of a period that is its middle, of several acts in question the first, of a range of deaths the middle in magnitude;
    of several acts of one hand on one day the lesser wait for the next, and are left out if that is past the last.

    Parameters
    ----------
    events : mapping from ids to events
    rungs : mapping from actions to their rungs
    hands : mapping from actions to the hands that do them

    Raises
    ------
    ValidationError
        At the events of an actor that has more to do than there are days for it.
    """
    within = {name: event for name, event in events.items() if first <= event.day <= last}
    days = placed(
        (name, event.day, hands.get(event.acts[0], actor_of(event.acts[0])), rungs.get(event.acts[0], 0))
        for name, event in within.items()
        if event.acts
    )
    found = {
        name: Imposed(days.get(name, event.day), next(iter(event.acts), None), _middle(event.death_range))
        for name, event in within.items()
    }
    return {name: each for name, each in found.items() if each.on <= last}


def actor_of(action: str) -> str:
    """Whose action it is."""
    return action.split(".")[0]


def called_hand(hand: str) -> str:
    """A hand as messages call it: an actor's id, or the hand's own name and whose it is."""
    actor, _, own = hand.partition("/")
    return f"the hand '{own}' of {actor}" if own else actor


def _middle(deaths: tuple[int, int] | None) -> int | None:
    """The middle of a range of deaths in magnitude: 670 of 300 to 1,500."""
    if deaths is None or deaths[0] == deaths[1]:
        return deaths and deaths[0]
    return round(sqrt((deaths[0] + 1) * (deaths[1] + 1))) - 1


__all__ = ["AnyOf", "Coverage", "HistoryFile", "RecordedEvent", "Series", "imposed", "placed"]
