"""Making a view: what a seat knows, put together as data."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

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
from sim.text import called, capital
from sim.theatre.compiled.program import SCRIPT
from sim.theatre.language.variables import FlagVariable, UnitVariable, Variable

from .hindrances import in_plain_words

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

_LEAST = 0.005
"""A share of the blame from which on a party is named."""


@usual
def seen(session: "Session", seat: Seat) -> View:
    """Put together what a seat may know this morning."""
    known = session.known(seat.id)
    items = tuple(_numbered(sorted([*_items(known), *_lapsed(session, seat), *_announced(session, seat)], key=_when)))
    begun = session.turns[-1].first if session.turns else -1
    last = session.scenario.start + timedelta(days=begun)  # the morning of the last view
    late = {text for day, text in session.desks[seat.id].told_late if begun == day < session.day}
    news = tuple(item for item in items if item.learned > last or (item.learned == last and item.text in late))
    actor = session.scenario.theatre.deciders[seat.actor]
    return View(
        session=session.scenario.title,
        seat=seat.id,
        actor=seat.actor,
        label=known.course.name(seat.actor, min(known.day, session.scenario.days - 1)),
        turn=session.turn,
        day=session.day,
        date=session.date,
        last_day=session.scenario.end,
        over=session.over,
        stopped=_stopped(session, seat, known),
        wants=actor.wants,
        news=news,
        known=items,
        variables=tuple(_readings(known)),
        tension=round(float(known.tension[-1]), 6) if known.day else 0.0,
        rungs=tuple(_rungs(known)),
        grievances=() if session.over else tuple(_grievances(session, seat, known)),
        outcomes=dict(_outcomes(known)),
        standing=session.desks[seat.id].standing,
        ordered=own_orders(session.world.model, seat.actor),
        levers=tuple(levers_of(session, seat)),
    )


def _when(item: Item) -> tuple[date, date, int]:
    return item.date, item.learned, item.number


def _numbered(items: list[Item]) -> Iterator[Item]:
    for number, item in enumerate(items):
        yield item.model_copy(update={"number": number})


def _items(known: Known) -> Iterator[Item]:
    """The acts that the seat knows of, as it would tell them."""
    for deed, learned in zip(known.deeds, known.learned, strict=True):
        yield _item(known, deed, known.scenario.start + timedelta(days=learned))


def _item(known: Known, deed: Deed, learned: date) -> Item:
    scenario, own = known.scenario, deed.actor == known.seat.actor
    day = scenario.start + timedelta(days=deed.day)
    if deed.actor == SCRIPT:
        entry = deed.action.partition(".")[2]
        words = entry.removeprefix("history_").replace("_", " ")
        text = scenario.script[entry].story or capital(f"{words}.")
        return Item(number=deed.event, date=day, learned=learned, kind="event", text=text)
    action, event = scenario.theatre.actions[deed.action], known.events[deed.event]
    dead = dead_by_side(known.program, int(event["action"]), deed.deaths, known.numbers)
    deniable = float(event["deniability"]) > 0.0 and not own
    return Item(
        number=deed.event,
        date=day,
        learned=learned,
        kind="own" if own else "deniable" if deniable else "open",
        text=_unclaimed(known, deed) if deniable else sentence(known.course, deed, wording_of(known.course, deed)),
        act=None if deniable else deed.action,
        actor=None if deniable else deed.actor,
        target=action.target,
        rung=deed.rung,
        deaths=deed.deaths,
        dead=dead,
        claimed_by=action.claimed_by,
        responsible=tuple(_responsible(known, event)) if deniable else (),
    )


def _unclaimed(known: Known, deed: Deed) -> str:
    """An act as those tell it who can only suspect who did it."""
    theatre, action = known.scenario.theatre, known.scenario.theatre.actions[deed.action]
    if action.unclaimed is not None:
        return action.unclaimed
    whom = called(known.course.name(action.target, deed.day))
    instrument = theatre.instruments[action.instrument].label.lower() if action.instrument else None
    place = theatre.places[action.place].label if action.place else None
    means = "; ".join(each for each in (instrument, place) if each)
    does = "attacks" if deed.rung >= 4 else "moves against"
    return f"Somebody {does} {whom}{f' ({means})' if means else ''}. Nobody owns up to it."


def _responsible(known: Known, event: np.void) -> Iterator[Held]:
    """Whom the seat's actor holds responsible for an act, and how far (ODD 7.3)."""
    program, deniability = known.program, float(event["deniability"])
    told = blames(
        program,
        known.numbers,
        int(event["action"]),
        bool(event["deaths"] > 0),
        deniability,
        known.control[int(event["day"])],
    )
    mine = {each.by: each.believed for each in told if each.observer == known.seat.actor}
    doer = program.actors[int(event["actor"])]
    for party, share in sorted((mine or {doer: 1.0 - deniability}).items(), key=lambda each: (-each[1], each[0])):
        if share >= _LEAST:
            label = known.course.name(party, int(event["day"]))
            yield Held(party=party, label=label, share=round(min(share, 1.0), 6))


