"""A file that says what to sweep: which scenario, which numbers, by which method."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, StrictFloat, StrictInt
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.text import did_you_mean

from .base import Model, Text
from .scenario import Seed

Ends = tuple[StrictInt | StrictFloat, StrictInt | StrictFloat]
"""The low end and the high end."""


def _methods() -> tuple[str, ...]:
    from sim.analysis.methods import sweep_methods  # all of them, which no other kind of file needs

    return tuple(sweep_methods())


def _known_method(name: str) -> str:
    known = _methods()
    if name not in known:
        raise ValueError(f"there is no method '{name}'{did_you_mean(name, known) or '; there are ' + ', '.join(known)}")
    return name


class _Listed:
    """Lets editors know the methods that there are."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"enum": list(_methods()), "type": "string"}


class SweepFile(Model):
    """A sweep as written."""

    schema_version: Literal[1]
    sweep: Text
    """The scenario to sweep: a path below this file's folder, or the name of a shipped one."""
    title: Text | None = None
    question: Text | None = None
    """What it asks."""
    method: Annotated[str, AfterValidator(_known_method), _Listed()] = "sobol"
    """How points are chosen, and how influence is measured."""
    samples: Annotated[int, Field(ge=1, le=100_000_000, strict=True)] | None = None
    """How many points at most; left out, what the method usually needs."""
    replicates: Annotated[int, Field(ge=2, le=1_000_000, strict=True)] | None = None
    """Runs at each point; left out, what the method usually needs."""
    dice: Literal["common", "own"] = "common"
    """Whether all points throw the same dice, or each point dice of its own."""
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
