"""The verb `debrief`: what each decision of a session moved, what could be known, and how usual it all is."""

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, answering, notes, print_json
from .stories import print_text, width


@answering
def debrief(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a session, as `sim play` keeps it.")],
    runs: Annotated[
        int, typer.Option(min=2, max=100_000, help="How many futures to run with, and again without, each decision.")
    ] = 300,
    days: Annotated[int, typer.Option(min=1, max=20_000, help="How many days to follow them.")] = 90,
    keep_orders: Annotated[
        bool,
        typer.Option(
            "--keep-orders", help="Let futures go on under the other orders of the session, not by the rules."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Look back on a session: what each decision moved, where it parted from the rules, and how usual it is."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.play.debrief import debrief as looked_back
    from sim.play.sessions.session import Session

    session = Session.open(file)
    try:
        with notes.status("looking back …"):
            found = looked_back(session, runs, days, then="orders" if keep_orders else "rules")
    finally:
        session.close()
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width()))
