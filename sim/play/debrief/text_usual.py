"""The parts of a debrief that hold a session to the rules and to other runs, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import called, capital, counted, in_words, listed, number, on, percent

from .wording import between, share

if TYPE_CHECKING:
    from .measures import Place
    from .partings import Partings, Ruled
    from .whole import Debrief

_LISTED = 8
"""Partings that are told one by one."""


def partings_section(found: "Debrief") -> Iterator[str]:
    """On which days each seat's orders and the actor's own draw went apart."""
    if any(each.ruled for each in found.partings):
        yield (
            "The model's own actor draws every morning, from what it then sees and holds, whether or not an order takes "
            "the place of what is drawn. So what it would have done is known, day by day, given what was lived until then."
        )
    for each in found.partings:
        yield from _of_seat(found, each)


def _of_seat(found: "Debrief", seat: "Partings") -> Iterator[str]:
    label = capital(called(found.seats[seat.seat]))
    if not seat.ruled:
        yield f"{label}: no order decided on any day; the rules did."
        return
    apart = seat.apart
    deeds = [each for each in seat.ruled if each.did is not None]
    same = sum(not each.parted for each in deeds)
    parts = [f"{label}: orders decided {_decided(len(seat.ruled))}; {_apart(len(apart))}."]
    if deeds and same:
        parts.append(f"Of {counted(len(deeds), 'act')} ordered, the rules had drawn {in_words(same)} themselves.")
    if len(seat.quiet) > 1:
        chance = percent(seat.chance_of_quiet)
        parts.append(
            f"On {counted(len(seat.quiet), 'morning')} something was refused and nothing ordered; the chance that the "
            f"rules would have drawn none of it on any of them is {chance}."
        )
    yield " ".join(parts)
    for at, each in enumerate(apart[:_LISTED]):
        first = "First " if at == 0 and len(apart) > 1 else ""
        yield f"· {first}{_parting(found, each)}"
    if len(apart) > _LISTED:
        yield f"· and {in_words(len(apart) - _LISTED)} more, the last on {on(apart[-1].date)}."


def _decided(n: int) -> str:
    return f"on {counted(n, 'morning')}"


def _apart(n: int) -> str:
    if n == 0:
        return "each time the rules would have had the same"
    return f"on {in_words(n)} the rules would have had something else" if n > 1 else "once the rules would have had something else"


def _parting(found: "Debrief", each: "Ruled") -> str:
    did = f"“{found.labels[each.did]}” was ordered" if each.did else "nothing was done"
    if each.would is None:
        would = "the rules would have done nothing"
    elif each.was_due:
        would = f"the actor would have carried out “{found.labels[each.would]}”, which it had ordered by itself"
    elif each.ahead:
        would = f"the rules would have ordered “{found.labels[each.would]}”, to be done in {counted(each.ahead, 'day')}"
    else:
        would = f"the rules would have chosen “{found.labels[each.would]}”"
    chance = f"{percent(each.chance)} that morning"
    gave = f"they gave what was ordered a chance of {chance}" if each.did else f"the chance of nothing was {chance}"
    return f"{on(each.date, year=True)}: {did}, and {would}; {gave}."


def usual_section(found: "Debrief") -> Iterator[str]:
    """The history beside runs in which nobody sat, and beside its own run by the rules."""
    usual = found.usual
    failed = f" ({in_words(usual.failed)} more failed)" if usual.failed else ""
    yield f"Beside the scenario's first {usual.runs:,} runs, in which the rules play every seat{failed}, over the same days:"
    for each in usual.outcomes:
        came = f"came about on {on(each.on)}" if each.on else "did not come about"
        yield f"· “{each.label}” {came}; it does in {share(each.runs, each.of)} of the runs."
    for place in usual.measures:
        yield f"· {_placed(place)}"
    yield from _twin(found)


def _placed(place: "Place") -> str:
    less, low, high = place.share_below
    few = "fewer" if place.name == "Deaths" else "a lower one"
    same = f", {percent(place.same / max(place.runs, 1))} the same" if place.same else ""
    middle = f"their median is {number(place.middle)}, and nine in ten lie from {number(place.low)} to {number(place.high)}"
    return f"{place.name}: {number(place.value)}. {percent(less)} ({between(low, high)}) of the runs have {few}{same}; {middle}."


def _twin(found: "Debrief") -> Iterator[str]:
    usual = found.usual
    if usual.twin.parted is None:
        yield f"By the rules alone, run {found.run} on the same dice is the same history: nothing else happened in it."
        return
    yield (
        f"By the rules alone, run {found.run} on the same dice goes another way from {on(usual.twin.parted)} on: until "
        "then the same things happened on the same days."
    )
    gained = [f"“{each.label}”" for each in usual.outcomes if each.on and not each.by_rules]
    lost = [f"“{each.label}” (on {on(each.by_rules)})" for each in usual.outcomes if each.by_rules and not each.on]
    if gained:
        yield f"· Only in this history came about: {listed(gained)}."
    if lost:
        yield f"· Only in that run came about: {listed(lost)}."
    if not gained and not lost and usual.outcomes:
        yield "· In the end the same outcomes had come about in both."
    compared = [
        f"{place.name.lower() if place.name in _PLAIN else place.name} {number(place.value)} here, "
        f"{number(usual.twin.measures[place.name])} there"
        for place in usual.measures
    ]
    yield f"· {capital('; '.join(compared))}."
    yield "That is one run. What a decision did to what could come is in its futures."


_PLAIN = ("Deaths", "Highest rung", "Mean tension")


def scores_section(found: "Debrief") -> Iterator[str]:
    """Scores by the goals that the theatre gives to the actors of seats."""
    for score in found.usual.scores:
        place = score.place
        less, low, high = place.share_below
        yield (
            f"{capital(called(found.seats[score.seat]))} scores {number(place.value)} by its actor's goals. "
            f"{percent(less)} ({between(low, high)}) of {place.runs:,} runs played by the rules score lower"
            f"{f', {percent(place.same / place.runs)} the same' if place.same else ''}; their median is "
            f"{number(place.middle)}, and run {found.run} by the rules has {number(score.by_rules)}."
        )
        parts = [f"{found.labels.get(name, name)} {_signed(value)}" for name, value in score.parts.items()]
        yield f"· It is made of: {'; '.join(parts)}."


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{number(abs(value))}" if value else "0"
