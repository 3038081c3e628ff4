"""What is answered at the terminal about what a seat may do: its options, why one is closed, and what could come."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.play.answers.hindrances import in_plain_words
from sim.play.answers.options import Option, Options
from sim.play.messages.view import View
from sim.text import called, capital, counted, on, percent
from sim.theatre.language.number import Number
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Term
from sim.theatre.parameters.in_words import quantity_in_words

from .lookup import fits, numbered
from .pages import lines

if TYPE_CHECKING:
    from sim.play.answers.futures import Futures

_COLUMN = 24
"""Letters of a column of shares."""
_OUTCOMES = 2
"""Columns of shares."""
_MOST_TERMS = 4
"""Quantities that are told to move an act, at most each way."""


def options_page(options: Options, theatre: Theatre, width: int, words: str = "") -> str:
    """The options of a seat: the open ones, all of them, the closed ones with why, or those that have some words."""
    wanted, by_number = words.strip().lower(), numbered(options.options)
    shown = {at: each for at, each in by_number.items() if _is_shown(each, wanted, theatre)}
    if not shown:
        return f"None of your acts has “{words}”." if words else "Nothing is open to you today."
    told = [f"OPTIONS: {len(options.open)} of {len(options.options)} are open today"]
    chances = any(each.open and each.chance is not None for each in shown.values())
    told.append(
        "(number, act, against whom, rung" + ("; how likely your people would do it today)" if chances else ")")
    )
    hand = None
    for at, each in shown.items():
        if each.hand != hand:
            hand = each.hand
            told += ["", _called(hand)]
        told += _option(at, each, theatre, width)
    if not words:
        hint = "`options all` shows the closed ones too, `why NUMBER` what an act takes, `do NUMBER` orders it."
        told += ["", lines([text for text in (hold_told(options), hint) if text], width)]
    return "\n".join(told)


def _is_shown(option: Option, wanted: str, theatre: Theatre) -> bool:
    if wanted in ("", "open"):
        return option.open
    if wanted in ("all", "closed"):
        return wanted == "all" or not option.open
    target = theatre.actors[option.target].label
    return fits(f"{option.label} {option.act} {option.story} {target} {option.hand}", wanted)


def _called(hand: str) -> str:
    """Who does it: the hand's name as a heading."""
    _, _, own = hand.partition("/")
    return capital(own.replace("_", " ")) if own else "Acts"


def _option(at: int, option: Option, theatre: Theatre, width: int) -> Iterator[str]:
    """An option in a line, and what is to be said of it in others."""
    chance = percent(option.chance) if option.open and option.chance is not None else ""
    whom = called(theatre.actors[option.target].label).removeprefix("the ")
    room = width - 6 - 22 - 3 - 9
    label = option.label if len(option.label) <= room else f"{option.label[: room - 1]}…"
    whom = whom if len(whom) <= 20 else f"{whom[:19]}…"
    closed = "" if option.open or option.refused else "closed"
    yield f"{at:4}  {label:{room}}  {whom:20}  {option.rung}  {chance or closed:>7}".rstrip()
    if option.scheduled is not None:
        yield f"{'':6}ordered for {on(option.scheduled)}"
    if option.refused:
        yield f"{'':6}you have said that it is never to be done; `allow {at}` takes that back"
    if not option.open:
        for reason in option.why_not:
            yield lines([capital(in_plain_words(theatre, reason))], width, indent=6)


