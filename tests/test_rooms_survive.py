"""Rooms outlive their server: whatever was acknowledged is there after a kill and a start."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.serve.classroom.clock import LEAST_LEFT, Clock
from sim.serve.place import Place
from tests.class_client import Page, sent, serving


def started(folder: Path, port: int) -> subprocess.Popen[str]:
    """A server as a process of its own, once it answers."""
    command = [sys.executable, "-m", "sim", "serve", "--no-browser", "--port", str(port), "--rooms", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.02)
    server.kill()
    raise AssertionError("the server does not answer")


def killed(server: subprocess.Popen[str]) -> None:
    """End a server as a power cut would."""
    server.send_signal(signal.SIGKILL)
    server.wait(10)


def test_after_a_kill_everything_acknowledged_is_there(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = Place(tmp_path, port).key
    server = started(tmp_path, port)
    try:
        plan = {"scenario": "first_lesson", "seats": ["north", "south"], "seed": 7, "seconds": 300}
        _, answer = sent(port, "/rooms", plan, key)
        made = json.loads(answer)
        umpire = Page(port, made["code"], "umpire", made["umpire"])
        pages = [Page(port, made["code"], "player") for _ in range(2)]
        tokens = [page.do("join", name="Ann")["token"] for page in pages]
        umpire.do("start")
        for turn in range(2):
            stands = pages[0].do("order", order={"otherwise": "hold", "why": f"turn {turn}"}, turn=turn)["standing"]
            if turn == 0:
                umpire.do("advance")
        pages[1].do("done", turn=1)
        killed(server)
        server = started(tmp_path, port)
        north, south = (Page(port, made["code"], "player", token) for token in tokens)
        assert [page.hello["you"]["seat"] for page in (north, south)] == ["north", "south"]
        mornings = [page.until("morning") for page in (north, south)]
        assert [(each["turn"], each["done"]) for each in mornings] == [(1, False), (1, True)]
        assert mornings[0]["view"]["standing"] == stands
        assert 300 >= next(frame["left"] for frame in north.heard if frame["kind"] == "clock") >= LEAST_LEFT - 2
        north.do("order", order={"otherwise": "rules"}, turn=1)
        held = (tmp_path / made["code"] / "world-1.session").read_text("utf-8")
        assert re.findall(r'"why":"turn \d"', held) == ['"why":"turn 0"', '"why":"turn 1"']
        assert "Ann" not in held
        assert not any(token in (tmp_path / made["code"] / "room.json").read_text() for token in tokens)
    finally:
        killed(server)


def test_a_turn_that_was_lived_when_the_server_was_killed_before_the_room_knew_is_not_lived_twice(tmp_path):
    with serving(tmp_path) as server:
        made = server.make(seconds=300)
        umpire, (north,) = made.begun("north")
        before = (made.folder / "room.json").read_bytes()
        north.do("done", turn=0)
        done = (made.folder / "room.json").read_bytes()
        assert before != done
        umpire.until("overview", lambda frame: frame["worlds"][0]["turn"] == 1)
        code, secret, token = made.code, made.secret, north.token
    (tmp_path / code / "room.json").write_bytes(done)  # as a kill would leave it
    with serving(tmp_path) as server:
        page = Page(server.port, code, "player", token)
        server.pages.append(page)
        assert page.until("morning")["turn"] == 1
        assert not page.heard[-1]["done"]
        page.do("order", order={"do": "north.mobilise"}, turn=1)
        umpire = Page(server.port, code, "umpire", secret)
        server.pages.append(umpire)
        umpire.until("overview", lambda frame: frame["worlds"][0]["turn"] == 1)


def test_a_damaged_room_is_left_alone_and_the_others_open(tmp_path, caplog):
    with serving(tmp_path) as server:
        sound, damaged = server.make(), server.make()
        page = sound.player(seat="north")
        codes, token = (sound.code, damaged.code), page.token
    file = tmp_path / codes[1] / "room.json"
    file.write_bytes(file.read_bytes()[:100])
    left = file.read_bytes()
    with serving(tmp_path) as server:
        assert codes[1] in caplog.text
        page = Page(server.port, codes[0], "player", token)
        server.pages.append(page)
        assert page.hello["you"]["seat"] == "north"
        other = Page(server.port, codes[1], "player")
        assert other.closed_with == 4004
    assert file.read_bytes() == left


@pytest.mark.parametrize(("days", "gone"), [(29, False), (31, True)])
def test_a_room_that_is_over_and_untouched_for_thirty_days_is_deleted_at_a_start(tmp_path, days, gone):
    with serving(tmp_path) as server:
        made = server.make()
        made.umpire().do("end")
        code = made.code
    file = tmp_path / code / "room.json"
    data = json.loads(file.read_bytes())
    file.write_text(json.dumps(data | {"touched": time.time() - days * 86_400}))
    with serving(tmp_path) as server:
        assert (server.rooms.find(code) is None) == gone
    assert file.exists() != gone


def test_a_clock_goes_on_with_some_seconds_at_least_and_stands_after_a_long_time():
    clock = Clock(300, now=lambda: 50.0, time=lambda: 1000.0)
    clock.found_again(ends=1100.0, stopped_with=None)
    assert (clock.ends, clock.left, clock.deadline) == (150.0, 100.0, 1100.0)
    clock.found_again(ends=900.0, stopped_with=None)
    assert clock.left == LEAST_LEFT
    assert clock.ends is not None
    clock.found_again(ends=100.0, stopped_with=None)
    assert clock.left == LEAST_LEFT
    assert clock.ends is None
    clock.go_on()
    assert clock.deadline == 1000.0 + LEAST_LEFT


def test_the_time_for_which_no_server_ran_is_nobodys(tmp_path):
    clock = Clock(300, now=lambda: 50.0, time=lambda: 1000.0)
    clock.found_again(ends=950.0, stopped_with=None, gone=200.0)
    assert clock.left == 150.0
    clock.found_again(ends=950.0, stopped_with=None, gone=5000.0)
    assert (clock.ends, clock.left) == (None, 300.0), "it stands, with no more than a turn has"
    with serving(tmp_path) as server:
        made = server.make(seconds=300)
        made.begun("north")
    kept = tmp_path / made.code / "room.json"
    data = json.loads(kept.read_bytes())
    data["worlds"][0]["clock"] = {"ends": time.time() + 40, "stopped_with": None}
    seen = time.time() - 60
    kept.write_text(json.dumps(data | {"touched": seen}))
    os.utime(tmp_path / ".running", (seen, seen))
    with serving(tmp_path) as server:
        assert 98 < server.rooms.find(made.code).worlds[1].clock.left <= 101
        assert (tmp_path / ".running").stat().st_mtime > seen + 59


def test_a_machine_whose_time_is_set_anew_ends_no_turn():
    day = [1000.0]
    clock = Clock(300, now=lambda: 50.0, time=lambda: day[0])
    clock.begin()
    day[0] += 3600.0
    assert (clock.left, clock.deadline) == (300.0, 4900.0)


def test_names_are_kept_only_while_the_room_goes_on(tmp_path):
    with serving(tmp_path) as server:
        made = server.make()
        umpire, (north,) = made.begun("north", name="Ann Other")
        assert naming("Ann Other", tmp_path) == ["room.json"]
        umpire.do("end")
        north.until("over")
        assert naming("Ann Other", tmp_path) == []


def test_what_a_kill_left_half_written_is_gone_after_the_next_start_and_with_it_the_names(tmp_path):
    with serving(tmp_path) as server:
        made = server.make()
        made.player(name="Ann Other")
        code, secret = made.code, made.secret
    kept = tmp_path / code / "room.json"
    kept.with_name("room.json.0123456789abcdef.partial").write_bytes(kept.read_bytes()[:-9])  # as a kill would leave it
    with serving(tmp_path) as server:
        umpire = Page(server.port, code, "umpire", secret)
        server.pages.append(umpire)
        assert naming("Ann Other", tmp_path) == ["room.json"]
        umpire.do("end")
        assert naming("Ann Other", tmp_path) == []


def naming(name: str, folder: Path) -> list[str]:
    """The files in which a name stands."""
    return [file.name for file in folder.rglob("*") if file.is_file() and name.encode() in file.read_bytes()]
