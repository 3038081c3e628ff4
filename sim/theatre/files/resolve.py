"""A scenario's files merged: what it extends, what it changes, what history it imposes. Nothing is checked yet."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from sim.text import did_you_mean
from sim.theatre.language.names import EVERY_ACT
from sim.theatre.language.record import HistoryFile, RecordedEvent, imposed

from .errors import Fault, ScenarioError, fault
from .layers import Rivals, laid_together
from .locate import WHAT_IT_IS, File, Named, chain, referenced, root
from .messages import findings
from .overrides import NoSuchPath, find, put
from .series import with_series
from .templates import SECTIONS
from .yaml_tree import Key, Node, plain, read

_MERGED = ("script", "changes", "forbid")


@dataclass
class Resolved:
    """Files read and merged but not yet checked; every value knows the line that set it."""

    files: list[File]
    """The file asked for, what it extends, and so on; the theatre last, if it was reached."""
    scenario: Node
    """What the scenario files say together, the imposed part of history within the script."""
    theatre: Node | None
    """The theatre with every change applied."""
    history: Node | None = None
    """The whole file of history, if one is named, with what its series hold."""
    changes: dict[tuple[Key, ...], Node] = field(default_factory=dict)
    """The values of the theatre that scenario files set, by the keys that lead to them."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def first(self) -> File:
        """The file asked for."""
        return self.files[0]


def resolve(path_or_name: Named) -> Resolved:
    """Read a file and all that it draws on, and merge them; what is wrong in them is gathered, not raised.

    Raises
    ------
    ScenarioError
        The file itself cannot be read.
    """
    files, faults = chain(root(path_or_name))
    if not files:
        raise ScenarioError(faults)
    if (file := files[-1]).kind == "history":
        files[-1] = replace(file, tree=with_series(file.tree, files[0].path.parent, faults))
    return merge(files, faults)


def merge(files: list[File], faults: list[Fault]) -> Resolved:
    """Merge files that have been read, the file asked for first; `faults` are those found on the way."""
    last = files[-1]
    resolved = Resolved(files, Node({}, last.tree.at, last.tree.key), None, faults=faults)
    scenarios = [file for file in files if file.kind == "scenario"]
    if last.kind in ("history", "sources") and scenarios:
        at = scenarios[-1].tree.content["extends"].at
        faults.append(fault(at, f"'{last.path.name}' is {WHAT_IT_IS[last.kind]}", "extend a theatre or a scenario"))
    rivals = Rivals(files)
    resolved.theatre = laid_together(files, rivals, faults)
    for file in reversed(files):  # what is extended comes first, so that the file asked for has the last word
        if file.kind == "scenario":
            before = _without_past(resolved.scenario, file.tree)
            resolved.scenario = _merged(before, file.tree, resolved.faults)
            rivals.scenario_says(file)
        if file.kind in ("scenario", "theatre"):
            _change(resolved, file, rivals)
    faults += rivals.faults()
    _impose_history(resolved)
    _check_explanations(resolved)
    return resolved


def entry(resolved: Resolved, path: str) -> Node | None:
    """Return what is written at a path of the theatre, or at `script.ID` or the like; `runs` is the file itself."""
    section, _, rest = path.partition(".")
    if path == "runs":
        return resolved.first.tree.get("extends")
    if section in _MERGED:
        written = (file.get(section) for file in (resolved.scenario, resolved.first.tree))
        keys = (rest, f"{rest.split('.')[0]}{EVERY_ACT}") if section == "forbid" else (rest,)
        found = (entries.get(key) for key in keys for entries in written if entries)
        return next((node for node in found if node is not None), None)
    theatre = resolved.theatre
    try:
        return _at(theatre, find(theatre, path)) if theatre is not None else None
    except NoSuchPath:
        return None


def _at(node: Node, keys: tuple[Key, ...]) -> Node | None:
    """What these keys lead to; the last may lead nowhere, since `find` is made for changes."""
    if not keys:
        return node
    inside = node.content
    known = keys[0] in (inside if isinstance(inside, dict) else range(len(inside) if isinstance(inside, list) else 0))
    return _at(inside[keys[0]], keys[1:]) if known else None


