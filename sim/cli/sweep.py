"""The verb `sweep`: run a scenario at many points, and tell which numbers matter and how much is dice."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted, json_rows

from . import complete
from .console import SOME_FAILED, Json, answering, console, notes, print_json, typed
from .ledger import ledger_table, refuse_place, write_annotated
from .run import executing, interruptible, refuse_together
from .sweep_data import stand_out, sweep_data

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from sim.analysis.discovery import Box
    from sim.analysis.variance import VarianceShare, VarianceShares
    from sim.execution.target import Target
    from sim.results.sweep import Sweep
    from sim.theatre.language.scenario import Scenario

SHOWN = 15
"""Numbers that are listed."""


@answering
def sweep(
    scenario: Annotated[
        str, typer.Argument(help="A scenario, a file that says what to sweep, or the folder of a finished sweep.")
    ],
    method: Annotated[
        str | None,
        typer.Option(
            help="The method: sobol, morris, lhs and others; an unknown name lists them all. [default: sobol]",
            autocompletion=complete.methods,
        ),
    ] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="At most this many points.")] = None,
    replicates: Annotated[
        int | None, typer.Option(min=2, help="Runs at each point. [default: as many as the method needs]")
    ] = None,
    dice: Annotated[
        str | None,
        typer.Option(help="common: the same dice at every point; own: each point its own dice. [default: common]"),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed for the points and the dice.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="Numbers to vary, such as 'actions.iran.*'; can be repeated.")
    ] = None,
    levers: Annotated[bool, typer.Option("--levers", help="Vary only numbers that a government can choose.")] = False,
    uncertainties: Annotated[
        bool, typer.Option("--uncertainties", help="Vary only numbers that nobody chooses.")
    ] = False,
    outcome: Annotated[
        list[str] | None,
        typer.Option(help="What to report on, such as sustained_war, peak.rung or deaths; can be repeated."),
    ] = None,
    boxes: Annotated[
        str | None, typer.Option(help="Find for which values of the numbers this holds, such as 'sustained_war > 0.1'.")
    ] = None,
    fresh: Annotated[
        Path | None,
        typer.Option(
            metavar="SWEEP", help="Judge --boxes by another sweep of the same numbers, not by points held out."
        ),
    ] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="List the numbers most worth arguing about: great influence, weak source.")
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a copy of the theatre with each number's influence beside it."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result. [default: results/NAME-METHOD]")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted sweep.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing result.")] = False,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Compute on this Dask cluster.")] = None,
    as_json: Json = False,
) -> None:
    """Vary a scenario's numbers within their ranges, and show which of them matter."""
    refuse_together(
        {"--resume": resume, "--overwrite": overwrite}, {"--levers": levers, "--uncertainties": uncertainties}
    )
    if annotate is not None:
        refuse_place(annotate)
    if fresh is not None and boxes is None:
        raise typer.BadParameter(
            "it judges what --boxes finds; say what to look for with --boxes", param_hint="--fresh"
        )
    judge = _opened(fresh) if fresh is not None else None
    is_result = (Path(scenario) / "run.json").is_file()
    if is_result and not resume:
        made = _opened(Path(scenario))
        told, line = _asked_for(made.scenario, outcome or [], boxes)
    else:
        only = "levers" if levers else "uncertainties" if uncertainties else None
        options = {
            "parameters": param,
            "samples": samples,
            "replicates": replicates,
            "seed": seed,
            "only": only,
            "dice": dice,
        }
        made, told, line = _made(
            scenario,
            method,
            options,
            outcome,
            boxes,
            out,
            {"resume": resume, "overwrite": overwrite},
            dask,
            typed(outcome=outcome, boxes=boxes, ledger=ledger, annotate=annotate, dask=dask, json=as_json),
        )
    told = told or [_nearest_half(made)]
    source = _source(scenario, is_result)
    _tell(made, told, line, judge, _ledgers(made, told, source) if ledger else {}, as_json)
    if annotate is not None:
        write_annotated(made, told[0], source, annotate)
    if made.n_failed:
        for row in made.failures.head(5).itertuples(index=False):
            notes.print(f"run {row.run} at point {row.point} failed on day {row.day}: {row.what} was not finite")
        notes.print(
            f"{made.n_failed:,} of {counted(len(made), 'run')} failed and are left out of every answer; all "
            "other runs are kept"
        )
        raise typer.Exit(SOME_FAILED)


def _ledgers(made: "Sweep", told: list[str], source: str | None) -> dict[str, "pd.DataFrame"]:
    from sim.experiments.sweep.ledger import ledger

    return {name: ledger(made, name, source) for name in told}


