"""Phase 3: acts draw casualties, load their effects, calm, discharge, give evidence and become events (ODD 7.5)."""

from math import ceil, floor

from sim.theatre.compiled.program import FLAG, LOG, NONE, SET, UNIT

from ._numba import exponentials, formula, inline, kernel, log, part, struct_at
from .aside import set_aside
from .dice import CASUALTIES, MAY, uniform, words
from .readings import at, clip, copy, dead_of_side, spread
from .settle import check_finite
from .state import BELIEVED, BLOOD, NEVER_AGAIN, PEAK, PEAK_BELIEVED, PEAK_SUSPECTED, SUSPECTED, TALLIED, ModelState


@kernel
def adjudicate(address, h, day):
    """Carry out the acts of hand `h`."""
    m = struct_at(ModelState, address)
    t, w, numbers = m.tables, m.world, m.numbers
    i, chosen, deaths_given = t.hand[h].actor, m.chosen[h], m.deaths_given[h]
    overall = w.today.shape[0] - 1
    for r in range(chosen.size):
        a = chosen[r]
        if a == NONE or not m.status.alive[r]:
            continue
        act = t.action[a]
        deaths = deaths_given[r] if deaths_given[r] != NONE else _deaths(act, day, r, numbers, m.runs)
        rung = act.lethal_rung if deaths > 0 and act.lethal_rung != NONE else act.rung
        if deaths > 0:
            _count_dead(act, deaths, r, t.sides, numbers, w.deaths)
        gather(act.effects, act.effects_end, r, t.effects, t.variable, numbers, w)
        for k in range(act.may, act.may_end):
            if _comes(t.may[k], day, r, numbers, m.runs):
                gather(t.may[k].effects, t.may[k].effects_end, r, t.effects, t.variable, numbers, w)
        delta = at(numbers, act.deniability, r)
        if deaths > 0:
            delta *= at(numbers, t.ladder.lethal_deniability, r)
        weight = m.severity[rung, r]
        for d in range(act.pairs_relieved, act.pairs_relieved_end):
            _discharge(m, t.actor[i], t.pairs_relieved[d], weight, delta, day, r)
        _settle_scores(act, r, t, numbers, m.stocks)
        _tally(act, weight, r, m.tallies)
        w.heat[1, r] += weight
        w.today[overall, r] = max(w.today[overall, r], rung)
        for d in range(act.dyads, act.dyads_end):
            w.today[t.dyad_of[d], r] = max(w.today[t.dyad_of[d], r], rung)
        w.last_day[a, r] = day
        w.ready[a, r] = NEVER_AGAIN if act.once else day + ceil(at(numbers, act.cooldown, r))
        for k in range(m.since_actor.size):
            if m.since_actor[k] == i and rung >= m.since_rung[k]:
                w.last_rung_day[k, r] = day
        if act.counted != NONE:
            w.done[act.counted, r] += 1
        why, when = m.cause[h, r], m.ordered[h, r]
        _record(r, day, i, a, act.target, rung, delta, deaths, why, when, m.events, m.n_events, m.event_number)


@inline
def _deaths(act, day, r, numbers, runs):
    """Draw whether the act kills, and how many."""
    if act.chance == NONE:
        return 0
    one, two = words(runs.seed[0], runs.run[r], runs.branch[r], day, CASUALTIES, act.key)
    if uniform(one) < at(numbers, act.chance, r):
        return 1 + floor(log(1.0 - uniform(two)) * at(numbers, act.deaths, r))
    return 0


@formula
def comes(word, chance):
    """Whether something comes about that has this chance."""
    return uniform(word) < chance


@inline
def _comes(may, day, r, numbers, runs):
    word, _ = words(runs.seed[0], runs.run[r], runs.branch[r], day, MAY, may.key)
    return comes(word, at(numbers, may.chance, r))


@inline
def _count_dead(act, deaths, r, sides, numbers, count):
    """Count the dead of an act, by side and altogether."""
    left, last = deaths, act.sides_end - 1
    for side in range(act.sides, act.sides_end):
        dead = dead_of_side(sides, side, last, left, deaths, numbers, r)
        count[sides[side].actor, r] += dead
        left -= dead
    count[count.shape[0] - 1, r] += deaths


@part
def gather(first, last, r, effects, variable, numbers, world):
    """Add an owner's effects to those of the day in column `r`."""
    for e in range(first, last):
        v, amount = effects[e].variable, at(numbers, effects[e].amount, r)
        world.touched[v] = 1
        kind = variable[v].kind
        if kind == UNIT:
            if amount >= 0.0:
                world.rise[v, r] *= 1.0 - amount
            else:
                world.fall[v, r] *= 1.0 + amount
        elif kind == FLAG:
            if amount == SET:
                world.rise[v, r] = 1.0
            else:
                world.fall[v, r] = 1.0
        else:
            world.rise[v, r] += amount


@inline
def _discharge(m, me, pair, weight, delta, day, r):
    """Let a reply satisfy its actor: what is open by its proportion, what is only suspected if it is open itself."""
    stocks, discharge = m.stocks, at(m.numbers, me.discharge, r)
    proven = stocks[PEAK_BELIEVED, pair, r] + stocks[PEAK_SUSPECTED, pair, r]
    settled = discharge * _in_proportion(weight, stocks[PEAK, pair, r])
    doubt = discharge * (1.0 - delta) * _in_proportion(weight, proven)
    if me.aside != NONE:
        set_aside(me, pair, settled, doubt, day, r, m.numbers, stocks, m.aside, m.aside_day)
    for stock in (BELIEVED, BLOOD, PEAK_BELIEVED):
        stocks[stock, pair, r] *= 1.0 - settled
    for stock in (SUSPECTED, PEAK_SUSPECTED):
        stocks[stock, pair, r] *= 1.0 - doubt


