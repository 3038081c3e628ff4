"""The folders for compiled kernels: one in the user's cache, and a private one where that does not do.

The private one is this process's and of those that it begins, and goes when it ends.
"""

import atexit
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

import llvmlite
import numba
import numpy as np
from filelock import FileLock

from sim.engine import kept
from sim.engine.fingerprint import KERNELS, code_sha256

UNUSED = 90 * 86_400
"""Seconds after which kernels of other versions are removed."""
LEFT_BEHIND = 86_400
"""Seconds after which a private folder belongs to nobody who still compiles; killed processes leave theirs behind."""
COMPLETE = "complete"
"""Name of what is kept once all kernels are."""

_PREFIX = "escalation-sim-"
_INHERITED = "ESCALATION_SIM_PRIVATE_KERNELS"
"""Variable of the environment that tells a process of the private folder of the one that began it."""

_log = logging.getLogger("sim")  # which writes to standard error, unless somebody has told it otherwise


@cache
def name() -> str:
    """Name of the folder: by what the kernels compute, the versions of what compiles them, and how they are kept."""
    told = f"{code_sha256(KERNELS)} {sys.version} {numba.__version__} {llvmlite.__version__} {np.__version__} sealed"
    return f"kernels-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


@cache
def _places() -> list[Path]:
    """Where kernels are looked for; they are kept in the last."""
    found: list[Path] = []
    try:
        found.append(_in_cache())
    except OSError as error:
        unusable = error
    if (begun_by := os.environ.get(_INHERITED)) and (place := _usable(Path(begun_by, name()))):
        found.append(place)
    if not found:
        found += _private(unusable, unusable.filename)
    return found


def _in_cache() -> Path:
    place = kept.home() / name()
    kept.make_folder(place)
    with suppress(OSError):
        os.utime(place)  # used today
    forget(place.parent, "kernels-*", UNUSED)
    return place


def _usable(place: Path) -> Path | None:
    try:
        kept.make_folder(place)
    except OSError:
        return None
    return place


def _private(unusable: OSError, where: Path | str | None) -> list[Path]:
    """Make a folder for as long as this process lives, and say once what that costs."""
    reason = unusable.strerror or str(unusable)
    _log.warning(
        "The compiled engine cannot be kept for the next start, which therefore takes about half a minute longer: "
        "%s%s. To keep it, set XDG_CACHE_HOME to a folder that only you can write to.",
        f"{where}: " if where else "",
        reason,
    )
    try:
        forget(Path(tempfile.gettempdir()), f"{_PREFIX}*", LEFT_BEHIND)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    except OSError:
        return []  # then every process compiles for itself
    atexit.register(_remove, folder, os.getpid())
    os.environ[_INHERITED] = str(folder)
    place = _usable(folder / name())
    return [] if place is None else [place]


def _is_private(place: Path) -> bool:
    return place.parent.name.startswith(_PREFIX)


def _remove(folder: Path, maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


def remove_private() -> None:
    """Remove the private folder of this process, before an end of which nobody else is told."""
    for place in _places() if _places.cache_info().currsize else ():
        if _is_private(place):
            atexit.unregister(_remove)
            _remove(place.parent, os.getpid())


def forget(place: Path, pattern: str, age: float) -> None:
    """Remove folders of this user that nothing has been written to for some time."""
    for folder in place.glob(pattern):
        with suppress(OSError):
            found = folder.lstat()
            if time.time() - found.st_mtime > age and kept.is_own(found):
                shutil.rmtree(folder)


def read(name: str) -> bytes | None:
    """What is kept under a name in any of the places."""
    for place in _places():
        with suppress(OSError):
            if (content := kept.read(place, name)) is not None:
                return content
    return None


def write(name: str, content: bytes) -> None:
    """Keep something under a name; where the place does not take it, in a private one."""
    places = _places()
    for _ in range(2):
        if not places:
            return
        try:
            kept.write(places[-1], name, content)
            return
        except OSError as error:
            if _is_private(places[-1]):
                return
            places += _private(error, places[-1])


def is_complete() -> bool:
    """Whether all kernels are said to be kept."""
    return any((place / COMPLETE).exists() for place in _places())


def is_lasting() -> bool:
    """Whether the next start finds what this one compiles."""
    return (place := latest()) is not None and not _is_private(place)


def latest() -> Path | None:
    """Where kernels are kept; None if nowhere."""
    return next(reversed(_places()), None)


_told_of_locks = False


@contextmanager
def locked() -> Iterator[None]:
    """Let one process compile at a time: the others then find what it has compiled."""
    global _told_of_locks
    with ExitStack() as held:
        if (place := latest()) is not None:
            try:
                held.enter_context(FileLock(place / "lock"))
            except (OSError, NotImplementedError, Warning) as error:  # newer ones warn, and lock by other means
                if not _told_of_locks and not is_complete():
                    _told_of_locks = True
                    _log.warning(
                        "Files in %s cannot be locked (%s), so processes that are started at once each compile the "
                        "engine, which takes about half a minute; the next start is quick.",
                        place,
                        getattr(error, "strerror", None) or error,
                    )
        yield
