"""What is answered at the terminal about the world: the ladder, variables, actors, news, and what is ordered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sim.play.answers.briefing import amount, cared_for, dated, grudge, readiness, standing, told
from sim.play.messages.view import Item, Lever, Reading, View
from sim.play.seats import PlayError
from sim.text import capital, counted, number, on, paragraph
from sim.theatre.language.schema import Actor, Theatre

from .lookup import fits

_LATEST = 5
"""Acts of an actor that are told, the latest ones."""
_MOST_SHOWN = 10
"""Variables that are told if nobody asks for some."""


def lines(texts: Iterable[str], width: int, indent: int = 0, hang: int = 2) -> str:
    """Texts as lines that fit a page."""
    return "\n".join(paragraph(text, width, indent, hang) if text else "" for text in texts)


def ladder_page(view: View, theatre: Theatre, width: int) -> str:
    """Every rung, and where each exchange stands that has left the ground."""
    where: dict[int, list[str]] = {}
    for each in view.rungs:
        if each.dyad is not None and each.rung:
            where.setdefault(each.rung, []).append(each.label)
    found = [f"THE LADDER, by what you know; tension is {view.tension:.0f} of 100"]
    for rung, entry in sorted(theatre.ladder.rungs.items(), reverse=True):
        here = [*(["the crisis as a whole"] if view.rungs[-1].rung == rung else []), *where.get(rung, [])]
        found.append(f"{rung}  {entry.label}" + (f"   <- {'; '.join(here)}" if here else ""))
    return lines(found, width, hang=3)


def variables_page(view: View, theatre: Theatre, words: str, width: int) -> str:
    """What variables are, and were a week ago or on the first morning: those that concern the seat, some, or all."""
    everything = words.lower() == "all"
    some = bool(words) and not everything
    chosen = [each for each in view.variables if not some or fits(f"{each.label} {each.name}", words)]
    if not chosen:
        raise PlayError(f"no variable is called anything like '{words}'; `variables all` lists them all")
    known = {each.name: each for each in chosen}
    told_of = chosen if words else [known[name] for name in cared_for(view, theatre) if _is_telling(known[name])]
    found = ["THE STATE OF THE WORLD, as far as you know it"]
    for each in sorted(told_of[: None if words else _MOST_SHOWN], key=lambda one: one.label):
        late = each.as_of is not None and (view.date - each.as_of).days > 1 and not view.over
        when = f" on {on(each.as_of, year=False)}" if late and each.as_of is not None else ""
        now = "you do not know" if each.value is None else amount(each, each.value)
        then = {"a week ago": each.a_week_ago, "at the start": each.start}
        past = [f"{amount(each, value)} {when}" for when, value in then.items() if value is not None]
        moved = [text for text in past if not text.startswith(f"{now} ")]
        found.append(f"{each.label}: {now}{when}{f' ({moved[0]})' if moved else ''}")
    if not words and len(chosen) > _MOST_SHOWN:
        found += ["", f"This is what concerns you most; `variables all` lists all {len(chosen)}, `variables oil` some."]
    return lines(found, width)


def _is_telling(reading: Reading) -> bool:
    """Whether a variable is known and is, or was at first, more than nothing."""
    return reading.value is not None and bool(reading.value or reading.start)


def who_page(view: View, theatre: Theatre, name: str, width: int) -> str:
    """Who an actor is, what it wants, what the seat's people hold against it, and what it did last."""
    actor = theatre.actors[name]
    label = view.names[name]
    found = [label.upper() if len(label) < 40 else label]
    if isinstance(actor, Actor):
        found += [text for text in (actor.about, actor.wants and f"Wants: {actor.wants}") if text]
    for each in view.grievances:
        if each.against == name and each.provocation >= 0.005:
            found.append(f"What your people hold against it: {grudge(each, theatre).partition(': ')[2]}")
    deeds = [item for item in view.known if item.actor == name]
    suspected = [item for item in view.known if any(held.party == name for held in item.responsible)]
    if deeds:
        found.append(f"You know of {counted(len(deeds), 'act')}; the latest:")
        found += [f"  {dated(item, theatre)}" for item in deeds[-_LATEST:]]
    if suspected:
        found.append(f"You suspect it of {counted(len(suspected), 'more act' if deeds else 'act')}; the latest:")
        found += [f"  {dated(item, theatre)}" for item in suspected[-_LATEST:]]
    return lines(found, width, hang=4)


