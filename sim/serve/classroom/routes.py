"""Routes of the classroom."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sim.serve.pages import page
from sim.serve.place import Place

from .plan import PlanError, offered
from .registry import Rooms
from .room import Room
from .serving import Lines

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute


class Classroom:
    """The rooms of a server."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.rooms = Rooms(place)
        self.lines = Lines(self.rooms)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Open the rooms that were kept, and let their clocks run while the server runs."""
        self.rooms.open()
        tidying = asyncio.create_task(self.rooms.tidy())
        try:
            yield
        finally:
            tidying.cancel()
            self.rooms.shut()

    def routes(self) -> list["BaseRoute"]:
        """Its pages and its lines."""
        from starlette.routing import Route, WebSocketRoute

        return [
            Route("/rooms", self.list),
            Route("/rooms", self.make, methods=["POST"]),
            Route("/join/{code}", self.page_of("seat")),
            Route("/rooms/{code}/umpire", self.page_of("umpire")),
            Route("/rooms/{code}/screen", self.page_of("screen")),
            Route("/rooms/{code}/debrief", self.page_of("debrief")),
            Route("/rooms/{code}/qr.svg", self.qr),
            WebSocketRoute("/rooms/{code}/line", self.lines.serve),
        ]

    async def list(self, request: "Request") -> "Response":
        """The page on which a teacher makes a room, or finds one again."""
        from sim.serve.app import is_owner

        owner = is_owner(request)
        data = None
        if owner:
            scenarios = await asyncio.to_thread(offered)
            data = {"scenarios": scenarios, "rooms": [told(room) for room in self.rooms], "address": self.place.address}
        return page("rooms", owner=owner, alone=self.place.alone, address=self.place.address, data=data)

    async def make(self, request: "Request") -> "Response":
        """Make a room."""
        from starlette.responses import JSONResponse

        from sim.serve.app import is_owner

        if not is_owner(request):
            return JSONResponse({"refused": "only who has the server's key makes rooms"}, 403)
        try:
            room, umpire = await self.rooms.make(await request.json())
        except PlanError as error:
            return JSONResponse({"refused": "; ".join(error.reasons), "reasons": error.reasons}, 422)
        except (ValueError, RecursionError):
            return JSONResponse({"refused": "this is no plan", "reasons": ["this is no plan"]}, 422)
        return JSONResponse({"code": room.code, "umpire": umpire})

    def page_of(self, name: str) -> Any:
        """A page of a room: it holds nothing but the code, and learns the rest by its line."""

        async def shown(request: "Request") -> "Response":
            room = self._found(request)
            if room is None:
                return page("lost", 404)
            address = f"{self.place.address}/join/{room.code}"
            return page(name, code=room.code, data={"code": room.code, "address": address})

        return shown

    async def qr(self, request: "Request") -> "Response":
        """The address of a room, as a picture for phones."""
        import io

        import segno
        from starlette.responses import Response

        room = self._found(request)
        if room is None:
            return page("lost", 404)
        drawn = io.BytesIO()
        segno.make(f"{self.place.address}/join/{room.code}", micro=False).save(
            drawn, kind="svg", xmldecl=False, border=2, dark="#000", light="#fff", scale=8, omitsize=True
        )
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    def _found(self, request: "Request") -> Room | None:
        """The room that an address names; wrong codes are counted, and are too many at some time."""
        client = request.client.host if request.client else "nobody"
        room = self.rooms.find(request.path_params["code"])
        if room is None:
            self.lines.guesses.take(client)
        return room


def told(room: Room) -> dict[str, Any]:
    """A room in the list of the server's owner."""
    return {
        "code": room.code,
        "scenario": room.plan.scenario,
        "title": room.scenario.title,
        "mode": room.plan.mode,
        "stage": room.stage,
        "people": len(room.people),
        "worlds": len(room.worlds),
        "made": room.made,
    }


__all__ = ["Classroom"]
