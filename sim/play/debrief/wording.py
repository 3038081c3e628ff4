"""How a debrief says who decided what, and how sure a number is."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.analysis.intervals import wilson
from sim.text import listed, number, percent

from ..orders import Standing
from ..seats import Seat

if TYPE_CHECKING:
    from ..session import Session
    from .effects import Shift

_NAMED = 4
"""Acts that are named of a refusal; of the others it is said how many they are."""


def ordered_in_words(session: "Session", seat: Seat, was: Standing, now: Standing) -> str:
    """What a seat refuses from now on, or no longer."""
    if now.played_by != was.played_by:
        return "is handed to the rules" if now.played_by == "rules" else "is played by its own orders again"
    parts = []
    if now.otherwise != was.otherwise:
        hold = "does nothing on days for which it orders nothing"
        parts.append(hold if now.otherwise == "hold" else "lets the rules decide on days for which it orders nothing")
    for acts, verb in ((set(now.never) - set(was.never), "refuses"), (set(was.never) - set(now.never), "allows again")):
        if acts:
            parts.append(f"{verb} {acts_in_words(session, seat, acts)}")
    return listed(parts)


def acts_in_words(session: "Session", seat: Seat, acts: Iterable[str]) -> str:
    """Acts by their labels, the first few of them."""
    theatre, names = session.scenario.theatre, sorted(acts)
    if set(names) == set(seat.acts):
        return "all its acts"
    told = [f"“{theatre.actions[act].label}”" for act in names]
    if len(told) > _NAMED:
        told = [*told[: _NAMED - 1], f"{len(told) - _NAMED + 1} more acts"]
    return listed(told)


def between(low: float, high: float) -> str:
    """An interval of a share: `29 to 40 %`."""
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def share(k: int, n: int) -> str:
    """A share with its 95 % interval: `34 % (29 to 40 %)`."""
    low, high = (float(end) for end in wilson(k, n))
    return f"{percent(k / n)} ({between(low, high)})" if n else "of no future"


def points(difference: float) -> str:
    """A difference of shares, in points of a per cent."""
    value = 100 * difference
    return f"{number(abs(value), 2) if abs(value) < 9.95 else f'{abs(value):.0f}'}"


def shifted(shift: "Shift") -> str:
    """How something moved, as a sentence with both sides and the error."""
    if shift.name == "deaths":
        more = "more" if shift.difference > 0 else "fewer"
        ends = sorted((abs(shift.low), abs(shift.high)))
        many = f"{number(abs(shift.difference), 2)} {more} ({number(ends[0], 2)} to {number(ends[1], 2)})"
        return f"Deaths with it: {number(shift.with_it, 2)} on average, {number(shift.without, 2)} without it, {many}."
    if shift.name == "rung":
        way = "higher" if shift.difference > 0 else "lower"
        ends = sorted((abs(shift.low), abs(shift.high)))
        return (
            f"The highest rung with it is {number(shift.with_it, 2)} on average, {number(shift.without, 2)} without it, "
            f"{number(abs(shift.difference), 2)} {way} ({number(ends[0], 2)} to {number(ends[1], 2)})."
        )
    more = "more" if shift.difference > 0 else "fewer"
    ends = sorted((abs(shift.low), abs(shift.high)))
    return (
        f"“{shift.label}” comes about in {percent(shift.with_it)} with it and in {percent(shift.without)} without it: "
        f"{points(shift.difference)} points {more} ({points(ends[0])} to {points(ends[1])})."
    )
