"""Sweeps on disk: design and measures as plain tables, written while runs are made.

| file | what |
|---|---|
| `run.json` | the scenario, the method, seed and versions, and which blocks are done |
| `parameters.csv` | one row for each number that varies: path, low, high, base, unit, lever |
| `design.parquet` | one row for each point: point, and the value of each number |
| `measures.parquet` | one row for each run: point, run (the number of its dice), and every measure |
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.results.design import Design, read_design
from sim.results.errors import StoreError
from sim.results.sweep import Sweep, measure_table

from . import folder as folders
from .atomic import UNFINISHED, replacing, reporting_disk_errors
from .checksums import Content, stored
from .manifest import Done, Failure, Manifest, Plan, Span, remedy
from .parquet_parts import CHECKED, Parts

TABLES = PARAMETERS, DESIGN, MEASURES = "parameters.csv", "design.parquet", "measures.parquet"


class SweepWriter:
    """Takes in measures of a sweep's runs, in any order of blocks, and writes them; a context, as `Writer` is.

    Parameters
    ----------
    design : Design
    folder, plan, resume, overwrite : see `sim.results.storage.write_runs.Writer`
    """

    def __init__(self, folder: Path, plan: Plan, design: Design, resume: bool = False, overwrite: bool = False) -> None:
        self.folder, self.plan, self.design = folder, plan, design
        self._resume, self._overwrite = resume, overwrite
        self._parts = Parts(folder, (MEASURES,))
        self._context = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as context:
            self.manifest: Manifest = context.enter_context(
                folders.writing(self.folder, self.plan, self._resume, self._overwrite)
            )
            with self._told():
                done = self.manifest.done
                self.manifest.drop([span for span in done if not self._parts.are_whole(span, done[span])])
                folders.refuse_full(self.folder, 8.0 * self.design.values.size)
                self._write_design()
            self._context = context.pop_all()
        self._begun = time.perf_counter() - self.manifest.made["seconds"]
        return self

    def __exit__(self, *error: object) -> None:
        self._context.close()

    def _told(self) -> AbstractContextManager[None]:
        return reporting_disk_errors(self.folder, lambda: folders.how_to_resume(self.manifest))

    def _write_design(self) -> None:
        with replacing(self.folder / DESIGN, self.folder / UNFINISHED) as file:
            self.design.points.reset_index().to_parquet(file, index=False, **CHECKED)
        with replacing(self.folder / PARAMETERS, self.folder / UNFINISHED) as file:
            self.design.parameters.to_csv(file, index=False, lineterminator="\n")

    def take(
        self, span: Span, rows: Mapping[str, NDArray[Any]], failures: list[Failure], held: tuple[int, ...]
    ) -> None:
        """Write the measures of a block, and in how many of its sound runs each outcome held."""
        with self._told():
            frame = measure_table(self.design, np.arange(*span), rows)
            part = self._parts.write(span, MEASURES, pa.Table.from_pandas(frame, preserve_index=False))
            self.manifest.done[span] = Done(held, len(failures), parts=(part,))
            self.manifest.failures += failures
            self._write_manifest()

    def _write_manifest(self) -> None:
        self.manifest.made["seconds"] = round(time.perf_counter() - self._begun, 3)
        self.manifest.write(self.folder)

    def finish(self) -> Sweep:
        """Join what was written, and return the sweep that it is."""
        manifest = self.manifest
        with self._told():
            self._write_design()  # as it was when it was begun, whatever happened to it meanwhile
            manifest.files = {name: stored(self.folder / name) for name in (PARAMETERS, DESIGN)}
            manifest.files[MEASURES] = self._parts.join(manifest.done, MEASURES)
            sweep = read_sweep(self.folder, manifest)
            manifest.done = {span: done._replace(parts=()) for span, done in manifest.done.items()}
            manifest.status = "complete"
            self._write_manifest()
            folders.close(self.folder)
        return sweep


def read_sweep(folder: Path, manifest: Manifest) -> Sweep:
    """Read a sweep, finished or about to be.

    Raises
    ------
    StoreError
        Something is missing or damaged.
    """
    plan = manifest.plan
    assert plan.design is not None
    if missing := [name for name in TABLES if name not in manifest.files]:
        raise StoreError(f"{folder} is damaged: its manifest does not list {' and '.join(missing)}")
    lost = {DESIGN: "measures", MEASURES: "the design", PARAMETERS: "measures and the design's points"}
    files = {
        name: Content(
            folder / name, manifest.files[name], f"{what} can still be read by other tools; {remedy(folder, plan)}"
        )
        for name, what in lost.items()
    }
    try:
        points = pd.read_parquet(files[DESIGN]).set_index("point")
        parameters = pd.read_csv(files[PARAMETERS], dtype=str, keep_default_na=False)
        measures = pd.read_parquet(files[MEASURES])
        design = read_design(points, parameters, plan.design, plan.seed)
        if len(measures) != design.runs:
            raise ValueError(f"{MEASURES} has {len(measures):,} rows instead of {design.runs:,}")
    except (OSError, LookupError, TypeError, ValueError, AttributeError, MemoryError, pa.ArrowException) as error:
        raise StoreError(f"{folder} is damaged: {error}; {remedy(folder, plan)}") from error
    info: dict[str, Any] = {
        key: manifest.made[key] for key in ("versions", "platform", "seconds") if key in manifest.made
    }
    return Sweep(design, measures, plan.scenario, failed_runs(design, manifest.failures), info, folder)


def failed_runs(design: Design, failures: list[Failure]) -> pd.DataFrame:
    """Name points and runs of what failed."""
    found = pd.DataFrame(sorted(failures), columns=["column", "day", "what"])
    column = found.pop("column").to_numpy(np.int64)
    found.insert(0, "point", column // design.replicates)
    found.insert(1, "run", design.run_numbers(column))
    return found
