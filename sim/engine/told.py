"""What hands are told to do, put in place of what they have drawn; and what they may be told (ODD 7.4)."""

from sim.theatre.compiled.program import NONE

from ._numba import kernel, struct_at
from .state import TILE, ModelState
from .weigh import _mark_open

AS_RULES, HOLD = -2, -1
"""What a hand may be told besides an act: to do as its own draw says, and to do nothing."""


@kernel
def seat(address, told, h, day):
    """Have hand `h` do what it is told in place of what it has drawn; told has shape (run,).

    What a script makes it do stands, nobody decides while history is imposed, and what is vetoed is not done.
    """
    m = struct_at(ModelState, address)
    script = m.tables.script
    if day < script.imposed_days or script.act[day, h] != NONE:
        return
    for r in range(told.size):
        if told[r] == AS_RULES or not m.status.alive[r]:
            continue
        vetoed = told[r] != HOLD and script.forbidden[day, told[r]]
        m.chosen[h, r] = NONE if told[r] == HOLD or vetoed else told[r]
        m.cause[h, r] = NONE


@kernel
def mark_able(address, day, able):
    """Mark which actions somebody may choose this morning, in every run; shape (action, run)."""
    m = struct_at(ModelState, address)
    script, columns, row, n = m.tables.script, m.bound.columns, m.scratch.row, m.war.size
    able[:] = 0
    if day < script.imposed_days:
        return
    for r in range(n):
        columns[r] = r
    for a in range(m.tables.action.size):
        if m.tables.action[a].accident or script.forbidden[day, a]:
            continue
        for first in range(0, n, TILE):
            some = columns[first : min(first + TILE, n)]
            _mark_open(m, day, a, some, row[0, : some.size], row[1])
            for c in range(some.size):
                able[a, first + c] = row[1, c] > 0.0 and m.status.alive[first + c]
