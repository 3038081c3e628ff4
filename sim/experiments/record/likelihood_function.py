"""How probable sets of numbers make a record: what a fit asks for, wherever it is computed, and the door for others.

`sim.likelihood` is a plain function of numbers that emcee, SciPy, pocoMC or anybody's own sampler can call.
"""

import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.execution.plan import PlanError
from sim.execution.records import record_of
from sim.given import MOST_RUNS, seed_of, whole
from sim.text import date_from
from sim.theatre.files.load import load
from sim.theatre.files.locate import Named
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.prior import Prior

from .choose import Chosen, FitError, prior_of
from .likelihood import Likelihood

if TYPE_CHECKING:
    from .simulator import ForSbi

PARTICLES = 32
"""Particles of a filter, unless told otherwise: a sampler is best off where each likelihood errs by one nat or a little
more (Doucet, Pitt, Deligiannidis & Kohn 2015), and so many make it 1.4 over the shipped record to September 2019."""


class RecordLikelihood(Protocol):
    """Log likelihoods of a record, for many sets of numbers: see `sim.experiments.record.likelihood.Likelihood`."""

    def many(
        self, values: NDArray[np.float64], dice: NDArray[np.int64], executor: Executor | None = None
    ) -> NDArray[np.float64]:
        """Estimate them, each by its own dice: values of shape (set, number), dice of shape (set,)."""
        ...


class Asked(NamedTuple):
    """What a fit or a likelihood is asked about."""

    scenario: Scenario
    record: HistoryFile | None
    """None where the likelihood is another than that of a record."""
    to: date
    """The last day of the record that counts."""
    particles: int
    seed: int


def asked(
    scenario: Scenario | str | PathLike[str],
    record: HistoryFile | Named | None = None,
    to: Any = None,
    particles: int | None = None,
    seed: int | None = None,
    *,
    of_record: bool = True,
) -> Asked:
    """Hold to what is possible what a user asks for; `of_record` says whether there need be a record.

    Raises
    ------
    FitError
        It is not possible; the message says what is.
    sim.RecordError, sim.ScenarioError
        There is no record, or it does not fit.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    held = record_of(question, record) if of_record else None
    ends = question.end if held is None else min(question.end, held.last)
    last = ends if to is None else date_from(to)
    if last is None or not question.start < last <= ends:
        raise FitError(
            f"the record is followed from {question.start}, the first day, to a later one, at most to {ends}, where "
            f"{question.name} or its record ends; found {to}"
        )
    n = whole(PARTICLES if particles is None else particles, "particles", 1, 2**20, PlanError)
    return Asked(question, held, last, n, question.seed if seed is None else seed_of(seed, PlanError))


def likelihood_of(given: Asked, paths: Sequence[str]) -> RecordLikelihood:
    """The likelihood of a record as the particle filter estimates it."""
    return Likelihood(given.scenario, given.record, paths, given.particles, given.seed, given.to)


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
        thrown = self._dice(values) if dice is None else _thrown(dice, len(values))
        possible = self.prior.holds(values)
        found = np.full(len(values), -np.inf)
        if possible.any():
            found[possible] = self._likelihood.many(values[possible], thrown[possible], self._executor)
        return found if dense else float(found[0])

    def log_prior(self, z: Any) -> Any:
        """Logarithm of the prior's density in z, of shape (number,) or (set, number); it is standard normal."""
        at, dense = self._points(z)
        found = self.prior.log_density(at)
        found[np.isnan(found)] = -np.inf
        return found if dense else float(found[0])

    def log_posterior(self, z: Any, dice: Any = None) -> Any:
        """Logarithm of the posterior's density in z, but for a constant: what samplers without bounds take."""
        at, dense = self._points(z)
        found, sound = np.full(len(at), -np.inf), np.isfinite(at).all(axis=1)
        thrown = None if dice is None else _thrown(dice, len(at))[sound]
        if sound.any():
            found[sound] = self.log_prior(at[sound]) + self.log_likelihood(self.from_normal(at[sound]), thrown)
        return found if dense else float(found[0])

    def from_normal(self, z: Any) -> NDArray[np.float64]:
        """Numbers at points in the coordinates in which the prior is standard normal."""
        return self.prior.values(np.asarray(z, np.float64))

    def to_normal(self, theta: Any) -> NDArray[np.float64]:
        """The inverse of `from_normal`."""
        return self.prior.normal(np.asarray(theta, np.float64))

    def from_unit(self, u: Any) -> NDArray[np.float64]:
        """Numbers at points of the unit cube, over which the prior is even: what nested samplers take."""
        from scipy.special import ndtri

        shares = np.asarray(u, np.float64)
        if not ((shares >= 0) & (shares <= 1)).all():
            raise FitError("a point of the unit cube has coordinates from 0 to 1")
        return self.prior.values(ndtri(shares))

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


def _thrown(dice: Any, sets: int) -> NDArray[np.int64]:
    """Dice for each set, of one number for all, or of one for each."""
    given = np.asarray(dice, object)
    found = [whole(each, "dice", 0, MOST_RUNS - 1, FitError) for each in given.ravel()]
    if len(found) != sets and given.ndim:
        raise FitError(f"dice are one number, or one for each of {sets:,} sets; found {len(found):,}")
    return np.array(found if given.ndim else found * sets, np.int64)


def likelihood(
    scenario: Scenario | str | PathLike[str],
    parameters: Chosen | None = None,
    *,
    to: Any = None,
    record: HistoryFile | Named | None = None,
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
    given = asked(scenario, record, to, particles, seed)
    prior = prior_of(given.scenario, parameters)
    return LikelihoodFunction(given, prior, likelihood_of(given, prior.names), executor)
