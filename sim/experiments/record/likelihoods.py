"""How probable sets of numbers make a record: what a fit asks for, wherever it is computed, and the door for others.

`sim.likelihood` is a plain function of numbers that emcee, SciPy, pocoMC or anybody's own sampler can call.
"""

import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.execution.plan import PlanError
from sim.execution.workers import computed
from sim.given import seed_of, whole
from sim.text import date_from
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.prior import Prior

from .choose import Chosen, FitError, prior_of

if TYPE_CHECKING:
    from .simulator import ForSbi

PARTICLES = 64
"""Particles of a filter, unless told otherwise: a fit is best off with an error of about one nat in each likelihood."""
SETS_PER_BLOCK = 8
"""Sets that are sent to a worker of an executor at a time."""


class RecordLikelihood(Protocol):
    """Log likelihoods of a record, for many sets of numbers."""

    def many(self, values: NDArray[np.float64], dice: NDArray[np.int64]) -> NDArray[np.float64]:
        """Estimate them, each by its own dice: values of shape (set, number), dice of shape (set,)."""
        ...


@dataclass(frozen=True)
class Batch:
    """Likelihoods of some sets, to be computed block by block; what is sent to a worker is its block's part."""

    likelihood: RecordLikelihood
    values: NDArray[np.float64]
    dice: NDArray[np.int64]
    begun: int = 0

    def __call__(self, first: int, last: int) -> NDArray[np.float64]:
        """Compute those of sets `first` to `last` - 1."""
        at = slice(first - self.begun, last - self.begun)
        return np.asarray(self.likelihood.many(self.values[at], self.dice[at]), np.float64)

    def part(self, first: int, last: int) -> "Batch":
        """What is needed for these sets."""
        at = slice(first - self.begun, last - self.begun)
        return Batch(self.likelihood, self.values[at], self.dice[at], first)


def log_likelihoods(
    likelihood: RecordLikelihood,
    values: NDArray[np.float64],
    dice: NDArray[np.int64],
    executor: Executor | None = None,
) -> NDArray[np.float64]:
    """Log likelihoods of sets, shape (set,): on the threads that the likelihood itself uses, or by an executor."""
    if executor is None:
        return np.asarray(likelihood.many(values, dice), np.float64)
    found, n = np.empty(len(values)), len(values)
    spans = [(first, min(first + SETS_PER_BLOCK, n)) for first in range(0, n, SETS_PER_BLOCK)]
    for (first, last), block in computed(Batch(likelihood, values, dice), spans, executor):
        found[first:last] = block
    return found


class Asked(NamedTuple):
    """What a fit or a likelihood is asked about."""

    scenario: Scenario
    to: date
    """The last day of the record that counts."""
    particles: int
    seed: int


