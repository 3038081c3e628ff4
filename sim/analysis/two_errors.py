"""Two errors of a share: that of the dice, and that of not knowing the numbers, told apart by runs that share numbers.

Each set of numbers is run a few times, under dice of its own each time. Of two runs of one set, and of two runs of
different sets, count how often the outcome holds in both. With p(θ) the share under numbers θ, the first happens with
probability E p(θ)², the second with (E p(θ))², so that their difference is the variance of p(θ): what the numbers alone
do. It is the covariance within sets of a random-effects analysis of variance, and unbiased however many runs of a set
are missing. By the law of total variance the rest of p(1 - p), E p(θ)(1 - p(θ)), is what the dice do.

Where an outcome is rare, hardly two of its runs are of one set, and that estimate and its jackknife know too little to
know how little they know. So a likelihood stands beside them: the log odds of p(θ), which many numbers move a little
each, are taken to be normal, and what its profile does not refuse belongs to the intervals too. The same likelihood
says between which shares most sets of numbers lie, which no four runs of each could count, and how sure that is.
"""

from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats, Ints
from .intervals import wilson
from .units import effective_n

SPREADS = np.concatenate([[0.0], np.geomspace(0.05, 12, 104)])
"""Standard deviations of the log odds of p(θ) that are tried."""
STEPS = np.linspace(-3.2, 3.2, 41)
"""Shares that are tried, in the largest standard errors that the share may have."""
NODES = 31
"""Points of the quadrature over log odds (Gauss and Hermite)."""
ALIKE = 1 / (1 + np.exp(-np.linspace(-9, 5, 100)))
"""Shares of the variance by the numbers that are tried with a beta distribution."""


class TwoErrors(NamedTuple):
    """Errors of the shares of some outcomes; each an array by outcome, NaN where it cannot be told."""

    share: Floats
    low: Floats
    """Sampling error: an interval of the share over all sets of numbers, as Wilson's for as many independent runs as
    these are worth."""
    high: Floats
    spread_low: Floats
    """Parameter error: between these lie the shares under most sets of numbers, were each known to be the right one.
    NaN where no variance between sets can be told from luck."""
    spread_high: Floats
    spread_low_least: Floats
    """The interval of the lower end by sampling error, and of the upper one."""
    spread_low_most: Floats
    spread_high_least: Floats
    spread_high_most: Floats
    numbers: Floats
    """Share of the variance that the numbers make, the rest being the dice. NaN where it cannot be told from none."""
    numbers_low: Floats
    """Its interval: what leaving out each set in turn (jackknife) or the profile likelihood allows."""
    numbers_high: Floats
    effective_n: Floats
    """Effective sample size: how many independent runs would have as small a sampling error."""


