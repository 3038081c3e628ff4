"""What the arithmetic of a run costs at least on this machine: its exponentials, products and draws, in tight loops."""

import time
from collections.abc import Callable

import numpy as np

from sim.engine.arithmetic import exponentials
from sim.engine.dice import DECIDE, words
from sim.engine.kernel import kernel
from sim.theatre.compile import program_of
from sim.theatre.program import LOG, Program
from sim.theatre.scenario import Scenario

_WIDTH = 256
"""Numbers in a row, as many as the engine works on at a time: all of them lie in the nearest cache."""


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


def operations(program: Program) -> dict[str, int]:
    """How many of each a run needs on a day, if nothing is done but what the equations ask for."""
    driven = int((program.action["drivers_end"] > program.action["drivers"]).sum())
    prices = int((program.variable["kind"] == LOG).sum())
    return {
        "exponentials": driven + len(program.fit) + 2 * len(program.pairs) + prices + 1,
        "products": len(program.terms) + len(program.fit) + 5 * len(program.pairs),
        "draws": len(program.actors),
    }


def nanoseconds() -> dict[str, float]:
    """What one of each takes."""
    rng = np.random.default_rng(1)
    row, room = np.full(_WIDTH, -0.5), np.empty((3, _WIDTH))
    rows, weights, total = rng.random((8, _WIDTH)), rng.random(8), np.zeros(_WIDTH)
    out = np.empty(_WIDTH, np.uint64)
    return {
        "exponentials": _best(lambda times: _rows_of_exponentials(times, row, room)) / _WIDTH,
        "products": _best(lambda times: _weighted_sums(times, weights, rows, total)) / (8 * _WIDTH),
        "draws": _best(lambda times: _draws(times, 5, out)) / _WIDTH,
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


def bound(scenario: Scenario) -> tuple[float, dict[str, float]]:
    """Runs per second of one core that did nothing but this arithmetic, and the share of each kind in its time."""
    each, needed = nanoseconds(), operations(program_of(scenario))
    spent = {kind: needed[kind] * each[kind] for kind in needed}
    day = sum(spent.values())
    return 1e9 / (day * scenario.days), {kind: cost / day for kind, cost in spent.items()}
