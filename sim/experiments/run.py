"""Run a scenario many times, in blocks that fit the cache, on all cores."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from os import PathLike

import numpy as np

from sim.engine.model import CrisisModel, program_of
from sim.engine.record import Block
from sim.results.ensemble import Ensemble, collect
from sim.results.store import provenance
from sim.theatre.load import load
from sim.theatre.scenario import Scenario

RUNS_PER_BLOCK = 1024
"""Runs advanced in lockstep: many enough to spread Mesa's cost, few enough for the cache."""

Progress = Callable[[int, int], None]
"""Called with the runs done and the runs in all."""


def run(
    scenario: Scenario | str | PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Run a scenario many times.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
    runs : int, optional
        How many runs; left out, as many as the scenario says. The first n runs of more are the n runs of fewer.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    executor : concurrent.futures.Executor, optional
        Where to compute; left out, threads on all cores. It changes nothing in the result.
    progress : callable, optional
        Called with the runs done and the runs in all.

    Returns
    -------
    Ensemble

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    wanted = question.runs if runs is None else runs
    if wanted < 1:
        raise ValueError(f"runs must be at least 1, found {wanted}")
    dice = question.seed if seed is None else seed
    begun = time.perf_counter()
    blocks = _blocks(question, wanted, dice, executor, progress)
    ensemble = collect(question, program_of(question), dice, wanted, blocks, provenance())
    ensemble.info["seconds"] = round(time.perf_counter() - begun, 3)
    return ensemble


def run_block(scenario: Scenario, seed: int, first: int, last: int) -> Block:
    """Run numbers `first` to `last` - 1 in lockstep, to the end."""
    model = CrisisModel(scenario, seed=seed, run_numbers=np.arange(first, last), collect=False, keep=np.float32)
    while model.running:
        model.step()
    block = model.block()
    model.trajectories = None  # a Mesa model refers to itself, so it stays until the garbage collector comes by
    return block


def _blocks(
    scenario: Scenario, runs: int, seed: int, executor: Executor | None, progress: Progress | None
) -> Iterator[Block]:
    """Compute blocks anywhere and yield them as they finish; what is not begun is dropped if the caller stops."""
    cores = os.cpu_count() or 1
    pool = executor or ThreadPoolExecutor(cores)  # kernels run without the interpreter's lock
    size = min(RUNS_PER_BLOCK, -(-runs // cores))
    waiting: set[Future[Block]] = set()
    try:
        for first in range(0, runs, size):
            waiting.add(pool.submit(run_block, scenario, seed, first, min(first + size, runs)))
        done = 0
        for future in as_completed(waiting):
            waiting.discard(future)
            block = future.result()
            del future  # or it would keep the block in memory to the end
            done += len(block.run)
            if progress is not None:
                progress(done, runs)
            yield block
    finally:
        for future in waiting:
            future.cancel()
        if executor is None:
            pool.shutdown(cancel_futures=True)
