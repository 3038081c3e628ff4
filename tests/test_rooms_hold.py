"""A room holds together: where the disk fails, the server is killed, a turn comes again, or somebody is quicker."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.play.seats import PlayError
from sim.serve.classroom import players, turns
from sim.serve.classroom import room as rooms_of
from sim.serve.classroom.clock import Clock
from sim.serve.classroom.debriefing import copies_in
from sim.serve.classroom.export import _table
from sim.serve.classroom.work import Kind
from sim.serve.place import ServeError
from sim.serve.running import held
from tests.class_client import Made, Page, Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("rooms")) as found:
        yield found


@contextmanager
def full_disk() -> Iterator[None]:
    """Rooms cannot be written; sessions can."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms_of, "_write", full)
        yield


@contextmanager
def busy(made: Made, world: int = 1) -> Iterator[None]:
    """A table at which something is under way, so that whatever is asked of it waits."""
    go_on, room = threading.Event(), made.room
    path = room.worlds[world].path
    made.server.within(lambda: room.soon(room.work.do(path, Kind.ORDER, lambda: go_on.wait(10))))
    try:
        yield
    finally:
        time.sleep(0.2)
        go_on.set()


def sent_off(page: Page, kind: str, **content: object) -> int:
    """Send something and do not wait for its answer."""
    page.n += 1
    page.send({"kind": kind, "line": page.nonce, "n": page.n, **content})
    return page.n


