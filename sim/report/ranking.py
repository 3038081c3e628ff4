"""Which numbers matter: what a sweep found, for the page."""

from dataclasses import dataclass

from sim.execution.lookup import QueryError
from sim.results.sweep import Sweep
from sim.text import percent
from sim.theatre.language.measures import MeasureError
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.in_words import in_words

OUTCOMES = 3
"""Outcomes of which the page ranks the numbers."""
SHOWN = 10
"""Numbers listed for each."""


@dataclass(frozen=True)
class Ranked:
    """A number in a ranking."""

    path: str
    name: str
    """What it is, in words."""
    rank: str
    """Its rank, or the first and last that it may have."""
    index: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """The numbers that matter most to one outcome."""

    label: str
    mean: float
    """Its share of runs, over all points of the sweep."""
    index: str
    about: str
    """What the index measures."""
    numbers: list[Ranked]
    of: int
    """How many numbers were varied."""
    dice: str | None
    """How much of the variance over all runs is dice, in a sentence; None if that cannot be told."""


def rankings(sweep: Sweep, scenario: Scenario) -> list[Ranking]:
    """Rank the numbers for the outcomes of which there is most to tell: those nearest to half of the runs.

    Raises
    ------
    QueryError
        The sweep is of another scenario, or no outcome varies in it.
    """
    if sweep.scenario.sha256 != scenario.sha256:
        raise QueryError(
            f"the sweep is of {sweep.scenario.name} {sweep.scenario.short_hash}, and the result of {scenario.name} "
            f"{scenario.short_hash}: its numbers are others"
        )
    shares = {name: float(sweep.measures[name].mean()) for name in sweep.names if name.startswith("outcome.")}
    found: list[Ranking] = []
    for name in sorted(shares, key=lambda name: abs(shares[name] - 0.5)):
        if len(found) < OUTCOMES and (ranking := _ranking(sweep, name, shares[name])) is not None:
            found.append(ranking)
    if not found:
        raise QueryError("no outcome of the sweep can be ranked: none varies over its points")
    return found


def _ranking(sweep: Sweep, measure: str, mean: float) -> Ranking | None:
    try:
        table = sweep.indices(measure)
    except MeasureError:
        return None
    main = table.attrs["main"]
    numbers = [
        Ranked(
            row["parameter"],
            in_words(sweep.scenario, row["parameter"]),
            f"{row['rank_low']}" if row["rank_low"] == row["rank_high"] else f"{row['rank_low']} to {row['rank_high']}",
            *(float(row[name]) for name in (main, f"{main}_low", f"{main}_high")),
        )
        for row in table.head(SHOWN).to_dict("records")
    ]
    return Ranking(sweep.label(measure), mean, main, table.attrs["about"], numbers, len(table), _dice(sweep, measure))


def _dice(sweep: Sweep, measure: str) -> str | None:
    try:
        found = sweep.variance(measure)
    except MeasureError:
        return None
    parts = [
        f"{percent(each.share)} ({percent(each.low)} to {percent(each.high)})"
        for each in (found.dice, found.parameters, found.interaction)
        if each is not None
    ]
    if found.interaction is None:
        return f"Of its variance over all runs, dice are {parts[0]} and the numbers {parts[1]}; 95 % intervals."
    return (
        f"Of its variance over all runs, dice are {parts[0]}, the numbers {parts[1]}, and the interaction of both "
        f"{parts[2]}; 95 % intervals."
    )