@inline
def _in_proportion(weight, strongest):
    """How far an act answers the strongest in full, at most 1."""
    return min(1.0, weight / strongest) if strongest > 0.0 else 1.0


@inline
def _settle_scores(act, r, tables, numbers, stocks):
    """What the act does to grievances of others: calm satisfies its target, evidence opens suspicion."""
    if act.calm_pair != NONE:
        for stock in range(PEAK_SUSPECTED + 1):
            stocks[stock, act.calm_pair, r] *= 1.0 - at(numbers, act.calm, r)
    for e in range(act.pairs_revealed, act.pairs_revealed_end):
        share = at(numbers, act.attribute, r)
        _open(SUSPECTED, BELIEVED, tables.pairs_revealed[e], r, share, stocks)
        _open(PEAK_SUSPECTED, PEAK_BELIEVED, tables.pairs_revealed[e], r, share, stocks)


@inline
def _tally(act, weight, r, tallies):
    """Count the act as unanswered, as suffered, and against what its target did unanswered."""
    if act.unanswered != NONE:
        tallies[TALLIED, act.unanswered, r] += weight
    if act.suffered != NONE:
        tallies[TALLIED, act.suffered, r] += weight
    if act.answered != NONE:
        tallies[TALLIED, act.answered, r] = max(0.0, tallies[TALLIED, act.answered, r] - weight)


@inline
def _open(suspected, believed, pair, r, share, stocks):
    moved = stocks[suspected, pair, r] * share
    stocks[believed, pair, r] += moved
    stocks[suspected, pair, r] -= moved


@part
def _record(r, day, actor, action, target, rung, delta, deaths, cause, ordered, events, size, number):
    """Write an event into the table."""
    event = events[size[0]]
    event.column, event.number, event.day = r, number[r], day
    event.actor, event.action, event.target = actor, action, target
    event.rung, event.deaths, event.cause, event.ordered, event.deniability = rung, deaths, cause, ordered, delta
    number[r] += 1
    size[0] += 1


@kernel
def inject(address, day):
    """Let today's entries of the script happen to variables, in every run."""
    m = struct_at(ModelState, address)
    t, entries, alive, n_actions = m.tables, m.tables.inject, m.status.alive, m.tables.action.size
    for k in range(entries.size):
        if entries[k].day != day:
            continue
        for r in range(alive.size):
            if alive[r]:
                gather(entries[k].effects, entries[k].effects_end, r, t.effects, t.variable, m.numbers, m.world)
                what = n_actions + k
                _record(r, day, NONE, what, NONE, 0, 0.0, 0, NONE, NONE, m.events, m.n_events, m.event_number)


@kernel
def apply_effects(address, day):
    """Turn what the day gathered into new values, all at once."""
    m = struct_at(ModelState, address)
    world, status, variable, low, high, rows = m.world, m.status, m.tables.variable, m.tables.low, m.tables.high, m.rows
    n = status.alive.size
    for v in range(variable.size):
        if not world.touched[v]:
            continue
        x, rise, fall = world.x[v], world.rise[v], world.fall[v]
        kind = variable[v].kind
        if kind == UNIT:
            for r in range(n):
                x[r] = x[r] * fall[r] + (1.0 - x[r]) * (1.0 - rise[r])
        elif kind == FLAG:
            for r in range(n):
                x[r] = 1.0 if rise[r] > 0.0 else (0.0 if fall[r] > 0.0 else x[r])
        else:
            state = world.logarithm[variable[v].logarithm] if kind == LOG else x
            for r in range(n):
                state[r] += rise[r]
            check_finite(state, day, v, 0, status)
            for r in range(n):
                state[r] = clip(state[r], low[v], high[v])
            if kind == LOG:
                copy(state, x)
                exponentials(x, rows)
        # Back to what changes nothing: shares are multiplied (ODD 7.5), amounts added, flags neither set nor cleared.
        # What nobody touched stands so since the first morning, and is left out by `touched`.
        rise[:] = 1.0 if kind == UNIT else 0.0
        fall[:] = 1.0 if kind == UNIT else 0.0
        world.touched[v] = 0


@kernel
def heat_up(address, day):
    """The day's rungs and tension, war included."""
    m = struct_at(ModelState, address)
    ladder, numbers, status, world, rows = m.tables.ladder, m.numbers, m.status, m.world, m.rows
    n = status.alive.size
    overall = world.today.shape[0] - 1
    if ladder.war_flag != NONE:
        spread(numbers, ladder.war_severity, 0, rows[0])
        war = world.x[ladder.war_flag]
        for r in range(n):
            if war[r] >= 0.5 and status.alive[r]:
                world.heat[1, r] += rows[0, r]
                world.today[overall, r] = 9
                for d in range(ladder.war_dyads.size):
                    world.today[ladder.war_dyads[d], r] = 9
    spread(numbers, ladder.decay, 0, rows[0])
    spread(numbers, ladder.scale, 0, rows[1])
    tension = world.tension[0]
    for r in range(n):
        world.heat[0, r] = world.heat[0, r] * rows[0, r] + world.heat[1, r]
        world.heat[1, r] = 0.0
        tension[r] = -(world.heat[0, r] / rows[1, r])
    exponentials(tension, rows)
    for r in range(n):
        tension[r] = 100.0 * (1.0 - tension[r])
    check_finite(tension, day, world.x.shape[0], 0, status)
    memory = world.recent.shape[0]
    for d in range(overall + 1):
        highest = world.today[d]
        copy(highest, world.recent[day % memory, d])
        for back in range(memory):
            recent = world.recent[back, d]
            for r in range(n):
                highest[r] = max(highest[r], recent[r])
        for r in range(n):
            world.rung[d, r] = highest[r]
    world.today[:] = 0
