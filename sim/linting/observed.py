"""What an ensemble shows of its scenario: acts never chosen, variables that do not move, outcomes that are certain."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.single import scaled
from sim.results.ensemble import Ensemble
from sim.theatre.language.names import Names, naming
from sim.theatre.language.number import written
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Outcome
from sim.theatre.language.terms import Condition, Factor, Limit, Term
from sim.theatre.language.variables import FlagVariable, LevelVariable, LogVariable, UnitVariable

from .findings import Finding, Places

NEARLY_ALL = 0.98
"""Share of runs, or of days, from which on a thing counts as always so."""
TOLERANCE = 1e-6
"""Trajectories are kept with seven digits."""

_HELD, _FAILED = "held__", "failed__"


def watched(scenario: Scenario) -> Scenario:
    """The scenario with an outcome more for each named condition: whether it ever held, and ever did not."""
    theatre = scenario.theatre
    more = {
        f"{prefix}{name}": Outcome(
            label=name, when=Condition(clauses={name: Limit(value=value, op=">=" if value else "<=")})
        )
        for name in theatre.conditions
        for prefix, value in ((_HELD, 1.0), (_FAILED, 0.0))
    }
    changed = theatre.model_copy(update={"outcomes": theatre.outcomes | more})
    parts = {name: getattr(scenario, name) for name in Scenario.model_fields}
    return Scenario.model_validate(parts | {"theatre": changed})


class Watch:
    """An ensemble of a watched scenario, and the findings that it shows by itself."""

    def __init__(self, scenario: Scenario, ensemble: Ensemble, places: Places) -> None:
        self.scenario, self.theatre, self.places = scenario, scenario.theatre, places
        self._watched = ensemble
        own = ensemble.outcomes[sorted(self.theatre.outcomes)]
        self.ensemble = replace(ensemble, scenario=scenario, outcomes=own)
        self.n = len(self.ensemble.completed)

    @cached_property
    def runs_by_action(self) -> Mapping[str, NDArray[np.int64]]:
        """By action, the runs in which its actor chose it."""
        events = self.ensemble.events
        action, names = events["action"].cat.codes.to_numpy(np.int64), events["action"].cat.categories
        scripted = [
            (entry.on - self.scenario.start).days * len(names) + names.get_loc(entry.do)
            for entry in self.scenario.script.values()
            if entry.do is not None
        ]
        chosen = ~np.isin(events["day"].to_numpy(np.int64) * len(names) + action, scripted)
        pairs = np.unique(action[chosen] * len(self._watched) + events["run"].to_numpy()[chosen])
        of, runs = np.divmod(pairs, len(self._watched))
        return {str(names[at]): runs[of == at] for at in np.unique(of)}

    def findings(self) -> Iterator[Finding]:
        """Everything that needs no second run."""
        yield from self._saturation()
        yield from self._never_chosen()
        yield from self._variables()
        yield from self._never_varies()
        yield from self._implausible()

    def _saturation(self) -> Iterator[Finding]:
        if self._all_alike():
            yield self.places.finding("all alike", "runs", f"all {self.n} runs take the same path")
            return
        for row in self.ensemble.shares().itertuples():
            path = f"outcomes.{row.outcome}"
            if row.share == 0:
                yield self.places.finding("never held", path, f"'{row.outcome}' held in none of {self.n} runs")
            elif row.share > NEARLY_ALL:
                what = f"'{row.outcome}' held in {row.share:.1%} of {self.n} runs"
                yield self.places.finding("always held", path, what, at="runs")

    def _all_alike(self) -> bool:
        first = self.ensemble.trajectories.isel(run=0)
        alike = all(bool((self.ensemble.trajectories[name] == first[name]).all()) for name in first.data_vars)
        acts = self.ensemble.events.groupby("run").size().reindex(self.ensemble.outcomes.index, fill_value=0)
        return self.n > 1 and alike and acts.nunique() == 1

    def _never_chosen(self) -> Iterator[Finding]:
        for name in self.theatre.actions:
            if name not in self.runs_by_action:
                what = f"{name} is never chosen in {self.n} runs"
                finding = self.places.finding("never chosen", f"actions.{name}", what)
                ban = self.scenario.forbid.get(name, "never")
                yield replace(finding, explained="the scenario forbids it") if ban == "always" else finding

    @cached_property
    def _range(self) -> Mapping[str, tuple[float, float]]:
        """Lowest and highest value of every trajectory, the first morning included."""
        found = {}
        for name, values in self.ensemble.trajectories.data_vars.items():
            low, high = float(values.min()), float(values.max())
            if name in self.theatre.variables:
                start = self._start(str(name))
                low, high = min(low, start), max(high, start)
            found[str(name)] = low, high
        return found

    def _start(self, name: str) -> float:
        variable = self.theatre.variables[name]
        return float(variable.start if isinstance(variable, FlagVariable) else variable.start.value)

    def _still(self, name: str) -> bool:
        low, high = self._range[name]
        return high - low <= TOLERANCE * max(abs(low), abs(high))

    def _variables(self) -> Iterator[Finding]:
        for name, variable in self.theatre.variables.items():
            path = f"variables.{name}"
            if self._still(name):
                what = f"'{name}' is {self._range[name][0]:g} on every day of {self.n} runs"
                yield self.places.finding("never moves", path, what)
            elif not isinstance(variable, FlagVariable):
                ends = (0.0, 1.0) if isinstance(variable, UnitVariable) else variable.range
                for end in ends:
                    share = self._at(name, end, ends)
                    if share >= NEARLY_ALL and not self._rests_at(variable, end):
                        what = f"'{name}' lies at {end:g}, an end of its range, on {share:.1%} of all days"
                        yield self.places.finding("stuck", path, what)

    def _at(self, name: str, end: float, ends: tuple[float, float]) -> float:
        values = self.ensemble.trajectories[name].to_numpy()
        return float((np.abs(values - end) <= TOLERANCE * (ends[1] - ends[0])).mean())

    @staticmethod
    def _rests_at(variable: UnitVariable | LevelVariable | LogVariable, end: float) -> bool:
        """Whether the end of the range is where it begins and, with nothing happening, stays."""
        return variable.start.value == end and (variable.target is None or variable.target["base"].value == end)

    def _never_varies(self) -> Iterator[Finding]:
        """Drivers whose every factor has one value throughout, and not 0."""
        with naming(Names.of(self.theatre)):
            terms = [(each, Term.parse(each.keys[-1])) for each in written(self.theatre) if _is_driver(each.keys)]
        for number, term in terms:
            readings = [self._constant(factor) for factor in term.factors]
            if None not in readings and all(readings):
                what = f"driver '{term}' of {number.keys[1]} never varies in {self.n} runs"
                yield self.places.finding("never varies", number.path, what)

    def _constant(self, factor: Factor) -> float | None:
        """The one reading of a factor in all runs and on all days; None if it varies or that is not known here."""
        reading = self._reading(factor)
        return reading if reading is None or not factor.negated else 1 - reading

    def _reading(self, factor: Factor) -> float | None:
        quantity = factor.quantity
        if quantity.kind == "condition":
            held, failed = (
                self._watched.outcomes[f"{prefix}{quantity.of[0]}"].notna().any() for prefix in (_HELD, _FAILED)
            )
            return None if held and failed else float(held)
        if quantity.kind == "variable":
            ends = [self._read(quantity.of[0], value) for value in self._range[quantity.of[0]]]
            return ends[0] if abs(ends[1] - ends[0]) <= TOLERANCE else None
        if quantity.kind in ("rung", "tension"):
            low, high = self._range["_".join((quantity.kind, *quantity.of))]
            return low if low == high else None
        return None  # what is held against others: constant only if 0, and then the term is a dead lever

    def _read(self, name: str, value: float) -> float:
        """A value as terms read it."""
        variable = self.theatre.variables[name]
        if not isinstance(variable, LevelVariable | LogVariable):
            return value
        return scaled(value, *(end.value for end in variable.scale))

    def _implausible(self) -> Iterator[Finding]:
        for each in written(self.theatre):
            number = each.number
            if number.plausible is not None and not number.plausible[0] <= number.value <= number.plausible[1]:
                low, high = number.plausible
                what = f"{each.path} is {number.value:g}, outside its plausible range {low:g} to {high:g}"
                yield self.places.finding("implausible", each.path, what)


def _is_driver(keys: tuple[str, ...]) -> bool:
    return keys[0] == "actions" and keys[2:3] == ("drivers",)
