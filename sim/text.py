"""Words, dates and numbers as people and JSON read them; it imports nothing of ours, and every room may call it."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

NARROWEST, WIDTH = 80, 96
"""Columns of a page of text: at least, and if nobody says otherwise."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal or turns the direction of what follows, and halves of signs that no encoding can write."""

_TIED = "\N{NO-BREAK SPACE}"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_CARDINALS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
_IN_WORDS = re.compile(r"(\d{1,2}) (\w+) (\d{1,4})")
_COMMON = {
    *("alliance", "army", "authority", "coalition", "emirates", "federation", "forces", "government", "islands"),
    *("kingdom", "league", "movement", "nations", "republic", "state", "states", "union"),
}
"""Nouns that stand in names and take an article there."""


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """A suggestion to end a message with; empty if nothing is close."""
    close = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """End a message that refuses a name: what is close, or what there is."""
    known = sorted(allowed)
    return did_you_mean(name, known) or (f"; there are {', '.join(known)}" if known else "; there is none")


def printable(text: str) -> str:
    r"""Text in which every letter shows, and shows where it stands, with a sign of replacement for all else.

    >>> printable("a\x1b[2Jb")
    'a�[2Jb'
    """
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def called(label: str) -> str:
    """Call an actor by its label within a sentence: with an article where one belongs, and who leads it left out."""
    name = re.sub(r"\s*\([^()]*\)", "", label).strip()
    if name.startswith("The "):
        return f"the {name[4:]}"
    words = re.split(r",| and | of | in ", name)[0].split()
    with_article = words and (words[-1].islower() or any(word.lower() in _COMMON for word in words))
    return f"the {name}" if with_article else name


def capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def listed(parts: list[str]) -> str:
    """One, two and three."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def on(day: date, year: bool = True) -> str:
    """Write a date as a story does."""
    return f"{day.day} {month(day)} {day.year}" if year else f"{day.day} {month(day)[:3]}"


def period(first: date, last: date) -> str:
    """Write the days from one to another as a story does.

    >>> period(date(2019, 10, 25), date(2019, 10, 31)), period(date(2019, 11, 30), date(2019, 12, 4))
    ('25 to 31 October 2019', '30 November to 4 December 2019')
    >>> period(date(2019, 10, 1), date(2019, 10, 1))
    '1 October 2019'
    """
    if first == last:
        return on(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {on(last)}"
    if first.year == last.year:
        return f"{first.day} {month(first)} to {on(last)}"
    return f"{on(first)} to {on(last)}"


def brief(day: date) -> str:
    """Write a date where there is little room."""
    return f"{on(day, year=False)} {day.year}"


def date_from(given: Any) -> date | None:
    """A date however Python, NumPy, pandas or xarray hold it, or as text, in ISO 8601 or in our words; else None.

    >>> date_from("27 December 2019") == date_from("2019-12-27 00:00:00") == date(2019, 12, 27)
    True
    """
    if isinstance(given, date):  # and NaT, which says that it is one
        if isinstance(given, datetime):
            return given.date() if given == given else None
        return given
    if isinstance(given, str):
        return _date_in_words(given.strip())
    if getattr(getattr(given, "dtype", None), "kind", None) == "M" and given.ndim == 0:
        return date_from(given.astype("datetime64[s]").item())
    return None


def _date_in_words(text: str) -> date | None:
    words = _IN_WORDS.fullmatch(text)
    try:
        if words is None:
            return datetime.fromisoformat(text).date()
        number = next(at for at, name in enumerate(_MONTHS, 1) if words[2] in (name, name[:3]))
        return date(int(words[3]), number, int(words[1]))
    except (ValueError, StopIteration):
        return None


def month(day: date) -> str:
    """The month of a date, in English whatever the locale of the process."""
    return _MONTHS[day.month - 1]


def counted(n: int, thing: str) -> str:
    """A number of things, in the right number."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def in_words(n: int) -> str:
    """A whole number as a sentence says it: in words up to twelve.

    >>> in_words(0), in_words(7), in_words(1200)
    ('no', 'seven', '1,200')
    """
    return _CARDINALS[n] if 0 <= n < len(_CARDINALS) else f"{n:,}"


def spelled(n: int) -> str:
    """A number that begins a sentence: in words below a hundred.

    >>> spelled(12), spelled(16), spelled(20), spelled(43), spelled(1200)
    ('twelve', 'sixteen', 'twenty', 'forty-three', '1,200')
    """
    if n < len(_CARDINALS) or n > 99:
        return in_words(n)
    if n < 20:
        return _TEENS[n - 13]
    return _TENS[n // 10 - 2] + (f"-{_CARDINALS[n % 10]}" if n % 10 else "")


def ordinal(n: int) -> str:
    """Which in a row, in words up to the twelfth.

    >>> ordinal(2), ordinal(21), ordinal(113)
    ('second', '21st', '113th')
    """
    if 1 <= n <= len(_ORDINALS):
        return _ORDINALS[n - 1]
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def duration(days: int) -> str:
    """A span of days as a sentence says it, in days, weeks, months or years, whichever is natural.

    >>> duration(1), duration(10), duration(35), duration(100), duration(800)
    ('a day', 'ten days', 'five weeks', 'three months', 'two years')
    """
    for least, length, unit in ((700, 365.25, "year"), (60, 30.44, "month"), (13, 7.0, "week")):
        if days >= least:
            return _of_one(round(days / length), unit)
    return "a week" if days == 7 else _of_one(days, "day")


def _of_one(n: int, unit: str) -> str:
    return f"a {unit}" if n == 1 else f"{in_words(n)} {unit}s"


def number(x: float, digits: int = 3) -> str:
    """Write a number with as many digits as matter, and never as a power of ten where a person reads it easily."""
    if x == 0:
        return "0"
    if abs(x) >= 1000:
        return f"{x:,.{max(digits - 3, 0)}f}"
    return f"{x:.{digits}g}" if abs(x) >= 1e-4 else f"{x:.{max(digits - 2, 1)}e}"


def beside(x: float, other: float) -> str:
    """Write a number so that it reads otherwise than another one, from which it differs."""
    enough = (digits for digits in (3, 4, 6, 9) if number(x, digits) != number(other, 3))
    return number(x, next(enough, 17))


def percent(share: float) -> str:
    """Write a share in per cent, finer where it is small; only none reads 0 % and only all reads 100 %."""
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1 %"
    if 99.95 <= value < 100:
        return ">99.9 %"
    return f"{value:.1f} %" if 0 < value < 9.95 or 99.5 <= value < 100 else f"{value:.0f} %"


def paragraph(text: str, width: int, indent: int = 0, hang: int = 0) -> str:
    """Break a text into lines of a width, the first indented, the others by as much again as `hang`.

    A number and its per cent stay on one line, and a factor and its sign.
    """
    whole = fill(
        text.replace(" %", f"{_TIED}%").replace("× ", f"×{_TIED}"),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return whole.replace(_TIED, " ")


def checked_width(width: int) -> int:
    """Hold a width to what a page can have.

    Raises
    ------
    ValueError
        It is too narrow.
    """
    if width < NARROWEST:
        raise ValueError(f"a page has at least {NARROWEST} columns, found {width}")
    return width


def finite_or_none(value: Any) -> Any:
    """A value as JSON knows it: there is no infinity, and what is no number is none."""
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def json_rows(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a table as JSON knows them."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): finite_or_none(value) for name, value in row.items()} for row in plain.to_dict("records")]