def reached(so: object, within: float = 10.0) -> bool:
    """Wait until something is so."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if so():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


# The disk.


def test_nothing_of_what_could_not_be_written_is_left(server):
    made = server.make()
    umpire, (north,) = made.begun("north")
    stranger = made.page()
    with full_disk():
        for page, kind, content in (
            (stranger, "join", {"world": 1, "seat": "south"}),
            (north, "done", {"turn": 0}),
            (north, "leave", {}),
            (umpire, "lock", {"locked": True}),
            (umpire, "free", {"world": 1, "seat": "north"}),
            (umpire, "extend", {"world": 1, "seconds": 60}),
        ):
            assert "disk" in page.refused(kind, **content), kind
    room = made.room
    assert [(each.seat, each.world) for each in room.people] == [("north", 1)]
    assert (room.worlds[1].done, room.locked, room.worlds[1].clock.left) == (set(), False, None)
    assert stranger.do("join", world=1, seat="south")["you"]["seat"] == "south"
    south = stranger
    north.do("done", turn=0)
    south.do("done", turn=0)
    assert south.until("morning", lambda frame: frame["turn"] == 1)


def test_names_that_could_not_be_forgotten_are_forgotten_when_it_is_asked_for_again(server):
    made = server.make()
    umpire, _ = made.begun("north", name="Ann Other")
    with full_disk():
        assert "disk" in umpire.refused("end")
    assert made.room.stage == "over", "its session has ended"
    assert made.room.people.are_named
    umpire.do("end")
    assert reached(lambda: "Ann Other" not in (made.folder / "room.json").read_text())
    assert umpire.refused("end") == "the room is over"


def test_a_turn_that_was_lived_is_told_as_lived_though_the_room_could_not_be_written(server):
    made = server.make()
    umpire, (north,) = made.begun("north")
    with full_disk():
        umpire.do("advance")
        assert north.until("morning")["turn"] == 1
    assert made.room.worlds[1].turn == 1


def test_a_turn_that_cannot_be_lived_in_time_is_told_of_and_tried_again(server, monkeypatch):
    monkeypatch.setattr(turns, "AGAIN", 0.5)
    made = server.make(seconds=600)
    umpire, (north,) = made.begun("north")
    file = made.room.worlds[1].session.file
    whole = file.append

    file.append = _full
    north.do("done", turn=0)
    told = umpire.until("overview", lambda frame: frame["worlds"][0]["fault"])["worlds"][0]
    assert (told["turn"], told["waits"]) == (0, False)
    assert not north.until("clock", lambda frame: frame["fault"])["umpire"]
    made.player(world=1)  # winds the clock, and a turn that failed is tried again all the same
    file.append = whole
    assert north.until("morning")["turn"] == 1
    told = umpire.until("overview", lambda frame: frame["worlds"][0]["turn"] == 1)["worlds"][0]
    assert (told["fault"], told["waits"]) == (None, False)


def test_a_turn_that_could_not_be_lived_is_lived_once_the_server_is_started_again(tmp_path):
    with serving(tmp_path) as server:
        made = server.make(seconds=600)
        umpire, (north,) = made.begun("north")
        made.room.worlds[1].session.file.append = _full
        north.do("done", turn=0)
        assert umpire.until("overview", lambda frame: frame["worlds"][0]["fault"])
        umpire.do("lock", locked=True)  # the room can be written, and is
    kept = json.loads((tmp_path / made.code / "room.json").read_bytes())["worlds"][0]
    assert (kept["waits"], kept["fault"] is not None) == (False, True)
    with serving(tmp_path) as server:
        world = Made(server, made.code, made.secret).room.worlds[1]
        assert reached(lambda: world.turn == 1)
        assert (world.fault, world.waits) == (None, False)
        assert world.clock.left > 580


def _full(_: bytes) -> None:
    raise PlayError("it cannot be written")


def test_a_damaged_world_keeps_no_name_of_a_room_that_is_ended(server):
    made = server.make(worlds=2)
    umpire, _ = made.begun("north", name="Ann Other")
    damaged = made.room.worlds[1]
    asyncio.run_coroutine_threadsafe(made.room.work.do(damaged.path, Kind.ORDER, damaged.let_go), server.loop).result()
    damaged.path.write_bytes(b'{"nonsense": 1}\n' + damaged.path.read_bytes())
    why = umpire.refused("end")
    assert "the room is over" in why
    assert "world 1 could not be ended" in why
    assert (made.room.stage, made.room.worlds[2].over, made.room.people.are_named) == ("over", True, False)
    assert "Ann Other" not in (made.folder / "room.json").read_text()


def test_who_joins_or_leaves_waits_for_no_table(server):
    made = server.make()
    _, (north,) = made.begun("north")
    south = made.page()
    with busy(made):
        assert south.do("join", world=1, seat="south")["you"]["seat"] == "south"
        south.do("leave")
        north.do("leave")
        assert made.room.work.is_busy(made.room.worlds[1].path)
    assert len(made.room.people) == 0


def test_no_place_on_the_servers_disk_is_told_to_anybody(server, caplog, monkeypatch):
    made = server.make()
    umpire, (north,) = made.begun("north")
    file = made.room.worlds[1].session.file
    monkeypatch.setattr(os, "fsync", full_again := FullDisk(file._descriptor))
    told = [
        north.refused("order", order={"do": "north.mobilise"}, turn=0), north.refused("note", text="Hm."),
        umpire.refused("advance"), umpire.refused("tell", world=1, text="Hello."),
    ]  # fmt: skip
    assert full_again.times == len(told)
    for text in told:
        assert "the file of world 1 cannot be written: No space left on device; nothing of it was taken" in text
        assert str(made.folder) not in text
        assert "/" not in text
    assert str(made.folder) in caplog.text, "whoever runs the server is told"


class FullDisk:
    """Writes to one file fail."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.times, self._fsync = descriptor, 0, os.fsync

    def __call__(self, descriptor: int) -> None:
        if descriptor == self.descriptor:
            self.times += 1
            raise OSError(28, "No space left on device")
        self._fsync(descriptor)


# Kills.


def killed_before_it_knew(folder: Path, do: str, plan: dict) -> tuple[str, str, str]:
    """A room whose file knows nothing of what its session has been through last."""
    with serving(folder) as server:
        made = server.make(**plan)
        umpire, (north,) = made.begun("north")
        before = (made.folder / "room.json").read_bytes()
        umpire.do(do)
        assert reached(lambda: (made.folder / "room.json").read_bytes() != before)
    (folder / made.code / "room.json").write_bytes(before)
    os.utime(folder / made.code / "world-1.session", (1, 1))  # so that it is not opened before somebody comes
    return made.code, made.secret, north.token


