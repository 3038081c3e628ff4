"""Verbs for one run: `replay` tells it, `explain` takes a choice apart, `why` traces an event back to its root."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .answer import answering, console, notes, print_json

if TYPE_CHECKING:
    from sim.experiments.replay.replay import Replay

SourceArgument = Annotated[str, typer.Argument(help="The folder of a result, or a scenario by file or name.")]
Run = Annotated[int, typer.Option(min=0, help="The run's number; runs count from 0.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice, for a scenario.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]

_NARROWEST, _WIDEST = 80, 100


@answering
def replay(
    source: SourceArgument,
    run: Run,
    seed: Seed = None,
    from_rung: Annotated[
        int, typer.Option(min=0, max=9, help="The lowest rung told; 0 tells everything.", show_default=True)
    ] = 4,
    as_json: Json = False,
) -> None:
    """Tell one run as a dated story: who did what to whom, who died, who was blamed, and what led to what."""
    told = _replayed(source, run, seed, as_json)
    if as_json:
        print_json(told.as_dict())
    else:
        _print(told.text(least=from_rung, width=_width()))


@answering
def explain(
    source: SourceArgument,
    run: Run,
    day: Annotated[str, typer.Option(help="The day: its number, from 0, or its date, such as 2019-12-27.")],
    actor: Annotated[str, typer.Option(help="The actor's id, such as us.")],
    seed: Seed = None,
    as_json: Json = False,
) -> None:
    """Explain a choice: what the actor saw, how each act open to it weighed and why, and where the draw fell."""
    _answer(_replayed(source, run, seed, as_json).explain(day, actor), as_json)


@answering
def why(
    source: SourceArgument,
    run: Run,
    event: Annotated[int, typer.Option(help="The event's number in the run, as 'sim replay' tells it.")],
    seed: Seed = None,
    as_json: Json = False,
) -> None:
    """Trace an event back to its root: the event behind it, the one behind that, and what tipped each decision."""
    _answer(_replayed(source, run, seed, as_json).why(event), as_json)


def _replayed(source: str, run: int, seed: int | None, as_json: bool) -> "Replay":
    """Simulate the run again; say where the scenario it was made from has changed since."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.replay.origin import changed_since, origin
    from sim.experiments.replay.replay import replayed
    from sim.theatre.errors import ScenarioError

    try:
        found = origin(source, seed)
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    told = replayed(found, run)
    if (changed := changed_since(found)) is not None:
        notes.print(changed, markup=False)
    return told


def _answer(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(found.as_dict())
    else:
        _print(found.text(width=_width()))


def _width() -> int:
    return min(max(console.width, _NARROWEST), _WIDEST)


def _print(text: str) -> None:
    typer.echo(text, nl=False)
