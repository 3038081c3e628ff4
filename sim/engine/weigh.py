"""The rates of the actions of a hand, in the runs in which it could act (ODD 7.4).

Those runs lie here and there, so what is read of them is gathered column by column into rows beside one another.
"""

from sim.theatre.compiled.program import NONE

from ._numba import exponentials, inline, part
from .aside import row_aside
from .dice import DECIDE, uniform, words
from .perceive import saturate
from .readings import at, clip, copy
from .state import (
    BLOOD,
    BLOOD_READING,
    DEFIANCE,
    DRAW,
    MORNING,
    NEVER_AGAIN,
    PEAK,
    PROVOCATION,
    PROVOKING_RUNG,
    THRESHOLD,
    TOTAL,
)

_FARTHEST = 24.0
"""A gap, in widths, beyond which nothing fits worse: fits are divided by their sum."""


@inline
def weigh(m, h, day, columns):
    """Find the running sums of the rates, their total, the draw, and what a running sum must exceed.

    A reply competes with all replies of its actor at the target, whatever hands they belong to.
    """
    s, hand, runs, n = m.scratch, m.tables.hand[h], m.runs, columns.size
    if hand.answered_end > hand.answered:
        _read_closely(m, h, columns)
        _fit_rungs(m, h, columns)
    _answer(m, h, day, columns)
    _add_rates(m, h, day, columns)
    total, draw, threshold, seed = s.row[TOTAL, :n], s.row[DRAW, :n], s.row[THRESHOLD, :n], runs.seed[0]
    for c in range(n):
        word, _ = words(seed, runs.run[columns[c]], runs.branch[columns[c]], day, DECIDE, hand.key)
        draw[c] = uniform(word)
        threshold[c] = threshold_of(draw[c], total[c])


@inline
def threshold_of(draw, total):
    """What the running sum of what is drawn exceeds: holding has a rate of 1."""
    return draw * (1.0 + total)


@inline
def _gather(values, columns, row):
    for c in range(row.size):
        row[c] = values[columns[c]]


@part
def gather_number(numbers, k, columns, row):
    """Write parameter `k` into a row, one value for each column."""
    if numbers.slot[k] < 0:
        row[:] = numbers.shared[k]
    else:
        _gather(numbers.varied[numbers.slot[k]], columns, row)


@part
def _read_closely(m, h, columns):
    """Read what only a reply depends on: the blood of each pair that it answers, and the rung of its strongest act."""
    hand, stocks, row, n = m.tables.hand[h], m.stocks, m.scratch.row, columns.size
    me = m.tables.actor[hand.actor]
    sharpness, held, rung = row[0, :n], row[1, :n], row[2, :n]
    gather_number(m.numbers, me.sharpness, columns, sharpness)
    for k in range(hand.answered, hand.answered_end):
        p = m.tables.answered[k]
        _gather(stocks[BLOOD, p], columns, held)
        saturate(held, sharpness, m.scratch.room)
        _scatter(held, columns, stocks[BLOOD_READING, p])
        _gather(stocks[PEAK, p], columns, held)
        if m.one_ladder:
            for c in range(n):
                rung[c] = rung_of(held[c], m.ladder)
        else:
            for c in range(n):
                rung[c] = rung_of(held[c], m.severity[:, columns[c]])
        _scatter(rung, columns, stocks[PROVOKING_RUNG, p])


@inline
def _scatter(row, columns, values):
    for c in range(row.size):
        values[columns[c]] = row[c]


@inline
def rung_of(peak, severity):
    """The rung of a severity, between rungs in proportion."""
    rung, low, high = 0.0, severity[0], severity[1]
    for k in range(1, 9):
        if peak >= severity[k]:
            rung, low, high = float(k), severity[k], severity[k + 1]
    return rung + clip((peak - low) / (high - low), 0.0, 1.0)


