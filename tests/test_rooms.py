"""Rooms: a class joins, sits, gives orders and lives its turns, and whoever is late, lost or absent is played."""

from collections.abc import Iterator
from time import sleep

import pytest

from sim.serve.classroom.plan import catalogue
from sim.serve.classroom.refusing import TOGETHER
from sim.serve.scenarios import Scenarios
from tests.class_client import Made, Page, Server, serving

SCENARIOS = Scenarios()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("rooms")) as found:
        yield found


def time_is_up(made: Made, world: int = 1) -> None:
    """Let the time of a turn be over."""
    room = made.room

    def end() -> None:
        room.worlds[world].clock.ends = room.worlds[world].clock.now()
        room.turns.wind(room.worlds[world])

    made.server.within(end)


def standing(page: Page) -> dict:
    """What stands of a seat's orders, as its newest morning has it."""
    return next(frame for frame in reversed(page.heard) if frame["kind"] == "morning")["view"]["standing"]


def test_a_turn_is_lived_as_soon_as_everybody_who_is_here_is_done(server):
    umpire, (north, south) = server.make(seconds=600).begun("north", "south")
    assert (
        north.do("order", order={"do": "north.mobilise"}, turn=0)["standing"]["scheduled"][0]["act"] == "north.mobilise"
    )
    north.do("done", turn=0)
    assert not [frame for frame in north.rest() if frame["kind"] == "morning"]
    south.do("done", turn=0)
    for page in (north, south):
        assert page.until("morning")["turn"] == 1
    assert "north.mobilise" in [item["act"] for item in south.heard[-1]["view"]["known"]]
    umpire.until("overview", lambda frame: frame["worlds"][0]["turn"] == 1)


def test_an_order_for_a_turn_that_is_over_is_refused_as_late(server):
    umpire, (north,) = server.make().begun("north")
    umpire.do("advance")
    assert "too late" in north.refused("order", order={"do": "north.mobilise"}, turn=0)
    assert "another turn" in north.refused("done", turn=0)


def test_what_a_session_refuses_is_told_in_its_own_sentences(server):
    _, (north,) = server.make().begun("north")
    told = north.refused("order", order={"do": "south.mobilise"}, turn=0)
    assert told == "“Mobilise at the border” is not an act of North; a seat orders its own acts only"
    assert "did you mean" in north.refused("order", order={"do": "north.mobilize"}, turn=0)


def test_a_refusal_speaks_of_acts_as_students_know_them_and_says_which_and_that_none_stands(server):
    _, (us,) = server.make("baseline", ("us", "iran")).begun("us")
    on = us.heard[-1]["date"]
    late = {"act": "us.kill_commanders", "on": on}
    said = "“Kill Soleimani and al-Muhandis” must be ordered 1 day ahead: the earliest day is 2 May 2019"
    alone = us.ask("order", order={"do": [late]}, turn=0)
    assert (alone["reasons"], alone["acts"]) == ([said], ["us.kill_commanders"])
    both = us.ask("order", order={"do": ["us.warn_militias", late]}, turn=0)
    assert both["reasons"] == [said, TOGETHER]
    assert us.do("order", order={}, turn=0)["standing"]["scheduled"] == [], "none of them was taken"
    closed = us.refused("order", order={"do": {"act": "us.bomb_iran", "on": on}}, turn=0)
    assert closed.startswith("“Bomb Iran by night” ")
    again = {"never": ["us.kill_commanders"]}
    us.do("order", order=again, turn=0)
    us.do("order", order=again | {"never": ["us.bomb_iran"], "do": "us.kill_commanders"}, turn=0)
    assert us.refused("order", order=again, turn=0).startswith(
        "“Kill Soleimani and al-Muhandis” is ordered for 2 May 2019"
    )
    assert "umpire" not in us.refused("sit", world=1, seat="iran")


def test_the_server_keeps_the_deadline_where_nobody_is_there(server):
    made = server.make(seconds=600)
    umpire, (north,) = made.begun("north")
    north.close()
    time_is_up(made)
    umpire.until("overview", lambda frame: frame["worlds"][0]["turn"] == 1)


