"""Ensembles whose runs draw the uncertain numbers, so that they carry parameter error beside sampling error.

A run of such an ensemble is an ordinary run of its scenario with other numbers, bit for bit; what replays it, explains
it or branches it needs nothing but that scenario.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.draw import drawn_as
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import ChangeError, with_numbers
from sim.theatre.parameters.fitted import Fitted, NumbersFrom, refuse_misfit
from sim.theatre.parameters.law import Laws, UncertainNumber
from sim.theatre.parameters.places import places
from sim.theatre.parameters.ranges import shaping
from sim.theatre.parameters.uncertain import Drawing, furthest, refuse_clashing, uncertain_number, uncertain_numbers

if TYPE_CHECKING:
    from sim.results.storage.posterior import AnyPosterior


@dataclass(frozen=True)
class Drawn:
    """A number that a run has drawn."""

    path: str
    value: float
    written: float
    """What the scenario says it is."""
    low: float
    high: float
    """Its plausible range; of a number without one, the least and the greatest that the posterior has."""
    share: float
    """The share of draws that lie below it."""
    usual: float
    """The same of what the scenario says: a half, if that is the median."""
    fitted: bool = False
    """Whether it is drawn from a posterior, and not from its range."""

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


def design_of(
    scenario: Scenario, seed: int, run_numbers: NDArray[np.integer[Any]], uncertain: NumbersFrom = True
) -> dict[str, NDArray[np.float64]] | None:
    """What runs draw: path to one value for each run, as `LockstepModel` takes it; None if numbers are as written."""
    return drawn_as(uncertain, _from_ranges(scenario, uncertain), seed, run_numbers) if uncertain else None


def asked_for(posterior: "AnyPosterior | None", uncertain: Drawing) -> NumbersFrom:
    """How runs are to come by their numbers.

    Raises
    ------
    sim.StoreError
        The posterior cannot be read.
    """
    ranges = bool(uncertain)  # whether levers are drawn, the scenario says
    if posterior is None:
        return ranges
    from sim.results.storage.posterior import from_posterior  # brings SciPy, which few runs need

    return from_posterior(posterior, ranges)


def _from_ranges(scenario: Scenario, uncertain: NumbersFrom) -> tuple[UncertainNumber, ...]:
    """The numbers that are drawn from their ranges."""
    own = uncertain.others if isinstance(uncertain, Fitted) else uncertain
    return drawn_numbers(scenario) if own else ()


def drawn_by(scenario: Scenario, seed: int, run: int, uncertain: NumbersFrom = True) -> tuple[Drawn, ...]:
    """What one run draws, what stands out furthest first."""
    fitted = _ranges_of(scenario, uncertain) if isinstance(uncertain, Fitted) else {}
    numbers = tuple(({each.path: each for each in _from_ranges(scenario, uncertain)} | fitted).values())
    if not numbers:
        return ()
    drawn = design_of(scenario, seed, np.array([run]), uncertain) or {}
    values = np.array([drawn[each.path][0] for each in numbers])
    shares = Laws(numbers).share(np.stack([values, [each.value for each in numbers]], axis=1))
    found = [
        Drawn(each.path, value, each.value, each.low, each.high, share, usual, each.path in fitted)
        for each, value, (share, usual) in zip(numbers, values.tolist(), shares.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (-each.off, each.path)))


def _ranges_of(scenario: Scenario, fitted: Fitted) -> dict[str, UncertainNumber]:
    """Within what range the numbers of a posterior are shown: the plausible one, or else that of its draws."""
    known = {path: (number, place) for path, number, place in places(scenario) if path in fitted.ends}
    return {
        path: uncertain_number(path, *known[path]) or UncertainNumber(path, known[path][0].value, *ends)
        for path, ends in fitted.ends.items()
    }


def scenario_of(scenario: Scenario, numbers: tuple[Drawn, ...]) -> Scenario:
    """The scenario with the numbers that a run has drawn."""
    return with_numbers(scenario, {each.path: each.value for each in numbers}) if numbers else scenario


def refuse_undrawable(scenario: Scenario, uncertain: NumbersFrom) -> None:
    """Refuse a scenario with nothing to draw, with numbers that cannot be drawn apart, or that a posterior misfits.

    Raises
    ------
    ChangeError
    """
    if isinstance(uncertain, Fitted):
        refuse_misfit(scenario, uncertain)
        if not uncertain.others:
            return
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
