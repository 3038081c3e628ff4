"""Thinning (Lewis & Shedler 1979, doi:10.1002/nav.3800260304): rates are weighed only where a hand could act.

On most days most hands hold. For many runs at a time it is found what a hand's rates together cannot exceed, in
single precision and with an exponential that is a little too large. Where the draw lies above what that bound would
need, the hand holds, whatever its rates are; the others, some in a hundred, are looked at again, with a
narrower bound, and those that are left are weighed (`sim.engine.decide`). So a loose bound costs time, and no history
depends on it.
"""

import numpy as np

from sim.theatre.compiled.program import NONE

from ._numba import exp, exp_at_most, formula, inline, part
from .aside import row_aside
from .bound import WIDE_TILE
from .dice import DECIDE, at_least, words
from .readings import at
from .state import BLOOD, DEFIANCE, MORNING, PEAK, PROVOCATION, TILE
from .weigh import gather_number, rung_of, waits

EXPONENT, DRAWN, MOST = range(3)
"""Rows of `BoundArrays.row`: one to work in, the draw, at least, and the bound."""
CLOSER, WEIGHT, LARGEST = range(3)
"""Rows of `BoundArrays.closer`: the narrower bound, what replies to a target weigh, and their largest drive."""
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
        possible = 0
        for r in range(first, last):
            columns[found + possible] = r  # written over unless it may act; past the end there is room for one
            possible += maybe[r - first]
        if m.bound.again[h]:
            possible = look_again(m, h, day, first, columns[found : found + possible])
        found += possible
    return found


@part
def _bound(m, h, day, first, last):
    """Find what the rates of a hand together cannot exceed.

    The answers to a target are together, with those of the actor's other hands, at most the reply rate times the
    provocation, however well each of them fits; with their drives they are at most that times the largest drive. How
    far an action has recovered is left out, and that none is ordered while another order stands.
    """
    bound, numbers, hand, n = m.bound, m.numbers, m.tables.hand[h], last - first
    me = m.tables.actor[hand.actor]
    exponent, most = bound.row[EXPONENT, :n], bound.row[MOST, :n]
    most[:] = bound.least[h]
    for k in range(hand.answered, hand.answered_end):
        bound.largest[m.tables.answered[k] - me.pairs, :n] = _NOTHING
    for a in range(hand.actions, hand.actions_end):
        act, drive = m.tables.action[a], bound.drive[a - hand.actions, :n]
        exponent[:] = bound.slack[a]
        _add_terms(act.drivers, act.drivers_end, m.tables.terms, bound.features, numbers, first, exponent)
        if waits(act, numbers):
            _drive(exponent, m.world.ready[a, first:last], day, drive)
        else:
            _drive_always(exponent, drive)
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
    rate = me.reply_rate
    for k in range(hand.answered, hand.answered_end):
        p = m.tables.answered[k]
        largest, provocation = bound.largest[p - me.pairs, :n], m.stocks[PROVOCATION, p, first:last]
        if numbers.slot[rate] < 0:
            _add_answers(largest, numbers.shared[rate], provocation, most)
        else:
            _add_answers_by_run(largest, numbers.varied[numbers.slot[rate], first:last], provocation, most)


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
def _drive_always(exponent, drive):
    for r in range(drive.size):
        drive[r] = exp_at_most(exponent[r])


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
    drawn, most, maybe, key = m.bound.row[DRAWN], m.bound.row[MOST], m.bound.maybe, m.tables.hand[h].key
    seed, run, branch = m.runs.seed[0], m.runs.run[first:last], m.runs.branch[first:last]
    for r in range(run.size):
        word, _ = words(seed, run[r], branch[r], day, DECIDE, key)
        drawn[r] = at_least(word)
        maybe[r] = may_act(drawn[r], most[r])


@formula
def may_act(drawn, most):
    """Whether a hand with such a bound may act.

    Written so that NaN lets it: it makes both comparisons false, and neither may be turned around. A bound above
    `_CLEAR`, infinity too, proves nothing: rounding could hide the part of the draw that holds.
    """
    holds = drawn * (_ONE + most) >= most
    return not (holds & (most <= _CLEAR))


@part
def look_again(m, h, day, first, columns):
    """Find a narrower bound in the runs in which the hand may act; keep those in which it still may, and count them."""
    bound, kept = m.bound, 0
    drawn, most, maybe = bound.row[DRAWN], bound.row[MOST], bound.maybe
    for begin in range(0, columns.size, TILE):
        some = columns[begin : min(begin + TILE, columns.size)]
        closer = bound.closer[CLOSER, : some.size]
        closer[:] = bound.least[h]
        _add_own(m, h, day, first, some, closer)
        _add_shares(m, h, some, closer)
        for c in range(some.size):
            r = some[c]
            most[r - first] = closer[c]
            maybe[r - first] = may_act(drawn[r - first], most[r - first])
            columns[kept] = r
            kept += maybe[r - first]
    return kept


