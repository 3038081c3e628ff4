"""What a user sees while waiting: on a terminal a bar, elsewhere nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .answer import notes


@contextmanager
def bar(runs: int) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, with what is left."""
    columns = (TextColumn("running"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("runs", total=runs)
        yield lambda done, _: progress.update(task, completed=done)


def announced_compilation() -> None:
    """Say that the first start takes longer, if it is the first."""
    from sim.engine.kernel import is_compiled

    if not is_compiled():
        notes.print("Compiling the engine, once on this machine; this takes about half a minute …")
