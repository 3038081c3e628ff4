"""Trajectories on the disk: a Zarr store whose chunks are the blocks of runs, so that no two blocks share a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec
from zarr.storage import LocalStore

from sim.results.ensemble import dataset, label
from sim.theatre.compiled.compile import program_of

from .atomic import remove
from .manifest import Plan, Span

NAME = "trajectories.zarr"
COMPRESSED = 0.5
"""What is left of a number that varies, about; flags and rungs shrink further."""


class Chunks:
    """The trajectories of a plan in a folder; each has the dimensions (run, day)."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.path, self.plan = folder / NAME, plan
        self._arrays: dict[str, Any] = {}

    def create(self) -> None:
        """Lay out a store for all runs of the plan, in place of any that is there."""
        plan = self.plan
        remove(self.path)
        coordinates = dataset(plan.scenario, program_of(plan.scenario), np.arange(plan.runs), {})
        coordinates.to_zarr(LocalStore(self.path), consolidated=False, zarr_format=3)
        group = zarr.open_group(self.path, mode="r+")
        for name in (*plan.values, *plan.rungs):
            group.create_array(
                name,
                shape=(plan.runs, plan.scenario.days),
                chunks=(min(plan.size, plan.runs), plan.scenario.days),
                dtype=plan.dtype if name in plan.values else "uint8",
                compressors=BloscCodec(cname="lz4", clevel=5, shuffle="shuffle"),
                dimension_names=("run", "day"),
                attributes={**label(plan.scenario, name)},
            )

    def open(self) -> None:
        """Open the store to be written to."""
        with zarr.config.set({"array.write_empty_chunks": True}):  # a missing file then means a block that is not done
            group = zarr.open_group(self.path, mode="r+")
            self._arrays = {name: group[name] for name in (*self.plan.values, *self.plan.rungs)}

    def write(self, span: Span, rows: Mapping[str, NDArray[Any]]) -> int:
        """Write the trajectories of a block, and return their length in bytes."""
        for path in self._files(span):
            path.unlink(missing_ok=True)  # what another attempt has left must not be read to be completed
        for name, array in self._arrays.items():
            array[span[0] : span[1]] = rows[name]
        size = self.size(span)
        assert size is not None
        return size

    def size(self, span: Span) -> int | None:
        """Length of what a block has in the store, in bytes; None if a file is missing."""
        try:
            return sum(path.stat().st_size for path in self._files(span))
        except OSError:
            return None

    def _files(self, span: Span) -> Iterator[Path]:
        for name in (*self.plan.values, *self.plan.rungs):
            yield self.path / name / "c" / str(span[0] // self.plan.size) / "0"

    def end(self, runs: int) -> None:
        """Leave out what comes after the last run, and what interrupted attempts have left."""
        if runs < self.plan.runs:
            group: Any = zarr.open_group(self.path, mode="r+")
            for name in ("run", *self._arrays):
                group[name].resize((runs, *group[name].shape[1:]))
        for path in self.path.rglob("*.partial"):
            path.unlink()


def bytes_per_run(plan: Plan) -> float:
    """What a run takes on the disk, about, its acts included: one on most days, written twice."""
    value = np.dtype(plan.dtype).itemsize * COMPRESSED
    return plan.scenario.days * (len(plan.values) * value + len(plan.rungs) * 0.2 + 16)
