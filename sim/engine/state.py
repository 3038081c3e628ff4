"""The state of many runs at once: one row per quantity, one column per run, contiguous along the runs."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import (
    NEVER,
    NONE,
    Conditions,
    Features,
    Floats,
    Ints,
    Ladder,
    Program,
    RecordTable,
    Script,
    ints,
)

from .bound import BoundArrays, new_bound_arrays
from .numbers import Numbers

TILE = 256
"""Runs worked on at a time, so that working rows stay in the nearest cache."""

Bytes = NDArray[np.uint8]
DayArray = NDArray[np.int32]

NEVER_AGAIN = 2**31 - 1
"""The day from which on an act may be done again that happens once, and has."""


class RunKeys(NamedTuple):
    """Which runs the columns are, and the dice they throw."""

    seed: NDArray[np.uint64]
    run: NDArray[np.int64]
    branch: NDArray[np.int64]


MORNING, SNAPSHOT, DAWN = range(3)
"""When terms are read: for drivers, for targets, and in the evening for tomorrow's control."""
FLAGS, OUTCOMES = 1, 2
"""When conditions are checked, besides in the MORNING."""

BELIEVED, SUSPECTED, BLOOD, PEAK_BELIEVED, PEAK_SUSPECTED = range(5)
"""What an actor holds against another: P, Q, B, KP and KQ of the ODD."""
PROVOCATION, PEAK, BLOOD_READING, PROVOKING_RUNG = range(5, 9)
"""How it reads this morning; the last two where the actor may act, and the blood that rules read everywhere."""

TALLIED, TALLY_READING = range(2)
"""What a tally, an impunity or a toll, has come to, and how it reads this morning."""
LEFT, DEFIANCE = range(5, 7)
"""What is kept of a settlement behind the five stocks set aside: the share still aside, and D."""
SINCE, BROUGHT = range(2)
"""The day of the last reply, and that to which what is aside has been brought."""

THRESHOLD, DRAW, TOTAL = range(3)
"""Rows of `Scratch.row` once a hand has drawn: what running sums must exceed, the draw, and the sum of all rates."""


class WorldState(NamedTuple):
    """What belongs to nobody; shape (what, run)."""

    x: Floats
    """Variables in their own unit."""
    logarithm: Floats
    rise: Floats
    """Effects of the day by variable: Π(1-up) of a share, a sum, or 1 where a flag was set."""
    fall: Floats
    """Π(1-down) of a share, or 1 where a flag was cleared."""
    touched: Bytes
    """Shape (variable,): whether any run's act touched it today."""
    heat: Floats
    """Shape (2, run): severity that fades, and what today adds."""
    tension: Floats
    """Shape (1, run)."""
    rung: Floats
    """Shape (dyad + 1, run), the last row overall."""
    today: Bytes
    """Highest rung acted on today, shape as `rung`."""
    recent: Bytes
    """The same for the last days, shape (day, dyad + 1, run)."""
    deaths: Floats
    """Shape (actor + 1, run), the last row all."""
    last_day: DayArray
    """By action."""
    ready: DayArray
    """By action: the day from which on it may be chosen again; `NEVER_AGAIN` if it happens once."""
    last_rung_day: DayArray
    """By (actor, rung) that some condition reads."""
    done: DayArray
    """How often acts were done that some condition counts."""
    control: Floats
    """Share of a proxy's acts that is its sponsor's, by link."""
    outcome_day: DayArray


class Orders(NamedTuple):
    """Acts that have been ordered and are still to be done; shape (order, run)."""

    due: DayArray
    """The day on which it is to be done; NONE where it has not been ordered."""
    given: DayArray
    """The day on which it was ordered, as the next two of those that are due."""
    cause: Ints
    """The event that caused it."""
    firm: Bytes
    """1 where a record says that it was done, so that nothing stops it."""


class Status(NamedTuple):
    """Which runs go on, and why others do not; shape (run,)."""

    alive: Bytes
    failed_day: DayArray
    failed_what: Ints
    """A variable; past those, tension; past that, the choice of an actor."""


class ConditionHistory(NamedTuple):
    """Conditions of one hour, shape (condition, run)."""

    holds: Bytes
    streak: Ints
    """Days on end, for conditions that must last."""


class Scratch(NamedTuple):
    """Working rows for a tile of runs."""

    open: Floats
    """1 where the action is open, whether or not its cooldown has passed, 0 where not, shape (action, run)."""
    able: Floats
    """1 where the action may be chosen, 0 where not, shape (action, run)."""
    fit: Floats
    """How well a reply on some rung to some target fits, shape (fit, run)."""
    weight: Floats
    """How well a reply fits, preferred as it is, at its place and with its instrument, shape (action, run)."""
    place: Ints
    """Where the leading act against each target was done, NONE if nowhere in particular, shape (pair, run)."""
    instrument: Ints
    """What it was done with, likewise."""
    together: Floats
    """What silence and open replies weigh together, shape (pair, run)."""
    by: Floats
    """What a weight of 1 adds to a rate, shape (pair, run)."""
    answer: Floats
    """What answering adds to the rate of an action, shape (action, run)."""
    rested: Floats
    """How far an action has recovered, 1 for whole, shape (action, run)."""
    running: Floats
    """Running sums of rates over the actions of one hand, shape (action, run)."""
    row: Floats
    """Shape (row, run)."""
    room: Floats
    """Room for exponentials, shape (row, run)."""


