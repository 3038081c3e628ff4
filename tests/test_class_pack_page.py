"""The pack for a class in a browser: what prints on how many pages, what can be read from afar, what keys do."""

import re

import pytest

from sim.lessons import pack
from sim.lessons.pack import slides
from tests.test_report_page import browser, opened

__all__ = ["browser"]

PAGES = {"briefing": 2, "index": 2, "plan_90": 2, "story": 2, "slides": len(slides.NAMES)}
"""How many printed pages a page takes; the others take one."""
NAMES = sorted(page.stem for page in pack.shipped().glob("*.html"))
PAPER = {"A4": (210, 297), "Letter": (215.9, 279.4)}
SMALLEST_ON_SLIDES = 20
"""Points."""


@pytest.fixture(scope="module")
def folder():
    return pack.shipped()


def test_every_text_has_a_page():
    texts = {text.stem for text in pack.shipped().glob("*.md")} - {"glossary"}
    assert texts | {"briefing", "slides", "story", "answers"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_prints_on_as_many_sheets_as_it_should(browser, folder, name):
    with opened(browser, folder / f"{name}.html") as page:
        printed = {paper: page.pdf(format=paper, prefer_css_page_size=True) for paper in PAPER}
    sheets = {paper: len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) for paper, pdf in printed.items()}
    assert sheets == dict.fromkeys(PAPER, PAGES.get(name, 1))


@pytest.mark.parametrize("paper", PAPER)
def test_each_half_of_the_briefing_fits_its_sheet_with_room_to_spare(browser, folder, paper):
    wide, tall = PAPER[paper]
    with opened(browser, folder / "briefing.html") as page:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": int((wide - 26) / 25.4 * 96), "height": 1000})
        heights = page.eval_on_selector_all(".sheet", "each => each.map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 2
    assert max(heights) < 0.99 * (tall - 22) / 25.4 * 96


@pytest.mark.parametrize("name", [name for name in NAMES if name != "slides"])
def test_nothing_is_cut_or_wider_than_the_sheet(browser, folder, name):
    with opened(browser, folder / f"{name}.html") as page:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 1000})
        over = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right >
              document.documentElement.clientWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth &&
              getComputedStyle(e).display !== "inline").map(e => e.outerHTML.slice(0, 80))"""
        )
    assert over == []


@pytest.mark.parametrize("name", ["briefing", "slides"])
def test_words_of_the_map_stay_inside_their_boxes(browser, folder, name):
    with opened(browser, folder / f"{name}.html") as page:
        page.emulate_media(media="print")
        out = page.evaluate(
            """() => [...document.querySelectorAll(".fronts g")].flatMap(g => {
              const box = g.querySelector("rect").getBBox();
              return [...g.querySelectorAll("text")].filter(t => { const b = t.getBBox();
                return b.x < box.x || b.x + b.width > box.x + box.width || b.y + b.height > box.y + box.height + 1; })
                .map(t => t.textContent); })"""
        )
        assert page.locator(".fronts g").count() == 6
    assert out == []


def test_words_on_slides_are_large_and_none_is_cut_or_over_another(browser, folder):
    with opened(browser, folder / "slides.html") as page:
        page.emulate_media(media="print")
        measured = page.evaluate(
            """() => [...document.querySelectorAll(".slide")].map(slide => {
              const box = slide.getBoundingClientRect(), point = box.width / 960;
              const words = [...slide.querySelectorAll("*")].filter(e => !e.classList.contains("unseen") &&
                [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
              const size = e => parseFloat(getComputedStyle(e).fontSize) *
                (e.ownerSVGElement ? e.getScreenCTM().a : 1) / point;
              const low = [...slide.querySelectorAll(":scope > :not(.foot):not(.unseen)")]
                .map(e => e.getBoundingClientRect().bottom);
              const foot = slide.querySelector(".foot");
              return {least: Math.min(...words.map(size), 99), cut: slide.scrollHeight > slide.clientHeight + 1,
                ratio: box.width / box.height,
                over: Math.max(...low) > (foot ? foot.getBoundingClientRect().top : box.bottom) + 1};
            })"""
        )
    assert len(measured) == len(slides.NAMES)
    for number, slide in enumerate(measured, 1):
        assert slide["least"] >= SMALLEST_ON_SLIDES, number
        assert not slide["cut"], number
        assert not slide["over"], number
        assert slide["ratio"] == pytest.approx(16 / 9, rel=0.01)


def test_every_picture_says_what_it_shows(browser, folder):
    with opened(browser, folder / "slides.html") as page:
        told = page.eval_on_selector_all("img", "each => each.map(e => [e.alt, e.naturalWidth])")
    assert len(told) == len(slides.FIGURES)
    for alt, wide in told:
        assert re.search(r"\d", alt)
        assert len(alt) > 60
        assert wide >= 1200


def test_slides_go_on_and_back_by_keys_and_buttons(browser, folder):
    last = len(slides.NAMES)
    with opened(browser, folder / "slides.html") as page:
        shown = page.locator(".slide:visible")

        def at():
            assert shown.count() == 1
            return shown.get_attribute("id")

        assert at() == "s1"
        for key, where in [
            ("ArrowRight", "s2"),
            ("PageDown", "s3"),
            ("ArrowLeft", "s2"),
            ("End", f"s{last}"),
            ("ArrowRight", f"s{last}"),
            ("Home", "s1"),
            ("ArrowLeft", "s1"),
            (" ", "s2"),
        ]:
            page.keyboard.press(key)
            assert at() == where
        page.get_by_role("button", name="Next slide").click()
        assert at() == "s3"
        assert page.locator("#where").inner_text() == f"3 / {last}"
        page.reload()
        assert at() == "s3"


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(browser, folder, name):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, folder / f"{name}.html") as page:
        found = Axe().run(page)
        assert [each["id"] for each in found.response["violations"]] == []


@pytest.mark.parametrize("name", ["index", "briefing", "plan_45"])
def test_a_page_can_be_read_on_a_phone(browser, folder, name):
    with opened(browser, folder / f"{name}.html", {"width": 390, "height": 844}) as page:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