def cast_page(view: View, theatre: Theatre, width: int) -> str:
    """Everybody, with what each wants."""
    found = ["WHO IS WHO (`who` with a name tells more)"]
    for name, actor in sorted(theatre.deciders.items(), key=lambda each: each[1].label):
        label = f"{view.names[name]}{' (you)' if name == view.actor else ''}"
        found.append(f"{label}: {actor.wants}" if actor.wants else label)
    return lines(found, width)


def news_page(items: Sequence[Item], theatre: Theatre, title: str, nothing: str, width: int) -> str:
    """Pieces of news, oldest first."""
    if not items:
        return nothing
    return lines([title, *(dated(item, theatre) for item in items)], width)


def known_page(view: View, theatre: Theatre, words: str, width: int) -> str:
    """What the seat knows that has some words."""
    found = [item for item in view.known if fits(_searched(item, theatre), words)]
    return news_page(
        found, theatre, f"WHAT YOU KNOW OF “{words.upper()}”", f"You know of nothing like “{words}”.", width
    )


def _searched(item: Item, theatre: Theatre) -> str:
    """A piece of news with whatever somebody might search it by."""
    held = " ".join(f"{each.label} {each.party}" for each in item.responsible)
    return f"{told(item, theatre)} {item.act or ''} {item.actor or ''} {item.target or ''} {on(item.date)} {held}"


def orders_page(view: View, theatre: Theatre, width: int) -> str:
    """What stands of a seat's orders."""
    return lines(standing(view, theatre), width)


def stance_page(
    levers: Sequence[Lever], numbers: Mapping[str, int], theatre: Theatre, width: int, with_numbers: bool = False
) -> str:
    """How readily a seat's people do what it may set, by the numbers of the acts; with the ranges, if wanted."""
    if not levers:
        return "There is nothing that this seat may set."
    mine = sorted(levers, key=lambda lever: numbers[act_of(lever)])
    first = numbers[act_of(mine[0])]
    head = ["YOUR STANCE: how readily your people do what you do not order"]
    if with_numbers:
        head += [
            "The odds of a day, before all else that moves them to it or keeps them from it.",
            f"`stance {first} {rate_told(mine[0].low).replace(' ', '')}` sets one, `stance back` puts all back.",
        ]
    else:
        head += [
            f"`stance {first} readier`, `less`, `high`, `low` or `back`; `stance back` puts all back, and "
            "`stance numbers` tells the ranges."
        ]
    found = []
    for each in mine:
        text = f"{numbers[act_of(each)]:3}  {each.label}: {readiness(each.value, usual(each, theatre))}"
        span = f"; {rate_told(each.value)} (may be {rate_told(each.low)} up to {rate_told(each.high)})"
        found.append(text + (span if with_numbers else ""))
    return f"{lines(head, width)}\n\n{lines(found, width, hang=7)}"


def usual(lever: Lever, theatre: Theatre) -> float:
    """How readily the act of a lever is done if nobody sets it."""
    return theatre.actions[act_of(lever)].rate.value


def act_of(lever: Lever) -> str:
    """The act whose rate a lever is."""
    return lever.path.removeprefix("actions.").removesuffix(".rate")


def rate_told(rate: float) -> str:
    """A daily rate as people read it."""
    if rate >= 1.0:
        return f"{number(rate)} to 1"
    return f"{float(f'{100 * rate:.2g}'):.10f}".rstrip("0").rstrip(".") + " %"


def outcomes_told(outcomes: dict[str, date], theatre: Theatre) -> list[str]:
    """The outcomes that came about, by date, as labels."""
    by_day = sorted(outcomes.items(), key=lambda each: (each[1], each[0]))
    return [f"{on(day)}: {capital(theatre.outcomes[name].label)}" for name, day in by_day]


__all__ = [
    "cast_page", "known_page", "ladder_page", "lines", "news_page", "orders_page", "outcomes_told",
    "stance_page", "usual", "variables_page", "who_page",
]  # fmt: skip
