"""The umpire's page and the public screen in a browser: a room from its first code to its deletion."""

import re
import zipfile
from contextlib import contextmanager

import pytest

from sim.serve.classroom.told import screen_of
from tests.class_client import serving
from tests.test_report_page import browser  # noqa: F401

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("rooms")) as found:
        yield found


@contextmanager
def opened(browser, made, name, secret="", viewport=DESKTOP, scheme="light"):  # noqa: F811
    """Open a page of a room; no script of it may fail, and nothing may be refused by its policy."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"http://127.0.0.1:{made.server.port}/rooms/{made.code}/{name}{secret}")
    page.set_default_timeout(15_000)
    yield page
    assert not wrong
    context.close()


@contextmanager
def table(browser, made, **options):  # noqa: F811
    """Open the umpire's page."""
    with opened(browser, made, "umpire", f"#{made.secret}", **options) as page:
        page.wait_for_selector("#table:not([hidden])")
        yield page


@contextmanager
def playing(browser, made, seats=("north", "south"), **options):  # noqa: F811
    """The same of a room whose first turn has begun, with a world opened."""
    _, players = made.begun(*seats)
    with table(browser, made, **options) as page:
        page.get_by_role("button", name="Open World 1").click()
        page.wait_for_selector("#panel-seats li")
        yield page, players


def said(page):
    """What the page says was done."""
    told = page.locator(".spoken")
    told.get_by_text(re.compile(".")).first.wait_for()
    return told.inner_text()


def axe(page):
    from axe_playwright_python.sync_playwright import Axe

    return [each["id"] for each in Axe().run(page).response["violations"]]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# The gathering.


def test_the_secret_leaves_the_address_at_once_and_the_page_comes_back_by_itself(browser, server):  # noqa: F811
    made = server.make()
    with table(browser, made) as page:
        assert made.secret not in page.url
        assert made.secret not in page.content()
        page.reload()
        page.wait_for_selector("#table:not([hidden])")
        assert page.locator("#code").inner_text() == made.code


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ({}, "a turn lasts 7 days, or ends early with an act of rung 6 or above or an outcome that has come about;"),
        ({"stop_rung": None, "stop_outcomes": False}, "a turn lasts 7 days, always;"),
    ],
)
def test_the_plan_says_by_what_a_turn_ends_early(browser, server, plan, told):  # noqa: F811
    with table(browser, server.make(turn=7, **plan)) as page:
        assert told in page.locator("#plan").inner_text()


def test_without_the_secret_nothing_of_the_table_is_shown(browser, server):  # noqa: F811
    made = server.make()
    with opened(browser, made, "umpire") as page:
        assert "does not know the secret of this table" in page.locator("#line").inner_text()
        assert page.locator("#table").is_hidden()


def test_a_wrong_secret_is_told_of(browser, server):  # noqa: F811
    made = server.make()
    with opened(browser, made, "umpire", "#not-the-secret-of-this-room") as page:
        page.locator("#line", has_text="not know this secret").wait_for()
        assert page.locator("#table").is_hidden()


