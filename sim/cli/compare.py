"""The verb `compare`, and `why` between two scenarios: what a change changes, on the same dice."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted, finite_or_none, json_rows

from . import complete
from .console import Json, answering, console, notes, print_json
from .stories import faults_in_json

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from sim.experiments.pairs.compare import Comparison

WhichSide = Annotated[
    str,
    typer.Argument(help="A scenario by file or name, or the folder of a result.", autocompletion=complete.sources),
]

_NAMED = 8
"""Runs named in a sentence; --json names them all."""
_VARIABLES = 8
_WIDE = 110
"""Columns of a terminal on which an outcome is called by its label."""


@answering
def compare(
    first: WhichSide,
    second: WhichSide,
    runs: Annotated[
        int | None, typer.Option(min=1, help="How many pairs of runs. [default: as many as the first says]")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    as_json: Json = False,
) -> None:
    """Run two scenarios on the same dice, and show in which runs they differ, and by how much."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.pairs.compare import compare as compared

    with faults_in_json(as_json):
        found = compared(first, second, runs, seed)
    if as_json:
        print_json(as_data(found))
        return
    console.print(_outcomes(found))
    for line in _sentences(found):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(_variables(found))
    left_out = max(len(found.first), len(found.second)) - len(found)
    if left_out:
        notes.print(f"{counted(left_out, 'pair')} left out, because at least one of the two runs failed")


def as_data(found: "Comparison") -> dict[str, Any]:
    """All of a comparison as plain data."""
    return {
        "first": _scenario(found, 0),
        "second": _scenario(found, 1),
        "seed": found.first.seed,
        "pairs": len(found),
        "interval": "95 %: paired (Bonett and Price 2012); apart, of independent runs (Agresti and Caffo 2000)",
        "outcomes": json_rows(found.difference()),
        "flips": json_rows(found.flips()),
        "same_to_the_end": int(found.parted.isna().sum()),
        "parted": {str(run): int(day) for run, day in found.parted.dropna().items()},
        "variables": json_rows(found.variable_table()),
        "over_time": {name: _columns(found.over_time(name)) for name in found.variables},
    }


def _scenario(found: "Comparison", side: int) -> dict[str, str]:
    scenario = (found.first, found.second)[side].scenario
    return {"name": found.names[side], "title": scenario.title, "sha256": scenario.sha256}


def _columns(table: "pd.DataFrame") -> dict[str, list[Any]]:
    kept = table.drop(columns="date")
    return {str(name): [finite_or_none(value) for value in kept[name].tolist()] for name in kept}


def _outcomes(found: "Comparison") -> "Table":
    from rich import box
    from rich.table import Table

    one, other = found.names
    labels = found.first.scenario.theatre.outcomes
    title = f"{one} and {other}, on the same dice · seed {found.first.seed}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome")
    for column in (one, other):
        table.add_column(column, justify="right", overflow="fold")
    for column in ("difference, 95 %", "flips", "narrower"):
        table.add_column(column, justify="right", no_wrap=True)
    flipped = found.flips().set_index("outcome")
    for row in found.difference().sort_values("difference", key=abs, ascending=False).itertuples(index=False):
        flips = flipped.loc[row.outcome]
        table.add_row(
            labels[row.outcome].label if console.width >= _WIDE else row.outcome.replace("_", " "),
            f"{row.first:.1%}",
            f"{row.second:.1%}",
            f"{_points(row.difference)} ({_points(row.low)} to {_points(row.high)})",
            f"{flips['first_only']:,} / {flips['second_only']:,}",
            f"{row.width_ratio:.1f} x",
        )
    table.caption = (
        f"Of {counted(len(found), 'pair')} of runs. Differences in percentage points, with paired intervals; flips: "
        f"under {one} only / under {other} only; narrower: how many times wider the interval would be if each run "
        "had its own dice. Sampling error only; not a forecast."
    )
    table.caption_justify = "left"
    return table


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}"


def _sentences(found: "Comparison") -> list[str]:
    """In which runs each outcome came about under one of the two only, and where paths part."""
    one, other = found.names
    labels, lines = found.first.scenario.theatre.outcomes, []
    for row in found.flips().itertuples(index=False):
        if row.first_only or row.second_only:
            label, n = labels[row.outcome].label, f"{len(found):,}"
            lines.append(
                f"{label}: in {row.first_only:,} of {n} runs under {one} only{_named(row.runs_first_only)}, "
                f"in {row.second_only:,} under {other} only{_named(row.runs_second_only)}."
            )
    never = [
        labels[row.outcome].label
        for row in found.flips().itertuples(index=False)
        if row.first_only == row.second_only == 0
    ]
    if never:
        lines.append(f"The same in every pair: {'; '.join(never)}.")
    parted = found.parted.dropna().astype(int)
    same = f"{len(found) - len(parted):,} of {counted(len(found), 'run')}"
    if len(parted):
        lines.append(
            f"The two scenarios give the same history in {same}; the other pairs part on day {parted.min()} at the "
            f"earliest and on day {int(parted.median())} in the median. 'sim why {one} {other} --run "
            f"{parted.index[0]}' explains how."
        )
    else:
        lines.append(
            f"The two scenarios give the same history in all {counted(len(found), 'run')}: the change makes no "
            "difference."
        )
    return lines


def _named(runs: list[int]) -> str:
    if not runs:
        return ""
    shown = ", ".join(map(str, runs[:_NAMED])) + (" …" if len(runs) > _NAMED else "")
    return f" ({'run' if len(runs) == 1 else 'runs'} {shown})"


def _variables(found: "Comparison") -> "Table":
    from rich import box
    from rich.table import Table

    one, other = found.names
    table = Table(title="Variables that differ most", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("variable")
    for column in (one, other):
        table.add_column(column, justify="right", overflow="fold")
    table.add_column("difference, 95 %", justify="right", no_wrap=True)
    table.add_column("most apart", justify="right")
    rows = found.variable_table()
    for row in rows[rows["widest_difference"] != 0].head(_VARIABLES).itertuples(index=False):
        table.add_row(
            row.variable if row.unit == "1" else f"{row.variable} ({row.unit})",
            f"{row.first:.3g}",
            f"{row.second:.3g}",
            f"{row.difference:+.2g} ({row.low:+.2g} to {row.high:+.2g})",
            f"{row.widest_difference:+.2g} on {found.first.scenario.date_of(row.widest)}",
        )
    table.caption = "Means of the runs on the last day, with paired intervals; most apart: the day of the widest gap."
    table.caption_justify = "left"
    return table
