"""What the slides, the story and the answers say, computed from runs: no number of theirs stands anywhere else."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.paths import medoids
from sim.execution.recorded import recorded
from sim.execution.run import run as simulate
from sim.experiments.branching.branch import branch
from sim.experiments.pairs.compare import compare
from sim.replays.acts import Act
from sim.replays.replay import Replay, replay
from sim.results.ensemble import Ensemble
from sim.text import called
from sim.theatre.language.scenario import Scenario

KILLING, KILLED = "us.kill_commanders", "leadership_killed"
ASKED = ("expulsion_vote", "sustained_war", "us_force_on_iran", "premier_resigns")
"""Outcomes that are compared with and without the killing."""
BARRAGE = "kataib_hezbollah.fire_barrage"
EVE, MORNING, DAYS = "eve_of_k1", date(2019, 12, 27), 15
"""The scenario that follows the record to the eve of the barrage, the day of that, and the days that are watched."""
FUTURES = 200
FORCE = 7
"""From this rung on an answer is force."""
SUSPECTED = 0.5
"""An act of which more than this part is only suspected is told without its author."""
NOBODY = "\N{EN DASH}"
"""Stands for an author whom nobody names."""
TOLD = 4
"""From this rung on the first act of each kind is read aloud."""


class Row(NamedTuple):
    """An outcome in the runs, and in the record."""

    outcome: str
    label: str
    share: float
    low: float
    high: float
    n: int
    recorded: date | None
    """The day on which it came about in the record."""

    @property
    def scored(self) -> int:
        """The share as the score sheet takes it, in whole per cent."""
        return round(100 * self.share)

    @property
    def unavoidable(self) -> int:
        """The penalty of the score sheet that nobody can avoid."""
        return self.scored * (100 - self.scored)


class Paired(NamedTuple):
    """An outcome in the runs with the killing, in the same runs without it, and in all others; shares."""

    label: str
    with_it: float
    without: float
    others: float


class Twice(NamedTuple):
    """One barrage, with and without a death: in how many futures Washington answers with force."""

    harmless: int
    deadly: int
    futures: int
    seed: int
    day: date
    """The morning of the barrage."""


class Said(NamedTuple):
    """A line of the story that is read aloud."""

    day: date
    who: str
    """Who did it, as far as anybody knows that day; empty where it came from outside, or where an outcome is told."""
    text: str
    dead: int
    stop: bool
    """Whether the class votes before it."""
    author: str | None = None
    """Who did it in the run, where that was only suspected."""


@dataclass(frozen=True)
class Findings:
    """All that is computed for a class."""

    ensemble: Ensemble
    rows: list[Row]
    """Outcomes, the one with the largest share first."""
    run: int
    """The single run that is told."""
    story: list[Said]
    twice: Twice
    pairs: list[Paired]
    killed: int
    """Runs in which the two are killed."""
    record: Ensemble
    record_ends: date

    @property
    def scenario(self) -> Scenario:
        """The scenario of the runs."""
        return self.ensemble.scenario

    @property
    def n(self) -> int:
        """Runs that were finished."""
        return self.ensemble.n_completed


def findings(scenario: Scenario, runs: int, seed: int) -> Findings:
    """Run a scenario, with the killing and without it, the barrage twice, and the record; tell one run."""
    ensemble = simulate(scenario, runs=runs, seed=seed)
    record = recorded(scenario)
    chosen = chosen_run(ensemble)
    told = replay(ensemble, run=chosen)
    pairs, killed = with_and_without(ensemble)
    return Findings(
        ensemble=ensemble,
        rows=outcome_rows(ensemble, record),
        run=chosen,
        story=story(told),
        twice=barrage_twice(),
        pairs=pairs,
        killed=killed,
        record=record,
        record_ends=record.scenario.start + timedelta(days=record.scenario.days - 1),
    )


def outcome_rows(ensemble: Ensemble, record: Ensemble) -> list[Row]:
    """Each outcome's share of the runs with its interval, and its day in the record."""
    labels = {name: outcome.label for name, outcome in ensemble.scenario.theatre.outcomes.items()}
    came = record.outcomes.iloc[0]
    table = ensemble.shares().sort_values("share", ascending=False, kind="stable")
    return [
        Row(
            name,
            labels[name],
            float(line["share"]),
            float(line["low"]),
            float(line["high"]),
            int(line["n"]),
            None if pd.isna(came[name]) else record.scenario.start + timedelta(days=int(came[name])),
        )
        for name, line in zip(table["outcome"], table.to_dict("records"), strict=True)
    ]


