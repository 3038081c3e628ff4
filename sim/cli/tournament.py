"""The verb `tournament`: players against each other on the same dice, and who escalates."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted, json_rows, percent, printable

from . import complete
from .console import INTERRUPTED, SOME_FAILED, Json, answering, console, notes, print_json
from .stories import faults_in_json

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from sim.play.tournaments.standings import Tournament

_SHOWN = 12
"""Differences that are listed, for each pairing."""
_SIDE_BY_SIDE = 3
"""Pairings whose shares stand beside each other; those of more stand below each other."""


@answering
def tournament(
    scenario: Annotated[
        str,
        typer.Argument(help="A scenario file, or the name of a shipped scenario.", autocompletion=complete.scenarios),
    ],
    seat: Annotated[
        list[str],
        typer.Option(
            metavar="SEAT=PLAYERS",
            help="A seat and who plays it, such as us=rules,random:0.3,hold; once for each seat. Players: rules, hold, "
            "random:SHARE, script:FILE, replay:FILE, replay-late:FILE, function:MODULE:NAME, llm:MODEL. A script has a "
            "line for each date: '2019-05-10: {do: [iran.harass_shipping]}'.",
            autocompletion=complete.seats,
        ),
    ],
    runs: Annotated[int, typer.Option(min=1, help="How many runs each pairing plays.")] = 40,
    turn: Annotated[int, typer.Option(min=1, max=366, help="Days between two rounds of orders.")] = 7,
    days: Annotated[int | None, typer.Option(min=1, help="Days that are played. [default: all]")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of all dice.")] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Sessions at a time. [default: one on each core]")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder in which each session is kept as a file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the tournament in the folder --out.")] = False,
    base_url: Annotated[str | None, typer.Option(help="Where llm:MODEL is asked. [default: OPENAI_BASE_URL]")] = None,
    key_from: Annotated[
        str, typer.Option(metavar="VARIABLE", help="Variable of the environment that holds the key for it.")
    ] = "OPENAI_API_KEY",
    temperature: Annotated[float | None, typer.Option(min=0.0, max=2.0, help="Passed on to language models.")] = None,
    max_calls: Annotated[int, typer.Option(min=0, help="Calls of language models, in all.")] = 500,
    max_tokens: Annotated[int | None, typer.Option(min=0, help="Their tokens, of prompts and answers, in all.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.0, help="Seconds spent waiting for them, in all.")] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0.0, help="What they may cost in all; needs the prices.")
    ] = None,
    price_in: Annotated[float, typer.Option(min=0.0, help="Price of a million tokens of prompts.")] = 0.0,
    price_out: Annotated[float, typer.Option(min=0.0, help="Price of a million tokens of answers.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Play players against each other over many runs, on the same dice, and show who escalates."""
    from .progress import announced_compilation

    with _refusals_in_json(as_json):
        among = _seats(seat)
    announced_compilation()
    from sim.play.players.purse import Caps
    from sim.play.tournaments.tournament import tournament as played
    from sim.theatre.files.load import load

    with faults_in_json(as_json):
        load(scenario)
    endpoint = {"base_url": base_url, "key_from": key_from, "temperature": temperature}
    with faults_in_json(as_json), _refusals_in_json(as_json), _shown_progress(out) as progress:
        caps = Caps(max_calls, max_tokens, max_seconds, max_cost, price_in, price_out)
        found = played(
            scenario,
            among,
            runs=runs,
            seed=seed,
            turn=turn,
            days=days,
            out=out,
            resume=resume,
            processes=processes,
            endpoint=endpoint,
            caps=caps,
            progress=progress,
        )
    if as_json:
        print_json(as_data(found))
    else:
        _show(found)
    _note(found, out)
    if found.n_failed:
        raise typer.Exit(SOME_FAILED)


@contextmanager
def _refusals_in_json(as_json: bool) -> Iterator[None]:
    """Write why nothing is played as JSON too, in the shape that `sim play` gives, if the answer was to be JSON."""
    from sim.play.seats import PlayError

    try:
        yield
    except (PlayError, typer.BadParameter) as error:
        told = error.message if isinstance(error, typer.BadParameter) else str(error)
        if as_json:
            print_json({"refused": [told]})
        raise


