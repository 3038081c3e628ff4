"""Phase 4: prices and variables relax from one snapshot; flags and outcomes are checked (ODD 7.6)."""

from math import nan

from sim.theatre.program import FLAG, LOG, NONE

from .arithmetic import exp, normal
from .dice import NOISE, middle, words
from .kernel import inline, kernel
from .readings import add_terms, clip, spread

_LARGEST = 1.7976931348623157e308


@inline
def finite(x):
    """Whether `x` is a number and not infinite."""
    return abs(x) <= _LARGEST


@inline
def check_finite(row, day, what, status):
    """Freeze the runs in which `row` is not finite, and note what it was."""
    odd = 0
    for r in range(row.size):  # a plain count goes four at a time
        odd += not finite(row[r])
    if odd == 0:
        return
    for r in range(row.size):
        if status.alive[r] and not finite(row[r]):
            status.alive[r] = 0
            status.failed_day[r] = day
            status.failed_what[r] = what


@kernel
def settle(prices, day, variable, low, high, terms, features, numbers, runs, status, x, logarithm, rows):
    """Relax the prices (`prices` true) or everything else; `features` are those of the snapshot."""
    n = status.alive.size
    for v in range(variable.size):
        row = variable[v]
        if row.kind == FLAG or (row.kind == LOG) != prices or (row.decay == NONE and row.noise == NONE):
            continue
        state = logarithm[row.logarithm] if prices else x[v]
        if row.decay != NONE:
            target, decay = rows[0], rows[1]
            spread(numbers, row.base, target)
            add_terms(row.terms, row.terms_end, terms, features, numbers, target)
            if numbers.slot[row.decay] < 0:
                _relax(numbers.shared[row.decay], target, low[v], high[v], state)
            else:
                spread(numbers, row.decay, decay)
                _relax_by_run(decay, target, low[v], high[v], state)
        if row.noise != NONE:
            spread(numbers, row.noise, rows[2])
            for r in range(n):
                a, _ = words(runs.seed[0], runs.run[r], runs.branch[r], day, NOISE, row.key)
                state[r] += rows[2, r] * normal(middle(a))
        check_finite(state, day, v, status)
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
def turn_flags(variable, x, holds):
    """Set and clear flags by the evening's conditions."""
    for v in range(variable.size):
        set_when, clear_when = variable[v].set_when, variable[v].clear_when
        for r in range(x.shape[1]):
            if set_when != NONE and holds[set_when, r]:
                x[v, r] = 1.0
            elif clear_when != NONE and holds[clear_when, r]:
                x[v, r] = 0.0


@kernel
def note_outcomes(day, condition, alive, holds, outcome_day):
    """Note the first day on which each outcome held."""
    for o in range(condition.size):
        first, holding = outcome_day[o], holds[condition[o]]
        for r in range(alive.size):
            first[r] = day if alive[r] & holding[r] & (first[r] == NONE) else first[r]


@kernel
def freeze(alive, x, tension):
    """Let what has failed read as not a number, so that nobody takes it for a result."""
    for r in range(alive.size):
        if not alive[r]:
            x[:, r] = nan
            tension[0, r] = nan
