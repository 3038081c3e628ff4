"""What the arithmetic of a run costs at least on this machine: what the engine computes, in tight loops and no more.

The engine bounds all rates in single precision and weighs those of the actors that may act (`sim.engine.thinning`). So
how much there is to compute depends on how often they may, which is counted in some runs.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.engine._numba import exp_at_most, exponentials, kernel, struct_at
from sim.engine.bound import WIDE_TILE
from sim.engine.dice import DECIDE, words
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.engine.state import TILE, ModelState
from sim.engine.thinning import candidates
from sim.theatre.compiled.program import LOG, NONE
from sim.theatre.language.scenario import Scenario


@kernel
def _weighted_sums(times, weights, rows, total):
    for _ in range(times):
        for w in range(weights.size):
            weight, row = weights[w], rows[w]
            for r in range(total.size):
                total[r] += weight * row[r]


@kernel
def _draws(times, key, out):
    seed, branch = np.uint64(7), np.uint64(0)
    for day in range(times):
        for r in range(out.size):
            out[r], _ = words(seed, r, branch, day, DECIDE, key)


@kernel
def _rows_of_exponentials(times, row, room):
    for _ in range(times):
        exponentials(row, room)
        row[:] = -0.5


@kernel
def _rows_of_bounds(times, row, out):
    for _ in range(times):
        for r in range(row.size):
            out[r] = exp_at_most(row[r])


@kernel
def _may_act(address, i, day):
    return candidates(struct_at(ModelState, address), i, day)


def weighed(scenario: Scenario, runs: int = 256) -> Any:
    """The share of days on which each actor may act, and is weighed; shape (actor,)."""
    model = LockstepModel(scenario, runs=runs, seed=0)
    found = np.zeros(len(model.program.actors))

    def look(model: LockstepModel) -> None:
        found[:] += [_may_act(model.address, i, model.day) for i in range(len(found))]

    Observer(model, look)
    while model.running:
        model.step()
    return found / (runs * scenario.days)


def operations(scenario: Scenario, followed: Any = 0.0) -> dict[str, float]:
    """How many of each kind a run needs on a day, if nothing is done but what the equations ask for.

    On the days on which an actor is followed, a share for each of them, all its rates are weighed and none is bounded,
    and two logarithms and exponentials take its chance into the weight of the run.
    """
    p = LockstepModel(scenario).program
    follow = np.broadcast_to(followed, len(p.actors))
    share, driven = follow + (1.0 - follow) * weighed(scenario), p.action["drivers_end"] - p.action["drivers"]
    bounded = np.repeat(1.0 - follow, p.actor["actions_end"] - p.actor["actions"])
    exact = {"exponentials": 0.0, "products": 0.0, "draws": 0.0}
    for often, me in zip(share, p.actor, strict=True):
        terms = driven[me["actions"] : me["actions_end"]]
        fits, pairs = me["fits_end"] - me["fits"], me["pairs_end"] - me["pairs"]
        exact["exponentials"] += often * ((terms > 0).sum() + fits + pairs)
        exact["products"] += often * (terms.sum() + fits)
        exact["draws"] += often
    prices, noisy = int((p.variable["kind"] == LOG).sum()), int((p.variable["noise"] != NONE).sum())
    return {
        "exponentials": exact["exponentials"]
        + 2.0 * follow.sum()
        + len(p.pairs)
        + len(p.tallies)
        + int(p.blood_is_read().sum())
        + prices
        + 1,
        "products": exact["products"]
        + len(p.terms)
        - int(driven.sum())
        + 5 * len(p.pairs)
        + p.pairs_aside
        + len(p.tallies),
        "draws": exact["draws"] + (1.0 - follow).sum() + noisy,
        "bounds": bounded.sum(),
        "products of bounds": bounded @ (driven + 1),
    }


def nanoseconds() -> dict[str, float]:
    """What one of each takes."""
    rng = np.random.default_rng(1)
    row, room, out = np.full(TILE, -0.5), np.empty((3, TILE)), np.empty(TILE, np.uint64)
    rows, weights, total = rng.random((8, TILE)), rng.random(8), np.zeros(TILE)
    single, most = np.full(WIDE_TILE, -0.5, np.float32), np.empty(WIDE_TILE, np.float32)
    singles, single_weights = rng.random((8, WIDE_TILE), np.float32), rng.random(8, np.float32)
    return {
        "exponentials": _best(lambda times: _rows_of_exponentials(times, row, room)) / TILE,
        "products": _best(lambda times: _weighted_sums(times, weights, rows, total)) / (8 * TILE),
        "draws": _best(lambda times: _draws(times, 5, out)) / TILE,
        "bounds": _best(lambda times: _rows_of_bounds(times, single, most)) / WIDE_TILE,
        "products of bounds": _best(lambda times: _weighted_sums(times, single_weights, singles, most))
        / (8 * WIDE_TILE),
    }


def _best(work: Callable[[int], object], times: int = 2000, repeats: int = 5) -> float:
    """Nanoseconds of one repetition, the best of some."""
    work(1)  # compile
    took = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work(times)
        took.append(time.perf_counter() - begun)
    return 1e9 * min(took) / times


def bound(scenario: Scenario, followed: Any = 0.0) -> tuple[float, dict[str, float]]:
    """Runs per second of one core that did nothing but this arithmetic, and the share of each kind in its time."""
    each, needed = nanoseconds(), operations(scenario, followed)
    spent = {kind: needed[kind] * each[kind] for kind in needed}
    day = sum(spent.values())
    return 1e9 / (day * scenario.days), {kind: cost / day for kind, cost in spent.items()}
