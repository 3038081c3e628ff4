"""Seats: in some runs, hands do what they are told that day instead of what they would draw.

Nothing else differs. A hand that is told what to do draws all the same, so that no dice move: a world in which nobody
is told anything is, bit for bit, that of `LockstepModel`.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.theatre.compiled.program import Ints, Marks
from sim.theatre.language.scenario import Scenario

from ._numba import compiling
from .agents import Actor
from .day import Phase
from .model import LockstepModel
from .told import AS_RULES, HOLD, mark_able, seat

__all__ = ["AS_RULES", "HOLD", "SeatedActor", "SeatedModel"]


class SeatedActor(Actor):
    """An actor whose hands do what they are told, and otherwise what they draw."""

    model: "SeatedModel"

    def draw(self, hand: int) -> None:
        """Draw, and put in its place what the hand is told."""
        super().draw(hand)
        seat(self.model.address, self.model.told[hand], hand, self.model.day)


class SeatedModel(LockstepModel):
    """Runs in which somebody else decides for some hands.

    Parameters
    ----------
    scenario : Scenario or path
    runs : int
    seed : int, optional
    run_numbers, branch_numbers : sequences of int, optional
    keep : dtype or None
        As of `LockstepModel`.
    """

    actor_type = SeatedActor

    def __init__(
        self,
        scenario: Scenario | str | PathLike[str],
        runs: int = 1,
        seed: int | None = None,
        *,
        run_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        branch_numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None,
        keep: type[np.floating[Any]] | None = None,
    ) -> None:
        super().__init__(
            scenario, runs, seed, run_numbers=run_numbers, branch_numbers=branch_numbers, design=None, keep=keep
        )
        self._told = np.full((len(self.program.hands), self.n), AS_RULES, np.int32)

    @property
    def told(self) -> Ints:
        """What each hand is to do on the day to come, shape (hand, run): AS_RULES, HOLD, or the position of an act.

        In the evening all of it is AS_RULES again. An act with an order's lead is ordered, and done when it is due. A
        hand that holds, or does something else, still does what it ordered before, unless what it does calls that off.
        Whether an act may be chosen (`able`) is for whoever tells to ask; here it is done.
        """
        return self._told

    def morning(self) -> None:
        """Let everybody perceive the day to come, so that what they may do can be asked; `step` goes on from there.

        Raises
        ------
        RuntimeError
            The last day is over.
        """
        if self.awake:
            return
        self._need_a_day()
        self.take_up_rules()
        with compiling(last=False):
            self.enact(self.phases[0])
        self.awake = True

    def enact(self, phase: Phase) -> None:
        """Have every agent do its part of a phase, but for the first of a day that has begun."""
        if not (self.awake and phase == self.phases[0]):
            super().enact(phase)

    def change(self, numbers: Mapping[str, float | str]) -> None:
        """Give numbers other values from the day to come on, as `LockstepModel` does.

        Raises
        ------
        ValueError
            That day has begun.
        sim.theatre.parameters.change.ChangeError
            A path leads to no number that can still change, or a value is not allowed there; nothing has changed.
        """
        if self.awake:
            raise ValueError("numbers change in a morning, and this day has begun: change them first, or step on")
        super().change(numbers)

    def able(self) -> Marks:
        """Whether each action may be chosen this morning, shape (action, run).

        It may if its condition holds, its cooldown is past, no war closes it, it has not happened where it happens
        once, no order of its hand stands if it is ordered itself, and no veto lies on it. Nobody chooses accidents, and
        while history is imposed there is no choice.

        Raises
        ------
        RuntimeError
            The morning has not come.
        """
        if not self.awake:
            raise RuntimeError("what may be chosen is known in the morning; call morning() first")
        able = np.empty((len(self.program.actions), self.n), np.uint8)
        mark_able(self.address, self.day, able)
        return able

    @usual
    def step(self) -> None:
        """Advance every run by a day, or by what is left of it after `morning`.

        Raises
        ------
        RuntimeError
            The last day is over.
        ValueError
            A hand is told an act that is not its own; the day has not been lived, and what was told stands.
        """
        self._check_told()
        super().step()
        self.awake = False
        self._told[:] = AS_RULES

    def _check_told(self) -> None:
        told, actions = self._told, self.program.actions
        hand_of = self.program.action["hand"]
        known = (told >= AS_RULES) & (told < len(actions))
        own = known & ((told < 0) | (hand_of[np.where(known, told, 0)] == np.arange(len(told))[:, None]))
        if own.all():
            return
        hand, run = np.argwhere(~own)[0]
        act, name = int(told[hand, run]), self.program.hands[hand]
        found = f"'{actions[act]}'" if known[hand, run] else f"{act}, which is no action"
        mine = [actions[a] for a in np.flatnonzero(hand_of == hand)]
        raise ValueError(
            f"hand '{name}' cannot do {found}, in column {run}; it does {', '.join(mine)}, HOLD or AS_RULES"
        )
