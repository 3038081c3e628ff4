"""Changing values of a theatre, as files write it, by their canonical paths (`sim.theatre.language.paths`)."""

from collections.abc import Iterator

from sim.text import did_you_mean
from sim.theatre.language.names import KINDS
from sim.theatre.language.number import describe, split_range, split_unit
from sim.theatre.language.paths import path_splits
from sim.theatre.language.schema import Theatre
from sim.theatre.language.terms import Limit

from .yaml_tree import Key, Node, plain

_OF_NUMBER = frozenset(Limit.model_fields)
_RANGE = ("plausible", "uniform")
_SECTIONS = tuple(KINDS.values())


class NoSuchPath(Exception):  # noqa: N818 - it becomes a fault at the override
    """A path that leads nowhere in this theatre."""

    def __init__(self, message: str, hint: str | None, depth: int) -> None:
        self.message, self.hint, self.depth = message, hint, depth
        super().__init__(message)


def find(tree: Node, path: str) -> tuple[Key, ...]:
    """Return the keys that lead to a value; the last may be new, where its map is there to take it.

    Raises
    ------
    NoSuchPath
        Some key on the way does not exist.
    """
    return _find(tree, path, ())


def _find(node: Node, rest: str, trail: tuple[Key, ...]) -> tuple[Key, ...]:
    farthest: NoSuchPath | None = None
    for key, tail in _readings(node, rest):
        if not tail:
            return (*trail, key)
        try:
            return _find(_child(node, key), tail, (*trail, key))
        except NoSuchPath as error:
            farthest = error if farthest is None or error.depth > farthest.depth else farthest
    if farthest is not None:
        raise farthest
    closed = rest not in Theatre.model_fields if not trail else len(trail) == 1 and trail[0] in _SECTIONS
    if isinstance(node.content, dict) and "." not in rest and not closed:
        return (*trail, rest)
    if rest in _OF_NUMBER and _is_number(node):
        return (*trail, rest)
    raise _no_such_path(node, rest, trail)


def _readings(node: Node | None, rest: str) -> Iterator[tuple[Key, str]]:
    """Each way to split `rest` into a key of this node and what remains."""
    if node is None:
        return iter(())
    keys: list[Key] = list(node.entries()) or list(range(len(node.content) if isinstance(node.content, list) else 0))
    return path_splits(rest, keys)


def _child(node: Node, key: Key) -> Node:
    child: Node = node.content[key]
    return child


def _no_such_path(node: Node, rest: str, trail: tuple[Key, ...]) -> NoSuchPath:
    where = ".".join(map(str, trail)) or "the theatre"
    known = tuple(map(str, node.entries()))
    if not known:
        found = describe(plain(node)) if node.content != {} else "an empty map"
        if isinstance(node.content, list):
            found += f" with entries 0 to {len(node.content) - 1}"
        return NoSuchPath(f"'{rest}' goes on from {where}, which is {found}", None, len(trail))
    section = next((kind for kind, plural in KINDS.items() if trail == (plural,)), None)
    heads = [rest[:end] for end in (len(rest), *(i for i, letter in enumerate(rest) if letter == "."))]
    close = next((hint for head in heads if (hint := did_you_mean(head, known))), "").removeprefix("; ")
    if not trail and (sections := [name for name in _SECTIONS if next(_readings(node.content.get(name), rest), None)]):
        close = f"did you mean '{sections[0]}.{rest}'?"
    named = _ending_at_an_id(rest, section)
    shown = "it has " + ", ".join(sorted(known)[:8]) + (" …" if len(known) > 8 else "")
    if "." in rest and not section:
        shown += f"; a new entry is written as a whole: '{'.'.join(map(str, (*trail, named)))}: ...'"
    what = f"unknown {section} '{named}'" if section else f"there is no '{named}'"
    return NoSuchPath(f"{what} in {where}", close or shown, len(trail))


def _ending_at_an_id(rest: str, section: str | None) -> str:
    """The part of an unmatched path that names a thing: an action's id has one dot, other names none."""
    return ".".join(rest.split(".")[: 2 if section == "action" else 1])


def put(tree: Node, keys: tuple[Key, ...], value: Node) -> Node:
    """Return the tree with `value` at `keys`; of a number's map, a bare number replaces only its value."""
    if not keys:
        return over(tree, value)
    if not isinstance(tree.content, dict | list) or _is_number(tree):
        tree = _as_map(tree)
    key = keys[0]
    there = isinstance(tree.content, list) or key in tree.content
    return tree.with_entry(key, put(_child(tree, key), keys[1:], value) if there else value)


def _as_map(number: Node) -> Node:
    """A number as the map that says the same, in which its range has an entry of its own."""
    content: dict[Key, Node] = dict(number.entries()) or {"value": number}
    value = content["value"]
    text, span = split_range(value.content) if isinstance(value.content, str) else (value.content, None)
    if span is not None:
        content["value"] = Node(text, value.at, value.key)
        content["plausible"] = Node([Node(end, value.at, value.at) for end in span], value.at, value.key)
    return Node(content, number.at, number.key)


def over(old: Node, new: Node) -> Node:
    """What stands in the place of `old` where a file writes `new`: of a number's map, a figure replaces the value."""
    if isinstance(new.content, dict | list):
        return new
    if _is_number(old) and (brings_range(old) or isinstance(old.content, dict)):
        old = _as_map(old)
        kept = {key: node for key, node in old.content.items() if key not in _RANGE or not brings_range(new)}
        merged = {**kept, "value": _compared(old.content["value"], new)}
        return Node(merged, new.at, new.key)
    return _compared(old, new)


def brings_range(node: Node) -> bool:
    """Whether a number is written with its plausible range: `45 d (30..60)`, or a map that says so."""
    value = node.get("value") or node
    return node.get("plausible") is not None or (
        isinstance(value.content, str) and split_range(value.content)[1] is not None
    )


def _compared(old: Node, new: Node) -> Node:
    """A bare number in the place of a threshold keeps its side."""
    side = old.content.strip()[:2] if isinstance(old.content, str) else ""
    bare = isinstance(new.content, int | float) and not isinstance(new.content, bool)
    return Node(f"{side} {new.content!r}", new.at, new.key) if bare and side in (">=", "<=") else new


def _is_number(node: Node) -> bool:
    """Whether a number or a threshold is written here, bare, as text or as a map with `value`."""
    content = node.content
    if isinstance(content, dict):
        return "value" in content
    if isinstance(content, str):
        try:
            split_unit(split_range(content.strip().removeprefix(">=").removeprefix("<="))[0])
        except ValueError:
            return False
        return True
    return isinstance(content, int | float) and not isinstance(content, bool)
