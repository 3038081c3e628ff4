"""Routes of the workbench."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sim.serve.guard.admission import SAFE, spoken
from sim.serve.guard.line import Line
from sim.serve.place import Place

from . import questions, results, shown
from .asked import no_such_run
from .bench import Bench
from .catalogue import search
from .messages import Branch, Lines, Of, OfRun, Open, Refused, Search, Story, Why, read
from .moving import WRONG, Hand
from .pool import Failed, Lost
from .saving import scenario_file

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

logger = logging.getLogger("sim.serve")

SHUT = "The workbench is for the owner of this server, who has the key that it printed when it began."
ENDS = "The server is ending; start it again, and then ask again."
Answer = Callable[["Request"], Awaitable["Response"]]


class Workbench:
    """A workbench, and what computes for it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.bench = Bench(place.scenarios)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep its workers while the server runs."""
        await asyncio.to_thread(self.bench.titles)  # reads some files, once
        try:
            yield
        finally:
            await asyncio.to_thread(self.bench.close)

    def routes(self) -> list["BaseRoute"]:
        """Its pages and its line."""
        from starlette.routing import Route, WebSocketRoute

        asked = {
            "open": self.opened,
            "matter": self.matter,
            "search": self.searched,
            "lines": self.lines,
            "line": self.one_line,
            "story": self.story,
            "why": self.why,
            "branch": self.branch,
            "scenario": self.scenario,
        }
        results = "/workbench/results"
        return [
            Route("/workbench", self.letting_in(self.page)),
            *(
                Route(f"/workbench/{name}", self.letting_in(_as_json(answer)), methods=["POST"])
                for name, answer in asked.items()
            ),
            Route(results, self.letting_in(self.results)),
            Route(f"{results}/{{name}}", self.letting_in(self.report)),
            Route(f"{results}/{{name}}/beside/{{other}}", self.letting_in(self.report)),
            WebSocketRoute("/workbench/line", self.line),
        ]

    def lets_in(self, connection: "HTTPConnection") -> bool:
        """Whether somebody may use it: everybody where only this machine reaches the server, else the owner."""
        from sim.serve.app import is_owner

        return self.place.alone or is_owner(connection)

    def letting_in(self, answer: Answer) -> Answer:
        """A route for those who are let in; what is refused there is told as sentences."""

        async def answered(request: "Request") -> "Response":
            from sim.serve.pages import page

            if not self.lets_in(request):
                return page("workbench_shut", 403) if request.method in SAFE else _refusal(403, [SHUT])
            try:
                return await answer(request)
            except Refused as refused:
                return _refusal(422, refused.reasons)
            except (Lost, Failed):
                return _refusal(500, [WRONG])
            except asyncio.CancelledError:  # the server ends, and has waited for this long enough
                return _refusal(503, [ENDS])

        return answered

    async def page(self, request: "Request") -> "Response":
        """The page; what computes for it gets ready meanwhile."""
        from sim.serve.pages import page

        self.bench.warm()
        return page(
            "workbench", data={"head": {"start": "2000-01-01", "days": 1, "sound": 0}, "scenarios": self.bench.titles()}
        )

    async def opened(self, content: Any) -> Any:
        """All that a page needs of a scenario, and what can stand of a state that a link asks for."""
        wanted = read(Open, content)
        found = await self.bench.open(wanted.scenario)
        told = {"scenarios": [{"id": id_, "title": title} for id_, title in self.bench.titles().items()]} | found.told
        if wanted.state is not None:
            state, left = await self.bench.heeded(wanted.state, found.known)
            told |= {"state": state.model_dump(), "left_out": left}
        return told

    async def matter(self, content: Any) -> Any:
        """The numbers that matter most."""
        return await self.bench.matter(read(Open, content).scenario)

    async def searched(self, content: Any) -> Any:
        """Levers by words."""
        wanted = read(Search, content)
        known = (await self.bench.open(wanted.scenario)).known
        return search(known, wanted.words, self.bench.measured(wanted.scenario))

    async def lines(self, content: Any) -> Any:
        """Single runs, for a click to find."""
        wanted = read(Lines, content)
        found, _ = await self.bench.asked(wanted.state)
        return shown.lines(await self.bench.found(found), wanted.most)

    async def one_line(self, content: Any) -> Any:
        """One run."""
        wanted = read(OfRun, content)
        found, _ = await self.bench.asked(wanted.state)
        if reasons := no_such_run(wanted.run, found.runs):
            raise Refused(*reasons)
        return shown.line(await self.bench.found(found), wanted.run)

    async def story(self, content: Any) -> Any:
        """A run, told."""
        wanted = read(Story, content)
        found, _ = await self.bench.asked(wanted.state)
        others = shown.others(await self.bench.found(found)) if wanted.turns else None
        return await self.bench.ask(questions.story, found, wanted.run, others)

    async def why(self, content: Any) -> Any:
        """Why an act came about."""
        wanted = read(Why, content)
        found, _ = await self.bench.asked(wanted.state)
        return await self.bench.ask(questions.why, found, wanted.run, wanted.event, wanted.day, wanted.actor)

    async def branch(self, content: Any) -> Any:
        """What could still come of a morning."""
        wanted = read(Branch, content)
        found, _ = await self.bench.asked(wanted.state)
        return await self.bench.ask(questions.branched, found, wanted.run, wanted.day)

    async def scenario(self, content: Any) -> Any:
        """What is moved, as a scenario file."""
        found, _ = await self.bench.asked(read(Of, content).state)
        return await self.bench.ask(scenario_file, found)

    async def results(self, request: "Request") -> "Response":
        """Result folders that can be opened."""
        from starlette.responses import JSONResponse

        return JSONResponse({"results": await self.bench.ask(results.listed, self.place.results)})

    async def report(self, request: "Request") -> "Response":
        """The report of a result, or of two."""
        from starlette.responses import HTMLResponse

        from sim.serve.pages import page

        chosen = tuple(request.path_params[each] for each in ("name", "other") if each in request.path_params)
        try:
            text = await self.bench.ask(results.report, self.place.results, chosen)
        except Refused as refused:
            logger.info("no report: %s", spoken(str(refused)))
            return page("no_report", 404, reasons=refused.reasons)
        except (Lost, Failed):
            return page("failed", 500)
        return HTMLResponse(text, headers={"content-security-policy": results.policy_of(text)})

    async def line(self, socket: "WebSocket") -> None:
        """The line on which moves come."""
        if not self.lets_in(socket):
            await socket.close(1008, "the workbench is for the owner of this server")
            return
        await socket.accept()
        await Hand(self.bench, Line(socket, at_once=300, a_second=120)).follow()


def _as_json(answer: Callable[[Any], Awaitable[Any]]) -> Answer:
    """A route that is asked JSON and answers JSON."""

    async def answered(request: "Request") -> "Response":
        from starlette.responses import JSONResponse

        return JSONResponse(await answer(await _content(request)))

    return answered


async def _content(request: "Request") -> Any:
    """What a request holds.

    Raises
    ------
    Refused
        It is no JSON.
    """
    from starlette.requests import ClientDisconnect

    try:
        return await request.json()
    except (ValueError, RecursionError, ClientDisconnect):
        raise Refused("This is no message.") from None


def _refusal(status: int, reasons: Sequence[str]) -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse({"refused": " ".join(reasons), "reasons": list(reasons)}, status)
