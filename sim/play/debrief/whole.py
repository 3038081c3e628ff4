"""The debrief of a session: what each decision moved, where orders parted from the rules, and how usual it all is."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.floating import usual as usual_floats
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.execution.afford import bytes_in_engine, refuse_memory
from sim.execution.resources import cores
from sim.execution.workers import pool
from sim.given import MOST_RUNS, whole
from sim.play.seats import PlayError
from sim.text import WIDTH, finite_or_none
from sim.theatre.language.schema import Theatre

from .chains import (
    Chain,
    Held,
    Link,
    branching,
    chains_of,
    held,
    held_plans,
    highest_after,
    left_to_people,
    watched,
)
from .decisions import Decision, Note, course_of
from .effects import Effect, effect
from .measures import Measures
from .partings import Partings, Ruled, gathered, hands_of, ruled_today
from .plans import Futures, Plan, Then, followed, live, lived, plans_of
from .unseen import Hearsay, Unseen, hearsay, unseen_by
from .usual import Usual, usual_of
from .wording import seat_called

if TYPE_CHECKING:
    from sim.play.sessions.session import Session

RUNS, DAYS, BESIDE = 300, 90, 400
MOST = 3
"""Decisions that are told at length."""


@dataclass(frozen=True)
class Judged:
    """A decision, and what it moved."""

    decision: Decision
    effect: Effect | None
    """None of what could not be carried out: it moved nothing."""

    turned: bool = False
    """Of a day that was left to one's own people, whether less would have followed had they held."""

    @property
    def mattered(self) -> bool:
        """Whether it moved anything by more than its error."""
        return self.turned or (self.effect is not None and self.effect.mattered)


@dataclass(frozen=True)
class Debrief:
    """What can be said of a session once it has been lived, or of what has been lived so far."""

    title: str
    seed: int
    run: int
    start: date
    end: date
    """The last day that was lived."""
    days: int
    turns: int
    taken_back: int
    """How often the umpire took turns back."""
    over: bool
    seats: dict[str, str]
    """What they are called, by their ids."""
    people: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    """What acts, outcomes and variables are called."""
    runs: int
    """Futures for each decision, on either side."""
    horizon: int
    """Days that they are followed for."""
    then: Then
    judged: tuple[Judged, ...]
    notes: tuple[Note, ...]
    """What was written down with orders that decided nothing."""
    chains: tuple[Chain, ...]
    """How one act led to another, where that went up the ladder."""
    partings: tuple[Partings, ...]
    unseen: tuple[Unseen, ...]
    """Of the decisions of seats that mattered."""
    hearsay: tuple[Hearsay, ...]
    usual: Usual

    @property
    def foremost(self) -> tuple[Judged, ...]:
        """The decisions that mattered most: of those that moved something by more than its error, at most three."""
        mattered = [each for each in self.judged if each.mattered and each.effect is not None]
        mattered.sort(key=lambda each: (-(each.effect.differ if each.effect else 0), each.decision.number))
        return tuple(mattered[:MOST])

    def called(self, seat: str) -> str:
        """A seat within a sentence."""
        return seat_called(seat, self.seats[seat])

    def text(self, width: int = WIDTH) -> str:
        """Tell it as a teacher would read it aloud, in lines of at most `width` letters.

        Raises
        ------
        ValueError
            The page is too narrow.
        """
        from .text import told

        return told(self, width)

    def as_dict(self) -> dict[str, Any]:
        """The same as data."""
        found = asdict(self)
        found["foremost"] = [each.decision.number for each in self.foremost]
        for row, each in zip(found["judged"], self.judged, strict=True):
            for policy in ("before", "after"):
                row["decision"][policy]["refused"] = sorted(row["decision"][policy]["refused"])
            if each.effect is not None:
                low, high = each.effect.interval
                row["effect"] |= {"share": each.effect.share, "low": low, "high": high}
            row["mattered"] = each.mattered
        for rows, partings in zip(found["partings"], self.partings, strict=True):
            rows |= {
                "days": partings.days,
                "days_apart": partings.days_apart,
                "drawn_in_vain": dict(partings.drawn_in_vain),
                "chance_of_quiet": partings.chance_of_quiet,
            }
        told: dict[str, Any] = _plain(found)
        return told


