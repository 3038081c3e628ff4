"""Tables written in parts, one for each block of runs, and joined when all are there."""

import io
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .atomic import UNFINISHED, make_way, replacing
from .checksums import Content, Stored, all_hold, sha256, stored
from .manifest import Done, Span

CHECKED = {"write_page_checksum": True}
"""Pages carry their CRC-32, for tools that are not ours."""


class Parts:
    """Parts of some tables, in the hidden folder of a result."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder, self.names = (
            folder.absolute(),
            names,
        )  # pyarrow takes a relative path for an address if it has a ":"

    def write(self, span: Span, name: str, table: pa.Table) -> str:
        """Write what a block adds to a table, and return its hash."""
        content = io.BytesIO()
        pq.write_table(table, content, **CHECKED)
        make_way(self._part(span, name))
        with replacing(self._part(span, name), self.folder / UNFINISHED) as file:
            file.write(content.getbuffer())
        return sha256(content.getvalue())

    def are_whole(self, span: Span, done: Done) -> bool:
        """Whether all that a block has added lies on the disk as it was written."""
        return all_hold((self._part(span, name) for name in self.names), done.parts)

    def join(self, done: Mapping[Span, Done], name: str) -> Stored:
        """Make one file of all parts, with a row group for each: no more than one is ever in memory."""
        target, at = self.folder / name, self.names.index(name)
        parts = (self._read(span, name, done[span].parts[at]) for span in sorted(done))
        first = next(parts)
        with (
            replacing(target, self.folder / UNFINISHED) as file,
            pq.ParquetWriter(file, first.schema, **CHECKED) as joined,
        ):
            joined.write_table(first)
            for part in parts:
                joined.write_table(part)
        return stored(target)

    def _read(self, span: Span, name: str, known: str) -> pa.Table:
        path = self._part(span, name)
        size = path.stat().st_size if path.is_file() else 0
        return pq.read_table(Content(path, Stored(size, known), "resume with --resume, which makes it again"))

    def _part(self, span: Span, name: str) -> Path:
        return self.folder / UNFINISHED / f"{span[0]:09d}.{name}"
