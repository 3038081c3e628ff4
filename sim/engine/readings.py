"""What rules see: numbers, readings between 0 and 1, conditions (ODD 7.2, 7.7)."""

from math import ceil, floor

import numpy as np

from sim.theatre.compiled.program import (
    BLOOD,
    COMBINED,
    CONDITION,
    COUNT,
    DAY,
    DEATHS,
    MAX,
    NEVER,
    NONE,
    ORDERED,
    PROVOCATION,
    RUNG,
    SCALED,
    SINCE_ACTION,
    SINCE_RUNG,
    SUM,
    TALLY,
    TENSION,
    VARIABLE,
)

from . import state
from ._numba import inline, kernel, part, struct_at
from .state import DAWN, MORNING, ModelState

NEVER_SINCE = 1e9
"""What `days_since` reads for what has never happened."""
_LONG = 1e8
"""Days, of which no scenario has as many."""

_PROVOCATION, _BLOOD, _TALLY = state.PROVOCATION, state.BLOOD_READING, state.TALLY_READING


@inline
def at(numbers, k, r):
    """Parameter `k` in column `r`."""
    return numbers.shared[k] if numbers.slot[k] < 0 else numbers.varied[numbers.slot[k], r]


@inline
def dead_of_side(sides, side, last, left, deaths, numbers, r):
    """How many of an act's dead are of one of its sides, of which `last` is the last; `left` are of none before it."""
    return left if side == last else min(left, floor(at(numbers, sides[side].share, r) * deaths + 0.5))


@inline
def copy(values, row):
    """Write values into a row; a loop compiles sooner than an assignment to a slice."""
    for r in range(row.size):
        row[r] = values[r]


@part
def spread(numbers, k, first, row):
    """Write parameter `k` into a row, one value for each run from `first` on."""
    if numbers.slot[k] < 0:
        row[:] = numbers.shared[k]
    else:
        copy(numbers.varied[numbers.slot[k], first:], row)


@part
def add_terms(begin, end, terms, features, numbers, first, row):
    """Add weighted features to a row, one term after another; its runs count from `first`."""
    for t in range(begin, end):
        k, feature = terms[t].weight, features[terms[t].row, first : first + row.size]
        if numbers.slot[k] < 0:
            weight = numbers.shared[k]
            for r in range(row.size):
                row[r] += weight * feature[r]
        else:
            weights = numbers.varied[numbers.slot[k], first:]
            for r in range(row.size):
                row[r] += weights[r] * feature[r]


@inline
def clip(x, low, high):
    """`x` kept between two bounds; NaN stays NaN."""
    return low if x < low else (high if x > high else x)


@kernel
def read_features(address, hour):
    """Take every reading of the DAWN, the MORNING or the SNAPSHOT."""
    m = struct_at(ModelState, address)
    factors, products = m.readings[hour]
    out, singles, n = m.read[hour], factors.size, m.war.size
    for f in range(factors.size):
        _read(m, factors[f].kind, factors[f].index, factors[f].low, factors[f].high, out[f])
        if factors[f].negated:
            for r in range(n):
                out[f, r] = 1.0 - out[f, r]
        if hour == MORNING:
            copy(out[f], m.bound.features[f])
    for p in range(products.shape[0]):
        row, one, two = out[singles + p], out[products[p, 0]], out[products[p, 1]]
        for r in range(n):
            row[r] = one[r] * two[r]
        if products[p, 2] != NONE:
            three = out[products[p, 2]]
            for r in range(n):
                row[r] *= three[r]
        if hour == MORNING:
            copy(row, m.bound.features[singles + p])


