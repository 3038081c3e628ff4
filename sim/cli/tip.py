"""The verb `tip`: the smallest plausible change that carries a share across a line."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from .console import NOT_PRECISE, Json, answering, notes, print_json
from .stories import faults_in_json, print_text, width


@answering
def tip(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")],
    to: Annotated[str, typer.Option("--to", help="The line, such as 'sustained_war > 0.5'.")],
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="GLOB", help="Only numbers at these paths may change.")
    ] = None,
    levers: Annotated[
        bool, typer.Option("--levers", help="Only numbers that a government can choose may change.")
    ] = False,
    uncertainties: Annotated[
        bool, typer.Option("--uncertainties", help="Only numbers that nobody chooses may change.")
    ] = False,
    runs: Annotated[
        int,
        typer.Option(
            min=32, help="Runs for each step of the search; the final check takes at least four times as many."
        ),
    ] = 512,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the change to this scenario file.")] = None,
    as_json: Json = False,
) -> None:
    """Find the smallest plausible change of numbers that carries the share of an outcome across a line."""
    if levers and uncertainties:
        raise typer.BadParameter("cannot be combined with --uncertainties", param_hint="--levers")
    only: Literal["levers", "uncertainties"] | None = "levers" if levers else "uncertainties" if uncertainties else None
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.tipping.tip import tip as tipped
    from sim.experiments.tipping.tip_text import place
    from sim.theatre.files.load import load

    with faults_in_json(as_json):
        question = load(scenario)
    if out is not None:
        place(out, scenario)
    with notes.status("searching, on the same dice throughout …"):
        found = tipped(question, to, parameters=param, only=only, runs=runs, seed=seed)
    if as_json:
        answer: dict[str, Any] = found.as_dict()
        print_json(answer | ({} if out is None else {"file": str(out)}))
    else:
        print_text(found.text(width()))
    if out is not None:
        found.write(out, scenario)
        notes.print(f"a scenario with the change is in {out}")
    if not found.crossed:
        raise typer.Exit(NOT_PRECISE)
