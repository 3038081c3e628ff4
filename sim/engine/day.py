"""What happens on a day, in order: the list by which a model steps, which can be printed, timed and changed."""

from inspect import getdoc
from typing import NamedTuple


class DayPhases:
    """Whoever takes part in a day; in a phase that it does not override, it does nothing."""

    def perceive(self) -> None:
        """Let grievances fade and take up yesterday's acts; read conditions and what drivers need."""

    def decide(self) -> None:
        """Draw one act or hold, every actor from the same morning."""

    def adjudicate(self) -> None:
        """Carry out acts: casualties, effects on grievances, events; then apply all effects at once."""

    def settle(self) -> None:
        """Relax prices and variables from one snapshot; turn flags and note outcomes."""


class Phase(NamedTuple):
    """One activation of all agents."""

    name: str
    """The method of every agent that is called."""
    section: str
    """Where `sim/ODD.md` says exactly what happens."""

    @property
    def does(self) -> str:
        """What happens, in a sentence."""
        return getdoc(getattr(DayPhases, self.name)) or ""


PHASES = (Phase("perceive", "7.3"), Phase("decide", "7.4"), Phase("adjudicate", "7.5"), Phase("settle", "7.6"))
"""A day; within a phase the actors act in order of their ids, then the market, and last the world."""
