"""YAML files as trees in which every value remembers where it is written.

One file holds one map. The language needs little of YAML: maps, lists, text, numbers, true and false, and aliases.
Tags, merge keys and repeated keys are refused, and so is whatever would grow out of proportion.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from sim.text import did_you_mean

from .errors import Fault, Place, ScenarioError, fault, shown
from .yaml_events import ByLibyaml, ByRuamel, LeftToRuamelError

MOST_BYTES = 4 * 1024 * 1024
MOST_VALUES = 100_000
MOST_LEVELS = 64

Key = str | int


@dataclass(slots=True, eq=False)
class Node:
    """A value as written. Nodes are shared and never changed; `with_entry` makes a changed copy."""

    content: Any
    """Text, number, true, false or None; or a dict or a list of nodes."""
    at: Place
    """Where the value begins."""
    key: Place
    """Where its key begins; without a key, where the value does."""

    def get(self, key: Key) -> "Node | None":
        """The entry of a map under `key`, if this is a map and has it."""
        return self.content.get(key) if isinstance(self.content, dict) else None

    def entries(self) -> Mapping[Key, "Node"]:
        """The entries of a map; none if it is something else."""
        return self.content if isinstance(self.content, dict) else {}

    def with_entry(self, key: Key, value: "Node") -> "Node":
        """Return a copy of a map or list in which `value` stands at `key`."""
        content = self.content.copy()
        content[key] = value
        return Node(content, self.at, self.key)


def plain(node: Node) -> Any:
    """Return the value without its places."""
    content = node.content
    if isinstance(content, dict):
        return {key: plain(child) for key, child in content.items()}
    if isinstance(content, list):
        return [plain(child) for child in content]
    return content


class Flaw(NamedTuple):
    """A fault before its file has been named for a reader."""

    place: Place
    message: str
    hint: str | None = None


class _Unreadable(Exception):  # noqa: N818 - it never leaves this file
    """A flaw after which nothing more can be read."""

    def __init__(self, place: Place, message: str, hint: str | None = None) -> None:
        self.flaw = Flaw(place, message, hint)
        super().__init__(self.flaw)


def read(path: Path, named_at: Place | None = None) -> tuple[Node, list[Fault]]:
    """Read one file.

    `named_at` is where another file names it; a file that cannot be opened is a fault there.

    Returns
    -------
    The tree, and the faults that did not keep it from being read to the end.

    Raises
    ------
    ScenarioError
        The file cannot be read to its end.
    """
    try:
        tree, flaws = compose(str(path), _text(path, named_at or Place(str(path), 1, 1)))
    except _Unreadable as stop:
        raise ScenarioError([fault(*stop.flaw)]) from None
    return tree, [fault(*flaw) for flaw in flaws]


def read_text(path: Path, named_at: Place) -> str:
    """Read the text of a file of another kind that a file names.

    Raises
    ------
    ScenarioError
        It cannot be read, or is no text.
    """
    try:
        return _text(path, named_at)
    except _Unreadable as stop:
        raise ScenarioError([fault(*stop.flaw)]) from None


def _text(path: Path, named_at: Place) -> str:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _Unreadable(named_at, f"'{path.name or path}' is a folder", "name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise _Unreadable(named_at, f"'{path.name}' is not a file")
        if status.st_size > MOST_BYTES:
            raise _Unreadable(named_at, f"'{path.name}' is larger than {MOST_BYTES // 1024**2} MiB", "split it")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES)
    except FileNotFoundError:
        raise _Unreadable(named_at, f"there is no file '{shown(path)}'", sibling(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else "its name is not a valid path"
        raise _Unreadable(named_at, f"cannot read this ({reason}): '{shown(path)}'") from None
    return _decoded(str(path), data)


def sibling(path: Path) -> str | None:
    """Suggest the file beside a missing one that has nearly its name."""
    like = (".csv",) if path.suffix == ".csv" else (".yaml", ".yml")
    try:
        beside = tuple(sorted(entry.name for entry in path.parent.iterdir() if entry.suffix in like))
    except OSError:
        return None
    return did_you_mean(path.name, beside).removeprefix("; ") or None


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _decoded(file: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_after(file, data[: error.start].decode("utf-8", "replace"))
        raise _Unreadable(place, f"not UTF-8 text: byte 0x{data[error.start]:02x}", "save it as UTF-8") from None
    if found := _UNPRINTABLE.search(text):
        place = _place_after(file, text[: found.start()])
        raise _Unreadable(place, f"not a text file: it holds the character U+{ord(found[0]):04X}")
    return text


def _place_after(file: str, text: str) -> Place:
    lines = re.split("\r\n|\r|\n", text)
    return Place(file, len(lines), len(lines[-1]) + 1)


@lru_cache(maxsize=8)  # notebooks load many scenarios of one theatre
def compose(file: str, text: str) -> tuple[Node, tuple[Flaw, ...]]:
    """Return the tree of a text that stands in `file`, and what was wrong on the way."""
    with suppress(LeftToRuamelError, _Unreadable):
        composer = _Composer(file, ByLibyaml(text))
        tree = composer.document()
        if not composer.flaws:  # what is wrong is said by ruamel's events alone
            return tree, ()
    return _composed_by_ruamel(file, text)


def _composed_by_ruamel(file: str, text: str) -> tuple[Node, tuple[Flaw, ...]]:

    events = ByRuamel(text)
    composer = _Composer(file, events)
    try:
        return composer.document(), tuple(composer.flaws)
    except MarkedYAMLError as error:
        raise _said_plainly(file, error) from None
    except (_Unreadable, MemoryError):
        raise
    except Exception as error:  # the parser meets odd text in odd ways, such as an escape beyond the last character
        place = Place(file, events.reader.line + 1, events.reader.column + 1)
        raise _Unreadable(place, f"this is not YAML: {error}") from None


class _Composer:
    """Makes a tree of events."""

    def __init__(self, file: str, events: ByLibyaml | ByRuamel) -> None:
        self.file = file
        self.flaws: list[Flaw] = []
        self._next, self._kinds = events.read, events.kinds
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}
        self._values = 0
        self._deepest = 0

    def document(self) -> Node:
        """The one map of the file."""
        self._next()  # the stream begins
        if isinstance(self._next(), self._kinds.StreamEndEvent):
            raise _Unreadable(Place(self.file, 1, 1), "the file is empty")
        tree = self._node(self._next(), 1)
        self._next()  # the document ends
        if not isinstance(after := self._next(), self._kinds.StreamEndEvent):
            raise _Unreadable(self._place(after), "a second document begins here", "write one document to a file")
        if tree.content is None:
            raise _Unreadable(tree.at, "the file is empty")
        if not isinstance(tree.content, dict):
            raise _Unreadable(tree.at, "the file does not hold a map", "its lines are written 'key: value'")
        return tree

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, level: int, key: Place | None = None) -> Node:
        at = self._place(event)
        if isinstance(event, self._kinds.AliasEvent):
            return self._aliased(event.anchor, level, at, key)
        self._grow(1, level, at)
        if event.tag is not None:
            self.flaws.append(Flaw(at, f"a tag ('{event.tag}') means nothing here", "remove it; quote what is text"))
        if event.anchor is None:
            return Node(self._content(event, level), at, key or at)
        return self._anchored(event, level, at, key)

    def _content(self, event: Any, level: int) -> Any:
        if isinstance(event, self._kinds.ScalarEvent):
            return scalar(event.value) if event.implicit[0] else event.value
        if isinstance(event, self._kinds.SequenceStartEvent):
            items = []
            while not isinstance(item := self._next(), self._kinds.SequenceEndEvent):
                items.append(self._node(item, level + 1))
            return items
        return self._map(level)

    def _map(self, level: int) -> dict[Key, Node]:
        content: dict[Key, Node] = {}
        seen: dict[str, int] = {}
        while not isinstance(event := self._next(), self._kinds.MappingEndEvent):
            place = self._place(event)
            if not isinstance(event, self._kinds.ScalarEvent):
                raise _Unreadable(place, "a key must be plain text", "quote text that begins with '{', '[', '*' or '&'")
            key = scalar(event.value) if event.implicit[0] else event.value
            key = key if isinstance(key, int) and not isinstance(key, bool) else event.value
            value = self._node(self._next(), level + 1, place)
            if key == "<<" and event.implicit[0]:
                self.flaws.append(Flaw(place, "merge keys ('<<') are not read", "write the entries out"))
            elif str(key) in seen:
                self.flaws.append(Flaw(place, f"duplicate key '{key}'; first on line {seen[str(key)]}"))
            else:
                seen[str(key)] = place.line
                content[key] = value
        return content

    def _anchored(self, event: Any, level: int, at: Place, key: Place | None) -> Node:
        before, deepest = self._values, self._deepest
        self._anchors[event.anchor] = None  # open: an alias to it from within would go in a circle
        self._deepest = level
        node = Node(self._content(event, level), at, key or at)
        self._anchors[event.anchor] = node, 1 + self._values - before, self._deepest - level
        self._deepest = max(deepest, self._deepest)
        return node

    def _aliased(self, anchor: str, level: int, at: Place, key: Place | None) -> Node:
        if anchor not in self._anchors:
            raise _Unreadable(at, f"no anchor '&{anchor}' comes before this alias", "quote text that begins with '*'")
        if (found := self._anchors[anchor]) is None:
            raise _Unreadable(at, f"alias '*{anchor}' lies within what it stands for")
        node, values, height = found
        self._grow(values, level + height, at)
        return Node(node.content, node.at, key or at)

    def _grow(self, values: int, level: int, at: Place) -> None:
        self._values += values
        self._deepest = max(self._deepest, level)
        if self._values > MOST_VALUES:
            raise _Unreadable(at, f"more than {MOST_VALUES:,} values, including those that aliases repeat")
        if level > MOST_LEVELS:
            raise _Unreadable(at, f"nested more than {MOST_LEVELS} levels deep")


_INT = re.compile(r"[-+]?[0-9]{1,20}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_WORDS |= {sign + word: float(sign + "inf") for sign in ("", "-", "+") for word in (".inf", ".Inf", ".INF")}
_WORDS |= {word: float("nan") for word in (".nan", ".NaN", ".NAN")}


def scalar(text: str) -> Any:
    """Return the value of unquoted text by YAML 1.2's core schema; dates stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return float(text) if _FLOAT.fullmatch(text) else text