def _seats(typed: list[str]) -> dict[str, list[str]]:
    """Seats and their players, as they were typed."""
    found: dict[str, list[str]] = {}
    for each in typed:
        seat, is_one, players = each.partition("=")
        named = [player.strip() for player in players.split(",") if player.strip()]
        if not is_one or not seat.strip() or not named:
            raise typer.BadParameter(
                f"'{each}' is no seat with its players; write us=rules,random", param_hint="--seat"
            )
        found.setdefault(seat.strip(), []).extend(named)
    return found


@contextmanager
def _shown_progress(out: Path | None) -> Iterator[Any]:
    """A bar on a terminal; Ctrl-C says what is kept."""
    from tqdm import tqdm

    done = [0, 0]
    with tqdm(unit=" sessions", disable=not notes.is_terminal, leave=False, file=notes.file) as bar:

        def progress(lived: int, of: int) -> None:
            done[:] = lived, of
            bar.total, bar.n = of, lived
            bar.refresh()

        try:
            yield progress
        except KeyboardInterrupt:
            bar.close()
            kept = f"{done[0]:,} of {counted(done[1], 'session')}" if done[1] else "no session yet"
            how = (
                f"kept in {out}; go on with --out {out} --resume" if out else "lost; --out FOLDER would have kept them"
            )
            notes.print(f"Interrupted: {kept} {how}")
            raise typer.Exit(INTERRUPTED) from None


def as_data(found: "Tournament") -> dict[str, Any]:
    """All of a tournament as plain data."""
    return {
        "scenario": {"name": found.scenario.name, "sha256": found.scenario.sha256},
        "seed": found.seed,
        "days": found.days,
        "pairings": found.pairings,
        "sessions": len(found),
        "failed": found.n_failed,
        "interval": "95 %: shares by Wilson, paired shares by Bonett and Price 2012, means by the normal "
        "distribution; none for means of fewer than 5 runs, or where all runs are alike",
        "table": json_rows(found.table),
        "differences": json_rows(found.differences),
        "runs": json_rows(found.runs),
        "refused": found.refused,
        "why_refused": found.why_refused,
        "language_models": {
            "calls": found.used.calls,
            "tokens_in": found.used.tokens_in,
            "tokens_out": found.used.tokens_out,
            "cost": found.used.cost,
        },
    }


def _show(found: "Tournament") -> None:
    told = f"{found.scenario.name}, {counted(found.days, 'day')}, seed {found.seed}"
    console.print(told, highlight=False, soft_wrap=True)
    console.print(_who_plays(found))
    console.print(_who_escalates(found))
    if (outcomes := _how_it_ends(found)) is not None:
        console.print(outcomes)
    if len(found.pairings) > 1:
        differences, silent = _differences(found)
        if differences.row_count:
            console.print(differences)
        if silent:
            others = counted(silent, "other figure" if differences.row_count else "figure")
            told = f"In {others} the runs show no difference that the dice alone could not bring about."
            console.print(told, highlight=False, soft_wrap=True)


def _who_plays(found: "Tournament") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title="Who plays", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pairing", justify="right")
    for seat in found.pairings[0]:
        table.add_column(seat, overflow="fold")
    for at, pairing in enumerate(found.pairings, 1):
        table.add_row(str(at), *pairing.values())
    return table


def _who_escalates(found: "Tournament") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title="Who escalates", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pairing", justify="right")
    table.add_column("runs", justify="right")
    measures = [name for name in found.measures if name not in found.scenario.theatre.outcomes]
    for name in measures:
        table.add_column(name.replace("_", " ").replace(".", ": "), justify="right", overflow="fold")
    for at in range(1, len(found.pairings) + 1):
        rows = found.table[found.table["pairing"] == at].set_index("measure")
        table.add_row(str(at), f"{rows['n'].iloc[0]:,}", *(_mean(rows.loc[name]) for name in measures))
    scores = any(name.startswith("score.") for name in measures)
    table.caption = (
        "Means of runs, with 95 % intervals of sampling. Force: acts of the seat's own on rung 4 or above, such as "
        f"sabotage, seizures and fire.{' Score: by the goals of its actor.' if scores else ''}"
    )
    table.caption_justify = "left"
    return table


