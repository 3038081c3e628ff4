"""How functions are compiled: plain arithmetic, no Python objects, no interpreter's lock."""

from collections.abc import Callable
from typing import Any

import numba

from .compile_cache import KernelCache

_plain: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
# What only kernels call needs no place in the cache and no way in from Python: both cost seconds of a first start.
_inner: dict[str, Any] = _plain | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what Python calls, once on a machine; it takes arrays and scalars, and no interpreter's lock."""
    compiled = numba.njit(**_plain)(function)
    compiled._cache = KernelCache(function)  # as its `enable_caching` does, with a cache of ours
    return compiled


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a part of kernels."""
    return numba.njit(**_inner)(function)


def formula(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile arithmetic on single numbers into the loops that call it, so that they vectorise."""
    return numba.njit(**_inner, forceinline=True)(function)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Write out a function wherever it is called, before anything is compiled; for what is called in few places."""
    return numba.njit(**_inner, inline="always")(function)
