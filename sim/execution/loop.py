"""The one loop in which runs are made: compute blocks, tell how far they have come, stop when they are enough."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import nullcontext
from typing import Any, Literal, TypeVar

from numpy.typing import NDArray

from sim.results.storage.manifest import Manifest, Plan, Span

from .progress import Progress, Tally, bar
from .workers import computed

T = TypeVar("T")

Counted = Callable[[T], tuple[int, int, NDArray[Any]]]
"""Tells of a computed block how many runs it has, how many failed, and in how many of the others each outcome held."""
ProgressOption = Progress | Literal["bar"] | None
"""Who is told how far an ensemble has come: a bar where somebody can see it, a function, or nobody."""


def followed(
    plan: Plan,
    work: Callable[[int, int], T],
    counted: Counted[T],
    executor: Executor | None = None,
    progress: ProgressOption = None,
    manifest: Manifest | None = None,
) -> Iterator[tuple[Span, T]]:
    """Compute what is missing of a plan, block by block, until it is precise enough or all there.

    With a precision to be reached, blocks come in order of the runs and each is looked at, so that it does not depend
    on who computes how many runs it takes.
    """
    tally = Tally(plan.runs, plan.outcomes, not plan.uncertain)
    for span, done in manifest.done.items() if manifest is not None else ():
        tally.add(span[1] - span[0], done.failed, done.held)
    missing = plan.spans if manifest is None else manifest.missing
    with bar(plan.runs) if progress == "bar" else nullcontext(progress) as shown:
        if _enough(plan, tally):
            return
        for span, result in computed(work, missing, executor, in_order=plan.until is not None):
            yield span, result
            tally.add(*counted(result))
            if shown is not None:
                shown(tally)
            if _enough(plan, tally):
                return


def _enough(plan: Plan, tally: Tally) -> bool:
    return (
        plan.until is not None
        and tally.completed > 0
        and plan.until.reached(plan.outcomes, tally.held, tally.completed)
    )
