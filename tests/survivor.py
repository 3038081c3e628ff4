"""Makes results while they are killed: `python -m tests.survivor HOW KIND FOLDER SEED`; answers which, as JSON.

Everything is imported and compiled once; each attempt is a fork, so that many can be made in a few seconds.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.execution import run as running
from sim.execution import summarise as summarising
from sim.results.storage import write_counts as count_writer
from sim.results.storage.atomic import UNFINISHED

RUNS, BLOCK = 90, 16
QUESTION = sim.load("first_lesson")


def make(kind: str, folder: Path) -> None:
    """Make the result, or go on with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "RUNS_PER_BLOCK", BLOCK)
        patch.setattr(summarising, "KEPT", 40)
        patch.setattr(count_writer, "SECONDS", 0)
        _make(kind, folder)


def _make(kind: str, folder: Path) -> None:
    if kind == "counts":
        summarising.summarise(QUESTION, folder, RUNS, seed=3, progress=None, resume=True)
    else:
        running.run(QUESTION, RUNS, seed=3, progress=None, save=folder, resume=True)


def attempt(work: Callable[[], None]) -> int:
    """Begin an attempt in a process of its own."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        print(type(error).__name__, error, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def killed_after(child: int, seconds: float) -> bool:
    """Kill an attempt after a while; False if it had done its work by then."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def dying(kind: str, folder: Path, step: int, after: bool) -> None:
    """Make the result and die, not shut down, where something finished gets its name: before it does, or after."""
    rename, steps = os.replace, iter(range(1_000_000))

    def replace(old: Path, new: Path) -> None:
        here = UNFINISHED in str(old) and next(steps) == step
        if here and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(old, new)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = replace  # type: ignore[assignment]
    make(kind, folder)


def kill_at_each_step(kind: str, folder: Path, random_: random.Random) -> list[str]:
    """Go on with one result and die one step later each time, until nothing is left to do."""
    made = []
    for after in (False, True):
        place, step, status = folder / f"after_{after}", 0, signal.SIGKILL
        while os.WIFSIGNALED(status):
            _, status = os.waitpid(attempt(lambda: dying(kind, place, step, after)), 0)  # noqa: B023
            step += 1
        assert os.waitstatus_to_exitcode(status) == 0
        assert step > 5
        made.append(str(place))
    return made


def kill_at_random(kind: str, folder: Path, random_: random.Random) -> list[str]:
    """Kill many times, at any moment, and go on; a result that was quicker counts as made, and another is begun."""
    begun = time.perf_counter()
    finish(kind, folder / "measured")
    whole = time.perf_counter() - begun
    made, killed, times = [str(folder / "measured")], 0, 20 if kind == "runs" else 8
    while killed < times:
        place = folder / str(len(made))
        child = attempt(lambda: make(kind, place))  # noqa: B023
        if killed_after(child, random_.uniform(0, whole * 0.7)):
            killed += 1
        else:
            made.append(str(place))
    finish(kind, place)
    return [*made, str(place)]


def finish(kind: str, place: Path) -> None:
    """Go on to the end."""
    _, status = os.waitpid(attempt(lambda: make(kind, place)), 0)
    assert os.waitstatus_to_exitcode(status) == 0


def main() -> None:
    """Do as told, and say which results were made."""
    how, kind, folder, seed = sys.argv[1:]
    running.run_block(QUESTION, 3, 0, 2)
    kill = {"each": kill_at_each_step, "random": kill_at_random}[how]
    print(json.dumps(kill(kind, Path(folder), random.Random(int(seed)))))


if __name__ == "__main__":
    main()