def why_page(option: Option, at: int, view: View, theatre: Theatre, width: int) -> str:
    """What an act is, what is in its way or what it would take, and what moves those who would do it unasked."""
    action = theatre.actions[option.act]
    whom, rung = called(theatre.actors[option.target].label), theatre.ladder.rungs[option.rung].label
    found = [
        f"{at}  {option.label.upper()}, {'against' if option.rung else 'towards'} {whom}; rung {option.rung}, {rung}",
        option.story,
    ]
    if option.why_not:
        found.append("Closed today:")
        found += [f"- {capital(in_plain_words(theatre, reason))}." for reason in option.why_not]
    elif option.refused:
        found.append(f"You have said that it is never to be done; `allow {at}` takes that back.")
    else:
        when = "today" if option.earliest == view.date else f"on {on(option.earliest)}, if you order it now"
        found.append(f"Open: it could be done {when}.")
    if option.scheduled is not None:
        found.append(f"It is ordered for {on(option.scheduled)}.")
    if option.chance is not None and option.open:
        found.append(
            f"Your people would do it today, if you left it to them, with a chance of {percent(option.chance)}."
        )
    elif option.open:
        found.append("Whether your people would do it today hangs on something that you do not know.")
    found += (
        [f"It can be denied: {percent(option.deniable)} of the blame would be suspicion."] if option.deniable else []
    )
    found += ["People may die of it."] if option.lethal else []
    found += _moved_by(action.drivers, theatre)
    return lines(found, width)


def _moved_by(drivers: Mapping[str, Number], theatre: Theatre) -> Iterator[str]:
    """What makes the model's own actor readier to do something, and what less ready."""
    weights = {term: weight.value for term, weight in drivers.items()}
    for text, sign in (("What makes your people readier for it:", 1.0), ("What makes them less ready:", -1.0)):
        mine = sorted((term for term in weights if weights[term] * sign > 0), key=lambda term: -abs(weights[term]))
        if mine:
            yield text
            yield from (f"- {capital(_term(theatre, term))}" for term in mine[:_MOST_TERMS])


def _term(theatre: Theatre, text: str) -> str:
    """What a term multiplies, in words."""
    if text == "base":
        return "by itself"
    factors = Term.parse(text).factors
    told = [quantity_in_words(theatre, str(each.quantity)).strip("'") for each in factors]
    return ", together with ".join(
        f"little of: {words}" if each.negated else words for each, words in zip(factors, told, strict=True)
    )


def hold_told(options: Options) -> str:
    """How likely the model's own actor would do nothing today."""
    return (
        ""
        if options.hold is None
        else f"Left to themselves, your people would do nothing today: {percent(options.hold)}."
    )


def futures_page(found: "Futures", options: Options, width: int, by: tuple[str, ...] = ()) -> str:
    """What each option led to: outcomes that were asked for, or those on which the options differ most."""
    room, column = width - _OUTCOMES * _COLUMN - 5, _COLUMN
    shown = (*by, *(name for name in found.telling if name not in by))[:_OUTCOMES]
    told = [
        f"WHAT COULD COME: how often it came about within {counted(found.days, 'day')}, in {found.runs:,} runs",
        "that look the same to you (95 % interval; * where it differs from doing nothing)",
    ]
    if not shown:
        return lines([*told, "Every outcome has come about already."], width)
    heads = [textwrap.wrap(found.labels[name], column - 2) for name in shown]
    for row in range(max(map(len, heads))):
        cells = [f"{head[row] if row < len(head) else '':<{column}}" for head in heads]
        told.append(f"{'':{room + 5}}{''.join(cells)}".rstrip())
    table = {(row.act, row.outcome): row for row in found.table.itertuples(index=False)}
    by_act = {each.act: at for at, each in numbered(options.options).items()}
    for act in sorted(found.acts, key=lambda each: -table[each, shown[0]].share):
        cells = [f"{_share(table[act, name], act):<{column}}" for name in shown]
        label = found.labels[act] if len(found.labels[act]) < room else f"{found.labels[act][: room - 2]}…"
        told.append(f"{by_act.get(act, ''):>3}  {label:<{room}}{''.join(cells)}".rstrip())
    return "\n".join(told)


def _share(row: Any, act: str) -> str:
    """A share with its interval, and a mark where it differs from holding for sure."""
    apart = act != "hold" and (row.difference_low > 0 or row.difference_high < 0)
    return f"{'*' if apart else ' '}{percent(row.share)} ({100 * row.low:.1f} to {100 * row.high:.1f})"


__all__ = ["futures_page", "hold_told", "options_page", "why_page"]
