"""The verb `check`: whether every file of a result still is what was written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.text import counted

from .console import FAILED, Json, answering, console, notes, print_json

if TYPE_CHECKING:
    from sim.results.storage.check import Checked


@answering
def check(
    result: Annotated[Path, typer.Argument(help="The folder of a result, such as results/baseline.")],
    as_json: Json = False,
) -> None:
    """Check every file of a result against its checksum, and name what is damaged (exit code 1 if anything is)."""
    from sim.results.storage.check import check as checked

    found = checked(result)
    if as_json:
        print_json(_as_data(found))
    else:
        _tell(found)
    if not found.sound:
        raise typer.Exit(FAILED)


def _tell(found: "Checked") -> None:
    told = f"{counted(found.files, 'file')} checked against {'its checksum' if found.files == 1 else 'their checksums'}"
    state = "whole" if found.finished else "not finished, and undamaged so far"
    lines = [f"{found.folder}: {f'{len(found.damaged):,} damaged' if found.damaged else state}; {told}"]
    lines += [f"  {each.file}: {each.what}" for each in found.damaged]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    if found.unchecked:
        notes.print(
            f"{counted(found.unchecked, 'file')} of {found.folder} have no checksums, because an earlier version "
            "made them; only their type and length were checked",
        )
    if found.damaged:
        notes.print(found.advice)


def _as_data(found: "Checked") -> dict[str, object]:
    return {
        "folder": str(found.folder),
        "sound": found.sound,
        "finished": found.finished,
        "files": found.files,
        "unchecked": found.unchecked,
        "damaged": [vars(each) for each in found.damaged],
        "advice": found.advice if found.damaged else None,
    }
