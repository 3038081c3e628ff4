"""What the charts of the page show, in sentences with numbers: for those who do not see them, and for all others."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from sim.results.counted import AnyEnsemble
from sim.text import number, on, percent
from sim.theatre.language.scenario import Scenario

from .cast import Matrix
from .pack import unpacked
from .pair import Pair


def day(scenario: Scenario, at: int) -> str:
    """The date of a day, as a sentence writes it."""
    return on(scenario.start + timedelta(days=int(at)))


def fan(ensemble: AnyEnsemble, variable: dict[str, Any]) -> str:
    """How a variable spreads: medians at the beginning, in the middle and at the end, and the widest day."""
    low, _, _, median, _, _, high = unpacked(variable["quantiles"])
    last = len(median) - 1
    at = [
        f"on {day(ensemble.scenario, when)} it is {number(float(median[when]))}, and 95 % of the runs lie from "
        f"{number(float(low[when]))} to {number(float(high[when]))}"
        for when in dict.fromkeys((0, last // 2, last))
    ]
    top = int(median.argmax())
    return (
        f"{variable['label']} over time. The median of the runs: {'; '.join(at)}. "
        f"It is highest on {day(ensemble.scenario, top)}, at {number(float(median[top]))}."
    )


def standing(ensemble: AnyEnsemble, counts: np.ndarray[Any, Any]) -> str:
    """On which rungs the runs stand, on the first day, in the middle and on the last."""
    theatre, n = ensemble.scenario.theatre, ensemble.n_completed
    last = counts.shape[1] - 1
    parts = []
    for when in dict.fromkeys((0, last // 2, last)):
        most = [rung for rung in np.argsort(-counts[:, when], kind="stable")[:3] if counts[rung, when]]
        told = ", ".join(f"{percent(counts[rung, when] / n)} on rung {rung}" for rung in most)
        parts.append(f"On {day(ensemble.scenario, when)}: {told}")
    peak = int((counts[5:].sum(axis=0)).argmax())
    above = percent(float(counts[5:, peak].sum()) / n)
    return (
        f"Shares of the runs on each of {len(theatre.ladder.rungs)} rungs, stacked, by day. {'. '.join(parts)}. "
        f"Most runs stand on rung 5 or above on {day(ensemble.scenario, peak)}: {above}."
    )


def passage(ensemble: AnyEnsemble, steps: Sequence[int], counts: np.ndarray[Any, Any]) -> str:
    """How many runs have climbed to each rung by the last day, and when half of those had."""
    parts = []
    for rung, row in zip(steps, counts, strict=True):
        told = f"rung {rung}: {percent(row[-1] / ensemble.n_completed)} by the last day"
        if row[-1]:
            half = int(np.searchsorted(row, row[-1] / 2))
            told += f", half of these by {day(ensemble.scenario, half)}"
        parts.append(told)
    return f"Share of the runs that have reached a rung or one above it, by day. {'; '.join(parts)}."


def raster(acts: int, runs: int, least: int, label: str, came: int) -> str:
    """What the raster shows."""
    return (
        f"{acts:,} acts from rung {least} up in {runs:,} runs, a row for each run and a mark for each act, darker the "
        f"higher its rung. Rows are sorted by the day of: {label}, which came about in {came:,} of these runs; below "
        "the line are those in which it did not."
    )


def cast(table: Matrix) -> str:
    """The three pairs that met most often."""
    if not table.acts.size:
        return "Nobody acted on anybody."
    order = np.argsort(-table.acts, axis=None, kind="stable")[:3]
    places = [np.unravel_index(each, table.acts.shape) for each in order if table.acts.flat[each]]
    told = [f"{table.actors[a]} on {table.targets[b]}, {table.acts[a, b]:.3g} acts in a run" for a, b in places]
    return f"The most acts: {'; '.join(told)}."


def difference(scenario: Scenario, found: Pair, variable: dict[str, Any]) -> str:
    """How far apart the two are in the mean, on the day of the widest gap and on the last."""
    mean = unpacked(variable["difference"])
    widest, last = int(np.nanargmax(np.abs(mean))), len(mean) - 1
    one, other = found.names
    return (
        f"{variable['label']}, {other} less {one}, in the mean of {found.n:,} pairs of runs: "
        f"{mean[widest]:+.2g} on {day(scenario, widest)}, where they are furthest apart, and {mean[last]:+.2g} on the "
        "last day."
    )
