"""Tables that grow while a scenario is compiled: parameters, features, terms and conditions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.theatre.language.number import Number
from sim.theatre.language.terms import GRIEVANCES, Condition, Factor, Group, Quantity, Term
from sim.theatre.language.variables import LevelVariable, LogVariable

from .arithmetic import per_cent
from .program import (
    BLOOD,
    CLAUSE,
    CLEAR,
    COMBINATION,
    COMBINED,
    CONDITION,
    CONDITION_NODE,
    COUNT,
    DAY,
    DEATHS,
    EFFECT,
    FEATURE,
    MAX,
    MIN,
    NONE,
    ORDERED,
    PART,
    PROVOCATION,
    RUNG,
    SCALED,
    SET,
    SINCE_ACTION,
    SINCE_RUNG,
    SUM,
    TALLY,
    TENSION,
    TERM,
    VARIABLE,
    Conditions,
    Features,
    Ints,
    Parameter,
    RecordTable,
    elementwise,
    ints,
    table,
)

if TYPE_CHECKING:
    from .compile import Compiler


@elementwise
def _same(value: float) -> float:
    return value


class ParameterTable:
    """Numbers as kernels read them; the same number under the same rule is kept once."""

    def __init__(self, base: Mapping[str, float]) -> None:
        self._base = base
        self._found: dict[object, int] = {}
        self._all: list[Parameter] = []

    def number(self, path: str, rule: Callable[..., float] | None = None) -> int:
        """Position of one number under a rule."""
        return self.made((path,), rule or _same)

    def constant(self, value: float) -> int:
        """Position of a value that nobody can vary."""
        return self._keep((value,), Parameter((), partial(_same, value), value))

    def made(self, paths: tuple[str, ...], rule: Callable[..., float]) -> int:
        """Position of a parameter made from several numbers."""
        value = float(rule(*(self._base[path] for path in paths)))
        return self._keep((paths, rule), Parameter(paths, rule, value))

    def _keep(self, identity: object, parameter: Parameter) -> int:
        if identity not in self._found:
            self._found[identity] = len(self._all)
            self._all.append(parameter)
        return self._found[identity]

    def build(self) -> tuple[Parameter, ...]:
        """Return all of them, in order of their positions."""
        return tuple(self._all)


class FeatureTable:
    """Readings that some terms need; equal factors and equal products share a row."""

    conditions: "ConditionTable"

    def __init__(self, compiler: "Compiler") -> None:
        self.compiler = compiler
        self._factors: dict[Factor, int] = {}
        self._products: dict[tuple[int, ...], int] = {}

    def place(self, term: Term) -> tuple[int, ...]:
        """Positions of a term's factors; `row` turns them into a row once all terms are known."""
        place = tuple(self._factors.setdefault(factor, len(self._factors)) for factor in term.factors)
        if len(place) > 1:
            self._products.setdefault(place, len(self._products))
        return place

    def row(self, place: tuple[int, ...]) -> int:
        """Row of a term placed before."""
        return place[0] if len(place) == 1 else len(self._factors) + self._products[place]

    def build(self) -> Features:
        """Arrays of the readings."""
        rows = [self._reading(factor.quantity) for factor in self._factors]
        kind, index, low, high = zip(*rows, strict=True) if rows else ((), (), (), ())
        negated = [factor.negated for factor in self._factors]
        factors = table(FEATURE, kind=kind, index=index, negated=negated, low=low, high=high)
        return Features(factors, ints(self._padded()).reshape(-1, 3))

    def _padded(self) -> list[int]:
        return [row for place in self._products for row in (*place, NONE)[:3]]

    def _reading(self, quantity: Quantity) -> tuple[int, int, int, int]:
        compiler = self.compiler
        if quantity.kind == "condition":
            return CONDITION, self.conditions.named(quantity.of[0]), NONE, NONE
        kind, index = locate(compiler, quantity)
        name = quantity.of[0] if kind == VARIABLE else ""
        if kind == VARIABLE and isinstance(compiler.variables[name], LevelVariable | LogVariable):
            low, high = (compiler.parameters.number(f"variables.{name}.scale.{end}") for end in (0, 1))
            return SCALED, index, low, high
        return kind, index, NONE, NONE


