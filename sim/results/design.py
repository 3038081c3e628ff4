"""The design of a sweep: which numbers vary, and the values they take at each point."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.arrays import Floats
from sim.theatre.parameters.law import Law, UncertainNumber

Dice = Literal["common", "own"]
"""Whether all points throw the same dice, or each point dice of its own."""


class Varied(NamedTuple):
    """A number that varies, how far, and by what law between its ends."""

    path: str
    low: float
    high: float
    base: float = np.nan
    """The value it has in the scenario."""
    unit: str = "1"
    lever: bool = False
    """Whether a government can choose it; else it is only uncertain."""

    law: Law = "given"
    """`given` where the user gives the range; else that of its plausible range."""
    least: float = -np.inf
    """The lowest value that is legal, and the highest."""
    most: float = np.inf

    @property
    def number(self) -> UncertainNumber:
        """The same as one that runs draw: `within` carries it from one end to the other."""
        return UncertainNumber(self.path, self.base, self.low, self.high, self.law, self.least, self.most)

    @property
    def logarithmic(self) -> bool:
        """Whether factors count in it."""
        return self.number.logarithmic


@dataclass(frozen=True, eq=False)
class Design:
    """Points of a sweep; at each the model runs `replicates` times.

    On common dice replicate r of every point is run number r: two points throw the same dice and differ only by their
    numbers. On dice of their own replicate r of point p is run number `p * replicates + r`: nothing is shared. Runs are
    counted point by point: run `p * replicates + r` of the sweep is replicate r of point p.
    """

    method: str
    """How the points were chosen, as `sim.analysis.methods` calls it."""
    varied: tuple[Varied, ...]
    values: Floats
    """Shape (point, number), in the numbers' own units."""
    replicates: int
    seed: int
    """Seed of whatever was drawn to choose the points, and of the dice."""
    dice: Dice = "common"

    def __post_init__(self) -> None:
        assert self.values.shape[1:] == (len(self.varied),), self.values.shape

    def __len__(self) -> int:
        return len(self.values)

    @property
    def runs(self) -> int:
        """Runs at all points."""
        return len(self) * self.replicates

    @property
    def dice_in_words(self) -> str:
        """Whose dice points throw."""
        return "the same dice" if self.dice == "common" else "dice of its own"

    @cached_property
    def paths(self) -> list[str]:
        """Canonical paths of the numbers that vary."""
        return [each.path for each in self.varied]

    @property
    def problem(self) -> dict[str, Any]:
        """The numbers and their bounds, as SALib takes them."""
        return problem(self.varied)

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row for each point, one column for each number."""
        return pd.DataFrame(self.values, columns=self.paths, index=pd.RangeIndex(len(self), name="point"))

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row for each number that varies: path, low, high, base, unit, lever, law, least, most."""
        return pd.DataFrame(list(self.varied), columns=list(Varied._fields))

    @cached_property
    def sha256(self) -> str:
        """Hash of what is tried, and how often."""
        told = repr((self.method, self.replicates, self.paths, *(["own dice"] if self.dice == "own" else []))).encode()
        return hashlib.sha256(told + np.ascontiguousarray(self.values, "<f8").tobytes()).hexdigest()

    def span(self, first: int, last: int) -> tuple[NDArray[np.int64], dict[str, Floats]]:
        """Run numbers and values of the numbers that vary, of the sweep's runs `first` to `last` - 1."""
        column = np.arange(first, last)
        rows = self.values[column // self.replicates]
        return self.run_numbers(column), {path: rows[:, at] for at, path in enumerate(self.paths)}

    def run_numbers(self, column: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which dice runs of the sweep throw: their numbers, as `sim.run` counts runs."""
        return column if self.dice == "own" else column % self.replicates

    def told(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "method": self.method,
            "points": len(self),
            "replicates": self.replicates,
            "dice": self.dice,
            "sha256": self.sha256,
            "parameters": {each.path: [each.low, each.high] for each in self.varied},
            "plausible": [each.path for each in self.varied if each.law != "given"],
        }


def problem(varied: tuple[Varied, ...]) -> dict[str, Any]:
    """Numbers and their bounds, as SALib takes them; and which are even in their logarithm, where any is.

    SALib knows no law about a median: what it draws itself from a plausible range is even between the ends.
    """
    bounds = [[each.low, each.high] for each in varied]
    told: dict[str, Any] = {"num_vars": len(varied), "names": [each.path for each in varied], "bounds": bounds}
    factors = [each.logarithmic and each.low > 0 for each in varied]
    if any(factors):
        told["dists"] = ["logunif" if each else "unif" for each in factors]
    return told


def read_design(points: pd.DataFrame, parameters: pd.DataFrame, told: Mapping[str, Any], seed: int) -> Design:
    """Put a design together from the tables that tell of it.

    Raises
    ------
    ValueError
        It is not the one that was run.
    """
    known = [name for name in Varied._fields if name in parameters]  # before numbers had laws, none was told
    varied = tuple(Varied(**dict(zip(known, row, strict=True))) for row in _typed(parameters[known]))
    if points.shape[1] != len(varied):
        raise ValueError("its tables do not tell of the same numbers")
    method, replicates = told["method"], told["replicates"]
    dice = told.get("dice", "common")  # before points could have their own, nothing was said
    design = Design(method, varied, points.to_numpy(np.float64), replicates, seed, dice)
    if design.sha256 != told["sha256"]:
        raise ValueError("the design in it is not the one that was run")
    return design


def _typed(parameters: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows of a table that was read as text, so that no digit is lost."""
    texts = {"path", "unit", "law"}
    for row in parameters.itertuples(index=False, name=None):
        yield tuple(
            text if name in texts else text == "True" if name == "lever" else float(text)
            for name, text in zip(parameters.columns, row, strict=True)
        )
