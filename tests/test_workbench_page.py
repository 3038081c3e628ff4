"""The workbench in a browser: the way of an analyst, by mouse and by key, against a server that runs."""

import csv
import re
from contextlib import contextmanager
from xml.etree import ElementTree

import pytest

import sim
from sim.results.storage.write_runs import save_ensemble
from tests.robots.server import Server
from tests.test_report_page import DESKTOP, PHONE, browser  # noqa: F401  the fixture

HERE, CRISIS = "scenario=first_lesson&runs=100", "scenario=baseline&runs=100"
LEVER = "#theatre-levers input[type=range]"
SOON = 60_000


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbench")
    (folder / "results").mkdir()
    lesson = sim.load("first_lesson")
    save_ensemble(sim.run(lesson, runs=20, seed=1), folder / "results" / "one")
    silent = lesson.model_copy(update={"forbid": {"south.mobilise": "always"}})
    save_ensemble(sim.run(silent, runs=20, seed=1), folder / "results" / "other")
    save_ensemble(sim.run(lesson, runs=20, seed=2), folder / "results" / "of_other_dice")
    with Server(folder) as server:
        yield server.port


@contextmanager
def bench(browser, port, viewport=DESKTOP, at=HERE):  # noqa: F811
    """Open the workbench; nothing may be asked for elsewhere, and no script may fail."""
    context = browser.new_context(viewport=viewport, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, wrong = context.new_page(), []
    home = (f"http://127.0.0.1:{port}/", f"blob:http://127.0.0.1:{port}/")
    page.on("request", lambda request: None if request.url.startswith((*home, "data:")) else wrong.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(SOON)
    page.goto(f"http://127.0.0.1:{port}/workbench#{at}")
    rested(page)
    yield page
    assert not wrong
    context.close()


def rested(page):
    """Wait until all runs are drawn, and the sentence is of them."""
    page.wait_for_selector("#stage[aria-busy=false]")


def median(page):
    return page.get_attribute("#plot-fan .median", "d")


def move(page, key="End", at=0):
    """Move a lever by a key, and wait for its picture."""
    page.locator(LEVER).nth(at).press(key)
    rested(page)


def test_a_lever_moves_the_fan_and_is_taken_back(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        still, label = median(page), page.inner_text("#theatre-levers label >> nth=0").split("\n")[-1]
        assert "as it is written" in page.inner_text("#sentence")
        assert page.get_attribute("#plot-fan .still-median", "d") == ""
        move(page)
        moved, still = median(page), page.get_attribute("#plot-fan .still-median", "d")  # on axes that may have grown
        assert still.startswith("M")
        assert moved != still
        assert label.lower() in page.inner_text("#sentence").lower()
        assert "instead of" in page.inner_text("#sentence")
        assert "instead of" in page.get_attribute("#plot-fan", "aria-label")
        assert ", written " in page.locator(LEVER).first.get_attribute("aria-valuetext")
        page.keyboard.press("Control+z")
        page.wait_for_function("d => document.querySelector('#plot-fan .median').getAttribute('d') === d", arg=still)
        assert page.inner_text("#changed") == ""
        assert page.is_disabled("#undo")
        assert page.is_disabled("#all-back")
        page.click("#redo")
        page.wait_for_function("d => document.querySelector('#plot-fan .median').getAttribute('d') !== d", arg=still)
        page.click("#changed button")
        page.wait_for_function("d => document.querySelector('#plot-fan .median').getAttribute('d') === d", arg=still)


def test_the_address_is_not_written_while_runs_are_under_way(browser, port):  # noqa: F811
    """It costs a browser some 20 ms, for which the runs would wait on a machine with two cores."""
    noted = """() => {
      window.busy = [];
      const write = history.replaceState.bind(history);
      history.replaceState = (...given) => {
        window.busy.push(document.getElementById("stage").getAttribute("aria-busy"));
        write(...given);
      };
    }"""
    with bench(browser, port, at="scenario=baseline&runs=2000") as page:
        page.evaluate(noted)
        move(page)
        assert "redline" not in page.url
        move(page, at=1)
        assert BLOOD in page.url
        assert set(page.evaluate("window.busy")) == {"false"}


def test_a_drag_is_one_step_and_axes_never_shrink(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        box = page.locator(LEVER).first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(x + step * box["width"] / 20, y)
            page.wait_for_timeout(30)
        page.mouse.up()
        rested(page)
        texts = "[...document.querySelectorAll('#plot-fan text')].map(each => each.textContent)"
        after = page.evaluate(texts)
        page.click("#undo")
        rested(page)
        assert page.is_disabled("#undo")
        assert page.evaluate(texts) == after


def test_a_typed_value_is_taken_or_refused_in_place(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        field, fault = page.locator(".lever-figure input").first, page.locator(".lever .fault").first
        field.fill("many")
        field.press("Enter")
        assert "not “many”" in fault.inner_text()
        assert page.inner_text("#changed") == ""
        page.locator(LEVER).first.press("Home")
        least = field.input_value()
        page.click("#undo")
        field.fill(least)
        field.press("Enter")
        assert fault.inner_text() == ""
        assert page.locator(LEVER).first.input_value() == "0"
        field.fill("0x2")
        field.press("Enter")
        assert "not “0x2”" in fault.inner_text()
        page.click("#undo")  # what was refused goes with the value that it stood on
        assert fault.inner_text() == ""
        assert field.get_attribute("aria-invalid") == "false"


BLOOD = "actors.us.replies.redline"  # from 1.4 to 3, written 2.2


def test_a_comma_is_never_dropped_and_no_digit_is_hidden(browser, port):  # noqa: F811
    with bench(browser, port, at=CRISIS) as page:
        field = page.locator(f".lever:has([data-path='{BLOOD}']) .lever-figure input")
        fault = page.locator(f".lever:has([data-path='{BLOOD}']) .fault")
        field.fill("2,5")
        field.press("Enter")
        assert field.input_value() == "2.5"
        assert "2.5 instead of 2.2" in page.inner_text("#changed")
        field.fill("2,500")
        field.press("Enter")
        assert fault.inner_text() == "From 1.4 to 3, and not 2500, as “2,500” is read."
        field.fill("2.20001")
        field.press("Enter")
        assert fault.inner_text() == ""
        assert field.input_value() == "2.20001"
        assert "2.20001 instead of 2.2" in page.inner_text("#changed")


def test_a_link_gives_everything_back(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        move(page)
        page.locator("#told button").nth(2).click()
        page.wait_for_selector("#story .run-title")
        page.locator("#day").press("Home")
        page.click("#acts-box > summary")
        page.locator("#acts summary").first.click()
        page.locator("#acts input").first.check()
        page.select_option("#variable", index=1)
        rested(page)
        page.click("#share")
        page.wait_for_function("() => document.getElementById('tools-told').textContent === 'Link copied.'")
        link = page.evaluate("navigator.clipboard.readText()")
        shown = [page.inner_text(f"#{each}") for each in ("changed", "sentence", "story h3", "reading")]
        picture = [
            page.get_attribute("#plot-fan", "aria-label"),
            page.input_value("#variable"),
            page.input_value("#day"),
        ]
    with bench(browser, port, at=link.split("#")[1]) as other:
        other.wait_for_selector("#story .run-title")
        other.wait_for_function("() => document.getElementById('reading').textContent.includes('run ')")
        assert [other.inner_text(f"#{each}") for each in ("changed", "sentence", "story h3", "reading")] == shown
        assert [
            other.get_attribute("#plot-fan", "aria-label"),
            other.input_value("#variable"),
            other.input_value("#day"),
        ] == picture


def test_the_saved_file_gives_the_same_bits(browser, port, tmp_path):  # noqa: F811
    with bench(browser, port) as page:
        move(page)
        with page.expect_download() as loading:
            page.click("#save")
        page.wait_for_selector("#sheet code")
        told = page.inner_text("#sheet code")
        path = tmp_path / loading.value.suggested_filename
        loading.value.save_as(path)
        assert re.fullmatch(rf"sim run {path.name} --runs 100 --seed (\d+)", told)
        page.click("#sheet-close")
        page.click(".keep[data-picture=outcomes] summary")
        with page.expect_download() as table:
            page.click(".keep[data-picture=outcomes] [data-as=csv]")
        with table.value.path().open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    again = sim.run(path, runs=100, seed=int(told.split()[-1]))
    labels = {outcome.label: name for name, outcome in again.scenario.theatre.outcomes.items()}
    shares = again.shares().set_index("outcome")["share"]
    assert {row["outcome"] for row in rows} == set(labels)
    assert all(float(row["share"]) == pytest.approx(shares[labels[row["outcome"]]]) for row in rows)
    assert any(row["share"] != row["share as written"] for row in rows)


def test_a_run_is_read_asked_why_and_branched(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.wait_for_selector("#told button")
        box = page.locator("#plot-fan").bounding_box()
        page.locator("#plot-fan").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        page.wait_for_selector("#story .run-title")
        page.wait_for_function("() => new URLSearchParams(location.hash.slice(1)).get('run') !== null")
        run = page.evaluate("new URLSearchParams(location.hash.slice(1)).get('run')")
        assert page.inner_text("#story h3") == f"Run {run}"
        assert page.get_attribute("#plot-fan .path.chosen", "d").startswith("M")
        why = page.locator("#story button[aria-expanded]").first
        why.press("Enter")
        page.wait_for_selector("#story .because p:has-text('led to it')")  # what did, or why nothing did
        assert why.get_attribute("aria-expanded") == "true"
        page.locator("#story time button").first.press("Enter")
        page.wait_for_selector("#branch-shares table")
        page.wait_for_function("() => document.getElementById('branch-told').textContent.includes('comes about')")
        assert "futures share this past" in page.inner_text("#branch-told")
        rows = page.locator("#branch-shares tbody tr").count()
        assert rows == len(sim.load("first_lesson").theatre.outcomes)
        assert page.evaluate("document.activeElement.id") == "branch-title"


def test_a_branch_is_of_what_stands_now_and_so_is_what_is_kept_of_it(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.wait_for_selector("#told button")
        page.locator("#told button").nth(2).click()
        page.locator("#story time button").first.click()
        page.wait_for_selector("#branch-shares table")
        before = page.get_attribute("#plot-branch .median", "d")
        assert "as written; 500 futures of run" in kept(page, "branch", "svg").decode()
        page.locator(LEVER).first.press("End")
        assert not page.is_visible("#branch-shares")  # the futures of what stood before are no more to be seen
        page.wait_for_selector("#branch-shares table")
        assert page.get_attribute("#plot-branch .median", "d") != before
        assert "one thing moved; 500 futures of run" in kept(page, "branch", "svg").decode()
        page.locator("#told button").nth(3).click()
        assert not page.is_visible("#branch")


def test_other_dice_are_told_and_taken_back_as_any_move(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        still = median(page)
        page.click("#dice-box > summary")
        page.fill("#seed", "1e3")
        page.press("#seed", "Enter")
        assert page.inner_text("#seed-fault") == "A seed is a whole number of at most 15 digits, and not “1e3”."
        assert page.is_disabled("#undo")
        page.fill("#seed", "12")
        page.press("#seed", "Enter")
        rested(page)
        assert page.inner_text("#seed-fault") == ""
        assert "seed 12 instead of" in page.inner_text("#sentence")
        assert "on other dice" in page.inner_text("#sentence")
        assert "seed 12 instead of" in page.inner_text("#changed")
        page.click("#all-back")
        page.wait_for_function("d => document.querySelector('#plot-fan .median').getAttribute('d') === d", arg=still)
        assert page.is_disabled("#all-back")
        page.click("#undo")
        assert page.input_value("#seed") == "12"


def test_nothing_moved_is_not_saved_as_something_moved(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.click("#save")
        assert re.search(r"sim run first_lesson --runs 100 --seed \d+", page.inner_text("#sheet"))
        assert "Nothing is moved" in page.inner_text("#sheet")


def test_all_is_done_by_keys_alone(browser, port):  # noqa: F811
    with bench(browser, port, at=CRISIS) as page:
        tab_to(page, "#scenario")
        page.keyboard.press("ArrowDown")
        page.wait_for_function("() => document.getElementById('question').textContent.includes('mobilises')")
        rested(page)
        tab_to(page, "#theatre-levers input[type=range]")
        page.keyboard.press("PageUp")
        rested(page)
        moved = page.inner_text("#changed")
        assert "instead of" in moved
        page.keyboard.press("Control+z")
        rested(page)
        assert page.inner_text("#changed") == ""
        page.keyboard.press("Control+y")
        rested(page)
        assert page.inner_text("#changed") == moved
        tab_to(page, "#told button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#story .run-title")
        tab_to(page, "#story time button")
        tab_to(page, "#share")  # from the end of the page it begins anew
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.getElementById('tools-told').textContent === 'Link copied.'")
        tab_to(page, "#save")
        with page.expect_download():
            page.keyboard.press("Enter")
        page.wait_for_selector("#sheet code")
        page.keyboard.press("Escape")
        assert not page.is_visible("#sheet")
        assert page.evaluate("document.activeElement.id") == "save"


def tab_to(page, wanted):
    """Go on with the Tab key until the focus is on something."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"no way by key to {wanted}")


def test_keys_find_a_number_and_move_it_by_hundredths(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.keyboard.press("Control+k")
        assert page.evaluate("document.activeElement.id") == "words"
        page.keyboard.type("a")
        page.keyboard.press("Enter")
        page.wait_for_selector("#found .lever")
        found = page.locator("#found input[type=range]").first
        before = found.input_value()
        found.press("ArrowRight")
        assert abs(int(found.input_value()) - int(before) - 10) <= 5
        found.press("Backspace")
        assert found.input_value() == before
        assert page.inner_text("#changed") == ""
        page.locator("#open-keys").press("Enter")
        assert "a tenth" in page.inner_text("#sheet")
        page.keyboard.press("Escape")
        assert not page.is_visible("#sheet")


def test_what_is_imposed_is_switched_off_and_the_record_laid_over(browser, port):  # noqa: F811
    with bench(browser, port, at=CRISIS) as page:
        still = median(page)
        page.click("#script-box > summary")
        page.locator("#script input").first.uncheck()
        page.wait_for_function("d => document.querySelector('#plot-fan .median').getAttribute('d') !== d", arg=still)
        rested(page)
        assert "off=waivers_end" in page.url
        assert "Does not happen" in page.inner_text("#changed")
        assert page.locator("#plot-fan .recorded path").count() == 0
        page.check("#record")
        acts = page.locator("#plot-fan .recorded path").count()
        assert acts > 10
        assert "2019" in page.locator("#plot-fan .recorded title").first.text_content()
        page.select_option("#variable", "oil_price")
        page.wait_for_function("() => document.querySelector('#plot-fan .measured').getAttribute('d') !== ''")
        assert page.locator("#plot-fan .recorded path").count() == acts


def test_each_picture_is_kept_as_svg_png_and_table(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        for name in ("fan", "outcomes", "rungs", "deaths"):
            picture = kept(page, name, "svg").decode()
            root = ElementTree.fromstring(picture)
            assert root.find("{*}title").text
            assert "var(" not in picture
            assert "light-dark(" not in picture
            assert "rgb(" in picture
            assert_inside(root)
            words = [each.text for each in root.findall("{*}text")]
            for entry in page.locator(f"#{name}-keys > span").all_text_contents():
                assert entry in words  # the whole key of the page
            png = kept(page, name, "png")
            assert png.startswith(b"\x89PNG")
            assert len(png) > 5000
            rows = kept(page, name, "csv").decode().split("\r\n")
            page.click(f".keep[data-picture={name}] summary")
            page.click(f".keep[data-picture={name}] [data-as=table]")
            assert page.locator("#sheet tbody tr").count() == len(rows) - 1
            page.click("#sheet-close")


def assert_inside(picture):
    """No line of a title, a key or a source leaves a kept picture, in letters of a usual width."""
    wide = float(picture.get("width"))
    for text in picture.findall("{*}text"):
        assert float(text.get("x")) + 0.5 * float(text.get("font-size")) * len(text.text) < wide


def kept(page, name, kind):
    """A picture as a file of some kind."""
    page.click(f".keep[data-picture={name}] summary")
    with page.expect_download() as loading:
        page.click(f".keep[data-picture={name}] [data-as={kind}]")
    return loading.value.path().read_bytes()


def test_results_are_opened_alone_and_beside_each_other(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.click("#open-results")
        page.select_option("#result-one", "one")
        offered = page.eval_on_selector_all("#result-other option", "all => all.map(each => each.value)")
        assert offered == ["", "other"]  # runs on other dice cannot be held beside it
        page.select_option("#result-other", "other")
        with page.context.expect_page() as opening:
            page.click("#sheet a")
        report = opening.value
        report.wait_for_selector("#plot-both svg")
        assert "/workbench/results/one/beside/other" in report.url


def test_what_a_link_cannot_have_is_left_out_and_told_and_all_else_stands(browser, port):  # noqa: F811
    strange = "no.such.number=1&off=none&show=nothing&seed=few&run=500&day=9999&colour=red"
    with bench(browser, port, at=f"scenario=baseline&runs=100&forbid=us.kill_commanders&{BLOOD}=30&{strange}") as page:
        told = page.inner_text("#fault")  # the picture has come, and has not wiped it away
        for each in ("no.such.number", "'none'", "'nothing'", "seed", "500", "9999", "colour", BLOOD):
            assert each in told
        assert page.locator("#changed li").count() == 1
        assert page.url.endswith("#scenario=baseline&runs=100&forbid=us.kill_commanders")
        page.locator(LEVER).first.press("End")
        assert page.inner_text("#fault") == ""


def test_an_unknown_scenario_is_told_and_not_taken_for_another(browser, port):  # noqa: F811
    with bench(browser, port) as page:
        page.evaluate("location.hash = 'scenario=no_such_thing'")
        page.wait_for_function("() => document.getElementById('fault').textContent.includes('no_such_thing')")
        page.wait_for_function("() => location.hash.includes('first_lesson')")
        move(page)
        assert page.inner_text("#fault") == ""


def test_the_first_picture_is_waited_for_in_words(browser, port):  # noqa: F811
    page = browser.new_page()
    go_on = []
    page.route("**/workbench/open", lambda route: go_on.append(route))
    page.goto(f"http://127.0.0.1:{port}/workbench#{HERE}")
    page.wait_for_function("() => document.getElementById('sentence').textContent.includes('Reading the scenario')")
    assert page.is_visible("#opening")
    page.wait_for_timeout(50)
    go_on[0].continue_()
    rested(page)
    assert not page.is_visible("#opening")
    page.close()


LYING = {"width": 640, "height": 400}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, LYING], ids=["desktop", "phone", "on its side"])
def test_axe_finds_nothing_in_any_state_and_nothing_is_wider_than_the_page(browser, port, viewport):  # noqa: F811
    with bench(browser, port, viewport, at=f"{HERE}&colour=red") as page:
        assert_nothing_is_found(page, "light")  # as it opens, with something to say of the link
        page.locator("#told button").nth(1).click()
        move(page)
        page.locator(".lever-figure input").first.fill("many")
        page.locator(".lever-figure input").first.press("Enter")
        page.evaluate("for (const part of document.querySelectorAll('details:not(.keep)')) part.open = true")
        page.wait_for_selector("#story .run-title")
        assert_nothing_is_found(page, "light")
        assert_nothing_is_found(page, "dark")
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        page.locator("#story time button").first.click()
        page.wait_for_selector("#branch-shares table")
        assert_nothing_is_found(page, "light")
        for each in ("#open-results", "#save", "#open-keys"):
            page.click(each)
            page.wait_for_selector("#sheet :is(code, select, table)")
            assert_nothing_is_found(page, "dark")
            page.click("#sheet-close")
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def assert_nothing_is_found(page, scheme):
    """Axe, in this light."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("viewport", [PHONE, LYING], ids=["phone", "on its side"])
def test_on_a_phone_what_the_levers_do_stays_in_sight_and_leaves_room(browser, port, viewport):  # noqa: F811
    with bench(browser, port, viewport, at=CRISIS) as page:
        assert page.is_visible("#fan-keys")
        assert page.is_visible("#record")
        assert not page.is_visible("#strip")
        page.locator("#told button").nth(1).click()
        page.wait_for_selector("#story .run-title")
        page.locator(LEVER).nth(6).press("End")
        page.wait_for_selector("#strip li b:has-text('→')")
        rested(page)
        box = page.locator("#strip").bounding_box()
        assert box["y"] == 0
        assert box["height"] < 100
        focused = page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert focused > box["height"]  # what is moved is not under it
        path = page.get_attribute("#strip-fan .median", "d")
        page.keyboard.press("Home")
        page.wait_for_function("d => document.querySelector('#strip-fan .median').getAttribute('d') !== d", arg=path)
        page.evaluate("document.getElementById('reader').scrollIntoView()")
        page.wait_for_selector("#strip", state="hidden")


def test_a_link_edited_by_hand_on_an_open_page_is_followed(browser, port):  # noqa: F811
    with bench(browser, port, at=CRISIS) as page:
        for link, told in (
            (f"{CRISIS}&{BLOOD}=2.5", "2.5 instead of 2.2"),
            (CRISIS, "as it is written"),
            (f"{CRISIS}&{BLOOD}=long", f"{BLOOD} takes a number, and not “long”."),
            ("scenario=toString", "There is no scenario “toString”."),
            (f"{CRISIS}&{BLOOD}=2.6", "2.6 instead of 2.2"),
        ):
            page.evaluate("link => { location.hash = link; }", link)
            page.wait_for_function(
                "told => ['sentence', 'fault'].some(id => document.getElementById(id).textContent.includes(told))"
                " && document.getElementById('stage').getAttribute('aria-busy') === 'false'",
                arg=told,
            )


def test_a_server_that_does_not_answer_is_told_where_it_was_asked(browser, port):  # noqa: F811
    context = browser.new_context(viewport=DESKTOP)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"http://127.0.0.1:{port}/workbench#{HERE}&run=3")
    rested(page)
    page.wait_for_selector("#story button[aria-expanded]")
    move(page)
    page.wait_for_selector("#story h3:has-text('levers stand')")
    context.route("**/*", lambda route: route.abort())
    page.click("#save")
    assert "The server does not answer." in page.inner_text("#sheet")
    page.click("#sheet-close")
    page.click("#open-results")
    page.wait_for_selector("#sheet .fault")
    page.click("#sheet-close")
    page.locator("#story button[aria-expanded]").first.click()
    page.wait_for_selector("#story .because .fault")
    page.click("#search-box > summary")
    page.fill("#words", "rate")
    page.press("#words", "Enter")
    page.wait_for_function("() => document.getElementById('found-told').textContent.includes('does not answer')")
    assert not wrong
    context.close()
