"""A session's file: a line for what is played, then one for each thing that happened at the table.

Lines are only ever added, each is on the disk before the table goes on, and each bears its checksum. So whatever is
killed, and whenever, leaves a file from which the session goes on; a last line that was not written whole is dropped.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from pydantic import ValidationError

from sim.play.seats import PlayError
from sim.theatre.language.scenario import Scenario

from .entries import ENTRY, Entry, Settings
from .possible import impossible

if TYPE_CHECKING:
    from .session import Session
    from .table import Clock

VERSION = 1
"""Of the file's layout."""
_MOST = 256 * 2**20
"""Bytes of a session's file that are read at most."""


class SessionFile:
    """The file of a session that is being lived; one process at a time has it."""

    def __init__(self, path: Path, descriptor: int, whole: int = 0) -> None:
        self.path, self._descriptor = path, descriptor
        self.whole = whole
        """Bytes of whole lines."""
        self._closed = False

    def append(self, line: bytes) -> None:
        """Add a line, and wait until it lies on the disk; else the file ends with the line before.

        Raises
        ------
        PlayError
            It cannot be written.
        """
        if self._closed:
            raise PlayError(f"{self.path} was let go of; open it again to go on")
        if self.whole + len(line) > _MOST:
            raise PlayError(f"{self.path} would become larger than the {_MOST // 2**20} MiB that are read of it")
        try:
            self.cut(self.whole)  # what may be left of a line that could not be written
            left = memoryview(line)
            while left:
                left = left[os.write(self._descriptor, left) :]
            os.fsync(self._descriptor)
        except BaseException as error:
            with suppress(OSError):
                self.cut(self.whole)
            if isinstance(error, OSError):
                raise PlayError(f"{self.path} cannot be written: {error.strerror}; nothing of it was taken") from None
            raise
        self.whole += len(line)

    def cut(self, whole: int) -> None:
        """Let the file end after so many bytes."""
        if os.fstat(self._descriptor).st_size > whole:
            os.ftruncate(self._descriptor, whole)
        self.whole = whole

    def close(self) -> None:
        """Let go of the file; what is closed already stays so."""
        if not self._closed:
            self._closed = True
            os.close(self._descriptor)


def written(entry: Entry) -> tuple[Entry, bytes]:
    """An entry as it will be read again, and its line.

    Raises
    ------
    PlayError
        It holds something that a file cannot.
    """
    try:
        line = _line(entry.model_dump(mode="json"))
        return ENTRY.validate_python(json.loads(line.partition(b" ")[2])), line
    except (ValueError, TypeError, RecursionError) as error:
        raise PlayError(f"this cannot be kept in a session: {str(error)[:300]!a}") from None


