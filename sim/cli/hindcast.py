"""The verb `hindcast`: what a scenario would have said beforehand, and how good that was."""

from typing import Annotated

import typer

from sim.text import brief

from .console import Json, answering, print_json
from .record import ParticlesOption, RecordOption, ScenarioArgument, SeedOption, ToOption, day_of, following
from .stories import faults_in_json, print_text, width


@answering
def hindcast(
    scenario: ScenarioArgument,
    every: Annotated[
        str, typer.Option(metavar="DAYS", help="How long from one forecast to the next, such as 14d.")
    ] = "14d",
    days: Annotated[str, typer.Option(metavar="DAYS", help="How far ahead each forecast looks, such as 30d.")] = "30d",
    particles: ParticlesOption = 1024,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    as_json: Json = False,
) -> None:
    """Forecast the theatre's questions from runs that have followed the record so far, and score the forecasts."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.hindcast import hindcast as hindcasted

    last = day_of(to)
    with faults_in_json(as_json), following() as status:
        found = hindcasted(
            scenario,
            every,
            days,
            particles,
            seed,
            record=record,
            to=last,
            progress=lambda origin: status.update(f"looking ahead from {brief(origin)} …"),
        )
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width()))
