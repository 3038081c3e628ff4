"""A process that lives sessions of a tournament: what it is asked comes in as lines of JSON, and so do its answers.

A process of its own kind, and none that Python's pools would begin: those run the user's script once more.
"""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.play.seats import PlayError


class Worker:
    """Such a process, as whoever asks it has it."""

    def __init__(self, terms: dict[str, Any]) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sim.play.tournaments.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        self._send(terms)

    def _send(self, data: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(data) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise BrokenExecutor("a process that lives sessions has ended") from error

    def contest(self, players: dict[str, str], run: int, path: Path | None) -> dict[str, Any]:
        """Have it live a session.

        Raises
        ------
        PlayError
            A player cannot play.
        concurrent.futures.BrokenExecutor
            The process has ended.
        """
        self._send({"players": players, "run": run, "path": None if path is None else str(path)})
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise BrokenExecutor("a process that lives sessions has ended")
        answer: dict[str, Any] = json.loads(line)
        if "fault" in answer:
            raise PlayError(answer["fault"])
        return answer

    def end(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def main() -> None:
    """Answer until there is nobody who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks has heard it too, and ends this process
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what players print is no answer
    from .contest import Terms, contest

    terms = Terms.from_data(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            path = None if asked["path"] is None else Path(asked["path"])
            answer = contest(terms, asked["players"], asked["run"], path)
        except (PlayError, OSError) as error:
            answer = {"fault": str(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
