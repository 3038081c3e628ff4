"""What can be denied: for whom an act has no doer, and which acts could pass for it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import Program
from sim.theatre.language.schema import Action, Theatre


def can_deny(theatre: Theatre, action: str, actor: str) -> bool:
    """Whether an act can be denied before an actor: not before its doer's sponsors, nor before its doer's proxies.

    Before the public, which is no actor, it always can.
    """
    doer = action.split(".")[0]
    cast = theatre.deciders
    mine = cast[actor].sponsors if actor in cast else ()
    together = doer == actor or doer in mine or actor in cast[doer].sponsors
    return not together and theatre.actions[action].deniability.value > 0.0


def look_alikes(theatre: Theatre, action: str, rung: int, actor: str) -> tuple[str, ...]:
    """The acts that a deniable one, done on a rung, may have been for all that an actor sees, itself included."""
    told = theatre.actions[action]
    found = {
        name for name, other in theatre.actions.items() if can_deny(theatre, name, actor) and _alike(other, told, rung)
    }
    return tuple(sorted(found | {action}))


def _alike(action: Action, told: Action, rung: int) -> bool:
    """Whether an act, done on a rung, could pass for another: against the same, there, with that, and told alike."""
    same = action.target == told.target and action.place == told.place and action.instrument == told.instrument
    return same and rung in rungs_of(action) and action.unclaimed == told.unclaimed


def rungs_of(action: Action) -> tuple[int, int]:
    """The rung on which an act is done, and that on which it is done if it kills."""
    return action.rung, action.rung if action.lethal_rung is None else action.lethal_rung


def rows_of(program: Program, actions: Sequence[str]) -> NDArray[np.int64]:
    """The dyads to which an act surely belongs that may have been any of these, and last the whole crisis."""
    belongs = []
    for name in actions:
        act = program.action[program.actions.index(name)]
        belongs.append(set(program.dyad_of[act["dyads"] : act["dyads_end"]].tolist()))
    return np.array([*sorted(set.intersection(*belongs)), len(program.dyads)], np.int64)
