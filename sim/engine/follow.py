"""Runs that follow a record: its acts are imposed, and runs are weighed by the chance that they gave to them (ODD 7.8).

Of a hand that the record says anything about, each act has a chance of having been seen had it been done. What is
recorded is imposed, and its log chance is gained. Where nothing is, the chance of nothing that would have been seen is
gained, and the hand draws as it would, given that: each rate counts as far as its act would have been missed. An order
is not seen, only the act: what a run gave to an order that it must have given is held back until then.
"""

from math import floor, inf

import numpy as np

from sim.theatre.compiled.program import NONE

from ._numba import exp, inline, kernel, log, part, struct_at
from .decide import _cause, fall
from .dice import CASUALTIES, POSSIBLE, RESAMPLE, middle, uniform, words
from .follow_orders import IMPOSSIBLE, _hold_back, _share_unseen
from .readings import at
from .settle import fail, finite
from .state import DRAW, TILE, TOTAL, ModelState
from .weigh import weigh

_BEFORE, _MISSED = range(2)
"""Rows of `Scratch.room` once rates have been weighed."""


@kernel
def follow(address, h, day, recorded, done, seen, share, held, instead, gain, chance, expected):
    """Let hand `h` do what is recorded of it today, or draw among what may have been missed.

    Parameters
    ----------
    recorded : array of int (run,)
        The action that the record has it decide on, or NONE.
    done : array of int (run,)
        The day on which that is done, later if it is ordered today.
    seen : array (action,)
        Chance of each act of all actors of being in the record if it is done today.
    share : array (run,)
        What each run counts this morning.
    held : array (order, run)
        Set, of orders that the record has it give today, to the chance that each run gave to them.
    instead : array of int (3, order, run)
        Set, of these, to the order that it would have given otherwise, its day and its cause; NONE if none.
    gain : array (run,)
        Set to the log chance of what is recorded.
    chance : array (run,)
        Set to the chance that each run gave to the act that is recorded as done today; 0 where none is.
    expected : array (action,)
        How often each act was expected in the record today, added up over runs; empty if nobody asks.
    """
    m = struct_at(ModelState, address)
    columns, n = m.bound.columns, m.war.size
    m.chosen[h][:] = NONE
    m.deaths_given[h][:] = NONE
    m.imposed[h][:] = NONE
    for r in range(n):
        columns[r] = r
    for first in range(0, n, TILE):
        last = min(first + TILE, n)
        _follow(m, h, day, recorded, done, seen, share, held, instead, gain, chance, expected, columns[first:last])


@part
def _follow(m, h, day, recorded, done, seen, share, held, instead, gain, chance, expected, columns):
    hand, s, n, forbidden = m.tables.hand[h], m.scratch, columns.size, m.tables.script.forbidden[day]
    before_hand = hand.actions - m.tables.actor[hand.actor].actions
    weigh(m, h, day, columns)
    total, draw = s.row[TOTAL], s.row[DRAW]
    if expected.size > 0:
        _expect(m, hand, seen, forbidden, m.status.alive, share, expected, s.running, total, columns)
    quiet = 0
    for c in range(n):
        r = columns[c]
        gain[r] = chance[r] = 0.0
        if not m.status.alive[r]:
            continue
        if not finite(total[c]):
            fail(m.status, r, day, m.world.x.shape[0] + 1 + hand.actor)
        elif recorded[r] != NONE and done[r] == day:
            _impose(m, h, day, recorded[r], seen, gain, chance, r, c)
        else:
            quiet += 1
            if recorded[r] != NONE:
                _order(m, h, day, recorded[r], done[r], held, r, c)
    if quiet == 0:
        return
    missed = s.room[_MISSED, :n]
    _count_missed(m, h, day, seen, columns, s.room[_BEFORE, :n], missed)
    for c in range(n):
        r = columns[c]
        if not m.status.alive[r] or (recorded[r] != NONE and done[r] == day):
            continue
        gain[r] = log((1.0 + missed[c]) / (1.0 + total[c]))
        drawn, cause, threshold = NONE, NONE, draw[c] * (1.0 + missed[c])
        if threshold < missed[c]:
            local = fall(s.running, threshold, c)
            if not forbidden[hand.actions + local]:
                drawn = hand.actions + local
                cause = _cause(m, drawn, s.answer[before_hand + local, c], r)
        if recorded[r] != NONE:
            _hold_back(m, m.tables.action[recorded[r]].order, day, drawn, cause, missed[c], held, instead, r)
        elif drawn != NONE:
            m.chosen[h, r] = drawn
            m.cause[h, r] = cause


