"""Verbs of the command line. What takes long to import is imported in the verb that needs it."""

from typing import Annotated

import typer

from . import complete
from .branch import branch, choices
from .check import check
from .cite import cite
from .compare import compare
from .console import Json, answering, console, print_json
from .debrief import debrief
from .fit import fit
from .hindcast import hindcast
from .history import history
from .lessons import lessons
from .lint import lint
from .merge import merge
from .new import new
from .play import play
from .record import filter, surprise
from .report import report, reproduce
from .run import run
from .serve import serve
from .stories import explain, replay, why
from .sweep import sweep
from .tip import tip
from .tournament import tournament

app = typer.Typer(
    help="Simulate how a crisis can escalate: scenario files in, thousands of runs out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from sim import __version__

        typer.echo(f"sim {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Simulate how a crisis can escalate: scenario files in, thousands of runs out."""


app.command()(run)


@app.command()
@answering
def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Files of any kind, or names of shipped scenarios and theatres.",
            autocompletion=complete.scenarios_or_theatres,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Check files and report every fault at once, with file, line and column."""
    from sim.theatre.files.errors import Fault, ScenarioError
    from sim.theatre.files.load import check, resolve, sources_of
    from sim.theatre.language.scenario import Scenario
    from sim.theatre.language.schema import Theatre

    from .changes_note import tell_changes, tell_faults_of_sources
    from .tables import describe_file

    found: dict[str, str] = {}
    faults: list[Fault] = []
    for name in files:
        try:
            checked = check(name)
            found[name] = describe_file(checked)
            if isinstance(checked, Scenario):
                tell_changes(name, checked)
            if isinstance(checked, Scenario | Theatre):
                tell_faults_of_sources(checked, sources_of(resolve(name)))
        except ScenarioError as error:
            faults += error.faults
    if as_json:
        print_json({"valid": found, "faults": [vars(fault) for fault in faults]})
    else:
        for name, text in found.items():
            console.print(f"{name}: {text}", highlight=False, soft_wrap=True)
    if faults:
        raise ScenarioError(faults)


app.command()(new)
app.command()(lint)
app.command()(check)
app.command()(merge)
app.command()(compare)
app.command()(branch)
app.command()(choices)
app.command()(play)
app.command()(serve)
app.command()(report)
app.command()(reproduce)
app.command()(cite)
app.command()(sweep)
app.command()(tip)
app.command()(filter)
app.command()(surprise)
app.add_typer(history, name="history")
app.command()(debrief)
app.command()(lessons)
app.command()(fit)
app.command()(hindcast)
app.command()(tournament)
for _verb in (replay, explain, why):
    app.command()(_verb)


@app.command()
@answering
def describe(
    name: Annotated[
        str,
        typer.Argument(
            help="A scenario or theatre: a file, or the name of a shipped one.",
            autocompletion=complete.scenarios_or_theatres,
        ),
    ] = "baseline",
    numbers: Annotated[
        str | None, typer.Option(help="Show only numbers at these paths, such as 'actions.iran.*'.")
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Show what the sources say, instead of the numbers.")
    ] = False,
    day: Annotated[bool, typer.Option("--day", help="Show only what happens on a day, phase by phase.")] = False,
    as_json: Json = False,
) -> None:
    """Show the question, the cast, and each number with its plausible range and source."""
    from sim.theatre.files.errors import ScenarioError

    from .day import as_data, print_day
    from .describe import described, print_all, print_as_json

    if day and (numbers is not None or sources):
        raise typer.BadParameter("--day shows no numbers; leave out --numbers and --sources")
    try:
        if day:
            print_json(as_data(name)) if as_json else print_day(as_data(name), console)
            return
        told = described(name, numbers)
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    if as_json:
        print_as_json(told)
    else:
        print_all(told, console, sources)


@app.command()
@answering
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            help="scenario, theatre, history, sources, sweep or map; view, order or options of a seat",
            autocompletion=complete.kinds,
        ),
    ] = "scenario",
) -> None:
    """Write the JSON Schema for a kind of file, with which editors check it, or of what a player is given and gives."""
    if kind in complete.MESSAGES:
        from .play_answers import schema_of_message

        print_json(schema_of_message(kind), indent=2)
        return
    from sim.theatre.files.jsonschema import schema as schema_of

    if kind not in ("scenario", "theatre", "history", "sources", "sweep", "map"):
        kinds = "scenario, theatre, history, sources, sweep or map; view, order or options of a seat"
        raise typer.BadParameter(f"'{kind}' is not a kind of file; choose {kinds}")
    print_json(schema_of(kind), indent=2)
