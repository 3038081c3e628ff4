"""The teacher's first page and the page of a seat, in headless Chromium, against a server that runs."""

import json
import os
import re
import shutil
import socket
import threading
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count

import pytest

from sim.serve.place import Place

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NAME = "<img src=x onerror=alert(1)>"
SMALL = {"scenario": "first_lesson", "seats": ["north", "south"], "turn": 10, "seconds": None, "forecast": False}


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    lacking = "Debian's chromium (apt-get install chromium)" if chromium is None else None
    if any(find_spec(name) is None for name in ("playwright", "axe_playwright_python", "uvicorn", "websockets")):
        lacking = "playwright, axe-playwright-python and the server (pip install 'escalation-sim[dev,serve]')"
    if lacking is not None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"the pages are tested in a browser, by {lacking}, which is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


class Served:
    """A server in a thread, on a port of its own."""

    def __init__(self, folder):
        import uvicorn

        from sim.serve.app import application

        opened = socket.create_server(("127.0.0.1", 0))
        self.place = Place(folder, opened.getsockname()[1])
        self.address = self.place.address
        config = uvicorn.Config(application(self.place), log_level="warning", ws="websockets-sansio")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [opened]}, daemon=True)
        self.thread.start()

    def make(self, **plan):
        """Make a room over the network, as a page would."""
        from urllib.request import Request, urlopen

        headers = {
            "content-type": "application/json",
            "origin": self.address,
            "cookie": f"sim-owner-{self.place.port}={self.place.key}",
        }
        with urlopen(Request(f"{self.address}/rooms", json.dumps({**SMALL, **plan}).encode(), headers)) as answer:
            return json.load(answer)

    def close(self):
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    found = Served(tmp_path_factory.mktemp("rooms"))
    yield found
    found.close()


class Umpire:
    """The umpire's line to a room, without a page."""

    def __init__(self, line, room):
        self.line = line
        self.line.send(json.dumps({"kind": "enter", "as": "umpire", "token": room["umpire"]}))
        self.nonce, self.numbers = self.heard("hello")["line"], count(1)

    def heard(self, kind):
        while (message := json.loads(self.line.recv(timeout=20)))["kind"] != kind:
            assert message["kind"] != "refused", message
        return message

    def ask(self, kind, **content):
        self.line.send(json.dumps({"kind": kind, "line": self.nonce, "n": next(self.numbers), **content}))
        return self.heard("ack")


@contextmanager
def umpire(served, room):
    from websockets.sync.client import connect

    path = f"{served.address.replace('http', 'ws')}/rooms/{room['code']}/line"
    with connect(path, origin=served.address, max_queue=None) as line:
        yield Umpire(line, room)


