"""What a fit is judged by: how likely it makes the part of the record that it has not seen."""

from concurrent.futures import Executor
from datetime import date
from os import PathLike

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.results.posterior import Posterior
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario

from .likelihood import Likelihood
from .rival_rates import after

PARTICLES = 128
REPLICATES = 32
"""Filters, on dice of their own, under the numbers as written."""


@usual
def held_out(
    posterior: Posterior,
    scenario: Scenario | str | PathLike[str],
    *,
    record: HistoryFile | Named | None = None,
    particles: int = PARTICLES,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Judge a fit by the acts that came after the last day that it has seen.

    Each draw of the posterior gives what came a chance, given all before; their mean is the chance that the fit gives
    it. Beside it stand the numbers as written, and constant rates known by that day.

    Parameters
    ----------
    posterior : Posterior
    scenario : Scenario, path or name
        Whose numbers were fitted.
    record, executor : see `sim.filter`
    particles : int
        Of each filter.

    Returns
    -------
    DataFrame with columns model, log_likelihood (of the covered acts after the last day of the fit, in nats), error (a
    standard error of the estimate; 0 of rates); without rows if the record ends with the fit
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    last = date.fromisoformat(str(posterior.info["to"]))
    seed = int(posterior.info["seed"])
    paths = tuple(map(str, posterior.draws.columns))
    fitted = Likelihood(question, record, paths, particles, seed)
    known = (last - question.start).days + 1
    if known >= fitted.followed.days:
        return pd.DataFrame(columns=["model", "log_likelihood", "error"])
    draws = posterior.draws.to_numpy(np.float64)
    written = Likelihood(question, record, (), particles, seed)
    replicates = np.empty((REPLICATES, 0))
    rows = [
        ("numbers as fitted", *_mean(_later(fitted, draws, known, executor))),
        ("numbers as written", *_mean(_later(written, replicates, known, executor))),
        *((name, nats, 0.0) for name, nats in after(fitted.followed, last).items()),
    ]
    return pd.DataFrame(rows, columns=["model", "log_likelihood", "error"])


def _later(
    likelihood: Likelihood, values: NDArray[np.float64], known: int, executor: Executor | None
) -> NDArray[np.float64]:
    """What each set of numbers, on dice of its own, gives the acts after so many days."""
    found: NDArray[np.float64] = likelihood.by_day(values, np.arange(len(values)), executor)[:, known:, 0].sum(axis=1)
    return found


def _mean(log_likelihoods: NDArray[np.float64]) -> tuple[float, float]:
    """Log of the mean likelihood, and its standard error by the delta method."""
    most = log_likelihoods.max()
    weights = np.exp(log_likelihoods - most)
    mean = weights.mean()
    error = weights.std(ddof=1) / mean / np.sqrt(len(weights)) if len(weights) > 1 else np.nan
    return float(most + np.log(mean)), float(error)
