"""The parts of a debrief that hold a session to the rules and to other runs, in words."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.text import called, capital, counted, duration, in_words, listed, number, on, percent

from .wording import MINUS, share

if TYPE_CHECKING:
    from .measures import Place
    from .partings import Partings, Ruled
    from .usual import Score
    from .whole import Debrief

_LISTED = 6
"""Acts, ordered where the actor would have done something else, that are told one by one."""
_DATES = 4
"""Dates of one act that are named."""
_LISTED_IN_VAIN = 4
"""Acts that were drawn and not done which are named."""


def partings_section(found: "Debrief") -> Iterator[str]:
    """On which days each seat's orders and the actor's own draw went apart."""
    if any(each.ruled for each in found.partings):
        yield (
            "The model's own actor draws every morning, by what it then sees and holds, even if an order takes the "
            "place of what is drawn. So what it would have done is known day by day, given what was lived until then."
        )
    for each in found.partings:
        yield from _of_seat(found, each)


def stood(seat: "Partings") -> str:
    """On how many mornings its own people would have done something else."""
    apart, days = seat.days_apart, seat.days
    which = "its only morning" if days == 1 else f"{in_words(apart)} of its {counted(days, 'morning')}"
    if apart in (0, days) and days > 1:
        which = f"all its {counted(days, 'morning')}"
    return f"on {which} with orders its own people would have done {'something else' if apart else 'the same'}"


def _of_seat(found: "Debrief", seat: "Partings") -> Iterator[str]:
    label = capital(found.called(seat.seat))
    if not seat.ruled:
        yield f"{label}: its own people decided on every day."
        return
    yield f"{label}:"
    deeds = [each for each in seat.apart if each.did is not None]
    idle = [each for each in deeds if each.would is None]
    if idle:
        told = [f"“{found.labels[each.did or '']}” on {on(each.date)} ({percent(each.chance)})" for each in idle]
        more = [f"{in_words(len(told) - _LISTED)} more"] if len(told) > _LISTED else []
        yield (
            f"· Ordered where by itself it would have done nothing: {listed([*told[:_LISTED], *more])}. In brackets is "
            "how likely it was to do the same by itself."
        )
    groups: dict[tuple[str | None, str | None], list[Ruled]] = {}
    for each in deeds:
        if each.would is not None:
            groups.setdefault((each.did, each.would), []).append(each)
    others = list(groups.values())
    for group in others[:_LISTED]:
        yield f"· On {_parting(found, *group)}"
    if len(others) > _LISTED:
        left = sum(map(len, others[_LISTED:]))
        yield f"· So with {in_words(left)} more {'act' if left == 1 else 'acts'}."
    same = sum(each.did is not None and not each.parted for each in seat.ruled)
    if same:
        yield f"· {capital(in_words(same))} of the acts ordered it would have done by itself that morning."
    yield from _in_vain(found, seat)


def _in_vain(found: "Debrief", seat: "Partings") -> Iterator[str]:
    """What was drawn on mornings on which it was refused."""
    mornings = len({each.day for each in seat.quiet})
    if not mornings:
        return
    chance = f"that it would have done none of it by itself had a chance of {percent(seat.chance_of_quiet)}"
    yield f"· On {counted(mornings, 'morning')} something was held back; {chance}."
    drawn = seat.drawn_in_vain.most_common()
    if drawn:
        told = [f"“{found.labels[act]}” ({_mornings(many)})" for act, many in drawn[:_LISTED_IN_VAIN]]
        left = len(drawn) - _LISTED_IN_VAIN
        more = [f"{in_words(left)} more {'act' if left == 1 else 'acts'}"] if left > 0 else []
        yield f"· What it would have done on them: {listed([*told, *more])}."


def _mornings(n: int) -> str:
    return counted(n, "morning")


def _parting(found: "Debrief", first: "Ruled", *others: "Ruled") -> str:
    """What was done on a day, or on several, and what the actor would have done instead."""
    every = (first, *others)
    dates = [on(each.date) for each in every]
    if len(dates) > _DATES:
        dates = [*dates[: _DATES - 1], f"{in_words(len(dates) - _DATES + 1)} more days"]
    own = first.hand.partition("/")[2].replace("_", " ")
    hand = f" by its hand “{own}”" if own else ""
    did = f"“{found.labels[first.did]}” was ordered" if first.did else f"nothing was done{hand}"
    if first.would is None:
        would = "it would by itself have done nothing"
    elif first.was_due:
        would = f"it would by itself have carried out “{found.labels[first.would]}”, ordered some days before"
    elif first.ahead:
        would = f"it would by itself have ordered “{found.labels[first.would]}” for {duration(first.ahead)} later"
    else:
        would = f"it would by itself have chosen “{found.labels[first.would]}”"
    most = max(each.chance for each in every)
    chance = f"{'at most ' if others and most >= 0.0005 else ''}{percent(most)}"
    mornings = "those mornings" if others else "that morning"
    gave = f"the chance of its doing the same was {chance}" if first.did else f"the chance of nothing was {chance}"
    return f"{listed(dates)}: {did}, and {would}; {gave} {mornings}."


def usual_section(found: "Debrief") -> Iterator[str]:
    """The history beside runs in which nobody sat, and beside its own run by the rules."""
    usual = found.usual
    failed = f" ({in_words(usual.failed)} more failed)" if usual.failed else ""
    others = f"{usual.runs:,} runs in which the rules play every seat{failed}"
    yield f"Beside the scenario's first {others}, over the same days:"
    for each in usual.outcomes:
        if each.on:
            yield f"· “{each.label}” came about on {on(each.on)}; it does in {share(each.runs, each.of)} of the runs."
    yield from _did_not_come(found)
    for place in usual.measures:
        yield f"· {_placed(place)}"
    yield from _twin(found)


def _did_not_come(found: "Debrief") -> Iterator[str]:
    """The outcomes that did not come about, in one paragraph."""
    usual = found.usual
    missed = sorted((each for each in usual.outcomes if not each.on and each.runs), key=lambda each: -each.runs)
    never = sum(not each.on and not each.runs for each in usual.outcomes)
    told = [f"“{each.label}” ({percent(each.runs / each.of)} of the runs)" for each in missed]
    if never and usual.runs:
        which = f"the other {in_words(never)}" if len(usual.outcomes) > never else f"the {in_words(never)} outcomes"
        told.append(f"{which}, of which none does in any of the runs: {share(0, usual.runs)}")
    if told:
        yield f"· Did not come about: {'; '.join(told)}."


def _placed(place: "Place") -> str:
    what = f"{place.name}: {number(place.value)}"
    if place.same == place.runs:
        return f"{what}, as in all the runs."
    few = "fewer" if place.name == "Deaths" else "a lower one"
    same = f", {percent(place.same / max(place.runs, 1))} the same" if place.same else ""
    less = f"{share(place.below, place.runs)} of the runs have {few}{same}"
    low, middle, high = place.low, place.middle, place.high
    if place.name in _COUNTED:
        low, middle, high = math.floor(low), round(middle), math.ceil(high)
    spread = f"nine in ten lie from {number(low)} to {number(high)}"
    return f"{what}. {less}; their median is {number(middle)}, and {spread}."


def _twin(found: "Debrief") -> Iterator[str]:
    usual = found.usual
    if usual.twin.parted is None:
        yield f"By the rules alone, run {found.run} on the same dice is the same history: nothing else happened in it."
        return
    first = usual.twin.parted == found.start
    when = "the first day on" if first else f"{on(usual.twin.parted)} on; until then it is the same history"
    yield f"By the rules alone, run {found.run} on the same dice goes another way from {when}."
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


_COUNTED = ("Deaths", "Highest rung")
"""Measures of which there is no half."""
_PLAIN = ("Deaths", "Highest rung", "Mean tension")


def scores_section(found: "Debrief") -> Iterator[str]:
    """Scores by the goals that the theatre gives to the actors of seats; hands of one actor have one score."""
    told: set[str] = set()
    for score in found.usual.scores:
        actor = score.seat.partition("/")[0]
        if actor in told:
            continue
        told.add(actor)
        yield from _score(found, score)
    if told:
        yield "A score knows nothing but these goals of the theatre; no death counts in it."


def _score(found: "Debrief", score: "Score") -> Iterator[str]:
    """What a score is made of, and then the number and its place."""
    place, parts = score.place, [(found.labels.get(name, name), value) for name, value in score.parts.items()]
    made = [f"“{label}” {_signed(value)}" for label, value in parts if value]
    idle = len(parts) - len(made)
    goals = f"{in_words(len(parts))} {'goal' if len(parts) == 1 else 'goals'}"
    rest = f"; {'the other ' if made else 'all '}{in_words(idle)} came to nothing" if idle else ""
    counted_here = f"what counted here is {listed(made)}{rest}" if made else "nothing of them came about"
    same = f", {percent(place.same / place.runs)} the same" if place.same else ""
    yield (
        f"{capital(called(found.seats[score.seat]))} has {goals}; {counted_here}. Together that makes "
        f"{_plain(place.value)}: nine in ten of {place.runs:,} runs without seats score {_plain(place.low)} to "
        f"{_plain(place.high)}, {share(place.below, place.runs)} of them less{same}. Run {found.run} by the rules has "
        f"{_plain(score.by_rules)}."
    )


def _plain(value: float) -> str:
    return f"{MINUS if value < 0 else ''}{number(abs(value))}"


def _signed(value: float) -> str:
    return f"{MINUS if value < 0 else '+'}{number(abs(value))}" if value else "0"
