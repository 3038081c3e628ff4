"""Tipping points: the smallest plausible change of numbers that carries the share of an outcome over a line.

The search runs on the same dice throughout. A screen, in which all numbers lie anywhere in their ranges at once, tells
which push the share and which way. Along that direction the share is followed until it crosses. There each number is
put back by itself, in paired runs: what that costs in log odds gives the shortest way, if numbers work together as
drivers do. Then numbers are left out as long as the change gets no longer by more than `SLACK`, and the way of those
that remain is found once more, with many more runs. What is found is run on dice that the search never saw: only that
is reported. Where log odds are linear in the numbers, what is found is within a tenth of the shortest there is.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.analysis.arrays import Floats
from sim.analysis.floating import usual
from sim.analysis.intervals import wilson
from sim.analysis.tipping import SLACK, along, crossing, length, log_odds, slopes, stretched
from sim.execution.afford import refuse_memory
from sim.execution.lookup import QueryError
from sim.execution.source import RunSource, find_origin
from sim.execution.target import Target, share_target
from sim.experiments.sweep.parameters import Only, ParameterChoice, chosen
from sim.given import MOST_RUNS, whole
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import with_numbers
from sim.theatre.parameters.law import UncertainNumber

from .columns import Columns
from .tip_text import as_dict, as_file, tip_text

SCREEN = 8
"""Runs of the screen for each of a step of the search."""
CANDIDATES = 48
"""Numbers that the search goes on with."""
CLEAR = 2.0
"""Standard errors from which on a slope counts."""
STEPS = [0.25, 0.5, 1.0, 1.5, 2.0, 4.0, np.inf]
"""How far along a direction is looked first, for the number that goes furthest, in halves of its range."""
HALVINGS, ROUNDS = 5, 2
NEAR = [0.85, 0.95, 1.0, 1.05, 1.15]
"""Where along a new direction the line is sought, in lengths of the last change that was found."""
FINE, FINEST, PRECISION = 4, 64, 0.02
"""Runs of the last part of the search and of the check, for each of a step before: so many, or more where the line is
so near that this share of the way to it could not be told, but not more than the second."""
FRESH = 2**20
"""The first run on dice that no search has seen."""
ATTEMPTS, FURTHER = 8, 1.03
"""How often a change that falls short on fresh dice is carried further, and how far."""
MOST_STEP = (MOST_RUNS - FRESH) // (FINEST * (ATTEMPTS + 1))
"""Runs of a step for which there are fresh dice enough."""


@dataclass(frozen=True)
class Move:
    """A number that is changed."""

    path: str
    written: float
    value: float
    low: float
    high: float
    """Its plausible range."""
    unit: str
    by: float
    """The change in halves of that range, in the measure in which it is uncertain."""


@dataclass(frozen=True)
class Tip:
    """The smallest change that was found, or how far the largest came."""

    scenario: Scenario
    """As it was."""
    target: Target
    seed: int
    before: tuple[float, float, float]
    """The share with the numbers as written, and its 95 % interval, on the dice of the check."""
    after: tuple[float, float, float]
    """The same with the change."""
    crossed: bool
    """Whether the share lies beyond the line, on dice that the search never saw."""
    moves: tuple[Move, ...]
    """The change, the largest first; where nothing crossed, the one that came furthest."""
    length: float
    """Euclidean length of the change, in halves of plausible ranges."""
    tried: int
    """Numbers that were allowed to change."""
    runs: int
    """Runs of the check, for each of the two shares."""
    searched: int
    """Runs of the search."""

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies beyond the line."""
        return self.target.beyond(self.after[1 if self.target.above else 2]) > 0

    @property
    def overrides(self) -> dict[str, float]:
        """The changed numbers, by path."""
        return {move.path: move.value for move in self.moves}

    @property
    def changed(self) -> Scenario:
        """The scenario with the change."""
        return with_numbers(self.scenario, self.overrides)

    def text(self, width: int = 96) -> str:
        """Tell it, in lines of at most `width` letters."""
        return tip_text(self, width)

    def as_dict(self) -> dict[str, object]:
        """The same as data."""
        return as_dict(self)

    def write(self, path: str | Path, extends: str | Path) -> Path:
        """Write a scenario file with the change.

        Parameters
        ----------
        extends : name of a shipped scenario, or path
            What it builds on.

        Raises
        ------
        QueryError
            A scenario in that place cannot build on that file, or something is there already.
        """
        return as_file(self, Path(path), extends)


