"""On whom those who saw an act laid it: on its actor, on who stands behind it, on whom they suspect."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import NONE, Program


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
    number: Sequence[float],
    action: int,
    deadly: bool,
    deniability: float,
    control: NDArray[np.float64],
) -> tuple[Blame, ...]:
    """Who holds whom responsible for an act, in the order of observers and parties (ODD 7.3).

    Parameters
    ----------
    number : sequence
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
    found = []
    for observer, name in enumerate(program.actors):
        first, last = program.load_start[observer * len(program.actions) + action :][:2]
        for load in program.loads[first:last]:
            weight = number[load["weight"]]
            if weight == 0 and not (deadly and number[load["blood_weight"]] > 0):
                continue
            share = _share(load, control, number)
            sigma = number[program.suspicion[load["pair"]]]
            believed = share * ((1.0 - deniability) + deniability * sigma)
            found.append(Blame(name, program.pairs[load["pair"]][1], share, believed, weight))
    return tuple(found)


def _share(load: np.void, control: NDArray[np.float64], number: Sequence[float]) -> float:
    share = 0.0
    if load["own"]:
        sponsored = 0.0
        for link in range(load["links"], load["links_end"]):
            if link != load["excluded"]:
                sponsored += float(control[link])
        share = min(max(1.0 - sponsored, 0.0), 1.0)
    elif load["sponsor"] != NONE:
        share = float(control[load["sponsor"]])
    return share if load["blame"] == NONE else max(share, number[load["blame"]])
