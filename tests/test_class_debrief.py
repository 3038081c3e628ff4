"""The debrief of a class: scores worked out by hand, worlds that part, and the page on which all look back."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.play import Session
from sim.serve.classroom import debriefing
from sim.serve.classroom.beside import beside
from sim.serve.classroom.courses import Done, course, differences, for_a_class, partings
from sim.serve.classroom.debriefing import ENDING, Class, Debriefs
from sim.serve.classroom.forecasts import held_to, score, scored
from sim.theatre.files.load import load
from tests.class_client import serving
from tests.test_report_page import browser  # noqa: F401

FORECASTS = {"ann": {"a": 0, "b": 50}, "bo": {"a": 50, "b": 50}, "cy": {"a": 100, "b": 80}}
JUDGES = {"worlds": {"a": 0.5, "b": 0.0}, "really": {"a": 1.0, "b": 0.0}}

# Scores.


def test_a_score_is_luck_and_distance():
    found = score(0.3, 0.5)
    assert (found.luck, found.distance) == (0.25, pytest.approx(0.04))
    assert found.whole == pytest.approx(0.29)


@given(said=st.floats(0, 1), came=st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_score_is_the_mean_squared_distance_from_what_came_in_the_worlds(said, came):
    by_world = sum((said - so) ** 2 for so in came) / len(came)
    assert score(said, sum(came) / len(came)).whole == pytest.approx(by_world)


def test_a_class_is_scored_as_one_would_by_hand():
    found = held_to(FORECASTS, ["a", "b"], JUDGES, "ann")
    assert found is not None
    worlds = found["scores"]["worlds"]
    assert worlds["own"] == {"luck": 0.125, "distance": 0.25, "score": 0.375}
    assert worlds["mean"]["score"] == pytest.approx((0.25 + 0.36) / 2)  # says 50 and 60 %
    assert worlds["median"]["score"] == pytest.approx(0.25)  # says 50 and 50 %
    assert worlds["half"]["score"] == pytest.approx(0.25)
    assert worlds["singles"] == pytest.approx((0.375 + 0.25 + 0.57) / 3)
    assert worlds["beaten"] == 2
    assert {at: n for at, n in enumerate(worlds["spread"]) if n} == {5: 1, 7: 1, 11: 1}
    really = found["scores"]["really"]
    assert really["own"] == {"luck": 0.0, "distance": 0.625, "score": 0.625}
    first = found["outcomes"][0]
    assert (first["mean"], first["median"], first["own"]) == (0.5, 0.5, 0.0)
    assert first["said"] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_nobody_is_told_what_another_scores():
    assert "own" not in json.dumps(held_to(FORECASTS, ["a", "b"], JUDGES, None))
    assert "own" not in json.dumps(held_to(FORECASTS, ["a", "b"], JUDGES, "somebody else"))
    told = json.dumps(held_to(FORECASTS, ["a", "b"], JUDGES, "ann"))
    assert not [name for name in FORECASTS if f'"{name}"' in told]


def test_fewer_than_three_forecasts_are_not_pooled():
    two = {name: FORECASTS[name] for name in ("ann", "bo")}
    found = held_to(two, ["a", "b"], JUDGES, "ann")
    assert found is not None
    assert set(found["scores"]["worlds"]) == {"own", "own_half"}
    assert set(found["outcomes"][0]) == {"id", "n", "shares", "own", "scores"}
    assert found["answered"] is None


@pytest.mark.parametrize("said", [{}, {"c": 5}, {"b": 101}, {"b": float("nan")}, {"b": True}, {"b": None}])
def test_who_says_nothing_of_what_was_asked_is_not_counted(said):
    found = held_to(FORECASTS | {"di": said}, ["a", "b"], JUDGES, "di")
    assert found == held_to(FORECASTS, ["a", "b"], JUDGES, None)


def test_who_leaves_something_out_is_scored_by_what_they_answered():
    found = held_to(FORECASTS | {"di": {"a": 100, "b": None}}, ["a", "b"], JUDGES, "di")
    assert found is not None
    assert (found["n"], found["answered"], found["own_answered"]) == (4, [1, 3], 1)
    first, second = found["outcomes"]
    assert (first["n"], first["mean"], first["own"]) == (4, 0.625, 1.0)
    assert (second["n"], "own" in second) == (3, False)
    assert first["scores"]["really"] == {
        "own": 0.0,
        "mean": pytest.approx(0.375**2),
        "singles": pytest.approx((1.0 + 0.25 + 0.0 + 0.0) / 4),
    }
    really = found["scores"]["really"]
    assert really["own"]["score"] == 0.0
    assert really["own_half"]["score"] == 0.25, "over the outcome that they answered"
    assert really["own_mean"]["score"] == pytest.approx(0.375**2)
    # Over the same outcomes the mean (62.5 and 60 %) scores 0.250: ann 0.625, bo 0.25, cy 0.32; of the first 0.141.
    assert really["beaten"] == 2
    assert really["singles"] == pytest.approx((0.625 + 0.25 + 0.32 + 0.0) / 4)


def test_what_fewer_than_three_answered_is_not_pooled_and_set_beside_nobodys():
    found = held_to(
        FORECASTS | {"ann": {"a": 0}, "di": {"a": 20, "b": 20}} | {"cy": {"a": 1}}, ["a", "b"], JUDGES, "di"
    )
    assert found is not None
    assert ["mean" in each for each in found["outcomes"]] == [True, False]
    assert "own_mean" not in found["scores"]["worlds"], "the class's mean says nothing of the second"
    assert found["scores"]["worlds"]["half"] == scored({"a": 0.5}, {"a": 0.5}).as_dict()


def test_without_a_forecast_there_is_nothing_to_score():
    assert held_to({}, ["a"], JUDGES) is None
    assert held_to(FORECASTS, [], JUDGES) is None


def test_a_forecast_of_the_share_itself_leaves_only_luck():
    found = scored({"a": 0.5, "b": 0.0}, JUDGES["worlds"])
    assert (found.luck, found.distance) == (0.125, 0.0)


# Where worlds part.


def test_worlds_part_on_the_first_day_on_which_something_else_is_done():
    quiet, struck = [("wait", 0, None)], [("wait", 0, None), ("strike", 3, "us")]
    worlds = {1: (4, {1: quiet, 3: [("talk", 0, "iran")]}), 2: (4, {1: quiet}), 3: (4, {1: struck})}
    first, second = partings(worlds)
    assert (first.day, first.parts) == (1, (((1, 2), ()), ((3,), (Done("strike", "us"),))))
    assert (second.day, second.parts) == (3, (((1,), (Done("talk", "iran"),)), ((2,), ())))


def test_a_world_that_ended_earlier_did_not_part():
    assert partings({1: (2, {0: [("a", 0, None)]}), 2: (5, {0: [("a", 0, None)], 4: [("b", 0, None)]})}) == []


def test_the_same_acts_with_other_dead_part_worlds():
    (found,) = partings({1: (1, {0: [("a", 0, None)]}), 2: (1, {0: [("a", 7, None)]})})
    assert found.parts == (((1,), ()), ((2,), ()))


# What a class is told.


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Three worlds of a short scenario: one is not begun, one held back, and one in which North mobilised."""
    folder, files = tmp_path_factory.mktemp("class"), {}
    for world in (1, 2, 3):
        files[world] = folder / f"world-{world}.session"
        with Session("first_lesson", ["north", "south"], seed=7, path=files[world], clock=lambda: None) as session:
            session.sit("north", ["Wilhelmina"])
            if world > 1:
                order = {"do": "north.mobilise", "why": "They must see it."} if world == 3 else {"otherwise": "hold"}
                session.order("north", order, by="Wilhelmina")
                for _ in range(3):
                    session.advance(7)
    scenario = load("first_lesson")
    asked = tuple(scenario.theatre.outcomes)
    forecasts = {f"p{at}": dict.fromkeys(asked, 20.0 * at) for at in range(4)}
    return Class(scenario, 7, files, asked=asked, forecasts=forecasts, places={"p1": (3, "north")})


