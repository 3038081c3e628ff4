"""What a class must know before it begins: who is who, what happened when, and where, from theatre and record."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sim.theatre.language.record import HistoryFile, actor_of
from sim.theatre.language.schema import Actor, Theatre

CHRONOLOGY = (
    "e01_leaves_the_deal",
    "e04_many_straits",
    "e05_first_snapback",
    "e06_second_snapback",
    "e08_guards_listed",
    "e11_waivers_end",
    "e12_carrier",
    "e14_fujairah",
    "e20_gulf_of_oman",
    "e22_global_hawk",
    "e23_strike_called_off",
    "e26_grace_1",
    "e31_stena_impero",
    "e37_camp_falcon",
    "e41_trump_open",
    "e44_abqaiq",
    "e45_no_strike",
    "e50_protests_begin",
    "e50_hundred_dead",
    "e55_campaign_begins",
    "e59_crushed",
    "e61_resignation",
    "e66_k1",
    "e67_five_bases",
    "e69_embassy",
    "e72_the_killing",
)
"""Events of the record that the briefing tells; their days and words stand in the record alone."""


class Line(NamedTuple):
    """A dated line of the chronology."""

    day: date
    text: str


class Person(NamedTuple):
    """One of the cast, as a reader meets it."""

    name: str
    about: str
    wants: str


class Front(NamedTuple):
    """A place of the map."""

    label: str
    at: tuple[float, float]
    actors: list[str]
    acts: int
    """How many acts of the record happened there."""


class Briefing(NamedTuple):
    """All that the two printed pages hold, beside the glossary."""

    title: str
    about: str
    years: list[tuple[int, list[Line]]]
    cast: list[Person]
    others: list[str]
    """Actors of the theatre that do nothing in the record."""
    fronts: list[Front]
    beyond: list[str]
    """Actors that the map has no place for."""
    acts: int
    """How many acts the record holds."""
    nowhere: int
    """How many of them happened on none of the fronts, such as sanctions."""
    span: tuple[date, date]


def briefing(theatre: Theatre, record: HistoryFile, marked: Iterable[str] = CHRONOLOGY) -> Briefing:
    """Gather the briefing of a crisis from its theatre and its record.

    Parameters
    ----------
    marked : iterable of str
        Events of the record that are told, by id.

    Raises
    ------
    KeyError
        The record has no such event.
    """
    lines = sorted((_line(record, event) for event in marked), key=lambda line: line.day)
    acting = Counter(actor_of(action) for action in _acts(record))
    fronts = _fronts(theatre, record)
    return Briefing(
        title=theatre.title,
        about=theatre.about or theatre.notes or "",
        years=[(year, list(those)) for year, those in groupby(lines, key=lambda line: line.day.year)],
        cast=[_person(actor) for name, actor in _deciding(theatre) if acting[name]],
        others=[_short(actor.label) for name, actor in _deciding(theatre) if not acting[name]],
        fronts=fronts,
        beyond=[_short(actor.label) for _, actor in _deciding(theatre) if actor.home is None],
        acts=acting.total(),
        nowhere=acting.total() - sum(front.acts for front in fronts),
        span=(record.first, record.last),
    )


def _deciding(theatre: Theatre) -> list[tuple[str, Actor]]:
    return [(name, actor) for name, actor in theatre.actors.items() if isinstance(actor, Actor)]


def _line(record: HistoryFile, event: str) -> Line:
    told = record.events[event]
    if not isinstance(told.on, date) or told.story is None:
        raise KeyError(f"{event} has no single day, or no story")
    return Line(told.on, told.story.rstrip())


def _acts(record: HistoryFile) -> list[str]:
    """Every act of the record; where one of several did it, the likeliest."""
    return [event.acts[0] for event in record.events.values() if event.acts]


def _person(actor: Actor) -> Person:
    return Person(actor.label, actor.about or actor.note or "", actor.wants or "")


def _short(label: str) -> str:
    return label.split(" (")[0]


def _fronts(theatre: Theatre, record: HistoryFile) -> list[Front]:
    """Places that a map shows, with who is at home there and how much of the record happened there."""
    where = Counter(theatre.actions[action].place for action in _acts(record))
    homes: dict[str | None, list[str]] = {}
    for _, actor in _deciding(theatre):
        homes.setdefault(actor.home, []).append(_short(actor.label))
    return [
        Front(place.label, place.at, homes.get(name, []), where[name])
        for name, place in theatre.places.items()
        if place.at is not None
    ]
