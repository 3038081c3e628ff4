"""Which files a scenario is made of: by path or by the name of a shipped one, and how far a path may lead."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.text import did_you_mean

from .errors import Fault, Place, ScenarioError, fault, shown
from .yaml_tree import Node, read, sibling

MOST_FILES = 16

Named = str | os.PathLike[str]
FileKind = Literal["scenario", "theatre", "history", "sources", "sweep", "map"]
WHAT_IT_IS: dict[FileKind, str] = {
    "scenario": "a scenario",
    "theatre": "a theatre",
    "history": "a history",
    "sources": "a file of sources",
    "sweep": "a sweep",
    "map": "a map of a table",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class File:
    """A file that has been read."""

    path: Path
    tree: Node

    @property
    def kind(self) -> FileKind:
        """What its keys make it."""
        if self.tree.get("theatre"):
            return "theatre"
        if self.tree.get("extends"):
            return "scenario"
        if self.tree.get("sweep"):
            return "sweep"
        if self.tree.get("map"):
            return "map"
        if any(self.tree.get(section) for section in ("claims", "numbers", "references")):
            return "sources"
        return "history" if self.tree.get("events") else "scenario"


def shipped() -> Path:
    """The folder of the scenarios that come with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def shipped_files() -> Iterator[Path]:
    """Every shipped file; theatres first, so that a name finds a theatre before a scenario."""
    yield from sorted(shipped().glob("theatres/*.yaml"))
    yield from sorted(path for path in shipped().glob("*.yaml") if path.stem != "sources")
    yield from sorted(path for path in shipped().glob("*/*.yaml") if path.parent.name != "theatres")


NO_SCENARIOS = ("history", "sources")
"""Files that lie beside the shipped scenarios, and are none."""


def shipped_scenarios() -> dict[str, Path]:
    """The files of shipped scenarios by name, found without reading any of them."""
    return {path.stem: path for path in sorted(shipped().glob("*.yaml")) if path.stem not in NO_SCENARIOS}


def _shipped_as(name: str) -> Path | None:
    return next((path for path in shipped_files() if path.stem == name), None)


def _no_shipped(name: str) -> str:
    known = tuple(dict.fromkeys(path.stem for path in shipped_files()))
    close = did_you_mean(name, known).removeprefix("; ")
    return close or f"a file's name ends in .yaml; shipped are {', '.join(known) or 'none'}"


def root(path_or_name: Named) -> Path:
    """Return the file that the user names.

    Raises
    ------
    ScenarioError
        It is neither a file nor the name of a shipped one.
    """
    path = Path(path_or_name)
    name = str(path)
    if not _NAME.fullmatch(name) or path.is_file():
        return path  # reading it will say what may be wrong with it
    if found := _shipped_as(name):
        return found
    if path.is_dir():
        return path
    raise ScenarioError([fault(Place(name, 1, 1), f"there is no file '{name}'", sibling(path) or _no_shipped(name))])


def chain(path: Path) -> tuple[list[File], list[Fault]]:
    """Read a file and all that it extends, itself first; a theatre or a fault ends the chain."""
    files: list[File] = []
    faults: list[Fault] = []
    home = path.parent
    named_at: Place | None = None
    while True:
        try:
            tree, flaws = read(path, named_at)
        except ScenarioError as error:
            return files, faults + list(error.faults)
        files.append(File(path, tree))
        faults += flaws
        extends = tree.get("extends")
        if files[-1].kind != "scenario" or extends is None or not isinstance(extends.content, str):
            return files, faults
        try:
            path, named_at = referenced(extends, home), extends.at
            _refuse_a_circle([file.path for file in files], path, extends.at)
        except ScenarioError as error:
            return files, faults + list(error.faults)


def _refuse_a_circle(before: list[Path], path: Path, at: Place) -> None:
    told = " -> ".join(shown(each) for each in [*before, path])
    if path.resolve() in [each.resolve() for each in before]:
        raise ScenarioError([fault(at, f"'extends' goes in a circle: {told}")])
    if len(before) >= MOST_FILES:
        raise ScenarioError([fault(at, f"more than {MOST_FILES} files extend one another: {told}")])


def referenced(named: Node, home: Path) -> Path:
    """Return the file that another file names: a path from its own folder, or the name of a shipped file.

    A path may lead no further than below `home`, the folder of the first file, or below the shipped scenarios.

    Raises
    ------
    ScenarioError
        At the place of the name, with what is wrong with it.
    """
    text = named.content.strip()
    path = Path(os.path.normpath(Path(named.at.file).parent / text))
    try:
        if _NAME.fullmatch(text) and not path.is_file():
            return _named(text, named.at)
        real = path.resolve()
        allowed = any(real.is_relative_to(folder.resolve()) for folder in (home, shipped()))
    except (OSError, ValueError, RuntimeError):
        raise ScenarioError([fault(named.at, f"'{text}' cannot be a path")]) from None
    if not allowed:
        hint = f"a file may name files below {shown(home.absolute())} and shipped ones; move or copy it there"
        raise ScenarioError([fault(named.at, f"'{text}' leads outside the scenario's folder", hint)])
    return path


def _named(name: str, at: Place) -> Path:
    if found := _shipped_as(name):
        return found
    beside = Path(at.file).parent / f"{name}.yaml"
    hint = f"did you mean '{name}.yaml'?" if beside.is_file() else _no_shipped(name)
    raise ScenarioError([fault(at, f"no shipped theatre or scenario is called '{name}'", hint)])