def _said_plainly(file: str, error: Any) -> _Unreadable:
    """Retell a syntax error for somebody who did not write the parser."""
    problem, context = error.problem or "", error.context or ""
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    since = f" on line {began.line + 1}" if began else ""
    if "end of stream" in problem or "document separator" in problem:
        opened = Place(file, began.line + 1, began.column + 1) if began else place
        return _Unreadable(opened, "a quotation mark opens here and never closes")
    for words, message, hint in _plain_words(since):
        if words in f"{context}: {problem}":
            return _Unreadable(place, message, hint)
    return _Unreadable(place, f"this is not YAML: {problem or context}")


def _plain_words(since: str) -> Iterator[tuple[str, str, str]]:
    yield "character '\\t'", "a tab stands where spaces should", "indent with spaces"
    yield "cannot start any token", "text cannot begin with this character", "put the text in quotes"
    yield "expected ':'", f"the key{since} has no ':' after it", "write 'key: value'; quote text that spans lines"
    yield "mapping values are not", "a ':' that belongs to no key", "check the indentation; quote text that holds ': '"
    yield "mapping keys are not", "a '?' that begins no key", "put the text in quotes"
    yield "sequence entries are not", "a list cannot begin here", "put each '- ' on a line of its own"
    yield "unexpected ':'", "a ':' that belongs to no key", "put text that contains ':' in quotes"
    yield "block mapping: expected", f"this does not line up with the map that begins{since}", "check the indentation"
    yield "block collection: expected", f"this does not line up with the list that begins{since}", "begin it with '- '"
    yield "<document start>", "this does not line up with the lines before it", "check the indentation"
    yield "flow sequence", f"expected ',' or ']' in the list that opens{since}", "close it, or quote text with brackets"
    yield "flow mapping", f"expected ',' or '}}' in the map that opens{since}", "close it, or quote text with brackets"
    for context, sign in (("an anchor", "&"), ("an alias", "*"), ("a tag", "!"), ("a block scalar", "| or >")):
        yield f"while scanning {context}", f"text cannot begin with {sign} here", "put the text in quotes"
    yield "a directive", "a line cannot begin with % here", "put the text in quotes"
    yield "escape", "an escape that YAML does not know", "write '\\\\' for a backslash, or use single quotes"
    yield "but found '<stream end>'", "the file ends where a value should stand", "is a bracket left open?"
    yield "expected the node content", "a value is missing here", "write it, or put text with brackets in quotes"
