"""Checksums of a result: what each file held when it was written, and what to say if it holds something else.

The manifest, `run.json`, knows the length and the SHA-256 of every file of its result, and holds its own. A file is
held to them whenever it is read, before anything of it is believed. Beside that, chunks of trajectories and pages of
tables carry the checksums of their formats, which other tools know.
"""

import hashlib
import io
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sim.results.errors import StoreError

from .atomic import read_file


class Stored(NamedTuple):
    """A file as it was written."""

    size: int
    """Its length in bytes."""
    sha256: str | None = None
    """Hash of what it held; None in results of versions that took none."""


def sha256(content: bytes) -> str:
    """Hash of what a file holds."""
    return hashlib.sha256(content).hexdigest()


def stored(path: Path) -> Stored:
    """Tell of a file that was just written."""
    content = read_file(path)
    return Stored(len(content), sha256(content))


def fault(path: Path, known: Stored) -> str | None:
    """What is wrong with the length or kind of a file, which is quick to see; None if nothing is."""
    try:
        found = path.stat()
    except OSError:
        return "is missing"
    if not stat.S_ISREG(found.st_mode):
        return "is no file"
    return None if found.st_size == known.size else "does not have the length it was written with"


def read(path: Path, known: Stored, advice: str) -> bytes:
    """Read a file whole, as it was written.

    Raises
    ------
    StoreError
        It is missing, or holds something else; `advice` says what is lost, and what to do.
    """
    wrong = fault(path, known)
    if wrong is None:
        try:
            content = read_file(path)
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror or error}") from error
        if known.sha256 in (None, sha256(content)):
            return content
        wrong = "does not hold what was written (its checksum does not match)"
    raise StoreError(f"{path} is damaged: it {wrong}; {advice}")


def all_hold(paths: Iterable[Path], hashes: Iterable[str]) -> bool:
    """Whether each of some files holds what its hash says; not if one cannot be read, or has no hash."""
    try:
        return all(sha256(read_file(path)) == known for path, known in zip(paths, hashes, strict=True))
    except (OSError, ValueError):
        return False


class Content(io.BytesIO):
    """What a file holds, once it is known to be what was written, as a file to be read."""

    def __init__(self, path: Path, known: Stored, advice: str) -> None:
        super().__init__(read(path, known, advice))
        self.name = path.name
