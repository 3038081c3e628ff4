"""Days as tables write them, and how well they are known."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from sim.text import date_from

Precision = Literal["day", "week", "month"]
_REACH = timedelta(days=3)
"""Of a week about its middle."""


@lru_cache(maxsize=65_536)
def day_of(text: str, form: str | None) -> date | None:
    """The day that a cell holds, written in a form of `strptime`, or, without one, as most write it; None if none.

    >>> day_of("20190531", None) == day_of("31 May 2019", None) == day_of("31/05/2019", "%d/%m/%Y")
    True
    """
    if form is None:
        return date_from(text)
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def period(first: date, last: date, precision: Precision) -> tuple[date, date] | None:
    """The days on which something may have happened that is dated so, however well; None beyond the calendar."""
    try:
        if precision == "week":
            return first - _REACH, last + _REACH
        if precision == "month":
            begins = first.replace(day=1)
            after = (last.replace(day=1) + timedelta(days=31)).replace(day=1)
            return begins, after - timedelta(days=1)
    except OverflowError:
        return None
    return first, last
