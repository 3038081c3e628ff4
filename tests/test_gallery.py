"""The pictures that the pages show are those that would be drawn today, and the tool that says so can say no."""

import json

import pytest
from PIL import Image

import sim
from sim.plots import figures
from tests import gallery


@pytest.fixture
def picture(tmp_path, monkeypatch):
    """A picture of the first lesson under the name of one of the gallery."""
    monkeypatch.setattr(gallery, "code_of", lambda name: 'sim.run("first_lesson", runs=20, seed=3)')
    ax = sim.plots.rungs(sim.run("first_lesson", runs=20, seed=3), figures.canvas())
    gallery.keep(ax.figure, tmp_path / "rungs.png", gallery.code_of("rungs.png"))
    return tmp_path / "rungs.png"


def test_a_picture_is_sharp_and_carries_what_it_is_made_of(picture):
    with Image.open(picture) as image:
        assert image.width > 1100
        told = json.loads(image.info[gallery.STAMP])
    assert told["shows"] == {"first_lesson": sim.load("first_lesson").short_hash}
    assert told["counted"] == ["n = 20", "seed 3"]
    assert not list(gallery.staleness(picture))


def test_a_picture_of_another_scenario_is_stale(picture, monkeypatch):
    other = sim.load("baseline")
    monkeypatch.setattr(sim, "load", lambda name: other)
    (said,) = gallery.staleness(picture)
    assert said.startswith("first_lesson was ")


def test_a_picture_of_other_code_or_drawn_in_another_way_is_stale(picture, monkeypatch):
    monkeypatch.setattr(gallery, "code_of", lambda name: 'sim.run("first_lesson", runs=21, seed=3)')
    monkeypatch.setattr(gallery, "drawing_version", lambda: "another")
    assert list(gallery.staleness(picture)) == [
        "the code that draws it has changed",
        "the figures are drawn in another way",
    ]


def test_every_picture_that_a_page_shows_is_there():
    kept = {path.name for path in gallery.GALLERY.glob("*.png")}
    assert gallery.shown_pictures() <= kept


@pytest.mark.parametrize("name", sorted(gallery.shown_pictures()))
def test_no_picture_of_the_gallery_is_stale(name):
    assert not list(gallery.staleness(gallery.GALLERY / name)), "make gallery"
