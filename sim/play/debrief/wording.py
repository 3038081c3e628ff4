"""How a debrief says who decided what, and how sure a number is."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sim.analysis.intervals import wilson
from sim.play.messages.orders import Standing
from sim.play.seats import Seat
from sim.text import called, listed, number, percent

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

    from .effects import Shift

MINUS = "\N{MINUS SIGN}"
_QUOTES = "\"'“”\u2018\u2019„«»"
_NAMED = 4
"""Acts that are named of a refusal; of the others it is said how many they are."""


def ordered_in_words(session: "Session", seat: Seat, was: Standing, now: Standing) -> str:
    """What a seat refuses from now on, or no longer."""
    if now.played_by != was.played_by:
        return "is handed to the rules" if now.played_by == "rules" else "is played by its own orders again"
    parts = []
    if now.otherwise != was.otherwise:
        hold = now.otherwise == "hold"
        parts.append("holds still unless ordered" if hold else "leaves days without orders to its own people")
    for acts, verb in ((set(now.never) - set(was.never), "refuses"), (set(was.never) - set(now.never), "allows again")):
        if acts:
            parts.append(f"{verb} {acts_in_words(session, seat, acts)}")
    return listed(parts)


def seat_called(name: str, label: str) -> str:
    """A seat within a sentence, by its id and label: `the United States`, `the United States (soldiers)`."""
    hand = name.partition("/")[2].replace("_", " ")
    return f"{called(label)} ({hand})" if hand else called(label)


def quoted(words: str) -> str:
    """What somebody typed, in one pair of quotation marks, as a sentence that ends."""
    text = words.strip().strip(_QUOTES).strip()
    return f"“{text}”" if text.endswith((".", "!", "?", "…")) else f"“{text}”."


def lever_in_words(session: "Session", path: str, value: float) -> str:
    """How ready a seat makes its people: `readier for “Hit militia depots” (0.001 a day, not 0.0004)`."""
    act, written = path.removeprefix("actions.").removesuffix(".rate"), dict(session.scenario.numbers())[path].value
    ready = "readier" if value > written else "less ready" if value < written else "as ready as before"
    label = session.scenario.theatre.actions[act].label
    return f"{ready} for “{label}” ({number(value)} a day, not {number(written)})"


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


def amount(value: float) -> str:
    """A number to two digits, never as a power of ten, with the minus that is typeset."""
    if value != value or abs(value) == float("inf"):
        return "unknown"
    text = f"{abs(value):,.0f}" if abs(value) >= 99.5 else number(abs(value), 2)
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def points(difference: float) -> str:
    """A difference of shares, in points of a per cent."""
    value = 100 * difference
    return f"{number(abs(value), 2) if abs(value) < 9.95 else f'{abs(value):.0f}'}"


def shifted(shift: "Shift") -> str:
    """How something moved, as a sentence with both sides and the error."""
    more, less = ("higher", "lower") if shift.name == "rung" else ("more", "fewer")
    way = more if shift.difference > 0 else less
    if shift.name in ("deaths", "rung"):
        sides = f"{amount(shift.with_it)} with it on average, {amount(shift.without)} without it"
        by = f"{amount(abs(shift.difference))} {way}{_error(shift, amount)}"
        return f"{shift.label}: {sides}, {by}."
    return (
        f"“{shift.label}” comes about in {percent(shift.with_it)} with it and in {percent(shift.without)} without it: "
        f"{points(shift.difference)} points {way}{_error(shift, points)}."
    )


def _error(shift: "Shift", say: Callable[[float], str]) -> str:
    """The interval of a difference of which the way has been said: as sizes, if both ends go that way."""
    low, high = (shift.low, shift.high) if shift.difference > 0 else (-shift.high, -shift.low)
    first = f"{say(abs(low))} {'fewer' if shift.name != 'rung' else 'lower'}" if low < 0 else say(low)
    return f" ({first} to {say(high)})"


def shifted_in_short(shift: "Shift") -> str:
    """The same with a sign, and the difference alone."""
    say = amount if shift.name in ("deaths", "rung") else signed_points
    plus = "+" if shift.difference > 0 else ""
    unit = "" if shift.name in ("deaths", "rung") else " points"
    name = shift.label.lower() if unit == "" else f"“{shift.label}”"
    return f"{name} {plus}{say(shift.difference)}{unit} ({say(shift.low)} to {say(shift.high)})"


def signed_points(difference: float) -> str:
    """A difference of shares in points, with the minus that is typeset."""
    return f"{MINUS if difference < 0 else ''}{points(difference)}"
