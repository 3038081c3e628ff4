"""One question put to a theatre: what a scenario file may say, and the resolved scenario that runs."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, field_validator, model_validator

from . import names
from .base import Id, Model, Source, Text, refuse
from .changes import Change, Epoch, canonical, epochs
from .days import Day, Spell
from .misfits import misfits, odd_values
from .number import Number, numbers
from .record import HistoryFile, called_hand, imposed
from .references import ActionRef, ActsRef, VariableRef
from .schema import Effects, Theatre

Days = Annotated[int, Field(ge=1, le=20_000, strict=True)]
Runs = Annotated[int, Field(ge=1, le=100_000_000, strict=True)]
Seed = Annotated[int, Field(ge=0, lt=2**64, strict=True)]


class ScriptEntry(Model):
    """A dated event imposed on every run: an actor's action, or something that just happens to variables."""

    on: Day
    do: ActionRef | None = None
    """An action, which replaces its actor's choice of that day."""
    deaths: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    """Deaths of that action; left out, they are drawn."""
    effects: Effects = {}
    story: Text | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.do is None) == (not self.effects):
            raise ValueError("an entry of the script has either 'do' (an action) or 'effects' (on variables)")
        if self.deaths is not None and self.do is None:
            raise ValueError("'deaths' belongs to an entry with 'do'")
        return self


class History(Model):
    """Recorded events imposed up to a day; until then nobody decides."""

    file: Text
    """A file of dated events, by path or by the name of a shipped one."""
    until: Day


Script = dict[Id, ScriptEntry]
Forbid = dict[ActsRef, Spell]


Added = dict[str, Any]
"""Entries of a section of the theatre, which are checked where they belong."""


class ScenarioFile(Model):
    """A scenario as written: what it extends, and what it changes."""

    schema_version: Literal[1]
    extends: Text | Annotated[tuple[Text, ...], Field(min_length=1)]
    """The theatre or scenario it builds on: a path below this file's folder, or the name of a shipped one. Of several,
    `[baseline, restraint]`, each is laid over those before it; what two of them set differently, this file decides."""
    title: Text | None = None
    question: Text | None = None
    """What it asks."""
    notes: Text | None = None
    start: Day | None = None
    days: Days | None = None
    runs: Runs | None = None
    seed: Seed | None = None
    initial: dict[Id, Number | bool] = {}
    """Values of variables on the first morning."""
    overrides: dict[str, Any] = {}
    """Other values of the theatre, by dotted path: `actions.us.strike_iran.rate: 0.001`."""
    script: dict[Id, ScriptEntry | None] = {}
    """Dated events imposed on every run; `null` leaves out an inherited one."""
    changes: dict[Id, Change | None] = {}
    """Numbers that take another value from the morning of a date on; `null` leaves out an inherited change."""
    history: History | None = None
    dyads: Added = {}
    places: Added = {}
    instruments: Added = {}
    sides: Added = {}
    variables: Added = {}
    conditions: Added = {}
    actors: Added = {}
    actions: Added = {}
    outcomes: Added = {}
    base_rates: Added = {}
    questions: Added = {}
    """Entries that it adds to the theatre, as theatres write them; `null` leaves out one that is there."""
    forbid: Forbid = {}
    """Acts that stay in the dice but are not carried out: `always`, a window of dates, or a list of windows.

    `us.*` means all acts of an actor but accidents, which nobody can forbid; an entry for one of its acts, such as
    `us.offer_talks: never`, has the last word on that act, whichever file it stands in."""
    lint: dict[str, Text] = {}
    """Findings of `sim lint` that are meant to be: the path of what is found, and why."""


