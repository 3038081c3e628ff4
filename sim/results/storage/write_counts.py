"""Counts written while runs are made: however many runs, the same memory, and the same room on the disk.

What has been counted so far is written every few seconds under a new name, and counts once the manifest gives that name
and the blocks in it; so counts and blocks never disagree, whatever is interrupted.
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Self

from sim.results.counted import CountedEnsemble
from sim.results.errors import StoreError
from sim.results.summary import Summary

from . import folder as folders
from .atomic import UNFINISHED, replacing, reporting_disk_errors
from .checksums import Content, stored
from .manifest import Done, Manifest, Plan, Span, read_manifest
from .read import COUNTS, KEPT, KEPT_FILES, SUMMARY, read_counted, write_summary

SECONDS = 20.0
"""Between one time that counts are written and the next: at most so much is lost to a crash."""
ROOM = 100e6
"""What counts take on the disk at most, in bytes."""


class CountWriter:
    """Takes in counts of blocks, in any order, and adds them; a context, in which nobody else may write.

    Parameters
    ----------
    folder, plan, resume, overwrite, made : see `Writer`
    """

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        resume: bool = False,
        overwrite: bool = False,
        made: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder, self.plan = folder, plan
        self._how = resume, overwrite, made
        self._context = ExitStack()
        self._since: dict[Span, Done] = {}
        """Blocks counted since counts were written."""
        self._adding = False

    @property
    def kept(self) -> Path:
        """Where the first runs are kept whole."""
        return self.folder / KEPT

    def __enter__(self) -> Self:
        with ExitStack() as context:
            self.manifest: Manifest = context.enter_context(folders.writing(self.folder, self.plan, *self._how))
            folders.refuse_full(self.folder, ROOM)
            self.summary = self._begun()
            self._context = context.pop_all()
        self._written = time.perf_counter()
        self._began = self._written - self.manifest.made["seconds"]
        return self

    def _begun(self) -> Summary:
        """What was counted before; nothing, if that cannot be read."""
        scenario = self.plan.scenario
        for name, known in self.manifest.files.items():
            try:
                return Summary.load(Content(self.folder / name, known, ""), scenario)
            except (StoreError, ValueError):
                break
        self.manifest.drop(list(self.manifest.done))
        return Summary(scenario, bool(self.plan.uncertain))

    def __exit__(self, *error: object) -> None:
        try:
            if self._since and not self._adding and self.manifest.status == "running":
                self._write()
        finally:
            self._context.close()

    def _told(self) -> AbstractContextManager[None]:
        return reporting_disk_errors(self.folder, lambda: folders.how_to_resume(self.manifest))

    def take(self, span: Span, counted: Summary) -> None:
        """Add the counts of a block."""
        held = counted.held[list(self.plan.outcomes)]
        self.add(counted, {span: Done(tuple(held.tolist()), counted.failed)})

    def add(self, counted: Summary, blocks: Mapping[Span, Done]) -> None:
        """Add the counts of some blocks together."""
        self._adding = True  # interrupted in between, what is added is not to be written
        self.summary += counted
        self._since |= blocks
        self._adding = False
        if time.perf_counter() - self._written > SECONDS:
            self._write()

    def _write(self) -> None:
        manifest = self.manifest
        with self._told():
            name = f"{UNFINISHED}/{len(manifest.done) + len(self._since):09d}.{COUNTS}"
            with replacing(self.folder / name, self.folder / UNFINISHED) as file:
                self.summary.save(file)
            earlier, manifest.files = manifest.files, {name: stored(self.folder / name)}
            manifest.done |= self._since
            manifest.failures = list(self.summary.failures)
            self._write_manifest()
            for old in earlier.keys() - manifest.files.keys():
                (self.folder / old).unlink(missing_ok=True)
        self._since = {}
        self._written = time.perf_counter()

    def _write_manifest(self) -> None:
        self.manifest.made["seconds"] = round(time.perf_counter() - self._began, 3)
        self.manifest.write(self.folder)

    def finish(self) -> CountedEnsemble:
        """Write what all runs did, and return it."""
        if self._since:
            self._write()
        manifest = self.manifest
        with self._told():
            with replacing(self.folder / COUNTS, self.folder / UNFINISHED) as file:
                self.summary.save(file)
            manifest.files = {COUNTS: stored(self.folder / COUNTS)}
            ensemble = read_counted(self.folder, manifest)
            manifest.files[SUMMARY] = write_summary(ensemble, self.folder)
            kept = read_manifest(self.kept).files
            manifest.files |= {f"{KEPT}/{name}": kept[name] for name in KEPT_FILES}
            manifest.status = "complete"
            self._write_manifest()
            folders.close(self.folder)
        return ensemble