@part
def _fit_rungs(m, h, columns):
    """How well a reply on each rung answers each target in proportion, at best 1 [A36, Q02]."""
    t, hand, stocks, row, n = m.tables, m.tables.hand[h], m.stocks, m.scratch.row, columns.size
    fit, me = t.fit, t.actor[hand.actor]
    narrowness, overshoot, redline, sought = row[0, :n], row[1, :n], row[2, :n], row[3, :n]
    gather_number(m.numbers, me.narrowness, columns, narrowness)
    gather_number(m.numbers, me.overshoot, columns, overshoot)
    gather_number(m.numbers, me.redline, columns, redline)
    for k in range(hand.answered, hand.answered_end):
        pair = t.answered[k]
        provoking, blood = stocks[PROVOKING_RUNG, pair], stocks[BLOOD_READING, pair]
        for c in range(n):
            sought[c] = (provoking[columns[c]] + overshoot[c]) + redline[c] * blood[columns[c]]
        if me.aside != NONE:
            _add_defiance(m.numbers, me.firmness, m.aside[DEFIANCE, row_aside(me, pair)], columns, sought)
        for f in range(t.fit_start[pair], t.fit_start[pair + 1]):
            _fit(float(fit[f].rung), sought, narrowness, m.scratch.fit[f - me.fits, :n], m.scratch.room)


@inline
def _add_defiance(numbers, firmness, defiance, columns, sought):
    for c in range(columns.size):
        sought[c] += at(numbers, firmness, columns[c]) * defiance[columns[c]]


@inline
def _fit(rung, sought, narrowness, fit, room):
    for c in range(fit.size):
        gap = clip((rung - sought[c]) * narrowness[c], -_FARTHEST, _FARTHEST)
        fit[c] = -0.5 * gap * gap
    exponentials(fit, room)


@part
def _answer(m, h, day, columns):
    """Find which actions may be done, what each reply and silence weigh, and what a weight is worth.

    Weighed are the hand's own, and whatever else of its actor answers whom they answer.
    """
    s, hand, n = m.scratch, m.tables.hand[h], columns.size
    me = m.tables.actor[hand.actor]
    number, substitution, variety = s.row[0, :n], s.row[1, :n], s.row[2, :n]
    gather_number(m.numbers, me.silence, columns, number)
    for k in range(hand.answered, hand.answered_end):
        pair = m.tables.answered[k]
        copy(number, s.together[pair - me.pairs, :n])
        place, instrument = s.place[pair - me.pairs], s.instrument[pair - me.pairs]
        _recall(m.leading_action[pair], m.tables.action, columns, place, instrument)
    gather_number(m.numbers, me.substitution, columns, substitution)
    gather_number(m.numbers, me.variety, columns, variety)
    for k in range(hand.rivals, hand.rivals_end):
        a = m.tables.rivals[k]
        act, local = m.tables.action[a], a - me.actions
        opened, weight = s.open[local, :n], s.weight[local, :n]
        _mark_open(m, day, a, columns, opened, s.able[local])
        if act.reply != NONE:
            gather_number(m.numbers, act.reply, columns, number)
            _prefer(number, s.fit[act.fit - me.fits], weight)
            if act.place != NONE:
                _change(act.place, s.place[act.pair - me.pairs], substitution, weight)
            if act.instrument != NONE:
                _change(act.instrument, s.instrument[act.pair - me.pairs], variety, weight)
            _add_open(weight, opened, s.together[act.pair - me.pairs])
    gather_number(m.numbers, me.reply_rate, columns, number)
    for k in range(hand.answered, hand.answered_end):
        p = m.tables.answered[k]
        _answer_by(number, m.stocks[PROVOCATION, p], columns, s.together[p - me.pairs], s.by[p - me.pairs])


@inline
def waits(act, numbers):
    """Whether an action, once done, may not be chosen again on the next day."""
    return act.once or numbers.slot[act.cooldown] >= 0 or not numbers.shared[act.cooldown] <= 1.0


@inline
def _mark_open(m, day, a, columns, opened, able):
    """Mark the runs in which an action is open, and those in which it may be chosen today, its cooldown past."""
    act, ready = m.tables.action[a], m.world.ready[a]
    opened[:] = 1.0
    if act.once:
        for c in range(opened.size):
            opened[c] = 1.0 if ready[columns[c]] != NEVER_AGAIN else 0.0
    if act.when != NONE:
        holds = m.held[MORNING].holds[act.when]
        for c in range(opened.size):
            opened[c] *= holds[columns[c]]
    if act.closed_by_war:
        for c in range(opened.size):
            opened[c] = opened[c] if m.war[columns[c]] < 0.5 else 0.0
    if waits(act, m.numbers):
        for c in range(opened.size):
            able[c] = opened[c] if day >= ready[columns[c]] else 0.0
    else:
        for c in range(opened.size):
            able[c] = opened[c]
    if act.order != NONE:
        hand = m.tables.hand[act.hand]
        for k in range(hand.orders, hand.orders_end):
            due = m.orders.due[k]
            for c in range(opened.size):
                able[c] = able[c] if due[columns[c]] == NONE else 0.0


