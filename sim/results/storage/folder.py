"""The folder of a result: who may write to it, and what is thrown away when it is begun anew."""

import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sim.results.errors import DiskError, StoreError
from sim.theatre.files.load import load
from sim.theatre.files.locate import shipped_files
from sim.theatre.language.scenario import Scenario

from .atomic import UNFINISHED, in_units, make_folder, reason, refuse_links, remove, reporting_disk_errors
from .check import damage
from .lock import LOCK, OWNER, locked
from .manifest import NAME, Manifest, Plan, provenance, read_manifest, rules_sha256

OURS = (
    "trajectories.zarr", "events.parquet", "outcomes.parquet", "summary.json", "counts.npz", "kept", "figures",
    "report.html", "class.html", "pool.html",
    "design.parquet", "parameters.csv", "measures.parquet",
)  # fmt: skip
"""What a result has beside its manifest."""
FROM_RUNS = ("figures", "report.html", "class.html", "pool.html")
"""What was made from runs that are finished: it stays when they are made once more."""


def begun(folder: Path) -> Manifest | None:
    """Return the manifest of what lies in a folder; None if nothing does.

    Raises
    ------
    StoreError
        What lies there is no result, or cannot be read.
    """
    try:
        if not folder.exists() or {path.name for path in folder.iterdir()} <= {UNFINISHED}:
            return None
        if not (folder / NAME).is_file():
            raise StoreError(f"{folder} exists and is not a result; choose another folder")
    except OSError as error:
        raise DiskError(f"cannot read {folder}: {reason(error)}") from error
    return read_manifest(folder)


def refuse_taken(folder: Path, overwrite: bool = False) -> None:
    """Protect what is there.

    Raises
    ------
    StoreError
        The folder holds something, and is not a result that may be overwritten.
    """
    refuse_held(folder, NAME, begun, lambda it: f"{it.runs:,} of {it.plan.runs:,} runs" if it.done else "", overwrite)


class Held(Protocol):
    """A manifest, as far as it tells whether there is something to protect."""

    @property
    def status(self) -> str:
        """Whether it is `running` or `complete`."""


HeldT = TypeVar("HeldT", bound=Held)


def refuse_held(
    folder: Path,
    name: str,
    begun: Callable[[Path], HeldT | None],
    kept: Callable[[HeldT], str],
    overwrite: bool,
    what: str = "result",
) -> None:
    """Protect what a folder holds, whatever its kind.

    Parameters
    ----------
    name : str
        Of the manifest's file.
    begun : callable
        Reads the manifest; None of a folder that holds nothing.
    kept : callable
        What is kept so far of something unfinished, in words; nothing if there is nothing to lose.

    Raises
    ------
    StoreError
        It holds something that may not be overwritten.
    """
    try:
        manifest = begun(folder)
    except StoreError:
        if overwrite and (folder / name).is_file():
            return
        raise
    if overwrite or manifest is None:
        return
    if manifest.status == "complete":
        raise StoreError(f"{folder} holds a finished {what}; choose another folder, or add --overwrite to replace it")
    if manifest.status == "running" and not kept(manifest):
        return
    raise StoreError(
        f"{folder} holds an unfinished {what}, {kept(manifest)}; add --resume to continue it, or --overwrite to "
        "start again"
    )


def refuse_others(folder: Path, manifest: Manifest, plan: Plan) -> None:
    """Protect a result from being resumed as something else.

    Raises
    ------
    StoreError
        It was begun by other rules, or is of another scenario, seed or number of runs, or keeps something else of them.
    """
    advice = "choose another folder, or add --overwrite to start again"
    if differences := manifest.plan.differences(plan):
        raise StoreError(
            f"{folder} cannot be resumed, since it was begun with other settings: {'; '.join(differences)}. Ask for "
            "the "
            f"same, {advice}"
        )
    if manifest.status == "running" and manifest.made.get("rules_sha256") != rules_sha256():
        version = (manifest.made.get("versions") or {}).get("escalation-sim") or "unknown"
        rules = str(manifest.made.get("rules_sha256"))[:8]
        raise StoreError(
            f"{folder} cannot be resumed, since another version of the rules began it, whose runs may differ: "
            f"that of escalation-sim {version} with the rules {rules}. Continue it with that version, {advice}"
        )


