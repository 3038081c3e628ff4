"""Tables written in parts, one for each block of runs, and joined when all are there."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .atomic import UNFINISHED, replacing
from .manifest import Span


class Parts:
    """Parts of some tables, in the hidden folder of a result."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder, self.names = (
            folder.absolute(),
            names,
        )  # pyarrow takes a relative path for an address if it has a ":"

    def write(self, span: Span, name: str, table: pa.Table) -> None:
        """Write what a block adds to a table."""
        with replacing(self._part(span, name), self.folder / UNFINISHED) as file:
            pq.write_table(table, file)

    def are_whole(self, span: Span) -> bool:
        """Whether all that a block has added lies on the disk."""
        try:
            for name in self.names:
                pq.read_metadata(self._part(span, name))
        except (OSError, pa.ArrowException):
            return False
        return True

    def join(self, spans: Iterable[Span], name: str) -> int:
        """Make one file of all parts, with a row group for each: no more than one is ever in memory.

        Returns
        -------
        int, its length in bytes
        """
        parts = [self._part(span, name) for span in sorted(spans)]
        target = self.folder / name
        schema = pq.read_schema(parts[0])
        with replacing(target, self.folder / UNFINISHED) as file, pq.ParquetWriter(file, schema) as joined:
            for part in parts:
                joined.write_table(pq.read_table(part))
        return target.stat().st_size

    def _part(self, span: Span, name: str) -> Path:
        return self.folder / UNFINISHED / f"{span[0]:09d}.{name}"
