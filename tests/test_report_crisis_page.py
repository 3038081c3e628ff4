"""The crisis in a browser: the days pass, one slider moves all pictures, a single run lights up its fronts."""

import numpy as np
import pytest

import sim
from sim.report import pack
from sim.report.contents import contents
from tests.test_report_crisis import mapped
from tests.test_report_page import DESKTOP, PHONE, browser, opened  # noqa: F401


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(mapped(), runs=60, seed=5, progress=None)


@pytest.fixture(scope="module")
def data(ensemble):
    return contents([ensemble], ["small"]).data


@pytest.fixture(scope="module")
def report(ensemble, tmp_path_factory):
    return sim.report.write(ensemble, tmp_path_factory.mktemp("crisis") / "report.html")


def wait_for_day(page, reached):
    """Let the days pass until one is reached; the page forbids to do this by a script of the test's own."""
    for _ in range(400):
        if reached(int(page.input_value("#day-opening"))):
            return
        page.wait_for_timeout(50)
    pytest.fail("the days do not pass")


DAYS = "all => all.map(one => one.value)"


def test_the_days_pass_when_asked_and_stop_at_the_last(browser, report):  # noqa: F811
    with opened(browser, report) as page:
        page.click("#climb [data-play]")
        assert page.inner_text("#climb [data-play]") == "Pause"
        wait_for_day(page, lambda day: day > 3)
        page.click("#climb [data-play]")
        stopped = page.input_value("#day-opening")
        page.wait_for_timeout(300)
        assert page.input_value("#day-opening") == stopped
        page.click("#climb [data-play]")
        wait_for_day(page, lambda day: day == 59)
        assert page.inner_text("#climb [data-play]") == "Play"
        assert page.inner_text("#climb .day-shown") == "29 February 2020"


def test_one_slider_moves_all_that_shows_a_day(browser, report, data):  # noqa: F811
    with opened(browser, report) as page:
        slider = page.locator("#day-fronts")
        slider.fill("30")
        slider.press("ArrowRight")
        assert page.eval_on_selector_all("input[type=range]", DAYS) == ["31", "31", "31"]
        assert "31 January 2020" not in page.inner_text("#reading-day")
        assert page.inner_text("#reading-day") == "1 February 2020, day 31"
        assert page.locator("#day-opening").get_attribute("aria-valuetext") == "1 February 2020"
        came = {each["id"]: pack.unpacked(each["runs"])[31] for each in data["outcomes"]}
        shown = page.eval_on_selector_all("#so-far b", "all => all.map(one => one.textContent)")
        assert shown == [sim.text.percent(came[name] / 60) for name in data["opening"]["told"]]
        page.fill("#day", "0")
        assert page.eval_on_selector_all("input[type=range]", DAYS) == ["0", "0", "0"]


def test_each_dot_stands_on_the_rung_of_its_run(browser, report, data):  # noqa: F811
    with opened(browser, report) as page:
        page.fill("#day-opening", "40")
        rung = pack.unpacked(data["opening"]["rung"])[:, 40]
        heights = page.eval_on_selector_all(
            "#plot-opening circle", "all => all.map(one => Number(one.style.transform.match(/[\\d.]+/)[0]))"
        )
        assert len(heights) == 60
        assert np.corrcoef(heights, rung)[0, 1] == pytest.approx(-1, abs=1e-3)
        page.locator("#plot-opening circle").nth(7).click(force=True)
        assert page.inner_text("#story h4") == f"Run {pack.unpacked(data['opening']['run'])[7]}"


def test_a_single_run_lights_its_fronts_on_its_days(browser, report, data, ensemble):  # noqa: F811
    theatre = ensemble.scenario.theatre
    run = data["stories"]["runs"][0]["run"]
    acts = ensemble.events[(ensemble.events["run"] == run) & (ensemble.events["actor"] != "script")]
    acts = acts[acts["rung"] > 0]
    places = acts["action"].map({name: action.place for name, action in theatre.actions.items()})
    day = int(acts.loc[places == "waters", "day"].iloc[0])
    with opened(browser, report) as page:
        page.select_option("#fronts-run", str(run))
        assert page.inner_text("#story h4") == f"Run {run}"
        page.fill("#day-fronts", str(day))
        assert "lit" in page.get_attribute("#place-waters", "class")
        recent = acts[(acts["day"] <= day) & (acts["day"] > day - 7)]
        here = int((places[recent.index] == "waters").sum())
        assert page.inner_text("#place-waters .now") == f"{here} in the last 7 days"
        assert page.locator("#acts-now li").count() == len(recent)
        page.select_option("#fronts-run", "")
        assert "this week" in page.inner_text("#place-waters .now")
        assert page.locator("#acts-now li").count() == 0


def test_where_less_motion_is_asked_for_weeks_pass_and_nothing_glides(browser, report):  # noqa: F811
    with opened(browser, report, reduced_motion="reduce") as page:
        assert "0s" in page.evaluate("getComputedStyle(document.querySelector('.climber')).transitionDuration")
        page.click("#climb [data-play]")
        wait_for_day(page, lambda day: day == 7)


def test_without_a_script_and_on_paper_the_picture_is_still_and_whole(browser, report):  # noqa: F811
    with opened(browser, report, java_script_enabled=False) as page:
        assert page.is_visible("#still svg")
        assert not page.is_visible("#climb")
        assert not page.is_visible("#fronts .playing")
        assert page.is_visible("#place-waters")
    with opened(browser, report) as page:
        assert not page.is_visible("#still")
        page.emulate_media(media="print")
        assert page.is_visible("#still svg")
        assert not page.is_visible("#climb")
        assert page.is_visible(".answer")


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop", "phone"])
def test_the_shipped_crisis_is_accessible_and_fits(browser, viewport, scheme, tmp_path):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    path = sim.report.write(sim.run("baseline", runs=30, seed=7, progress=None), tmp_path / "baseline.html")
    with opened(browser, path, viewport, scheme) as page:
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()[:3000]
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        places = page.eval_on_selector_all(
            ".place", "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])"
        )
        box = page.locator("#map").bounding_box()
        assert all(box["x"] <= left and right <= box["x"] + box["width"] for left, right in places)
        if viewport is DESKTOP:
            play = page.locator("#climb [data-play]").bounding_box()
            assert play["y"] + play["height"] <= viewport["height"]