@pytest.mark.parametrize("late", ["rules", "hold"])
def test_whoever_is_late_is_played_as_the_plan_says_and_has_the_seat_back(server, late):
    other = {"rules": "hold", "hold": "rules"}[late]
    made = server.make(seconds=600, late=late)
    _umpire, (north, south) = made.begun("north", "south")
    north.do("order", order={"otherwise": other, "do": "north.mobilise"}, turn=0)
    south.do("order", order={"otherwise": other}, turn=0)
    south.do("done", turn=0)
    time_is_up(made)
    north.until("morning", lambda frame: frame["turn"] == 1)
    assert standing(north)["otherwise"] == other, "the seat is its own again"
    session = made.room.worlds[1].session
    played = [(entry.seat, entry.by, entry.order.otherwise) for entry in session.entries if entry.kind == "order"]
    assert ("north", "clock", late) in played
    assert ("south", "clock", late) not in played
    assert any(item["kind"] == "own" and item["ordered"] for item in north.heard[-1]["view"]["known"]), "orders stand"


def test_the_umpire_decides_about_late_seats_where_the_plan_says_so(server):
    made = server.make(seconds=600, late="umpire")
    umpire, (north,) = made.begun("north")
    north.do("done", turn=0)
    told = umpire.until("overview", lambda frame: frame["worlds"][0]["waits"])["worlds"][0]
    assert told["turn"] == 0
    assert [seat["seat"] for seat in told["seats"] if seat["late"]] == ["south"]
    assert north.until("clock", lambda frame: frame["umpire"])["deadline"] is None
    umpire.do("order", world=1, seat="south", order={"do": "south.mobilise"})
    umpire.do("advance")
    assert north.until("morning", lambda frame: frame["turn"] == 1)
    assert made.room.worlds[1].session.world.lived[0].deeds == {"south.mobilise": "south"}
    north.do("done", turn=1)
    umpire.until("overview", lambda frame: frame["worlds"][0]["waits"])
    south = made.player(seat="south")
    south.do("done", turn=1)
    assert south.until("morning", lambda frame: frame["turn"] == 2), "all seats are done after all"
    assert not made.room.worlds[1].waits
    assert made.room.worlds[1].clock.left > 590


def test_seats_that_nobody_has_are_played_by_the_rules_until_somebody_comes(server):
    made = server.make()
    umpire, (_north,) = made.begun("north")
    session = made.room.worlds[1].session
    assert session.desks["south"].played_by == "rules"
    umpire.do("advance")
    late = made.player()
    assert late.until("morning")["view"]["seat"] == "south"
    assert session.desks["south"].played_by == "orders"
    umpire.do("free", world=1, seat="south")
    assert session.desks["south"].played_by == "rules"
    assert late.until("you")["you"]["seat"] is None
    assert "take a seat first" in late.refused("order", order={}, turn=1)


def test_who_comes_late_is_told_all_that_the_seat_knows_so_far(server):
    made = server.make("baseline", ("us", "iran"))
    umpire, (_us,) = made.begun("us")
    for _ in range(4):
        umpire.do("advance")
    late = made.player()
    first = late.until("morning")
    assert first["turn"] == 4
    assert first["view"]["seat"] == "iran"
    new, known = first["view"]["news"], first["view"]["known"]
    assert len(new) < len(known)
    old = next(item["text"] for item in known if item["rung"] >= 4 and item not in new)
    assert old in " ".join(first["briefing"].split())
    umpire.do("advance")
    assert old not in " ".join(late.until("morning")["briefing"].split())


def test_who_joins_without_choosing_fills_one_world_before_the_next(server):
    made = server.make(worlds=3)
    places = [made.player() for _ in range(7)]
    told = [page.heard[-1]["you"] for page in places]
    assert [(each["world"], each["seat"]) for each in told] == [
        *((world, seat) for world in (1, 2, 3) for seat in ("north", "south")),
        (None, None),
    ]


