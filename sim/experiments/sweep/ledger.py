"""The ledger of arguable numbers: those that matter and rest on little, with the line on which each is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.floating import usual
from sim.results.errors import StoreError
from sim.theatre.files.comments import with_comments
from sim.theatre.files.errors import ScenarioError, shown
from sim.theatre.files.inventory import Row, inventory
from sim.theatre.files.load import Resolved, load_either, sources_of, sources_without_files
from sim.theatre.files.resolve import entry
from sim.theatre.files.yaml_tree import Node

if TYPE_CHECKING:
    from sim.results.sweep import Sweep

WEAKNESS: Mapping[str, float] = {"input": 0.25, "tuned": 0.5, "judgement": 1.0, "scenario": 1.0, "unsourced": 1.0}
"""How open to argument a number is, by what it is: it comes from outside the model, or a check that it must meet bounds
it, or it is somebody's judgement. An order more than a measure; whoever weighs otherwise sorts by other weights."""


@dataclass(frozen=True)
class Files:
    """The files that a sweep's scenario is made of, as they are today."""

    resolved: Resolved | None
    rows: Mapping[str, Row]

    def place(self, path: str) -> tuple[str | None, int | None]:
        """File and line on which a number is written; none if its files are not found."""
        node = self.node(path)
        return (None, None) if node is None else (shown(node.key.file), node.key.line)

    def node(self, path: str) -> Node | None:
        """What is written there; of the script, the entry in which a number stands."""
        if self.resolved is None:
            return None
        return entry(self.resolved, ".".join(path.split(".")[:2]) if path.startswith("script.") else path)


@usual
def ledger(
    sweep: "Sweep", measure: str, source: str | Path | None = None, weakness: Mapping[str, float] = WEAKNESS
) -> pd.DataFrame:
    """Sort the numbers that were varied by how much there is to argue about them: influence times weakness.

    Parameters
    ----------
    sweep : Sweep
    measure : str
        Of what the influence is taken.
    source : name or path, optional
        The scenario, to find the lines; left out, it is looked for by its name.
    weakness : mapping
        By what a number is, how weak its ground is.

    Returns
    -------
    DataFrame with columns parameter, value, unit, low, high (its plausible range), kind (input, tuned, judgement,
    scenario), source, influence (the sweep's main index), influence_low, influence_high, weakness, argument (influence
    times weakness), file, line; the most arguable first

    Raises
    ------
    MeasureError
        There is no such measure, or no influence to take of it.
    sim.ScenarioError
        There is no such scenario, or it has faults.
    StoreError
        It is another scenario than the one that was run.
    """
    found, files = sweep.indices(measure), files_of(sweep, source)
    main = found.attrs["main"]
    varied = {each.path: each for each in sweep.design.varied}
    table = []
    for row in found.to_dict("records"):
        path = row["parameter"]
        number, known = varied[path], files.rows.get(path)
        kind = known.kind if known is not None else "unsourced"
        influence = max(float(row[main]), 0.0)
        table.append(
            {
                "parameter": path,
                **{name: getattr(number, name) for name in ("unit", "low", "high")},
                "value": number.base,
                "kind": kind,
                "source": known.source if known is not None else None,
                "influence": influence,
                "influence_low": row[f"{main}_low"],
                "influence_high": row[f"{main}_high"],
                "weakness": weakness[kind],
                "argument": influence * weakness[kind],
                **dict(zip(("file", "line"), files.place(path), strict=True)),
            }
        )
    made = pd.DataFrame(table).sort_values("argument", ascending=False, kind="stable", ignore_index=True)
    made["line"] = made["line"].astype("Int64")
    made.attrs.update(found.attrs)
    return made


def files_of(sweep: "Sweep", source: str | Path | None = None) -> Files:
    """Find the files of a sweep's scenario and what they say of its numbers.

    Without a source, files of its name that say something else today are no help, and none are given.
    """
    resolved = _resolved(sweep, source)
    sources = sources_of(resolved) if resolved is not None else sources_without_files(sweep.scenario.theatre)
    rows = inventory(sweep.scenario, sources, resolved)
    return Files(resolved, {row.path: row for row in rows})


def _resolved(sweep: "Sweep", source: str | Path | None) -> Resolved | None:
    name = sweep.scenario.name
    if source is not None:
        scenario, resolved = load_either(source)
        if getattr(scenario, "sha256", None) != sweep.scenario.sha256:
            raise StoreError(
                f"{source} is not the scenario that was swept, or has changed since; name the one that was swept"
            )
        return resolved
    try:
        scenario, resolved = load_either(beside if (beside := Path(f"{name}.yaml")).is_file() else name)
    except ScenarioError:
        return None
    return resolved if getattr(scenario, "sha256", None) == sweep.scenario.sha256 else None


def annotated(sweep: "Sweep", measure: str, source: str | Path | None = None) -> str:
    """Return the text of the theatre's file with the influence of each number that was varied as a comment.

    Parameters
    ----------
    sweep, measure, source : see `ledger`

    Returns
    -------
    The file as it is, but for the comments

    Raises
    ------
    StoreError
        The scenario's files are not found, or say something else today.
    """
    files = files_of(sweep, source)
    if files.resolved is None:
        raise StoreError(
            f"the files of {sweep.scenario.name} were not found, or have changed since it was swept; name the scenario"
        )
    theatre = files.resolved.files[-1].path
    found = sweep.indices(measure)
    said: dict[int, list[Mapping[str, Any]]] = {}
    for row in found.to_dict("records"):
        node = files.node(row["parameter"])
        if node is not None and Path(node.key.file).resolve() == theatre.resolve():
            said.setdefault(node.key.line, []).append(row)
    name, main = sweep.measure(measure).removeprefix("outcome."), found.attrs["main"]
    comments = {line: f"{name}: {_said(rows, main)}" for line, rows in said.items()}
    return with_comments(theatre.read_text(encoding="utf-8"), comments)


def _said(rows: Sequence[Mapping[str, Any]], main: str) -> str:
    """The influence of the numbers on a line; by name, where there are several."""
    told = []
    for row in rows:
        value, low, high = (max(row[name], 0.0) for name in (main, f"{main}_low", f"{main}_high"))
        ends = f" ({low:.2g} to {high:.2g})" if np.isfinite(high) else ""
        of = f"{row['parameter'].rpartition('.')[2]} " if len(rows) > 1 else ""
        told.append(f"{of}{main} {value:.2g}{ends}")
    return ", ".join(told)
