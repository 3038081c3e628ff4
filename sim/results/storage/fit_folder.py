"""The folder of a fit: what was asked for, how far it has come, and at last the posterior.

| file | what |
|---|---|
| `fit.json` | scenario, record, numbers, sets, particles, seed and versions; what is kept, with its checksum |
| `posterior.parquet` | one row for each draw, one column for each number: see `sim.results.storage.posterior` |

While it is made, the population of the sampler lies in a hidden folder, as it was after the last stage that was
finished; whoever resumes goes on from there.
"""

import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sim.engine.fingerprint import FOLLOWING, code_sha256
from sim.results.errors import DiskError, StoreError
from sim.results.npz import read_arrays, write_arrays
from sim.results.posterior import Posterior
from sim.theatre.language.scenario import Scenario

from .atomic import UNFINISHED, make_folder, read_file, reason, refuse_links, remove, replacing, reporting_disk_errors
from .checksums import Stored, read, sha256, stored
from .folder import close, refuse_held
from .lock import LOCK, OWNER, locked
from .manifest import provenance
from .posterior import POSTERIOR, read_posterior, write_posterior
from .written import LARGEST, is_sound, sealed

NAME, FORMAT = "fit.json", 1
FITTING = (*FOLLOWING, "sim.analysis.tempered", "sim.theatre.parameters.prior")
"""Modules on which a stage of a fit depends."""


@dataclass
class FitManifest:
    """What was asked for, and what of it is done."""

    asked: dict[str, Any]
    """All that fixes the posterior: scenario and record by their hashes, numbers, sets, particles, seed."""
    scenario: Mapping[str, Any]
    """The scenario as plain data, so that who resumes need not name it."""
    status: str = "running"
    made: dict[str, Any] = field(
        default_factory=lambda: provenance() | {"rules_sha256": code_sha256(FITTING), "seconds": 0.0}
    )
    stage: int = 0
    """How many stages of the sampler are kept."""
    files: dict[str, Stored] = field(default_factory=dict)
    """Each file that is kept, by its place in the folder."""

    def write(self, folder: Path) -> None:
        """Put it into the folder, in place of the one before."""
        entries = {
            "format": FORMAT,
            "status": self.status,
            "asked": self.asked,
            "stage": self.stage,
            **{key: entry for key, entry in self.made.items() if key != "seconds"},
            "files": {name: file._asdict() for name, file in self.files.items()},
            "scenario": self.scenario,
        }
        lines = [f" {json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}" for key, entry in entries.items()]
        with replacing(folder / NAME, folder / UNFINISHED) as file:
            file.write(sealed(lines, self.made["seconds"]).encode())

    def differences(self, asked: Mapping[str, Any]) -> list[str]:
        """In what something else is asked for, in words."""
        return [
            f"{name.replace('_', ' ')} {_short(asked.get(name))} instead of {_short(self.asked.get(name))}"
            + (", so add the --record it was begun with" if name == "record_sha256" else "")
            for name in {**self.asked, **asked}
            if self.asked.get(name) != asked.get(name)
        ]


def _short(entry: Any) -> str:
    if isinstance(entry, list):
        return ", ".join(f"{each['path']} [{each['low']:g}, {each['high']:g}]" for each in entry)
    return entry[:8] if isinstance(entry, str) and len(entry) == 64 else str(entry)


def fit_begun(folder: Path) -> FitManifest | None:
    """Return the manifest of the fit in a folder; None if nothing lies there.

    Raises
    ------
    StoreError
        What lies there is no fit, or is damaged.
    """
    try:
        if not folder.exists() or {path.name for path in folder.iterdir()} <= {UNFINISHED}:
            return None
        raw = read_file(folder / NAME, LARGEST)
    except FileNotFoundError:
        raise StoreError(f"{folder} exists and is not a fit; choose another folder") from None
    except OSError as error:
        raise DiskError(f"cannot read {folder}: {reason(error)}") from error
    try:
        content = json.loads(raw)
        if content["format"] != FORMAT or not is_sound(raw, content):
            raise ValueError("its checksum does not match")
        made = {key: content[key] for key in (*provenance(), "seconds")}
        files = {name: Stored(**file) for name, file in content["files"].items()}
        return FitManifest(content["asked"], content["scenario"], content["status"], made, content["stage"], files)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise StoreError(
            f"{folder} is damaged: its {NAME} does not hold what it should ({error}); fit again, with --overwrite"
        ) from error


def refuse_taken_fit(folder: Path, overwrite: bool = False) -> None:
    """Protect what is there.

    Raises
    ------
    StoreError
        The folder holds something, and is no fit that may be overwritten.
    """
    refuse_held(folder, NAME, fit_begun, lambda it: f"{it.stage:,} stages of it" if it.stage else "", overwrite, "fit")


