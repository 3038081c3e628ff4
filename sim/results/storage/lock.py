"""One writer to a folder: by a lock of the system, or by a file that names its owner, where the disk has no locks."""

import errno
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sim.results.errors import StoreError

from .atomic import created

LOCK, OWNER = "lock", "owner"
LOCKLESS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextmanager
def locked(folder: Path, result: Path) -> Iterator[None]:
    """Let nobody else write to a result, for as long as this is open.

    Parameters
    ----------
    folder : Path
        Where the lock lies.
    result : Path
        What is locked.

    Raises
    ------
    StoreError
        Somebody else is writing to it.
    """
    if (folder / OWNER).exists():  # on a network's disk one machine may have locks where another has none
        _refuse_living(folder / OWNER, result)
    lock = FileLock(folder / LOCK)
    with suppress(FileNotFoundError):
        if (folder / LOCK).lstat().st_nlink > 1:  # it may be opened to be emptied
            raise StoreError(f"{folder / LOCK} is a link to another file, not a lock; remove it")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"another process is writing to {result}") from None
    except (OSError, NotImplementedError) as error:
        if not isinstance(error, NotImplementedError) and error.errno not in LOCKLESS:
            raise
        with _owned(folder / OWNER, result):
            yield
        return
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _owned(path: Path, result: Path) -> Iterator[None]:
    """Hold a file that only one can make, and that says who did."""
    me = f"{platform.node()} {os.getpid()} {secrets.token_hex(8)}\n"
    if path.exists():
        _take_over(path, result)
    try:
        with created(path) as file:
            file.write(me.encode())
    except FileExistsError:
        raise StoreError(f"another process is writing to {result}") from None
    try:
        yield
    finally:
        with suppress(OSError):
            if path.read_text() == me:
                path.unlink()


def _take_over(path: Path, result: Path) -> None:
    """Remove what a process that died has left; of several who try, one succeeds."""
    before = _refuse_living(path, result)
    aside = path.with_name(f"{OWNER}.{secrets.token_hex(8)}")
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return
    if aside.read_text() != before:  # somebody was quicker, and this is his
        with suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
        raise StoreError(f"another process is writing to {result}")
    aside.unlink()


def _refuse_living(path: Path, result: Path) -> str:
    """Refuse a folder whose owner may still be at it; of another machine that cannot be told."""
    try:
        said = path.read_text()
        host, pid, _ = said.split()
        number = int(pid)
    except (OSError, ValueError):
        raise StoreError(
            f"another process may be writing to {result}: it left {path}. If no process is, remove that file"
        ) from None
    if host == platform.node() and not _lives(number):
        return said
    raise StoreError(
        f"another process is writing to {result}: process {pid} on {host}, with the lock {path}. If it no longer "
        "runs, remove that file"
    )


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
