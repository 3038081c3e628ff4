"""Phase 3: acts draw casualties, load their effects, calm, discharge, give evidence and become events (ODD 7.5)."""

from math import ceil, floor, inf

from sim.theatre.program import FLAG, LOG, NONE, SET, UNIT

from .arithmetic import exp, log
from .dice import CASUALTIES, uniform, words
from .kernel import inline, kernel
from .readings import at, clip, spread
from .settle import check_finite
from .state import BELIEVED, PEAK, PEAK_BELIEVED, PEAK_SUSPECTED, SUSPECTED, Gathered, Numbers, Runs


@kernel
def adjudicate(
    day, events, i, chosen, cause, imposed_deaths, actor, action, effects, variable, severity, dyad_of, discharged,
    exposed, since_actor, since_rung, lethal_deniability, stocks, size, number, shared, slot, varied, seed, run, branch,
    alive, deaths_of, heat, today, last_day, last_rung_day, ready, rise, fall, touched,
):  # fmt: skip
    """Carry out the acts of actor `i`; `size` holds the length of the table of events, `number` those of each run.

    Arrays come one by one and are bundled here: numba opens a tuple of them much more slowly.
    """
    numbers, runs, gathered = Numbers(shared, slot, varied), Runs(seed, run, branch), Gathered(rise, fall, touched)
    everyone, overall = deaths_of.shape[0] - 1, today.shape[0] - 1
    for r in range(alive.size):
        a = chosen[r]
        if a == NONE or not alive[r]:
            continue
        act = action[a]
        deaths = imposed_deaths[day, i] if imposed_deaths[day, i] != NONE else _deaths(act, day, r, numbers, runs)
        rung = act.lethal_rung if deaths > 0 and act.lethal_rung != NONE else act.rung
        deaths_of[act.whose, r] += deaths
        deaths_of[everyone, r] += deaths
        gather(act.effects, act.effects_end, r, effects, variable, numbers, gathered)
        weight = severity[rung, r]
        _settle_scores(act, weight, at(numbers, actor[i].discharge, r), r, discharged, exposed, numbers, stocks)
        heat[1, r] += weight
        today[overall, r] = max(today[overall, r], rung)
        for d in range(act.dyads, act.dyads_end):
            today[dyad_of[d], r] = max(today[dyad_of[d], r], rung)
        last_day[a, r] = day
        ready[a, r] = inf if act.once else day + ceil(at(numbers, act.cooldown, r))
        for k in range(since_actor.size):
            if since_actor[k] == i and rung >= since_rung[k]:
                last_rung_day[k, r] = day
        delta = at(numbers, act.deniability, r)
        if deaths > 0:
            delta *= at(numbers, lethal_deniability, r)
        _record(r, day, i, a, act.target, rung, delta, deaths, cause[r], events, size, number)


@inline
def _deaths(act, day, r, numbers, runs):
    """Draw whether the act kills, and how many."""
    if act.chance == NONE:
        return 0
    one, two = words(runs.seed[0], runs.run[r], runs.branch[r], day, CASUALTIES, act.key)
    if uniform(one) < at(numbers, act.chance, r):
        return 1 + floor(log(1.0 - uniform(two)) * at(numbers, act.deaths, r))
    return 0


@inline
def gather(first, last, r, effects, variable, numbers, gathered):
    """Add an owner's effects to those of the day in column `r`."""
    for e in range(first, last):
        v, amount = effects[e].variable, at(numbers, effects[e].amount, r)
        gathered.touched[v] = 1
        kind = variable[v].kind
        if kind == UNIT:
            if amount >= 0.0:
                gathered.rise[v, r] *= 1.0 - amount
            else:
                gathered.fall[v, r] *= 1.0 + amount
        elif kind == FLAG:
            if amount == SET:
                gathered.rise[v, r] = 1.0
            else:
                gathered.fall[v, r] = 1.0
        else:
            gathered.rise[v, r] += amount


