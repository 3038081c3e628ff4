"""What a learner's seat can do: numbers of actions, and what each tells the hands of its actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.seated import AS_RULES, HOLD
from sim.play import seats
from sim.theatre.compiled.program import Ints, Program
from sim.theatre.language.scenario import Scenario

Otherwise = Literal["rules", "hold"]
"""What hands do while their learner says nothing."""

HOLDS, BY_RULES, FIRST_ACT = 0, 1, 2
"""The action of holding, that of doing as the rules would, and the first that is an act."""


@dataclass(frozen=True)
class Seat:
    """An actor, or one of its hands, that a learner acts for."""

    name: str
    actor: int
    hands: Ints
    """Positions of its hands among those of the program, shape (hand,)."""
    acts: Ints
    """Positions of its acts among the actions of the program, shape (act,)."""
    actions: tuple[str, ...]
    """What each action number means: `hold`, `rules`, then acts in order of their ids."""
    told: Ints
    """What each of its hands is told, shape (action, hand)."""
    untold: int
    """What hands are told while the learner says nothing."""


def seats_of(scenario: Scenario, program: Program, names: Iterable[str], otherwise: Otherwise) -> dict[str, Seat]:
    """Make several seats, by name.

    Raises
    ------
    sim.play.seats.PlayError
        There is none, nobody of some name can act, or two seats decide on the same act.
    ValueError
        `otherwise` is neither.
    """
    if otherwise not in ("rules", "hold"):
        raise ValueError(f"otherwise is 'rules' or 'hold', found {otherwise!r}")
    untold = HOLD if otherwise == "hold" else AS_RULES
    return {name: _seat(program, seat, untold) for name, seat in seats.seats_of(scenario, tuple(names)).items()}


def _seat(program: Program, seat: seats.Seat, untold: int) -> Seat:
    acts = np.array([program.actions.index(act) for act in seat.acts], np.int32)
    hand_of = program.action["hand"][acts]
    hands = np.unique(hand_of)
    told = np.full((FIRST_ACT + len(acts), len(hands)), untold, np.int32)
    told[HOLDS], told[BY_RULES] = HOLD, AS_RULES
    told[np.arange(FIRST_ACT, len(told)), np.searchsorted(hands, hand_of)] = acts
    actor = program.actors.index(seat.actor)
    return Seat(seat.id, actor, hands, acts, ("hold", "rules", *seat.acts), told, untold)