@usual
def tip(
    scenario: RunSource,
    to: str,
    *,
    parameters: ParameterChoice = None,
    only: Only | None = None,
    runs: int = 512,
    seed: int | None = None,
    executor: Executor | None = None,
) -> Tip:
    """Find the smallest plausible change of numbers that carries the share of an outcome across a line.

    Parameters
    ----------
    scenario : Scenario, path or name
    to : str
        Where the share is to lie, such as `sustained_war > 0.5`.
    parameters, only : see `sim.sweep`
        Which numbers may change; left out, all of the theatre that have a plausible range, but for what the scenario
        itself sets, what the outcomes are, and the units of the ladder.
    runs : int
        Runs of each step of the search; the check has four times as many, and up to 64 times where the line is near.
    seed : int, optional
        Seed of all dice; left out, the scenario's.
    executor : concurrent.futures.Executor, optional
        Where to compute, in threads; left out, on all cores.

    Returns
    -------
    Tip, the change and what it does on fresh dice; or how far the best change came

    Raises
    ------
    QueryError
        The line names no outcome, or is crossed already.
    sim.execution.plan.PlanError
        No number may change.
    """
    origin = find_origin(scenario, seed)
    if origin.uncertain:
        raise QueryError(
            f"runs of {origin.name} draw their numbers, so no fixed number is left to change; name its scenario"
        )
    runs = whole(runs, "runs of a step of the search", 32, MOST_STEP, QueryError)
    question, target = origin.scenario, share_target(origin.scenario, to)
    numbers = _numbers(question, parameters, only)
    needed = 8.0 * SCREEN * runs * len(numbers) * 2  # the places of the screen, and the moves to them
    refuse_memory(needed, f"a search with {runs:,} runs a step", error=QueryError)
    with Columns(question, origin.seed, target.name, [doubt for doubt, _ in numbers], executor) as columns:
        return _Search(columns, target, runs, numbers).tip()


def _numbers(scenario: Scenario, parameters: ParameterChoice, only: Only | None) -> list[tuple[UncertainNumber, str]]:
    """The numbers that may change, with their units."""
    varied = [each for each in chosen(scenario, parameters, only) if not each.path.startswith("script.")]
    if not varied:
        raise QueryError("only numbers of the script could change; write them into the scenario, and compare the two")
    if parameters is None:
        asked_about = set(scenario.chosen)
        varied = [each for each in varied if each.path not in asked_about]
    if not varied:
        raise QueryError(
            "the only uncertain numbers are those that the scenario asks about; name what may change with --param"
        )
    return [(each.number, each.unit) for each in varied]


