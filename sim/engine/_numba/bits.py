"""Numbers read as bits, and bits as numbers: instructions that numba has no words for."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def _float_of(typing_context: Any, bits: Any) -> Any:
    """Read the bits of an int64 as a float64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def _bits_of(typing_context: Any, number: Any) -> Any:
    """Read the bits of a float64 as an int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _moved_up(typing_context: Any, number: Any) -> Any:
    """Move the bits of a float32 up by nine places, past its own exponent, and read them as a float32 again."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(32)
        bits = builder.shl(builder.bitcast(arguments[0], whole), ir.Constant(whole, 9))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(types.float32), generate


float_of: Callable[..., Any] = _float_of
bits_of: Callable[..., Any] = _bits_of
moved_up: Callable[..., Any] = _moved_up