def test_after_a_kill_no_turn_is_lived_that_nobody_could_act_in(tmp_path):
    code, secret, _ = killed_before_it_knew(tmp_path, "advance", {"seconds": 300})
    with serving(tmp_path) as server:
        made = Made(server, code, secret)
        assert made.room.worlds[1].turn == 0
        umpire = made.umpire()
        assert "the turn that was meant is over" in umpire.refused("advance")
        assert made.room.worlds[1].turn == 1
        umpire.do("advance")
        assert made.room.worlds[1].turn == 2
    code, secret, _ = killed_before_it_knew(tmp_path, "advance", {"seconds": 300})
    with serving(tmp_path) as server:
        made = Made(server, code, secret)
        world = made.room.worlds[1]
        server.within(lambda: made.room.turns.over(world))
        assert reached(lambda: world.turn == 1)
        time.sleep(0.2)
        assert world.turn == 1
        assert world.clock.left > 290


def test_after_a_kill_a_world_that_was_ended_is_over_and_so_is_its_room(tmp_path):
    code, secret, token = killed_before_it_knew(tmp_path, "end", {})
    with serving(tmp_path) as server:
        made = Made(server, code, secret)
        assert made.room.stage == "playing"
        assert made.page(token=token).until("over")["debrief"]
        assert made.room.stage == "over"


def test_what_a_kill_leaves_of_a_room_that_was_being_deleted_is_deleted_at_the_start(tmp_path):
    with serving(tmp_path) as server:
        gone, kept = (server.make() for _ in range(2))
        for made in (gone, kept):
            made.begun("north")
    (gone.folder / "room.json").unlink()
    (kept.folder / "tmpkilled.partial").mkdir()
    (kept.folder / "tmpkilled.partial" / "world-1.session").write_text("somebody's words")
    (tmp_path / "ABCDEF").mkdir()
    (tmp_path / "ABCDEF" / "mine.txt").write_text("a folder of somebody else")
    with serving(tmp_path) as server:
        assert server.rooms.find(kept.code) is not None
    assert not gone.folder.exists()
    assert (tmp_path / "ABCDEF" / "mine.txt").exists()
    assert sorted(path.name for path in kept.folder.iterdir()) == ["room.json", "world-1.session"]


def test_copies_for_a_debrief_and_an_export_lie_in_the_room_under_a_name_that_is_swept(tmp_path):
    with copies_in(tmp_path) as folder:
        assert Path(folder).parent == tmp_path
        assert Path(folder).suffix == ".partial"


def test_what_moved_on_before_a_kill_is_found_at_the_start(tmp_path):
    code, secret, _ = killed_before_it_knew(tmp_path, "advance", {})
    os.utime(tmp_path / code / "world-1.session")
    with serving(tmp_path) as server:
        made = Made(server, code, secret)
        assert reached(lambda: made.room.worlds[1].turn == 1), "nobody had to ask"


# Turns that come again, and who is quicker.


def test_what_was_meant_for_a_turn_that_was_taken_back_is_refused_though_its_number_comes_again(server):
    made = server.make()
    umpire, (north,) = made.begun("north")
    first = next(frame for frame in north.heard if frame["kind"] == "morning")["epoch"]
    umpire.do("advance")
    umpire.do("back", world=1)
    again = north.until("morning", lambda frame: frame["turn"] == 0)["epoch"]
    assert again > first
    order = {"order": {"do": "north.mobilise"}, "turn": 0}
    assert "taken back" in north.refused("order", **order, epoch=first)
    assert "taken back" in north.refused("done", turn=0, epoch=first)
    north.do("order", **order, epoch=again)
    north.do("done", turn=0, epoch=again)
    assert north.until("morning", lambda frame: frame["turn"] == 1)


