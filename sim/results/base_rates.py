"""The base-rate table: an ensemble compared with what its theatre knows of crises of its kind."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import base_rates as measured
from sim.analysis.arrays import Flags
from sim.analysis.estimates import Estimate
from sim.analysis.intervals import wilson
from sim.engine.draw import drawn_as
from sim.text import counted, finite_or_none
from sim.theatre.language.base_rates import ActFilter, BaseRateKind, RunArrays, While
from sim.theatre.language.variables import FlagVariable
from sim.theatre.parameters.uncertain import uncertain_numbers

if TYPE_CHECKING:
    from .ensemble import Ensemble

Verdict = Literal["inside", "outside", "open", "cannot fail"]

FEWEST = 20
"""With fewer cases than this the verdict stays open."""
COLUMNS = ["id", "label", "source", "expected_low", "expected_high", "value", "low", "high", "n", "verdict"]


def base_rate_table(ensemble: "Ensemble") -> pd.DataFrame:
    """Hold an ensemble beside the base rates of its theatre.

    Returns
    -------
    DataFrame with one row for each base rate: id, label, source, expected_low, expected_high; value, low and high, its
    95 % interval by sampling error; n, the cases it rests on; verdict, `inside` or `outside` if the whole interval is,
    else, or with fewer than 20 cases, `open`; `cannot fail` where no runs could be outside
    """
    seen = EnsembleArrays(ensemble)
    rows = []
    for name, rate in ensemble.scenario.theatre.base_rates.items():
        found = rate.estimate(seen)
        said = verdict(found, rate.expected) if can_fail(rate, min(found.n, seen.n_runs)) else "cannot fail"
        rows.append([name, rate.label, rate.source, *rate.expected, *found, said])
    return pd.DataFrame(rows, columns=COLUMNS)


def as_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The table as JSON holds it: what is not known is null."""
    rows = table.drop(columns=["expected_low", "expected_high"]).to_dict("records")
    ranges = table[["expected_low", "expected_high"]].to_numpy().tolist()
    return [
        {**{key: finite_or_none(value) for key, value in row.items()}, "expected": ends}
        for row, ends in zip(rows, ranges, strict=True)
    ]


def can_fail(rate: BaseRateKind, cases: int) -> bool:
    """Whether some runs could lie outside of the expected range.

    None can if the range holds all that the figure can be; nor, of so many independent cases, if the interval around a
    share of none or all of them still reaches into it.
    """
    if rate.cannot_fail or not rate.is_share or cases < FEWEST:
        return not rate.cannot_fail
    (_, most_of_none), (least_of_all, _) = (wilson(hits, cases) for hits in (0, cases))
    return bool(most_of_none < rate.expected[0] or least_of_all > rate.expected[1])


def verdict_counts(table: pd.DataFrame) -> str:
    """Say how many rows have which verdict, of those that can fail."""
    said = table["verdict"].value_counts()
    failing = [f"{said.get(each, 0)} {each}" for each in ("inside", "outside", "open")]
    idle = int(said.get("cannot fail", 0))
    rest = f"; {idle} more cannot fail" if idle else ""
    return f"Of {counted(len(table) - idle, 'row')}, {', '.join(failing)}{rest}"


def verdict(found: Estimate, expected: tuple[float, float]) -> Verdict:
    """Whether a figure lies within a range, as far as its interval can tell."""
    low, high = expected
    if found.n < FEWEST or not np.isfinite([found.low, found.value]).all():
        return "open"
    if low <= found.low and found.high <= high:
        return "inside"
    return "outside" if found.high < low or found.low > high else "open"