def asked(
    scenario: Scenario | str | PathLike[str],
    to: Any = None,
    particles: int | None = None,
    seed: int | None = None,
) -> Asked:
    """Hold to what is possible what a user asks for.

    Raises
    ------
    FitError
        It is not possible; the message says what is.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    last = question.end if to is None else date_from(to)
    if last is None or not question.start < last <= question.end:
        raise FitError(
            f"the record is followed to a day after {question.start}, the first, and not after {question.end}, the "
            f"last of {question.name}; found {to}"
        )
    n = whole(PARTICLES if particles is None else particles, "particles", 1, 2**20, PlanError)
    return Asked(question, last, n, question.seed if seed is None else seed_of(seed, PlanError))


def of_record(given: Asked, record: Any, paths: Sequence[str]) -> RecordLikelihood:
    """The likelihood of a record as the particle filter estimates it."""
    until = given.scenario.model_copy(update={"days": (given.to - given.scenario.start).days + 1})
    filtering: Any = import_module("sim.experiments.record.likelihood")
    found: RecordLikelihood = filtering.Likelihood(until, record, tuple(paths), given.particles, given.seed)
    return found


class LikelihoodFunction:
    """How probable numbers make a record, as a function of their values in the theatre's units.

    Parameters
    ----------
    given : Asked
    prior : Prior
    likelihood : RecordLikelihood
    executor : concurrent.futures.Executor, optional
    """

    def __init__(
        self, given: Asked, prior: Prior, likelihood: RecordLikelihood, executor: Executor | None = None
    ) -> None:
        self.prior = prior
        self._given, self._likelihood, self._executor = given, likelihood, executor

    def __repr__(self) -> str:
        given = self._given
        return f"<Likelihood of {given.scenario.name} to {given.to}: {', '.join(self.names)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the numbers, in the order in which vectors hold them."""
        return self.prior.names

    def log_likelihood(self, theta: Any, dice: Any = None) -> Any:
        """Estimate the logarithm of the record's likelihood.

        Parameters
        ----------
        theta : array-like, shape (number,) or (set, number)
            Values in the theatre's units.
        dice : int or array-like of int, optional
            Which dice each set throws. Left out, they follow from the set's values: the function is then the same
            whenever it is asked, as optimisers want it, and another draw of the error wherever it is asked. For draws
            from the exact posterior each proposal needs dice that were not thrown before, as `sim.fit` gives them.

        Returns
        -------
        float, or array of shape (set,); -inf where the record is impossible, or a number outside of its range
        """
        values, dense = self._points(theta)
        thrown = self._dice(values) if dice is None else np.broadcast_to(np.asarray(dice, np.int64), (len(values),))
        possible = self.prior.holds(values)
        found = np.full(len(values), -np.inf)
        if possible.any():
            chosen = values[possible], np.ascontiguousarray(thrown[possible])
            found[possible] = log_likelihoods(self._likelihood, *chosen, self._executor)
        return found if dense else float(found[0])

    def log_prior(self, z: Any) -> Any:
        """Logarithm of the prior's density in z, of shape (number,) or (set, number); it is standard normal."""
        at, dense = self._points(z)
        found = self.prior.log_density(at)
        return found if dense else float(found[0])

    def log_posterior(self, z: Any, dice: Any = None) -> Any:
        """Logarithm of the posterior's density in z, but for a constant: what samplers without bounds take."""
        return self.log_prior(z) + self.log_likelihood(self.from_normal(z), dice)

    def from_normal(self, z: Any) -> NDArray[np.float64]:
        """Numbers at points in the coordinates in which the prior is standard normal."""
        return self.prior.values(np.asarray(z, np.float64))

    def to_normal(self, theta: Any) -> NDArray[np.float64]:
        """The inverse of `from_normal`."""
        return self.prior.normal(np.asarray(theta, np.float64))

    def from_unit(self, u: Any) -> NDArray[np.float64]:
        """Numbers at points of the unit cube, over which the prior is even: what nested samplers take."""
        from scipy.special import ndtri

        return self.prior.values(ndtri(np.asarray(u, np.float64)))

    def to_unit(self, theta: Any) -> NDArray[np.float64]:
        """The inverse of `from_unit`."""
        from scipy.special import ndtr

        found: NDArray[np.float64] = ndtr(self.to_normal(theta))
        return found

    def to_sbi(self, torch: bool | None = None) -> "ForSbi":
        """What simulation-based inference takes: a prior and a simulator in place of a likelihood.

        Parameters
        ----------
        torch : bool, optional
            Whether they take and give tensors, as sbi wants them, or arrays, as BayesFlow does; left out, tensors if
            torch is installed.

        Raises
        ------
        sim.analysis.extras.MissingExtraError
            Tensors are asked for, and torch is not installed.
        """
        from .simulator import for_sbi

        return for_sbi(self._given, self.prior, torch)

    def _points(self, given: Any) -> tuple[NDArray[np.float64], bool]:
        points = np.asarray(given, np.float64)
        if points.ndim not in (1, 2) or points.shape[-1] != len(self.names):
            raise FitError(
                f"a set has {len(self.names)} numbers, in the order of '.names', found an array of shape {points.shape}"
            )
        return np.ascontiguousarray(np.atleast_2d(points)), points.ndim == 2

    def _dice(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.array([zlib.crc32(row.tobytes(), self._given.seed & 0xFFFFFFFF) for row in values], np.int64)


def likelihood(
    scenario: Scenario | str | PathLike[str],
    parameters: Chosen | None = None,
    *,
    to: Any = None,
    record: Any = None,
    particles: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
) -> LikelihoodFunction:
    """Make the record's likelihood a plain function of numbers.

    Parameters
    ----------
    scenario, parameters, to, record, particles, seed, executor : see `sim.fit`

    Returns
    -------
    LikelihoodFunction : `.names`, `.prior`, `.log_likelihood(theta)`, `.log_posterior(z)` and the ways between the
    coordinates

    Raises
    ------
    FitError, sim.ScenarioError
        As `sim.fit`.

    Examples
    --------
    >>> import emcee                                                                            # doctest: +SKIP
    >>> f = sim.likelihood("baseline", ["actions.iran.sabotage_shipping.rate"], to="2019-09-30")  # doctest: +SKIP
    >>> emcee.EnsembleSampler(32, len(f.names), f.log_posterior, vectorize=True)                # doctest: +SKIP
    """
    given = asked(scenario, to, particles, seed)
    prior = prior_of(given.scenario, parameters)
    return LikelihoodFunction(given, prior, of_record(given, record, prior.names), executor)