def by_set(held: ArrayLike, sound: ArrayLike, sets: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the runs of each set.

    Parameters
    ----------
    held : array of bool (run, outcome)
    sound : array of bool (run,)
    sets : array of int (run,)
        Which runs belong together.

    Returns
    -------
    numbers of the sets, and for each a row: its runs, those that are sound, and in how many of them each outcome held
    """
    sound = np.asarray(sound, bool)
    numbers, place = np.unique(np.asarray(sets, np.int64), return_inverse=True)
    columns = [np.ones(len(sound), bool), sound, *(np.asarray(held, bool).T & sound)]
    rows = [np.bincount(place, column, minlength=len(numbers)) for column in columns]
    return numbers, np.array(rows).T.astype(np.int64)


def tally(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Count sets by how many of their runs are sound, and in how many of those an outcome held.

    Parameters
    ----------
    rows : array of int (set, 2 + outcome)
        As `by_set` makes them.
    most : int
        Runs that a set may have.

    Returns
    -------
    array of int (outcome, runs that are sound, runs in which it held)
    """
    counts = np.zeros((rows.shape[1] - 2, most + 1, most + 1), np.int64)
    for outcome, held in enumerate(rows.T[2:]):
        np.add.at(counts[outcome], (rows[:, 1], held), 1)
    return counts


def shares_by_set(counts: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares of runs in sets, with Wilson's intervals at the effective sample size.

    Parameters
    ----------
    counts : array of int (outcome, runs that are sound, runs in which it held)
        Sets, as `tally` counts them.

    Returns
    -------
    share, low, high, effective_n : arrays by outcome
    """
    n, held, pairs, held_pairs, _, _ = np.moveaxis(_sums(np.asarray(counts, float)), -1, 0)
    worth = effective_n(held, held, held_pairs, n, pairs)
    with np.errstate(all="ignore"):
        share = held / n
    return share, *wilson(share * worth, worth, level), worth


def two_errors(counts: ArrayLike, level: float = 0.95) -> TwoErrors:
    """Tell the two errors of shares apart.

    Parameters
    ----------
    counts : array of int (outcome, runs that are sound, runs in which it held)
        Sets, as `tally` counts them.
    """
    counts = np.asarray(counts, float)
    share, low, high, worth = shares_by_set(counts, level)
    sums = _sums(counts)
    with np.errstate(all="ignore"):
        _, total, numbers, _ = _parts(sums)
        ratio = np.where(numbers > 0, np.clip(numbers / total, 0, 1), np.nan)
        half = _jackknife(sums, counts) * NormalDist().inv_cdf(0.5 + level / 2)
        jackknife = np.stack([np.clip(ratio - half, 0, 1), np.clip(ratio + half, 0, 1)])
    least, most, low_end, high_end, *errors = np.array([_likely(each, level) for each in counts]).reshape(-1, 8).T
    untold = np.isnan(ratio)
    low_end[untold] = high_end[untold] = np.nan
    numbers_low = np.fmin.reduce([jackknife[0], least, ratio])
    numbers_high = np.fmax.reduce([jackknife[1], most, ratio])
    a, b, c, d = errors
    return TwoErrors(share, low, high, low_end, high_end, a, b, c, d, ratio, numbers_low, numbers_high, worth)


def _cells(counts: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs that are sound, and runs in which it held, of each cell of a tally."""
    n, held = (axis.ravel() for axis in np.indices(counts.shape[-2:]))
    return n, held


def _sums(counts: Floats) -> Floats:
    """Sums over sets of what the parts of the variance are made of, shape (outcome, part)."""
    n, held = _cells(counts)
    sums: Floats = counts.reshape(len(counts), n.size) @ np.stack(_each(n, held), axis=1)
    return sums


def _each(n: NDArray[np.int64], held: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [n, held, n * (n - 1), held * (held - 1), n**2, held**2]


def _parts(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Share, variance, what of it the numbers make, and fellows in its set of a run, from sums over sets."""
    n, held, pairs, held_pairs, n2, held2 = np.moveaxis(sums, -1, 0)
    apart = (held**2 - held2) / (n**2 - n2)
    return held / n, held / n - apart, held_pairs / pairs - apart, pairs / n


def _jackknife(sums: Floats, counts: Floats) -> Floats:
    """Standard error of the share of the variance that the numbers make."""
    each = np.stack(_each(*_cells(counts)), axis=1)
    weights = counts.reshape(len(counts), len(each))
    _, total, numbers, _ = _parts(sums[:, None] - each)
    left = np.where(weights > 0, numbers / total, 0)
    sets = weights.sum(axis=1, keepdims=True)
    mean = (weights * left).sum(axis=1, keepdims=True) / sets
    error: Floats = np.sqrt((sets[:, 0] - 1) / sets[:, 0] * (weights * (left - mean) ** 2).sum(axis=1))
    return error


class _Law(NamedTuple):
    """A law by which p(θ) may spread, with many values of its two parameters; each an array of one shape."""

    log_likelihood: Floats
    numbers: Floats
    """Share of the variance that the numbers make."""
    low: Floats
    """Ends of the middle of p(θ)."""
    high: Floats


def _likely(counts: Floats, level: float) -> Floats:
    """What the likelihood says of one outcome.

    Returns
    -------
    least and most of the share of the variance that the numbers make; the ends of the middle `level` of p(θ); least and
    most of the lower end, least and most of the upper one. NaN where no set has two runs.
    """
    n, held = _cells(counts)
    weights = counts.ravel()
    if not weights @ (n * (n - 1)) > 0:
        return np.full(8, np.nan)
    at = np.flatnonzero(weights * n)
    laws = [law(weights[at], n[at], held[at], level) for law in (_normal_log_odds, _beta)]
    limits = []
    for law in laws:
        allowed = _allowed(law.log_likelihood, level)
        limits.append([end(each[allowed]) for each in law[1:] for end in (np.min, np.max)])
    least, most = np.min(limits, axis=0), np.max(limits, axis=0)
    likeliest = np.unravel_index(laws[0].log_likelihood.argmax(), laws[0].low.shape)
    ends = laws[0].low[likeliest], laws[0].high[likeliest]
    return np.array([least[0], most[1], *ends, least[2], most[3], least[4], most[5]])


def _allowed(log_likelihood: Floats, level: float) -> NDArray[np.bool_]:
    """What a likelihood ratio test does not refuse (Wilks 1938)."""
    far: NDArray[np.bool_] = log_likelihood.max() - log_likelihood <= NormalDist().inv_cdf(0.5 + level / 2) ** 2 / 2
    return far


def _normal_log_odds(sets: Floats, n: Ints, held: Ints, level: float) -> _Law:
    """The log odds of p(θ) are normal, as the sum of what many numbers do."""
    runs, hits = float(sets @ n), float(sets @ held)
    middle = _middles((hits + 0.5) / (runs + 1), runs)
    nodes, mass = _quadrature()
    place = middle[..., None] + SPREADS[:, None] * nodes
    log_p, log_q = -np.logaddexp(0, -place), -np.logaddexp(0, place)
    chances = (np.exp(hit * log_p + (of - hit) * log_q) @ mass for of, hit in zip(n, held, strict=True))
    log_likelihood = sum((times * np.log(chance) for times, chance in zip(sets, chances, strict=True)), np.zeros(()))
    p = np.exp(log_p)
    mean = p @ mass
    single = mean * (1 - mean)
    varies = np.maximum(p**2 @ mass - mean**2, 0)
    numbers = np.divide(varies, single, out=np.zeros_like(single), where=single > 0)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * SPREADS
    low, high = (1 / (1 + np.exp(side * reach - middle)) for side in (1, -1))
    return _Law(log_likelihood, numbers, low, high)


def _beta(sets: Floats, n: Ints, held: Ints, level: float) -> _Law:
    """p(θ) spreads as a beta distribution, which may be highest at its ends; not what counts, but what it may be."""
    from scipy.special import betaincinv  # takes a while to import, and few results need it

    runs, hits = float(sets @ n), float(sets @ held)
    share = (hits + 0.5) / (runs + 1)
    error = 2 / np.sqrt(share * (1 - share) * runs)
    mean = 1 / (1 + np.exp(-np.log(share / (1 - share)) - STEPS[:, None] * error))
    alike = ALIKE / (1 - ALIKE)
    log_likelihood = np.zeros((len(mean), len(ALIKE)))
    for times, of, hit in zip(sets, n, held, strict=True):
        for one in range(of):
            log_likelihood += times * (np.log(_drawn(mean, alike, one, hit)) - np.log1p(one * alike))
    size = 1 / alike
    allowed = _allowed(log_likelihood, level)
    low, high = np.full((2, *log_likelihood.shape), np.nan)
    for end, at in ((low, 0.5 - level / 2), (high, 0.5 + level / 2)):
        end[allowed] = betaincinv((mean * size)[allowed], ((1 - mean) * size)[allowed], at)
    return _Law(log_likelihood, np.broadcast_to(ALIKE, low.shape), low, high)


def _drawn(mean: Floats, alike: Floats, one: int, hit: int) -> Floats:
    """Factor of the chance of `hit` hits that run `one` brings, hits first, as balls come out of an urn (Polya)."""
    return mean + one * alike if one < hit else 1 - mean + (one - hit) * alike


def _middles(share: float, runs: float) -> Floats:
    """Medians of log odds that are tried with each of `SPREADS`: those that give about the share, shape (step, spread).

    A step is a part of the largest standard error that the share may have, were every run of a set like the others.
    """
    nodes, mass = _quadrature()
    middle = np.full(len(SPREADS), np.log(share / (1 - share)))
    for _ in range(20):
        p = 1 / (1 + np.exp(-(middle[:, None] + SPREADS[:, None] * nodes)))
        slope = np.maximum((p * (1 - p)) @ mass, 1e-9)
        middle = middle - np.clip((p @ mass - share) / slope, -1, 1)
    error = 2 * np.sqrt(share * (1 - share) / runs)
    tried: Floats = middle + STEPS[:, None] * error / slope
    return tried


@cache
def _quadrature() -> tuple[Floats, Floats]:
    """Nodes and masses that turn a mean over a normal deviate into a sum."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, mass / mass.sum()
