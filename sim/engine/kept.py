"""What is kept on this machine from one start to the next: files of this user, which nobody else can have written.

Compiled kernels are code, and to load them is to execute it. So a file counts only if it and its folder belong to the
user and can be written by nobody else, as told by what was opened and not by what bears its name a moment later; and if
all that leads to it is the user's or the system's. Each file begins with the hash of its content: what is damaged is as
good as missing.
"""

import hashlib
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

_ON_WINDOWS = os.name == "nt"
"""There a user's own folders are closed to others, and the modes of files do not tell."""
_HASH = hashlib.sha256().digest_size
_MOST_LINKS = 40


def home() -> Path:
    """The folder for what may be kept.

    Raises
    ------
    OSError
        This user has none.
    """
    try:
        found = Path(platformdirs.user_cache_dir("escalation-sim"))
    except RuntimeError:
        raise FileNotFoundError("this user has no home") from None
    if not found.is_absolute():  # which older versions of platformdirs make of an empty HOME
        raise FileNotFoundError("this user has no home")
    return found


def make_folder(folder: Path) -> None:
    """Make a folder for this user alone, and what leads to it, where it is not there.

    Raises
    ------
    OSError
        It cannot be made; or others could write to it, or exchange it.
    """
    for place in (*reversed(folder.parents), folder):
        try:
            place.mkdir(mode=0o700)
        except OSError:  # of what is there, systems say different things
            if not place.exists():
                raise
    with _opened(folder):
        pass


def read(folder: Path, name: str) -> bytes | None:
    """What was kept under a name; None where there is nothing, or it is damaged.

    Raises
    ------
    OSError
        Others could have written it, or it cannot be read.
    """
    with _opened(folder) as at:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            file = os.open(_named(folder, name, at), flags, dir_fd=at)
        except FileNotFoundError:
            return None
        with os.fdopen(file, "rb") as opened:
            _refuse_of_others(os.fstat(file), folder / name)
            content = opened.read()
    found = content[_HASH:]
    return found if hashlib.sha256(found).digest() == content[:_HASH] else None


def write(folder: Path, name: str, content: bytes) -> None:
    """Keep something under a name, as a whole or not at all.

    Raises
    ------
    OSError
        It cannot be written, or others could write it.
    """
    with _opened(folder) as at:
        partial = f"{name}.{uuid.uuid4().hex}.partial"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        file = os.open(_named(folder, partial, at), flags, 0o600, dir_fd=at)
        try:
            with os.fdopen(file, "wb") as opened:
                opened.write(hashlib.sha256(content).digest() + content)
            os.replace(_named(folder, partial, at), _named(folder, name, at), src_dir_fd=at, dst_dir_fd=at)
        except BaseException:
            with suppress(OSError):
                os.unlink(_named(folder, partial, at), dir_fd=at)
            raise


def _named(folder: Path, name: str, at: int | None) -> str | Path:
    return folder / name if at is None else name


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """Hold a folder open: what is then done in it is done there, whatever becomes of its name."""
    if _ON_WINDOWS:
        yield None
        return
    _refuse_way_of_others(folder.parent)
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _refuse_of_others(os.fstat(at), folder)
        yield at
    finally:
        os.close(at)


def is_own(found: os.stat_result) -> bool:
    """Whether something belongs to this user."""
    return _ON_WINDOWS or found.st_uid == os.geteuid()


def _refuse_of_others(found: os.stat_result, path: Path) -> None:
    if _ON_WINDOWS:
        return
    if not is_own(found):
        raise PermissionError(f"{path} belongs to another user")
    if found.st_mode & 0o022:
        raise PermissionError(f"others may write to {path}; forbid them with: chmod go-w '{path}'")
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise PermissionError(f"{path} is no file")


def _refuse_way_of_others(folder: Path, links: int = 0) -> None:
    """Refuse a place where others could put something else in the place of what a path leads through."""
    for place in (*reversed(folder.parents), folder):
        found = place.lstat()
        if found.st_uid not in (os.geteuid(), 0, Path("/").stat().st_uid):  # in a container, the system is not 0
            raise PermissionError(f"{place} belongs to another user")
        if stat.S_ISLNK(found.st_mode):
            if links >= _MOST_LINKS:
                raise PermissionError(f"{place} goes round in circles")
            _refuse_way_of_others(place.parent / place.readlink(), links + 1)
        elif found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise PermissionError(f"others may write to {place}; forbid them with: chmod o-w '{place}'")
        elif found.st_mode & stat.S_IWGRP and not found.st_mode & stat.S_ISVTX and not _is_private(found.st_gid):
            raise PermissionError(f"others may write to {place}; forbid them with: chmod g-w '{place}'")


def _is_private(group: int) -> bool:
    """Whether a group is the one that many systems give each user, with nobody else in it."""
    import grp
    import pwd

    try:
        user, members = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return user.pw_gid == group and user.pw_name == members.gr_name and set(members.gr_mem) <= {user.pw_name}
