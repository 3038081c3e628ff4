"""Lint: what in a scenario and its theatre does nothing, or nothing sensible, and how the ensemble compares."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.floating import usual
from sim.execution.plan import PlanError
from sim.execution.run import run
from sim.given import MOST_RUNS, seed_of, whole
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.errors import Fault, ScenarioError, shown
from sim.theatre.files.load import Resolved, load_either, resolve, without
from sim.theatre.files.locate import Named
from sim.theatre.language.number import written
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import changes_told

from .dead_numbers import PairedRuns, Trial, trial_of
from .findings import Finding, Places, covering, stale
from .observed import Watch, watched
from .recorded import impossible, record_held_to

RUNS = 4000
"""Runs of the ensemble that is looked at, unless told otherwise."""

_ENTRIES = {
    "initial": "variables.{}.start",
    "overrides": "{}",
    "changes": "changes.{}",
    "script": "script.{}",
    "forbid": "forbid.{}",
}
"""Sections of a scenario that are lists of changes, and what a change is called."""
ONE_IS_ENOUGH = ("impossible",)
"""Kinds of findings in a theatre that hold if one scenario makes them."""
_AT_COMPILE_TIME = ("ladder.rung_memory",)
"""Numbers that shape the arrays of a program, so that they cannot vary within one model."""


@dataclass(frozen=True)
class Linted:
    """What was found in one scenario."""

    name: str
    """As the file was asked for."""
    title: str
    runs: int
    base_rates: pd.DataFrame
    """Its base-rate table, see `Ensemble.base_rates`."""
    findings: tuple[Finding, ...]
    """Those of the scenario's own files."""
    held_to_record: bool = False
    """Whether it was held to a record of what happened."""
    changes: tuple[str, ...] = ()
    """What changes in its course, a line for each entry."""


