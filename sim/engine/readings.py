"""What rules see: numbers, readings between 0 and 1, conditions (ODD 7.2, 7.7)."""

from sim.theatre.program import (
    BLOOD,
    CONDITION,
    DEATHS,
    NEVER,
    NONE,
    PROVOCATION,
    RUNG,
    SCALED,
    SINCE_ACTION,
    SINCE_RUNG,
    TENSION,
    VARIABLE,
)

from . import state
from .kernel import inline, kernel

_NEVER_SINCE = 1e9
"""What `days_since` reads for what has never happened."""

_PROVOCATION, _BLOOD = state.PROVOCATION, state.BLOOD_READING


@inline
def at(numbers, k, r):
    """Parameter `k` in column `r`."""
    return numbers.shared[k] if numbers.slot[k] < 0 else numbers.varied[numbers.slot[k], r]


@kernel
def spread(numbers, k, row):
    """Write parameter `k` into a row, one value for each run."""
    if numbers.slot[k] < 0:
        row[:] = numbers.shared[k]
    else:
        row[:] = numbers.varied[numbers.slot[k]]


@kernel
def set_term(t, terms, features, numbers, row):
    """Write one weighted feature into a row."""
    k, feature = terms[t].weight, features[terms[t].row]
    if numbers.slot[k] < 0:
        weight = numbers.shared[k]
        for r in range(row.size):
            row[r] = weight * feature[r]
    else:
        weights = numbers.varied[numbers.slot[k]]
        for r in range(row.size):
            row[r] = weights[r] * feature[r]


@kernel
def add_terms(first, last, terms, features, numbers, row):
    """Add weighted features to a row, one term after another."""
    for t in range(first, last):
        k, feature = terms[t].weight, features[terms[t].row]
        if numbers.slot[k] < 0:
            weight = numbers.shared[k]
            for r in range(row.size):
                row[r] += weight * feature[r]
        else:
            weights = numbers.varied[numbers.slot[k]]
            for r in range(row.size):
                row[r] += weights[r] * feature[r]


@inline
def clip(x, low, high):
    """`x` kept between two bounds; NaN stays NaN."""
    return low if x < low else (high if x > high else x)


@kernel
def _read_scaled(x, low, high, row):
    for r in range(row.size):
        row[r] = clip((x[r] - low[r]) / (high[r] - low[r]), 0.0, 1.0)


@kernel
def read_features(factors, products, numbers, x, rung, tension, stocks, holds, rows, out):
    """Take every reading of a table; `out` has shape (feature, run), `rows` are working rows."""
    n = out.shape[1]
    singles = factors.size
    for f in range(singles):
        kind, i = factors[f].kind, factors[f].index
        row = out[f]
        if kind == VARIABLE:
            row[:] = x[i]
        elif kind == SCALED:
            spread(numbers, factors[f].low, rows[0])
            spread(numbers, factors[f].high, rows[1])
            _read_scaled(x[i], rows[0], rows[1], row)
        elif kind == PROVOCATION:
            row[:] = stocks[_PROVOCATION, i]
        elif kind == BLOOD:
            row[:] = stocks[_BLOOD, i]
        elif kind == CONDITION:
            row[:] = holds[i]
        elif kind == RUNG:
            row[:] = rung[i]
            row /= 9.0
        else:
            row[:] = tension[0]
            row /= 100.0
        if factors[f].negated:
            for r in range(n):
                row[r] = 1.0 - row[r]
    for p in range(products.shape[0]):
        row, one, two = out[singles + p], out[products[p, 0]], out[products[p, 1]]
        for r in range(n):
            row[r] = one[r] * two[r]
        if products[p, 2] != NONE:
            three = out[products[p, 2]]
            for r in range(n):
                row[r] *= three[r]


@inline
def _days_since(day, last, row):
    for r in range(row.size):
        row[r] = float(day - last[r]) if last[r] != NEVER else _NEVER_SINCE


@kernel
def _measure(kind, i, day, rung, tension, deaths, last_day, last_rung_day, stocks, holds, row):
    """Write a quantity that is no variable into a row, in its own unit."""
    if kind == PROVOCATION:
        row[:] = stocks[_PROVOCATION, i]
    elif kind == BLOOD:
        row[:] = stocks[_BLOOD, i]
    elif kind == RUNG:
        row[:] = rung[i]
    elif kind == TENSION:
        row[:] = tension[0]
    elif kind == DEATHS:
        row[:] = deaths[i]
    elif kind == SINCE_ACTION:
        _days_since(day, last_day[i], row)
    elif kind == SINCE_RUNG:
        _days_since(day, last_rung_day[i], row)
    else:
        row[:] = holds[i]


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


@kernel
def check_conditions(
    nodes, clauses, alternatives, day, numbers, x, rung, tension, deaths, last_day, last_rung_day, stocks, holds,
    streak, rows,
):  # fmt: skip
    """Check conditions, in order; `streak` keeps how many days on end each has held."""
    n = holds.shape[1]
    threshold = rows[1]
    for c in range(nodes.size):
        node, held = nodes[c], holds[c]
        held[:] = 1
        for k in range(node.clauses, node.clauses_end):
            value = rows[0]
            if clauses[k].kind == VARIABLE:
                value = x[clauses[k].index]
            else:
                _measure(
                    clauses[k].kind, clauses[k].index, day, rung, tension, deaths, last_day, last_rung_day, stocks,
                    holds, value,
                )  # fmt: skip
            if numbers.slot[clauses[k].threshold] < 0:
                _compare(numbers.shared[clauses[k].threshold], clauses[k].at_least, value, held)
            else:
                _compare_by_run(numbers.varied[numbers.slot[clauses[k].threshold]], clauses[k].at_least, value, held)
        if node.alternatives_end > node.alternatives:
            for r in range(n):
                some = 0
                for a in range(node.alternatives, node.alternatives_end):
                    some |= holds[alternatives[a], r]
                held[r] &= some
        if node.lasting != NONE:
            spread(numbers, node.lasting, threshold)
            for r in range(n):
                streak[c, r] = streak[c, r] + 1 if held[r] else 0
                held[r] = float(streak[c, r]) >= threshold[r]


@kernel
def read_control(link, actor, terms, features, numbers, control):
    """Sponsors' shares of their proxies' acts; where a proxy's sponsors would own more than all, in proportion."""
    n = control.shape[1]
    for k in range(control.shape[0]):
        row = control[k]
        row[:] = 0.0
        add_terms(link[k].terms, link[k].terms_end, terms, features, numbers, row)
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