@inline
def _impose(m, h, day, a, seen, gain, chance, r, c):
    """Have an act done in a run, and gain the log chance of that, and of its being recorded.

    What must have been ordered before and was not followed then tells nothing.
    """
    m.imposed[h, r] = day
    m.chosen[h, r] = a
    m.cause[h, r] = _cause(m, a, m.scratch.answer[a - m.tables.actor[m.tables.hand[h].actor].actions, c], r)
    if m.tables.action[a].order != NONE:
        return
    if not m.tables.script.forbidden[day, a]:
        chance[r] = seen[a] * (_rate(m, h, a, c) / (1.0 + m.scratch.row[TOTAL, c]))
    if seen[a] > 0.0:
        gain[r] = log(max(chance[r], IMPOSSIBLE))


@inline
def _order(m, h, day, a, done, held, r, c):
    """Have an act ordered in a run, and note its rate."""
    m.imposed[h, r] = done
    m.chosen[h, r] = a
    m.cause[h, r] = _cause(m, a, m.scratch.answer[a - m.tables.actor[m.tables.hand[h].actor].actions, c], r)
    held[m.tables.action[a].order, r] = 0.0 if m.tables.script.forbidden[day, a] else _rate(m, h, a, c)


@inline
def _rate(m, h, a, c):
    """The rate of an act, from the running sums."""
    running, local = m.scratch.running, a - m.tables.hand[h].actions
    return running[local, c] - (running[local - 1, c] if local > 0 else 0.0)


@inline
def _count_missed(m, h, day, seen, columns, before, missed):
    """Turn the running sums of the rates into those of what would have been missed; what is vetoed is never seen."""
    hand, running = m.tables.hand[h], m.scratch.running
    before[:] = 0.0
    missed[:] = 0.0
    for local in range(hand.actions_end - hand.actions):
        a, sums = hand.actions + local, running[local]
        act, forbidden = m.tables.action[a], m.tables.script.forbidden[day, a]
        unseen = 1.0 if forbidden or act.order != NONE else 1.0 - seen[a]
        plain = forbidden or (hand.orders_end == hand.orders and act.calls_off_end == act.calls_off)
        for c in range(missed.size):
            rate = sums[c] - before[c]
            before[c] = sums[c]
            missed[c] += (unseen if plain else _share_unseen(m, h, a, day, unseen, columns[c])) * rate
            sums[c] = missed[c]


@inline
def _expect(m, hand, seen, forbidden, alive, share, expected, running, total, columns):
    """Add up how often each act is expected in the record that is done as it is decided."""
    for local in range(hand.actions_end - hand.actions):
        a = hand.actions + local
        if seen[a] > 0.0 and not forbidden[a] and m.tables.action[a].order == NONE:
            for c in range(columns.size):
                if alive[columns[c]] and finite(total[c]):
                    rate = running[local, c] - (running[local - 1, c] if local > 0 else 0.0)
                    expected[a] += share[columns[c]] * (seen[a] * (rate / (1.0 + total[c])))


@kernel
def follow_deaths(address, h, day, fewest, most, seen, gain):
    """Give the acts of hand `h` the deaths that are recorded, and gain the log chance of so many.

    Where the record has a range, each run draws from what its rules say within it.

    Parameters
    ----------
    fewest, most : arrays of int (run,)
        What is recorded; NONE where the dice decide.
    seen : array (action,)
        As in `follow`; what is not covered is given its deaths, and nothing is gained.
    gain : array (run,)
        Set to the log chance.
    """
    m = struct_at(ModelState, address)
    for r in range(m.war.size):
        a = m.chosen[h, r]
        gain[r] = 0.0
        if a == NONE or fewest[r] == NONE or not m.status.alive[r]:
            continue
        act = m.tables.action[a]
        one, two = words(m.runs.seed[0], m.runs.run[r], m.runs.branch[r], day, CASUALTIES, act.key)
        kills = at(m.numbers, act.chance, r) if act.chance != NONE else 0.0
        scale = at(m.numbers, act.deaths, r) if act.chance != NONE else 0.0
        none = 1.0 - kills if fewest[r] == 0 else 0.0
        low = _at_least(max(fewest[r], 1), scale)
        some = kills * (low - _at_least(most[r] + 1, scale)) if most[r] > 0 else 0.0
        if seen[a] > 0.0:
            gain[r] = log(max(none + some, IMPOSSIBLE))
        if fewest[r] == most[r] or none + some == 0.0:
            m.deaths_given[h, r] = fewest[r]
        elif uniform(one) * (none + some) < none:
            m.deaths_given[h, r] = 0
        else:
            left = low - middle(two) * (low - _at_least(most[r] + 1, scale))
            m.deaths_given[h, r] = min(max(1 + floor(log(left) * scale), max(fewest[r], 1)), most[r])


