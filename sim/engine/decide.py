"""Phase 2: every actor draws one action, or holds (ODD 7.4)."""

from sim.theatre.program import NONE

from .arithmetic import exp
from .dice import DECIDE, uniform, words
from .kernel import inline, kernel
from .readings import add_terms, at, clip, set_term, spread
from .settle import check_finite
from .state import BLOOD_READING, PROVOCATION, PROVOKING_RUNG, Numbers, Runs, Scratch, Status

_FARTHEST = 24.0
"""A gap, in widths, beyond which nothing fits worse: fits are divided by their sum."""


@kernel
def decide(
    day, i, failure, actor, action, fit, terms, acts_of_war, features, war, stocks, leading, holds, forbidden, ready,
    shared, slot, varied, seed, run, branch, alive, failed_day, failed_what, drive, answer, running, fits, row,
    able, fit_rows, chosen, cause,
):  # fmt: skip
    """Draw what actor `i` does today in every run; `failure` is the code of a choice that cannot be made.

    Arrays come one by one and are bundled here: numba opens a tuple of them much more slowly.
    """
    numbers, runs = Numbers(shared, slot, varied), Runs(seed, run, branch)
    status = Status(alive, failed_day, failed_what)
    s = Scratch(drive, answer, running, fits, row, able, fit_rows)
    _weigh(i, day, actor, action, fit, terms, features, numbers, ready, war, acts_of_war, stocks, holds, s)
    _draw(i, day, actor, runs, status, failure, s, chosen)
    _find_cause(i, actor, action, terms, features, numbers, leading, forbidden[day], s, chosen, cause)


@kernel
def _weigh(i, day, actor, action, fit, terms, features, numbers, ready, war, acts_of_war, stocks, holds, s):
    """Find the running sums of the rates; `acts_of_war` tells the rungs that belong to a war while it is on."""
    me, n = actor[i], war.size
    s.fits[:] = 0.0
    _fit_rungs(i, actor, fit, numbers, stocks, s)
    for a in range(me.actions, me.actions_end):
        act, local = action[a], a - me.actions
        able, drive = s.able[local], s.drive[local]
        _eligible(day, act, ready[a], war, acts_of_war, holds, able)
        if act.drivers_end > act.drivers:
            set_term(act.drivers, terms, features, numbers, drive)
            add_terms(act.drivers + 1, act.drivers_end, terms, features, numbers, drive)
            for r in range(n):
                drive[r] = exp(drive[r]) * able[r]
        else:
            drive[:] = able
        if act.reply != NONE:
            fits, answer, total = s.fit[act.fit - me.fits], s.answer[local], s.fits[act.pair - me.pairs]
            if numbers.slot[act.reply] < 0:
                _prefer(numbers.shared[act.reply], fits, able, answer, total)
            else:
                _prefer_by_run(numbers.varied[numbers.slot[act.reply]], fits, able, answer, total)
    spread(numbers, me.reply_rate, s.row[0])
    for p in range(me.pairs, me.pairs_end):
        _answer_by(s.row[0], stocks[PROVOCATION, p], s.fits[p - me.pairs])
    so_far = s.row[4]
    so_far[:] = 0.0
    for a in range(me.actions, me.actions_end):
        act, local = action[a], a - me.actions
        if act.reply != NONE:
            _add_answer(s.fits[act.pair - me.pairs], s.answer[local], act.rate, numbers, s.row[0])
            _run_on_by_run(s.row[0], s.drive[local], so_far, s.running[local])
        elif numbers.slot[act.rate] < 0:
            _run_on(numbers.shared[act.rate], s.drive[local], so_far, s.running[local])
        else:
            _run_on_by_run(numbers.varied[numbers.slot[act.rate]], s.drive[local], so_far, s.running[local])


# What ends in `_by_run` is the same with a number for each run: one loop for both would not go four at a time.


@inline
def _prefer(reply, fits, able, answer, total):
    """Weigh a fit by the actor's preference, and add it to those at the same target."""
    for r in range(able.size):
        answer[r] = reply * fits[r] * able[r]
        total[r] += answer[r]


@inline
def _prefer_by_run(reply, fits, able, answer, total):
    for r in range(able.size):
        answer[r] = reply[r] * fits[r] * able[r]
        total[r] += answer[r]