@dataclass(frozen=True)
class Report:
    """What was found in some scenarios and their theatres."""

    scenarios: tuple[Linted, ...]
    theatres: tuple[Finding, ...]
    """Findings in theatres. A theatre is shared, so they hold in every one of its scenarios that was looked at."""
    skipped: tuple[str, ...] = ()
    """Files that are not run by themselves: theatres, histories, sources."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in order of file and line."""
        found = [*self.theatres, *(finding for linted in self.scenarios for finding in linted.findings)]
        return tuple(sorted(set(found), key=lambda each: (each.file, each.line, each.path, each.kind)))

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Findings that no file explains."""
        return tuple(finding for finding in self.findings if finding.explained is None)

    @property
    def clean(self) -> bool:
        """Whether nothing was found that is not explained."""
        return not self.unexplained


@usual
def lint(
    *files: Named, runs: int | None = None, seed: int | None = None, progress: Callable[[str], None] | None = None
) -> Report:
    """Look for what does nothing, or nothing sensible, in scenarios and their theatres.

    What lies in a theatre is found only if it is so in every given scenario of that theatre: give all of them together
    to learn about the theatre, or one to learn about that one. What a record shows to be wrong is found if it is so in
    one: a scenario is checked against its own record, or against the shipped one where that covers its theatre and days
    and the scenario asks about no other world, by changed rules, vetoes, or acts that nobody recorded.

    Parameters
    ----------
    *files : paths, or names of shipped scenarios
    runs : int, optional
        Runs of the ensemble that is looked at.
    seed : int, optional
        Seed of all dice; left out, each scenario's own.
    progress : callable, optional
        Called with what is looked at next.

    Returns
    -------
    Report

    Raises
    ------
    sim.ScenarioError
        Some of the files have faults.
    """
    runs = None if runs is None else whole(runs, "runs", 1, MOST_RUNS, PlanError)
    seed = None if seed is None else seed_of(seed, PlanError)
    loaded, skipped = _loaded(files)
    theatres: dict[Path, _Shared] = {}
    scenarios = []
    for name, scenario, resolved in loaded:
        if progress is not None:
            progress(name)
        theatre = resolved.files[-1].path
        shared = theatres.setdefault(theatre.resolve(), _Shared(theatre))
        dice = scenario.seed if seed is None else seed
        scenarios.append(_Examined(scenario, resolved, RUNS if runs is None else runs, dice).linted(name, shared))
    return Report(tuple(scenarios), tuple(each for shared in theatres.values() for each in shared.standing()), skipped)


def _loaded(files: Sequence[Named]) -> tuple[list[tuple[str, Scenario, Resolved]], tuple[str, ...]]:
    loaded: list[tuple[str, Scenario, Resolved]] = []
    skipped: list[str] = []
    faults: list[Fault] = []
    for name in files:
        try:
            if resolve(name).first.kind != "scenario":
                skipped.append(str(name))
                continue
            scenario, resolved = load_either(name)
        except ScenarioError as error:
            faults += error.faults
        else:
            assert isinstance(scenario, Scenario)
            loaded.append((str(name), scenario, resolved))
    if faults:
        raise ScenarioError(faults)
    return loaded, tuple(skipped)


class _Shared:
    """What the scenarios of one theatre found in it."""

    def __init__(self, theatre: Path) -> None:
        self.theatre = theatre
        self.alive: set[str] = set()
        """Numbers that some scenario has seen to matter."""
        self._found: list[dict[tuple[str, str], Finding]] = []
        self._by_record: dict[tuple[str, str], list[Finding]] = {}
        self._explained: dict[str, tuple[str, int]] = {}

    def add(self, found: Iterable[Finding], places: Places) -> None:
        """Take up what one scenario found."""
        mine = list(found)
        self._found.append({finding.key: finding for finding in mine if finding.kind not in ONE_IS_ENOUGH})
        for finding in mine:
            if finding.kind in ONE_IS_ENOUGH:
                self._by_record.setdefault(finding.key, []).append(finding)
        self._explained = places.explanations[places.theatre]

    def standing(self) -> Iterator[Finding]:
        """Findings that every scenario made, explained if they are so in each; and explanations of nothing.

        What a record shows is found if one scenario did, of several with the one whose record tells of most. One
        scenario cannot tell that an explanation is needed no more: another may need it.
        """
        first = self._found[0]
        common = [key for key in first if all(key in found for found in self._found)]
        found = [sorted(each, key=lambda one: -len(one.what)) for each in self._by_record.values()]
        found += [[found[key] for found in self._found] for key in common]
        standing = _uncovered(next((one for one in each if one.explained is None), each[0]) for each in found)
        yield from standing
        if len(self._found) > 1:
            yield from stale(self.theatre, self._explained, standing)


def _uncovered(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each path, and none for what stands in an entry that has one itself."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.path, finding)
    return [finding for path, finding in first.items() if covering(path.rpartition(".")[0], first) is None]


class _Examined:
    """One scenario under examination."""

    def __init__(self, scenario: Scenario, resolved: Resolved, runs: int, seed: int) -> None:
        self.scenario, self.resolved, self.places = scenario, resolved, Places(resolved)
        self.seed, self.record = seed, record_held_to(scenario, resolved)
        self.watch = Watch(scenario, run(watched(scenario), runs, seed, progress=None), self.places)
        self.pairs = PairedRuns(scenario, seed)
        self.runs = runs

    def linted(self, name: str, shared: _Shared) -> Linted:
        """Everything found; what lies in the theatre goes to `shared`."""
        by_record = () if self.record is None else impossible(self.scenario, self.record, self.seed, self.places)
        found = [
            *by_record,
            *self.watch.findings(),
            *self._bloodless(),
            *self._unused(),
            *self._dead_entries(),
            *self._dead_numbers(shared),
        ]
        found = [self.places.explained(finding) for finding in found]
        shared.add((finding for finding in found if finding.file == shown(self.places.theatre)), self.places)
        own = _uncovered(finding for finding in found if finding.file in self.places.of_the_question)
        unneeded = stale(self.places.own, self.places.explanations[self.places.own], found)
        base_rates, held = self.watch.ensemble.base_rates, self.record is not None
        told = tuple(changes_told(self.scenario))
        return Linted(name, self.scenario.title, self.runs, base_rates, (*own, *unneeded), held, told)

    def _dead_entries(self) -> Iterator[Finding]:
        """Entries of the scenario's own file without which every path is the same."""
        tree = self.resolved.first.tree
        for section, path in _ENTRIES.items():
            for key in node.entries() if (node := tree.get(section)) else ():
                if section == "script" and self._is_an_act(str(key)):
                    continue
                try:
                    compared = self.pairs.differs(without(self.resolved, section, key))
                except ScenarioError:
                    continue  # the scenario cannot do without it
                if compared is not None:
                    what = f"{section}: without '{key}', nothing changes in {compared} paired runs"
                    yield self.places.finding("dead", path.format(key), what)

    def _bloodless(self) -> Iterator[Finding]:
        """Deaths that the script or the history imposes with acts that cannot kill."""
        for name, entry in self.scenario.script.items():
            if entry.do is not None and entry.deaths and self.scenario.theatre.actions[entry.do].casualties is None:
                what = f"{entry.do} kills {entry.deaths} on {entry.on}, but this action cannot kill"
                yield self.places.finding("bloodless", f"script.{name}", what)

    def _unused(self) -> Iterator[Finding]:
        """Places at which nothing is done, and instruments that nobody uses."""
        theatre = self.scenario.theatre
        for section, field in (("places", "place"), ("instruments", "instrument")):
            used = {getattr(action, field) for action in theatre.actions.values()}
            for name in sorted(getattr(theatre, section).keys() - used):
                yield self.places.finding("unread", f"{section}.{name}", f"no action has the {field} {name}")

    def _is_an_act(self, name: str) -> bool:
        """Whether an entry of the script is an act: an event of its own, without which a path is another one."""
        entry = self.scenario.script.get(name)  # an entry may take out one that the file extended has
        return entry is not None and entry.do is not None

    def _dead_numbers(self, shared: _Shared) -> Iterator[Finding]:
        """Numbers of the theatre that change no path, even at the other end of their plausible range."""
        own = self.places.explanations[self.places.own]
        read = {path for parameter in program_of(self.scenario).parameters for path in parameter.paths}
        changed = [".".join(map(str, keys)) for keys in self.resolved.changes]
        changed += self.scenario.epochs[-1].changed  # what they are before and after is the question that it asks
        changes: list[Trial] = []
        for each in written(self.scenario.theatre):
            path, section = each.path, each.keys[0]
            if covering(path, changed) or (path in shared.alive and covering(path, own) is None):
                continue
            if path not in read:
                # what the language asks for is no lever until somebody gives it a range
                if section == "conditions":
                    yield self.places.finding("unread", f"conditions.{each.keys[1]}", f"no rule reads {each.keys[1]}")
                elif path not in _AT_COMPILE_TIME and "scale" not in each.keys and trial_of(each) is not None:
                    yield self.places.finding("unread", path, f"no rule reads {path}")
            elif section == "actions" and each.keys[1] not in self.watch.runs_by_action:
                yield self.places.finding("dead", path, f"{path} belongs to an action that is never chosen")
            elif change := trial_of(each):
                changes.append(change)
        dead, compared = self.pairs.unnoticed(changes, self._likely_runs(changes))
        shared.alive |= {change.path for change in changes} - {change.path for change in dead}
        for change in dead:
            what = f"{change.said} nothing changes in about {compared} paired runs"
            yield self.places.finding("dead", change.path, what)

    def _likely_runs(self, changes: Iterable[Trial]) -> dict[str, NDArray[np.int64]]:
        """By path of an action's number, the runs in which the action was chosen."""
        chosen = {f"actions.{name}": runs for name, runs in self.watch.runs_by_action.items()}
        owners = {change.path: covering(change.path, chosen) for change in changes}
        return {path: chosen[owner] for path, owner in owners.items() if owner is not None}