@contextmanager
def writing(
    folder: Path, plan: Plan, resume: bool, overwrite: bool, made: Mapping[str, Any] | None = None
) -> Iterator[Manifest]:
    """Make a folder ready to be written to, by nobody else meanwhile, and return the manifest to go on from.

    Parameters
    ----------
    folder, plan, resume, overwrite : see `sim.results.storage.write_runs.Writer`
    made : mapping, optional
        How the runs were made, if it was elsewhere; left out, here and now.

    Raises
    ------
    StoreError
        The folder is taken, or somebody else is writing to it.
    DiskError
        It cannot be written to.
    """
    _refuse(folder, plan, resume, overwrite)
    with reporting_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        refuse_links(folder, (UNFINISHED, *(() if overwrite else (NAME, *OURS))))
        make_folder(folder / UNFINISHED)
        held = ExitStack()
        held.enter_context(locked(folder / UNFINISHED, folder))
    with held:
        manifest = _refuse(folder, plan, resume, overwrite)  # once more, since it may be another's work by now
        if manifest is None or not manifest.done:
            manifest = Manifest(plan, made=dict(made or provenance() | {"seconds": 0.0}))
            _begin(folder, manifest, FROM_RUNS if resume else ())
        yield manifest


def _refuse(folder: Path, plan: Plan, resume: bool, overwrite: bool) -> Manifest | None:
    """Refuse a folder, or return what there is to go on with: nothing, if a finished result is to be made anew."""
    if not resume:
        refuse_taken(folder, overwrite)
        return None
    manifest = begun(folder)
    if manifest is None:
        return None
    refuse_others(folder, manifest, plan)
    if manifest.status == "running":
        return manifest
    if not damage(folder):
        raise StoreError(f"{folder} holds a finished result; there is nothing to resume")
    refuse_others(folder, replace(manifest, status="running"), plan)
    return None


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether a result is finished, and nothing of it damaged, so that it need only be opened."""
    return manifest.status == "complete" and not damage(folder)


def _begin(folder: Path, manifest: Manifest, but_for: tuple[str, ...]) -> None:
    """Write a manifest of nothing yet, and only then throw away what there was: so the folder is never nobody's."""
    with reporting_disk_errors(folder):
        manifest.write(folder)
        _clear(folder, but_for)


def _clear(folder: Path, but_for: tuple[str, ...]) -> None:
    """Remove all results, but nothing that somebody else has put there."""
    for name in OURS:
        if name not in but_for:
            remove(folder / name)
    for path in (folder / UNFINISHED).iterdir():
        if path.name not in (LOCK, OWNER):
            remove(path)


def to_resume(folder: Path, plan: Plan, *more: str) -> str:
    """The command that goes on with a result, as a shell takes it: all that was asked for is in its folder."""
    verb, name = "run" if plan.design is None else "sweep", plan.scenario.name
    where = [str(folder)]
    if _is_shipped(plan.scenario):
        where = [name] if verb == "run" and folder == Path("results") / name else [name, "--out", str(folder)]
    return shlex.join(["sim", verb, *where, "--resume", *more])


def _is_shipped(scenario: Scenario) -> bool:
    """Whether a scenario is the shipped one of its name."""
    if scenario.name not in {path.stem for path in shipped_files()}:
        return False
    return load(scenario.name).sha256 == scenario.sha256


def how_to_resume(manifest: Manifest) -> str:
    """What is kept of an unfinished result, and how to go on."""
    if not manifest.done:
        return "; no block of runs was finished"
    return f"; {manifest.runs:,} of {manifest.plan.runs:,} runs are kept: resume with --resume"


def close(folder: Path) -> None:
    """Remove what was kept for going on."""
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)


def refuse_full(folder: Path, needed: float) -> None:
    """Do not begin what the disk cannot hold.

    Raises
    ------
    DiskError
        There is less room than `needed` bytes.
    """
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    disk = shutil.disk_usage(place)
    room = disk.free
    if needed > room and disk.total:  # what is no disk, such as /proc, says by itself that nothing can be written
        raise DiskError(
            f"{folder} would take about {in_units(needed)}, and its disk has {in_units(room)} left; choose fewer "
            "--runs or --variables, or keep counts only, with --summary-only"
        )
