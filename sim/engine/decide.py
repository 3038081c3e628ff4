"""Phase 2: every hand of an actor draws one action, or holds (ODD 7.4)."""

from sim.theatre.compiled.program import NONE

from ._numba import inline, kernel, part, struct_at
from .readings import at
from .settle import fail, finite
from .state import MORNING, THRESHOLD, TILE, TOTAL, ModelState
from .thinning import candidates
from .weigh import weigh


@kernel
def decide(address, h, day):
    """Draw what hand `h` does today in every run; most hold, and are not weighed."""
    m = struct_at(ModelState, address)
    script, chosen, cause, columns = m.tables.script, m.chosen[h], m.cause[h], m.bound.columns
    chosen[:] = NONE
    m.deaths_given[h][:] = NONE
    m.imposed[h][:] = NONE
    if day >= script.imposed_days:
        found = candidates(m, h, day)
        for first in range(0, found, TILE):
            _choose(m, h, day, columns[first : min(first + TILE, found)])
    if script.act[day, h] != NONE:
        chosen[:] = script.act[day, h]
        cause[:] = NONE
        m.deaths_given[h][:] = script.deaths[day, h]
        m.imposed[h][:] = day


@part
def _choose(m, h, day, columns):
    """Find where the draw falls among the running sums; past the last, the hand holds."""
    hand, s = m.tables.hand[h], m.scratch
    weigh(m, h, day, columns)
    total, threshold = s.row[TOTAL], s.row[THRESHOLD]
    for c in range(columns.size):
        r = columns[c]
        if not m.status.alive[r]:
            continue
        if not finite(total[c]):
            fail(m.status, r, day, m.world.x.shape[0] + 1 + hand.actor)
        elif threshold[c] < total[c]:
            local = fall(s.running, threshold[c], c)
            a = hand.actions + local
            if not m.tables.script.forbidden[day, a]:
                m.chosen[h, r] = a
                m.cause[h, r] = _cause(m, a, s.answer[a - m.tables.actor[hand.actor].actions, c], r)


@inline
def fall(running, threshold, c):
    """The first of the running sums of column `c` that exceeds the threshold, which the last one does."""
    local = 0
    while running[local, c] <= threshold:
        local += 1
    return local


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