def told(of, person=None, debriefs=None):
    async def all_of():
        return [message async for message in (debriefs or Debriefs()).told(of, person)]

    return asyncio.run(all_of())


def part(messages, name):
    return [each for each in messages if each["part"] == name]


def test_the_own_world_is_told_first_and_all_are_told(played):
    messages = told(played, "p1")
    assert [each["world"] for each in part(messages, "world")] == [3, 1, 2]
    assert [each["world"] for each in part(told(played), "world")] == [1, 2, 3]
    assert [each["part"] for each in messages[:2]] == ["progress", "beside"]
    assert messages[-1]["part"] == "whole"
    assert all(each["done"] <= each["of"] for each in part(messages, "progress"))


def test_a_world_tells_its_decisions_in_its_players_words_and_without_names(played):
    messages = told(played, "p1")
    own = part(messages, "world")[0]
    deed = next(each for each in own["decisions"] if each["kind"] == "deed")
    assert (deed["seat"], deed["why"]) == ("north", ["They must see it."])
    assert 0.0 <= deed["effect"]["low"] <= deed["effect"]["share"] <= deed["effect"]["high"] <= 1.0
    assert "The essentials" in [each["title"] for each in own["sections"]]
    text = json.dumps(messages)
    assert "Wilhelmina" not in text
    assert '"p2"' not in text