def locate(compiler: "Compiler", quantity: Quantity) -> tuple[int, int]:
    """Kind and position of a quantity other than a condition."""
    of = quantity.of
    match quantity.kind:
        case "variable":
            return VARIABLE, compiler.variable_at[of[0]]
        case "provocation":
            return PROVOCATION, compiler.pair_at[of[0], of[1]]
        case "blood":
            return BLOOD, compiler.pair_at[of[0], of[1]]
        case "impunity" | "toll":
            return TALLY, compiler.tally_at[quantity.kind, of[0], of[1]]
        case "rung":
            return RUNG, compiler.dyads.index(of[0]) if of else len(compiler.dyads)
        case "tension":
            return TENSION, NONE
        case "deaths":
            return DEATHS, compiler.actor_at[of[0]] if of else len(compiler.cast)
        case "ordered":
            return ORDERED, compiler.order_at[of[0]]
        case "count":
            return COUNT, compiler.count(of[0])
        case "days_since" if of == ("start",):
            return DAY, NONE
        case "days_since" if len(of) == 1:
            return SINCE_ACTION, compiler.action_at[of[0]]
        case "days_since":
            return SINCE_RUNG, compiler.since(of[0], int(of[1]))
    raise AssertionError(f"no place for {quantity}")


class TermTable:
    """Weighted terms by owner, in the order of their text."""

    def __init__(self, parameters: ParameterTable) -> None:
        self._parameters = parameters
        self._entries: list[tuple[FeatureTable, tuple[int, ...], int, Term]] = []

    def add(
        self, features: FeatureTable, texts: Iterable[str], path: str, rule: Callable[..., float] | None = None
    ) -> tuple[int, int]:
        """Where the next owner's terms start and end; their weights are the numbers at `path`.text."""
        start = len(self._entries)
        for text in sorted(texts):
            term = Term.parse(text)
            weight = self._parameters.number(f"{path}.{text}", rule)
            self._entries.append((features, features.place(term), weight, term))
        return start, len(self._entries)

    def build(self) -> RecordTable:
        """All owners' terms, once every term of their features is known."""
        return table(
            TERM,
            row=(features.row(place) for features, place, _, _ in self._entries),
            weight=(weight for _, _, weight, _ in self._entries),
            pair=(_pair_read(features, term) for features, _, _, term in self._entries),
        )


def _pair_read(features: FeatureTable, term: Term) -> int:
    """The pair behind the first provocation or blood that a term reads as it is."""
    for factor in term.factors:
        if factor.quantity.kind in GRIEVANCES and not factor.negated:
            return locate(features.compiler, factor.quantity)[1]
    return NONE


_MADE = {"sum": SUM, "max": MAX, "min": MIN}


