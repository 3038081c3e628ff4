"""Routes of the classroom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sim.serve.place import Place

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


class Classroom:
    """The rooms of a server."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Open the rooms that were kept, and let their clocks run while the server runs."""
        yield

    def routes(self) -> list["BaseRoute"]:
        """Its pages and its lines."""
        return []