def _lapsed(session: "Session", seat: Seat) -> Iterator[Item]:
    """The seat's own orders that could not be carried out."""
    for day, act, why in session.desks[seat.id].lapsed:
        when = session.scenario.start + timedelta(days=day)
        label = session.scenario.theatre.actions[act].label
        text = f"Your order could not be carried out. {label}: {in_plain_words(session.scenario.theatre, why)}."
        learned = when + timedelta(days=1)
        yield Item(number=0, date=when, learned=learned, kind="lapsed", text=text, act=act, actor=seat.actor)


def _announced(session: "Session", seat: Seat) -> Iterator[Item]:
    """What the umpire has told the seat."""
    for day, text in session.desks[seat.id].told:
        when = session.scenario.start + timedelta(days=day)
        yield Item(number=0, date=when, learned=when, kind="event", text=text)


def _stopped(session: "Session", seat: Seat, known: Known) -> str | None:
    """Why the clock stands earlier than was meant, as far as the seat may know."""
    if not session.turns or not session.turns[-1].cut_short or session.over:
        return None
    told = []
    for stop in session.turns[-1].stops:
        if stop.seat == seat.id and stop.kind == "lapsed":
            told.append("an order of yours could not be carried out")
        elif stop.seat == seat.id:
            told.append("something grave was done against you")
        elif stop.kind == "outcome" and dict(_outcomes(known)).get(stop.what) is not None:
            told.append(f"“{session.scenario.theatre.outcomes[stop.what].label}” came about")
    return "; ".join(dict.fromkeys(told)) or "the umpire has stopped it"


def _readings(known: Known) -> Iterator[Reading]:
    """Every variable as the seat knows it."""
    for at, name in enumerate(known.program.variables):
        variable, last = known.scenario.theatre.variables[name], known.as_of[at]
        begins = float(variable.start if isinstance(variable, FlagVariable) else variable.start.value)
        never = variable.known_to is not None and variable.news_after is None and not known.sees(name)
        start = None if never else _plain(variable, begins)
        week = None if last is None or last < 7 else float(known.values[last - 7, at])
        now = (begins if not never else None) if last is None else float(known.values[last, at])
        yield Reading(
            name=name,
            label=variable.label,
            value=_plain(variable, now),
            unit=_unit(variable),
            start=start,
            a_week_ago=_plain(variable, week),
            as_of=None if last is None else known.scenario.start + timedelta(days=last),
        )


def _unit(variable: Variable) -> str:
    return "" if isinstance(variable, FlagVariable) else "1" if isinstance(variable, UnitVariable) else variable.unit


def _plain(variable: Variable, value: float | None) -> Any:
    """A value as a view has it: of a flag a truth value, of what is no number nothing."""
    if value is None or value != value:
        return None
    return value >= 0.5 if isinstance(variable, FlagVariable) else float(f"{value:.6g}")


def _rungs(known: Known) -> Iterator[Rung]:
    ladder, dyads = known.scenario.theatre.ladder.rungs, known.scenario.theatre.dyads
    for at, dyad in enumerate((*known.program.dyads, None)):
        rung = int(known.rungs[-1, at]) if known.day else 0
        label = "The whole crisis" if dyad is None else dyads[dyad].label
        yield Rung(dyad=dyad, label=label, rung=rung, rung_label=ladder[rung].label)


def _grievances(session: "Session", seat: Seat, known: Known) -> Iterator[Grievance]:
    """What the seat's actor holds against others this morning."""
    choices: list[Choice] = session.world.morning.of(seat.actor)
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


def _outcomes(known: Known) -> Iterator[tuple[str, date]]:
    """Those outcomes of which the seat can tell that they have come about, and when."""
    evenings = known.course.evening
    for name, outcome in known.scenario.theatre.outcomes.items():
        try:
            held = evenings.holds(outcome.when)[: known.day]
        except ValueError:  # it reads what nobody can look up afterwards
            continue
        if held.any():
            yield name, known.scenario.start + timedelta(days=int(held.argmax()))


__all__ = ["seen"]
