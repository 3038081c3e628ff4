"""Which numbers matter most to a scenario's outcomes, by a screen: all numbers anywhere in their ranges at once."""

from statistics import NormalDist
from typing import Any

import numpy as np

from sim.text import number as figure
from sim.text import printable
from sim.theatre.compiled.compile import program_of

from .moves import Stop, Stopped, written

RUNS, BLOCK = 8192, 1024
MOST, MOST_OF_ONE = 24, 6
"""Numbers that are named, and of them for one outcome."""
CHANCE = 0.05
"""The chance that any number at all is named that does nothing, by a bound over all numbers and outcomes."""


def _measured(stopped: Stopped, source: str) -> tuple[list[tuple[str, str, float]], int]:
    """Numbers with the outcome that each moves most, and how far from end to end; and how many were looked at."""
    from sim.analysis.tipping import slopes
    from sim.engine.model import LockstepModel
    from sim.experiments.sweep.parameters import chosen
    from sim.experiments.tipping.columns import Columns

    scenario = written(source)
    outcomes = program_of(scenario).outcomes
    numbers = [each.number for each in chosen(scenario, None, "uncertainties")]
    if not outcomes or not numbers:
        return [], len(numbers)
    dice = np.random.default_rng(scenario.seed)  # of the places tried; runs have their own
    moves, held = [], []
    with Columns(scenario, scenario.seed, outcomes[0], numbers) as columns:
        for first in range(0, RUNS, BLOCK):
            places = columns.low + (columns.high - columns.low) * dice.random((BLOCK, len(numbers)))
            run_numbers = np.arange(first, first + BLOCK)
            model = LockstepModel(scenario, seed=scenario.seed, run_numbers=run_numbers, design=columns.values(places))
            while model.running:
                if stopped():
                    raise Stop
                model.step()
            sound = model.status.alive != 0
            moves.append(places[sound].astype(np.float32))
            held.append((model.world.outcome_day >= 0)[:, sound])
            model.close()
        width = columns.high - columns.low
    every, came = np.concatenate(moves), np.concatenate(held, axis=1)
    found = [slopes(every, each) for each in came]
    clear = np.array([each for _, each in found])
    most = np.abs(clear).argmax(axis=0)
    line = NormalDist().inv_cdf(1 - CHANCE / 2 / clear.size)
    order = np.argsort(-np.abs(clear).max(axis=0), kind="stable")
    told: list[tuple[str, str, float]] = []
    for at in order.tolist():
        outcome = outcomes[most[at]]
        if abs(clear[most[at], at]) >= line and [each[1] for each in told].count(outcome) < MOST_OF_ONE:
            told.append((numbers[at].path, outcome, float(found[most[at]][0][at] * width[at])))
    return told[:MOST], len(numbers)


def matter(stopped: Stopped, source: str) -> dict[str, Any]:
    """Numbers that matter most, each with the outcome that it moves most, and a sentence on how that was found.

    Returns
    -------
    `paths`; `does`, by path what moving it from end to end of its range does, in words; `matter_for`, how it was found
    """
    found, looked = _measured(stopped, source)
    labels = {key: printable(each.label) for key, each in written(source).theatre.outcomes.items()}
    does = {
        path: f"From its low end to its high end, “{labels[outcome]}” comes about in {figure(abs(100 * by), 2)} "
        f"{'more' if by > 0 else 'fewer'} of 100 runs."
        for path, outcome, by in found
    }
    said = (
        f"Found by {RUNS:,} runs in which all {looked:,} uncertain numbers lie anywhere in their ranges at once: these "
        f"move some outcome by more than chance, the clearest first, and {MOST_OF_ONE} of an outcome at most."
    )
    none = f"In {RUNS:,} runs with all uncertain numbers anywhere in their ranges, none stands out from chance."
    return {"paths": [path for path, _, _ in found], "does": does, "matter_for": said if found else none}