def test_worlds_are_held_to_each_other_and_to_runs(played):
    (whole,) = part(told(played, "p1"), "class")
    assert whole["until"] == 21
    (parted,) = whole["partings"]
    assert sorted(map(tuple, (each["worlds"] for each in parted["parts"]))) == [(2,), (3,)]
    done = next(each["done"] for each in parted["parts"] if each["worlds"] == [3])
    assert {
        "label": load("first_lesson").theatre.actions["north.mobilise"].label,
        "by": "North",
        "ordered": True,
    } in done
    scores = whole["forecasts"]["scores"]
    assert set(scores) == {"worlds", "runs"}, "nothing is recorded of an invented crisis"
    came = [len(each["outcomes"]) for each in part(told(played), "world") if each["days"]]
    assert sum(whole["forecasts"]["came"].values()) == sum(came)
    assert (whole["forecasts"]["worlds"], whole["forecasts"]["lived_on"]) == (2, 2)


def test_worlds_that_stopped_early_are_held_to_what_was_asked_by_living_on(played):
    """The forecast is about the scenario's last day; what has come about by the 21st is only part of it."""
    (whole,) = part(told(played, "p1"), "class")
    forecasts = whole["forecasts"]
    for each in forecasts["outcomes"]:
        least = forecasts["came"][each["id"]] / 2
        assert least <= each["shares"]["worlds"] <= 1.0
    assert sum(each["shares"]["worlds"] for each in forecasts["outcomes"]) > sum(forecasts["came"].values()) / 2


def test_a_world_that_was_played_to_the_end_is_not_lived_on():
    with Session("first_lesson", ["north"], seed=7, clock=lambda: None) as session:
        while not session.over:
            session.advance(60)
        found = course(session)
    assert set(found["onward"].values()) <= {0.0, 1.0}
    assert {name for name, share in found["onward"].items() if share} == set(found["outcomes"])


def test_acts_that_mattered_and_were_not_done_everywhere_on_one_day_part_worlds():
    def world(acts, weighty):
        return {"acts": [[day, act, 0, None] for day, act in acts], "weighty": weighty}

    kill = [2, "us.kill", "The US", "Kill", "order", 0.7]
    worlds = {
        1: world([(2, "us.kill"), (4, "us.talk")], [kill, [4, "us.talk", "The US", "Talk", "order", 0.1]]),
        2: world([(4, "us.talk"), (9, "us.kill")], [[9, *kill[1:5], 0.4]]),
        3: world([(1, "iran.hide"), (4, "us.talk")], [[3, None, "Iran", "holds still", "order", 0.2]]),
    }
    held, killed = [each for each in differences(worlds) if each["label"] != "Talk"][::-1]
    assert killed["worlds"] == {
        1: {"day": 2, "how": "order", "moved": 0.7},
        2: {"day": 9, "how": "order", "moved": 0.4},
    }
    assert held["worlds"] == {3: {"day": 3, "how": "order", "moved": 0.2}}
    assert len(differences(worlds)) == 2, "talk was everywhere on the same day, and hiding mattered nowhere"
    assert differences({1: worlds[1]}) == []


