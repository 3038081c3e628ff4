"""Compilation: plain arithmetic, no Python objects, cached on disk under a key that changes with any kernel."""

import gc
import hashlib
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
import platformdirs
from filelock import FileLock
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

import sim.theatre

config: Any = numba.config

UNUSED = 90 * 86_400
"""Seconds."""


@cache
def cache_folder() -> Path:
    """Where compiled kernels are kept: numba itself does not notice an edit to a kernel called from another file."""
    digest = hashlib.sha256(str(Path(__file__).resolve()).encode())  # numba files kernels by their place
    theatre = Path(sim.theatre.__file__).parent / "compiled"
    for source in sorted([*Path(__file__).parent.glob("*.py"), theatre / "arithmetic.py", theatre / "program.py"]):
        digest.update(source.read_bytes())
    digest.update(f"{sys.version} {numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    name = f"kernels-{digest.hexdigest()[:16]}"
    for place in (platformdirs.user_cache_dir("escalation-sim"), Path(tempfile.gettempdir()) / "escalation-sim"):
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


_known_compiled = False


def is_compiled() -> bool:
    """Whether the kernels lie compiled on this machine."""
    global _known_compiled  # asked every day of every block
    _known_compiled = _known_compiled or (cache_folder() / "complete").exists()
    return _known_compiled


@contextmanager
def compiling(last: bool) -> Iterator[None]:
    """Let one process compile at a time: numba's disk cache mixes up what two write at once.

    `last` says that after this block every kernel has been called. Meanwhile nobody looks for garbage: there is none in
    the millions of objects that a compiler makes, and to look for it takes a tenth of the time.
    """
    if is_compiled():
        yield
        return
    with FileLock(cache_folder() / "lock"):
        collects = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()
    if last:
        (cache_folder() / "complete").touch()


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what Python calls, once on a machine; it takes arrays and scalars, and no interpreter's lock."""
    outside = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())  # numba reads it while it decorates
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = outside


# What only kernels call needs no place in the cache and no way in from Python: both cost seconds of a first start.
_inner: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a part of kernels."""
    return numba.njit(**_inner)(function)


def formula(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile arithmetic on single numbers into the loops that call it, so that they vectorise."""
    return numba.njit(**_inner, forceinline=True)(function)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Write out a function wherever it is called, before anything is compiled; for what is called in few places."""
    return numba.njit(**_inner, inline="always")(function)


@intrinsic
def _float_of(typing_context: Any, bits: Any) -> Any:
    """Read the bits of an int64 as a float64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def _bits_of(typing_context: Any, number: Any) -> Any:
    """Read the bits of a float64 as an int64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _moved_up(typing_context: Any, number: Any) -> Any:
    """Move the bits of a float32 up by nine places, past its own exponent, and read them as a float32 again."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(32)
        bits = builder.shl(builder.bitcast(arguments[0], whole), ir.Constant(whole, 9))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(types.float32), generate


float_of: Callable[..., Any] = _float_of
bits_of: Callable[..., Any] = _bits_of
moved_up: Callable[..., Any] = _moved_up
