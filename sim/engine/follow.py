"""Runs that follow a record: its acts are imposed, and each run is weighed by the chance that it gave to them.

Of an actor that the record says anything about, each action has a chance of having been seen had it been done. What is
recorded is imposed, and its log chance is gained. Where nothing is, the chance of nothing that would have been seen is
gained, and the actor draws as it would, given that: each rate counts as far as its act would have been missed.
"""

from sim.theatre.compiled.program import NONE

from ._numba import inline, kernel, log, part, struct_at
from .decide import _cause, fall
from .settle import fail, finite
from .state import DRAW, TILE, TOTAL, ModelState
from .weigh import weigh

IMPOSSIBLE = 1e-9
"""Chance that an act is counted with to which a run gave none, so that the other days can be told."""


@kernel
def follow(address, i, day, recorded, seen, gain, chance):
    """Let actor `i` do what is recorded of it today, or draw among what may have been missed.

    Parameters
    ----------
    recorded : int
        The action that the record has, or NONE.
    seen : array (action,)
        Chance of each act of all actors of having been recorded today.
    gain : array (run,)
        Log chances of what is recorded are added to it.
    chance : array (run,)
        Set to the chance that each run gave to the recorded act, else to that of none that would have been seen.
    """
    m = struct_at(ModelState, address)
    columns, n = m.bound.columns, m.war.size
    m.chosen[i][:] = NONE
    for r in range(n):
        columns[r] = r
    for first in range(0, n, TILE):
        _follow(m, i, day, recorded, seen, gain, chance, columns[first : min(first + TILE, n)])


@part
def _follow(m, i, day, recorded, seen, gain, chance, columns):
    me, s = m.tables.actor[i], m.scratch
    weigh(m, i, day, columns)
    total, draw = s.row[TOTAL], s.row[DRAW]
    for c in range(columns.size):
        r = columns[c]
        if not m.status.alive[r]:
            continue
        if not finite(total[c]):
            fail(m.status, r, day, m.world.x.shape[0] + 1 + i)
        elif recorded != NONE:
            local = recorded - me.actions
            rate = s.running[local, c] - (s.running[local - 1, c] if local > 0 else 0.0)
            chance[r] = seen[recorded] * rate / (1.0 + total[c])
            if seen[recorded] > 0.0:
                gain[r] += log(max(chance[r], IMPOSSIBLE))
            m.chosen[i, r] = recorded
            m.cause[i, r] = _cause(m, recorded, s.answer[local, c], r)
        else:
            missed = _missed(me, seen, s.running, c)
            chance[r] = (1.0 + missed) / (1.0 + total[c])
            gain[r] += log(chance[r])
            threshold = draw[c] * (1.0 + missed)
            if threshold < missed:
                local = fall(s.running, threshold, c)
                if not m.tables.script.forbidden[day, me.actions + local]:
                    m.chosen[i, r] = me.actions + local
                    m.cause[i, r] = _cause(m, me.actions + local, s.answer[local, c], r)


@inline
def _missed(me, seen, running, c):
    """Turn the running sums of the rates into those of what would have been missed; their last is returned."""
    before, missed = 0.0, 0.0
    for local in range(me.actions_end - me.actions):
        rate = running[local, c] - before
        before = running[local, c]
        missed += (1.0 - seen[me.actions + local]) * rate
        running[local, c] = missed
    return missed
