"""The manifest of a result, `run.json`: what was asked for, what of it is done, and how it was made."""

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sim.engine.fingerprint import RULES, code_sha256
from sim.results.errors import StoreError
from sim.results.intervals import Precision
from sim.theatre.language.scenario import Scenario

from .atomic import UNFINISHED, replacing

FORMAT = 2
"""Version of the folder's layout."""
NAME = "run.json"

Span = tuple[int, int]
"""Runs of one block: the first, and the one after the last."""
Failure = tuple[int, int, str]
"""A run that met a value that is not finite: run, day, what."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and what of it is kept."""

    scenario: Scenario
    seed: int
    runs: int
    """How many runs; with `until`, the most."""
    size: int
    """Runs in a block."""
    dtype: str = "float32"
    """Type in which trajectories are kept."""
    variables: tuple[str, ...] | None = None
    """Variables whose trajectories are kept; None for all."""
    summary_only: bool = False
    """Whether counts are kept in place of runs."""
    until: Precision | None = None
    branch: Mapping[str, Any] | None = None
    """Of which run, from which day on, the runs are branches; None where they are runs of their own."""
    uncertain: bool = False
    """Whether runs draw the uncertain numbers."""
    design: Mapping[str, Any] | None = None
    """Of a sweep, whose runs are those of one point after those of another: what `Design.told` says."""

    @property
    def spans(self) -> list[Span]:
        """The runs of each block."""
        return [(first, min(first + self.size, self.runs)) for first in range(0, self.runs, self.size)]

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes in the order in which they are counted."""
        return tuple(sorted(self.scenario.theatre.outcomes))

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Trajectories that are kept, rungs apart: those asked for, tension, and what the base rates read."""
        theatre = self.scenario.theatre
        wanted = set(theatre.variables if self.variables is None else self.variables)
        for rate in theatre.base_rates.values():
            wanted |= rate.reads
        return (*sorted(wanted - {"tension"}), "tension")

    @property
    def rungs(self) -> tuple[str, ...]:
        """Rungs that are kept: of each dyad, and of all."""
        return (*(f"rung_{dyad}" for dyad in sorted(self.scenario.theatre.dyads)), "rung")

    def differences(self, other: "Plan") -> list[str]:
        """In what another plan asks for something else, in words."""
        mine, its = self._settings(), other._settings()
        return [f"{name} {its[name]} in place of {mine[name]}" for name in mine if mine[name] != its[name]]

    def _settings(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.short_hash,
            "seed": self.seed,
            "runs": self.runs,
            "dtype": self.dtype,
            "variables": "all" if self.variables is None else ", ".join(sorted(self.variables)),
            "kept:": "counts only" if self.summary_only else "whole runs",
            "numbers": f"drawn{self._but_for}" if self.uncertain else "as written",
            "design": self.design and self.design["sha256"][:8],
            "precision": self.until and f"{self.until} of {self.until.outcome or 'every share'}",
        }

    @property
    def _but_for(self) -> str:
        chosen = self.scenario.chosen
        return f" but for {', '.join(chosen)}" if chosen else ""


class Done(NamedTuple):
    """What the manifest tells of a block that is done."""

    held: tuple[int, ...]
    """Runs in which each outcome held, of those that did not fail."""
    failed: int = 0
    size: int = 0
    """Length of its trajectories on the disk, in bytes."""


