"""What is held likely of some numbers before a record is looked at: their plausible ranges, as distributions.

A coordinate z whose prior is standard normal stands for each number; its 5th and 95th percentile are the ends of the
plausible range. So samplers and other people's tools see one prior, whatever numbers are asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from .law import Floats, Laws, UncertainNumber


@dataclass(frozen=True)
class Prior:
    """The joint prior of some numbers, each for itself."""

    numbers: tuple[UncertainNumber, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their paths, in the order of all arrays."""
        return tuple(each.path for each in self.numbers)

    def values(self, z: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Numbers at points z, shape (…, number)."""
        return self._each(z, self._laws.at_normal)

    def normal(self, values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Points z of numbers, shape (…, number); of values that cannot be, those of the nearest."""
        return self._each(values, self._laws.normal_of)

    def holds(self, values: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        """Whether numbers can be so, shape (…): the prior has no density where one cannot."""
        inside = (self._laws.lowest <= values) & (values <= self._laws.highest)
        return np.asarray(inside.all(axis=-1))

    def told(self) -> list[dict[str, Any]]:
        """All of it as plain data, as JSON knows it."""
        return [
            {name: entry for name, entry in each._asdict().items() if entry not in (float("inf"), float("-inf"))}
            for each in self.numbers
        ]

    @classmethod
    def of(cls, told: Sequence[Mapping[str, Any]]) -> "Prior":
        """Read what `told` wrote."""
        return cls(tuple(UncertainNumber(**number) for number in told))

    def quantiles(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of each number, shape (level, number)."""
        z = ndtri(np.asarray(levels, np.float64))
        return self.values(np.repeat(z[:, None], len(self.numbers), axis=1))

    def draw(self, n: int, seed: int) -> NDArray[np.float64]:
        """Draw sets of numbers, shape (set, number)."""
        return self.values(np.random.default_rng(seed).standard_normal((n, len(self.numbers))))

    def log_density(self, z: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Logarithm of the prior's density at points z, in z, shape (…)."""
        at = np.asarray(z, np.float64)
        found: NDArray[np.float64] = -0.5 * (at**2).sum(axis=-1) - 0.5 * len(self.numbers) * np.log(2 * np.pi)
        return found

    def _each(self, points: NDArray[np.floating[Any]], law: Callable[[Floats], Floats]) -> NDArray[np.float64]:
        shape = np.shape(points)
        if shape[-1:] != (len(self.numbers),):
            raise ValueError(
                f"a point has {len(self.numbers)} numbers, in the order of '.names'; found an array of shape {shape}"
            )
        rows: Floats = np.ascontiguousarray(np.reshape(points, (-1, len(self.numbers))).T, np.float64)
        return np.ascontiguousarray(law(rows).T).reshape(shape)

    @cached_property
    def _laws(self) -> Laws:
        return Laws(self.numbers)
