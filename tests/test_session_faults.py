"""What a hostile hand could do to a session: each of these went wrong once."""

import errno
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

import sim
from sim.engine.model import LockstepModel
from sim.play.messages.orders import OrderError
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.export import as_scenario, export
from sim.play.sessions.session import Session
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START
from tests.test_session import QUIET, case, session_of

RATE = "actions.aran.talk.rate"


def told_so(**changes: object) -> Scenario:
    content = case().model_dump(mode="json", by_alias=True)
    return Scenario.model_validate(content | changes)


def digest_of(scenario: Scenario, session: Session) -> tuple[int, str]:
    model = LockstepModel(scenario, seed=session.seed, run_numbers=[session.run])
    while model.running and model.day < session.day:
        model.step()
    return model.day, f"{int(model.digest()[0]):016x}"


def test_an_exported_file_leaves_out_what_its_scenario_does_after_the_last_day_lived(tmp_path: Path) -> None:
    session = Session("baseline", ["us"], seed=7, clock=lambda: None)
    assert any(each.on > session.scenario.start + timedelta(days=14) for each in session.scenario.script.values())
    session.advance(3)
    loaded = sim.load(export(session, tmp_path / "mine.yaml"))
    assert loaded.days == session.day
    assert digest_of(loaded, session) == (session.day, session.world.digest())


def test_an_export_that_would_be_another_scenario_is_not_left_on_the_disk(tmp_path: Path) -> None:
    parent = tmp_path / "parent.yaml"
    parent.write_text("schema_version: 1\nextends: first_lesson\nruns: 10\n", encoding="utf-8")
    session = Session(parent, ["north"], seed=7, clock=lambda: None)
    session.advance(3)
    parent.write_text("schema_version: 1\nextends: first_lesson\nstart: 2031-04-01\n", encoding="utf-8")
    with pytest.raises(PlayError, match="is no longer the scenario that was played"):
        export(session, tmp_path / "mine.yaml")
    assert not (tmp_path / "mine.yaml").exists()


