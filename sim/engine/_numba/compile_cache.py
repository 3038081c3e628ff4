"""Compiled kernels kept on the disk, under a key that changes with what any of them computes.

Numba keeps a kernel by the place, the line and the text of its own file. So it does not notice an edit to a function
that the kernel calls from another file, and compiles anew where a sentence was mended or a line moved; and it loads,
and so executes, whatever lies where a kernel should. Here all kernels lie in one folder, named by the hash of all code
that they are made of (`sim.engine.fingerprint`), and only this user's own are loaded (`sim.engine.kept`).
"""

import gc
import hashlib
import inspect
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sim.engine.fingerprint import KERNELS

from . import places


class KernelCache(FunctionCache):
    """The cache of one kernel: what tells its compiled forms apart is numba's, how they are kept is not.

    A kernel of `KERNELS` is what the folder's name says; it may stand on another line, or in another copy of the
    package. Any other kernel, such as one of a test, is known by its place, and fresh while its file has the same text.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        # Numba's own is left out: the environment can have it look elsewhere, for kernels that may not be fresh.
        self._py_func = function
        self._which = f"{function.__module__} {function.__qualname__}"
        if function.__module__ not in KERNELS:
            file = inspect.getfile(function)
            text = hashlib.sha256(Path(file).read_bytes()).hexdigest()
            self._which += f" {file} {function.__code__.co_firstlineno} {text}"
        self.enable()

    def flush(self) -> None:
        """Do nothing: what is not fresh has another name."""

    @property
    def cache_path(self) -> str:
        """Where it is kept."""
        return str(places.latest())

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        content = places.read(self._file(sig, target_context.codegen()))
        try:
            return None if content is None else CompileResult._rebuild(target_context, *pickle.loads(content))
        except Exception:  # whatever else it may be, it is no kernel: compile it
            return None

    def _save_overload(self, sig: Any, data: Any) -> None:
        if not data.library.has_dynamic_globals:
            places.write(self._file(sig, data.codegen), dumps(data._reduce()))

    def _file(self, sig: Any, codegen: Any) -> str:
        """The name of a compiled form: by what it is of, for which types and which processor."""
        key = hashlib.sha256(f"{self._which} {self._index_key(sig, codegen)!r}".encode()).hexdigest()
        return f"{self._py_func.__name__}-{key[:32]}.nbc"


_known_compiled = False


def is_compiled() -> bool:
    """Whether the kernels lie compiled on this machine."""
    global _known_compiled  # asked every day of every block
    _known_compiled = _known_compiled or places.is_complete()
    return _known_compiled


@contextmanager
def compiling_alone() -> Iterator[None]:
    """Let one process compile at a time, where files can be locked."""
    with places.locked():
        yield


@contextmanager
def compiling(last: bool) -> Iterator[None]:
    """Compile, if need be, what is called in this block, while no other process does.

    `last` says that after this block every kernel has been called. Meanwhile nobody looks for garbage: there is none in
    the millions of objects that a compiler makes, and to look for it takes a tenth of the time.
    """
    global _known_compiled
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
        places.write(places.COMPLETE, b"")
        _known_compiled = True
