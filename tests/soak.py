"""A class of thirty robots, three worlds of ten seats, whose server is killed five times: `python -m tests.soak`.

It takes five minutes at most, says what came of it, and writes that to tests/benchmarks/SOAK.md. Whatever must not
happen ends it with a fault: an acknowledged order that is lost, a session that does not open, a frame with a leak.
"""

import argparse
import asyncio
import os
import platform
import tempfile
from pathlib import Path

from .robots.lesson import Lesson, play, with_leaks
from .robots.people import Habits
from .robots.server import Server

SEATS = ["us", "iran", "saudi_arabia", "israel", "iraq_government", "houthis", "hezbollah", "kataib_hezbollah", "uae",
         "sairoon"]  # fmt: skip
WORLDS, TURNS, KILLS, MOST_SECONDS = 3, 20, 5, 300
REPORT = Path(__file__).parent / "benchmarks" / "SOAK.md"


def habits(number: int) -> Habits:
    """How one of thirty behaves: half come late, some are silent, some lose their line, some open tab after tab."""
    return Habits(
        drops=0.15 if number % 5 == 1 else 0.03,
        second_tab=0.2 if number % 7 == 2 else 0.0,
        silent=number % 10 == 3,
        joins_in_turn=1 + number % 4 if number % 2 else 0,
    )


def text_of(lesson: Lesson, leaks: int) -> str:
    """The report."""
    figures = {**lesson.figures(), "acknowledged orders lost": len(lesson.lost()), "leaks found": leaks}
    rows = "\n".join(f"| {name} | {value:,} |" for name, value in figures.items())
    return f"""# A class of robots

`make soak`: {len(lesson.students)} robots in {len(lesson.worlds)} worlds of the baseline, the server killed
{lesson.server.kills} times at moments drawn at random and started again; half of the class comes late, some lose their
lines, open second tabs or are silent, and somebody outside sends rubbish all the while. Robots and server share
{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()}).

| | |
|---|---:|
{rows}

After it each session opens, its digests hold, and each acknowledged order is in its ledger once, in the order in which
it was given. Every frame that a seat was sent was read: each morning is one that the session, lived again from its
ledger, gives that seat; no frame holds a key beyond the protocol's, a word or a secret of somebody else's, or
a value of a variable that is hidden from the seat. Acknowledgements are timed at the robots, from sending an order to
reading the answer.
"""


def main() -> None:
    """Play, look whether everything held, and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=TURNS)
    asked = parser.parse_args()
    plan = {"scenario": "baseline", "worlds": WORLDS, "seats": SEATS, "turn": 7, "seed": 7, "late": "rules"}
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        people = [habits(number) for number in range(WORLDS * len(SEATS))]
        lesson = asyncio.run(play(server, plan, people, asked.turns, KILLS, asked.seed, MOST_SECONDS))
        leaked = lesson.leaked()
        report = text_of(lesson, len(leaked))
        print(report)
        print("\n".join(leaked[:20]))
        for what, frame in with_leaks(lesson).items():
            assert lesson.leaked([frame]), f"a leak would not be found: {what}"
        assert not (lost := lesson.lost()), lost
        assert not (twice := lesson.twice()), twice
        assert not leaked
        assert not any("Traceback" in line for line in server.logged), server.logged
    REPORT.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
