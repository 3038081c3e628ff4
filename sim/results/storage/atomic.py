"""Files that are there as a whole or not at all."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.results.errors import DiskError

UNFINISHED = ".unfinished"
"""Folder within a result for what is not finished; it is gone when the result is complete."""


@contextmanager
def replacing(path: Path, by_way_of: Path) -> Iterator[BinaryIO]:
    """Write a file under another name, and put it in its place when it lies on the disk as a whole."""
    partial = by_way_of / f"{path.name}.partial"
    with partial.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a change of names last, where the system lets a folder be opened."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(opened)
    except OSError:  # some systems sync files only
        pass
    finally:
        os.close(opened)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def reporting_disk_errors(folder: Path, then: Callable[[], str] = str) -> Iterator[None]:
    """Say of a failure to write what it was and, with `then`, what to do.

    Raises
    ------
    DiskError
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise DiskError(f"cannot write {folder}: {reason(error)}{then()}") from error


def reason(error: OSError) -> str:
    """Why the system refused, in a few words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return "the disk is full"
    return error.strerror or str(error)


def refuse_unwritable(path: Path) -> None:
    """Do not begin what could not be kept: see whether a file or a folder can be made there.

    Raises
    ------
    DiskError
        It cannot; the message says why.
    """
    place = path if path.is_dir() else next(each for each in path.absolute().parents if os.path.lexists(each))
    with reporting_disk_errors(path):
        tempfile.TemporaryFile(dir=place).close()


def in_units(size: float) -> str:
    """A number of bytes, for a reader."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:,.3g} {units[0]}"
