"""Commands in processes of their own, without the seconds in which each would import the same.

One server for each process of pytest imports everything once and forks for each command. A fork has arguments, folder,
environment, streams and an end of its own, and imports the command line, which looks at its surroundings, by itself.
What is about starting up, signals or compilation asks for a fresh interpreter.
"""

import atexit
import gc
import json
import multiprocessing
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from importlib import import_module
from pathlib import Path

CAN_FORK = sys.platform == "linux"
SECONDS = 200
"""A command that takes longer is ended."""

READ_BY_EACH = {"CI", "COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTEST_CURRENT_TEST", "TERM"}
"""Environment that no import of the server looks at; where anything else was changed, an interpreter is begun."""

LATE = (
    "dask.array", "matplotlib.backends.backend_agg", "matplotlib.pyplot", "pyarrow.dataset", "pyarrow.pandas_compat",
    "pyarrow.parquet", "rich.table", "typer", "zarr",
)  # fmt: skip
"""What the package imports only where it is needed."""

Ended = subprocess.CompletedProcess[str]


def sim(*words: str, cwd: Path, code: int = 0, fresh: bool = False, **environment: str) -> Ended:
    """Run a command; it must end with `code` and without a traceback."""
    ended = command("sim", *words, cwd=cwd, fresh=fresh, **environment)
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == code, ended.stderr
    return ended


def command(module: str, *words: str, cwd: Path, fresh: bool = False, **environment: str) -> Ended:
    """Run `python -m module`, with 100 columns unless told otherwise."""
    full = {**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    if CAN_FORK and not fresh:
        server = _server()
        if {name for name, _ in full.items() ^ server.environment.items()} <= READ_BY_EACH:
            return server.run(module, words, cwd, full)
    asked = [sys.executable, "-m", module, *words]
    return subprocess.run(asked, cwd=cwd, env=full, capture_output=True, encoding="utf-8", timeout=SECONDS)


class Server:
    """A process that forks for each command it is asked to run."""

    def __init__(self) -> None:
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            code = f"from tests.commands import serve; serve({theirs.fileno()})"
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], env=self.environment, pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def run(self, module: str, words: tuple[str, ...], cwd: Path, environment: dict[str, str]) -> Ended:
        """Have a command run, and wait for its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            asked = json.dumps([module, words, str(cwd), environment])
            socket.send_fds(self._asking, [asked.encode()], [out.fileno(), err.fileno()])
            status = self._asking.recv(100)
            assert status, "the server of commands has ended; what it said is on standard error"
            said = []
            for stream in (out, err):
                stream.seek(0)
                said.append(stream.read().decode())
        return subprocess.CompletedProcess([module, *words], int(status), *said)

    def end(self) -> None:
        """End the server."""
        self._asking.close()
        self._process.wait()


@cache
def _server() -> Server:
    server = Server()
    atexit.register(server.end)
    return server


def serve(file: int) -> None:
    """Fork for each command that is asked for, and answer with its exit code, until pytest ends."""
    _import_all()
    fork = multiprocessing.get_context("fork")
    with socket.socket(fileno=file) as asking:
        while True:
            asked, streams, *_ = socket.recv_fds(asking, 1 << 20, 2)
            if not asked:
                return
            assert threading.active_count() == 1, "threads do not survive a fork"
            child = fork.Process(target=_become, args=(*json.loads(asked), *streams))
            child.start()
            for stream in streams:
                os.close(stream)
            child.join()
            asking.send(str(child.exitcode).encode())


def _import_all() -> None:
    """Import all but the command line, and load kernels and the files most asked for; that starts no thread."""
    import sim as package

    for module in pkgutil.walk_packages(package.__path__, "sim."):
        if not module.name.startswith(("sim.cli.", "sim.__main__")):
            import_module(module.name)
    for name in LATE:
        import_module(name)
    from sim.execution.run import run_block

    for name in ("baseline", "first_lesson"):
        run_block(package.load(name), 3, 0, 2)
    gc.freeze()  # what all share is looked through by none


def _become(module: str, words: list[str], cwd: str, environment: dict[str, str], out: int, err: int) -> None:
    for stream, file in ((1, out), (2, err)):
        os.dup2(file, stream)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *words]
    signal.alarm(SECONDS)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
