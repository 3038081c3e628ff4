"""Compiled kernels come from nobody else; where they cannot be kept, the engine runs and says what that costs."""

import errno
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from sim.engine import kept
from sim.engine._numba import compile_cache, compiling, kernel, places

SLOWER = "takes about half a minute longer"

needs_root = pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() != 0 or shutil.which("setpriv") is None, reason="only root can be two users"
)
needs_modes = pytest.mark.skipif(os.name == "nt", reason="there the modes of files do not tell")


def doubled(out):
    out[0] = 2.0 * out[0]


def hits() -> int:
    """Compile a kernel or load it, and tell which: 1 if it was loaded."""
    out, compiled = np.ones(1), kernel(doubled)
    with compiling(last=False):
        compiled(out)
    assert out[0] == 2.0
    return sum(compiled.stats.cache_hits.values())


class Start:
    """Starts of a small engine that keeps its kernel, under other circumstances each time."""

    def __init__(self, folder: Path, caplog) -> None:
        self.folder, self._caplog = folder, caplog
        self.cache, self.common = folder / "cache", folder / "common"
        self.common.mkdir()
        self.common.chmod(0o1777)

    def __call__(self, *before: str, **environment: str | None) -> tuple[bool, str]:
        """Start it, and tell whether it loaded a compiled kernel, and what it said.

        With words to begin the command with, in a process of its own.
        """
        given = {"XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.common), **environment}
        return self._by_itself(before, given) if before else self._here(given)

    def _here(self, given: dict[str, str | None]) -> tuple[bool, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tempfile.tempdir", None)
            patch.setenv(places._INHERITED, "")
            for name, value in given.items():
                patch.setenv(name, value)
            patch.setattr(compile_cache, "_known_compiled", False)
            places._places.cache_clear()
            self._caplog.clear()
            try:
                loaded = hits() == 1
            finally:
                places.remove_private()
                places._places.cache_clear()
        return loaded, "".join(f"{said}\n" for said in self._caplog.messages)

    def _by_itself(self, before: tuple[str, ...], given: dict[str, str | None]) -> tuple[bool, str]:
        full = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
        full |= {name: value for name, value in given.items() if value is not None}
        words = [*before, sys.executable, "-c", "from tests.test_kept import hits; print(hits())"]
        done = subprocess.run(words, cwd=self.folder, env=full, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        return done.stdout == "1\n", done.stderr

    @property
    def kernel_files(self) -> list[Path]:
        """What it has kept."""
        return sorted(self.cache.rglob("*.nbc"))


@pytest.fixture
def start(tmp_path, caplog):
    for place in (tmp_path, *tmp_path.parents):
        if place.stat().st_uid == os.getuid() and place.name.startswith(("pytest-of", "pytest-", "test_", "popen-")):
            place.chmod(0o755)  # so that another user comes by
    return Start(tmp_path, caplog)


def user(number: int) -> list[str]:
    """Words that start a command as another user, who may read what root may: the interpreter lies anywhere."""
    may = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--bounding-set=-all,+dac_read_search"]
    return ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", *may]


@needs_root
@pytest.mark.fault("22", "machine code of another user is executed, out of the common temporary folder")
def test_nobody_executes_what_another_user_has_left_in_the_common_temporary_folder(start, record_property):
    homeless = {"XDG_CACHE_HOME": None, "HOME": "/nonexistent"}
    start(*user(12345), **homeless)
    for place in start.common.rglob("*"):
        place.chmod(0o777)
    loaded, said = start(*user(12346), **homeless)
    assert not loaded
    assert SLOWER in said
    assert list(start.common.iterdir()) == []
    record_property("now", "each compiles in a private folder, which is gone at the end, and says what that costs")


@needs_root
def test_nobody_loads_kernels_from_a_cache_that_another_user_owns(start):
    start()
    for place in (start.cache, *start.cache.rglob("*")):
        place.chmod(0o755)
    loaded, said = start(*user(12346))
    assert not loaded
    assert "belongs to another user" in said


@needs_modes
@pytest.mark.parametrize("which", ["file", "folder", "parent", "link", "link of a folder"])
def test_what_others_could_have_written_or_put_there_is_not_loaded(start, which):
    start()
    (file,) = start.kernel_files
    folder = file.parent
    if which == "file":
        file.chmod(0o666)
    elif which == "folder":
        folder.chmod(0o777)
    elif which == "parent":
        folder.parent.chmod(0o777)
    elif which == "link":
        file.rename(start.cache / "elsewhere")
        file.symlink_to(start.cache / "elsewhere")
    else:
        folder.rename(start.cache / "elsewhere")
        folder.symlink_to(start.cache / "elsewhere")
    loaded, said = start()
    assert not loaded
    if which in ("folder", "parent"):
        assert "others may write to" in said
        assert "chmod " in said
        assert SLOWER in said
    if which == "file":
        assert start() == (True, ""), "it was made anew"


@pytest.mark.fault("19", "Aborted! at every start, or an unpickling error, until the cache is removed by hand")
@pytest.mark.parametrize("damage", [b"", b"\x80", b"garbage" * 100, "cut", "flipped"])
def test_a_damaged_cache_is_made_anew_without_a_word(start, damage, record_property):
    start()
    for file in (path for path in start.cache.rglob("*") if path.is_file()):
        content = file.read_bytes()
        middle = len(content) // 2
        changed = {"cut": content[:100], "flipped": content[:middle] + b"\xff\x00" + content[middle + 2 :]}
        file.write_bytes(damage if isinstance(damage, bytes) else changed[damage])
    assert start() == (False, "")
    assert start() == (True, "")
    record_property("now", "made anew, without a word")


def test_a_folder_in_the_place_of_a_kernel_is_no_reason_to_stop(start):
    start()
    (file,) = start.kernel_files
    file.unlink()
    file.mkdir()
    loaded, said = start()
    assert not loaded
    assert said.count(SLOWER) == 1


@needs_root
@pytest.mark.fault("20", "RuntimeError from platformdirs, and no start at all")
@pytest.mark.parametrize("home", [None, "", "/nonexistent"])
def test_a_user_without_a_home_is_told_once_what_is_slower(start, home, record_property):
    loaded, said = start(*user(12345), XDG_CACHE_HOME=None, HOME=home)
    assert not loaded
    assert said.count("\n") == 1
    assert SLOWER in said
    assert "set XDG_CACHE_HOME" in said
    assert list(start.common.iterdir()) == [], "the private folder is gone"
    record_property("now", "runs, and says in one sentence what is slower and what to do")


@pytest.mark.parametrize("place", ["/dev/null/cache", "/proc/cache"])
def test_a_cache_that_cannot_be_made_is_told_of_once(start, place):
    loaded, said = start(XDG_CACHE_HOME=place)
    assert not loaded
    assert (said.count("\n"), said.count(SLOWER), said.count(place)) == (1, 1, 1)


def test_a_cache_named_relatively_is_no_cache_as_the_standard_says(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start(XDG_CACHE_HOME="here", HOME=str(tmp_path / "me"))
    assert not (tmp_path / "here").exists()


@needs_root
@pytest.mark.fault("21", "OSError: no space left, and no start at all")
@pytest.mark.parametrize("room", [0, 40])
def test_a_home_that_is_full_or_becomes_so_is_told_of_once(start, room, tmp_path, record_property):
    home = tmp_path / "full"
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(home)], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        (home / "fill").write_bytes(bytes((64 - room) * 1024 - 4096 * (room > 0)))
        loaded, said = start(XDG_CACHE_HOME=str(home))
        left = [path.name for path in home.rglob("*.partial")]
    finally:
        subprocess.run(["umount", str(home)], check=True)
    assert not loaded
    assert said.count("\n") <= 1
    assert (SLOWER in said) == (room == 0)
    assert left == []
    record_property("now", "runs, and says in one sentence what is slower and what to do")


def test_a_home_that_fills_up_later_still_gives_what_it_holds(monkeypatch, tmp_path, caplog):
    first, spare = tmp_path / "first" / "kernels", tmp_path / "escalation-sim-spare" / "kernels"
    for folder in (first, spare):
        kept.make_folder(folder)
    found = [first]
    monkeypatch.setattr(places, "_places", lambda: found)
    monkeypatch.setattr(places, "_private", lambda error, where: [spare])
    places.write("one", b"1")
    monkeypatch.setattr(kept, "write", _full(first))
    places.write("two", b"2")
    assert (places.read("one"), places.read("two"), places.read("three")) == (b"1", b"2", None)
    assert [path.name for path in spare.iterdir()] == ["two"]


def _full(folder: Path):
    write = kept.write

    def writing(place: Path, name: str, content: bytes) -> None:
        if place == folder:
            raise OSError(28, "No space left on device")
        write(place, name, content)

    return writing


@pytest.mark.fault("30", "OSError: no locks available, at the first start")
@pytest.mark.parametrize("why", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_home_without_locks_is_one_in_which_starts_at_once_each_compile(start, why, monkeypatch, record_property):
    def refuse(*_):
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr("fcntl.flock", refuse)
    monkeypatch.setattr(places, "_told_of_locks", False)
    loaded, said = start()
    assert not loaded
    assert "cannot be locked" in said
    assert "the next start is quick" in said
    assert start() == (True, ""), "kept all the same"
    record_property("now", "runs, keeps what it compiled, and says that starts at once each compile")


@needs_modes
def test_a_cache_that_is_only_read_from_is_used(start):
    start()
    for place in (*start.kernel_files, start.kernel_files[0].parent):
        place.chmod(0o500)
    assert start() == (True, "")


@kernel
def tripled(out):
    out[0] = 3.0 * out[0]


def in_worker() -> tuple[float, int, list[str]]:
    out = np.ones(1)
    tripled(out)
    return out[0], sum(tripled.stats.cache_hits.values()), [str(place) for place in places._places()]


def test_processes_share_the_private_folder_of_the_one_that_began_them(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/cache")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv(places._INHERITED, "")
    places._places.cache_clear()
    try:
        out = np.ones(1)
        tripled(out)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            assert pool.submit(in_worker).result() == (3.0, 1, [str(places.latest())])
        assert places.latest().is_dir(), "a worker that ends leaves it to the others"
        assert caplog.text.count(SLOWER) == 1
        places.remove_private()
        assert list(tmp_path.iterdir()) == []
    finally:
        places._places.cache_clear()


def test_private_folders_of_those_who_were_killed_are_removed_by_others(tmp_path):
    old, new = tmp_path / "escalation-sim-old", tmp_path / "escalation-sim-new"
    for folder in (old, new):
        kept.make_folder(folder / "kernels")
    os.utime(old, (0, 0))
    places.forget(tmp_path, "escalation-sim-*", places.LEFT_BEHIND)
    assert list(tmp_path.iterdir()) == [new]
