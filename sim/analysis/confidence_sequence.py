"""An interval for a share that stays valid however often one looks, and whenever one stops.

A fixed-n interval such as Wilson's covers the true share with its probability once. Who looks again and again while
runs come in, and stops as soon as the interval pleases, sees it miss more often. A confidence sequence covers the true
share at all n at once with its probability (Robbins 1970), so runs may end the first time that it is narrow enough.

For each share p that may be the true one, let the likelihood of k successes in n be mixed over a beta distribution with
mean p and weight w (so many runs' worth of prior). Its ratio to the likelihood at p,

    M(p) = B(w p + k, w (1 - p) + n - k) / B(w p, w (1 - p)) / (p**k (1 - p)**(n - k)),

is a martingale with mean 1 if p is true, so with probability 1 - alpha it never exceeds 1 / alpha (Ville 1939). The
sequence holds all p for which it does not: the two-sided beta-binomial mixture of Howard, Ramdas, McAuliffe and Sekhon
(2021, Annals of Statistics 49:1055). That set is an interval around k / n: written out, log M(p) is a sum of
log(w + i / p) for i < k and of log(w + i / (1 - p)) for i < n - k, plus a constant, and each of these is convex in p.
"""

from math import ceil, log

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats

NARROWEST = 10_000
"""Runs at which the sequence is narrowest, where nothing else is asked for."""
HALVINGS = 60
"""Times that a bracket is cut in half: more than enough for the digits of a number below 1."""


def confidence_sequence(
    successes: ArrayLike, n: ArrayLike, level: float = 0.95, narrowest: float = NARROWEST
) -> tuple[Floats, Floats]:
    """Interval of a share, one of a sequence that covers the true share at every n with probability `level`.

    Parameters
    ----------
    successes, n : array_like
        Runs in which something held, and runs in all so far, counted in an order fixed beforehand; they broadcast.
    level : float
        Probability that no interval of the sequence misses.
    narrowest : float
        About how many runs it shall be narrowest for, next to what is possible. It must be fixed before looking.

    Returns
    -------
    low, high : arrays between 0 and 1; from 0 to 1 where there is no run
    """
    k, runs = (np.array(part, np.float64) for part in np.broadcast_arrays(successes, n))
    if (k < 0).any() or (k > runs).any():
        raise ValueError("successes must lie between 0 and the number of runs")
    weight = narrowest / (_squared_width(level) - 1)
    limit = -log(1 - level)
    share = np.divide(k, runs, out=np.full(k.shape, 0.5), where=runs > 0)
    # What is kept of each bracket is its outer end: the true limit lies a hair inside.
    low = _crossing(np.zeros_like(share), share, k, runs, weight, limit)
    high = 1 - _crossing(np.zeros_like(share), 1 - share, runs - k, runs, weight, limit)
    return low, high


def runs_needed(halfwidth: float, level: float = 0.95) -> int:
    """About how many runs it takes until half the interval of any share is no wider than `halfwidth`.

    That is for a share of one half, and with the sequence narrowest for as many; shares nearer to 0 or 1 take fewer.
    """
    return ceil(_squared_width(level) / (4 * halfwidth**2))


def _squared_width(level: float) -> float:
    """Square of the interval's half-width where it is narrowest, in standard errors.

    The root u above 1 of u - log u = 1 + 2 log(1 / alpha) of the normal mixture, to which the beta-binomial one tends.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level must lie between 0 and 1, found {level}")
    rest = 1 - 2 * log(1 - level)
    u = rest + 1
    for _ in range(100):  # the right side's slope is 1 / u
        u = rest + log(u)
    return u


def _crossing(outside: Floats, inside: Floats, k: Floats, n: Floats, weight: float, limit: float) -> Floats:
    """The share below k / n at which log M crosses its limit, from outside; 0 if it does not, or k is 0."""
    grown = _log_growth(weight, n)
    for _ in range(HALVINGS):
        middle = (outside + inside) / 2
        beyond = _log_ratio(middle, k, n, weight) - grown > limit
        outside, inside = np.where(beyond, middle, outside), np.where(beyond, inside, middle)
    return outside


def _log_ratio(p: Floats, k: Floats, n: Floats, weight: float) -> Floats:
    """The part of log M that depends on p."""
    return _log_powers(p, k, weight) + _log_powers(1 - p, n - k, weight)


def _log_powers(p: Floats, k: Floats, weight: float) -> Floats:
    """Sum of log(weight + i / p) for i < k."""
    some = (k > 0) & (p > 0)
    safe = np.where(some, p, 1.0)
    return np.where(some, _log_growth(weight * safe, k) - k * np.log(safe), 0.0)


def _log_growth(a: Floats | float, k: Floats) -> Floats:
    """Logarithm of a (a + 1) ... (a + k - 1)."""
    from scipy.special import gammaln  # takes a while to import, and most results need none

    grown: Floats = gammaln(a + k) - gammaln(a)
    return grown