def test_a_seat_is_taken_once(server):
    made = server.make(worlds=2)
    made.player(world=1, seat="north")
    page = made.page()
    assert "sits there already" in page.refused("join", world=1, seat="north")
    assert page.do("join", seat="north")["you"]["world"] == 2
    assert "joined already" in page.refused("join")
    page.do("sit", world=1, seat="south")
    assert page.do("sit", world=2, seat="north")["you"]["seat"] == "north"
    assert "no world 3" in page.refused("sit", world=3, seat="north")
    assert "no seat" in page.refused("sit", world=1, seat="moon")


def test_while_playing_nobody_moves_to_another_seat_and_looks_twice(server):
    made = server.make()
    _, (north,) = made.begun("north")
    assert "only your teacher" in north.refused("sit", world=1, seat="south")


def test_the_newest_page_of_a_token_has_the_seat(server):
    made = server.make()
    _, (old,) = made.begun("north")
    new = made.page(token=old.token)
    assert new.hello["you"]["seat"] == "north"
    assert old.until("replaced")
    assert old.closed_with == 4001
    new.until("morning")
    new.do("order", order={"do": "north.mobilise"}, turn=0)


def test_a_lost_line_frees_nothing(server):
    made = server.make()
    _umpire, (north, south) = made.begun("north", "south")
    north.close()
    south.until("presence", lambda frame: [seat["here"] for seat in frame["seats"]] == [False, True])
    other = made.page()
    other.until("presence")
    assert "sits there already" in other.refused("join", world=1, seat="north")
    again = made.page(token=north.token)
    assert again.hello["you"]["seat"] == "north"
    assert again.until("morning")["turn"] == 0


def test_parallel_worlds_are_on_the_same_dice(server):
    made = server.make("baseline", ("us", "iran"), worlds=2)
    umpire = made.umpire()
    umpire.do("start")
    for _ in range(6):
        umpire.do("advance")
    one, two = (made.room.worlds[number].session.world.digest() for number in (1, 2))
    assert one == two


def test_at_home_everybody_has_a_world_of_their_own(server):
    made = server.make(mode="homework")
    first, second = made.player(), made.player(seat="south")
    assert [page.until("morning")["world"] for page in (first, second)] == [1, 2]
    first.do("done", turn=0)
    assert first.until("morning")["turn"] == 1
    assert not [frame for frame in second.rest() if frame["kind"] in ("morning", "presence")]
    assert first.rest(0.1) == []
    assert [seat["world"] for frame in first.heard if frame["kind"] == "presence" for seat in frame["seats"]][-1] == 1
    umpire = made.umpire()
    umpire.do("end", world=1)
    assert first.until("over")["debrief"] == f"/rooms/{made.code}/debrief"
    second.do("done", turn=0)
    assert second.until("morning")["turn"] == 1


def test_turns_are_taken_back_and_gone_through_fast_on_all_pages(server):
    made = server.make()
    umpire, (north, south) = made.begun("north", "south")
    umpire.do("advance", days=12)
    for page in (north, south):
        assert page.until("morning", lambda frame: frame["turn"] > 0)["view"]["day"] == 12
    turns = made.room.worlds[1].turn
    umpire.do("back", world=1, turns=turns)
    for page in (north, south):
        assert page.until("morning", lambda frame: frame["turn"] == 0)["view"]["day"] == 0
    north.do("order", order={"do": "north.mobilise"}, turn=0)


