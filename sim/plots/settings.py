"""Under which settings things are drawn: our files under Matplotlib's own, other figures under those of the user.

In neither is a text of a theatre a formula or a command of TeX. A style says how large a figure and its text are: for
a page of the web, for paper, or for the back row of a classroom.
"""

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import matplotlib
from matplotlib import rc_context

from sim.text import suggestion

PLAIN: dict[str, Any] = {"parse_math": False, "usetex": False}
"""For texts that an Axes has from the beginning, titles and names of axes: they were made under whatever held then."""

_PLAIN_TEXT: Any = {"text.parse_math": False, "text.usetex": False}
_OF_THE_PROCESS = ("backend", "backend_fallback", "date.epoch", "interactive", "toolbar")
"""Settings that are of no matter to a file, and that hold once for a whole process."""


@dataclass(frozen=True)
class Style:
    """How large a figure is, and the text in it."""

    name: str
    wide: float
    tall: float
    """Inches."""
    text: float
    """Of all text but titles, in points; nothing that is to be read is smaller."""
    title: float
    dpi: int
    far: bool = False
    """Whether it is looked at from afar: a figure then has one shape, says less, and leaves code names out."""

    @property
    def line(self) -> float:
        """Height of a line of text, in points."""
        return 1.25 * self.text

    def height(self, usual: float) -> float:
        """Inches of a figure that is usually so high on a page of the web."""
        return self.tall if self.far else self.tall / 4.5 * usual


STYLES = {
    style.name: style
    for style in (
        Style("web", wide=8.0, tall=4.5, text=8.0, title=11.0, dpi=150),
        Style("paper", wide=7.0, tall=4.4, text=8.5, title=10.0, dpi=300),
        Style("projector", wide=8.0, tall=4.5, text=13.0, title=16.0, dpi=240, far=True),
    )
}
"""By name. A projector's text is 4 % of the height of its figure, which a classroom's back row can read; that of paper
is for the width of a page."""
_STYLE: ContextVar[Style] = ContextVar("style", default=STYLES["web"])


@contextmanager
def style(name: str) -> Iterator[Style]:
    """Draw what follows for a page of the `web`, for `paper` or for a `projector`: a context.

    Parameters
    ----------
    name : {"web", "paper", "projector"}

    Raises
    ------
    ValueError
        There is no such style.
    """
    if name not in STYLES:
        raise ValueError(f"unknown style '{name}'{suggestion(name, STYLES)}; there are {', '.join(STYLES)}")
    before = _STYLE.set(STYLES[name])
    try:
        yield STYLES[name]
    finally:
        _STYLE.reset(before)


def current() -> Style:
    """The style in which figures are drawn now."""
    return _STYLE.get()


P = ParamSpec("P")
R = TypeVar("R")


def plain_text(idea: Callable[P, R]) -> Callable[P, R]:
    """Draw an idea so that every text it makes shows as it was written: a decorator."""

    @functools.wraps(idea)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(_PLAIN_TEXT):
            made = idea(*args, **kwargs)
            interactive = matplotlib.is_interactive()
        matplotlib.interactive(interactive)  # a notebook turns it on with its first figure, and shows none without it
        return made

    return drawn


@contextmanager
def own_settings() -> Iterator[None]:
    """Draw and write as if the user had set nothing, in a file, a style or the environment: the bytes are the same."""
    ours: Any = {name: value for name, value in matplotlib.rcParamsDefault.items() if name not in _OF_THE_PROCESS}
    with rc_context(ours | _PLAIN_TEXT), warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes, which are seen.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield
