"""Orders in runs that follow a record: nobody sees them before the act is done, or called off (ODD 7.8)."""

from math import ceil, inf

from sim.theatre.compiled.program import NONE

from ._numba import exp, inline, kernel, log, struct_at
from .readings import at
from .state import ModelState

IMPOSSIBLE = 1e-9
"""Chance that is counted where a run gave none to what is recorded, so that the other days can be told."""

INSTEAD, ITS_DAY, ITS_CAUSE = range(3)
"""What is held back with an order that is imposed: the order that would have been given, when it is due, and why."""


@inline
def _hold_back(m, k, day, drawn, cause, missed, held, instead, r):
    """Hold back the chance of order `k`, given that nothing was seen that day, and the order drawn in its place."""
    held[k, r] /= 1.0 + missed
    instead[INSTEAD, k, r] = instead[ITS_DAY, k, r] = instead[ITS_CAUSE, k, r] = NONE
    if drawn != NONE and m.tables.action[drawn].order != NONE:
        act = m.tables.action[drawn]
        instead[INSTEAD, k, r] = act.order
        instead[ITS_DAY, k, r] = day + ceil(at(m.numbers, act.lead, r))
        instead[ITS_CAUSE, k, r] = cause


@inline
def _share_unseen(m, h, a, day, unseen, r):
    """The share of the rate of act `a` of hand `h` that would not have been seen, as orders stand.

    What would have called off an act that was done was not done. What an order takes the place of is not seen.
    """
    act, hand, orders = m.tables.action[a], m.tables.hand[h], m.orders
    for c in range(act.calls_off, act.calls_off_end):
        k = m.tables.orders_called_off[c]
        if orders.due[k, r] != NONE and orders.firm[k, r]:
            return 0.0
    for k in range(hand.orders, hand.orders_end):
        stopped = not orders.firm[k, r] and m.tables.script.forbidden[day, m.tables.orders[k]]
        if orders.due[k, r] == day and not stopped and not _calls_off(m, a, k):
            return 1.0
    return unseen


@inline
def _calls_off(m, a, k):
    """Whether act `a` calls off order `k`."""
    act, found = m.tables.action[a], False
    for c in range(act.calls_off, act.calls_off_end):
        found |= m.tables.orders_called_off[c] == k
    return found


@kernel
def follow_orders(address, h, day, seen, log_weight, particles, held, gain, chance, expected):
    """Gain the log chance that orders of hand `h` which are due today are in the record, or are not.

    All have decided, and nothing has been called off or ordered yet.

    Parameters
    ----------
    seen, expected : see `follow`
    log_weight : array (run,)
        Logarithms of what each run counts, now that all have decided.
    particles : int
        How many make up a set.
    held : array (order, run)
        The chance that each run gave to orders which nothing stops.
    gain : array (run,)
        Set to the log chance.
    chance : array (set,)
        The chance of the act that is recorded, and had been ordered, is added to it.
    """
    m = struct_at(ModelState, address)
    hand = m.tables.hand[h]
    gain[:] = 0.0
    for k in range(hand.orders, hand.orders_end):
        a, due, firm = m.tables.orders[k], m.orders.due[k], m.orders.firm[k]
        forbidden = m.tables.script.forbidden[day, a]
        for r in range(due.size):
            if due[r] != day or not m.status.alive[r]:
                continue
            recorded = 0.0
            if firm[r]:
                recorded = 0.0 if forbidden else seen[a] * held[k, r]
                chance[r // particles] += _weight(log_weight[r]) * recorded
                if seen[a] > 0.0:
                    gain[r] += log(max(recorded, IMPOSSIBLE))
            elif not forbidden and not _another_stands(m, hand, k, day, r):
                if _is_called_off(m, hand.actor, k, r):
                    gain[r] += _done_after_all(m, h, k, seen, r)
                elif m.imposed[h, r] == day:
                    if seen[m.chosen[h, r]] > 0.0 and m.chosen[h, r] != a:
                        gain[r] += log(IMPOSSIBLE)
                else:
                    recorded = seen[a]
                    gain[r] += log(max(1.0 - seen[a], IMPOSSIBLE))
            if expected.size > 0:
                expected[a] += _weight(log_weight[r]) * recorded


@inline
def _weight(logarithm):
    """What a particle counts."""
    return exp(logarithm) if logarithm > -inf else 0.0


@inline
def _another_stands(m, hand, k, day, r):
    """Whether an order of the hand that nothing stops is due today too."""
    found = False
    for other in range(hand.orders, hand.orders_end):
        found |= other != k and m.orders.due[other, r] == day and m.orders.firm[other, r] == 1
    return found


@inline
def _is_called_off(m, i, k, r):
    """Whether something that actor `i` has chosen today calls off order `k`."""
    found = False
    for h in range(m.tables.actor[i].hands, m.tables.actor[i].hands_end):
        found |= m.chosen[h, r] != NONE and _calls_off(m, m.chosen[h, r], k)
    return found


@inline
def _done_after_all(m, h, k, seen, r):
    """Log chance of not being seen, of what hand `h` has drawn as though order `k` took its place."""
    drawn = m.chosen[h, r]
    if drawn == NONE or m.imposed[h, r] != NONE or _calls_off(m, drawn, k):
        return 0.0
    return log(max(1.0 - seen[drawn], IMPOSSIBLE))
