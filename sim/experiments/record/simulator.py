"""The model as simulation-based inference takes it: a prior to draw numbers from, and a simulator of what they make.

In place of a likelihood, such methods learn from pairs of numbers and what a run did under them. What is told of a run
is how often each action was done, up to the day to which the record counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.extras import extra
from sim.execution.run import RUNS_PER_BLOCK, run_columns
from sim.given import MOST_RUNS
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.scenario import Scenario, as_script
from sim.theatre.parameters.prior import Prior

from .choose import FitError
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
    """Runs of the scenario at points z, each by dice that were not thrown before: how often each action was done."""

    def __init__(self, scenario: Scenario, prior: Prior, seed: int) -> None:
        self.scenario, self.prior, self.seed = scenario, prior, seed
        self.features = program_of(scenario).actions
        self._next = 0

    def __call__(self, z: Any) -> NDArray[np.float64]:
        """Simulate: points of shape (number,) or (set, number) to counts of shape (action,) or (set, action)."""
        points = np.atleast_2d(np.asarray(z, np.float64))
        blocks = [self._counted(points[at : at + RUNS_PER_BLOCK]) for at in range(0, len(points), RUNS_PER_BLOCK)]
        found = np.concatenate(blocks)
        return found[0] if np.ndim(z) == 1 else found

    def of(self, events: pd.DataFrame) -> NDArray[np.float64]:
        """The same of any table of events, such as those of a record."""
        counts = events["action"].value_counts()
        return np.array([float(counts.get(name, 0)) for name in self.features])

    def _counted(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        runs = (self._next + np.arange(len(points))) % MOST_RUNS
        self._next += len(points)
        design = dict(zip(self.prior.names, np.ascontiguousarray(self.prior.values(points).T), strict=True))
        block = run_columns(self.scenario, self.seed, runs, design)
        place, action = np.searchsorted(runs, block.events["run"]), block.events["action"]
        own = (action >= 0) & (action < len(self.features))  # what the script does by itself is no actor's act
        found = np.zeros((len(points), len(self.features)))
        np.add.at(found, (place[own], action[own]), 1.0)
        return found


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
    until = given.scenario.model_copy(update={"days": (given.to - given.scenario.start).days + 1})
    simulator = Simulator(until, prior, given.seed)
    own = NormalPrior(len(prior.names), given.seed)

    def observed() -> NDArray[np.float64]:
        if given.record is None:
            raise FitError(f"{until.name} has no record, and nothing was observed; name one")
        acts = as_script(given.record, until.theatre, until.start, until.end).values()
        return simulator.of(pd.DataFrame({"action": [act.do for act in acts]}))

    if torch is False or (torch is None and find_spec("torch") is None):
        return ForSbi(own, simulator, prior.names, simulator.features, prior.values, observed)
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
        lambda: tensor(observed()),
    )
