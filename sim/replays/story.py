"""A run as a dated story."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.text import called, checked_width, counted, month, on, paragraph, printable

from .entries import Entry, entries, lowest_told

if TYPE_CHECKING:
    from .replay import Replay

_MARGIN = 20
"""Columns left of what is told, for date, rung and number."""
_FARTHEST = 5
"""Drawn numbers that are told."""


def story(run: "Replay", least: int | None, width: int, opening: Sequence[str] = ()) -> str:
    """Tell a run as a dated story; see `Replay.text`."""
    checked_width(width)
    least = lowest_told(run) if least is None else least
    lines = _title(run, width)
    for text in (*opening, _head(run), *_numbers(run), _legend(least)):
        lines += ["", *paragraph(text, width).splitlines()]
    told = entries(run, least)
    whole = {event for entry in told if entry.rung is not None for event in entry.events}
    rest = [act for act in run.acts if act.event not in whole]
    by_month = sorted([(_month(run, entry.day), entry) for entry in told], key=lambda pair: pair[0])
    left_out = Counter(_month(run, act.day) for act in rest)
    for at in sorted({each for each, _ in by_month} | left_out.keys()):
        lines += ["", f"{month(date(*at, 1))} {at[0]}"]
        lines += [line for each, entry in by_month if each == at for line in _lines(run, entry, width)]
        if left_out[at]:
            lines.append(f"{'':{_MARGIN}}… and {counted(left_out[at], 'more act')} below rung {least}")
    return printable("\n".join([*lines, *_end(run, width)])) + "\n"


def _month(run: "Replay", day: int) -> tuple[int, int]:
    when = run.scenario.start + timedelta(days=day)
    return when.year, when.month


def _lines(run: "Replay", entry: Entry, width: int) -> list[str]:
    """An entry beside its date, its rung and its number, with what stands below it."""
    when = on(run.scenario.start + timedelta(days=entry.day), year=False)
    if entry.rung is None:
        text = f"Outcome: {entry.text}." if entry.kind == "outcome" else entry.text
        return _beside(f"{when:>6}  *", text, width)
    first, *others = entry.events
    rung = "·" if run.acts[first].target is None else str(entry.rung)
    number = f"#{first}" + (f" +{len(others)}" if others else "")
    below = paragraph(entry.below, width, _MARGIN).splitlines() if entry.below else []
    return [*_beside(f"{when:>6}  {rung}  {number}", entry.text, width), *below]


def _title(run: "Replay", width: int) -> list[str]:
    title = paragraph(run.scenario.title, width).splitlines()
    return [*title, f"{run.scenario.name} {run.of.short_hash} · run {run.run} · seed {run.seed}"]


def _head(run: "Replay") -> str:
    """The run in numbers: its days, its acts, its dead, its highest rung and its tension."""
    scenario, acts = run.scenario, run.deeds
    deadly = [act for act in acts if act.deaths]
    toll = Counter[str]()
    for act in deadly:
        toll.update(act.dead)
    actors = scenario.theatre.actors
    sides = [f"{called(actors[side].label)} {deaths:,}" for side, deaths in toll.most_common()]
    told = f"{counted(scenario.days, 'day')} from {on(scenario.start)}: {counted(len(acts), 'act')}"
    told += f", {len(deadly)} of them deadly; {sum(toll.values()):,} dead" if deadly else "; nobody died"
    told += f" ({', '.join(sides)}). " if sides else ". "
    rungs = scenario.theatre.ladder.rungs
    if acts:
        highest = max(acts, key=lambda act: (act.rung, -act.event))
        told += f"The highest rung was {highest.rung} ({rungs[highest.rung].label}), first on {on(highest.date)}. "
    if run.failure is None:
        peak = int(run.tension.argmax())
        told += f"Tension peaked at {run.tension[peak]:.0f} on {on(scenario.start + timedelta(days=peak))}."
    return told.strip()


def _numbers(run: "Replay") -> Iterator[str]:
    """What the run has drawn in place of the numbers as they are written, if it has."""
    if not run.drawn:
        return
    fitted = sum(each.fitted for each in run.drawn)
    ranged = [f"{counted(len(run.drawn) - fitted, 'number')} drawn from their plausible ranges"]
    drawn = [f"{counted(fitted, 'number')} drawn from a posterior"] if fitted else []
    drawn += ranged if fitted < len(run.drawn) else []
    far = [
        f"{each.path} is {each.value:.3g} in place of {each.written:g} ({each.low:g} to {each.high:g})"
        for each in run.drawn[:_FARTHEST]
    ]
    yield f"It has numbers of its own: {' and '.join(drawn)}. Furthest from what is written: {'; '.join(far)}."


def _legend(least: int) -> str:
    told = "How to read it: each act has its date, its rung on the ladder and its number; * marks an outcome, or that "
    told += "something has changed."
    if least > 0:
        told += (
            f" Told are acts on rung {least} or higher, acts that killed or that the scenario imposed, acts that "
            "brought an outcome about, and what led to any of these. What has become routine is put into one sentence: "
            "#12 +3 stands for act 12 and three more of its kind. Who acts against whom, and whom others held "
            "responsible, is said the first time and then where it changes. --from-rung 0 tells every act in full."
        )
    return told


def _end(run: "Replay", width: int) -> Iterator[str]:
    yield ""
    if run.failure is not None:
        day, what = run.failure
        yield f"The run failed on day {day}: {what} was not finite."
        return
    tension, rung = float(run.tension[-1]), int(run.block.rungs["rung"][0, -1])
    last = f"On {on(run.scenario.end)}, the last day, tension stands at {tension:.0f} and the ladder at rung {rung}."
    yield from paragraph(f"{last} This is one history among many, and no forecast.", width).splitlines()


def _beside(margin: str, text: str, width: int) -> list[str]:
    """Write a text beside its margin."""
    lines = paragraph(text, width, _MARGIN).splitlines()
    if len(margin) >= _MARGIN:
        return [margin, *lines]
    return [f"{margin:{_MARGIN}}{lines[0][_MARGIN:]}", *lines[1:]]
