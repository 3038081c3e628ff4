"""Numbers drawn together from a posterior: where runs take their numbers from, once these were fitted to a record."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.text import counted, did_you_mean
from sim.theatre.language.scenario import Scenario

from .change import ChangeError, with_numbers
from .ranges import shaping

MOST_VALUES = 2**20
"""Values that a posterior may have: a result holds all of them."""


@dataclass(frozen=True)
class Fitted:
    """Draws of some numbers from their joint posterior."""

    paths: tuple[str, ...]
    """Canonical paths of the numbers."""
    draws: tuple[tuple[float, ...], ...] = field(repr=False)
    """One tuple for each draw, with a value for each path; all draws are equally likely."""
    others: bool = False
    """Whether the other uncertain numbers are drawn from their plausible ranges, and not as they are written."""

    @cached_property
    def sha256(self) -> str:
        """Hash of paths and draws."""
        return hashlib.sha256(json.dumps([self.paths, self.draws], ensure_ascii=False).encode()).hexdigest()

    @property
    def short_hash(self) -> str:
        """The first eight digits of the hash."""
        return self.sha256[:8]

    @property
    def ends(self) -> dict[str, tuple[float, float]]:
        """The smallest and the largest draw of each number."""
        return {path: (min(of), max(of)) for path, of in zip(self.paths, zip(*self.draws, strict=True), strict=True)}

    def told(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"posterior": self.sha256, "others": self.others, "paths": self.paths, "draws": self.draws}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Fitted":
        """Read what `told` wrote.

        Raises
        ------
        ValueError
            It is none, or its hash is another.
        """
        try:
            paths = tuple(str(path) for path in told["paths"])
            draws = tuple(tuple(float(value) for value in draw) for draw in told["draws"])
            found = cls(paths, draws, bool(told["others"]))
            sound = told["posterior"] == found.sha256 and bool(draws) and all(len(draw) == len(paths) for draw in draws)
        except (KeyError, TypeError) as error:
            raise ValueError(f"its posterior cannot be read: {error}") from None
        if not sound:
            raise ValueError("the posterior in it is not the one that runs were drawn from")
        return found


NumbersFrom = bool | Fitted
"""How runs come by their numbers: as written (False), from plausible ranges (True), or from a posterior. Whatever is
not false of these makes sets of runs that share what they have drawn."""


def as_options(uncertain: NumbersFrom) -> dict[str, Any]:
    """The options of `sim.run` by which runs come by their numbers so."""
    if isinstance(uncertain, Fitted):
        return {"uncertain": uncertain.others, "posterior": uncertain}
    return {"uncertain": uncertain}


def source_of(uncertain: NumbersFrom) -> str:
    """What numbers were drawn from, in words."""
    if not isinstance(uncertain, Fitted):
        return "their plausible ranges"
    others = ", all others from their plausible ranges" if uncertain.others else ""
    return f"a posterior of {counted(len(uncertain.paths), 'number')} ({uncertain.short_hash}){others}"


def refuse_misfit(scenario: Scenario, fitted: Fitted) -> None:
    """Refuse a posterior whose numbers are not those of a scenario, or not all allowed in it.

    Raises
    ------
    ChangeError
        It names the numbers that the scenario does not have, or says what is wrong with a draw.
    """
    numbers = dict(scenario.numbers())
    if unknown := [path for path in fitted.paths if path not in numbers]:
        hint = did_you_mean(unknown[0], tuple(numbers)) if len(unknown) == 1 else ""
        named = ", ".join(unknown[:4]) + (f" and {len(unknown) - 4:,} more" if len(unknown) > 4 else "")
        raise ChangeError(
            f"the posterior is of another theatre: {scenario.name} has no number at {named}{hint}; fit its own numbers "
            "with 'sim fit'"
        )
    ends = fitted.ends
    try:  # one after the other only where not all are sound
        for end in (0, 1):
            with_numbers(scenario, {path: both[end] for path, both in ends.items()})
    except ChangeError:
        for at, draw in enumerate(fitted.draws):
            try:
                with_numbers(scenario, dict(zip(fitted.paths, draw, strict=True)))
            except ChangeError as error:
                raise ChangeError(f"draw {at} of the posterior is not allowed in {scenario.name}: {error}") from None
    if shapers := shaping(scenario, ends):
        raise ChangeError(
            f"the posterior cannot be drawn from for {scenario.name}: {', '.join(shapers)} shapes the rules themselves "
            "and cannot differ from run to run"
        )