class Scenario(Model):
    """A scenario with its theatre, every change applied: all that a run needs to know."""

    schema_version: Literal[1] = 1
    name: Text
    title: Text
    question: Text | None = None
    notes: Text | None = None
    start: Day
    days: Days
    runs: Runs = 1000
    seed: Seed = 0
    theatre: Theatre
    script: Script = {}
    changes: dict[Id, Change] = {}
    """Numbers that take another value from the morning of a date on; what came before stays bit for bit."""
    history_until: Day | None = None
    """Up to this day nobody decides; only the script acts."""
    series: dict[VariableRef, dict[Day, float]] = {}
    """What variables are on days on which history is imposed, as they were measured."""
    record: HistoryFile | None = None
    """The whole record of which a part is imposed: what judges the runs, and changes none."""
    forbid: Forbid = {}
    """By action; what is written of all acts of an actor is told of each."""
    chosen: tuple[str, ...] = ()
    """Numbers that its files set without a range of their own: what it asks about, and so not uncertain."""
    levers_drawn: bool = False
    """Whether runs that draw their numbers also draw what a government can choose."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Hold the script's names to the theatre's."""
        theatre = data.get("theatre") if isinstance(data, Mapping) else None
        if theatre is None:
            return handler(data)
        with names.naming(names.Names.of(theatre)):
            return handler(data)

    @field_validator("history_until", mode="after")
    @classmethod
    def _after_start(cls, until: date | None, info: Any) -> date | None:
        start = info.data.get("start")
        if until is not None and start is not None and until < start:
            raise ValueError(f"history ends on {until}, before the first day, {start}")
        return until

    @field_validator("changes", mode="after")
    @classmethod
    def _changes_fit(cls, changes: dict[str, Change], info: Any) -> dict[str, Change]:
        theatre, script, start, days = (info.data.get(name) for name in ("theatre", "script", "start", "days"))
        if not changes or not isinstance(theatre, Theatre) or None in (script, start, days):
            return changes  # what has faults of its own is told first
        return canonical(changes, theatre, script, (start, _end(start, days)))

    @field_validator("forbid", mode="after")
    @classmethod
    def _act_by_act(cls, forbid: Forbid, info: Any) -> Forbid:
        theatre = info.data.get("theatre")
        wild = [name for name in forbid if name.endswith(names.EVERY_ACT)]
        if not wild or not isinstance(theatre, Theatre):
            return forbid
        acts = {name for name, action in theatre.actions.items() if not action.accident}
        each = {name: forbid[f"{actor}.*"] for name in sorted(acts) if f"{(actor := name.split('.')[0])}.*" in forbid}
        return each | {name: spell for name, spell in forbid.items() if name not in wild}

    @model_validator(mode="after")
    def _within_the_calendar(self) -> Self:
        room = (date.max - self.start).days + 1
        if self.days > room:
            fault = f"{self.days} days from {self.start} end after {date.max}, the last day of the calendar"
            refuse([(("start",), f"{fault}; begin earlier, or run {room} days at most")])
        return self

    @model_validator(mode="after")
    def _script_fits(self) -> Self:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        taken: dict[tuple[date, str], str] = {}
        hands = self.theatre.hands if isinstance(self.theatre, Theatre) else {}
        for name, entry in sorted(self.script.items()):
            if not self.start <= entry.on <= self.end:
                faults.append((("script", name, "on"), f"{entry.on} is outside the run, {self.start} to {self.end}"))
            if entry.do is None:
                continue
            place = (entry.on, hands.get(entry.do, entry.do))
            if place in taken:
                who = called_hand(place[1])
                text = f"'{taken[place]}' has {who} act on {entry.on} too; one act a day"
                faults.append((("script", name), text))
            taken[place] = name
        refuse(faults)
        return self

    @model_validator(mode="after")
    def _series_fit(self) -> Self:
        if not isinstance(self.theatre, Theatre):
            return self  # a theatre with faults of its own, which are told first
        last = min(self.history_until or date.min, self.end)
        for name, values in self.series.items():
            faults = [(("series", name, *place), text) for place, text in odd_values(name, values, self.theatre)]
            if outside := [day for day in values if not self.start <= day <= last]:
                faults.append((("series", name), f"history is not imposed on {outside[0]}"))
            refuse(faults)
        return self

    @model_validator(mode="after")
    def _record_fits(self) -> Self:
        if self.record is not None and isinstance(self.theatre, Theatre):
            refuse((("record", *place), text) for place, text in misfits(self.record, self.theatre))
        return self

    @property
    def end(self) -> date:
        """The last day."""
        return _end(self.start, self.days)

    @cached_property
    def history_beside(self) -> Path | None:
        """The `history.yaml` beside the file that it was loaded from, if there is one: no part of what it says."""
        return None

    @cached_property
    def epochs(self) -> tuple[Epoch, ...]:
        """What holds from the first day on, and from the date of each change on."""
        with names.naming(names.Names.of(self.theatre)):
            return epochs(self.changes, self.theatre, self.script, self.start)

    def as_of(self, day: int) -> Self:
        """The scenario by the rules of a day, which counts from 0, as if they had always held."""
        if not self.changes:
            return self
        now = [each for each in self.epochs if (each.on - self.start).days <= day][-1]
        return self.model_copy(update={"theatre": now.theatre, "script": now.script, "changes": {}})

    def date_of(self, day: int) -> str:
        """The date of a day, which counts from 0, in ISO 8601."""
        return (self.start + timedelta(days=int(day))).isoformat()

    @cached_property
    def sha256(self) -> str:
        """Hash of everything that can change a run; labels, notes and sides included, since they are shown with it.

        Base rates, questions, the record and explanations of findings are left out: they judge an ensemble that is the
        same without them. So is which numbers are uncertain, as their plausible ranges tell: a run with numbers as
        written is the same.
        """
        judging = {"base_rates", "lint", "questions"}
        left_out = {"name", "runs", "seed", "chosen", "record"} | (set() if self.series else {"series"})
        content = self.model_dump(mode="json", by_alias=True, exclude=left_out)
        if not self.levers_drawn:
            del content["levers_drawn"]  # as it was before they could be
        if not self.changes:
            del content["changes"]  # likewise
        theatre = _as_before_telling(_as_before_seats(_but_for_absent_sides(content["theatre"])))
        content["theatre"] = {key: value for key, value in theatre.items() if key not in judging}
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy it, with some fields changed; the hash is taken anew, or the copy would pass for the original."""
        copied = super().model_copy(update=update, deep=deep)
        for found in ("sha256", "epochs"):
            copied.__dict__.pop(found, None)
        return copied

    @property
    def short_hash(self) -> str:
        """The first eight digits of the hash, as figures show them."""
        return self.sha256[:8]

    def numbers(self) -> Iterator[tuple[str, Number]]:
        """Every number of the scenario with the path that sweeps, branches and figures call it by.

        Overrides do so too where the file writes what the number stands in: a block that it leaves out, such as
        `actors.japan.replies`, they set as a whole.
        """
        yield from numbers(self.theatre)
        yield from numbers(self.script, ("script",))


def _end(start: date, days: int) -> date:
    """The last day of a run, as far as the calendar goes."""
    return start + timedelta(days=min(days - 1, (date.max - start).days))


def as_script(record: HistoryFile, theatre: Theatre, first: date, last: date) -> Script:
    """What a record imposes on runs from one day to another, as entries of a script.

    Raises
    ------
    ValidationError
        An actor has more to do than there are days for it.
    """
    rungs = {name: action.rung for name, action in theatre.actions.items()}
    return {
        f"history_{name}": ScriptEntry(**each._asdict(), effects=event.effects, story=event.story, source=event.source)
        for name, each in imposed(record.events, rungs, theatre.hands, first, last).items()
        if (event := record.events[name])
    }


def as_series(record: HistoryFile, first: date, last: date) -> dict[str, dict[date, float]]:
    """What a record imposes on variables from one day to another: the value of each day that has one."""
    found = {name: series.by_day(first, last) for name, series in sorted(record.series.items())}
    return {name: values for name, values in found.items() if values}


def _but_for_absent_sides(theatre: dict[str, Any]) -> dict[str, Any]:
    """A theatre without what says that there are no sides: older results, which know of none, keep their hash."""
    actors = {
        name: {key: value for key, value in actor.items() if key != "side" or value is not None}
        for name, actor in theatre["actors"].items()
    }
    return {key: value for key, value in theatre.items() if key != "sides" or value} | {"actors": actors}


_SEATS = {
    "actors": ("goals",),
    "actions": ("known_to", "news_after", "unclaimed", "may"),
    "variables": ("known_to", "news_after"),
}
"""By section of a theatre, what a theatre could not say once, and says only where it means something."""


def _as_before_seats(theatre: dict[str, Any]) -> dict[str, Any]:
    """A theatre without secrets or chances as it was before it could have any: older results keep their hash."""
    return theatre | {
        part: {
            name: {key: value for key, value in entry.items() if key not in own or value not in (None, {})}
            for name, entry in theatre[part].items()
        }
        for part, own in _SEATS.items()
    }


_TELLING = {
    "actors": ("known_as", "about", "wants", "home"),
    "actions": ("many",),
    "places": ("at",),
    "variables": ("told",),
}
"""By section of a theatre, what only tells it."""


def _as_before_telling(theatre: dict[str, Any]) -> dict[str, Any]:
    """A theatre that says nothing of how it is told, as it was before it could: older results keep their hash."""
    said = [theatre["about"]]
    said += [entry.get(field) for part, own in _TELLING.items() for entry in theatre[part].values() for field in own]
    if any(said):
        return theatre
    plain = {
        part: {
            name: {key: value for key, value in entry.items() if key not in own}
            for name, entry in theatre[part].items()
        }
        for part, own in _TELLING.items()
    }
    return {key: value for key, value in theatre.items() if key != "about"} | plain


__all__ = ["Scenario", "ScenarioFile"]
