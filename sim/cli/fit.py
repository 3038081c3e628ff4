"""The verb `fit`: what a record says of a few numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted, json_rows

from . import complete
from .console import INTERRUPTED, NOT_PRECISE, Json, answering, notes, print_json, typed
from .record import RecordOption, SeedOption, ToOption
from .run import executing, interruptible, refuse_together
from .stories import faults_in_json, print_text
from .styles import StyleOption, drawing_for, refuse_undrawn

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.posterior import Posterior
    from sim.theatre.language.scenario import Scenario


@answering
def fit(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario, or the folder of a fit to continue.", autocompletion=complete.scenarios),
    ],
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Numbers to fit, such as 'actions.iran.*.rate'; can be repeated."),
    ] = None,
    screen: Annotated[
        Path | None, typer.Option("--from", metavar="SWEEP", help="Fit the numbers that matter most in this sweep.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, max=40, help="With --from: how many numbers to fit. [default: 12]")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="With --from: the outcome that they must matter for. [default: the highest rung reached]"),
    ] = None,
    record: RecordOption = None,
    to: ToOption = None,
    sets: Annotated[
        int | None,
        typer.Option(
            min=32,
            help="How many sets of numbers to move towards the record, which is the number of draws. [default: 256]",
        ),
    ] = None,
    particles: Annotated[
        int | None, typer.Option(min=1, help="Particles of the filter behind each likelihood. [default: 32]")
    ] = None,
    seed: SeedOption = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", "--out", metavar="DIR", help="Folder for the fit. [default: results/NAME-fit]"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted fit.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing fit.")] = False,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Compute on this Dask cluster.")] = None,
    figures: Annotated[bool, typer.Option(help="Also draw the figure.")] = True,
    style: StyleOption = None,
    as_json: Json = False,
) -> None:
    """Fit a few numbers to the record; 'sim run --posterior' then draws its numbers from the fit."""
    refuse_together(
        {"--resume": resume, "--overwrite": overwrite}, {"--param": param is not None, "--from": screen is not None}
    )
    refuse_undrawn(style, figures)
    for option, value in {"--most": most, "--outcome": outcome}.items():
        if value is not None and screen is None:
            raise typer.BadParameter("works only with a screening sweep; name one with --from", param_hint=option)
    from sim.execution.records import record_of
    from sim.experiments.record.choose import USUAL, screened
    from sim.experiments.record.fit import fit as fitted
    from sim.experiments.record.held_out import held_out
    from sim.results.storage.fit_folder import refuse_taken_fit

    from .progress import announced_compilation

    with faults_in_json(as_json):
        question, folder = _named(scenario, save, resume)
        history = record_of(question, record) if record is not None else None
    if not resume:
        refuse_taken_fit(folder, overwrite)
    numbers = screened(screen, question, outcome, most or USUAL) if screen is not None else param
    announced_compilation()
    asked: dict[str, Any] = {"sets": sets, "particles": particles, "seed": seed, "save": folder}
    asked |= {"resume": resume, "overwrite": overwrite}
    with interruptible(folder), executing(dask) as pool:
        try:
            found = fitted(question, numbers, to, history, executor=pool, **asked)
        except KeyboardInterrupt:
            _tell_kept(folder, typed(record=record, dask=dask, no_figures=not figures, style=style, json=as_json))
            raise typer.Exit(INTERRUPTED) from None
    judged = held_out(found, question, record=history)
    with drawing_for(style):
        drawn = [_drawn(found, folder)] if figures else []
    if as_json:
        print_json(found.as_dict() | {"held_out": json_rows(judged), "figures": [str(path) for path in drawn]})
    else:
        print_text(found.text() + _beside(judged, str(found.info["to"])))
        notes.print(f"posterior.parquet is in {folder}; run with it: sim run {question.name} --posterior {folder}")
    if found.stuck:
        raise typer.Exit(NOT_PRECISE)


def _beside(judged: "pd.DataFrame", last: str) -> str:
    """Tell how likely what came after the fit was."""
    if judged.empty:
        return ""
    lines = ["", f"Log likelihood of the acts after {last}, which the fit has not seen, in nats:"]
    for row in judged.itertuples(index=False):
        error = f" ± {row.error:.2f}" if row.error else ""
        lines.append(f"  {row.model:<58}{row.log_likelihood:>8.1f}{error}")
    return "\n".join(lines) + "\n"


def _named(scenario: str, save: Path | None, resume: bool) -> "tuple[Scenario, Path]":
    """The scenario, and the folder of its fit; to go on, the folder alone says both."""
    from sim.results.storage.fit_folder import NAME, fit_begun
    from sim.theatre.files.load import load
    from sim.theatre.language.scenario import Scenario

    if resume and (Path(scenario) / NAME).is_file():
        manifest = fit_begun(Path(scenario))
        assert manifest is not None
        if save is not None and save.resolve() != Path(scenario).resolve():
            raise typer.BadParameter(
                f"a fit is resumed in its own folder, {scenario}; leave out --save", param_hint="--save"
            )
        return Scenario.model_validate(manifest.scenario), Path(scenario)
    question = load(scenario)
    return question, save or Path("results") / f"{question.name}-fit"


def _tell_kept(folder: Path, more: list[str]) -> None:
    """Say of an end before the end what is kept, and how to go on."""
    import shlex

    from sim.results.storage.fit_folder import fit_begun

    manifest = fit_begun(folder)
    if manifest is None or not manifest.stage:
        notes.print("Interrupted; no stage of the fit was finished.")
        return
    notes.print(
        f"Interrupted; {counted(manifest.stage, 'stage')} of the fit are kept in {folder}.\n"
        f"Go on with it: {shlex.join(['sim', 'fit', str(folder), '--resume', *more])}"
    )


def _drawn(found: "Posterior", folder: Path) -> Path:
    """Draw prior against posterior."""
    from sim.plots.posterior import write
    from sim.results.storage.atomic import reporting_disk_errors

    with reporting_disk_errors(folder / "posterior.png"):
        return write(found, folder / "posterior.png")
