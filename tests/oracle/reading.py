"""What rules read of the world (ODD 7.2 and 7.7): quantities, readings between 0 and 1, sums of terms, conditions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from sim.theatre.language.number import Number
from sim.theatre.language.schema import Theatre, ordered_conditions
from sim.theatre.language.terms import Condition, Limit, Quantity, Term, quantities
from sim.theatre.language.variables import FlagVariable

NEVER = 1e9
"""What `days_since` says of something that has not happened."""

Look = Callable[[Quantity], float]
Weighted = list[tuple[float, Term]]
"""Terms with their weights, in the order of their text."""


def clip(x: float, lo: float, hi: float) -> float:
    return lo if x < lo else hi if x > hi else x


def add_up(start: float, parts: Iterable[float]) -> float:
    """Add one after another (Python's own `sum` rounds more cleverly from 3.12 on)."""
    total = start
    for part in parts:
        total = total + part
    return total


def weighted(terms: Mapping[str, Number]) -> Weighted:
    return [(weight.value, Term.parse(text)) for text, weight in sorted(terms.items()) if text != "base"]


def product(term: Term, reading: Look) -> float:
    result = 1.0
    for factor in term.factors:
        x = reading(factor.quantity)
        result = result * (1 - x if factor.negated else x)
    return result


def sum_of(terms: Weighted, reading: Look, base: float = 0.0) -> float:
    return add_up(base, (weight * product(term, reading) for weight, term in terms))


def quantity_in_own_unit(model, quantity: Quantity, held: Mapping[str, float]) -> float:
    """What a condition compares; `held` says which named conditions hold."""
    of = quantity.of
    match quantity.kind:
        case "variable":
            return model.values[of[0]]
        case "condition":
            return held[of[0]]
        case "rung":
            return model.dyad_rung[of[0]] if of else model.rung
        case "tension":
            return model.tension
        case "deaths":
            return float(model.deaths[of[0]] if of else sum(model.deaths.values()))
        case "provocation":
            return model.pairs[of].provocation
        case "blood":
            return model.pairs[of].blood
        case "impunity":
            return model.impunity[of].reading
        case "toll":
            return model.toll[of].reading
        case "ordered":
            return 1.0 if of[0] in model.orders else 0.0
        case "sum":
            (_, first), *rest = quantity.parts
            parts = [sign * quantity_in_own_unit(model, part, held) for sign, part in rest]
            return add_up(quantity_in_own_unit(model, first, held), parts)
        case "max" | "min":
            parts = [quantity_in_own_unit(model, part, held) for _, part in quantity.parts]
            return max(parts) if quantity.kind == "max" else min(parts)
        case "count":
            return float(sum(event.action == of[0] for event in model.events))
        case "days_since" if of == ("start",):
            return float(model.day)
        case "days_since":
            key = of[0] if len(of) == 1 else (of[0], int(of[1]))
            return float(model.day - model.last[key]) if key in model.last else NEVER


def reading(model, quantity: Quantity, held: Mapping[str, float]) -> float:
    """What a term reads, between 0 and 1."""
    x = quantity_in_own_unit(model, quantity, held)
    if quantity.kind == "rung":
        return x / 9
    if quantity.kind == "tension":
        return x / 100
    if quantity.kind == "variable" and model.theatre.variables[quantity.of[0]].kind in ("level", "log"):
        low, high = (bound.value for bound in model.theatre.variables[quantity.of[0]].scale)
        return clip((x - low) / (high - low), 0, 1)
    return x


class Watch:
    """A condition followed from day to day, with the count of days on end on which it was so."""

    def __init__(self, condition: Condition):
        self.clauses = [(Quantity.parse(text), comparison) for text, comparison in sorted(condition.clauses.items())]
        self.on = condition.on
        self.alternatives = [Watch(alternative) for alternative in condition.any]
        self.counted = [Watch(part) for part in condition.of]
        self.fewest = condition.at_least or 0
        self.most = len(condition.of) if condition.at_most is None else condition.at_most
        self.enough = None if condition.for_ is None else condition.for_.value
        self.days_on_end = 0

    def holds(self, look: Look, today: date) -> bool:
        """Look at it once, on each day; every count inside goes on, whatever the rest says."""
        compared = [compare(look(quantity), comparison) for quantity, comparison in self.clauses]
        alternatives = [alternative.holds(look, today) for alternative in self.alternatives]
        so_many = sum([part.holds(look, today) for part in self.counted])
        its_day = not self.on or any(first <= today <= last for first, last in self.on)
        so = (
            its_day
            and all(compared)
            and (not alternatives or any(alternatives))
            and self.fewest <= so_many <= self.most
        )
        self.days_on_end = self.days_on_end + 1 if so else 0
        return so and (self.enough is None or self.days_on_end >= self.enough)


def compare(x: float, comparison: Limit) -> bool:
    return x >= comparison.value if comparison.op == ">=" else x <= comparison.value


class Lookout:
    """Conditions looked at together at one hour of the day, with their own counts and their own named conditions."""

    def __init__(self, theatre: Theatre, asked: Mapping[str, Condition]):
        self.named = {name: Watch(theatre.conditions[name]) for name in ordered_conditions(theatre.conditions)}
        self.asked = {name: Watch(condition) for name, condition in sorted(asked.items())}
        self.held: dict[str, float] = {}
        self.means: dict[str, bool] = {}

    def look(self, model) -> None:
        def own_unit(quantity: Quantity) -> float:
            return quantity_in_own_unit(model, quantity, self.held)

        for name, watch in self.named.items():
            self.held[name] = 1.0 if watch.holds(own_unit, model.date) else 0.0
        self.means = {name: watch.holds(own_unit, model.date) for name, watch in self.asked.items()}


def kept_pairs(theatre: Theatre) -> list[tuple[str, str]]:
    """Who holds what against whom: the pairs that some term, condition or reply reads."""
    read = {quantity.of for quantity in all_quantities(theatre) if quantity.kind in ("provocation", "blood")}
    answered = {
        (name.split(".")[0], action.target) for name, action in theatre.actions.items() if action.reply.value > 0
    }
    return sorted(read | answered)


def kept_tallies(theatre: Theatre, kind: str) -> list[tuple[str, str]]:
    """The pairs whose impunity, or toll, some term or condition reads."""
    return sorted({quantity.of for quantity in all_quantities(theatre) if quantity.kind == kind})


def all_quantities(theatre: Theatre) -> Iterator[Quantity]:
    """Every quantity that a rule of the theatre reads, as often as it is read."""
    for condition in all_conditions(theatre):
        yield from quantities(condition)
    for terms in all_terms(theatre):
        for _, term in weighted(terms):
            yield from (factor.quantity for factor in term.factors)


def all_conditions(theatre: Theatre) -> Iterator[Condition]:
    yield from theatre.conditions.values()
    yield from (action.when for action in theatre.actions.values() if action.when is not None)
    yield from (outcome.when for outcome in theatre.outcomes.values())
    for variable in theatre.variables.values():
        if isinstance(variable, FlagVariable):
            yield from (when for when in (variable.set_when, variable.clear_when) if when is not None)


def all_terms(theatre: Theatre) -> Iterator[Mapping[str, Number]]:
    yield from (action.drivers for action in theatre.actions.values())
    for variable in theatre.variables.values():
        if not isinstance(variable, FlagVariable) and variable.target is not None:
            yield variable.target
    for actor in theatre.deciders.values():
        yield from (sponsor.control for sponsor in actor.sponsors.values())
