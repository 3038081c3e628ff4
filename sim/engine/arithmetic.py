"""The functions of `sim.theatre.arithmetic`, compiled as they stand but for three that are faster on bits."""

from collections.abc import Callable
from math import sqrt
from types import FunctionType
from typing import Any

import numpy as np

from sim.theatre import arithmetic as plain

from .kernel import bits_of, float_of, inline

_ROUND = 6755399441055744.0  # 1.5 * 2**52: added to a whole number, it leaves that number in the lowest bits
_TWO_52 = 4503599627370496.0


@inline
def _scale_by_power_of_two(x, k):
    return x * float_of((bits_of(k + _ROUND) + 1023) << 52)


@inline
def _mantissa_and_exponent(x):
    bits = bits_of(x)
    exponent = float_of((bits >> 52) | 0x4330000000000000) - _TWO_52 - 1022.0
    return float_of((bits & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000), exponent


@inline
def _floor(x):
    return np.floor(x)


_world: dict[str, Any] = {
    **vars(plain),
    "floor": _floor,
    "sqrt": sqrt,
    "scale_by_power_of_two": _scale_by_power_of_two,
    "mantissa_and_exponent": _mantissa_and_exponent,
}


def _compiled(name: str) -> Callable[..., Any]:
    """Compile a function of the plain module, calling what was compiled before it."""
    function = getattr(plain, name)
    _world[name] = inline(FunctionType(function.__code__, _world, name))
    return _world[name]


exp = _compiled("exp")
log = _compiled("log")
_compiled("_central")
_compiled("_tail")
_compiled("_far_tail")
normal = _compiled("normal")
log2 = _compiled("log2")
