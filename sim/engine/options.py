"""What an actor may do on the morning on which a run stands, and how likely each act is."""

from typing import NamedTuple

import numpy as np

from ._numba import compiling
from .branch import branched
from .explain import choice
from .model import LockstepModel


class Option(NamedTuple):
    """An action open to an actor."""

    action: str
    chance: float
    """That the actor draws it that day."""
    vetoed: bool
    """Whether it is forbidden that day: then the actor holds if it is drawn."""


def options(model: LockstepModel, actor: str) -> list[Option]:
    """Every action that an actor could draw on the day to come in the first run, as the engine weighs them.

    The model stays as it is. While history is imposed nobody draws, and there are none.
    """
    p = model.program
    me, day = p.actors.index(actor), model.day
    if day < p.script.imposed_days:
        return []
    ahead = branched(model, np.zeros(1, np.int64))
    with compiling(last=False):
        ahead.agents.do("perceive")
        made = choice(ahead, me)
    first, last = int(p.actor[me]["actions"]), int(p.actor[me]["actions_end"])
    vetoed = dict(zip(range(first, last), model.state.tables.script.forbidden[day, first:last], strict=True))
    return [
        Option(p.actions[each.action], each.rate / (1.0 + made.total), bool(vetoed[each.action]))
        for each in made.rates
        if each.able
    ]