def _check_explanations(resolved: Resolved) -> None:
    """Findings can be explained of what is there only."""
    if resolved.theatre is None:
        return
    for file in resolved.files:
        for key, reason in (lint.entries() if (lint := file.tree.get("lint")) else {}).items():
            if entry(resolved, str(key)) is None:
                hint = "the path of what is found, such as actions.us.strike_iran, script.ID, forbid.ACTION or runs"
                resolved.faults.append(fault(reason.key, f"there is no '{key}'", hint))


def _without_past(base: Node, child: Node) -> Node:
    """What a file inherits: of a script, what comes after the history that it imposes, which tells the rest."""
    until = _day(history.get("until")) if (history := child.get("history")) else None
    script = base.get("script")
    if until is None or script is None:
        return base
    days = {key: _day(entry.get("on")) for key, entry in script.entries().items()}
    later = {key: entry for key, entry in script.entries().items() if (day := days[key]) is None or day > until}
    return base.with_entry("script", Node(later, script.at, script.key))


def changes(file: File) -> list[str]:
    """What a file sets in what it extends, by path."""
    tree = file.tree
    changed = [key for key in ("start", "days", "history") if tree.get(key)]
    for section in ("initial", "overrides", "changes", "script", "forbid", *SECTIONS):
        entries = node.entries() if (node := tree.get(section)) else {}
        changed += [str(key) if section == "overrides" else f"{section}.{key}" for key in entries]
    return changed


def _merged(base: Node, child: Node, faults: list[Fault]) -> Node:
    content = dict(base.entries())
    for key, value in child.entries().items():
        if key in _MERGED:
            value = _joined(content.get(key), value, faults)
        content[key] = value
    return Node(content, child.at, child.key)


def _joined(before: Node | None, value: Node, faults: list[Fault]) -> Node:
    """Entries of a section over those it inherits; an entry of nothing leaves out the one of its name."""
    inherited = before.entries() if before is not None else {}
    own = value.entries()
    if not own:
        return value
    for key, entry in own.items():
        if entry.content is None and key not in inherited:
            close = did_you_mean(str(key), tuple(map(str, inherited))).removeprefix("; ")
            faults.append(fault(entry.key, f"there is no inherited '{key}' to leave out", close or None))
    kept = {key: entry for key, entry in {**inherited, **own}.items() if entry.content is not None}
    return Node(kept, value.at, value.key)


def _change(resolved: Resolved, file: File, rivals: Rivals) -> None:
    """Apply one file's `initial` and `overrides` to the theatre."""
    tree = file.tree
    if resolved.theatre is None:
        return
    set_here: dict[tuple[Key, ...], Node] = {}
    # sorted, so that the order of the file never matters and what lies inside another change comes after it
    for path, written, value in sorted(_changes(tree), key=lambda change: change[0]):
        try:
            keys = find(resolved.theatre, path)
        except NoSuchPath as error:
            resolved.faults.append(fault(value.key, error.message, error.hint))
            continue
        first = set_here.setdefault(keys[:-1] if keys[-1] == "value" else keys, value)
        if first is not value:
            earlier, later = sorted((first.key, value.key))
            message = f"'{written}' sets what line {earlier.line} already sets"
            resolved.faults.append(fault(later, message, "write it once"))
        resolved.theatre = put(resolved.theatre, keys, value)
        rivals.says(file, ".".join(map(str, keys)), value)
        if file.kind == "scenario":
            resolved.changes[keys] = value


def _changes(tree: Node) -> Iterator[tuple[str, str, Node]]:
    """Every value that a file sets in the theatre: its path, its key as written, and the value."""
    for section, path in (("initial", "variables.{}.start"), ("overrides", "{}")):
        entries = node.entries() if (node := tree.get(section)) else {}
        for key, value in entries.items():
            yield path.format(key), str(key), value


