"""Posteriors on disk: `posterior.parquet`, one row for each draw and one column for each number, by its path.

How it was made stands in the file's metadata, under `escalation-sim`, as JSON: scenario and record with their SHA-256,
the last day of the record that counted, seed, sets, particles, log evidence, and each number's prior.
"""

import json
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Union

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.errors import StoreError
from sim.results.posterior import Posterior
from sim.theatre.parameters.fitted import MOST_VALUES, Fitted
from sim.theatre.parameters.prior import Prior

from .atomic import read_file
from .parquet_parts import CHECKED

POSTERIOR = "posterior.parquet"
KEY = b"escalation-sim"
LARGEST = 2**28
"""Bytes that are read of one."""

AnyPosterior = Union[str, "PathLike[str]", Posterior, Fitted]
"""A posterior, its file, or the folder that `sim fit` has written it to."""


def write_posterior(posterior: Posterior, file: BinaryIO) -> None:
    """Write draws, and how they were made."""
    told = {**posterior.info, "numbers": posterior.prior.told()}
    table = pa.Table.from_pandas(posterior.draws, preserve_index=False)
    kept = {**(table.schema.metadata or {}), KEY: json.dumps(told, ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata(kept), file, **CHECKED)


def read_posterior(path: "str | PathLike[str]") -> Posterior:
    """Read a posterior.

    Parameters
    ----------
    path : path
        Of the file, or of the folder of a finished fit.

    Returns
    -------
    Posterior

    Raises
    ------
    StoreError
        There is none, or it cannot be read.
    """
    from .fit_folder import checked_file  # which writes what is read here

    path = Path(path)
    content = checked_file(path) if path.is_dir() else _content(path)
    try:
        found = _read(content, path if path.is_dir() else None)
    except (pa.ArrowException, KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError) as error:
        raise StoreError(f"{path} is not a posterior that 'sim fit' wrote, or it is damaged: {error}") from error
    _refuse_unsound(path, found.draws)
    return found


def _read(content: bytes, folder: Path | None) -> Posterior:
    table = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    told = json.loads((table.schema.metadata or {})[KEY])
    prior = Prior.of(told.pop("numbers"))
    draws = table.to_pandas().astype("float64")
    if tuple(draws.columns) != prior.names:
        raise ValueError("its columns are not the numbers that it lists")
    return Posterior(draws, prior, told, folder)


def _content(path: Path) -> bytes:
    try:
        content = read_file(path, LARGEST + 1)
    except FileNotFoundError:
        raise StoreError(f"there is no {path}; 'sim fit' writes a {POSTERIOR} into its folder") from None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror or error}") from error
    if len(content) > LARGEST:
        raise StoreError(f"{path} is too large for a posterior")
    return content


def _refuse_unsound(path: Path, draws: pd.DataFrame) -> None:
    if not draws.size or draws.size > MOST_VALUES:
        raise StoreError(f"{path} holds {draws.size:,} values; a posterior has 1 to {MOST_VALUES:,}")
    values: Any = draws.to_numpy()
    if not (abs(values) < float("inf")).all():
        raise StoreError(f"{path} holds a draw that is not a number")


def from_posterior(posterior: AnyPosterior, others: bool) -> Fitted:
    """What runs draw from a posterior; `others` says whether they draw all other numbers from their ranges.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    if isinstance(posterior, Fitted):
        return replace(posterior, others=others)
    found = posterior if isinstance(posterior, Posterior) else read_posterior(posterior)
    return found.fitted(others)
