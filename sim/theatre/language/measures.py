"""What can be measured of a run, by name.

| name | what |
|---|---|
| `outcome.X` | 1 if outcome X held on some day, else 0 |
| `day.X` | the first day on which it held, NaN if it never did |
| `peak.rung` | the highest rung of any day |
| `reached.rung_K` | 1 if some day stood on rung K or above, else 0 |
| `day.rung_K` | the first such day, NaN if there was none |
| `days.rung_K` | how many such days there were |
| `deaths` | all deaths |
| `peak.P` | the highest value of a price P |
| `end.V` | the value of variable V on the evening of the last day |
"""

from collections.abc import Sequence

from sim.text import did_you_mean

from .schema import Theatre
from .variables import LogVariable

RUNGS = range(1, 10)
"""Rungs that a run can climb to."""


class MeasureError(ValueError):
    """There is no such measure, or it cannot serve; the message says what there is."""


def measure_names(theatre: Theatre) -> list[str]:
    """Return every measure of a run."""
    names = [f"{kind}.{outcome}" for outcome in sorted(theatre.outcomes) for kind in ("outcome", "day")]
    names.append("peak.rung")
    names += [f"{kind}.rung_{rung}" for rung in RUNGS for kind in ("reached", "day", "days")]
    names.append("deaths")
    names += [f"peak.{name}" for name in sorted(theatre.variables) if isinstance(theatre.variables[name], LogVariable)]
    return names + [f"end.{name}" for name in sorted(theatre.variables)]


def measure_name(name: str, known: Sequence[str]) -> str:
    """Return the measure that a user names; an outcome needs no `outcome.` before it.

    Raises
    ------
    MeasureError
        There is none of that name.
    """
    for candidate in (name, f"outcome.{name}"):
        if candidate in known:
            return candidate
    kinds = sorted({f"{each.split('.')[0]}.…" if "." in each else each for each in known})
    bare = tuple(each.removeprefix("outcome.") for each in known)
    raise MeasureError(f"there is no measure '{name}'{did_you_mean(name, bare) or '; there are ' + ', '.join(kinds)}")
