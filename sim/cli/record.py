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

    from sim.theatre.language.record import HistoryFile
    from sim.theatre.language.scenario import Scenario

ScenarioArgument = Annotated[
    str, typer.Argument(help="A scenario file, or the name of a shipped scenario.", autocompletion=complete.scenarios)
]
RecordOption = Annotated[
    str | None,
    typer.Option("--record", metavar="FILE", help="The record; left out, the scenario's own, or the shipped history."),
]
ParticlesOption = Annotated[int, typer.Option(min=1, max=1_000_000, help="Runs that follow the record in lockstep.")]
SeedOption = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day of the record that counts.")]


@answering
def filter(
    scenario: ScenarioArgument,
    particles: ParticlesOption = 1024,
    replicates: Annotated[
        int, typer.Option(min=1, max=1000, help="Filters on dice of their own, which tell the error.")
    ] = 4,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    as_json: Json = False,
) -> None:
    """Find how likely a scenario makes what is recorded, beside rivals that need no model."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.filter import filter as filtered
    from sim.experiments.record.filter_text import as_data, told

    question, history = loaded(scenario, record, as_json)
    with following():
        found = filtered(question, particles, seed, record=history, replicates=replicates, to=day_of(to))
    if as_json:
        print_json(as_data(found))
    else:
        print_text(told(found, width()))


@answering
def surprise(
    scenario: ScenarioArgument,
    particles: ParticlesOption = 1024,
    replicates: Annotated[int, typer.Option(min=1, max=1000, help="Filters on dice of their own.")] = 2,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    most: Annotated[int, typer.Option(min=1, help="How many acts to tell, besides impossible ones.")] = 20,
    as_json: Json = False,
) -> None:
    """Tell which recorded acts a scenario finds least likely, and which of its rules make them so."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.surprise import surprise as surprised

    _, history = loaded(scenario, record, as_json)
    with following():
        found = surprised(
            scenario,
            particles,
            seed,
            record=history,
            replicates=replicates,
            to=day_of(to),
            explained=None if as_json else most,
        )
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width(), most))


def loaded(scenario: str, record: str | None, as_json: bool) -> "tuple[Scenario, HistoryFile | None]":
    """Read a scenario, and the record if one is named; faults are told as data too if that is asked for."""
    from sim.execution.records import record_of
    from sim.theatre.files.load import load

    with faults_in_json(as_json):
        question = load(scenario)
        return question, None if record is None else record_of(question, record)


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
def following() -> Iterator[None]:
    """Say what is going on while particles follow a record."""
    with notes.status("following the record …"):
        yield
