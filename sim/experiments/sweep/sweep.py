"""Sweep a scenario: run it at every point of a design, on the same dice or on each point's own."""

import time
from concurrent.futures import Executor
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.floating import usual
from sim.execution import run as running
from sim.execution.afford import refuse_unaffordable
from sim.execution.loop import ProgressOption, followed
from sim.execution.plan import BLOCKS_AT_LEAST, FEWEST, PlanError
from sim.given import MOST_RUNS, whole
from sim.results.design import Design, Dice
from sim.results.storage.folder import begun, close, is_whole, refuse_others
from sim.results.storage.manifest import Manifest, Plan, provenance
from sim.results.storage.write_sweep import SweepWriter, failed_runs, read_sweep
from sim.results.sweep import Sweep, measure_table
from sim.theatre.files.load import load, load_sweep, resolve
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.sweep_file import SweepFile

from .design import make
from .parameters import Only, ParameterChoice, chosen
from .points import PointRuns, tally


@usual
def sweep(
    scenario: Scenario | str | PathLike[str],
    parameters: ParameterChoice = None,
    method: str | None = None,
    samples: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    *,
    only: Only | None = None,
    dice: Dice | None = None,
    executor: Executor | None = None,
    progress: ProgressOption = "bar",
    save: str | PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Sweep:
    """Run a scenario at many points, each with its own values of some numbers.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
        Or a file that says what to sweep (`sim schema sweep`); what is given here has the last word over it.
    parameters : sequence of patterns, or mapping from patterns to ranges, optional
        Which numbers vary: paths as `sim describe` prints them, or patterns such as `actions.iran.*`; as a mapping,
        with a range for each, or None for its plausible one. Left out, every number with a plausible range.
    method : str, optional
        How points are chosen and influence is measured, such as `lhs` or `morris`: see `sim.analysis.methods`; left
        out, `sobol`.
    samples : int, optional
        How many points at most: the method takes as many as make up whole steps of it. Left out, what it usually needs.
    replicates : int
        Runs at each point; left out, what the method usually needs: 8 for most, 32 for `morris`, 64 for `oat`.
    seed : int, optional
        Seed of the points and of all dice; left out, the scenario's.
    only : {"levers", "uncertainties"}, optional
        Only numbers that a government can choose, or only others.
    dice : {"common", "own"}, optional
        Left out, common: replicate r of every point throws the same dice, so points differ by their numbers only, and
        numbers are compared best; but an average over points is as uncertain as so few replicates, however many points
        there are. With dice of its own at each point averages are as certain as there are runs.
    executor, progress, save, resume, overwrite : see `sim.run`

    Returns
    -------
    Sweep

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    sim.execution.plan.PlanError
        A number cannot vary as asked, or there are too few points for the method.
    sim.StoreError
        The folder is taken, cannot be resumed, or cannot be written to.
    """
    question, file = scenario_and_file(scenario)
    # before anything that is left out takes the place of 0
    samples = None if samples is None else whole(samples, "samples", 1, MOST_RUNS, PlanError)
    replicates = None if replicates is None else whole(replicates, "replicates", 1, MOST_RUNS, PlanError)
    folder = Path(save) if save is not None else None
    earlier = begun(folder) if folder is not None and resume else None
    if earlier is not None and (before := earlier.plan.design) is not None:
        if parameters is None and only is None:
            drawn = set(before.get("plausible", ()))
            parameters = {path: None if path in drawn else ends for path, ends in before["parameters"].items()}
        method, samples = method or before["method"], samples or before["points"]
        replicates, seed = replicates or before["replicates"], earlier.plan.seed if seed is None else seed
        dice = dice or before.get("dice")
    if file is not None:
        parameters = file.ranges if parameters is None else parameters
        method, samples, only = method or file.method, samples or file.samples, only or file.only
        replicates, seed = replicates or file.replicates, file.seed if seed is None else seed
        dice = dice or file.dice
    varied = chosen(question, parameters, only)
    seed = question.seed if seed is None else seed
    design = make(varied, method or "sobol", samples, replicates, seed, dice or "common")
    return run_design(
        question, design, executor=executor, progress=progress, save=folder, resume=resume, overwrite=overwrite
    )


def scenario_and_file(scenario: Scenario | str | PathLike[str]) -> tuple[Scenario, SweepFile | None]:
    """Find the scenario that the user names, and the file that says how to sweep it, if one does."""
    if isinstance(scenario, Scenario):
        return scenario, None
    if resolve(scenario).first.kind != "sweep":
        return load(scenario), None
    file, question = load_sweep(scenario)
    return question, file


def run_design(
    scenario: Scenario,
    design: Design,
    *,
    executor: Executor | None = None,
    progress: ProgressOption = "bar",
    save: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Sweep:
    """Run a scenario at every point of a design; parameters and errors as of `sweep`."""
    plan, work = planned_sweep(scenario, design), PointRuns(scenario, design)
    refuse_unaffordable(plan, save)
    if save is None:
        return _in_memory(plan, work, executor, progress)
    earlier = begun(save) if resume else None
    if earlier is not None and is_whole(save, earlier):
        refuse_others(save, earlier, plan)
        close(save)  # its maker may have been interrupted just before
        return read_sweep(save, earlier)
    with SweepWriter(save, plan, design, resume, overwrite) as writer:
        for span, block in followed(plan, work, tally, executor, progress, writer.manifest):
            writer.take(span, block.rows, block.failures, block.held)
        return writer.finish()


def planned_sweep(scenario: Scenario, design: Design) -> Plan:
    """The plan of a sweep: its runs are those of one point after those of another."""
    size = min(running.RUNS_PER_BLOCK, max(FEWEST, -(-design.runs // BLOCKS_AT_LEAST)))
    return Plan(scenario, design.seed, design.runs, size, design=design.told())


def _in_memory(plan: Plan, work: PointRuns, executor: Executor | None, progress: ProgressOption) -> Sweep:
    begun_at = time.perf_counter()
    blocks = dict(followed(plan, work, tally, executor, progress))
    design = work.design
    tables = [measure_table(design, np.arange(*span), blocks[span].rows) for span in plan.spans]
    failures = [failure for block in blocks.values() for failure in block.failures]
    manifest = Manifest(plan, made=provenance() | {"seconds": round(time.perf_counter() - begun_at, 3)})
    measures = pd.concat(tables, ignore_index=True)
    info = {key: manifest.made[key] for key in ("versions", "platform", "seconds")}
    return Sweep(design, measures, plan.scenario, failed_runs(design, failures), info)