def test_words_of_the_umpire_reach_seats_at_once_and_are_marked_as_such_in_their_news(server):
    made = server.make()
    umpire, (north, south) = made.begun("north", "south")
    screen = made.page("screen")
    north.do("done", turn=0)  # they have read what is new
    umpire.do("tell", world=1, text=" Ten more minutes. ")
    at_once = {"kind": "told", "world": 1, "turn": 0, "text": "Ten more minutes.", "all": True}
    for page in (north, south, screen):
        assert page.until("told") == at_once | {"date": "2030-01-01"}
    umpire.do("tell", world=1, text="A rumour, to you alone.", to=["south"])
    assert south.until("told")["all"] is False
    assert not [frame for page in (north, screen) for frame in page.rest() if frame["kind"] == "told"]
    shown = made.page("screen").until("world")
    assert [each["text"] for each in shown["told"]] == ["Ten more minutes."]
    assert shown["news"] == [], "what the teacher says did not happen in the world"
    umpire.do("advance")
    morning = south.until("morning", lambda frame: frame["turn"] == 1)
    assert [(each["text"], each["all"]) for each in morning["told"]] == [
        ("Ten more minutes.", True), ("A rumour, to you alone.", False),
    ]  # fmt: skip
    known = {item["number"]: item["text"] for item in morning["view"]["known"]}
    assert all(known[each["number"]] == each["text"] for each in morning["told"])


def test_pages_are_told_by_what_a_world_is_over(server):
    made = server.make(worlds=2)
    umpire, (north,) = made.begun("north")
    screen = made.page("screen")
    umpire.do("end", world=1)
    assert north.until("morning", lambda frame: frame["view"]["over"])["ended"] == "umpire"
    assert screen.until("world", lambda frame: frame["over"])["ended"] == "umpire"
    assert made.page("player", north.token).until("over")["ended"] == "umpire"
    umpire.do("advance", world=2, days=1000)
    worlds = umpire.until("overview", lambda frame: all(each["over"] for each in frame["worlds"]))["worlds"]
    assert [each["ended"] for each in worlds] == ["umpire", "last day"]


def test_the_umpire_sees_for_which_empty_seats_they_act(server):
    made = server.make()
    umpire, _ = made.begun("north")
    umpire.do("order", world=1, seat="south", order={"do": "south.mobilise"})
    seats = umpire.until("overview", lambda frame: any(each["acted_for"] for each in frame["worlds"][0]["seats"]))
    assert [each["acted_for"] for each in seats["worlds"][0]["seats"]] == [False, True]
    umpire.do("hand", world=1, seat="south", to="rules")
    seats = umpire.until("overview", lambda frame: not any(each["acted_for"] for each in frame["worlds"][0]["seats"]))
    assert seats["worlds"][0]["seats"][1]["played_by"] == "rules"


def test_there_are_as_many_worlds_as_the_students_need_where_nobody_says_how_many(server):
    assert [server.make(students=students).room.plan.worlds for students in (1, 4, 5, 100)] == [1, 2, 3, 12]
    assert server.make(students=20, worlds=2).room.plan.worlds == 2, "what is chosen holds"
    assert server.make(students=20, mode="homework").room.plan.worlds == 1
    status, told = server.send("/rooms", {"scenario": "first_lesson", "seats": ["north"], "worlds": 3, "students": 2})
    assert status == 400
    assert b"3 worlds are more than there are students; choose 2 at most" in told


def test_a_morning_says_that_the_umpire_has_taken_turns_back_until_another_is_lived(server):
    umpire, (north,) = server.make().begun("north")
    assert north.heard[-1]["taken_back"] == 0
    for _ in range(3):
        umpire.do("advance")
    north.until("morning", lambda frame: frame["turn"] == 3)
    umpire.do("back", world=1, turns=2)
    assert north.until("morning", lambda frame: frame["turn"] == 1)["taken_back"] == 2
    umpire.do("back", world=1)
    assert north.until("morning", lambda frame: frame["turn"] == 0)["taken_back"] == 1
    umpire.do("advance")
    assert north.until("morning", lambda frame: frame["turn"] == 1)["taken_back"] == 0


STOPPED_BY = {
    "nothing": ({"stop_rung": None, "stop_outcomes": False}, 7),
    "an order that cannot be carried out": ({"stop_rung": None, "stop_outcomes": True}, 1),
}


