"""Compiled kernels kept on the disk, under a key that changes with what any of them computes.

Numba keeps a kernel by the place, the line and the text of its own file. So it does not notice an edit to a function
that the kernel calls from another file, and compiles anew where a sentence was mended or a line moved. Here all kernels
lie in one folder, named by the hash of all code that they are made of (`sim.engine.fingerprint`).
"""

import gc
import hashlib
import inspect
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from filelock import FileLock
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

from sim.engine.fingerprint import CACHE, KERNELS, code_sha256

UNUSED = 90 * 86_400
"""Seconds."""


@cache
def cache_folder() -> Path:
    """Where compiled kernels are kept: by what they compute, and the versions of what compiles them."""
    versions = f"{sys.version} {numba.__version__} {llvmlite.__version__} {np.__version__}"
    name = f"kernels-{hashlib.sha256(f'{code_sha256(KERNELS)} {versions}'.encode()).hexdigest()[:16]}"
    for place in (CACHE, Path(tempfile.gettempdir()) / "escalation-sim"):
        folder = Path(place, name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()  # which also marks the folder as used today
        except OSError:  # a home that cannot be written to
            continue
        _forget_unused(folder.parent)
        return folder
    return Path(tempfile.mkdtemp(prefix="escalation-sim-"))


def _forget_unused(place: Path) -> None:
    """Remove what was compiled of other versions and not used for three months."""
    for folder in place.glob("kernels-*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > UNUSED:
                shutil.rmtree(folder)


class _Place(_CacheLocator):
    """Where numba finds a kernel, and whether it is fresh.

    Of a kernel in `KERNELS` the folder's name says that; it may stand on another line, or in another copy of the
    package. Any other kernel, such as one of a test, is known by its place, and fresh while its file has the same text.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._ours = function.__module__ in KERNELS

    def get_cache_path(self) -> str:
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        if self._ours:
            return cache_folder().name
        return hashlib.sha256(Path(inspect.getfile(self._function)).read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        """Part of the name of its files."""
        where = self._function.__module__ if self._ours else inspect.getfile(self._function)
        line = "" if self._ours else self._function.__code__.co_firstlineno
        return f"{hashlib.sha256(where.encode()).hexdigest()[:8]}{line}"

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_Place":
        return cls(py_func)


class _Files(CompileResultCacheImpl):
    _locator_classes: list[Any] = [_Place]


class KernelCache(FunctionCache):
    """The cache of one kernel."""

    _impl_class = _Files


_known_compiled = False


def is_compiled() -> bool:
    """Whether the kernels lie compiled on this machine."""
    global _known_compiled  # asked every day of every block
    _known_compiled = _known_compiled or (cache_folder() / "complete").exists()
    return _known_compiled


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Let one process compile at a time: numba's disk cache mixes up what two write at once."""
    with FileLock(cache_folder() / "lock"):
        yield


@contextmanager
def compiling(last: bool) -> Iterator[None]:
    """Compile, if need be, what is called in this block, while no other process does.

    `last` says that after this block every kernel has been called. Meanwhile nobody looks for garbage: there is none in
    the millions of objects that a compiler makes, and to look for it takes a tenth of the time.
    """
    if is_compiled():
        yield
        return
    with compiling_alone():
        collects = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()
    if last:
        (cache_folder() / "complete").touch()
