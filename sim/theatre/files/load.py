"""From files to a scenario: everything is read, merged and checked, and every fault reported at once."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.theatre.language import names
from sim.theatre.language.base import Model, refuse
from sim.theatre.language.changes import number_path
from sim.theatre.language.map_file import MapFile
from sim.theatre.language.measures import MeasureError, measure_name, measure_names
from sim.theatre.language.misfits import misfits
from sim.theatre.language.record import HistoryFile
from sim.theatre.language.scenario import Scenario, ScenarioFile, as_series
from sim.theatre.language.schema import Theatre
from sim.theatre.language.sources import Sources
from sim.theatre.language.sweep_file import SweepFile

from .errors import Fault, ScenarioError, fault
from .inventory import changed
from .locate import WHAT_IT_IS, File, FileKind, Named, is_shipped, referenced, shipped
from .messages import SchemaFault, findings
from .overrides import brings_range
from .resolve import Resolved, merge, resolve
from .yaml_tree import Key, Node, plain, read

__all__ = [
    "Resolved",
    "ScenarioError",
    "check",
    "load",
    "load_history",
    "load_map",
    "load_sources",
    "load_sweep",
    "load_theatre",
    "resolve",
    "shipped",
    "without",
]

NO_SOURCES = Sources(schema_version=1)
AnyModel = TypeVar("AnyModel", bound=Model)


def load(path_or_name: Named) -> Scenario:
    """Load a scenario.

    >>> load("first_lesson").days
    180

    Parameters
    ----------
    path_or_name : path, or name of a shipped scenario

    Returns
    -------
    Scenario, with its theatre and every change applied

    Raises
    ------
    ScenarioError
        With every fault found in the scenario and in all files it draws on.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "scenario")
    return _scenario(resolved)


def load_theatre(path_or_name: Named) -> Theatre:
    """Load a theatre by itself.

    >>> sorted(load_theatre("two_rivals").actors)
    ['north', 'south']

    Parameters
    ----------
    path_or_name : path, or name of a shipped theatre

    Returns
    -------
    Theatre

    Raises
    ------
    ScenarioError
        With every fault found in it.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "theatre")
    return _alone(resolved, Theatre)


def load_history(path_or_name: Named, theatre: Theatre) -> HistoryFile:
    """Load a record, and hold it to a theatre.

    >>> load_history("history", load_theatre("persian_gulf")).last
    datetime.date(2020, 1, 3)

    Parameters
    ----------
    path_or_name : path, or name of a shipped history
    theatre : Theatre
        Whose actors, actions and variables it names.

    Raises
    ------
    ScenarioError
        With every fault found in it, in the files of its series, and in what it has of this theatre.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "history")
    tree = resolved.first.tree
    with names.naming(names.Names.of(theatre)):
        record, found = _held_to(HistoryFile, tree)
    if record is not None:
        try:
            refuse(misfits(record, theatre))
        except ValidationError as error:
            found = findings(error, tree, HistoryFile)
    if record is None or found or resolved.faults:
        raise ScenarioError([*resolved.faults, *(finding.fault() for finding in found)])
    return record


def load_sources(path: Named | None = None) -> Sources:
    """Load a file of sources; without a path, the shipped one.

    Raises
    ------
    ScenarioError
        With every fault found in it.
    """
    resolved = resolve(shipped() / "sources.yaml" if path is None else path)
    _refuse_unless(resolved, "sources")
    return _alone(resolved, Sources)


