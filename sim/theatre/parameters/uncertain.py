"""The uncertain numbers of a scenario: within what range each may lie, and how a draw picks one from it.

What is not known of a number is epistemic; what the dice do in a run is aleatory.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sim.theatre.compiled.arithmetic import exp, log
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario

from .change import ChangeError, with_numbers

WIDE = 10.0
"""A positive range whose ends lie further apart than by this factor is a range of magnitudes."""


def of_magnitude(low: float, high: float) -> bool:
    """Whether a range is one of magnitudes, so that a number is drawn from it in its logarithm.

    The one rule for every draw from a range: of sets of numbers (`--uncertain`), of points of a sweep, of steps of a
    search.
    """
    return low > 0 and high > WIDE * low


class UncertainNumber(NamedTuple):
    """A number that might as well lie elsewhere."""

    path: str
    value: float
    """As it is written."""
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether its magnitude is uncertain, so that each factor of two within the range is as likely as another."""
        return of_magnitude(self.low, self.high)

    def at(self, share: float) -> float:
        """The number so far up its range: even, or in its logarithm where its magnitude is uncertain."""
        if self.logarithmic:
            low, high = log(self.low), log(self.high)
            found = exp(low + (high - low) * share)
        else:
            found = self.low + (self.high - self.low) * share
        return min(max(found, self.low), self.high)

    def share(self, value: float) -> float:
        """How far up its range a number lies: the inverse of `at`."""
        if self.logarithmic:
            return (log(value) - log(self.low)) / (log(self.high) - log(self.low))
        return (value - self.low) / (self.high - self.low)


def uncertain_numbers(scenario: Scenario) -> tuple[UncertainNumber, ...]:
    """Every number with a plausible range that nobody chooses, neither a government nor the scenario itself."""
    return tuple(_uncertain_numbers(scenario))


def _uncertain_numbers(scenario: Scenario) -> Iterator[UncertainNumber]:
    chosen = set(scenario.chosen)
    for path, number in scenario.numbers():
        if path not in chosen and not number.lever and (doubt := uncertain_number(path, number)) is not None:
            yield doubt


def uncertain_number(path: str, number: Number) -> UncertainNumber | None:
    """The range of a number; None if it has none, or one without width."""
    if number.plausible is None or number.plausible[0] == number.plausible[1]:
        return None
    return UncertainNumber(path, number.value, *number.plausible)


def refuse_clashing(scenario: Scenario) -> None:
    """Refuse ranges out of which numbers may be drawn that cannot stand together, such as a scale that falls.

    Raises
    ------
    ChangeError
        There are some; the message names one.
    """
    numbers = uncertain_numbers(scenario)
    crossed = {"scale.0": 1.0, "scale.1": 0.0}
    for end in (0.0, 1.0):
        ends = {each.path: each.at(crossed.get(".".join(each.path.split(".")[-2:]), end)) for each in numbers}
        try:
            with_numbers(scenario, ends)
        except ChangeError as error:
            raise ChangeError(f"the plausible ranges do not go together: {error}; make one of them narrower") from None
