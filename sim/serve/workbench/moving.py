"""The line of a workbench: moves of a hand come in, runs go out. Only the newest move matters."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic, perf_counter
from typing import Any

from sim.serve.guard.line import Line

from .asked import Asked
from .bench import Bench, seconds_since
from .messages import Move, Refused, read
from .pool import Failed, Lost
from .summary import apart, summary

logger = logging.getLogger("sim.serve")

SOON = 0.3
"""Seconds: moves that follow each other faster are a hand that still moves."""
PREVIEW = 250
"""Runs of a preview."""

WRONG = "Something went wrong in computing this; it is logged."


class Hand:
    """Answers the moves of one hand."""

    def __init__(self, bench: Bench, line: Line) -> None:
        self.bench, self.line = bench, line
        self._newest: tuple[Any, bool] | None = None
        self._came = asyncio.Event()
        self._last = -SOON
        self._overtaken = False
        """Whether the move before was overtaken: then this one may be too, and something should be seen first."""

    async def follow(self) -> None:
        """Answer moves until the line is closed."""
        answering = asyncio.ensure_future(self._answer_all())
        try:
            async for message in self.line.heard():
                now = monotonic()
                self._newest = message, now - self._last < SOON
                self._last = now
                self._came.set()
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering

    async def _answer_all(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            if self._newest is None:
                continue
            (message, follows), self._newest = self._newest, None
            try:
                await self._answer(message, follows)
            except Refused as refused:
                await self.line.say(_refusal(message, refused.reasons))
            except (Lost, Failed):
                await self.line.say(_refusal(message, [WRONG]))
            except Exception:  # an error of ours; the hand goes on
                logger.exception("a move failed")
                await self.line.say(_refusal(message, [WRONG]))

    async def _answer(self, message: Any, follows: bool) -> None:
        begun = perf_counter()
        move = read(Move, message)
        if move.kind != "move":
            raise Refused("This line takes moves.")
        wanted, known = await self.bench.asked(move.state)
        if (follows or self._overtaken) and wanted.runs > PREVIEW and not self.bench.has(wanted):
            await self._show(move, wanted._replace(runs=PREVIEW), wanted, known.outcomes, begun)
            move = move.model_copy(update={"holds": True})
        self._overtaken = not await self._unless_overtaken(self._show(move, wanted, wanted, known.outcomes, begun))

    async def _unless_overtaken(self, showing: Coroutine[Any, Any, None]) -> bool:
        """Have it computed and shown, but stop as soon as another move comes; True if it was shown."""
        shown, other = asyncio.ensure_future(showing), asyncio.ensure_future(self._came.wait())
        try:
            await asyncio.wait((shown, other), return_when=asyncio.FIRST_COMPLETED)
            if shown.done():
                shown.result()
            return shown.done()
        finally:
            for each in (shown, other):
                each.cancel()
            await asyncio.wait((shown, other))  # not each by itself: what cancels this one would be taken for theirs

    async def _show(self, move: Move, wanted: Asked, whole: Asked, outcomes: tuple[str, ...], begun: float) -> None:
        """Compute some runs, and say what they gave beside the unmoved ones."""
        final = wanted is whole
        still = await self.bench.found(whole.unmoved)
        moved = still if wanted == whole.unmoved else await self.bench.found(wanted, keep=final)
        rows, deaths = ([], None) if moved is still else apart(still, moved, outcomes)
        told: dict[str, Any] = {"kind": "moved", "n": move.n, "runs": wanted.runs, "final": final}
        if not move.holds:
            told["still"] = summary(still, outcomes)
        told |= {"moved": summary(moved, outcomes), "apart": rows, "deaths": deaths}
        await self.line.say(told | {"seconds": seconds_since(begun)})


def _refusal(message: Any, reasons: Any) -> dict[str, Any]:
    n = message.get("n") if isinstance(message, dict) else None
    return {"kind": "refused", "n": n if type(n) is int else None, "reasons": list(reasons)}
