"""The model of one world, activated in the four phases of ODD section 3."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from math import isfinite, nan
from typing import Any

import mesa

from sim.theatre.compiled.arithmetic import exp, log
from sim.theatre.language.days import Window
from sim.theatre.language.names import Names, naming
from sim.theatre.language.scenario import Scenario, ScriptEntry
from sim.theatre.language.schema import Market, Theatre
from sim.theatre.language.terms import Condition
from sim.theatre.language.variables import FlagVariable, LogVariable
from sim.theatre.parameters.change import with_numbers

from .actor import ActorAgent, Event, Order, Pair, Tally, hand_of
from .dice import Dice
from .reading import Lookout, Watch, Weighted, clip, kept_pairs, kept_tallies, weighted
from .world import Effects, MarketAgent, WorldAgent, bounds

PHASES = ("perceive", "decide", "adjudicate", "settle")


class ReferenceModel(mesa.Model):
    """One run of a scenario; a step is a day, and in each phase actors act in the order of their ids.

    1. Perceive: stocks fade and take up yesterday's acts; conditions are read.
    2. Decide: every hand of every actor draws one action or holds.
    3. Adjudicate: acts become events; all effects are applied at once.
    4. Settle: prices and variables relax; flags and outcomes are checked.

    After each step it shows the evening of the day: `values`, `logs` (of prices), `stocks`, `readings` (of the
    morning), `heat_stock`, `tension`, `rung`, `dyad_rung`, `events`, `outcome_day`, `failed`, and how the day's choices
    were drawn, `draws`. `day` counts the days done.

    Parameters
    ----------
    scenario
        A scenario, or the path of one.
    seed, run, branch
        What the dice are keyed by; `None` counts as 0, since Mesa's batch runner may give that.
    runs
        Always 1: so that Mesa's batch runner calls it as it calls the engine.
    """

    actor_type = ActorAgent

    def __init__(self, scenario: Any, seed: int | None = 0, run: int = 0, branch: int = 0, runs: int = 1):
        super().__init__(rng=0)
        if runs != 1:
            raise ValueError(f"the reference model runs one world, found runs={runs}")
        self.case = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
        self.theatre: Theatre = self.case.theatre
        self.script = self.case.script
        self.dice = Dice(0 if seed is None else seed, run, branch)
        with naming(Names.of(self.theatre)):
            self._lay_out_rules()
            self._start()
            self._cast()
        self.datacollector = mesa.DataCollector(model_reporters=self._reporters())

    def _lay_out_rules(self) -> None:
        theatre = self.theatre
        actions, variables = theatre.actions.items(), theatre.variables.items()
        flags = {name: variable for name, variable in variables if isinstance(variable, FlagVariable)}
        turns: dict[str, Condition | None] = {f"{name} set": flag.set_when for name, flag in flags.items()}
        turns |= {f"{name} clear": flag.clear_when for name, flag in flags.items()}
        self.morning = Lookout(theatre, {name: rule.when for name, rule in actions if rule.when is not None})
        self.evening_of_flags = Lookout(theatre, {turn: when for turn, when in turns.items() if when is not None})
        self.evening_of_outcomes = Lookout(theatre, {name: outcome.when for name, outcome in theatre.outcomes.items()})
        self.targets = {name: weighted(rule.target) for name, rule in variables if name not in flags and rule.target}
        read = (factor.quantity for terms in self.targets.values() for _, term in terms for factor in term.factors)
        self.read_by_targets = set(read)
        self.sponsors: dict[str, dict[str, Weighted]] = {
            proxy: {sponsor: weighted(link.control) for sponsor, link in sorted(traits.sponsors.items())}
            for proxy, traits in theatre.deciders.items()
        }

    def _start(self) -> None:
        variables = self.theatre.variables.items()
        self.day = 0
        self.logs = {
            name: log(variable.start.value) for name, variable in variables if isinstance(variable, LogVariable)
        }
        self.values = {
            name: exp(self.logs[name]) if name in self.logs else float(getattr(variable.start, "value", variable.start))
            for name, variable in variables
        }
        self.pairs = {pair: Pair() for pair in kept_pairs(self.theatre)}
        self.impunity = {pair: Tally() for pair in kept_tallies(self.theatre, "impunity")}
        self.toll = {pair: Tally() for pair in kept_tallies(self.theatre, "toll")}
        self.heat_stock = self.tension = self.rung = 0.0
        self.dyad_rung = dict.fromkeys(self.theatre.dyads, 0.0)
        self.daily_rungs: list[int] = []
        self.daily_dyad_rungs: dict[str, list[int]] = {name: [] for name in self.theatre.dyads}
        self.deaths: dict[str, int] = defaultdict(int)
        self.last: dict[Any, int] = {}
        """The last day of each action, and of each actor on each rung or above."""
        self.orders: dict[str, Order] = {}
        """Acts that have been ordered and are still to be done."""
        self.events: list[Event] = []
        self.yesterday: list[Event] = []
        self.today: list[Event] = []
        self.effects = Effects(self.theatre.variables)
        self.snapshot: dict[Any, float] = {}
        self.draws: dict[str, tuple[float, list[tuple[str, float]], str | None]] = {}
        self.outcome_day = dict.fromkeys(self.theatre.outcomes, -1)
        self.failed: tuple[int, str] | None = None

    def _cast(self) -> None:
        for name in self.theatre.deciders:
            self.actor_type(self, name)
        for name, actor in self.theatre.actors.items():
            if isinstance(actor, Market):
                MarketAgent(self, name)
        WorldAgent(self)

    def _reporters(self) -> dict[str, Any]:
        """What Mesa's data collector notes of each day."""
        own = {name: name for name in ("day", "rung", "tension")}
        variables = {name: partial(_value, name) for name in sorted(self.theatre.variables)}
        return own | variables | {f"first day of {name}": partial(_first_day, name) for name in self.outcome_day}

    def step(self) -> None:
        """One day."""
        if any(change.on == self.date for change in self.case.changes.values()):
            self.go_by(self._rules_of_today())
        self.yesterday, self.today = self.today, []
        self.effects, self.draws = Effects(self.theatre.variables), {}
        for phase in PHASES:
            if self.failed is None:
                self.agents.do(phase)
        self.day += 1
        self.running = self.day < self.case.days
        self.datacollector.collect(self)

    def _rules_of_today(self) -> Scenario:
        """The scenario with all numbers that have been changed by today, the latest last."""
        numbers: dict[str, float | str] = {}
        for change in sorted(self.case.changes.values(), key=lambda each: each.on):
            numbers |= change.set if change.on <= self.date else {}
        return with_numbers(self.case.model_copy(update={"changes": {}}), numbers)

    def go_by(self, case: Scenario) -> None:
        """From this day on by the numbers of `case`; all that is remembered stays, and every count of days on end."""
        counts = [watch.days_on_end for watch in self._watches()]
        self.theatre, self.script = case.theatre, case.script
        with naming(Names.of(self.theatre)):
            self._lay_out_rules()
            for watch, count in zip(self._watches(), counts, strict=True):
                watch.days_on_end = count
            for agent in self.agents:
                if isinstance(agent, ActorAgent):
                    agent.go_by(self.theatre)

    def _watches(self) -> list[Watch]:
        lookouts = self.morning, self.evening_of_flags, self.evening_of_outcomes
        found = [watch for each in lookouts for watch in (*each.named.values(), *each.asked.values())]
        for watch in found:
            found += watch.alternatives
        return found

    # What agents ask and tell

    @property
    def date(self) -> date:
        return self.case.start + timedelta(days=self.day)

    def severity(self, rung: int) -> float:
        return self.theatre.ladder.rungs[rung].severity.value

    def at_war(self) -> bool:
        return self.theatre.war is not None and self.values[self.theatre.war.flag] == 1

    def history_is_imposed(self) -> bool:
        return self.case.history_until is not None and self.date <= self.case.history_until

    def forbids(self, action: str) -> bool:
        rule = self.case.forbid.get(action, "never")
        windows = [rule] if isinstance(rule, Window) else [] if isinstance(rule, str) else rule
        return rule == "always" or any(window.holds(self.date) for window in windows)

    def script_of_today(self) -> Iterator[tuple[str, ScriptEntry]]:
        return ((name, entry) for name, entry in sorted(self.script.items()) if entry.on == self.date)

    def scripted(self, hand: str) -> ScriptEntry | None:
        """The entry by which a hand acts today, if any."""
        acts = [entry for _, entry in self.script_of_today() if entry.do and self.hand_of(entry.do) == hand]
        return acts[0] if acts else None

    def hand_of(self, action: str) -> str:
        return hand_of(action, self.theatre.actions[action])

    def record(
        self, actor: str, action: str, target: str, rung: int, deniability: float, deaths: int, cause: int, ordered=-1
    ) -> None:
        event = Event(self.day, actor, action, target, rung, deniability, deaths, len(self.events), cause, ordered)
        self.events.append(event)
        self.today.append(event)
        if target:
            self.last[action] = self.day
            self.last |= {(actor, reached): self.day for reached in range(rung + 1)}

    def put(self, name: str, x: float) -> None:
        """Give a variable its new value, of a price its logarithm, clipped; what is not finite fails the run."""
        if not isfinite(x):
            self.fail(name)
            return
        x = clip(x, *bounds(self.theatre.variables[name]))
        if name in self.logs:
            self.logs[name] = x
        self.values[name] = exp(x) if name in self.logs else x

    def fail(self, name: str) -> None:
        """Freeze the run from today on, named by what went wrong."""
        self.failed = (self.day, name)
        self.tension = nan
        self.values = dict.fromkeys(self.values, nan)
        self.logs = dict.fromkeys(self.logs, nan)

    # What tests compare

    @property
    def stocks(self) -> dict[tuple[str, str], tuple[float, float, float, float, float, int]]:
        """P, Q, B, KP, KQ and the leading event's number of each pair."""
        return {of: (held.P, held.Q, held.B, held.KP, held.KQ, held.leading) for of, held in self.pairs.items()}

    @property
    def settlements(self) -> dict[tuple[str, str], tuple[float, ...]]:
        """P', Q', B', KP', KQ', the share left and D of each pair, where replies are on probation."""
        return {
            of: (*held.aside.values(), held.left, held.D)
            for of, held in self.pairs.items()
            if self.theatre.deciders[of[0]].replies.probation.value > 0
        }

    @property
    def tallies(self) -> dict[tuple[str, str, str], tuple[float, float]]:
        """Impunities and tolls, and how they read this morning."""
        kept = {"impunity": self.impunity, "toll": self.toll}
        return {
            (kind, *of): (tally.points, tally.reading)
            for kind, tallies in kept.items()
            for of, tally in tallies.items()
        }

    @property
    def standing_orders(self) -> set[tuple[str, int, int, int, int]]:
        """Act, day on which it is due, day on which it was ordered, cause, and whether nothing stops it."""
        return {(act, each.due, each.given, each.cause, int(each.firm)) for act, each in self.orders.items()}

    @property
    def readings(self) -> dict[tuple[str, str], tuple[float, float, float]]:
        """Provocation, blood and provoking rung of each pair this morning."""
        return {of: (held.provocation, held.blood, held.provoking_rung) for of, held in self.pairs.items()}

    @property
    def provocation(self) -> dict[tuple[str, str], float]:
        """The provocation of each pair this morning."""
        return {of: held.provocation for of, held in self.pairs.items()}

    @property
    def running_sums(self) -> dict[str, list[float]]:
        """Running sums of the rates of each hand that weighed some this morning, in the order of its actions."""
        return {
            hand: list(accumulate(rate for _, rate in rates)) for hand, (_, rates, _) in self.draws.items() if rates
        }


def _value(name: str, model: ReferenceModel) -> float:
    return model.values[name]


def _first_day(outcome: str, model: ReferenceModel) -> int:
    return model.outcome_day[outcome]


def read_scenario(path: Any) -> Scenario:
    """Read a scenario file, with all that it extends."""
    from sim.theatre.files.load import load

    return load(path)
