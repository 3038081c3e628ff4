"""The verb `merge`: parts of an ensemble, such as the jobs of a cluster made them, put together to the whole."""

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, answering
from .run import finished
from .styles import StyleOption, drawing_for, refuse_undrawn


@answering
def merge(
    out: Annotated[Path, typer.Argument(help="Folder for the merged result.")],
    parts: Annotated[list[Path], typer.Argument(help="Folders of the parts, in any order.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing result.")] = False,
    figures: Annotated[bool, typer.Option(help="Also draw the figures.")] = True,
    style: StyleOption = None,
    as_json: Json = False,
) -> None:
    """Join parts made by 'sim run --first' into the files that a single run would have written."""
    from sim.execution.merge import merge as merged

    refuse_undrawn(style, figures)
    with drawing_for(style):
        finished(merged(out, *parts, overwrite=overwrite), out, figures, as_json)
