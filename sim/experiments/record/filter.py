"""The filter: how likely a scenario finds its record, act by act, and what the state was, given the record."""

import math
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.engine.follow import ancestors
from sim.engine.follow_orders import IMPOSSIBLE
from sim.engine.particles import MOST_PARTICLES, Particles
from sim.execution.workers import computed
from sim.given import seed_of, whole
from sim.theatre.compiled.program import NONE
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .following import Followed

if TYPE_CHECKING:
    import xarray

_NO_DEATHS = math.log(IMPOSSIBLE) + 1e-6
"""Nats of a number of deaths that the rules do not allow."""

DRAWS = 256
"""Draws of the state that are kept of every evening."""


@dataclass(frozen=True)
class Filtered:
    """What a filter found: the likelihood of a record and its parts, and the state that the record leads to."""

    followed: Followed
    particles: int
    seed: int
    log_likelihoods: NDArray[np.float64]
    """Of each replicate, in nats; an act to which no particle gave a chance counts as one of 1e-9."""
    parts: pd.DataFrame
    """What makes it up; see `filter`."""
    expected: pd.DataFrame
    """How often each covered act was expected in the record: a row for each day, a column for each action."""
    draws: dict[str, NDArray[np.float32]]
    """Draws of every evening's state, each of shape (draw, day)."""
    resampled: float
    """How often particles were resampled, on average over replicates."""

    def __repr__(self) -> str:
        name = f"{self.scenario.name} {self.scenario.short_hash}"
        return (
            f"<Filtered {name}: {self.log_likelihood:.1f} nats to {self.followed.last}, {self.particles:,} particles>"
        )

    @property
    def scenario(self) -> Scenario:
        """The scenario that was held to the record."""
        return self.followed.question

    @property
    def record(self) -> HistoryFile:
        """The record."""
        return self.followed.record

    @property
    def replicates(self) -> int:
        """How many filters of their own were run."""
        return len(self.log_likelihoods)

    @property
    def log_likelihood(self) -> float:
        """Log of the chance of the record, in nats: the mean over replicates."""
        return float(self.log_likelihoods.mean())

    @property
    def error(self) -> float:
        """Its Monte Carlo error, a standard error over replicates; NaN of one, or where one lost all its particles."""
        if self.replicates < 2 or not np.isfinite(self.log_likelihoods).all():
            return math.nan
        return float(self.log_likelihoods.std(ddof=1) / math.sqrt(self.replicates))

    @property
    def of_acts(self) -> float:
        """The part of it that acts and quiet days make, without how many died."""
        return float(self.parts["nats"].sum())

    @property
    def of_deaths(self) -> float:
        """The part of it that the numbers of dead make."""
        return float(self.parts["nats_deaths"].sum())

    @cached_property
    def acts(self) -> pd.DataFrame:
        """The covered acts of the record, one row each.

        Returns
        -------
        DataFrame with event, day, date, ordered (the day on which it was decided, if that was before it was done),
        actor and action (of its likeliest possibility), chance (of any of them, given all before), impossible ("act" if
        there was none, "deaths" if it cannot have killed so many, else "")
        """
        rows = []
        ways = self.parts[self.parts["covered"] & self.parts["event"].notna()]
        for event, mine in ways.groupby("event", sort=False):
            likeliest = mine.sort_values("chance", ascending=False, kind="stable").iloc[0]
            chance = 1.0 - float(np.prod(1.0 - mine["chance"])) if len(mine) > 1 else float(likeliest["chance"])
            dead = mine["nats_deaths"].min() <= _NO_DEATHS
            what = "act" if chance == 0.0 else "deaths" if dead else ""
            told = likeliest[["day", "date", "ordered", "actor", "action"]].to_dict()
            rows.append({"event": event, **told, "chance": chance, "impossible": what})
        columns = ["event", "day", "date", "ordered", "actor", "action", "chance", "impossible"]
        return pd.DataFrame(rows, columns=columns).astype({"ordered": "Int64"})

    @property
    def impossible(self) -> pd.DataFrame:
        """The recorded acts that the rules do not allow: rows of `acts`."""
        acts = self.acts
        return acts[acts["impossible"] != ""].reset_index(drop=True)

    def beside(self, to: date | str | None = None) -> pd.DataFrame:
        """Hold it beside rates that need no model, fitted in hindsight.

        Parameters
        ----------
        to : date or ISO text, optional
            Only what came up to this day and on it; left out, the whole record.

        Returns
        -------
        DataFrame with columns model, numbers (that were fitted to these acts; None of the scenario, whose authors knew
        them), log_likelihood, error (NaN of a part of the record)
        """
        from .rival_rates import beside

        return beside(self, date.fromisoformat(to) if isinstance(to, str) else to)

    def held_out(self, after: date | str) -> pd.DataFrame:
        """Hold what came after a day beside rates that were known by that day.

        Parameters
        ----------
        after : date or ISO text
            The last day that the rates know.

        Returns
        -------
        DataFrame with columns model, log_likelihood (of the covered acts after that day, quiet days included, in nats)
        """
        from .rival_rates import held_out

        return held_out(self, date.fromisoformat(after) if isinstance(after, str) else after)

    @property
    def trajectories(self) -> "xarray.Dataset":
        """What the state was: draws of every evening's state given the record up to it, dims (draw, day).

        Draws of one evening weigh the same; draw k of one day is no continuation of draw k of the day before.
        """
        import xarray as xr

        days = pd.date_range(self.scenario.start, periods=self.followed.days)
        return xr.Dataset(
            {name: (("draw", "day"), values) for name, values in self.draws.items()},
            coords={"day": np.arange(self.followed.days), "date": ("day", days)},
        )


