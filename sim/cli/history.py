"""The verb `history from`: somebody's table of events made a history of a theatre."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.text import counted

from . import complete
from .console import FAILED, Json, answering, console, notes, print_as_it_is, print_json

if TYPE_CHECKING:
    from sim.theatre.imported.import_table import Imported

SHOWN = 10
"""Names of each list on a terminal; `--json` has all."""

history = typer.Typer(help="Make records of what happened.", no_args_is_help=True, rich_markup_mode=None)


@history.command("from")
@answering
def from_table(
    table: Annotated[Path, typer.Argument(help="A table of events: values separated by commas, tabs or semicolons.")],
    map_: Annotated[
        Path,
        typer.Option(
            "--map", help="A file that says what the columns, names and types mean.", autocompletion=complete.files
        ),
    ],
    preset: Annotated[
        str | None,
        typer.Option(
            help="The source, if its columns are known: acled, gdelt, icews, polecat or ucdp_ged.",
            autocompletion=complete.presets,
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The history file to write. [default: standard output]")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Turn a table of events into a history file, and say what became of every row."""
    from sim.theatre.files.errors import ScenarioError
    from sim.theatre.imported.history_text import history_data, history_text
    from sim.theatre.imported.import_table import PRESETS, import_table

    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(
            f"there is no preset '{preset}'; there are {', '.join(PRESETS)}", param_hint="--preset"
        )
    out = None if out == Path("-") else out
    if out is not None:
        _refuse_place(out, overwrite, (table, map_))
    try:
        with notes.status(f"reading {table.name} …"):
            made = import_table(table, map_, preset)  # type: ignore[arg-type]
        text = history_text(made, map_.name)
    except ScenarioError as error:
        if as_json:
            print_json({"faults": [vars(fault) for fault in error.faults]})
        raise
    if made.events and out is not None:
        _write(text, out)
    if as_json:
        print_json(_as_data(made, out) | ({"history": history_data(made)} if out is None else {}))
    else:
        if out is None and made.events:
            print_as_it_is(text.rstrip("\n"))
        _tell(made, out)
    if not made.events:
        notes.print("no row became an event, so no history was written")
        raise typer.Exit(FAILED)


def _refuse_place(out: Path, overwrite: bool, read: tuple[Path, ...]) -> None:
    """Do not read a table for a file that cannot be written, or is what it is made of."""
    if out.resolve() in [each.resolve() for each in read]:
        raise typer.BadParameter(f"{out} is one of the files to read; choose another name", param_hint="--out")
    if (out.exists() or out.is_symlink()) and not overwrite:
        told = f"{out} already exists; choose another name, or add --overwrite"
        raise typer.BadParameter(told, param_hint="--out")
    if out.is_dir() or not out.absolute().parent.is_dir():
        told = f"{out} is a folder" if out.is_dir() else f"there is no folder {out.parent}; create it first"
        raise typer.BadParameter(told, param_hint="--out")


def _write(text: str, out: Path) -> None:
    from sim.results.storage.atomic import replacing, reporting_disk_errors

    with reporting_disk_errors(out), replacing(out, out.absolute().parent) as file:
        file.write(text.encode())


def _as_data(made: "Imported", out: Path | None) -> dict[str, Any]:
    from sim.theatre.imported.history_text import at_odds, shared_days

    return {
        "table": str(made.table.path),
        "encoding": made.table.encoding,
        "preset": made.preset,
        "out": str(out) if out is not None and made.events else None,
        "events": len(made.events),
        **made.tally.as_data(),
        "never_met": list(made.idle),
        "acts_that_share_a_day": shared_days(made),
        "at_odds_with_the_theatre": at_odds(made),
    }


def _tell(made: "Imported", out: Path | None) -> None:
    """Print what became of the rows: to standard output, unless the history went there."""
    from sim.theatre.imported.history_text import at_odds

    to = console if out is not None else notes
    for line in _lines(made):
        to.print(line, highlight=False, soft_wrap=True)
    if out is not None and made.events:
        notes.print(f"{out} is a history of {counted(len(made.events), 'event')}; 'sim validate {out}' checks it")
    for text in at_odds(made)[:SHOWN]:
        notes.print(f"the theatre cannot take it as it stands: {text}")
    if made.events and not made.map_file.covers:
        notes.print("it judges nothing yet: say under 'covers', in the map, what the source would not have missed")


def _lines(made: "Imported") -> list[str]:
    from sim.theatre.imported.history_text import shared_days
    from sim.theatre.imported.tally import FATES

    tally = made.tally
    guessed = made.table.guessed
    read = f", read as {made.table.encoding}, since they are not UTF-8" if guessed else ""
    lines = [f"{made.table.path.name}: {counted(tally.read, 'row')}{read}"]
    lines += [f"  {tally.rows[fate]:>9,} {told}" for fate, told in FATES.items() if tally.rows[fate]]
    if tally.malformed:
        more = " …" if len(tally.malformed) < tally.rows["malformed"] else ""
        lines.append(f"            these are on line {', '.join(tally.malformed)}{more}")
    if tally.long:
        more = " …" if len(tally.long_at) < tally.long else ""
        takes = "row takes" if tally.long == 1 else "rows take"
        said = f"{tally.long:,} {takes} up several lines, {', '.join(tally.long_at)}{more}"
        lines.append(f"{said}; is a quotation mark left open?")
    lists = {
        "Actors that the map does not know": tally.actors,
        "Others that the map does not know, in rows that are kept": tally.others,
        "Types that no rule mentions": tally.types,
        "Why rows fit no single act": tally.puzzles,
        "Dates that cannot be read": tally.dates,
        "Numbers of deaths that cannot be read": tally.deaths,
    }
    for title, found in lists.items():
        lines += _list(title, found)
    told = {
        "of its rows outside the dates overlap them in part": tally.straddling,
        "end before they begin, and were read the other way round": tally.swapped,
        "do not say how many died": tally.without_deaths,
        "share their day with another act of the same actor; the lesser act is imposed a day later": shared_days(made),
    }
    lines += [f"{n:,} {what}" for what, n in told.items() if n]
    return lines + ([f"In the map, but never in the table: {'; '.join(made.idle)}"] if made.idle else [])


def _list(title: str, found: Any) -> list[str]:
    from sim.theatre.imported.tally import ranked

    entries = ranked(found)
    more = [f"            and {counted(len(entries) - SHOWN, 'other')}, all in --json"] if len(entries) > SHOWN else []
    return [f"{title}:", *(f"  {n:>9,} {what}" for what, n in entries[:SHOWN]), *more] if entries else []
