"""A debrief in words, as a teacher would read it aloud: the essentials first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.analysis.intervals import wilson
from sim.text import (
    capital,
    checked_width,
    counted,
    duration,
    in_words,
    listed,
    on,
    paragraph,
    percent,
    period,
    printable,
    spelled,
)

from .text_chains import chains_section, in_short
from .text_known import known_section
from .text_usual import partings_section, scores_section, stood, usual_section
from .wording import quoted, share, shifted, shifted_in_short

if TYPE_CHECKING:
    from .decisions import Decision
    from .effects import Effect, Shift
    from .whole import Debrief


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
        ("HOW ONE THING LED TO ANOTHER", chains_section(found)),
        ("THE DECISIONS THAT MATTERED MOST", _foremost(found)),
        ("THE OTHER DECISIONS" if found.foremost else "THE DECISIONS", _others(found)),
        ("WHAT THEY NOTED", _notes(found)),
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
        yield f"What came about: {which}."
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
    yield from in_short(found)
    yield _how_many(found)
    for each in found.foremost[:1]:
        moved = [*map(shifted, each.effect.shifts[:1])] if each.effect else []
        yield f"What moved most: {' '.join([_head(found, each.decision), *moved])}"
    for seat in found.partings:
        if seat.ruled:
            yield f"{capital(found.called(seat.seat))}: {stood(seat)}."
    if many:
        yield _how_rare(found.usual.alike, found.usual.runs)


def _how_rare(alike: int, runs: int) -> str:
    """In how many of the runs without seats the same has come about, and nothing else."""
    others = f"{runs:,} runs without seats"
    if alike == 0 and runs:
        most = percent(float(wilson(0, runs)[1]))
        return f"In none of {others} had just these outcomes come about by then; their share may be up to {most}."
    return f"Just these outcomes, and no others, have come about by then in {share(alike, runs)} of {others}."


def _dead(n: int) -> str:
    return "Nobody died" if n == 0 else "One person died" if n == 1 else f"{n:,} people died"


def _how_many(found: "Debrief") -> str:
    many, mattered = len(found.judged), sum(each.mattered for each in found.judged)
    if not many:
        return "Nothing was decided at this table: the rules played every seat."
    left = sum(each.decision.kind == "left" for each in found.judged)
    people = f", {'it' if many == 1 else in_words(left)} by leaving a day to one's own people" if left else ""
    decisions = f"{capital(spelled(many))} {'decision was' if many == 1 else 'decisions were'} taken{people}"
    error = f"by more than the error of {found.runs:,} futures"
    if not mattered:
        return f"{decisions}; {'it moved nothing' if many == 1 else 'none moved anything'} {error}."
    which = "it" if many == 1 else "all" if mattered == many else f"{in_words(mattered)} of them"
    return f"{decisions}; {which} moved something {error}."


def _foremost(found: "Debrief") -> Iterator[str]:
    for rank, each in enumerate(found.foremost, 1):
        moved = "" if each.effect is None else f" {_moved(each.effect)}"
        yield f"{rank}. {_head(found, each.decision)}{_words(each.decision)}{moved}"


def _head(found: "Debrief", decision: "Decision", year: bool = True) -> str:
    """When, who and what, as a sentence."""
    who = "the umpire" if decision.seat is None else found.called(decision.seat)
    by = [name for name in decision.by if name != "the umpire" or decision.seat is not None]
    given = f" ({listed(by)})" if by else ""
    when = on(decision.date, year)
    if decision.kind in ("refusal", "stance"):
        return f"{when}: {who}{given} {decision.what}."
    if decision.kind == "left":
        return f"{when}: {who} leaves the day to its own people, who do what nobody ordered: “{decision.what}”."
    if decision.kind == "lapsed":
        return f"{when}: what {who}{given} had ordered could not be done. {decision.what}."
    ahead = decision.day - decision.decided
    ordered = f", ordered {duration(ahead)} before" if ahead > 0 else ""
    if decision.kind == "inject":
        return f"{when}: {who}{given} has “{decision.what}” happen{ordered}."
    return f"{when}: {who}{given} does as ordered: “{decision.what}”{ordered}."


def _words(decision: "Decision") -> str:
    """What those who decided said about it."""
    by_umpire = bool(decision.by) and set(decision.by) <= {"umpire", "the umpire"}
    whose = "In the umpire's words" if by_umpire else "In their words"
    return "".join(f" {whose}: {quoted(why)}" for why in decision.why)


def _moved(effect: "Effect") -> str:
    """What a decision moved by more than its error, and how many futures."""
    outcomes = [each for each in effect.outcomes if each.sure]
    others = [each for each in (effect.deaths, effect.rung) if each.sure]
    parts = [_itself(effect), *map(shifted, outcomes[:_NAMED])]
    if len(outcomes) > _NAMED:
        left = len(outcomes) - _NAMED
        parts.append(
            f"{capital(in_words(left))} more {'outcome' if left == 1 else 'outcomes'} moved by more than the error."
        )
    parts += [*map(shifted, others), f"{_differing(effect)} of {effect.futures:,} pairs of futures{_besides(effect)}."]
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


def _others(found: "Debrief") -> Iterator[str]:
    """Every other decision in order: with what it moved, or that it did not."""
    rest = [each for each in found.judged if each not in found.foremost]
    for each in rest:
        moved = f" {_line(each.effect)}" if each.mattered and each.effect is not None else ""
        yield f"· {_head(found, each.decision)}{_words(each.decision)}{moved}"
    idle = [each.effect for each in rest if each.effect is not None and not each.mattered]
    if idle:
        most = max(idle, key=lambda effect: effect.share)
        which = "These" if len(idle) == len(rest) else "Those of which no more is said"
        yield (
            f"{which} moved nothing by more than the error; outcomes differ in {percent(most.share)} of the futures at "
            "most."
        )


def _line(effect: "Effect") -> str:
    """What it moved, in short."""
    found = [_itself(effect), f"{_differing(effect)}{_besides(effect)}."]
    found += [f"Most moved: {shifted_in_short(each)}." for each in effect.shifts[:1]]
    return " ".join(part for part in found if part)


def _notes(found: "Debrief") -> Iterator[str]:
    """What was written down besides, with no order or with one that changed nothing."""
    for each in found.notes:
        by = f" ({each.by})" if each.by else ""
        yield f"· {on(each.date)}, {found.called(each.seat)}{by}: {quoted(each.text)}"


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
        "dice. In one the decision holds. In the other it does not: in place of an act the rules decide, on a day "
        "that was left to its people they do nothing, and what was refused or set before stays as it was. "
        f"{after}"
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
