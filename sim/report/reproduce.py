"""Make a figure or a report again from what it carries, and hold the two beside each other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from sim.execution.recorded import recorded
from sim.execution.records import RecordError
from sim.execution.run import nominal_runs, run
from sim.execution.summarise import summarise
from sim.plots.figures import save, standard
from sim.plots.settings import style
from sim.results.counted import AnyEnsemble
from sim.results.ensemble import Ensemble
from sim.results.errors import StoreError
from sim.results.provenance import Provenance
from sim.results.storage.atomic import read_file
from sim.results.storage.check import is_sealed
from sim.results.storage.manifest import provenance
from sim.theatre.files.errors import ScenarioError
from sim.theatre.parameters.fitted import as_options

from .cipher import WrongWordError, unlocked
from .render import ReportError, html

LARGEST = 256 * 2**20


@dataclass(frozen=True)
class Reproduced:
    """A file held beside what is made now from what it carries."""

    file: Path
    kind: str
    """`figure` or `report`."""
    carried: tuple[Provenance, ...]
    differences: tuple[str, ...]
    """In what the two differ; none if they are the same."""
    note: str | None
    """What may explain a difference."""
    made: bytes
    """What is made now: a PNG, or the text of a page."""

    @property
    def equal(self) -> bool:
        """Whether every pixel, or all data of the page, are the same."""
        return not self.differences


def reproduce(file: str | Path, passphrase: str | None = None) -> Reproduced:
    """Run again what a figure or a report carries, and compare: a figure pixel by pixel, a report by all its data.

    Parameters
    ----------
    file : str or Path
    passphrase : str, optional
        What opens a report whose answers are locked.

    Raises
    ------
    ReportError
        The file is neither a figure nor a report of ours, does not carry all that it takes, or is damaged.
    """
    file = Path(file)
    try:
        size = file.stat().st_size
        start = read_file(file, 16)
    except OSError as error:
        raise ReportError(f"cannot read {file}: {error.strerror or error}") from None
    if size > LARGEST:
        raise ReportError(f"{file} is too large for a figure or a report")
    try:
        return _figure(file) if start.startswith(b"\x89PNG") else _page(file, passphrase)
    except StoreError as error:
        raise ReportError(f"{file} cannot be made again: {error}") from None


def runs_of(carried: Provenance) -> AnyEnsemble:
    """Run what something was made from."""
    scenario, runs, seed = carried.scenario, carried.runs, carried.seed
    ensemble: AnyEnsemble
    if carried.counts_only:
        with TemporaryDirectory() as folder:
            asked: dict[str, Any] = {"first": carried.first, **as_options(carried.uncertain)}
            written = summarise(scenario, Path(folder) / "runs", runs, seed, **asked)
            ensemble = replace(written, kept=_in_memory(written.kept))
    else:
        ensemble = run(scenario, runs, seed, first=carried.first, dtype=carried.dtype, **as_options(carried.uncertain))
    if carried.until is not None:
        ensemble.info["until"] = dict(carried.until)
    return ensemble


def _in_memory(kept: Ensemble) -> Ensemble:
    """An ensemble that no longer needs its folder."""
    return replace(kept, trajectories=kept.trajectories.load(), events=kept.events, outcomes=kept.outcomes)


def _figure(file: Path) -> Reproduced:
    texts, before = _png(file)
    if "Figure" not in texts:
        raise StoreError("it does not carry which figure it is; those that 'sim run' draws do")
    carried = Provenance.read(texts)
    ensemble = runs_of(carried)
    written = nominal_runs(ensemble) if carried.uncertain else None
    drawings = standard(ensemble, _record(texts.get("Record"), carried), written)
    name = texts["Figure"]
    if name not in drawings:
        raise StoreError(f"this version draws no figure '{name}' of such runs; it draws {', '.join(drawings)}")
    made = BytesIO()
    with style(texts.get("Style", "web")):
        save(drawings[name](), made, ensemble, name)
    drawn_again, now = _png(made)
    differences = _pixels(before, now)
    then, by_now = texts.get("Drawn-By"), drawn_again.get("Drawn-By")
    other = f"it was drawn by {then}, now by {by_now}" if then != by_now else None
    note = "; ".join(part for part in (_versions(carried), other) if part)
    return Reproduced(file, "figure", (carried,), differences, note if differences and note else None, made.getvalue())


def _png(file: Any) -> tuple[Mapping[str, str], NDArray[np.uint8]]:
    """Texts of a PNG, by name, and its pixels."""
    try:
        with Image.open(file, formats=["PNG"]) as image:
            image.load()
            texts = {str(key): text for key, text in image.info.items() if isinstance(text, str)}
            return texts, np.asarray(image.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise StoreError(f"it is no picture that can be read ({error})") from None


def _pixels(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[str, ...]:
    if before.shape != now.shape:
        (tall, wide), (tall_now, wide_now) = before.shape[:2], now.shape[:2]
        return (f"it is {wide} × {tall} pixels, and now {wide_now} × {tall_now}",)
    other = int((before != now).any(axis=-1).sum())
    total = before.shape[0] * before.shape[1]
    return (f"{other:,} of {total:,} pixels are others",) if other else ()


def _record(said: str | None, carried: Provenance) -> Ensemble | None:
    """The recorded events that were drawn over a figure."""
    if said is None:
        return None
    seed, _, sha256 = said.removeprefix("seed ").partition(", ")
    try:
        record = recorded(carried.scenario, seed=int(seed))
    except (RecordError, ScenarioError, ValueError) as error:
        raise StoreError(f"the recorded events drawn over it cannot be followed: {error}") from None
    if record.scenario.sha256 != sha256:
        raise StoreError("the recorded events drawn over it are others than those that ship now")
    return record


class _Scripts(HTMLParser):
    """Texts of the script elements of a page, by id."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self._within: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = dict(attrs).get("id") if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self._within = None

    def handle_data(self, data: str) -> None:
        if self._within is not None:
            self.texts[self._within] = self.texts.get(self._within, "") + data


