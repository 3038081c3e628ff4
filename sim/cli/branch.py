"""The verbs `branch` and `choices`: what could still come of a day, and what each option would bring."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted

from . import complete
from .console import SOME_FAILED, Json, answering, console, notes, print_json
from .stories import Run, SeedOption, SourceArgument, faults_in_json, said_if_changed

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiments.branching.choices import Choices
    from sim.results.ensemble import Ensemble

DayOption = Annotated[str, typer.Option(help="The day, by its number (from 0) or its date, such as 2019-12-27.")]
RunsOption = Annotated[int, typer.Option(min=1, help="How many futures to run from that day on, each on its own dice.")]
_TAKEN, _ONE = 88, 14
"""Columns of a terminal that the table of choices takes, and that each further outcome takes."""

DaysOption = Annotated[int | None, typer.Option(min=1, help="How many days to follow, counting that day.")]


@answering
def branch(
    source: SourceArgument,
    run: Run,
    day: DayOption,
    runs: RunsOption = 500,
    days: DaysOption = None,
    seed: SeedOption = None,
    same_dice: Annotated[
        bool,
        typer.Option("--same-dice", help="Keep the run's own dice: the one future in which only the change differs."),
    ] = False,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change a number from that day on: path=value.")
    ] = None,
    actions: Annotated[
        list[str] | None, typer.Option("--do", help="Have this act done on that day: actor.action.")
    ] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="Forbid this act from that day on: actor.action.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the branches in this folder.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a finished result there.")] = False,
    as_json: Json = False,
) -> None:
    """Continue a run from a day into many futures: the same past, bit for bit, then new dice or another choice."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.execution.lookup import origin_of
    from sim.experiments.branching.branch import branch as branched
    from sim.experiments.branching.branch import changes_in

    with faults_in_json(as_json):
        origin = origin_of(source, seed)
    said_if_changed(origin)
    if out is not None:
        from sim.results.storage.atomic import refuse_unwritable
        from sim.results.storage.folder import refuse_taken

        refuse_taken(out, overwrite)
        refuse_unwritable(out)
    found = branched(
        origin,
        run=run,
        day=day,
        runs=runs,
        days=days,
        overrides=changes_in(changes or []),
        actions=actions or [],
        forbid=forbid or [],
        same_dice=same_dice,
    )
    if out is not None:
        from sim.results.storage.write_runs import save_ensemble

        save_ensemble(found, out, overwrite)
    if as_json:
        print_json(_as_data(found))
    else:
        _print(found)
    if out is not None:
        notes.print(f"the branches are in {out}")
    if len(found.failures):
        notes.print(f"{len(found.failures)} of {len(found)} branches failed and are left out of every share")
        raise typer.Exit(SOME_FAILED)


def _as_data(found: "Ensemble") -> dict[str, Any]:
    told = found.info["branch"]
    days = {
        outcome: {str(number): int(day) for number, day in found.outcomes[outcome].dropna().items()}
        for outcome in found.outcomes
    }
    return {
        "branch": told,
        "seed": found.seed,
        "runs": len(found),
        "failed": len(found.failures),
        "last_day": found.scenario.days - 1,
        "already": _already(found),
        "outcomes": found.shares().to_dict("records"),
        "first_days": days,
    }


def _already(found: "Ensemble") -> dict[str, int]:
    """Outcomes that had come about before the day, and when."""
    day, first = found.info["branch"]["day"], found.outcomes.iloc[0].dropna()
    return {str(name): int(when) for name, when in first.items() if when < day}


