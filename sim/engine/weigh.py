"""The rates of the actions of a hand, in the runs in which it could act (ODD 7.4).

Those runs lie here and there, so what is read of them is gathered column by column into rows beside one another.
"""

from sim.theatre.compiled.program import NONE

from ._numba import exponentials, inline, part
from .dice import DECIDE, uniform, words
from .perceive import saturate
from .readings import clip
from .state import BLOOD, BLOOD_READING, DRAW, MORNING, PEAK, PROVOCATION, PROVOKING_RUNG, THRESHOLD, TOTAL

_FARTHEST = 24.0
"""A gap, in widths, beyond which nothing fits worse: fits are divided by their sum."""


@inline
def weigh(m, h, day, columns):
    """Find the running sums of the rates, their total, the draw, and what a running sum must exceed.

    A reply competes with all replies of its actor at the target, whatever hands they belong to.
    """
    s, hand, runs, n = m.scratch, m.tables.hand[h], m.runs, columns.size
    i, first, last = hand.actor, hand.actions, hand.actions_end
    if hand.replies:
        first, last = m.tables.actor[i].actions, m.tables.actor[i].actions_end
        _read_closely(m, i, columns)
        _fit_rungs(m, i, columns)
    _answer(m, i, first, last, day, columns)
    _add_rates(m, h, columns)
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
def _gather_number(numbers, k, columns, row):
    """Write parameter `k` into a row, one value for each column."""
    if numbers.slot[k] < 0:
        row[:] = numbers.shared[k]
    else:
        _gather(numbers.varied[numbers.slot[k]], columns, row)


@part
def _read_closely(m, i, columns):
    """Read what only a reply depends on: the blood of each pair, and the rung of its strongest act."""
    me, stocks, row, n = m.tables.actor[i], m.stocks, m.scratch.row, columns.size
    sharpness, held, rung = row[0, :n], row[1, :n], row[2, :n]
    _gather_number(m.numbers, me.sharpness, columns, sharpness)
    for p in range(me.pairs, me.pairs_end):
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
def _fit_rungs(m, i, columns):
    """How well a reply on each rung answers each target in proportion, at best 1 [A36, Q02]."""
    fit, me, stocks, row, n = m.tables.fit, m.tables.actor[i], m.stocks, m.scratch.row, columns.size
    narrowness, overshoot, redline, sought = row[0, :n], row[1, :n], row[2, :n], row[3, :n]
    _gather_number(m.numbers, me.narrowness, columns, narrowness)
    _gather_number(m.numbers, me.overshoot, columns, overshoot)
    _gather_number(m.numbers, me.redline, columns, redline)
    pair = NONE
    for f in range(me.fits, me.fits_end):
        if fit[f].pair != pair:
            pair = fit[f].pair
            provoking, blood = stocks[PROVOKING_RUNG, pair], stocks[BLOOD_READING, pair]
            for c in range(n):
                sought[c] = (provoking[columns[c]] + overshoot[c]) + redline[c] * blood[columns[c]]
        _fit(float(fit[f].rung), sought, narrowness, m.scratch.fit[f - me.fits, :n], m.scratch.room)


@inline
def _fit(rung, sought, narrowness, fit, room):
    for c in range(fit.size):
        gap = clip((rung - sought[c]) * narrowness[c], -_FARTHEST, _FARTHEST)
        fit[c] = -0.5 * gap * gap
    exponentials(fit, room)


@part
def _answer(m, i, first, last, day, columns):
    """Find which of some actions may be done, how well each reply fits, and what fits are worth together by pair."""
    s, me, n = m.scratch, m.tables.actor[i], columns.size
    number = s.row[0, :n]
    s.by[:] = 0.0
    for a in range(first, last):
        act, able = m.tables.action[a], s.able[a - me.actions, :n]
        _mark_able(m, day, a, columns, able)
        if act.reply != NONE:
            _gather_number(m.numbers, act.reply, columns, number)
            prefer(number, s.fit[act.fit - me.fits], able, s.answer[a - me.actions], s.by[act.pair - me.pairs])
    # All fits at a target have been added up: no fit is needed apart any more but in `answer`, so what a sum of fits is
    # worth takes its place, and one row per pair does for both.
    _gather_number(m.numbers, me.reply_rate, columns, number)
    for p in range(me.pairs, me.pairs_end):
        _answer_by(number, m.stocks[PROVOCATION, p], columns, s.by[p - me.pairs])


@inline
def _mark_able(m, day, a, columns, able):
    """Mark the runs in which an action may be chosen today."""
    act, ready = m.tables.action[a], m.world.ready[a]
    for c in range(able.size):
        able[c] = 1.0 if day >= ready[columns[c]] else 0.0
    if act.when != NONE:
        holds = m.held[MORNING].holds[act.when]
        for c in range(able.size):
            able[c] *= holds[columns[c]]
    if act.order != NONE:
        hand = m.tables.hand[act.hand]
        for k in range(hand.orders, hand.orders_end):
            due = m.orders.due[k]
            for c in range(able.size):
                able[c] = able[c] if due[columns[c]] == NONE else 0.0
    if m.acts_of_war[act.rung]:
        for c in range(able.size):
            able[c] = able[c] if m.war[columns[c]] < 0.5 else 0.0


@inline
def prefer(preference, fit, able, answer, total):
    """Weigh a fit by the actor's preference, and add it to those at the same target."""
    for c in range(able.size):
        answer[c] = preference[c] * fit[c] * able[c]
        total[c] += answer[c]


@inline
def _answer_by(reply_rate, provocation, columns, total):
    """Turn a sum of fits into what a fit of 1 adds to a rate."""
    for c in range(columns.size):
        total[c] = reply_rate[c] * provocation[columns[c]] / total[c] if total[c] > 0.0 else 0.0


@part
def _add_rates(m, h, columns):
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
        _gather_number(m.numbers, act.rate, columns, rate)
        if act.reply != NONE:
            _add_answer(s.by[act.pair - me.pairs], s.answer[local], rate)
        _run_on(drive, s.able[local], rate, so_far, s.running[a - hand.actions])


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
def _add_answer(by, answer, rate):
    """Turn a fit into the rate at which the action answers, and add that to its own."""
    for c in range(rate.size):
        answer[c] *= by[c]
        rate[c] += answer[c]


@inline
def _run_on(drive, able, rate, so_far, running):
    """Add an action's rate to the running sum."""
    for c in range(drive.size):
        so_far[c] += drive[c] * able[c] * rate[c]
        running[c] = so_far[c]
