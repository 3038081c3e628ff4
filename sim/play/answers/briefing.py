"""A view in words: what an adviser would say to whoever sits in the seat that morning, the gravest first to be seen."""

import re
from collections.abc import Iterable, Iterator

from sim.play.messages.view import Grievance, Item, Reading, View
from sim.text import (
    WIDTH,
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
    printable,
)
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Actor, Theatre
from sim.theatre.language.terms import Term

from .hindrances import unit_in_words

_DEATH = re.compile(r"\b(?:kill|die|dead|death)", re.IGNORECASE)
_MOST_NEWS, _MOST_OWN = 10, 6
"""Pieces of news that a briefing tells of others and of the seat's own side, at most; the view has all."""
_GRAVE = 4
"""From this rung on an act's rung is told."""
_MOST_MOVED = 6
"""Variables that are told because they moved, at most."""
_LEAST_MOVED = 0.02
"""Of a share; of other quantities, of what they were."""
_MOST_HELD, _LEAST_HELD, _LEAST_BLOOD = 5, 0.02, 0.05
_HOW_MUCH = ((0.6, "the deepest grudge"), (0.35, "a deep grudge"), (0.15, "a grudge"), (0.05, "a small grudge"))
"""What is held against another, in words, from which share on."""
_OWN = ("own", "lapsed")
"""Kinds of news that are told under the seat's own side."""
BEYOND_ALL = "(Each is held by itself; whoever is taken for one with the doer answers besides, so it is over 100 %.)"
"""Why shares of the blame may make more than the whole (ODD 7.3: an observer's own view of who is behind whom)."""
_MOST_STAND = 6
"""Variables that are told on the first morning, at most."""


def briefing(view: View, scenario: Scenario, width: int = WIDTH) -> str:
    """Tell a view in words, in lines of at most `width` letters.

    Raises
    ------
    ValueError
        The page is too narrow.
    """
    checked_width(width)
    theatre = scenario.theatre
    lines = paragraph(_title(view, scenario), width, hang=2).splitlines()
    sections = (
        _opening(view),
        _situation(view, theatre),
        _own(view, theatre),
        _news(view, theatre),
        _state(view, theatre),
        _moved(view, theatre),
        _held(view, theatre),
        standing(view, theatre),
    )
    for section in map(list, sections):
        if section:
            lines.append("")
            for text in section:
                lines += paragraph(text, width, hang=2).splitlines()
    return printable("\n".join(lines)) + "\n"


def _title(view: View, scenario: Scenario) -> str:
    if view.over:
        return f"{view.label.upper()}: the session is over, on {on(view.date)}"
    return f"{view.label.upper()}: {on(view.date)} (day {view.day + 1} of {scenario.days}, turn {view.turn + 1})"


def _opening(view: View) -> Iterator[str]:
    if view.turn == 0 and view.wants:
        yield f"What you are after: {view.wants}"
    if view.stopped:
        yield f"The clock stopped early. {view.stopped}"


def _gravest(view: View) -> list[Item]:
    """The news that is told, in its order: of much, what is gravest and what concerns the seat."""
    ranked = sorted(view.news, key=lambda item: (not _concerns(item, view), -item.rung, item.number))
    others = [item for item in ranked if item.kind not in _OWN][:_MOST_NEWS]
    told_of = others + [item for item in ranked if item.kind in _OWN][:_MOST_OWN]
    return [item for item in view.news if item in told_of]


def _own(view: View, theatre: Theatre) -> Iterator[str]:
    """What the seat's own side has done, and what of its orders could not be done."""
    mine = [item for item in _gravest(view) if item.kind in _OWN]
    if mine:
        yield "YOUR SIDE"
        yield from (dated(item, theatre) for item in mine)


def _news(view: View, theatre: Theatre) -> Iterator[str]:
    """What else the seat has learned since its last view."""
    if not view.news:
        if view.turn and not view.over:
            yield "Nothing new has come to your ears."
        return
    told_of = _gravest(view)
    others = [item for item in told_of if item.kind not in _OWN]
    if others:
        yield "WHAT IS NEW"
        yield from (dated(item, theatre) for item in others)
    if left := len(view.news) - len(told_of):
        yield f"And {in_words(left)} smaller piece{'s' if left > 1 else ''} of news."


def dated(item: Item, theatre: Theatre) -> str:
    """A piece of news with its day."""
    return f"{on(item.date, year=False)}: {told(item, theatre)}"


def _concerns(item: Item, view: View) -> bool:
    """Whether a piece of news is about the seat's own orders and losses."""
    return item.kind in ("lapsed", "event") or item.deaths > 0 or (item.target == view.actor and item.rung >= _GRAVE)


