"""Named arrays in one file that `numpy.load` reads."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_DAMAGE = (
    EOFError, KeyError, MemoryError, OverflowError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers of archives and arrays raise where something is not as they write it."""


def write_arrays(file: Path | IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays; the same ones give the same bytes."""
    # Counts are mostly small or zero: the quickest level presses them as well as the default one.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read_arrays(file: Path | IO[bytes]) -> dict[str, NDArray[Any]]:
    """Read all arrays of a file. Each is held to its checksum before anything of it is believed.

    Raises
    ------
    ValueError
        The file is damaged.
    OSError
        It cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
        return {name: np.lib.format.read_array(io.BytesIO(part), allow_pickle=False) for name, part in parts.items()}
    except _DAMAGE as error:
        raise ValueError(f"the file is damaged: {error}") from error
