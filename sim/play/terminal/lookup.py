"""What is meant by what is typed: an act by its number, its id or words of its label; a day; an actor; a variable."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sim.play.answers.options import Option
from sim.play.seats import PlayError
from sim.text import date_from, did_you_mean, listed
from sim.theatre.language.schema import Theatre

_WORD = re.compile(r"[\w']+")
_DAYS = re.compile(r"\+(\d{1,4})")
_MOST = 6
"""How many things are named where several are meant."""


def numbered(options: Sequence[Option]) -> dict[int, Option]:
    """The acts of a seat by numbers that stay the same from turn to turn: by hand, rung and label, from 1."""
    return dict(enumerate(sorted(options, key=lambda each: (each.hand, each.rung, each.label, each.act)), 1))


def act_meant(text: str, options: Sequence[Option], open_first: bool = False) -> Option:
    """Find the act that is meant; of several, if that is wanted, the one that is open.

    Raises
    ------
    PlayError
        None is, or several.
    """
    wanted, by_number = text.strip(), numbered(options)
    if wanted.isdecimal():
        if int(wanted) not in by_number:
            raise PlayError(f"there is no act {wanted}; they are numbered from 1 to {len(by_number)}")
        return by_number[int(wanted)]
    names = {each.act: each for each in options} | {each.act.partition(".")[2]: each for each in options}
    if wanted.lower() in names:
        return names[wanted.lower()]
    found = [each for each in by_number.values() if _has(each.label, wanted)]
    found = found or [each for each in by_number.values() if _has(f"{each.label} {each.act} {each.story}", wanted)]
    if open_first and len(found) > 1:
        found = [each for each in found if each.open] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise PlayError(f"'{wanted}' fits {_several([f'{n} {o.label}' for n, o in by_number.items() if o in found])}")
    labels = {each.label.lower(): each.label for each in options}
    close = did_you_mean(wanted.lower(), [*labels, *names])
    raise PlayError(f"you have no act '{wanted}'{close or '; `options all` lists them'}")


def _has(text: str, words: str) -> bool:
    """Whether each of some words begins a word of a text."""
    there = [word.lower() for word in _WORD.findall(text.replace("_", " "))]
    wanted = [word.lower() for word in _WORD.findall(words.replace("_", " "))]
    return bool(wanted) and all(any(word.startswith(each) for word in there) for each in wanted)


def _several(names: Sequence[str]) -> str:
    shown = list(names[:_MOST]) + ([f"{len(names) - _MOST} more"] if len(names) > _MOST else [])
    return f"{len(names)} acts: {listed(shown)}; say it by its number"


def fits(text: str, words: str) -> bool:
    """Whether a text has what is searched for: each word, at the beginning of one of its own."""
    return _has(text, words)


def act_and_day(
    words: Sequence[str], options: Sequence[Option], today: date, open_first: bool = False
) -> tuple[Option, date | None]:
    """Tell an act from the day that may follow it.

    Raises
    ------
    PlayError
        No act is meant, or several.
    """
    if not words:
        raise PlayError("which act? Say it by its number in `options`, or by words of its name")
    for length in (4, 3, 2, 1):
        if length < len(words) and (day := day_meant(" ".join(words[-length:]), today)) is not None:
            return act_meant(" ".join(words[:-length]), options, open_first), day
    return act_meant(" ".join(words), options, open_first), None


def day_meant(text: str, today: date) -> date | None:
    """A day as people type it: 2019-06-20, 20 June, June 20, today, tomorrow or +3; None if it is none.

    >>> day_meant("20 June", date(2019, 5, 1)), day_meant("on 2 Jan", date(2019, 5, 1))
    (datetime.date(2019, 6, 20), datetime.date(2020, 1, 2))
    """
    wanted = text.strip().lower().removeprefix("on ").strip()
    near = {"today": 0, "now": 0, "tomorrow": 1}
    if wanted in near:
        return today + timedelta(days=near[wanted])
    if later := _DAYS.fullmatch(wanted):
        return today + timedelta(days=int(later[1]))
    words = wanted.replace(",", " ").split()
    if len(words) in (2, 3) and words[1].isdecimal() and not words[0].isdecimal():  # as Americans say it
        words[:2] = words[1], words[0]
    words = [word.capitalize() for word in words]
    if len(words) == 2 and words[0].isdecimal():
        years = (date_from(f"{words[0]} {words[1]} {year}") for year in (today.year, today.year + 1))
        return next((day for day in years if day is not None and day >= today), None)
    return date_from(" ".join(words)) if len(words) in (1, 3) and wanted[:1].isdecimal() else None


def actor_meant(text: str, theatre: Theatre) -> str:
    """Find an actor by its id or words of its name.

    Raises
    ------
    PlayError
        None is meant, or several.
    """
    return _one(text, {name: actor.label for name, actor in theatre.actors.items()}, "actor")


def outcome_meant(text: str, theatre: Theatre) -> str:
    """Find an outcome by its id or words of its label.

    Raises
    ------
    PlayError
        None is meant, or several.
    """
    return _one(text, {name: outcome.label for name, outcome in theatre.outcomes.items()}, "outcome")


def _one(text: str, labels: Mapping[str, str], thing: str) -> str:
    wanted = text.strip().lower().replace(" ", "_")
    if wanted in labels:
        return wanted
    found = [name for name, label in labels.items() if _has(f"{label} {name}", text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise PlayError(f"'{text}' fits {listed([labels[name] for name in found[:_MOST]])}; say more")
    close = did_you_mean(wanted, [*labels, *(label.lower() for label in labels.values())])
    raise PlayError(f"there is no {thing} '{text}'{close or f'; there are {_names(labels.values())}'}")


def _names(labels: Iterable[str]) -> str:
    return listed(list(labels))


__all__ = ["act_and_day", "act_meant", "actor_meant", "day_meant", "fits", "numbered", "outcome_meant"]
