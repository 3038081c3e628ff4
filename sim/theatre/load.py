"""From files to a scenario: everything is read, merged and checked, and every fault reported at once."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from . import names
from .base import Model
from .errors import ScenarioError, fault
from .files import Kind, Named, shipped
from .messages import Finding, findings
from .resolve import Resolved, resolve
from .scenario import HistoryFile, Scenario, ScenarioFile
from .schema import Theatre
from .yaml_tree import Node, plain

__all__ = ["Resolved", "ScenarioError", "check", "load", "load_theatre", "resolve", "shipped"]

AnyModel = TypeVar("AnyModel", bound=Model)


def load(path_or_name: Named) -> Scenario:
    """Load a scenario by its path or by the name of a shipped one.

    Raises
    ------
    ScenarioError
        With every fault found in the scenario and in all files it draws on.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "scenario")
    return _scenario(resolved)


def load_theatre(path_or_name: Named) -> Theatre:
    """Load a theatre by its path or by the name of a shipped one.

    Raises
    ------
    ScenarioError
        With every fault found in it.
    """
    resolved = resolve(path_or_name)
    _refuse_unless(resolved, "theatre")
    return _alone(resolved, Theatre)


def check(path_or_name: Named) -> Scenario | Theatre | HistoryFile:
    """Load whatever a file holds: a scenario, or a theatre or a history by itself.

    Raises
    ------
    ScenarioError
        With every fault found.
    """
    resolved = resolve(path_or_name)
    if resolved.first.kind == "theatre":
        return _alone(resolved, Theatre)
    return _alone(resolved, HistoryFile) if resolved.first.kind == "history" else _scenario(resolved)


def _refuse_unless(resolved: Resolved, wanted: Kind) -> None:
    file = resolved.first
    if file.kind == wanted:
        return
    name = file.path.name
    key, hint = {
        "theatre": ("theatre", f"write a scenario that extends it: 'extends: {name}'"),
        "history": ("events", f"name it in a scenario: 'history: {{file: {name}, until: 2019-12-31}}'"),
        "scenario": ("extends", None),
    }[file.kind]
    at = (file.tree.get(key) or file.tree).key
    raise ScenarioError([*resolved.faults, fault(at, f"'{name}' is a {file.kind}, not a {wanted}", hint)])


def _alone(resolved: Resolved, kind: type[AnyModel]) -> AnyModel:
    held, found = _held_to(kind, resolved.first.tree)
    if held is None or resolved.faults:
        raise ScenarioError([*resolved.faults, *(finding.fault() for finding in found)])
    return held


def _held_to(kind: type[AnyModel], tree: Node, data: Any = None) -> tuple[AnyModel | None, list[Finding]]:
    """Check a tree, or the data made of it, against a record of the language."""
    try:
        return kind.model_validate(plain(tree) if data is None else data), []
    except ValidationError as error:
        return None, findings(error, tree, kind)


def _scenario(resolved: Resolved) -> Scenario:
    """Check every file by itself, then what they make together."""
    found: list[Finding] = []
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
    return scenario


class _Beside(Scenario):
    """A scenario as far as it can be checked beside a faulty theatre: by the names which that defines."""

    theatre: Any


def _whole(resolved: Resolved, theatre: Theatre | Mapping[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """Check what the files say together."""
    merged = resolved.scenario
    own = {key: node for key, node in merged.entries().items() if key in Scenario.model_fields and key != "theatre"}
    tree = Node(own, merged.at, merged.key)
    given = {key: value for key, value in plain(tree).items() if value is not None}
    data = {**given, "name": resolved.first.path.stem, "theatre": theatre}
    scenario, found = _held_to(Scenario if isinstance(theatre, Theatre) else _Beside, tree, data)
    return scenario, [_as_written(finding) for finding in found]


def _as_written(finding: Finding) -> Finding:
    """Blame no one file for what a scenario lacks, and call the end of history by the key that a file has for it."""
    if finding.where == "history_until":
        return replace(finding, where="history.until")
    missing = not finding.where and finding.text.startswith("missing")
    return replace(finding, hint="neither this file nor what it extends gives it") if missing else finding
