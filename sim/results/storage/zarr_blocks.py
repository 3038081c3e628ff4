"""Trajectories on the disk: a Zarr store whose chunks are the blocks of runs, so that no two blocks share a file.

Zarr presses chunks in memory; their files are written and read here, each held to its checksum, since what lays hold of
files by itself follows links, and takes a chunk that is gone for zeros. What stands in the store beside chunks, its
layout and the coordinates, follows from the plan: it is for other tools, and written anew whenever runs are made.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing
from zarr.codecs import BloscCodec, Crc32cCodec
from zarr.core.buffer import default_buffer_prototype
from zarr.storage import MemoryStore

from sim.results.ensemble import dataset, label
from sim.results.errors import StoreError
from sim.theatre.compiled.compile import program_of

from .atomic import UNFINISHED, make_folder, make_way, remove, replacing
from .checksums import Stored, all_hold, read, sha256
from .manifest import Done, Manifest, Plan, Span, remedy

NAME = "trajectories.zarr"
COMPRESSED = 0.5
"""What is left of a number that varies, about; flags and rungs shrink further."""


class Chunks:
    """The trajectories of a plan in a folder; each has the dimensions (run, day)."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.names = (*plan.values, *plan.rungs)
        self._pressed: dict[str, Any] = {}
        self._presses = {dtype: _one_chunk(self._pressed, plan, dtype) for dtype in {plan.dtype, "uint8"}}

    def lay_out(self, runs: int) -> dict[str, Stored]:
        """Write what the store has beside chunks, for so many runs, and tell of each of its files."""
        return {f"{NAME}/{key}": self._put(key, made.to_bytes()) for key, made in self._laid_out(runs).items()}

    def _laid_out(self, runs: int) -> dict[str, Any]:
        """Layout and coordinates of a store for so many runs, by the names of their files."""
        plan, made = self.plan, dict[str, Any]()
        run = np.arange(plan.first, plan.first + runs)
        dataset(plan.scenario, program_of(plan.scenario), run, {}).to_zarr(
            MemoryStore(made), consolidated=False, zarr_format=3
        )
        group = zarr.open_group(MemoryStore(made), mode="r+")
        for name in self.names:
            group.create_array(
                name,
                shape=(runs, plan.scenario.days),
                dimension_names=("run", "day"),
                attributes={**label(plan.scenario, name)},
                **_layout(plan, _dtype(plan, name)),
            )
        return dict(sorted(made.items()))

    def write(self, span: Span, rows: Mapping[str, NDArray[Any]]) -> tuple[int, tuple[str, ...]]:
        """Write the trajectories of a block, and return their length in bytes and the hash of each."""
        kept = []
        for name in self.names:
            self._pressed.pop(_CHUNK, None)
            self._presses[_dtype(self.plan, name)][: span[1] - span[0]] = rows[name]
            kept.append(self._put(self._key(name, span), self._pressed.pop(_CHUNK).to_bytes()))
        return sum(each.size for each in kept), tuple(str(each.sha256) for each in kept)

    def _put(self, key: str, content: bytes) -> Stored:
        """Write a file of the store, through no link."""
        path = self.folder / NAME / key
        for folder in [*reversed(path.relative_to(self.folder).parents)][1:]:  # that of the result is there
            make_folder(self.folder / folder)
        make_way(path)
        with replacing(path, self.folder / UNFINISHED, lasting=False) as file:
            file.write(content)
        return Stored(len(content), sha256(content))

    def size(self, span: Span) -> int | None:
        """Length of what a block has in the store, in bytes; None if something of it is missing."""
        try:
            return sum(self.path(name, span).stat().st_size for name in self.names)
        except OSError:
            return None

    def is_whole(self, span: Span, done: Done) -> bool:
        """Whether the store holds what was written of a block."""
        return all_hold((self.path(name, span) for name in self.names), done.chunks)

    def path(self, name: str, span: Span) -> Path:
        """The file of a block of a trajectory."""
        return self.folder / NAME / self._key(name, span)

    def _key(self, name: str, span: Span) -> str:
        return f"{name}/c/{(span[0] - self.plan.first) // self.plan.size}/0"

    def strangers(self, spans: Iterable[Span]) -> list[Path]:
        """What lies in the store and is of none of these blocks: interrupted attempts leave such, and other hands."""
        known = {self.path(name, span) for span in spans for name in self.names}
        known |= {self.folder / NAME / key for key in self._laid_out(2)}  # of one run, the number 0 is no file
        known |= {folder for path in known for folder in path.parents}
        return [path for path in sorted((self.folder / NAME).rglob("*")) if path not in known]

    def leave_only(self, spans: Iterable[Span]) -> None:
        """Remove what is of none of these blocks."""
        for path in self.strangers(spans):
            remove(path)


def _dtype(plan: Plan, name: str) -> str:
    return plan.dtype if name in plan.values else "uint8"


