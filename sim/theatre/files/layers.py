"""Files laid over one another: the sections that theatres and scenarios add, and what two of them say differently."""

from collections.abc import Iterator
from pathlib import Path

from .errors import Fault, fault
from .locate import File
from .templates import SECTIONS, written_out
from .yaml_tree import Key, Node, plain

_OF_FILES = ("extends", "overrides", "initial")
"""Keys of a theatre's file that are no part of the theatre."""
_OF_SCENARIOS = ("title", "question", "start", "days", "runs", "seed", "history")
_ENTRIES = ("script", "changes", "forbid")


class Rivals:
    """What files set that know nothing of each other: of two that say it differently, neither has the last word."""

    def __init__(self, files: list[File]) -> None:
        read = {file.path.resolve() for file in files}
        self._below: dict[Path, set[Path]] = {}
        after: list[Path] = []
        for file in reversed(files):  # each after what it builds on
            bases = [base.resolve() for base in file.extends if base.resolve() in read] or after[-1:]
            after.append(file.path.resolve())
            self._below[file.path.resolve()] = set(bases).union(*(self._below.get(base, set()) for base in bases))
        self._said: dict[str, tuple[File, Node]] = {}
        self._apart: dict[str, tuple[tuple[File, Node], tuple[File, Node]]] = {}

    def scenario_says(self, file: File) -> None:
        """Take up what a scenario's file says by itself and in the sections that scenarios share."""
        for key in _OF_SCENARIOS:
            if (value := file.tree.get(key)) is not None:
                self.says(file, key, value)
        for section in _ENTRIES:
            for name, value in (node.entries() if (node := file.tree.get(section)) else {}).items():
                self.says(file, f"{section}.{name}", value)

    def says(self, file: File, what: str, value: Node) -> None:
        """Take up what one file sets; files come in the order in which they are laid over one another."""
        before = self._said.get(what)
        builds_on = self._below.get(file.path.resolve(), set())
        if before is not None and before[0] is not file and before[0].path.resolve() not in builds_on:
            if plain(before[1]) != plain(value):
                self._apart.setdefault(what, (before, (file, value)))
        elif what in self._apart and all(one.path.resolve() in builds_on for one, _ in self._apart[what]):
            del self._apart[what]
        self._said[what] = file, value

    def faults(self) -> Iterator[Fault]:
        """What is left undecided, at the place of the later of the two."""
        for what, ((one, its), (_, other)) in self._apart.items():
            text = f"'{what}' is set here, and differently in {one.path.name} on line {its.key.line}"
            yield fault(other.key, text, "say in the file that extends both which of them counts")


def laid_together(files: list[File], rivals: Rivals, faults: list[Fault]) -> Node | None:
    """The theatre that files make: one that the others extend, and what those and scenarios add to it."""
    theatre: Node | None = None
    for file in reversed(files):
        if file.kind == "theatre":
            theatre = file.tree if theatre is None else _added(theatre, file, _whole(file), rivals, faults)
            for key in _own_keys(file):
                rivals.says(file, str(key), file.tree.content[key])
        elif file.kind == "scenario" and theatre is not None:
            theatre = _added(theatre, file, {}, rivals, faults)
    if theatre is None:
        return None
    kept = {key: node for key, node in theatre.entries().items() if key not in _OF_FILES}
    return written_out(theatre if len(kept) == len(theatre.entries()) else Node(kept, theatre.at, theatre.key), faults)


def _own_keys(file: File) -> list[Key]:
    """What a theatre's file says that is no section and that one theatre has once."""
    several = (*_OF_FILES, *SECTIONS, "lint", "notes", "about", "theatre", "schema_version")
    return [key for key in file.tree.entries() if key not in several]


def _whole(file: File) -> dict[Key, Node]:
    """What a theatre's file puts in the place of what the extended one says: its ladder, its war, its name."""
    return {key: node for key, node in file.tree.entries().items() if key not in (*SECTIONS, *_OF_FILES)}


def _added(theatre: Node, file: File, whole: dict[Key, Node], rivals: Rivals, faults: list[Fault]) -> Node:
    """A theatre with the entries that a file adds to its sections."""
    content = {**theatre.entries(), **whole}
    for section in SECTIONS:
        added = file.tree.get(section)
        if added is None:
            continue
        before = content.get(section)
        entries = dict(before.entries()) if before is not None else {}
        for key, node in added.entries().items():
            _add(entries, section, key, node, file, rivals, faults)
        content[section] = Node(entries if isinstance(added.content, dict) else added.content, added.at, added.key)
    return Node(content, theatre.at, theatre.key)


def _add(
    entries: dict[Key, Node], section: str, key: Key, node: Node, file: File, rivals: Rivals, faults: list[Fault]
) -> None:
    there = entries.get(key)
    if node.content is None:
        if there is None:
            faults.append(fault(node.key, f"there is no inherited '{key}' in {section} to leave out"))
        entries.pop(key, None)
    elif there is None or plain(there) == plain(node):
        entries[key] = node
    else:
        hint = f"change it under 'overrides', or call the new one otherwise and write 'like: {key}'"
        text = f"what this file extends has a '{key}' in {section} already, on line {there.key.line}"
        faults.append(fault(node.key, f"{text} of {Path(there.key.file).name}", hint))
