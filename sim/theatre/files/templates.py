"""Entries that are written short: `like` another with changes, once `by` several actors, or as what `must` be done.

They are written out on the tree of the theatre before anything is checked, each value still where a file writes it, so
that rules, paths and messages know whole entries only.

    actions:
      shell_line:
        by: {india: pakistan, pakistan: india}
        label: <actor.label> shells the Line of Control
        ...
      india.shell_line_hard: {like: india.shell_line, rung: 6}
      india.answer_ultimatum: {must: {days_since(pakistan.send_ultimatum): ">= 2"}, ...}
"""

import re
from collections.abc import Callable, Mapping

from sim.text import did_you_mean
from sim.theatre.language.names import KINDS
from sim.theatre.language.paths import meaning

from .errors import Fault, fault
from .overrides import over
from .yaml_tree import Key, Node

SECTIONS = (*KINDS.values(), "base_rates", "questions")
"""Sections of a theatre whose entries may be like one another."""
LIKE, BY, MUST = "like", "by", "must"
SURELY = 50
"""Weight of the driver of an act that must be done; at the least rate below, its odds are 5e12."""
SELDOM = "1e-9"
"""Odds of an act that must be done, on a day on which it must not, where it says no others."""
_BLANK = re.compile(r"<(actor|target)(\.label)?>")


def written_out(theatre: Node, faults: list[Fault]) -> Node:
    """Return a theatre whose entries are all written out; what keeps some from it is added to `faults`."""
    for section in SECTIONS:
        entries = theatre.get(section)
        if entries is not None and any(_is_short(entry) for entry in entries.entries().values()):
            labels = _labels(theatre) if section == "actions" else {}
            content = _Section(section, entries.entries(), labels, faults).written_out()
            theatre = theatre.with_entry(section, Node(content, entries.at, entries.key))
    return _with_musts(theatre, faults)


def _with_musts(theatre: Node, faults: list[Fault]) -> Node:
    """Have what must be done driven by a condition so strongly that it is done whenever that holds."""
    actions = theatre.get("actions")
    due = {key: entry for key, entry in (actions.entries() if actions else {}).items() if entry.get(MUST)}
    if actions is None or not due:
        return theatre
    found = theatre.get("conditions") or Node({}, actions.at, actions.key)
    conditions, content = dict(found.entries()), dict(actions.entries())
    for key, entry in due.items():
        must = entry.content[MUST]
        name = must.content if isinstance(must.content, str) else f"{str(key).replace('.', '_')}_must"
        if not isinstance(must.content, str):
            if name in conditions:
                faults.append(fault(must.key, f"a condition is called '{name}' already", "rename that"))
            conditions[name] = must
        content[key] = _driven(entry, name, must, faults)
    theatre = theatre.with_entry("conditions", Node(conditions, found.at, found.key))
    return theatre.with_entry("actions", Node(content, actions.at, actions.key))


def _driven(entry: Node, condition: str, must: Node, faults: list[Fault]) -> Node:
    """An act with the driver by which it must be done."""
    own = {key: node for key, node in entry.entries().items() if key != MUST}
    drivers = own.get("drivers") or Node({}, must.at, must.key)
    if condition in drivers.entries():
        faults.append(fault(must.at, f"'{condition}' is a driver of this act too", "leave it out there"))
    written = {"value": SURELY, "source": "judgement: it must be done"}
    weight = Node({key: Node(value, must.at, must.key) for key, value in written.items()}, must.at, must.key)
    own["drivers"] = Node({**drivers.entries(), condition: weight}, drivers.at, drivers.key)
    own.setdefault("rate", Node(SELDOM, must.at, must.key))
    if own["rate"].content in (0, 0.0):
        faults.append(fault(own["rate"].at, "what must be done has odds above 0", "leave 'rate' out"))
    return Node(own, entry.at, entry.key)


def _is_short(entry: Node) -> bool:
    return LIKE in entry.entries() or BY in entry.entries()


def _labels(theatre: Node) -> Mapping[str, str]:
    actors = node.entries() if (node := theatre.get("actors")) else {}
    found = {str(name): actor.get("label") for name, actor in actors.items()}
    return {name: label.content for name, label in found.items() if label and isinstance(label.content, str)}


