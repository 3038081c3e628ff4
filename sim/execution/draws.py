"""Ensembles whose runs draw the uncertain numbers, so that they carry parameter error beside sampling error.

A run of such an ensemble is an ordinary run of its scenario with other numbers, bit for bit; what replays it, explains
it or branches it needs nothing but that scenario.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.draw import drawn
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, with_numbers
from sim.theatre.parameters.law import Laws, UncertainNumber
from sim.theatre.parameters.ranges import shaping
from sim.theatre.parameters.uncertain import furthest, refuse_clashing, uncertain_numbers


@dataclass(frozen=True)
class Drawn:
    """A number that a run has drawn."""

    path: str
    value: float
    written: float
    """What the scenario says it is."""
    low: float
    high: float
    """Its plausible range."""
    share: float
    """The share of draws that lie below it."""
    usual: float
    """The same of what the scenario says: a half, if that is the median."""

    @property
    def off(self) -> float:
        """How far it stands out: the share of draws that lie between it and what the scenario says."""
        return abs(self.share - self.usual)


_KNOWN: dict[tuple[str, tuple[str, ...]], tuple[UncertainNumber, ...]] = {}
"""What has been found, by what it depends on: every block of runs asks."""


def drawn_numbers(scenario: Scenario) -> tuple[UncertainNumber, ...]:
    """The numbers that are drawn: the uncertain ones, but for any that shape the rules themselves.

    Runs in lockstep share one form of the rules, such as the number of days over which rungs are remembered.
    """
    key = scenario.sha256, scenario.chosen
    if key not in _KNOWN:
        while len(_KNOWN) >= 16:
            del _KNOWN[next(iter(_KNOWN))]
        numbers = uncertain_numbers(scenario)
        shape = set(shaping(scenario, furthest(numbers)))
        _KNOWN[key] = tuple(each for each in numbers if each.path not in shape)
    return _KNOWN[key]


def design_of(scenario: Scenario, seed: int, run_numbers: NDArray[np.integer[Any]]) -> dict[str, NDArray[np.float64]]:
    """What runs draw: path to one value for each run, as `LockstepModel` takes it."""
    return drawn(drawn_numbers(scenario), seed, run_numbers)


def drawn_by(scenario: Scenario, seed: int, run: int) -> tuple[Drawn, ...]:
    """What one run draws, what stands out furthest first."""
    numbers = drawn_numbers(scenario)
    if not numbers:
        return ()
    values = np.array([row[0] for row in drawn(numbers, seed, np.array([run])).values()])
    shares = Laws(numbers).share(np.stack([values, [each.value for each in numbers]], axis=1))
    found = [
        Drawn(each.path, value, each.value, each.low, each.high, *both)
        for each, value, both in zip(numbers, values.tolist(), shares.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (-each.off, each.path)))


def scenario_of(scenario: Scenario, numbers: tuple[Drawn, ...]) -> Scenario:
    """The scenario with the numbers that a run has drawn."""
    return with_numbers(scenario, {each.path: each.value for each in numbers}) if numbers else scenario


def refuse_certain(scenario: Scenario) -> None:
    """Refuse a scenario that has nothing to draw, or whose numbers cannot be drawn apart from each other.

    Raises
    ------
    ChangeError
    """
    if not drawn_numbers(scenario):
        ranged = [number for _, number in scenario.numbers() if _has_range(number)]
        why = (
            "each of them is a lever, set by the scenario, or defines an outcome or the ladder"
            if ranged
            else "give some 'plausible: [low, high]'"
        )
        raise ChangeError(f"no number of {scenario.name} is uncertain, so there is nothing to draw; {why}")
    refuse_clashing(scenario)


def _has_range(number: Number) -> bool:
    return number.plausible is not None and number.plausible[0] < number.plausible[1]


def as_data(numbers: tuple[Drawn, ...]) -> list[Mapping[str, Any]]:
    """What a run has drawn, for a reader that is a program."""
    return [vars(each) for each in numbers]
