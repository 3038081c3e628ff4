"""What needs no model, held to the same record: constant rates, and rates of two periods, fitted in hindsight."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.hazards import constant, log_likelihood, two_periods
from sim.text import on

from .filter import Filtered
from .following import Followed


def done_and_actors(followed: Followed) -> tuple[NDArray[np.bool_], NDArray[np.int64], list[str]]:
    """The covered acts of a record: whether each was done, shape (day, act), whose it is, and its name.

    Acts that are covered and never done are there too. Of several possibilities the first counts.
    """
    compiled, program = followed.compiled, followed.program
    covered = np.flatnonzero(compiled.seen.any(axis=0))
    place = {int(action): at for at, action in enumerate(covered)}
    done = np.zeros((compiled.days, len(covered)), bool)
    for act in range(len(compiled.acts)):
        way = compiled.of(act)[0]
        if compiled.covered(act):
            done[way["day"], place[int(way["action"])]] = True
    actors = np.array([program.actors.index(program.actions[action].split(".")[0]) for action in covered], np.int64)
    return done, actors, [program.actions[action] for action in covered]


def beside(found: Filtered) -> pd.DataFrame:
    """The log likelihood of the acts of a record under a scenario, and under what needs no model.

    Returns
    -------
    DataFrame with columns model, numbers (that were fitted to these acts, in hindsight; None of the scenario, whose
    authors knew them), log_likelihood, error
    """
    done, actors, _ = done_and_actors(found.followed)
    kinds = int(done.any(axis=0).sum())
    flat = log_likelihood(constant(done, actors), done, actors)
    rows: list[tuple[str, int | None, float, float]] = [
        (found.scenario.name, None, found.of_acts, found.error),
        ("constant rates, fitted in hindsight", kinds, flat, 0.0),
    ]
    if len(done) > 1:  # one day has no two periods
        cut = two_periods(done, actors)
        parts = int(done[: cut.day].any(axis=0).sum() + done[cut.day :].any(axis=0).sum())
        when = on(found.followed.date_of(cut.day))
        rows.append((f"rates of two periods, cut on {when}", parts + 1, cut.log_likelihood, 0.0))
    table = pd.DataFrame(rows, columns=["model", "numbers", "log_likelihood", "error"])
    table["numbers"] = table["numbers"].astype("Int64")
    return table


RECENT = 150
"""Days over which rates are taken that know the latest past alone."""


def after(followed: Followed, day: date) -> dict[str, float]:
    """How likely what came after a day was under rates known by that day.

    Returns
    -------
    dict from what was tried to the log likelihood of the covered acts after that day, in nats
    """
    done, actors, _ = done_and_actors(followed)
    known = (day - followed.scenario.start).days + 1

    def rates(first: int) -> float:
        return log_likelihood(constant(done[first:known], actors, prior=0.5), done[known:], actors)

    return {
        "constant rates of all days before": rates(0),
        f"constant rates of the last {RECENT} days before": rates(max(known - RECENT, 0)),
    }
