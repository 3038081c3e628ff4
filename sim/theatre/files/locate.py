"""Which files a scenario is made of: by path or by the name of a shipped one, and how far a path may lead."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    extends: tuple[Path, ...] = ()
    """The files that it builds on, the first of which it is laid over."""

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


def is_shipped(theatre: str) -> bool:
    """Whether a theatre of this name comes with the package."""
    return any(path.stem == theatre for path in shipped().glob("theatres/*.yaml"))


def _shipped_as(name: str) -> Path | None:
    return next((path for path in shipped_files() if path.stem == name), None)


def _no_shipped(name: str) -> str:
    known = tuple(dict.fromkeys(path.stem for path in shipped_files()))
    close = did_you_mean(name, known).removeprefix("; ")
    return close or f"a file's name ends in .yaml; shipped are {', '.join(known) or 'none'}"


def root(path_or_name: Named) -> Path:
    """Return the file that the user names: by its path, by its name in this folder, or by that of a shipped one.

    Raises
    ------
    ScenarioError
        There is none.
    """
    path = Path(path_or_name)
    name = str(path)
    if not _NAME.fullmatch(name) or path.is_file():
        return path  # reading it will say what may be wrong with it
    if (beside := path.with_suffix(".yaml")).is_file():
        return beside
    if found := _shipped_as(name):
        return found
    if path.is_dir():
        return path
    raise ScenarioError([fault(Place(name, 1, 1), f"there is no file '{name}'", sibling(path) or _no_shipped(name))])


def is_hidden(path: Path, name: Named) -> bool:
    """Whether a file in this folder was taken for a bare name that a shipped one has too."""
    namesake = _shipped_as(str(name)) if str(name) == path.stem else None
    return namesake is not None and not namesake.samefile(path)


def chain(path: Path) -> tuple[list[File], list[Fault]]:
    """Read a file and all that it extends.

    Returns
    -------
    The files, each before all that it builds on and itself first, theatres last; and the faults found on the way.
    """
    reading = _Reading(path.parent)
    reading.visit(path, None, ())
    files = list(reversed(reading.files))
    return sorted(files, key=lambda file: file.kind == "theatre" and file is not files[0]), reading.faults


class _Reading:
    """Files read so far, each after what it extends and once only."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.files: list[File] = []
        self.faults: list[Fault] = []
        self._count = 0

    def visit(self, path: Path, named_at: Place | None, before: tuple[Path, ...]) -> None:
        """Read a file and what it extends, unless it has been read."""
        if self.files and path.resolve() in [file.path.resolve() for file in self.files]:
            return
        try:
            tree, flaws = read(path, named_at)
        except ScenarioError as error:
            self.faults += error.faults
            return
        self.faults += flaws
        self._count += 1
        file = File(path, tree)
        named = _named_in(tree) if file.kind in ("scenario", "theatre") else ()
        found = [(each.at, base) for each in named if (base := self._base(each, (*before, path)))]
        for at, base in found:
            self.visit(base, at, (*before, path))
        self.files.append(replace(file, extends=tuple(base for _, base in found)))

    def _base(self, named: Node, before: tuple[Path, ...]) -> Path | None:
        """The file that is named, if it may be read."""
        try:
            path = referenced(named, self.home)
            _refuse_a_circle(before, path, named.at)
        except ScenarioError as error:
            self.faults += error.faults
            return None
        if self._count >= MOST_FILES:
            told = " -> ".join(shown(each) for each in (*before, path))
            self.faults.append(fault(named.at, f"more than {MOST_FILES} files extend one another: {told}"))
            return None
        return path


def _named_in(tree: Node) -> Iterator[Node]:
    """What a file names in `extends`: one file, or a list of them."""
    extends = tree.get("extends")
    if extends is not None:
        named = extends.content if isinstance(extends.content, list) else [extends]
        yield from (each for each in named if isinstance(each.content, str))


def _refuse_a_circle(before: tuple[Path, ...], path: Path, at: Place) -> None:
    if path.resolve() in [each.resolve() for each in before]:
        told = " -> ".join(shown(each) for each in [*before, path])
        raise ScenarioError([fault(at, f"'extends' goes in a circle: {told}")])


def referenced(named: Node, home: Path) -> Path:
    """Return the file that another file names: a path from its own folder, or a bare name.

    A bare name, such as `baseline`, is that of a file beside it, `baseline.yaml`, or else of a shipped one.

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
    """The file of this name beside the one that names it, but for that itself; else the shipped one."""
    beside = Path(at.file).parent / f"{name}.yaml"
    if beside.is_file() and not beside.samefile(at.file):
        return beside
    if found := _shipped_as(name):
        return found
    message = f"nothing here and nothing shipped is called '{name}'"
    raise ScenarioError([fault(at, message, _close_to(name, beside.parent) or sibling(beside) or _no_shipped(name))])


def _close_to(name: str, folder: Path) -> str | None:
    """Suggest the file of nearly this bare name, here or shipped."""
    known = dict.fromkeys((*(path.stem for path in sorted(folder.glob("*.yaml"))), *(p.stem for p in shipped_files())))
    return did_you_mean(name, tuple(known)).removeprefix("; ") or None
