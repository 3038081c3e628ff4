"""Routes of the classroom."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from sim.serve.guard.limits import MOST_BYTES
from sim.serve.guard.messages import read_object
from sim.serve.pages import page
from sim.serve.place import Place

from .export import exported
from .plan import PlanError, catalogue
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
            Route("/rooms/{code}/umpire", self.new_umpire, methods=["POST"]),
            Route("/rooms/{code}/export", self.export, methods=["POST"]),
            WebSocketRoute("/rooms/{code}/line", self.lines.serve),
        ]

    async def list(self, request: "Request") -> "Response":
        """The page on which a teacher makes a room, or finds one again."""
        from sim.serve.app import is_owner

        data: dict[str, Any] = {"owner": is_owner(request), "address": self.place.address}
        if data["owner"]:
            rooms = sorted((told(room) for room in self.rooms), key=lambda each: -each["made"])
            data |= {"rooms": rooms} | await asyncio.to_thread(catalogue, self.place.scenarios)
        return page("rooms", data=data)

    async def make(self, request: "Request") -> "Response":
        """Make a room."""
        from starlette.responses import JSONResponse

        from sim.serve.app import is_owner

        if not is_owner(request):
            return JSONResponse({"refused": "only who has the server's key makes rooms"}, 403)
        try:
            room, umpire = await self.rooms.make(read_object(await request.body(), MOST_BYTES))
        except PlanError as error:
            return JSONResponse({"refused": "; ".join(error.reasons), "reasons": error.reasons}, 400)
        return JSONResponse({"code": room.code, "umpire": umpire})

    async def new_umpire(self, request: "Request") -> "Response":
        """Give the owner another secret for the umpire of a room; the one before opens nothing any more."""
        from starlette.responses import JSONResponse

        from sim.serve.app import is_owner

        room = self._found(request)
        if room is None or not is_owner(request):
            return JSONResponse({"refused": "only who has the server's key can do that"}, 403)
        return JSONResponse({"code": room.code, "umpire": await self.rooms.new_umpire(room)})

    async def export(self, request: "Request") -> "Response":
        """The room as a file, for its umpire; with people's names only if they are asked for."""
        from starlette.responses import JSONResponse, StreamingResponse

        room, asked = self._found(request), read_object(await request.body(), MOST_BYTES) or {}
        token, names = asked.get("secret"), asked.get("names", False)
        if room is None or not isinstance(token, str) or not room.is_umpire(token):
            self.lines.guesses.wrong(client_of(request))
            return JSONResponse({"refused": "this room does not know this secret"}, 403)
        files = [(world.number, world.path) for world in room.worlds.values() if world.path.exists()]
        packed = await asyncio.to_thread(exported, room.kept(), files, names is True)
        headers = {"content-disposition": f'attachment; filename="room-{room.code}.zip"'}
        if names is True and room.stage == "over":
            await room.change(room.people.forget_names)  # they have been taken along
        return StreamingResponse(_read(packed), media_type="application/zip", headers=headers)

    def page_of(self, name: str) -> Any:
        """A page of a room: it holds nothing but the code, and learns the rest by its line."""

        async def shown(request: "Request") -> "Response":
            room = self._found(request)
            if room is not None:
                return page(name, data={"code": room.code})
            code = str(request.path_params["code"])[:20]
            return page("seat", 404, data={"code": code, "lost": True}) if name == "seat" else page("lost", 404)

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
        """The room that an address names; of many wrong codes none names one for a while."""
        if self.lines.guesses.too_many(client_of(request)):
            return None
        room = self.rooms.find(request.path_params["code"])
        if room is None:
            self.lines.guesses.wrong(client_of(request))
        return room


def _read(packed: IO[bytes]) -> Iterator[bytes]:
    """What is in a file, piece by piece."""
    with packed:
        yield from iter(partial(packed.read, 2**16), b"")


def client_of(request: "Request") -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "nobody"


def told(room: Room) -> dict[str, Any]:
    """A room in the list of the server's owner."""
    return {
        "code": room.code,
        "scenario": room.plan.scenario,
        "title": room.scenario.title,
        "mode": room.plan.mode,
        "stage": room.stage,
        "people": len(room.people),
        "here": sum(person.here for person in room.people),
        "umpire": None,
        "worlds": len(room.worlds),
        "made": room.made,
    }


__all__ = ["Classroom"]
