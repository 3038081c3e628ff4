"""The standard set of figures of an ensemble, as files that say what they show."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.results.ensemble import Ensemble
from sim.results.provenance import Provenance
from sim.results.storage.atomic import make_folder, replacing

from .frame import laid_out
from .settings import current, own_settings
from .standard import STANDARD, Plate, Shown

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

FileLike = TypeVar("FileLike", Path, BytesIO)


def write_all(
    ensemble: "AnyEnsemble", folder: Path, record: Ensemble | None = None, written: Ensemble | None = None
) -> list[Path]:
    """Draw the standard set into a folder, as PNG files.

    Figures say themselves whether they belong to it: see `sim.plots.standard`. Nothing is drawn if no run was finished.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events, drawn over what is `overlaid` (`sim.recorded`).
    written : Ensemble, optional
        Beside runs that draw their numbers: runs with the numbers as written, for the figures of both errors.

    Returns
    -------
    list of Path : the files written
    """
    if not ensemble.n_completed:
        return []
    folder.parent.mkdir(parents=True, exist_ok=True)
    make_folder(folder)
    files = []
    texts = _texts(ensemble)
    for plate in _plates(Shown(ensemble, record, written)):
        over = record if plate.overlaid else None
        files.append(_save(_drawn(plate), folder / f"{plate.name}.png", texts, plate.name, over))
    return files


def canvas(width: float | None = None, height: float | None = None) -> Axes:
    """Return the Axes of a new figure that pyplot knows nothing of; sizes in inches, or those of the style of now."""
    figure = Figure(figsize=(width or current().wide, height or current().tall))
    FigureCanvasAgg(figure)
    return laid_out(figure)


def save(
    drawing: Axes | Figure,
    path: FileLike,
    ensemble: "AnyEnsemble",
    name: str | None = None,
    record: Ensemble | None = None,
) -> FileLike:
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
    return {"Title": ensemble.scenario.title, "Failed": str(ensemble.n_failed), **Provenance.of(ensemble).as_texts()}


def _save(
    drawing: Axes | Figure, path: FileLike, texts: Mapping[str, str], name: str | None, record: Ensemble | None
) -> FileLike:
    figure = drawing if isinstance(drawing, Figure) else drawing.figure.figure
    words = dict(texts)
    if name is not None:
        words["Figure"] = name
    if current().name != "web":
        words["Style"] = current().name
    if record is not None:
        words["Record"] = f"seed {record.seed}, {record.scenario.sha256}"
    words["Drawn-By"] = f"matplotlib {matplotlib.__version__}"
    target = nullcontext(path) if isinstance(path, BytesIO) else replacing(path, path.parent, lasting=False)
    with own_settings(), target as file:
        figure.savefig(file, dpi=current().dpi, format="png", metadata=words)
    return path


def standard(
    ensemble: "AnyEnsemble", record: Ensemble | None = None, written: Ensemble | None = None
) -> dict[str, Callable[[], Axes]]:
    """How each figure of the standard set is drawn, on an Axes of its own, by name; see `write_all`."""
    return {plate.name: partial(_drawn, plate) for plate in _plates(Shown(ensemble, record, written))}


def _plates(shown: Shown) -> list[Plate]:
    return [plate for plates_of in STANDARD for plate in plates_of(shown)]


def _drawn(plate: Plate) -> Axes:
    with own_settings():
        ax = canvas(height=current().height(plate.height))
        plate.draw(ax)
    return ax
