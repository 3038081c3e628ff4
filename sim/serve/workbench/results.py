"""Result folders that the workbench may open: those that lie in the results folder, by their names."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.text import printable

from .messages import Refused, sentence
from .moves import Stopped

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
MOST_LISTED = 500


def folder_of(results: Path, name: str) -> Path:
    """The folder of a result, which lies in the results folder itself and leads nowhere else.

    Raises
    ------
    Refused
        There is no result of that name.
    """
    if _NAME.fullmatch(name):
        folder = results / name
        try:
            if not folder.is_symlink() and (folder / "run.json").is_file() and not _links(folder):
                return folder
        except OSError:
            pass
    raise Refused("There is no result of that name in the results folder.")


def _links(folder: Path) -> bool:
    return any(path.is_symlink() for path in folder.iterdir())


def listed(_: Stopped, results: Path) -> list[dict[str, Any]]:
    """All results that can be opened, the youngest first."""
    from sim.results.errors import StoreError
    from sim.results.storage.manifest import read_manifest

    found: list[tuple[float, dict[str, Any]]] = []
    for folder in _folders(results):
        try:
            manifest, made = read_manifest(folder), (folder / "run.json").stat().st_mtime
        except (StoreError, OSError):
            continue  # what cannot be read cannot be opened
        plan = manifest.plan
        if plan.design is None and manifest.status == "complete":
            told = {"name": folder.name, "title": printable(plan.scenario.title), "scenario": plan.scenario.name}
            found.append((made, told | {"runs": manifest.runs, "seed": plan.seed}))
    found.sort(key=lambda each: (-each[0], each[1]["name"]))
    return [told for _, told in found[:MOST_LISTED]]


def _folders(results: Path) -> Iterator[Path]:
    try:
        names = sorted(path.name for path in results.iterdir())
    except OSError:
        return
    for name in names:
        try:
            yield folder_of(results, name)
        except Refused:
            continue


def report(_: Stopped, results: Path, names: tuple[str, ...]) -> str:
    """The report of a result, or of two on the same dice, as a page of its own.

    Raises
    ------
    Refused
        There is no such result, it cannot be read, or the two cannot be compared.
    """
    from sim.report.render import html
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    with _told_plainly(results):
        opened = [open_result(folder_of(results, name)) for name in names]
        ensembles = [each for each in opened if not isinstance(each, Sweep)]
        if len(ensembles) < len(opened):
            raise Refused("This folder holds a sweep, whose runs belong to many points; a report is of one scenario.")
        return html(ensembles[0], *ensembles[1:], names=list(names))


@contextmanager
def _told_plainly(results: Path) -> Iterator[None]:
    """What cannot be read or compared is a refusal that names no folder of this machine."""
    from sim.execution.source import ReplayError
    from sim.report.render import ReportError
    from sim.results.errors import StoreError

    try:
        yield
    except (StoreError, ReplayError, ReportError) as error:
        said = str(error).replace(f"{results}/", "")
        raise Refused(sentence(said)) from None


_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


def policy_of(page: str) -> str:
    """The policy that a report says for itself, as a header: it lets in the one script that it holds."""
    found = _POLICY.search(page[:4000])
    own = found[1] if found else "default-src 'none'; style-src 'unsafe-inline'"
    return f"{own}; frame-ancestors 'none'"
