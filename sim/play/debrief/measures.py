"""A few numbers of histories, taken day by day: what the one that was lived has, and what others have."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import wilson
from sim.engine.model import LockstepModel
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.variables import LevelVariable, LogVariable, Variable


def scale_of(variable: Variable) -> tuple[float, float]:
    """The values of a variable that count as 0 and as 1."""
    if isinstance(variable, LevelVariable | LogVariable):
        return variable.scale[0].value, variable.scale[1].value
    return 0.0, 1.0


@dataclass
class Measures:
    """What is measured of each of a model's runs."""

    scenario: Scenario
    model: LockstepModel
    days: int = 0
    top: NDArray[np.float64] = field(init=False)
    tension: NDArray[np.float64] = field(init=False)
    """Sum over the evenings."""
    scaled: NDArray[np.float64] = field(init=False)
    """Sums of variables on their scales from 0 to 1, shape (variable, run)."""
    prices: NDArray[np.float64] = field(init=False)
    """Sums of variables in their own unit, shape (variable, run)."""
    _low: NDArray[np.float64] = field(init=False)
    _high: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        n, theatre = self.model.n, self.scenario.theatre
        self.top, self.tension = np.zeros(n), np.zeros(n)
        self.scaled, self.prices = np.zeros((2, len(self.model.program.variables), n))
        scales = np.array([scale_of(theatre.variables[name]) for name in self.model.program.variables]).reshape(-1, 2)
        self._low, self._high = scales[:, :1], scales[:, 1:]

    def take(self) -> None:
        """Take in the evening of the day that was stepped last."""
        world = self.model.world
        np.maximum(self.top, world.rung[-1], out=self.top)
        self.tension += world.tension[0]
        self.prices += world.x
        self.scaled += np.clip((world.x - self._low) / (self._high - self._low), 0.0, 1.0)
        self.days += 1

    @property
    def came(self) -> NDArray[np.bool_]:
        """Whether each outcome has come about, shape (outcome, run)."""
        found: NDArray[np.bool_] = self.model.world.outcome_day >= 0
        return found

    def named(self) -> dict[str, NDArray[np.float64]]:
        """The measures by what they are called, shape (run,)."""
        days, theatre = max(self.days, 1), self.scenario.theatre
        found = {
            "Deaths": self.model.world.deaths[-1].copy(),
            "Highest rung": self.top,
            "Mean tension": self.tension / days,
        }
        for at, name in enumerate(self.model.program.variables):
            if isinstance(theatre.variables[name], LogVariable):
                found[f"{theatre.variables[name].label}, mean"] = self.prices[at] / days
        return found

    def scores(self, goals: dict[str, float]) -> NDArray[np.float64]:
        """What a seat with these goals is scored, shape (run,)."""
        program, total = self.model.program, np.zeros(self.model.n)
        for name, weight in goals.items():
            if name in program.outcomes:
                total += weight * self.came[program.outcomes.index(name)]
            else:
                total += weight * self.scaled[program.variables.index(name)] / max(self.days, 1)
        return total


@dataclass(frozen=True)
class Place:
    """Where a number lies among those of other runs."""

    name: str
    value: float
    middle: float
    """The median of the others."""
    low: float
    """Their 5 % quantile."""
    high: float
    """Their 95 % quantile."""
    below: int
    """Runs with a lower number."""
    same: int
    runs: int

    @property
    def share_below(self) -> tuple[float, float, float]:
        """The share of runs with a lower number, with its 95 % interval."""
        low, high = wilson(self.below, self.runs)
        return self.below / max(self.runs, 1), float(low), float(high)


def placed(name: str, value: float, others: NDArray[np.float64]) -> Place:
    """Find the place of a number among others."""
    low, middle, high = (float(each) for each in np.quantile(others, (0.05, 0.5, 0.95))) if len(others) else (0.0,) * 3
    return Place(name, value, middle, low, high, int((others < value).sum()), int((others == value).sum()), len(others))
