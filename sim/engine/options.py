"""What an actor may do on the morning on which a run stands, and how likely each act is."""

from typing import NamedTuple

import numpy as np

from ._numba import compiling
from .branch import branched
from .explain import actor_of, choice
from .model import LockstepModel


class Option(NamedTuple):
    """An action open to an actor."""

    action: str
    chance: float
    """That the hand whose action it is draws it that day."""
    vetoed: bool
    """Whether it is forbidden that day: then the hand holds if it is drawn."""


def options(model: LockstepModel, actor: str) -> list[Option]:
    """Every action that an actor could draw on the day to come in the first run, as the engine weighs them.

    The model stays as it is. While history is imposed nobody draws, and there are none. Accidents are nobody's options.
    """
    p, day = model.program, model.day
    if day < p.script.imposed_days:
        return []
    ahead = branched(model, np.zeros(1, np.int64))
    with compiling(last=False):
        ahead.agents.do("perceive")
        made = [choice(ahead, hand) for hand in actor_of(ahead, p.actors.index(actor)).hands]
    vetoed = model.state.tables.script.forbidden[day]
    return [
        Option(p.actions[each.action], each.rate / (1.0 + hand.total), bool(vetoed[each.action]))
        for hand in made
        for each in hand.rates
        if each.able and not p.action[each.action]["accident"]
    ]
