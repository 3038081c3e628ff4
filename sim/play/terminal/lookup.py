"""What is meant by what is typed: an act by its number, its id or words of its label; a day; an actor; a variable."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches

from sim.given import whole
from sim.play.answers.options import Option
from sim.play.seats import PlayError
from sim.text import date_from, did_you_mean, listed
from sim.theatre.language.schema import Theatre

_WORD = re.compile(r"[\w']+")
_DAYS = re.compile(r"\+(\d{1,4})")
_NUMBERS = re.compile(r"\d+(?:[\s,]+(?:and\s+)?\d+)+")
_BLOWS = ("strike", "hit", "attack", "raid", "shell", "fire")
_ALIKE = dict.fromkeys(("attack", "bomb", "strike", "hit", "bombard", "invade"), _BLOWS) | {
    "negotiate": ("talk", "offer"), "talk": ("talk", "offer"), "sanction": ("sanction", "squeeze", "list"),
    "murder": ("kill",), "assassinate": ("kill",),
}  # fmt: skip
"""What people call acts, and what the labels may call them."""
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_LIKE_A_DAY = re.compile(
    rf"(?:on )?(?:\d+(?:st|nd|rd|th)? (?:{_MONTHS})[a-z]*(?: \d+)?|(?:{_MONTHS})[a-z]* \d+(?: \d+)?|\d{{4}}-\d+-\d+"
    r"|[+-]\d+|yesterday|next \w+|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
"""What is meant for a day, whether or not there is such a day."""
_HARM = 4
"""From this rung on an act harms somebody."""
_MOST = 6
"""How many things are named where several are meant."""


def numbered(options: Sequence[Option]) -> dict[int, Option]:
    """The acts of a seat by numbers that stay the same from turn to turn: by hand, rung and label, from 1."""
    return dict(enumerate(sorted(options, key=lambda each: (each.hand, each.rung, each.label, each.act)), 1))


def act_meant(text: str, options: Sequence[Option]) -> Option:
    """Find the act that is meant.

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
    if _NUMBERS.fullmatch(wanted):
        first, *rest = re.findall(r"\d+", wanted)
        raise PlayError(f"one act at a time: first {first}, then {' and '.join(rest)}")
    names = {each.label.lower(): each for each in options}
    names |= {each.act: each for each in options} | {each.act.partition(".")[2]: each for each in options}
    if wanted.lower() in names:
        return names[wanted.lower()]
    found = {at: each for at, each in by_number.items() if _has(each.label, wanted)}
    found = found or {
        at: each for at, each in by_number.items() if _has(f"{each.label} {each.act} {each.story}", wanted)
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        open_first = sorted(found.items(), key=lambda each: not each[1].open)
        told = [f"{at} {each.label}{'' if each.open else ' (closed today)'}" for at, each in open_first]
        raise PlayError(f"“{wanted}” fits {_several(told)}")
    close = did_you_mean(wanted.lower(), names)
    raise PlayError(f"you have no act “{wanted}”{close or '; `options all` lists them'}")


def acts_like(text: str, options: Sequence[Option], theatre: Theatre) -> list[str]:
    """The acts that share most words with a text, the open ones first: what somebody may want who types no command."""
    words = [each.lower() for each in _WORD.findall(text)]
    shared: dict[int, int] = {}
    for at, each in numbered(options).items():
        there = f"{each.label} {each.act.partition('.')[2]} {theatre.actors[each.target].label}"
        shared[at] = sum(
            any(_has(there, like) for like in _ALIKE.get(word, (word,))) for word in words if len(word) > 2
        )
    most, by_number = max(shared.values(), default=0), numbered(options)
    best = sorted((at for at in shared if shared[at] == most > 0), key=lambda at: (not by_number[at].open, at))
    return [f"{at} {by_number[at].label}" for at in best[:3]]


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


def act_and_day(words: Sequence[str], options: Sequence[Option], today: date) -> tuple[Option, date | None]:
    """Tell an act from the day that may follow it.

    Raises
    ------
    PlayError
        No act is meant, or several; or what follows it is no day.
    """
    if not words:
        raise PlayError("which act? Say it by its number in `options`, or by words of its name")
    for length in (4, 3, 2, 1):
        if length < len(words):
            last = " ".join(words[-length:])
            if (day := day_meant(last, today)) is not None:
                return act_meant(" ".join(words[:-length]), options), day
            if _LIKE_A_DAY.fullmatch(last.lower()):
                raise PlayError(
                    f"“{last}” is no day that can be ordered for; write 20 June, 2019-06-20, tomorrow or +3"
                )
    return act_meant(" ".join(words), options), None


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


def number_of(option: Option, options: Sequence[Option]) -> int:
    """The number of an act."""
    return next(at for at, each in numbered(options).items() if each.act == option.act)


def figure(text: str) -> float:
    """A number that was typed.

    Raises
    ------
    PlayError
        It is none.
    """
    share = 0.01 if text.endswith("%") else None
    try:
        plain = float(text.removesuffix("%"))
    except ValueError:
        raise PlayError(f"“{text}” is not a number") from None
    return plain if share is None else round(plain * share, 12)


def days_meant(text: str) -> int | None:
    """For how many days to go on; None where nothing is said of it.

    Raises
    ------
    PlayError
        It is no number of days.
    """
    word = text.strip().lower().removesuffix("days").removesuffix("day").strip()
    return whole(figure(word), "days", 1, 366, PlayError) if word else None


def actor_meant(text: str, theatre: Theatre) -> str:
    """Find an actor by its id or words of its name.

    Raises
    ------
    PlayError
        None is meant, or several.
    """
    try:
        return _one(text, {name: actor.label for name, actor in theatre.actors.items()}, "actor")
    except PlayError as error:
        if hint := _named(text, theatre):
            raise PlayError(f"there is no actor “{text}”; {hint}") from None
        raise error


def _named(text: str, theatre: Theatre) -> str:
    """The actor whose people somebody may mean, by the names in its description and in the labels of its acts."""
    where = {name: actor.about or "" for name, actor in theatre.deciders.items()}
    for act, action in theatre.actions.items():
        if (doer := act.partition(".")[0]) in where and action.rung < _HARM:  # whom it harms is not its own
            where[doer] += f" {action.label}"
    for name in sorted(where, key=lambda each: len(where[each])):
        people = {word.lower(): word for word in re.findall(r"\b[A-Z][\w-]{3,}", where[name])}
        if close := get_close_matches(text.strip().lower(), people, n=1, cutoff=0.8):
            label = theatre.deciders[name].label
            return f"{people[close[0]]} is spoken of under {label}: `who {name}`"
    return ""


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
        raise PlayError(f"“{text}” fits {listed([labels[name] for name in found[:_MOST]])}; say more")
    close = did_you_mean(wanted, [*labels, *(label.lower() for label in labels.values())])
    raise PlayError(f"there is no {thing} “{text}”{close or _names(labels.values(), text)}")


def _names(labels: Iterable[str], text: str) -> str:
    """What there is: all of it, or of much the word that is spelled most like what was typed."""
    known = list(labels)
    words = {word for label in known for word in re.findall(r"[\w-]{4,}", label)}
    close = get_close_matches(text.strip().lower(), [word.lower() for word in words], n=1, cutoff=0.7)
    if close:
        (label,) = [label for label in known if close[0] in label.lower()][:1]
        return f"; did you mean {label}?"
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return f"; there are {', '.join(known[:_MOST])}{more}" if more else f"; there are {listed(known)}"


__all__ = [
    "act_and_day", "act_meant", "actor_meant", "acts_like", "day_meant", "days_meant", "figure", "fits", "number_of",
    "numbered", "outcome_meant",
]  # fmt: skip