EVENT = np.dtype(
    [
        ("column", np.int32),
        ("number", np.int32),
        ("day", np.int32),
        ("actor", np.int32),
        ("action", np.int32),
        ("target", np.int32),
        ("rung", np.int32),
        ("deaths", np.int32),
        ("cause", np.int32),
        ("ordered", np.int32),
        ("deniability", np.float64),
    ]
)
"""A record of the table of events: which column it happened in, its number within the run, what, and its cause.

The actor of an entry of the script is -1, and its action counts on past the actions; `ordered` is the day on which an
act was ordered, -1 if it was done as it was decided.
"""


def events_expected(days: int) -> int:
    """For how many events of a run there is room at first: three in four days; it grows if there are more."""
    return days * 3 // 4 + 8


class Tables(NamedTuple):
    """The rules: tables of `sim.theatre.compiled.program`, under the names they have there."""

    actor: RecordTable
    hand: RecordTable
    fit: RecordTable
    fit_start: Ints
    answered: Ints
    rivals: Ints
    suspicion: Ints
    loads: RecordTable
    load_start: Ints
    blood_weights: Ints
    link: RecordTable
    action: RecordTable
    sides: RecordTable
    dyad_of: Ints
    pairs_relieved: Ints
    pairs_revealed: Ints
    orders: Ints
    orders_called_off: Ints
    effects: RecordTable
    may: RecordTable
    inject: RecordTable
    variable: RecordTable
    low: Floats
    high: Floats
    ladder: Ladder
    script: Script
    terms: RecordTable
    outcome_condition: Ints


class ModelState(NamedTuple):
    """All that kernels read and write."""

    tables: Tables
    readings: tuple[Features, Features, Features]
    """Of the MORNING, the SNAPSHOT and the DAWN."""
    conditions: tuple[Conditions, Conditions, Conditions]
    """Of the MORNING, of FLAGS and of OUTCOMES."""
    numbers: Numbers
    runs: RunKeys
    world: WorldState
    status: Status
    severity: Floats
    """By rung, shape (rung, run)."""
    ladder: tuple[float, ...]
    """The same, in the first run."""
    one_ladder: int
    """Whether it is the same in every run."""
    blood_is_read: Bytes
    """By pair: whether a term or a condition reads its blood."""
    stocks: Floats
    """Shape (stock, pair, run)."""
    leading: Ints
    """Number of the event that is the strongest still remembered, shape (pair, run)."""
    leading_action: Ints
    """The action that it was done by, likewise."""
    tallies: Floats
    """TALLIED and TALLY_READING, shape (which, tally, run)."""
    aside: Floats
    """The stocks that replies have set aside, LEFT and DEFIANCE, shape (what, pair that sets aside, run)."""
    aside_day: DayArray
    """SINCE and BROUGHT, shape (which, pair that sets aside, run)."""
    read: tuple[Floats, Floats, Floats]
    """What `readings` read, shape (feature, run)."""
    held: tuple[ConditionHistory, ConditionHistory, ConditionHistory]
    """Whether `conditions` hold, and for how long."""
    chosen: Ints
    """Today's actions, shape (hand, run)."""
    cause: Ints
    """The events that caused them, shape (hand, run)."""
    deaths_given: Ints
    """Their deaths where these are imposed, NONE where they are drawn, shape (hand, run)."""
    imposed: Ints
    """The day on which a script or a record has them done; NONE where they were drawn, shape (hand, run)."""
    ordered: Ints
    """The day on which what is done today was ordered, NONE if it was not, shape (hand, run)."""
    orders: Orders
    war: Floats
    """The flag of war, shape (run,)."""
    since_actor: Ints
    """Rows of `last_rung_day`: whose acts, and from which rung."""
    since_rung: Ints
    events: RecordTable
    """EVENT, in the order in which they happened."""
    n_events: NDArray[np.int64]
    """How many there are, then where yesterday's begin and end."""
    event_number: Ints
    """How many there are in each run."""
    bound: BoundArrays
    scratch: Scratch
    rows: Floats
    """Working rows, shape (row, run)."""
    some: DayArray
    """A working row, shape (run,)."""


def zeros(shape: tuple[int, ...]) -> Floats:
    """Zeros that begin where a cache line begins, so that no load of four numbers straddles two lines."""
    size = int(np.prod(shape))
    room = np.zeros(size + 8)
    first = -room.ctypes.data % 64 // 8
    return room[first : first + size].reshape(shape)


def new_stocks(program: Program, n: int) -> tuple[Floats, Ints]:
    """Nobody holds anything against anybody: stocks, shape (stock, pair, run), and leading events, (pair, run)."""
    return zeros((9, len(program.pairs), n)), np.full((len(program.pairs), n), NONE, np.int32)


