"""What the page draws over time: quantiles of variables, single paths, rungs, outcomes and acts, packed."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.results.counted import AnyEnsemble, CountedEnsemble
from sim.results.ensemble import SCRIPT, Ensemble, label
from sim.text import in_words
from sim.theatre.language.variables import FlagVariable

from .pack import stepped, whole
from .record import measured
from .sentences import DEAD, sentence

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles that the page has of each variable on each day."""
RUNGS = (5, 7, 8, 9)
"""Rungs whose first passage is drawn, as in `sim.plots.first_passage`."""
MOST_RUNS = 2000
"""Single runs that the page holds."""
MOST_VALUES = 730_000
"""Values of single runs that the page holds: runs over many days are fewer."""
MOST_OF_VARIABLES = 1_000_000
"""Bytes of variables that the page holds: over very many days, only the first of them."""
HIGHEST_LEAST = 5
"""Acts of single runs from this rung up are always held; lower ones if there are not too many."""
MOST_ACTS = 40_000
"""Acts of single runs that the page holds."""
MOST_OF_LINES = 500_000
"""Bytes of single runs in variables other than tension that the page holds."""
POINTS_OF_A_LINE = 92
"""Days on which such a line is held, at most."""


def rows_held(kept: Ensemble) -> tuple[NDArray[np.int64], int]:
    """Which single runs the page holds, by number, and from which rung up their acts.

    They are the first of those that did not fail: as many as it has room for.
    """
    most = min(MOST_RUNS, max(MOST_VALUES // kept.scenario.days, 1))
    run: NDArray[np.int64] = np.sort(kept.completed.index.to_numpy(np.int64))[:most]
    table = _acts_of(kept, run)
    steps = range(1, HIGHEST_LEAST + 1)
    least = next((step for step in steps if len(_told(table, step)) <= MOST_ACTS), HIGHEST_LEAST)
    table = _told(table, least)
    if len(table) > MOST_ACTS:  # no more runs than have so many acts
        before = np.cumsum(table.groupby("run").size().reindex(run, fill_value=0).to_numpy())
        run = run[: max(int(np.searchsorted(before, MOST_ACTS)), 1)]
    return run, least


def variables(ensemble: AnyEnsemble, told: list[int]) -> list[dict[str, Any]]:
    """Quantiles over time of tension and of all variables kept, paths of the runs told of, and what was measured."""
    scenario, kept = ensemble.scenario, ensemble.kept
    theatre = scenario.theatre
    names = [str(name) for name in kept.trajectories.data_vars if str(name) in theatre.variables]
    chosen = [name for name in names if not isinstance(theatre.variables[name], FlagVariable)]
    rows = np.searchsorted(kept.trajectories["run"].to_numpy(), told)
    most = MOST_OF_VARIABLES // (scenario.days * (2 * len(LEVELS) + len(told)))
    outside = measured(scenario)
    found = []
    for name in ("tension", *sorted(chosen, key=list(theatre.variables).index)[: max(most - 1, 0)]):
        shown = label(scenario, name)
        values = kept.trajectories[name].to_numpy()[rows]
        found.append(
            {
                "id": name,
                "label": shown["long_name"],
                "unit": shown["units"],
                "quantiles": stepped(ensemble.quantiles(name, LEVELS)),
                "told": stepped(values, 1 if name != "tension" else 2),
            }
            | ({"measured": outside[name]} if name in outside else {})
        )
    return found


def lines(kept: Ensemble, run: NDArray[np.int64], names: list[str]) -> dict[str, Any]:
    """Some single runs in variables other than tension, every few days: as many as the page has room for.

    Returns
    -------
    `run`, how many of the runs; `step`, days from one value to the next; and by variable its values, packed
    """
    days, others = kept.scenario.days, [name for name in names if name != "tension"]
    step = -(-days // POINTS_OF_A_LINE)
    values = len(others) * -(-days // step)
    most = min(len(run), MOST_OF_LINES // max(values, 1))
    chosen = kept.trajectories.sel(run=run[:most])
    return {
        "run": most,
        "step": step,
        "values": {name: stepped(chosen[name].to_numpy()[:, ::step], 1) for name in others},
    }


def single_paths(kept: Ensemble, run: NDArray[np.int64]) -> dict[str, Any]:
    """Tension in single runs, in steps of less than half a point."""
    values = kept.trajectories["tension"].sel(run=run).to_numpy()
    return {"run": whole(run), "tension": stepped(values, 1)}


def rungs(ensemble: AnyEnsemble) -> dict[str, Any]:
    """Count the runs that stand on each rung, and those that have reached some, by day."""
    n = ensemble.n_completed
    reached = ensemble.reached(RUNGS)
    low, high = ensemble.interval.of_reached(RUNGS)
    return {
        "standing": whole(np.rint(ensemble.standing() * n)),
        "reached": {"rungs": list(RUNGS), "runs": whole(reached), "low": stepped(low), "high": stepped(high)},
    }


def outcomes(ensemble: AnyEnsemble) -> list[dict[str, Any]]:
    """By outcome, the largest share first: in how many runs it had come about by each day."""
    table = ensemble.shares()
    table = table.sort_values("share", ascending=False, kind="stable")
    days = _by_day(ensemble)
    return [
        {
            "id": row["outcome"],
            "label": ensemble.scenario.theatre.outcomes[row["outcome"]].label,
            "share": row["share"],
            "low": row["low"],
            "high": row["high"],
            "median": ensemble.median_day(row["outcome"]),
            "runs": whole(np.cumsum(days[row["outcome"]])),
        }
        for row in table.to_dict("records")
    ]


def _by_day(ensemble: AnyEnsemble) -> dict[str, NDArray[np.int64]]:
    """Runs in which each outcome first held on each day."""
    if isinstance(ensemble, CountedEnsemble):
        return dict(zip(ensemble.summary.held.index, ensemble.summary.outcomes, strict=True))
    days = ensemble.scenario.days
    return {
        name: np.bincount(ensemble.completed[name].dropna().to_numpy(np.int64), minlength=days)
        for name in ensemble.completed.columns
    }


def first_days(kept: Ensemble, run: NDArray[np.int64]) -> dict[str, Any]:
    """By outcome, the day after the one on which it first held in each of these runs; 0 where it never did."""
    table = kept.outcomes.loc[run]
    return {name: whole(table[name].fillna(-1).to_numpy(np.int64) + 1) for name in table.columns}


def acts(kept: Ensemble, run: NDArray[np.int64], least: int) -> dict[str, Any]:
    """Acts of single runs from a rung up, and all that killed, by the places of their runs."""
    table = _told(_acts_of(kept, run), least)
    return {
        "least": least,
        "row": whole(np.searchsorted(run, table["run"].to_numpy())),
        "day": whole(table["day"].to_numpy()),
        "rung": whole(table["rung"].to_numpy()),
        "dead": whole(table["fatalities"].to_numpy()),
        "action": whole(table["action"].cat.codes.to_numpy()),
        "actions": [sentence(kept.scenario, str(name)) for name in table["action"].cat.categories],
    }


def deaths_by_rung(kept: Ensemble) -> list[dict[str, Any]]:
    """By rung, the highest first: acts, deadly acts and dead in a run, in the mean of the runs that did not fail."""
    table, n = _acts_of(kept, kept.completed.index.to_numpy(np.int64)), max(kept.n_completed, 1)
    by_rung = table.assign(deadly=table["fatalities"] > 0).groupby("rung")
    sums = by_rung.agg(acts=("fatalities", "size"), deadly=("deadly", "sum"), dead=("fatalities", "sum"))
    return [
        {"rung": int(rung), "acts": row["acts"] / n, "deadly": row["deadly"] / n, "dead": row["dead"] / n}
        for rung, row in sums.sort_index(ascending=False).astype(float).iterrows()
    ]


def deadliest(kept: Ensemble, run: NDArray[np.int64], most: int) -> list[dict[str, Any]]:
    """The acts of the runs that the page holds of which most people died."""
    table = _acts_of(kept, run)
    table = table[table["fatalities"] > 0].sort_values("fatalities", ascending=False, kind="stable").head(most)
    return [
        {
            "run": int(row["run"]),
            "day": int(row["day"]),
            "rung": int(row["rung"]),
            "dead": int(row["fatalities"]),
            "text": sentence(kept.scenario, str(row["action"])).replace(DEAD, in_words(int(row["fatalities"]))),
        }
        for row in table.to_dict("records")
    ]


def _told(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Acts from a rung up, and deadly ones of any rung."""
    return table[(table["rung"] >= least) | (table["fatalities"] > 0)]


def _acts_of(kept: Ensemble, run: NDArray[np.int64]) -> pd.DataFrame:
    """What actors did in some runs."""
    table = kept.events
    return table[(table["actor"] != SCRIPT) & table["run"].isin(run)]
