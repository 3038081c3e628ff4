"""What a method of sweeps is, and the list of those that there are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from inspect import get_annotations
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from sim.analysis.arrays import Floats

IndexEstimate = tuple[Floats, Floats | None]
"""An index of each number, and the standard error that comes of the points, where there is one."""


class Space(NamedTuple):
    """The numbers that vary, as arrays (number,)."""

    names: tuple[str, ...]
    low: Floats
    high: Floats
    base: Floats
    """The values they have in the scenario; they need not lie between the ends."""

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib takes it."""
        bounds = np.stack([self.low, self.high], axis=1).tolist()
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": bounds}

    def scaled(self, unit: Floats) -> Floats:
        """Points of the unit cube, shape (point, number), in the numbers' own units."""
        return np.asarray(self.low + unit * (self.high - self.low))


class EstimatorInput(NamedTuple):
    """Points, and what the model gave there."""

    problem: Mapping[str, Any]
    """Names and bounds of the numbers, as SALib takes them."""
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


class SweepMethod(Estimator):
    """An estimator that chooses its points itself, so that a sweep can be made by it.

    Points come in steps: a trajectory of Morris, a base point of Saltelli with what belongs to it, a level of a grid.
    """

    least: ClassVar[int]
    """Steps that are too few below this."""
    usual: ClassVar[int]
    """Steps if nothing is said."""
    step: ClassVar[str]
    """What the fewest steps are, in words."""
    doubling: ClassVar[bool] = False
    """Whether steps come in powers of two."""
    within: ClassVar[bool] = True
    """Whether all points lie within the ranges; scaling may step over an end in the last bit, which is then mended."""

    @abstractmethod
    def points(self, steps: int, k: int) -> int:
        """Return how many points so many steps are, of `k` numbers."""

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


def bootstrapped(index: Callable[[Floats, Floats], Floats], given: EstimatorInput, at_least: int = 0) -> Floats:
    """An index of points drawn anew, shape (resample, number)."""
    rng = np.random.default_rng(given.seed)
    n = len(given.Y)
    rows = (rng.integers(n, size=n) for _ in range(max(given.resamples, at_least)))
    return np.array([index(given.X[drawn], given.Y[drawn]) for drawn in rows])
