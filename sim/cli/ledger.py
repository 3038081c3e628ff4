"""What `sim sweep --ledger` and `--annotate` tell: the numbers worth arguing about, and where they are written."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich import box
from rich.table import Table

from .console import notes

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.sweep import Sweep

SHOWN = 20


def ledger_table(made: "Sweep", measure: str, found: "pd.DataFrame") -> Table:
    """The numbers that are most open to argument: influence times weakness of source."""
    from sim.experiments.sweep.ledger import WEAKNESS

    main = found.attrs["main"]
    title = f"{made.label(measure)}: the numbers worth arguing about"
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("number, its range, and where it is written", overflow="fold")
    table.add_column("is", no_wrap=True)
    for column in (f"{main}, 95 %", "argument"):
        table.add_column(column, justify="right", no_wrap=True)
    shown = found[found["argument"] > 0].head(SHOWN)
    for row in shown.itertuples(index=False):
        place = f"; {Path(row.file).name}:{row.line}" if row.file is not None else ""
        influence = f"{row.influence:.2g} ({row.influence_low:.2g} to {row.influence_high:.2g})"
        told = f"{row.parameter}\n  {row.value:g} ({row.low:g} to {row.high:g}){place}"
        table.add_row(told, row.kind, influence, f"{row.argument:.2g}")
    weights = ", ".join(f"{kind} {weight:g}" for kind, weight in WEAKNESS.items() if kind != "unsourced")
    table.caption = (
        f"Argument: influence ({main}: {found.attrs['about']}) times the weakness of the number's source "
        f"({weights}). Where the interval of the influence reaches 0, there may be nothing to argue about."
    )
    if len(found) > len(shown):
        table.caption += f" {len(found) - len(shown):,} more are in --json."
    return table


def write_annotated(made: "Sweep", measure: str, source: str | None, path: Path) -> None:
    """Write a copy of the theatre's file with each number's influence beside it."""
    from sim.experiments.sweep.ledger import annotated
    from sim.results.storage.atomic import created, reporting_disk_errors

    text = annotated(made, measure, source)
    with reporting_disk_errors(path), created(path) as file:
        file.write(text.encode())
    notes.print(f"{path} is a copy of the theatre with each number's influence on {measure} beside it")


def refuse_place(path: Path) -> None:
    """Overwrite nothing, and do not sweep for a file that cannot be written."""
    if path.exists() or path.is_symlink():
        raise typer.BadParameter(f"{path} already exists; choose another name", param_hint="--annotate")
    if not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}; create it first", param_hint="--annotate")
    from sim.results.storage.atomic import refuse_unwritable

    refuse_unwritable(path)
