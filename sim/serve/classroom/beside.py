"""What a class is held beside: runs of its scenario in which nobody sat, and the history that really happened."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.intervals import wilson
from sim.report.pack import stepped, whole
from sim.report.record import followed, known
from sim.report.series import LEVELS
from sim.text import on
from sim.theatre.language.scenario import Scenario

RUNS = 400


@dataclass(frozen=True)
class Beside:
    """Runs of a scenario, and its record."""

    scenario: Scenario
    seed: int
    first: NDArray[np.int64]
    """The day on which each outcome first held, shape (outcome, run), runs that failed left out; -1 if it never did."""
    drawn: dict[str, Any]
    """What the page draws of the runs."""
    really: dict[str, Any] | None
    """What it draws of the record; None where nothing is recorded of these days."""
    happened: dict[str, int] | None
    """By outcome, the day on which it really came about."""

    @property
    def runs(self) -> int:
        """Runs that did not fail."""
        return int(self.first.shape[1])

    def shares(self, until: int) -> list[dict[str, Any]]:
        """By outcome, the share of the runs in which it had come about before a day, with its 95 % interval."""
        held = ((self.first >= 0) & (self.first < until)).sum(axis=1)
        low, high = wilson(held, self.runs)
        shares = held / max(self.runs, 1)
        rows = zip(self.scenario.theatre.outcomes.items(), shares.tolist(), low.tolist(), high.tolist(), strict=True)
        return [
            {"id": name, "label": shown.label, "share": share, "low": least, "high": most}
            for (name, shown), share, least, most in rows
        ]

    def came(self, until: int) -> dict[str, bool] | None:
        """By outcome, whether it had really come about before a day; None where the record ends earlier."""
        if self.happened is None or self.really is None or self.really["days"] < until:
            return None
        return {name: self.happened.get(name, until) < until for name in self.scenario.theatre.outcomes}


def beside(scenario: Scenario, seed: int, runs: int = RUNS) -> Beside:
    """Run a scenario with nobody in its seats, and follow its record."""
    from sim.execution.run import run

    ensemble = run(scenario, runs=runs, seed=seed, progress=None)
    first = ensemble.completed.reindex(columns=list(scenario.theatre.outcomes)).fillna(-1).to_numpy(np.int64).T
    really, happened = _really(scenario)
    drawn = {
        "runs": ensemble.n_completed,
        "tension": stepped(ensemble.quantiles("tension", LEVELS)),
        "standing": whole(np.rint(ensemble.standing() * ensemble.n_completed)),
    }
    return Beside(scenario, seed, first, drawn, really, happened)


def _really(scenario: Scenario) -> tuple[dict[str, Any] | None, dict[str, int] | None]:
    """The path that the model makes of what is recorded, and when each outcome really came about."""
    record = known(scenario)
    found = None if record is None else followed(scenario, record)
    if found is None:
        return None, None
    days = found.outcomes.iloc[0].dropna()
    path = {
        "until": on(found.scenario.end),
        "days": found.scenario.days,
        "tension": stepped(found.trajectories["tension"].to_numpy()[:1]),
        "rung": whole(found.trajectories["rung"].to_numpy()[:1].astype(np.int64)),
    }
    return path, {str(name): int(day) for name, day in days.items()}