@part
def _read(m, kind, i, low, high, row):
    """Read a quantity between 0 and 1."""
    if kind == VARIABLE:
        copy(m.world.x[i], row)
    elif kind == SCALED:
        spread(m.numbers, low, 0, m.rows[0])
        spread(m.numbers, high, 0, m.rows[1])
        scale(m.world.x[i], m.rows[0], m.rows[1], row)
    elif kind == PROVOCATION:
        copy(m.stocks[_PROVOCATION, i], row)
    elif kind == BLOOD:
        copy(m.stocks[_BLOOD, i], row)
    elif kind == TALLY:
        copy(m.tallies[_TALLY, i], row)
    elif kind == CONDITION:
        copy(m.held[MORNING].holds[i], row)
    elif kind == ORDERED:
        _ordered(m.orders.due[i], row)
    elif kind == RUNG:
        _divide(m.world.rung[i], 9.0, row)
    else:
        _divide(m.world.tension[0], 100.0, row)


@inline
def scale(x, low, high, row):
    """Write where values lie on their scales, between 0 and 1."""
    for r in range(row.size):
        row[r] = clip((x[r] - low[r]) / (high[r] - low[r]), 0.0, 1.0)


@inline
def _divide(x, by, row):
    for r in range(row.size):
        row[r] = x[r] / by


@inline
def _days_since(day, last, row):
    for r in range(row.size):
        row[r] = float(day - last[r]) if last[r] != NEVER else NEVER_SINCE


@inline
def _ordered(due, row):
    for r in range(row.size):
        row[r] = 1.0 if due[r] != NONE else 0.0


@part
def measure(m, kind, i, day, holds, room):
    """Find the row of a quantity in its own unit, or make it in `room`; conditions stand in `holds`."""
    if kind == VARIABLE:
        return m.world.x[i]
    if kind == PROVOCATION:
        return m.stocks[_PROVOCATION, i]
    if kind == BLOOD:
        return m.stocks[_BLOOD, i]
    if kind == TALLY:
        return m.tallies[_TALLY, i]
    if kind == RUNG:
        return m.world.rung[i]
    if kind == TENSION:
        return m.world.tension[0]
    if kind == DEATHS:
        return m.world.deaths[i]
    if kind == SINCE_ACTION:
        _days_since(day, m.world.last_day[i], room)
    elif kind == SINCE_RUNG:
        _days_since(day, m.world.last_rung_day[i], room)
    elif kind == ORDERED:
        _ordered(m.orders.due[i], room)
    elif kind == COUNT:
        copy(m.world.done[i], room)
    elif kind == DAY:
        room[:] = float(day)
    else:
        copy(holds[i], room)
    return room


@part
def combine(m, combination, parts, day, holds, out, room):
    """Make a quantity of others, from left to right."""
    for p in range(combination.parts, combination.parts_end):
        value = measure(m, parts[p].kind, parts[p].index, day, holds, room)
        if p == combination.parts:
            copy(value, out)
        elif combination.made == SUM:
            _add_signed(value, float(parts[p].sign), out)
        elif combination.made == MAX:
            _take_larger(value, out)
        else:
            _take_smaller(value, out)


@inline
def _add_signed(value, sign, out):
    for r in range(out.size):
        out[r] += sign * value[r]


@inline
def _take_larger(value, out):
    for r in range(out.size):
        out[r] = value[r] if value[r] > out[r] else out[r]


@inline
def _take_smaller(value, out):
    for r in range(out.size):
        out[r] = value[r] if value[r] < out[r] else out[r]


@inline
def _compare(threshold, at_least, value, held):
    if at_least:
        for r in range(held.size):
            held[r] &= value[r] >= threshold
    else:
        for r in range(held.size):
            held[r] &= value[r] <= threshold


@inline
def _compare_by_run(threshold, at_least, value, held):
    if at_least:
        for r in range(held.size):
            held[r] &= value[r] >= threshold[r]
    else:
        for r in range(held.size):
            held[r] &= value[r] <= threshold[r]


@inline
def _and(one, held):
    for r in range(held.size):
        held[r] &= one[r]


@inline
def _and_not(one, held):
    for r in range(held.size):
        held[r] &= one[r] ^ 1


@inline
def _count(one, so_many):
    for r in range(so_many.size):
        so_many[r] += one[r]


@inline
def _within(so_many, at_least, at_most, held):
    for r in range(held.size):
        held[r] &= at_least <= so_many[r] <= at_most


