"""What the runs to read are called: no two alike, each with what sets it apart from those like it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sim.results.ensemble import SCRIPT, Ensemble
from sim.text import brief, counted


def called_apart(kept: Ensemble, reasons: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """By run, a line for a list: why it is told and on which day that was, how many died, and how high it climbed."""
    deeds = kept.events[(kept.events["actor"] != SCRIPT) & kept.events["run"].isin(list(reasons))]
    by_run = deeds.groupby("run")
    dead, highest = by_run["fatalities"].sum().to_dict(), by_run["rung"].max().to_dict()
    lines = {}
    for run, why in reasons.items():
        toll = f"{counted(int(dead.get(run, 0)), 'death')}" if dead.get(run, 0) else "nobody dies"
        lines[run] = ", ".join([_dated(kept, run, why[0]), toll, f"up to rung {int(highest.get(run, 0))}"])
    alike = Counter(lines.values())
    acts = by_run.size().to_dict()
    return {
        run: line if alike[line] == 1 else f"{line}, {counted(int(acts.get(run, 0)), 'act')}, run {run:,}"
        for run, line in lines.items()
    }


def _dated(kept: Ensemble, run: int, why: str) -> str:
    """A reason, with the day of the outcome that it names."""
    outcomes = kept.scenario.theatre.outcomes
    for name, day in kept.outcomes.loc[run].dropna().items():
        if why.endswith(outcomes[str(name)].label):
            return f"{why}, on {brief(kept.scenario.start + timedelta(days=int(day)))}"
    return why


__all__ = ["called_apart"]
