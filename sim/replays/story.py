"""A run as a dated story."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from sim.text import called, capital, checked_width, counted, listed, month, on, paragraph, percent, printable
from sim.theatre.language.schema import Theatre

from .acts import Act

if TYPE_CHECKING:
    from .replay import Replay

_MARGIN = 19
"""Columns left of what is told, for date, rung and number."""
_FARTHEST = 5
"""Drawn numbers that are told."""
_CLOSE = 0.9
"""Observers are named who feel an act nearly as much as who feels it most."""


def story(run: "Replay", least: int, width: int) -> str:
    """Tell a run as a dated story; see `Replay.text`."""
    checked_width(width)
    told = worth_telling(run.acts, least)
    lines = [*_head(run, width), *_numbers(run, width), "", *_legend(least, width)]
    entries = sorted([(act.date, 0, act.event) for act in run.acts] + [(day, 1, at) for at, (day, _) in _outcomes(run)])
    for (year, number), group in groupby(entries, key=lambda entry: (entry[0].year, entry[0].month)):
        lines += ["", f"{month(date(year, number, 1))} {year}"]
        left_out = 0
        for _, kind, at in group:
            if kind == 1:
                lines += _outcome(dict(_outcomes(run))[at], width)
            elif at in told:
                lines += act_lines(run.acts[at], run.acts, run.scenario.theatre, width)
            else:
                left_out += 1
        if left_out:
            lines.append(f"{'':{_MARGIN}}… and {counted(left_out, 'more act')} below rung {least}")
    return printable("\n".join([*lines, *_end(run, width)])) + "\n"


def worth_telling(acts: Sequence[Act], least: int) -> set[int]:
    """Events from a rung up, those that killed or were imposed, and all that led to them."""
    told = {act.event for act in acts if act.rung >= least or act.deaths or act.imposed}
    for act in reversed(acts):
        if act.event in told and act.cause is not None:
            told.add(act.cause)  # a cause comes before what it causes, so its own cause is still to come
    return told


def _outcomes(run: "Replay") -> list[tuple[int, tuple[date, str]]]:
    """Dates and labels of the outcomes that came about, numbered."""
    found = [
        (run.scenario.start + timedelta(days=day), run.scenario.theatre.outcomes[name].label)
        for name, day in run.outcomes.items()
        if day is not None
    ]
    return list(enumerate(sorted(found)))


def _head(run: "Replay", width: int) -> Iterator[str]:
    scenario, acts = run.scenario, run.acts
    yield from paragraph(scenario.title, width).splitlines()
    yield f"{scenario.name} {run.of.short_hash} · run {run.run} · seed {run.seed}"
    yield ""
    days = f"{counted(scenario.days, 'day')} from {on(scenario.start)}: {counted(len(acts), 'act')}"
    deadly = [act for act in acts if act.deaths]
    toll = Counter[str]()
    for act in deadly:
        toll.update(act.dead)
    sides = [f"{capital(called(_label(scenario.theatre, side)))} {deaths:,}" for side, deaths in toll.most_common()]
    told = f"{days}, {len(deadly)} of them deadly; {sum(toll.values()):,} dead"
    told += f" ({', '.join(sides)}). " if sides else ". "
    rungs = scenario.theatre.ladder.rungs
    if acts:
        highest = max(acts, key=lambda act: (act.rung, -act.event))
        told += f"The highest rung was {highest.rung} ({rungs[highest.rung].label}), first on {on(highest.date)}. "
    if run.failure is None:
        peak = int(run.tension.argmax())
        told += f"Tension peaked at {run.tension[peak]:.0f} on {on(scenario.start + timedelta(days=peak))}."
    yield from paragraph(told.strip(), width).splitlines()


def _numbers(run: "Replay", width: int) -> Iterator[str]:
    """What the run has drawn in place of the numbers as they are written, if it has."""
    if not run.drawn:
        return
    fitted = sum(each.fitted for each in run.drawn)
    ranged = [f"{counted(len(run.drawn) - fitted, 'number')} drawn from their plausible ranges"]
    drawn = [f"{counted(fitted, 'number')} drawn from a posterior"] if fitted else []
    drawn += ranged if fitted < len(run.drawn) else []
    told = f"It has numbers of its own: {' and '.join(drawn)}. "
    far = [
        f"{each.path} is {each.value:.3g} in place of {each.written:g} ({each.low:g} to {each.high:g})"
        for each in run.drawn[:_FARTHEST]
    ]
    yield ""
    yield from paragraph(f"{told}Furthest from what is written: {'; '.join(far)}.", width).splitlines()


def _legend(least: int, width: int) -> Iterator[str]:
    told = "Each act stands with its date, its rung and its number."
    if least > 0:
        told += f" Told are acts from rung {least}, those that killed or were imposed, and what led to them."
    yield from paragraph(told, width).splitlines()


def _end(run: "Replay", width: int) -> Iterator[str]:
    if run.failure is not None:
        day, what = run.failure
        yield ""
        yield f"The run failed on day {day}: {what} was not finite."
        return
    tension, rung = float(run.tension[-1]), int(run.block.rungs["rung"][0, -1])
    yield ""
    last = f"{on(run.scenario.end)}, the last day: tension {tension:.0f}, rung {rung}."
    yield from paragraph(f"{last} One history among many, and no forecast.", width).splitlines()


def _outcome(came: tuple[date, str], width: int) -> list[str]:
    day, label = came
    return _beside(f"{on(day, year=False):>6}  *", f"Outcome: {label}.", width)


def act_lines(act: Act, acts: Sequence[Act], theatre: Theatre, width: int) -> list[str]:
    """Tell one act: its story, and below it who to whom, the dead, claim and blame, and what led to it."""
    rung = "·" if act.target is None else str(act.rung)
    lines = _beside(f"{on(act.date, year=False):>6}  {rung}  #{act.event}", act.story, width)
    below = " ".join([*facts(act, theatre), *because(act, acts)])
    return lines + (_beside("", below, width) if below else [])


def facts(act: Act, theatre: Theatre) -> Iterator[str]:
    """Sentences on who did it to whom, who died, who claimed it, and on whom it was laid."""
    if act.target is None:
        yield "Imposed by the scenario."
        return
    to = "against" if act.rung else "towards"
    own = ", and claimed it" if act.claimed_by == act.actor else ""
    yield capital(f"{called(_label(theatre, act.actor))} {to} {called(_label(theatre, act.target))}{own}.")
    if act.imposed:
        yield "Imposed by the scenario."
    if act.ordered is not None:
        yield f"Ordered on {on(act.date - timedelta(days=act.day - act.ordered))}."
    if act.deaths:
        sides = (f"{dead:,} dead on the side of {called(_label(theatre, side))}" for side, dead in act.dead.items())
        yield f"{', '.join(sides)}."
    if act.claimed_by is not None and not own:
        yield capital(f"{called(_label(theatre, act.claimed_by))} claimed it.")
    yield from _blame(act, theatre)


def _blame(act: Act, theatre: Theatre) -> Iterator[str]:
    """Who held whom responsible, where that is not plain."""
    elsewhere = any(blame.by != act.actor and blame.believed >= 0.005 for blame in act.blame)
    if act.deniable == 0 and not elsewhere:
        return
    if act.deniable > 0:
        yield f"{capital(percent(act.deniable))} of it was only suspected."
    felt = {blame.observer: blame.weight for blame in act.blame}
    first = sorted(felt, key=lambda observer: (-felt[observer], observer != act.target, observer))
    for observer in [each for each in first if felt[each] >= _CLOSE * felt[first[0]]][:2]:
        laid = sorted((each for each in act.blame if each.observer == observer), key=lambda each: -each.believed)
        parties = [
            f"{called(_label(theatre, each.by))} {percent(each.believed)}" for each in laid if each.believed >= 0.005
        ]
        who = called(_label(theatre, observer))
        yield capital(f"{who} held {listed(parties)} responsible." if parties else f"{who} held nobody responsible.")


def because(act: Act, acts: Sequence[Act]) -> Iterator[str]:
    """A sentence on the event that weighed most in the decision."""
    if act.cause is not None:
        yield f"Because of {named(acts[act.cause])}."


def named(act: Act) -> str:
    """Call an event by number, date and label."""
    return f"#{act.event}, {on(act.date, year=False)}: {act.label}"


def _label(theatre: Theatre, actor: str) -> str:
    return theatre.actors[actor].label


def _beside(margin: str, text: str, width: int) -> list[str]:
    """Write a text beside its margin."""
    lines = paragraph(text, width, _MARGIN).splitlines()
    return [f"{margin:{_MARGIN}}{lines[0][_MARGIN:]}", *lines[1:]]
