"""Scenarios that can be chosen on a server: those that come with the package, and files that its owner named."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sim.text import printable
from sim.theatre.files.errors import Fault, ScenarioError, shown
from sim.theatre.files.load import load
from sim.theatre.files.locate import chain, shipped_scenarios
from sim.theatre.language.scenario import Scenario

_HEAD = ("title", "question", "start", "days")


class Head(NamedTuple):
    """What a scenario says of itself before it is loaded."""

    name: str
    title: str
    question: str | None
    start: date
    days: int
    theatre: str

    @property
    def end(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=self.days - 1)


class Scenarios:
    """Scenarios by name: what a client says is looked up here, and never becomes a path.

    Raises
    ------
    ValueError
        A file of the owner's is none, or is called like another one.
    ScenarioError
        One of them is no scenario that can be run.
    """

    def __init__(self, own: Sequence[Path] = ()) -> None:
        shipped = shipped_scenarios()
        self._own: dict[str, Path] = {}
        self._loaded: dict[str, Scenario] = {}
        for file in own:
            path, name = file.absolute(), file.stem
            if not path.is_file():
                raise ValueError(f"there is no file {file}; name scenario files of your own")
            if name in shipped or name in self._own:
                known = "a shipped scenario" if name in shipped else "another one"
                raise ValueError(f"{file} is called like {known}; give it a name of its own")
            self._own[name] = path
            self._loaded[name] = _own(path)
        self._files = {**self._own, **shipped}

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def source(self, name: str) -> str:
        """By what `sim.load` finds a scenario, in any process: a shipped one's name, or the path of a file."""
        return str(self._own.get(name, name))

    def load(self, name: str) -> Scenario:
        """A scenario by name."""
        return self._loaded[name] if name in self._loaded else _shipped(self._files[name])

    @cached_property
    def heads(self) -> Mapping[str, Head]:
        """What each says in its head, or the nearest file that it extends: to load them all would take long."""
        return {name: _head(path, self._loaded.get(name)) for name, path in self._files.items()}

    def in_order(self, *first: str) -> list[Head]:
        """All of them: the owner's, then some that are put first, then the others by name."""
        place = {name: at for at, name in enumerate((*self._own, *first))}
        return sorted(self.heads.values(), key=lambda head: (place.get(head.name, len(place)), head.name))


def _own(path: Path) -> Scenario:
    """Load a file of the owner's; what is wrong in a file that it extends is told as a fault of the owner's too."""
    try:
        return load(path)
    except ScenarioError as error:
        own = shown(path)
        if any(fault.file == own for fault in error.faults):
            raise
        others = ", ".join(sorted({fault.file for fault in error.faults}))
        raise ScenarioError([*error.faults, Fault(own, 1, 1, f"this file extends what is wrong in {others}")]) from None


@cache
def _shipped(path: Path) -> Scenario:
    return load(path)


def _head(path: Path, loaded: Scenario | None) -> Head:
    files, _ = chain(path)
    name, theatre = path.stem, files[-1].path.stem
    if loaded is not None:
        question = printable(loaded.question) if loaded.question else None
        return Head(name, printable(loaded.title), question, loaded.start, loaded.days, theatre)
    said: dict[str, Any] = {}
    for key in _HEAD:
        said[key] = next((str(found.content) for file in files if (found := file.tree.get(key))), None)
    question = printable(said["question"]) if said["question"] else None
    return Head(name, printable(said["title"]), question, date.fromisoformat(said["start"]), int(said["days"]), theatre)