def test_what_was_found_is_kept_for_as_long_as_the_file_stays_as_it_is(played, monkeypatch):
    first = told(played)
    assert played.sessions[2].with_name(f"{played.sessions[2].name}{ENDING}").is_file()
    opened = []
    monkeypatch.setattr(debriefing, "_found", lambda path, _: opened.append(path) or {"refused": "for this test"})
    assert part(told(played), "world") == part(first, "world")
    assert opened == []
    path = played.sessions[2]
    content = path.read_bytes()
    try:
        path.write_bytes(content[: content[:-1].rindex(b"\n") + 1])
        assert part(told(played), "world")[1]["refused"] == "for this test"
        assert opened == [path]
    finally:
        path.write_bytes(content)


def test_however_many_ask_at_once_a_world_is_looked_at_once(played, monkeypatch, tmp_path):
    path = tmp_path / "alone.session"
    path.write_bytes(played.sessions[2].read_bytes())
    opened = []
    real = debriefing._found
    monkeypatch.setattr(debriefing, "_found", lambda *given: opened.append(given[0]) or real(*given))

    async def two():
        debriefs, of = Debriefs(), Class(played.scenario, 7, {1: path})

        async def all_of():
            return [message async for message in debriefs.told(of)]

        return await asyncio.gather(all_of(), all_of())

    one, other = asyncio.run(two())
    assert one == other
    assert opened == [path]


def test_a_file_that_is_gone_or_damaged_is_told_of_and_stops_nobody(played, tmp_path):
    broken = tmp_path / "broken.session"
    broken.write_text("no session\n", encoding="utf-8")
    messages = told(Class(played.scenario, 7, {1: Path("nowhere.session"), 2: broken, 3: played.sessions[3]}))
    one, two, three = part(messages, "world")
    assert "cannot be read" in one["refused"]
    assert str(tmp_path) not in two["refused"], "no path of the server is told"
    assert three["turns"] == 3


def test_runs_are_counted_up_to_the_day_that_was_lived():
    held = beside(load("first_lesson"), 7, 40)
    early, late = held.shares(5), held.shares(held.scenario.days)
    assert all(a["share"] <= b["share"] for a, b in zip(early, late, strict=True))
    assert any(a["share"] < b["share"] for a, b in zip(early, late, strict=True))
    assert held.came(5) is None


def test_the_umpire_is_a_class_s_teacher_but_not_in_what_somebody_said():
    told_ = for_a_class("The umpire has it happen. In their words: “The umpire made us.” By the umpire.")
    assert told_ == "The teacher has it happen. In their words: “The umpire made us.” By the teacher."


# The page.


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("rooms")) as server:
        made = server.make(worlds=2, forecast=True, turn=7)
        umpire = made.umpire()
        asked = [each["id"] for each in umpire.hello["room"]["forecast"]]
        players = [
            made.player(world=world, seat=seat, name="Wilhelmina", forecast=dict.fromkeys(some, 20.0))
            for some, world, seat in [(asked, 1, "north"), (asked[:2], 1, "south"), (asked, 2, "north")]
        ]
        umpire.do("start")
        for player in players:
            player.until("morning")
        players[0].do("order", order={"do": "north.mobilise", "why": "They must see it."}, turn=0)
        umpire.do("advance")
        umpire.do("end")
        made.players = players
        yield made