@pytest.mark.parametrize(("plan", "days"), STOPPED_BY.values(), ids=STOPPED_BY)
def test_a_turn_always_lasts_its_days_where_the_plan_says_so(server, plan, days):
    made = server.make("baseline", ("iran", "us"), **plan)
    umpire, (iran,) = made.begun("iran")
    assert {name: umpire.hello["room"][name] for name in plan} == plan
    made.room.worlds[1].session.desks["iran"].lapsed.append((0, "iran.close_ranks", "it was too late"))
    umpire.do("advance")
    iran.until("morning", lambda frame: frame["turn"] == 1)
    assert made.room.worlds[1].session.day == days


def test_nothing_is_lived_and_nothing_ordered_while_the_umpire_has_stopped_the_clock(server):
    made = server.make(seconds=600)
    umpire, (north,) = made.begun("north")
    umpire.do("pause", paused=True)
    assert north.until("clock", lambda frame: frame["paused"])["deadline"] is None
    assert "stopped the clock" in north.refused("order", order={"do": "north.mobilise"}, turn=0)
    assert "stopped" in umpire.refused("advance")
    north.do("done", turn=0)
    umpire.do("pause", paused=False)
    assert north.until("morning", lambda frame: frame["turn"] == 1), "all were done, and the clock goes on"


def test_more_time_is_given(server):
    made = server.make(seconds=600)
    umpire, (north,) = made.begun("north")
    umpire.do("extend", world=1, seconds=300)
    assert 890 < north.until("clock", lambda frame: frame["left"] > 601)["left"] <= 900


def test_the_umpire_looks_over_shoulders_and_sees_all(server):
    made = server.make("baseline", ("us", "iran"))
    umpire, (us,) = made.begun("us")
    umpire.do("advance")
    mine = us.until("morning", lambda frame: frame["turn"] == 1)
    seen = umpire.do("look", world=1, seat="us")
    assert seen["view"] == mine["view"]
    assert seen["options"] == mine["options"]
    everything = umpire.do("everything", world=1)
    assert {each["act"].split(".")[0] for each in everything["acts"]}.isdisjoint({"us"})
    act = everything["acts"][0]["act"]
    umpire.do("inject", world=1, act=act)
    umpire.do("tell", text="A rumour in the bazaar.", to=["us"])
    told = us.until("morning", lambda frame: any("rumour" in item["text"] for item in frame["view"]["known"]))
    assert told["turn"] == 1
    umpire.do("advance")
    assert act in [event.get("act") for event in umpire.do("everything", world=1)["events"]]
    told = umpire.refused("inject", world=1, act="us.strike_iran")
    assert told.startswith("“Strike radars and missile batteries in Iran” is for United States to order; hand the seat")


def test_futures_are_asked_where_the_plan_allows_them(server):
    _, (north,) = server.make().begun("north")
    found = north.do("futures", acts=["north.mobilise"])
    assert found["acts"] == ["north.mobilise", "rules", "hold"]
    assert found["runs"] == 500
    assert all(0 <= row["low"] <= row["share"] <= row["high"] <= 1 for row in found["rows"])
    _, (other,) = server.make(futures=False).begun("north")
    assert "nobody may ask" in other.refused("futures")


def test_what_truly_happened_is_told_where_the_plan_says_so(server):
    made = server.make("baseline", ("us",), known="all")
    umpire, (us,) = made.begun("us")
    umpire.do("advance", days=28)
    morning = us.until("morning", lambda frame: frame["turn"] > 0)
    assert len(morning["truth"]) == len(made.room.worlds[1].session.world.past.events)
    _, (other,) = server.make("baseline", ("us",)).begun("us")
    assert other.heard[-1]["truth"] is None


def test_a_locked_room_lets_nobody_else_in(server):
    made = server.make()
    umpire = made.umpire()
    inside = made.player()
    umpire.do("lock", locked=True)
    assert "locked" in made.page().refused("join")
    assert made.page(token=inside.token).hello["you"] is not None
    umpire.do("lock", locked=False)
    made.player()


