"""Prose with numbers in it, made from values: what a lesson's text says can never differ from what its cells compute.

In the text stand places such as `{spiral:share}`: a value, and how it is said.

| said as | of | reads |
|---|---|---|
| `share` | a share | 8.4 % |
| `interval` | a share with its interval | 6.9 to 10.3 % |
| `share and interval` | the same | 8.4 % (6.9 to 10.3 %) |
| `in 100` | a share | 8 in 100 |
| `roughly` | a share | nearly one in ten |
| `often` | a difference of shares | more often |
| `points` | a difference of shares | 6.6 points |
| `points and interval` | the same | +6.6 points (+5.0 to +8.2) |
| `times` | a ratio | nearly six times |
| `words` | a count | three |
| `count` | a count | 1,234 |
| `number` | any number | 0.25 |
| `decimal` | any number | 5.3 |
| `date`, `day` | a date | 10 January 2030; 10 January |

Without a colon stands text that the cell has chosen. A number without one is refused.
"""

import math
from collections.abc import Callable
from string import Formatter
from typing import Any

from sim.text import date_from, month, number, on, percent

from .values import Apart, Share

_WORDS = (
    *("none", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_FRACTIONS = (
    *((1 / 100, "one in a hundred"), (1 / 50, "one in fifty"), (1 / 30, "one in thirty"), (1 / 20, "one in twenty")),
    *((1 / 15, "one in fifteen"), (1 / 12, "one in twelve"), (1 / 10, "one in ten"), (1 / 8, "one in eight")),
    *((1 / 6, "one in six"), (1 / 5, "one in five"), (1 / 4, "a quarter"), (0.3, "three in ten"), (1 / 3, "a third")),
    *((2 / 5, "two in five"), (1 / 2, "half"), (3 / 5, "three in five"), (2 / 3, "two thirds"), (0.7, "seven in ten")),
    *((3 / 4, "three quarters"), (4 / 5, "four in five"), (9 / 10, "nine in ten"), (19 / 20, "nineteen in twenty")),
)


class Said(str):
    """A text that a notebook shows as prose."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def say(text: str, **values: Any) -> Said:
    """Say a text with values in it, as `sim.lessons.say` lists.

    Parameters
    ----------
    text : str
        Markdown, with a place for each value.
    values
        What the places name: shares, differences, counts, dates, or words that the cell has chosen.

    Raises
    ------
    ValueError
        A number stands without how it is said, or a value cannot be said so.
    """
    return Said(_Prose().vformat(text, (), values))


def words(count: float) -> str:
    """A count in words up to twelve, beyond that in digits.

    >>> words(3), words(1234)
    ('three', '1,234')
    """
    whole = round(count)
    return _WORDS[whole] if 0 <= whole < len(_WORDS) else f"{whole:,}"


def roughly(share: float) -> str:
    """A share as people say it.

    >>> roughly(0.78), roughly(0.335), roughly(0.02), roughly(0.999)
    ('nearly four in five', 'a third', 'about one in fifty', 'nearly all')
    """
    if share in (0, 1):
        return "all" if share else "none"
    if share < 0.0075:
        return "fewer than one in a hundred"
    if share > 0.97:
        return "nearly all"
    near, said = min(_FRACTIONS, key=lambda each: abs(math.log(each[0] / share)) + abs(each[0] - share))
    if near <= 0.05:
        return f"about {said}"
    if abs(share - near) <= min(max(0.005, 0.02 * near), 0.012):
        return said
    return f"nearly {said}" if share < near else f"more than {said}"


def times(ratio: float) -> str:
    """How many times as much.

    >>> times(2.02), times(5.7), times(1.4), times(9295)
    ('twice', 'nearly six times', '1.4 times', 'about 9,000 times')
    """
    if ratio >= 100:
        return f"about {float(f'{ratio:.0e}'):,.0f} times"
    if not 1.7 <= ratio < 12.5:
        return f"{number(ratio, 2)} times"
    whole = round(ratio)
    said = "twice" if whole == 2 else f"{words(whole)} times"
    if abs(ratio / whole - 1) <= 0.03:
        return said
    return f"nearly {said}" if ratio < whole else f"more than {said}"


def often(apart: Apart) -> str:
    """Whether something comes more or less often, as far as the runs can tell."""
    return {1: "more often", -1: "less often", 0: "neither clearly more nor clearly less often"}[apart.told]


def _in_hundred(share: float) -> str:
    if 0 < share < 0.005:
        return "fewer than 1 in 100"
    if 0.995 < share < 1:
        return "more than 99 in 100"
    return f"{100 * share:.0f} in 100"


def _interval(share: Share) -> str:
    return f"{percent(share.low).removesuffix(' %')} to {percent(share.high)}"


def _points(apart: Apart) -> str:
    return f"{signed(apart.difference)} points ({signed(apart.low)} to {signed(apart.high)})"


def signed(difference: float) -> str:
    """A difference of shares in points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "\N{MINUS SIGN}")


def _day(day: Any) -> str:
    found = date_from(day)
    if found is None:
        raise ValueError(f"{day!r} is no date")
    return f"{found.day} {month(found)}"


def _date(day: Any) -> str:
    found = date_from(day)
    if found is None:
        raise ValueError(f"{day!r} is no date")
    return on(found)


FORMS: dict[str, Callable[[Any], str]] = {
    "share": lambda value: percent(float(value)),
    "interval": _interval,
    "share and interval": lambda value: f"{percent(float(value))} ({_interval(value)})",
    "in 100": lambda value: _in_hundred(float(value)),
    "roughly": lambda value: roughly(float(value)),
    "often": often,
    "points": lambda value: f"{100 * abs(float(value)):.1f} points",
    "points and interval": _points,
    "times": lambda value: times(float(value)),
    "words": words,
    "count": lambda value: f"{round(value):,}",
    "number": lambda value: number(float(value)),
    "decimal": lambda value: f"{float(value):.1f}",
    "date": _date,
    "day": _day,
}
"""How a value is said, by what stands after the colon."""


class _Prose(Formatter):
    """Fill the places of a text; what has no form is refused, so that no number slips in as Python writes it."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Refuse `{value!r}` and its like, which would write a value as Python does."""
        if conversion is not None:
            raise ValueError(f"nothing is said as '!{conversion}'; write one of {', '.join(FORMS)} after a colon")
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        """Say a value in a form."""
        if hasattr(value, "__float__") and not math.isfinite(float(value)):
            raise ValueError(f"{value} is not a number that can be said")
        if not format_spec:
            if isinstance(value, str):
                return value
            raise ValueError(f"say how {value!r} is said: one of {', '.join(FORMS)}")
        if format_spec not in FORMS:
            raise ValueError(f"nothing is said as '{format_spec}'; there are {', '.join(FORMS)}")
        return FORMS[format_spec](value)
