"""The verb `lint`: what does nothing in a scenario, and how its ensemble compares with what is known of crises."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted, listed

from . import complete
from .console import answering, console, notes, print_json

if TYPE_CHECKING:
    from sim.linting.lint import Linted, Report

FOUND = 1
"""The exit code of `--strict` if something was found that no file explains."""


@answering
def lint(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Scenario files, or names of shipped ones.", autocompletion=complete.scenarios),
    ],
    runs: Annotated[int | None, typer.Option(min=1, help="How many runs to examine.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 if anything is found that the files do not explain.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")] = False,
) -> None:
    """Find what changes nothing and recorded acts that the rules forbid, and compare the runs with known crises."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.linting.lint import lint as look
    from sim.theatre.files.errors import ScenarioError

    try:
        with notes.status("reading …") as status:
            report = look(*scenarios, runs=runs, seed=seed, progress=lambda name: status.update(f"looking at {name} …"))
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)
    if strict and not report.clean:
        raise typer.Exit(FOUND)


def _print(report: "Report") -> None:
    from .tables import base_rate_table

    for linted in report.scenarios:
        if len(linted.base_rates):
            console.print(base_rate_table(linted.base_rates, _title(linted)))
    for finding in report.findings:
        console.print(str(finding), highlight=False, soft_wrap=True)
    for linted in report.scenarios:
        for line in linted.changes:
            notes.print(f"{linted.name}: {line}", highlight=False)
    for name in report.skipped:
        notes.print(f"{name} cannot be run by itself; it is checked in the scenarios that use it")
    if held := [linted.name for linted in report.scenarios if linted.held_to_record]:
        notes.print(f"{listed(held)}: checked against the record of what happened; every act in it must be possible")
    explained = len(report.findings) - len(report.unexplained)
    notes.print(f"{counted(len(report.unexplained), 'finding')}, and {explained} that the files explain")


def _title(linted: "Linted") -> str:
    return f"{linted.title} · {counted(linted.runs, 'run')}"


def _as_json(report: "Report") -> dict[str, Any]:
    from sim.results.base_rates import as_records, verdict_counts

    return {
        "scenarios": {
            linted.name: {
                "runs": linted.runs,
                "held_to_record": linted.held_to_record,
                "changes": list(linted.changes),
                "base_rates": as_records(linted.base_rates),
                "verdicts": verdict_counts(linted.base_rates),
            }
            for linted in report.scenarios
        },
        "findings": [
            {**vars(finding), "meaning": finding.meaning, "advice": finding.advice} for finding in report.findings
        ],
        "skipped": list(report.skipped),
        "clean": report.clean,
    }