@dataclass
class Manifest:
    """A plan, and what is done of it."""

    plan: Plan
    status: Literal["running", "complete"] = "running"
    done: dict[Span, Done] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    """Length of each file beside the trajectories, once it is finished."""
    made: dict[str, Any] = field(default_factory=dict)
    """By which rules and versions, where, and in how many seconds."""

    @property
    def missing(self) -> list[Span]:
        """Blocks that are not done; none once the result is complete, though fewer runs may have been enough."""
        return [] if self.status == "complete" else [span for span in self.plan.spans if span not in self.done]

    @property
    def runs(self) -> int:
        """Runs in the blocks that are done."""
        return sum(last - first for first, last in self.done)

    def drop(self, spans: Iterable[Span]) -> None:
        """Forget blocks, so that they are run again."""
        for first, last in spans:
            del self.done[first, last]
            self.failures = [failure for failure in self.failures if not first <= failure[0] < last]

    def write(self, folder: Path) -> None:
        """Put the manifest into the folder of its result, in place of the one before."""
        with replacing(folder / NAME, folder / UNFINISHED) as file:
            file.write(self.text().encode())

    def text(self) -> str:
        """The manifest as it is written: one line for each block, the scenario last."""
        plan = self.plan
        entries = {
            "format": FORMAT,
            "status": self.status,
            "runs": self.runs if self.status == "complete" else plan.runs,
            "seed": plan.seed,
            "scenario_sha256": plan.scenario.sha256,
            "kept": {"dtype": plan.dtype, "variables": plan.variables, "summary_only": plan.summary_only},
            "until": plan.until and {**plan.until._asdict(), "most_runs": plan.runs},
            **({} if plan.branch is None else {"branch": dict(plan.branch)}),
            **({"uncertain": True} if plan.uncertain else {}),
            **({} if plan.design is None else {"design": dict(plan.design)}),
            **self.made,
            "files": self.files,
            "failures": [dict(zip(("run", "day", "what"), failure, strict=True)) for failure in sorted(self.failures)],
            "block_size": plan.size,
        }
        lines = [f" {json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}" for key, entry in entries.items()]
        spans = sorted(self.done) if self.status == "complete" else plan.spans
        blocks = ",\n  ".join(json.dumps(self._block(span)) for span in spans)
        return "{\n" + ",\n".join([*lines, f' "blocks": [\n  {blocks}\n ]', f' "scenario": {self._scenario}']) + "\n}\n"

    def _block(self, span: Span) -> dict[str, Any]:
        place = {"first": span[0], "last": span[1] - 1}
        done = self.done.get(span)
        return place | ({"status": "waiting"} if done is None else {"status": "done", **done._asdict()})

    @cached_property
    def _scenario(self) -> str:
        """The scenario never changes, and is written as often as a block is done."""
        return json.dumps(self.plan.scenario.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a result.

    Raises
    ------
    StoreError
        The folder is no result, or none that this version can read.
    """
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder} is no result of sim: it has no {NAME}") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {folder / NAME}: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StoreError(
            f"{folder} was written in a format that this version does not read;{_reader(content)} run its scenario "
            "again, with --overwrite if it is to go into the same folder"
        )
    try:
        return _manifest(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"{folder} is damaged: its {NAME} does not hold what it should ({error})") from error


def _reader(content: Any) -> str:
    """Which version reads a result, as far as its manifest tells."""
    versions = content.get("versions") if isinstance(content, dict) else None
    version = versions.get("escalation-sim") if isinstance(versions, dict) else None
    return f" version {version}, which wrote it, does;" if isinstance(version, str) else ""


def _manifest(content: Mapping[str, Any]) -> Manifest:
    scenario = _checked(json.dumps(content["scenario"]))
    if scenario.sha256 != content["scenario_sha256"]:
        raise ValueError("the scenario in it is not the one that was run")
    until, kept = content["until"], dict(content["kept"])
    plan = Plan(
        scenario=scenario,
        seed=content["seed"],
        runs=until["most_runs"] if until else content["runs"],
        size=content["block_size"],
        dtype=kept["dtype"],
        variables=None if kept["variables"] is None else tuple(kept["variables"]),
        summary_only=kept["summary_only"],
        until=Precision(**{name: until[name] for name in Precision._fields if name in until}) if until else None,
        branch=content.get("branch"),
        uncertain=content.get("uncertain", False),
        design=content.get("design"),
    )
    done = {
        (block["first"], block["last"] + 1): Done(tuple(block["held"]), block["failed"], block["size"])
        for block in content["blocks"]
        if block["status"] == "done"
    }
    if not done.keys() <= set(plan.spans):
        raise ValueError("its blocks are not those of its runs")
    failures = [(failure["run"], failure["day"], failure["what"]) for failure in content["failures"]]
    made = {key: content[key] for key in ("rules_sha256", "versions", "platform", "seconds") if key in content}
    return Manifest(plan, content["status"], done, failures, content["files"], made)


@lru_cache(maxsize=2)  # a folder that is to be written to is read several times, to check a scenario takes long
def _checked(written: str) -> Scenario:
    return Scenario.model_validate(json.loads(written))


def provenance() -> dict[str, Any]:
    """Rules, versions and platform that make a result."""
    packages = ("escalation-sim", "mesa", "numba", "numpy", "pandas", "xarray", "zarr", "pyarrow")
    return {
        "rules_sha256": rules_sha256(),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in packages}},
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def rules_sha256() -> str:
    """Hash of the code that computes runs: the same code gives the same bits on every machine.

    Of its texts it knows nothing, so that to mend a message makes no result another one (`sim.engine.fingerprint`).
    """
    return code_sha256(RULES)