def sources_of(resolved: Resolved) -> Sources:
    """Load what the sources of a theatre and of its scenario name.

    A `sources.yaml` of their own tells them: beside the file asked for, beside a theatre, or one folder above it. A
    shipped theatre has the shipped one; another's keys mean nothing there.

    Raises
    ------
    ScenarioError
        With every fault found in one of these files.
    """
    theatres = [file.path.absolute() for file in reversed(resolved.files) if file.kind == "theatre"]
    ours = any(path.resolve().is_relative_to(shipped().resolve()) for path in theatres)
    known = load_sources() if ours or not theatres else NO_SOURCES
    folders = [folder for path in theatres for folder in (path.parent.parent, path.parent)]
    for folder in dict.fromkeys((*folders, resolved.first.path.absolute().parent)):
        own = folder / "sources.yaml"
        if own.is_file() and own.resolve() != (shipped() / "sources.yaml").resolve():
            known = load_sources(own).over(known)
    return known


def sources_without_files(theatre: Theatre) -> Sources:
    """What the sources of a theatre name whose files are not at hand: the shipped ones, if it is a shipped theatre."""
    return load_sources() if is_shipped(theatre.theatre) else NO_SOURCES


def load_either(path_or_name: Named) -> tuple[Scenario | Theatre, Resolved]:
    """Load a scenario, or a theatre by itself, together with the files it is made of.

    Raises
    ------
    ScenarioError
        With every fault found.
    """
    resolved = resolve(path_or_name)
    if resolved.first.kind == "theatre":
        return _alone(resolved, Theatre), resolved
    _refuse_unless(resolved, "scenario")
    return _scenario(resolved), resolved


def without(resolved: Resolved, section: str, key: Key) -> Scenario:
    """Load a scenario as it would be without one entry of its own file, such as an override.

    Raises
    ------
    ScenarioError
        It would have faults.
    """
    first = resolved.first
    kept = first.tree.content[section]
    entries = {name: node for name, node in kept.entries().items() if name != key}
    tree = first.tree.with_entry(section, Node(entries, kept.at, kept.key))
    return _scenario(merge([replace(first, tree=tree), *resolved.files[1:]], []))


def load_sweep(path_or_name: Named) -> tuple[SweepFile, Scenario]:
    """Load a file that says what to sweep, and the scenario that it names.

    Raises
    ------
    ScenarioError
        With every fault found in the file, or in the scenario's files.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "sweep")
    file, tree = _alone(resolved, SweepFile), resolved.first.tree
    named = tree.content["sweep"]
    try:
        scenario = load(referenced(named, resolved.first.path.parent))
    except ScenarioError as error:
        raise ScenarioError([fault(named.at, f"'{file.sweep}' has faults of its own"), *error.faults]) from None
    if faults := list(_misfits(file, tree, scenario)):
        raise ScenarioError(faults)
    return file, scenario


def _misfits(file: SweepFile, tree: Node, scenario: Scenario) -> Iterator[Fault]:
    """What a sweep names that its scenario does not have."""
    from sim.theatre.parameters.ranges import (  # compiles, and needs NumPy, which no other file asks for
        RangeError,
        ranges,
    )

    for pattern, ends in (file.ranges or {}).items():
        try:
            ranges(scenario, {pattern: ends})
        except RangeError as error:
            text, _, hint = str(error).partition("; ")
            yield fault(tree.content["parameters"].content[pattern].key, text, hint or None)
    for at, measure in enumerate(file.outcomes):
        try:
            measure_name(measure, measure_names(scenario.theatre))
        except MeasureError as error:
            text, _, hint = str(error).partition("; ")
            yield fault(tree.content["outcomes"].content[at].at, text, hint or None)


def load_map(path_or_name: Named) -> tuple[MapFile, Theatre, Node]:
    """Load a file that says how a table of events is read, with the theatre that it names and where all is written.

    Raises
    ------
    ScenarioError
        With every fault found in the file, or in the theatre's files.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "map")
    tree, faults = resolved.first.tree, list(resolved.faults)
    theatre = None
    named = tree.content["map"]
    if isinstance(named.content, str):
        try:
            path = referenced(named, resolved.first.path.parent)
            found = load_either(path)[0]
            theatre = found if isinstance(found, Theatre) else found.theatre
        except ScenarioError as error:
            faults += error.faults
    with names.naming(names.Names.of(theatre)) if theatre is not None else nullcontext():
        held, wrong = _held_to(MapFile, tree)
    faults += [finding.fault() for finding in wrong]
    if held is None or theatre is None or faults:
        raise ScenarioError(faults)
    return held, theatre, tree


