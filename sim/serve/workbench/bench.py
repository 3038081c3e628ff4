"""What computes for the workbench: workers, what they have found lately, and what may be asked of each scenario."""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from sim.execution.resources import cores
from sim.serve.scenarios import Scenarios

from .asked import Asked, asked, heeded
from .catalogue import Known, opened
from .mattering import matter
from .messages import Refused, State, sentence
from .moves import Rules, Some, ready, some, stands, together
from .pool import Pool

FIRST = ("baseline", "first_lesson")
"""Scenarios that a page names first; the very first is open when nobody asks for another."""
MOST_MOVERS = 8
CLERKS = 2
FEWEST_OF_A_WORKER = 50
"""Runs that are worth a process."""
KEPT = 8
"""Ensembles that are kept, the last of them: 1.5 MB each, for 1,000 runs of a year."""
MOST_OPEN = 8
"""Scenarios of which it is kept what may be asked: some 4 MB each."""
LONGEST_MEASURE = 900.0
"""Seconds that it may take to find the numbers that matter most, on a machine that has much else to do."""

T = TypeVar("T")


class Opened(NamedTuple):
    """A scenario that somebody looks at."""

    known: Known
    told: dict[str, Any]


class Bench:
    """Computes what is asked of it, in processes of its own."""

    def __init__(self, scenarios: Scenarios) -> None:
        self.scenarios = scenarios
        self.movers = Pool("mover", max(2, min(cores(), MOST_MOVERS)))
        self.clerks = Pool("clerk", CLERKS, nice=True)
        self._opened: OrderedDict[str, asyncio.Task[Opened]] = OrderedDict()
        self._matter: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._warming: asyncio.Task[None] | None = None
        self._found: OrderedDict[Asked, Some] = OrderedDict()

    async def open(self, name: str) -> Opened:
        """Read a scenario, once.

        Raises
        ------
        Refused
            There is none of that name.
        """
        if name not in self.scenarios:
            raise Refused(sentence(f"There is no scenario '{name[:80]}'; there are {', '.join(self.titles())}"))
        task = _once(self._opened, name, self._open)
        self._opened.move_to_end(name)
        if len(self._opened) > MOST_OPEN:
            self._opened.popitem(last=False)
        return await asyncio.shield(task)

    def titles(self) -> dict[str, str]:
        """What can be chosen, by name; of several with one title, each title bears it."""
        heads = self.scenarios.in_order(*FIRST)
        alike = Counter(head.title for head in heads)
        return {head.name: f"{head.title} ({head.name})" if alike[head.title] > 1 else head.title for head in heads}

    async def _open(self, name: str) -> Opened:
        return Opened(*await self.clerks.one(opened, name, self.scenarios.source(name)))

    async def matter(self, name: str) -> dict[str, Any]:
        """Measure which numbers of a scenario matter most, once."""
        known = (await self.open(name)).known
        found = await asyncio.shield(_once(self._matter, name, self._measure))
        levers = [known.levers[path] | {"does": found["does"][path]} for path in found["paths"]]
        return {"matter": levers, "matter_for": found["matter_for"]}

    def measured(self, name: str) -> list[str]:
        """Paths of the numbers that matter most, the clearest first, if they have been measured."""
        task = self._matter.get(name)
        done = task is not None and task.done() and not task.cancelled() and task.exception() is None
        return task.result()["paths"] if task is not None and done else []

    async def _measure(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.clerks.one(matter, self.scenarios.source(name), seconds=LONGEST_MEASURE)
        return found

    async def asked(self, state: State) -> tuple[Asked, Known]:
        """Hold a state to its scenario."""
        known = (await self.open(state.scenario)).known
        return asked(state, known), known

    async def heeded(self, wanted: dict[str, Any], known: Known) -> tuple[State, list[str]]:
        """What can stand of a state that a link asks for, and a sentence for each item that is left out."""
        state, left = heeded(wanted, known)
        rules = asked(state, known).rules
        if rules.fixed:
            try:
                await self.clerks.one(stands, rules)
            except Refused as refused:
                others = {path: value for path, value in state.numbers.items() if path not in dict(rules.fixed)}
                return state.model_copy(update={"numbers": others}), [*left, *refused.reasons]
        return state, left

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
                    for first, last in pairwise(ends)
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
        return await self.clerks.one(function, *arguments)

    def warm(self) -> None:
        """Have processes start, and those that follow hands compile, before anybody asks."""
        if not self._warming and not any(worker.process for worker in self.movers.workers):
            self._warming = asyncio.ensure_future(self._warm())

    async def _warm(self) -> None:
        rules = Rules(FIRST[0])
        await asyncio.gather(
            self.movers.each(ready, [(rules,) for _ in self.movers.workers]),
            self.open(rules.scenario),
            return_exceptions=True,
        )
        self._warming = None

    def close(self) -> None:
        """End all processes."""
        self.movers.close()
        self.clerks.close()


def _once(
    tasks: dict[str, asyncio.Task[T]], name: str, make: Callable[[str], Coroutine[Any, Any, T]]
) -> asyncio.Task[T]:
    """What is found out once for all who ask, and again only if that failed."""
    task = tasks.get(name)
    if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
        task = tasks[name] = asyncio.ensure_future(make(name))
    return task


def seconds_since(begun: float) -> float:
    """How long something has taken, as the page is told it."""
    return round(time.perf_counter() - begun, 3)