def test_who_is_done_while_the_turn_is_being_lived_is_told_that_it_is_too_late(server):
    made = server.make()
    umpire, (north, _) = made.begun("north", "south")
    with busy(made):
        advance = sent_off(umpire, "advance")
        assert reached(lambda: made.room.worlds[1].moving)
        assert "being lived" in north.refused("done", turn=0)
        assert "being lived" in made.umpire().refused("advance")
    umpire.until("ack", lambda frame: frame["n"] == advance)
    assert made.room.worlds[1].turn == 1


def test_an_order_of_somebody_whose_seat_was_taken_meanwhile_is_not_taken(server):
    made = server.make()
    umpire, (north, south) = made.begun("north", "south")
    with busy(made):
        for page, seat in ((north, "north"), (south, "south")):
            page.asked = sent_off(page, "order", order={"do": f"{seat}.mobilise"}, turn=0)
        assert reached(lambda: len(made.room.work._waiting) >= 2)
        sent_off(umpire, "free", world=1, seat="north")
        made.page(token=south.token)
    assert "not yours" in str(north.until("refused")["reasons"])
    umpire.until("overview", lambda frame: frame["worlds"][0]["seats"][0]["person"] is None)
    entries = made.room.worlds[1].session.entries
    assert not [entry for entry in entries if entry.kind == "order"], "nor that of a page that was replaced"


def test_a_room_that_is_over_is_not_written_to_but_a_turn_can_be_taken_back(server):
    made = server.make()
    umpire, _ = made.begun("north")
    umpire.do("advance")
    umpire.do("end")
    for kind, content in (
        ("hand", {"seat": "north", "to": "rules"}),
        ("order", {"seat": "north", "order": {}}),
        ("inject", {"act": "north.mobilise"}),
    ):
        assert "the room is over" in umpire.refused(kind, world=1, **content)
    umpire.do("back", world=1)
    assert made.room.stage == "playing"
    umpire.do("hand", world=1, seat="north", to="rules")
    assert json.loads((made.folder / "room.json").read_text())["ended"] is None


# Coming, going, names and deletion.


def test_nobody_fills_a_room_by_coming_and_going(server):
    made = server.make(mode="homework")
    page = made.page()
    for _ in range(3):
        page.do("join")
        page.until("morning")
        page.do("leave")
        assert reached(lambda: not made.room.worlds)
    assert "often enough" in page.refused("join")
    assert [path.name for path in made.folder.iterdir()] == ["room.json"]


def test_names_are_kept_for_a_day_where_all_worlds_ran_out_and_forgotten_once_taken_along(server):
    for forget in ("taken along", "a day later"):
        made = server.make()
        umpire, _ = made.begun("north", name="Ann Other")
        umpire.do("advance", days=400)
        assert made.room.stage == "over"
        server.send(f"/rooms/{made.code}/export", {"secret": made.secret, "names": False})
        assert made.room.people.are_named
        if forget == "taken along":
            packed = server.send(f"/rooms/{made.code}/export", {"secret": made.secret, "names": True})[1]
            assert packed[:2] == b"PK"
        else:
            made.room.ended -= 25 * 3600
            server.within(lambda room=made.room: room.soon(server.rooms.forget_some()))
        assert reached(lambda room=made.room: not room.people.are_named)
        assert reached(lambda made=made: "Ann Other" not in (made.folder / "room.json").read_text())


def test_a_room_that_nobody_has_touched_for_a_month_is_deleted_though_it_never_ended(tmp_path):
    with serving(tmp_path) as server:
        code = server.make().code
    file = tmp_path / code / "room.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"touched": time.time() - 31 * 86_400}))
    with serving(tmp_path) as server:
        assert server.rooms.find(code) is None
    assert not file.parent.exists()


