"""The verbs `report`, which writes a result as a page, and `reproduce`, which makes a figure or a page again."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import FAILED, Json, answering, console, notes, print_json

if TYPE_CHECKING:
    from sim.report.reproduce import Reproduced
    from sim.results.counted import AnyEnsemble
    from sim.results.sweep import Sweep

NAME, CLASS, POOL = "report.html", "class.html", "pool.html"


@answering
def report(
    result: Annotated[Path, typer.Argument(help="The folder of a result, such as results/baseline.")],
    beside: Annotated[
        list[Path] | None,
        typer.Argument(help="Another result on the same dice, to compare with; after --pool, more forecasts."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write. [default: report.html, class.html or pool.html in the result's folder]"),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(help="The folder of a sweep of the same scenario, to show which of its numbers matter."),
    ] = None,
    classroom: Annotated[
        bool, typer.Option("--class", help="Ask the reader's forecast first, and lock the answers with a passphrase.")
    ] = False,
    passphrase: Annotated[
        str | None,
        typer.Option(
            help="With --class, the passphrase that opens the answers. [default: a new one, which is printed]"
        ),
    ] = None,
    pool: Annotated[
        list[Path] | None,
        typer.Option(help="Forecasts that readers of a class page saved, files or folders, to show as one class."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a result, or two on the same dice, as one HTML file that opens anywhere and needs nothing else."""
    from .progress import announced_compilation

    second, forecasts = _told_apart(beside or [], pool or [])
    word = _word(classroom, passphrase, forecasts)
    folders = [result, *second]
    ensembles = [_opened(folder) for folder in folders]
    swept = _swept(sweep) if sweep is not None else None
    announced_compilation()
    from sim.report import write

    path = out or result / (POOL if forecasts else CLASS if word is not None else NAME)
    names = [str(folder) for folder in folders]
    write(ensembles[0], path, *ensembles[1:], sweep=swept, names=names, passphrase=word, forecasts=forecasts)
    size = path.stat().st_size
    if as_json:
        locked = {} if word is None else {"passphrase": word}
        print_json({"report": str(path), "bytes": size, "results": [str(folder) for folder in folders]} | locked)
    else:
        console.print(str(path), highlight=False, soft_wrap=True)
        notes.print(f"{size / 1e6:.1f} MB; open it in a browser")
        if word is not None:
            notes.print(f"the answers are locked; the passphrase, for the teacher alone: {word}")
            notes.print("it keeps a class from peeking; whoever has this program can run the scenario again")


def _told_apart(beside: list[Path], pool: list[Path]) -> tuple[list[Path], list[Path]]:
    """What is compared, at most one result, and what is pooled: a shell writes the files of `--pool *.json` apart."""
    files = [path for path in beside if pool and path.suffix == ".json"]
    results = [path for path in beside if path not in files]
    if len(results) > 1:
        raise typer.BadParameter(f"two results can be compared, not more; {results[1]} is a third")
    return results, [*pool, *files]


def _word(classroom: bool, passphrase: str | None, forecasts: list[Path]) -> str | None:
    """The passphrase that locks the page, if it is for a class."""
    if passphrase is not None and not classroom:
        raise typer.BadParameter("a passphrase locks a class page; add --class", param_hint="--passphrase")
    if classroom and forecasts:
        raise typer.BadParameter("forecasts are pooled on an open page; leave out --class", param_hint="--pool")
    from sim.report.cipher import passphrase as made

    return None if not classroom else made() if passphrase is None else passphrase


def _opened(folder: Path) -> "AnyEnsemble":
    """Open a result; where there is none, say what would make it one."""
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    if not folder.is_dir():
        within = Path("results") / folder.name
        made = f"'{shlex.join(['sim', 'run', 'SCENARIO', '--out', str(folder)])}' makes one"
        hint = f"did you mean {within}?" if (within / "run.json").is_file() else made
        raise typer.BadParameter(f"there is no result in {folder}; {hint}")
    found = open_result(folder)
    if isinstance(found, Sweep):
        raise typer.BadParameter(f"{folder} holds a sweep; give the result of its scenario, and the sweep with --sweep")
    return found


def _swept(folder: Path) -> "Sweep":
    from sim.results.storage.read import open_result
    from sim.results.sweep import Sweep

    found = open_result(folder)
    if not isinstance(found, Sweep):
        raise typer.BadParameter(f"{folder} holds an ensemble, not a sweep", param_hint="--sweep")
    return found


@answering
def reproduce(
    figure: Annotated[Path, typer.Argument(help="A figure (PNG) or a report (HTML) that sim made.")],
    out: Annotated[Path | None, typer.Option(help="Keep the new figure or report in this file.")] = None,
    passphrase: Annotated[str | None, typer.Option(help="The passphrase that opens a class page.")] = None,
    as_json: Json = False,
) -> None:
    """Make a figure or a report again from what it carries, and say whether it is the same (exit code 1 if not)."""
    if out is not None and (out.exists() or out.is_symlink()):
        raise typer.BadParameter(f"{out} already exists; give another name", param_hint="--out")
    from .progress import announced_compilation

    announced_compilation()
    from sim.report.reproduce import reproduce as made_again
    from sim.results.storage.atomic import refuse_unwritable, reporting_disk_errors

    if out is not None:
        refuse_unwritable(out)
    found = made_again(figure, passphrase)
    if out is not None:
        from sim.results.storage.atomic import created

        with reporting_disk_errors(out), created(out) as file:
            file.write(found.made)
    if as_json:
        print_json(_as_data(found))
    else:
        for line in _lines(found):
            console.print(line, highlight=False, soft_wrap=True)
    if not found.equal:
        raise typer.Exit(FAILED)


def _as_data(found: "Reproduced") -> dict[str, object]:
    made_from = [
        {"scenario": each.scenario.name, "sha256": each.scenario.sha256, "seed": each.seed, "runs": each.runs}
        for each in found.carried
    ]
    return {
        "file": str(found.file),
        "kind": found.kind,
        "equal": found.equal,
        "differences": list(found.differences),
        "note": found.note,
        "made_from": made_from,
    }


def _lines(found: "Reproduced") -> list[str]:
    """Whether it is the same, and made from what."""
    made = " and ".join(
        f"{each.scenario.name} {each.scenario.short_hash}, {each.runs:,} {'run' if each.runs == 1 else 'runs'}, "
        f"seed {each.seed}"
        for each in found.carried
    )
    what = "every pixel" if found.kind == "figure" else "all data"
    if found.equal:
        return [f"equal: {what} of {found.file} ({made})"]
    return [
        f"different: {found.file} ({made})",
        *(f"  {each}" for each in found.differences),
        *([f"  {found.note}"] if found.note else []),
    ]
