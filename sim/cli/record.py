"""The verbs `filter` and `surprise`: how likely a scenario finds its record, and what of it least so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sim.text import date_from

from . import complete
from .console import Json, answering, notes, print_json
from .stories import faults_in_json, print_text, width

if TYPE_CHECKING:
    from datetime import date

    from rich.status import Status

ScenarioArgument = Annotated[
    str, typer.Argument(help="A scenario file, or the name of a shipped scenario.", autocompletion=complete.scenarios)
]
RecordOption = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="The record to follow. [default: the scenario's own, history.yaml beside it, or the shipped one]",
    ),
]
ParticlesOption = Annotated[
    int, typer.Option(min=1, max=1_000_000, help="How many runs follow the record in lockstep.")
]
SeedOption = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day of the record that counts.")]


@answering
def filter(
    scenario: ScenarioArgument,
    particles: ParticlesOption = 1024,
    replicates: Annotated[
        int, typer.Option(min=1, max=1000, help="How many independent filters to run; their spread gives the error.")
    ] = 4,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    as_json: Json = False,
) -> None:
    """Show how likely a scenario makes what happened, beside simple rates that need no model."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.filter import filter as filtered
    from sim.experiments.record.filter_text import as_data, told

    last = day_of(to)
    with faults_in_json(as_json), following():
        found = filtered(scenario, particles, seed, record=record, replicates=replicates, to=last)
    if as_json:
        print_json(as_data(found))
    else:
        print_text(told(found, width()))


@answering
def surprise(
    scenario: ScenarioArgument,
    particles: ParticlesOption = 1024,
    replicates: Annotated[int, typer.Option(min=1, max=1000, help="How many independent filters to run.")] = 2,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    most: Annotated[int, typer.Option(min=1, help="How many acts to list, besides impossible ones.")] = 20,
    as_json: Json = False,
) -> None:
    """List the recorded acts that a scenario finds least likely, and the rules that make them so."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.surprise import surprise as surprised

    last, explained = day_of(to), None if as_json else most
    with faults_in_json(as_json), following():
        found = surprised(scenario, particles, seed, record=record, replicates=replicates, to=last, explained=explained)
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width(), most))


def day_of(text: str | None) -> "date | None":
    """Read a date from the command line.

    Raises
    ------
    typer.BadParameter
        It is none.
    """
    if text is None:
        return None
    found = date_from(text)
    if found is None:
        raise typer.BadParameter(f"'{text}' is not a date; write it as 2019-09-30", param_hint="--to")
    return found


@contextmanager
def following() -> "Iterator[Status]":
    """Say what is going on while particles follow a record."""
    with notes.status("following the record …") as status:
        yield status
