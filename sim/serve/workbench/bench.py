"""What computes for the workbench: workers, what they have found lately, and what may be asked of each scenario."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.execution.resources import cores

from .asked import Asked, asked
from .catalogue import Known, names, opened
from .messages import Refused, State
from .moves import Some, some, together
from .pool import Pool

MOST_MOVERS = 8
CLERKS = 2
FEWEST_OF_A_WORKER = 50
"""Runs that are worth a process."""
KEPT = 8
"""Ensembles that are kept, the last of them: 1.5 MB each, for 1,000 runs of a year."""
PATIENCE = 120.0
"""Seconds that a question may take."""


class Opened(NamedTuple):
    """A scenario that somebody looks at."""

    known: Known
    told: dict[str, Any]


class Bench:
    """Computes what is asked of it, in processes of its own."""

    def __init__(self) -> None:
        self.movers = Pool("mover", max(2, min(cores(), MOST_MOVERS)))
        self.clerks = Pool("clerk", CLERKS, nice=True)
        self._opened: dict[str, asyncio.Task[Opened]] = {}
        self._found: OrderedDict[Asked, Some] = OrderedDict()

    async def open(self, name: str) -> Opened:
        """Read a shipped scenario, once.

        Raises
        ------
        Refused
            There is none of that name.
        """
        if name not in names():
            raise Refused(f"There is no scenario '{name}'; there are {', '.join(names())}.")
        task = self._opened.get(name)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._opened[name] = asyncio.ensure_future(self._open(name))
        return await asyncio.shield(task)

    async def _open(self, name: str) -> Opened:
        return Opened(*await self.clerks.one(opened, name, seconds=PATIENCE))

    async def asked(self, state: State) -> tuple[Asked, Known]:
        """Hold a state to its scenario."""
        known = (await self.open(state.scenario)).known
        return asked(state, known), known

    def has(self, wanted: Asked) -> bool:
        """Whether runs are at hand."""
        return wanted in self._found

    async def found(self, wanted: Asked, keep: bool = True) -> Some:
        """The runs that are asked for, computed by all movers together or found among the last."""
        if (kept := self._found.get(wanted)) is not None:
            self._found.move_to_end(wanted)
            return kept
        parts = min(len(self.movers.workers), max(1, wanted.runs // FEWEST_OF_A_WORKER))
        ends = [wanted.runs * at // parts for at in range(parts + 1)]
        found = together(
            await self.movers.each(
                some,
                [
                    (wanted.rules, wanted.seed, first, last, dict(wanted.numbers), wanted.variable)
                    for first, last in zip(ends, ends[1:], strict=False)
                ],
            )
        )
        if keep:
            self._found[wanted] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return found

    async def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have a clerk answer a question."""
        return await self.clerks.one(function, *arguments, seconds=PATIENCE)

    def close(self) -> None:
        """End all processes."""
        self.movers.close()
        self.clerks.close()


def seconds_since(begun: float) -> float:
    """How long something has taken, as the page is told it."""
    return round(time.perf_counter() - begun, 3)