COLUMNS = ["day", "date", "actor", "action", "ordered", "event", "covered", "chance", "nats", "nats_deaths"]


@usual
def filter(
    scenario: Scenario | str | PathLike[str],
    particles: int = 1024,
    seed: int | None = None,
    *,
    record: HistoryFile | Named | None = None,
    replicates: int = 4,
    to: date | str | None = None,
    executor: Executor | None = None,
) -> Filtered:
    """Find how likely a scenario makes its record, by particles that follow it (Gordon, Salmond and Smith 1993).

    Every run follows the record: what it covers is imposed, and the run is weighed by the chance that it gave to that,
    or to nothing being seen; what the record would have missed is drawn. Runs are resampled, systematically, when as
    few count as half of them.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
        Where it begins, and by which rules; its own script is left out.
    particles : int
        Runs in lockstep.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, the shipped one.
    replicates : int
        Filters on dice of their own; how far they differ is the Monte Carlo error.
    to : date, optional
        The last day that counts; left out, that of the record, or of the scenario if that is earlier.
    executor : see `sim.run`

    Returns
    -------
    Filtered
        Its `parts` have a row for each day and actor that the record says anything about: day, date, actor, action
        (the recorded act, or None), ordered (the day on which it was, if that was before), event (its id), covered
        (and neither ordered before the first day, nor when its actor did something else), chance (of the act, given all
        before; NaN without one that is covered), nats (the log chance, or that of nothing seen) and nats_deaths; their
        sum is the log likelihood.

    Raises
    ------
    sim.ScenarioError
        The scenario or the record has faults.
    sim.RecordError
        Nothing is recorded of the scenario's days, or the record does not fit.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    followed = Followed(question, record, to)
    particles = whole(particles, "particles", 1, MOST_PARTICLES)
    replicates = whole(replicates, "replicates", 1, 10_000)
    thrown = question.seed if seed is None else seed_of(seed)
    work = _Replicate(followed, particles, thrown)
    spans = [(k, k + 1) for k in range(replicates)]
    found = [part for _, part in computed(work, spans, executor, in_order=True)]
    return _gathered(followed, particles, thrown, found)


@dataclass
class _Told:
    """What one replicate gave; arrays have shape (day, actor), (day, action)."""

    nats: NDArray[np.float64]
    deaths: NDArray[np.float64]
    expected: NDArray[np.float64]
    draws: NDArray[np.float32] | None
    resampled: int


@dataclass(frozen=True)
class _Replicate:
    """The work of one replicate."""

    followed: Followed
    particles: int
    seed: int

    def __call__(self, first: int, last: int) -> _Told:
        model = self.followed.particles(self.particles, self.seed, dice=np.array([first]), expecting=True)
        days, actors = self.followed.days, len(model.program.actors)
        kept = len(model.program.variables) + 2
        told = _Told(
            np.zeros((days, actors + 1)),
            np.zeros((days, actors)),
            np.zeros((days, len(model.program.actions))),
            np.empty((days, kept, min(DRAWS, self.particles)), np.float32) if first == 0 else None,
            0,
        )
        for day in range(days):
            model.step()
            told.nats[day], told.deaths[day] = model.evidence[:, 0], model.deaths_evidence[:-1, 0]
            told.expected[day] = model.expected
            told.resampled += int(model.resampled[0])
            if told.draws is not None:
                told.draws[day] = _drawn(model, told.draws.shape[2])
        model.close()
        return told


def _drawn(model: Particles, draws: int) -> NDArray[np.float32]:
    """Some of the evening's particles, each as often as it counts: variables, tension and rung, shape (what, draw)."""
    origin = np.zeros(draws, np.int64)
    ancestors(model.share, 0.5, origin)
    rows = [model.world.x[:, origin], model.world.tension[:, origin], model.world.rung[-1:, origin]]
    with np.errstate(over="ignore"):
        return np.concatenate(rows).astype(np.float32)