def _line(data: dict[str, Any]) -> bytes:
    """Data as a line with its checksum in front."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32(text), text)


def new_file(path: Path, session: "Session") -> SessionFile:
    """Begin the file of a session.

    Raises
    ------
    PlayError
        There is a file of that name, or it cannot be written.
    """
    head = _line(_header(session))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
    except FileExistsError:
        if not _was_cut(path, head):
            raise PlayError(f"{path} exists; open it to go on with that session, or choose another name") from None
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    except (OSError, ValueError) as error:
        raise PlayError(f"{str(path)!a} cannot be written: {getattr(error, 'strerror', error)}") from None
    file = SessionFile(path, _locked(path, descriptor))
    try:
        if not _was_cut(path, head):  # another process has begun it meanwhile
            raise PlayError(f"{path} exists; open it to go on with that session, or choose another name")
        for line in (head, *(written(entry)[1] for entry in session.entries)):
            file.append(line)
    except BaseException:
        file.close()
        raise
    return file


def _was_cut(path: Path, head: bytes) -> bool:
    """Whether a file is this very session, killed before its first line was whole."""
    from sim.results.storage.atomic import read_file

    try:
        found = read_file(path, len(head))
    except OSError:
        return False
    return len(found) < len(head) and head.startswith(found)


def _header(session: "Session") -> dict[str, Any]:
    from sim.results.storage.manifest import provenance

    return {
        "session": VERSION,
        "made_by": provenance()["versions"]["escalation-sim"],
        "source": session.source,
        "scenario": session.scenario.model_dump(mode="json", by_alias=True),
        "scenario_sha256": session.scenario.sha256,
        "seed": session.seed,
        "run": session.run,
        "seats": list(session.seats),
        "settings": session.settings.model_dump(mode="json"),
    }


def _locked(path: Path, descriptor: int) -> int:
    """Hold the file against other processes, where the system can."""
    try:
        import fcntl
    except ImportError:  # not on this system
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise PlayError(f"{path} is being played already, by another process") from None
    return descriptor


def opened(path: Path, clock: "Clock") -> "Session":
    """Read a session from its file, and go on with it.

    Raises
    ------
    PlayError
        It is no session, is damaged before its end, or this version gives it another history.
    """
    try:
        descriptor = _locked(path, os.open(path, os.O_RDWR | os.O_APPEND))
    except (OSError, ValueError) as error:
        raise PlayError(f"{str(path)!a} cannot be opened: {getattr(error, 'strerror', error)}") from None
    try:
        header, entries, whole = _read(path)
        session = _begun(path, header, clock)
        _live_again(path, session, entries)
        os.ftruncate(descriptor, whole)
    except BaseException:
        os.close(descriptor)
        raise
    session.file = SessionFile(path, descriptor, whole)
    session.may_have_looked()
    return session


def _live_again(path: Path, session: "Session", entries: list[Entry]) -> None:
    """Go through what happened at the table once more."""
    for line, entry in enumerate(entries, 2):
        if fault := impossible(session, entry):
            raise PlayError(f"{path}: line {line} says what cannot be ({entry.kind}): {fault}")
        session.again(entry)
        session.entries.append(entry)


def _begun(path: Path, header: dict[str, Any], clock: "Clock") -> "Session":
    from .session import Session

    if header.get("session") != VERSION or header["session"] is True:
        found = f"layout {header['session']}" if "session" in header else "something else"
        raise PlayError(f"{path} is no session that this version reads: it has {found}")
    try:
        scenario = Scenario.model_validate(header["scenario"])
        settings = Settings.model_validate(header["settings"])
        seats, seed, run = header["seats"], header["seed"], header["run"]
    except (KeyError, ValidationError) as error:
        made_by = header.get("made_by", "unknown")
        raise PlayError(
            f"{path} was made by version {made_by}, whose theatre this one does not read: {error}"
        ) from None
    source = header.get("source")
    if not isinstance(seats, list) or not all(isinstance(each, str) for each in (*seats, source or "")):
        raise PlayError(f"{path}: line 1 says what cannot be: seats and the source are names")
    if header.get("scenario_sha256") != scenario.sha256:
        raise PlayError(f"{path}: line 1 says what cannot be: its scenario is not the one whose checksum it bears")
    session = Session(scenario, seats, seed=seed, run=run, settings=settings, clock=clock)
    session.source = source
    return session


def looked_at(path: Path) -> tuple[dict[str, Any], list[Entry]]:
    """The header and the entries of a session's file, whoever is playing it.

    Raises
    ------
    PlayError
        It is no session, or a line before the last is damaged.
    """
    header, entries, _ = _read(path)
    return header, entries


def _read(path: Path) -> tuple[dict[str, Any], list[Entry], int]:
    """The header, the entries, and how many bytes are whole lines.

    Raises
    ------
    PlayError
        It is no session, or a line before the last is damaged.
    """
    from sim.results.storage.atomic import read_file

    try:
        content = read_file(path, _MOST + 1)
    except OSError as error:
        raise PlayError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _MOST:
        raise PlayError(f"{path} is larger than any session; it has more than {_MOST // 2**20} MiB")
    found: list[dict[str, Any]] = []
    whole, lines = 0, content.split(b"\n")
    for at, line in enumerate(lines[:-1]):  # after the last line break is what was not written whole
        data = _data(line)
        if data is None:
            if at == len(lines) - 2 and found:
                break  # the last line, cut and then broken off by a power cut
            raise PlayError(f"{path} is damaged in line {at + 1}, or it is no session")
        found.append(data)
        whole += len(line) + 1
    if not found:
        raise PlayError(f"{path} is no session: it does not begin with what is played")
    try:
        return found[0], [ENTRY.validate_python(each) for each in found[1:]], whole
    except ValidationError as error:
        raise PlayError(f"{path} holds an entry that this version does not know: {error}") from None


def _data(line: bytes) -> dict[str, Any] | None:
    """A line's data; None if it is damaged."""
    checksum, _, text = line.partition(b" ")
    try:
        sound = int(checksum, 16) == crc32(text)
        data = json.loads(text) if sound else None
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
