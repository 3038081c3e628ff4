"""Verbs of the command line. What takes long to import is imported in the verb that needs it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .answer import INTERRUPTED, SOME_FAILED, answering, console, counted, notes, print_json
from .lint import lint

if TYPE_CHECKING:
    from sim.results.ensemble import Ensemble
    from sim.theatre.scenario import Scenario

app = typer.Typer(
    help="Escalation paths of a crisis: scenario files in, Monte Carlo ensembles out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioArgument = Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped scenario.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]


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
    """Escalation paths of a crisis: scenario files in, Monte Carlo ensembles out."""


@app.command()
@answering
def run(
    scenario: ScenarioArgument,
    runs: Annotated[int | None, typer.Option(min=1, help="How many runs; else as many as the scenario says.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result; else results/NAME.")] = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures too.")] = True,
    record: Annotated[bool, typer.Option("--record", help="Draw the recorded events over the figures.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a finished result.")] = False,
    as_json: Json = False,
) -> None:
    """Run a scenario many times; keep trajectories, events, outcomes and figures."""
    if record and not figures:
        raise typer.BadParameter("without figures there is nothing to draw over", param_hint="--record")
    from sim.theatre.errors import ScenarioError
    from sim.theatre.load import load

    from .progress import announced_compilation, bar

    try:
        question = load(scenario)
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    folder = out or Path("results") / question.name
    from sim.results.store import refuse_finished, save, summary

    refuse_finished(folder, overwrite)
    announced_compilation()
    overlaid = _recorded(question, seed) if record else None
    from sim.experiments.run import run as run_many

    wanted = question.runs if runs is None else runs
    try:
        with bar(wanted) as progress:
            ensemble = run_many(question, wanted, seed, progress=progress)
    except KeyboardInterrupt:
        notes.print("Interrupted; nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    save(ensemble, folder, overwrite)
    drawn = []
    if figures:
        from sim.plots.figures import write_all

        drawn = write_all(ensemble, folder / "figures", overlaid)
    if as_json:
        print_json(summary(ensemble) | {"folder": str(folder), "figures": [str(path) for path in drawn]})
    else:
        from .tables import card_table, outcome_table

        console.print(outcome_table(ensemble))
        if len(ensemble.base_rates):
            console.print(card_table(ensemble.base_rates, "Beside what is known of crises of this kind"))
        notes.print(f"{counted(len(ensemble), 'run')} in {ensemble.info['seconds']:.1f} s; the result is in {folder}")
        if drawn:
            notes.print(f"figures: {folder / 'figures'}")
    if len(ensemble.failures):
        worst = ensemble.failures.head(5).itertuples(index=False)
        for failed in worst:
            notes.print(f"run {failed.run} failed on day {failed.day}: {failed.what} was not finite")
        notes.print(f"{len(ensemble.failures)} of {len(ensemble)} runs failed and count in no share; the rest is kept")
        raise typer.Exit(SOME_FAILED)


def _recorded(question: "Scenario", seed: int | None) -> "Ensemble":
    """Follow the recorded events, before the runs are begun: no one waits for figures that cannot be drawn."""
    from sim.experiments.record import RecordError, recorded

    try:
        return recorded(question, seed=seed)
    except RecordError as error:
        raise typer.BadParameter(str(error), param_hint="--record") from None


@app.command()
@answering
def validate(
    files: Annotated[list[str], typer.Argument(help="Files of any kind, or names of shipped ones.")],
    as_json: Json = False,
) -> None:
    """Check files and say what is wrong, all at once, with file, line and column."""
    from sim.theatre.errors import Fault, ScenarioError
    from sim.theatre.load import check

    from .tables import describe_file

    found: dict[str, str] = {}
    faults: list[Fault] = []
    for name in files:
        try:
            found[name] = describe_file(check(name))
        except ScenarioError as error:
            faults += error.faults
    if as_json:
        print_json({"valid": found, "faults": [vars(fault) for fault in faults]})
    else:
        for name, text in found.items():
            console.print(f"{name}: {text}", highlight=False, markup=False, soft_wrap=True)
    if faults:
        raise ScenarioError(faults)


app.command()(lint)


@app.command()
@answering
def describe(
    name: Annotated[str, typer.Argument(help="A scenario or theatre: a file, or a shipped one.")] = "baseline",
    numbers: Annotated[str | None, typer.Option(help="Only numbers at these paths, such as 'actions.iran.*'.")] = None,
    sources: Annotated[bool, typer.Option("--sources", help="What the sources name, in place of numbers.")] = False,
    as_json: Json = False,
) -> None:
    """Tell the question and the cast, and where each number is from and within what range it may lie."""
    from sim.theatre.errors import ScenarioError

    from .describe import described, print_all, print_as_json

    try:
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
    kind: Annotated[str, typer.Argument(help="scenario, theatre, history or sources")] = "scenario",
) -> None:
    """Write the JSON Schema of a kind of file, by which editors complete and check it."""
    from sim.theatre.jsonschema import schema as schema_of

    if kind not in ("scenario", "theatre", "history", "sources"):
        raise typer.BadParameter(f"'{kind}' is not a kind of file; choose scenario, theatre, history or sources")
    json.dump(schema_of(kind), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
