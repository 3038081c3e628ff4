"""The lessons as files: where they lie in the package, and how they are copied out of it."""

import os
from collections.abc import Iterator
from pathlib import Path

from sim.results.storage.atomic import replacing

KINDS = {".ipynb", ".md", ".html", ".css", ".svg", ".png", ".pdf"}
"""What lessons, solutions and class pack are made of; what readers write beside them is left."""
PAGE = "README.md"
"""The instructor's page, which names all others."""


class TakenError(Exception):
    """Files lie already where lessons are to be copied; the message says which."""


def shipped() -> Path:
    """The folder of the notebooks that come with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def shipped_files() -> Iterator[Path]:
    """Every file of lessons, solutions and class pack, by its place in the folder."""
    folder = shipped()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        hidden = any(part.startswith((".", "__")) for part in place.parts)
        if path.is_file() and path.suffix in KINDS and not hidden:
            yield place


def copy(folder: str | os.PathLike[str], overwrite: bool = False) -> list[Path]:
    """Copy lessons, solutions and class pack into a folder.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    overwrite : bool
        Replace files of the same names; of a link, the link and not what it leads to.

    Returns
    -------
    list of the files written

    Raises
    ------
    TakenError
        Some are there already, or a folder lies where one of them belongs.
    """
    into = Path(folder)
    places = list(shipped_files())
    taken = [str(into / place) for place in places if os.path.lexists(into / place)]
    if taken and not overwrite:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        raise TakenError(f"there are files already: {', '.join(taken[:3])}{more}; --overwrite replaces them")
    folders = [each for each in taken if os.path.isdir(each) and not os.path.islink(each)]
    if folders:
        raise TakenError(f"there is a folder in the place of a file: {folders[0]}; give another DIR")
    for place in places:
        content = (shipped() / place).read_bytes()
        target = into / place
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target, by_way_of=target.parent, lasting=False) as file:
            file.write(_without_pictures(content) if place.name == PAGE else content)
    return [into / place for place in places]


def _without_pictures(page: bytes) -> bytes:
    """The instructor's page without the figures that only a checkout has."""
    lines = page.decode("utf-8").split("\n")
    return "\n".join(line for line in lines if not line.startswith("![")).encode("utf-8")
