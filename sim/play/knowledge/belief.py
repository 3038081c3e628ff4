"""What a seat believes: runs that look the same to it, by the filter that follows a record (ODD 7.8).

The record is made of what the seat knows and of nothing else: the acts that it has heard of, of those that nobody owns
up to every act that they may have been, and the variables that it sees, as it has seen them. What it would have heard
of and has not, did not happen; what it would not have heard of is drawn. So the particles differ in what is hidden from
the seat, each as likely as it makes what the seat has seen.
"""

from collections.abc import Iterator

import numpy as np

from sim.engine.particles import Particles
from sim.theatre.compiled import arithmetic
from sim.theatre.compiled.compile import program_of
from sim.theatre.compiled.compile_record import CompiledRecord, compile_record
from sim.theatre.compiled.program import LOG, SCRIPT
from sim.theatre.language.days import days_after
from sim.theatre.language.record import AnyOf, Coverage, HistoryFile, RecordedEvent
from sim.theatre.language.scenario import Scenario

from .known import Known, later

PARTICLES = 128
"""Enough for what is hidden of a few actors; the futures that branch off are drawn from them as often as is asked."""


class Believing(Particles):
    """Particles that follow what a seat knows; what it sees of variables is so in all of them."""

    def __init__(self, scenario: Scenario, record: CompiledRecord, known: Known, particles: int, seed: int) -> None:
        super().__init__(scenario, record, particles, seed)
        self._seen = known.values
        script = self._own_script()
        logarithmic = self.program.variable["kind"] == LOG
        measured = np.full_like(script.series, np.nan)
        measured[: len(self._seen)] = self._seen
        for at in np.flatnonzero(logarithmic).tolist():
            measured[: len(self._seen), at] = [_log(value) for value in self._seen[:, at].tolist()]
        script = script._replace(series=measured)
        self.state = self.state._replace(tables=self.state.tables._replace(script=script))
        self._publish_state()

    def step(self) -> None:
        """Follow a day; flags that the seat sees are set as it saw them, since no relaxation moves them."""
        day = self.day
        super().step()
        if day < len(self._seen):
            seen = self._seen[day]
            known = np.isfinite(seen)
            self.world.x[known] = seen[known, None]


def _log(value: float) -> float:
    return arithmetic.log(value) if value > 0.0 else float("nan")


def believing(known: Known, seed: int, particles: int = PARTICLES) -> Believing:
    """Make particles that stand where a seat stands this morning.

    Parameters
    ----------
    known : what the seat knows
    seed : of the dice by which what is hidden is drawn: none of those that the session throws
    particles : how many
    """
    scenario = rules_of(known)
    record = compile_record(scenario, program_of(scenario), _record(known))
    model = Believing(scenario, record, known, particles, seed)
    while model.day < known.day:
        model.step()
    return model


def rules_of(known: Known) -> Scenario:
    """The rules by which a seat believes the world to go on: nothing that is scripted for the days to come."""
    scenario = known.scenario
    told = {deed.action.partition(".")[2] for deed in known.deeds if deed.actor == SCRIPT}
    happened = {name: scenario.script[name] for name in sorted(told)}
    today = days_after(scenario.start, known.day)
    changes = {name: change for name, change in scenario.changes.items() if change.on <= today}
    return scenario.model_copy(
        update={"script": happened, "changes": changes, "series": {}, "history_until": None, "record": None}
    )


def _record(known: Known) -> HistoryFile:
    """What the seat knows, as a record."""
    start = known.scenario.start
    first, last = start.isoformat(), known.scenario.date_of(max(known.day - 1, 0))
    events = {}
    for deed in known.deeds:
        if deed.actor == SCRIPT:
            continue
        acts = known.may_have_been[deed.event]
        events[f"e{deed.event}"] = RecordedEvent(
            on=known.scenario.date_of(deed.day),
            do=acts[0] if len(acts) == 1 else AnyOf(any_of=acts),
            deaths=deed.deaths if known.scenario.theatre.actions[deed.action].casualties else None,
        )
    return HistoryFile(schema_version=1, **{"from": first}, until=last, events=events, covers=tuple(_covers(known)))


def _covers(known: Known) -> Iterator[Coverage]:
    """What the seat would have heard of, by how much later it hears of it."""
    theatre, actor = known.scenario.theatre, known.seat.actor
    by_delay: dict[int, list[str]] = {}
    for name, action in theatre.actions.items():
        own = name.split(".")[0] == actor
        late = 0 if own else later(action.known_to, action.news_after, actor)
        if late is not None and late < known.day:
            by_delay.setdefault(late, []).append(name)
    for late, names in sorted(by_delay.items()):
        yield Coverage(actions=tuple(names), until=known.scenario.date_of(known.day - 1 - late))
    if not by_delay:
        yield Coverage(actions=tuple(theatre.actions), chance=0.0)