def _print(found: "Ensemble") -> None:

    told, scenario, before = found.info["branch"], found.scenario, _already(found)
    when, last = scenario.date_of(told["day"]), scenario.date_of(scenario.days - 1)
    what = [f"{path} = {value}" for path, value in told["set"].items()]
    what += [f"{action} on that day" for action in told["do"]] + [f"{action} forbidden" for action in told["forbid"]]
    if len(found) == 1:
        number, first = found.outcomes.index[0], found.outcomes.iloc[0].dropna().astype(int)
        lines = [f"Run {told['run']} of {told['scenario']} from {when} on, branch {number}, to {last}", *what]
        for name in found.outcomes:
            lines.append(f"  {_label(found, name)}: {scenario.date_of(first[name]) if name in first else 'never'}")
        for line in lines:
            console.print(line, highlight=False, soft_wrap=True)
        return
    from rich import box
    from rich.table import Table

    title = f"Run {told['run']} of {told['scenario']}: what could still come, from {when} to {last}"
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome")
    for column in ("share of branches", "95 % interval", "median date"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.shares().sort_values("share", ascending=False).itertuples(index=False):
        if row.outcome in before:
            continue
        day = found.median_day(row.outcome)
        median = scenario.date_of(day) if day is not None else "never"
        table.add_row(_label(found, row.outcome), f"{row.share:.1%}", f"{row.low:.1%} to {row.high:.1%}", median)
    changed = "".join(f"; {change}" for change in what)
    table.caption = f"of {len(found.completed):,} branches{changed}; sampling error only; not a forecast"
    console.print(table)
    for name, day in before.items():
        console.print(f"{_label(found, name)}: already came about on {scenario.date_of(day)}", highlight=False)


def _label(found: "Ensemble", outcome: str) -> str:
    return found.scenario.theatre.outcomes[outcome].label


@answering
def choices(
    source: SourceArgument,
    run: Run,
    day: DayOption,
    actor: Annotated[str, typer.Option(help="The actor's id, such as iran.", autocompletion=complete.actors)],
    by: Annotated[
        str | None, typer.Option(help="Sort by this outcome. [default: the one that the options change most]")
    ] = None,
    runs: RunsOption = 500,
    days: Annotated[
        int | None, typer.Option(min=1, help="How many days to follow, counting that day. [default: 90]")
    ] = None,
    seed: SeedOption = None,
    as_json: Json = False,
) -> None:
    """Try every act open to an actor on a day, and show side by side what each leads to, on the same dice."""
    from .progress import announced_compilation

    announced_compilation()
    from sim.execution.lookup import origin_of, outcome_of
    from sim.experiments.branching.choices import choices as options

    with faults_in_json(as_json):
        origin = origin_of(source, seed)
    said_if_changed(origin)
    if by is not None:
        outcome_of(origin.scenario, by)
    found = options(origin, run=run, day=day, actor=actor, runs=runs, days=days)
    sorted_by = by or found.telling
    if as_json:
        print_json(_choices_as_data(found, sorted_by))
    else:
        console.print(_choices_table(found, sorted_by))
        for line in _choices_notes(found):
            console.print(line, highlight=False, soft_wrap=True)


def _choices_as_data(found: "Choices", by: str) -> dict[str, Any]:
    return {
        "scenario": found.scenario.name,
        "scenario_sha256": found.scenario.sha256,
        "seed": found.seed,
        "run": found.run,
        "day": found.day,
        "date": found.date,
        "days": found.days,
        "actor": found.actor,
        "branches": len(found),
        "failed": found.failed,
        "scripted": found.scripted,
        "already": found.already,
        "sorted_by": by,
        "order": found.by(by)["action"].tolist(),
        "options": found.table.to_dict("records"),
    }


def _choices_table(found: "Choices", by: str) -> "Table":
    from rich import box
    from rich.table import Table

    actor = found.scenario.theatre.actors[found.actor].label
    others = sorted((name for name in found.outcomes if name != by), key=lambda name: -_largest(found, name))[: _room()]
    title = f"What {actor} could do on {found.date}, and what followed within {counted(found.days, 'day')}"
    table = Table(title=title, title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("action", no_wrap=True)
    table.add_column("chance", justify="right", no_wrap=True)
    table.add_column(_worded(by), justify="right", no_wrap=True)
    table.add_column("vs. holding", justify="right", no_wrap=True)
    for name in others:
        table.add_column(_worded(name), justify="right")
    shares = found.table.set_index(["action", "outcome"])["share"]
    for row in found.by(by).itertuples(index=False):
        beside = f"{100 * row.difference_low:+.1f} to {100 * row.difference_high:+.1f}" if row.action != "hold" else ""
        share = f"{row.share:.1%} ({100 * row.low:.1f} to {100 * row.high:.1f})"
        rest = [f"{shares[row.action, name]:.1%}" for name in others]
        table.add_row(row.action.removeprefix(f"{found.actor}."), f"{row.chance:.1g}", share, beside, *rest)
    table.caption = (
        f"Run {found.run} of {found.scenario.name}, {len(found):,} branches for each option, all on the same dice. "
        f"Chance: how likely {actor} is to choose it that day. Shares of branches with 95 % intervals; vs. holding: "
        "the difference from holding, paired, in percentage points. Sampling error only; not a forecast."
    )
    return table


def _room() -> int:
    """How many outcomes there is room for beside the one sorted by."""
    return max((console.width - _TAKEN) // _ONE, 0)


def _worded(name: str) -> str:
    """An id that can be broken into lines."""
    return name.replace("_", " ")


def _largest(found: "Choices", outcome: str) -> float:
    rows = found.table[found.table["outcome"] == outcome]
    return float(rows["share"].max())


def _choices_notes(found: "Choices") -> list[str]:

    lines = []
    if found.scripted is not None:
        lines.append(
            f"That day the script decides for this actor: it does {found.scripted}, whatever it would have chosen."
        )
    for name, day in found.already.items():
        label = found.scenario.theatre.outcomes[name].label
        lines.append(f"{label}: already came about on {found.scenario.date_of(day)}, so no choice changes it")
    if found.failed:
        lines.append(f"{found.failed:,} branches failed under at least one option and are left out")
    return lines
