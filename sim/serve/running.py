"""Running: a port is opened, and whoever may come in is told where."""

import contextlib
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .guard.limits import MOST_BYTES_OF_A_FRAME, MOST_CONNECTIONS
from .place import EVERYWHERE, LOOPBACK, Place, ServeError
from .scenarios import Scenarios

if TYPE_CHECKING:
    from uvicorn import Config

    from .guard.connections import Present


def needs() -> None:
    """Refuse to start without the extra.

    Raises
    ------
    ServeError
        Something of it is missing.
    """
    for name in ("starlette", "uvicorn", "websockets", "jinja2", "segno"):
        try:
            import_module(name)
        except ModuleNotFoundError:
            raise ServeError(
                f"the server needs {name}; install what it needs with: pip install 'escalation-sim[serve]'"
            ) from None


def place_of(host: str, port: int, folder: Path, results: Path, own: Sequence[Path] = ()) -> Place:
    """Find out by which names a server will be reached, and read the owner's own scenarios.

    Raises
    ------
    ServeError
        One of them cannot be taken in.
    ScenarioError
        One of them is no scenario that can be run.
    """
    try:
        scenarios = Scenarios(own)
    except ValueError as error:
        raise ServeError(str(error)) from None
    reached = names() if host in EVERYWHERE else [host]
    others = tuple(f"[{each}]" if ":" in each else each for each in reached if each not in (*LOOPBACK, "::1"))
    return Place(folder, port, host, others, results, scenarios)


def names() -> list[str]:
    """Under which this machine is known in its networks, the address that others most likely need first."""
    own = socket.gethostname()
    return list(dict.fromkeys((*addresses(), own, f"{own.removesuffix('.local')}.local")))


def addresses() -> list[str]:
    """Addresses of this machine in its networks, the likeliest first."""
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it asks the system which address it would use
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return list(dict.fromkeys(each for each in found if not each.startswith("127.")))


def run(place: Place, told: Callable[[], None] | None = None) -> None:
    """Serve until interrupted; `told` is called once the port is open.

    Raises
    ------
    ServeError
        The port cannot be opened, or another server has the folder.
    """
    import uvicorn

    from .app import application
    from .guard.connections import Present, room_for

    logging.getLogger("sim.serve").setLevel(logging.INFO)
    with _opened(place) as opened, held(place.folder):
        config = configured(application(place), Present(most=room_for(MOST_CONNECTIONS)))
        if told is not None:
            told()
        uvicorn.Server(config).run(sockets=[opened])


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have a folder of rooms for one server alone: two would write over each other.

    Raises
    ------
    ServeError
        Another server has it.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise ServeError(f"another server has the rooms in {folder}; stop it, or take other --rooms") from None


def configured(app: Any, present: "Present | None" = None) -> "Config":
    """Say how uvicorn serves an application; how many are connected is counted by itself for each server."""
    from uvicorn import Config

    from .guard.connections import Lines, Requests

    counted = {} if present is None else {"present": present}

    return Config(
        app,
        log_level="warning",
        access_log=False,  # addresses of a line would stand in it
        http=type("Requests", (Requests,), counted),
        ws=type("Lines", (Lines,), counted),
        ws_max_size=MOST_BYTES_OF_A_FRAME,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=3,
        server_header=False,
        proxy_headers=False,
    )


def _opened(place: Place) -> socket.socket:
    """The port, opened before anything else is done."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    # named as TCP, or asyncio leaves each small frame waiting 40 ms for the one before to be acknowledged
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((place.host, place.port))
    except OSError as error:
        opened.close()
        raise ServeError(f"port {place.port} cannot be opened on {place.host}: {error.strerror}; try --port") from None
    opened.listen(MOST_CONNECTIONS)
    return opened
