"""Phase 2: every actor draws one action, or holds (ODD 7.4)."""

from sim.theatre.program import NONE

from .arithmetic import exponentials
from .dice import DECIDE, uniform, words
from .handover import opened
from .kernel import inline, kernel
from .readings import add_terms, at, clip, set_term, spread
from .settle import check_finite
from .state import BLOOD_READING, DRAW, MORNING, PROVOCATION, PROVOKING_RUNG, STRIP, THRESHOLD, TOTAL, Everything

_FARTHEST = 24.0
"""A gap, in widths, beyond which nothing fits worse: fits are divided by their sum."""


@kernel
def decide(place, i, day):
    """Draw what actor `i` does today in every run, a strip of runs at a time."""
    m = opened(Everything, place)
    script, chosen, cause = m.tables.script, m.chosen[i], m.cause[i]
    chosen[:] = NONE
    if day >= script.imposed_days:
        for first in range(0, chosen.size, STRIP):
            last = min(first + STRIP, chosen.size)
            _answer(m, i, day, first, last)
            _weigh(m, i, first, last)
            _draw(m, i, day, first, last)
    if script.act[day, i] != NONE:
        chosen[:] = script.act[day, i]
        cause[:] = NONE


@kernel
def _answer(m, i, day, first, last):
    """Find who may do what, how well each reply fits, and what the fits of each pair are worth together."""
    t, s, me = m.tables, m.scratch, m.tables.actor[i]
    _fit_rungs(m, i, first, last)
    s.by[:] = 0.0
    preference = s.row[0, : last - first]
    for a in range(me.actions, me.actions_end):
        act, able = t.action[a], s.able[a - me.actions, : last - first]
        _mark_able(m, day, a, first, last, able)
        if act.reply != NONE:
            spread(m.numbers, act.reply, first, preference)
            fit, answer = s.fit[act.fit - me.fits], s.answer[a - me.actions]
            _prefer(preference, fit, able, answer, s.by[act.pair - me.pairs])
    reply_rate = s.row[0, : last - first]
    spread(m.numbers, me.reply_rate, first, reply_rate)
    for p in range(me.pairs, me.pairs_end):
        _answer_by(reply_rate, m.stocks[PROVOCATION, p, first:last], s.by[p - me.pairs])


@inline
def _mark_able(m, day, a, first, last, able):
    """Mark the runs in which an action may be chosen today."""
    act, ready = m.tables.action[a], m.world.ready[a, first:last]
    for r in range(able.size):
        able[r] = 1.0 if day >= ready[r] else 0.0
    if act.when != NONE:
        holds = m.held[MORNING].holds[act.when, first:last]
        for r in range(able.size):
            able[r] *= holds[r]
    if m.acts_of_war[act.rung]:
        war = m.war[first:last]
        for r in range(able.size):
            able[r] = able[r] if war[r] < 0.5 else 0.0


@kernel
def _fit_rungs(m, i, first, last):
    """How well a reply on each rung answers each target in proportion, at best 1 [A36, Q02]; see ODD 7.4."""
    fit, me, stocks, row, n = m.tables.fit, m.tables.actor[i], m.stocks, m.scratch.row, last - first
    narrowness, overshoot, redline, sought = row[0, :n], row[1, :n], row[2, :n], row[3, :n]
    spread(m.numbers, me.narrowness, first, narrowness)
    spread(m.numbers, me.overshoot, first, overshoot)
    spread(m.numbers, me.redline, first, redline)
    pair = NONE
    for f in range(me.fits, me.fits_end):
        if fit[f].pair != pair:
            pair = fit[f].pair
            provoking, blood = stocks[PROVOKING_RUNG, pair, first:last], stocks[BLOOD_READING, pair, first:last]
            for r in range(sought.size):
                sought[r] = (provoking[r] + overshoot[r]) + redline[r] * blood[r]
        _fit(float(fit[f].rung), sought, narrowness, m.scratch.fit[f - me.fits, :n], m.scratch.room)


