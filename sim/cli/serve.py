"""The verb `serve`: a workbench and a classroom in the browser, from this machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from . import complete
from .console import answering, notes


@answering
def serve(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            help="Scenario files of your own, which can be chosen beside those that come with it.",
            autocompletion=complete.files,
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="The address to listen on: 0.0.0.0 lets everybody in the local network in, with its codes."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8765,
    rooms: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where rooms are kept, so that nothing is lost if the server dies.")
    ] = Path("results/rooms"),
    results: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the result folders lie that the workbench may open.")
    ] = Path("results"),
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser of this machine.")
    ] = True,
) -> None:
    """Serve a page with live levers, and rooms in which a class sits in the seats of a crisis."""
    from sim.serve.running import needs, place_of, run

    needs()
    place = place_of(host, port, rooms, results, scenarios or ())

    def told() -> None:
        notes.print(f"The page: {place.entrance}", highlight=False, soft_wrap=True)
        if place.alone:
            notes.print("Only this machine can reach it; --host 0.0.0.0 lets a class in.", highlight=False)
        else:
            _tell_others(place.address)
        notes.print("Ctrl+C ends it; rooms are kept, and go on when it is started again.", highlight=False)
        if browser:
            import webbrowser

            webbrowser.open(place.entrance)

    run(place, told)


def _tell_others(address: str) -> None:
    """Say who can reach the server, with the address as a picture for phones."""
    import segno

    notes.print(
        f"Everybody in the networks of this machine can reach it at {address}. They can join rooms by their codes; "
        "making rooms and the workbench need the key above, so keep it to yourself.",
        highlight=False,
        soft_wrap=True,
    )
    segno.make(address, micro=False).terminal(out=sys.stderr, compact=True)
