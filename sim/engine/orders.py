"""Orders: what is decided on one day and done on a later one, unless it is called off (ODD 7.5)."""

from math import ceil

from sim.theatre.compiled.program import NONE

from ._numba import kernel, part, struct_at
from .readings import at
from .state import ModelState


@kernel
def command(address, i, day):
    """Let actor `i` withdraw orders, give those that it has decided on, and carry out what is due today."""
    m = struct_at(ModelState, address)
    me = m.tables.actor[i]
    for h in range(me.hands, me.hands_end):
        _withdraw(m, h)
    for h in range(me.hands, me.hands_end):
        if m.tables.hand[h].orders_end > m.tables.hand[h].orders:
            _give(m, h, day)
            _carry_out(m, h, day)


@part
def _withdraw(m, h):
    """Withdraw the orders that what hand `h` does today calls off."""
    chosen, orders, called_off = m.chosen[h], m.orders, m.tables.orders_called_off
    for r in range(chosen.size):
        if chosen[r] == NONE or not m.status.alive[r]:
            continue
        act = m.tables.action[chosen[r]]
        for c in range(act.calls_off, act.calls_off_end):
            if not orders.firm[called_off[c], r]:
                orders.due[called_off[c], r] = NONE


@part
def _give(m, h, day):
    """Turn what hand `h` has chosen, and cannot be done today, into orders."""
    chosen, imposed, orders = m.chosen[h], m.imposed[h], m.orders
    m.ordered[h][:] = NONE
    for r in range(chosen.size):
        if chosen[r] == NONE or imposed[r] == day or not m.status.alive[r]:
            continue
        act = m.tables.action[chosen[r]]
        if act.order != NONE:
            free = imposed[r] == NONE
            orders.due[act.order, r] = day + ceil(at(m.numbers, act.lead, r)) if free else imposed[r]
            orders.given[act.order, r] = day
            orders.cause[act.order, r] = m.cause[h, r]
            orders.firm[act.order, r] = 0 if free else 1
            chosen[r] = NONE


@part
def _carry_out(m, h, day):
    """Have hand `h` do what is due, in place of what it has chosen; what it is made to do today stands."""
    hand, orders, imposed = m.tables.hand[h], m.orders, m.imposed[h]
    for k in range(hand.orders, hand.orders_end):
        a, due = m.tables.orders[k], orders.due[k]
        for r in range(due.size):
            if due[r] != day or not m.status.alive[r]:
                continue
            due[r] = NONE
            stopped = m.tables.script.forbidden[day, a] or imposed[r] == day
            if orders.firm[k, r]:
                imposed[r] = day
            if orders.firm[k, r] or not stopped:
                m.chosen[h, r] = a
                m.cause[h, r] = orders.cause[k, r]
                m.ordered[h, r] = orders.given[k, r]
                m.deaths_given[h, r] = NONE
