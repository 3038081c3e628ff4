"""Where a server stands: its address, the folder of its rooms, and the key of its owner."""

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from hmac import compare_digest
from pathlib import Path

from .scenarios import Scenarios

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")
KEY_FILE = "key"
PORT_OF_HTTP = 80


class ServeError(ValueError):
    """A server cannot be started, or something cannot be done on it; the message says why and what would."""


@dataclass
class Place:
    """What a server is told when it starts."""

    folder: Path
    """Where rooms are kept, so that a server that is killed goes on where it stood."""
    port: int
    host: str = "127.0.0.1"
    """The address on which it listens; `0.0.0.0` is every one of this machine's."""
    others: tuple[str, ...] = ()
    """Further names by which browsers reach it, such as its address in the local network."""
    results: Path = field(default_factory=lambda: Path("results"))
    """Where result folders lie that the workbench may open."""
    scenarios: Scenarios = field(default_factory=Scenarios)
    """What can be chosen."""

    @property
    def alone(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """What a request may name as its host: a page of another name that points here is refused."""
        names = (*LOOPBACK, *self.others)
        bare = names if self.port == PORT_OF_HTTP else ()  # which browsers leave out
        return frozenset(name.lower() for name in (*bare, *(f"{name}:{self.port}" for name in names)))

    @cached_property
    def origins(self) -> frozenset[str]:
        """Pages that may send something: this server's own."""
        return frozenset(f"http://{host}" for host in self.hosts)

    @property
    def entrance(self) -> str:
        """Where its owner enters it from this machine, with the key behind the #."""
        here = {"::1": "[::1]"}.get(self.host, self.host) if self.alone else self.others[0]
        return f"http://{'127.0.0.1' if self.everywhere else here}:{self.port}/#key={self.key}"

    @property
    def everywhere(self) -> bool:
        """Whether it listens at every address of this machine."""
        return self.host in EVERYWHERE

    @property
    def address(self) -> str:
        """Under which others find it."""
        return f"http://{self.others[0] if self.others else '127.0.0.1'}:{self.port}"

    @cached_property
    def key(self) -> str:
        """The owner's secret: who has it makes rooms. It outlives the process."""
        file = self.folder / KEY_FILE
        if file.is_file() and (kept := file.read_text(encoding="ascii").strip()):
            return kept
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = secret()
        file.touch(mode=0o600)
        file.write_text(f"{made}\n", encoding="ascii")
        return made

    def is_owner(self, key: str | None) -> bool:
        """Whether somebody has the owner's key."""
        return key is not None and key.isascii() and compare_digest(key, self.key)


def secret() -> str:
    """Something that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(24)