@inline
def _add_answer(by, answer, k, numbers, rate):
    """Turn a fit into the rate at which the action answers, and add that to its own, parameter `k`."""
    if numbers.slot[k] < 0:
        own = numbers.shared[k]
        for r in range(rate.size):
            answer[r] *= by[r]
            rate[r] = own + answer[r]
    else:
        owns = numbers.varied[numbers.slot[k]]
        for r in range(rate.size):
            answer[r] *= by[r]
            rate[r] = owns[r] + answer[r]


@inline
def _run_on(rate, drive, so_far, running):
    """Add an action's rate to the running sum."""
    for r in range(drive.size):
        so_far[r] += drive[r] * rate
        running[r] = so_far[r]


@inline
def _run_on_by_run(rate, drive, so_far, running):
    for r in range(drive.size):
        so_far[r] += drive[r] * rate[r]
        running[r] = so_far[r]


@inline
def _fit_rungs(i, actor, fit, numbers, stocks, s):
    """How well a reply on each rung answers each target in proportion, at best 1 [A36, Q02]; see ODD 7.4."""
    narrowness, overshoot, redline = s.row[0], s.row[1], s.row[2]
    spread(numbers, actor[i].narrowness, narrowness)
    spread(numbers, actor[i].overshoot, overshoot)
    spread(numbers, actor[i].redline, redline)
    sought, pair = s.row[3], NONE
    for f in range(actor[i].fits, actor[i].fits_end):
        if fit[f].pair != pair:
            pair = fit[f].pair
            _seek(stocks[PROVOKING_RUNG, pair], stocks[BLOOD_READING, pair], overshoot, redline, sought)
        _fit(float(fit[f].rung), sought, narrowness, s.fit[f - actor[i].fits])


@inline
def _seek(provoking, blood, overshoot, redline, sought):
    """The rung on which an answer would be in proportion."""
    for r in range(sought.size):
        sought[r] = (provoking[r] + overshoot[r]) + redline[r] * blood[r]


@inline
def _fit(rung, sought, narrowness, fit):
    for r in range(fit.size):
        gap = clip((rung - sought[r]) * narrowness[r], -_FARTHEST, _FARTHEST)
        fit[r] = exp(-0.5 * gap * gap)


@inline
def _eligible(day, act, ready, war, acts_of_war, holds, able):
    """Mark the runs in which an action may be chosen today."""
    for r in range(able.size):
        able[r] = 1.0 if day >= ready[r] else 0.0
    if act.when != NONE:
        for r in range(able.size):
            able[r] *= holds[act.when, r]
    if acts_of_war[act.rung]:
        for r in range(able.size):
            able[r] = able[r] if war[r] < 0.5 else 0.0


@inline
def _answer_by(reply_rate, provocation, total):
    """Turn a sum of fits into what a fit of 1 adds to a rate."""
    for r in range(total.size):
        total[r] = reply_rate[r] * provocation[r] / total[r] if total[r] > 0.0 else 0.0


@kernel
def _draw(i, day, actor, runs, status, failure, s, chosen):
    """Find where the draw falls among the running sums; past the last, the actor holds."""
    first, last = actor[i].actions, actor[i].actions_end
    threshold, total = s.row[5], s.row[4]
    key = actor[i].key
    for r in range(chosen.size):
        a, _ = words(runs.seed[0], runs.run[r], runs.branch[r], day, DECIDE, key)
        threshold[r] = uniform(a) * (1.0 + total[r])
        chosen[r] = first
    for a in range(first, last):
        running = s.running[a - first]
        for r in range(chosen.size):
            chosen[r] += running[r] <= threshold[r]
    check_finite(total, day, failure, status)
    for r in range(chosen.size):
        if chosen[r] == last or not status.alive[r]:
            chosen[r] = NONE


@kernel
def _find_cause(i, actor, action, terms, features, numbers, leading, forbidden, s, chosen, cause):
    """Veto what is forbidden today; of the rest, find the event that weighed most.

    In a reply that is the pair's leading event, else the one behind the weightiest grievance among the drivers.
    """
    first = actor[i].actions
    for r in range(chosen.size):
        a = chosen[r]
        cause[r] = NONE
        if a == NONE:
            continue
        if forbidden[a]:
            chosen[r] = NONE
        elif action[a].reply != NONE and s.answer[a - first, r] > at(numbers, action[a].rate, r):
            cause[r] = leading[action[a].pair, r]
        else:
            most, pair = 0.0, NONE
            for t in range(action[a].drivers, action[a].drivers_end):
                weight = at(numbers, terms[t].weight, r) * features[terms[t].row, r]
                if terms[t].pair != NONE and weight > most:
                    most, pair = weight, terms[t].pair
            if pair != NONE:
                cause[r] = leading[pair, r]
