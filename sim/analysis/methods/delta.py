"""Borgonovo's delta: how far knowing a number moves the density (Borgonovo 2007, Plischke 2013).

SALib has it too; this one makes the densities of all classes of a number at once.
"""

import numpy as np
from numpy.typing import NDArray

from sim.analysis.arrays import Floats

from .base import EstimatorInput, IndexEstimate, bootstrapped, by_luck, less_luck, register
from .spread import Spread

CLASSES_AT_MOST = 48
GRID = 100
"""Places at which densities are compared."""


@register
class Delta(Spread):
    """Half the area between two densities, less what numbers without effect have.

    The response is the mean of the replicates, with the luck that these leave in it. Densities of few points lie apart
    by chance, which is taken off as `by_luck` says.
    """

    name = main = "delta"
    about = "how far knowing the number moves the density"
    least = 200
    step = "some for each class of a histogram"

    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Delta."""
        drawn = bootstrapped(delta, given)
        given.kept.setdefault("by luck", by_luck(delta, given))
        return {"delta": IndexEstimate(delta(given.X, given.Y), np.std(drawn, axis=0, ddof=1) if len(drawn) else None)}

    def shown(self, name: str, value: Floats, given: EstimatorInput) -> Floats:
        """Without what is luck."""
        return less_luck(value, given.kept["by luck"])


def delta(X: Floats, Y: Floats) -> Floats:
    """Half the area between the density of the response and that in classes of a number (Borgonovo 2007).

    Estimated with kernels from equally large classes, as Plischke, Borgonovo and Smith 2013; with a bias that
    `Delta.shown` takes away.

    Parameters
    ----------
    X : shape (point, number)
    Y : shape (point,)
    """
    n = len(Y)
    places = np.linspace(Y.min(), Y.max(), GRID)
    narrowest = (places[1] - places[0]) or 1.0
    overall = _densities(Y, np.zeros(n, np.int64), places, narrowest)[0]
    classes = np.arange(n) * _n_classes(n) // n
    weights = np.bincount(classes) / n
    found = np.empty(X.shape[1])
    for at, column in enumerate(X.T):
        inside = _densities(Y[np.argsort(column, kind="stable")], classes, places, narrowest)
        found[at] = weights @ np.trapezoid(np.abs(inside - overall), places, axis=1) / 2
    return found


def _n_classes(n: int) -> int:
    exponent = 2.0 / (7.0 + np.tanh((1500.0 - n) / 500.0))
    return min(int(np.ceil(n**exponent)), CLASSES_AT_MOST)


def _densities(Y: Floats, classes: NDArray[np.int64], places: Floats, narrowest: float) -> Floats:
    """Density of the response in each class, by Gaussian kernels of Silverman's width, shape (class, place)."""
    first = np.flatnonzero(np.r_[True, classes[1:] != classes[:-1]])
    size = np.diff(np.r_[first, len(Y)])
    mean = np.add.reduceat(Y, first) / size
    spread = np.sqrt(np.add.reduceat((Y - mean[classes]) ** 2, first) / np.maximum(size - 1, 1))
    width = np.maximum(spread * (0.75 * size) ** -0.2, narrowest)
    kernels = np.exp(-0.5 * ((places - Y[:, None]) / width[classes][:, None]) ** 2)
    summed: Floats = np.add.reduceat(kernels, first, axis=0) / (size * width * np.sqrt(2 * np.pi))[:, None]
    return summed
