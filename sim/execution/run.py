"""Run a scenario many times, in blocks that fit the cache, on all cores or wherever an executor computes."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.engine.block import Block
from sim.engine.model import LockstepModel
from sim.results.counted import AnyEnsemble, first_run
from sim.results.ensemble import Ensemble, collect
from sim.results.intervals import Precision
from sim.results.storage.folder import begun, close, is_whole, refuse_others
from sim.results.storage.manifest import Plan, Span, provenance
from sim.results.storage.read import read_whole
from sim.results.storage.write_runs import Writer
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.fitted import NumbersFrom
from sim.theatre.parameters.uncertain import Drawing

from .afford import refuse_unaffordable
from .draws import asked_for, design_of
from .loop import ProgressOption, followed
from .plan import asked_about, planned

if TYPE_CHECKING:
    from sim.results.storage.posterior import AnyPosterior

RUNS_PER_BLOCK = 1024
"""Runs advanced in lockstep: many enough to spread Mesa's cost, few enough for the cache."""

MAX_NOMINAL_RUNS = 1000
"""At most so many runs with nominal numbers, for comparison with runs that draw theirs."""


@usual
def run(
    scenario: Scenario | str | PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    *,
    first: int | None = None,
    executor: Executor | None = None,
    progress: ProgressOption = "bar",
    uncertain: Drawing = False,
    posterior: "AnyPosterior | None" = None,
    until: Precision | None = None,
    dtype: str | None = None,
    variables: Sequence[str] | None = None,
    save: str | PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Ensemble:
    """Run a scenario many times.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
    runs : int, optional
        How many runs; left out, as many as the scenario says. The first n runs of more are the n runs of fewer.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    first : int, optional
        Number of the first run, where this is a part of more, which `sim.merge` puts together; left out, 0.
    executor : concurrent.futures.Executor, optional
        Where to compute; left out, threads on all cores that this process may use. It changes nothing in the result.
    progress : callable, optional
        Called with how far it has come (`sim.execution.progress.Tally`); left out, a bar on a terminal or in a
        notebook; None for nothing.
    uncertain : bool, or "with_levers"
        Draw every number that has a plausible range from it, again for every four runs; what defines an outcome or the
        ladder, and what the scenario itself sets, stay as they are, and levers unless they are asked for. See
        `Ensemble.errors`.
    posterior : path of a file or folder that `sim fit` wrote, or Posterior, optional
        Take the numbers that were fitted from its draws, a new one for every four runs. All others are as written, or
        drawn from their ranges if `uncertain` says so. The result holds what it needs of the posterior.
    until : Precision, optional
        Stop as soon as shares are that precise; `runs` is then the most it may take.
    dtype : {"float32", "float64"}, optional
        Type in which trajectories are kept.
    variables : sequence of str, optional
        Variables whose trajectories are kept, beside tension, rungs and what base rates read; left out, all.
    save : path, optional
        Folder to keep the result in, written while runs are finished.
    resume : bool
        Go on with what the folder holds of the same runs, if it holds some. What is left out here is as it was begun.
    overwrite : bool
        Replace a result that the folder holds.

    Returns
    -------
    Ensemble, which reads from the folder if there is one

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    sim.StoreError
        The folder is taken, cannot be resumed, or cannot be written to.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    folder = Path(save) if save is not None else None
    earlier = begun(folder) if folder is not None and resume else None
    asked: dict[str, Any] = {"first": first, "until": until, "dtype": dtype}
    asked |= {"variables": variables, "uncertain": asked_for(posterior, uncertain)}
    question = asked_about(question, uncertain, earlier)
    plan = planned(question, runs, seed, RUNS_PER_BLOCK, earlier, **asked)
    refuse_unaffordable(plan, folder)
    work = partial(run_planned, plan)
    if folder is None:
        return _in_memory(plan, followed(plan, work, tally, executor, progress))
    if earlier is not None and is_whole(folder, earlier):
        refuse_others(folder, earlier, plan)
        close(folder)  # its maker may have been interrupted just before
        return read_whole(folder, earlier)
    with Writer(folder, plan, resume, overwrite) as writer:
        for span, block in followed(plan, work, tally, executor, progress, writer.manifest):
            writer.take(span, block)
        return writer.finish()


def nominal_runs(ensemble: AnyEnsemble) -> Ensemble:
    """Beside runs that have drawn their numbers: the first of them on the same dice, with the numbers as written."""
    runs, first = min(len(ensemble), MAX_NOMINAL_RUNS), first_run(ensemble)
    return run(ensemble.scenario, runs, ensemble.seed, first=first, progress=None)


def run_block(
    scenario: Scenario,
    seed: int,
    first: int,
    last: int,
    keep: type[np.floating[Any]] = np.float32,
    uncertain: NumbersFrom = False,
) -> Block:
    """Run numbers `first` to `last` - 1 in lockstep, to the end; `uncertain` as for `run`."""
    numbers = np.arange(first, last)
    return run_columns(scenario, seed, numbers, design_of(scenario, seed, numbers, uncertain), keep)


def run_columns(
    scenario: Scenario,
    seed: int,
    run_numbers: NDArray[np.integer[Any]],
    design: Mapping[str, NDArray[np.float64]] | None = None,
    keep: type[np.floating[Any]] | None = np.float32,
) -> Block:
    """Run in lockstep, to the end, the runs of these numbers, each with its own values of the numbers in `design`."""
    model = LockstepModel(scenario, seed=seed, run_numbers=run_numbers, design=design, keep=keep)
    while model.running:
        model.step()
    block = model.block()
    model.close()
    return block


def run_planned(plan: Plan, first: int, last: int) -> Block:
    """Run a block of a plan, and keep the trajectories that it keeps."""
    keep = np.float64 if plan.dtype == "float64" else np.float32
    block = run_block(plan.scenario, plan.seed, first, last, keep, plan.uncertain)
    return replace(block, values={name: block.values[name] for name in plan.values})


def tally(block: Block) -> tuple[int, int, NDArray[np.int64]]:
    """How many runs a block has, how many of them failed, and in how many of the others each outcome held."""
    sound = ~np.isin(block.run, [run for run, _, _ in block.failures])
    return len(block.run), int((~sound).sum()), (block.outcome_day[sound] >= 0).sum(axis=0)


def _in_memory(plan: Plan, blocks: Iterator[tuple[Span, Block]]) -> Ensemble:
    begun_at = time.perf_counter()
    taken: Iterable[Block] = (block for _, block in blocks)
    if plan.until is not None:  # only then it is known how many there are
        taken = list(taken)
        plan = replace(plan, runs=sum(len(block.run) for block in taken))
    program = program_of(plan.scenario)
    ensemble = collect(plan.scenario, program, plan.seed, plan.runs, taken, provenance(), plan.first)
    ensemble.info["seconds"] = round(time.perf_counter() - begun_at, 3)
    if plan.until is not None:
        ensemble.info["until"] = plan.until._asdict()
    if plan.uncertain:
        ensemble.info["uncertain"] = plan.uncertain
    return ensemble
