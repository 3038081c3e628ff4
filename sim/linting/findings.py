"""What lint finds: at which line, what it means, what to do, and whether the file explains it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sim.theatre.files.errors import shown
from sim.theatre.files.load import Resolved
from sim.theatre.files.resolve import entry
from sim.theatre.files.yaml_tree import Node
from sim.theatre.language.paths import leads_to

KINDS = {
    "dead": (
        "a lever that moves nothing teaches nothing",
        "make it stronger or let something depend on it, or take it out",
    ),
    "unread": ("it cannot matter, whatever its value", "take it out, or write the rule that should read it"),
    "never chosen": (
        "its conditions never hold, or it is too rare to matter",
        "look at its 'when' and its rate, or run more often with --runs",
    ),
    "never held": ("it cannot tell any two runs apart", "check whether anything leads to it, or take it out"),
    "always held": ("nearly all runs share it, so it tells little", "ask a question that runs answer differently"),
    "all alike": ("nothing varies from run to run", "give the actors something to decide, or a variable some noise"),
    "stuck": (
        "a variable at the end of its range can move no further",
        "weaken what pushes it there, or widen the range",
    ),
    "never moves": ("it is a constant", "let acts or targets move it, or take it out"),
    "never varies": ("the driver is a constant factor", "put its effect into the rate, or let what it reads vary"),
    "implausible": ("no reasonable critic would put it there", "change the value, or widen the range with a reason"),
    "impossible": (
        "it is recorded, and rules that make what happened impossible are wrong",
        "mend the rule, or the day in the record",
    ),
    "bloodless": (
        "the rules give it no deaths, so no run of the model can have them",
        "give the action 'casualties', or leave the deaths out",
    ),
    "stale": ("what it explains is no longer found", "take it out"),
}
"""Kinds of findings: what each means and what to do."""


@dataclass(frozen=True)
class Finding:
    """Something in a file that does nothing, or nothing sensible."""

    kind: str
    path: str
    """What is found, as an explanation calls it."""
    what: str
    file: str
    line: int
    explained: str | None = None
    """Why it is meant to be, as a file says."""

    @property
    def key(self) -> tuple[str, str]:
        """The same finding in two scenarios has the same key."""
        return self.kind, self.path

    @property
    def meaning(self) -> str:
        """What it means."""
        return KINDS[self.kind][0]

    @property
    def advice(self) -> str:
        """What to do."""
        return KINDS[self.kind][1]

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}: {self.what}"
        return f"{said}; explained: {self.explained}" if self.explained else f"{said}; {self.meaning}; {self.advice}"


class Places:
    """Where things of a scenario are written, and what its files explain."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.own, self.theatre = resolved.first.path, resolved.files[-1].path
        history = () if resolved.history is None else (resolved.history.at.file,)
        self.of_the_question = {shown(self.own), *map(shown, history)}
        """The scenario's own file, and that of the history it imposes."""
        self.explanations = {file.path: explanations(file.tree) for file in resolved.files}

    def finding(self, kind: str, path: str, what: str, at: str | None = None) -> Finding:
        """Return a finding at the line of `at`, or of `path`."""
        node = entry(self.resolved, at or path)
        place = node.key if node is not None else self.resolved.first.tree.at
        return Finding(kind, path, what, shown(place.file), place.line)

    def explained(self, finding: Finding) -> Finding:
        """Return the finding with what a file says of it or of what it stands in; the file asked for comes first."""
        for written in self.explanations.values():
            if key := covering(finding.path, written):
                return replace(finding, explained=written[key][0])
        return finding


def explanations(tree: Node) -> dict[str, tuple[str, int]]:
    """What a file explains: path to reason and line."""
    entries = lint.entries() if (lint := tree.get("lint")) else {}
    return {str(key): (" ".join(str(node.content).split()), node.key.line) for key, node in entries.items()}


def covering(path: str, paths: Iterable[str]) -> str | None:
    """Return the longest of `paths` that is `path` or leads to it."""
    fits = [each for each in paths if leads_to(each, path)]
    return max(fits, key=len, default=None)


def stale(file: Path, written: Mapping[str, tuple[str, int]], found: Iterable[Finding]) -> Iterator[Finding]:
    """Explanations that none of the findings needs."""
    needed = {covering(finding.path, written) for finding in found}
    for path, (_, line) in written.items():
        if path not in needed:
            yield Finding("stale", f"lint.{path}", f"there is no finding at '{path}' to explain", shown(file), line)