def test_a_stance_goes_back_to_what_the_scenario_says_on_that_day_and_holds_against_what_it_says_later() -> None:
    fourth, eighth = str(START + timedelta(days=4)), str(START + timedelta(days=8))
    changes = {
        "stance_20200105": {"on": fourth, "set": {RATE: 0.3, "actions.aran.raid.rate": 0.2}},
        "later": {"on": eighth, "set": {RATE: 0.15}},
        "last": {"on": str(START + timedelta(days=30)), "set": {RATE: 0.25}},
    }
    session = Session(told_so(changes=changes), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.advance(4)
    assert session.view("aran").levers[0].value == 0.3
    session.order("aran", {"stance": {RATE: 0.45}})
    session.advance(1)
    session.order("aran", {"stance": {}})
    rates = dict(session.world.rules.as_of(5).numbers())
    assert rates[RATE].value == 0.3
    session.order("aran", {"stance": {RATE: 0.4}})
    session.advance(7)
    assert session.view("aran").levers[0].value == 0.4
    assert dict(session.world.rules.as_of(11).numbers())[RATE].value == 0.4
    played = as_scenario(session)
    assert "last" not in played.changes
    assert played.changes["stance_20200105"].set == {"actions.aran.raid.rate": 0.2}
    assert digest_of(played, session) == (session.day, session.world.digest())


def test_deeds_whose_names_are_alike_are_all_exported() -> None:
    from tests.small_scenarios import action

    long = "aran." + "x" * 70
    acts = {f"{long}_a": action(1, "bora", 0.1, hand="soldiers"), f"{long}_b": action(1, "bora", 0.1)}
    session = Session(case(**acts), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("aran", {"do": [f"{long}_a", f"{long}_b"]})
    session.advance(2)
    assert {each.do for each in as_scenario(session).script.values()} >= set(acts)


def test_what_is_ordered_is_withdrawn_before_it_is_refused() -> None:
    session = session_of()
    session.order("aran", {"do": [{"act": "aran.raid", "on": START + timedelta(days=3)}]})
    with pytest.raises(OrderError, match=r"aran.raid is ordered for 4 January 2020; withdraw it first"):
        session.order("aran", {"never": ["aran.raid"]})
    session.order("aran", {"never": ["aran.raid"], "withdraw": ["aran.raid"]})
    assert session.desks["aran"].standing.scheduled == ()


def test_a_lever_is_set_once_however_it_is_written() -> None:
    with pytest.raises(OrderError, match=r"actions.aran.talk.rate is set twice"):
        session_of().order("aran", {"stance": {RATE: 0.2, f"{RATE} ": 0.3}})


@pytest.mark.parametrize("what", ["order", "advance", "sit", "back"])
def test_a_full_disk_leaves_session_and_file_as_they_were(what: str, tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "full.session"
    session = session_of(path=path)
    session.advance(3)
    session.order("aran", {"otherwise": "hold"})
    before = list(session.entries), list(session.holding), session.world.digest(), session.desks["aran"].standing
    content, write, room = path.read_bytes(), os.write, [20]

    def failing(descriptor: int, data: memoryview) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        put = write(descriptor, data[: room[0]])
        room[0] -= put
        return put

    def try_it() -> None:
        match what:
            case "order":
                session.order("aran", {"never": ["aran.raid"]})
            case "advance":
                session.advance(4)
            case "sit":
                session.sit("aran", ["Ana"])
            case _:
                session.take_back()

    monkeypatch.setattr(os, "write", failing)
    with pytest.raises(PlayError, match="cannot be written: No space left on device"):
        try_it()
    after = list(session.entries), list(session.holding), session.world.digest(), session.desks["aran"].standing
    assert (after, path.read_bytes(), session.day) == (before, content, 3)
    monkeypatch.setattr(os, "write", write)
    try_it()
    session.close()
    with Session.open(path, clock=lambda: None) as again:
        assert (again.entries, again.world.digest()) == (session.entries, session.world.digest())


def test_at_a_closed_session_nothing_more_happens(tmp_path: Path) -> None:
    with session_of(path=tmp_path / "closed.session") as session:
        session.advance(3)
    session.close()
    with pytest.raises(PlayError, match="was let go of; open it again to go on"):
        session.order("aran", {"otherwise": "hold"})
    with pytest.raises(PlayError, match="was let go of"):
        session.advance(3)
    assert (session.day, session.desks["aran"].standing.otherwise) == (3, "rules")


def test_what_no_file_can_hold_is_refused_and_nothing_of_it_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "odd.session"
    session = session_of(path=path)
    content = path.read_bytes()
    for odd in (
        lambda: session.note("aran", {"a": "\ud800"}),
        lambda: session.note("aran", {"a": {object()}}),
        lambda: session.note("cela", {}),
        lambda: session.order("aran", {}, by="\ud800"),
        lambda: session.order("aran", {}, by=5),  # type: ignore[arg-type]
        lambda: session.order("aran", {}, turn="0"),  # type: ignore[arg-type]
        lambda: session.order("aran", {}, turn=float("nan")),  # type: ignore[arg-type]
        lambda: session.order("aran", {"stance": {"\ud800": 1}}),
        lambda: session.order("aran", {"do": ["\ud800"]}),
        lambda: session.sit("aran", ["\ud800"]),
        lambda: session.inject("cela.mourn", by=5),  # type: ignore[arg-type]
        lambda: session.inject(["cela.mourn"]),  # type: ignore[arg-type]
        lambda: session.hand_over("aran", "zz"),  # type: ignore[arg-type]
        lambda: session.pause("x"),  # type: ignore[arg-type]
        lambda: session.announce("\ud800x"),
        lambda: session.announce(5),  # type: ignore[arg-type]
        lambda: Session.open("a\0b"),
        lambda: session_of(path="a\0b"),
    ):
        with pytest.raises(PlayError):
            odd()
    assert (session.entries, path.read_bytes()) == ([], content)
    session.note("aran", {"a": ("b",)})
    session.close()
    with Session.open(path) as again:
        assert again.entries == session.entries


def test_an_answer_of_any_size_is_refused_in_few_words() -> None:
    for huge in ({"do": ["x" * 10**6] * 64}, {"never": ["x" * 10**6]}, {"stance": {"x" * 10**6: 1}}, {"x" * 10**6: 1}):
        with pytest.raises(OrderError) as refused:
            session_of().order("aran", huge)
        assert len(str(refused.value)) < 20_000


def line(data: dict[str, Any]) -> bytes:
    text = json.dumps(data).encode()
    return b"%08x %s\n" % (crc32(text), text)


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "order", "seat": "xx", "order": {}},
        {"kind": "order", "order": {"do": ["zz.top"]}},
        {"kind": "order", "order": {"do": ["bora.answer"]}},
        {"kind": "order", "order": {"stance": {"zz": 1}}},
        {"kind": "order", "order": {"do": [{"act": "aran.raid", "on": "2019-01-02"}]}},
        {"kind": "order", "day": 999, "order": {}},
        {"kind": "order", "by": "Ben", "order": {}},
        {"kind": "inject", "act": "zz", "on": "2020-01-20"},
        {"kind": "inject", "act": "cela.mourn", "on": "2019-01-20"},
        {"kind": "tell", "text": "x", "to": ["zz"]},
        {"kind": "seat", "seat": "zz", "people": []},
        {"kind": "back", "keep": 10**30},
        {"kind": "note", "seat": "zz", "data": {}},
    ],
)
def test_a_line_that_is_whole_but_says_what_cannot_be_is_told_by_its_number(entry: Any, tmp_path: Path) -> None:
    path = tmp_path / "forged.session"
    with session_of(path=path) as session:
        session.sit("aran", ["Ana"])
        session.advance(3)
    by = {"seat": "aran", "by": "Ana"} if entry["kind"] == "order" else {}
    path.write_bytes(path.read_bytes() + line({"day": 3, **by, **entry}))
    with pytest.raises(PlayError, match="line 4 says what cannot be"):
        Session.open(path)


