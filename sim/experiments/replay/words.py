"""Names, dates, numbers and lines of text, as a story tells them."""

import re
from datetime import date
from textwrap import fill

NARROWEST, WIDTH = 80, 96
"""Columns of a page of text: at least, and if nobody says otherwise."""

_TIED = "\N{NO-BREAK SPACE}"
_COMMON = {
    *("alliance", "army", "authority", "coalition", "emirates", "federation", "forces", "government", "islands"),
    *("kingdom", "league", "movement", "nations", "republic", "state", "states", "union"),
}
"""Nouns that stand in names and take an article there."""


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
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%b}"


def counted(n: int, thing: str) -> str:
    """A number of things, in the right number."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


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
