"""A server in a thread, and pages of a class as a script would open them: what the tests of rooms are made of."""

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sim.serve.app import application
from sim.serve.place import Place

PATIENCE = 20.0


class ClosedError(Exception):
    """A line was closed, with this code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"closed with {code}")


class Page:
    """A line, its frames, and all that ever came over it."""

    def __init__(self, port: int, code: str, as_: str, token: str | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.n = 0
        there = f"127.0.0.1:{port}"
        self._opened = connect(
            f"ws://{there}/rooms/{code}/line",
            origin=f"http://{there}",
            max_size=2**24,
            close_timeout=0.5,
            compression=None,
        )
        self.socket: ClientConnection = self._opened.__enter__()
        self.send({"kind": "enter", "as": as_} | ({} if as_ == "screen" and token is None else {"token": token}))
        self.hello = self.next()
        self.nonce = self.hello.get("line")
        self.token = token

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame as it is."""
        self.socket.send(json.dumps(frame))

    def next(self) -> dict[str, Any]:
        """The next frame."""
        try:
            frame = json.loads(self.socket.recv(timeout=PATIENCE))
        except ConnectionClosed as gone:
            raise ClosedError(gone.rcvd.code if gone.rcvd else 1006) from None
        self.heard.append(frame)
        return frame

    def until(self, kind: str, so: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Read on to the next frame of a kind for which something is so."""
        while True:
            frame = self.next()
            if frame["kind"] == kind and so(frame):
                return frame

    def rest(self, seconds: float = 0.3) -> list[dict[str, Any]]:
        """What comes within some time, with nothing after it."""
        found = []
        try:
            while True:
                found.append(json.loads(self.socket.recv(timeout=seconds)))
        except TimeoutError:
            self.heard += found
            return found
        except ConnectionClosed as gone:
            raise ClosedError(gone.rcvd.code if gone.rcvd else 1006) from None

    def ask(self, kind: str, **content: Any) -> dict[str, Any]:
        """Send something that is numbered, and read on to its answer."""
        self.n += 1
        self.send({"kind": kind, "line": self.nonce, "n": self.n, **content})
        while True:
            frame = self.next()
            if frame["kind"] in ("ack", "refused") and frame["n"] == self.n:
                return frame

    def do(self, kind: str, **content: Any) -> dict[str, Any]:
        """The same, of something that is not refused."""
        answer = self.ask(kind, **content)
        assert answer["kind"] == "ack", answer
        return answer

    def refused(self, kind: str, **content: Any) -> str:
        """Why something is refused."""
        answer = self.ask(kind, **content)
        assert answer["kind"] == "refused", answer
        return "; ".join(answer["reasons"])

    def close(self) -> None:
        """Close the line, as a page that is left does."""
        self.socket.close()

    @property
    def closed_with(self) -> int:
        """Read on to the end of the line; with which code it was closed."""
        try:
            while True:
                self.next()
        except ClosedError as closed:
            return closed.code


def sent(port: int, path: str, content: Any = None, key: str | None = None) -> tuple[int, bytes]:
    """Get something, or send JSON, with the owner's key or without; gives the status and what came."""
    body = None if content is None else json.dumps(content).encode()
    headers = {"origin": f"http://127.0.0.1:{port}", "content-type": "application/json"}
    if key is not None:
        headers["cookie"] = f"sim-owner-{port}={key}"
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


class Server:
    """A server of this process, in a thread."""

    def __init__(self, folder: Path) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self.place = Place(folder, self.port)
        self.app = application(self.place)
        config = uvicorn.Config(self.app, log_level="warning", access_log=False, ws="websockets-sansio")
        self._server = uvicorn.Server(config)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        deadline = monotonic() + PATIENCE
        while not self._server.started:
            assert monotonic() < deadline
            sleep(0.01)
        self.pages: list[Page] = []

    def _run(self, listening: socket.socket) -> None:
        self.loop.run_until_complete(self._server.serve([listening]))
        self.loop.close()

    @property
    def rooms(self) -> Any:
        """Its rooms, to be looked at."""
        return next(each for each in self.app.app.routes if each.path == "/rooms").endpoint.__self__.rooms

    def within(self, do: Callable[[], Any]) -> Any:
        """Do something in the thread of the server's lines."""

        async def done() -> Any:
            return do()

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(PATIENCE)

    def send(self, path: str, content: Any = None, *, owner: bool = True) -> tuple[int, bytes]:
        """Get something, or send JSON; gives the status and what came."""
        return sent(self.port, path, content, self.place.key if owner else None)

    def make(self, scenario: str = "first_lesson", seats: tuple[str, ...] = ("north", "south"), **plan: Any) -> "Made":
        """Make a room."""
        status, answer = self.send("/rooms", {"scenario": scenario, "seats": list(seats), "seed": 7} | plan)
        assert status == 200, answer
        return Made(self, **json.loads(answer))

    def stop(self) -> None:
        """Stop it, lines and all."""
        for page in self.pages:
            page.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


class Made:
    """A room on a server."""

    def __init__(self, server: Server, code: str, umpire: str) -> None:
        self.server, self.code, self.secret = server, code, umpire

    @property
    def room(self) -> Any:
        """The room itself, to be looked at."""
        return self.server.rooms.find(self.code)

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self.server.place.folder / self.code

    def page(self, as_: str = "player", token: str | None = None) -> Page:
        """Open a page."""
        page = Page(self.server.port, self.code, as_, token)
        self.server.pages.append(page)
        return page

    def umpire(self) -> Page:
        """Open the umpire's page."""
        return self.page("umpire", self.secret)

    def player(self, **join: Any) -> Page:
        """Open a page and join."""
        page = self.page()
        answer = page.do("join", **join)
        page.token = answer["token"]
        return page

    def begun(self, *seats: str, **join: Any) -> tuple[Page, list[Page]]:
        """Have people in some seats of the first world, and the first turn begun."""
        umpire, players = self.umpire(), [self.player(world=1, seat=seat, **join) for seat in seats]
        umpire.do("start")
        for player in players:
            player.until("morning")
        return umpire, players


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server that is stopped in the end."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
