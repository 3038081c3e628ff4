"""Thinning (Lewis & Shedler 1979, doi:10.1002/nav.3800260304): rates are weighed only where a hand could act.

On most days most hands hold. For many runs at a time it is found what a hand's rates together cannot exceed, in
single precision and with an exponential that is a little too large. Where the draw lies above what that bound would
need, the hand holds, whatever its rates are; the others, a few in a hundred, are weighed (`sim.engine.decide`). So a
loose bound costs time, and no history depends on it.
"""

import numpy as np

from sim.theatre.compiled.program import NONE

from ._numba import exp_at_most, inline, part
from .bound import WIDE_TILE
from .dice import DECIDE, at_least, words
from .state import MORNING, PROVOCATION

EXPONENT, DRIVE, MOST = range(3)
"""Rows of `BoundArrays.row`: two to work in, and the bound."""
_NOTHING, _ONE = np.float32(0.0), np.float32(1.0)
_CLEAR = np.float32(10.0)
"""A bound up to which rounding cannot hide on which side of it a draw lies."""


@inline
def candidates(m, h, day):
    """Write into `m.bound.columns` where hand `h` may act today, and return in how many runs that is."""
    columns, maybe, n, found = m.bound.columns, m.bound.maybe, m.war.size, 0
    for first in range(0, n, WIDE_TILE):
        last = min(first + WIDE_TILE, n)
        _bound(m, h, day, first, last)
        _compare(m, h, day, first, last)
        for r in range(first, last):
            if maybe[r - first]:
                columns[found] = r
                found += 1
    return found


@part
def _bound(m, h, day, first, last):
    """Find what the rates of a hand together cannot exceed.

    The answers to a target are together, with those of the actor's other hands, at most the reply rate times the
    provocation, however well each of them fits; with their drives they are at most that times the largest drive. How
    far an action has recovered is left out.
    """
    bound, numbers, hand, n = m.bound, m.numbers, m.tables.hand[h], last - first
    me = m.tables.actor[hand.actor]
    exponent, drive, most = bound.row[EXPONENT, :n], bound.row[DRIVE, :n], bound.row[MOST, :n]
    most[:] = bound.least[h]
    for p in range(me.pairs_end - me.pairs):
        bound.largest[p, :n] = _NOTHING
    for a in range(hand.actions, hand.actions_end):
        act = m.tables.action[a]
        exponent[:] = bound.slack[a]
        _add_terms(act.drivers, act.drivers_end, m.tables.terms, bound.features, numbers, first, exponent)
        _drive(exponent, m.world.ready[a, first:last], day, drive)
        if act.when != NONE:
            _where(m.held[MORNING].holds[act.when, first:last], drive)
        if act.closed_by_war:
            _in_peace(m.war[first:last], drive)
        if numbers.slot[act.rate] < 0:
            _add(drive, np.float32(numbers.shared[act.rate]), most)
        else:
            _add_by_run(drive, numbers.varied[numbers.slot[act.rate], first:last], most)
        if act.reply != NONE:
            _widen(drive, bound.largest[act.pair - me.pairs, :n])
    if hand.answered_end == hand.answered:
        return
    k = me.reply_rate
    for p in range(me.pairs, me.pairs_end):
        largest, provocation = bound.largest[p - me.pairs, :n], m.stocks[PROVOCATION, p, first:last]
        if numbers.slot[k] < 0:
            _add_answers(largest, numbers.shared[k], provocation, most)
        else:
            _add_answers_by_run(largest, numbers.varied[numbers.slot[k], first:last], provocation, most)


@inline
def _add_terms(begin, end, terms, features, numbers, first, exponent):
    last = first + exponent.size
    for t in range(begin, end):
        k, feature = terms[t].weight, features[terms[t].row, first:last]
        if numbers.slot[k] < 0:
            weight = np.float32(numbers.shared[k])
            for r in range(exponent.size):
                exponent[r] += weight * feature[r]
        else:
            weights = numbers.varied[numbers.slot[k], first:last]
            for r in range(exponent.size):
                exponent[r] += np.float32(weights[r]) * feature[r]


@inline
def _drive(exponent, ready, day, drive):
    today = np.int32(day)
    for r in range(drive.size):
        drive[r] = exp_at_most(exponent[r]) if today >= ready[r] else _NOTHING


@inline
def _where(holds, drive):
    for r in range(drive.size):
        drive[r] = drive[r] if holds[r] else _NOTHING


@inline
def _in_peace(war, drive):
    for r in range(drive.size):
        drive[r] = drive[r] if war[r] < 0.5 else _NOTHING


@inline
def _add(drive, rate, most):
    for r in range(drive.size):
        most[r] += drive[r] * rate


@inline
def _add_by_run(drive, rate, most):
    for r in range(drive.size):
        most[r] += drive[r] * np.float32(rate[r])


@inline
def _widen(drive, largest):
    for r in range(drive.size):
        largest[r] = drive[r] if drive[r] > largest[r] else largest[r]


@inline
def _add_answers(largest, reply_rate, provocation, most):
    for r in range(largest.size):
        most[r] += largest[r] * np.float32(reply_rate * provocation[r])


@inline
def _add_answers_by_run(largest, reply_rate, provocation, most):
    for r in range(largest.size):
        most[r] += largest[r] * np.float32(reply_rate[r] * provocation[r])


@inline
def _compare(m, h, day, first, last):
    """Mark the runs in which the hand does not surely hold; a bound that is not a number makes nothing sure."""
    most, maybe, key = m.bound.row[MOST], m.bound.maybe, m.tables.hand[h].key
    seed, run, branch = m.runs.seed[0], m.runs.run[first:last], m.runs.branch[first:last]
    for r in range(run.size):
        word, _ = words(seed, run[r], branch[r], day, DECIDE, key)
        # Written so that NaN ends in `maybe`: it makes both comparisons false, and neither may be turned around.
        # A bound above `_CLEAR`, infinity too, proves nothing: rounding could hide the part of the draw that holds.
        holds = at_least(word) * (_ONE + most[r]) >= most[r]
        maybe[r] = not (holds & (most[r] <= _CLEAR))
