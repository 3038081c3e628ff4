"""What a state asks to be computed, held to what its scenario has."""

from typing import NamedTuple

from sim.text import did_you_mean, suggestion
from sim.text import number as figure

from .catalogue import Known
from .messages import Refused, State, sentence
from .moves import Rules

JOINED = "ladder.rungs."
"""How paths begin of numbers that are legal together or not: several are held to that by compiling them."""
FEW = 12
"""Names that a refusal may list."""


class Asked(NamedTuple):
    """A state as workers are given it."""

    rules: Rules
    numbers: tuple[tuple[str, float], ...]
    """Numbers that leave the rules in their form, by path."""
    seed: int
    runs: int
    variable: str

    @property
    def unmoved(self) -> "Asked":
        """The scenario as it is written, on the same dice."""
        return self._replace(rules=Rules(self.rules.scenario), numbers=())

    @property
    def all_numbers(self) -> dict[str, float]:
        """Every number that is moved."""
        return {**dict(self.rules.fixed), **dict(self.numbers)}


def asked(state: State, known: Known) -> Asked:
    """Hold a state to its scenario.

    Raises
    ------
    Refused
        It names something that the scenario does not have, or a value that cannot stand there.
    """
    reasons = [
        *_unknown("script entry", state.off, known.script),
        *_unknown("act", state.forbid, known.acts),
        *_unknown("act that the scenario forbids", state.allow, known.forbidden),
        *_unknown("variable", [state.variable], known.variables),
        *_unknown("number", state.numbers, tuple(known.numbers)),
    ]
    if state.day is not None and state.day >= known.days:
        reasons.append(f"{known.name} has {known.days} days, counted from 0; there is no day {state.day}.")
    reasons += [said for path, value in state.numbers.items() if (said := _illegal(path, value, known))]
    if reasons:
        raise Refused(*reasons[:8])
    moved = {path: value for path, value in sorted(state.numbers.items()) if value != known.levers[path]["written"]}
    moved = {path: value for path, value in moved.items() if not path.startswith(_gone(state))}
    joined = sum(path.startswith(JOINED) for path in moved) > 1
    fixed = {
        path: value
        for path, value in moved.items()
        if _shapes(path, value, known) or (joined and path.startswith(JOINED))
    }
    rules = Rules(
        known.name,
        tuple(sorted(set(state.off))),
        tuple(sorted(set(state.forbid) - set(known.forbidden))),
        tuple(sorted(set(state.allow) - set(state.forbid))),
        tuple(fixed.items()),
    )
    others = tuple((path, value) for path, value in moved.items() if path not in fixed)
    seed = known.seed if state.seed is None else state.seed
    return Asked(rules, others, seed, state.runs, state.variable)


def _gone(state: State) -> tuple[str, ...]:
    """How paths begin of numbers whose entry does not happen."""
    return tuple(f"script.{name}." for name in state.off)


def _unknown(what: str, given: "list[str] | dict[str, float]", there: tuple[str, ...]) -> list[str]:
    found = [name for name in given if name not in there]
    return [sentence(f"There is no {what} '{name[:80]}'{_hint(name, there)}") for name in found[:4]]


def _hint(name: str, there: tuple[str, ...]) -> str:
    """What may have been meant; of few, all."""
    return suggestion(name, there) if len(there) <= FEW else did_you_mean(name, there)


def _illegal(path: str, value: float, known: Known) -> str | None:
    place = known.numbers.get(path)
    if place is None or place.least <= value <= place.most:
        return None
    return f"{path} can be from {figure(place.least)} to {figure(place.most)}, and not {figure(value)}."


def _shapes(path: str, value: float, known: Known) -> bool:
    """Whether the rules may have another form with a value: what lies beyond its slider is compiled to be sure."""
    lever = known.levers[path]
    return path in known.shapers or not lever["low"] <= value <= lever["high"]
