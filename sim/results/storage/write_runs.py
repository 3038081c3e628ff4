"""Results written while they are made: block by block, so that what is finished stays finished.

A result is a folder. `run.json`, its manifest, is there first and tells of each block of runs whether it is done. It
says so once everything of the block lies on the disk:

- its trajectories, in chunks of `trajectories.zarr` that it shares with no other block;
- its events and outcomes, as parts in a hidden folder;

and holds the checksum of each of these files, so that what was damaged meanwhile is noticed and made anew.

When all blocks are done the parts are joined, in order of the runs, to `events.parquet` and `outcomes.parquet`, and the
manifest says `complete`. Whatever is interrupted, at any moment, can be resumed from what the manifest says.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.engine.block import Block
from sim.results.ensemble import Ensemble, event_table, outcome_table
from sim.theatre.compiled.compile import program_of

from . import folder as folders
from . import zarr_blocks
from .atomic import reporting_disk_errors
from .manifest import Done, Failure, Manifest, Plan, Span
from .parquet_parts import Parts
from .read import EVENTS, OUTCOMES, SUMMARY, read_whole, write_summary

RUNS_PER_CHUNK = 512
"""Runs in a block of an ensemble that was in memory."""


class Writer:
    """Takes in blocks of runs, in any order, and writes them to a folder; a context, in which nobody else may write.

    Parameters
    ----------
    folder : path
    plan : Plan
    resume : bool
        Go on with what the folder holds, if it holds something.
    overwrite : bool
        Replace what it holds.
    made : mapping, optional
        How the runs were made, if it was elsewhere.

    Raises
    ------
    StoreError
        The folder is taken, or what it holds cannot be resumed.
    DiskError
        It cannot be written to, now or later.
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
        self._parts = Parts(folder, (EVENTS, OUTCOMES))
        self._context = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as context:
            self.manifest: Manifest = context.enter_context(folders.writing(self.folder, self.plan, *self._how))
            with self._told():
                self._chunks = self._made_ready()
            missing = self.plan.runs - self.manifest.runs
            folders.refuse_full(self.folder, missing * zarr_blocks.bytes_per_run(self.plan))
            self._context = context.pop_all()
        self._begun = time.perf_counter() - self.manifest.made["seconds"]
        return self

    def __exit__(self, *error: object) -> None:
        self._context.close()

    def _told(self) -> AbstractContextManager[None]:
        return reporting_disk_errors(self.folder, lambda: folders.how_to_resume(self.manifest))

    def _made_ready(self) -> zarr_blocks.Chunks:
        """Open the store to write into, and forget blocks of which something is missing."""
        stored = zarr_blocks.Chunks(self.folder, self.plan)
        done = self.manifest.done
        whole = {span for span in done if stored.is_whole(span, done[span]) and self._parts.are_whole(span, done[span])}
        self.manifest.drop(done.keys() - whole)
        stored.lay_out(self.plan.runs)
        return stored

    def take(self, span: Span, block: Block) -> None:
        """Write a block."""
        program = program_of(self.plan.scenario)
        self.put(
            span,
            block.values | block.rungs,
            event_table(block, program),
            outcome_table(program.outcomes, block.run, block.outcome_day),
            block.failures,
        )

    def put(
        self,
        span: Span,
        trajectories: Mapping[str, NDArray[Any]],
        events: pd.DataFrame,
        outcomes: pd.DataFrame,
        failures: Sequence[Failure],
    ) -> None:
        """Write runs as arrays and tables."""
        manifest = self.manifest
        # a range of numbers would be written as its ends only, and other tools would find no column of runs
        outcomes = outcomes.set_axis(pd.Index(np.arange(*span), name="run"))
        with self._told():
            size, chunks = self._chunks.write(span, trajectories)
            parts = (
                self._parts.write(span, EVENTS, pa.Table.from_pandas(events, preserve_index=False)),
                self._parts.write(span, OUTCOMES, pa.Table.from_pandas(outcomes)),
            )
            sound = outcomes.loc[~outcomes.index.isin([run for run, _, _ in failures])]
            held = sound[list(self.plan.outcomes)].notna().sum()
            manifest.done[span] = Done(tuple(held.tolist()), len(outcomes) - len(sound), size, chunks, parts)
            manifest.failures += failures
            self._write_manifest()

    def _write_manifest(self) -> None:
        self.manifest.made["seconds"] = round(time.perf_counter() - self._begun, 3)
        self.manifest.write(self.folder)

    def finish(self) -> Ensemble:
        """Join what was written, and return the ensemble that it is.

        With a precision to be reached, runs after the last block are left out.
        """
        manifest = self.manifest
        with self._told():
            self._chunks.leave_only(manifest.done)
            manifest.files = self._chunks.lay_out(manifest.runs)
            for name in (EVENTS, OUTCOMES):
                manifest.files[name] = self._parts.join(manifest.done, name)
            ensemble = read_whole(self.folder, manifest)
            manifest.files[SUMMARY] = write_summary(ensemble, self.folder)
            manifest.done = {span: done._replace(parts=()) for span, done in manifest.done.items()}
            manifest.status = "complete"
            self._write_manifest()
            folders.close(self.folder)
        return ensemble


def save_ensemble(ensemble: Ensemble, folder: Path, overwrite: bool = False) -> Path:
    """Write an ensemble that is in memory.

    Raises
    ------
    StoreError
        The folder is taken, or cannot be written to.
    """
    names = [str(name) for name in ensemble.trajectories.data_vars]
    variables = tuple(name for name in names if name in ensemble.scenario.theatre.variables)
    plan = Plan(
        ensemble.scenario,
        ensemble.seed,
        len(ensemble),
        RUNS_PER_CHUNK,
        str(ensemble.trajectories["tension"].dtype),
        variables if len(variables) < len(ensemble.scenario.theatre.variables) else None,
        branch=ensemble.info.get("branch"),
        uncertain=ensemble.info.get("uncertain", False),
    )
    run = ensemble.events["run"].to_numpy()
    with Writer(folder, plan, overwrite=overwrite) as writer:
        for first, last in plan.spans:
            failed = ensemble.failures[ensemble.failures["run"].between(first, last - 1)]
            begun, ended = run.searchsorted([first, last])
            writer.put(
                (first, last),
                {name: ensemble.trajectories[name].to_numpy()[first:last] for name in names},
                ensemble.events.iloc[begun:ended],
                ensemble.outcomes.iloc[first:last],
                [tuple(row) for row in failed.itertuples(index=False)],
            )
        writer.finish()
    return folder
