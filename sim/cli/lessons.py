"""The verb `lessons`: copy the lessons out of the package, so that they can be opened, worked in and kept."""

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from .console import Json, answering, console, notes, print_json


@answering
def lessons(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to copy them into, created if it does not exist.")
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files of the same names, with all that you wrote in them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Copy the lessons, their solutions and the class pack into a folder of yours, and say how to open them."""
    from sim.lessons.copying import TakenError, copy
    from sim.lessons.notebook import EXTRA

    try:
        written = [str(path) for path in copy(folder, overwrite)]
    except TakenError as error:
        raise typer.BadParameter(str(error), param_hint="DIR") from None
    opening = f"jupyter lab {shlex.quote(str(folder))}"
    if as_json:
        print_json({"written": written, "next": opening})
        return
    for path in written:
        console.print(path, highlight=False, soft_wrap=True)
    install = "" if find_spec("jupyterlab") else f"{EXTRA}, then "
    notes.print(f"Open them: {install}{opening}; {folder / 'README.md'} is the page for whoever teaches")