@inline
def _fit(rung, sought, narrowness, fit, room):
    for r in range(fit.size):
        gap = clip((rung - sought[r]) * narrowness[r], -_FARTHEST, _FARTHEST)
        fit[r] = -0.5 * gap * gap
    exponentials(fit, room)


@inline
def _prefer(preference, fit, able, answer, total):
    """Weigh a fit by the actor's preference, and add it to those at the same target."""
    for r in range(able.size):
        answer[r] = preference[r] * fit[r] * able[r]
        total[r] += answer[r]


@inline
def _answer_by(reply_rate, provocation, total):
    """Turn a sum of fits into what a fit of 1 adds to a rate."""
    for r in range(provocation.size):
        total[r] = reply_rate[r] * provocation[r] / total[r] if total[r] > 0.0 else 0.0


@kernel
def _weigh(m, i, first, last):
    """Find the running sums of the rates."""
    terms, features, numbers, s = m.tables.terms, m.read[MORNING], m.numbers, m.scratch
    me, row, n = m.tables.actor[i], m.scratch.row, last - first
    drive, rate, so_far = row[0, :n], row[1, :n], row[TOTAL, :n]
    so_far[:] = 0.0
    for a in range(me.actions, me.actions_end):
        act, local = m.tables.action[a], a - me.actions
        if act.drivers_end > act.drivers:
            set_term(act.drivers, terms, features, numbers, first, drive)
            add_terms(act.drivers + 1, act.drivers_end, terms, features, numbers, first, drive)
            exponentials(drive, s.room)
        else:
            drive[:] = 1.0
        spread(numbers, act.rate, first, rate)
        if act.reply != NONE:
            _add_answer(s.by[act.pair - me.pairs], s.answer[local], rate)
        _run_on(drive, s.able[local], rate, so_far, s.running[local])


@inline
def _add_answer(by, answer, rate):
    """Turn a fit into the rate at which the action answers, and add that to its own."""
    for r in range(rate.size):
        answer[r] *= by[r]
        rate[r] += answer[r]


@inline
def _run_on(drive, able, rate, so_far, running):
    """Add an action's rate to the running sum."""
    for r in range(drive.size):
        so_far[r] += drive[r] * able[r] * rate[r]
        running[r] = so_far[r]


@kernel
def _draw(m, i, day, first, last):
    """Find where the draw falls among the running sums; past the last, the actor holds."""
    me, runs, alive, s = m.tables.actor[i], m.runs, m.status.alive, m.scratch
    n = last - first
    total, draw, threshold = s.row[TOTAL, :n], s.row[DRAW, :n], s.row[THRESHOLD, :n]
    seed, run, branch = runs.seed[0], runs.run[first:last], runs.branch[first:last]
    for r in range(total.size):
        a, _ = words(seed, run[r], branch[r], day, DECIDE, me.key)
        draw[r] = uniform(a)
        threshold[r] = draw[r] * (1.0 + total[r])
    check_finite(total, day, m.world.x.shape[0] + 1 + i, first, m.status)
    for r in range(total.size):
        if threshold[r] < total[r] and alive[first + r]:  # else it holds, as on most days
            local = 0
            while s.running[local, r] <= threshold[r]:
                local += 1
            a = me.actions + local
            if not m.tables.script.forbidden[day, a]:
                m.chosen[i, first + r] = a
                m.cause[i, first + r] = _cause(m, a, s.answer[local, r], first + r)


@inline
def _cause(m, a, answer, r):
    """Find the event that weighed most.

    In a reply that is the pair's leading event, else the one behind the weightiest grievance among the drivers.
    """
    act, terms, features = m.tables.action[a], m.tables.terms, m.read[MORNING]
    if act.reply != NONE and answer > at(m.numbers, act.rate, r):
        return m.leading[act.pair, r]
    most, pair = 0.0, NONE
    for t in range(act.drivers, act.drivers_end):
        weight = at(m.numbers, terms[t].weight, r) * features[terms[t].row, r]
        if terms[t].pair != NONE and weight > most:
            most, pair = weight, terms[t].pair
    return m.leading[pair, r] if pair != NONE else NONE
