"""The model as simulation-based inference takes it: a prior to draw numbers from, and a simulator of what they make.

In place of a likelihood, such methods learn from pairs of numbers and what a run did under them. What is told of a run
is how often the record would have each action that it covers, up to the day to which it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.extras import extra
from sim.execution.run import RUNS_PER_BLOCK, run_columns
from sim.given import MOST_RUNS
from sim.theatre.compiled.compile import program_of
from sim.theatre.parameters.prior import Prior

from .choose import FitError
from .following import Followed
from .likelihood_function import Asked


@dataclass(frozen=True)
class NormalPrior:
    """The prior in z, in which it is standard normal."""

    numbers: int
    seed: int

    def sample(self, shape: int | tuple[int, ...] = (1,)) -> NDArray[np.float64]:
        """Draw points z, shape (*shape, number); the same ones each time."""
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        return np.random.default_rng(self.seed).standard_normal((*sizes, self.numbers))

    def log_prob(self, z: Any) -> NDArray[np.float64]:
        """Logarithm of the density at points z, shape (…)."""
        at = np.asarray(z, np.float64)
        found: NDArray[np.float64] = -0.5 * (at**2).sum(axis=-1) - 0.5 * self.numbers * np.log(2 * np.pi)
        return found


class Simulator:
    """Runs at points z, each by dice that were not thrown before: how often the record would have each action.

    Parameters
    ----------
    given : Asked
        With a record, its series and what came from outside are imposed, and acts are seen as it would have seen them;
        without one, the scenario is run as it is, and every act is seen.
    prior : Prior
    """

    def __init__(self, given: Asked, prior: Prior) -> None:
        followed = None if given.record is None else Followed(given.scenario, given.record, given.to)
        base, days = (
            given.scenario if followed is None else followed.scenario,
            (given.to - given.scenario.start).days + 1,
        )
        self.scenario, self.prior, self.seed = base.model_copy(update={"days": days}), prior, given.seed
        actions = program_of(self.scenario).actions
        self.record = None if followed is None else followed.compiled
        self._seen = np.ones((days, len(actions))) if self.record is None else self.record.seen
        self._kept = np.flatnonzero(self._seen.any(axis=0))
        self.features = tuple(actions[at] for at in self._kept)
        self._next, self._missing = 0, np.random.default_rng([self.seed, len(actions)])

    def __call__(self, z: Any) -> NDArray[np.float64]:
        """Simulate: points of shape (number,) or (set, number) to counts of shape (action,) or (set, action)."""
        points = np.atleast_2d(np.asarray(z, np.float64))
        if not np.isfinite(points).all():
            raise FitError("a point to simulate has a coordinate that is not a number")
        blocks = [self._counted(points[at : at + RUNS_PER_BLOCK]) for at in range(0, len(points), RUNS_PER_BLOCK)]
        found = np.concatenate([np.zeros((0, len(self.features))), *blocks])
        return found[0] if np.ndim(z) == 1 else found

    def observed(self) -> NDArray[np.float64]:
        """The same of the record: acts that it covers on their day; of several that it may have been, the first."""
        if self.record is None:
            raise FitError(f"{self.scenario.name} has no record, and no observation was given; name a record")
        record, counts = self.record, np.zeros(self._seen.shape[1])
        for act in filter(record.covered, range(len(record.acts))):
            counts[record.of(act)[0]["action"]] += 1.0
        return counts[self._kept]

    def _counted(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        runs = (self._next + np.arange(len(points))) % MOST_RUNS
        self._next += len(points)
        design = dict(zip(self.prior.names, np.ascontiguousarray(self.prior.values(points).T), strict=True))
        block = run_columns(self.scenario, self.seed, runs, design)
        actions = self._seen.shape[1]
        own = (block.events["action"] >= 0) & (block.events["action"] < actions)  # others are no actor's
        run, day, action = (block.events[name][own] for name in ("run", "day", "action"))
        told = self._missing.random(len(run)) < self._seen[day, action]
        found = np.zeros((len(points), actions))
        np.add.at(found, (np.searchsorted(runs, run[told]), action[told]), 1.0)
        return found[:, self._kept]


@dataclass(frozen=True)
class ForSbi:
    """A prior and a simulator, in z; `values` makes numbers of it."""

    prior: Any
    """Of `.sample(shape)` and `.log_prob(z)`."""
    simulator: Callable[[Any], Any]
    """From points z, shape (set, number), to features, shape (set, feature)."""
    names: tuple[str, ...]
    features: tuple[str, ...]
    values: Callable[[Any], NDArray[np.float64]]
    observed: Callable[[], Any]
    """Features of the record."""


def for_sbi(given: Asked, prior: Prior, torch: bool | None = None) -> ForSbi:
    """Make a prior and a simulator: see `sim.experiments.record.likelihood_function.LikelihoodFunction.to_sbi`."""
    simulator = Simulator(given, prior)
    own = NormalPrior(len(prior.names), given.seed)
    if torch is False or (torch is None and find_spec("torch") is None):
        return ForSbi(own, simulator, prior.names, simulator.features, prior.values, simulator.observed)
    library = extra("torch", "PyTorch", install="torch")

    def tensor(values: NDArray[np.float64]) -> Any:
        return library.as_tensor(values, dtype=library.float32)

    def simulated(z: Any) -> Any:
        return tensor(simulator(np.asarray(z)))

    normal = library.distributions.MultivariateNormal(library.zeros(own.numbers), library.eye(own.numbers))
    return ForSbi(
        normal,
        simulated,
        prior.names,
        simulator.features,
        lambda z: prior.values(np.asarray(z)),
        lambda: tensor(simulator.observed()),
    )