def test_who_comes_is_seen_moved_and_freed_and_the_turn_is_begun(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    with table(browser, made) as page:
        assert page.locator("#people-title").inner_text() == "Nobody is here yet"
        hostile = "<b onclick=alert(1)>Ada</b>"
        player = made.player(world=1, seat="north", name=hostile)
        page.get_by_text(hostile).wait_for()
        page.get_by_role("button", name="Move <b").click()
        page.get_by_label("Where <b").select_option(label="World 2: South")
        page.get_by_role("button", name="Move", exact=True).click()
        assert player.until("you")["you"]["seat"] == "south"
        page.locator(".table-of").nth(1).get_by_text(hostile).wait_for()
        page.get_by_role("button", name="Free the seat of").click()
        assert player.until("you")["you"]["seat"] is None
        page.get_by_role("heading", name="Without a seat").wait_for()
        page.get_by_role("button", name="Let nobody else in").click()
        page.get_by_role("button", name="Let people in again").wait_for()
        assert made.room.locked
        page.get_by_role("button", name="Start with nobody").click()
        page.locator(".world-card").nth(1).wait_for()
        assert made.room.stage == "playing"


# The play.


def test_clocks_are_stopped_given_time_and_let_go_and_what_is_refused_is_told_in_words(browser, server):  # noqa: F811
    made = server.make(seconds=600)
    with playing(browser, made) as (page, _):
        page.get_by_role("button", name="Pause: World 1").first.click()
        page.locator(".world-card .clock", has_text="paused").wait_for()
        page.get_by_role("button", name="Live the turn now: World 1").first.click()
        page.locator("#fault", has_text="clock is stopped").wait_for()
        page.get_by_role("button", name="One minute more: World 1").first.click()
        page.locator(".world-card .clock", has_text=re.compile("^(10:[0-5]|11:00)")).wait_for()
        page.get_by_role("button", name="Go on: World 1").first.click()
        page.locator(".world-card .clock", has_text=re.compile("^[0-9:]+$")).wait_for()
        assert 600 < made.room.worlds[1].clock.left <= 660


def test_a_turn_is_lived_and_taken_back_only_after_asking_in_place(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made) as (page, _):
        page.get_by_role("button", name="Live the turn now: World 1").first.click()
        asked = page.get_by_role("group", name="Live the turn in World 1? Not done yet: North, South.")
        asked.get_by_role("button", name="Live it").click()
        back = page.get_by_role("button", name="Take back a turn")
        back.click()
        page.get_by_role("group", name="All that happened in the last turn").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "No"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent") == "Take back a turn"
        assert made.room.worlds[1].turn == 1
        back.click()
        page.get_by_role("button", name="Take it back").click()
        page.locator("#panel-title", has_text="1 January 2030").wait_for()
        assert made.room.worlds[1].turn == 0


def test_the_umpire_acts_for_a_seat_looks_over_its_shoulder_and_hands_it_to_the_rules_and_back(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made) as (page, (north, _)):
        page.get_by_role("button", name="Act for: North").click()
        page.get_by_role("button", name="Order for North").click()
        assert "Nothing is ticked." in said(page)
        label = made.room.scenario.theatre.actions["north.mobilise"].label
        page.get_by_role("checkbox", name=label).check()
        page.get_by_label("Why, for the debrief").fill("They asked for it.")
        page.get_by_role("button", name="Order for North").click()
        found = north.until("morning", lambda frame: frame["view"]["standing"]["scheduled"])
        assert found["view"]["standing"]["scheduled"][0]["act"] == "north.mobilise"
        page.get_by_role("button", name="Look over the shoulder: North").click()
        page.locator(".briefing", has_text="NORTH").wait_for()
        assert label in page.locator("#panel-form > .form > p").last.inner_text()
        page.get_by_role("button", name="Hand to the rules: South").click()
        page.locator("#panel-seats .state.rules").wait_for()
        page.get_by_role("button", name="Give back to somebody: South").click()
        page.get_by_role("button", name="Hand to the rules: South").wait_for()


def test_seats_are_told_and_an_act_is_found_by_its_words_and_let_happen(browser, server):  # noqa: F811
    made = server.make(seats=("north",))
    with playing(browser, made, ["north"]) as (page, (north,)):
        page.get_by_text("Tell seats something").click()
        page.locator("#tell-in textarea").fill("Rumour: the bridge is down.")
        page.get_by_role("button", name="Tell them").click()
        north.until("morning", lambda frame: "the bridge is down" in frame["briefing"])
        page.get_by_text("Let something happen").click()
        page.locator("#inject-act option").first.wait_for(state="attached")
        many = page.locator("#inject-act option").count()
        label = made.room.scenario.theatre.actions["south.mobilise"].label
        page.get_by_label("Search").fill(f"{label.split()[0].lower()} south")
        page.locator("#inject-in [role=status]", has_text=f"1 of {many} acts").wait_for()
        page.locator("#inject-act").select_option("south.mobilise")
        page.get_by_role("button", name="Let it happen").click()
        page.locator("#said", has_text="It will happen").wait_for()
        page.get_by_role("button", name="Live the turn now: World 1").first.click()
        page.get_by_role("group", name="Not done yet: North").get_by_role("button", name="Live it").click()
        page.get_by_text("Everything that truly happened").click()
        story = page.locator(".chronicle li")
        story.first.wait_for()
        assert "south.mobilise" in [each["action"] for each in acts_of(made)]
        assert story.count() == len(acts_of(made))


def test_an_act_that_the_rules_do_not_allow_today_stands_apart_and_is_let_happen_once_it_was_asked(browser, server):  # noqa: F811
    made = server.make("baseline", ("us",))
    with playing(browser, made, ["us"]) as (page, _):
        glance = made.room.worlds[1].session.world.glance
        page.get_by_text("Let something happen").click()
        page.locator("#inject-act option").first.wait_for(state="attached")
        values = "(group) => [...group.querySelectorAll('option')].map((each) => each.value)"
        groups = page.locator("#inject-act optgroup")
        assert groups.last.get_attribute("label") == "Not possible today by the rules"
        open_, closed = groups.first.evaluate(values), groups.last.evaluate(values)
        assert not any(glance.why_not(act) for act in open_)
        assert all(glance.why_not(act) for act in closed)
        page.locator("#inject-act").select_option(closed[0])
        page.get_by_role("button", name="Let it happen").click()
        asked = page.locator("#inject-in .asked-back")
        assert "is not possible today" in asked.inner_text()
        assert axe(page) == []
        asked.get_by_role("button", name="Let it happen all the same").click()
        page.locator("#said", has_text="It will happen").wait_for()


def acts_of(made):
    """What truly happened in the first world."""
    world = made.room.worlds[1].session.world
    return [{"action": world.program.actions[each["action"]]} for each in world.past.events]


def test_homework_is_seen_by_who_is_how_far(browser, server):  # noqa: F811
    made = server.make(mode="homework", turn=7)
    players = [made.player(name=name, seat="north") for name in ("Ada", "Bo")]
    players[1].until("morning")
    players[1].do("done", turn=0)
    players[1].until("morning", lambda frame: frame["turn"] == 1)
    with table(browser, made) as page:
        rows = page.locator("#cards tbody tr")
        page.locator("#cards td", has_text="just now").wait_for()
        assert [each.split()[0] for each in rows.locator("th").all_inner_texts()] == ["Bo", "Ada"]
        assert axe(page) == []
        assert rows.locator("[data-label=turn]").all_inner_texts() == ["2", "1"]  # as their own pages say
        assert rows.locator("[data-label=seat]").all_inner_texts() == ["North", "North"]
        for name in ("Pause", "+ 1 minute", "Live the turn now: all worlds"):
            assert page.get_by_role("button", name=name).count() == 0
        assert "late" not in page.locator("#plan").inner_text()
        link = page.locator("#join a")
        assert link.get_attribute("href") == link.inner_text()
        page.get_by_role("button", name="Open world 1").click()
        page.wait_for_selector("#panel-seats li")


def test_a_room_is_ended_exported_and_deleted_after_asking(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made) as (page, (north, _)):
        page.get_by_role("button", name="End the room").click()
        page.get_by_role("button", name="End it").click()
        north.until("over")
        page.get_by_text("The room is over. Everybody").wait_for()
        for words, told in ((False, "was left out"), (True, "is in it as they wrote it")):
            page.get_by_label("reasons and notes that students typed").set_checked(words)
            with page.expect_download() as download:
                page.get_by_role("button", name="Export").click()
            assert download.value.suggested_filename == f"room-{made.code}.zip"
            with zipfile.ZipFile(download.value.path()) as archive:
                assert told in archive.read("README.txt").decode()
        page.get_by_role("button", name="Delete the room").click()
        asked = page.get_by_role("group", name="This deletes the world with all orders")
        asked.get_by_role("button", name="No").click()
        assert made.folder.exists()
        page.get_by_role("button", name="Delete the room").click()
        page.get_by_role("button", name="Delete everything").click()
        page.locator("#line", has_text="This room is closed").wait_for()
        assert not made.folder.exists()
        assert page.evaluate(f"localStorage.getItem('sim-umpire-{made.code}')") is None


def test_a_turn_in_all_worlds_is_lived_once_it_was_said_who_is_not_done(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    _, (north, _) = made.begun("north", "south")
    made.player(world=2, seat="north")
    with table(browser, made) as page:
        all_at_once = page.get_by_role("button", name="Live the turn now: all worlds")
        all_at_once.click()
        asked = page.locator(".asked-back")
        assert asked.inner_text().startswith(
            "Live the turn in all 2 worlds? Not done yet: World 1: North, South; World 2: North."
        )
        page.keyboard.press("Escape")
        north.do("done", turn=0)
        page.locator(".world-card .state.done").wait_for()
        all_at_once.click()
        assert "Not done yet: World 1: South; World 2: North." in asked.inner_text()
        assert (made.room.worlds[1].turn, made.room.worlds[2].turn) == (0, 0)
        asked.get_by_role("button", name="Live it").click()
        page.locator(".world-card .card-date", has_text="turn 2").nth(1).wait_for()


def test_what_was_looked_up_says_of_which_turn_it_is_and_that_the_world_has_gone_on(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made) as (page, _):
        page.get_by_text("Everything that truly happened").click()
        page.get_by_role("button", name="Act for: North").click()
        told = page.locator("#panel-form .as-of, #everything-in .as-of")
        told.nth(1).wait_for()
        assert set(told.all_inner_texts()) == {"As of turn 1, 1 January 2030."}
        page.get_by_role("button", name="Live the turn now: World 1").first.click()
        page.get_by_role("group", name="Not done yet: North, South").get_by_role("button", name="Live it").click()
        page.locator("#everything-in .as-of.stale", has_text="has gone on since").wait_for()
        page.locator("#panel-form .as-of.stale").wait_for()
        assert axe(page) == []
        page.locator("#everything-in").get_by_role("button", name="Look again").click()
        page.locator("#everything-in .as-of", has_text="As of turn 2").wait_for()
        assert page.locator("#everything-in .stale").count() == 0
        page.locator("#panel-form").get_by_role("button", name="Look again").click()
        page.locator("#panel-form .as-of", has_text="As of turn 2").wait_for()


def test_a_turn_that_could_not_be_lived_is_told_of_in_words_with_what_to_do(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made) as (page, _):
        world = made.room.worlds[1]

        def fail():
            world.fault, world.waits = "the turn could not be lived, and is tried again", True
            made.room.told_world(world, "clock")

        server.within(fail)
        for place in (".world-card", "#panel-stands"):
            told = page.locator(f"{place} [role=alert]", has_text="The turn could not be lived")
            told.wait_for()
            assert "Make room on the disk" in told.inner_text()
        assert axe(page) == []


def test_a_seat_that_nobody_has_is_taken_over_and_handed_back(browser, server):  # noqa: F811
    made = server.make()
    with playing(browser, made, ["north"]) as (page, _):
        seat = page.locator("#panel-seats li", has_text="South")
        seat.get_by_role("button", name="Take it over: South").click()
        seat.locator(".state.yours", has_text="you act for it").wait_for()
        seat.get_by_role("button", name="Hand to the rules: South").click()
        seat.locator(".state.rules").wait_for()


def test_a_world_that_was_ended_says_by_whom_and_when(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    with playing(browser, made) as (page, _):
        page.get_by_role("button", name="End this world").click()
        page.get_by_role("button", name="End it").click()
        card = page.locator(".world-card", has_text="You ended this world here.")
        card.wait_for()
        assert "after 0 turns" in card.locator(".card-date").inner_text()
        assert "1 January 2030" in card.locator(".card-date").inner_text()


GOING_DOWN = """
window.sockets = [];
const Real = window.WebSocket;
window.WebSocket = class extends Real {
  constructor(...given) {
    if (window.down) return new EventTarget();
    super(...given);
    window.sockets.push(this);
  }
};
"""


def test_a_lost_line_is_seen_wherever_one_is_on_the_page(browser, server):  # noqa: F811
    made = server.make(worlds=3)
    made.begun("north")
    with opened(browser, made, "umpire", f"#{made.secret}", viewport=PHONE) as page:
        page.context.add_init_script(GOING_DOWN)
        page.reload()
        page.locator(".world-card").nth(2).wait_for()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.evaluate("() => { window.down = true; window.sockets.forEach((each) => each.close()); }")
        line = page.locator("#line", has_text="The line to the server is lost")
        line.wait_for()
        assert page.evaluate("scrollY") > 500
        assert 0 <= line.bounding_box()["y"] < 20
        assert axe(page) == []


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_once_the_room_is_over_and_it_fits(browser, server, viewport, scheme):  # noqa: F811
    made = server.make(worlds=2)
    umpire, _ = made.begun("north")
    umpire.do("advance")
    umpire.do("end")
    with table(browser, made, viewport=viewport, scheme=scheme) as page:
        page.get_by_role("button", name="Open World 1").click()
        page.wait_for_selector("#panel-seats li")
        page.get_by_role("button", name="Look over the shoulder: North").click()
        page.locator(".briefing").wait_for()
        assert axe(page) == []
        assert fits(page)


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_at_the_table_and_it_fits(browser, server, viewport, scheme):  # noqa: F811
    made = server.make(worlds=2, seconds=600)
    with table(browser, made, viewport=viewport, scheme=scheme) as page:
        assert axe(page) == []
        assert fits(page)
    with playing(browser, made, viewport=viewport, scheme=scheme) as (page, _):
        for part in ("Tell seats something", "Let something happen", "Everything that truly happened"):
            page.get_by_text(part).click()
        page.get_by_role("button", name="Act for: North").click()
        page.locator(".acting").wait_for()
        page.get_by_role("button", name="End this world").click()
        page.locator("#inject-act").wait_for()
        assert axe(page) == []
        assert fits(page)


# The public screen.


def test_the_screen_shows_the_code_and_then_what_the_whole_world_knows(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    with opened(browser, made, "screen") as page:
        page.locator("#code", has_text=made.code).wait_for()
        umpire, (north,) = made.begun("north")
        page.locator(".world .date", has_text="1 January 2030").first.wait_for()
        assert page.locator("#invite").is_hidden()
        north.do("order", order={"do": "north.mobilise"}, turn=0)
        umpire.do("advance", world=1)
        page.locator(".world").first.locator(".news li .rung").first.wait_for()
        page.get_by_label("Show").select_option("World 2")
        assert page.locator(".world").count() == 1
        page.locator(".world .date", has_text="1 January 2030").wait_for()
        page.get_by_label("Show").select_option("World 1")
        assert page.locator(".ladder li").count() == len(made.room.scenario.theatre.ladder.rungs)
        assert page.locator(".ladder .standing").count() == 1
        assert page.locator("#plot-rungs-1 rect").count() == made.room.worlds[1].session.day


def test_the_screen_tells_the_gravest_of_the_last_turn_first_and_nothing_old_before_it(browser, server):  # noqa: F811
    made = server.make(seats=("north",), stop_rung=None, stop_outcomes=False)
    umpire, _ = made.begun("north")
    acts = made.room.scenario.theatre.actions
    ranked = sorted((act for act in acts if act.startswith("south.")), key=lambda act: acts[act].rung)
    umpire.do("inject", world=1, act=ranked[-1])
    umpire.do("advance", world=1)
    umpire.do("advance", world=1)
    with opened(browser, made, "screen") as page:
        page.locator(".news li").first.wait_for()
        news = screen_of(made.room.worlds[1].session, 1)["news"]
        began = made.room.worlds[1].session.turns[-1].first
        assert began > 0
        fresh = [each for each in news if each["new"]]
        assert news[: len(fresh)] == fresh
        assert fresh == sorted(fresh, key=lambda each: (-each["rung"], -each["deaths"]))
        old = [each["date"] for each in news[len(fresh) :]]
        assert old
        assert old == sorted(old, reverse=True)
        lines = page.locator(".news li:visible")
        assert news[0]["text"] in lines.first.inner_text()
        assert lines.count() >= 2
        foot = lines.last.evaluate("(each) => each.getBoundingClientRect().bottom")
        assert foot <= DESKTOP["height"]


def test_words_of_the_teacher_stand_apart_from_what_the_world_has_heard(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    umpire, _ = made.begun("north")
    with opened(browser, made, "screen") as page:
        page.locator(".world").nth(1).wait_for()
        assert page.locator(".words").first.is_hidden()
        umpire.do("tell", world=1, text="Five minutes more for everybody.", to=None)
        umpire.do("tell", world=1, text="Only for the north.", to=["north"])
        page.locator(".world").nth(0).locator(".words li", has_text="Five minutes more").wait_for()
        assert page.locator(".news", has_text="Five minutes more").count() == 0
        assert "Only for the north" not in page.content()
        assert page.locator(".world").nth(1).locator(".words").is_hidden()
        umpire.do("advance", world=1)
        page.locator(".words li", has_text="Five minutes more").wait_for(state="hidden")


def test_worlds_side_by_side_each_have_their_ladder_and_their_tension(browser, server):  # noqa: F811
    made = server.make(worlds=2)
    made.begun("north")
    with opened(browser, made, "screen") as page:
        page.locator(".world").nth(1).wait_for()
        for world in page.locator(".world").all():
            assert world.locator(".ladder li").first.is_visible()
            assert world.locator(".ladder .standing").count() == 1
            assert world.locator(".standing-words").inner_text() == made.room.scenario.theatre.ladder.rungs[0].label
            assert re.fullmatch(r"Tension \d+ of 100", world.locator(".tension-words").inner_text())


def test_the_screen_is_read_from_the_last_row(browser, on_the_map):  # noqa: F811
    """On a projector two metres wide, 20 of 1,280 points are a letter that one reads from five metres and more."""
    with opened(browser, on_the_map, "screen", viewport={"width": 1280, "height": 720}) as page:
        page.locator(".world").nth(1).wait_for()
        page.get_by_label("Show").select_option("World 2")
        page.locator(".place").first.wait_for()
        size = "(each) => parseFloat(getComputedStyle(each).fontSize)"
        for what, least in ((".ladder li", 20), (".place b", 16), (".news li", 20), (".now .date", 50)):
            assert page.locator(what).first.evaluate(size) >= least, what
        box = "(each) => { const a = each.getBoundingClientRect(); return [a.left, a.right, a.top, a.bottom]; }"
        left, right, top, bottom = page.locator(".map").evaluate(box)
        for place in page.locator(".place").all():
            found = place.evaluate(box)
            assert left <= found[0] <= found[1] <= right
            assert top <= found[2] <= found[3] <= bottom
        assert page.locator(".ladder").evaluate(box)[3] <= 720


@pytest.fixture(scope="module")
def on_the_map(server):
    """Two worlds of a theatre that has a map, a turn after the start."""
    made = server.make("baseline", ("us", "iran"), worlds=2)
    umpire, _ = made.begun("us")
    umpire.do("advance")
    return made


@pytest.mark.parametrize(("viewport", "scheme"), [({"width": 1920, "height": 1080}, "light"), (PHONE, "dark")])
def test_axe_finds_nothing_on_the_screen_and_it_fits(browser, on_the_map, viewport, scheme):  # noqa: F811
    with opened(browser, on_the_map, "screen", viewport=viewport, scheme=scheme) as page:
        page.locator(".world").nth(1).wait_for()
        assert axe(page) == []
        assert fits(page)
        page.get_by_label("Show").select_option("World 2")
        page.locator(".place").first.wait_for()
        assert axe(page) == []
        assert fits(page)
