"""Two results on the same dice: how they differ, for the page."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.execution.source import ReplayError
from sim.experiments.pairs.compare import Comparison, compare
from sim.results.counted import AnyEnsemble
from sim.text import counted
from sim.theatre.parameters.in_words import worded

from .pack import stepped
from .scales import Scale, scale

VARIABLES = 8
"""Variables whose difference is drawn over time: those that come apart most."""
BANDS = (0.025, 0.25, 0.5, 0.75, 0.975)
"""Quantiles of both that are drawn on one scale."""
PARTINGS = 3
"""Runs of which the page tells where they part."""
WIDE = 100_000
"""Letters in a line of a text that the page breaks itself."""


@dataclass(frozen=True)
class Pair:
    """A comparison, told."""

    names: tuple[str, str]
    """What a reader calls the two: by their titles."""
    n: int
    outcomes: list[dict[str, Any]]
    """By outcome, the largest difference first: shares, difference with its paired interval, flips."""
    same: str
    """How many runs are the same to the end, and when the others part."""
    partings: list[tuple[str, list[str]]]
    """Of some runs that an outcome flips in: which, and the paragraphs that tell what tipped it."""
    variables: list[dict[str, Any]]
    """Both over time, and the mean difference with its interval, packed."""

    @property
    def shares(self) -> Scale:
        """The line on which the shares of both stand."""
        return scale([row[part] for row in self.outcomes for part in ("first", "second")])

    @property
    def differences(self) -> Scale:
        """The line on which the differences stand, with their intervals."""
        return scale([row[part] for row in self.outcomes for part in ("low", "high", "difference")])


def pair(first: AnyEnsemble, second: AnyEnsemble) -> Pair:
    """Compare two results run by run; of those with counts only, the runs kept whole.

    Raises
    ------
    QueryError
        They do not have the same days or the same seed.
    """
    found = compare(first.kept, second.kept)
    rows, names = _outcomes(found), _titles(found)
    return Pair(names, len(found), rows, _same(found), _partings(found, rows, names), _variables(found))


def _titles(found: Comparison) -> tuple[str, str]:
    """The titles of the two as far as a colon; where these are the same, what the command line calls them."""
    one, other = (each.scenario.title.partition(":")[0] for each in (found.first, found.second))
    return (f"“{one}”", f"“{other}”") if one != other else found.names


def _outcomes(found: Comparison) -> list[dict[str, Any]]:
    labels = found.first.scenario.theatre.outcomes
    table = found.flips().merge(found.difference(), on="outcome")
    table = table.sort_values("difference", key=abs, ascending=False, kind="stable")
    return [{"label": labels[row["outcome"]].label, **row} for row in table.to_dict("records")]


def _same(found: Comparison) -> str:
    parted = found.parted.dropna().astype(int)
    if not len(parted):
        return f"The two are the same to the end in all {counted(len(found), 'run')}: the change makes no difference."
    same = f"{len(found) - len(parted):,} of {counted(len(found), 'run')}"
    return (
        f"The two are the same to the end in {same}; the others part on day {parted.min():,} at the earliest, "
        f"day {int(parted.median()):,} in the median."
    )


def _partings(found: Comparison, rows: list[dict[str, Any]], names: tuple[str, str]) -> list[tuple[str, list[str]]]:
    """Tell one run for each of the outcomes that the change turns most often."""
    told: dict[int, tuple[str, list[str]]] = {}
    for row in rows:
        turned = row["runs_first_only"] or row["runs_second_only"]
        run = next((run for run in turned if run not in told), None)
        if run is None or len(told) == PARTINGS:
            continue
        under = names[0 if row["runs_first_only"] else 1]
        try:
            parting = found.why(run)
        except ReplayError:
            return []  # another version made one of the results, which the page says where it tells of runs
        if parting is not None:
            told_so = worded(found.first.scenario.theatre, replace(parting, names=names).text(width=WIDE))
            paragraphs = [line.strip() for line in told_so.splitlines() if line.strip()]
            told[run] = (f"Run {run:,}: under {under} only, {row['label']}", paragraphs)
    return list(told.values())


def _variables(found: Comparison) -> list[dict[str, Any]]:
    table = found.variable_table().set_index("variable")
    known = found.first.scenario.theatre.variables
    apart = [name for name in table.index if table.loc[name, "widest_difference"] != 0 and name in known]
    drawn = []
    for name in ["tension", *(each for each in apart if each != "tension")][:VARIABLES]:
        days = found.over_time(name)
        drawn.append(
            {
                "id": name,
                "label": str(table.loc[name, "label"]),
                "unit": str(table.loc[name, "unit"]),
                **{part: stepped(days[part].to_numpy(np.float64)) for part in ("difference", "low", "high")},
                "both": [stepped(each.kept.quantiles(name, BANDS)) for each in (found.first, found.second)],
            }
        )
    return drawn
