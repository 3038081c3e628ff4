"""The manifest of a result, `run.json`: what was asked for, what of it is done, and how it was made."""

import json
import platform
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from sim.engine.fingerprint import RULES, code_sha256
from sim.results.errors import StoreError
from sim.results.intervals import Precision
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.fitted import Fitted, NumbersFrom, source_of

from .atomic import UNFINISHED, replacing
from .checksums import Stored
from .written import KEPT, Written, read_written, sealed
from .written import NAME as NAME

FORMAT, UNCHECKED = 3, 2
"""Version of the folder's layout, and the one before it, which had no checksums."""

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
    uncertain: NumbersFrom = False
    """Whether runs draw the uncertain numbers, and from what."""
    design: Mapping[str, Any] | None = None
    """Of a sweep, whose runs are those of one point after those of another: what `Design.told` says."""
    first: int = 0
    """Number of the first run; those of a part of an ensemble begin further on."""

    @property
    def spans(self) -> list[Span]:
        """The runs of each block.

        Counts of parts are cut where those of the whole are, so that they can be added to its blocks.
        """
        return [self.span(first) for first in range(self.grid, self.end, self.size)]

    @property
    def grid(self) -> int:
        """Where a block begins, or would if the runs did not begin further on."""
        return self.first - self.first % self.size if self.summary_only else self.first

    def span(self, run: int) -> Span:
        """The block of a run."""
        begun = run - (run - self.grid) % self.size
        return max(begun, self.first), min(begun + self.size, self.end)

    @property
    def end(self) -> int:
        """The number after that of the last run."""
        return self.first + self.runs

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
        return [f"{name} {its[name]} instead of {mine[name]}" for name in mine if mine[name] != its[name]]

    def _settings(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.short_hash,
            "seed": self.seed,
            "first run": self.first,
            "runs": self.runs,
            "dtype": self.dtype,
            "variables": "all" if self.variables is None else ", ".join(sorted(self.variables)),
            "kept:": "counts only" if self.summary_only else "whole runs",
            "numbers": self._numbers,
            "design": self.design and self.design["sha256"][:8],
            "precision": self.until and f"{self.until} of {self.until.outcome or 'every share'}",
        }

    @property
    def _numbers(self) -> str:
        if not self.uncertain:
            return "as written"
        if isinstance(self.uncertain, Fitted):
            return f"drawn from {source_of(self.uncertain)}"
        chosen = self.scenario.chosen
        levers = ", levers too" if self.scenario.levers_drawn else ""
        return f"drawn{levers}" + (f" but for {', '.join(chosen)}" if chosen else "")


class Done(NamedTuple):
    """What the manifest tells of a block that is done."""

    held: tuple[int, ...]
    """Runs in which each outcome held, of those that did not fail."""
    failed: int = 0
    size: int = 0
    """Length of its trajectories on the disk, in bytes."""
    chunks: tuple[str, ...] = ()
    """SHA-256 of the file of each of its trajectories, values before rungs; none in results that had no checksums."""
    parts: tuple[str, ...] = ()
    """SHA-256 of what it adds to each table, for as long as that is a file of its own."""


@dataclass
class Manifest:
    """A plan, and what is done of it."""

    plan: Plan
    status: Literal["running", "complete"] = "running"
    done: dict[Span, Done] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    files: dict[str, Stored] = field(default_factory=dict)
    """Each file beside the chunks of trajectories, once it is finished."""
    made: dict[str, Any] = field(default_factory=dict)
    """By which rules and versions, where, and in how many seconds."""
    checked: bool = True
    """Whether it has checksums: versions before took none."""

    @property
    def missing(self) -> list[Span]:
        """Blocks that are not done; none once the result is complete, though fewer runs may have been enough."""
        return [] if self.status == "complete" else [span for span in self.plan.spans if span not in self.done]

    @property
    def runs(self) -> int:
        """Runs in the blocks that are done."""
        return sum(last - first for first, last in self.done)

    def counted_from(self, kept: "Manifest") -> bool:
        """Whether runs that were kept whole are the first of those of which these are the counts."""
        mine, its = self.plan, kept.plan
        known = {name: file for name, file in self.files.items() if name.startswith(f"{KEPT}/")}
        return (
            (mine.scenario.sha256, mine.seed, mine.first, mine.uncertain)
            == (its.scenario.sha256, its.seed, its.first, its.uncertain)
            and kept.runs <= self.runs
            and all(kept.files.get(name.removeprefix(f"{KEPT}/")) == file for name, file in known.items())
        )

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
        """The manifest as it is written: one line for each block, the scenario last.

        Equal results differ in one line only, which tells the time and holds the checksum of all.
        """
        plan = self.plan
        entries = {
            "format": FORMAT,
            "status": self.status,
            **({} if plan.first == 0 else {"first": plan.first}),
            "runs": self.runs if self.status == "complete" else plan.runs,
            "seed": plan.seed,
            "scenario_sha256": plan.scenario.sha256,
            "kept": {"dtype": plan.dtype, "variables": plan.variables, "summary_only": plan.summary_only},
            "until": plan.until and {**plan.until._asdict(), "most_runs": plan.runs},
            **({} if plan.branch is None else {"branch": dict(plan.branch)}),
            **({"uncertain": _told(plan.uncertain)} if plan.uncertain else {}),
            **({} if plan.design is None else {"design": dict(plan.design)}),
            **{key: entry for key, entry in self.made.items() if key != "seconds"},
            "files": {name: file._asdict() for name, file in self.files.items()},
            "failures": [dict(zip(("run", "day", "what"), failure, strict=True)) for failure in sorted(self.failures)],
            "block_size": plan.size,
        }
        lines = [f" {json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}" for key, entry in entries.items()]
        spans = sorted(self.done) if self.status == "complete" else plan.spans
        blocks = ",\n  ".join(json.dumps(self._block(span)) for span in spans)
        lines += [f' "blocks": [\n  {blocks}\n ]', f' "scenario": {self._scenario}']
        return sealed(lines, self.made.get("seconds", 0.0))

    def _block(self, span: Span) -> dict[str, Any]:
        place = {"first": span[0], "last": span[1] - 1}
        done = self.done.get(span)
        if done is None:
            return place | {"status": "waiting"}
        hashes = {key: value for key, value in (("chunks", done.chunks), ("parts", done.parts)) if value}
        return place | {"status": "done", "held": done.held, "failed": done.failed, "size": done.size} | hashes

    @cached_property
    def _scenario(self) -> str:
        """The scenario never changes, and is written as often as a block is done."""
        return json.dumps(self.plan.scenario.model_dump(mode="json", by_alias=True), indent=1, ensure_ascii=False)


