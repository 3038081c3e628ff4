"""Runs go on under other rules on a morning: what they have come to stays, what is read of it is read anew."""

from typing import TYPE_CHECKING

import numpy as np

from sim.theatre.compiled.program import NEVER, NONE, Program

from ._numba import compiling
from .agents import World
from .numbers import Numbers
from .state import NEVER_AGAIN, ModelState, new_state

if TYPE_CHECKING:
    from .model import LockstepModel

_BY_RULES = {
    "tables",
    "readings",
    "conditions",
    "numbers",
    "severity",
    "ladder",
    "one_ladder",
    "blood_is_read",
    "read",
    "since_actor",
    "since_rung",
    "bound",
    "scratch",
}
"""What of the state is made of the rules; the rest is what runs have come to, in arrays that agents may hold."""


def under(program: Program, numbers: Numbers, before: ModelState) -> ModelState:
    """The same state under other rules, which remember the same things.

    Parameters
    ----------
    program : Program
    numbers : Numbers
        Its numbers.
    before : ModelState
        What runs have come to; every array of that is kept.
    """
    made = new_state(program, before.runs, numbers)
    return before._replace(**{name: getattr(made, name) for name in ModelState._fields if name in _BY_RULES})


def make_ready(model: "LockstepModel") -> None:
    """Find by the rules of today when each act may be chosen again, and how firmly sponsors hold their proxies."""
    p, w = model.program, model.world
    for at, action in enumerate(p.action):
        slot = model.numbers.slot[action["cooldown"]]
        cooldown = model.numbers.shared[action["cooldown"]] if slot == NONE else model.numbers.varied[slot]
        again = NEVER_AGAIN if action["once"] else w.last_day[at] + np.ceil(cooldown)
        w.ready[at] = np.where(w.last_day[at] == NEVER, 0, again)
    with compiling(last=False):
        for agent in model.agents:
            if isinstance(agent, World):
                agent.prepare_control()
