"""Making a view: what a seat knows, put together as data."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sim.analysis.floating import usual
from sim.engine.explain import Choice
from sim.engine.single import dead_by_side
from sim.play.knowledge.known import Known
from sim.play.messages.view import Grievance, Held, Item, Reading, Rung, View
from sim.play.seats import Seat
from sim.play.sessions.desk import levers_of
from sim.play.sessions.world import own_orders
from sim.replays.blame import blames
from sim.replays.lookup import Deed
from sim.replays.wording import sentence, wording_of
from sim.text import called, capital, month
from sim.theatre.compiled.program import SCRIPT
from sim.theatre.language.days import days_after
from sim.theatre.language.schema import Action
from sim.theatre.language.variables import FlagVariable, UnitVariable, Variable

from .hindrances import in_plain_words

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

_WEEK = 7
_LEAST = 0.005
"""A share of the blame from which on a party is named."""


@usual
def seen(session: "Session", seat: Seat) -> View:
    """Put together what a seat may know this morning."""
    known = session.known(seat.id)
    found = [*_items(session, known), *_lapsed(session, seat), *_announced(session, seat)]
    items = tuple(_numbered(sorted(found, key=_when)))
    begun = session.turns[-1].first if session.turns else -1
    late = {text for day, text in session.desks[seat.id].told_late if begun == day < session.day}
    mornings = [(item.learned - session.scenario.start).days for item in items]
    news = tuple(
        item
        for item, morning in zip(items, mornings, strict=True)
        if morning > begun or (morning == begun and item.text in late)
    )
    actor, today = session.scenario.theatre.deciders[seat.actor], min(known.day, session.scenario.days - 1)
    return View(
        session=session.scenario.title,
        seat=seat.id,
        actor=seat.actor,
        label=known.course.name(seat.actor, today),
        names={name: known.course.name(name, today) for name in session.scenario.theatre.actors},
        turn=session.turn,
        day=session.day,
        date=session.date,
        last_day=session.scenario.end,
        over=session.over,
        stopped=_stopped(session, seat, known),
        wants=actor.wants,
        news=news,
        known=items,
        variables=tuple(readings_of(known)),
        tension=tension_of(known, known.day),
        tension_a_week_ago=tension_of(known, known.day - _WEEK) if known.day >= _WEEK else None,
        rungs=tuple(rungs_of(known)),
        grievances=() if session.over else tuple(_grievances(session, seat, known)),
        outcomes={name: session.scenario.start + timedelta(days=day) for name, day in known.outcomes.items()},
        standing=session.desks[seat.id].standing,
        ordered=own_orders(session.world.model, seat.actor),
        levers=tuple(levers_of(session, seat)),
    )


def _when(item: Item) -> tuple[date, date, bool, str]:
    """By days, and within one its own acts first: the order in which others acted would tell who they are."""
    return item.date, item.learned, item.kind != "own", item.text


def _numbered(items: list[Item]) -> Iterator[Item]:
    for number, item in enumerate(items):
        yield item.model_copy(update={"number": number})


def _items(session: "Session", known: Known) -> Iterator[Item]:
    """The acts that the seat knows of, as it would tell them."""
    for deed, learned in zip(known.deeds, known.learned, strict=True):
        item = item_of(known, deed, days_after(known.scenario.start, learned))
        if item.kind == "own":
            ordered = session.world.lived[deed.day].deeds.get(deed.action) == known.seat.id
            item = item.model_copy(update={"ordered": ordered})
        yield item


def item_of(known: Known, deed: Deed, learned: date) -> Item:
    """An act as somebody knows it; of the public nobody asks whom it holds responsible."""
    scenario, own = known.scenario, deed.actor == known.seat.actor
    day = scenario.start + timedelta(days=deed.day)
    if deed.actor == SCRIPT:
        entry = deed.action.partition(".")[2]
        words = entry.removeprefix("history_").replace("_", " ")
        text = scenario.script[entry].story or capital(f"{words}.")
        return Item(number=deed.event, date=day, learned=learned, kind="event", text=text)
    deniable = known.denied(deed)
    seems = known.may_have_been[deed.event][0] if deniable else deed.action
    action = scenario.theatre.actions[seems]
    dead = dead_by_side(known.program, known.program.actions.index(seems), deed.deaths, known.numbers)
    return Item(
        number=deed.event,
        date=day,
        learned=learned,
        kind="own" if own else "deniable" if deniable else "open",
        text=_unclaimed(known, deed, action) if deniable else _told(known, deed),
        act=None if deniable else deed.action,
        actor=None if deniable else deed.actor,
        target=action.target,
        rung=deed.rung,
        deaths=deed.deaths,
        dead=dead,
        claimed_by=action.claimed_by,
        responsible=tuple(responsible(known, deed)) if deniable and known.seat.actor else (),
    )


def _told(known: Known, deed: Deed) -> str:
    """An act whose doer is known, who is named first where the sentence does not name them."""
    text = sentence(known.course, deed, wording_of(known.course, deed))
    name = known.course.name(deed.actor, deed.day)
    if deed.actor == known.seat.actor:
        return text
    told = text if _names(text, name) else f"{capital(called(name))}: {text}"
    if not float(known.events[deed.event]["deniability"]) > 0.0:
        return told
    return f"{told} (You know from {called(name)} itself; others can only suspect.)"  # a patron or a friend of its own


def _names(text: str, name: str) -> bool:
    """Whether a sentence begins with somebody's name, or a part of it that is long enough to be one."""
    return any(text.startswith(part) for part in (called(name).capitalize(), *name.split()) if len(part) > 3)