def test_what_waits_at_a_table_does_not_bring_back_a_room_that_is_deleted(server):
    made = server.make()
    umpire, (north,) = made.begun("north")
    folder, room = made.folder, made.room
    with busy(made):
        sent_off(north, "order", order={"do": "north.mobilise"}, turn=0)
        sent_off(north, "note", text="Later.")
        assert reached(lambda: len(room.work._waiting) >= 1)
        server.within(lambda: [room.soon(room.open(room.worlds[1])), room.turns.over(room.worlds[1])])
        close = sent_off(umpire, "close")
    assert umpire.until("ack", lambda frame: frame["n"] == close)
    time.sleep(0.3)
    assert not folder.exists()
    assert room.worlds[1].session is None


def test_what_is_left_of_a_room_that_could_not_be_deleted_is_said(server, monkeypatch):
    made = server.make()
    umpire = made.umpire()
    monkeypatch.setattr("sim.serve.classroom.registry.shutil.rmtree", lambda *_, ignore_errors: broken(ignore_errors))
    assert "could not delete" in umpire.refused("close")


def broken(ignore: bool) -> None:
    """Delete nothing."""
    if not ignore:
        raise OSError(16, "Device or resource busy")


def test_two_servers_do_not_share_a_folder(tmp_path):
    with held(tmp_path), pytest.raises(ServeError, match="another server"), held(tmp_path):
        pass
    with held(tmp_path):
        pass


def test_four_worlds_are_made_at_once(server):
    """In time of the processor, which the server shares with this test: a machine that has other work takes longer."""
    begun = time.process_time()
    server.make("baseline", ("us", "iran", "houthis"), worlds=4, futures=True)
    assert time.process_time() - begun < 1.0


def test_a_full_room_has_a_place_left_by_somebody_without_a_seat_and_a_line(server, monkeypatch):
    monkeypatch.setattr(players, "MOST_PEOPLE", 3)
    made = server.make()
    for seat in ("north", "south"):
        made.player(world=1, seat=seat)
    idle = made.player()
    late = made.page()
    assert late.refused("join") == "this room is full"
    idle.close()
    assert reached(lambda: sum(each.here for each in made.room.people) == 2)
    late.do("join")
    assert [each.seat for each in made.room.people] == ["north", "south", None]
    assert made.page(token=idle.token).hello["you"] is None


def test_at_home_nobody_without_a_token_is_told_of_a_world(server):
    made = server.make(mode="homework")
    north = made.player(seat="north")
    north.until("morning")
    other = made.player(seat="north")
    other.until("morning")
    made.umpire().do("end")
    told: dict[str, list] = {}
    for name, token in (("stranger", None), ("north", north.token)):
        page = made.page("debrief", token)
        page.until("debrief", lambda frame: frame["part"] == "whole")
        told[name] = [each["world"] for each in page.heard if each.get("part") == "world"]
        assert any(each.get("part") == "beside" for each in page.heard)
    assert told == {"stranger": [], "north": [1]}


def test_a_clock_has_never_more_left_than_when_it_was_written_whatever_the_time_of_day_says():
    now = [1000.0]
    clock = Clock(120, now=lambda: now[0], time=lambda: 1e9)
    clock.begin()
    now[0] += 30
    kept = clock.kept()
    again = Clock(120, now=lambda: 0.0, time=lambda: 1e9 - 3600)
    again.found_again(**kept)
    assert again.left == pytest.approx(90)


def test_no_cell_of_a_table_is_a_formula_wherever_a_spreadsheet_splits_it():
    for cell, written in {"Bob;=1+1": "Bob;'=1+1", "\uff1d1+1": "'\uff1d1+1", " =2": "' =2", "x\t@y": "x\t'@y"}.items():
        assert _table(["a", "b"], [[cell, -2]]) == f'"a","b"\r\n"{written}",-2\r\n'
    assert "\n=2" not in _table(["a"], [["\n=2"]])


def test_words_lose_what_turns_a_screen_around(server):
    made = server.make()
    _, (north,) = made.begun("north")
    north.do("order", order={"otherwise": "hold", "why": "a\0b\u202ec"}, turn=0)
    north.do("note", text="d\0\u2066e\nf")
    kept = made.room.worlds[1].path.read_text()
    assert '"abc"' in kept
    assert "de\\nf" in kept
    assert "empty" in north.refused("note", text="\0")
