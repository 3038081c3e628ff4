"""Functions of kernels as Python runs them: for readers of a single run, so that no rule is written twice."""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from sim.theatre.compiled import arithmetic as plain

from .arithmetic import is_plain


def uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the lines of a compiled function as Python runs them, and likewise all that they call.

    They give the same bits; as in kernels, what is not finite is no error.
    """
    same: Callable[..., Any] = np.errstate(all="ignore")(_lines(function))
    return same


@cache
def _lines(function: Any) -> Callable[..., Any]:
    lines = function.py_func
    if is_plain(function):  # the compiled form works on bits
        return getattr(plain, lines.__name__)
    world = dict(lines.__globals__)
    for name in lines.__code__.co_names:
        if isinstance(world.get(name), Dispatcher):
            world[name] = _lines(world[name])
    return FunctionType(lines.__code__, world, lines.__name__, lines.__defaults__, lines.__closure__)