def check(path_or_name: Named) -> Scenario | Theatre | HistoryFile | Sources | SweepFile | MapFile:
    """Load whatever a file holds: a scenario, a sweep or a map, or a theatre, a history or sources by themselves.

    Raises
    ------
    ScenarioError
        With every fault found.
    """
    resolved = resolve(path_or_name)
    kind = resolved.first.kind
    if kind == "sweep":
        return load_sweep(path_or_name)[0]
    if kind == "map":
        return load_map(path_or_name)[0]
    if kind == "history" and (theatre := theatre_of(resolved)) is not None:
        return load_history(path_or_name, theatre)
    return _scenario(resolved) if kind == "scenario" else _alone(resolved, _ALONE[kind])


def theatre_of(history: Resolved) -> Theatre | None:
    """The theatre beside a history, in its folder or in `theatres/`, that knows most of its acts; None without one."""
    folder = history.first.path.absolute().parent
    recorded = node.entries().values() if (node := history.first.tree.get("events")) else ()
    acts = {str(act.content) for event in recorded if (act := event.get("do")) is not None}
    best, most = None, 0
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("theatres/*.yaml"))):
        with suppress(ScenarioError):
            if File(path, read(path)[0]).kind == "theatre" and (found := resolve(path)).theatre is not None:
                actions = node.entries() if (node := found.theatre.get("actions")) else {}
                known = len(acts & {str(name) for name in actions})
                best, most = (found, known) if known > most else (best, most)
    return None if best is None else _alone(best, Theatre)


_ALONE: dict[FileKind, type[Theatre | HistoryFile | Sources]] = {
    "theatre": Theatre,
    "history": HistoryFile,
    "sources": Sources,
}


def _refuse_unless(resolved: Resolved, wanted: FileKind) -> None:
    file = resolved.first
    if file.kind == wanted:
        return
    name = file.path.name
    key, hint = {
        "theatre": ("theatre", f"write a scenario that extends it: 'extends: {name}'"),
        "history": ("events", f"name it in a scenario: 'history: {{file: {name}, until: 2019-12-31}}'"),
        "sources": ("claims", f"'sim validate {name}' checks it"),
        "sweep": ("sweep", f"'sim sweep {name}' runs it"),
        "map": ("map", f"'sim history from TABLE.csv --map {name}' reads a table by it"),
        "scenario": ("extends", None),
    }[file.kind]
    at = (file.tree.get(key) or file.tree).key
    text = f"'{name}' is {WHAT_IT_IS[file.kind]}, not {WHAT_IT_IS[wanted]}"
    raise ScenarioError([*resolved.faults, fault(at, text, hint)])


def _alone(resolved: Resolved, kind: type[AnyModel]) -> AnyModel:
    tree = resolved.theatre if kind is Theatre and resolved.theatre is not None else resolved.first.tree
    held, found = _held_to(kind, tree)
    if held is None or resolved.faults:
        raise ScenarioError([*resolved.faults, *(finding.fault() for finding in found)])
    return held


def _held_to(kind: type[AnyModel], tree: Node, data: Any = None) -> tuple[AnyModel | None, list[SchemaFault]]:
    """Check a tree, or the data made of it, against a record of the language."""
    try:
        return kind.model_validate(plain(tree) if data is None else data), []
    except ValidationError as error:
        return None, findings(error, tree, kind)


