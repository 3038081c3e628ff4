"""On whom those who saw an act laid it: on its actor, on who stands behind it, on whom they suspect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.numbers import Numbers
from sim.engine.single import loads_of, share_laid
from sim.theatre.compiled.program import Program


@dataclass(frozen=True)
class Blame:
    """The part of an act that one observer lays on one party."""

    observer: str
    by: str
    """The party: the actor, its sponsor, or whom the observer takes to be behind it."""
    share: float
    """The share of the act that is laid there."""
    believed: float
    """What of that the observer believes: all that is open, and what is only suspected as far as it suspects."""
    weight: float
    """How strongly the observer feels the act, 1 if it is its target."""


def blames(
    program: Program,
    numbers: Numbers,
    action: int,
    deadly: bool,
    deniability: float,
    control: NDArray[np.float64],
) -> tuple[Blame, ...]:
    """Who holds whom responsible for an act, in the order of observers and parties (ODD 7.3).

    Parameters
    ----------
    numbers : Numbers
        The program's parameters.
    action : int
        Its position in the program.
    deadly : bool
        Whether it killed: those who feel only its deaths see it then.
    deniability : float
        The share of it that is only suspected.
    control : array of shape (link,)
        How firmly sponsors held their proxies at the end of its day.
    """
    found, number = [], numbers.shared
    sides = int(program.action[action]["sides_end"] - program.action[action]["sides"])
    for observer, name in enumerate(program.actors):
        for load in loads_of(program, observer, action):
            weight = float(number[load.weight])
            blood = number[program.blood_weights[load.blood_weights : load.blood_weights + sides]]
            if weight == 0 and not (deadly and (blood > 0).any()):
                continue
            share = share_laid(load, numbers, control)
            sigma = float(number[program.suspicion[load.pair]])
            believed = share * ((1.0 - deniability) + deniability * sigma)
            found.append(Blame(name, program.pairs[load.pair][1], share, believed, weight))
    return tuple(found)
