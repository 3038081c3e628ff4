"""A debrief in words, as a teacher would read it aloud: the essentials first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import (
    called,
    capital,
    checked_width,
    counted,
    in_words,
    listed,
    number,
    on,
    paragraph,
    percent,
    period,
    printable,
    spelled,
)

from .text_known import known_section
from .text_usual import partings_section, scores_section, usual_section
from .wording import between, points, share, shifted

if TYPE_CHECKING:
    from .decisions import Decision
    from .effects import Effect, Shift
    from .whole import Debrief, Judged


def told(found: "Debrief", width: int) -> str:
    """Tell a debrief in lines of at most `width` letters.

    Raises
    ------
    ValueError
        The page is too narrow.
    """
    checked_width(width)
    sections = (
        ("", _heading(found)),
        ("THE ESSENTIALS", _essentials(found)),
        ("THE DECISIONS THAT MATTERED MOST", _foremost(found)),
        ("ALL DECISIONS", _all(found)),
        ("WHERE ORDERS PARTED FROM THE RULES", partings_section(found)),
        ("WHAT EACH COULD HAVE KNOWN", known_section(found)),
        ("HOW USUAL THIS HISTORY IS", usual_section(found)),
        ("SCORES", scores_section(found)),
        ("HOW TO READ THIS", _reading(found)),
    )
    lines: list[str] = []
    for title, section in sections:
        texts = list(section)
        if not texts:
            continue
        lines += [*([""] if lines else []), *([title] if title else [])]
        for text in texts:
            lines += paragraph(text, width, hang=2).splitlines()
    return printable("\n".join(lines)) + "\n"


def _heading(found: "Debrief") -> Iterator[str]:
    yield f"Debrief: {found.title}"
    when = period(found.start, found.end)
    back = f"; turns were taken back {_times(found.taken_back)}" if found.taken_back else ""
    yield f"{capital(when)}, {counted(found.days, 'day')} in {counted(found.turns, 'turn')}{back}. Seed {found.seed}, run {found.run}."
    who = [f"{label}{f' ({listed(list(found.people[name]))})' if found.people[name] else ''}" for name, label in found.seats.items()]
    yield f"In the seats: {', '.join(who)}."
    if not found.over:
        yield "The session is not over; this looks back on what has been lived so far."


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{in_words(n)} times")


def _essentials(found: "Debrief") -> Iterator[str]:
    came = [each for each in found.usual.outcomes if each.on is not None]
    many = len(found.usual.outcomes)
    if came:
        which = "; ".join(f"“{each.label}” on {on(each.on)}" for each in came if each.on is not None)
        yield f"What came about: {which}. That is {in_words(len(came))} of {in_words(many)} outcomes."
    elif many:
        yield f"None of the theatre's {counted(many, 'outcome')} came about."
    by_name = {each.name: each for each in found.usual.measures}
    dead, top = int(by_name["Deaths"].value), int(by_name["Highest rung"].value)
    yield f"{_dead(dead)}; the highest rung was {top}."
    if many:
        alike = share(found.usual.alike, found.usual.runs)
        yield f"Of {found.usual.runs:,} runs in which nobody sat in a seat, {alike} have exactly these outcomes by then."
    yield _how_many(found)
    for each in found.foremost[:1]:
        yield f"The one that moved most: {_head(found, each.decision)} {_moved(each.effect)}"
    apart, ruled = (sum(len(getattr(each, what)) for each in found.partings) for what in ("apart", "ruled"))
    if ruled:
        yield (
            f"Orders decided for the model's own actors {_times_of(ruled)}; {_times_of(apart)} their own draw that "
            "morning had fallen on something else."
        )


def _times_of(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _dead(n: int) -> str:
    return "Nobody died" if n == 0 else "One person died" if n == 1 else f"{n:,} people died"


def _how_many(found: "Debrief") -> str:
    many, mattered = len(found.judged), sum(each.mattered for each in found.judged)
    if not many:
        return "Nothing was decided at this table: the rules played every seat."
    decisions = f"{capital(spelled(many))} {'decision was' if many == 1 else 'decisions were'} taken"
    if not mattered:
        return f"{decisions}; none moved anything by more than the error of {found.runs:,} futures."
    which = "it" if many == 1 else f"{in_words(mattered)} of them"
    return f"{decisions}; {which} moved something by more than the error of {found.runs:,} futures."


def _foremost(found: "Debrief") -> Iterator[str]:
    foremost = found.foremost
    if not foremost:
        if found.judged:
            yield "No decision moved an outcome, the deaths or the highest rung by more than its error."
        return
    for rank, each in enumerate(foremost, 1):
        yield f"{rank}. {_head(found, each.decision)}{_words(each.decision)} {_moved(each.effect, whole=True)}"
    if len(foremost) < 3 <= len(found.judged):
        yield f"{'No other decision' if len(foremost) == 1 else 'None of the others'} moved anything by more than its error."


def _head(found: "Debrief", decision: "Decision", year: bool = True) -> str:
    """When, who and what, as a sentence."""
    who = "the umpire" if decision.seat is None else called(found.seats[decision.seat])
    by = [name for name in decision.by if name != "the umpire" or decision.seat is not None]
    given = f" ({listed(by)})" if by else ""
    when = on(decision.date, year)
    if decision.kind in ("refusal", "stance"):
        return f"{when}: {who}{given} {decision.what}."
    if decision.kind == "lapsed":
        return f"{when}: {who}{given} had ordered what could not be done. {decision.what}."
    ahead = decision.day - decision.decided
    ordered = f", ordered {counted(ahead, 'day')} before" if ahead > 0 else ""
    verb = "injects" if decision.kind == "inject" else "orders"
    return f"{when}: {who}{given} {verb} “{decision.what}”{ordered}."


def _words(decision: "Decision") -> str:
    """What those who decided said about it."""
    return "".join(f" In their words: “{why.strip()}”" for why in decision.why)


def _moved(effect: "Effect | None", whole: bool = False) -> str:
    """How many futures a decision moved, and what by more than its error."""
    if effect is None:
        return "It moved nothing: the day went on as if it had not been ordered."
    many = f"{share(effect.differ, effect.futures)} of {effect.futures:,} pairs of futures differ in their outcomes."
    shifts = effect.shifts
    if not shifts:
        return f"{many} No outcome, nor deaths, nor the highest rung moved by more than its error."
    told_ = [shifted(each) for each in (shifts if whole else shifts[:1])]
    return f"{many} {' '.join(told_)}"


def _all(found: "Debrief") -> Iterator[str]:
    """Every decision in a line or two, in order."""
    for each in found.judged:
        mark = "* " if each.mattered else ""
        yield f"{mark}{_head(found, each.decision)}{_words(each.decision)} {_line(each)}"
    if any(each.mattered for each in found.judged):
        yield "* moved something by more than its error."


def _line(judged: "Judged") -> str:
    """What it moved, in short."""
    effect = judged.effect
    if effect is None:
        return "It moved nothing."
    many = f"Futures that differ: {share(effect.differ, effect.futures)}."
    most = next(iter(effect.shifts or _likely(effect)), None)
    return f"{many} Most moved: {_short(most)}." if most is not None else many


def _likely(effect: "Effect") -> list["Shift"]:
    """The outcome that moved most, if its 95 % interval leaves out 0."""
    return [each for each in effect.outcomes[:1] if each.low > 0 or each.high < 0]


def _short(shift: "Shift") -> str:
    if shift.name in ("deaths", "rung"):
        sign = "+" if shift.difference > 0 else "−"
        ends = f"{number(shift.low, 2)} to {number(shift.high, 2)}"
        return f"{shift.label.lower()} {sign}{number(abs(shift.difference), 2)} ({ends})"
    sign = "+" if shift.difference > 0 else "−"
    return f"“{shift.label}” {sign}{points(shift.difference)} points ({points_between(shift)})"


def points_between(shift: "Shift") -> str:
    """The interval of a difference of shares, in points."""
    return f"{_signed_points(shift.low)} to {_signed_points(shift.high)}"


def _signed_points(value: float) -> str:
    return f"{'−' if value < 0 else ''}{points(value)}"


def _reading(found: "Debrief") -> Iterator[str]:
    after = (
        "from the next day on both go on by the rules, but for what was refused or set, which stands until it was lifted"
        if found.then == "rules"
        else "from the next day on both go on under the other orders that were given"
    )
    yield (
        f"A decision is looked at in {found.runs:,} pairs of futures of at most {counted(found.horizon, 'day')}. Both "
        f"futures of a pair begin with the history that was lived, on the morning of the decision, and have the same "
        f"dice; in one the decision is taken and in the other the rules decide in its place; {after}."
    )
    yield (
        "Brackets hold 95 % intervals, by the number of futures or runs alone. A decision has moved something by more "
        "than its error if even the 99.9 % interval of the difference leaves out 0, since many decisions are looked at."
    )
    yield (
        "These are shares of simulated futures in a model of a crisis. They say what a decision did to what could come, "
        "not whether it was right: whoever decided knew less than this page."
    )


__all__ = ["between", "percent", "told"]
