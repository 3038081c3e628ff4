"""Floating-point arithmetic as numpy does it unless told otherwise, whatever a user has told it.

`numpy.seterr(all="raise")` is a fine thing for a user's own sums. Here a float32 that rounds to 0, or a weight that
vanishes, is meant; so what users call computes under numpy's own defaults, and leaves theirs as they were.
"""

from collections.abc import Callable
from functools import cached_property
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])


def usual(function: F) -> F:
    """Have a function compute under numpy's defaults."""
    guarded: F = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")(function)
    return guarded


def usually(cls: C) -> C:
    """Have all that a class offers compute under numpy's defaults."""
    for name, member in list(vars(cls).items()):
        if name.startswith("__"):
            continue
        if isinstance(member, FunctionType):
            setattr(cls, name, usual(member))
        elif isinstance(member, property) and member.fset is None and member.fget is not None:
            setattr(cls, name, property(usual(member.fget)))
        elif isinstance(member, cached_property):
            member.func = usual(member.func)
    return cls
