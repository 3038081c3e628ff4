"""What is to lie beyond a value, as a user writes it: `sustained_war > 0.5`, `peak.oil_price < 90`."""

import re
from typing import NamedTuple

from sim.theatre.language.scenario import Scenario

from .lookup import QueryError, outcome_of

_TARGET = re.compile(r"\s*(\S+?)\s*([<>])=?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)\s*")


class Target(NamedTuple):
    """An outcome or a measure, and the side of a value on which it is to be."""

    name: str
    above: bool
    """Whether it is to be more than the value, or less."""
    value: float

    def beyond(self, found: float) -> float:
        """How far beyond the value something is; negative if it is not there."""
        return found - self.value if self.above else self.value - found

    def __str__(self) -> str:
        return f"{self.name} {'>' if self.above else '<'} {self.value:g}"


def parse_target(text: str) -> Target | None:
    """Read `name > value`, or `name < 50 %`; None where the text is something else."""
    match = _TARGET.fullmatch(text)
    if match is None:
        return None
    name, side, number, per_cent = match.groups()
    return Target(name, side == ">", float(number) / (100 if per_cent else 1))


def share_target(scenario: Scenario, text: str) -> Target:
    """Read a target for the share of runs in which an outcome holds.

    Raises
    ------
    QueryError
        It is none, or names no outcome, or no share.
    """
    target = parse_target(text)
    if target is None:
        outcomes = sorted(scenario.theatre.outcomes)
        example = f"{outcomes[0] if outcomes else 'outcome'} > 0.5"
        raise QueryError(f"'{text}' is not a line to cross; write an outcome, > or <, and a share, such as '{example}'")
    if not 0 < target.value < 1:
        raise QueryError(f"a share lies between 0 and 1, found {target.value:g}; '50 %' is one too")
    alike = [outcome for outcome in scenario.theatre.outcomes if target.name in outcome]
    if target.name not in scenario.theatre.outcomes and len(alike) == 1:
        raise QueryError(f"there is no outcome '{target.name}'; did you mean '{alike[0]}'?")
    return target._replace(name=outcome_of(scenario, target.name))
