"""What a room refuses, and what it tells nobody."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sim.play import Session
from sim.play.answers.public import public
from sim.play.sessions.entries import Settings
from sim.serve.classroom.export import _cell
from sim.serve.classroom.guesses import Guesses
from sim.serve.classroom.people import People
from sim.serve.classroom.told import screen_of, summary_of
from tests.class_client import Made, Page, Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("rooms")) as found:
        yield found


@pytest.fixture
def many_guesses(server, monkeypatch):
    """As many wrong guesses as other tests need."""
    lines = next(each for each in server.app.app.routes if each.path == "/rooms").endpoint.__self__.lines
    monkeypatch.setattr(lines, "guesses", Guesses(1000, 1000))


# What nobody is told.


SEATS = ("us", "iran", "israel")


def lived(made: Made, turns: int = 3) -> tuple[dict[str, Page], Session, list[str]]:
    """A class that gives orders at random, the same session without a server, and the words that nobody may read."""
    dice = random.Random(5)
    umpire, players = made.begun(*SEATS, name="Secret Name")
    pages, words = dict(zip(SEATS, players, strict=True)), ["Secret Name"]
    twin = Session("baseline", SEATS, seed=7, settings=made.room.plan.settings)
    for turn in range(turns):
        for seat, page in pages.items():
            open_ = [each.act for each in twin.options(seat).open]
            levers = twin.view(seat).levers
            word = f"because-{seat}-{turn}"
            words.append(word)
            order: dict[str, Any] = {"do": dice.sample(open_, min(2, len(open_)))[:1], "why": word}
            if turn == 1 and levers:
                order["stance"] = {levers[0].path: levers[0].high}
            page.do("order", order=order, turn=turn)
            page.do("note", text=f"note-{word}")
            twin.order(seat, order)
        umpire.do("advance")
        twin.advance()
        for seat, page in pages.items():
            got = page.until("morning", lambda frame, turn=turn: frame["turn"] == turn + 1)
            assert got["view"] == twin.view(seat).model_dump(mode="json")
    return pages, twin, words


def test_a_seat_is_sent_its_own_view_and_nothing_else(server):
    made = server.make("baseline", SEATS)
    screen = made.page("screen")
    pages, twin, words = lived(made)
    allowed = {
        "hello": {"kind", "line", "as", "room", "you"},
        "ack": {"kind", "n", "turn", "standing", "done", "token", "you"},
        "presence": {"kind", "stage", "people", "seats"},
        "clock": {"kind", "world", "turn", "deadline", "left", "paused", "umpire", "fault", "waiting_for"},
        "morning": {
            *("kind", "world", "turn", "epoch", "date", "view", "options", "usual", "briefing", "truth", "done"),
            *("told", "taken_back", "ended"),
        },
        "options": {"kind", "world", "turn", "options"},
    }
    for seat, page in pages.items():
        playing = False
        for frame in page.heard:
            assert set(frame) <= allowed[frame["kind"]]
            playing = playing or frame.get("stage") == "playing"
            told = json.dumps(frame)
            if frame["kind"] in ("morning", "options"):
                assert frame.get("view", frame["options"])["seat"] == seat
            for word in words:
                names = word == "Secret Name" and not playing
                assert names or word not in told, (frame["kind"], word)
    for frame in screen.rest(0.5) + screen.heard:
        assert not any(word in json.dumps(frame) for word in words)
    hidden = [each for each in twin.scenario.theatre.variables.items() if each[1].known_to is not None]
    assert hidden, "there is something to hide"
    for name, variable in hidden:
        for seat, page in pages.items():
            if seat not in variable.known_to and variable.news_after is None:
                mornings = [frame for frame in page.heard if frame["kind"] == "morning"]
                read = [each for frame in mornings for each in frame["view"]["variables"] if each["name"] == name]
                assert {each["value"] for each in read} == {None}


def test_the_whole_world_knows_nothing_that_a_seat_does_not():
    session = Session("baseline", ["us", "iran", "houthis"], seed=11)
    for _ in range(16):
        session.advance()
        known = public(session)
        for seat in session.seats:
            view = session.view(seat)
            heard = {(item.date, item.rung, item.deaths) for item in view.known}
            assert {(item.date, item.rung, item.deaths) for item in known.items} <= heard
            values = {each.name: each.value for each in view.variables if each.as_of is not None}
            as_of = {each.name: each.as_of for each in view.variables}
            for each in known.variables:
                assert each.as_of is None or as_of[each.name] is not None
                assert each.as_of != as_of[each.name] or each.value == values[each.name]
            assert all(item.responsible == () for item in known.items)
    assert any(item.kind == "deniable" and item.actor is None for item in known.items)
    assert known.places
    assert known.rungs_by_day[-1] == known.rungs[-1].rung


def test_outcomes_are_told_as_they_came_about():
    lasting = Settings(turn=366, stop_rung=None, stop_outcomes=False, stop_lapsed=False)
    session = Session("baseline", ["us"], seed=3, settings=lasting)
    session.advance(250)
    for told in (summary_of(session), screen_of(session, 1)):
        dates = [each["date"] for each in told["outcomes"]]
        assert len(dates) > 1
        assert dates == sorted(dates)


# What is refused.


def test_a_wrong_secret_of_an_umpire_is_refused(server, many_guesses):
    made = server.make()
    page = made.page("umpire", "x" * 32)
    assert page.hello["kind"] == "refused"
    assert page.closed_with == 4003
    player = made.player(seat="north")
    assert made.page("umpire", player.token).hello["kind"] == "refused", "a player's token opens no umpire's page"
    assert made.page("player", made.secret).hello["you"] is None, "nor the other way round"
    other = server.make()
    assert other.page(token=player.token).hello["you"] is None, "a token is of one room"


def test_wrong_codes_are_limited_by_who_tries_them(server, monkeypatch):
    made = server.make()
    page = made.player(seat="north")
    page.close()
    lines = next(each for each in server.app.app.routes if each.path == "/rooms").endpoint.__self__.lines
    monkeypatch.setattr(lines, "guesses", Guesses(3, 0.0))
    assert server.send(f"/rooms/{made.code}/qr.svg")[0] == 200
    for _ in range(4):
        assert server.send("/rooms/AAAAAA/qr.svg")[0] == 404
    assert server.send(f"/rooms/{made.code}/qr.svg")[0] == 404, "who guesses is not told when a guess is right"
    assert made.page().closed_with == 4008
    assert made.page(token=page.token).hello["you"]["seat"] == "north", "whoever has a secret is let in"
    assert made.page().hello["kind"] == "hello", "where somebody of the class is, others of it may come"
    assert server.send(f"/join/{made.code}")[0] == 200
    assert server.send(f"/join/{server.make().code}")[0] == 404, "to another room they may not"


def test_a_class_at_one_address_comes_back_with_stale_secrets_whoever_tries_others_beside_it(server, monkeypatch):
    made = server.make()
    lines = next(each for each in server.app.app.routes if each.path == "/rooms").endpoint.__self__.lines
    monkeypatch.setattr(lines, "guesses", Guesses(3, 0.0))
    for _ in range(30):
        assert made.page(token="of a room that is gone").hello["you"] is None
    for _ in range(5):
        assert made.page("umpire", "guessed").closed_with == 4003
    assert made.page().hello["kind"] == "hello"


def test_a_line_that_does_not_say_who_it_is_is_closed_and_logged(server, monkeypatch, caplog):
    monkeypatch.setattr("sim.serve.classroom.serving.FIRST_FRAME", 0.2)
    made = server.make()
    there = f"127.0.0.1:{server.port}"
    with connect(f"ws://{there}/rooms/{made.code}/line", origin=f"http://{there}") as silent:
        with pytest.raises(ConnectionClosed) as closed:
            silent.recv(timeout=5)
        assert closed.value.rcvd.code == 4007
    assert "it did not say who it is" in caplog.text
    assert made.room.visitors == []


def test_whoever_has_guessed_too_often_may_try_again_after_a_while():
    now = [0.0]
    guesses = Guesses(2, 1.0, clock=lambda: now[0])
    for _ in range(2):
        guesses.wrong("here")
    assert not guesses.too_many("here")
    guesses.wrong("here")
    assert guesses.too_many("here")
    assert not guesses.too_many("there")
    now[0] = 10.1
    assert not guesses.too_many("here")


def test_a_frame_that_is_sent_again_closes_the_line_and_does_nothing(server):
    made = server.make()
    _, (north,) = made.begun("north")
    north.do("order", order={"otherwise": "hold"}, turn=0)
    north.send({"kind": "done", "line": north.nonce, "n": north.n, "turn": 0, "done": True})
    assert north.closed_with == 4003
    assert made.room.worlds[1].done == set()


def test_a_frame_of_another_line_closes_the_line(server):
    made = server.make()
    _, (north, south) = made.begun("north", "south")
    south.send({"kind": "done", "line": north.nonce, "n": 99, "turn": 0, "done": True})
    assert south.closed_with == 4003
    assert made.room.worlds[1].done == set()


@pytest.mark.parametrize(
    "frame",
    [
        {"kind": "start"},
        {"kind": "everything", "world": 1},
        {"kind": "look", "world": 1, "seat": "south"},
        {"kind": "advance"},
        {"kind": "close"},
        {"kind": "order", "order": {}, "turn": 0, "seat": "south"},
        {"kind": "order", "order": {}, "turn": True},
        {"kind": "order", "order": [], "turn": 0},
        {"kind": "note", "text": "x" * 5000},
        {"kind": "done", "turn": 0, "done": 1},
        {"kind": "sit", "world": "1", "seat": "south"},
        {"kind": "what"},
    ],
)
def test_a_player_can_send_what_a_player_sends_and_nothing_else(server, frame):
    made = server.make()
    _, (north,) = made.begun("north")
    assert north.refused(**frame)
    assert made.room.worlds[1].turn == 0


UNSEEN = "a name needs a letter or a number that can be seen"


@pytest.mark.parametrize(
    ("name", "said"),
    [(each, UNSEEN) for each in ("   ", "\u2066", "\u3164")]
    + [("x" * 41, "the name has more than 40 letters"), ("", UNSEEN)],
)
def test_a_name_of_which_nothing_is_seen_is_refused_in_a_sentence(server, name, said):
    assert server.make().page().refused("join", name=name) == said


@pytest.mark.parametrize(("name", "seen"), [("a\u202eb", "ab"), ("Ann\u200b ", "Ann"), ("a\nb\x1b[31m", "a b[31m")])
def test_what_cannot_be_seen_of_a_name_is_left_out(server, name, seen):
    assert server.make().player(name=name).heard[-1]["you"]["name"] == seen


def test_two_of_one_name_are_told_apart(server):
    made = server.make(worlds=3)
    names = [
        made.player(name=name).heard[-1]["you"]["name"] for name in ("Bob", "BOB", "Bob\u200b", "b" * 40, "B" * 40)
    ]
    assert names == ["Bob", "BOB 2", "Bob 3", "b" * 40, f"{'B' * 38} 2"]


def test_a_name_is_what_somebody_is_called_and_no_markup_is_taken_from_it(server):
    made = server.make()
    page = made.player(name="  <b>Zoë </b>  ")
    assert page.heard[-1]["you"]["name"] == "<b>Zoë </b>"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"scenario": "../../etc/passwd"}, "no scenario"),
        ({"scenario": "/etc/passwd"}, "no scenario"),
        ({"scenario": "history"}, "no scenario"),
        ({"seats": ["moon"]}, "moon"),
        ({"seats": ["north", "north"]}, "north"),
        ({"seats": []}, "seats"),
        ({"worlds": 13}, "worlds"),
        ({"seconds": 5}, "seconds"),
        ({"turn": 0}, "turn"),
        ({"more": 1}, "more"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_the_reason(server, plan, said):
    asked = {"scenario": "first_lesson", "seats": ["north"]} | plan
    status, answer = server.send("/rooms", asked)
    assert status == 400
    assert said in json.loads(answer)["refused"]


def test_only_who_has_the_servers_key_makes_rooms(server):
    status, _ = server.send("/rooms", {"scenario": "first_lesson", "seats": ["north"]}, owner=False)
    assert status == 403
    made = server.make()
    assert server.send(f"/rooms/{made.code}/umpire", {}, owner=False)[0] == 403
    old = made.umpire()
    status, answer = server.send(f"/rooms/{made.code}/umpire", {})
    assert status == 200
    assert old.closed_with == 4001
    assert made.page("umpire", json.loads(answer)["umpire"]).hello["kind"] == "hello"


def test_a_room_is_taken_along_by_its_umpire_with_names_only_if_asked_for(server, many_guesses):
    made = server.make()
    umpire, (north,) = made.begun("north", name="=Ann()")
    north.do("order", order={"do": "north.mobilise", "why": "+cmd"}, turn=0)
    umpire.do("advance")
    assert server.send(f"/rooms/{made.code}/export", {"secret": north.token, "names": True})[0] == 403
    assert server.send(f"/rooms/{made.code}/export", {"secret": 5})[0] == 403
    for names in (False, True):
        texts = taken_along(made, names=names)
        assert set(texts) == {
            *("README.txt", "room.json", "people.csv", "entries.csv", "world-1.session"),
            *("debrief.html", "debrief.json", "forecasts.csv"),
        }
        assert any("=Ann()" in text for text in texts.values()) == names
        assert not any(north.token in text or made.secret in text for text in texts.values())
        assert "token" not in texts["room.json"]
        rows = list(csv.DictReader(io.StringIO(texts["entries.csv"])))
        assert [row["kind"] for row in rows] == ["hand", "order", "advance"]
        assert rows[1]["why"] == ("'+cmd" if names else ""), "no cell is a formula"
    assert _cell("=1+1") == "'=1+1"


def taken_along(made, **asked):
    """The files of an export, by their names."""
    status, packed = made.server.send(f"/rooms/{made.code}/export", {"secret": made.secret} | asked, owner=False)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_what_students_typed_is_left_out_with_their_names_unless_it_is_asked_for(server, tmp_path):
    made = server.make()
    umpire, (north,) = made.begun("north", name="Ann")
    north.do("order", order={"do": "north.mobilise", "why": "Because Bob said so <b>"}, turn=0)
    north.do("note", text="Carol is against it.")
    umpire.do("tell", text="Two more turns.")
    umpire.do("advance")
    typed, escaped = ("Because Bob said so <b>", "Carol is against it."), "Because Bob said so &lt;b&gt;"
    for asked, told in (
        ({}, False),
        ({"names": True}, True),
        ({"words": True}, True),
        ({"names": True, "words": 0}, False),
    ):
        texts = taken_along(made, **asked)
        assert [any(each in text for text in texts.values()) for each in typed] == [told, told]
        assert ("was left out" in texts["README.txt"]) != told
        assert (escaped in texts["debrief.html"]) == told
        assert any("Two more turns." in text for text in texts.values())
        (tmp_path / "world.session").write_text(texts["world-1.session"], encoding="utf-8")
        with Session.open(tmp_path / "world.session") as session:
            assert session.day == made.room.worlds[1].session.day, "it opens again, and its digests hold"


def test_an_export_holds_the_debrief_of_each_world_and_the_forecasts_with_their_scores(server):
    made = server.make(worlds=2, forecast=True)
    outcomes = [each["id"] for each in made.page().hello["room"]["forecast"]]
    players = [
        made.player(world=world, seat="north", name=f"Ann {world}", forecast={outcomes[0]: 100.0 * (world - 1)})
        for world in (1, 2)
    ]
    made.umpire().do("start")
    made.umpire().do("advance", days=30)
    players[0].until("morning", lambda frame: frame["turn"] > 0)
    texts = taken_along(made, names=True)
    for part in ("World 1", "World 2", "The essentials", "How to read this", "Forecasts", "Ann 2"):
        assert part in texts["debrief.html"]
    assert "<script" not in texts["debrief.html"]
    told = json.loads(texts["debrief.json"])
    assert [each["part"] for each in told] == ["beside", "world", "world", "class", "whole"]
    rows = list(csv.DictReader(io.StringIO(texts["forecasts.csv"])))
    assert [(row["name"], row["world"], row["outcome"], row["said"]) for row in rows] == [
        ("Ann 1", "1", outcomes[0], "0.0"), ("Ann 2", "2", outcomes[0], "1.0"),
    ]  # fmt: skip
    share = sum(each["onward"][outcomes[0]] for each in told if each["part"] == "world") / 2
    for row in rows:
        assert float(row["came"]) == pytest.approx(share, abs=1e-6)
        missed = (float(row["said"]) - share) ** 2  # both are shares
        assert float(row["brier"]) == pytest.approx(share * (1 - share) + missed, abs=1e-6)


def test_people_are_as_many_as_there_may_be(server, monkeypatch):
    monkeypatch.setattr("sim.serve.classroom.players.MOST_PEOPLE", 2)
    made = server.make()
    for _ in range(2):
        made.player()
    assert "full" in made.page().refused("join")


def test_pages_without_a_secret_are_few_and_the_oldest_makes_way(server, monkeypatch):
    monkeypatch.setattr("sim.serve.classroom.serving.MOST_SCREENS", 1)
    monkeypatch.setattr("sim.serve.classroom.serving.MOST_STRANGERS", 2)
    made = server.make()
    projector = made.page("screen", made.secret)
    first, second = made.page("screen"), made.page("screen")
    assert first.closed_with == 4008
    flood = [made.page() for _ in range(3)]
    assert flood[0].closed_with == 4008
    assert flood[2].do("join")["you"]["seat"] == "north", "whoever comes last has a place"
    assert made.page().hello["kind"] == "hello"
    made.umpire().do("start")
    for screen in (second, projector):
        assert screen.until("world")["turn"] == 0
    assert projector.refused("advance") == "nothing can be done from here"


def test_tokens_are_found_by_their_digests():
    people = People([])
    person = people.add("a token", "Ann")
    assert people.by_token("a token") is person
    assert people.by_token("A token") is None
    assert "a token" not in json.dumps(person.kept())