def told(item: Item, theatre: Theatre) -> str:
    """A piece of news in a few sentences."""
    parts = [item.text]
    if item.learned.toordinal() - item.date.toordinal() > 1:
        parts.append(f"(You hear of it on {on(item.learned, year=False)}.)")
    if item.deaths and not _says(item.text, item.deaths):
        parts.append(f"{counted(item.deaths, 'person').replace('persons', 'people')} died.")
    if item.claimed_by is not None and item.claimed_by != item.actor:
        claimed = called(theatre.actors[item.claimed_by].label)
        if not any(word in item.text for word in claimed.split() if word[0].isupper()):
            parts.append(f"{capital(claimed)} claims it.")
    if item.kind == "deniable":
        held = [f"{called(each.label)} {percent(each.share)}" for each in item.responsible]
        parts.append(f"You hold {listed(held)} responsible." if held else "You hold nobody responsible.")
        if beyond_all(each.share for each in item.responsible):
            parts.append(BEYOND_ALL)
    if item.ordered is not None:
        parts.append("(On your order.)" if item.ordered else "(Your own people, without an order.)")
    if item.rung >= _GRAVE:
        parts.append(f"(Rung {item.rung}.)")
    return " ".join(parts)


def beyond_all(shares: Iterable[float]) -> bool:
    """Whether shares of the blame make more than the whole."""
    return sum(shares) > 1.005


def _says(text: str, deaths: int) -> bool:
    """Whether a text tells how many died itself."""
    counts = f"{in_words(deaths)}|{deaths:,}" + ("|an?" if deaths == 1 else "")
    return re.search(rf"\b(?:{counts})\b", text, re.IGNORECASE) is not None and _DEATH.search(text) is not None


def _state(view: View, theatre: Theatre) -> Iterator[str]:
    whole = view.rungs[-1]
    yield f"THE LADDER: rung {whole.rung} of 9, {whole.rung_label}; tension {view.tension:.0f} of 100."
    higher = [f"{each.label} {each.rung}" for each in view.rungs[:-1] if each.rung]
    if higher:
        yield f"By exchange: {'; '.join(higher)}."
    if view.outcomes:
        by_day = sorted(view.outcomes.items(), key=lambda each: (each[1], each[0]))
        came = [f"{theatre.outcomes[name].label} ({on(day, year=False)})" for name, day in by_day]
        yield f"What has come about: {'; '.join(came)}."


def _situation(view: View, theatre: Theatre) -> Iterator[str]:
    """How the world stands on the first morning, in what the seat cares about most."""
    if view.turn or view.over:
        return
    known = {each.name: each for each in view.variables}
    chosen = [known[name] for name in cared_for(view, theatre) if _is_telling(known[name])]
    if chosen:
        yield "HOW THINGS STAND"
        for each in chosen[:_MOST_STAND]:
            yield each.label if each.value is True else f"{each.label}: {amount(each, each.value)}"


def cared_for(view: View, theatre: Theatre) -> list[str]:
    """The variables by what they are to the seat: those of its goals first, then those that move its own acts."""
    actor = theatre.deciders[view.actor]
    weights = dict.fromkeys((each.name for each in view.variables), 0.0)
    for name, action in theatre.actions.items():
        for term, weight in action.drivers.items() if name.startswith(f"{view.actor}.") else ():
            for factor in Term.parse(term).factors if term != "base" else ():
                if (read := str(factor.quantity)) in weights:
                    weights[read] += abs(weight.value)
    goals = {name: abs(value) for name, value in (actor.goals if isinstance(actor, Actor) else {}).items()}
    return sorted(weights, key=lambda name: (-goals.get(name, 0.0), -weights[name]))


def _is_telling(reading: Reading) -> bool:
    """Whether a variable is worth a line before anything has happened: known, and not nought."""
    return bool(reading.value)


def _moved(view: View, theatre: Theatre) -> Iterator[str]:
    """The ladder, tension and the variables that moved most in a week, and what the seat hears of late."""
    moved = sorted((each for each in view.variables if _change(each) > 0.0), key=lambda each: -_change(each))
    told = [*_climbed(view, theatre), *(f"{each.label}: {_from_to(each)}" for each in moved[:_MOST_MOVED])]
    if told:
        yield "WHAT MOVED SINCE A WEEK AGO"
        yield from told
    old = [each for each in view.variables if each.as_of is not None and (view.date - each.as_of).days > 1]
    if old and view.turn == 1:
        yield f"You hear with some days' delay of: {'; '.join(each.label for each in old)}."