def _told(uncertain: NumbersFrom) -> Any:
    return uncertain.told() if isinstance(uncertain, Fitted) else uncertain


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a result.

    Raises
    ------
    StoreError
        The folder is no result, or none that this version can read, or its manifest is damaged.
    """
    try:
        written = read_written(folder)
        manifest = _manifest(written.content)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise StoreError(_damaged(folder, f"{place}: {error.errors()[0]['msg']}")) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise StoreError(_damaged(folder, str(error))) from error
    if not written.sound:
        raise StoreError(_damaged(folder, "its checksum does not match"))
    return manifest


def _damaged(folder: Path, why: str) -> str:
    return (
        f"{folder} is damaged: its {NAME} does not hold what it should ({why}); other tools can still read the files "
        "beside it, but cannot tell whether they are complete. Run its scenario again, with --overwrite"
    )


def _manifest(content: Written) -> Manifest:
    scenario = _checked(json.dumps(content.scenario))
    if scenario.sha256 != content.scenario_sha256:
        raise ValueError("the scenario in it is not the one that was run")
    until, kept = content.until and content.until.model_dump(), content.kept
    plan = Plan(
        scenario=scenario,
        seed=content.seed,
        runs=until["most_runs"] if until else content.runs,
        size=content.block_size,
        first=content.first,
        dtype=kept.dtype,
        variables=kept.variables,
        summary_only=kept.summary_only,
        until=Precision(**{key: until[key] for key in Precision._fields if key in until}) if until else None,
        branch=content.branch,
        uncertain=content.uncertain if isinstance(content.uncertain, bool) else Fitted.of(content.uncertain),
        design=content.design,
    )
    unknown = set(kept.variables or ()) - set(scenario.theatre.variables)
    if unknown:
        raise ValueError(f"it keeps {', '.join(sorted(unknown))}, which its scenario does not have")
    done = {
        (block.first, block.last + 1): Done(block.held, block.failed, block.size, block.chunks, block.parts)
        for block in content.blocks
        if block.status == "done"
    }
    _refuse_other_blocks(plan, content, done)
    if any(len(block.held) != len(plan.outcomes) for block in done.values()):
        raise ValueError("its blocks have other outcomes")
    failures = [(failure.run, failure.day, failure.what) for failure in content.failures]
    made = {key: value for key in _MADE if (value := getattr(content, key)) is not None}
    files = {
        name: Stored(file) if isinstance(file, int) else Stored(file.size, file.sha256)
        for name, file in content.files.items()
    }
    return Manifest(plan, content.status, done, failures, files, made, content.format == FORMAT)


_MADE = ("rules_sha256", "versions", "platform", "seconds")


def _refuse_other_blocks(plan: Plan, content: Written, done: Mapping[Span, Done]) -> None:
    """Hold blocks to the plan by arithmetic: a damaged number must not make a list that fills the memory."""
    n = -(-(plan.end - plan.grid) // plan.size)
    if content.status == "running" and len(content.blocks) != n:
        raise ValueError("its blocks are not those of its runs")
    if not all(plan.first <= span[0] < plan.end and span == plan.span(span[0]) for span in done):
        raise ValueError("its blocks are not those of its runs")
    if content.status == "complete" and (
        sum(last - first for first, last in done) != content.runs or max(done)[1] != plan.first + content.runs
    ):
        raise ValueError("its blocks are not all of its runs")


def remedy(folder: Path, plan: Plan) -> str:
    """What to do where something of a result is damaged."""
    if plan.branch is not None:
        return "branch again, with --overwrite"
    verb = "run" if plan.design is None else "sweep"
    command = shlex.join(["sim", verb, plan.scenario.name, "--out", str(folder), "--resume"])
    return f"'{command}' makes it again, to the same bytes"


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