def test_people_are_moved_and_leave(server):
    made = server.make(worlds=2)
    umpire, (north,) = made.begun("north")
    person = umpire.until("overview", lambda frame: frame["people"])["people"][0]["id"]
    umpire.do("move", person=person, world=2, seat="south")
    assert north.until("you")["you"] | {"id": ""} == {
        "id": "",
        "name": None,
        "world": 2,
        "seat": "south",
        "forecast": None,
    }
    assert north.until("morning")["view"]["seat"] == "south"
    north.do("leave")
    assert "join the room first" in north.refused("done", turn=0)
    assert made.page(token=north.token).hello["you"] is None
    assert made.room.worlds[2].session.desks["south"].played_by == "rules"


def test_a_closed_room_is_deleted_with_all_that_is_in_it(server):
    made = server.make()
    umpire, (north,) = made.begun("north")
    folder = made.folder
    umpire.do("close")
    assert north.until("closed")
    assert north.closed_with == 4004
    for _ in range(100):
        if not folder.exists():
            break
        sleep(0.02)
    assert not folder.exists()
    assert made.room is None
    assert made.page().closed_with == 4004


def test_the_room_is_over_once_every_world_is(server):
    made = server.make(worlds=2)
    umpire, (north,) = made.begun("north")
    umpire.do("advance", world=1, days=400)
    assert north.until("over")["debrief"] is None, "others still play"
    umpire.do("advance", world=2, days=400)
    assert north.until("over", lambda frame: frame["debrief"])["world"] == 1
    assert "over" in north.refused("done", turn=0)
    assert "over" in made.page().refused("join")
    turns = made.room.worlds[1].turn
    umpire.do("back", world=1, turns=1)
    assert north.until("morning", lambda frame: frame["turn"] == turns - 1)
    assert made.room.stage == "playing"
    north.do("order", order={"otherwise": "hold"}, turn=turns - 1)


def test_a_line_that_reads_nothing_holds_up_nobody(server):
    made = server.make("baseline", ("us", "iran"))
    umpire, (us, iran) = made.begun("us", "iran")
    for _ in range(15):
        umpire.do("advance")
        us.do("order", order={}, turn=made.room.worlds[1].turn)
    mornings = [frame for frame in iran.rest(0.5) if frame["kind"] == "morning"]
    assert mornings[-1]["turn"] == made.room.worlds[1].turn
    with pytest.raises(TimeoutError):
        iran.socket.recv(timeout=0.1)


def test_pages_of_other_rooms_say_nothing(server):
    page = server.make().page("screen")
    assert page.hello["kind"] == "hello"
    assert page.hello["you"] is None
    assert page.rest(0.2) == []
    page.n += 1
    page.send({"kind": "start", "line": page.nonce, "n": 1})
    assert page.until("refused")["reasons"]


@pytest.mark.parametrize("name", ["first_lesson", "whole_crisis", "gulf_dialogue"])
def test_the_catalogue_says_of_scenarios_what_they_say_when_they_are_loaded(name):
    told = next(each for each in catalogue(SCENARIOS)["scenarios"] if each["name"] == name)
    loaded = SCENARIOS.load(name)
    assert told == {
        "name": name,
        "title": loaded.title,
        "question": loaded.question,
        "start": loaded.start.isoformat(),
        "end": loaded.end.isoformat(),
        "days": loaded.days,
        "theatre": loaded.theatre.theatre,
    }
    assert catalogue(SCENARIOS)["casts"][told["theatre"]][0].keys() == {"id", "label", "wants", "about", "acts"}


def test_a_code_is_read_however_it_is_written(server):
    made = server.make()
    rooms = server.rooms
    assert rooms.find(made.code.lower()) is rooms.find(f"{made.code[:3]} {made.code[3:]}") is made.room
    assert rooms.find("../" + made.code) is None