def _layout(plan: Plan, dtype: str) -> dict[str, Any]:
    """How a trajectory is cut and pressed; at the end of each chunk stands its CRC-32C, for tools that are not ours."""
    blosc = BloscCodec(cname="lz4", clevel=5, shuffle="shuffle")
    chunks = min(plan.size, plan.runs), plan.scenario.days
    return {"chunks": chunks, "dtype": dtype, "compressors": [blosc, Crc32cCodec()]}


_CHUNK = "c/0/0"


def _one_chunk(place: dict[str, Any], plan: Plan, dtype: str, checked: bool = True) -> Any:
    """An array of a single chunk that is kept in a dictionary: what is put in comes out pressed, and the other way."""
    layout = _layout(plan, dtype)
    if not checked:
        layout["compressors"] = layout["compressors"][:1]
    # what is all zeros is written too: a missing file then means a block that is not there
    return zarr.create_array(
        MemoryStore(place), shape=layout["chunks"], config={"write_empty_chunks": True}, overwrite=True, **layout
    )


class _Rows(BackendArray):
    """A trajectory as xarray reads it: only blocks of which something is asked for, when it is."""

    def __init__(self, folder: Path, manifest: Manifest, name: str) -> None:
        self.folder, self.manifest, self.name = folder, manifest, name
        plan = manifest.plan
        self.spans = sorted(manifest.done)
        self.dtype = np.dtype(_dtype(plan, name))
        self.shape = (manifest.runs, plan.scenario.days)
        self.at = (*plan.values, *plan.rungs).index(name)

    def __getitem__(self, key: Any) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._rows)

    def _rows(self, key: tuple[Any, Any]) -> NDArray[Any]:
        """Rows and days by whole numbers, slices, or arrays of whole numbers."""
        wanted = np.arange(self.shape[0])[key[0]]
        row, place = np.unique(wanted, return_inverse=True)
        found = np.empty((len(row), self.shape[1]), self.dtype)
        first = self.manifest.plan.first
        for span in self.spans:
            begun, ended = np.searchsorted(row, np.array(span) - first)
            if begun < ended:
                found[begun:ended] = self._block(span)[row[begun:ended] - (span[0] - first)]
        rows = found if np.array_equal(wanted, row) else found[place.reshape(wanted.shape)]
        picked: NDArray[Any] = rows[..., key[1]]
        return picked

    def _block(self, span: Span) -> NDArray[Any]:
        plan, done = self.manifest.plan, self.manifest.done[span]
        path = Chunks(self.folder, plan).path(self.name, span)
        advice = (
            f"of {self.name}, runs {span[0]} to {span[1] - 1} are lost; events and outcomes can still be read, and "
            f"{remedy(self.folder, plan)}"
        )
        known = Stored(path.stat().st_size if path.is_file() else 0, done.chunks[self.at] if done.chunks else None)
        content, place = read(path, known, advice), dict[str, Any]()
        try:
            chunk = _one_chunk(place, plan, str(self.dtype), self.manifest.checked)
            place[_CHUNK] = default_buffer_prototype().buffer.from_bytes(content)
            rows: NDArray[Any] = chunk[: span[1] - span[0]]
        except (OSError, RuntimeError, TypeError, ValueError, MemoryError) as error:
            raise StoreError(f"{path} is damaged: {error}; {advice}") from error
        return rows


class _Opened(BackendEntrypoint):
    """Trajectories as `xarray.open_dataset` opens them, which keeps what has been read."""

    def open_dataset(
        self, filename_or_obj: Any, *, drop_variables: Any = None, manifest: Manifest | None = None
    ) -> xr.Dataset:
        assert manifest is not None
        plan, names = manifest.plan, (*manifest.plan.values, *manifest.plan.rungs)
        run = np.arange(plan.first, plan.first + manifest.runs)
        lazy: dict[str, Any] = {
            name: indexing.LazilyIndexedArray(_Rows(Path(filename_or_obj).parent, manifest, name)) for name in names
        }
        opened = dataset(plan.scenario, program_of(plan.scenario), run, lazy)
        for name in names:
            opened[name].encoding["preferred_chunks"] = {"run": plan.size, "day": plan.scenario.days}
        return opened


def opened(folder: Path, manifest: Manifest) -> xr.Dataset:
    """The trajectories of a result, read when they are used.

    Raises
    ------
    StoreError
        Chunks are missing or cut short, which is quick to see.
    """
    stored = Chunks(folder, manifest.plan)
    for span, done in manifest.done.items():
        if stored.size(span) != done.size or not all(stored.path(name, span).is_file() for name in stored.names):
            raise StoreError(
                f"{folder} is damaged: in {NAME}, runs {span[0]} to {span[1] - 1} are missing or cut short; "
                f"{remedy(folder, manifest.plan)}. Events and outcomes can still be read by other tools"
            )
    return xr.open_dataset(folder / NAME, engine=_Opened, manifest=manifest)


def bytes_per_run(plan: Plan) -> float:
    """What a run takes on the disk, about, its acts included: one on most days, written twice."""
    value = np.dtype(plan.dtype).itemsize * COMPRESSED
    return plan.scenario.days * (len(plan.values) * value + len(plan.rungs) * 0.2 + 16)
