"""A scenario as arrays: what the engine runs. Every index below is a position in one of the sorted tuples of ids.

Numbers that a user can vary are not stored here but in one flat list of parameters; fields that say *parameter* hold
positions in it, so that a sweep can vary any of them run by run. -1 stands for none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Marks = NDArray[np.uint8]
RecordTable = NDArray[np.void]
"""A structured array: one record for each of its kind."""

NONE = -1

SCRIPT = "script"
"""The actor of what the scenario itself lets happen."""
NEVER = -(2**30)
"""The day on which something happened that never did."""

UNIT, LEVEL, LOG, FLAG = range(4)
"""Kinds of variables."""

(
    VARIABLE,
    SCALED,
    PROVOCATION,
    BLOOD,
    CONDITION,
    RUNG,
    TENSION,
    DEATHS,
    SINCE_ACTION,
    SINCE_RUNG,
    TALLY,
    ORDERED,
    COUNT,
    DAY,
    COMBINED,
) = range(15)
"""Kinds of quantities that terms and conditions read; a SCALED variable is read through its scale.

A TALLY is an impunity or a toll; what is COMBINED is made of others.
"""
SUM, MAX, MIN = range(3)
"""How it is made of them."""

SET, CLEAR = 1.0, -1.0
"""Effects on flags."""


@dataclass(frozen=True)
class Parameter:
    """One number as kernels read it, and the numbers of the scenario it is made from."""

    paths: tuple[str, ...]
    rule: Callable[..., float]
    """Makes the parameter from the values at `paths`, in plain arithmetic."""
    value: float

    def at(self, points: Mapping[str, Floats], base: Mapping[str, float], n: int) -> Floats:
        """Return the parameter at each of `n` points, at which some numbers have other values than in `base`."""
        if getattr(getattr(self.rule, "func", self.rule), "elementwise", False):
            made = self.rule(*(points.get(path, base[path]) for path in self.paths))
            return np.broadcast_to(np.asarray(made, np.float64), n)
        columns = [points[path].tolist() if path in points else [base[path]] * n for path in self.paths]
        return np.array([self.rule(*values) for values in zip(*columns, strict=True)], np.float64)


Rule = TypeVar("Rule", bound=Callable[..., Any])


def elementwise(rule: Rule) -> Rule:
    """Mark a rule that makes whole arrays of parameters as it makes one: it is +, ×, ÷ and comparisons only."""
    rule.elementwise = True  # type: ignore[attr-defined]
    return rule


def _table(**fields: str) -> np.dtype[np.void]:
    """The columns of a table; what each holds stands beside it."""
    return np.dtype([(name, np.uint32 if name == "key" else np.int32) for name in fields])


FEATURE = _table(
    kind="kind of quantity",
    index="which of its kind",
    negated="1 for 1 - x",
    low="parameter: the value read as 0 (SCALED)",
    high="parameter: the value read as 1 (SCALED)",
)
TERM = _table(
    row="row of the feature",
    weight="parameter",
    pair="the pair whose provocation or blood it reads, unnegated, first",
)
CLAUSE = _table(
    kind="kind of quantity",
    index="which of its kind",
    at_least="1 for >=, 0 for <=",
    threshold="parameter",
)
COMBINATION = _table(
    made="SUM, MAX or MIN",
    parts="what it is made of starts here …",
    parts_end="… and ends here",
)
PART = _table(
    kind="kind of quantity",
    index="which of its kind",
    sign="1 or -1",
)
CONDITION_NODE = _table(
    clauses="its clauses start here …",
    clauses_end="… and end here",
    alternatives="likewise the conditions of which some must hold",
    alternatives_end="",
    at_least="how many of these must hold …",
    at_most="… and how many may",
    calendar="row of the calendar, for what holds on some days only",
    lasting="parameter: days on end it must have held",
)
ACTOR = _table(
    decay="parameter: the factor by which stocks fade in a day",
    learning="parameter: the factor by which tallies fade in a day",
    tallies="the tallies it keeps start here …",
    tallies_end="… and end here",
    sharpness="parameter: 1 / scale",
    lethality="parameter",
    reply_rate="parameter",
    overshoot="parameter",
    redline="parameter",
    narrowness="parameter: 1 / width",
    discharge="parameter",
    substitution="parameter",
    variety="parameter",
    silence="parameter",
    probation="parameter",
    firmness="parameter",
    defied_by="the lowest rung that defies its replies",
    aside="the row of what it has set aside of its first pair, if it ever sets anything aside; its other pairs' follow",
    pairs="the pairs it observes start here …",
    pairs_end="… and end here",
    actions="likewise its actions",
    actions_end="",
    links="likewise the links to its sponsors",
    links_end="",
    fits="likewise the pairs and rungs on which it can reply",
    fits_end="",
    hands="likewise its hands",
    hands_end="",
)
HAND = _table(
    actor="whose it is",
    actions="its actions start here …",
    actions_end="… and end here",
    rivals="those, and what else of its actor answers whom they answer, start here …",
    rivals_end="… and end here",
    answered="likewise the pairs whose targets they answer",
    answered_end="",
    orders="those that are ordered start here …",
    orders_end="… and end here",
    key="hash of its id, for the dice",
)
FIT = _table(pair="pair whose target is answered", rung="rung of the answer")
LINK = _table(terms="terms of the sponsor's control start here …", terms_end="… and end here")
SIDE = _table(actor="whose people die", share="parameter: its share of the dead; of the last side, what is left")
LOAD = _table(
    pair="pair that the act loads",
    own="1 if the pair is about the actor itself: what its sponsors leave of the act",
    sponsor="link to the sponsor that the pair is about",
    links="links of the actor's sponsors start here …",
    links_end="… and end here",
    excluded="but for this one, the observer itself",
    blame="parameter: the share that the observer's own view lays there",
    weight="parameter: protection of the parties touched",
    blood_weights="the protection of each side whose people die starts here",
)
ACTION = _table(
    hand="whose turn it takes",
    accident="1 if nobody chooses it",
    target="actor",
    place="where it happens",
    instrument="what it is done with",
    rung="",
    lethal_rung="rung when it kills",
    rate="parameter",
    reply="parameter, for replies only",
    cooldown="parameter",
    recovery="parameter: ln 2 / half-life of what it still lacks, for acts that recover only",
    once="1 if it happens once",
    counted="row of how often it was done, where some condition reads that",
    closed_by_war="1 if it is not open while the flag of war is set",
    order="its place among acts that are ordered",
    lead="parameter, for these only: days from order to act",
    calls_off="orders that it withdraws start here …",
    calls_off_end="… and end here",
    when="condition of the morning",
    pair="the pair (actor, target) of a reply",
    fit="its pair and rung among those on which its actor can reply",
    deniability="parameter",
    chance="parameter: the chance that it kills",
    deaths="parameter of the geometric draw, 1 / log(1 - 1 / mean)",
    sides="the sides whose people die start here …",
    sides_end="… and end here",
    calm="parameter",
    calm_pair="the pair (target, actor)",
    attribute="parameter",
    drivers="its terms start here …",
    drivers_end="… and end here",
    effects="likewise its effects",
    effects_end="",
    may="likewise what may come of it by chance",
    may_end="",
    dyads="likewise the dyads it belongs to",
    dyads_end="",
    pairs_relieved="likewise the pairs that the reply discharges, the target's first",
    pairs_relieved_end="",
    pairs_revealed="likewise the pairs whose suspicion its evidence opens",
    pairs_revealed_end="",
    unanswered="the tally of its actor's impunity towards its target",
    suffered="the tally of the toll that its target pays to its actor",
    answered="the tally of its target's impunity towards its actor",
    key="hash of its id",
)
EFFECT = _table(
    variable="",
    amount="parameter: a share, an amount, the logarithm of a factor, or SET and CLEAR",
)
MAY = _table(
    chance="parameter",
    effects="its effects start here …",
    effects_end="… and end here",
    key="hash of its id, `action/name`",
)
INJECT = _table(day="day on which it happens", effects="its effects start here …", effects_end="… and end here")
VARIABLE_ROW = _table(
    kind="UNIT, LEVEL, LOG or FLAG",
    logarithm="row of its logarithm (LOG)",
    start="parameter, for LOG its logarithm",
    decay="parameter: what is left of a distance to the target after a day",
    base="parameter",
    terms="terms of the target start here …",
    terms_end="… and end here",
    noise="parameter: standard deviation of a day",
    set_when="condition of flags (FLAG)",
    clear_when="condition of flags (FLAG)",
    key="hash of its id",
)


class Features(NamedTuple):
    """Rows of readings between 0 and 1: first single factors, then products of two or three of them."""

    factors: RecordTable
    """FEATURE."""
    products: Ints
    """Shape (product, 3): rows of factors, -1 for a missing third."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.factors) + len(self.products)


