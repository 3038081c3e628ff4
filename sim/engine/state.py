"""The state of many runs at once: one row per quantity, one column per run, contiguous along the runs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theatre.program import NEVER, NONE, Conditions, Floats, Ints, Program

Bytes = NDArray[np.uint8]
Days = NDArray[np.int32]


class Runs(NamedTuple):
    """Which runs the columns are, and the dice they throw."""

    seed: NDArray[np.uint64]
    run: NDArray[np.int64]
    branch: NDArray[np.int64]


class Numbers(NamedTuple):
    """Parameters: shared by all runs, or, where `slot` says so, a row with a value for each run."""

    shared: Floats
    slot: Ints
    varied: Floats


BELIEVED, SUSPECTED, BLOOD, PEAK_BELIEVED, PEAK_SUSPECTED = range(5)
"""What an actor holds against another: P, Q, B, KP and KQ of the ODD."""
PROVOCATION, BLOOD_READING, PEAK, PROVOKING_RUNG = range(5, 9)
"""How it reads this morning."""


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
    last_day: Days
    """By action."""
    ready: Floats
    """By action: the day from which on it may be chosen again."""
    last_rung_day: Days
    """By (actor, rung) that some condition reads."""
    control: Floats
    """Share of a proxy's acts that is its sponsor's, by link."""
    outcome_day: Days


class Status(NamedTuple):
    """Which runs go on, and why others do not; shape (run,)."""

    alive: Bytes
    failed_day: Days
    failed_what: Ints
    """A variable; past those, tension; past that, the choice of an actor."""


class Held(NamedTuple):
    """Conditions of one hour, shape (condition, run)."""

    holds: Bytes
    streak: Ints
    """Days on end, for conditions that must last."""


class Gathered(NamedTuple):
    """Effects of the day, as `WorldState` keeps them."""

    rise: Floats
    fall: Floats
    touched: Bytes


class Scratch(NamedTuple):
    """Working rows of one actor's decision."""

    drive: Floats
    """exp(drivers), shape (action, run)."""
    answer: Floats
    """How well a reply fits, preferred as it is, then what it adds to its action's rate."""
    running: Floats
    """Running sums of rates."""
    fits: Floats
    """Sums of fits by pair, shape (pair, run)."""
    row: Floats
    """Shape (row, run)."""
    able: Floats
    """1 where the action may be chosen, 0 where not, shape (action, run)."""
    fit: Floats
    """How well a reply on some rung to some target fits, shape (fit, run)."""


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
        ("deniability", np.float64),
    ]
)
"""A record of the table of events: which column it happened in, its number within the run, what, and its cause.

The actor of an entry of the script is -1, and its action counts on past the actions.
"""


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
        ready=zeros((len(program.actions), n)),
        last_rung_day=np.full((len(program.since_rung), n), NEVER, np.int32),
        control=zeros((len(program.links), n)),
        outcome_day=np.full((len(program.outcomes), n), NONE, np.int32),
    )


def new_status(n: int) -> Status:
    """All runs go on."""
    return Status(np.ones(n, np.uint8), np.full(n, NONE, np.int32), np.full(n, NONE, np.int32))


def new_held(conditions: Conditions, n: int) -> Held:
    """Nothing holds yet."""
    shape = (len(conditions.nodes), n)
    return Held(np.zeros(shape, np.uint8), np.zeros(shape, np.int32))


def new_scratch(program: Program, n: int) -> Scratch:
    """Room for the actor with the most actions and the one with the most pairs."""
    actors = program.actor
    most = int((actors["actions_end"] - actors["actions"]).max(initial=1))
    pairs = int((actors["pairs_end"] - actors["pairs"]).max(initial=1))
    fits = int((actors["fits_end"] - actors["fits"]).max(initial=1))
    return Scratch(
        drive=zeros((most, n)),
        answer=zeros((most, n)),
        running=zeros((most, n)),
        fits=zeros((pairs, n)),
        row=zeros((8, n)),
        able=zeros((most, n)),
        fit=zeros((fits, n)),
    )
