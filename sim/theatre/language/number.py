"""Numbers with unit, plausible range and source."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import (
    AfterValidator,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .base import Model, Text, Told, fields

Unit = Literal["1", "1/day", "d", "points", "rung", "%", "USD/bbl", "Mb/d", "persons", "deaths"]
ODDS = "odds/day"
"""What `1/day` is where rates compete: at odds r, with nothing else in question, the chance of a day is r / (1 + r).

People are told `odds/day`, and may write it. What is kept says `1/day` as it always did, since scenarios are known by
the hash of what they say.
"""
UNITS: tuple[str, ...] = (*get_args(Unit), ODDS)
"""All that a number may be written in."""

_FIGURE = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"^\s*({_FIGURE})\s*(\S.*?)?\s*$")
_END = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_WITH_RANGE = re.compile(rf"^(.*?)\s*\(\s*({_END})\s*\.\.\s*({_END})\s*\)\s*$", re.DOTALL)


def split_unit(text: str) -> tuple[float, str | None]:
    """Read '45 d' as (45.0, 'd') and '-1.5' as (-1.5, None).

    Raises
    ------
    ValueError
        The text is no number with a unit of the closed list.
    """
    match = _QUANTITY.match(text)
    if match is None:
        raise ValueError(f"'{text}' is not a number, nor a number with a unit such as '45 d'")
    value, unit = float(match[1]), match[2]
    if unit is not None and unit not in UNITS:
        raise ValueError(f"unknown unit '{unit}'; the units are {', '.join(UNITS)}")
    return value, _kept(unit)


def split_range(text: str) -> tuple[str, tuple[float, float] | None]:
    """Read '45 d (30..60)' as '45 d' and its plausible range; text without a range stays as it is."""
    match = _WITH_RANGE.match(text)
    return (text, None) if match is None else (match[1], (float(match[2]), float(match[3])))


def _kept(unit: Any) -> Any:
    return "1/day" if unit == ODDS else unit


def unquoted_unit(unit: Any) -> Any:
    """Read the unit `1`, which without quotes is a number."""
    return str(unit) if isinstance(unit, int) and not isinstance(unit, bool) else unit


class Number(Model):
    """A number with what is known about it.

    Written bare (`0.3`), with its unit (`45 d`, `+1.5 %`), with its plausible range too (`45 d (30..60)`), or as a map
    with `value` and any of `plausible`, `uniform`, `unit`, `source`, `note`, `lever`.
    """

    value: float
    """The value that runs use."""
    plausible: tuple[float, float] | None = None
    """The range within which a reasonable critic might put it, with `value` as the median: the 5th and the 95th
    percentile. Runs that draw their numbers, and sweeps, take them from here."""
    uniform: bool = False
    """True where each value of the plausible range is as likely as another, and none outside."""
    unit: Unit | None = None
    """Its unit, from a closed list; left out, it is the unit that the place calls for."""
    source: Text | None = None
    """Where it comes from: a key of sources.yaml, `tuned: Qxx`, or `judgement: why`."""
    note: Text | None = None
    """Anything a reader should know."""
    lever: bool = False
    """True where a government can choose it; false where it is only uncertain."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float | str | Mapping | Number):
            raise ValueError(f"expected a number or a map with 'value', found {describe(data)}")
        if isinstance(data, Number):
            return data
        written: dict[str, Any] = dict(data) if isinstance(data, Mapping) else {"value": data}
        unit = _kept(unquoted_unit(written.get("unit")))
        value, span = split_range(said) if isinstance(said := written.get("value"), str) else (said, None)
        value, own = cls._plain(value, "value")
        if span is not None and "plausible" in written:
            raise ValueError(f"'{said}' has its range in brackets, and 'plausible' gives one too; write it once")
        if own is not None and unit is not None and own != unit:
            raise ValueError(f"the value is in '{own}' but unit says '{unit}'")
        if "value" in written:
            written["value"] = value
        if (unit := own or unit) is not None:
            written["unit"] = unit
        if span is not None:
            written["plausible"] = span
        elif isinstance(written.get("plausible"), list | tuple):
            pairs = [cls._plain(bound, "plausible") for bound in written["plausible"]]
            for _, bound_unit in pairs:
                if bound_unit is not None and bound_unit != unit:
                    raise ValueError(f"the plausible range is in '{bound_unit}' but the value in '{unit or '1'}'")
            written["plausible"] = tuple(bound for bound, _ in pairs)
        return written

    @staticmethod
    def _plain(data: Any, where: str) -> tuple[Any, str | None]:
        """Read one figure and its unit; anything but text passes on, for pydantic to judge."""
        value, unit = split_unit(data) if isinstance(data, str) else (data, None)
        if isinstance(value, bool):
            raise ValueError(f"{where} must be a number, found {describe(value)}")
        if isinstance(value, int | float) and not math.isfinite(value):
            raise ValueError(f"{where} must be a finite number, found {value}")
        return value, unit

    @model_validator(mode="after")
    def _ordered(self) -> "Number":
        if self.plausible is not None and self.plausible[0] > self.plausible[1]:
            raise ValueError(f"plausible range {list(self.plausible)} has its low end above its high end")
        if self.uniform and self.plausible is None:
            raise ValueError("'uniform' says how to draw from a range; give 'plausible: [low, high]' beside it")
        return self

    @model_serializer(mode="wrap")
    def _brief(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Say `uniform` only where it is so: what knows nothing of it reads the rest, under the hash that it had."""
        told: dict[str, Any] = handler(self)
        if not self.uniform:
            told.pop("uniform", None)
        return told

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Editors should accept the bare forms too, and bounds with a unit."""
        full = handler.resolve_ref_schema(handler(schema))
        bare: list[JsonSchemaValue] = [{"type": "number"}, {"type": "string"}]
        entries = full.get("properties", {})
        entries["value"] = {**entries["value"], "anyOf": bare}
        entries["value"].pop("type", None)
        entries["plausible"] = {
            "description": entries["plausible"].get("description", ""),
            "type": "array",
            "items": {"anyOf": bare},
            "minItems": 2,
            "maxItems": 2,
        }
        entries["unit"] = {"description": entries["unit"].get("description", ""), "enum": [*UNITS, 1]}
        return {"anyOf": [*bare, full], "description": full.pop("description", "")}


@dataclass(frozen=True)
class Legal:
    """The unit and the legal range of a place where a number stands (the plausible range is the number's own)."""

    unit: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False

    def __call__(self, number: Number) -> Number:
        """Return the number with its unit filled in, or say what is allowed."""
        if number.unit is not None and number.unit != self.unit:
            raise ValueError(f"wrong unit '{number.unit}'; this number is in '{self.shown}'")
        for figure in (number.value, *(number.plausible or ())):
            if not self.low <= figure <= self.high or (self.open_low and figure == self.low):
                raise ValueError(f"{figure:g} is out of range; allowed is {self}")
        return number if number.unit == self.unit else number.model_copy(update={"unit": self.unit})

    @property
    def shown(self) -> str:
        """The unit as people are told it."""
        return ODDS if self.unit == "1/day" else self.unit

    def __str__(self) -> str:
        low = "above" if self.open_low else "from"
        if self.high == math.inf:
            return f"{low} {self.low:g}" if self.low > -math.inf else "any finite number"
        return f"{low} {self.low:g} to {self.high:g}"


Share = Annotated[Number, AfterValidator(Legal("1", 0, 1))]
Rate = Annotated[Number, AfterValidator(Legal("1/day", 0, 100))]
Weight = Annotated[Number, AfterValidator(Legal("1", -50, 50))]
Multiplier = Annotated[Number, AfterValidator(Legal("1", 0, 1000))]
Duration = Annotated[Number, AfterValidator(Legal("d", 0, 1e6))]
HalfLife = Annotated[Number, AfterValidator(Legal("d", 0, 1e9, open_low=True))]
Points = Annotated[Number, AfterValidator(Legal("points", 0, 1e6))]
Scale = Annotated[Number, AfterValidator(Legal("points", 0, 1e6, open_low=True))]
RungShift = Annotated[Number, AfterValidator(Legal("rung", -9, 9))]
RungWidth = Annotated[Number, AfterValidator(Legal("rung", 0.05, 100))]
MeanDeaths = Annotated[Number, AfterValidator(Legal("deaths", 1, 1e6))]

ZERO: dict[str, Any] = {"value": 0.0}
ONE: dict[str, Any] = {"value": 1.0}


def describe(data: Any) -> str:
    """Say what was found, for a message."""
    if data is None:
        return "nothing"
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, Mapping):
        return "a map"
    if isinstance(data, list | tuple):
        return "a list"
    return f"'{data}'"


