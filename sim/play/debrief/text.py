"""A debrief in words, as a teacher would read it aloud: the essentials first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import (
    capital,
    checked_width,
    counted,
    duration,
    in_words,
    listed,
    on,
    paragraph,
    period,
    printable,
    spelled,
)

from .text_known import known_section
from .text_usual import partings_section, scores_section, stood, usual_section
from .wording import share, shifted, shifted_in_short

if TYPE_CHECKING:
    from .decisions import Decision
    from .effects import Effect, Shift
    from .whole import Debrief, Judged


_NAMED = 3
"""Outcomes that are named of a decision that mattered most."""


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
    span = f"{counted(found.days, 'day')} in {counted(found.turns, 'turn')}"
    yield f"{capital(when)}, {span}{back}. Seed {found.seed}, run {found.run}."
    who = [
        f"{label}{f' ({listed(list(found.people[name]))})' if found.people[name] else ''}"
        for name, label in found.seats.items()
    ]
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
        every = (
            "The theatre's only outcome did not come about"
            if many == 1
            else f"None of the theatre's {in_words(many)} outcomes came about"
        )
        yield f"{every}."
    by_name = {each.name: each for each in found.usual.measures}
    dead, top = int(by_name["Deaths"].value), int(by_name["Highest rung"].value)
    yield f"{_dead(dead)}; the highest rung was {top}."
    if many:
        alike = share(found.usual.alike, found.usual.runs)
        others = f"Of {found.usual.runs:,} runs in which the rules play every seat"
        yield f"{others}, {alike} have exactly these outcomes by then."
    yield _how_many(found)
    for each in found.foremost[:1]:
        yield f"The one that moved most: {_head(found, each.decision)} {_moved(each.effect)}"
    for seat in found.partings:
        if seat.ruled:
            label = capital(found.called(seat.seat))
            yield f"{label}: {stood(seat)}; {_apart(seat.days_apart)}."


def _apart(days: int) -> str:
    if not days:
        return "on all of them the rules would have had the same"
    return f"on {in_words(days)} of them the actor's own draw had fallen on something else"


def _dead(n: int) -> str:
    return "Nobody died" if n == 0 else "One person died" if n == 1 else f"{n:,} people died"


def _how_many(found: "Debrief") -> str:
    many, mattered = len(found.judged), sum(each.mattered for each in found.judged)
    if not many:
        return "Nothing was decided at this table: the rules played every seat."
    decisions = f"{capital(spelled(many))} {'decision was' if many == 1 else 'decisions were'} taken"
    error = f"by more than the error of {found.runs:,} futures"
    if not mattered:
        return f"{decisions}; {'it moved nothing' if many == 1 else 'none moved anything'} {error}."
    which = "it" if many == 1 else "all" if mattered == many else f"{in_words(mattered)} of them"
    return f"{decisions}; {which} moved something {error}."


def _foremost(found: "Debrief") -> Iterator[str]:
    foremost = found.foremost
    if not foremost:
        if found.judged:
            yield "No decision moved an outcome, the deaths or the highest rung by more than its error."
        return
    for rank, each in enumerate(foremost, 1):
        yield f"{rank}. {_head(found, each.decision)}{_words(each.decision)} {_moved(each.effect, whole=True)}"
    if len(foremost) < min(len(found.judged), 3):
        none = "None of the others" if len(found.judged) > len(foremost) + 1 else "The other"
        yield f"{none} moved {'nothing' if none == 'The other' else 'anything'} by more than its error."


def _head(found: "Debrief", decision: "Decision", year: bool = True) -> str:
    """When, who and what, as a sentence."""
    who = "the umpire" if decision.seat is None else found.called(decision.seat)
    by = [name for name in decision.by if name != "the umpire" or decision.seat is not None]
    given = f" ({listed(by)})" if by else ""
    when = on(decision.date, year)
    if decision.kind in ("refusal", "stance"):
        return f"{when}: {who}{given} {decision.what}."
    if decision.kind == "lapsed":
        return f"{when}: what {who}{given} had ordered could not be done. {decision.what}."
    ahead = decision.day - decision.decided
    ordered = f", ordered {duration(ahead)} before" if ahead > 0 else ""
    if decision.kind == "inject":
        return f"{when}: {who}{given} has “{decision.what}” happen{ordered}."
    return f"{when}: {who}{given} does as ordered: “{decision.what}”{ordered}."


def _words(decision: "Decision") -> str:
    """What those who decided said about it."""
    return "".join(f" In their words: “{why.strip()}”" for why in decision.why)


def _moved(effect: "Effect | None", whole: bool = False) -> str:
    """How many futures a decision moved, and what by more than its error."""
    if effect is None:
        return "It moved nothing: the day went on as if it had not been ordered."
    parts = [_itself(effect), f"{_differing(effect)} of {effect.futures:,} pairs of futures{_besides(effect)}."]
    outcomes = [each for each in effect.outcomes if each.sure]
    others = [each for each in (effect.deaths, effect.rung) if each.sure]
    if not outcomes and not others:
        parts.append("No outcome, nor deaths, nor the highest rung moved by more than its error.")
    parts += [shifted(each) for each in outcomes[: _NAMED if whole else 1]]
    if whole and len(outcomes) > _NAMED:
        left = len(outcomes) - _NAMED
        parts.append(
            f"{capital(in_words(left))} more {'outcome' if left == 1 else 'outcomes'} moved by more than the error."
        )
    parts += [shifted(each) for each in (others if whole else others[: not outcomes])]
    return " ".join(part for part in parts if part)


def _differing(effect: "Effect") -> str:
    return f"Outcomes differ in {share(effect.differ, effect.futures)}"


def _besides(effect: "Effect") -> str:
    return ", besides that" if effect.itself else ""


def _itself(effect: "Effect") -> str:
    """What a decision is by itself, with how often that comes about without it."""
    told_ = [
        f"“{each.label}”, which comes about in {_without(each, effect.futures)} without it" for each in effect.itself
    ]
    return f"By itself it is {listed(told_)}." if told_ else ""


def _without(shift: "Shift", futures: int) -> str:
    return share(round(shift.without * futures), futures)


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
    most = next(iter(effect.shifts or _likely(effect)), None)
    found = [_itself(effect), f"{_differing(effect)}{_besides(effect)}."]
    found += [f"Most moved: {shifted_in_short(most)}."] if most is not None else []
    return " ".join(part for part in found if part)


def _likely(effect: "Effect") -> list["Shift"]:
    """The outcome that moved most, if its 95 % interval leaves out 0."""
    return [each for each in effect.outcomes[:1] if each.low > 0 or each.high < 0]


def _reading(found: "Debrief") -> Iterator[str]:
    after = (
        "From the next day on both go on by the rules, with levers as they stood that day, and no other order holds; "
        "but what the decision itself refused or put elsewhere stays so until it was lifted."
        if found.then == "rules"
        else "From the next day on both go on under the other orders that were given."
    )
    yield (
        f"Each decision is looked at in {found.runs:,} pairs of futures of up to {counted(found.horizon, 'day')}. Both "
        "futures of a pair begin with the history that was lived, on the morning of the decision, and have the same "
        "dice. In one the decision holds. In the other it does not: in place of an act the rules decide, and what was "
        f"refused or set before stays as it was. {after}"
    )
    yield (
        "Brackets hold 95 % intervals, which say how far a number would change with other futures or runs, and nothing "
        "of whether the model is right. A decision moved something by more than its error if the 99.9 % interval of "
        "the difference leaves out 0 as well, since many decisions are looked at."
    )
    yield (
        "These are shares of simulated futures. They say what a decision did to what could come, not whether it was "
        "right: whoever decided knew less than this page."
    )
