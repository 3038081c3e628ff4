"""`make gallery`: the pictures that the README and the page of the lessons show, and whether one of them is stale.

Each picture carries a stamp: the scenarios it shows and those that its code names, by their hashes; its runs and its
seed; the code that made it; and the version of the drawing, which is the hash of what `sim/plots` does.
"""

import ast
import hashlib
import inspect
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import sim
from sim.plots import figures
from sim.plots.settings import STYLES
from tests import notebooks

PICTURES = {
    1: "sim.plots.flips(proud, below",
    2: 'variable="economic_pain"',
    3: "sim.plots.flips(certain)",
    4: "sim.plots.choices(evening",
    5: "sim.plots.uncertainty(",
    6: "sim.plots.rungs(ensemble, below)",
    7: "sim.plots.fan(ensemble",
}
"""What the cell of a lesson has in it that draws its picture; of several, the first."""
ROOT = notebooks.FOLDER.parent
GALLERY = ROOT / "results" / "gallery"
SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml") if path.stem not in ("history", "sources"))
STAMP = "Gallery"
"""Under which name a picture carries its stamp."""
_SHOWN = re.compile(r"\b([a-z][a-z0-9_]*) ([0-9a-f]{8})\b")
_COUNTED = re.compile(r"(n = [\d,]+|seed \d+)")


def draw(lesson: Path) -> None:
    """Do a lesson as far as its picture, and keep that."""
    from matplotlib import pyplot

    number = int(lesson.stem[0])
    names: dict[str, Any] = {}
    cells = cells_of(number)
    for cell in cells:
        notebooks.do(cell, names)
    keep(pyplot.gcf(), GALLERY / f"lesson_{number}.png", "\n".join(cells))
    pyplot.close("all")


def cells_of(number: int) -> list[str]:
    """The cells of a lesson, up to the one that draws its picture."""
    lesson = next(path for path in notebooks.LESSONS if path.stem.startswith(f"{number}_"))
    cells = notebooks.code(lesson)
    for at, cell in enumerate(cells):
        if PICTURES[number] in cell:
            return cells[: at + 1]
    raise SystemExit(f"{lesson.name} has no cell with {PICTURES[number]!r}")


def draw_baseline(runs: int = 1000, seed: int = 7) -> None:
    """The fan and the rungs of the baseline, as `sim run` draws them."""
    ensemble = sim.run("baseline", runs=runs, seed=seed)
    drawings = figures.standard(ensemble)
    for name in ("fan_tension", "rungs"):
        keep(drawings[name]().figure, GALLERY / f"{name}.png", code_of(f"{name}.png"))


def draw_sweeps(outcome: str = "leadership_killed") -> None:
    """Screen all numbers of the baseline that are uncertain, and tell apart the ten that matter most, if one can."""
    screen = sim.sweep("baseline", only="uncertainties", method="lhs", samples=4096, replicates=16, seed=7)
    ten = screen.indices(outcome)["parameter"].head(10).tolist()
    closer = sim.sweep("baseline", ten, method="sobol", samples=3072, replicates=16, seed=7)
    for name, swept in {"screen": screen, "sobol": closer}.items():
        keep(sim.plots.influence(swept, outcome).figure, GALLERY / f"{name}.png", code_of(f"{name}.png"))


def code_of(name: str) -> str:
    """The code that makes a picture."""
    if match := re.fullmatch(r"lesson_(\d)\.png", name):
        return "\n".join(cells_of(int(match[1])))
    return inspect.getsource(draw_sweeps if name in ("screen.png", "sobol.png") else draw_baseline)


def keep(figure: Any, path: Path, code: str) -> None:
    """Write a picture, sharp enough for a page of the web, with its stamp."""
    assert isinstance(figure, Figure)
    told = PngInfo()
    told.add_text(STAMP, json.dumps(stamp(figure, code), sort_keys=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.png"
        figure.savefig(drawn, dpi=STYLES["web"].dpi, bbox_inches="tight")
        with Image.open(drawn) as image:
            # Flat colours: a palette keeps a picture of the README small, and nobody sees it.
            image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, pnginfo=told, optimize=True)


def stamp(figure: Figure, code: str) -> dict[str, Any]:
    """What a picture is made of."""
    said = " ".join(text.get_text().replace("\n", " ") for text in figure.findobj(Text))
    shown = dict(_SHOWN.findall(said))
    named = {name: sim.load(name).short_hash for name in SHIPPED if re.search(rf"\b{name}\b", code)}
    counted = sorted(set(_COUNTED.findall(said)))
    return {"shows": named | shown, "counted": counted, "code": digest(code), "drawing": drawing_version()}


def digest(text: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def drawing_version() -> str:
    """A hash of what the modules of `sim.plots` do; words about it, and how it is laid out, are left out."""
    return digest(
        "".join(_done(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "sim/plots").glob("*.py")))
    )


def _done(source: str) -> str:
    """A module's code without white space, docstrings and comments; alike under all versions of Python."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for at in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[at] = ""
    return "".join("".join(line.split()) for line in lines if not line.lstrip().startswith("#"))


def staleness(path: Path) -> Iterator[str]:
    """Why a picture is not what would be drawn today; nothing is drawn to tell."""
    with Image.open(path) as image:
        told = image.info.get(STAMP)
    if told is None:
        yield "it carries no stamp"
        return
    found = json.loads(told)
    for name, known in found["shows"].items():
        if name in SHIPPED and (today := sim.load(name).short_hash) != known:
            yield f"{name} was {known} and is {today}"
    if found["code"] != digest(code_of(path.name)):
        yield "the code that draws it has changed"
    if found["drawing"] != drawing_version():
        yield "the figures are drawn in another way"


def shown_pictures() -> set[str]:
    """Names of the pictures of the gallery that the README and the page of the lessons show."""
    pages = (ROOT / "README.md", notebooks.FOLDER / "README.md")
    return {
        name for page in pages for name in re.findall(r"results/gallery/([\w.]+)", page.read_text(encoding="utf-8"))
    }


if __name__ == "__main__":
    matplotlib.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for each in notebooks.LESSONS:
            draw(each)
    draw_baseline()
    draw_sweeps()
