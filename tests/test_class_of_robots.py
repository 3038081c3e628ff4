"""A class of robots plays against a running server that is killed: nothing is lost, and nobody is told too much."""

import asyncio
import sys

import pytest

pytest.importorskip("starlette")
pytest.importorskip("websockets")

from .robots import leaks
from .robots.bot import Bot
from .robots.lesson import play, with_leaks
from .robots.people import Habits
from .robots.server import Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes")

PLAN = {"scenario": "baseline", "worlds": 2, "seats": ["us", "iran", "houthis"], "turn": 7, "seed": 7, "late": "hold"}
HABITS = [
    Habits(acts=1.0), Habits(acts=1.0, second_tab=0.4), Habits(drops=0.4), Habits(silent=True, stance=0.2),
    Habits(joins_in_turn=2), Habits(notes=0.5),
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture(scope="module")
def lesson(server):
    return asyncio.run(play(server, PLAN, HABITS, turns=5, kills=1, seed=3, within=60))


def test_no_acknowledged_order_is_lost_in_a_class_whose_server_is_killed(lesson):
    figures = lesson.figures()
    assert lesson.lost() == []
    assert lesson.twice() == []
    assert figures["kills"] == 1
    assert figures["orders acknowledged"] >= 12
    assert figures["reconnects"] >= len(HABITS)
    assert all(student.bot.newest["morning"]["turn"] >= 5 for student in lesson.students)
    assert not any("Traceback" in line for line in lesson.server.logged)


def test_no_seat_is_sent_what_it_may_not_know(lesson):
    assert len(lesson.heard) > 200
    assert lesson.leaked() == []


def test_a_leak_would_be_found(lesson):
    for what, frame in with_leaks(lesson).items():
        assert lesson.leaked([frame]), what


def _kept(lesson):
    """All that lies in the folder of the room."""
    folder = lesson.server.rooms / lesson.code
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.iterdir())


def test_secrets_are_in_no_log_and_in_no_file(lesson):
    secret = [word for word, owners in lesson.owners().items() if leaks._SECRETS.fullmatch(word)]
    assert len(secret) == 2 + len(HABITS)
    logged = "\n".join(line for line in lesson.server.logged if "/#key=" not in line)
    for word in (*secret, *(student.name for student in lesson.students)):
        assert word not in logged
    assert not [word for word in secret if word in _kept(lesson)]


def test_no_name_is_kept_once_the_room_was_ended(lesson):
    assert lesson.umpire.bot.asked_to_end
    assert not [student.name for student in lesson.students if student.name in _kept(lesson)]


async def _mornings(server, order):
    """What one seat is sent in a class in which the other has given an order."""
    code, secret = server.make(scenario="baseline", seats=["us", "iran"], seed=11, late="hold")
    async with Bot(server, code) as us, Bot(server, code) as iran, Bot(server, code, "umpire", secret) as umpire:
        await us.ask("join", seat="us")
        await iran.ask("join", seat="iran")
        await umpire.ask("start")
        for turn in range(3):
            await us.expect("morning", turn=turn)
            await iran.expect("morning", turn=turn)
            if turn == 0 and order:
                await iran.ask("order", turn=0, order=order)
            for each in (us, iran):
                await each.ask("done", turn=turn)
        await us.expect("morning", turn=3)
        await umpire.ask("close")
        newest = {each.message["turn"]: each.message for each in us.heard if each.message["kind"] == "morning"}
        return newest, {each.message["kind"] for each in us.heard}


def test_worlds_that_differ_in_what_a_seat_cannot_know_send_it_the_same(server):
    secret = {
        "do": [{"act": "iran.close_ranks", "on": "2020-03-01"}], "never": ["iran.close_hormuz"],
        "stance": {"actions.iran.close_hormuz.rate": 0.0001}, "otherwise": "hold", "why": "Not before spring.",
    }  # fmt: skip
    told, kinds = asyncio.run(_mornings(server, secret))
    untold, same_kinds = asyncio.run(_mornings(server, None))
    assert sorted(told) == [0, 1, 2, 3]
    for turn, morning in told.items():
        assert {**morning, "done": None} == {**untold[turn], "done": None}
    assert kinds == same_kinds
