"""A file that says what to sweep: which scenario, which numbers, by which method."""

from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt

from .base import Model, Text
from .scenario import Seed

Ends = tuple[StrictInt | StrictFloat, StrictInt | StrictFloat]
"""The low end and the high end."""


class SweepFile(Model):
    """A sweep as written."""

    schema_version: Literal[1]
    sweep: Text
    """The scenario to sweep: a path below this file's folder, or the name of a shipped one."""
    title: Text | None = None
    question: Text | None = None
    """What it asks."""
    method: Literal["morris", "sobol", "pawn", "delta", "lhs", "oat", "grid"] = "sobol"
    """How points are chosen, and how influence is measured."""
    samples: Annotated[int, Field(ge=1, le=100_000_000, strict=True)] | None = None
    """How many points at most; left out, what the method usually needs."""
    replicates: Annotated[int, Field(ge=2, le=1_000_000, strict=True)] = 8
    """Runs at each point, on the same dice at all points."""
    seed: Seed | None = None
    """Seed of the points and of all dice; left out, the scenario's."""
    only: Literal["levers", "uncertainties"] | None = None
    """Only numbers that a government can choose, or only others."""
    parameters: dict[str, Literal["plausible"] | Ends] = {}
    """Numbers that vary: a path, or a pattern such as `actions.iran.*`, with `plausible` for its plausible range, or
    with a range of its own, `[low, high]`. Left out, every number with a plausible range."""
    outcomes: tuple[Text, ...] = ()
    """Measures to tell of, such as `sustained_war`, `peak.rung` or `deaths`."""

    @property
    def ranges(self) -> dict[str, tuple[float, float] | None] | None:
        """Ranges by pattern, None for the plausible one; None for all numbers."""
        ends = {pattern: None if isinstance(each, str) else each for pattern, each in self.parameters.items()}
        return ends or None
