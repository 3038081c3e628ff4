"""A server of its own for a test: started, killed and started again on the same folder and port."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = 90
"""In which a server answers; the first on a machine compiles."""


class Server:
    """`sim serve`, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.rooms, self.log = folder / "rooms", folder / "server.log"
        self.folder, self.kills = folder, 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def host(self) -> str:
        """As a browser names it."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Of its pages."""
        return f"http://{self.host}"

    @property
    def key(self) -> str:
        """Its owner's."""
        return (self.rooms / "key").read_text(encoding="ascii").strip()

    @property
    def logged(self) -> list[str]:
        """Lines of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        asked = [sys.executable, "-m", "sim", "serve", "--no-browser", "--port", str(self.port)]
        asked += ["--rooms", str(self.rooms), "--results", str(self.folder / "results")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(asked, stdout=log, stderr=log, env=environment)
        give_up = time.monotonic() + SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("\n".join(self.logged[-20:]))
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.kills += 1

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Ask as the owner's browser does, headers apart that are given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Origin": self.origin, "Content-Type": "application/json"}
        if (self.rooms / "key").exists():
            sent["Cookie"] = f"sim-owner-{self.port}={self.key}"
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, content, {**sent, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def make(self, **plan: Any) -> tuple[str, str]:
        """Make a room; gives its code and its umpire's secret."""
        status, text = self.ask("POST", "/rooms", plan)
        assert status == 200, text
        made = json.loads(text)
        return made["code"], made["umpire"]
