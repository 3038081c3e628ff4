"""The verb `hindcast`: what a scenario would have said beforehand, and how good that was."""

from typing import Annotated

import typer

from sim.text import brief

from .console import Json, answering, notes, print_json
from .record import ParticlesOption, RecordOption, ScenarioArgument, SeedOption, ToOption, day_of, loaded
from .stories import print_text, width


@answering
def hindcast(
    scenario: ScenarioArgument,
    every: Annotated[str, typer.Option(metavar="DAYS", help="From one origin to the next, such as 14d.")] = "14d",
    days: Annotated[str, typer.Option(metavar="DAYS", help="How far each looks ahead, such as 30d.")] = "30d",
    particles: ParticlesOption = 1024,
    seed: SeedOption = None,
    record: RecordOption = None,
    to: ToOption = None,
    as_json: Json = False,
) -> None:
    """Put the theatre's questions to runs that have followed the record so far, and score what they say."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.experiments.record.hindcast import hindcast as hindcasted

    question, history = loaded(scenario, record, as_json)
    with notes.status("following the record …") as status:
        found = hindcasted(
            question,
            every,
            days,
            particles,
            seed,
            record=history,
            to=day_of(to),
            progress=lambda origin: status.update(f"looking ahead from {brief(origin)} …"),
        )
    if as_json:
        print_json(found.as_dict())
    else:
        print_text(found.text(width()))
