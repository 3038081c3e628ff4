"""What a base rate is: a figure of the record, and how the same is counted in an ensemble."""

from abc import abstractmethod
from inspect import get_annotations
from math import inf
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.theatre.language.base import Model, Source, Text
from sim.theatre.language.number import describe, split_unit
from sim.theatre.language.references import ActionRef, ActorRef, DyadRef, Rung, VariableRef
from sim.theatre.language.terms import Limit

if TYPE_CHECKING:  # files are read without arrays, which take longer to import than a theatre to check
    import numpy as np
    from numpy.typing import NDArray

    from sim.analysis import base_rates
    from sim.analysis.estimates import Estimate
    from sim.analysis.units import Units


def _whole_days(data: Any) -> Any:
    """Read `7` and `7 d`."""
    value, unit = split_unit(data) if isinstance(data, str) else (data, None)
    if unit not in (None, "d"):
        raise ValueError(f"wrong unit '{unit}'; this is in 'd'")
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"expected a whole number of days, found {describe(data)}")
    return int(value)


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"{list(pair)} has its low end above its high end")
    return pair


_SPAN = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\s*\d+(\s*d)?\s*$"}]}
WholeDays = Annotated[int, BeforeValidator(_whole_days), Field(ge=1, le=20_000), WithJsonSchema(_SPAN)]
"""A whole number of days."""
Rungs = Annotated[tuple[Rung, Rung], AfterValidator(_rising)]
"""From one rung to another, both included."""
Dyads = Annotated[tuple[DyadRef, ...], Field(min_length=1)]
Quantile = Annotated[float, Field(gt=0, lt=1)]


class Threshold(Model):
    """What a variable must reach: `">= 0.3"`, or `true` and `false` for a flag."""

    op: Literal[">=", "<="]
    value: float

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        read = Limit.model_validate(data)
        return {"op": read.op, "value": read.value}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Editors should know it as it is written."""
        written: list[JsonSchemaValue] = [{"type": "string", "pattern": r"^\s*[<>]="}, {"type": "boolean"}]
        return {"anyOf": written, "description": "What a variable must reach."}


While = dict[VariableRef, Threshold]
"""Days that count: those on which each of these variables was so in the evening before."""


class ActFilter(Model):
    """Some of the acts of a run: those that fit all that is said here."""

    actions: tuple[ActionRef, ...] = ()
    """Any of these."""
    actors: tuple[ActorRef, ...] = ()
    """By any of these."""
    targets: tuple[ActorRef, ...] = ()
    """On any of these."""
    rungs: Rungs | None = None
    """On these rungs, as they turned out."""
    lethal: bool | None = None
    """True for those that killed, false for those that did not."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.actions or self.actors or self.targets or self.rungs) and self.lethal is None:
            raise ValueError("this would match every act; name actions, actors, targets, rungs or 'lethal'")
        return self


class RunArrays(Protocol):
    """What an ensemble did, as arrays: its runs that did not fail, numbered from 0, and all that was done in them.

    Acts come in order of run and, within a run, of day. `sim.results.base_rates` makes them of an ensemble.
    """

    n_runs: int
    units: "Units"
    """Which of the runs were drawn together."""
    n_days: int
    weekday: "NDArray[np.integer[Any]]"
    """0 for Monday, shape (day,)."""
    run: "NDArray[np.integer[Any]]"
    """Of each act, its run; `day` and `rung` likewise."""
    day: "NDArray[np.integer[Any]]"
    rung: "NDArray[np.integer[Any]]"

    def held(self, outcome: str) -> "NDArray[np.bool_]":
        """By run, whether an outcome held on some day."""

    def trajectory(self, name: str) -> "NDArray[Any]":
        """Values in the evening, shape (run, day): of a variable, of `tension` or of `rung`."""

    def where(self, *acts: ActFilter) -> "NDArray[np.bool_]":
        """By act, whether it is one of any of these."""

    def when(self, those: "NDArray[np.bool_]") -> "tuple[NDArray[Any], NDArray[Any]]":
        """Run and day of some acts."""

    def days_while(self, conditions: While) -> "NDArray[np.bool_]":
        """Days that count, shape (run, day): those after an evening on which all of this was so."""

    def exchanges(self, dyads: tuple[str, ...], lowest: int, highest: int = 9) -> "list[base_rates.Exchange]":
        """Acts of either side of each dyad on the other, on these rungs."""

    def answers(self, dyads: tuple[str, ...]) -> "tuple[base_rates.Acts, base_rates.Acts]":
        """Acts that answer an act of the other side of one of the dyads, after what each of them answers."""


class BaseRateKind(Model):
    """What every base rate has. A kind of them is a record, marked with `register`, whose `measure` is its name."""

    label: Text
    expected: Annotated[tuple[float, float], AfterValidator(_rising)]
    """The range in which crises of this kind lie, in the unit of the measure."""
    source: Source
    """Where the range comes from; here, and only here, this may be a check (Q..)."""
    note: Text | None = None

    @property
    def possible(self) -> tuple[float, float]:
        """Within what the figure lies whatever a model does."""
        return -inf, inf

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share of its cases."""
        return False

    @property
    def cannot_fail(self) -> bool:
        """Whether the expected range holds all that is possible, so that the row tells nothing of a model."""
        return self.expected[0] <= self.possible[0] and self.possible[1] <= self.expected[1]

    @property
    def reads(self) -> frozenset[str]:
        """Variables whose trajectories it needs: they are kept whatever else is left out of a result."""
        return frozenset()

    @abstractmethod
    def estimate(self, seen: RunArrays) -> "Estimate":
        """The figure in an ensemble, with its interval by sampling error and the number of cases it rests on."""


class ShareKind(BaseRateKind):
    """A base rate that is a share of cases."""

    @property
    def possible(self) -> tuple[float, float]:
        """None to all."""
        return 0.0, 1.0

    @property
    def is_share(self) -> bool:
        """It is."""
        return True


KINDS: dict[str, type[BaseRateKind]] = {}
"""Every kind of base rate by its measure."""

Kind = TypeVar("Kind", bound=type[BaseRateKind])


def register(kind: Kind) -> Kind:
    """Add a kind to those that a theatre may have: a decorator of its record.

    Raises
    ------
    ValueError
        There is another one of that measure.
    """
    (measure,) = get_args(get_annotations(kind)["measure"])
    if measure in KINDS:
        raise ValueError(f"there is a base rate '{measure}' already, {KINDS[measure].__name__}; choose another name")
    KINDS[measure] = kind
    return kind