def _unclaimed(known: Known, deed: Deed, action: Action) -> str:
    """An act as those tell it who can only suspect who did it."""
    theatre = known.scenario.theatre
    if action.unclaimed is not None:
        return action.unclaimed
    whom = called(known.course.name(action.target, deed.day))
    instrument = theatre.instruments[action.instrument].label.lower() if action.instrument else None
    place = theatre.places[action.place].label if action.place else None
    means = "; ".join(each for each in (instrument, place) if each)
    does = "attacks" if deed.rung >= 4 else "moves against"
    return f"Somebody {does} {whom}{f' ({means})' if means else ''}. Nobody owns up to it."


def responsible(known: Known, deed: Deed) -> Iterator[Held]:
    """Whom the seat's actor holds responsible for an act that can be denied, and how far (ODD 7.3).

    Of an act that may have been several, what it would hold of each counts alike.
    """
    found: dict[str, float] = {}
    acts = known.may_have_been[deed.event]
    for act in acts:
        for party, share in _held_for(known, deed, act).items():
            found[party] = found.get(party, 0.0) + share / len(acts)
    for party, share in sorted(found.items(), key=lambda each: (-each[1], each[0])):
        if share >= _LEAST:
            yield Held(party=party, label=known.course.name(party, deed.day), share=round(min(share, 1.0), 6))


def _held_for(known: Known, deed: Deed, action: str) -> dict[str, float]:
    """What the seat's actor would hold of each party, had this act been done.

    Where no rule reads what it holds against the doer, the engine does not keep that: the doer has what is left.
    """
    program, me = known.program, known.scenario.theatre.deciders[known.seat.actor]
    deniability = float(known.events[deed.event]["deniability"])
    told = blames(
        program,
        known.numbers,
        program.actions.index(action),
        deed.deaths > 0,
        deniability,
        known.control[deed.day],
    )
    mine = [each for each in told if each.observer == known.seat.actor]
    found = {each.by: each.believed for each in mine}
    doer = action.split(".")[0]
    if doer not in found:
        left = max(1.0 - sum(each.share for each in mine), 0.0)
        suspicion = me.perception.suspects.get(doer, me.perception.suspicion).value
        found[doer] = left * ((1.0 - deniability) + deniability * suspicion)
    return found


def _lapsed(session: "Session", seat: Seat) -> Iterator[Item]:
    """The seat's own orders that could not be carried out."""
    for day, act, why in session.desks[seat.id].lapsed:
        when = session.scenario.start + timedelta(days=day)
        label = session.scenario.theatre.actions[act].label
        text = f"Your order could not be carried out. {label}: {in_plain_words(session.scenario.theatre, why)}."
        learned = days_after(when, 1)
        yield Item(number=0, date=when, learned=learned, kind="lapsed", text=text, act=act, actor=seat.actor)


def _announced(session: "Session", seat: Seat) -> Iterator[Item]:
    """What the umpire has told the seat."""
    for day, text in session.desks[seat.id].told:
        when = session.scenario.start + timedelta(days=day)
        yield Item(number=0, date=when, learned=when, kind="event", text=text)


