"""Figures and reports that know where they came from, and the two commands that write and check them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.plots import figures
from sim.report.reproduce import reproduce
from sim.results.errors import StoreError
from sim.results.provenance import Provenance
from sim.results.storage.check import seal
from tests.small_scenarios import rich


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two results on the same dice, with figures."""
    folder = tmp_path_factory.mktemp("results")
    scenario = rich()
    quiet = scenario.model_copy(
        update={"name": "quiet", "forbid": {**scenario.forbid, "aran.kill_commander": "always"}}
    )
    for name, each in (("small", scenario), ("quiet", quiet)):
        sim.run(each, runs=25, seed=5, save=folder / name, progress=None)
    figures.write_all(sim.open(folder / "small"), folder / "small" / "figures")
    return folder


def called(*words, code=0):
    ended = CliRunner().invoke(app, [str(word) for word in words])
    assert ended.exit_code == code, ended.output
    return ended


def rewritten(figure, path, change=None, **texts):
    """A figure with some of its texts, or its pixels, changed."""
    with Image.open(figure) as image:
        kept, pixels = dict(image.text) | texts, np.array(image)
    if change is not None:
        change(pixels)
    info = PngInfo()
    for name, text in kept.items():
        if text is not None:
            info.add_text(name, text)
    Image.fromarray(pixels).save(path, pnginfo=info)
    return path


# What is carried.


def test_what_is_carried_comes_back_whole():
    ensemble = sim.run(rich(), runs=3, seed=2**63, progress=None)
    carried = Provenance.of(ensemble)
    back = Provenance.read(carried.as_texts())
    assert back.scenario == carried.scenario
    assert (back.seed, back.runs, back.dtype, back.counts_only) == (2**63, 3, "float32", False)
    assert back.command == f"sim run small --runs 3 --seed {2**63}"
    ended = replace(ensemble, info={**ensemble.info, "until": {"halfwidth": 0.1, "outcome": None, "narrowest": 9}})
    assert Provenance.read(Provenance.of(ended).as_texts()).until == ended.info["until"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Scenario-Packed": "no base64"}, "damaged"),
        ({"Scenario-Packed": "eJwDAAAAAAE="}, "damaged"),
        ({"Scenario-SHA256": "0" * 64}, "does not match its hash"),
        ({"Seed": "many"}, "damaged"),
        ({"Runs": "0"}, "damaged"),
        ({"Until": "{"}, "damaged"),
    ],
)
def test_what_is_damaged_is_refused(change, said):
    texts = Provenance.of(sim.run("first_lesson", runs=1, progress=None)).as_texts()
    with pytest.raises(StoreError, match=said):
        Provenance.read(texts | change)
    with pytest.raises(StoreError, match="does not contain the scenario"):
        Provenance.read({})


def test_seeds_and_numbers_of_runs_are_read_up_to_the_last_that_there_can_be():
    texts = Provenance.of(sim.run("first_lesson", runs=1, progress=None)).as_texts()
    for name, first, last in (("Seed", 0, 2**64 - 1), ("Runs", 1, 100_000_000)):
        for end, beyond in ((first, first - 1), (last, last + 1)):
            assert Provenance.read(texts | {name: str(end)}).as_texts()[name] == str(end)
            with pytest.raises(StoreError, match=f"damaged: seed .*{beyond}"):
                Provenance.read(texts | {name: str(beyond)})


# Figures.


def test_every_figure_says_what_it_was_drawn_from_and_is_drawn_again(results):
    drawn = sorted((results / "small" / "figures").glob("*.png"))
    assert len(drawn) == 6
    for figure in drawn[::3]:
        with Image.open(figure) as image:
            assert (image.text["Figure"], image.text["Seed"], image.text["Runs"]) == (figure.stem, "5", "25")
            assert image.text["Scenario-SHA256"] == rich().sha256
            assert image.text["Command"] == "sim run small --runs 25 --seed 5"
        ended = called("reproduce", figure)
        assert ended.stdout.startswith("equal: every pixel")
        assert "25 runs, seed 5" in ended.stdout


