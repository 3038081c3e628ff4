"""Numbers of a theatre told apart: which of them a sweep can rank, and which it cannot."""

from typing import TYPE_CHECKING

import pandas as pd

from sim.theatre.parameters.in_words import in_words

if TYPE_CHECKING:
    from sim.results.sweep import Sweep
    from sim.theatre.language.scenario import Scenario


def named(scenario: "Scenario", path: str) -> str:
    """A number in words, by its path.

    >>> import sim
    >>> named(sim.load("first_lesson"), "actors.north.replies.rate")
    'North: readiness to answer'
    """
    return in_words(scenario, path)


def ranked(sweep: "Sweep", measure: str, most: int = 10) -> pd.DataFrame:
    """What the numbers of a sweep do to a measure, each with the ranks that it may have as far as the runs can tell.

    Parameters
    ----------
    sweep : Sweep
        Of one number at a time.
    measure : str
        An outcome, for the share of runs in points, or another measure in its own unit.
    most : int
        How many numbers, the foremost first.

    Returns
    -------
    DataFrame by path: number (in words), at the low end, at the high end (how far the measure is from where it stands
    as written), apart (from end to end), 95 % interval, ranks it may have, group; no number of a group can be told
    from all others of it
    """
    found = sweep.indices(measure).set_index("parameter").head(most)
    scale = 100 if sweep.measure(measure).startswith("outcome.") else 1
    table = pd.DataFrame({"number": [named(sweep.scenario, path) for path in found.index]}, index=found.index)
    ends = {"at the low end": "at_low", "at the high end": "at_high", "apart": "swing"}
    for column, index in ends.items():
        table[column] = [_signed(scale * value) for value in found[index]]
    table["apart"] = table["apart"].str.lstrip("+")
    limits = zip(found["swing_low"], found["swing_high"], strict=True)
    table["95 % interval"] = [f"{_signed(scale * low)} to {_signed(scale * high)}" for low, high in limits]
    may_have = zip(found["rank_low"], found["rank_high"], strict=True)
    table["ranks it may have"] = [f"{low}" if low == high else f"{low} to {high}" for low, high in may_have]
    return table.assign(group=found["group"])


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")
