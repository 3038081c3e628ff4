"""The uncertain numbers of a scenario: which they are, and within what range each may lie.

What is not known of a number is epistemic; what the dice do in a run is aleatory. What defines an outcome, and the
units in which the ladder counts, are neither: nothing is unknown about them.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Theatre

from .change import ChangeError, with_numbers
from .law import Law, Laws, UncertainNumber, of_magnitude
from .places import ANY, Place, places

Drawing = bool | Literal["with_levers"]
"""Whether runs draw their numbers; and whether those too that a government can choose."""


def with_levers_drawn(scenario: Scenario, uncertain: Drawing) -> Scenario:
    """Return the scenario as its numbers are to be drawn: where levers are asked for, another, with a hash of its own.

    Raises
    ------
    ChangeError
        Something else is asked for.
    """
    if uncertain not in (True, False, "with_levers"):
        raise ChangeError(f"'uncertain' is True, False or 'with_levers', found {uncertain!r}")
    return scenario.model_copy(update={"levers_drawn": True}) if uncertain == "with_levers" else scenario


_FURTHEST = 1e-9
"""Hardly a draw lies so far out, and none of what is found there lies beyond what is legal."""


def uncertain_numbers(scenario: Scenario) -> tuple[UncertainNumber, ...]:
    """Every number with a plausible range that is a doubt: it defines nothing, and nobody chooses it.

    What governments choose is among them where the scenario says `levers_drawn`; what the scenario itself sets is not.
    """
    return tuple(_uncertain_numbers(scenario))


def _uncertain_numbers(scenario: Scenario) -> Iterator[UncertainNumber]:
    chosen, defining = set(scenario.chosen), definitions(scenario.theatre)
    for path, number, place in places(scenario):
        if path in chosen or (number.lever and not scenario.levers_drawn) or path.startswith(defining):
            continue
        if (doubt := uncertain_number(path, number, place)) is not None:
            yield doubt


def uncertain_number(path: str, number: Number, place: Place = ANY) -> UncertainNumber | None:
    """The range of a number and its law; None if it has none, or one without width.

    About a value that lies outside its range no law is known: the range is then even.
    """
    if number.plausible is None or number.plausible[0] == number.plausible[1]:
        return None
    low, high = number.plausible
    law: Law = "uniform" if number.uniform else place.law if low <= number.value <= high else "given"
    return UncertainNumber(path, number.value, low, high, law, place.least, place.most)


def definitions(theatre: Theatre) -> tuple[str, ...]:
    """What the paths of numbers begin with that define something and are no doubts.

    These are outcomes and the conditions that no rule reads, and units of the ladder: severities, and how they become
    tension.
    """
    ruled = theatre.ruling_conditions()
    unread = (f"conditions.{name}." for name in theatre.conditions if name not in ruled)
    return ("outcomes.", "ladder.rungs.", "ladder.tension_", "ladder.rung_memory", "war.severity", *unread)


def refuse_clashing(scenario: Scenario) -> None:
    """Refuse ranges out of which numbers may be drawn that cannot stand together, such as a scale that falls.

    Raises
    ------
    ChangeError
        There are some; the message names one.
    """
    numbers = uncertain_numbers(scenario)
    if not numbers:
        return
    crossed = {"scale.0": 1 - _FURTHEST, "scale.1": _FURTHEST}
    for end in (_FURTHEST, 1 - _FURTHEST):
        shares = [crossed.get(".".join(each.path.split(".")[-2:]), end) for each in numbers]
        try:
            with_numbers(scenario, values_at(numbers, shares))
        except ChangeError as error:
            raise ChangeError(
                f"the plausible ranges allow values that contradict each other: {error}; make one of them narrower"
            ) from None


def furthest(numbers: tuple[UncertainNumber, ...]) -> dict[str, tuple[float, float]]:
    """How far each number may be drawn, by its path."""
    low, high = (values_at(numbers, [share] * len(numbers)) for share in (_FURTHEST, 1 - _FURTHEST))
    return {path: (low[path], high[path]) for path in low}


def values_at(numbers: tuple[UncertainNumber, ...], shares: list[float]) -> dict[str, float]:
    """Each number at a share of its law, by its path."""
    if not numbers:
        return {}
    values = Laws(numbers).at(np.array(shares)[:, None])[:, 0]
    return dict(zip((each.path for each in numbers), values.tolist(), strict=True))


__all__ = [
    "Drawing",
    "UncertainNumber",
    "definitions",
    "furthest",
    "of_magnitude",
    "refuse_clashing",
    "uncertain_number",
    "uncertain_numbers",
    "with_levers_drawn",
]
