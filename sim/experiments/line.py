"""The line that a share is to cross, as a user writes it: `sustained_war > 0.5`."""

import re
from typing import NamedTuple

from sim.theatre.scenario import Scenario

from .asked import AskError, outcome_of

_LINE = re.compile(r"^\s*(\S+?)\s*([<>])=?\s*(\d*\.?\d+)\s*(%?)\s*$")


class Line(NamedTuple):
    """A share of runs, and from which side it is to be crossed."""

    outcome: str
    above: bool
    """Whether the share is to be more than this, or less."""
    share: float

    def beyond(self, share: float) -> float:
        """How far beyond the line a share is; negative if it is not there."""
        return share - self.share if self.above else self.share - share

    def __str__(self) -> str:
        return f"{self.outcome} {'>' if self.above else '<'} {self.share:g}"


def line_of(scenario: Scenario, text: str) -> Line:
    """Read a line.

    Raises
    ------
    AskError
        It is none, or names no outcome.
    """
    match = _LINE.match(text)
    if match is None:
        outcomes = sorted(scenario.theatre.outcomes)
        example = f"{outcomes[0] if outcomes else 'outcome'} > 0.5"
        raise AskError(f"'{text}' is no line; write an outcome, > or <, and a share, such as '{example}'")
    name, side, number, per_cent = match.groups()
    share = float(number) / (100 if per_cent else 1)
    if not 0 < share < 1:
        raise AskError(f"a share lies between 0 and 1, found {share:g}; '50 %' is one too")
    alike = [outcome for outcome in scenario.theatre.outcomes if name in outcome]
    if name not in scenario.theatre.outcomes and len(alike) == 1:
        raise AskError(f"there is no outcome '{name}'; did you mean '{alike[0]}'?")
    return Line(outcome_of(scenario, name), side == ">", share)
