"""From a scenario to a program: ids become positions, numbers become parameters, rules become rows of readings."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

import numpy as np

from sim.theatre.language.days import holds_on
from sim.theatre.language.names import Names, naming
from sim.theatre.language.number import Number
from sim.theatre.language.scenario import Scenario
from sim.theatre.language.schema import Action, Market
from sim.theatre.language.variables import FlagVariable, LevelVariable, LogVariable, UnitVariable, Variable

from . import arithmetic
from .compile_cast import Cast, can_be_positive
from .compile_rules import ConditionTable, EffectTable, FeatureTable, ParameterTable, SpanTable, TermTable
from .program import (
    ACTION,
    FLAG,
    INJECT,
    LEVEL,
    LINK,
    LOG,
    MAY,
    NONE,
    SIDE,
    UNIT,
    VARIABLE_ROW,
    Floats,
    Ladder,
    Program,
    RecordTable,
    Script,
    elementwise,
    ints,
    table,
)

KeyT = TypeVar("KeyT", bound=Hashable)

_KIND = {UnitVariable: UNIT, LevelVariable: LEVEL, LogVariable: LOG, FlagVariable: FLAG}


def compile_scenario(scenario: Scenario) -> Program:
    """Turn a scenario into the arrays that the engine runs.

    Raises
    ------
    ValueError
        Two ids share a hash, so that their dice would be the same.
    """
    with naming(Names.of(scenario.theatre)):
        return Compiler(scenario).program()


_programs: dict[str, Program] = {}


def program_of(scenario: Scenario) -> Program:
    """Compile a scenario, or take it from those compiled lately."""
    if scenario.sha256 not in _programs:
        while len(_programs) >= 16:
            del _programs[next(iter(_programs))]
        _programs[scenario.sha256] = compile_scenario(scenario)
    return _programs[scenario.sha256]


def key(ids: Iterable[str]) -> list[int]:
    """Hashes of ids, which key their dice: the first four bytes of SHA-256.

    Raises
    ------
    ValueError
        Two ids share a hash.
    """
    hashes: dict[int, str] = {}
    for name in ids:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        if number in hashes:
            raise ValueError(f"'{name}' and '{hashes[number]}' share a hash, so their dice would agree; rename one")
        hashes[number] = name
    return list(hashes)


class Compiler:
    """Positions of all ids, and the tables that grow while rules are read."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.theatre = scenario, scenario.theatre
        self.cast = self.theatre.deciders
        self.hand_of = dict(sorted(self.theatre.hands.items(), key=lambda entry: (entry[1], entry[0])))
        self.actions: dict[str, Action] = {name: self.theatre.actions[name] for name in self.hand_of}
        self.variables: dict[str, Variable] = dict(sorted(self.theatre.variables.items()))
        self.dyads = sorted(self.theatre.dyads)
        self.places, self.instruments = sorted(self.theatre.places), sorted(self.theatre.instruments)
        self.script = dict(sorted(scenario.script.items()))
        self.base = {path: number.value for path, number in scenario.numbers()}
        self.parameters = ParameterTable(self.base)
        self.actor_at = _positions(self.cast)
        self.variable_at = _positions(self.variables)
        self.action_at = _positions(self.actions)
        self.hand_at = _positions(dict.fromkeys(self.hand_of.values()))
        self.order_at = _positions(name for name, action in self.actions.items() if action.order is not None)
        self.pair_at: dict[tuple[str, str], int] = {
            pair: at for at, pair in enumerate(sorted(self.theatre.pairs_read()))
        }
        self.tally_at = _positions(self.theatre.tallies_read())
        self.since_rung: dict[tuple[str, int], int] = {}
        self.chances: dict[tuple[str, str], dict[str, int]] = {}
        self.counted = _positions(sorted(self.theatre.counted()))
        self.dawn, self.morning, self.snapshot = (FeatureTable(self) for _ in range(3))
        self.morning_conditions, self.flag_conditions, self.outcome_conditions = (
            ConditionTable(self) for _ in range(3)
        )
        for features in (self.dawn, self.morning, self.snapshot):
            features.conditions = self.morning_conditions
        self.terms, self.effects = TermTable(self.parameters), EffectTable(self)
        self.sides: list[tuple[int, int]] = []
        self.dyad_of, self.pairs_relieved, self.pairs_revealed = SpanTable(), SpanTable(), SpanTable()
        self.orders_called_off = SpanTable()

    def since(self, actor: str, rung: int) -> int:
        """The row that keeps the last day on which `actor` acted on `rung` or above."""
        return self.since_rung.setdefault((actor, rung), len(self.since_rung))

    def count(self, action: str) -> int:
        """The row that keeps how often an action was done."""
        return self.counted[action]

    def program(self) -> Program:
        """Everything; readings come late, since they may name conditions that nothing else has named."""
        cast = Cast(self)
        action, link = self._action_table(cast), self._link_table(cast)
        variable, low, high = self._variable_table()
        outcomes = {name: outcome.when for name, outcome in sorted(self.theatre.outcomes.items())}
        injects = {name: entry for name, entry in self.script.items() if entry.effects}
        loads, load_start, blood_weights = cast.loads()
        outcome_condition = ints(self.outcome_conditions.add(w, f"outcomes.{n}.when") for n, w in outcomes.items())
        inject = self._inject_table(list(injects))
        dawn, morning, snapshot = self.dawn.build(), self.morning.build(), self.snapshot.build()
        return Program(
            sha256=self.scenario.sha256,
            start=self.scenario.start,
            days=self.scenario.days,
            actors=tuple(self.cast),
            market=next((name for name, a in self.theatre.actors.items() if isinstance(a, Market)), None),
            hands=tuple(self.hand_at),
            actions=tuple(self.actions),
            variables=tuple(self.variables),
            dyads=tuple(self.dyads),
            outcomes=tuple(outcomes),
            pairs=tuple(self.pair_at),
            tallies=tuple(self.tally_at),
            injects=tuple(injects),
            outcome_condition=outcome_condition,
            inject=inject,
            since_rung=tuple(self.since_rung),
            counted=tuple(self.counted),
            actor=cast.actors(),
            hand=cast.hands(key(self.hand_at)),
            fit=cast.fit_table(),
            fit_start=cast.fit_start(),
            answered=cast.answered.build(),
            rivals=cast.rivals.build(),
            suspicion=cast.suspicion(),
            loads=loads,
            load_start=load_start,
            blood_weights=blood_weights,
            links=tuple(cast.links),
            link=link,
            action=action,
            sides=table(SIDE, actor=(actor for actor, _ in self.sides), share=(share for _, share in self.sides)),
            dyad_of=self.dyad_of.build(),
            pairs_relieved=self.pairs_relieved.build(),
            pairs_revealed=self.pairs_revealed.build(),
            orders=ints(self.action_at[name] for name in self.order_at),
            orders_called_off=self.orders_called_off.build(),
            effects=self.effects.build(),
            chances=tuple(self.chances),
            may=table(
                MAY,
                key=key(f"{name}/{each}" for name, each in self.chances),
                **_columns(list(self.chances.values()), MAY),
            ),
            variable=variable,
            low=low,
            high=high,
            ladder=self._ladder(),
            script=self._script(),
            dawn=dawn,
            morning=morning,
            snapshot=snapshot,
            terms=self.terms.build(),
            morning_conditions=self.morning_conditions.build(),
            flag_conditions=self.flag_conditions.build(),
            outcome_conditions=self.outcome_conditions.build(),
            parameters=self.parameters.build(),
            base=self.base,
        )

    def _action_table(self, cast: Cast) -> RecordTable:
        rows = [self._action(name, action, cast) for name, action in self.actions.items()]
        return table(ACTION, key=key(self.actions), **_columns(rows))

    def _action(self, name: str, action: Action, cast: Cast) -> dict[str, int]:
        actor, path = name.split(".")[0], f"actions.{name}"
        kills, calms = action.casualties is not None, action.rung == 0 and can_be_positive(action.calm)

        def number(place: str, given: bool = True, rule: Callable[..., float] | None = None) -> int:
            return self.parameters.number(f"{path}.{place}", rule) if given else NONE

        replies, recovers = action.reply.value > 0, can_be_positive(action.recovers)
        evidence = can_be_positive(action.attribute)
        return {
            "hand": self.hand_at[self.hand_of[name]],
            "accident": int(action.accident),
            "target": self.actor_at[action.target],
            "place": NONE if action.place is None else self.places.index(action.place),
            "instrument": NONE if action.instrument is None else self.instruments.index(action.instrument),
            "rung": action.rung,
            "lethal_rung": NONE if action.lethal_rung is None else action.lethal_rung,
            "rate": number("rate"),
            "reply": number("reply", replies),
            "cooldown": number("cooldown"),
            "recovery": number("recovers", recovers, _recovery),
            "once": int(action.once),
            "counted": self.counted.get(name, NONE),
            "closed_by_war": int(self._closed_by_war(name, action)),
            "order": self.order_at.get(name, NONE),
            "lead": number("order.lead", action.order is not None),
            **_span("calls_off", self.orders_called_off.add(self.order_at[each] for each in sorted(action.calls_off))),
            "when": self.morning_conditions.add(action.when, f"{path}.when") if action.when else NONE,
            "pair": self.pair_at[actor, action.target] if replies else NONE,
            "fit": cast.fits.index((actor, action.target, action.rung)) if replies else NONE,
            "deniability": number("deniability"),
            "chance": number("casualties.chance", kills),
            "deaths": number("casualties.deaths", kills, arithmetic.geometric),
            **_span("sides", self._add_sides(action, path)),
            "calm": number("calm", calms),
            "calm_pair": self.pair_at.get((action.target, actor), NONE) if calms else NONE,
            "attribute": number("attribute", evidence),
            "unanswered": self.tally_at.get(("impunity", actor, action.target), NONE),
            "suffered": self.tally_at.get(("toll", action.target, actor), NONE),
            "answered": self.tally_at.get(("impunity", action.target, actor), NONE),
            **_span("drivers", self.terms.add(self.morning, action.drivers, f"{path}.drivers")),
            **_span("effects", self.effects.add(action.effects, path)),
            **_span("may", self._add_chances(name, action, path)),
            **_span("dyads", self.dyad_of.add(self._dyads_of(actor, action.target))),
            **_span("pairs_relieved", self.pairs_relieved.add(cast.relieved(actor, action.target) if replies else [])),
            **_span("pairs_revealed", self.pairs_revealed.add(cast.held_against(action.target) if evidence else [])),
        }

    def _closed_by_war(self, name: str, action: Action) -> bool:
        """Whether war closes an action: by its rung, its instrument or its name."""
        war = self.theatre.war
        if war is None:
            return False
        fought = war.rungs is not None and war.rungs[0] <= action.rung <= war.rungs[1]
        return fought or name in war.closes or action.instrument in war.closes

    def _add_chances(self, name: str, action: Action, path: str) -> tuple[int, int]:
        """Where what may come of an act by chance starts and ends."""
        start = len(self.chances)
        for each, chance in sorted(action.may.items()):
            place = f"{path}.may.{each}"
            span = _span("effects", self.effects.add(chance.effects, place))
            self.chances[name, each] = {"chance": self.parameters.number(f"{place}.chance"), **span}
        return start, len(self.chances)

    def _add_sides(self, action: Action, path: str) -> tuple[int, int]:
        """Where the sides whose people an act may kill start and end."""
        start, sides = len(self.sides), action.sides_of_its_dead
        for side in sides:
            one = self.parameters.constant(1.0)
            share = self.parameters.number(f"{path}.casualties.whose.{side}") if len(sides) > 1 else one
            self.sides.append((self.actor_at[side], share))
        return start, len(self.sides)

    def _dyads_of(self, actor: str, target: str) -> list[int]:
        sides = [self.theatre.dyads[dyad].sides for dyad in self.dyads]
        return [
            at
            for at, (one, other) in enumerate(sides)
            if (actor in one and target in other) or (actor in other and target in one)
        ]

    def _link_table(self, cast: Cast) -> RecordTable:
        rows = []
        for proxy, sponsor in cast.links:
            control = self.cast[proxy].sponsors[sponsor].control
            path = f"actors.{proxy}.sponsors.{sponsor}.control"
            rows.append(_span("terms", self.terms.add(self.dawn, control, path)))
        return table(LINK, **_columns(rows, LINK))

    def _inject_table(self, names: list[str]) -> RecordTable:
        rows = []
        for name in names:
            entry = self.script[name]
            span = _span("effects", self.effects.add(entry.effects, f"script.{name}"))
            rows.append({"day": (entry.on - self.scenario.start).days, **span})
        return table(INJECT, **_columns(rows, INJECT))

    def _variable_table(self) -> tuple[RecordTable, Floats, Floats]:
        rows, ranges, logs = [], [], 0
        for name, variable in self.variables.items():
            log = isinstance(variable, LogVariable)
            row, span = (
                self._flag(name, variable) if isinstance(variable, FlagVariable) else self._value(name, variable)
            )
            rows.append({"kind": _KIND[type(variable)], "logarithm": logs if log else NONE, **row})
            ranges.append([arithmetic.log(end) for end in span] if log else span)
            logs += log
        low, high = np.array(ranges, np.float64).reshape(-1, 2).T
        filled = table(VARIABLE_ROW, key=key(self.variables), **_columns(rows, VARIABLE_ROW))
        return filled, np.ascontiguousarray(low), np.ascontiguousarray(high)

    def _flag(self, name: str, flag: FlagVariable) -> tuple[dict[str, int], tuple[float, float]]:
        add, path = self.flag_conditions.add, f"variables.{name}"
        return {
            "start": self.parameters.constant(float(flag.start)),
            "decay": NONE,
            "base": NONE,
            **_span("terms", (0, 0)),
            "noise": NONE,
            "set_when": add(flag.set_when, f"{path}.set_when") if flag.set_when else NONE,
            "clear_when": add(flag.clear_when, f"{path}.clear_when") if flag.clear_when else NONE,
        }, (0.0, 1.0)

    def _value(
        self, name: str, variable: UnitVariable | LevelVariable | LogVariable
    ) -> tuple[dict[str, int], tuple[float, float]]:
        number, path, log = self.parameters.number, f"variables.{name}", isinstance(variable, LogVariable)
        own = arithmetic.log if log else None
        weight = arithmetic.per_cent if log else None
        return {
            "start": number(f"{path}.start", own),
            "decay": number(f"{path}.half_life", arithmetic.decay) if variable.half_life else NONE,
            "base": number(f"{path}.target.base", own) if variable.target else NONE,
            **_span("terms", self.terms.add(self.snapshot, _terms_of(variable.target), f"{path}.target", weight)),
            "noise": number(f"{path}.noise", _hundredth if log else None) if variable.noise else NONE,
            "set_when": NONE,
            "clear_when": NONE,
        }, (0.0, 1.0) if isinstance(variable, UnitVariable) else variable.range

    def _ladder(self) -> Ladder:
        war, number = self.theatre.war, self.parameters.number
        return Ladder(
            severity=ints(number(f"ladder.rungs.{rung}.severity") for rung in range(10)),
            decay=number("ladder.tension_half_life", arithmetic.decay),
            scale=number("ladder.tension_scale"),
            lethal_deniability=number("ladder.lethal_deniability"),
            rung_memory=int(self.theatre.ladder.rung_memory.value),
            war_flag=self.variable_at[war.flag] if war else NONE,
            war_severity=number("war.severity") if war else NONE,
            war_dyads=ints(self.dyads.index(dyad) for dyad in war.dyads) if war else ints([]),
        )

    def _script(self) -> Script:
        scenario = self.scenario
        act = np.full((scenario.days, len(self.hand_at)), NONE, np.int32)
        deaths = np.full((scenario.days, len(self.hand_at)), NONE, np.int32)
        for entry in self.script.values():
            if entry.do is not None:
                place = (entry.on - scenario.start).days, self.hand_at[self.hand_of[entry.do]]
                act[place] = self.action_at[entry.do]
                deaths[place] = NONE if entry.deaths is None else entry.deaths
        forbidden = np.zeros((scenario.days, len(self.actions)), np.uint8)
        for action, spell in scenario.forbid.items():
            for day in range(scenario.days):
                forbidden[day, self.action_at[action]] = holds_on(spell, scenario.start + timedelta(days=day))
        until = scenario.history_until
        imposed = 0 if until is None else min((until - scenario.start).days + 1, scenario.days)
        return Script(act, deaths, forbidden, self._series(), imposed)

    def _series(self) -> Floats:
        scenario = self.scenario
        imposed = np.full((scenario.days, len(self.variables)), np.nan)
        for name, values in scenario.series.items():
            own = arithmetic.log if isinstance(self.variables[name], LogVariable) else float
            for day, value in values.items():
                imposed[(day - scenario.start).days, self.variable_at[name]] = own(value)
        return imposed


def _positions(ids: Iterable[KeyT]) -> dict[KeyT, int]:
    return {name: at for at, name in enumerate(ids)}


def _span(name: str, ends: tuple[int, int]) -> dict[str, int]:
    return {name: ends[0], f"{name}_end": ends[1]}


def _columns(rows: list[dict[str, int]], columns: np.dtype[np.void] = ACTION) -> dict[str, list[int]]:
    """Turn records into columns; without records, empty columns."""
    names = rows[0] if rows else [name for name in columns.names or () if name != "key"]
    return {name: [row[name] for row in rows] for name in names}


def _terms_of(target: Mapping[str, Number] | None) -> list[str]:
    return [text for text in target or {} if text != "base"]


@elementwise
def _hundredth(per_cent: float) -> float:
    return per_cent / 100.0


_AT_ONCE = 1e9
"""How fast recovers what lacks nothing: it has by the next day, in all bits."""


def _recovery(half_life: float) -> float:
    """How fast an act recovers, a day; a half-life of 0, which an uncertain number may have, is no time at all."""
    return arithmetic.LN2 / half_life if half_life > 0.0 else _AT_ONCE
