"""The standard set of figures of an ensemble, as files that say what they show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim import __version__
from sim.analysis.paths import medoids
from sim.results.ensemble import Ensemble
from sim.theatre.variables import LogVariable

from .frame import HEIGHT, WIDTH, laid_out
from .history import strip
from .paths import fan
from .shares import first_passage, outcomes, rungs

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble

DPI = 150


def write_all(ensemble: "AnyEnsemble", folder: Path, record: Ensemble | None = None) -> list[Path]:
    """Draw the standard set into a folder, as PNG files.

    The set: the fan of tension and of the first price, the rungs, first passage, the outcomes, and the run that stands
    for the most others. Nothing is drawn if no run was finished.

    Parameters
    ----------
    record : Ensemble, optional
        Recorded events, drawn over all but the single run (`sim.recorded`).

    Returns
    -------
    list of Path : the files written
    """
    if not ensemble.n_sound:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw, height in _standard(ensemble, record):
        ax = canvas(height=height)
        draw(ax)
        written.append(save(ax, folder / f"{name}.png", ensemble))
    return written


def canvas(width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Return the Axes of a new figure that pyplot knows nothing of; sizes in inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return laid_out(figure)


def save(drawing: Axes | Figure, path: Path, ensemble: "AnyEnsemble") -> Path:
    """Write a drawing as PNG, and into the file what it was drawn from."""
    figure = drawing if isinstance(drawing, Figure) else drawing.figure.figure
    scenario = ensemble.scenario
    made_by = (ensemble.info.get("versions") or {}).get("escalation-sim") or __version__
    words = {
        "Title": scenario.title,
        "Scenario": scenario.name,
        "Scenario-SHA256": scenario.sha256,
        "Seed": str(ensemble.seed),
        "Runs": str(len(ensemble)),
        "Failed": str(ensemble.n_failed),
        "Software": f"escalation-sim {made_by}",
    }
    figure.savefig(path, dpi=DPI, format="png", metadata=words)
    return path


def _standard(ensemble: "AnyEnsemble", record: Ensemble | None) -> Iterator[tuple[str, Callable[[Axes], Axes], float]]:
    """Name, drawing and height in inches of each figure."""
    variables = ensemble.scenario.theatre.variables
    price = next((name for name, variable in variables.items() if isinstance(variable, LogVariable)), None)
    yield "fan_tension", lambda ax: fan(ensemble, ax, record=record), 4.5
    if price is not None:
        yield f"fan_{price}", lambda ax: fan(ensemble, ax, price, paths=3, record=record), 4.5
    yield "rungs", lambda ax: rungs(ensemble, ax, record=record), 4.5
    yield "first_passage", lambda ax: first_passage(ensemble, ax, record=record), 4.5
    yield "outcomes", lambda ax: outcomes(ensemble, ax, record=record), 4.5
    kept = ensemble.kept
    if kept.n_sound:
        first = medoids(kept.paths("tension"), 4).position[0]
        yield "strip", lambda ax: strip(kept, ax, int(kept.sound.index[first])), 5.2
