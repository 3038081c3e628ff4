"""Phase 1: stocks fade and take up yesterday's acts (ODD 7.3)."""

from sim.theatre.compiled.program import NONE

from ._numba import exponentials, inline, kernel, log2, part, struct_at
from .aside import defy, fade_defiance
from .readings import at, clip, copy, dead_of_side, spread
from .state import (
    BELIEVED,
    BLOOD,
    BLOOD_READING,
    PEAK,
    PEAK_BELIEVED,
    PEAK_SUSPECTED,
    PROVOCATION,
    SUSPECTED,
    TALLIED,
    TALLY_READING,
    TILE,
    ModelState,
)


@kernel
def perceive(address, i):
    """Let actor `i` take in yesterday's events and read its pairs."""
    m = struct_at(ModelState, address)
    me, n = m.tables.actor[i], m.war.size
    for first in range(0, n, TILE):
        _fade(m, i, first, min(first + TILE, n))
    _take_in(m, i)
    for first in range(0, n, TILE):
        for p in range(me.pairs, me.pairs_end):
            _read_pair(m, i, p, first, min(first + TILE, n))
        if me.tallies_end > me.tallies:
            _read_tallies(m, i, first, min(first + TILE, n))


@part
def _fade(m, i, first, last):
    me, decay = m.tables.actor[i], m.scratch.row[0, : last - first]
    spread(m.numbers, me.decay, first, decay)
    for stock in range(PEAK_SUSPECTED + 1):
        for p in range(me.pairs, me.pairs_end):
            held = m.stocks[stock, p, first:last]
            for r in range(held.size):
                held[r] *= decay[r]
    if me.aside != NONE:
        fade_defiance(me, first, decay, m.aside)


@part
def _take_in(m, i):
    """Load the actor's pairs with yesterday's events."""
    t, me, n_actions = m.tables, m.tables.actor[i], m.tables.action.size
    start = t.load_start[i * n_actions : (i + 1) * n_actions + 1]
    for e in range(m.n_events[1], m.n_events[2]):
        event = m.events[e]
        a = event.action
        if a >= n_actions or start[a] == start[a + 1] or (event.rung == 0 and event.deaths == 0):
            continue  # an entry of the script, none of the actor's business, or without weight
        for k in range(start[a], start[a + 1]):
            load = t.loads[k]
            _load(m, me, load, event, share(load, event.column, m.numbers, m.world.control))


@inline
def share(load, r, numbers, control):
    """How much of the act is laid on the other of the pair: as its actor, as the sponsor, or by blame."""
    laid = 0.0
    if load.own:
        sponsored = 0.0
        for link in range(load.links, load.links_end):
            if link != load.excluded:
                sponsored += control[link, r]
        laid = clip(1.0 - sponsored, 0.0, 1.0)
    elif load.sponsor != NONE:
        laid = control[load.sponsor, r]
    if load.blame != NONE:
        laid = max(laid, at(numbers, load.blame, r))
    return laid


@inline
def _load(m, me, load, event, share):
    """Load one pair with one event, open and suspected, and make it the leading event if it is the strongest."""
    numbers, stocks, r, p, delta = m.numbers, m.stocks, event.column, load.pair, event.deniability
    sigma = at(numbers, m.tables.suspicion[p], r)
    felt = at(numbers, load.weight, r) * m.severity[event.rung, r]
    shed = 0.0
    if event.deaths > 0:
        shed = _shed(m, me, load, event)
    if me.aside != NONE and felt > 0.0:
        blamed = share * ((1.0 - delta) + delta * sigma)
        defy(me, p, event, blamed, numbers, stocks, m.aside, m.aside_day)
    weight = felt + shed
    stocks[BELIEVED, p, r] += share * ((1.0 - delta) * weight)
    stocks[SUSPECTED, p, r] += share * (delta * weight)
    stocks[BLOOD, p, r] += share * (shed * ((1.0 - delta) + delta * sigma))
    open_part, suspected_part = share * ((1.0 - delta) * felt), share * (delta * felt)
    if open_part + sigma * suspected_part > stocks[PEAK_BELIEVED, p, r] + sigma * stocks[PEAK_SUSPECTED, p, r]:
        stocks[PEAK_BELIEVED, p, r] = open_part
        stocks[PEAK_SUSPECTED, p, r] = suspected_part
        m.leading[p, r] = event.number
        m.leading_action[p, r] = event.action


@inline
def _shed(m, me, load, event):
    """How much an observer feels the dead of an act, those of each side apart."""
    t, numbers, r = m.tables, m.numbers, event.column
    act, left, shed = t.action[event.action], event.deaths, 0.0
    for side in range(act.sides, act.sides_end):
        dead = dead_of_side(t.sides, side, act.sides_end - 1, left, event.deaths, numbers, r)
        weight = t.blood_weights[load.blood_weights + (side - act.sides)]
        shed += at(numbers, weight, r) * (at(numbers, me.lethality, r) * log2(1.0 + dead))
        left -= dead
    return shed


@part
def _read_pair(m, i, p, first, last):
    """Provocation, the strongest act and, where a rule reads it, blood, as they read this morning."""
    stocks, row, n = m.stocks, m.scratch.row, last - first
    sharpness, sigma = row[0, :n], row[1, :n]
    spread(m.numbers, m.tables.actor[i].sharpness, first, sharpness)
    spread(m.numbers, m.tables.suspicion[p], first, sigma)
    provocation, blood = stocks[PROVOCATION, p, first:last], stocks[BLOOD_READING, p, first:last]
    _believe(stocks[BELIEVED, p, first:last], sigma, stocks[SUSPECTED, p, first:last], provocation)
    saturate(provocation, sharpness, m.scratch.room)
    if m.blood_is_read[p]:
        copy(stocks[BLOOD, p, first:last], blood)
        saturate(blood, sharpness, m.scratch.room)
    peak = stocks[PEAK, p, first:last]
    _believe(stocks[PEAK_BELIEVED, p, first:last], sigma, stocks[PEAK_SUSPECTED, p, first:last], peak)


@part
def _read_tallies(m, i, first, last):
    """What an actor did unanswered and what it suffered, faded by a day, as they read this morning."""
    me, row, n = m.tables.actor[i], m.scratch.row, last - first
    sharpness, decay = row[0, :n], row[1, :n]
    spread(m.numbers, me.sharpness, first, sharpness)
    spread(m.numbers, me.learning, first, decay)
    for k in range(me.tallies, me.tallies_end):
        held, reading = m.tallies[TALLIED, k, first:last], m.tallies[TALLY_READING, k, first:last]
        for r in range(n):
            held[r] *= decay[r]
        copy(held, reading)
        saturate(reading, sharpness, m.scratch.room)


@inline
def _believe(open_part, sigma, suspected, believed):
    for r in range(believed.size):
        believed[r] = open_part[r] + sigma[r] * suspected[r]


@inline
def saturate(stock, sharpness, room):
    """Turn what is held into a reading between 0 and 1."""
    for r in range(stock.size):
        stock[r] = -(stock[r] * sharpness[r])
    exponentials(stock, room)
    for r in range(stock.size):
        stock[r] = 1.0 - stock[r]
