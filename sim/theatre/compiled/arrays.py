"""The functions of `sim.theatre.compiled.arithmetic` on arrays, value by value, with the same bits as one at a time.

NumPy's own exponential and logarithm differ in their last digit from machine to machine, and its sums, products,
quotients, roots and powers of two do not: what is exact there is made of these.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from . import arithmetic as plain

Floats = NDArray[np.float64]


def exp(x: Floats) -> Floats:
    """Exponentials, with x held between -700 and 700."""
    y = np.clip(x, -plain.LARGEST_EXPONENT, plain.LARGEST_EXPONENT)
    k = np.floor(y * plain.LOG2E + 0.5)
    r = (y - k * plain.LN2_HIGH) - k * plain.LN2_LOW
    p = _on_arrays(plain._polynomial, r)
    return np.asarray(np.ldexp(1.0 + (r + r * r * p), k.astype(np.int32)))


def log(x: Floats) -> Floats:
    """Natural logarithms of positive normal numbers."""
    mantissa, power = np.frexp(x)
    below = mantissa < plain.SQRT_HALF
    m = np.where(below, mantissa + mantissa, mantissa)
    return _on_arrays(plain._log_of_parts, m, np.where(below, power - 1.0, power + 0.0))


def normal(u: Floats) -> Floats:
    """The normal deviates below which shares u of all lie, 0 < u < 1."""
    q = np.asarray(u - 0.5)
    found = _on_arrays(plain._central, q)
    outside = np.abs(q) > 0.425
    if outside.any():
        found[outside] = _in_the_tails(q[outside], u[outside])
    return found


def _in_the_tails(q: Floats, u: Floats) -> Floats:
    r = np.sqrt(-log(np.where(q < 0.0, u, 1.0 - u)))
    distance = np.where(r <= 5.0, _on_arrays(plain._tail, r - 1.6), _on_arrays(plain._far_tail, r - 5.0))
    return np.where(q < 0.0, -distance, distance)


def share_below(z: Floats) -> Floats:
    """The shares of all that lie below normal deviates."""
    distance = np.abs(z)
    near = np.minimum(distance, plain.FAR)
    near_tail, far_tail = _on_arrays(plain._near_share, near), _on_arrays(plain._far_share, distance)
    tail = exp(-0.5 * distance * distance) * np.where(distance < plain.FAR, near_tail, far_tail)
    return np.where(z > 0.0, 1.0 - tail, tail)


def _on_arrays(function: Callable[..., float], *values: Floats) -> Floats:
    """A function of nothing but sums, products and quotients, of arrays as it stands."""
    return np.asarray(function(*values), np.float64)
