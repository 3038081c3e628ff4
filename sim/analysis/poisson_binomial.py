"""How many of some independent cases are hits, where each has a chance of its own."""

import numpy as np

from .arrays import Floats


def poisson_binomial(chances: Floats) -> Floats:
    """Distribution of the number of hits, exactly (by convolution, case by case).

    >>> poisson_binomial(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]

    Parameters
    ----------
    chances : array (…, case)
        A chance of 0 is no case, so that rows may be filled up with it.

    Returns
    -------
    array (…, case + 1): the chance of 0, 1, … hits
    """
    chances = np.asarray(chances, float)
    found = np.zeros((*chances.shape[:-1], chances.shape[-1] + 1))
    found[..., 0] = 1.0
    for at in range(chances.shape[-1]):
        hit = found * chances[..., at, None]
        found -= hit
        found[..., 1:] += hit[..., :-1]
    return found
