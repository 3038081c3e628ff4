"""Run a scenario however often, and keep counts in place of runs."""

from concurrent.futures import Executor
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.results.counted import CountedEnsemble
from sim.results.intervals import Precision
from sim.results.storage.folder import begun, close, is_whole, refuse_others
from sim.results.storage.read import read_counted
from sim.results.storage.write_counts import CountWriter
from sim.results.summary import Summary
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.fitted import NumbersFrom, as_options
from sim.theatre.parameters.uncertain import Drawing

from . import run as running
from .afford import refuse_unaffordable
from .draws import asked_for
from .loop import ProgressOption, followed
from .plan import asked_about, planned

if TYPE_CHECKING:
    from sim.results.storage.posterior import AnyPosterior

KEPT = 512
"""Runs kept whole: enough to find a few that stand for all, and to hold beside base rates."""


@usual
def summarise(
    scenario: Scenario | str | PathLike[str],
    save: str | PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    *,
    first: int | None = None,
    executor: Executor | None = None,
    progress: ProgressOption = "bar",
    uncertain: Drawing = False,
    posterior: "AnyPosterior | None" = None,
    until: Precision | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> CountedEnsemble:
    """Run a scenario many times and keep only counts of what the runs did: memory and disk stay flat.

    Parameters
    ----------
    save : path
        Folder for the counts, and for the first runs, which are kept whole.
    scenario, runs, seed, first, executor, progress, uncertain, posterior, until, resume, overwrite : see `sim.run`

    Returns
    -------
    CountedEnsemble

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    sim.StoreError
        The folder is taken, cannot be resumed, or cannot be written to.
    """
    question, folder = scenario if isinstance(scenario, Scenario) else load(scenario), Path(save)
    earlier = begun(folder) if resume else None
    asked: dict[str, Any] = {"first": first, "until": until, "summary_only": True}
    asked |= {"uncertain": asked_for(posterior, uncertain)}
    question = asked_about(question, uncertain, earlier)
    plan = planned(question, runs, seed, running.RUNS_PER_BLOCK, earlier, **asked)
    refuse_unaffordable(plan, folder)
    if earlier is not None and is_whole(folder, earlier):
        refuse_others(folder, earlier, plan)
        close(folder)  # its maker may have been interrupted just before
        return read_counted(folder, earlier)
    with CountWriter(folder, plan, resume, overwrite) as writer:
        work = partial(count_block, plan.scenario, plan.seed, uncertain=plan.uncertain)
        for span, counts in followed(plan, work, tally, executor, progress, writer.manifest):
            writer.take(span, counts)
        kept = min(KEPT, len(writer.summary))
        whole: dict[str, Any] = {"executor": executor, "progress": None, "save": writer.kept, "resume": True}
        running.run(question, kept, plan.seed, first=plan.first, **as_options(plan.uncertain), **whole)
        return writer.finish()


def count_block(scenario: Scenario, seed: int, first: int, last: int, uncertain: NumbersFrom = False) -> Summary:
    """Run a block and count what its runs did."""
    return Summary.of(running.run_block(scenario, seed, first, last, uncertain=uncertain), scenario, bool(uncertain))


def tally(summary: Summary) -> tuple[int, int, NDArray[Any]]:
    """How many runs were counted, how many failed, and in how many of the others each outcome held."""
    return len(summary), summary.failed, summary.held.to_numpy()
