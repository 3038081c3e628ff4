"""Plays sessions while it is killed: `python -m tests.table_survivor HOW FOLDER SEED URL`; answers which, as JSON.

Everything is imported and compiled once; each attempt is a fork, as in `tests/survivor.py`.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import openai

import sim
from sim.play.players.registry import Chair, player_of
from sim.play.rounds import play
from sim.play.seats import PlayError
from sim.play.sessions.session import Session

from .survivor import attempt, killed_after

KILLS = 10
CRISIS = ("baseline", {"iran": "script:iran.yaml", "us": "llm:model", "houthis": "script:houthis.csv",
                       "iraq_government": "rules", "saudi_arabia": "rules"}, 4)  # fmt: skip
LESSON = ("first_lesson", {"north": "llm:model", "south": "random:0.8"}, 2)
PLANS = {
    "iran.yaml": "2019-05-05: {do: [iran.close_ranks], why: As planned.}\n2019-05-12: {otherwise: hold}\n",
    "houthis.csv": "date,do\n2019-05-09,houthis.hit_pipeline\n",
}
SCENARIOS = {name: sim.load(name) for name in ("baseline", "first_lesson")}


def play_on(path: Path, table: tuple[str, dict[str, str], int], url: str) -> None:
    """Begin a session, or go on with it, to its last turn."""
    name, players, turns = table
    try:
        session = Session(SCENARIOS[name], list(players), seed=7, path=path, clock=lambda: None)
    except PlayError:
        session = Session.open(path, clock=lambda: None)
    os.chdir(path.parent.parent)
    seated = {
        seat: player_of(typed, Chair(session, seat, {"base_url": url})) for seat, typed in players.items()
    }  # fmt: skip
    play(session, seated, turns=turns - session.turn)


def finish(path: Path, table: tuple[str, dict[str, str], int], url: str) -> None:
    """Go on to the end."""
    _, status = os.waitpid(attempt(lambda: play_on(path, table, url)), 0)
    assert os.waitstatus_to_exitcode(status) == 0


def kill_at_random(folder: Path, url: str, random_: random.Random) -> list[str]:
    """Kill ten times, at any moment, and go on; a session that was quicker counts as made, and another is begun."""
    begun = time.perf_counter()
    finish(folder / "whole", CRISIS, url)
    whole, made, killed = time.perf_counter() - begun, [str(folder / "whole")], 0
    while killed < KILLS:
        path = folder / str(len(made))
        child = attempt(lambda: play_on(path, CRISIS, url))  # noqa: B023
        if killed_after(child, random_.uniform(0.0, whole * 0.3)):
            killed += 1
        else:
            made.append(str(path))
    finish(path, CRISIS, url)
    return [*made, str(path)]


def kill_at_each_step(folder: Path, url: str, random_: random.Random) -> list[str]:
    """Go on with one session and die one step later each time, until there is nothing left to do."""
    finish(folder / "whole", LESSON, url)
    made = [str(folder / "whole")]
    for after in (False, True):
        path, status, deaths = folder / f"after_{after}", signal.SIGKILL, 0
        while os.WIFSIGNALED(status):
            _, status = os.waitpid(attempt(lambda: _dying(path, url, after, random_)), 0)  # noqa: B023
            deaths += 1
        assert os.waitstatus_to_exitcode(status) == 0
        assert deaths > 3
        made.append(str(path))
    return made


def _dying(path: Path, url: str, after: bool, random_: random.Random) -> None:
    """Die at the second line that is written: when half of it lies on the disk, or all of it."""
    write, lines = os.write, iter(range(1_000_000))

    def written(file: int, content: bytes) -> int:
        if next(lines) == 1:
            write(file, bytes(content) if after else bytes(content)[: random_.randrange(len(content))])
            os.kill(os.getpid(), signal.SIGKILL)
        return write(file, content)

    os.write = written
    play_on(path, LESSON, url)


def main() -> None:
    """Do as told, and say which sessions were made."""
    how, folder, seed, url = sys.argv[1:]
    for name, text in PLANS.items():
        (Path(folder).parent / name).write_text(text, encoding="utf-8")
    session = Session("first_lesson", ["north"], seed=1)  # what is compiled or imported late is there before the forks
    play(session, {"north": player_of("random", Chair(session, "north"))}, turns=1)
    assert openai.OpenAI(api_key="none", base_url=url).chat.completions
    kill = {"random": kill_at_random, "each": kill_at_each_step}[how]
    print(json.dumps(kill(Path(folder), url, random.Random(int(seed)))))


if __name__ == "__main__":
    main()
