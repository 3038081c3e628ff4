"""What a state asks to be computed, held to what its scenario has."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.text import beside, did_you_mean, suggestion
from sim.text import number as figure

from .catalogue import Known
from .messages import MOST_SWITCHES, Refused, State, read, sentence
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
        *_unknown("number", state.numbers, tuple(known.levers)),
    ]
    if state.day is not None and state.day >= known.days:
        reasons.append(f"{known.name} has {known.days} days, counted from 0; there is no day {state.day}.")
    if state.run is not None:
        reasons += no_such_run(state.run, state.runs)
    reasons += [said for path, value in state.numbers.items() if (said := _beyond(path, value, known))]
    if reasons:
        raise Refused(*reasons[:8])
    moved = {path: value for path, value in sorted(state.numbers.items()) if value != known.levers[path]["written"]}
    moved = {path: value for path, value in moved.items() if not path.startswith(_gone(state))}
    joined = sum(path.startswith(JOINED) for path in moved) > 1
    fixed = {
        path: value for path, value in moved.items() if path in known.shapers or (joined and path.startswith(JOINED))
    }
    rules = Rules(
        known.source,
        tuple(sorted(set(state.off))),
        tuple(sorted(set(state.forbid) - set(known.forbidden))),
        tuple(sorted(set(state.allow) - set(state.forbid))),
        tuple(fixed.items()),
    )
    others = tuple((path, value) for path, value in moved.items() if path not in fixed)
    seed = known.seed if state.seed is None else state.seed
    return Asked(rules, others, seed, state.runs, state.variable)


def heeded(wanted: dict[str, Any], known: Known) -> tuple[State, list[str]]:
    """What can stand of a state that a link asks for, item by item; of all else, a sentence on why it is left out."""
    kept: dict[str, Any] = {"scenario": known.name}
    left: list[str] = []
    for key, part in _items(wanted):
        before = kept.get(key)
        tried = kept | {key: part if not isinstance(before, list | dict) else _added(before, part)}
        try:
            asked(read(State, tried), known)
        except Refused as refused:
            left += refused.reasons[:1]
        else:
            kept = tried
    return read(State, kept), list(dict.fromkeys(left))


def _items(wanted: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Items of a state, the number of runs first, by which others are judged; of lists and mappings, one by one."""
    for key in sorted(wanted, key=lambda key: key != "runs"):
        part = wanted[key]
        if key in _MANY and isinstance(part, list | dict):
            each = [{path: part[path]} for path in part] if isinstance(part, dict) else [[name] for name in part]
            yield from ((key, one) for one in each[: MOST_SWITCHES + 1])  # one too many is told
        elif key != "scenario" and part is not None:
            yield key, part


_MANY = ("numbers", "off", "forbid", "allow")


def _added(before: Any, part: Any) -> Any:
    return before | part if isinstance(before, dict) else [*before, *part]


def no_such_run(run: int, runs: int) -> list[str]:
    """Why a run is not among those that are shown; nothing, if it is."""
    return [] if run < runs else [f"There are {runs:,} runs, counted from 0; there is no run {run:,} among them."]


def _gone(state: State) -> tuple[str, ...]:
    """How paths begin of numbers whose entry does not happen."""
    return tuple(f"script.{name}." for name in state.off)


def _unknown(what: str, given: "list[str] | dict[str, float]", there: tuple[str, ...]) -> list[str]:
    found = [name for name in given if name not in there]
    return [sentence(f"There is no {what} '{name[:80]}'{_hint(name, there)}") for name in found[:4]]


def _hint(name: str, there: tuple[str, ...]) -> str:
    """What may have been meant; of few, all."""
    return suggestion(name, there) if len(there) <= FEW else did_you_mean(name, there)


def _beyond(path: str, value: float, known: Known) -> str | None:
    """Why a value cannot be had: a link is held to what a lever's slider and its field give."""
    lever = known.levers.get(path)
    if lever is None or lever["low"] <= value <= lever["high"]:
        return None
    low, high = lever["low"], lever["high"]
    said = beside(value, low if value < low else high)
    return f"{path} can be from {figure(low)} to {figure(high)}, and not {said}."