class Conditions(NamedTuple):
    """Conditions of one hour, those that others read before them."""

    nodes: RecordTable
    """CONDITION_NODE."""
    clauses: RecordTable
    """CLAUSE."""
    alternatives: Ints
    combinations: RecordTable
    """COMBINATION."""
    parts: RecordTable
    """PART, as `combinations` says."""
    calendar: Marks
    """Shape (condition that holds on some days only, day)."""


class Ladder(NamedTuple):
    """The ladder, tension and war."""

    severity: Ints
    """Parameter, by rung."""
    decay: int
    """Parameter, as the next two."""
    scale: int
    lethal_deniability: int
    rung_memory: int
    """Days."""
    war_flag: int
    war_severity: int
    """Parameter."""
    war_dyads: Ints


class Script(NamedTuple):
    """What is imposed, by day."""

    act: Ints
    """Shape (day, hand): the action imposed."""
    deaths: Ints
    """Shape (day, hand): its deaths, -1 if they are drawn."""
    forbidden: Marks
    """Shape (day, action)."""
    series: Floats
    """Shape (day, variable): what a variable is made in the evening, of log variables the logarithm; NaN if none."""
    imposed_days: int
    """Days at the start on which nobody decides."""


@dataclass(frozen=True)
class Program:
    """Everything the engine needs to know of a scenario."""

    sha256: str
    start: date
    days: int
    actors: tuple[str, ...]
    market: str | None
    hands: tuple[str, ...]
    """`actor` or `actor/name`, each of which does one act a day at most; those of an actor lie side by side."""
    actions: tuple[str, ...]
    """In order of their hands."""
    variables: tuple[str, ...]
    dyads: tuple[str, ...]
    outcomes: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    tallies: tuple[tuple[str, str, str], ...]
    """(impunity or toll, observer, by), in order of observers."""
    injects: tuple[str, ...]
    since_rung: tuple[tuple[str, int], ...]
    """Pairs of (actor, rung) whose last day some condition reads."""
    counted: tuple[str, ...]
    """Actions of which some condition reads how often they were done."""

    parameters: tuple[Parameter, ...]
    base: Mapping[str, float]
    """The value of every number of the scenario, by path."""

    actor: RecordTable
    """ACTOR, by actor, as the other tables by their owner."""
    hand: RecordTable
    """HAND."""
    fit: RecordTable
    """FIT: replies on one rung to one target fit alike."""
    fit_start: Ints
    """Fits of pair p start at fit_start[p]."""
    answered: Ints
    """Pairs that the replies of hands answer, as `hand` says."""
    rivals: Ints
    """Actions among which hands share out their actor's answers, likewise."""
    suspicion: Ints
    """Parameter, by pair."""
    loads: RecordTable
    """LOAD."""
    load_start: Ints
    """Loads of observer i by action a start at load_start[i * number of actions + a]."""
    blood_weights: Ints
    """Parameter, by load and side of the act's dead, as `loads` says."""
    links: tuple[tuple[str, str], ...]
    """(proxy, sponsor), sorted."""
    link: RecordTable
    """LINK."""
    action: RecordTable
    sides: RecordTable
    """SIDE, of the actions that `action` says."""
    dyad_of: Ints
    """Dyads that actions belong to, as `action` says."""
    pairs_relieved: Ints
    """Pairs that replies discharge, as `action` says."""
    pairs_revealed: Ints
    """Pairs whose suspicion evidence opens, likewise."""
    orders: Ints
    """The acts that are ordered before they are done, in their order."""
    orders_called_off: Ints
    """Orders that acts withdraw, as `action` says."""
    effects: RecordTable
    chances: tuple[tuple[str, str], ...]
    """(action, name) of what may come of acts by chance, as `action` says."""
    may: RecordTable
    """MAY."""
    inject: RecordTable
    """INJECT, by entry of the script with effects; the amounts are in `effects` too."""
    variable: RecordTable
    low: Floats
    """By variable: the range, for log variables that of the logarithm."""
    high: Floats
    ladder: Ladder
    script: Script
    terms: RecordTable
    """TERM, of all owners."""
    dawn: Features
    """What sponsors' control reads, taken in the evening for the next morning."""
    morning: Features
    """What drivers read."""
    snapshot: Features
    """What targets read."""
    morning_conditions: Conditions
    flag_conditions: Conditions
    """Those of flags, in the evening."""
    outcome_conditions: Conditions
    """Those of outcomes, once flags have turned."""
    outcome_condition: Ints

    @property
    def pairs_aside(self) -> int:
        """Number of pairs of which something may be set aside."""
        setting = self.actor[self.actor["aside"] != NONE]
        return int((setting["pairs_end"] - setting["pairs"]).sum())

    def blood_is_read(self) -> Marks:
        """Whether a term or a condition reads the blood of each pair, shape (pair,)."""
        read = np.zeros(len(self.pairs), np.uint8)
        for features in (self.dawn, self.morning, self.snapshot):
            read[features.factors["index"][features.factors["kind"] == BLOOD]] = 1
        for conditions in (self.morning_conditions, self.flag_conditions, self.outcome_conditions):
            for table in (conditions.clauses, conditions.parts):
                read[table["index"][table["kind"] == BLOOD]] = 1
        return read

    def vary(self, design: Mapping[str, Floats]) -> tuple[Ints, Floats]:
        """Parameters that differ from run to run.

        Parameters
        ----------
        design : mapping of path to values, one for each run

        Returns
        -------
        slot : by parameter, its row in `varied` or -1
        varied : shape (varied parameter, run)

        Raises
        ------
        KeyError
            A path is no number of this scenario.
        """
        for path in design:
            if path not in self.base:
                raise KeyError(path)
        slot = np.full(len(self.parameters), NONE, np.int32)
        rows: list[Floats] = []
        points, place = _points(design)
        n = len(next(iter(points.values()))) if points else 0
        for position, parameter in enumerate(self.parameters):
            if any(path in points for path in parameter.paths):
                slot[position] = len(rows)
                rows.append(parameter.at(points, self.base, n))
        return slot, np.array(rows, np.float64).reshape(len(rows), n).take(place, axis=1)


def _points(design: Mapping[str, Floats]) -> tuple[dict[str, Floats], NDArray[np.intp]]:
    """The values of a design, once for runs of the same values that follow one another; and where each run's are."""
    if not design:
        return {}, np.zeros(0, np.intp)
    values = np.array(list(design.values()), np.float64)
    bits = values.view(np.int64)
    new = np.r_[True, (bits[:, 1:] != bits[:, :-1]).any(axis=0)] if values.shape[1] else np.zeros(0, bool)
    return dict(zip(design, np.ascontiguousarray(values[:, new]), strict=True)), np.cumsum(new) - 1


def ints(values: Iterable[Any]) -> Ints:
    """An index array."""
    return np.array(list(values), np.int32)


def table(columns: np.dtype[np.void], **values: Iterable[Any]) -> RecordTable:
    """Fill a table column by column."""
    filled = {name: list(column) for name, column in values.items()}
    rows = np.zeros(len(next(iter(filled.values()))), columns)
    for name in columns.names or ():
        rows[name] = filled[name]
    return rows
