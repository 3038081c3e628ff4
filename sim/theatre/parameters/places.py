"""What is legal where a number stands, and in what measure it may be off: positive, a share, or of either sign."""

from collections.abc import Iterator, Mapping
from functools import cache
from math import inf, nextafter
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import AfterValidator

from sim.theatre.language.base import Model, Told, fields
from sim.theatre.language.number import Legal, Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Limit, Quantity
from sim.theatre.language.variables import FlagVariable, LevelVariable, LogVariable

from .law import Law


class Place(NamedTuple):
    """What may stand in a place."""

    least: float
    most: float
    law: Law

    def holds(self, number: Number) -> bool:
        """Whether all that is said of a number lies there."""
        return all(self.least <= figure <= self.most for figure in (number.value, *(number.plausible or ())))


ANY = Place(-inf, inf, "linear")
POSITIVE = Place(0.0, inf, "log")
SHARE = Place(0.0, 1.0, "logit")
_PER_CENT = Place(nextafter(-100.0, 0.0), inf, "linear")
_SHIFT = Place(-1.0, 1.0, "linear")
_QUANTITIES = {
    "condition": SHARE,
    "provocation": SHARE,
    "blood": SHARE,
    "impunity": SHARE,
    "toll": SHARE,
    "ordered": SHARE,
    "rung": Place(0.0, 9.0, "linear"),
    "tension": Place(0.0, 100.0, "log"),
}


def places(scenario: Scenario) -> Iterator[tuple[str, Number, Place]]:
    """Every number with its path, in the order of `Scenario.numbers`, and what may stand in its place."""
    theatre = scenario.theatre
    for part, keys in ((theatre, ()), (scenario.script, ("script",))):
        for path, number, legal in _numbers(part, keys, None):
            yield ".".join(path), number, _place(theatre, path, number, legal)


def _numbers(
    part: Any, keys: tuple[str, ...], legal: Legal | None
) -> Iterator[tuple[tuple[str, ...], Number, Legal | None]]:
    """Numbers with the keys that lead to them, as `sim.theatre.language.number.numbers` finds them, and borders."""
    if isinstance(part, Number):
        yield keys, part, legal
    elif isinstance(part, Told):
        return
    elif isinstance(part, Model):
        hidden, borders = part.transparent(), _borders(type(part))
        for (name, value), border in zip(fields(part), borders, strict=True):
            yield from _numbers(value, keys if name in hidden else (*keys, name), border)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield from _numbers(value, (*keys, str(key)), legal)
    elif isinstance(part, tuple | list):
        for index, value in enumerate(part):
            yield from _numbers(value, (*keys, str(index)), legal)


@cache
def _borders(record: type[Model]) -> tuple[Legal | None, ...]:
    """What each field of a record says is legal for the numbers in it."""
    return tuple(_border(field.metadata, field.annotation) for field in record.model_fields.values())


def _border(metadata: Any, annotation: Any) -> Legal | None:
    said = [part.func for part in metadata if isinstance(part, AfterValidator) and isinstance(part.func, Legal)]
    if said:
        return said[0]
    if get_origin(annotation) is Annotated:
        return _border(annotation.__metadata__, get_args(annotation)[0])
    inner = (_border((), argument) for argument in get_args(annotation))
    return next((border for border in inner if border is not None), None)


def _place(theatre: Theatre, keys: tuple[str, ...], number: Number, legal: Legal | None) -> Place:
    if legal is not None and legal.low > -inf:
        least = nextafter(legal.low, inf) if legal.open_low else legal.low
        is_share = (legal.low, legal.high, legal.unit) == (0, 1, "1")
        natural = Place(least, legal.high, "logit" if is_share else "log" if legal.low >= 0 else "linear")
    elif isinstance(number, Limit):
        natural = _compared(theatre, keys[-1])
    elif "effects" in keys:
        natural = _changed(theatre.variables.get(keys[-1]))
    else:
        natural = _of_variable(theatre.variables.get(keys[1]), keys)
    return natural if natural.holds(number) else ANY


def _compared(theatre: Theatre, text: str) -> Place:
    """Where a threshold lies: what it is compared with."""
    quantity = Quantity.parse(text)
    if quantity.kind == "variable" and quantity.of[0] not in theatre.conditions:
        return _own(theatre.variables.get(quantity.of[0]))
    return _QUANTITIES.get("condition" if quantity.kind == "variable" else quantity.kind, POSITIVE)


def _own(variable: Any) -> Place:
    """What a variable can be."""
    if not isinstance(variable, LevelVariable | LogVariable):
        return SHARE
    low, high = variable.range
    return Place(low, high, "log" if low >= 0 else "linear")


def _changed(variable: Any) -> Place:
    """What an effect on a variable can be."""
    if isinstance(variable, LogVariable):
        return _PER_CENT
    return ANY if isinstance(variable, LevelVariable) else _SHIFT


def _of_variable(variable: Any, keys: tuple[str, ...]) -> Place:
    """A number of a variable's own that is not legal or illegal by itself."""
    if variable is None or isinstance(variable, FlagVariable):
        return ANY
    what, which = keys[2], keys[-1]
    if what == "scale":
        return _apart(variable, which)
    if what == "target" and which != "base":
        return _PER_CENT if isinstance(variable, LogVariable) else ANY
    return POSITIVE if what == "noise" else _own(variable)


def _apart(variable: LevelVariable | LogVariable, which: str) -> Place:
    """Where one end of a scale may lie, so that it never meets the other: each may take a third of the gap."""
    below, above = (end.plausible or (end.value, end.value) for end in variable.scale)
    third = max(above[0] - below[1], 0.0) / 3
    positive = variable.range[0] >= 0
    if which == "0":
        return Place(0.0 if positive else -inf, below[1] + third, "log" if positive else "linear")
    return Place(above[0] - third, inf, "linear")