class EnsembleArrays(RunArrays):
    """What an ensemble did, as base rates see it."""

    def __init__(self, ensemble: "Ensemble") -> None:
        self.scenario, self.theatre = ensemble.scenario, ensemble.scenario.theatre
        self.completed = ensemble.completed
        self.n_runs, self.n_days = len(self.completed), ensemble.scenario.days
        self.units = ensemble.units
        self.weekday = (ensemble.scenario.start.weekday() + np.arange(self.n_days)) % 7
        self._ensemble = ensemble
        self._trajectories = ensemble.trajectories
        at = np.full(int(ensemble.outcomes.index.max()) + 1, -1, np.int64)
        at[self.completed.index] = np.arange(self.n_runs)
        events = ensemble.events
        if len(ensemble.failures):
            events = events[at[events["run"]] >= 0]
        self.run, self.day = at[events["run"].to_numpy()], events["day"].to_numpy()
        self.rung, self.lethal = events["rung"].to_numpy(), events["fatalities"].to_numpy() > 0
        self.action, self.names = events["action"].cat.codes.to_numpy(), list(events["action"].cat.categories)
        self._events = events
        self._kept: dict[Any, Any] = {}

    @cached_property
    def acts(self) -> measured.Acts:
        """Every act, with its number and that of its cause."""
        cause = self._events["cause"].fillna(-1).to_numpy(np.int64)
        return measured.Acts(self.run, self.day, self.rung, self._events["event"].to_numpy(), cause)

    def held(self, outcome: str) -> Flags:
        """By run, whether an outcome held on some day."""
        held: Flags = self.completed[outcome].notna().to_numpy(bool)
        return held

    def trajectory(self, name: str) -> NDArray[Any]:
        """Values in the evening, shape (run, day)."""
        values: NDArray[Any] = self._trajectories[name].to_numpy()
        return values[self.completed.index.to_numpy()] if self.n_runs < len(values) else values

    def where(self, *acts: ActFilter) -> Flags:
        """By act, whether it is one of any of these."""
        fits: Flags = np.logical_or.reduce(
            [self._of(each)[self.action] & self._as(each.rungs, each.lethal) for each in acts]
        )
        return fits

    def when(self, those: Flags) -> tuple[NDArray[Any], NDArray[Any]]:
        """Run and day of some acts."""
        return self.run[those], self.day[those]

    def _of(self, acts: ActFilter) -> Flags:
        """By action: whether it is one of these; who does what to whom stands in the theatre."""
        theatre = self.theatre.actions
        fits = [
            (not acts.actions or name in acts.actions)
            and (not acts.actors or name.split(".")[0] in acts.actors)
            and (not acts.targets or theatre[name].target in acts.targets)
            if name in theatre
            else False
            for name in self.names
        ]
        return np.array(fits, bool)

    def _as(self, rungs: tuple[int, int] | None, lethal: bool | None) -> Flags:
        fits = np.ones(len(self.run), bool)
        if rungs is not None:
            fits &= (self.rung >= rungs[0]) & (self.rung <= rungs[1])
        if lethal is not None:
            fits &= self.lethal == lethal
        return fits

    def days_while(self, conditions: While) -> Flags:
        """Days that count, shape (run, day): those after an evening on which all of this was so."""
        open_ = np.ones((self.n_runs, self.n_days), bool)
        for name, threshold in conditions.items():
            values = np.empty((self.n_runs, self.n_days), np.float64)
            values[:, 0] = self.start(name)
            values[:, 1:] = self.trajectory(name)[:, :-1]
            open_ &= values >= threshold.value if threshold.op == ">=" else values <= threshold.value
        return open_

    def start(self, name: str) -> float | NDArray[np.float64]:
        """What a variable is before the first day: in every run alike, or by run where runs draw their numbers."""
        variable, path = self.theatre.variables[name], f"variables.{name}.start"
        if isinstance(variable, FlagVariable):
            return float(variable.start)
        if not (uncertain := self._ensemble.info.get("uncertain")):
            return variable.start.value
        own = [doubt for doubt in uncertain_numbers(self.scenario) if doubt.path == path]
        values = drawn_as(uncertain, own, self._ensemble.seed, self.completed.index.to_numpy())
        return values.get(path, variable.start.value)

    def exchanges(self, dyads: tuple[str, ...], lowest: int, highest: int = 9) -> list[measured.Exchange]:
        """Acts of either side of each dyad on the other, on these rungs."""
        return [self._once((dyad, lowest, highest), self._exchange) for dyad in dyads]

    def _once(self, key: Any, make: Callable[..., Any]) -> Any:
        """What several base rates ask for, made once."""
        if key not in self._kept:
            self._kept[key] = make(*key)
        return self._kept[key]

    def _exchange(self, dyad: str, lowest: int, highest: int) -> measured.Exchange:
        side = self.sides(dyad)[self.action]
        these = (side >= 0) & (self.rung >= lowest) & (self.rung <= highest)
        return measured.exchange(self.run[these], self.day[these], side[these], self.rung[these])

    def sides(self, dyad: str) -> NDArray[np.int8]:
        """By action: 0 and 1 if it is an act of the first or the second side on the other, else -1."""
        one, other = self.theatre.dyads[dyad].sides
        side = np.full(len(self.names), -1, np.int8)
        for at, name in enumerate(self.names):
            if name in self.theatre.actions:
                actor, target = name.split(".")[0], self.theatre.actions[name].target
                if actor in one and target in other:
                    side[at] = 0
                elif actor in other and target in one:
                    side[at] = 1
        return side

    def answers(self, dyads: tuple[str, ...]) -> tuple[measured.Acts, measured.Acts]:
        """Acts that answer an act of the other side of one of the dyads, after what each of them answers."""
        found: tuple[measured.Acts, measured.Acts] = self._once((dyads,), self._answers)
        return found

    def _answers(self, dyads: tuple[str, ...]) -> tuple[measured.Acts, measured.Acts]:
        within = np.logical_or.reduce([self.sides(dyad)[self.action] >= 0 for dyad in dyads])
        side = np.stack([self.sides(dyad) for dyad in dyads])
        where = np.flatnonzero(within)
        some = measured.take(self.acts, where)
        cause, reply = measured.answers(some._replace(rung=where))  # what leads back to each act's rung and action
        of_cause, of_reply = side[:, self.action[cause.rung]], side[:, self.action[reply.rung]]
        opposite = ((of_cause >= 0) & (of_reply >= 0) & (of_cause != of_reply)).any(axis=0)
        cause, reply = measured.take(cause, opposite), measured.take(reply, opposite)
        return cause._replace(rung=self.rung[cause.rung]), reply._replace(rung=self.rung[reply.rung])