class _Section:
    """The entries of one section, written out as they are asked for."""

    def __init__(self, name: str, entries: Mapping[Key, Node], labels: Mapping[str, str], faults: list[Fault]) -> None:
        self.name, self.entries, self.labels, self.faults = name, entries, labels, faults
        self._whole: dict[Key, Node] = {}
        self._open: list[Key] = []

    def written_out(self) -> dict[Key, Node]:
        """Every entry as a whole, where it stands; those by several actors in the place of what makes them."""
        content: dict[Key, Node] = {}
        for key, entry in self.entries.items():
            if BY not in entry.entries() or self.name != "actions":
                content[key] = self._entry(key)
                continue
            for name, made in self._each(key).items():
                if name in self.entries:
                    own = self.entries[name].key
                    hint = f"leave {name.split('.')[0]} out of that 'by', or rename one of them"
                    self.faults.append(fault(own, f"'{name}' is also made by '{key}' on line {entry.key.line}", hint))
                content.setdefault(name, made)
        return content

    def _entry(self, key: Key) -> Node:
        """An entry with all that the one it is like has."""
        if key not in self._whole:
            self._open.append(key)
            self._whole[key] = self._like(self.entries[key])
            self._open.pop()
        return self._whole[key]

    def _like(self, entry: Node) -> Node:
        named = entry.get(LIKE)
        if named is None:
            return entry
        own = {key: node for key, node in entry.entries().items() if key != LIKE}
        base = self._named(named)
        if base is None:
            return Node(own, entry.at, entry.key)
        inherited = {key: node for key, node in base.entries().items() if key != BY}
        return Node(_merged(inherited, own, self.faults), entry.at, entry.key)

    def _named(self, named: Node) -> Node | None:
        """The entry that another is like, written out; None, and a fault, if there is none to be had."""
        name = named.content
        if name in self._open:
            told = " -> ".join(map(str, [*self._open[self._open.index(name) :], name]))
            self.faults.append(fault(named.at, f"'like' goes in a circle: {told}"))
            return None
        if name in self.entries:
            return self._entry(name)
        makers = (key for key, entry in self.entries.items() if BY in entry.entries() and key not in self._open)
        for key in makers if isinstance(name, str) and "." in name and self.name == "actions" else ():
            if name.partition(".")[2] == key and name in (made := self._each(key)):
                return made[name]
        close = did_you_mean(str(name), tuple(map(str, self.entries))).removeprefix("; ")
        self.faults.append(fault(named.at, f"there is no '{name}' in {self.name} to be like", close or None))
        return None

    def _each(self, key: Key) -> dict[str, Node]:
        """The acts that one entry makes, one for each actor of its `by`."""
        entry = self._entry(key)
        by = self.entries[key].content[BY]
        content = {name: node for name, node in entry.entries().items() if name != BY}
        if "." in str(key):
            hint = f"write '{str(key).partition('.')[2]}:', without an actor"
            self.faults.append(fault(entry.key, f"'{key}' names its actor, and 'by' names others", hint))
            return {}
        if (pairs := _pairs(by)) is None:
            hint = "write 'by: {actor: target, ...}', or 'by: [actor, ...]' with a target for all"
            self.faults.append(fault(by.at, "'by' says who does it", hint))
            return {}
        made: dict[str, Node] = {}
        for actor, target in pairs.items():
            own = content if target is None else content | {"target": target}
            filled = _filler(actor, own["target"].content if "target" in own else None, self.labels)
            made[f"{actor}.{key}"] = _filled(Node(own, entry.at, entry.key), filled)
        return made


def _pairs(by: Node) -> dict[str, Node | None] | None:
    """Who acts, and against whom if that is said here; None if it is neither a list nor a map of names."""
    if isinstance(by.content, dict) and by.content:
        named = by.content.values()
        return dict(_texts(by.content)) if all(isinstance(node.content, str) for node in named) else None
    if isinstance(by.content, list) and by.content and all(isinstance(each.content, str) for each in by.content):
        return {each.content: None for each in by.content}
    return None


def _texts(entries: Mapping[Key, Node]) -> Mapping[str, Node]:
    return {str(key): node for key, node in entries.items()}


def _filler(actor: str, target: object, labels: Mapping[str, str]) -> Callable[[str], str]:
    """What puts an actor and a target in the places of a text that ask for them."""
    names = {"actor": actor, "target": target if isinstance(target, str) else "target"}

    def fill(text: str) -> str:
        return _BLANK.sub(lambda match: _called(names[match[1]], match[2], labels), text)

    return fill


def _called(name: str, label: str | None, labels: Mapping[str, str]) -> str:
    return labels.get(name, name) if label else name


def _filled(node: Node, fill: Callable[[str], str]) -> Node:
    content = node.content
    if isinstance(content, str):
        text = fill(content)
        return node if text == content else Node(text, node.at, node.key)
    if isinstance(content, dict):
        entries = {fill(key) if isinstance(key, str) else key: _filled(each, fill) for key, each in content.items()}
        return Node(entries, node.at, node.key)
    if isinstance(content, list):
        return Node([_filled(each, fill) for each in content], node.at, node.key)
    return node


def _merged(inherited: Mapping[Key, Node], own: Mapping[Key, Node], faults: list[Fault]) -> dict[Key, Node]:
    """A map with changes: maps within it are merged too, and `null` leaves an entry out."""
    meant = {meaning(str(key)): key for key in inherited}
    content = dict(inherited)
    for key, node in own.items():
        there = meant.get(meaning(str(key)))
        if node.content is None:
            if there is None:
                faults.append(fault(node.key, f"there is no inherited '{key}' to leave out"))
            else:
                del content[there]
        elif there is None:
            content[key] = node
        else:
            content[there] = _laid_over(content[there], node, faults)
    return content


def _laid_over(old: Node, new: Node, faults: list[Fault]) -> Node:
    if isinstance(old.content, dict) and isinstance(new.content, dict):
        return Node(_merged(old.content, new.content, faults), new.at, new.key)
    return over(old, new)