def _scenario(resolved: Resolved) -> Scenario:
    """Check every file by itself, then what they make together."""
    found: list[SchemaFault] = []
    data = plain(resolved.theatre) if resolved.theatre else None
    theatre, of_theatre = _held_to(Theatre, resolved.theatre, data) if resolved.theatre else (None, [])
    with names.naming(names.Names.of(data)) if data else nullcontext():
        for file in resolved.files:
            if file.kind == "scenario":
                found += _held_to(ScenarioFile, file.tree)[1]
        if resolved.history is not None:
            found += _held_to(HistoryFile, resolved.history)[1]
    scenario, of_whole = _whole(resolved, theatre or data) if data else (None, [])
    found += of_theatre + of_whole
    # what is wrong in a file is wrong in the whole too: it is told once, as the file calls it
    once = {(finding.place, finding.text): finding for finding in reversed(found)}
    if scenario is None or found or resolved.faults:
        raise ScenarioError([*resolved.faults, *(finding.fault() for finding in once.values())])
    bare = (
        path
        for path, node in changed(resolved).items()
        if not isinstance(node.content, dict | list) and not brings_range(node)
    )
    ranged = {path for path, number in scenario.numbers() if number.plausible is not None}
    series = {}
    if scenario.record is not None and scenario.history_until is not None:
        series = as_series(scenario.record, scenario.start, min(scenario.history_until, scenario.end))
    scenario = scenario.model_copy(update={"chosen": tuple(sorted(ranged.intersection(bare))), "series": series})
    scenario.__dict__["history_beside"] = _history_beside(resolved)
    if scenario.changes:
        _refuse_unchangeable(scenario, resolved)
    return scenario


def _history_beside(resolved: Resolved) -> Path | None:
    """The `history.yaml` of a scenario's folder, or else of its theatre's; the shipped one is looked up by its name."""
    theatres = [file.path for file in resolved.files if file.kind == "theatre"]
    folders = [path.absolute().parent for path in (resolved.first.path, *theatres)]
    named = (folder / "history.yaml" for folder in folders if folder.resolve() != shipped().resolve())
    return next((path for path in named if path.is_file()), None)


def _refuse_unchangeable(scenario: Scenario, resolved: Resolved) -> None:
    """Refuse changes of numbers under which a run cannot go on."""
    from sim.theatre.compiled.epochs import UnchangeableError, rules_of  # as above

    try:
        rules_of(scenario)
    except UnchangeableError as error:
        known = dict(scenario.numbers())
        written = resolved.scenario.content["changes"].content[error.entry].content["set"].entries()
        at = next(node.key for key, node in written.items() if number_path(str(key), known) == error.path)
        text, _, hint = str(error).partition("; ")
        raise ScenarioError([fault(at, f"changes.{error.entry}: {text}", hint)]) from None


_OWN = Scenario.model_fields.keys() - {"theatre", "record", "series"}
"""What the files of a scenario may set in it by the names of its fields."""


class _Beside(Scenario):
    """A scenario as far as it can be checked beside a faulty theatre: by the names which that defines."""

    theatre: Any


def _whole(resolved: Resolved, theatre: Theatre | Mapping[str, Any]) -> tuple[Scenario | None, list[SchemaFault]]:
    """Check what the files say together."""
    merged = resolved.scenario
    own = {key: node for key, node in merged.entries().items() if key in _OWN}
    if resolved.history is not None:
        own["record"] = resolved.history
    tree = Node(own, merged.at, merged.key)
    given = {key: value for key, value in plain(tree).items() if value is not None}
    data = {**given, "name": resolved.first.path.stem, "theatre": theatre}
    scenario, found = _held_to(Scenario if isinstance(theatre, Theatre) else _Beside, tree, data)
    return scenario, [_as_written(finding) for finding in found]


def _as_written(finding: SchemaFault) -> SchemaFault:
    """Blame no one file for what a scenario lacks, and call what is of a record as files call it."""
    if finding.where == "history_until":
        return replace(finding, where="history.until")
    if finding.where.startswith("record."):
        return replace(finding, where=finding.where.removeprefix("record."))
    missing = not finding.where and finding.text.startswith("missing")
    return replace(finding, hint="neither this file nor what it extends gives it") if missing else finding
