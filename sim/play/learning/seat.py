"""What a learner's seat can do: numbers of actions, and what each tells the hands of its actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.engine.seated import AS_RULES, HOLD
from sim.theatre.compiled.program import Ints, Program

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
    """Positions of its acts among the actions of the program, in their order, shape (act,)."""
    actions: tuple[str, ...]
    """What each action number means: `hold`, `rules`, then acts."""
    told: Ints
    """What each of its hands is told, shape (action, hand)."""
    untold: int
    """What hands are told while the learner says nothing."""


def seat_of(program: Program, name: str, otherwise: Otherwise) -> Seat:
    """Make the seat of an actor, or of one of its hands.

    Raises
    ------
    ValueError
        Nobody of that name can act.
    """
    if otherwise not in ("rules", "hold"):
        raise ValueError(f"otherwise is 'rules' or 'hold', found {otherwise!r}")
    deciding = [at for at in range(len(program.hands)) if not _is_accident(program, at)]
    hands = [at for at in deciding if program.hands[at].split("/")[0] == name]
    hands = hands or [at for at in deciding if program.hands[at] == name]
    if not hands:
        named = sorted({hand for at in deciding for hand in (program.hands[at], program.hands[at].split("/")[0])})
        raise ValueError(f"there is no seat '{name}'; seats are actors and their hands: {', '.join(named)}")
    rows = program.hand[hands]
    acts = np.concatenate([np.arange(row["actions"], row["actions_end"], dtype=np.int32) for row in rows])
    untold = HOLD if otherwise == "hold" else AS_RULES
    told = np.full((FIRST_ACT + len(acts), len(hands)), untold, np.int32)
    told[HOLDS], told[BY_RULES] = HOLD, AS_RULES
    for number, act in enumerate(acts, FIRST_ACT):
        told[number, hands.index(program.action[act]["hand"])] = act
    return Seat(
        name=name,
        actor=int(rows[0]["actor"]),
        hands=np.array(hands, np.int32),
        acts=acts,
        actions=("hold", "rules", *(program.actions[act] for act in acts)),
        told=told,
        untold=untold,
    )


def seats_of(program: Program, names: Iterable[str], otherwise: Otherwise) -> dict[str, Seat]:
    """Make several seats, by name.

    Raises
    ------
    ValueError
        There is none, nobody of some name can act, or two seats share a hand.
    """
    seats = {name: seat_of(program, name, otherwise) for name in names}
    if not seats:
        raise ValueError("nobody sits at the table: name at least one seat")
    holder: dict[int, str] = {}
    for name, seat in seats.items():
        for hand in seat.hands.tolist():
            if hand in holder:
                raise ValueError(f"seats '{holder[hand]}' and '{name}' share the hand '{program.hands[hand]}'")
            holder[hand] = name
    return seats


def _is_accident(program: Program, hand: int) -> bool:
    return bool(program.action[program.hand[hand]["actions"]]["accident"])