def _climbed(view: View, theatre: Theatre) -> Iterator[str]:
    """How the whole crisis stands beside a week ago."""
    whole, ladder = view.rungs[-1], theatre.ladder.rungs
    if whole.a_week_ago is not None and whole.a_week_ago != whole.rung:
        now, then = (f"rung {rung}, {_lower(ladder[rung].label)}" for rung in (whole.rung, whole.a_week_ago))
        yield f"The ladder: from {then}, to {now}"
    before = view.tension_a_week_ago
    if before is not None and abs(view.tension - before) >= 100.0 * _LEAST_MOVED:
        yield f"Tension: from {before:.0f} to {view.tension:.0f} of 100"


def _from_to(reading: Reading) -> str:
    """What a variable was a week ago and is now, with its unit once."""
    now, then = amount(reading, reading.value), amount(reading, reading.a_week_ago)
    if isinstance(reading.value, bool):
        return f"{now} (a week ago {then})"
    unit = f" {unit_in_words(reading.unit)}" if reading.unit not in ("1", "") else ""
    return f"from {then.removesuffix(unit)} to {now}"


def _change(reading: Reading) -> float:
    """By how much a variable moved in a week, beside what counts as little; 0 for less than that."""
    now, then = reading.value, reading.a_week_ago
    if now is None or then is None or now == then:
        return 0.0
    if isinstance(now, bool):
        return 100.0
    scale = 1.0 if reading.unit == "1" else max(abs(then), 1e-9)
    size = abs(now - then) / scale
    return size / _LEAST_MOVED if size >= _LEAST_MOVED else 0.0


def amount(reading: Reading, value: float | bool | None) -> str:
    """A value of a variable as a sentence says it."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return percent(value) if reading.unit == "1" else f"{number(value)} {unit_in_words(reading.unit)}".strip()


def _held(view: View, theatre: Theatre) -> Iterator[str]:
    """What the seat's people hold against others, in words."""
    held = sorted((each for each in view.grievances if _is_held(each)), key=lambda each: -each.provocation)
    if held:
        yield "WHAT YOUR PEOPLE HOLD AGAINST OTHERS"
        for each in held[:_MOST_HELD]:
            yield grudge(each, theatre)


def grudge(each: Grievance, theatre: Theatre) -> str:
    """What is held against one of the others, in a sentence."""
    much = next((words for least, words in _HOW_MUCH if each.provocation >= least), "hardly a grudge")
    text = f"Against {called(each.label)}: {much}"
    if each.blood >= _LEAST_BLOOD:
        text += ", with blood in it"
    if each.suspected > 0.5:
        text += ", most of it on suspicion"
    rung = round(each.strongest)
    if rung > 1 and each.provocation >= _HOW_MUCH[-1][0]:
        text += f". The worst of it weighs by now like rung {rung}, {_lower(theatre.ladder.rungs[rung].label)}"
    return f"{text}."


def _lower(label: str) -> str:
    """A label within a sentence."""
    return label[:1].lower() + label[1:]


def _is_held(grievance: Grievance) -> bool:
    return grievance.provocation >= _LEAST_HELD


def standing(view: View, theatre: Theatre) -> Iterator[str]:
    """What stands of a seat's orders, a sentence each."""
    if view.over:
        return
    mine, labels = view.standing, {lever.path: lever.label for lever in view.levers}
    yield "YOUR ORDERS"
    if mine.played_by == "rules":
        yield "Your seat has been handed to the rules; no order of yours stands."
        return
    for each in mine.scheduled:
        yield f"{on(each.on)}: {theatre.actions[each.act].label}"
    for each in view.ordered:
        yield f"{on(each.on)}: {theatre.actions[each.act].label} (your people ordered it before)"
    if mine.never:
        yield f"Never: {'; '.join(theatre.actions[act].label for act in mine.never)}"
    for path, value in mine.stance.items():
        usual = theatre.actions[path.removeprefix("actions.").removesuffix(".rate")].rate.value
        yield f"Stance: {labels.get(path, path)}, {readiness(value, usual)}"
    yield otherwise_told(mine.otherwise)


def readiness(rate: float, usual: float) -> str:
    """How ready a seat's people are for something, beside what is usual."""
    if rate == usual:
        return "as usual"
    times = f" ({number(rate / usual, 2)} times the usual)" if usual else ""
    return f"{'readier' if rate > usual else 'less ready'}{times}"


def otherwise_told(otherwise: str) -> str:
    """What becomes of days without orders."""
    what = "your people decide for themselves" if otherwise == "rules" else "your side does nothing"
    return f"On days without an order of yours, {what}."