@inline
def _compare_quickly(m, clause, day, holds, held):
    """Compare what need not be turned into numbers first; return whether that could be done.

    Conditions are what they are. Days since something are whole: with a shared threshold, the last day itself may be
    compared with the last, or the first, on which the clause holds; what never was, was before all `_LONG` ago.
    """
    numbers = m.numbers
    if clause.kind == CONDITION and numbers.slot[clause.threshold] < 0:
        if clause.at_least and numbers.shared[clause.threshold] == 1.0:
            _and(holds[clause.index], held)
            return True
        if not clause.at_least and numbers.shared[clause.threshold] == 0.0:
            _and_not(holds[clause.index], held)
            return True
    if (clause.kind != SINCE_ACTION and clause.kind != SINCE_RUNG) or numbers.slot[clause.threshold] >= 0:
        return False
    threshold = numbers.shared[clause.threshold]
    if not abs(threshold) < _LONG:
        return False
    last = m.world.last_day[clause.index] if clause.kind == SINCE_ACTION else m.world.last_rung_day[clause.index]
    if clause.at_least:
        latest = np.int32(day - ceil(threshold))
        for r in range(held.size):
            held[r] &= last[r] <= latest
    else:
        earliest = np.int32(day - floor(threshold))
        for r in range(held.size):
            held[r] &= last[r] >= earliest
    return True


@kernel
def check_conditions(address, hour, day):
    """Check the conditions of the MORNING, of FLAGS or of OUTCOMES, in order."""
    m = struct_at(ModelState, address)
    nodes, clauses, alternatives, combinations, parts, calendar = m.conditions[hour]
    holds, streak = m.held[hour]
    numbers, threshold, some, n = m.numbers, m.rows[1], m.some, m.war.size
    for c in range(nodes.size):
        node, held = nodes[c], holds[c]
        held[:] = 1 if node.calendar == NONE else calendar[node.calendar, day]
        for k in range(node.clauses, node.clauses_end):
            if _compare_quickly(m, clauses[k], day, holds, held):
                continue
            if clauses[k].kind == COMBINED:
                value = m.rows[2]
                combine(m, combinations[clauses[k].index], parts, day, holds, value, m.rows[0])
            else:
                value = measure(m, clauses[k].kind, clauses[k].index, day, holds, m.rows[0])
            if numbers.slot[clauses[k].threshold] < 0:
                _compare(numbers.shared[clauses[k].threshold], clauses[k].at_least, value, held)
            else:
                _compare_by_run(numbers.varied[numbers.slot[clauses[k].threshold]], clauses[k].at_least, value, held)
        if node.alternatives_end > node.alternatives:
            some[:] = 0
            for a in range(node.alternatives, node.alternatives_end):
                _count(holds[alternatives[a]], some)
            _within(some, node.at_least, node.at_most, held)
        if node.lasting != NONE:
            spread(numbers, node.lasting, 0, threshold)
            for r in range(n):
                streak[c, r] = streak[c, r] + 1 if held[r] else 0
                held[r] = float(streak[c, r]) >= threshold[r]


@kernel
def read_control(address):
    """Sponsors' shares of their proxies' acts; where a proxy's sponsors would own more than all, in proportion."""
    m = struct_at(ModelState, address)
    link, actor, terms, features = m.tables.link, m.tables.actor, m.tables.terms, m.read[DAWN]
    numbers, control = m.numbers, m.world.control
    n = control.shape[1]
    for k in range(control.shape[0]):
        row = control[k]
        row[:] = 0.0
        add_terms(link[k].terms, link[k].terms_end, terms, features, numbers, 0, row)
        for r in range(n):
            row[r] = clip(row[r], 0.0, 1.0)
    for proxy in range(actor.size):
        first, last = actor[proxy].links, actor[proxy].links_end
        if last - first < 2:
            continue
        for r in range(n):
            total = 0.0
            for k in range(first, last):
                total += control[k, r]
            if total > 1.0:
                for k in range(first, last):
                    control[k, r] /= total
