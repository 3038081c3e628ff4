"""Draws from a posterior by a population of sets of numbers that is led from the prior to it in tempered steps.

Sequential Monte Carlo (Del Moral, Doucet & Jasra 2006; Chopin & Papaspiliopoulos 2020, chapter 17). Every set is a
point z whose prior is standard normal in each coordinate. The likelihood counts with an exponent that is raised from 0
to 1, each time as far as leaves half of the effective sample; sets are then drawn anew by their weights and moved by
Markov steps that leave the tempered posterior as it is.

The likelihood may be an estimate, such as that of a particle filter, if its mean over its dice is the likelihood. Each
set keeps the estimate that it was accepted with, and each proposal gets one by fresh dice: then at exponent 1 the sets
are draws from the exact posterior, however large the error of the estimates (Andrieu & Roberts 2009), which only costs
acceptances. On the way there, at exponents below 1, nothing need be exact.

A stage asks for one likelihood of each set. What stands between two stages is a `Population`, plain numbers, and all
that is random in a stage is keyed by the seed and the number of the stage: whoever goes on from a population that was
stored comes to the same bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats

LogLikelihood = Callable[[Floats, NDArray[np.int64]], Floats]
"""Of points, shape (set, number), each by its own dice, shape (set,): logarithms, shape (set,), -inf if impossible."""

LEFT = 0.5
"""Share of the effective sample that a step of the exponent leaves."""
MOVED, ON_THE_WAY = 0.2, 0.4
"""Sets have moved enough when no coordinate correlates more than that with where the sets began: in the end, and at
exponents below 1, after which more moves follow."""
KEPT = 2.0
"""The share of its distance from the middle that a proposal keeps is a uniform number to this power."""
MOST_MOVES = 24
"""So often they are moved at most, with one exponent."""


class SamplingError(ValueError):
    """There is nothing to sample from; the message says why."""


class Step(NamedTuple):
    """What was done with one exponent."""

    exponent: float
    effective: float
    """Effective sample after it was raised."""
    moves: int
    accepted: float
    """Share of the proposals."""
    correlation: float
    """What is left, in the coordinate in which it is most, between where sets began and where they are."""


@dataclass(frozen=True)
class Population:
    """Sets on their way from the prior to the posterior."""

    z: Floats
    """Shape (set, number)."""
    log_likelihood: Floats
    """The estimate that each set has, shape (set,)."""
    began: Floats
    """Where each set was when the exponent was last raised, shape (set, number)."""
    log_evidence: float = 0.0
    """Logarithm of the mean likelihood over the prior, as far as the exponent has come."""
    stages: int = 1
    """How many there were; each asked for the likelihood of every set once."""
    steps: tuple[Step, ...] = ()

    @property
    def exponent(self) -> float:
        """How much the likelihood counts by now."""
        return self.steps[-1].exponent if self.steps else 0.0

    @property
    def settled(self) -> bool:
        """Whether sets have moved enough since the exponent was raised."""
        if not self.steps:
            return True
        enough = MOVED if self.exponent == 1.0 else ON_THE_WAY
        return self.steps[-1].correlation <= enough or self.steps[-1].moves >= MOST_MOVES

    @property
    def done(self) -> bool:
        """Whether they are draws from the posterior."""
        return self.exponent == 1.0 and self.settled

    @property
    def likelihoods(self) -> int:
        """How many likelihoods were asked for."""
        return self.stages * len(self.z)

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """All of it as arrays, to be stored."""
        return {
            "z": self.z,
            "log_likelihood": self.log_likelihood,
            "began": self.began,
            "log_evidence": np.array(self.log_evidence),
            "stages": np.array(self.stages, np.float64),
            "steps": np.array(self.steps, np.float64).reshape(len(self.steps), len(Step._fields)),
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[np.float64]]) -> "Population":
        """Read what `arrays` wrote."""
        steps = tuple(Step(a, b, int(c), d, e) for a, b, c, d, e in arrays["steps"].tolist())
        evidence, stages = float(arrays["log_evidence"]), int(arrays["stages"])
        return cls(arrays["z"], arrays["log_likelihood"], arrays["began"], evidence, stages, steps)


def sample(
    log_likelihood: LogLikelihood,
    numbers: int,
    sets: int = 256,
    seed: int = 0,
    begun: Population | None = None,
    after: Callable[[Population], None] | None = None,
) -> Population:
    """Draw from the posterior.

    Parameters
    ----------
    log_likelihood : callable
    numbers, sets : int
    seed : int
    begun : Population, optional
        Where an earlier call with these numbers, sets and seed was left.
    after : callable, optional
        Called with the population after each stage.

    Raises
    ------
    SamplingError
        No set of the prior has a likelihood, or a likelihood is no number.
    """
    population = begun
    while population is None or not population.done:
        if population is None:
            population = from_prior(log_likelihood, numbers, sets, seed)
        else:
            population = advanced(population, log_likelihood, seed)
        if after is not None:
            after(population)
    return population


def from_prior(log_likelihood: LogLikelihood, numbers: int, sets: int, seed: int) -> Population:
    """Draw sets from the prior: the first stage."""
    z = _dice(seed, 0).standard_normal((sets, numbers))
    found = _asked(log_likelihood, z, np.arange(sets))
    if not np.isfinite(found).any():
        raise SamplingError(
            f"each of {sets:,} sets of numbers drawn from the prior makes what was observed impossible; more sets, or "
            "wider ranges, may find some that do not"
        )
    return Population(z, found, z)


def advanced(population: Population, log_likelihood: LogLikelihood, seed: int) -> Population:
    """Do one stage: raise the exponent if sets have moved enough with the one before, and move them once."""
    dice = _dice(seed, population.stages)
    if population.settled:
        population = _raised(population, dice)
    step, z, known = population.steps[-1], population.z.copy(), population.log_likelihood.copy()
    halves = np.array_split(np.arange(len(z)), 2)
    taken = np.zeros(len(z), np.bool_)
    for half, others in zip(halves, halves[::-1], strict=True):
        gaussian = _gaussian(z[others], step.effective / 2)
        proposed, gain = _proposed(z[half], gaussian, dice)
        found = _asked(log_likelihood, proposed, population.likelihoods + half)
        taken[half] = np.log(dice.random(len(half))) < gain + step.exponent * (found - known[half])
        better = half[taken[half]]
        z[better], known[better] = proposed[taken[half]], found[taken[half]]
    moves = step.moves + 1
    moved = step._replace(
        moves=moves,
        accepted=(step.accepted * step.moves + float(taken.mean())) / moves,
        correlation=_correlation(population.began, z),
    )
    steps = (*population.steps[:-1], moved)
    return replace(population, z=z, log_likelihood=known, stages=population.stages + 1, steps=steps)


def _dice(seed: int, stage: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, stage])))


def _asked(log_likelihood: LogLikelihood, z: Floats, dice: NDArray[np.int64]) -> Floats:
    """Likelihoods by dice that were not thrown before."""
    found = np.asarray(log_likelihood(z, dice), np.float64)
    if found.shape != dice.shape or np.isnan(found).any() or (found == np.inf).any():
        raise SamplingError("a log likelihood is a number or -inf, one for each set of numbers")
    return found


def _raised(population: Population, dice: np.random.Generator) -> Population:
    """Raise the exponent, and draw sets anew by the weights that this gives them."""
    top = population.log_likelihood.max()
    centred = population.log_likelihood - top
    by = _increment(centred, 1.0 - population.exponent)
    weights = np.exp(by * centred)
    mean = float(weights.mean())
    chosen = systematic(weights / weights.sum(), float(dice.random()))
    z = population.z[chosen]
    exponent = 1.0 if by == 1.0 - population.exponent else population.exponent + by
    return replace(
        population,
        z=z,
        log_likelihood=population.log_likelihood[chosen],
        began=z,
        log_evidence=population.log_evidence + by * float(top) + float(np.log(mean)),
        steps=(*population.steps, Step(exponent, effective(weights), 0, 0.0, 1.0)),
    )


def _increment(centred: Floats, most: float) -> float:
    """How far the exponent is raised: as far as leaves the effective sample that is wanted, of the sets that can be."""
    wanted = LEFT * float(np.isfinite(centred).sum())
    if effective(np.exp(most * centred)) >= wanted:
        return most
    low, high = 0.0, most
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(np.exp(middle * centred)) >= wanted else (low, middle)
    return high  # never 0, at which what is impossible would have no weight to lose


def effective(weights: Floats) -> float:
    """Effective sample size of weights."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def systematic(shares: Floats, start: float) -> NDArray[np.int64]:
    """Systematic resampling: which set takes each place, in order, by one draw in [0, 1)."""
    n = len(shares)
    chosen = np.searchsorted(np.cumsum(shares), (np.arange(n) + start) / n, side="right")
    places: NDArray[np.int64] = np.minimum(chosen, np.flatnonzero(shares)[-1])
    return places


