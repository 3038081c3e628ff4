"""Every verb of the command line asked of a file, in this process: whatever `sim validate` takes, each must take."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import sim
from sim.cli.app import app
from sim.theatre.language.scenario import Scenario

SOME_FAILED, NOT_PRECISE = 4, 5


class Answered(NamedTuple):
    """How a verb ended."""

    code: int
    out: str
    err: str


def ask(*words: object) -> Answered:
    """Call a verb; what is no answer and no sentence is raised."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            app([str(word) for word in words], prog_name="sim")
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Answered(code, out.getvalue(), err.getvalue())


def asked_of(file: Path, folder: Path, *options: str) -> Iterator[tuple[tuple[object, ...], Answered]]:
    """Ask every verb of a scenario file, with few runs, kept in `folder`; `options` are of the verb that makes them."""
    scenario = sim.load(file)
    for words in _questions(scenario, file, folder, *options):
        yield words, ask(*words)


def _questions(scenario: Scenario, file: Path, folder: Path, *options: str) -> Iterator[tuple[object, ...]]:
    made, counts, swept, branches = (folder / name for name in ("made", "counts", "swept", "branches"))
    middle = scenario.days // 2
    yield "validate", file
    yield "describe", file
    yield "describe", file, "--sources"
    yield "describe", file, "--day"
    yield "run", file, "--runs", 12, "--out", made, "--overwrite", *options
    yield "run", file, "--runs", 8, "--out", counts, "--overwrite", "--summary-only", "--no-figures"
    yield "lint", file
    yield "replay", made, "--run", 1
    yield "compare", file, file, "--runs", 6
    yield "why", file, file, "--run", 1
    yield "branch", made, "--run", 1, "--day", middle, "--runs", 4, "--out", branches, "--overwrite"
    for actor in sorted({act.split(".")[0] for act, each in scenario.theatre.actions.items() if not each.accident})[:1]:
        played = folder / "played.session"
        played.unlink(missing_ok=True)
        yield "play", file, "--as", actor, "--file", played, "--advance", "--options", actor
        yield "play", played, "--view", actor, "--json"
        yield "tournament", file, "--seat", f"{actor}=rules,random", "--runs", 2, "--days", min(scenario.days, 10)
    for actor in list(scenario.theatre.deciders)[:1]:
        yield "explain", made, "--run", 1, "--day", scenario.start, "--actor", actor
        yield (
            "choices",
            file,
            "--run",
            1,
            "--day",
            middle,
            "--actor",
            actor,
            "--runs",
            4,
            "--days",
            min(scenario.days - middle, 3),
        )
    if len(sim.open(made).events.query("run == 1")):  # type: ignore[union-attr]
        yield "why", made, "--run", 1, "--event", 0
    vary = [
        path for path, number in scenario.numbers() if number.plausible and number.plausible[0] < number.plausible[1]
    ]
    for path in vary[:1]:
        yield (
            "run",
            file,
            "--runs",
            8,
            "--out",
            folder / "drawn",
            "--overwrite",
            "--uncertain",
            "--no-figures",
            "--json",
        )
        yield "sweep", file, "--method", "oat", "--replicates", 2, "--param", path, "--out", swept, "--overwrite"
    for outcome in list(scenario.theatre.outcomes)[: len(vary)][:1]:
        yield "tip", file, "--to", f"{outcome} > 0.5", "--runs", 32
    yield "report", made
    yield "reproduce", made / "report.html"
    yield "report", counts
