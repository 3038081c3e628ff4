"""The verb `cite`: what a paper needs of a result."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from .console import Json, answering, notes, print_json


@answering
def cite(
    result: Annotated[Path, typer.Argument(help="The folder of a result or of a sweep, such as results/baseline.")],
    out: Annotated[
        Path | None, typer.Option(help="Write methods.txt, software.bib and the table of numbers into this folder.")
    ] = None,
    table: Annotated[
        Literal["csv", "latex"] | None,
        typer.Option("--format", help="Format of the table of numbers; needs --out. [default: both]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write what a paper needs from a result: methods, numbers with their sources, how to cite the software."""
    if table is not None and out is None:
        raise typer.BadParameter("says how to write the table, and --out says where; give both", param_hint="--format")
    from sim.report.cite import cite as told_of

    told = told_of(result)
    files = [] if out is None else told.write(out, ("csv", "latex") if table is None else (table,))
    if as_json:
        print_json(told.as_dict() | ({"files": [str(file) for file in files]} if files else {}))
        return
    sys.stdout.write(f"{told.paragraph}\n" if files else f"{told.paragraph}\n\n{told.bibtex}")
    for file in files:
        notes.print(str(file))