def _gathered(followed: Followed, particles: int, seed: int, found: list[_Told]) -> Filtered:
    program = followed.program
    nats = np.mean([told.nats for told in found], axis=0)
    deaths = np.mean([told.deaths for told in found], axis=0)
    kept = found[0].draws
    assert kept is not None  # the first replicate keeps them
    names = (*program.variables, "tension", "rung")
    covered = np.flatnonzero(followed.compiled.seen.any(axis=0))
    expected = np.mean([told.expected for told in found], axis=0)
    return Filtered(
        followed=followed,
        particles=particles,
        seed=seed,
        log_likelihoods=np.array([told.nats.sum() + told.deaths.sum() for told in found]),
        parts=_parts(followed, nats, deaths, expected),
        expected=pd.DataFrame(expected[:, covered], columns=[program.actions[at] for at in covered]),
        draws={name: np.ascontiguousarray(kept[:, at].T) for at, name in enumerate(names)},
        resampled=float(np.mean([told.resampled for told in found])),
    )


def _parts(
    followed: Followed, nats: NDArray[np.float64], deaths: NDArray[np.float64], expected: NDArray[np.float64]
) -> pd.DataFrame:
    """One row for each day and actor that the record says anything about, and for what open possibilities cost.

    Where several acts may have been an actor's on one day, each has a row, and the first of them what the day gave.
    """
    program, record = followed.program, followed.compiled
    said, ordered = nats != 0.0, program.action["order"] != NONE
    acts: dict[tuple[int, int], list[tuple[str, int, int]]] = {}
    for act, name in enumerate(record.acts):
        for way in record.of(act):
            place = int(way["done"]), int(program.hand[way["hand"]]["actor"])
            said[place] = True
            acts.setdefault(place, []).append((name, int(way["action"]), int(way["day"])))
    rows: list[dict[str, Any]] = []
    for day, actor in np.argwhere(said).tolist():
        gave = {"nats": nats[day, actor], "nats_deaths": deaths[day, actor] if actor < deaths.shape[1] else 0.0}
        who = program.actors[actor] if actor < len(program.actors) else None
        when = {"day": day, "date": pd.Timestamp(followed.date_of(day)), "actor": who}
        for event, action, decided in acts.get((day, actor), []):
            weighed = bool(record.seen[day, action] > 0.0) and (decided < day or not ordered[action])
            chance = expected[day, action] if weighed else math.nan
            of_act = {"ordered": decided if decided < day else None, "covered": weighed, "chance": chance}
            rows.append(when | {"action": program.actions[action], "event": event} | of_act | gave)
            gave = dict.fromkeys(gave, 0.0)
        if (day, actor) not in acts:
            nothing = {"action": None, "ordered": None, "event": None, "covered": True, "chance": math.nan}
            rows.append(when | nothing | gave)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"ordered": "Int64"})


__all__ = ["IMPOSSIBLE", "Filtered", "filter"]