@part
def _add_own(m, h, day, first, columns, most):
    """What is done but for answers, by actions as far as they have recovered, where no order keeps them waiting.

    Since `1 - exp(-x)` is at most x, an action has recovered no further than that.
    """
    bound, hand, number = m.bound, m.tables.hand[h], m.scratch.row[0, : columns.size]
    for a in range(hand.actions, hand.actions_end):
        act, drive, rested = m.tables.action[a], bound.drive[a - hand.actions], bound.rested[a - hand.actions]
        for c in range(columns.size):
            rested[c] = drive[columns[c] - first]
        if act.recovery != NONE:
            last = m.world.last_day[a]
            gather_number(m.numbers, act.recovery, columns, number)
            for c in range(columns.size):
                share = number[c] * (day - last[columns[c]])
                rested[c] *= share if share < 1.0 else 1.0
        if act.order != NONE:
            for k in range(hand.orders, hand.orders_end):
                due = m.orders.due[k]
                for c in range(columns.size):
                    rested[c] = rested[c] if due[columns[c]] == NONE else 0.0
        gather_number(m.numbers, act.rate, columns, number)
        for c in range(columns.size):
            most[c] += rested[c] * number[c]


@part
def _add_shares(m, h, columns, most):
    """What the answers are together at most.

    With x what the hand's replies to a target weigh, and y what all other replies do, they have x / (silence + x + y)
    of the actor's reply rate; so they have x / (silence + x) at most, also for an x that is too large.
    """
    t, hand, bound, n = m.tables, m.tables.hand[h], m.bound, columns.size
    me = t.actor[hand.actor]
    number, narrowness, sought = m.scratch.row[0, :n], m.scratch.row[1, :n], m.scratch.row[2, :n]
    weight, largest = bound.closer[WEIGHT, :n], bound.closer[LARGEST, :n]
    for k in range(hand.answered, hand.answered_end):
        pair = t.answered[k]
        _seek(m, me, pair, columns, number, sought)
        gather_number(m.numbers, me.narrowness, columns, narrowness)
        weight[:] = 0.0
        largest[:] = 0.0
        for a in range(hand.actions, hand.actions_end):
            if t.action[a].reply != NONE and t.action[a].pair == pair:
                gather_number(m.numbers, t.action[a].reply, columns, number)
                _widen_share(
                    float(t.action[a].rung), number, sought, narrowness, bound.rested[a - hand.actions], weight, largest
                )
        gather_number(m.numbers, me.silence, columns, number)
        for c in range(n):
            weight[c] = largest[c] * (weight[c] / (number[c] + weight[c])) if largest[c] > 0.0 else 0.0
        provocation = m.stocks[PROVOCATION, pair]
        gather_number(m.numbers, me.reply_rate, columns, number)
        for c in range(n):
            most[c] += weight[c] * (number[c] * provocation[columns[c]])


@inline
def _widen_share(rung, preference, sought, narrowness, drive, weight, largest):
    for c in range(weight.size):
        gap = (rung - sought[c]) * narrowness[c]
        fits = preference[c] * exp_at_most(np.float32(-0.5 * gap * gap))
        weight[c] += fits if drive[c] > 0.0 else 0.0
        largest[c] = drive[c] if drive[c] > largest[c] else largest[c]


@inline
def _seek(m, me, pair, columns, number, sought):
    """Find the rung of the answer that an actor seeks, as `sim.engine.weigh` does."""
    numbers, peak, held = m.numbers, m.stocks[PEAK, pair], m.stocks[BLOOD, pair]
    gather_number(numbers, me.overshoot, columns, number)
    for c in range(columns.size):
        r = columns[c]
        sought[c] = number[c] + (rung_of(peak[r], m.ladder) if m.one_ladder else rung_of(peak[r], m.severity[:, r]))
    if numbers.slot[me.redline] >= 0 or numbers.shared[me.redline] != 0.0:
        for c in range(columns.size):
            r = columns[c]
            blood = 1.0 - exp(-(held[r] * at(numbers, me.sharpness, r)))
            sought[c] += at(numbers, me.redline, r) * blood
    if me.aside != NONE:
        defiance = m.aside[DEFIANCE, row_aside(me, pair)]
        gather_number(numbers, me.firmness, columns, number)
        for c in range(columns.size):
            sought[c] += number[c] * defiance[columns[c]]
