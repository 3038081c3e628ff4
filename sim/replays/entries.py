"""A story as entries in the order of time: acts, several acts in a sentence, flags that turn, outcomes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Literal

from sim.text import capital, duration, in_words, listed, spelled

from .acts import Act
from .facts import Said, because, facts, name
from .lookup import Course
from .matters import brought_about, made_possible, turners, turns
from .selection import Selection, everything, select

if TYPE_CHECKING:
    from .replay import Replay

_AFTER = {"turn": 1, "outcome": 2}
"""What is told behind the acts of its day."""


HIGHEST_LEAST = 4
"""Acts from this rung up are told by themselves, if nobody says otherwise; lower ones where those are few."""
_TO_THE_DAY, _WEEKS = 14, 12
"""Up to so many days, and then weeks, a sentence on several acts counts them; beyond, it is three months."""
FEW = 55
"""Entries of a year that make no story."""


@dataclass(frozen=True)
class Entry:
    """One thing that a story tells."""

    kind: Literal["act", "fold", "turn", "outcome"]
    day: int
    text: str
    below: str
    """What stands below it; empty if nothing does."""
    events: tuple[int, ...]
    """The acts that it tells, by their numbers; of a turn or an outcome, those that brought it about."""
    rung: int | None = None
    """The highest of its acts; None of what is no act."""


def entries(run: "Replay", least: int) -> list[Entry]:
    """Everything that the story of a run tells.

    Parameters
    ----------
    least : the lowest rung told by itself; 0 tells every act in full
    """
    turned = [Entry("turn", turn.day, turn.text, "", turn.after) for turn in turns(run.course)]
    came = _outcomes(run)
    movers = {event for entry in (*turned, *came) for event in entry.events} | turners(run.course)
    after = {event: made_possible(run.course, event) for event in sorted(movers)}
    matter = movers.union(*after.values())
    chosen = everything(run.acts) if least == 0 else select(run.acts, run.scenario.theatre, least, matter)
    told = [*_acts(run, chosen, least, after), *turned, *came]
    return sorted(told, key=lambda entry: (entry.day, _AFTER.get(entry.kind, 0)))


def lowest_told(run: "Replay") -> int:
    """The highest rung from which on a run has enough to tell; a quiet history is one of words and signals."""
    enough = FEW * min(run.scenario.days, 365) / 365
    return next((least for least in range(HIGHEST_LEAST, 1, -1) if len(entries(run, least)) >= enough), 1)


def _outcomes(run: "Replay") -> list[Entry]:
    """The outcomes that came about, with what brought them about."""
    outcomes, found = run.scenario.theatre.outcomes, []
    came = sorted((day, outcomes[key].label, key) for key, day in run.outcomes.items() if day is not None)
    for day, label, key in came:
        after = brought_about(run.course, outcomes[key].when, day)
        told = f"{label}: after {_numbers(after)}" if after else label
        found.append(Entry("outcome", day, told, "", after))
    return found


def _numbers(events: Sequence[int]) -> str:
    return listed([f"#{event}" for event in events])


def _acts(run: "Replay", chosen: Selection, least: int, after: Mapping[int, Sequence[int]]) -> Iterator[Entry]:
    """Acts in full and folded, by the day of each or of the first of several.

    Parameters
    ----------
    after : what made those acts possible that brought something about
    """
    said, folds = Said(), {fold[0]: fold for fold in chosen.folds}
    for act in run.acts:
        if act.event in folds:
            several = [run.acts[event] for event in folds[act.event]]
            rung = max(each.rung for each in several)
            yield Entry("fold", act.day, folded(several, run.course), "", folds[act.event], rung)
        elif act.event in chosen.full:
            why = list(because(act, run.acts, run.course))
            below = [*facts(act, run.course, said if least else None), *why]
            opened = [event for event in after.get(act.event, ()) if not why or event != act.cause]
            below += [f"Made possible by {_numbers(opened)}."] if opened else []
            yield Entry("act", act.day, act.story, " ".join(below), (act.event,), act.rung)


def _within(days: int) -> str:
    """So many days in words, rounded up, since the last of several acts must lie within what is said."""
    weeks = ceil(days / 7)
    if days <= _TO_THE_DAY:
        return duration(days).removeprefix("a ")
    return f"{in_words(weeks)} weeks" if weeks <= _WEEKS else "three months"


def folded(acts: Sequence[Act], course: Course) -> str:
    """Tell several acts of one action in a sentence, of which one has been told before."""
    first, action = acts[0], course.scenario.theatre.actions[acts[0].action]
    n, days = spelled(len(acts)), acts[-1].day - first.day
    when = f"in the next {_within(days)}" if days > 1 else "within two days"
    dead, deadly = sum(act.deaths for act in acts), sum(act.deaths > 0 for act in acts)
    if action.many is not None:
        none = ", none deadly," if action.casualties is not None and not deadly else ""
        told = f"{capital(n)} more {action.many}{none} {when}"
    else:
        told = f"{capital(n)} more times {when}, by {name(course, first.actor, first.day)}: {action.label}"
    return f"{told}; {dead:,} dead." if dead else f"{told}."
