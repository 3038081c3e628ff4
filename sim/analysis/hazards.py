"""Rivals of a model of dated acts: rates that are constant, over all days or over two periods of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Done = NDArray[np.bool_]


class TwoPeriods(NamedTuple):
    """Constant rates before a day, and others from it on."""

    day: int
    """The first of the second period, chosen in hindsight."""
    log_likelihood: float


def log_likelihood(chances: Floats, done: Done, actor: NDArray[np.integer]) -> float:
    """How likely acts are if on each day each actor does one of its acts, with these chances, or none.

    Parameters
    ----------
    chances : array (act,) or (day, act)
        Of each act on a day; those of one actor add up to 1 at most.
    done : array (day, act)
    actor : array of int (act,)
        Whose act each is.

    Returns
    -------
    float, in nats; minus infinity where something was done that had no chance
    """
    given = np.broadcast_to(chances, done.shape)
    total = 0.0
    with np.errstate(divide="ignore"):
        total += float(np.log(given[done]).sum())
        for who in np.unique(actor):
            mine = actor == who
            quiet = ~done[:, mine].any(axis=1)
            total += float(np.log1p(-given[np.ix_(quiet, mine)].sum(axis=1)).sum())
    return total


def constant(done: Done, actor: NDArray[np.integer], prior: float = 0.0) -> Floats:
    """The chances that make acts most likely if they are the same on all days, shape (act,).

    Parameters
    ----------
    done, actor : see `log_likelihood`
    prior : float
        So often each act is taken to have happened beforehand, in as many days: 1/2 leaves a chance to what has not
        happened yet (Krichevsky and Trofimov 1981); 0 fits in hindsight.
    """
    acts = np.array([(actor == who).sum() for who in actor])
    chances: Floats = (done.sum(axis=0) + prior) / (len(done) + prior * (acts + 1))
    return chances


def two_periods(done: Done, actor: NDArray[np.integer]) -> TwoPeriods:
    """The best of all ways to cut the days in two, each with constant chances that fit it best."""
    found = [
        TwoPeriods(day, sum(log_likelihood(constant(part, actor), part, actor) for part in (done[:day], done[day:])))
        for day in range(1, len(done))
    ]
    return max(found, key=lambda each: each.log_likelihood)