def _page(file: Path, passphrase: str | None) -> Reproduced:
    try:
        content = read_file(file)
        held = _opened(_scripts(content.decode("utf-8")), passphrase)
    except StoreError:
        raise
    except (OSError, ValueError) as error:
        raise StoreError(f"it is neither a PNG nor a page ({error})") from None
    try:
        made_from, before = json.loads(held["made-from"]), json.loads(held["data"])
        carried = tuple(Provenance.read(texts) for texts in made_from)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise StoreError("it is neither a figure nor a report of sim, or it is damaged") from None
    if not is_sealed(content):
        raise StoreError("it is damaged: it does not hold what was written (its checksum does not match)")
    if not isinstance(before, dict):
        raise StoreError("it is damaged: what it shows is no table of names")
    if not 1 <= len(carried) <= 2:
        raise StoreError("a report carries one scenario or two")
    ensembles = [runs_of(each) for each in carried]
    page = html(ensembles[0], ensembles[1] if len(ensembles) > 1 else None)
    now = json.loads(_scripts(page)["data"])
    differences = tuple(
        f"{key.replace('_', ' ')}: not the same" for key in {**before, **now} if before.get(key) != now.get(key)
    )
    notes = [note for note in map(_versions, carried) if note]
    note = notes[0] if differences and notes else None
    return Reproduced(file, "report", carried, differences, note, page.encode())


def _opened(held: dict[str, str], passphrase: str | None) -> dict[str, str]:
    """Texts of the script elements of a page, or of the one that is locked in it."""
    if "sealed" not in held:
        return held
    if passphrase is None:
        raise StoreError("its answers are locked; give its passphrase with --passphrase")
    try:
        return _scripts(unlocked(json.loads(held["sealed"]), passphrase))
    except WrongWordError as error:
        raise StoreError(str(error)) from None
    except (KeyError, TypeError):
        raise StoreError("it is damaged: what it locks is not whole") from None


def _scripts(page: str) -> dict[str, str]:
    parser = _Scripts()
    parser.feed(page)
    parser.close()
    return parser.texts


def _versions(carried: Provenance) -> str | None:
    """Say if other rules made the runs."""
    now = provenance()
    version = now["versions"]["escalation-sim"] or "unknown"
    if carried.rules is not None and carried.rules != now["rules_sha256"]:
        return f"its runs were made by other rules (version {carried.software}, now {version})"
    return f"its runs were made by version {carried.software}, now {version}" if carried.software != version else None
