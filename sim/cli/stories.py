"""Verbs for one run: `replay` tells it, `explain` takes a choice apart, `why` traces an event back to its root."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import complete
from .console import Json, answering, console, notes, print_as_it_is, print_json

if TYPE_CHECKING:
    from sim.execution.source import Origin
    from sim.replays.replay import Replay

SourceArgument = Annotated[
    str,
    typer.Argument(help="The folder of a result, or a scenario by file or name.", autocompletion=complete.sources),
]
Run = Annotated[int, typer.Option(min=0, help="The run's number; runs count from 0.")]
SeedOption = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice, for a scenario.")]

_NARROWEST, _WIDEST = 80, 100


@answering
def replay(
    source: SourceArgument,
    run: Run,
    seed: SeedOption = None,
    from_rung: Annotated[
        int | None,
        typer.Option(
            min=0, max=9, help="The lowest rung shown; 0 shows everything. [default: 4, or lower in a quiet history]"
        ),
    ] = None,
    turning_points: Annotated[
        bool,
        typer.Option(
            "--turning-points/--no-turning-points",
            help="Find the acts that most changed what could still come; that takes about a second.",
        ),
    ] = True,
    as_json: Json = False,
) -> None:
    """Tell one run as a dated story: who did what to whom, who died, who was blamed, and what led to what."""
    told, origin = _replayed(source, run, seed, as_json)
    from sim.experiments.branching.turns import FUTURES, found_in, paragraphs
    from sim.replays.kind import kind_of

    kind = kind_of(told, origin)
    points = found_in(origin, told) if turning_points else None
    if as_json:
        turns = {} if points is None else {"turning_points": [point.as_dict() for point in points]}
        print_json(told.as_dict() | {"kind": kind.as_dict()} | turns)
        return
    turned = [] if points is None or not told.outcomes else paragraphs(points, FUTURES)
    opening = [kind.text(), *turned]
    print_text(told.text(least=from_rung, width=width(), opening=opening))


@answering
def explain(
    source: SourceArgument,
    run: Run,
    day: Annotated[str, typer.Option(help="The day: its number, from 0, or its date, such as 2019-12-27.")],
    actor: Annotated[str, typer.Option(help="The actor's id, such as us.", autocompletion=complete.actors)],
    seed: SeedOption = None,
    as_json: Json = False,
) -> None:
    """Explain a choice: what the actor saw, how each act open to it weighed and why, and where the draw fell."""
    _answer(_replayed(source, run, seed, as_json)[0].explain(day, actor), as_json)


@answering
def why(
    source: SourceArgument,
    run: Run,
    other: Annotated[
        str | None,
        typer.Argument(
            help="Another result or scenario, to find where the same run parts under the two.",
            autocompletion=complete.sources,
        ),
    ] = None,
    event: Annotated[int | None, typer.Option(help="The event's number in the run, as 'sim replay' shows it.")] = None,
    seed: SeedOption = None,
    as_json: Json = False,
) -> None:
    """Trace an event back to its root; or, given another scenario, find the decision in which the two part."""
    if other is not None:
        if event is not None:
            raise typer.BadParameter(
                "an event belongs to one run; leave out --event to compare two", param_hint="--event"
            )
        _why_between(source, other, run, seed, as_json)
        return
    if event is None:
        raise typer.BadParameter("give an event's number, or another scenario to compare with", param_hint="--event")
    _answer(_replayed(source, run, seed, as_json)[0].why(event), as_json)


def _replayed(source: str, run: int, seed: int | None, as_json: bool) -> "tuple[Replay, Origin]":
    """Simulate the run again, and say where it is from; note where its scenario has changed since."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.execution.source import find_origin
    from sim.replays.replay import replayed

    with faults_in_json(as_json):
        found = find_origin(source, seed)
    told = replayed(found, run)
    said_if_changed(found)
    return told, found


@contextmanager
def faults_in_json(as_json: bool) -> Iterator[None]:
    """Write the faults of files that are read here as JSON too, if the answer was to be JSON."""
    from sim.theatre.files.errors import ScenarioError

    try:
        yield
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise


def said_if_changed(origin: "Origin") -> None:
    """Say where the scenario that a result was made from has changed since."""
    from sim.execution.source import changed_since

    if (changed := changed_since(origin)) is not None:
        notes.print(changed)


def _answer(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width=width()))


def width() -> int:
    """Columns of a page of text on this terminal."""
    return min(max(console.width, _NARROWEST), _WIDEST)


def print_text(text: str) -> None:
    """Write text to standard output as it is."""
    print_as_it_is(text.removesuffix("\n"))


def _why_between(first: str, second: str, run: Run, seed: int | None, as_json: bool) -> None:
    """Print the first decision in which a run parts from itself under two scenarios, and what tipped it."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.pairs.compare import divergence_between

    with faults_in_json(as_json):
        found = divergence_between(first, second, run, seed)
    if as_json:
        print_json(found.as_dict() if found is not None else {"run": run, "day": None})
    elif found is None:
        console.print(f"In run {run}, every actor makes the same decisions under both, to the end.", highlight=False)
    else:
        print_text(found.text(width=width()))
