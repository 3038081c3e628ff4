"""The verb `run`: make an ensemble, keep it while it is made, and show what came of it."""

import atexit
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted

from . import complete
from .console import (
    FAILED,
    INTERRUPTED,
    NOT_PRECISE,
    SOME_FAILED,
    Json,
    answering,
    console,
    notes,
    print_json,
    typed,
)
from .styles import StyleOption, drawing_for, refuse_undrawn

if TYPE_CHECKING:
    from sim.results.counted import AnyEnsemble
    from sim.results.ensemble import Ensemble
    from sim.theatre.language.scenario import Scenario


@answering
def run(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario file, or the name of a shipped scenario.", autocompletion=complete.scenarios),
    ],
    runs: Annotated[
        int | None, typer.Option(min=1, help="How many runs. [default: as many as the scenario says]")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    first: Annotated[
        int | None,
        typer.Option(
            min=0, help="Number of the first run, for a part of an ensemble that 'sim merge' joins to others."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result. [default: results/NAME]")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted result.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing result.")] = False,
    until_halfwidth: Annotated[
        float | None,
        typer.Option(help="Stop when the 95 % interval of every share has at most this half-width, such as 0.01."),
    ] = None,
    until_relative: Annotated[
        float | None,
        typer.Option(
            help="Like --until-halfwidth, but as a fraction of the share, such as 0.1; rare outcomes then "
            "take more runs."
        ),
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Ask this precision of one outcome's share only.")] = None,
    summary_only: Annotated[
        bool,
        typer.Option(
            "--summary-only", help="Keep counts instead of single runs, so that any number of runs fits into memory."
        ),
    ] = False,
    variables: Annotated[
        str | None, typer.Option(help="Keep trajectories of these variables only, separated by commas. [default: all]")
    ] = None,
    dtype: Annotated[str | None, typer.Option(help="Number type of the trajectories: float32 or float64.")] = None,
    uncertain: Annotated[
        bool,
        typer.Option(
            "--uncertain", help="Draw every uncertain number from its plausible range, to show parameter error too."
        ),
    ] = False,
    levers: Annotated[
        bool, typer.Option("--levers", help="With --uncertain: also draw the numbers that a government can choose.")
    ] = False,
    posterior: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw the fitted numbers from this posterior of 'sim fit'; all others stay as written."
        ),
    ] = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Compute on this Dask cluster.")] = None,
    figures: Annotated[bool, typer.Option(help="Also draw the figures.")] = True,
    style: StyleOption = None,
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Draw over the figures what is recorded: the scenario's own history, or that beside it."
        ),
    ] = False,
    history: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw this history over the figures in place of its own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a scenario many times; keep trajectories, events, outcomes and figures."""
    if (record or history) and not figures:
        hint = "--record" if record else "--history"
        raise typer.BadParameter("the record is drawn over figures; leave out --no-figures", param_hint=hint)
    refuse_undrawn(style, figures)
    refuse_together(
        {"--resume": resume, "--overwrite": overwrite},
        {"--summary-only": summary_only, "--variables": variables is not None},
        {"--summary-only": summary_only, "--dtype": dtype is not None},
        {"--uncertain": uncertain, "--until-halfwidth": until_halfwidth is not None},
        {"--uncertain": uncertain, "--until-relative": until_relative is not None},
        {"--posterior": posterior is not None, "--until-halfwidth": until_halfwidth is not None},
        {"--posterior": posterior is not None, "--until-relative": until_relative is not None},
        {"--until-relative": until_relative is not None, "--until-halfwidth": until_halfwidth is not None},
    )
    precision = until_halfwidth if until_relative is None else until_relative
    if outcome is not None and precision is None:
        hint = "names the share that must be precise; add --until-halfwidth or --until-relative"
        raise typer.BadParameter(hint, param_hint="--outcome")
    if levers and not (uncertain or resume):
        raise typer.BadParameter("works only with drawn numbers; add --uncertain", param_hint="--levers")
    question, folder = _named(scenario, out, resume, first, as_json)
    from sim.execution.run import run as run_many
    from sim.execution.summarise import summarise
    from sim.results.intervals import Precision
    from sim.results.storage.folder import begun, refuse_taken

    from .progress import announced_compilation

    if resume:
        earlier = begun(folder)
        summary_only = summary_only or (earlier is not None and earlier.plan.summary_only)
        if earlier is not None and earlier.status == "complete":
            tell_finished(folder)
    else:
        refuse_taken(folder, overwrite)
    announced_compilation()
    overlaid = _recorded(question, history, seed) if record or history else None
    until = None if precision is None else Precision(precision, outcome, relative=until_relative is not None)
    asked: dict[str, Any] = {"until": until, "resume": resume, "overwrite": overwrite, "save": folder}
    asked |= {"uncertain": "with_levers" if levers else uncertain, "posterior": posterior, "first": first}
    more = typed(dask=dask, no_figures=not figures, style=style, record=record, history=history, json=as_json)
    with interruptible(folder, *more), executing(dask) as pool:
        ensemble: AnyEnsemble
        if summary_only:
            ensemble = summarise(question, runs=runs, seed=seed, executor=pool, **asked)
        else:
            asked |= {"dtype": dtype, "variables": variables.split(",") if variables else None}
            ensemble = run_many(question, runs=runs, seed=seed, executor=pool, **asked)
    with drawing_for(style):
        finished(ensemble, folder, figures, as_json, overlaid)


def finished(
    ensemble: "AnyEnsemble", folder: Path, figures: bool, as_json: bool, overlaid: "Ensemble | None" = None
) -> None:
    """Draw and show what came of runs, and end with the exit code that it has."""
    written = _as_written(ensemble)
    # The answer first, whatever goes wrong while figures are drawn; JSON names the figures, so it waits for them.
    if not as_json:
        _show(ensemble, folder, written)
    drawn = _drawn(ensemble, folder, overlaid, written) if figures else []
    if as_json:
        _show_json(ensemble, folder, drawn, written)
    elif drawn:
        notes.print(f"figures: {folder / 'figures'}")
    _end(ensemble)


def tell_finished(folder: Path) -> None:
    """Say that nothing is left to do, or that what is damaged is made anew."""
    from sim.results.storage.check import damage

    if damaged := damage(folder):
        notes.print(f"{folder} is damaged: {damaged[0].file} {damaged[0].what}; it is made again")
    else:
        notes.print(f"{folder} holds a finished result; nothing is left to run")


def refuse_together(*pairs: dict[str, bool]) -> None:
    """Refuse options that contradict one another."""
    for pair in pairs:
        if all(pair.values()):
            one, other = pair
            raise typer.BadParameter(f"cannot be combined with {other}", param_hint=one)


def _named(scenario: str, out: Path | None, resume: bool, first: int | None, as_json: bool) -> "tuple[Scenario, Path]":
    """The scenario that is to be run, and the folder of its result; to go on, the folder alone says both."""
    from sim.results.storage.folder import begun

    if resume and (Path(scenario) / "run.json").is_file():
        manifest = begun(Path(scenario))
        assert manifest is not None
        if out is not None and out.resolve() != Path(scenario).resolve():
            raise typer.BadParameter(
                f"a result is resumed in its own folder, {scenario}; leave out --out", param_hint="--out"
            )
        return manifest.plan.scenario, Path(scenario)
    question = _loaded(scenario, as_json)
    from .changes_note import tell_changes

    tell_changes(scenario, question)
    return question, out or Path("results") / (f"{question.name}-{first}" if first else question.name)


def _loaded(scenario: str, as_json: bool) -> "Scenario":
    from sim.theatre.files.errors import ScenarioError
    from sim.theatre.files.load import load

    try:
        return load(scenario)
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise


def _recorded(question: "Scenario", history: str | None, seed: int | None) -> "Ensemble":
    """Follow the recorded events, before the runs are begun: no one waits for figures that cannot be drawn."""
    from sim.execution.recorded import recorded
    from sim.execution.records import RecordError

    try:
        return recorded(question, history=history, seed=seed)
    except RecordError as error:
        raise typer.BadParameter(str(error), param_hint="--history" if history else "--record") from None


def executing(dask: str | None) -> Any:
    """The executor that a command names, for as long as it is used."""
    from sim.execution.dask import cluster

    return nullcontext() if dask is None else cluster(dask)


@contextmanager
def interruptible(folder: Path, *more: str) -> Iterator[None]:
    """Let Ctrl-C end the runs and say how to resume; pressed once more, it ends everything at once.

    Parameters
    ----------
    more : str
        Options of the command that resumes, which the result does not hold.
    """
    from sim.engine._numba import remove_private

    def end(*_: object) -> None:
        remove_private()
        os._exit(INTERRUPTED)

    def interrupt(*_: object) -> None:
        # Whatever is being written just now is written anew by those who go on.
        signal.signal(signal.SIGINT, end)
        # The interpreter's last act is to put the handlers back, after which a second one would end it by the signal.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        _tell_kept("Interrupted", folder, *more)
        raise typer.Exit(INTERRUPTED) from None
    except MemoryError:
        _tell_kept("Memory ran out", folder, *more)
        raise typer.Exit(FAILED) from None
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:  # else it is over, and the interpreter is still to shut down
            signal.signal(signal.SIGINT, before)


def _tell_kept(what: str, folder: Path, *more: str) -> None:
    """Say of an end before the end what is kept, and how to go on."""
    from sim.results.storage.folder import begun, to_resume

    manifest = begun(folder)
    if manifest is None or not manifest.done:
        notes.print(f"{what}; no block of runs was finished.")
        return
    notes.print(
        f"{what}; {manifest.runs:,} of {counted(manifest.plan.runs, 'run')} are kept in {folder}.\n"
        f"Continue with: {to_resume(folder, manifest.plan, *more)}"
    )


def _as_written(ensemble: "AnyEnsemble") -> "Ensemble | None":
    """What runs that draw their numbers are held beside."""
    from sim.execution.run import nominal_runs

    return nominal_runs(ensemble) if ensemble.info.get("uncertain") and ensemble.n_completed else None


def _drawn(
    ensemble: "AnyEnsemble", folder: Path, overlaid: "Ensemble | None", written: "Ensemble | None"
) -> list[Path]:
    from sim.plots.figures import write_all

    return write_all(ensemble, folder / "figures", overlaid, written)


def _show_json(ensemble: "AnyEnsemble", folder: Path, drawn: list[Path], written: "Ensemble | None") -> None:
    from sim.results.storage.read import summary

    from .uncertain import as_data

    beside = {} if written is None else as_data(written)
    print_json(summary(ensemble) | beside | {"folder": str(folder), "figures": [str(path) for path in drawn]})


def _show(ensemble: "AnyEnsemble", folder: Path, written: "Ensemble | None") -> None:
    from .tables import base_rate_table, outcome_table
    from .uncertain import errors_table

    console.print(outcome_table(ensemble) if written is None else errors_table(ensemble, written))
    if len(ensemble.base_rates):
        console.print(base_rate_table(ensemble.base_rates, "Compared with what is known of crises of this kind"))
    notes.print(f"{counted(len(ensemble), 'run')} in {ensemble.info['seconds']:.1f} s; the result is in {folder}")


def _end(ensemble: "AnyEnsemble") -> None:
    """Say what went wrong, and end with its exit code."""
    if ensemble.n_failed:
        for failed in ensemble.failures.head(5).itertuples(index=False):
            notes.print(f"run {failed.run} failed on day {failed.day}: {failed.what} was not finite")
        notes.print(
            f"{ensemble.n_failed:,} of {counted(len(ensemble), 'run')} failed and are left out of every share; all "
            "other runs are kept"
        )
    wide = _too_wide(ensemble)
    if wide:
        notes.print(wide)
    if ensemble.n_failed:
        raise typer.Exit(SOME_FAILED)
    if wide:
        raise typer.Exit(NOT_PRECISE)


def _too_wide(ensemble: "AnyEnsemble") -> str:
    """Which shares are not as precise as asked for."""
    from sim.results.intervals import Precision

    if ensemble.info.get("until") is None:
        return ""
    until, shares = Precision(**ensemble.info["until"]), ensemble.shares()
    if until.outcome is not None:
        shares = shares[shares["outcome"] == until.outcome]
    low, high, share = (shares[name].to_numpy() for name in ("low", "high", "share"))
    wide = shares[until.too_wide(low, high, share) | (share != share)]
    if wide.empty:
        notes.print(f"{counted(len(ensemble), 'run')} were enough for a half-width of {until}")
        return ""
    return (
        f"a half-width of {until} was not reached in {counted(len(ensemble), 'run')} for "
        f"{', '.join(wide['outcome'])} (up to {((wide['high'] - wide['low']) / 2).max():.3f}); allow more --runs"
    )