@inline
def _prefer(preference, fit, weight):
    for c in range(weight.size):
        weight[c] = preference[c] * fit[c]


@inline
def _recall(leading, actions, columns, place, instrument):
    """Write down at which place the act was done that led to a grievance, and with which instrument."""
    for c in range(columns.size):
        a = leading[columns[c]]
        place[c] = actions[a].place if a != NONE else NONE
        instrument[c] = actions[a].instrument if a != NONE else NONE


@inline
def _change(mine, answered, left, weight):
    """Let a reply weigh less that answers at another place, or with another instrument, than the act that led to it."""
    for c in range(weight.size):
        weight[c] *= left[c] if (answered[c] != NONE) & (answered[c] != mine) else 1.0


@inline
def _add_open(weight, opened, together):
    for c in range(weight.size):
        together[c] += weight[c] * opened[c]


@inline
def _answer_by(reply_rate, provocation, columns, together, by):
    """Find what a weight of 1 adds to a rate."""
    for c in range(columns.size):
        by[c] = reply_rate[c] * provocation[columns[c]] / together[c] if together[c] > 0.0 else 0.0


@part
def _add_rates(m, h, day, columns):
    """Find the running sums of the rates."""
    s, hand, n = m.scratch, m.tables.hand[h], columns.size
    me = m.tables.actor[hand.actor]
    drive, rate, so_far = s.row[0, :n], s.row[1, :n], s.row[TOTAL, :n]
    so_far[:] = 0.0
    for a in range(hand.actions, hand.actions_end):
        act, local = m.tables.action[a], a - me.actions
        if act.drivers_end > act.drivers:
            drive[:] = 0.0
            _add_terms(act.drivers, act.drivers_end, m.tables.terms, m.read[MORNING], m.numbers, columns, drive)
            exponentials(drive, s.room)
        else:
            drive[:] = 1.0
        gather_number(m.numbers, act.rate, columns, rate)
        if act.reply != NONE:
            _add_answer(s.by[act.pair - me.pairs], s.weight[local], s.able[local], s.answer[local], rate)
        _rest(m, a, day, columns, s.rested[local, :n])
        _run_on(drive, s.able[local], rate, s.rested[local], so_far, s.running[a - hand.actions])


@inline
def _add_terms(begin, end, terms, features, numbers, columns, exponent):
    for t in range(begin, end):
        k, feature = terms[t].weight, features[terms[t].row]
        if numbers.slot[k] < 0:
            weight = numbers.shared[k]
            for c in range(columns.size):
                exponent[c] += weight * feature[columns[c]]
        else:
            weights = numbers.varied[numbers.slot[k]]
            for c in range(columns.size):
                exponent[c] += weights[columns[c]] * feature[columns[c]]


@inline
def _add_answer(by, weight, able, answer, rate):
    """Turn a weight into the rate at which the action answers, and add that to its own."""
    for c in range(rate.size):
        answer[c] = weight[c] * by[c] if able[c] > 0.0 else 0.0
        rate[c] += answer[c]


@inline
def _rest(m, a, day, columns, rested):
    """Find how far an action has recovered since it was done; `NEVER` is so long ago that what never was is whole."""
    k, last = m.tables.action[a].recovery, m.world.last_day[a]
    if k == NONE:
        rested[:] = 1.0
        return
    gather_number(m.numbers, k, columns, rested)
    for c in range(rested.size):
        rested[c] = -(rested[c] * (day - last[columns[c]]))
    exponentials(rested, m.scratch.room)
    for c in range(rested.size):
        rested[c] = 1.0 - rested[c]


@inline
def _run_on(drive, able, rate, rested, so_far, running):
    """Add an action's rate to the running sum."""
    for c in range(drive.size):
        so_far[c] += drive[c] * able[c] * rate[c] * rested[c]
        running[c] = so_far[c]
