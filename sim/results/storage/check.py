"""Hold every file of a result to the checksum that its manifest has of it."""

import hashlib
import shlex
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.results.errors import StoreError

from . import zarr_blocks
from .atomic import UNFINISHED, read_file
from .checksums import Stored, fault
from .manifest import NAME, Manifest, read_manifest, remedy
from .written import KEPT

_REPORT, FIT = "report.html", "fit.json"
_PNG = b"\x89PNG\r\n\x1a\n"
_SEAL = b"\n<!-- sha256 "
"""Begins the last line of a report, which holds the hash of all before it."""


@dataclass(frozen=True)
class Damaged:
    """A file that is not as it was written."""

    file: str
    """Its place in the folder."""
    what: str
    """What is wrong with it."""


@dataclass(frozen=True)
class Checked:
    """What a look at every file of a result has found."""

    folder: Path
    files: int
    """How many files were held to their checksums."""
    unchecked: int
    """How many have none, since a version made them that took none: of these only kind and length were looked at."""
    damaged: tuple[Damaged, ...]
    advice: str
    """What to do about damage."""
    finished: bool = True
    """Whether all runs are there."""

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damaged


def check(folder: str | Path) -> Checked:
    """Check every file of a result against its checksum.

    Parameters
    ----------
    folder : path
        Of runs, counts or a sweep, finished or not.

    Returns
    -------
    Checked : `.sound`, and `.damaged` with each file and what is wrong with it

    Raises
    ------
    StoreError
        The folder is not a result.
    """
    folder = Path(folder)
    if not (folder / NAME).exists() and (folder / FIT).exists():
        return _checked_fit(folder)
    try:
        manifest = read_manifest(folder)
    except StoreError as error:
        if not (folder / NAME).exists():
            raise
        return Checked(folder, 1, 0, (Damaged(NAME, str(error)),), "run its scenario again, with --overwrite")
    known = dict(_files(folder, manifest))
    damaged = [Damaged(name, wrong) for name, file in known.items() if (wrong := _fault(folder / name, file))]
    damaged += [] if manifest.checked else _short_blocks(folder, manifest)
    damaged += _strangers(folder, manifest)
    pictures = dict(_pictures(folder))
    damaged += [Damaged(name, wrong) for name, wrong in pictures.items() if wrong]
    bare = sum(file.sha256 is None for file in known.values()) + (not manifest.checked)
    checked = 1 + len(known) + len(pictures) - bare
    if manifest.plan.summary_only and manifest.status == "complete":
        below = check(folder / KEPT) if (folder / KEPT / NAME).exists() else None
        if below is None:
            damaged.append(Damaged(f"{KEPT}/{NAME}", "is missing"))
        else:
            checked, bare = checked + below.files, bare + below.unchecked
            damaged += [Damaged(f"{KEPT}/{each.file}", each.what) for each in below.damaged]
            if not below.damaged and not manifest.counted_from(read_manifest(folder / KEPT)):
                damaged.append(Damaged(f"{KEPT}/{NAME}", "belongs to another result"))
    advice = remedy(folder, manifest.plan)
    if damaged and all(each.file == _REPORT for each in damaged):
        advice = f"{shlex.join(['sim', 'report', str(folder)])} writes it again"
    return Checked(folder, checked, bare, tuple(dict.fromkeys(damaged)), advice, manifest.status == "complete")


def _checked_fit(folder: Path) -> Checked:
    """The same of a fit, which has a manifest of its own kind."""
    from .fit_folder import fit_begun  # which asks this module

    advice = "fit again, with --overwrite"
    try:
        manifest = fit_begun(folder)
    except StoreError as error:
        return Checked(folder, 1, 0, (Damaged(FIT, str(error)),), advice)
    assert manifest is not None
    damaged = [Damaged(name, wrong) for name, file in manifest.files.items() if (wrong := _fault(folder / name, file))]
    return Checked(folder, 1 + len(manifest.files), 0, tuple(damaged), advice, manifest.status == "complete")


def damage(folder: Path) -> tuple[Damaged, ...]:
    """What of the files that a result's numbers are read from is damaged."""
    return tuple(each for each in check(folder).damaged if not each.file.startswith(("figures/", _REPORT)))


