"""Single rules for readers of one run in Python: the very lines of the kernels, not compiled, so none is copied."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.epochs import rules_of
from sim.theatre.compiled.program import ACTOR, COMBINED, LOAD, MAX, NONE, SIDE, SUM, Floats, Program
from sim.theatre.language.scenario import Scenario

from . import adjudicate, aside, decide, dice, perceive, readings, weigh
from ._numba import uncompiled
from .dice import MAY
from .numbers import Numbers
from .state import MORNING, ModelState

_share, _saturate = uncompiled(perceive.share), uncompiled(perceive.saturate)
_rung, _threshold = uncompiled(weigh.rung_of), uncompiled(weigh.threshold_of)
_words, _comes, _at = uncompiled(dice.words), uncompiled(adjudicate.comes), uncompiled(readings.at)
_row_aside = uncompiled(aside.row_aside)
_dead_of_side = uncompiled(readings.dead_of_side)
_scale, _measure, _fall = uncompiled(readings.scale), uncompiled(readings.measure), uncompiled(decide.fall)


def as_written(program: Program) -> Numbers:
    """The numbers of a program, shared by all runs."""
    shared = np.array([parameter.value for parameter in program.parameters])
    return Numbers(shared, np.full(len(shared), NONE, np.int32), np.zeros((0, 1)))


def written_on(scenario: Scenario) -> Callable[[int], tuple[Program, Numbers]]:
    """How to look up what runs go by on a day: the program, and its numbers as written."""
    found = [(each.day, (each.program, as_written(each.program))) for each in rules_of(scenario)]
    return lambda day: next(held for first, held in reversed(found) if first <= day)


_Actor: Any = namedtuple("_Actor", list(ACTOR.names or ()))  # type: ignore[misc]
_Side: Any = namedtuple("_Side", list(SIDE.names or ()))  # type: ignore[misc]
_Load: Any = namedtuple("_Load", list(LOAD.names or ()))  # type: ignore[misc]  # its fields are the table's columns


def loads_of(program: Program, observer: int, action: int) -> list[Any]:
    """By which records of `Program.loads` an act loads an observer's pairs; columns are attributes, as in kernels."""
    first, last = program.load_start[observer * len(program.actions) + action :][:2]
    return [_Load(*row) for row in program.loads[first:last].tolist()]


def share_laid(load: Any, numbers: Numbers, control: NDArray[np.float64]) -> float:
    """How much of an act such a load lays on the other of its pair, with controls of shape (link,)."""
    return float(_share(load, 0, numbers, control[:, None]))


def dead_by_side(program: Program, action: int, deaths: int, numbers: Numbers) -> dict[str, int]:
    """How many people of each side die of an act that kills, in order of ids."""
    act, found, left = program.action[action], {}, deaths
    sides: Any = [_Side(*row) for row in program.sides[act["sides"] : act["sides_end"]].tolist()]
    for at, side in enumerate(sides):
        dead = int(_dead_of_side(sides, at, len(sides) - 1, left, deaths, numbers, 0))
        found[program.actors[side.actor]] = dead
        left -= dead
    return {side: dead for side, dead in found.items() if dead}


def what_came(program: Program, numbers: Numbers, seed: int, run: int, act: tuple[int, int]) -> tuple[str, ...]:
    """What came by chance of an act, its place among the actions and its day, in a run on the trunk."""
    action, day = act
    found = []
    for at in range(program.action[action]["may"], program.action[action]["may_end"]):
        may = program.may[at]
        word, _ = _words(seed, run, 0, day, MAY, int(may["key"]))
        if _comes(word, _at(numbers, may["chance"], 0)):
            found.append(program.chances[at][1])
    return tuple(found)


def saturated(stock: float, sharpness: float) -> float:
    """How a stock reads between 0 and 1."""
    row = np.array([stock])
    _saturate(row, np.array([sharpness]), np.empty((3, 1)))
    return float(row[0])


def provoking_rung(peak: float, severity: Floats) -> float:
    """The rung of the strongest act, by the severities of all rungs."""
    return float(_rung(peak, severity))


def row_aside(program: Program, actor: int, pair: int) -> int:
    """The row of what an actor has set aside of one of its pairs; -1 if it never sets anything aside."""
    me: Any = _Actor(*program.actor[actor].tolist())
    return NONE if me.aside == NONE else int(_row_aside(me, pair))


def scaled(value: float, low: float, high: float) -> float:
    """What terms read of a value on a scale."""
    row = np.empty(1)
    _scale(np.array([value]), np.array([low]), np.array([high]), row)
    return float(row[0])


def measured(state: ModelState, clause: np.void, day: int) -> float:
    """What a clause of the morning's conditions compares, in its own unit."""
    holds, room = state.held[MORNING].holds, np.empty(len(state.war))
    if clause["kind"] != COMBINED:
        return float(_measure(state, clause["kind"], clause["index"], day, holds, room)[0])
    conditions = state.conditions[MORNING]
    combination = conditions.combinations[clause["index"]]
    parts = conditions.parts[combination["parts"] : combination["parts_end"]]
    values = [float(_measure(state, part["kind"], part["index"], day, holds, room)[0]) for part in parts]
    if combination["made"] == SUM:
        return float(np.cumsum(values * parts["sign"])[-1])
    return max(values) if combination["made"] == MAX else min(values)


def fallen(running: Sequence[float], draw: float) -> int:
    """On which of some running sums of rates a draw falls; -1 if past the last, where an actor holds."""
    if not len(running):
        return NONE
    threshold = float(_threshold(draw, running[-1]))
    return int(_fall(np.array(running)[:, None], threshold, 0)) if threshold < running[-1] else NONE