def _opened(folder: Path) -> "Sweep":
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    found = open_result(folder)
    if not isinstance(found, Sweep):
        raise typer.BadParameter(f"{folder} holds an ensemble, not a sweep; name its scenario to sweep it")
    return found


def _made(
    scenario: str,
    method: str | None,
    options: dict[str, Any],
    outcome: list[str] | None,
    boxes: str | None,
    out: Path | None,
    how: dict[str, Any],
    dask: str | None,
    more: list[str],
) -> "tuple[Sweep, list[str], Target | None]":
    """Run a sweep; what is to be told of it is looked at first, so that nobody waits for what cannot be told."""
    from sim.experiments.sweep.sweep import scenario_and_file as named
    from sim.experiments.sweep.sweep import sweep as run_sweep
    from sim.results.storage.folder import refuse_taken
    from sim.results.storage.manifest import read_manifest
    from sim.theatre.files.errors import ScenarioError

    from .progress import announced_compilation

    asked: str | Scenario = scenario
    try:
        if how["resume"] and (Path(scenario) / "run.json").is_file():  # all that was asked for is in the folder
            asked, out = read_manifest(Path(scenario)).plan.scenario, out or Path(scenario)
        question, file = named(asked)
    except ScenarioError as error:
        if "--json" in more:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    told, line = _asked_for(question, outcome or list(file.outcomes if file is not None else ()), boxes)
    chosen = method or (file.method if file is not None else "sobol")
    folder = out or Path("results") / f"{question.name if file is None else Path(scenario).stem}-{chosen}"
    if not how["resume"]:
        refuse_taken(folder, how["overwrite"])
    announced_compilation()
    with interruptible(folder, *more), executing(dask) as pool:
        return run_sweep(asked, method=method, executor=pool, save=folder, **options, **how), told, line


def _asked_for(question: "Scenario", outcome: list[str], boxes: str | None) -> "tuple[list[str], Target | None]":
    """The measures that are asked for, and the line that boxes are to lie beyond."""
    from sim.execution.target import parse_target
    from sim.theatre.language.measures import measure_name, measure_names

    known = measure_names(question.theatre)
    told = [measure_name(name, known) for name in outcome]
    if boxes is None:
        return told, None
    target = parse_target(boxes)
    if target is None:
        raise typer.BadParameter(
            f"'{boxes}' is not a measure with a threshold; write one such as 'sustained_war > 0.1'",
            param_hint="--boxes",
        )
    return told, target._replace(name=measure_name(target.name, known))


def _nearest_half(made: "Sweep") -> str:
    """The outcome whose share is nearest one half, and so varies most; without outcomes, the highest rung."""
    outcomes = [name for name in made.names if name.startswith("outcome.")]
    shares = {name: float(made.measures[name].mean()) for name in outcomes}
    return min(shares, key=lambda name: abs(shares[name] - 0.5), default="peak.rung")


def _source(scenario: str, swept: bool) -> str | None:
    """The scenario that is swept, as the user names it; None where only its result is named."""
    if swept:
        return None
    from sim.experiments.sweep.sweep import scenario_and_file

    _, file = scenario_and_file(scenario)
    return scenario if file is None else None


def _tell(
    made: "Sweep",
    measures: list[str],
    line: "Target | None",
    judge: "Sweep | None",
    ledgers: "dict[str, pd.DataFrame]",
    as_json: bool,
) -> None:
    found = _beyond(made, line, judge) if line is not None else []
    if as_json:
        written = {"ledger": {name: json_rows(each) for name, each in ledgers.items()}} if ledgers else {}
        print_json(sweep_data(made, measures, found) | written)
        return
    console.print(_head(made), highlight=False, soft_wrap=True)
    for measure in measures:
        _print_measure(made, measure)
        if measure in ledgers:
            console.print(ledger_table(made, measure, ledgers[measure]))
    for box in found:
        console.print(box.text(), highlight=False, soft_wrap=True)
    if any(box.limits for box in found) and judge is None and made.design.dice == "common":
        note = f"Boxes are judged by points held out, on the same {counted(made.design.replicates, 'replicate')}"
        console.print(f"{note}; '--fresh SWEEP', of another seed, judges them by other dice too.", highlight=False)
    seconds = made.info.get("seconds", 0.0)
    runs = f"{counted(len(made.design), 'point')} × {counted(made.design.replicates, 'run')}"
    notes.print(f"{runs} in {seconds:.1f} s; design.parquet and measures.parquet are in {made.folder}")


def _head(made: "Sweep") -> str:
    k = len(made.design.varied)
    return (
        f"{made.scenario.title} · {made.scenario.short_hash} · seed {made.seed}\n"
        f"{counted(k, 'number')} varied at {counted(len(made.design), 'point')} by {made.design.method}, "
        f"{counted(made.design.replicates, 'run')} at each on {made.design.dice_in_words}\n{_drawn(made)}"
    )