@dataclass
class _Search:
    """The search for one line."""

    columns: Columns
    target: Target
    runs: int
    numbers: Sequence[tuple[UncertainNumber, str]]
    best: tuple[float, Floats] = field(init=False)
    """The furthest that any change came, and the change."""

    def __post_init__(self) -> None:
        self.low, self.high = self.columns.low, self.columns.high
        self.none = np.zeros(len(self.low))
        self.best = (-np.inf, self.none)
        self.checked = FINE * self.runs
        self._step_by(self.runs)

    def _step_by(self, runs: int) -> None:
        """Have each step of the search make so many runs."""
        self.own = np.arange(runs)
        # Both the search and its check err, so it goes beyond the line by as much: then five checks in six hold.
        share = self.target.value
        self.margin = float(np.sqrt(share * (1 - share) * (1 / runs + 1 / self.checked)))
        self.margin = min(self.margin, (1 - share if self.target.above else share) / 2)

    def tip(self) -> Tip:
        """Search, and check what is found."""
        if self.target.beyond(self._shares([self.none])[0]) > 0:
            share = self._checked(self.none, 0)
            if self.target.beyond(share[0]) > 0:
                raise QueryError(
                    f"{self.columns.scenario.name} already meets {self.target} as it is: {share[0]:.1%} of runs "
                    f"({share[1]:.1%} to {share[2]:.1%}); reverse the comparison, or move the line further out"
                )
        direction = self._screened()
        found = self._crossed(direction)
        if found is None:
            return self._told(self.best[1], 1)
        for _ in range(ROUNDS):
            direction = self._steeper(found)
            found = min(found, self._nearest(direction, found), key=length)
        found = self._shorter(direction, found)
        self._step_by(self.checked)
        self.checked = self._enough()
        self._step_by(min(self.checked, FINE**2 * self.runs))  # here as often as there are numbers
        direction = self._steeper(found)
        self._step_by(self.checked)
        for _ in range(ATTEMPTS):
            found, before = self._nearest(direction, found), length(found)
            if NEAR[1] * before < length(found) < NEAR[-2] * before:
                break
        return self._checked_further(found)

    def _enough(self) -> int:
        """Runs that tell the last part of the way to the line from none."""
        share, runs = self.target.value, self.runs
        way = log_odds(share, self.checked) - log_odds(self._shares([self.none])[0], self.checked)
        needed = 2 / (share * (1 - share)) / max(abs(float(way)) * PRECISION, 1e-9) ** 2
        return int(min(max(needed, FINE * runs), FINEST * runs))

    def _shares(self, changes: Sequence[Floats]) -> list[float]:
        """The share under each change, on the dice of the search."""
        shares = self.columns.shares(changes, self.own)
        for share, change in zip(shares, changes, strict=True):
            if self.target.beyond(share) > self.best[0]:
                self.best = (self.target.beyond(share), change)
        return shares

    def _screened(self) -> Floats:
        """Which way each number pushes towards the line, and how much, with all others anywhere in their ranges."""
        dice = np.random.default_rng(self.columns.seed)  # of the places tried; runs have their own
        places = self.low + (self.high - self.low) * dice.random((SCREEN * self.runs, len(self.low)))
        held, sound = self.columns.held(places, np.arange(len(places)))
        slope, clear = slopes(places[sound], held[sound])
        slope = slope if self.target.above else -slope
        direction = np.where(np.abs(clear) >= CLEAR, slope, 0.0)
        weakest = np.sort(np.abs(direction))[-CANDIDATES:][0]
        direction[np.abs(direction) < weakest] = 0.0
        ways = [along(each, self.low, self.high, np.inf) for each in (direction, slope)]
        few, all_ = self._shares(ways)
        return direction if self.target.beyond(few) > self.margin or self.target.beyond(all_) <= self.margin else slope

    def _crossed(self, direction: Floats) -> Floats | None:
        """The change along a direction with which the line is crossed; None if it is not."""

        def crosses(far: list[float]) -> list[bool]:
            ways = [along(direction, self.low, self.high, each) for each in far]
            return [self.target.beyond(share) > self.margin for share in self._shares(ways)]

        far = crossing(crosses, STEPS, HALVINGS)
        return None if far is None else along(direction, self.low, self.high, far)

    def _steeper(self, change: Floats) -> Floats:
        """A better direction: the log odds that each number adds where the line is crossed, for each half of its range.

        Where log odds are linear in the numbers, the shortest change to any line lies along it.
        """
        moved = np.argsort(-np.abs(change))[: int((change != 0).sum())][: 2 * CANDIDATES]
        without = np.tile(change, (len(moved), 1))
        without[np.arange(len(moved)), moved] = 0.0
        odds = self._odds([change, *without])
        direction = np.zeros_like(change)
        direction[moved] = np.maximum(odds[0] - odds[1:], 0) / change[moved]
        return direction

    def _nearest(self, direction: Floats, found: Floats) -> Floats:
        """The change along a direction with which the line is crossed, about as far away as one that was found.

        A straight line through the log odds at some lengths tells where, with less noise than any one of them.
        """
        ways = [stretched(direction, self.low, self.high, each * length(found)) for each in NEAR]
        lengths = [length(each) for each in ways]
        if lengths[-1] - lengths[0] < 1e-9:  # it does not lead so far
            return found
        slope, start = np.polyfit(lengths, self._odds(ways), 1)
        if slope <= 0:
            return found
        goal = self.target.value + (self.margin if self.target.above else -self.margin)
        aim = float(log_odds(goal, len(self.own))) * (1 if self.target.above else -1)
        return stretched(direction, self.low, self.high, min(max((aim - start) / slope, lengths[0]), lengths[-1]))

    def _odds(self, changes: Sequence[Floats]) -> Floats:
        """The log odds of the outcome under each change, or of its absence if that is what the line asks for."""
        odds = log_odds(self._shares(changes), len(self.own))
        return odds if self.target.above else -odds

    def _shorter(self, direction: Floats, found: Floats) -> Floats:
        """The same with as few numbers as can be, though the change may be somewhat longer."""
        order = np.lexsort((-np.abs(found), -np.abs(direction * found)))  # what does most first
        fewest, enough, limit = 0, int((found != 0).sum()), SLACK * length(found)
        while enough - fewest > 1:
            n = (fewest + enough) // 2
            some = np.zeros_like(found)
            some[order[:n]] = found[order[:n]]
            change = stretched(some, self.low, self.high, limit)
            if self.target.beyond(self._shares([change])[0]) > self.margin:
                found, enough = change, n
            else:
                fewest = n
        return found

    def _checked_further(self, change: Floats) -> Tip:
        """Check a change on fresh dice, and carry it further where it falls short of the line."""
        for attempt in range(1, ATTEMPTS + 1):
            made = self._told(change, attempt)
            if made.crossed:
                break
            change = np.clip(FURTHER * change, self.low, self.high)
        return made

    def _told(self, change: Floats, attempt: int) -> Tip:
        """What a change makes of the share, on fresh dice; its numbers are rounded as they are told."""
        change, values = self.columns.rounded(change)
        after = self._checked(change, attempt)
        order = np.argsort(-np.abs(change), kind="stable")[: int((change != 0).sum())]
        moves = [(self.numbers[at], float(values[at]), float(change[at])) for at in order]
        return Tip(
            scenario=self.columns.scenario,
            target=self.target,
            seed=self.columns.seed,
            before=self._checked(self.none, attempt),
            after=after,
            crossed=self.target.beyond(after[0]) > 0,
            moves=tuple(Move(d.path, d.value, value, d.low, d.high, unit, by) for (d, unit), value, by in moves),
            length=length(change),
            tried=len(self.low),
            runs=self.checked,
            searched=self.columns.made,
        )

    def _checked(self, change: Floats, attempt: int) -> tuple[float, float, float]:
        """The share under a change and its interval, on dice that neither the search nor another attempt has seen."""
        n = self.checked
        fresh = FRESH + attempt * n + np.arange(n)
        held, sound = self.columns.held(change[None], fresh, np.zeros(n, np.int64))
        low, high = wilson(held[sound].sum(), sound.sum())
        return float(held[sound].mean()), float(low), float(high)