def test_a_session_is_opened_once_however_many_ask_for_it(server):
    """A session that was let go of is read again, and nothing that was said meanwhile is lost."""
    made = server.make()
    _, (north, south) = made.begun("north", "south")
    world = made.room.worlds[1]
    server.within(world.let_go)
    server.within(lambda: setattr(world, "epoch", -1))  # as if the server was killed before the room knew of the turn
    begun, before = [], type(made.room)._moved_on

    def counted(room, world):
        begun.append(world.number)
        before(room, world)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(made.room), "_moved_on", counted)
        for page in (north, south):
            page.n += 1
            page.send({"kind": "order", "line": page.nonce, "n": page.n, "order": {"otherwise": "hold"}, "turn": 0})
        for page in (north, south):
            page.until("ack")
    assert begun == [1]


def test_who_has_no_seat_hears_that_one_came_free(server):
    made = server.make(seats=("north",))
    umpire, _ = made.begun("north")
    waiting = made.player()
    assert waiting.hello["you"] is None
    umpire.do("free", world=1, seat="north")
    waiting.until("presence", lambda frame: [seat["taken"] for seat in frame["seats"]] == [False])
    waiting.do("sit", world=1, seat="north")
    assert waiting.until("morning")["view"]["seat"] == "north"


def test_a_room_is_looked_back_on_once_it_is_over(server):
    made = server.make(forecast=True)
    umpire, (north,) = made.begun("north")
    early = made.page("debrief", north.token)
    umpire.do("advance", days=20)
    assert early.rest(0.2) == [], "while others play nothing is told of what was"
    umpire.do("end")
    assert early.until("hello")["room"]["stage"] == "over"
    parts = [early.until("debrief")["part"]]
    while parts[-1] != "whole":
        parts.append(early.until("debrief")["part"])
    assert {"beside", "world", "class"} <= set(parts)


def test_what_the_umpire_does_to_one_is_noticed_by_no_other(server):
    made = server.make("baseline", ("us", "iran"))
    umpire, (us, iran) = made.begun("us", "iran")
    us.rest(0.3)
    iran.rest(0.3)
    act = umpire.do("everything", world=1)["acts"][0]["act"]
    umpire.do("inject", world=1, act=act)
    umpire.do("look", world=1, seat="us")
    umpire.do("order", world=1, seat="us", order={"otherwise": "hold"})
    umpire.do("tell", text="For one alone.", to=["us"])
    assert us.until("morning", lambda frame: "For one alone." in str(frame))["view"]["standing"]["otherwise"] == "hold"
    assert iran.rest(0.5) == []


def test_an_order_that_the_umpire_made_for_a_turn_that_is_over_is_refused_as_late(server):
    umpire, _ = server.make().begun("north", "south")
    seen = umpire.do("look", world=1, seat="north")
    meant = {"world": 1, "seat": "north", "order": {"otherwise": "hold"}, "turn": seen["turn"], "epoch": seen["epoch"]}
    umpire.do("order", **meant)
    umpire.do("advance", world=1)
    assert "too late" in umpire.refused("order", **meant)


def test_who_is_gone_keeps_the_turn_until_its_deadline_and_only_they_can_be_removed(server):
    made = server.make(seconds=300)
    umpire, (north, south) = made.begun("north", "south")
    person = next(each for each in made.room.people if each.seat == "south")
    assert "they are here" in umpire.refused("remove", person=person.id)
    south.close()
    umpire.until("overview", lambda told: any(each["gone"] for each in told["people"]))
    server.within(lambda: setattr(person, "gone", person.gone - 1000.0))
    north.do("done", turn=0)
    assert made.room.worlds[1].turn == 0
    assert made.room.waiting_for(made.room.worlds[1]) == ["south"]
    umpire.do("remove", person=person.id)
    north.until("morning", lambda told: told["turn"] == 1)
    assert len(made.room.people) == 1


def test_decisions_are_told_as_ones_own_to_who_gave_them_and_of_nobody_else():
    from sim.serve.classroom.debriefing import told_to

    found = [{"seat": "us", "kind": "deed", "by": [by]} for by in ("p1", "umpire", "p2")]
    told = told_to(found, "p1", "us")
    assert [each["yours"] for each in told] == [True, False, False]
    assert all("by" not in each for each in told)
    assert not any(each["yours"] for each in told_to(found, None, None))
