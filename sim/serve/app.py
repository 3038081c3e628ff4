"""The application: every route of the server, behind one door."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from .guard.admission import Door
from .pages import BUNDLES, bundle, page
from .place import Place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response


def application(place: Place) -> Any:
    """Put the server together.

    Returns
    -------
    an ASGI application; its state holds the `place`
    """
    from starlette.applications import Starlette
    from starlette.routing import Route

    from .classroom.routes import Classroom
    from .workbench.routes import Workbench

    rooms, bench = Classroom(place), Workbench(place)

    @asynccontextmanager
    async def lived(_: "Starlette") -> "AsyncIterator[None]":
        async with rooms.open(), bench.open():
            yield

    routes = [
        Route("/", home),
        Route("/enter", enter, methods=["POST"]),
        Route("/files/{name}", file),
        *bench.routes(),
        *rooms.routes(),
    ]
    app = Starlette(routes=routes, lifespan=lived, exception_handlers={404: lost, 500: failed})
    app.state.place = place
    return Door(app, place)


def is_owner(connection: "HTTPConnection") -> bool:
    """Whether whoever asks has entered with the owner's key."""
    place: Place = connection.app.state.place
    return place.is_owner(connection.cookies.get(cookie(place)))


def cookie(place: Place) -> str:
    """Name of the cookie that holds the owner's key; cookies of one machine are not kept apart by port."""
    return f"sim-owner-{place.port}"


async def home(request: "Request") -> "Response":
    """What this server offers."""
    place: Place = request.app.state.place
    return page("home", owner=is_owner(request), alone=place.alone, address=place.address)


async def enter(request: "Request") -> "Response":
    """Take the owner's key, which came behind the # of the address that the server printed, into a cookie."""
    from starlette.responses import JSONResponse

    place: Place = request.app.state.place
    try:
        key = (await request.json())["key"]
    except (ValueError, KeyError, TypeError, RecursionError):
        key = None
    if not isinstance(key, str) or not place.is_owner(key):
        return JSONResponse({"refused": "this is not the key that the server printed when it started"}, 403)
    answer = JSONResponse({"entered": True})
    answer.set_cookie(cookie(place), place.key, httponly=True, samesite="strict", max_age=60 * 60 * 24 * 30)
    return answer


async def file(request: "Request") -> "Response":
    """Send a script or a style."""
    from starlette.responses import Response

    name = request.path_params["name"]
    if name not in BUNDLES:
        return await lost(request)
    return Response(bundle(name), media_type=BUNDLES[name].media, headers={"cache-control": "no-cache"})


async def lost(request: "Request", _: Exception | None = None) -> "Response":
    """Say that there is no such page."""
    return page("lost", 404)


async def failed(request: "Request", _: Exception) -> "Response":
    """Say that something went wrong here."""
    return page("failed", 500)