def new_world(program: Program, n: int) -> WorldState:
    """The first morning, but for the values of variables."""
    variables, dyads = len(program.variables), len(program.dyads) + 1
    return WorldState(
        x=zeros((variables, n)),
        logarithm=np.zeros((int((program.variable["logarithm"] != NONE).sum()), n)),
        rise=zeros((variables, n)),
        fall=zeros((variables, n)),
        touched=np.zeros(variables, np.uint8),
        heat=zeros((2, n)),
        tension=zeros((1, n)),
        rung=zeros((dyads, n)),
        today=np.zeros((dyads, n), np.uint8),
        recent=np.zeros((program.ladder.rung_memory, dyads, n), np.uint8),
        deaths=zeros((len(program.actors) + 1, n)),
        last_day=np.full((len(program.actions), n), NEVER, np.int32),
        ready=np.zeros((len(program.actions), n), np.int32),
        last_rung_day=np.full((len(program.since_rung), n), NEVER, np.int32),
        done=np.zeros((len(program.counted), n), np.int32),
        control=zeros((len(program.links), n)),
        outcome_day=np.full((len(program.outcomes), n), NONE, np.int32),
    )


def new_orders(program: Program, n: int) -> Orders:
    """Nothing has been ordered."""
    due, given, cause = np.full((3, len(program.orders), n), NONE, np.int32)
    return Orders(due, given, cause, np.zeros((len(program.orders), n), np.uint8))


def new_status(n: int) -> Status:
    """All runs go on."""
    return Status(np.ones(n, np.uint8), np.full(n, NONE, np.int32), np.full(n, NONE, np.int32))


def new_history(conditions: Conditions, n: int) -> ConditionHistory:
    """Nothing holds yet."""
    shape = (len(conditions.nodes), n)
    return ConditionHistory(np.zeros(shape, np.uint8), np.zeros(shape, np.int32))


def new_scratch(program: Program, n: int) -> Scratch:
    """Room for the actor with the most actions and the one with the most pairs."""
    actors = program.actor
    most = int((actors["actions_end"] - actors["actions"]).max(initial=1))
    pairs = int((actors["pairs_end"] - actors["pairs"]).max(initial=1))
    fits = int((actors["fits_end"] - actors["fits"]).max(initial=1))
    rows = dict.fromkeys(("open", "able", "weight", "answer", "rested", "running"), most)
    rows |= {"fit": fits, "together": pairs, "by": pairs, "row": 4, "room": 3}
    made: dict[str, NDArray[Any]] = {name: zeros((count, min(n, TILE))) for name, count in rows.items()}
    made |= {name: np.zeros((pairs, min(n, TILE)), np.int32) for name in ("place", "instrument")}
    return Scratch(**made)


def new_state(program: Program, runs: RunKeys, numbers: Numbers) -> ModelState:
    """The first morning, but for the values of variables."""
    p, n = program, len(runs.run)
    readings = p.morning, p.snapshot, p.dawn
    conditions = p.morning_conditions, p.flag_conditions, p.outcome_conditions
    world, severity = new_world(p, n), zeros((10, n))
    for rung, k in enumerate(p.ladder.severity):
        severity[rung] = numbers.shared[k] if numbers.slot[k] == NONE else numbers.varied[numbers.slot[k]]
    stocks, leading = new_stocks(p, n)
    return ModelState(
        tables=Tables(*(getattr(p, name) for name in Tables._fields)),
        readings=readings,
        conditions=conditions,
        numbers=numbers,
        runs=runs,
        world=world,
        status=new_status(n),
        severity=severity,
        ladder=tuple(float(row[0]) for row in severity),
        one_ladder=int((numbers.slot[p.ladder.severity] == NONE).all()),
        blood_is_read=p.blood_is_read(),
        stocks=stocks,
        leading=leading,
        leading_action=leading.copy(),
        tallies=zeros((2, len(p.tallies), n)),
        aside=zeros((7, p.pairs_aside, n)),
        aside_day=np.full((2, p.pairs_aside, n), NEVER, np.int32),
        read=(zeros((p.morning.rows, n)), zeros((p.snapshot.rows, n)), zeros((p.dawn.rows, n))),
        held=(new_history(conditions[0], n), new_history(conditions[1], n), new_history(conditions[2], n)),
        chosen=np.full((len(p.hands), n), NONE, np.int32),
        cause=np.full((len(p.hands), n), NONE, np.int32),
        deaths_given=np.full((len(p.hands), n), NONE, np.int32),
        imposed=np.full((len(p.hands), n), NONE, np.int32),
        ordered=np.full((len(p.hands), n), NONE, np.int32),
        orders=new_orders(p, n),
        war=world.x[p.ladder.war_flag] if p.ladder.war_flag != NONE else np.zeros(n),
        since_actor=ints(p.actors.index(actor) for actor, _ in p.since_rung),
        since_rung=ints(rung for _, rung in p.since_rung),
        events=np.empty(n * events_expected(p.days), EVENT),
        n_events=np.zeros(3, np.int64),
        event_number=np.zeros(n, np.int32),
        bound=new_bound_arrays(p, numbers, n),
        scratch=new_scratch(p, n),
        rows=zeros((3, n)),
        some=np.zeros(n, np.int32),
    )
