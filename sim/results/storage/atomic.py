"""Files that are there as a whole or not at all."""

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sim.results.errors import DiskError, StoreError

UNFINISHED = ".unfinished"
"""Folder within a result for what is not finished; it is gone when the result is complete."""


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""A file that was not there: whatever bears the name, a link that leads nowhere too, is no place for it."""


@contextmanager
def replacing(path: Path, by_way_of: Path, lasting: bool = True) -> Iterator[BinaryIO]:
    """Write a file under a name that nobody knows, and put it in its place when it lies on the disk as a whole.

    Of a link in its place the link is replaced, and what it leads to stays as it is.

    Parameters
    ----------
    path : Path
    by_way_of : Path
        The folder in which it is written, on the same disk.
    lasting : bool
        Wait until it would outlast a power cut; what a checksum watches over can do without.
    """
    partial = by_way_of / f"{path.name}.{secrets.token_hex(8)}.partial"
    try:
        with created(partial) as file:
            yield file
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    if lasting:
        _sync_folder(path.parent)


@contextmanager
def created(path: Path) -> Iterator[BinaryIO]:
    """Write a new file.

    Raises
    ------
    FileExistsError
        Something bears its name already, be it a link.
    """
    with os.fdopen(os.open(path, _NEW, 0o666), "wb") as file:
        yield file


def read_file(path: Path, most: int = -1) -> bytes:
    """Read a file, or its first `most` bytes; a pipe, which would never end, or a device is no file.

    Raises
    ------
    OSError
        It cannot be read, or is none.
    """
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, "it is not a file", str(path))
        with os.fdopen(os.dup(opened), "rb") as file:
            return file.read(most)
    finally:
        os.close(opened)


def make_way(path: Path) -> None:
    """Remove a folder that is in the place of a file of ours, which none of ours ever is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


def make_folder(path: Path) -> None:
    """Make a folder of a result, if it is not there.

    Raises
    ------
    StoreError
        A link or a file is in its place.
    """
    try:
        path.mkdir()
    except FileExistsError:
        if path.is_symlink():
            raise StoreError(f"{path} is a link, and links in a result are not followed; remove it") from None
        if not path.is_dir():
            raise StoreError(f"{path} is where a folder should be; move it away") from None


def refuse_links(folder: Path, names: tuple[str, ...]) -> None:
    """Refuse to write into a result in which something of ours is a link, which could lead anywhere.

    Raises
    ------
    StoreError
        It names the first of them.
    """
    for name in names:
        top = folder / name
        for place in (top, *(top.rglob("*") if top.is_dir() and not top.is_symlink() else ())):
            if place.is_symlink():
                raise StoreError(
                    f"{place} is a link, and links in a result are not followed; remove it, or choose another folder"
                )


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
