"""A small policy: each action is scored by a few features, and the best of those that may be taken is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import Floats

from .seat import HOLDS
from .worlds import Observation


@dataclass(frozen=True)
class LinearPolicy:
    """Scores are a weighted sum of some features, and a constant, for each action; of equal ones the first counts."""

    columns: NDArray[np.intp]
    """Where its features stand in an observation."""
    weights: Floats
    """Shape (action, 1 + feature), the constants first."""

    @classmethod
    def of(cls, numbers: Floats, features: Sequence[str], reads: Sequence[str]) -> "LinearPolicy":
        """Make one from a row of numbers, for an environment with such features.

        Raises
        ------
        ValueError
            A feature that it reads is none of them.
        """
        if missing := [name for name in reads if name not in features]:
            raise ValueError(f"there is no feature {missing[0]!r}; there are {', '.join(features)}")
        columns = np.array([features.index(name) for name in reads], np.intp)
        return cls(columns, np.asarray(numbers, np.float64).reshape(-1, 1 + len(columns)))

    @staticmethod
    def start(actions: int, reads: int) -> Floats:
        """The numbers of a policy that always holds, and does so by a margin of 1."""
        weights = np.zeros((actions, 1 + reads))
        weights[:, 0] = -1.0
        weights[HOLDS, 0] = 0.0
        return weights.ravel()

    def __call__(self, seen: Observation) -> NDArray[np.intp]:
        """The action in every world."""
        scores = self.weights[:, 0] + seen["observation"][:, self.columns] @ self.weights[:, 1:].T
        chosen: NDArray[np.intp] = np.where(seen["action_mask"] == 1, scores, -np.inf).argmax(axis=1)
        return chosen