def chosen_run(ensemble: Ensemble) -> int:
    """The run to tell: of those in which the two are killed, the one that is most like the others of them."""
    kept = ensemble.kept
    numbers = kept.completed.index
    held = kept.completed[KILLED].notna().to_numpy()
    among = np.flatnonzero(held if held.any() else ~held)
    return int(numbers[among[medoids(kept.paths("tension")[among], 1).position[0]]])


def story(told: Replay) -> list[Said]:
    """The run to be read aloud: the first act of each kind from a rung up, what came from outside, and outcomes.

    An outcome is told where no act of its day is. Before the first act of force by the United States the class votes.
    """
    done: set[str] = set()
    chosen: list[Act] = []
    for act in told.acts:
        if act.imposed or (act.rung >= TOLD and act.action not in done):
            chosen.append(act)
        done.add(act.action)
    force = next((act.event for act in chosen if act.actor == "us" and act.rung >= FORCE), None)
    theatre, start = told.scenario.theatre, told.scenario.start
    names = {name: actor.label.split(" (")[0] for name, actor in theatre.actors.items()}
    lines = [
        Said(act.date, _known(act, names), act.story, act.deaths, act.event == force, _hidden(act, names))
        for act in chosen
    ]
    days = {line.day for line in lines}
    for name, at in told.outcomes.items():
        if at is not None and (day := start + timedelta(days=at)) not in days:
            lines.append(Said(day, "", f"{theatre.outcomes[name].label}.", 0, False))
    return sorted(lines, key=lambda line: line.day)


def _known(act: Act, names: dict[str, str]) -> str:
    """Who did it, as a newspaper of the day would have it."""
    if _hidden(act, names) is None:
        return names.get(act.actor, "")
    return NOBODY if act.claimed_by is None else f"claimed by {called(names[act.claimed_by])}"


def _hidden(act: Act, names: dict[str, str]) -> str | None:
    """Who did it, where most of that is only suspected."""
    return names.get(act.actor) if act.deniable > SUSPECTED else None


def barrage_twice() -> Twice:
    """The barrage of the record once so that nobody dies, and once so that somebody does."""
    harmless, deadly = (
        branch(
            EVE,
            run=0,
            day=MORNING,
            runs=FUTURES,
            days=DAYS,
            actions=[BARRAGE],
            overrides={f"actions.{BARRAGE}.casualties.chance": chance},
        )
        for chance in (0, 1)
    )
    return Twice(_forceful(harmless), _forceful(deadly), len(deadly), deadly.seed, MORNING)


def _forceful(futures: Ensemble) -> int:
    """In how many futures the United States answers with force."""
    acts = futures.events
    answers = acts[(acts["actor"] == "us") & (acts["rung"] >= FORCE) & (acts["date"] >= pd.Timestamp(MORNING))]
    return int(answers["run"].nunique())


def with_and_without(ensemble: Ensemble) -> tuple[list[Paired], int]:
    """What comes about in the runs with the killing, in the same without it, and in the others; and how many there are.

    Without the killing means: it is forbidden, on the same dice. No pairs if nobody is killed in any run.
    """
    scenario = ensemble.scenario
    killed = ensemble.completed.index[ensemble.completed[KILLED].notna()]
    if killed.empty:
        return [], 0
    without = scenario.model_copy(
        update={"name": f"{scenario.name}_without_it", "forbid": {**scenario.forbid, KILLING: "always"}}
    )
    pairs = compare(ensemble, without, runs=len(ensemble), seed=ensemble.seed)
    first, second = pairs.first.completed, pairs.second.completed
    others = first.index.difference(killed)
    labels = {name: outcome.label for name, outcome in scenario.theatre.outcomes.items()}
    return [
        Paired(
            labels[name],
            float(first.loc[killed, name].notna().mean()),
            float(second.loc[killed, name].notna().mean()),
            float(first.loc[others, name].notna().mean()) if len(others) else float("nan"),
        )
        for name in ASKED
    ], len(killed)
