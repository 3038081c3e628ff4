"""Coverage of the intervals of ensembles: shares, two errors, comparisons, base rates.

The toys feed what makes the intervals, in `sim.analysis`, with runs whose law is known, so that hundreds of ensembles
take seconds. Runs that share numbers come in sets of four: the rate of their one act is log-uniform or the product of
three factors, as in a theatre with three uncertain numbers, and its chance is rate / (1 + rate).
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.confidence_sequence import confidence_sequence
from sim.analysis.estimates import lasting, quantile, ratio, share
from sim.analysis.intervals import wilson
from sim.analysis.paired import mean_difference, paired_difference
from sim.analysis.two_errors import by_set, tally, two_errors
from sim.analysis.units import Units
from sim.results.intervals import Precision

from .rows import Row

SETS, PER_SET = 250, 4
RUNS = SETS * PER_SET
UNITS = Units.labelled(np.arange(RUNS) // PER_SET)
LOOKS = np.arange(256, 12_001, 256)

Dice = np.random.Generator
Ends = tuple[float, float, float]
"""A figure and the ends of its interval."""


def rows(repetitions: int) -> list[Row]:
    """Count how often each interval holds the truth."""
    return [
        _counted(name, toy, truth, once, np.random.default_rng(at), repetitions)
        for at, (name, toy, truth, once) in enumerate(_cases())
    ]


def _counted(name: str, toy: str, truth: float, once: Callable[[Dice], Ends], dice: Dice, repetitions: int) -> Row:
    found = np.array([once(dice) for _ in range(repetitions)])
    held = (found[:, 1] <= truth) & (truth <= found[:, 2])
    return Row(name, toy, truth, float(np.nanmean(found[:, 0])), float(held.mean()), repetitions)


def _cases() -> Iterator[tuple[str, str, float, Callable[[Dice], Ends]]]:
    for p in (0.01, 0.2):
        yield "share (Wilson)", f"1,000 runs, share {p:g}", p, lambda dice, p=p: _share(dice, p)
    for p in (0.01, 0.2):
        yield "share (confidence sequence)", f"stopped at ±0.02, share {p:g}", p, lambda dice, p=p: _stopped(dice, p)
    p = 0.1
    yield "share (confidence sequence)", f"stopped at ±20 %, share {p:g}", p, lambda dice: _stopped(dice, p, True)
    for toy, chance in TOYS.items():
        yield from _of_numbers(toy, chance)
    yield "difference (paired)", "1,000 pairs, 0.30 and 0.27", -0.03, lambda dice: _paired(dice, _alone)
    yield "difference (paired, shared numbers)", "400 pairs in sets of 4", EFFECT, lambda dice: _paired(dice, in_sets)
    yield "mean over time (paired)", "1,000 pairs, 0.5 apart", 0.5, lambda dice: _means(dice, Units.single(RUNS))
    yield "mean over time (paired, shared numbers)", "1,000 pairs in sets of 4", 0.5, lambda dice: _means(dice, UNITS)
    for name, truth in (("share of cases", 0.4), ("ratio", 0.4), ("quantile", 0.0), ("duration", 50.0)):
        yield f"base rate ({name})", "100 runs, cases alike", truth, lambda dice, name=name: _base_rate(dice, name, 1)
        yield (
            f"base rate ({name}, shared numbers)",
            "400 runs in sets of 4",
            truth,
            lambda dice, name=name: _base_rate(dice, name, PER_SET),
        )


def _share(dice: Dice, p: float) -> Ends:
    held = dice.binomial(RUNS, p)
    low, high = wilson(held, RUNS)
    return held / RUNS, float(low), float(high)


def _stopped(dice: Dice, p: float, relative: bool = False) -> Ends:
    """Runs end as soon as the interval is as narrow as asked for."""
    until = Precision(0.2, relative=True) if relative else Precision(0.02)
    held = np.cumsum(dice.random(LOOKS[-1]) < p)[LOOKS - 1]
    low, high = confidence_sequence(held, LOOKS, narrowest=until.runs_needed)
    at = int(np.argmax(~until.too_wide(low, high, held / LOOKS)))
    return held[at] / LOOKS[at], low[at], high[at]


# Runs that share numbers.


def _coin(dice: Dice, size: int, low: float, high: float) -> NDArray[np.float64]:
    rate = dice.uniform(low, high, size) * np.exp(3 * dice.random(size) - 2 * dice.random(size))
    return rate / (1 + rate)


TOYS: dict[str, Callable[[Dice, int], NDArray[np.float64]]] = {
    "three numbers": lambda dice, size: _coin(dice, size, 0.05, 0.4),
    "three numbers, rare": lambda dice, size: _coin(dice, size, 0.0005, 0.004),
    "one number of little weight": lambda dice, size: dice.uniform(0.3, 0.4, size),
    "shares as a beta distribution": lambda dice, size: dice.beta(0.8, 2.4, size),
}


def _of_numbers(toy: str, chance: Callable[[Dice, int], Any]) -> Iterator[tuple[str, str, float, Callable[..., Ends]]]:
    p = chance(np.random.default_rng(99), 2_000_000)
    numbers = float(p.var() / (p.mean() * (1 - p.mean())))
    low, high = np.quantile(p, [0.025, 0.975])

    def errors(dice: Dice) -> Any:
        held = dice.random((SETS, PER_SET)) < chance(dice, SETS)[:, None]
        return two_errors(tally(by_set(held.reshape(-1, 1), np.ones(RUNS, bool), UNITS.of_run)[1], PER_SET))

    def of(*names: str) -> Callable[[Dice], Ends]:
        def once(dice: Dice) -> Ends:
            found = errors(dice)
            one, two, three = (float(getattr(found, name)[0]) for name in names)
            return one, two, three

        return once

    toy = f"250 sets of 4, {toy}"
    yield "share (shared numbers)", toy, float(p.mean()), of("share", "low", "high")
    yield "variance by the numbers", toy, numbers, of("numbers", "numbers_low", "numbers_high")
    yield "lower end of the spread", toy, float(low), of("spread_low", "spread_low_least", "spread_low_most")
    yield "upper end of the spread", toy, float(high), of("spread_high", "spread_high_least", "spread_high_most")


# Comparisons.


def _alone(dice: Dice) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Units]:
    luck = dice.random(RUNS)
    return luck < 0.3, luck < 0.27, Units.single(RUNS)


EFFECT = -0.25


def in_sets(dice: Dice) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Units]:
    """A change that matters under half of the numbers only."""
    luck, units = dice.random(400), Units.labelled(np.arange(400) // PER_SET)
    after = np.where(dice.random(100) < 0.5, 0.1, 0.6)[units.of_run]
    return luck < 0.6, luck < after, units


def _paired(dice: Dice, pairs: Callable[[Dice], Any]) -> Ends:
    first, second, units = pairs(dice)
    found = paired_difference(first, second, units=units)
    return found.difference, found.low, found.high


def _means(dice: Dice, units: Units) -> Ends:
    shared = 0.0 if units.alone else dice.normal(size=units.n)[units.of_run]
    first = dice.normal(size=RUNS)
    second = first + 0.5 + 0.5 * shared + 0.3 * dice.normal(size=RUNS)
    mean, low, high, _ = mean_difference(first[:, None], second[:, None], units=units)
    return float(mean[0]), float(low[0]), float(high[0])


# Base rates.


def _base_rate(dice: Dice, name: str, per_set: int) -> Ends:
    """Cases of one run resemble each other, and those of runs that share their numbers do too."""
    runs = 100 * per_set
    units = Units.labelled(np.arange(runs) // per_set) if per_set > 1 else Units.single(runs)
    level, shift = (each[units.of_run] for each in (dice.beta(2, 3, units.n), dice.normal(size=units.n)))
    run = np.repeat(np.arange(runs), dice.integers(1, 9, runs))
    hit, wait = dice.random(len(run)) < level[run], shift[run] + dice.normal(size=len(run))
    if name == "share of cases":
        return share(hit, run, units)[:3]
    if name == "ratio":
        return ratio(units.sums(run, hit), units.sums(run), len(run))[:3]
    if name == "quantile":
        return quantile(wait, run, units)[:3]
    days, seen = np.maximum(np.floor(50.5 + 8 * wait).astype(int), 0), dice.integers(30, 120, len(run))
    return lasting(np.minimum(days, seen), days <= seen, units.of_run[run])[:3]
