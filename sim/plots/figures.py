"""The standard set of figures of an ensemble, as files that say what they show."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.results.carried import Carried
from sim.results.ensemble import Ensemble
from sim.theatre.variables import LogVariable

from .doubt import doubt, errors
from .frame import HEIGHT, WIDTH, laid_out
from .history import strip
from .paths import fan
from .shares import first_passage, outcomes, rungs

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

DPI = 150
SINGLE = "strip"
"""The figure of a single run, over which no record is drawn."""

Written = TypeVar("Written", Path, BytesIO)


def write_all(
    ensemble: "AnyEnsemble", folder: Path, record: Ensemble | None = None, written: Ensemble | None = None
) -> list[Path]:
    """Draw the standard set into a folder, as PNG files.

    The set: the fan of tension and of the first price, the rungs, first passage, the outcomes, and the run that stands
    for the most others. Nothing is drawn if no run was finished.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events, drawn over all but the single run (`sim.recorded`).
    written : Ensemble, optional
        Beside runs that draw their numbers: runs with the numbers as written, for the figures of both errors.

    Returns
    -------
    list of Path : the files written
    """
    if not ensemble.n_sound:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    texts = _texts(ensemble)
    for name, draw in standard(ensemble, record, written).items():
        over = record if name != SINGLE else None
        files.append(_save(draw(), folder / f"{name}.png", texts, name, over))
    return files


def canvas(width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Return the Axes of a new figure that pyplot knows nothing of; sizes in inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return laid_out(figure)


def save(
    drawing: Axes | Figure,
    path: Written,
    ensemble: "AnyEnsemble",
    name: str | None = None,
    record: Ensemble | None = None,
) -> Written:
    """Write a drawing as PNG, and into the file what it was drawn from, so that `sim reproduce` can draw it again.

    Parameters
    ----------
    name : str, optional
        What it is called in the standard set, if it is of that.
    record : Ensemble, optional
        Recorded events that were drawn over it.
    """
    return _save(drawing, path, _texts(ensemble), name, record)


def _texts(ensemble: "AnyEnsemble") -> dict[str, str]:
    """What every figure of an ensemble carries: to pack a whole scenario takes long."""
    return {"Title": ensemble.scenario.title, "Failed": str(ensemble.n_failed), **Carried.of(ensemble).as_texts()}


def _save(
    drawing: Axes | Figure, path: Written, texts: Mapping[str, str], name: str | None, record: Ensemble | None
) -> Written:
    figure = drawing if isinstance(drawing, Figure) else drawing.figure.figure
    words = dict(texts)
    if name is not None:
        words["Figure"] = name
    if record is not None:
        words["Record"] = f"seed {record.seed}, {record.scenario.sha256}"
    figure.savefig(path, dpi=DPI, format="png", metadata=words | {"Drawn-By": f"matplotlib {matplotlib.__version__}"})
    return path


def standard(
    ensemble: "AnyEnsemble", record: Ensemble | None = None, written: Ensemble | None = None
) -> dict[str, Callable[[], Axes]]:
    """How each figure of the standard set is drawn, on an Axes of its own, by name; see `write_all`."""

    def drawn(draw: Callable[[Axes], Axes], height: float) -> Axes:
        ax = canvas(height=height)
        draw(ax)
        return ax

    every = chain(_standard(ensemble, record), _doubtful(ensemble, written))
    return {name: partial(drawn, draw, height) for name, draw, height in every}


def _standard(ensemble: "AnyEnsemble", record: Ensemble | None) -> Iterator[tuple[str, Callable[[Axes], Axes], float]]:
    """Name, drawing and height in inches of each figure."""
    price = _price(ensemble)
    yield "fan_tension", lambda ax: fan(ensemble, ax, record=record), 4.5
    if price is not None:
        yield f"fan_{price}", lambda ax: fan(ensemble, ax, price, paths=3, record=record), 4.5
    yield "rungs", lambda ax: rungs(ensemble, ax, record=record), 4.5
    yield "first_passage", lambda ax: first_passage(ensemble, ax, record=record), 4.5
    yield "outcomes", lambda ax: outcomes(ensemble, ax, record=record), 4.5
    kept = ensemble.kept
    if kept.n_sound:
        first = kept.typical("tension", 4).position[0]
        yield SINGLE, lambda ax: strip(kept, ax, int(kept.sound.index[first])), 5.2


def _doubtful(ensemble: "AnyEnsemble", written: Ensemble | None) -> Iterator[tuple[str, Callable[[Axes], Axes], float]]:
    """The figures of runs that draw their numbers."""
    if written is None:
        return
    yield "doubt_tension", lambda ax: doubt(ensemble, written, ax), 4.5
    if (price := _price(ensemble)) is not None:
        yield f"doubt_{price}", lambda ax: doubt(ensemble, written, ax, price), 4.5
    yield "errors", lambda ax: errors(ensemble, written, ax), 4.8


def _price(ensemble: "AnyEnsemble") -> str | None:
    variables = ensemble.scenario.theatre.variables
    return next((name for name, variable in variables.items() if isinstance(variable, LogVariable)), None)
