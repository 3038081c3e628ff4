"""Fit a few numbers to a record: draws from what is likely of them, given what happened."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.analysis.tempered import Population, SamplingError, sample
from sim.given import whole
from sim.results.posterior import Posterior
from sim.results.storage.fit_folder import FitFolder, fit_begun, fitting, refuse_other_fit
from sim.results.storage.manifest import provenance
from sim.results.storage.posterior import read_posterior
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.prior import Prior

from .choose import Chosen, FitError, prior_of
from .likelihood_function import Asked, RecordLikelihood, asked, likelihood_of

SETS = 256
"""Sets of numbers that are led from the prior to the posterior, unless told otherwise."""
FEWEST, MOST = 32, 2**14

FitProgress = Callable[[Population], None] | Literal["bar"] | None
"""Called with the sets after each stage; or a bar on a terminal or in a notebook; or nothing."""


@usual
def fit(
    scenario: Scenario | str | PathLike[str],
    parameters: Chosen | None = None,
    to: Any = None,
    record: HistoryFile | Named | None = None,
    sets: int | None = None,
    particles: int | None = None,
    seed: int | None = None,
    *,
    executor: Executor | None = None,
    progress: FitProgress = "bar",
    save: str | PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    likelihood: RecordLikelihood | None = None,
) -> Posterior:
    """Fit some numbers of a scenario to a record.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
    parameters : paths or patterns, or a mapping from these to ranges [low, high]
        Which numbers, at most 40. What is plausible of each is its prior: the ends of its range are the 5th and the
        95th percentile.
    to : date, optional
        The last day of the record that counts; left out, the scenario's last. What comes after can judge the fit.
    record : HistoryFile, path or name of a shipped history, optional
        Left out, the scenario's own; where it has none, the shipped one.
    sets : int, optional
        Sets of numbers that are led from the prior to the posterior, and so draws; left out, 256.
    particles : int, optional
        Of the filter by which each likelihood is estimated; left out, 32. Fewer make likelihoods less certain and sets
        harder to move, but no draw less exact.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    executor : concurrent.futures.Executor, optional
        Where likelihoods are computed; left out, threads on all cores. It changes nothing in the result.
    progress : callable, optional
        Called with the population after each stage; left out, a bar on a terminal or in a notebook; None for nothing.
    save : path, optional
        Folder to keep the fit in, written while it is made; `sim.run(posterior=…)` takes it.
    resume : bool
        Go on with what the folder holds, to the same bits. What is left out here is as it was begun.
    overwrite : bool
        Replace a fit that the folder holds.
    likelihood : RecordLikelihood, optional
        Another one than that of the record.

    Returns
    -------
    Posterior

    Raises
    ------
    sim.ScenarioError
        The scenario's file has faults.
    FitError
        Numbers cannot be fitted as asked, or every set that is plausible makes the record impossible.
    sim.StoreError
        The folder is taken, cannot be resumed, or cannot be written to.
    """
    folder = Path(save) if save is not None else None
    earlier = fit_begun(folder) if folder is not None and resume else None
    before = earlier.asked if earlier is not None else {}
    given = asked(
        scenario,
        record,
        before.get("to") if to is None else to,
        before.get("particles") if particles is None else particles,
        before.get("seed") if seed is None else seed,
        of_record=likelihood is None,
    )
    begun_so = parameters is None and before
    prior = Prior.of(before["numbers"]) if begun_so else prior_of(given.scenario, parameters)
    n = whole(sets if sets is not None else before.get("sets", SETS), "sets", FEWEST, MOST, FitError)
    told = _told(given, prior, n)
    if folder is not None and earlier is not None and earlier.status == "complete":
        refuse_other_fit(folder, earlier, told)
        return read_posterior(folder)
    work = _Work(given, prior, n, likelihood or likelihood_of(given, prior.names), executor, told)
    if folder is None:
        return work.posterior(work.sampled(progress))
    with fitting(folder, told, given.scenario, resume, overwrite) as kept:
        return kept.finish(work.posterior(work.sampled(progress, kept)))


def _told(given: Asked, prior: Prior, sets: int) -> dict[str, Any]:
    """All that fixes a posterior, as plain data."""
    return {
        "scenario": given.scenario.name,
        "scenario_sha256": given.scenario.sha256,
        "record_sha256": _hash(given.record),
        "to": given.to.isoformat(),
        "sets": sets,
        "particles": given.particles,
        "seed": given.seed,
        "numbers": prior.told(),
    }


def _hash(record: HistoryFile | None) -> str | None:
    return None if record is None else sha256(record.model_dump_json(by_alias=True).encode()).hexdigest()


@dataclass(frozen=True)
class _Work:
    """A fit that is being made."""

    given: Asked
    prior: Prior
    sets: int
    likelihood: RecordLikelihood
    executor: Executor | None
    told: Mapping[str, Any]

    def __call__(self, z: NDArray[np.float64], dice: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.likelihood.many(self.prior.values(z), dice, self.executor)

    def sampled(self, progress: FitProgress, kept: FitFolder | None = None) -> Population:
        """Lead the sets to the posterior, and keep them after each stage."""
        arrays = kept.population() if kept is not None else None
        with _shown(progress) as shown:

            def after(population: Population) -> None:
                if kept is not None:
                    kept.keep(population.arrays(), population.stages)
                shown(population)

            begun = None if arrays is None else Population.of(arrays)
            try:
                return sample(self, len(self.prior.names), self.sets, self.given.seed, begun, after)
            except SamplingError as error:
                raise FitError(f"{self.given.scenario.name} cannot be fitted: {error}") from None

    def posterior(self, population: Population) -> Posterior:
        """The sets as draws."""
        told = {name: entry for name, entry in self.told.items() if name != "numbers"}
        made = {
            "log_evidence": population.log_evidence,
            "likelihoods": population.likelihoods,
            "steps": [step._asdict() for step in population.steps],
            "versions": provenance()["versions"],
        }
        draws = pd.DataFrame(self.prior.values(population.z), columns=list(self.prior.names))
        return Posterior(draws, self.prior, told | made)


@contextmanager
def _shown(progress: FitProgress) -> Iterator[Callable[[Population], None]]:
    """What is called after each stage."""
    if progress == "bar":
        from .fit_bar import bar

        with bar() as shown:
            yield shown
    else:
        yield progress or (lambda population: None)
