"""Routes of the workbench."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sim.serve.place import Place

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


class Workbench:
    """A workbench, and what computes for it."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep its workers while the server runs."""
        yield

    def routes(self) -> list["BaseRoute"]:
        """Its pages and its line."""
        return []