def test_one_pixel_makes_a_difference(results, tmp_path):
    def blot(pixels):
        pixels[200, 300] = (255, 0, 255, 255)

    figure = rewritten(results / "small" / "figures" / "rungs.png", tmp_path / "blot.png", blot)
    ended = called("reproduce", figure, "--json", code=1)
    found = json.loads(ended.stdout)
    assert not found["equal"]
    assert found["differences"] == [f"1 of {1200 * 675:,} pixels are others"]
    assert found["note"] is None
    other = rewritten(figure, tmp_path / "older.png", **{"Rules-SHA256": "0" * 64, "Drawn-By": "matplotlib 1.0"})
    kept = tmp_path / "again.png"
    said = called("reproduce", other, "--out", kept, code=1).stdout
    assert "its runs were made by other rules" in said
    assert "it was drawn by matplotlib 1.0" in said
    assert reproduce(kept).equal
    assert "already exists" in called("reproduce", other, "--out", kept, code=2).output


def test_recorded_events_over_a_figure_are_drawn_again(tmp_path):
    scenario = sim.load("eve_of_k1")
    ensemble, record = sim.run(scenario, runs=6, progress=None), sim.recorded(scenario)
    draw = figures.standard(ensemble, record)["rungs"]
    figure = figures.save(draw(), tmp_path / "rungs.png", ensemble, "rungs", record)
    assert reproduce(figure).equal
    bare = rewritten(figure, tmp_path / "bare.png", Record=None)
    assert not reproduce(bare).equal


def test_a_figure_of_counts_is_drawn_again(tmp_path):
    counted = sim.summarise(rich(), tmp_path / "counted", runs=40, seed=5, progress=None)
    drawing = figures.standard(counted)["first_passage"]()
    found = reproduce(figures.save(drawing, tmp_path / "first.png", counted, "first_passage"))
    assert found.equal
    assert found.carried[0].counts_only


def test_pictures_that_do_not_know_where_they_came_from_are_refused(results, tmp_path):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (9, 9)).save(photo)
    assert "does not carry" in called("reproduce", photo, code=2).output
    figure = results / "small" / "figures" / "rungs.png"
    unknown = rewritten(figure, tmp_path / "unknown.png", Figure="portrait")
    assert "draws no figure 'portrait'" in called("reproduce", unknown, code=2).output
    cut = tmp_path / "cut.png"
    cut.write_bytes(figure.read_bytes()[:5000])
    assert "cannot be made again" in called("reproduce", cut, code=2).output
    text = tmp_path / "notes.html"
    text.write_text("<h1>Notes</h1>")
    assert "neither a figure nor a report" in called("reproduce", text, code=2).output
    assert "cannot read" in called("reproduce", tmp_path / "nowhere.png", code=2).output


# Reports.


def test_a_report_is_written_beside_its_result_and_made_again(results, tmp_path):
    ended = called("report", results / "small")
    path = results / "small" / "report.html"
    assert ended.stdout.strip() == str(path)
    assert called("reproduce", path).stdout.startswith("equal: all data")
    other = path.read_bytes().replace(b'"sound":25', b'"sound":24', 1)
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_bytes(other)
    assert "it is damaged" in called("reproduce", spoilt, code=2).output
    spoilt.write_bytes(seal(other.rpartition(b"\n<!-- sha256 ")[0]))  # as another version might have made it
    said = called("reproduce", spoilt, code=1).stdout
    assert "different" in said
    assert "head: not the same" in said


def test_two_results_make_one_report(results, tmp_path):
    out = tmp_path / "pair.html"
    ended = called("report", results / "small", results / "quiet", "--out", out, "--class", "--json")
    told = json.loads(ended.stdout)
    assert (told["report"], told["bytes"]) == (str(out), out.stat().st_size)
    found = reproduce(out, told["passphrase"])
    assert found.equal
    assert [each.scenario.name for each in found.carried] == ["small", "quiet"]


def test_wrong_usage_of_report_is_said_in_sentences(results, tmp_path):
    nowhere = tmp_path / "nowhere"
    assert f"'sim run SCENARIO --out {nowhere}' makes one" in called("report", nowhere, code=2).output
    thesis = tmp_path / "thesis.html"
    thesis.write_text("years of work")
    assert "is another file" in called("report", results / "small", "--out", thesis, code=2).output
    sim.run(rich(), runs=4, seed=6, save=tmp_path / "other", progress=None)
    assert "seed 6, not 5" in called("report", results / "small", tmp_path / "other", code=2).output