def _gaussian(z: Floats, size: float) -> tuple[Floats, Floats]:
    """A normal distribution like that of some sets: its mean, and the Cholesky factor of its covariance.

    Of few sets little is believed: correlations shrink by one in as many as there are sets to a number, and no variance
    falls below what so few could miss.
    """
    middle = z.mean(axis=0)
    covariance = (z - middle).T @ (z - middle) / len(z)
    variances = np.diag(covariance).copy()
    covariance *= size / (size + z.shape[1])
    np.fill_diagonal(covariance, variances + 1.0 / size**2)
    return middle, np.linalg.cholesky(covariance)


def _proposed(z: Floats, gaussian: tuple[Floats, Floats], dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Proposals, and the part of the logarithm of their chance to be accepted that the prior makes.

    A preconditioned Crank-Nicolson walk (Cotter, Roberts, Stuart & White 2013), not about the prior but about a normal
    distribution that resembles the posterior: were they the same, every proposal would be accepted, of however many
    coordinates, and the error of the likelihood alone refuses some. One half of the sets moves by the distribution of
    the other, since sets that move by their own would draw together.
    """
    middle, spread = gaussian
    kept = dice.random((len(z), 1)) ** KEPT  # of all sizes: far where the posterior is normal, near where it is not
    away = np.sqrt(1.0 - kept**2) * (dice.standard_normal(z.shape) @ spread.T)
    proposed = middle + kept * (z - middle) + away

    def density(of: Floats) -> Floats:
        """Of the prior over that of the normal distribution, in logarithm and up to a constant."""
        scaled = np.linalg.solve(spread, (of - middle).T)
        found: Floats = 0.5 * (scaled**2).sum(axis=0) - 0.5 * (of**2).sum(axis=1)
        return found

    return proposed, density(proposed) - density(z)


def _correlation(began: Floats, z: Floats) -> float:
    """The largest of all coordinates' correlations."""
    one, other = (each - each.mean(axis=0) for each in (began, z))
    size = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    product = (one * other).sum(axis=0)
    return float(np.where(size > 0, product / np.where(size > 0, size, 1.0), 1.0).max())
