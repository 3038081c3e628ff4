"""The standard set: which files a run writes of each figure, said beside the figure itself."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes

from sim.results.ensemble import Ensemble
from sim.theatre.language.variables import LogVariable

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble


class Shown(NamedTuple):
    """What the set is drawn of."""

    ensemble: "AnyEnsemble"
    record: Ensemble | None
    """Recorded events, to be drawn over figures of many runs."""
    written: Ensemble | None
    """Beside runs that draw their numbers: runs with the numbers as written."""

    @property
    def price(self) -> str | None:
        """The first price of the theatre, if it has one."""
        variables = self.ensemble.scenario.theatre.variables
        return next((name for name, variable in variables.items() if isinstance(variable, LogVariable)), None)


class Plate(NamedTuple):
    """A figure as a file."""

    name: str
    """Of the file, and what `sim reproduce` knows it by."""
    draw: Callable[[Axes], Axes]
    height: float = 4.5
    """Inches."""
    overlaid: bool = False
    """Whether recorded events, where there are some, are drawn over it: the file then says which."""


Plates = Callable[[Shown], Iterator[Plate]]
STANDARD: list[Plates] = []
"""Everything of the set, figure by figure."""


def standard(plates: Plates) -> Plates:
    """Add the files of a figure to the set: a decorator of what yields them, or none where the figure does not apply.

    >>> from sim.plots import rungs
    >>> @standard
    ... def _files(shown):
    ...     if shown.ensemble.n_completed > 1:
    ...         yield Plate("ladder", lambda ax: rungs(shown.ensemble, ax))
    >>> STANDARD.pop() is _files
    True
    """
    STANDARD.append(plates)
    return plates