def _drawn(made: "Sweep") -> str:
    """How numbers are drawn from their ranges: the rule is one for sweeps and for `sim run --uncertain`."""
    given = [each for each in made.design.varied if each.law == "given"]
    lawful = len(made.design.varied) - len(given)
    told = []
    if lawful:
        which = "Every number" if not given else counted(lawful, "number")
        told.append(f"{which} drawn by the same law as in 'sim run --uncertain', within its plausible range")
    if given:
        n = sum(each.logarithmic for each in given)
        which = "every number" if not lawful else counted(len(given), "number")
        how = "evenly" if not n else "evenly in its logarithm" if n == len(given) else f"evenly, {n:,} in the logarithm"
        told.append(f"{which} drawn {how} within a range of its own")
    text = ", ".join(told)
    return f"{text[0].upper()}{text[1:]}."


def _print_measure(made: "Sweep", measure: str) -> None:
    from sim.theatre.language.measures import MeasureError

    try:
        shares = made.variance(measure)
        told = f"{_variance_text(shares)} {shares.advice()}"
    except MeasureError as error:
        told = str(error)
    try:
        console.print(_table(made, measure, made.indices(measure)))
    except MeasureError as error:
        title = f"\n{made.label(measure)} · {_average_text(made, measure)}: {error}"
        console.print(title, highlight=False, soft_wrap=True)
    console.print(told, highlight=False, soft_wrap=True)


def _average_text(made: "Sweep", measure: str) -> str:
    found = made.average(measure)
    ends = "" if math.isnan(found.low) else f" ({found.low:.3g} to {found.high:.3g})"
    return f"{made.means[measure].mean():.3g}{ends} on average"


def _table(made: "Sweep", measure: str, found: "pd.DataFrame") -> "Table":
    """The numbers that matter most, in groups that can be told apart."""
    from rich import box
    from rich.table import Table

    main = found.attrs["main"]
    others = [name for name in found.columns if f"{name}_low" in found.columns and name != main]
    title = f"{made.label(measure)} · {_average_text(made, measure)}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("number", overflow="fold")
    table.add_column(f"{main}, 95 %", justify="right", no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    shown = found.head(SHOWN)
    for row in shown.to_dict("records"):
        rank = f"{row['rank_low']}" if row["rank_low"] == row["rank_high"] else f"{row['rank_low']}-{row['rank_high']}"
        ends = f"{row[main]:.3g} ({row[f'{main}_low']:.2g} to {row[f'{main}_high']:.2g})"
        table.add_row(rank, row["parameter"], ends, *(f"{row[name]:.2g}" for name in others))
    table.caption = _caption(found, main, len(shown))
    table.caption_justify = "left"
    return table


def _caption(found: "pd.DataFrame", main: str, shown: int) -> str:
    more = len(found) - shown
    lines = [f"{main}: {found.attrs['about']}."]
    lines.append("A number ranks above another only where its interval lies above; equal ranks cannot be told apart.")
    if more:
        lines.append(f"{counted(more, 'more number')} not shown. {_clear(found, main)}")
    if not stand_out(found):
        lines.append(
            "That is no more than chance would give, so no number can be said to matter. More points or replicates, "
            "separate dice for each point, or fewer numbers may show more."
        )
    return " ".join(lines)


def _clear(found: "pd.DataFrame", main: str) -> str:
    clear = int((found[f"{main}_low"] > 0).sum())
    by_chance = len(found) * found.attrs["by_chance"]
    return f"{clear:,} of all {len(found):,} have intervals above 0; by chance alone, about {by_chance:.0f} would."


def _variance_text(found: "VarianceShares") -> str:
    def share(each: "VarianceShare") -> str:
        return f"{each.share:.0%} ({each.low:.0%} to {each.high:.0%})"

    size = f"95 % intervals, over {found.points:,} points and {found.replicates:,} replicates."
    if found.interaction is None:
        parts = f"dice account for {share(found.dice)} and parameters for {share(found.parameters)}"
        return f"Of its variance over all runs, {parts}; {size}"
    return (
        f"Of its variance over all runs, dice account for {share(found.dice)}, parameters for "
        f"{share(found.parameters)}, and their interaction (dice that matter more at some points than at others) for "
        f"{share(found.interaction)}; {size}"
    )


def _beyond(made: "Sweep", line: "Target", judge: "Sweep | None") -> "list[Box]":
    above, below = (line.value, None) if line.above else (None, line.value)
    try:
        return made.boxes(line.name, above, below, judge)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--boxes") from None
