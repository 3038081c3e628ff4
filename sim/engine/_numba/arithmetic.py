"""The functions of `sim.theatre.compiled.arithmetic`, compiled as they stand but for three that are faster on bits."""

from collections.abc import Callable
from math import sqrt
from types import FunctionType
from typing import Any

import numpy as np

from sim.theatre.compiled import arithmetic as plain

from .bits import bits_of, float_of, moved_up
from .decorators import formula, part

_ROUND = 6755399441055744.0  # 1.5 * 2**52: added to a whole number, it leaves that number in the lowest bits
_TWO_52 = 4503599627370496.0


@formula
def _scale_by_power_of_two(x, k):
    return x * float_of((bits_of(k + _ROUND) + 1023) << 52)


@formula
def _mantissa_and_exponent(x):
    bits = bits_of(x)
    exponent = float_of((bits >> 52) | 0x4330000000000000) - _TWO_52 - 1022.0
    return float_of((bits & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000), exponent


@formula
def _floor(x):
    return np.floor(x)


_world: dict[str, Any] = {
    **vars(plain),
    "floor": _floor,
    "sqrt": sqrt,
    "scale_by_power_of_two": _scale_by_power_of_two,
    "mantissa_and_exponent": _mantissa_and_exponent,
}


def is_plain(function: Any) -> bool:
    """Whether a compiled function is one of the plain module, which gives the same bits."""
    return getattr(function, "py_func", function).__globals__ is _world


def _compiled(name: str) -> Callable[..., Any]:
    """Compile a function of the plain module, calling what was compiled before it."""
    function = getattr(plain, name)
    _world[name] = formula(FunctionType(function.__code__, _world, name))
    return _world[name]


_power_and_rest, _polynomial, _raised = (_compiled(name) for name in ("_power_and_rest", "_polynomial", "_raised"))
exp = _compiled("exp")
_compiled("_log_of_parts")
log = _compiled("log")
_central = _compiled("_central")
_compiled("_tail")
_compiled("_far_tail")
normal = _compiled("normal")
log2 = _compiled("log2")


_LOG2E, _LOWEST, _HIGHEST = np.float32(plain.LOG2E), np.float32(-87.0), np.float32(40.0)
_INFINITE = np.float32(np.inf)
_ABOVE = np.float32(2.0**9 + 127.0 + 2.0**-12)


@formula
def exp_at_most(x):
    """A float32 from 0.01 to 6.2 per cent above the exponential of a float32; infinite above e**40 and for NaN.

    Between two powers of 2, a power of 2 lies below the line that joins them. Along that line the bits of a float32 are
    the exponent in fixed point: 2**9, added, leaves 14 binary places, and 2**-12 is more than what they round away.
    """
    y = _LOWEST if x < _LOWEST else x
    line = moved_up(y * _LOG2E + _ABOVE)
    return line if x <= _HIGHEST else _INFINITE


@part
def exponentials(row, room):
    """Replace each number of a row by its exponential; `room` is three rows to work in.

    Three loops are faster than one: each is a shorter chain of operations for the processor to wait for.
    """
    power, rest, value = room[0], room[1], room[2]
    for r in range(row.size):
        power[r], rest[r] = _power_and_rest(row[r])
    for r in range(row.size):
        value[r] = _polynomial(rest[r])
    for r in range(row.size):
        row[r] = _raised(power[r], rest[r], value[r])


@part
def normals(row, deviates):
    """Write the normal deviates of a row of shares.

    Most lie in the middle, whose formula goes four at a time; the others are put right one by one.
    """
    for r in range(row.size):
        deviates[r] = _central(row[r] - 0.5)
    for r in range(row.size):
        if abs(row[r] - 0.5) > 0.425:
            deviates[r] = normal(row[r])
