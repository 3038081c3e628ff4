"""What a method of sweeps is, and the list of those that there are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from inspect import get_annotations
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from sim.analysis.arrays import Floats


class IndexEstimate(NamedTuple):
    """An index of each number, and its standard errors."""

    value: Floats
    points: Floats | None = None
    """Standard error that comes of the points, with the luck that each has for itself, where points are drawn."""
    dice: Floats | None = None
    """What dice add that all points share; left out, it is found by leaving out one replicate after another."""
    rows: int | None = None
    """How many independent parts of the points tell their error; left out, all points."""


class Space(NamedTuple):
    """The numbers that vary, as arrays (number,)."""

    names: tuple[str, ...]
    low: Floats
    high: Floats
    base: Floats
    """The values they have in the scenario; they need not lie between the ends."""
    law: Callable[[Floats], Floats] | None = None
    """What carries points of the unit cube to values, where numbers are not spread evenly between their ends."""

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib takes it."""
        bounds = np.stack([self.low, self.high], axis=1).tolist()
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": bounds}

    @property
    def unit_problem(self) -> dict[str, Any]:
        """The same over the unit cube: what SALib draws there, `scaled` carries into the ranges."""
        return self.problem | {"bounds": [[0.0, 1.0]] * len(self.names)}

    def scaled(self, unit: Floats) -> Floats:
        """Points of the unit cube, shape (point, number), in the numbers' own units."""
        return np.asarray(self.low + unit * (self.high - self.low) if self.law is None else self.law(unit))


class EstimatorInput(NamedTuple):
    """Points, and what the model gave there."""

    problem: Mapping[str, Any]
    """Names and bounds of the numbers, as SALib takes them, and `dists` where some are drawn in their logarithm."""
    X: Floats
    """Shape (point, number)."""
    runs: Floats
    """The response, shape (point, replicate)."""
    Y: Floats
    """Means of the runs, shape (point,)."""
    seed: int
    """Of a bootstrap; never 0, which SALib takes for none."""
    resamples: int
    """Of a bootstrap; 0 where no standard error is asked for."""
    kept: dict[str, Any]
    """What is the same however the runs differ, once it has been made."""
    common: bool = True
    """Whether replicate r is the same dice at all points."""


class Estimator(ABC):
    """A way to measure how much a response depends on each number."""

    name: ClassVar[str]
    """What users call it."""
    main: ClassVar[str]
    """The index by which numbers are ranked."""
    about: ClassVar[str]
    """What that index says."""
    layout: ClassVar[str]
    """How the points lie that it needs: it can be used on those of every method of the same layout."""
    by_chance: ClassVar[float] = 0.025
    """Share of numbers that do nothing whose 95 % interval of the main index lies above 0 nevertheless."""

    @abstractmethod
    def estimate(self, given: EstimatorInput) -> dict[str, IndexEstimate]:
        """Measure: each index by its name, the main one among them.

        Raises
        ------
        ValueError
            The response tells nothing; the message says why.
        """

    def limits(self, name: str, value: Floats, half: Floats) -> tuple[Floats, Floats]:
        """Ends of the interval of an index, from its half-width, before it is `shown`."""
        return value - half, value + half

    def shown(self, name: str, value: Floats, given: EstimatorInput) -> Floats:
        """Carry an index, and the ends of its interval, from the scale on which errors are alike to the one told."""
        return value


class SweepMethod(Estimator):
    """An estimator that chooses its points itself, so that a sweep can be made by it.

    Points come in steps: a trajectory of Morris, a base point of Saltelli with what belongs to it, a level of a grid.
    """

    least: ClassVar[int]
    """Steps that are too few below this."""
    usual: ClassVar[int]
    """Steps if nothing is said."""
    replicates: ClassVar[int] = 8
    """Runs at each point if nothing is said."""
    step: ClassVar[str]
    """What the fewest steps are, in words."""
    doubling: ClassVar[bool] = False
    """Whether steps come in powers of two."""
    within: ClassVar[bool] = True
    """Whether all points lie within the ranges; scaling may step over an end in the last bit, which is then mended."""

    @abstractmethod
    def points(self, steps: int, k: int) -> int:
        """Return how many points so many steps are, of `k` numbers."""

    def together(self, k: int) -> int:
        """Return how many successive points were drawn as one; 0 where none was drawn by chance."""
        return 1

    @abstractmethod
    def draw(self, space: Space, steps: int, seed: int) -> Floats:
        """Choose the points, shape (point, number), in the numbers' own units.

        Raises
        ------
        sim.analysis.extras.MissingExtraError
            A library is not installed.
        """


METHODS: dict[str, Estimator] = {}
"""Every method by its name."""

Class = TypeVar("Class", bound=type[Estimator])


def register(method: Class) -> Class:
    """Add a method to those that there are: a decorator of its class.

    Raises
    ------
    TypeError
        It does not say all that a method says.
    ValueError
        There is another one of that name.
    """
    wanted = [*get_annotations(Estimator), *(get_annotations(SweepMethod) if issubclass(method, SweepMethod) else ())]
    if missing := [name for name in wanted if not hasattr(method, name)]:
        raise TypeError(f"{method.__name__} does not say its {', '.join(missing)}; see sim.analysis.methods.base")
    taken = type(METHODS.get(method.name, method()))
    if (taken.__module__, taken.__qualname__) != (method.__module__, method.__qualname__):
        raise ValueError(f"there is a method '{method.name}' already, {taken.__name__}; choose another name")
    METHODS[method.name] = method()
    return method


DUMMIES = 64
"""Numbers without effect that are measured beside the others."""


def by_luck(index: Callable[[Floats, Floats], Floats], given: EstimatorInput) -> float:
    """Mean size of a distance for numbers that do nothing: that of columns in any order (Khorashadi Zadeh 2017).

    A distance that is made of a true one and of chance is about the root of the sum of both squares.
    """
    column = np.arange(len(given.Y), dtype=np.float64)[:, None]
    orders = np.random.default_rng(given.seed).permuted(np.repeat(column, DUMMIES, axis=1), axis=0)
    return float(np.sqrt(np.mean(index(orders, given.Y) ** 2)))


def less_luck(distance: Floats, luck: float) -> Floats:
    """A distance without what is luck in it; 0 where it is no larger than that."""
    return np.asarray(np.sqrt(np.maximum(np.maximum(distance, 0.0) ** 2 - luck**2, 0.0)))


def bootstrapped(index: Callable[[Floats, Floats], Floats], given: EstimatorInput) -> Floats:
    """An index of points drawn anew, shape (resample, number)."""
    rng = np.random.default_rng(given.seed)
    n = len(given.Y)
    rows = (rng.integers(n, size=n) for _ in range(given.resamples))
    return np.array([index(given.X[drawn], given.Y[drawn]) for drawn in rows])