def looking_back(browser, room, token, width=1280, scheme="light"):  # noqa: F811
    """Open the debrief as somebody whose browser keeps a token, until all is told."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, page.wrong = context.new_page(), []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    address = f"http://127.0.0.1:{room.server.port}/rooms/{room.code}"
    if token is not None:
        kept = f"localStorage.setItem('sim-player-{room.code}', '{token}')"
        context.add_init_script(kept)
    page.goto(f"{address}/debrief")
    page.wait_for_selector("#forecasts:not([hidden])", state="attached", timeout=15_000)
    return page


def test_what_happened_comes_first_and_then_what_parted_the_worlds(browser, room):  # noqa: F811
    page = looking_back(browser, room, room.players[0].token)
    titles = page.locator("main section:not([hidden]) h2").all_inner_texts()
    assert titles == [
        *("What happened", "What your decisions moved", "What parted the worlds", "The decisions, world by world"),
        *("What was forecast, and what came", "Beside other histories"),
    ]
    assert page.locator("#happened-told").inner_text().startswith("Two worlds, on the same dice, were played to")
    assert page.locator("#happened-worlds h3").all_inner_texts() == ["World 1 (yours)", "World 2"]
    assert page.locator("#plot-tension path.path").count() == 2
    assert page.locator("#plot-tree path.branch").count() == 2
    assert page.locator("#mine blockquote").first.inner_text() == "They must see it."
    label = room.room.scenario.theatre.actions["north.mobilise"].label
    assert label in page.locator("#differences > li").first.inner_text()
    assert "Wilhelmina" not in page.content()
    assert page.wrong == []
    page.context.close()


def test_who_left_outcomes_out_is_told_how_many_they_answered_and_has_a_score(browser, room):  # noqa: F811
    page = looking_back(browser, room, room.players[1].token)
    told_ = page.locator("#forecasts-in .standfirst").inner_text()
    assert told_.startswith("You answered two of the ")
    assert "lived on from the last day" in told_
    assert page.locator("#forecasts-in .scores").first.locator("tbody th").all_inner_texts()[0] == "Yours"
    assert page.locator(".forecast-lines .one").count() == 2
    page.context.close()


def test_a_world_that_was_over_before_is_not_said_to_have_been_spared(browser, tmp_path):  # noqa: F811
    with serving(tmp_path) as server:
        made = server.make(worlds=2, turn=7, forecast=True)
        said = dict.fromkeys(made.room.scenario.theatre.outcomes, 20.0)
        umpire, players = made.begun("north", "south", forecast=said)
        umpire.do("advance")
        for player, act in zip(players, ("north.mobilise", "south.mobilise"), strict=True):
            player.until("morning", lambda frame: frame["turn"] == 1)
            player.do("order", order={"do": act}, turn=1)
        umpire.do("advance", world=1)
        umpire.do("end")
        page = looking_back(browser, made, None)
        told_ = page.locator("#parted-rest .told-list").inner_text()
        assert re.search(r"World 1 on \d+ Jan[^;]*; World 2 was over by then\.", told_)
        cells = page.locator("#outcomes td[data-label='World 2']").all_inner_texts()
        assert set(cells) == {"over on 7 Jan"}
        assert "no" in page.locator("#outcomes td[data-label='World 1']").all_inner_texts()
        page.context.close()


def test_on_a_phone_all_but_the_beginning_is_folded(browser, room):  # noqa: F811
    page = looking_back(browser, room, room.players[0].token, 390)
    assert page.evaluate("document.documentElement.scrollHeight") < 3000
    assert page.locator("details.fold[open]").count() == 0
    page.get_by_role("link", name="What parted the worlds").click()
    page.locator("#differences > li").first.wait_for()
    page.locator("#plot-tree path.branch").first.wait_for()
    page.context.close()


def test_anybody_else_finds_no_score_of_a_person(browser, room):  # noqa: F811
    for token in (None, "a token of another room"):
        page = looking_back(browser, room, token)
        assert page.locator("#mine").is_hidden()
        assert "your" not in page.locator("#forecasts-in .standfirst").inner_text().lower().split()
        assert [each for each in page.wrong if "401" not in each] == []
        page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_debrief_is_read_on_any_screen_and_axe_finds_nothing(browser, room, width, scheme):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    page = looking_back(browser, room, room.players[0].token, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
