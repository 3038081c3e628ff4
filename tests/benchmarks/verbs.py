"""How much of a processor each verb takes from the prompt to its answer, on a warm cache: `make bench`.

Processor time, user and system, of a process of its own; so it counts imports, and does not depend on what else the
machine is doing as the time on the clock does.
"""

import os
import sys
import tempfile
from pathlib import Path

VERBS = (
    "--help",
    "validate baseline",
    "describe baseline",
    "replay baseline --run 3",
    "explain baseline --run 3 --day 100 --actor iran",
    "why baseline --run 3 --event 20",
    "run baseline --runs 1000 --overwrite",
)
REPEATS = 3


def seconds(words: list[str], folder: Path) -> float:
    """Processor seconds of `sim` with these words, in a folder of its own."""
    with (folder / "said").open("wb") as said:
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-c", f"import os; os.chdir({str(folder)!r}); from sim.cli import main; main()", *words],
            {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), fd) for fd in (1, 2)],
        )
        _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"sim {' '.join(words)} failed: {(folder / 'said').read_text()}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print one line for each verb, the best of some repeats."""
    with tempfile.TemporaryDirectory() as folder:
        seconds(["run", "baseline", "--runs", "20"], Path(folder))  # compiles what is not compiled
        for verb in VERBS:
            best = min(seconds(verb.split(), Path(folder)) for _ in range(REPEATS))
            print(f"sim {verb:50s} {best:5.2f} s of a processor", flush=True)


if __name__ == "__main__":
    main()
