"""What belongs to nobody, and the market: effects, tension and rungs, variables, flags, outcomes (ODD 7.5 and 7.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

import mesa

from sim.theatre.compiled.arithmetic import decay, exp, log, per_cent
from sim.theatre.language.number import Number
from sim.theatre.language.terms import Quantity
from sim.theatre.language.variables import FlagVariable, LogVariable, UnitVariable, Variable

from .dice import NOISE
from .reading import add_up, clip, product, reading


@dataclass
class Effects:
    """What a day's acts do to variables, gathered so that their order does not matter."""

    variables: Mapping[str, Variable]
    U: dict[str, float] = field(default_factory=dict)
    D: dict[str, float] = field(default_factory=dict)
    A: dict[str, float] = field(default_factory=dict)
    raised: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)

    def gather(self, effects: Mapping[str, Number | str]) -> None:
        for name, effect in effects.items():
            kind = self.variables[name].kind
            if kind == "flag":
                (self.raised if effect == "set" else self.cleared).add(name)
            elif kind == "log":
                self.A[name] = self.A.get(name, 0.0) + per_cent(effect.value)
            elif kind == "level":
                self.A[name] = self.A.get(name, 0.0) + effect.value
            elif effect.value >= 0:
                self.U[name] = self.U.get(name, 1.0) * (1 - effect.value)
            else:
                self.D[name] = self.D.get(name, 1.0) * (1 + effect.value)

    def on(self, name: str, x: float) -> float:
        """The variable after the day's effects, before it is clipped; of a price, its logarithm."""
        kind = self.variables[name].kind
        if kind == "flag":
            return 1.0 if name in self.raised else 0.0 if name in self.cleared else x
        if kind == "unit":
            return x * self.D.get(name, 1.0) + (1 - x) * (1 - self.U.get(name, 1.0))
        return x + self.A.get(name, 0.0)


def bounds(variable: Variable) -> tuple[float, float]:
    """The range of a variable; of a price, that of its logarithm."""
    if isinstance(variable, LogVariable):
        return log(variable.range[0]), log(variable.range[1])
    return (0.0, 1.0) if isinstance(variable, UnitVariable | FlagVariable) else variable.range


def settle(model, name: str) -> None:
    """Let one variable relax to its target, with a day's noise, from the snapshot."""
    variable = model.theatre.variables[name]
    is_price = isinstance(variable, LogVariable)
    low, high = bounds(variable)
    x = model.logs[name] if is_price else model.values[name]
    if variable.target is not None:
        t = clip(target(model, name), low, high)
        x = t + (x - t) * decay(variable.half_life.value)
    if variable.noise is not None:
        sd = variable.noise.value / 100 if is_price else variable.noise.value
        x = x + sd * model.dice.normal(model.day, NOISE, name)
    if (measured := model.case.series.get(name, {}).get(model.date)) is not None:
        x = log(measured) if is_price else measured
    model.put(name, x)


def target(model, name: str) -> float:
    """Where a variable is drawn to today; of a price, its logarithm."""
    variable = model.theatre.variables[name]
    is_price = isinstance(variable, LogVariable)
    base = variable.target["base"].value
    pulls = (
        (per_cent(weight) if is_price else weight) * product(term, model.snapshot.__getitem__)
        for weight, term in model.targets[name]
    )
    return add_up(log(base) if is_price else base, pulls)


class MarketAgent(mesa.Agent):
    """The one agent that settles prices instead of choosing."""

    def __init__(self, model, name: str):
        super().__init__(model)
        self.prices = sorted(model.theatre.actors[name].prices)

    def perceive(self) -> None:
        """It holds nothing against anybody."""

    def decide(self) -> None:
        """It does not choose."""

    def adjudicate(self) -> None:
        """It does not act."""

    def settle(self) -> None:
        for name in self.prices:
            if self.model.failed is None:
                settle(self.model, name)


class WorldAgent(mesa.Agent):
    """Everything that no actor does."""

    def perceive(self) -> None:
        self.model.morning.look(self.model)

    def decide(self) -> None:
        """It does not choose."""

    # 3. Adjudicate

    def adjudicate(self) -> None:
        model = self.model
        acts = list(model.today)
        for name, entry in model.script_of_today():
            if entry.effects:
                model.effects.gather(entry.effects)
                model.record("script", name, "", 0, 0.0, 0, -1)
        self.apply_effects()
        if model.failed is None:
            self.heat_up(acts)
            self.follow_rungs(acts)
            model.snapshot = {quantity: self.reading(quantity) for quantity in model.read_by_targets}

    def apply_effects(self) -> None:
        model = self.model
        for name in sorted(model.theatre.variables):
            x = model.logs[name] if name in model.logs else model.values[name]
            if model.failed is None:
                model.put(name, model.effects.on(name, x))

    def heat_up(self, acts) -> None:
        """Turn the day's acts, and a day of war, into tension."""
        model, ladder = self.model, self.model.theatre.ladder
        heat = add_up(0.0, (model.severity(act.rung) for act in acts))
        if model.at_war():
            heat += model.theatre.war.severity.value
        model.heat_stock = model.heat_stock * decay(ladder.tension_half_life.value) + heat
        tension = 100 * (1 - exp(-(model.heat_stock / ladder.tension_scale.value)))
        if isfinite(tension):
            model.tension = tension
        else:
            model.fail("tension")

    def follow_rungs(self, acts) -> None:
        """Highest rung acted on in the days remembered, overall and between the two sides of each dyad."""
        model, theatre = self.model, self.model.theatre
        days = int(theatre.ladder.rung_memory.value)
        at_war = model.at_war()
        model.daily_rungs.append(9 if at_war else max((act.rung for act in acts), default=0))
        model.rung = float(max(model.daily_rungs[-days:]))
        for name, dyad in theatre.dyads.items():
            between = (act.rung for act in acts if faces(dyad.sides, act.actor, act.target))
            warring = at_war and name in theatre.war.dyads
            model.daily_dyad_rungs[name].append(9 if warring else max(between, default=0))
            model.dyad_rung[name] = float(max(model.daily_dyad_rungs[name][-days:]))

    def reading(self, quantity: Quantity) -> float:
        return reading(self.model, quantity, self.model.morning.held)

    # 4. Settle

    def settle(self) -> None:
        model = self.model
        for name, variable in sorted(model.theatre.variables.items()):
            if model.failed is None and not isinstance(variable, LogVariable | FlagVariable):
                settle(model, name)
        if model.failed is None:
            self.turn_flags()
            self.note_outcomes()

    def turn_flags(self) -> None:
        model = self.model
        model.evening_of_flags.look(model)
        answers = model.evening_of_flags.means
        for name, variable in sorted(model.theatre.variables.items()):
            if isinstance(variable, FlagVariable):
                if answers.get(f"{name} set", False):
                    model.values[name] = 1.0
                elif answers.get(f"{name} clear", False):
                    model.values[name] = 0.0

    def note_outcomes(self) -> None:
        model = self.model
        model.evening_of_outcomes.look(model)
        for name, holds in model.evening_of_outcomes.means.items():
            if holds and model.outcome_day[name] == -1:
                model.outcome_day[name] = model.day


def faces(sides: tuple[tuple[str, ...], tuple[str, ...]], actor: str, target: str) -> bool:
    """Whether actor and target stand on the two sides, either way round."""
    one, other = sides
    return (actor in one and target in other) or (actor in other and target in one)
