"""Random draws keyed by what they are for: Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405).

The counter of a draw holds the run, the branch, the day and purpose, and the hash of an id; the key holds the seed. So
a draw depends on nothing else: not on how many runs there are, nor on who else acts.
"""

import numpy as np

from ._numba import formula

DECIDE, CASUALTIES, NOISE, NUMBERS, RESAMPLE, POSSIBLE, MAY = 1, 2, 3, 4, 5, 6, 7
"""Purposes."""

_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


@formula
def philox(c0, c1, c2, c3, k0, k1):
    """Ten rounds; counter words, key words and the four results are 32 bits wide, carried in uint64."""
    for _ in range(10):
        left, right = _M0 * (c0 & _MASK), _M1 * (c2 & _MASK)  # a product of halves never looks at what is above them
        c0, c1, c2, c3 = (right >> _HALF) ^ c1 ^ k0, right, (left >> _HALF) ^ c3 ^ k1, left
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0 & _MASK, c1 & _MASK, c2 & _MASK, c3 & _MASK


@formula
def words(seed, run, branch, day, purpose, key):
    """Two words of 64 random bits for one purpose in one run on one day."""
    seed = np.uint64(seed)
    when = np.uint64(day) + np.uint64(65536) * np.uint64(purpose)
    w0, w1, w2, w3 = philox(np.uint64(run), np.uint64(branch), when, np.uint64(key), seed & _MASK, seed >> _HALF)
    return (w0 << _HALF) | w1, (w2 << _HALF) | w3


@formula
def uniform(word):
    """A number in [0, 1) of 53 bits."""
    return np.float64(np.int64(word >> np.uint64(11))) * 1.1102230246251565e-16


@formula
def at_least(word):
    """What `uniform` of the same word is at least, in single precision: its first 24 bits."""
    return np.float32(np.int32(word >> np.uint64(40))) * np.float32(5.960464477539063e-08)


@formula
def middle(word):
    """A number in (0, 1) of 52 bits, never at an end."""
    return (np.float64(np.int64(word >> np.uint64(12))) + 0.5) * 2.220446049250313e-16