@pytest.mark.parametrize(
    "head", [{"seats": 5}, {"seats": [1]}, {"source": 5}, {"session": True}, {"scenario_sha256": "x"}, {"seed": "x"}]
)
def test_a_first_line_that_cannot_be_is_refused(head: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "head.session"
    session_of(path=path).close()
    data = json.loads(path.read_bytes().split(b" ", 1)[1])
    path.write_bytes(line(data | head))
    with pytest.raises(PlayError):
        Session.open(path)


def test_a_deeply_nested_line_is_damaged_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "deep.session"
    session_of(path=path).close()
    text = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    path.write_bytes(path.read_bytes() + b"%08x %s\n" % (crc32(text), text) + line({"kind": "end", "day": 0}))
    with pytest.raises(PlayError, match="line 2"):
        Session.open(path)


def test_who_sits_where_and_a_stopped_clock_outlive_what_is_taken_back(tmp_path: Path) -> None:
    session = session_of(path=tmp_path / "back.session")
    session.announce("At the first table.")
    session.sit("aran", ["Ana"])
    session.advance()
    session.announce("Later.")
    session.order("aran", {"otherwise": "hold"}, by="Ana")
    session.pause()
    session.take_back()
    assert (session.day, session.paused, session.desks["aran"].people) == (0, True, ("Ana",))
    assert [text for _, text in session.desks["aran"].told] == ["At the first table."]
    session.pause(False)
    with pytest.raises(OrderError, match="does not sit there"):
        session.order("aran", {}, by="Mallory")
    session.advance()
    session.take_back()
    assert session.desks["aran"].people == ("Ana",)
    session.close()
    with Session.open(tmp_path / "back.session") as again:
        assert (again.holding, again.desks["aran"].people) == (session.holding, ("Ana",))


def test_what_is_told_after_a_seat_has_looked_is_news_on_the_next_morning() -> None:
    session = session_of(("aran", "bora"), Settings(stop_rung=None, stop_outcomes=False))
    session.view("aran")
    session.announce("A rumour.")
    assert "A rumour." in [item.text for item in session.view("bora").news]
    session.advance()
    assert "A rumour." in [item.text for item in session.view("aran").news]
    assert "A rumour." not in [item.text for item in session.view("bora").news]
    session.advance()
    assert "A rumour." not in [item.text for item in session.view("aran").news]