def refuse_other_fit(folder: Path, manifest: FitManifest, asked: Mapping[str, Any]) -> None:
    """Protect a fit from being resumed as something else.

    Raises
    ------
    StoreError
        It was begun otherwise, or by other rules.
    """
    advice = "choose another folder, or add --overwrite to start again"
    if differences := manifest.differences(asked):
        raise StoreError(
            f"{folder} cannot be resumed, since it was begun with other settings: {'; '.join(differences)}; {advice}"
        )
    if manifest.status == "running" and manifest.made["rules_sha256"] != code_sha256(FITTING):
        raise StoreError(f"{folder} cannot be resumed, since another version of the rules began it; {advice}")


class FitFolder:
    """Keeps a fit while it is made; nobody else may write to the folder meanwhile.

    Parameters
    ----------
    folder : Path
    manifest : FitManifest
    """

    def __init__(self, folder: Path, manifest: FitManifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._began = time.perf_counter() - manifest.made["seconds"]

    def population(self) -> dict[str, NDArray[Any]] | None:
        """What is kept of the sampler; None if nothing is, or if it is damaged and is to be made anew."""
        for name, known in self.manifest.files.items():
            try:
                return read_arrays(io.BytesIO(read(self.folder / name, known, "")))
            except (StoreError, ValueError):
                break
        return None

    def keep(self, arrays: Mapping[str, NDArray[Any]], stage: int) -> None:
        """Keep the sampler as it is after a stage: the file, under a new name, and then the manifest that names it."""
        with reporting_disk_errors(self.folder, lambda: "; resume with --resume"):
            before, name = list(self.manifest.files), f"{UNFINISHED}/{stage:06d}.npz"
            content = io.BytesIO()
            write_arrays(content, arrays)
            with replacing(self.folder / name, self.folder / UNFINISHED) as file:
                file.write(content.getbuffer())
            self.manifest.files = {name: Stored(len(content.getvalue()), sha256(content.getvalue()))}
            self.manifest.stage = stage
            self._write()
            for old in before:
                if old != name:
                    remove(self.folder / old)

    def finish(self, posterior: Posterior) -> Posterior:
        """Write the posterior, and return it as it is read."""
        with reporting_disk_errors(self.folder, lambda: "; resume with --resume"):
            with replacing(self.folder / POSTERIOR, self.folder / UNFINISHED) as file:
                write_posterior(posterior, file)
            self.manifest.files = {POSTERIOR: stored(self.folder / POSTERIOR)}
            self.manifest.status = "complete"
            self._write()
            close(self.folder)
        return read_posterior(self.folder)

    def _write(self) -> None:
        self.manifest.made["seconds"] = round(time.perf_counter() - self._began, 3)
        self.manifest.write(self.folder)


@contextmanager
def fitting(
    folder: Path, asked: dict[str, Any], scenario: Scenario, resume: bool = False, overwrite: bool = False
) -> Iterator[FitFolder]:
    """Make a folder ready to keep a fit in.

    Raises
    ------
    StoreError
        The folder is taken, or somebody else is writing to it.
    DiskError
        It cannot be written to.
    """
    _refuse(folder, asked, resume, overwrite)
    with reporting_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        refuse_links(folder, (UNFINISHED, *(() if overwrite else (NAME, POSTERIOR))))
        make_folder(folder / UNFINISHED)
    with locked(folder / UNFINISHED, folder):
        manifest = _refuse(folder, asked, resume, overwrite)  # once more, since it may be another's work by now
        if manifest is None or manifest.status == "complete":
            manifest = FitManifest(asked, scenario.model_dump(mode="json", by_alias=True))
            with reporting_disk_errors(folder):
                manifest.write(folder)
                remove(folder / POSTERIOR)
                for path in (folder / UNFINISHED).iterdir():
                    if path.name not in (LOCK, OWNER):
                        remove(path)
        yield FitFolder(folder, manifest)


def _refuse(folder: Path, asked: Mapping[str, Any], resume: bool, overwrite: bool) -> FitManifest | None:
    if not resume:
        refuse_taken_fit(folder, overwrite)
        return None
    if (manifest := fit_begun(folder)) is not None:
        refuse_other_fit(folder, manifest, asked)
    return manifest


def checked_file(folder: Path) -> bytes:
    """What the posterior of a finished fit holds, once it is known to be what was written.

    Raises
    ------
    StoreError
        The folder holds no finished fit, or it is damaged.
    """
    manifest = fit_begun(folder)
    if manifest is None or manifest.status != "complete" or POSTERIOR not in manifest.files:
        raise StoreError(f"{folder} holds no finished fit; 'sim fit' makes one, and continues one with --resume")
    return read(folder / POSTERIOR, manifest.files[POSTERIOR], "fit again, with --overwrite")