def _stopped(session: "Session", seat: Seat, known: Known) -> str | None:
    """Why the clock stands earlier than was meant, as far as the seat may know: what happened, and on which day."""
    if not session.turns or not session.turns[-1].cut_short or session.over:
        return None
    told: list[str] = []
    for stop in sorted(session.turns[-1].stops, key=lambda each: each.kind == "outcome"):
        if stop.seat == seat.id:
            told += _lapse(session, seat) if stop.kind == "lapsed" else _done_to(known, stop.what)
        elif stop.kind == "outcome" and stop.what in known.outcomes:
            told.append(f"“{session.scenario.theatre.outcomes[stop.what].label}” has come about.")
    return " ".join(dict.fromkeys(told)) or "Somebody else at the table has something to decide."


def _lapse(session: "Session", seat: Seat) -> Iterator[str]:
    """That orders of the last day could not be carried out."""
    for day, act, _ in session.desks[seat.id].lapsed:
        if day == session.day - 1:
            label = session.scenario.theatre.actions[act].label
            yield f"Your order for {_day(session.scenario.start, day)} could not be carried out: {label}."


def _done_to(known: Known, act: str) -> Iterator[str]:
    """An act against the seat's actor of which it has heard this morning, as it would tell it."""
    for deed, learned in zip(known.deeds, known.learned, strict=True):
        if deed.action == act and learned == known.day:
            yield f"On {_day(known.scenario.start, deed.day)}: {item_of(known, deed, known.scenario.start).text}"


def _day(start: date, day: int) -> str:
    when = start + timedelta(days=day)
    return f"{when.day} {month(when)}"


def readings_of(known: Known) -> Iterator[Reading]:
    """Every variable as the seat knows it."""
    for at, name in enumerate(known.program.variables):
        variable, last = known.scenario.theatre.variables[name], known.as_of[at]
        begins = float(variable.start if isinstance(variable, FlagVariable) else variable.start.value)
        never = variable.known_to is not None and variable.news_after is None and not known.sees(name)
        start = None if never else _plain(variable, begins)
        before = None if last is None else last - _WEEK  # of -1 the evening before the first day
        week = None if before is None or before < -1 else begins if before < 0 else float(known.values[before, at])
        now = (begins if not never else None) if last is None else float(known.values[last, at])
        yield Reading(
            name=name,
            label=variable.label,
            value=_plain(variable, now),
            unit=unit_of(variable),
            start=start,
            a_week_ago=_plain(variable, week),
            as_of=None if last is None else known.scenario.start + timedelta(days=last),
        )


def unit_of(variable: Variable) -> str:
    """What a variable is counted in, as a view has it."""
    return "" if isinstance(variable, FlagVariable) else "1" if isinstance(variable, UnitVariable) else variable.unit


def _plain(variable: Variable, value: float | None) -> Any:
    """A value as a view has it: of a flag a truth value, of what is no number nothing."""
    if value is None or value != value:
        return None
    return value >= 0.5 if isinstance(variable, FlagVariable) else float(f"{value:.6g}")


def tension_of(known: Known, day: int) -> float:
    """The tension on a morning, by the acts that the seat knows of."""
    return round(float(known.tension[day - 1]), 6) if day else 0.0


def rungs_of(known: Known) -> Iterator[Rung]:
    """Where each exchange stands on the ladder."""
    ladder, dyads = known.scenario.theatre.ladder.rungs, known.scenario.theatre.dyads
    for at, dyad in enumerate((*known.program.dyads, None)):
        rung, before = (int(known.rungs[day - 1, at]) if day > 0 else 0 for day in (known.day, known.day - _WEEK))
        label = "The whole crisis" if dyad is None else dyads[dyad].label
        yield Rung(
            dyad=dyad,
            label=label,
            rung=rung,
            rung_label=ladder[rung].label,
            a_week_ago=before if known.day >= _WEEK else None,
        )


def _grievances(session: "Session", seat: Seat, known: Known) -> Iterator[Grievance]:
    """What the seat's actor holds against others this morning."""
    choices: list[Choice] = session.world.glance.of(seat.actor)
    for held in choices[0].grievances if choices else ():
        against = known.program.pairs[held.pair][1]
        whole = held.believed + held.suspected
        yield Grievance(
            against=against,
            label=known.course.name(against, known.day),
            provocation=round(held.provocation, 6),
            blood=round(held.blood, 6),
            strongest=round(held.provoking_rung, 4),
            suspected=round(held.suspected / whole, 6) if whole > 0 else 0.0,
        )


__all__ = ["item_of", "readings_of", "responsible", "rungs_of", "seen", "tension_of", "unit_of"]
