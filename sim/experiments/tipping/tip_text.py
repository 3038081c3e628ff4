"""A tipping point in words, as data, and as a scenario file."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.tipping import SLACK
from sim.execution.lookup import QueryError
from sim.results.storage.atomic import created, refuse_unwritable, reporting_disk_errors
from sim.text import checked_width, counted, number, paragraph, percent
from sim.theatre.files.locate import shipped_files

if TYPE_CHECKING:
    from .tip import Tip

_NAMED = 24
"""Changed numbers that are told; the file and the data have all."""


def tip_text(found: "Tip", width: int) -> str:
    """Tell it, in lines of at most `width` letters."""
    checked_width(width)
    return "\n".join(_lines(found, width)) + "\n"


def _lines(found: "Tip", width: int) -> Iterator[str]:
    scenario, target = found.scenario, found.target
    outcome = scenario.theatre.outcomes[target.name].label
    side = "more" if target.above else "less"
    yield f"{scenario.name} {scenario.short_hash} · {target} · seed {found.seed}"
    yield ""
    asked = f"{outcome}: in {side} than {percent(target.value)} of runs?"
    yield from paragraph(f"{asked} As written, the share is {_share(found.before)}.", width).splitlines()
    yield ""
    n = counted(len(found.moves), "number")
    if found.crossed:
        how = f"The smallest change that was found moves {n} of {found.tried:,}, by {number(found.length)} in all. "
        how += f"With it, the share is {_share(found.after)}."
        if not found.sure:
            how += " Its interval still includes the line; these runs cannot place it more exactly."
    elif found.moves:
        how = f"No plausible change of {counted(found.tried, 'number')} was found that reaches the line. The one that "
        how += f"came closest moves {n}; with it, the share is {_share(found.after)}."
    else:
        how = f"No plausible change of {counted(found.tried, 'number')} was found that brings the share any nearer."
    yield from paragraph(how, width).splitlines()
    yield ""
    for move in found.moves[:_NAMED]:
        unit = "" if move.unit == "1" else f" {move.unit}"
        span = f"plausible {number(move.low)} to {number(move.high)}"
        change = f"{number(move.written)} to {number(move.value)}{unit}"
        yield from paragraph(f"{move.by:+.2f}  {move.path}: {change} ({span})", width, 0, 7).splitlines()
    if len(found.moves) > _NAMED:
        yield f"       … and {len(found.moves) - _NAMED} more"
    if found.moves:
        yield ""
    end = (
        "Changes are measured in halves of each number's plausible range (by its law; 1 is from its written value to "
        "an end); their length in all is the root of the sum of their squares. Other changes may do as well: this is "
        f"the shortest that a search of {found.searched:,} runs found, or at most {100 * SLACK - 100:.0f} % longer, "
        f"so that fewer numbers change. Both shares are of {found.runs:,} runs on dice that the search never saw, "
        "with 95 % Wilson intervals, sampling error only. Not a forecast."
    )
    yield from paragraph(end, width).splitlines()


def _share(share: tuple[float, float, float]) -> str:
    middle, low, high = share
    return f"{percent(middle)} ({percent(low)} to {percent(high)})"


def as_dict(found: "Tip") -> dict[str, object]:
    """The same as data."""
    names = ("share", "low", "high")
    return {
        "scenario": found.scenario.name,
        "scenario_sha256": found.scenario.sha256,
        "seed": found.seed,
        "line": {"outcome": found.target.name, "above": found.target.above, "share": found.target.value},
        "crossed": found.crossed,
        "sure": found.sure,
        "before": dict(zip(names, found.before, strict=True)),
        "after": dict(zip(names, found.after, strict=True)),
        "length": found.length,
        "moves": [asdict(move) for move in found.moves],
        "tried": found.tried,
        "runs": found.runs,
        "searched": found.searched,
    }


def as_file(found: "Tip", path: Path, extends: str | Path) -> Path:
    """Write a scenario file with the change."""
    base = place(path, extends)
    changes = [f"{json.dumps(each, ensure_ascii=False)}: {value!r}" for each, value in found.overrides.items()]
    overrides = "\n".join(f"  {change}" for change in changes)
    title = f"{found.scenario.title}: {found.target}"
    question = f"With the smallest change found that makes it {found.target}, what else is different?"
    text = f"""\
schema_version: 1
extends: {json.dumps(base, ensure_ascii=False)}
title: {json.dumps(title, ensure_ascii=False)}
question: {json.dumps(question, ensure_ascii=False)}
overrides:{f"{chr(10)}{overrides}" if overrides else " {}"}
"""
    with reporting_disk_errors(path), created(path) as file:
        file.write(text.encode())
    return path


def place(path: Path, extends: str | Path) -> str:
    """See whether a scenario can be written there, and return how it calls what it builds on.

    That is the name of what is shipped, or the way there from its own folder.

    Raises
    ------
    QueryError
        Something is there already, there is no such folder, or what it builds on lies outside it.
    DiskError
        Nothing can be written there.
    """
    if path.exists() or path.is_symlink():
        raise QueryError(f"{path} already exists; choose another name")
    if not path.absolute().parent.is_dir():
        raise QueryError(f"there is no folder {path.parent}; create it first")
    refuse_unwritable(path)
    there = Path(extends)
    if there.suffix == "" and any(file.stem == str(extends) for file in shipped_files()):
        return str(extends)
    try:
        return there.resolve().relative_to(path.resolve().parent).as_posix()
    except ValueError:
        raise QueryError(
            f"{path} cannot build on {extends}, which lies outside its folder; write it beside that file, or further up"
        ) from None
