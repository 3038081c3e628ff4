"""Connections that are kept only as long as something comes of them.

Uvicorn waits without end for a request that has begun, for a body that trickles, and for a browser that does not read.
A few hundred such connections would leave no room for anybody else, so each has its time, and each sender its number.
"""

from asyncio import BaseTransport, TimerHandle, Transport, get_running_loop
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from .limits import MOST_CONNECTIONS, MOST_OF_ONE_SENDER, SECONDS_TO_ASK, SECONDS_TO_READ, Bucket
from .log import LOG

_TOO_MANY = "there are too many connections"


class Present:
    """How many connections there are, and of whom.

    A class may come from one address. So whoever fills it with connections that say nothing keeps nobody of it out:
    where there is no room for another, the oldest of those is ended.
    """

    def __init__(self, most: int = MOST_CONNECTIONS, most_of_one: int = MOST_OF_ONE_SENDER) -> None:
        self.most, self.most_of_one = most, most_of_one
        self.of: Counter[str] = Counter()
        self._silent: dict[str, dict[Kept, None]] = {}
        """By sender, connections on which nothing was said yet, or nothing is under way, the oldest first."""

    def enter(self, sender: str, connection: "Kept") -> bool:
        """Count a connection in; False if there is no room for it."""
        self.of[sender] += 1
        if self.of.total() > self.most:
            return False
        silent = self._silent.get(sender)
        if self.of[sender] > self.most_of_one:
            if not silent:
                return False
            next(iter(silent)).make_way()
        self.is_silent(sender, connection)
        return True

    def is_silent(self, sender: str, connection: "Kept") -> None:
        """Nothing is under way on a connection."""
        self._silent.setdefault(sender, {})[connection] = None

    def speaks(self, sender: str, connection: "Kept") -> None:
        """Something is under way on a connection, which is not ended for another."""
        silent = self._silent.get(sender, {})
        silent.pop(connection, None)
        if not silent:
            self._silent.pop(sender, None)

    def leave(self, sender: str, connection: "Kept") -> None:
        """Count it out."""
        self.speaks(sender, connection)
        self.of[sender] -= 1
        if self.of[sender] <= 0:
            del self.of[sender]


class Kept:
    """What both kinds of connection keep an eye on: how many there are, and whether what is sent is read."""

    present: Present
    """Of the server that it belongs to."""
    transport: Any
    client: tuple[str, int] | None
    _sender: str | None = None
    _unread: TimerHandle | None = None

    def pause_writing(self) -> None:
        """Nothing more can be sent until something is read."""
        super().pause_writing()  # type: ignore[misc]
        self._wait_to_be_read()

    def resume_writing(self) -> None:
        """Something was read."""
        super().resume_writing()  # type: ignore[misc]
        self._wait_no_longer()

    def make_way(self) -> None:
        """End it: there is no room for another, and nothing is under way here."""
        self._end(_TOO_MANY)
        self._count_out()

    def _count_in(self) -> None:
        self._sender = self.client[0] if self.client else "nobody"
        if not self.present.enter(self._sender, self):
            self._end(_TOO_MANY)

    def _is_silent(self, silent: bool) -> None:
        if self._sender is not None:
            (self.present.is_silent if silent else self.present.speaks)(self._sender, self)

    def _count_out(self) -> None:
        if self._sender is not None:
            self.present.leave(self._sender, self)
        self._sender = None
        self._wait_no_longer()

    def _wait_to_be_read(self) -> None:
        self._wait_no_longer()
        left = self.transport.get_write_buffer_size()
        self._unread = get_running_loop().call_later(SECONDS_TO_READ, self._was_it_read, left)

    def _was_it_read(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:  # slowly, but it is
            self._wait_to_be_read()
        else:
            self._end("nothing that is sent is read")

    def _wait_no_longer(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _end(self, why: str) -> None:
        LOG.warn(self._sender or "nobody", f"ended a connection: {why}", why)
        self.transport.abort()


class Requests(Kept, H11Protocol):
    """A connection that asks for pages."""

    _asking: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Count it in, and wait for a request."""
        super().connection_made(transport)
        self._count_in()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._count_out()
        self._stop_watching()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; a request that is not whole yet has its time."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and self._sender is not None:
            self._watch()
        else:
            self._stop_watching()

    def on_response_complete(self) -> None:
        """Wait for another request; nothing is under way until it comes."""
        super().on_response_complete()
        if self._asking is None and not self.transport.is_closing():
            self._is_silent(True)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Go on as a line, which is counted by itself."""
        self._count_out()
        self._stop_watching()
        super().handle_websocket_upgrade(event)

    def _watch(self) -> None:
        self._is_silent(True)
        if self._asking is None:
            self._asking = get_running_loop().call_later(SECONDS_TO_ASK, self._end, "its request does not end")

    def _stop_watching(self) -> None:
        self._is_silent(False)
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None


class Lines(Kept, WebSocketsSansIOProtocol):
    """A connection that is a line."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Count it in."""
        super().connection_made(transport)
        self._pings = Bucket(at_once=20, a_second=1)
        self._count_in()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._count_out()
        super().connection_lost(exc)

    def send_receive_event_to_app(self) -> None:
        """Take a frame that is whole: somebody speaks here."""
        self._is_silent(False)
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer; who asks without end is not answered."""
        if self._pings.take():
            super().handle_ping()
        else:
            self._end("too many pings")

    async def send(self, message: Any) -> None:
        """Send; a refusal that is sent whole ends the handshake, which uvicorn else takes for one that was left."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    def keepalive_timeout(self) -> None:
        """A browser is gone: what it was told will not be read."""
        super().keepalive_timeout()
        self.transport.abort()


def room_for(connections: int) -> int:
    """Ask the system for as many open files as connections need; how many connections there may be, then."""
    try:
        import resource
    except ModuleNotFoundError:  # where there is no such limit
        return connections
    others = 200  # files of rooms, pipes of workers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + others
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(50, min(connections, soft - others))
