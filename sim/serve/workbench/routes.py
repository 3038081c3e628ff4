"""Routes of the workbench."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sim.serve.guard.line import Line
from sim.serve.place import Place

from .bench import Bench
from .catalogue import names
from .messages import Open, Refused, read
from .moving import Hand
from .pool import Failed, Lost

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

Answer = Callable[["Request"], Awaitable["Response"]]


class Workbench:
    """A workbench, and what computes for it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.bench = Bench()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep its workers while the server runs."""
        try:
            yield
        finally:
            await asyncio.to_thread(self.bench.close)

    def routes(self) -> list["BaseRoute"]:
        """Its pages and its line."""
        from starlette.routing import Route, WebSocketRoute

        return [
            Route("/workbench", self.asking(self.page)),
            Route("/workbench/open", self.asking(self.opened), methods=["POST"]),
            WebSocketRoute("/workbench/line", self.line),
        ]

    def lets_in(self, connection: "HTTPConnection") -> bool:
        """Whether somebody may use it: everybody where only this machine reaches the server, else the owner."""
        from sim.serve.app import is_owner

        return self.place.alone or is_owner(connection)

    def asking(self, answer: Answer) -> Answer:
        """A route for those who are let in, whose refusals are told as sentences."""

        async def answered(request: "Request") -> "Response":
            from starlette.responses import JSONResponse

            if not self.lets_in(request):
                return _refusal(
                    403, "The workbench is for the owner of this server; the key was printed when it began."
                )
            try:
                return await answer(request)
            except Refused as refused:
                return JSONResponse({"refused": " ".join(refused.reasons), "reasons": list(refused.reasons)}, 422)
            except (Lost, Failed):
                return _refusal(500, "Something went wrong in computing this; it is logged.")

        return answered

    async def page(self, request: "Request") -> "Response":
        """The page."""
        from sim.serve.pages import page

        return page("workbench", data={"scenarios": names()})

    async def opened(self, request: "Request") -> "Response":
        """All that a page needs of a scenario."""
        from starlette.responses import JSONResponse

        wanted = read(Open, await _content(request))
        found = await self.bench.open(wanted.scenario)
        return JSONResponse({"scenarios": [{"id": id_, "title": title} for id_, title in names().items()]} | found.told)

    async def line(self, socket: "WebSocket") -> None:
        """The line on which moves come."""
        if not self.lets_in(socket):
            await socket.close(1008, "the workbench is for the owner of this server")
            return
        await socket.accept()
        await Hand(self.bench, Line(socket, at_once=240, a_second=80)).follow()


async def _content(request: "Request") -> Any:
    """What a request holds.

    Raises
    ------
    Refused
        It is no JSON.
    """
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise Refused("This is no message.") from None


def _refusal(status: int, why: str) -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"refused": why, "reasons": [why]}, status)