def numbers(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Number]]:
    """Every number below `part`, with its canonical path, in the order of the schema and the file."""
    if isinstance(part, Number):
        yield ".".join(path), part
    elif isinstance(part, Told):
        return
    elif isinstance(part, Model):
        hidden = part.transparent()
        for name, value in fields(part):
            yield from numbers(value, path if name in hidden else (*path, name))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from numbers(value, (*path, str(key)))
    elif isinstance(part, tuple | list):
        for index, value in enumerate(part):
            yield from numbers(value, (*path, str(index)))


class Written(NamedTuple):
    """A number that a file writes, and not a default of the language."""

    keys: tuple[str, ...]
    """What leads to it, outermost first; ids may hold dots."""
    number: Number
    source: str | None
    """Its own source, or else that of the entry it stands in."""
    cited_at: str | None
    """Where that source is written."""

    @property
    def path(self) -> str:
        """Its canonical path."""
        return ".".join(self.keys)


def written(part: Any, keys: tuple[str, ...] = ()) -> Iterator[Written]:
    """Every number below `part` that a file writes, in the order of `numbers` and by the same paths."""
    return _written(part, keys, None, None)


def _written(part: Any, keys: tuple[str, ...], source: str | None, cited_at: str | None) -> Iterator[Written]:
    if (own := getattr(part, "source", None)) is not None:
        source, cited_at = own, ".".join(keys)
    if isinstance(part, Number):
        yield Written(keys, part, source, cited_at)
    elif isinstance(part, Told):
        return
    elif isinstance(part, Model):
        hidden = part.transparent()
        for field, (name, value) in zip(type(part).model_fields, fields(part), strict=True):
            if field in part.model_fields_set:
                yield from _written(value, keys if name in hidden else (*keys, name), source, cited_at)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _written(value, (*keys, str(key)), source, cited_at)
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from _written(value, (*keys, str(index)), source, cited_at)
