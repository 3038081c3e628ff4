"""Why particles gave a recorded act the chance they did: each factor of it, and what that could be at its best."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theatre.language.scenario import Scenario

from ._numba import compiling
from .branch import branched
from .explain import ActionRate, Choice, actor_of, choice
from .follow import ancestors
from .model import LockstepModel
from .particles import Particles
from .state import TOTAL

LOOKED_AT = 16
"""Particles of which the one is told whose chance is nearest to their mean."""


class Seen(NamedTuple):
    """How a particle that is like most weighed an act on its day."""

    model: LockstepModel
    """Of that run alone, on that morning, once all have perceived."""
    choice: Choice
    rate: ActionRate
    chance: float


def representative(particles: Particles, rules: Scenario, action: int) -> Seen:
    """Find how the particles of this morning weigh an action, by one of them that is like most.

    They stay as they are.

    Parameters
    ----------
    particles : Particles
        On the morning of the day.
    rules : Scenario
        What they follow.
    action : int
        Its position in the program.
    """
    origin = np.zeros(min(LOOKED_AT, particles.particles), np.int64)
    ancestors(particles.share[: particles.particles], 0.5, origin)
    columns, counts = np.unique(origin, return_counts=True)
    chances = _chances(particles, rules, columns, action)
    apart = np.abs(chances - (chances * counts).sum() / counts.sum())
    if chances.any():
        apart[chances == 0.0] = np.inf  # where some may do it, one of them tells how
    nearest = int(np.argmin(apart))
    return _seen(particles, rules, int(columns[nearest]), action)


def _chances(particles: Particles, rules: Scenario, columns: NDArray[np.int64], action: int) -> NDArray[np.float64]:
    """The chance that each of some particles gives an action this morning, shape (column,)."""
    ahead = branched(particles, np.zeros(len(columns), np.int64), scenario=rules, column=columns)
    with compiling(last=False):
        ahead.agents.do("perceive")
        hand = int(ahead.program.action[action]["hand"])
        mine = ahead.program.hand[hand]
        actor_of(ahead, int(mine["actor"])).weigh(hand)
    scratch, local = ahead.state.scratch, action - int(mine["actions"])
    sums = np.concatenate([np.zeros((1, ahead.n)), scratch.running[:, : ahead.n]])
    chances: NDArray[np.float64] = (sums[local + 1] - sums[local]) / (1.0 + scratch.row[TOTAL, : ahead.n])
    return chances


def _seen(particles: Particles, rules: Scenario, column: int, action: int) -> Seen:
    ahead = branched(particles, np.zeros(1, np.int64), scenario=rules, column=column)
    with compiling(last=False):
        ahead.agents.do("perceive")
        made = choice(ahead, int(ahead.program.action[action]["hand"]))
    rate = next(each for each in made.rates if each.action == action)
    return Seen(ahead, made, rate, rate.rate / (1.0 + made.total))
