"""Phase 4: prices and variables relax from one snapshot; flags and outcomes are checked (ODD 7.6)."""

from math import nan

from sim.theatre.compiled.program import FLAG, LOG, NONE

from ._numba import exp, exponentials, inline, kernel, normals, part, struct_at
from .dice import NOISE, middle, words
from .readings import add_terms, clip, copy, spread
from .state import FLAGS, OUTCOMES, SNAPSHOT, TILE, ModelState

_LARGEST = 1.7976931348623157e308


@inline
def finite(x):
    """Whether `x` is a number and not infinite."""
    return abs(x) <= _LARGEST


@part
def check_finite(row, day, what, first, status):
    """Freeze the runs, counted from `first`, in which `row` is not finite, and note what it was."""
    odd = 0
    for r in range(row.size):  # a plain count goes four at a time
        odd += not finite(row[r])
    if odd == 0:
        return
    for r in range(row.size):
        if status.alive[first + r] and not finite(row[r]):
            fail(status, first + r, day, what)


@inline
def fail(status, r, day, what):
    """Freeze a run, and note when and what was not finite."""
    status.alive[r] = 0
    status.failed_day[r] = day
    status.failed_what[r] = what


@kernel
def settle(address, prices, day):
    """Relax the prices (`prices` true) or everything else, a tile of runs at a time; what was measured is imposed."""
    m = struct_at(ModelState, address)
    for first in range(0, m.war.size, TILE):
        _settle(m, prices, day, first, min(first + TILE, m.war.size))


@part
def _settle(m, prices, day, first, last):
    t, numbers, world, rows, n = m.tables, m.numbers, m.world, m.scratch.row, last - first
    variable, low, high, measured = t.variable, t.low, t.high, t.script.series[day]
    for v in range(variable.size):
        row, moves = variable[v], measured[v] != measured[v]
        still = moves and row.decay == NONE and row.noise == NONE
        if row.kind == FLAG or (row.kind == LOG) != prices or still:
            continue
        state = world.logarithm[row.logarithm, first:last] if prices else world.x[v, first:last]
        if not moves:
            state[:] = measured[v]
        if moves and row.decay != NONE:
            target, decay = rows[0, :n], rows[1, :n]
            spread(numbers, row.base, first, target)
            add_terms(row.terms, row.terms_end, t.terms, m.read[SNAPSHOT], numbers, first, target)
            if numbers.slot[row.decay] < 0:
                _relax(numbers.shared[row.decay], target, low[v], high[v], state)
            else:
                spread(numbers, row.decay, first, decay)
                _relax_by_run(decay, target, low[v], high[v], state)
        if moves and row.noise != NONE:
            deviation, share, deviate = rows[0, :n], rows[1, :n], rows[2, :n]
            spread(numbers, row.noise, first, deviation)
            _shares(m.runs, day, row.key, first, share)
            normals(share, deviate)
            for r in range(state.size):
                state[r] += deviation[r] * deviate[r]
        check_finite(state, day, v, first, m.status)
        for r in range(state.size):
            state[r] = clip(state[r], low[v], high[v])
        if prices:
            x = world.x[v, first:last]
            copy(state, x)
            exponentials(x, m.scratch.room)


@kernel
def price_of(logarithm, price):
    """Write the prices whose logarithms these are."""
    for r in range(price.size):
        price[r] = exp(logarithm[r])


@inline
def _shares(runs, day, key, first, share):
    seed, run, branch = runs.seed[0], runs.run[first:], runs.branch[first:]
    for r in range(share.size):
        a, _ = words(seed, run[r], branch[r], day, NOISE, key)
        share[r] = middle(a)


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
def turn_flags(address):
    """Set and clear flags by the evening's conditions."""
    m = struct_at(ModelState, address)
    variable, x, holds = m.tables.variable, m.world.x, m.held[FLAGS].holds
    for v in range(variable.size):
        set_when, clear_when = variable[v].set_when, variable[v].clear_when
        for r in range(x.shape[1]):
            if set_when != NONE and holds[set_when, r]:
                x[v, r] = 1.0
            elif clear_when != NONE and holds[clear_when, r]:
                x[v, r] = 0.0


@kernel
def note_outcomes(address, day):
    """Note the first day on which each outcome held."""
    m = struct_at(ModelState, address)
    condition, alive, holds = m.tables.outcome_condition, m.status.alive, m.held[OUTCOMES].holds
    outcome_day = m.world.outcome_day
    for o in range(condition.size):
        first, holding = outcome_day[o], holds[condition[o]]
        for r in range(alive.size):
            first[r] = day if alive[r] & holding[r] & (first[r] == NONE) else first[r]


@kernel
def freeze(address):
    """Let what has failed read as not a number, so that nobody takes it for a result."""
    m = struct_at(ModelState, address)
    alive, x, tension = m.status.alive, m.world.x, m.world.tension
    for r in range(alive.size):
        if not alive[r]:
            x[:, r] = nan
            tension[0, r] = nan
