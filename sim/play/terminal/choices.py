"""What is answered at the terminal about what a seat may do: its options, why one is closed, and what could come."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.play.answers.hindrances import in_plain_words
from sim.play.answers.options import Option, Options
from sim.play.messages.view import View
from sim.text import called, capital, counted, on, percent
from sim.theatre.language.number import Number
from sim.theatre.language.schema import Actor, Theatre
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
_PUBLIC = 2
"""From this rung on it is said that an act is seen by all; words and offers are meant to be."""
_HANDFUL = 6
"""Acts that are told on the first morning, at most."""
_ALIKE = 4
"""From so many options on that make no difference, they are told in a line."""
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


def some_options(options: Options, theatre: Theatre, width: int) -> str:
    """A handful of what is open, of every rung the act that the seat's own people are likeliest to do."""
    likeliest: dict[int, int] = {}
    by_number = numbered(options.options)
    for at, each in by_number.items():
        best = likeliest.get(each.rung)
        if each.open and (best is None or (each.chance or 0.0) > (by_number[best].chance or 0.0)):
            likeliest[each.rung] = at
    if not likeliest:
        return ""
    found = [f"AMONG YOUR {len(options.options)} ACTS, OF WHICH {len(options.open)} ARE OPEN TODAY"]
    for rung in sorted(likeliest)[:_HANDFUL]:
        found.append(f"{likeliest[rung]:3}  {by_number[likeliest[rung]].story}")
    return lines(
        [*found, "`options` lists them all, `why NUMBER` tells about one, `do NUMBER` orders it."], width, hang=5
    )


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
    against = "against" if option.rung else "to do with"
    found = [
        f"{at}  {option.label.upper()}, {against} {whom}; rung {option.rung}, {rung}",
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
    found += [meaning(option)] if meaning(option) else []
    found += _moved_by(action.drivers, theatre)
    return lines(found, width)


def meaning(option: Option) -> str:
    """What an act brings with it, in a sentence: whether it will be known whose it was, and whether people may die."""
    told = []
    if option.deniable >= 0.5:
        told.append("others will suspect that it was you, and not be sure")
    elif option.deniable:
        told.append("others will mostly know that it was you, though you can deny it")
    elif option.rung >= _PUBLIC:
        told.append("the world will know that it was you")
    told += ["people may die"] if option.lethal else []
    return f"{capital('; '.join(told))}." if told else ""


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
        f"a lack of this: {words}" if each.negated else words for each, words in zip(factors, told, strict=True)
    )


def hold_told(options: Options) -> str:
    """How likely the model's own actor would do nothing today."""
    return (
        ""
        if options.hold is None
        else f"Left to themselves, your people would do nothing today: {percent(options.hold)}."
    )


def futures_page(
    found: "Futures", options: Options, theatre: Theatre, width: int, by: tuple[str, ...] = (), whole: bool = False
) -> str:
    """What each option led to: outcomes that were asked for, else the gravest and the best by the seat's goals.

    Options that differ from doing nothing in none of these are told in a line, unless the `whole` table is wanted.
    """
    room, column = width - _OUTCOMES * _COLUMN - 5, _COLUMN
    shown = _columns(found, theatre, by)
    told = [
        f"WHAT COULD COME: how often it came about within {counted(found.days, 'day')}, in {found.runs:,} runs",
        "of the model that look the same to you. These are shares of runs, not a forecast.",
        "(95 % interval; * where it differs from doing nothing)",
    ]
    if not shown:
        return lines([*told[:2], "Every outcome has come about already."], width)
    heads = [textwrap.wrap(found.labels[name], column - 2) for name in shown]
    for row in range(max(map(len, heads))):
        cells = [f"{head[row] if row < len(head) else '':<{column}}" for head in heads]
        told.append(f"{'':{room + 5}}{''.join(cells)}".rstrip())
    table = {(row.act, row.outcome): row for row in found.table.itertuples(index=False)}
    by_act = {each.act: at for at, each in numbered(options.options).items()}
    ranked = sorted(found.acts, key=lambda each: -table[each, shown[0]].share)
    alike = [act for act in ranked if act in by_act and not any(_apart(table[act, name], act) for name in shown)]
    alike = [] if whole or len(alike) < _ALIKE else alike
    for act in ranked:
        if act not in alike:
            cells = [f"{_share(table[act, name], table['hold', name]):<{column}}" for name in shown]
            label = found.labels[act] if len(found.labels[act]) < room else f"{found.labels[act][: room - 2]}…"
            told.append(f"{by_act.get(act, ''):>3}  {label:<{room}}{''.join(cells)}".rstrip())
    if alike:
        others = ", ".join(str(at) for at in sorted(by_act[act] for act in alike))
        text = f"The other {len(alike)} ({others}): no difference from doing nothing that {found.runs:,} runs can show."
        told.append(lines([text], width))
    return "\n".join(told)


def _columns(found: "Futures", theatre: Theatre, by: tuple[str, ...]) -> tuple[str, ...]:
    """The outcomes that are told: those asked for, the gravest and the best by the seat's goals, the most telling."""
    actor = theatre.deciders[found.seat.partition("/")[0]]
    goals = actor.goals if isinstance(actor, Actor) else {}
    mine = sorted((name for name in goals if name in found.outcomes), key=lambda name: goals[name])
    came = set(found.table.loc[found.table["share"] > 0.0, "outcome"])
    best = [name for name in reversed(mine) if goals[name] > 0]
    ends = [name for name in mine[:1] if goals[name] < 0] + [name for name in best if name in came or not came][:1]
    first = () if mine else found.outcomes[:1]
    return tuple(dict.fromkeys((*by, *ends, *first, *found.telling)))[:_OUTCOMES]


def _apart(row: Any, act: str) -> bool:
    """Whether an option differs from doing nothing for sure."""
    return act != "hold" and bool(row.difference_low > 0 or row.difference_high < 0)


def _share(row: Any, held: Any) -> str:
    """A share with its interval, and a mark where it differs from holding for sure."""
    if row.share == 1.0 > held.share:
        return "*in every run"
    ends = [f"{100 * each:.{1 if row.high < 0.1 else 0}f}" for each in (row.low, row.high)]
    return f"{'*' if _apart(row, row.act) else ' '}{percent(row.share)} ({ends[0]} to {ends[1]} %)"


__all__ = ["futures_page", "hold_told", "meaning", "options_page", "some_options", "why_page"]