@usual_floats
def debrief(
    session: "Session", runs: int = RUNS, days: int = DAYS, *, then: Then = "rules", beside: int = BESIDE
) -> Debrief:
    """Look back on a session.

    Parameters
    ----------
    session : Session
        Over, or as far as it has been lived; it stays as it is.
    runs : int
        Futures that branch off with, and again without, each decision.
    days : int
        Days that they are followed for, that of the decision included; they end with the scenario.
    then : {"rules", "orders"}
        How futures go on after the day of the decision: by the rules, or under the other orders that were given.
    beside : int
        Runs of the scenario in which nobody sat, to hold the history beside.

    Returns
    -------
    Debrief

    Raises
    ------
    PlayError
        No day was lived, or a number is none.
    """
    runs = whole(runs, "futures", 2, MOST_RUNS - 1, PlayError)
    days = whole(days, "days to follow", 1, 20_000, PlayError)
    beside = whole(beside, "runs beside it", 2, MOST_RUNS - 1, PlayError)
    if then not in ("rules", "orders"):
        raise PlayError(f"after a decision futures go on by the rules or under the other orders, found '{then}'")
    if not session.world.day:
        raise PlayError("no day was lived, so there is nothing to look back on")
    columns = max(runs * min(cores(), 2), beside)
    refuse_memory(columns * bytes_in_engine(session.world.program), f"{columns:,} futures", "choose fewer", PlayError)
    course = course_of(session)
    chains = chains_of(session, course)
    walked = _walked(
        session, course.decisions, {each: highest_after(chains, each) for each in branching(chains)}, runs, days, then
    )
    chains = tuple(tuple(replace(each, held=walked.held.get(each.event)) for each in chain) for chain in chains)
    left = list(left_to_people(session, chains))
    judged = _in_order([*zip(course.decisions, walked.effects, strict=True), *left])
    return Debrief(
        title=session.scenario.title,
        seed=session.seed,
        run=session.run,
        start=session.scenario.start,
        end=session.scenario.start + timedelta(days=session.world.day - 1),
        days=session.world.day,
        turns=session.turn,
        taken_back=sum(1 for each in session.entries if each.kind == "back"),
        over=session.over,
        seats={name: seat.label for name, seat in session.seats.items()},
        people={name: desk.people for name, desk in session.desks.items()},
        labels=_labels(session.scenario.theatre),
        runs=runs,
        horizon=days,
        then=then,
        judged=judged,
        notes=course.notes,
        chains=chains,
        partings=gathered(session.seats.values(), walked.ruled),
        unseen=tuple(
            unseen_by(session, course, each.decision) for each in judged if each.mattered and each.decision.seat
        ),
        hearsay=tuple(hearsay(session, seat) for seat in session.seats.values()),
        usual=usual_of(session, walked.measures, beside),
    )


def _in_order(found: Iterable[tuple[Decision, Effect | None]]) -> tuple[Judged, ...]:
    """Decisions with what they moved, numbered anew by their days."""
    rows = sorted(found, key=lambda row: (row[0].day, row[0].seat or "", row[0].kind, row[0].act or ""))
    return tuple(Judged(replace(each, number=at), moved, each.kind == "left") for at, (each, moved) in enumerate(rows))


def _plain(value: Any) -> Any:
    """Data as JSON knows it, but for dates."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return finite_or_none(value)


def _labels(theatre: Theatre) -> dict[str, str]:
    named = {**theatre.variables, **theatre.outcomes, **theatre.actions, **theatre.deciders}
    return {name: each.label for name, each in named.items()}


@dataclass(frozen=True)
class Walked:
    """What is found while the run that was lived is gone through once more."""

    effects: tuple[Effect | None, ...]
    ruled: tuple[tuple[str, Ruled], ...]
    measures: Measures
    held: dict[int, Held]
    """By the event of each link at which futures branched."""


Job = tuple[Plan, tuple[int, ...]]
"""A plan to follow, and the acts that are watched for."""


def _walked(
    session: "Session", decisions: tuple[Decision, ...], links: dict[Link, int], runs: int, days: int, then: Then
) -> Walked:
    """Live the run once more, let futures branch off on the mornings of decisions, and look at every draw."""
    stem = LockstepModel(session.scenario, seed=session.seed, run_numbers=[session.run])
    ruled: list[tuple[str, Ruled]] = []
    hands = hands_of(session)
    Observer(stem, lambda model: ruled.extend(ruled_today(session, model, hands)))
    measures, effects = Measures(session.scenario, stem), dict[int, Effect | None]()
    kept: dict[int, Held] = {}
    with pool(None) as threads:
        for day in range(session.world.day):
            of_today = [each for each in decisions if each.day == day]
            plans = {each.number: plans_of(session, each, days, then) for each in of_today if each.kind != "lapsed"}
            jobs = {number: _jobs(pair, ()) for number, pair in plans.items()}
            branches = {
                link: _jobs(held_plans(session, link, days, then), watched(session, link, top))
                for link, top in links.items()
                if link.day == day
            }
            different = list(dict.fromkeys(job for pair in (*jobs.values(), *branches.values()) for job in pair))
            follow = partial(followed, stem, numbers=np.arange(1, runs + 1), days=days)
            futures = threads.map(follow, *zip(*different, strict=True)) if different else ()
            found: dict[Job, Futures] = dict(zip(different, futures, strict=True))
            for each in of_today:
                pair = jobs.get(each.number)
                effects[each.number] = None if pair is None else _effect(session, stem, found, pair, days)
            for link, pair in branches.items():
                moved = _effect(session, stem, found, pair, days)
                kept[link.event] = held(links[link], moved, found[pair[0]], found[pair[1]])
            live(stem, lived(session, day))
            measures.take()
    return Walked(tuple(effects[each.number] for each in decisions), tuple(ruled), measures, kept)


def _jobs(plans: tuple[Plan, Plan], watch: tuple[int, ...]) -> tuple[Job, Job]:
    return (plans[0], watch), (plans[1], watch)


def _effect(
    session: "Session", stem: LockstepModel, found: dict[Job, Futures], pair: tuple[Job, Job], days: int
) -> Effect:
    outcomes, before = session.scenario.theatre.outcomes, stem.world.outcome_day[:, 0] >= 0
    names = tuple("" if so else name for name, so in zip(stem.program.outcomes, before.tolist(), strict=True))
    followed_for = min(days, stem.program.days - stem.day)
    return effect(names, lambda name: outcomes[name].label, found[pair[0]], found[pair[1]], followed_for)
