"""Uncertain numbers, drawn: sets of them, each for a few runs, by dice that depend on nothing but their key.

The key of a draw is the seed, the number of the set, and the number's path. So a number that is added, or no longer in
doubt, leaves every other draw alone, and two scenarios under one seed draw the same for what both are unsure of.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sim.theatre.parameters.fitted import Fitted, NumbersFrom
from sim.theatre.parameters.law import Laws, UncertainNumber

from .dice import NUMBERS, middle, philox

# The same lines on arrays, without compiling them: sets are few.
_philox, _middle = cast(Any, philox).py_func, cast(Any, middle).py_func

RUNS_PER_SET = 4
"""Successive runs that share their numbers, each with dice of its own: runs 0 to 3, 4 to 7, and so on.

What they have in common is what the numbers do, and what they have not is what the dice do. Four tell the two apart
better than two, and, while numbers make up to about a third of the variance, than eight (`sim.analysis.two_errors`).
"""


def set_of(run_numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The set of numbers that each run has."""
    return np.asarray(run_numbers, np.int64) // RUNS_PER_SET


def drawn(
    numbers: Sequence[UncertainNumber], seed: int, run_numbers: NDArray[np.integer[Any]]
) -> dict[str, NDArray[np.float64]]:
    """What runs draw for every uncertain number: path to one value for each run.

    Raises
    ------
    ValueError
        Two paths share a hash, so that their dice would be the same.
    """
    sets, place = np.unique(set_of(run_numbers), return_inverse=True)
    if not numbers:
        return {}
    values = Laws(numbers).at(_shares(seed, sets, [number.path for number in numbers]))
    return {number.path: row[place] for number, row in zip(numbers, values, strict=True)}


def drawn_as(
    uncertain: NumbersFrom, numbers: Sequence[UncertainNumber], seed: int, run_numbers: NDArray[np.integer[Any]]
) -> dict[str, NDArray[np.float64]]:
    """What runs draw, however they come by their numbers: path to one value for each run.

    Parameters
    ----------
    uncertain : NumbersFrom
        A posterior has the last word over ranges.
    numbers : sequence of UncertainNumber
        Those that are drawn from ranges, if any are.
    """
    from_ranges = uncertain.others if isinstance(uncertain, Fitted) else uncertain
    found = drawn(numbers, seed, run_numbers) if from_ranges else {}
    return found | (_drawn_together(uncertain, seed, run_numbers) if isinstance(uncertain, Fitted) else {})


def _drawn_together(fitted: Fitted, seed: int, run_numbers: NDArray[np.integer[Any]]) -> dict[str, NDArray[np.float64]]:
    """The draw of a posterior that each set has: one number between 0 and 1 says which, as for a path of that name."""
    sets, place = np.unique(set_of(run_numbers), return_inverse=True)
    chosen = np.floor(_shares(seed, sets, ["posterior"])[0] * len(fitted.draws)).astype(np.int64)
    values = np.array(fitted.draws, np.float64)[chosen][place]
    return {path: np.ascontiguousarray(column) for path, column in zip(fitted.paths, values.T, strict=True)}


def _shares(seed: int, sets: NDArray[np.int64], paths: Sequence[str]) -> NDArray[np.float64]:
    """Numbers in (0, 1), shape (path, set)."""
    hashes = [hashlib.sha256(path.encode()).digest() for path in paths]
    # Six bytes: paths are many, and with four two of them would agree in one theatre of several thousand.
    if len({digest[:6] for digest in hashes}) < len(hashes):
        raise ValueError("two paths of numbers share a hash, so their dice would agree; rename an action or actor")
    key, when = (
        np.array([int.from_bytes(digest[part], "big") for digest in hashes], np.uint64)[:, None]
        for part in (slice(0, 4), slice(4, 6))
    )
    key, run, day = np.broadcast_arrays(key, sets[None].astype(np.uint64), when)
    counter = day + np.uint64(65536 * NUMBERS)
    word = np.uint64(seed)
    w0, w1, _, _ = _philox(run, np.zeros_like(run), counter, key, word & np.uint64(0xFFFFFFFF), word >> np.uint64(32))
    shares = _middle((w0 << np.uint64(32)) | w1)
    return np.reshape(shares, key.shape)  # of one number in one set, older numpy makes a scalar
