"""What replies have settled is on probation: set aside, and brought back if the other side defies them (ODD 7.3, 7.5).

Amounts set aside fade only when they are touched, by a factor for each day since they were: seldom are there any.
"""

from ._numba import inline
from .readings import at, clip
from .state import (
    BELIEVED,
    BLOOD,
    BROUGHT,
    DEFIANCE,
    LEFT,
    PEAK_BELIEVED,
    PEAK_SUSPECTED,
    SINCE,
    SUSPECTED,
)


@inline
def row_aside(me, pair):
    """The row of what actor `me` has set aside of one of its pairs."""
    return me.aside + (pair - me.pairs)


@inline
def fade_defiance(me, first, decay, aside):
    """Let the actor's memory of having been defied fade by a day."""
    for row in range(me.aside, me.aside + (me.pairs_end - me.pairs)):
        held = aside[DEFIANCE, row, first : first + decay.size]
        for r in range(held.size):
            held[r] *= decay[r]


@inline
def set_aside(me, pair, settled, doubt, day, r, numbers, stocks, aside, aside_day):
    """Put on probation what a reply is about to take from a pair."""
    probation, row = at(numbers, me.probation, r), row_aside(me, pair)
    if probation > 0.0:
        if day - aside_day[SINCE, row, r] > probation:
            for stock in range(PEAK_SUSPECTED + 1):
                aside[stock, row, r] = 0.0
        else:
            _bring(row, day, r, at(numbers, me.decay, r), aside, aside_day)
        for stock in (BELIEVED, BLOOD, PEAK_BELIEVED):
            aside[stock, row, r] += settled * stocks[stock, pair, r]
        for stock in (SUSPECTED, PEAK_SUSPECTED):
            aside[stock, row, r] += doubt * stocks[stock, pair, r]
        aside_day[SINCE, row, r] = aside_day[BROUGHT, row, r] = day
        aside[LEFT, row, r] = 1.0


@inline
def defy(me, pair, event, blamed, numbers, stocks, aside, aside_day):
    """Bring back what was set aside, as far as the other of the pair is believed to be behind an act that defies."""
    row, r = row_aside(me, pair), event.column
    since, left = aside_day[SINCE, row, r], aside[LEFT, row, r]
    defying = left > 0.0 and event.rung >= me.defied_by and event.day > since
    if defying and event.day - since <= at(numbers, me.probation, r):
        _bring(row, event.day + 1, r, at(numbers, me.decay, r), aside, aside_day)
        share = clip(blamed, 0.0, 1.0)
        for stock in range(PEAK_SUSPECTED + 1):
            moved = aside[stock, row, r] * share
            stocks[stock, pair, r] += moved
            aside[stock, row, r] -= moved
        aside[DEFIANCE, row, r] += share * left
        aside[LEFT, row, r] = left * (1.0 - share)


@inline
def _bring(row, day, r, decay, aside, aside_day):
    """Let what is aside fade to a day, as what is held has faded."""
    for stock in range(PEAK_SUSPECTED + 1):
        for _ in range(day - aside_day[BROUGHT, row, r]):
            aside[stock, row, r] *= decay
    aside_day[BROUGHT, row, r] = day