class ConditionTable:
    """Conditions of one hour of the day; those that others read stand before them."""

    def __init__(self, compiler: "Compiler") -> None:
        self._compiler = compiler
        self._named: dict[str, int] = {}
        self._nodes: list[tuple[list[tuple[int, int, bool, int]], list[int], int, int, tuple[int, int]]] = []
        self._calendar: list[list[bool]] = []
        self._combinations: list[tuple[int, tuple[int, int]]] = []
        self._parts: list[tuple[int, int, int]] = []

    def __len__(self) -> int:
        return len(self._nodes)

    def named(self, name: str) -> int:
        """Position of a condition of the theatre."""
        if name not in self._named:
            self._named[name] = self.add(self._compiler.theatre.conditions[name], f"conditions.{name}")
        return self._named[name]

    def add(self, condition: Condition, path: str) -> int:
        """Position of a condition written at `path`, after all that it reads."""
        number = self._compiler.parameters.number
        clauses = []
        for text, comparison in sorted(condition.clauses.items()):
            quantity = Quantity.parse(text)
            place = self._place(quantity)
            clauses.append((*place, comparison.op == ">=", number(f"{path}.{text}")))
        group = condition.group or Group("any", (), 0, 0)
        alternatives = [self.add(part, f"{path}.{group.name}.{at}") for at, part in enumerate(group.parts)]
        lasting = number(f"{path}.for") if isinstance(condition.for_, Number) else NONE
        so_many = group.at_least, group.at_most
        self._nodes.append((clauses, alternatives, lasting, self._mark_days(condition.on), so_many))
        return len(self._nodes) - 1

    def _mark_days(self, spans: Sequence[tuple[date, date]]) -> int:
        """Row of the calendar of a condition that holds on some days only."""
        if not spans:
            return NONE
        scenario = self._compiler.scenario
        days = [scenario.start + timedelta(days=day) for day in range(scenario.days)]
        self._calendar.append([any(first <= day <= last for first, last in spans) for day in days])
        return len(self._calendar) - 1

    def _place(self, quantity: Quantity) -> tuple[int, int]:
        if quantity.kind == "condition":
            return CONDITION, self.named(quantity.of[0])
        if quantity.kind in _MADE:
            return COMBINED, self._combine(quantity)
        return locate(self._compiler, quantity)

    def _combine(self, quantity: Quantity) -> int:
        """Position of what is made of several quantities."""
        parts = [(*self._place(part), sign) for sign, part in quantity.parts]
        start = len(self._parts)
        self._parts += parts
        self._combinations.append((_MADE[quantity.kind], (start, len(self._parts))))
        return len(self._combinations) - 1

    def build(self) -> Conditions:
        """Arrays of all conditions."""
        clauses = [clause for node in self._nodes for clause in node[0]]
        first = ints(np.cumsum([0, *(len(node[0]) for node in self._nodes)]))
        first_any = ints(np.cumsum([0, *(len(node[1]) for node in self._nodes)]))
        kind, index, at_least, threshold = zip(*clauses, strict=True) if clauses else ((), (), (), ())
        return Conditions(
            nodes=table(
                CONDITION_NODE,
                clauses=first[:-1],
                clauses_end=first[1:],
                alternatives=first_any[:-1],
                alternatives_end=first_any[1:],
                at_least=(node[4][0] for node in self._nodes),
                at_most=(node[4][1] for node in self._nodes),
                lasting=(node[2] for node in self._nodes),
                calendar=(node[3] for node in self._nodes),
            ),
            clauses=table(CLAUSE, kind=kind, index=index, at_least=at_least, threshold=threshold),
            alternatives=ints(node for nodes in self._nodes for node in nodes[1]),
            combinations=table(
                COMBINATION,
                made=(made for made, _ in self._combinations),
                parts=(span[0] for _, span in self._combinations),
                parts_end=(span[1] for _, span in self._combinations),
            ),
            parts=table(
                PART,
                kind=(kind for kind, _, _ in self._parts),
                index=(index for _, index, _ in self._parts),
                sign=(sign for _, _, sign in self._parts),
            ),
            calendar=np.array(self._calendar, np.uint8).reshape(-1, self._compiler.scenario.days),
        )


class SpanTable:
    """Lists of positions, one after another; each owner knows where its own start and end."""

    def __init__(self) -> None:
        self._items: list[int] = []

    def add(self, items: Iterable[int]) -> tuple[int, int]:
        """Where the next owner's items start and end."""
        start = len(self._items)
        self._items += items
        return start, len(self._items)

    def build(self) -> Ints:
        """Return all items."""
        return ints(self._items)


class EffectTable:
    """What actions and entries of the script do to variables, in the order of the variables."""

    def __init__(self, compiler: "Compiler") -> None:
        self._compiler = compiler
        self._entries: list[tuple[int, int]] = []

    def add(self, effects: Mapping[str, Number | str], path: str) -> tuple[int, int]:
        """Where the next owner's effects start and end."""
        start = len(self._entries)
        for name, effect in sorted(effects.items()):
            self._entries.append((self._compiler.variable_at[name], self._amount(name, effect, path)))
        return start, len(self._entries)

    def _amount(self, name: str, effect: Number | str, path: str) -> int:
        parameters = self._compiler.parameters
        if isinstance(effect, str):
            return parameters.constant(SET if effect == "set" else CLEAR)
        log = isinstance(self._compiler.variables[name], LogVariable)
        return parameters.number(f"{path}.effects.{name}", per_cent if log else None)

    def build(self) -> RecordTable:
        """All effects."""
        return table(EFFECT, variable=(v for v, _ in self._entries), amount=(a for _, a in self._entries))
