"""Every figure of `sim.plots`, drawn of one scenario: for tests that hold something of all of them."""

from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import sim
from sim import plots
from sim.analysis.discovery import Box
from sim.execution.records import RecordError
from sim.experiments.record.hindcast import Hindcast
from sim.experiments.record.residuals import residuals
from sim.results.posterior import Posterior
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.prior import Prior
from sim.theatre.parameters.uncertain import uncertain_numbers

SEED = 7
NUMBERS = {
    "first_lesson": ["actors.south.replies.overshoot", "actors.north.replies.rate", "actions.south.reassure.rate"],
}
"""Numbers that are swept, where those of the most frequent acts change nothing."""


class Material:
    """What the figures of one scenario are drawn of; each part is made when a figure asks for it."""

    def __init__(self, name: str, runs: int = 40) -> None:
        self.scenario, self.runs = sim.load(name), runs

    @cached_property
    def ensemble(self) -> Any:
        """Runs as written."""
        return sim.run(self.scenario, runs=self.runs, seed=SEED)

    @cached_property
    def other(self) -> Scenario:
        """The scenario without the act that there is most of."""
        acts = self.ensemble.events.query("actor != 'script'")["action"]
        written = self.scenario.model_dump(by_alias=True)
        forbidden = dict(written.get("forbid") or {}) | {acts.value_counts().idxmax(): "always"}
        changes = {"name": f"{self.scenario.name}_less", "title": "Without its most frequent act", "forbid": forbidden}
        return Scenario.model_validate(written | changes)

    @cached_property
    def comparison(self) -> Any:
        """Pairs on the same dice."""
        return sim.compare(self.scenario, self.other, self.runs, SEED)

    @cached_property
    def turn(self) -> Any:
        """The run and the day of the gravest act of somebody who has a choice."""
        acts = self.ensemble.events.query("actor != 'script'")
        return acts.sort_values(["rung", "run", "day"], ascending=[False, True, True]).iloc[0]

    @cached_property
    def futures(self) -> Any:
        """Branches of a day."""
        return sim.branch(
            self.scenario, seed=SEED, run=int(self.turn["run"]), day=int(self.turn["day"]), runs=self.runs
        )

    @cached_property
    def options(self) -> Any:
        """Options of who acted on that day."""
        turn = self.turn
        return sim.choices(
            self.scenario,
            seed=SEED,
            run=int(turn["run"]),
            day=int(turn["day"]),
            actor=str(turn["actor"]),
            runs=12,
            days=30,
        )

    @cached_property
    def numbers(self) -> list[str]:
        """A few numbers of acts that are chosen."""
        if self.scenario.name in NUMBERS:
            return NUMBERS[self.scenario.name]
        acts = self.ensemble.events.query("actor != 'script'")["action"].value_counts().index[:2]
        found = [f"actions.{act}.rate" for act in acts]
        return [*found, *(f"actors.{act.split('.')[0]}.replies.rate" for act in acts)][: 3 if len(set(acts)) > 1 else 2]

    @cached_property
    def measure(self) -> str:
        """The outcome nearest to half of the runs."""
        shares = self.ensemble.shares().set_index("outcome")["share"]
        return str((shares - 0.5).abs().idxmin())

    @cached_property
    def sweeps(self) -> "Sweeps":
        """A sweep of a few runs by each method that a figure is of."""
        return Sweeps(self)

    def boxed(self, of: str) -> tuple[Any, str, Box]:
        """A sweep, what is looked for in it, and the lower half of what all of its numbers may be."""
        swept = self.sweeps[of]
        limits = {each.path: (each.low, (each.low + each.high) / 2) for each in swept.design.varied}
        says = f"{swept.measure(self.measure)} > 0.5"
        return swept, self.measure, Box(limits, 0.6, 0.7, 0.3, 0.4, says, dict.fromkeys(limits, 0.01))

    def line(self, swept: Any) -> float:
        return float(np.nanquantile(swept.Y(swept.measure(self.measure)), 0.6))

    @cached_property
    def doubtful(self) -> Any:
        """Runs that draw their numbers, and runs as written."""
        return sim.run(self.scenario, self.runs, SEED, uncertain=True), self.ensemble

    @cached_property
    def record(self) -> Any:
        """The record, where the scenario has one."""
        try:
            return sim.recorded(self.scenario)
        except RecordError:
            return None

    @cached_property
    def filtered(self) -> Any:
        """What a filter might say of the first days: quiet, but for a few acts that were hardly expected."""
        days = pd.date_range(self.scenario.start, periods=min(self.scenario.days, 120))
        first = next(iter(self.scenario.theatre.deciders))
        acts = [name for name in self.scenario.theatre.actions if name.startswith(f"{first}.")]
        parts = pd.DataFrame({"day": range(len(days)), "date": days, "actor": first, "action": None, "nats": -0.05})
        parts["chance"], parts["event"] = np.nan, None
        for at, day in enumerate(range(5, len(days), 9)):
            parts.loc[day, ["action", "nats", "chance", "event"]] = [
                acts[at % len(acts)],
                -2.0 - at,
                0.1,
                f"event_{at}",
            ]
        expected = pd.DataFrame(0.02, index=range(len(days)), columns=list(self.scenario.theatre.actions))
        return SimpleNamespace(
            scenario=self.scenario, particles=256, seed=SEED, parts=parts.assign(covered=True), expected=expected
        )

    @cached_property
    def hindcast(self) -> Any:
        """Forty forecasts of one question."""
        asked = next(iter(self.scenario.theatre.questions), None)
        if asked is None:
            return None
        happened = np.r_[np.arange(20) < 2, np.arange(20) < 8].astype(float)
        table = pd.DataFrame({"forecast": np.repeat([0.1, 0.7], 20), "happened": happened, "day": 20 + np.arange(40)})
        table["origin"] = pd.date_range(self.scenario.start, periods=40)
        table = table.assign(question=asked, kind="any", forecaster="model", sd=0.3, low=0.0, high=1.0, score=0.1)
        questions = {asked: self.scenario.theatre.questions[asked]}
        return Hindcast(self.scenario, 5, 1024, 1, 20, questions, {}, table.assign(log_score=0.2))

    @cached_property
    def fitted(self) -> Posterior:
        """A posterior half as wide as its prior, of those numbers that have one."""
        known = {each.path: each for each in uncertain_numbers(self.scenario)}
        prior = Prior(tuple(known[path] for path in self.numbers if path in known) or tuple(known.values())[:2])
        z = np.random.default_rng(SEED).normal(0.8, 0.5, (200, len(prior.numbers)))
        info = {"scenario": self.scenario.name, "scenario_sha256": self.scenario.sha256, "seed": SEED}
        return Posterior(pd.DataFrame(prior.values(z), columns=list(prior.names)), prior, info)


