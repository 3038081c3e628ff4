"""The consequences of each option: what comes of every action that an actor could take on a day, on the same dice."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual, usually
from sim.analysis.intervals import wilson
from sim.analysis.paired import paired_difference
from sim.engine.branch import branched
from sim.engine.model import LockstepModel
from sim.engine.options import Option, options
from sim.execution.afford import bytes_in_engine, refuse_memory
from sim.execution.lookup import DayLike, QueryError, actor_of, dated, day_of, origin_of, outcome_of, run_of
from sim.execution.resources import cores
from sim.execution.source import Origin, RunSource
from sim.execution.workers import pool
from sim.given import MOST_RUNS, whole
from sim.theatre.language.scenario import Scenario

from .trunk import trunk

HOLD = "hold"
"""The option of doing nothing."""
HORIZON = 90
"""Days that options are followed for, where nothing else is asked."""
COLUMNS = [
    "action",
    "chance",
    "outcome",
    "share",
    "low",
    "high",
    "difference",
    "difference_low",
    "difference_high",
    "n",
]


@usually
@dataclass(frozen=True)
class Choices:
    """What came of each option of an actor on one day of one run, in branches on the same dice."""

    scenario: Scenario
    seed: int
    run: int
    day: int
    days: int
    """Days followed, the day of the choice included."""
    actor: str
    options: tuple[Option, ...]
    """What the actor could draw, and to hold, which is always open."""
    scripted: str | None
    """What the script has the actor do that day, whatever it would choose."""
    held: dict[str, NDArray[np.bool_]]
    """By option, whether each outcome came about within these days, shape (branch, outcome); failed branches out."""
    already: dict[str, int]
    """Outcomes that had come about before the day, and when: no option brings or averts them."""
    failed: int
    """Branches that met a value that is not finite under some option; they count in no share."""

    def __len__(self) -> int:
        """Branches under each option."""
        return len(self.held[HOLD])

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that were still open, as columns of `held`."""
        return [name for name in sorted(self.scenario.theatre.outcomes) if name not in self.already]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each option and each open outcome.

        Returns
        -------
        DataFrame with columns action, chance (that the actor draws it that day), outcome, share of the branches in
        which it came about, low, high (95 % Wilson); difference from holding, in branches on the same dice, with
        the ends of its 95 % interval, difference_low and difference_high; n
        """
        rows: list[tuple[Any, ...]] = []
        for option in self.options:
            held, rest = self.held[option.action], self.held[HOLD]
            low, high = wilson(held.sum(axis=0), len(held))
            for at, outcome in enumerate(self.outcomes):
                share = float(held[:, at].mean()) if len(held) else np.nan
                paired = paired_difference(rest[:, at], held[:, at])[:3] if option.action != HOLD else (0.0, 0.0, 0.0)
                rows.append(
                    (option.action, option.chance, outcome, share, float(low[at]), float(high[at]), *paired, len(held))
                )
        return pd.DataFrame(rows, columns=COLUMNS)

    def by(self, outcome: str | None = None) -> pd.DataFrame:
        """The shares of one outcome by option, the largest first; without one, of the outcome that varies most.

        Raises
        ------
        QueryError
            There is no such outcome, or it had come about before.
        """
        chosen = self.telling if outcome is None else outcome_of(self.scenario, outcome)
        if chosen in self.already:
            raise QueryError(f"{chosen} came about on {dated(self.scenario, self.already[chosen])}, before the choice")
        rows = self.table[self.table["outcome"] == chosen]
        return rows.sort_values(["share", "action"], ascending=[False, True], ignore_index=True)

    @property
    def telling(self) -> str:
        """The outcome whose share differs most between options, but for the one that moves it most.

        So an option that is itself an outcome, such as to close a strait, does not hide what the others bring.
        """
        if not self.outcomes:
            none = "every outcome had come about before the choice"
            if not self.scenario.theatre.outcomes:
                none = f"the theatre {self.scenario.theatre.theatre} has no outcomes"
            raise QueryError(f"{none}, so there is nothing to compare the options by")

        def differs(outcome: str) -> tuple[float, float]:
            rows = self.table[self.table["outcome"] == outcome]
            moved = np.sort(rows["difference"].abs().to_numpy())
            return float(moved[-2]) if len(moved) > 1 else 0.0, float(moved[-1])

        return max(self.outcomes, key=differs)

    def label(self, action: str) -> str:
        """What an option is called."""
        return "Hold: do nothing" if action == HOLD else self.scenario.theatre.actions[action].label

    @property
    def date(self) -> str:
        """The date of the choice."""
        return self.scenario.date_of(self.day)


@usual
def choices(
    scenario: RunSource | Origin,
    *,
    run: int,
    day: DayLike,
    actor: str,
    runs: int = 500,
    days: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
) -> Choices:
    """Take each action that is open to an actor on a day of a run, and follow what happens next.

    The branches of all options have the same past and, number by number, the same dice from the day on. Of an actor
    with several hands, one does what is taken that day and the others hold; under the option to hold all do. To hold is
    to do nothing that day, not even what was ordered before and falls due on it: that order lapses.

    Parameters
    ----------
    scenario : Scenario, Ensemble, path or name
        Whose run: a scenario, a result, or a folder with one.
    run : int
    day : int or date
    actor : str
    runs : int
        Branches for each option.
    days : int, optional
        Days to follow, that of the choice included; left out, 90, or as many as are left.
    seed : int, optional
        Seed of the run, for a scenario; left out, the scenario's.
    executor : concurrent.futures.Executor, optional
        Where to compute, in threads; left out, on all cores.

    Returns
    -------
    Choices

    Raises
    ------
    QueryError
        There is no such run, day or actor, or nobody chooses on that day.
    """
    origin = origin_of(scenario, seed)
    question = origin.scenario
    first, who = day_of(question, day), actor_of(question, actor)
    run, runs = run_of(origin, run), whole(runs, "branches", 1, MOST_RUNS - 1, QueryError)
    left = question.days - first
    followed = min(HORIZON, left) if days is None else whole(days, "days to follow", 1, error=QueryError)
    if followed > left:
        raise QueryError(f"from {dated(question, first)} on there are {left} days to follow, found {followed}")
    stem = trunk(origin, run, first)
    if first < stem.program.script.imposed_days:
        begins = dated(question, min(stem.program.script.imposed_days, question.days - 1))
        raise QueryError(
            f"history is imposed on {dated(question, first)} and nobody chooses; choices begin on {begins}"
        )
    found = options(stem, who)
    open_ = [option for option in found if not option.vetoed]
    hands = question.theatre.hands
    holds = prod(
        1.0 - sum(option.chance for option in open_ if hands[option.action] == hand)
        for hand in sorted({hands[option.action] for option in open_})
    )
    every = (*open_, Option(HOLD, holds, False))
    needed = runs * bytes_in_engine(stem.program) * min(cores(), len(every))
    refuse_memory(needed, f"{runs:,} branches of each option", "choose fewer", QueryError)
    numbers = np.arange(1, runs + 1)
    with pool(executor) as threads:
        days_of = list(threads.map(_following(stem, who, numbers, first + followed), every))
    failed = np.any([broken for _, broken in days_of], axis=0)
    outcome_day = {option.action: day[~failed] for option, (day, _) in zip(every, days_of, strict=True)}
    return _told(question, origin.seed, stem, run, first, followed, who, every, outcome_day, int(failed.sum()))


def _following(
    stem: LockstepModel, actor: str, numbers: NDArray[np.int64], end: int
) -> Callable[[Option], tuple[NDArray[np.int32], NDArray[np.bool_]]]:
    """How to follow one option: to the first days of outcomes, shape (branch, outcome), and which branches failed."""

    def follow(option: Option) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        model = branched(stem, numbers)
        model.hold(actor)
        if option.action != HOLD:
            model.impose(option.action)
        while model.day < end:
            model.step()
        found = model.world.outcome_day.T.copy(), model.status.alive == 0
        model.close()
        return found

    return follow


def _told(
    question: Scenario,
    seed: int,
    stem: LockstepModel,
    run: int,
    day: int,
    days: int,
    actor: str,
    every: tuple[Option, ...],
    outcome_day: dict[str, NDArray[np.int32]],
    failed: int,
) -> Choices:
    before = stem.world.outcome_day[:, 0]
    names = stem.program.outcomes
    mine = stem.program.actor[stem.program.actors.index(actor)]
    scripted = stem.program.script.act[day, mine["hands"] : mine["hands_end"]].tolist()
    return Choices(
        scenario=question,
        seed=seed,
        run=run,
        day=day,
        days=days,
        actor=actor,
        options=every,
        scripted=next((stem.program.actions[act] for act in scripted if act >= 0), None),
        held={action: found[:, before < 0] >= 0 for action, found in outcome_day.items()},
        already={name: int(first) for name, first in zip(names, before, strict=True) if first >= 0},
        failed=failed,
    )
