"""`make gallery`: pictures for the page of the lessons, one drawn by each lesson itself, and two of sweeps."""

import os
import tempfile
from pathlib import Path
from typing import Any

import matplotlib

import sim
from tests import notebooks

PICTURES = {
    1: "sim.plots.flips(proud, below)",
    2: 'variable="economic_pain"',
    3: "sim.plots.flips(certain)",
    4: "sim.plots.choices(evening",
    5: "sim.plots.uncertainty(",
    6: "sim.plots.rungs(ensemble, below)",
    7: "sim.plots.fan(ensemble",
}
"""What the cell of a lesson has in it that draws its picture; of several, the first."""
GALLERY = notebooks.FOLDER.parent / "results" / "gallery"


def draw(lesson: Path) -> None:
    """Do a lesson as far as its picture, and keep that."""
    from matplotlib import pyplot

    number = int(lesson.stem[0])
    names: dict[str, Any] = {}
    for cell in notebooks.code(lesson):
        notebooks.do(cell, names)
        if PICTURES[number] in cell:
            pyplot.gcf().savefig(GALLERY / f"lesson_{number}.png", dpi=80, bbox_inches="tight")
            break
    else:
        raise SystemExit(f"{lesson.name} has no cell with {PICTURES[number]!r}")
    pyplot.close("all")


def draw_sweeps(outcome: str = "leadership_killed") -> None:
    """Screen all numbers of the baseline that are uncertain, and tell apart the ten that matter most, if one can."""
    screen = sim.sweep("baseline", only="uncertainties", method="lhs", samples=4096, replicates=16, seed=7)
    ten = screen.indices(outcome)["parameter"].head(10).tolist()
    closer = sim.sweep("baseline", ten, method="sobol", samples=3072, replicates=16, seed=7)
    for name, swept in {"screen": screen, "sobol": closer}.items():
        figure = sim.plots.influence(swept, outcome).figure
        figure.savefig(GALLERY / f"{name}.png", dpi=80, bbox_inches="tight")


if __name__ == "__main__":
    matplotlib.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for each in notebooks.LESSONS:
            draw(each)
    draw_sweeps()