def _mean(row: "pd.Series[Any]") -> str:
    """A mean, with its interval below it, or why it has none."""
    if not row["n"]:
        return "-"
    if isfinite(row["low"]):
        return f"{_short(row['value'])}\n({_short(row['low'])} to {_short(row['high'])})"
    return f"{_short(row['value'])}\n({_without_interval(row['n'], 'run')})"


def _without_interval(n: int, thing: str) -> str:
    from sim.play.tournaments.standings import FEWEST

    return f"too few {thing}s" if n < FEWEST else f"in every {thing}"


def _short(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"


def _how_it_ends(found: "Tournament") -> "Table | None":
    """Shares of runs in which outcomes came about, those apart that never did."""
    from rich import box
    from rich.table import Table

    table = Table(title="How it ends: shares of runs", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("outcome")
    side_by_side = len(found.pairings) <= _SIDE_BY_SIDE
    pairings = [str(at) for at in range(1, len(found.pairings) + 1)]
    for heading in [f"pairing {at}" for at in pairings] if side_by_side else ["pairing", "share"]:
        table.add_column(heading, justify="right", overflow="fold")
    for name in found.scenario.theatre.outcomes:
        rows = found.table[found.table["measure"] == name]
        if not (rows["value"] > 0).any():
            continue
        cells = [f"{percent(row.value)} ({row.low:.0%} to {row.high:.0%})" for row in rows.itertuples()]
        if side_by_side:
            table.add_row(name.replace("_", " "), *cells)
        else:
            for at, cell in zip(pairings, cells, strict=True):
                table.add_row(name.replace("_", " ") if at == "1" else "", at, cell, end_section=at == pairings[-1])
    if not table.row_count:
        return None
    table.caption = "With 95 % intervals of sampling. Shares of the model's runs, not a forecast."
    table.caption_justify = "left"
    return table


def _differences(found: "Tournament") -> tuple["Table", int]:
    """What differs from the first pairing by more than dice would do, and how much does not."""
    from rich import box
    from rich.table import Table

    from sim.play.tournaments.standings import FEWEST

    rows = found.differences
    always = rows["low"].isin([float("-inf")]) & (rows["pairs"] >= FEWEST)
    apart = rows[(rows["low"] > 0) | (rows["high"] < 0) | always]
    table = Table(title="Differences from pairing 1", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pairing", justify="right")
    table.add_column("measure")
    table.add_column("difference, 95 %", justify="right", no_wrap=True)
    outcomes = found.scenario.theatre.outcomes
    for row in apart.head(_SHOWN * len(found.pairings)).itertuples():
        times, digits = (100, 1) if row.measure in outcomes else (1, 2)
        ends = [f"{times * each:+.{digits}f}" for each in (row.difference, row.low, row.high)]
        unit = " points" if row.measure in outcomes else ""
        interval = f"{ends[1]} to {ends[2]}" if isfinite(row.low) else _without_interval(row.pairs, "pair")
        table.add_row(
            str(row.pairing),
            row.measure.replace("_", " ").replace(".", ": "),
            f"{ends[0]} ({interval}){unit}",
        )
    table.caption = "On the same dice, run by run; outcomes in percentage points of runs."
    table.caption_justify = "left"
    return table, len(rows) - len(apart)


def _note(found: "Tournament", out: Path | None) -> None:
    """What is no answer, but good to know."""
    for player, turns in found.refused.items():
        notes.print(
            f"{player}: in {counted(turns, 'turn')} none of its orders could be taken, and its seat went on as it "
            f"stood; the first: {printable(found.why_refused[player])}"
        )
    used = found.used
    if used.calls:
        cost = f", {used.cost:.2f} by the prices given" if used.cost else ""
        notes.print(
            f"language models: {counted(used.calls, 'call')}, {used.tokens_in + used.tokens_out:,} tokens{cost}"
        )
    if reached := used.empty() if used.calls else None:
        notes.print(f"a cap was reached ({reached}): from then on their seats went on as they stood")
    if found.n_failed:
        notes.print(f"{counted(found.n_failed, 'session')} met a value that was not finite, left out of every figure")
    if out is not None:
        notes.print(f"sessions are in {out}")
