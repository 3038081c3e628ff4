"""How usual a history is: beside runs of the scenario in which nobody sat, and beside its own run by the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import wilson
from sim.engine.model import LockstepModel
from sim.execution.workers import pool

from .measures import Measures, Place, placed

if TYPE_CHECKING:
    from sim.play.sessions.session import Session


@dataclass(frozen=True)
class Came:
    """An outcome: whether it came about in the history, and in how many others."""

    name: str
    label: str
    on: date | None
    """When it came about; None if it did not."""
    runs: int
    """Others in which it came about by the same day."""
    of: int
    by_rules: date | None
    """When it came about in the run of the same number by the rules."""

    @property
    def share(self) -> tuple[float, float, float]:
        """The share of the others, with its 95 % interval."""
        low, high = wilson(self.runs, self.of)
        return self.runs / max(self.of, 1), float(low), float(high)


@dataclass(frozen=True)
class Twin:
    """The run of the same number and seed in which nobody gave orders."""

    parted: date | None
    """The first day on which something else happened; None if nothing did."""
    measures: dict[str, float]


@dataclass(frozen=True)
class Score:
    """What a seat is scored by its goals."""

    seat: str
    parts: dict[str, float]
    """By outcome or variable, weight times what is weighed."""
    place: Place
    by_rules: float
    """The score of the run of the same number by the rules."""


@dataclass(frozen=True)
class Usual:
    """A history beside others over the same days."""

    runs: int
    """Others that did not fail."""
    failed: int
    alike: int
    """Others in which exactly the same outcomes came about."""
    outcomes: tuple[Came, ...]
    measures: tuple[Place, ...]
    twin: Twin
    scores: tuple[Score, ...]
    """Of seats whose actors have goals."""


def usual_of(session: "Session", mine: Measures, runs: int) -> Usual:
    """Hold a session beside the scenario's first runs, and beside its own run, by the rules.

    Parameters
    ----------
    mine : Measures
        Of what was lived.
    runs : int
        How many others.
    """
    days = mine.days

    def simulated(numbers: "np.ndarray[Any, Any]") -> Measures:
        model = LockstepModel(session.scenario, seed=session.seed, run_numbers=numbers)
        found = Measures(session.scenario, model)
        for _ in range(days):
            model.step()
            found.take()
        return found

    with pool(None) as threads:
        parts = list(threads.map(simulated, [*np.array_split(np.arange(runs), 2), np.array([session.run])]))
    *others, twin = parts
    sound = np.concatenate([each.model.status.alive == 1 for each in others])
    goals = {name: session.scenario.theatre.deciders[seat.actor].goals for name, seat in session.seats.items()}
    named, own = [each.named() for each in others], mine.named()
    came = np.concatenate([each.came for each in others], axis=1)[:, sound]
    return Usual(
        runs=int(sound.sum()),
        failed=int((~sound).sum()),
        alike=int((came == mine.came).all(axis=0).sum()),
        outcomes=tuple(_outcomes(session, mine, twin, came)),
        measures=tuple(
            placed(name, float(value[0]), np.concatenate([each[name] for each in named])[sound])
            for name, value in own.items()
        ),
        twin=Twin(_first_apart(session, twin), {name: float(value[0]) for name, value in twin.named().items()}),
        scores=tuple(
            _score(name, goal, mine, twin, np.concatenate([each.scores(goal) for each in others])[sound])
            for name, goal in goals.items()
            if goal
        ),
    )


def _outcomes(session: "Session", mine: Measures, twin: Measures, came: "np.ndarray[Any, Any]") -> list[Came]:
    theatre, found = session.scenario.theatre, []
    for at, name in enumerate(mine.model.program.outcomes):
        first = (_date(session, int(each.model.world.outcome_day[at, 0])) for each in (mine, twin))
        on, by_rules = first
        found.append(Came(name, theatre.outcomes[name].label, on, int(came[at].sum()), came.shape[1], by_rules))
    return sorted(found, key=lambda each: (each.on is None, each.on or date.max, each.name))


def _date(session: "Session", day: int) -> date | None:
    return None if day < 0 else session.scenario.start + timedelta(days=day)


def _first_apart(session: "Session", twin: Measures) -> date | None:
    """The first day on which the run by the rules had other acts, or other deaths, than what was lived."""
    one, other = (_events(model) for model in (session.world.model, twin.model))
    for day in range(twin.days):
        if one.get(day) != other.get(day):
            return _date(session, day)
    return None


def _events(model: LockstepModel) -> Mapping[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for event in model.events[: int(model.n_events[0])]:
        found.setdefault(int(event["day"]), []).append((int(event["action"]), int(event["deaths"])))
    return found


def _score(
    seat: str, goals: Mapping[str, float], mine: Measures, twin: Measures, others: "np.ndarray[Any, Any]"
) -> Score:
    whole = dict(goals)
    parts = {name: float(mine.scores({name: weight})[0]) for name, weight in whole.items()}
    own = float(mine.scores(whole)[0])
    return Score(seat, parts, placed("Score", own, others), float(twin.scores(whole)[0]))