def _files(folder: Path, manifest: Manifest) -> Iterator[tuple[str, Stored]]:
    """Every file that a manifest knows, and what it knows of it."""
    plan, complete = manifest.plan, manifest.status == "complete"
    for name, file in manifest.files.items():
        if not name.startswith(f"{KEPT}/"):  # these the manifest there has too
            yield name, file
    if plan.summary_only or plan.design is not None:
        tables: tuple[str, ...] = () if plan.summary_only else ("measures.parquet",)
    else:
        tables = "events.parquet", "outcomes.parquet"
        chunks = zarr_blocks.Chunks(folder, plan)
        for span, done in manifest.done.items():
            for name, known in zip(chunks.names, done.chunks or [None] * len(chunks.names), strict=True):
                path = chunks.path(name, span)
                yield path.relative_to(folder).as_posix(), Stored(_length(path), known)
    if not complete:
        for span, done in manifest.done.items():
            for name, known in zip(tables, done.parts, strict=False):
                part = f"{UNFINISHED}/{span[0]:09d}.{name}"
                yield part, Stored(_length(folder / part), known)


def _short_blocks(folder: Path, manifest: Manifest) -> list[Damaged]:
    """Blocks of a result without checksums that are not as long as they were."""
    chunks = zarr_blocks.Chunks(folder, manifest.plan)
    return [
        Damaged(zarr_blocks.NAME, f"is cut short in runs {span[0]} to {span[1] - 1}")
        for span, done in manifest.done.items()
        if done.size and (chunks.size(span) or done.size) != done.size
    ]


def _strangers(folder: Path, manifest: Manifest) -> list[Damaged]:
    """What other tools would read as part of the trajectories, though it is not."""
    plan = manifest.plan
    if plan.summary_only or plan.design is not None or manifest.status != "complete":
        return []
    found = zarr_blocks.Chunks(folder, plan).strangers(manifest.done)
    return [Damaged(path.relative_to(folder).as_posix(), "does not belong to this result") for path in found]


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _fault(path: Path, known: Stored) -> str | None:
    wrong = fault(path, known)
    if wrong is not None or known.sha256 is None:
        return wrong
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return None if found == known.sha256 else "does not hold what was written (its checksum does not match)"


def _pictures(folder: Path) -> Iterator[tuple[str, str | None]]:
    """What was made from a result: figures, whose format has checksums, and the report, which has its own."""
    try:
        pictures = sorted(path for path in (folder / "figures").iterdir() if path.suffix == ".png")
    except FileNotFoundError:
        pictures = []
    except OSError as error:
        pictures = []
        yield "figures", f"cannot be read ({error.strerror or error})"
    for path in pictures:
        try:
            yield f"figures/{path.name}", None if _is_png(read_file(path)) else "is not a complete picture"
        except OSError as error:
            yield f"figures/{path.name}", f"cannot be read ({error.strerror or error})"
    report = folder / _REPORT
    if report.is_file():
        try:
            content = read_file(report)
        except OSError as error:
            yield report.name, f"cannot be read ({error.strerror or error})"
            return
        yield report.name, None if is_sealed(content) else "does not hold what was written (its checksum does not "
        "match)"


def is_sealed(page: bytes) -> bool:
    """Whether a page has the checksum that it tells; of pages of versions that wrote none, whether it has an end."""
    text, mark, _ = page.rpartition(_SEAL)
    return page == seal(text) if mark else page.rstrip().endswith(b"</html>")


def seal(page: bytes) -> bytes:
    """A page with its own checksum in a comment at the end."""
    return page + _SEAL + hashlib.sha256(page).hexdigest().encode() + b" -->\n"


def _is_png(content: bytes) -> bool:
    """Whether every chunk of a PNG has the checksum that stands at its end, up to the last."""
    at, kind = len(_PNG), b""
    if not content.startswith(_PNG):
        return False
    while at + 12 <= len(content):
        (length,), kind = struct.unpack_from(">I", content, at), content[at + 4 : at + 8]
        end = at + 8 + length
        if end + 4 > len(content) or zlib.crc32(content[at + 4 : end]) != struct.unpack_from(">I", content, end)[0]:
            return False
        at = end + 4
    return kind == b"IEND" and at == len(content)
