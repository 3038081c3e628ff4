"""What a user sees while runs are made: a bar on a terminal and in a notebook, elsewhere nothing."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN = 3
"""Outcomes of which first estimates are shown."""


@dataclass
class Tally:
    """How far an ensemble has come, and in how many of its runs each outcome held."""

    runs: int
    """How many there will be, at most."""
    outcomes: Sequence[str]
    independent: bool = True
    """Whether no two runs share numbers that they have drawn; else their intervals need more than counts."""
    done: int = 0
    failed: int = 0
    held: NDArray[np.int64] = field(init=False)
    """Runs in which each outcome held, of those that did not fail."""

    def __post_init__(self) -> None:
        self.held = np.zeros(len(self.outcomes), np.int64)

    @property
    def completed(self) -> int:
        """Runs that did not fail."""
        return self.done - self.failed

    def add(self, runs: int, failed: int, held: Sequence[int] | NDArray[np.integer[Any]]) -> None:
        """Count some more runs."""
        self.done += runs
        self.failed += failed
        self.held += np.asarray(held, np.int64)

    def estimates(self) -> str:
        """First estimates of the largest shares, with 95 % intervals that hold however often one looks at them."""
        if not self.completed:
            return ""
        from sim.analysis.confidence_sequence import confidence_sequence  # brings SciPy, and only who looks needs it

        low, high = confidence_sequence(self.held, self.completed, narrowest=self.runs)
        largest = np.argsort(-self.held, kind="stable")[:SHOWN].tolist()
        ends = [f" ({low[at]:.1%} to {high[at]:.1%})" if self.independent else "" for at in largest]
        shares = [f"{self.outcomes[at]} {self.held[at] / self.completed:.1%}" for at in largest]
        return "   ".join(share + end for share, end in zip(shares, ends, strict=True))


Progress = Callable[[Tally], None]
"""Called with how far an ensemble has come, after each block of its runs."""


_wanted = True


def quiet() -> None:
    """Show no bar from now on: a lesson asks for guesses, and a bar tells shares before the figure does."""
    global _wanted
    _wanted = False


@contextmanager
def bar(runs: int) -> Iterator[Progress | None]:
    """A progress bar, if somebody can see it: on a terminal, or in a notebook."""
    if not _wanted:
        yield None
    elif in_notebook():
        with _notebook_bar(runs) as progress:
            yield progress
    elif sys.stderr is not None and sys.stderr.isatty():
        with _terminal_bar(runs) as progress:
            yield progress
    else:
        yield None


def in_notebook() -> bool:
    """Whether this is a notebook's kernel, without importing what runs notebooks."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def _terminal_bar(runs: int) -> Iterator[Progress]:
    from rich.console import Console, RenderableType
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} runs/s" if task.speed else "", style="progress.data.speed")

    class BarWithEstimates(Bar):
        estimates = ""

        def get_renderables(self) -> Iterator[RenderableType]:
            yield from super().get_renderables()
            yield Text(self.estimates, style="dim", overflow="ellipsis", no_wrap=True)

    columns = (TextColumn("running"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), Speed())
    with BarWithEstimates(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("runs", total=runs)

        def progress(tally: Tally) -> None:
            shown.estimates = tally.estimates()
            shown.update(task, completed=tally.done)

        yield progress


@contextmanager
def _notebook_bar(runs: int) -> Iterator[Progress]:
    from tqdm import tqdm

    with tqdm(total=runs, unit=" runs", file=sys.stderr) as shown:

        def progress(tally: Tally) -> None:
            shown.set_postfix_str(tally.estimates(), refresh=False)
            shown.update(tally.done - shown.n)

        yield progress