@inline
def _at_least(deaths, scale):
    """The chance of so many deaths, or more, of an act that kills; `scale` is 1 / log(1 - 1 / mean)."""
    if deaths <= 1:
        return 1.0
    return exp((deaths - 1) / scale) if scale < 0.0 else 0.0


@kernel
def possibilities(address, day, key, draw):
    """Draw for every run, in [0, 1), which of its possibilities a recorded act was there."""
    runs = struct_at(ModelState, address).runs
    for r in range(draw.size):
        word, _ = words(runs.seed[0], runs.run[r], runs.branch[r], day, POSSIBLE, key)
        draw[r] = uniform(word)


@kernel
def take_in(gain, alive, particles, log_weight, evidence):
    """Take log chances into the weights of particles, and find the log of the chance that all of a set gave.

    Parameters
    ----------
    gain : array (run,)
        Log chances; the particles of one set lie after those of another.
    alive : array (run,)
    particles : int
        How many make up a set.
    log_weight : array (run,)
        Logarithms of weights that add up to 1 in each set, before and after.
    evidence : array (set,)
        The log chance is added to it; minus infinity once no particle of a set is left.
    """
    for k in range(evidence.size):
        first, last = k * particles, (k + 1) * particles
        most = -inf
        for r in range(first, last):
            log_weight[r] = log_weight[r] + gain[r] if alive[r] else -inf
            most = max(most, log_weight[r])
        if most == -inf:
            evidence[k] = -inf
            continue
        total = 0.0
        for r in range(first, last):
            total += exp(log_weight[r] - most) if log_weight[r] > -inf else 0.0
        found = most + log(total)
        evidence[k] += found
        for r in range(first, last):
            log_weight[r] -= found


@kernel
def mean(values, share, particles, found):
    """Find the mean of values in each set, each counting as much as its particle."""
    for k in range(found.size):
        found[k] = 0.0
        for r in range(k * particles, (k + 1) * particles):
            found[k] += share[r] * values[r]


@kernel
def share_out(log_weight, particles, share, effective):
    """Find what each particle counts, and as how many of one weight the particles of a set count."""
    for k in range(effective.size):
        squares = 0.0
        for r in range(k * particles, (k + 1) * particles):
            share[r] = exp(log_weight[r]) if log_weight[r] > -inf else 0.0
            squares += share[r] * share[r]
        effective[k] = 1.0 / squares if squares > 0.0 else 0.0


@kernel
def ancestors(share, draw, ancestor):
    """Choose particles so that each has as many heirs, on average, as it counts: systematic (Kitagawa 1996).

    Parameters
    ----------
    share : array (particle,)
        What each counts; they add up to about 1.
    draw : float
        In [0, 1).
    ancestor : array of int (heir,)
        Set to the particle that each heir goes on from.
    """
    total = 0.0
    for r in range(share.size):
        total += share[r]
    chosen, so_far, last = 0, share[0], 0
    for r in range(share.size):
        if share[r] > 0.0:
            last = r
    for heir in range(ancestor.size):
        place = (draw + heir) / ancestor.size * total
        while so_far <= place and chosen < last:
            chosen += 1
            so_far += share[chosen]
        ancestor[heir] = chosen


@kernel
def heirs(address, day, particles, resampled, share, origin):
    """Choose for the places of each set that is resampled whom they go on from; the others go on from themselves."""
    runs = struct_at(ModelState, address).runs
    for k in range(resampled.size):
        first, last = k * particles, (k + 1) * particles
        if resampled[k]:
            word, _ = words(runs.seed[0], 0, runs.branch[first], day, RESAMPLE, 0)
            ancestors(share[first:last], uniform(word), origin[first:last])
            origin[first:last] += first
        else:
            origin[first:last] = np.arange(first, last)