@contextmanager
def opened(browser, served, path, viewport=PHONE, scheme="light", *, may_lose_line=False, **options):
    """Open a page; nothing may be asked of anybody else, and no script may fail."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme, **options)
    page, wrong = context.new_page(), []
    ours = (f"{served.address}/", f"{served.address.replace('http', 'ws')}/", "data:")
    page.on("request", lambda each: wrong.append(each.url) if not each.url.startswith(ours) else None)
    page.on("websocket", lambda each: wrong.append(each.url) if not each.url.startswith(ours) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))

    def said(message):
        if message.type == "error" and not (may_lose_line and "WebSocket" in message.text):
            wrong.append(message.text)

    page.on("console", said)
    page.goto(f"{served.address}{path}")
    yield page
    assert not wrong
    context.close()


def join(page, name="", seat=None):
    """Come in and take a seat."""
    page.wait_for_selector("#welcome-form:visible")
    page.fill("#name", name)
    page.click("#welcome-form button")
    page.wait_for_selector("#any-seat:visible")
    if seat is None:
        page.click("#any-seat")
    else:
        choose(page, seat)


def choose(page, seat):
    """Take a seat by its name."""
    here = page.get_by_role("heading", name=seat, exact=True)
    page.locator("#cast li").filter(has=here).get_by_role("button").click()


def at_desk(page):
    page.wait_for_selector("#seat-title:visible", timeout=30_000)


def tab(page, name):
    page.click(f'[data-tab="{name}"]')


def order(page, act):
    """Put an act among the orders."""
    page.locator("#acts li", has_text=act).locator(".act-order").click()


@contextmanager
def at_the_orders_of_iran(browser, served):
    """The page of orders on Iran's first morning of the baseline."""
    room = served.make(scenario="baseline", seats=["iran", "us"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page, seat="Iran")
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        yield page


FAULTS = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`);
}"""
BEYOND = """(width) => [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > width + 1).map((each) => each.outerHTML)"""


def passes(page, width):
    """Nothing that a screen reader or a narrow screen would stumble over."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    assert page.evaluate(FAULTS) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, page.evaluate(BEYOND, width)


def turn_of(page, n):
    page.locator("#seat-when", has_text=f"turn {n}").wait_for(timeout=20_000)


def test_a_new_teacher_presses_one_button_and_a_student_plays_two_turns(browser, served):
    key = f"/#key={served.place.key}"
    with opened(browser, served, key, DESKTOP) as teacher, opened(browser, served, "/") as student:
        teacher.wait_for_load_state("networkidle")
        teacher.goto(f"{served.address}/rooms")
        told = teacher.inner_text("#summary")
        assert told.startswith("Four worlds of the same crisis, with five seats in each: Iran, United States")
        teacher.fill("#students", "5")
        assert teacher.inner_text("#summary").startswith("One world with five seats: Iran, United States")
        with teacher.expect_request(f"{served.address}/rooms") as sent:
            teacher.click("#make")
        teacher.wait_for_url(re.compile(r"/rooms/\w+/umpire"))
        plan = sent.value.post_data_json
        assert (plan["scenario"], plan["worlds"], len(plan["seats"]), plan["seconds"]) == ("baseline", 1, 5, 300)
        assert (plan["students"], plan["stop_rung"], plan["stop_outcomes"]) == (5, None, False)
        code = re.search(r"/rooms/(\w+)/umpire", teacher.url)[1]
        teacher.locator("#code", has_text=code).wait_for()
        secret = teacher.evaluate(f"localStorage.getItem('sim-umpire-{code}')")
        student.fill("#code", code)
        student.click("#join button")
        student.wait_for_selector("#welcome-form:visible")
        with umpire(served, {"code": code, "umpire": secret}) as at_table:
            assert at_table.heard("overview")["people"] == []  # to look takes nothing
        student.click("#welcome-form button")
        student.wait_for_selector("#forecast-form:visible")
        student.fill("#of-0", "20")
        student.click("#forecast-form .strong")
        student.locator("#forecast-left", has_text="unanswered").wait_for()  # once, and then one goes on
        student.click("#forecast-form .strong")
        choose(student, "Iran")
        student.wait_for_selector("#waiting-title:visible")
        teacher.get_by_role("button", name="Start the first turn").click()
        at_desk(student)
        turn_of(student, 1)
        tab(student, "orders")
        closed = student.locator("#acts li", has_text="Accept a cease-fire")
        assert closed.count() == 0
        student.check("#act-closed")
        closed.locator(".act-open").click()
        assert "It takes a war" in closed.inner_text()
        student.fill("#act-words", "harass")
        order(student, "Harass a tanker")
        student.click("#done")
        turn_of(student, 2)  # nobody else sits there, so all are done
        assert "By your order." in student.inner_text("#fresh")
        with umpire(served, {"code": code, "umpire": secret}) as at_table:
            at_table.ask("advance")
            turn_of(student, 3)
        with umpire(served, {"code": code, "umpire": secret}) as at_table:
            people = at_table.heard("overview")["people"]
        assert [each["forecast"] for each in people] == [{"sustained_war": 20.0}]


def test_what_is_written_at_the_desk_is_what_stands_at_the_table(browser, served):
    room = served.make(seats=["north"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page)
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        order(page, "Threaten the rival")
        page.locator("#acts li", has_text="Threaten the rival").locator(".act-open").click()
        first = page.input_value("#acts li.chosen input[type=date]")
        later = f"{first[:-2]}{int(first[-2:]) + 3:02d}"
        page.fill("#acts li.chosen input[type=date]", later)
        strike = page.locator("#acts li", has_text="Strike a border post")
        strike.locator(".act-open").click()
        strike.get_by_role("checkbox").check()
        page.check('input[name="otherwise"][value="hold"]')
        page.click("#stance summary")
        page.locator("#levers input").first.press("End")
        page.fill("#why", "To be seen.")
        assert page.locator("#basket-list li").count() == 4
        page.reload()
        at_desk(page)
        tab(page, "orders")
        assert page.locator("#basket-list li").count() == 4  # what is not sent outlives the page
        page.click("#send-orders")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        assert page.locator("#basket-list li").count() == 0
        standing = at_table.ask("look", world=1, seat="north")["view"]["standing"]
        assert standing["scheduled"] == [{"act": "north.threaten", "on": later}]
        assert standing["never"] == ["north.strike"]
        assert standing["otherwise"] == "hold"
        assert len(standing["stance"]) == 1
        page.locator("#standing li", has_text="Threaten the rival").get_by_role("button", name="Call off").click()
        page.click("#done")
        turn_of(page, 2)
        assert at_table.ask("look", world=1, seat="north")["view"]["standing"]["scheduled"] == []


def standing_of(page):
    """What the page says of orders that stand."""
    return page.locator("#standing li > span").all_inner_texts()


def test_during_a_pause_nothing_can_be_sent_and_it_says_why(browser, served):
    room = served.make(seats=["north", "south"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page)
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        order(page, "Threaten the rival")
        at_table.ask("pause", paused=True)
        page.locator("#left", has_text="paused").wait_for()
        assert page.inner_text("#send-paused").startswith("The table is paused: your teacher has stopped the clock.")
        for button in ("#send-orders", "#done"):
            assert page.get_attribute(button, "aria-disabled") == "true"
            page.click(button, force=True)
        page.locator("#said", has_text="The table is paused").wait_for(state="attached")
        at_table.ask("pause", paused=False)
        page.locator("#left", has_text="no clock").wait_for()
        assert page.inner_text("#send-paused") == ""
        page.click("#send-orders")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        assert len(standing_of(page)) == 2


def test_what_is_refused_says_why_beside_it_and_what_can_be_done_is_taken(browser, served):
    with at_the_orders_of_iran(browser, served) as page:
        order(page, "Threaten the straits")
        order(page, "Harass a tanker")
        page.evaluate(  # as after a morning on which it was still open
            """() => { const key = Object.keys(localStorage).find((each) => each.startsWith("sim-draft"));
            const found = JSON.parse(localStorage[key]); found.draft.withdraw = [];
            found.draft.do["iran.seize_tanker"] = "2025-01-01"; localStorage[key] = JSON.stringify(found); }"""
        )
        page.reload()
        at_desk(page)
        tab(page, "orders")
        page.click("#send-orders")
        page.locator("#refused", has_text="Two orders are in. One was refused, and stays here.").wait_for()
        assert page.locator("#basket-list li").count() == 1
        refused = page.locator("#basket-list li.refused")
        refused.wait_for()
        told = refused.inner_text()
        assert told.startswith("Seize a tanker")
        assert "Refused. “Seize a tanker”" in told
        assert "iran." not in told
        box, buttons = refused.bounding_box(), page.locator("#send .actions").bounding_box()
        assert box["y"] > 0
        assert box["y"] + box["height"] <= buttons["y"] + 1, "it is in view"
        assert buttons["y"] + buttons["height"] <= PHONE["height"], "and so are the buttons"
        assert len(standing_of(page)) == 3
        passes(page, 390)
        refused.get_by_role("button", name="Take out").click()
        page.wait_for_selector("#basket", state="hidden")
        assert page.inner_text("#refused") == ""


def test_the_day_of_an_act_is_told_before_it_is_ordered_and_stays_the_same(browser, served):
    with at_the_orders_of_iran(browser, served) as page:
        buttons = page.locator("#acts .act-order")
        told = []
        for at in range(6):
            told.append(buttons.nth(at).locator(".for-day").inner_text().strip())
            buttons.nth(at).click()
        assert told[:2] == ["today", "Thu 2 May"], "the same people do one thing a day"
        assert page.get_attribute("#basket", "open") is None, "on a phone a long basket is folded"
        labels = page.locator("#basket-list li > span").all_text_contents()
        assert sorted(each.rpartition(", ")[2] for each in labels) == sorted(told)
        page.click("#send-orders")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        stands = [each.partition(": ") for each in standing_of(page)[:6]]
        shown = {label: "today" if day == "Wed 1 May" else day for day, _, label in stands}
        assert shown == dict(each.rpartition(", ")[::2] for each in labels)


def test_words_of_the_teacher_are_heard_at_once_and_marked_in_the_news(browser, served):
    room = served.make(seats=["north", "south"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page, seat="North")
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        at_table.ask("tell", world=1, text="Think of your allies.")
        banner = page.locator("#words li")
        banner.wait_for()
        assert banner.locator("p").inner_text() == "Your teacher, to all: Think of your allies."
        page.locator("#teacher-says", has_text="Your teacher says: Think of your allies.").wait_for(state="attached")
        assert page.get_attribute("#teacher-says", "role") == "alert"
        page.reload()
        at_desk(page)
        banner.get_by_role("button").click()
        page.wait_for_selector("#words", state="hidden")
        page.reload()
        at_desk(page)
        assert page.is_hidden("#words"), "what was read is not shown again"
        at_table.ask("tell", world=1, text="To you alone.", to=["north"])
        assert banner.inner_text().startswith("Your teacher, to your seat: To you alone.")
        assert page.locator("#fresh .item.word").first.inner_text() == "Your teacher: Think of your allies."


def test_a_turn_that_is_taken_back_is_told_and_so_are_its_orders(browser, served):
    room = served.make(seats=["north", "south"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        sent = []
        page.on("websocket", lambda line: line.on("framesent", lambda text: sent.append(json.loads(text))))
        page.reload()
        join(page)
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        order(page, "Threaten the rival")
        page.click("#send-orders")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        at_table.ask("advance")
        turn_of(page, 2)
        at_table.ask("back", world=1)
        turn_of(page, 1)
        told = page.inner_text("#stopped")
        assert told.startswith("Your teacher has taken back a turn: it is 1 January 2030 again.")
        assert "Every order given since then is void" in told
        passes(page, 390)
        page.locator("#said", has_text="taken back a turn").wait_for(state="attached")
        tab(page, "orders")
        assert len(standing_of(page)) == 1
        order(page, "Threaten the rival")
        page.click("#done")
        turn_of(page, 2)
        assert page.inner_text("#stopped") == ""
        turns = [(each["kind"], each["turn"], each["epoch"]) for each in sent if each["kind"] in ("order", "done")]
        assert turns == [("order", 0, 0), ("order", 0, 2), ("done", 0, 2)], "the same number, and another turn"


def test_a_line_that_breaks_comes_back_and_the_newest_tab_has_the_seat(browser, served):
    room = served.make(seats=["north"])
    path = f"/join/{room['code']}"
    with umpire(served, room) as at_table, opened(browser, served, path, may_lose_line=True) as page:
        page.add_init_script(
            "const Before = WebSocket; window.made = [];"
            "window.WebSocket = class extends Before { constructor(...all) { super(...all); made.push(this); } };"
        )
        page.reload()
        join(page, "Ada")
        at_table.ask("start")
        at_desk(page)
        tab(page, "orders")
        order(page, "Threaten the rival")
        page.evaluate("made[made.length - 1].close()")
        page.locator("#send-orders").click()
        page.locator("#refused", has_text="The line to the server is gone").wait_for()
        while not page.evaluate("made[made.length - 1].readyState === WebSocket.OPEN"):  # it comes back by itself
            page.wait_for_timeout(50)
        page.context.set_offline(True)
        page.evaluate("made[made.length - 1].close()")
        page.locator("#banner", has_text="Trying again").wait_for()
        page.context.set_offline(False)
        page.locator("#banner:empty").wait_for(state="attached")
        page.click("#send-orders")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        newer = page.context.new_page()
        newer.goto(f"{served.address}{path}")
        at_desk(newer)
        page.wait_for_selector('[data-state="replaced"]:visible')
        assert newer.inner_text("#seat-title") == "North"
        page.click("#take-back")
        at_desk(page)
        newer.wait_for_selector('[data-state="replaced"]:visible')


def test_a_script_in_a_name_is_a_name(browser, served):
    room = served.make()
    path = f"/join/{room['code']}"
    with opened(browser, served, path) as page, opened(browser, served, path) as other:
        join(page, NAME, "North")
        join(other, "Ben", "South")
        for each in (page, other):
            each.locator("#present", has_text=NAME).wait_for()
            assert each.locator("main img").count() == 0
        assert NAME in page.inner_text("#waiting-title")


def test_a_taken_seat_cannot_be_taken_and_who_comes_too_late_waits_for_one(browser, served):
    room = served.make()
    path = f"/join/{room['code']}"
    with umpire(served, room) as at_table, opened(browser, served, path) as page:
        join(page, "Ada", "North")
        with opened(browser, served, path) as other, opened(browser, served, path) as third:
            other.wait_for_selector("#welcome-form:visible")
            other.click("#welcome-form button")
            assert other.locator("#cast li.taken").inner_text().startswith("North")
            other.click("#any-seat")
            join(third)
            third.locator("#watching-title", has_text="Every seat is taken").wait_for()
            at_table.ask("start")
            at_desk(other)
            assert other.inner_text("#seat-title") == "South"
            at_table.ask("free", world=1, seat="south")
            other.wait_for_selector('[data-state="watching"]:visible')
            at_table.ask("advance")
            third.click("#try-again")
            at_desk(third)
            assert third.locator("#briefing[open] .caution").inner_text().startswith("You come in while")


def test_the_clock_counts_down_and_says_so_once(browser, served):
    room = served.make(seats=["north", "south"], seconds=24)
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page)
        at_table.ask("start")
        at_desk(page)
        page.evaluate(
            "window.heard = []; new MutationObserver(() => heard.push(document.getElementById('said').textContent))"
            ".observe(document.getElementById('said'), { childList: true })"
        )
        page.locator("#left", has_text=re.compile(r"0:[12]\d")).wait_for()
        at_table.ask("extend", world=1, seconds=30)
        page.locator("#left", has_text=re.compile(r"0:5\d")).wait_for()
        page.wait_for_timeout(1200)
        assert page.evaluate("heard.filter((each) => each)") in (["30 seconds left."], ["60 seconds left."], [])
        at_table.ask("advance")
        turn_of(page, 2)
        at_table.ask("end")
        page.wait_for_selector("#debrief:visible")
        assert page.get_attribute("#debrief", "href") == f"/rooms/{room['code']}/debrief"
        page.locator("#over-how", has_text="Your teacher has ended the room").wait_for()
        at_table.ask("back", world=1)
        at_desk(page)  # a last turn that is taken back is played again


def test_who_ended_a_world_and_what_comes_now_is_told_while_others_play(browser, served):
    room = served.make(seats=["north"], worlds=2, turn=90, stop_rung=None, stop_outcomes=False, seconds=600)
    path = f"/join/{room['code']}"
    with (
        umpire(served, room) as at_table,
        opened(browser, served, path) as page,
        opened(browser, served, path) as other,
    ):
        join(page)
        page.wait_for_selector("#waiting-title:visible")
        join(other)
        other.wait_for_selector("#waiting-title:visible")
        at_table.ask("start")
        at_desk(page)
        at_desk(other)
        world = page.inner_text("#seat-when")
        mine, its = (1, 2) if "World 1" in world else (2, 1)
        at_table.ask("end", world=mine)
        page.locator(
            "#stopped", has_text="Your teacher has ended this world on 1 January 2030, 180 days before"
        ).wait_for()
        assert "as soon as the other worlds have come to their end" in page.inner_text("#stopped")
        assert page.inner_text("#left") == "over"
        passes(page, 390)
        at_table.ask("advance", world=its)
        turn_of(other, 2)
        at_table.ask("advance", world=its)
        other.wait_for_selector("#debrief:visible")
        assert other.inner_text("#over-how") == "The last day of this crisis has been lived."
        page.wait_for_selector("#debrief:visible")
        assert page.inner_text("#over-how").startswith("Your teacher has ended this world")


def test_homework_is_a_world_of_ones_own_at_ones_own_pace(browser, served):
    room = served.make(mode="homework", futures=True, forecast=True)
    with opened(browser, served, f"/join/{room['code']}") as page:
        page.wait_for_selector("#welcome-form:visible")
        assert page.inner_text("#name-note").startswith("Only your teacher sees it.")
        page.fill("#name", "Ada")
        page.click("#welcome-form button")
        page.wait_for_selector("#forecast-form:visible")
        assert page.inner_text("#forecast-end") == "29 June 2030"
        slider = page.locator("#forecast-rows input[type=range]").first
        assert slider.get_attribute("aria-valuetext") == "nothing said yet"
        slider.click()  # where it rests
        assert page.input_value("#of-0") == "50"
        page.click("#forecast-form .strong")
        assert page.inner_text("#forecast-left").startswith("Two questions are unanswered.")
        page.click("#forecast-form .strong")
        choose(page, "South")
        at_desk(page)
        assert page.inner_text("#seat-title") == "South"
        assert page.locator("#briefing .caution").count() == 0, "nobody comes late to a world of their own"
        tab(page, "orders")
        page.click("#futures summary")
        page.click("#futures-ask")
        page.wait_for_selector("#futures-table tbody tr", timeout=30_000)
        names = page.locator("#futures-table tbody th").all_inner_texts()
        assert "Hold: do nothing" in names
        page.click("#done")
        turn_of(page, 2)


def test_a_name_of_which_nothing_is_seen_is_refused_where_it_is_written(browser, served):
    room = served.make()
    with (
        opened(browser, served, f"/join/{room['code']}") as page,
        opened(browser, served, f"/join/{room['code']}") as other,
    ):
        page.wait_for_selector("#welcome-form:visible")
        page.fill("#name", "\u200b")
        page.click("#welcome-form button")
        assert page.inner_text("#name-fault") == "Nothing of this name can be seen. Write another."
        passes(page, 390)
        page.fill("#name", "\u3164")  # a letter by its kind, of which nothing is seen: the server knows
        page.click("#welcome-form button")
        page.click("#any-seat")
        page.locator("#name-fault", has_text="A name needs a letter").wait_for()
        join(page, "Bob")
        page.locator("#waiting-title", has_text="You are in, Bob").wait_for()
        join(other, "Bob")
        other.locator("#waiting-title", has_text="You are in, Bob 2").wait_for()
        assert other.inner_text("#waiting-lead").startswith("Somebody is called Bob already")


def test_with_the_keyboard_alone_a_student_joins_reads_orders_and_sends(browser, served):
    room = served.make(seats=["north", "south"])
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}", DESKTOP) as page:
        page.wait_for_selector("#welcome-form:visible")
        tab_to(page, "#name")
        page.keyboard.type("Ada")
        page.keyboard.press("Enter")
        page.wait_for_selector("#any-seat:visible")
        tab_to(page, "#any-seat")
        page.keyboard.press("Enter")
        page.wait_for_selector("#waiting-title:visible")
        at_table.ask("start")
        at_desk(page)
        tab_to(page, "#briefing summary")
        page.keyboard.press("Enter")
        tab_to(page, "#acts .act-open")
        page.keyboard.press("Enter")
        assert page.is_visible("#acts .act-detail")
        tab_to(page, "#acts .act-order")
        page.keyboard.press("Space")
        tab_to(page, "#basket-title")
        tab_to(page, "#send-orders")
        page.keyboard.press("Enter")
        page.locator("#send-told", has_text="Your orders are in").wait_for()
        tab_to(page, "#done")
        page.keyboard.press("Enter")
        turn_of(page, 2)


def tab_to(page, selector):
    """Go on with the tabulator until something has the focus."""
    for _ in range(80):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")


def test_a_class_is_proposed_worlds_and_seats_for_as_many_as_it_is(browser, served):
    with owner(browser, served) as page:
        for students, told in (
            (
                6,
                [
                    "One world, of six students",
                    "Two worlds of three students each",
                    "Three worlds of two students each",
                ],
            ),
            (21, ["Four worlds: one of six students, three of five students"]),
            (120, ["Twelve worlds of ten students each"]),
        ):
            page.fill("#students", str(students))
            shown = [each.partition("\n")[0] for each in page.locator("#proposed label").all_inner_texts()]
            assert shown[: len(told)] == told
        page.fill("#students", "6")
        page.get_by_label("Two worlds of three students each").check()
        assert page.inner_text("#summary").startswith("Two worlds of the same crisis, with three seats in each: Iran")
        page.click("#more-seats summary")
        page.fill("#worlds", "3")
        assert page.inner_text("#summary").startswith("Three worlds of the same crisis, with two seats in each")
        page.check('#seats input[value="israel"]')
        assert "Two worlds of the same crisis, with three seats in each" in page.inner_text("#summary")
        page.fill("#worlds", "4")
        assert "That is six seats too many: two worlds would do." in page.inner_text("#summary")
        with page.expect_request(f"{served.address}/rooms") as sent:
            page.fill("#worlds", "2")
            page.click("#make")
        plan = sent.value.post_data_json
        assert (plan["students"], plan["worlds"], plan["seats"]) == (6, 2, ["iran", "us", "israel"])


def test_how_far_an_hour_comes_is_told_as_it_is(browser, served):
    with owner(browser, served) as page:
        assert "about twelve turns: from 1 May 2019 to 16 October 2019." in page.inner_text("#summary")
        page.click("#more-time summary")
        page.check("#stop-outcomes")
        assert "16 October 2019 at the latest, and less far" in page.inner_text("#summary")
        assert "two weeks of the crisis at most" in page.inner_text("#summary")
        page.fill("#minutes", "1")
        assert "In 27 minutes, about 27 turns" in page.inner_text("#summary"), "the crisis is over by then"
        page.check('input[name="mode"][value="homework"]')
        assert "In " not in page.inner_text("#summary p:last-child")
        assert not page.is_visible("#late-entry")


def test_a_small_theatre_has_worlds_for_a_class_of_any_size(browser, served):
    with owner(browser, served) as page:
        page.select_option("#scenario", "first_lesson")
        for students, told in ((1, "One world with one seat"), (7, "Four worlds"), (30, "Twelve worlds")):
            page.fill("#students", str(students))
            assert page.inner_text("#summary").startswith(told)
        assert "Six students will find no seat" in page.inner_text("#summary")


@contextmanager
def owner(browser, served, **options):
    """The page of rooms, for who has the key."""
    with opened(browser, served, f"/#key={served.place.key}", **options) as page:
        page.wait_for_load_state("networkidle")
        page.goto(f"{served.address}/rooms")
        yield page


def test_who_has_no_key_is_told_where_it_is(browser, served):
    with opened(browser, served, "/rooms") as page:
        assert "key behind its #" in page.inner_text("main")
        assert not page.is_visible("#make")
        passes(page, 390)


def test_the_first_page_is_accessible_and_fits_and_leads_into_a_room(browser, served):
    room = served.make()
    with opened(browser, served, "/") as page:
        passes_everywhere(page, EVERYWHERE[0], EVERYWHERE[3])
        page.fill("#code", "no code!")
        page.click("#join button")
        assert page.inner_text("#join-fault").startswith("A code has letters and figures only")
        page.fill("#code", room["code"].lower())
        page.press("#code", "Enter")
        page.wait_for_selector("#welcome-form:visible")


EVERYWHERE = tuple((viewport, scheme) for viewport in (PHONE, DESKTOP) for scheme in ("light", "dark"))


def passes_everywhere(page, *where):
    """The same on a phone and on a desk, by day and by night."""
    for viewport, scheme in where or EVERYWHERE:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        passes(page, viewport["width"])


def test_every_state_is_accessible_and_fits(browser, served):
    room = served.make(forecast=True, known="all", seconds=600)
    path = f"/join/{room['code']}"
    two = (EVERYWHERE[3], EVERYWHERE[0])
    with umpire(served, room) as at_table, opened(browser, served, path) as page:
        page.wait_for_selector("#welcome-form:visible")
        passes_everywhere(page, *two)
        page.click("#welcome-form button")
        page.wait_for_selector("#forecast-form:visible")
        passes_everywhere(page, *two)
        page.click("#forecast-skip")
        passes_everywhere(page, *two)
        choose(page, "North")
        page.wait_for_selector("#waiting-title:visible")
        passes_everywhere(page, *two)
        at_table.ask("start")
        at_desk(page)
        at_table.ask("hand", world=1, seat="north", to="rules")
        page.wait_for_selector("#by-rules .caution", state="attached")
        tab(page, "orders")
        passes_everywhere(page, *two)
        at_table.ask("free", world=1, seat="north")
        page.wait_for_selector('[data-state="watching"]:visible')
        passes_everywhere(page, *two)
        newer = page.context.new_page()
        newer.goto(f"{served.address}{path}")
        page.wait_for_selector('[data-state="replaced"]:visible')
        passes_everywhere(page, *two)
        at_table.ask("end")
        newer.wait_for_selector("#debrief:visible")
        passes_everywhere(newer, *two)
        at_table.ask("close")
        newer.wait_for_selector("#again:visible")
        passes_everywhere(newer, *two)


def test_the_desk_is_accessible_and_fits_with_everything_open(browser, served):
    room = served.make(scenario="baseline", seats=["iran", "us"], futures=True, known="all", seconds=600)
    with umpire(served, room) as at_table, opened(browser, served, f"/join/{room['code']}") as page:
        join(page, seat="Iran")
        at_table.ask("start")
        at_desk(page)
        at_table.ask("advance")
        turn_of(page, 2)
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        for name in ("news", "know"):
            tab(page, name)
            passes_everywhere(page, EVERYWHERE[1])
        tab(page, "orders")
        order(page, "Threaten the straits")
        page.locator("#acts li.chosen .act-open").click()
        page.check("#act-closed")
        page.click("#futures-ask")
        page.wait_for_selector("#futures-table tbody tr", timeout=30_000)
        at_table.ask("tell", world=1, text="Think of your allies.")
        at_table.ask("pause", paused=True)
        page.wait_for_selector("#words li")
        page.locator("#send-paused", has_text="paused").wait_for()
        passes_everywhere(page, EVERYWHERE[0], EVERYWHERE[2], EVERYWHERE[3])


def test_the_page_of_rooms_is_accessible_and_fits(browser, served):
    served.make()
    with owner(browser, served) as page:
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        assert page.locator("#rooms li").count() >= 1
        passes_everywhere(page, EVERYWHERE[1], EVERYWHERE[2])
        page.check('input[name="mode"][value="homework"]')
        passes_everywhere(page, EVERYWHERE[0])
