"""Phase 4: prices and variables relax from one snapshot; flags and outcomes are checked (ODD 7.6)."""

from math import nan

from sim.theatre.program import FLAG, LOG, NONE

from .arithmetic import exp, normals
from .dice import NOISE, middle, words
from .handover import opened
from .kernel import inline, kernel
from .readings import add_terms, clip, spread
from .state import FLAGS, OUTCOMES, SNAPSHOT, Everything

_LARGEST = 1.7976931348623157e308


@inline
def finite(x):
    """Whether `x` is a number and not infinite."""
    return abs(x) <= _LARGEST


@inline
def check_finite(row, day, what, first, status):
    """Freeze the runs, counted from `first`, in which `row` is not finite, and note what it was."""
    odd = 0
    for r in range(row.size):  # a plain count goes four at a time
        odd += not finite(row[r])
    if odd == 0:
        return
    for r in range(row.size):
        if status.alive[first + r] and not finite(row[r]):
            status.alive[first + r] = 0
            status.failed_day[first + r] = day
            status.failed_what[first + r] = what


@kernel
def settle(place, prices, day):
    """Relax the prices (`prices` true) or everything else."""
    m = opened(Everything, place)
    t, features = m.tables, m.read[SNAPSHOT]
    variable, low, high, terms = t.variable, t.low, t.high, t.terms
    numbers, runs, status, rows, x, logarithm = m.numbers, m.runs, m.status, m.rows, m.world.x, m.world.logarithm
    n, seed = status.alive.size, runs.seed[0]
    for v in range(variable.size):
        row = variable[v]
        if row.kind == FLAG or (row.kind == LOG) != prices or (row.decay == NONE and row.noise == NONE):
            continue
        state = logarithm[row.logarithm] if prices else x[v]
        if row.decay != NONE:
            target, decay = rows[0], rows[1]
            spread(numbers, row.base, 0, target)
            add_terms(row.terms, row.terms_end, terms, features, numbers, 0, target)
            if numbers.slot[row.decay] < 0:
                _relax(numbers.shared[row.decay], target, low[v], high[v], state)
            else:
                spread(numbers, row.decay, 0, decay)
                _relax_by_run(decay, target, low[v], high[v], state)
        if row.noise != NONE:
            deviation, share, deviate = rows[0], rows[1], rows[2]
            spread(numbers, row.noise, 0, deviation)
            for r in range(n):
                a, _ = words(seed, runs.run[r], runs.branch[r], day, NOISE, row.key)
                share[r] = middle(a)
            normals(share, deviate)
            for r in range(n):
                state[r] += deviation[r] * deviate[r]
        check_finite(state, day, v, 0, status)
        for r in range(n):
            state[r] = clip(state[r], low[v], high[v])
        if prices:
            for r in range(n):
                x[v, r] = exp(state[r])


@inline
def _relax(decay, target, low, high, state):
    for r in range(state.size):
        rest = clip(target[r], low, high)
        state[r] = rest + (state[r] - rest) * decay


@inline
def _relax_by_run(decay, target, low, high, state):
    for r in range(state.size):
        rest = clip(target[r], low, high)
        state[r] = rest + (state[r] - rest) * decay[r]


@kernel
def turn_flags(place):
    """Set and clear flags by the evening's conditions."""
    m = opened(Everything, place)
    variable, x, holds = m.tables.variable, m.world.x, m.held[FLAGS].holds
    for v in range(variable.size):
        set_when, clear_when = variable[v].set_when, variable[v].clear_when
        for r in range(x.shape[1]):
            if set_when != NONE and holds[set_when, r]:
                x[v, r] = 1.0
            elif clear_when != NONE and holds[clear_when, r]:
                x[v, r] = 0.0


@kernel
def note_outcomes(place, day):
    """Note the first day on which each outcome held."""
    m = opened(Everything, place)
    condition, alive, holds = m.tables.outcome_condition, m.status.alive, m.held[OUTCOMES].holds
    outcome_day = m.world.outcome_day
    for o in range(condition.size):
        first, holding = outcome_day[o], holds[condition[o]]
        for r in range(alive.size):
            first[r] = day if alive[r] & holding[r] & (first[r] == NONE) else first[r]


@kernel
def freeze(place):
    """Let what has failed read as not a number, so that nobody takes it for a result."""
    m = opened(Everything, place)
    alive, x, tension = m.status.alive, m.world.x, m.world.tension
    for r in range(alive.size):
        if not alive[r]:
            x[:, r] = nan
            tension[0, r] = nan