def _impose_history(resolved: Resolved) -> None:
    """Read the history that the scenario names, and put into the script what falls within its days."""
    history = resolved.scenario.get("history")
    named, until = (history.get("file"), history.get("until")) if history else (None, None)
    if history is None or named is None or until is None or not isinstance(named.content, str):
        return
    resolved.scenario = resolved.scenario.with_entry("history_until", until)
    try:
        path = referenced(named, resolved.first.path.parent)
        tree, flaws = read(path, named.at)
    except ScenarioError as error:
        resolved.faults += error.faults
        return
    resolved.faults += flaws
    if (kind := File(path, tree).kind) in ("theatre", "sources") or tree.get("extends"):
        hint = "a history has dated 'events'"
        resolved.faults.append(fault(named.at, f"'{path.name}' is {WHAT_IT_IS[kind]}, not a history", hint))
        return
    resolved.history = with_series(tree, resolved.first.path.parent, resolved.faults)
    events = _events(tree)
    _check_end(tree, events, until, resolved.faults)
    script = resolved.scenario.get("script") or Node({}, history.at, history.key)
    entries = dict(script.entries())
    for key, entry in _imposed(resolved, events, until).items():
        if own := entries.get(key):
            resolved.faults.append(fault(own.key, f"'{key}' is the name of an entry of the history", "rename it"))
        entries[key] = entry
    if entries:
        resolved.scenario = resolved.scenario.with_entry("script", Node(entries, script.at, script.key))


def _events(history: Node) -> dict[str, RecordedEvent]:
    """The events that are written as they should be; what is wrong with others is told when the file is checked."""
    found: dict[str, RecordedEvent] = {}
    for key, entry in node.entries().items() if (node := history.get("events")) else ():
        with suppress(ValidationError):
            found[str(key)] = RecordedEvent.model_validate(plain(entry))
    return found


def _check_end(history: Node, events: Mapping[str, RecordedEvent], until: Node, faults: list[Fault]) -> None:
    """A history is imposed no further than it reaches: after its end nobody would act until `until`."""
    whole = len(events) == len(node.entries() if (node := history.get("events")) else ())  # else its end is unknown
    last = max((event.days[-1] for event in events.values()), default=None) if whole else None
    reaches, end = _day(history.get("until")) or last, _day(until)
    if reaches is not None and end is not None and end > reaches:
        faults.append(fault(until.at, f"the history ends on {reaches}, before {end}", f"write {reaches} or earlier"))


def _imposed(resolved: Resolved, events: Mapping[str, RecordedEvent], until: Node) -> dict[Key, Node]:
    """The events from the first day to `until`, or to the last day if that is earlier, by their ids in the script."""
    scenario, history = resolved.scenario, resolved.history
    start, end, length = _day(scenario.get("start")), _day(until), scenario.get("days")
    days = length.content if length is not None and isinstance(length.content, int) else 0
    if history is None or start is None or end is None or days < 1:
        return {}  # one of them is at fault, and that is reported where it stands
    end = min(end, start + timedelta(days=min(days - 1, (date.max - start).days)))
    try:
        found = imposed(events, _rungs(resolved.theatre), _hands(resolved.theatre), start, end)
    except ValidationError as error:
        resolved.faults += [finding.fault() for finding in findings(error, history, HistoryFile)]
        return {}
    written = node.entries() if (node := history.get("events")) else {}
    return {f"history_{key}": _entry(written[key], found[key]._asdict()) for key in written if key in found}


def _entry(event: Node, imposed: Mapping[str, Any]) -> Node:
    """An event as an entry of the script: what it leaves open is settled, each value where it is written."""
    settled = {
        key: Node(
            value.isoformat() if isinstance(value, date) else value, event.content[key].at, event.content[key].key
        )
        for key, value in imposed.items()
        if value is not None
    }
    return Node({**event.entries(), **settled}, event.at, event.key)


def _rungs(theatre: Node | None) -> dict[str, int]:
    """The rung of each action, as far as the theatre says it."""
    actions = node.entries() if theatre is not None and (node := theatre.get("actions")) else {}
    rungs = {str(name): action.get("rung") for name, action in actions.items()}
    return {name: rung.content for name, rung in rungs.items() if rung is not None and isinstance(rung.content, int)}


def _hands(theatre: Node | None) -> dict[str, str]:
    """Whose turn each action takes that says so, as `Action.hand_of` has it."""
    actions = node.entries() if theatre is not None and (node := theatre.get("actions")) else {}
    found: dict[str, str] = {}
    for name, action in actions.items():
        actor, _, deed = str(name).partition(".")
        hand, accident = action.get("hand"), action.get("accident")
        own = deed if accident is not None and accident.content is True else hand and hand.content
        found |= {str(name): f"{actor}/{own}"} if own else {}
    return found


def _day(node: Node | None) -> date | None:
    try:
        return date.fromisoformat(node.content) if node is not None else None
    except (TypeError, ValueError):
        return None