class Sweeps(dict[str, Any]):
    """Sweeps by their names, each made when it is asked for."""

    def __init__(self, material: Material) -> None:
        self.material, self.replicates = material, 32 if material.scenario.name in NUMBERS else 4

    def __missing__(self, name: str) -> Any:
        numbers, n = list(dict.fromkeys(self.material.numbers)), len(set(self.material.numbers))
        method, samples = {
            "oat": ("oat", None),
            "morris": ("morris", 4 * (n + 1)),
            "lhs": ("lhs", 40),
            "one": ("lhs", 32),
        }[name]
        chosen = numbers[:1] if name == "one" else numbers
        self[name] = sim.sweep(self.material.scenario, chosen, method, samples, self.replicates, SEED, progress=None)
        return self[name]


Draw = Callable[[Material, Axes | None], Axes | None]
FIGURES: dict[str, Draw] = {
    "alluvial": lambda m, ax: plots.alluvial(m.ensemble, ax),
    "branches": lambda m, ax: plots.branches(m.futures, ax),
    "branches, deep": lambda m, ax: plots.branches(m.futures, ax, depth=5),
    "choices": lambda m, ax: plots.choices(m.options, ax),
    "counts": lambda m, ax: plots.counts(m.ensemble, m.record, ax=ax),
    "difference": lambda m, ax: plots.difference(m.comparison, ax),
    "errors": lambda m, ax: plots.errors(*m.doubtful, ax),
    "fan": lambda m, ax: plots.fan(m.ensemble, ax, record=m.record),
    "fan, plain": lambda m, ax: plots.fan(m.ensemble, ax),
    "fan of a price": lambda m, ax: (
        plots.fan(m.ensemble, ax, "oil_price", record=m.record) if "oil_price" in m.scenario.theatre.variables else None
    ),
    "first_passage": lambda m, ax: plots.first_passage(m.ensemble, ax, record=m.record),
    "flips": lambda m, ax: plots.flips(m.comparison, ax),
    "heat": lambda m, ax: plots.heat(m.sweeps["lhs"], m.measure, m.numbers[:2], ax),
    "influence": lambda m, ax: plots.influence(m.sweeps["morris"], m.measure, ax),
    "morris": lambda m, ax: plots.morris(m.sweeps["morris"], m.measure, ax),
    "outcomes": lambda m, ax: plots.outcomes(m.ensemble, ax, record=m.record),
    "parallel": lambda m, ax: plots.parallel(*m.boxed("lhs"), ax),
    "parallel, one": lambda m, ax: plots.parallel(*m.boxed("one"), ax),
    "posterior": lambda m, ax: plots.posterior(m.fitted, ax),
    "raster": lambda m, ax: plots.raster(m.ensemble, ax),
    "reliability": lambda m, ax: plots.reliability(m.hindcast, ax) if m.hindcast else None,
    "residuals": lambda m, ax: plots.residuals(residuals(m.filtered), ax),
    "rungs": lambda m, ax: plots.rungs(m.ensemble, ax, record=m.record),
    "spiral": lambda m, ax: plots.spiral(m.ensemble, ax),
    "strip": lambda m, ax: plots.strip(m.ensemble, ax),
    "surprise": lambda m, ax: plots.surprise(m.filtered, ax),
    "tornado": lambda m, ax: plots.tornado(m.sweeps["oat"], m.measure, ax),
    "tradeoff": lambda m, ax: plots.tradeoff(m.sweeps["lhs"], m.measure, above=m.line(m.sweeps["lhs"]), ax=ax),
    "transitions": lambda m, ax: plots.transitions(m.ensemble, ax),
    "uncertainty": lambda m, ax: plots.uncertainty(*m.doubtful, ax),
}
"""How each is drawn; a name before a comma or ' of' is that of the function."""
LABORIOUS = {"errors", "heat", "influence", "morris", "parallel", "posterior", "tornado", "tradeoff", "uncertainty"}
"""Those of sweeps and of drawn numbers, which take many runs."""


def function_of(name: str) -> str:
    """The function of `sim.plots` that draws a figure of the list."""
    return name.split(",")[0].split(" of ")[0]
