"""Under which settings things are drawn: our files under Matplotlib's own, other figures under those of the user.

In neither is a text of a theatre a formula or a command of TeX.
"""

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib import rc_context

PLAIN: dict[str, Any] = {"parse_math": False, "usetex": False}
"""For texts that an Axes has from the beginning, titles and names of axes: they were made under whatever held then."""

_PLAIN_TEXT: Any = {"text.parse_math": False, "text.usetex": False}
_OF_THE_PROCESS = ("backend", "backend_fallback", "date.epoch", "interactive", "toolbar")
"""Settings that are of no matter to a file, and that hold once for a whole process."""

P = ParamSpec("P")
R = TypeVar("R")


def plain_text(idea: Callable[P, R]) -> Callable[P, R]:
    """Draw an idea so that every text it makes shows as it was written: a decorator."""

    @functools.wraps(idea)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(_PLAIN_TEXT):
            return idea(*args, **kwargs)

    return drawn


@contextmanager
def own_settings() -> Iterator[None]:
    """Draw and write as if the user had set nothing, in a file, a style or the environment: the bytes are the same."""
    ours: Any = {name: value for name, value in matplotlib.rcParamsDefault.items() if name not in _OF_THE_PROCESS}
    with rc_context(ours | _PLAIN_TEXT), warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes, which are seen.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield
