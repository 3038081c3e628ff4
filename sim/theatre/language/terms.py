"""The whole rule language: quantities, terms made of them, and conditions on them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from sim.text import did_you_mean

from . import names
from .base import Model
from .days import Span
from .number import Legal, Number, Weight, describe

ReadT = TypeVar("ReadT")

QuantityKind = Literal[
    "variable",
    "condition",
    "rung",
    "tension",
    "deaths",
    "provocation",
    "blood",
    "impunity",
    "toll",
    "days_since",
    "count",
    "ordered",
    "sum",
    "max",
    "min",
]
GRIEVANCES: tuple[QuantityKind, ...] = ("provocation", "blood")
"""What an actor holds against another; an act that they drive answers the strongest behind them."""
TALLIES: tuple[QuantityKind, ...] = ("impunity", "toll")
"""What an actor did to another that was left unanswered, and what it suffered from it: no cause of any act."""

COMBINED: tuple[QuantityKind, ...] = ("sum", "max", "min")
"""What is made of several quantities in one unit."""
_SIGNS = re.compile(r"\s+([+-])\s+(?![^(]*\))")
_OF_SEVERAL = re.compile(r"^(max|min)\s*\((.*)\)$", re.DOTALL)
_COMMAS = re.compile(r"\s*,\s*(?![^(]*\))")
_CALL = re.compile(r"^([a-z_][a-z0-9_]*)\s*(?:\(([^()]*)\))?$")
WORLD_UNITS = {
    "rung": "rung",
    "tension": "points",
    "deaths": "deaths",
    "days_since": "d",
    "count": "1",
    "provocation": "1",
    "blood": "1",
    "impunity": "1",
    "toll": "1",
    "ordered": "1",
    "condition": "1",
}
_FORMS = "rung, rung(dyad), tension, deaths, deaths(actor), provocation(observer, by), blood(observer, by), "
_FORMS += "impunity(observer, by), toll(observer, by), days_since(action), days_since(actor, rung), days_since(start), "
_FORMS += "count(action), ordered(action), or a + b, a - b, max(a, b), min(a, b) of these"
RESERVED = frozenset(
    {*WORLD_UNITS.keys() - {"count"}, "base", "any", "of", "at_least", "at_most", "for", "market", "on"} - {"condition"}
)


@dataclass(frozen=True)
class Quantity:
    """Something of the world that a rule can read, such as `sanctions` or `blood(us, iran)`."""

    kind: QuantityKind
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind in ("variable", "condition"):
            return self.of[0]
        if self.kind == "sum":
            first, *others = self.of
            return first + "".join(f" - {each[1:]}" if each.startswith("-") else f" + {each}" for each in others)
        return f"{self.kind}({', '.join(self.of)})" if self.of else self.kind

    @property
    def in_terms(self) -> bool:
        """Whether it has a reading between 0 and 1."""
        return self.kind not in ("deaths", "days_since", "count", *COMBINED)

    @property
    def parts(self) -> tuple[tuple[int, "Quantity"], ...]:
        """The quantities that it is made of, each with its sign; of any other, itself."""
        if self.kind not in COMBINED:
            return ((1, self),)
        return tuple((-1 if text.startswith("-") else 1, Quantity.parse(text.removeprefix("-"))) for text in self.of)

    @property
    def unit(self) -> str | None:
        """The unit in which conditions compare it, as far as that can be known."""
        if self.kind in COMBINED:
            return self.parts[0][1].unit
        if self.kind != "variable":
            return WORLD_UNITS[self.kind]
        known = names.current()
        return None if known is None else known.variable(self.of[0], "unit") or "1"

    @classmethod
    def parse(cls, text: str) -> "Quantity":
        """Read a quantity and hold its names to what the theatre defines.

        Raises
        ------
        ValueError
            Not a quantity, or a name in it is unknown.
        """
        return _once(cls, cls._parsed, text)

    @classmethod
    def _parsed(cls, text: str) -> "Quantity":
        if (combined := _combined(text.strip())) is not None:
            return combined
        match = _CALL.match(text.strip())
        if match is None and text.count("(") != text.count(")"):
            raise ValueError(f"'{text}' is half a quantity; within braces a comma ends a key, so put it in quotes")
        if match is None:
            raise ValueError(f"'{text}' is not a quantity; write a variable, a condition or one of {_FORMS}")
        name = match[1]
        arguments = tuple(part.strip() for part in match[2].split(",")) if match[2] is not None else ()
        if name == "days_since" and arguments == ("start",):
            return cls("days_since", arguments)
        if name == "days_since" and len(arguments) == 1:
            return cls("days_since", (names.require("action", arguments[0]),))
        if name == "days_since" and len(arguments) == 2:
            if not re.fullmatch(r"[0-9]", arguments[1]):
                raise ValueError(f"'{text}': the second name must be a rung from 0 to 9")
            return cls("days_since", (names.require("actor", arguments[0]), arguments[1]))
        if name in ("ordered", "count") and len(arguments) == 1:
            return cls("ordered" if name == "ordered" else "count", (names.require("action", arguments[0]),))
        kind = next((kind for kind in (*GRIEVANCES, *TALLIES) if kind == name), None)
        if kind is not None and len(arguments) == 2:
            observer, by = (names.require("actor", argument) for argument in arguments)
            if observer == by:
                raise ValueError(
                    f"'{text}': an actor {'holds' if kind in GRIEVANCES else 'does'} nothing against itself"
                )
            return cls(kind, (observer, by))
        if name == "rung" and len(arguments) <= 1:
            return cls("rung", tuple(names.require("dyad", argument) for argument in arguments))
        if name == "deaths" and len(arguments) <= 1:
            return cls("deaths", tuple(names.require("actor", argument) for argument in arguments))
        if name == "tension" and not arguments:
            return cls("tension")
        if arguments or name in RESERVED:
            raise ValueError(f"'{text}' is not a quantity; besides variables and conditions there are {_FORMS}")
        return cls(*_variable_or_condition(name))


def _once(kind: type[ReadT], read: Callable[[str], ReadT], text: str) -> ReadT:
    """Read a text, or take what it was found to say by the names in force; what is refused is read each time."""
    known = names.current()
    if known is None:
        return read(text)
    found: ReadT | None = known.read.get((kind, text))
    if found is None:
        found = known.read[kind, text] = read(text)
    return found


def _combined(text: str) -> Quantity | None:
    """Read `a + b - c`, `max(a, b)` or `min(a, b)`; None if the text is neither."""
    if (several := _OF_SEVERAL.match(text)) is not None:
        kind: QuantityKind = "max" if several[1] == "max" else "min"
        signed = [(1, part) for part in _COMMAS.split(several[2].strip())]
    else:
        first, *rest = _SIGNS.split(text)
        if not rest:
            return None
        kind, signs = "sum", ("+", *rest[::2])
        signed = [(1 if sign == "+" else -1, part) for sign, part in zip(signs, (first, *rest[1::2]), strict=True)]
    parts = [(sign, Quantity.parse(part)) for sign, part in signed]
    if len(parts) < 2:
        raise ValueError(f"'{text}' is of one quantity; write at least two")
    if nested := next((part for _, part in parts if part.kind in COMBINED), None):
        raise ValueError(f"'{nested}' stands within '{text}'; quantities are combined once, not twice")
    units = {part.unit for _, part in parts if part.unit is not None}
    if len(units) > 1:
        raise ValueError(f"'{text}' is of several units, {' and '.join(sorted(units))}; combine what has one")
    return Quantity(kind, tuple(f"-{part}" if sign < 0 else str(part) for sign, part in parts))


def _variable_or_condition(name: str) -> tuple[QuantityKind, tuple[str]]:
    known = names.current()
    if known is None or name in known.known["variable"]:
        return "variable", (name,)
    if name in known.known["condition"]:
        return "condition", (name,)
    allowed = known.known["variable"] + known.known["condition"]
    raise ValueError(
        f"unknown quantity '{name}'; a rule reads variables, conditions, rungs, provocations and blood of this theatre"
        + did_you_mean(name, allowed)
    )


@dataclass(frozen=True)
class Factor:
    """A quantity as a term reads it, between 0 and 1; `~x` stands for 1 - x."""

    quantity: Quantity
    negated: bool = False

    def __str__(self) -> str:
        return f"~{self.quantity}" if self.negated else str(self.quantity)


@dataclass(frozen=True)
class Term:
    """A product of up to three factors, sorted by their text; its weight stands beside it in the file."""

    factors: tuple[Factor, ...]

    def __str__(self) -> str:
        return " * ".join(map(str, self.factors))

    @classmethod
    def parse(cls, text: str) -> "Term":
        """Read `economic_pain * ~talks`.

        Raises
        ------
        ValueError
            Too many factors, an unknown name, or a quantity without a reading between 0 and 1.
        """
        return _once(cls, cls._parsed, text)

    @classmethod
    def _parsed(cls, text: str) -> "Term":
        factors = []
        for part in text.split("*"):
            negated = part.strip().startswith("~")
            quantity = Quantity.parse(part.strip().removeprefix("~"))
            if not quantity.in_terms:
                raise ValueError(
                    f"'{quantity}' has no reading between 0 and 1; put it into a condition, and name the condition"
                )
            factors.append(Factor(quantity, negated))
        if len(factors) > 3:
            raise ValueError(f"'{text}' has {len(factors)} factors; a term has at most three")
        return cls(tuple(sorted(factors, key=str)))


def canonical_term(text: str) -> str:
    """Write a term the one way that tables and paths call it."""
    return str(Term.parse(text))


def refuse_twins(data: Any, canonical: Any) -> Any:
    """Two keys that mean the same would silently become one."""
    if isinstance(data, Mapping):
        seen: dict[str, str] = {}
        for key in data:
            try:
                meaning = canonical(str(key))
            except ValueError:
                continue  # reported where the key itself is checked
            if meaning in seen:
                raise ValueError(f"'{key}' and '{seen[meaning]}' are the same; write it once")
            seen[meaning] = str(key)
    return data


TermKey = Annotated[str, AfterValidator(canonical_term)]
Terms = Annotated[dict[TermKey, Weight], BeforeValidator(lambda data: refuse_twins(data, canonical_term))]
"""A map of terms to weights; their sum is what it stands for."""


class Limit(Number):
    """A threshold: `">= 0.7"`, a map whose `value` is that, or `true` and `false` for flags and conditions."""

    op: Literal[">=", "<="]
    """Which side of the threshold counts."""

    @model_validator(mode="before")
    @classmethod
    def _compare(cls, data: Any) -> Any:
        if isinstance(data, Limit):
            return data
        written = dict(data) if isinstance(data, Mapping) else {"value": data}
        value = written.get("value")
        if isinstance(value, bool):
            written["value"], written["op"] = (1.0, ">=") if value else (0.0, "<=")
        elif isinstance(value, str) and value.strip()[:2] in (">=", "<="):
            written["value"], written["op"] = value.strip()[2:], value.strip()[:2]
        elif "op" not in written:
            raise ValueError(f"a comparison is written '>= x' or '<= x', found {describe(value)}")
        return written


_COUNT = ("of", "at_least", "at_most")
_NOT_CLAUSES = ("any", *_COUNT, "on", "for")
"""What a condition may hold beside its comparisons."""


def canonical_quantity(text: str) -> str:
    """Write a quantity the one way that tables and paths call it."""
    return str(Quantity.parse(text))


QuantityKey = Annotated[str, AfterValidator(canonical_quantity)]


class Group(NamedTuple):
    """Conditions of which so many must hold."""

    name: Literal["any", "of"]
    """What a file calls the list."""
    parts: tuple["Condition", ...]
    at_least: int
    at_most: int


class Condition(Model):
    """What must hold: every comparison, and of each `any` list at least one; with `for`, that many days on end.

    With `on`, it holds on these days only. A list `of` conditions is counted: `at_least` and `at_most` so many hold.
    """

    clauses: Annotated[
        dict[QuantityKey, Limit], BeforeValidator(lambda data: refuse_twins(data, canonical_quantity))
    ] = {}
    any: tuple["Condition", ...] = ()
    """Alternatives, of which one must hold."""
    of: tuple["Condition", ...] = ()
    """Conditions that are counted, in place of `any`."""
    at_least: Annotated[int, Field(ge=1, strict=True)] | None = None
    """How many of these must hold."""
    at_most: Annotated[int, Field(ge=0, strict=True)] | None = None
    """How many of these may hold; 0 for none."""
    on: tuple[Span, ...] = ()
    """Days and periods, such as 2020-01-03 and 2019-10-17/2019-10-19, outside of which it does not hold."""
    for_: Annotated[Number, AfterValidator(Legal("d", 1, 1e6))] | None = Field(default=None, alias="for")
    """How many days on end it must have held."""

    def transparent(self) -> frozenset[str]:
        """A file writes the comparisons straight into the condition."""
        return frozenset({"clauses"})

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, data: Any) -> Any:
        if isinstance(data, Condition) or (isinstance(data, Mapping) and "clauses" in data):
            return data
        if not isinstance(data, Mapping):
            raise ValueError(f"a condition is a map of quantities to comparisons, found {describe(data)}")
        kept = {key: data[key] for key in _NOT_CLAUSES if key in data}
        return {**kept, "clauses": {key: value for key, value in data.items() if key not in kept}}

    @model_validator(mode="after")
    def _sound(self) -> "Condition":
        if not self.clauses and self.group is None and not self.on:
            raise ValueError("an empty condition would always hold; name at least one comparison")
        self._counted()
        for text, comparison in self.clauses.items():
            self._unit_fits(Quantity.parse(text), comparison)
        return self

    def _counted(self) -> None:
        bounds = self.at_least is not None or self.at_most is not None
        if self.of and self.any:
            raise ValueError("'any' and 'of' in one condition; give one of them a name, or nest it in the other")
        if bounds != bool(self.of):
            raise ValueError("conditions are counted by 'of', a list, with 'at_least' or 'at_most', how many hold")
        low, high = self.at_least or 0, len(self.of) if self.at_most is None else self.at_most
        if self.of and not low <= high <= len(self.of):
            raise ValueError(f"of {len(self.of)} conditions at least {low} and at most {high} can never hold")

    @property
    def group(self) -> Group | None:
        """The conditions within this one, and how many of them must hold; None where there are none."""
        if self.any:
            return Group("any", self.any, 1, len(self.any))
        if not self.of:
            return None
        return Group("of", self.of, self.at_least or 0, len(self.of) if self.at_most is None else self.at_most)

    @model_serializer(mode="wrap")
    def _brief(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Say nothing of a count where nothing is counted: a condition as it was before it could keeps its hash."""
        told: dict[str, Any] = handler(self)
        return told if self.of else {key: value for key, value in told.items() if key not in _COUNT}

    @staticmethod
    def _unit_fits(quantity: Quantity, comparison: Limit) -> None:
        unit = quantity.unit
        if comparison.unit is not None and unit is not None and comparison.unit != unit:
            _wrong_unit(quantity, comparison.unit, unit)


def _wrong_unit(quantity: Quantity, found: str, allowed: str) -> NoReturn:
    raise ValueError(f"wrong unit '{found}' for {quantity}; it is in '{allowed}'")


def quantities(condition: Condition) -> Iterable[Quantity]:
    """Every quantity a condition reads, alternatives included; what is combined is read part by part."""
    for text in condition.clauses:
        yield from (part for _, part in Quantity.parse(text).parts)
    for part in condition.group.parts if condition.group is not None else ():
        yield from quantities(part)
