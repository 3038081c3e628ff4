"""What stands in `run.json`, key by key, and the checksum that it holds of itself."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from sim.results.errors import StoreError

from .atomic import read_file

NAME, KEPT = "run.json", "kept"
"""The file, and the folder of the runs that are kept whole beside counts of all."""
LARGEST = 2**30
"""Bytes that are read of one; that of a million blocks is smaller."""
READ = (2, 3)
"""Versions of the folder's layout that are read; the first had no checksums."""

Run = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

_UNSEALED = "0" * 64
_SEAL = re.compile(rb'^ "seconds": [^\n"]*, "checksum": "([0-9a-f]{64})",$', re.MULTILINE)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class _Block(_Part):
    first: Run
    last: Run
    status: Literal["done", "waiting"]
    held: tuple[Count, ...] = ()
    failed: Count = 0
    size: Count = 0
    chunks: tuple[Hash, ...] = ()
    parts: tuple[Hash, ...] = ()


class _File(_Part):
    size: Count
    sha256: Hash


class _Failure(_Part):
    run: Count
    day: Run
    what: str


class _Kept(_Part):
    dtype: Literal["float32", "float64"]
    variables: tuple[str, ...] | None
    summary_only: bool


class _Until(_Part):
    model_config = ConfigDict(extra="allow")
    halfwidth: float
    outcome: str | None
    narrowest: Count | None
    most_runs: Annotated[int, Field(ge=1, le=2**40)]


class Written(_Part):
    """The content of a manifest."""

    format: Literal[2, 3]
    status: Literal["running", "complete"]
    first: Run = 0
    runs: Annotated[int, Field(ge=1, le=2**40)]
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    scenario_sha256: Hash
    kept: _Kept
    until: _Until | None
    branch: Mapping[str, Any] | None = None
    uncertain: bool | Mapping[str, Any] = False
    design: Mapping[str, Any] | None = None
    rules_sha256: str | None = None
    versions: Mapping[str, str | None] | None = None
    platform: str | None = None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    files: Mapping[str, Count | _File]
    failures: tuple[_Failure, ...]
    block_size: Annotated[int, Field(ge=1, lt=2**32)]
    blocks: tuple[_Block, ...]
    scenario: Mapping[str, Any]


class _Read(NamedTuple):
    content: Written
    sound: bool
    """Whether it is what was written, as far as it can tell."""


def sealed(lines: list[str], seconds: float) -> str:
    """A manifest of these entries, with a line that tells the time and holds the checksum of all, itself left out."""
    seal = f' "seconds": {json.dumps(seconds)}, "checksum": "{_UNSEALED}"'
    text = "{\n" + ",\n".join([lines[0], seal, *lines[1:]]) + "\n}\n"
    return text.replace(_UNSEALED, hashlib.sha256(text.encode()).hexdigest(), 1)


def read_written(folder: Path) -> _Read:
    """Read a manifest.

    Raises
    ------
    StoreError
        There is none, or it cannot be read, or not by this version.
    pydantic.ValidationError
        Something in it is missing, or of another kind.
    """
    path = folder / NAME
    try:
        raw = read_file(path, LARGEST + 1)
        if len(raw) > LARGEST:
            raise ValueError("it is too large")
        content = json.loads(raw)
    except FileNotFoundError:
        raise StoreError(f"{folder} is not a result of sim: it has no {NAME}") from None
    except RecursionError:
        raise StoreError(f"cannot read {path}: it is damaged, with brackets nested too deeply") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {path}: {error}") from error
    if not isinstance(content, dict) or content.get("format") not in READ:
        raise StoreError(
            f"{folder} was written in a format that this version does not read;{_reader(content)} run its scenario "
            "again, with --overwrite if it is to go into the same folder"
        )
    return _Read(Written.model_validate_json(raw), is_sound(raw, content))


def is_sound(raw: bytes, content: Mapping[str, Any]) -> bool:
    """Whether a manifest holds what its own checksum says."""
    seal = _SEAL.search(raw)
    if seal is None:
        return content["format"] == READ[0] and "checksum" not in content
    unsealed = raw[: seal.start(1)] + _UNSEALED.encode() + raw[seal.end(1) :]
    return hashlib.sha256(unsealed).hexdigest().encode() == seal.group(1)


def _reader(content: Any) -> str:
    """Which version reads a result, as far as its manifest tells."""
    versions = content.get("versions") if isinstance(content, dict) else None
    version = versions.get("escalation-sim") if isinstance(versions, dict) else None
    return f" version {version}, which wrote it, does;" if isinstance(version, str) else ""
