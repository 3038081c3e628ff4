"""What thinning works on, in single precision, and how much of its bound goes to rounding (`sim.engine.thinning`)."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.theatre.compiled.program import NONE, Floats, Ints, Program

from .numbers import Numbers

WIDE_TILE = 512
"""Runs worked on at a time: numbers of half the size, so twice as many as in a tile."""

_ROUNDING = 2.0**-22
"""Four times the most by which one operation in single precision is off, relative to what it gives."""

Singles = NDArray[np.float32]


class BoundArrays(NamedTuple):
    """Numbers in single precision, and what is found with them."""

    features: Singles
    """What the morning's readings read, shape (feature, run)."""
    slack: Singles
    """What is added to an action's exponent, so that rounding brings no bound below a rate, shape (action,)."""
    least: Singles
    """What a hand's bound begins with, shape (hand,): next to nothing, which is more than what is lost to underflow;
    infinity where a number is so odd that no bound holds."""
    drive: Singles
    """The drives of a hand's actions, 0 where they may not be chosen, shape (action, run)."""
    largest: Singles
    """The largest drive among a hand's replies to a target, shape (pair, run)."""
    row: Singles
    """Working rows, shape (row, run)."""
    closer: Floats
    """Working rows of the second look, shape (row, run of a tile)."""
    rested: Floats
    """Drives as far as the actions have recovered, likewise, shape (action, run of a tile)."""
    again: NDArray[np.uint8]
    """Whether a second look may find less, shape (hand,)."""
    maybe: NDArray[np.uint8]
    """Whether a hand may act, shape (run,)."""
    columns: Ints
    """The columns of the runs in which it may, at the beginning of shape (run,)."""


def new_bound_arrays(p: Program, numbers: Numbers, n: int) -> BoundArrays:
    """Room for `n` runs, and the slack that their numbers need."""
    slot, shared, varied = numbers.slot, numbers.shared, numbers.varied
    size, ordinary, here = np.abs(shared), _ordinary(shared), slot != NONE
    size[here] = np.abs(varied).max(axis=1, initial=0.0)[slot[here]]
    ordinary[here] = _ordinary(varied).all(axis=1)[slot[here]]
    slack, least = np.zeros(len(p.actions), np.float32), np.full(len(p.hands), 1e-9, np.float32)
    for h, hand in enumerate(p.hand):
        me, mine = p.actor[hand["actor"]], slice(hand["actions"], hand["actions_end"])
        actions, replies = p.action[mine], p.action[mine][p.action["reply"][mine] != NONE]
        terms = actions["drivers_end"] - actions["drivers"]
        sums = np.array([size[p.terms["weight"][a["drivers"] : a["drivers_end"]]].sum() for a in actions])
        slack[mine] = _ROUNDING * (terms + len(actions) + 10) * (1.0 + sums)
        positive = [*actions["rate"], *replies["reply"]]
        if len(replies):
            positive += [me[name] for name in ("reply_rate", "substitution", "variety", "silence")]
        if not ordinary[positive].all() or not (slack[mine] < 1.0).all():
            least[h] = np.inf
    most = int((p.hand["actions_end"] - p.hand["actions"]).max(initial=1))
    recovers = (p.action["recovery"] != NONE) | (p.action["order"] != NONE)
    again = np.zeros(len(p.hands), np.uint8)
    for h, hand in enumerate(p.hand):
        quiet = size[p.actor["silence"][hand["actor"]]] > 0.0 and hand["answered_end"] > hand["answered"]
        again[h] = quiet or recovers[hand["actions"] : hand["actions_end"]].any()
    wide, pairs = min(n, WIDE_TILE), int((p.actor["pairs_end"] - p.actor["pairs"]).max(initial=1))
    return BoundArrays(
        features=np.zeros((p.morning.rows, n), np.float32),
        slack=slack,
        least=least,
        drive=np.zeros((most, wide), np.float32),
        largest=np.zeros((pairs, wide), np.float32),
        row=np.zeros((3, wide), np.float32),
        closer=np.zeros((3, wide)),
        rested=np.zeros((most, wide)),
        again=again,
        maybe=np.zeros(wide, np.uint8),
        columns=np.zeros(n + 1, np.int32),
    )


def _ordinary(values: Floats) -> Any:
    """Whether rates and preferences are 0, or positive and no smaller or larger than single precision can hold."""
    return (values == 0.0) | ((values > 1e-30) & (values < 1e6))
