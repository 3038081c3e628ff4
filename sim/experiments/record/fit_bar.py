"""What a user sees while a fit is made: how much the record counts by now, on a terminal and in a notebook."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.analysis.tempered import Population
from sim.execution.progress import in_notebook
from sim.text import counted


def told(population: Population) -> str:
    """How far a fit has come."""
    if not population.steps:
        return f"{population.likelihoods:,} likelihoods"
    step = population.steps[-1]
    return f"{population.likelihoods:,} likelihoods, {step.accepted:.0%} of {counted(step.moves, 'move')} accepted"


@contextmanager
def bar() -> Iterator[Callable[[Population], None]]:
    """A bar, if somebody can see it; it is as long as the exponent with which the record counts."""
    if in_notebook():
        from tqdm import tqdm

        with tqdm(total=1.0, file=sys.stderr, bar_format="{l_bar}{bar}| {elapsed}{postfix}") as shown:

            def in_cell(population: Population) -> None:
                shown.set_postfix_str(told(population), refresh=False)
                shown.update(population.exponent - shown.n)

            yield in_cell
    elif sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("fitting"), BarColumn(), TextColumn("record counts {task.percentage:.3g} %"))
        more = (TextColumn("{task.description}", style="dim"), TimeElapsedColumn())
        with Progress(*columns, *more, console=Console(stderr=True), transient=True) as lines:
            task = lines.add_task("drawing from the prior", total=1.0)
            yield lambda population: lines.update(task, completed=population.exponent, description=told(population))
    else:
        yield lambda population: None