@inline
def _settle_scores(act, weight, discharge, r, discharged, exposed, numbers, stocks):
    """What the act does to grievances: a reply satisfies its actor, calm its target, evidence opens suspicion."""
    for d in range(act.discharged, act.discharged_end):
        pair = discharged[d]
        peak = stocks[PEAK, pair, r]
        ratio = min(1.0, weight / peak) if peak > 0.0 else 1.0
        _scale(pair, r, 1.0 - discharge * ratio, stocks)
    if act.calm_pair != NONE:
        _scale(act.calm_pair, r, 1.0 - at(numbers, act.calm, r), stocks)
    for e in range(act.exposed, act.exposed_end):
        share = at(numbers, act.attribute, r)
        _open(SUSPECTED, BELIEVED, exposed[e], r, share, stocks)
        _open(PEAK_SUSPECTED, PEAK_BELIEVED, exposed[e], r, share, stocks)


@inline
def _scale(pair, r, factor, stocks):
    for stock in range(PEAK_SUSPECTED + 1):
        stocks[stock, pair, r] *= factor


@inline
def _open(suspected, believed, pair, r, share, stocks):
    moved = stocks[suspected, pair, r] * share
    stocks[believed, pair, r] += moved
    stocks[suspected, pair, r] -= moved


@inline
def _record(r, day, actor, action, target, rung, delta, deaths, cause, events, size, number):
    """Write an event into the table."""
    event = events[size[0]]
    event.column, event.number, event.day = r, number[r], day
    event.actor, event.action, event.target = actor, action, target
    event.rung, event.deaths, event.cause, event.deniability = rung, deaths, cause, delta
    number[r] += 1
    size[0] += 1


@kernel
def inject(day, entries, n_actions, effects, variable, numbers, alive, world, events, size, number):
    """Let today's entries of the script happen to variables, in every run."""
    gathered = Gathered(world.rise, world.fall, world.touched)
    for k in range(entries.size):
        if entries[k].day != day:
            continue
        for r in range(alive.size):
            if alive[r]:
                gather(entries[k].effects, entries[k].effects_end, r, effects, variable, numbers, gathered)
                _record(r, day, NONE, n_actions + k, NONE, 0, 0.0, 0, NONE, events, size, number)


@kernel
def apply_effects(day, variable, low, high, status, world):
    """Turn what the day gathered into new values, all at once."""
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
            check_finite(state, day, v, status)
            for r in range(n):
                state[r] = clip(state[r], low[v], high[v])
            if kind == LOG:
                for r in range(n):
                    x[r] = exp(state[r])
        rise[:] = 1.0 if kind == UNIT else 0.0
        fall[:] = 1.0 if kind == UNIT else 0.0
        world.touched[v] = 0


@kernel
def heat_up(day, ladder, numbers, status, world, rows):
    """The day's rungs and tension, war included; `rows` are working rows."""
    n = status.alive.size
    overall = world.today.shape[0] - 1
    if ladder.war_flag != NONE:
        spread(numbers, ladder.war_severity, rows[0])
        war = world.x[ladder.war_flag]
        for r in range(n):
            if war[r] >= 0.5 and status.alive[r]:
                world.heat[1, r] += rows[0, r]
                world.today[overall, r] = 9
                for d in range(ladder.war_dyads.size):
                    world.today[ladder.war_dyads[d], r] = 9
    spread(numbers, ladder.decay, rows[0])
    spread(numbers, ladder.scale, rows[1])
    for r in range(n):
        world.heat[0, r] = world.heat[0, r] * rows[0, r] + world.heat[1, r]
        world.heat[1, r] = 0.0
        world.tension[0, r] = 100.0 * (1.0 - exp(-(world.heat[0, r] / rows[1, r])))
    check_finite(world.tension[0], day, world.x.shape[0], status)
    memory = world.recent.shape[0]
    world.recent[day % memory] = world.today
    for d in range(overall + 1):
        highest = world.today[d]
        for m in range(memory):
            recent = world.recent[m, d]
            for r in range(n):
                highest[r] = max(highest[r], recent[r])
        for r in range(n):
            world.rung[d, r] = highest[r]
    world.today[:] = 0
