"""What stands where a file is looked for may be anything: a pipe, a folder, another result, a name that cannot be."""

import os
import pickle
import shutil

import numpy as np
import pytest

import sim
from sim.report.latex import escaped
from sim.results.storage.atomic import read_file
from tests.every_verb import ask

LESSON = sim.load("first_lesson")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "runs"
    sim.run(LESSON, 20, 1, save=folder, progress=None)
    return folder


@pytest.fixture
def copy(kept, tmp_path):
    return shutil.copytree(kept, tmp_path / "copy")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names on this system")
@pytest.mark.parametrize("name", ["run.json", "events.parquet", "trajectories.zarr/fear/c/0/0", "report.html"])
def test_a_pipe_in_a_file_s_place_is_refused_and_not_waited_for(copy, name):
    (copy / name).unlink(missing_ok=True)
    os.mkfifo(copy / name)
    for verb in (("check", copy), ("report", copy)):
        answered = ask(*verb)
        assert answered.code != 0 or name == "report.html"
        assert "Traceback" not in answered.err
    with pytest.raises(OSError, match="not a file"):
        read_file(copy / name)


def test_another_result_in_the_folder_is_not_taken_for_the_pickled_one(copy):
    before = pickle.dumps(sim.open(copy))
    sim.run(LESSON, 20, 1, first=20, save=copy, overwrite=True, progress=None)
    with pytest.raises(sim.StoreError, match="another result"):
        pickle.loads(before)


def test_a_merge_refuses_to_write_over_its_own_parts(copy, tmp_path):
    sim.run(LESSON, 20, 1, first=20, save=tmp_path / "second", progress=None)
    (tmp_path / "link").symlink_to(copy)
    for out in (copy, tmp_path / "link", copy / "kept", tmp_path):
        with pytest.raises(sim.StoreError, match="choose another folder for the whole"):
            sim.merge(out, copy, tmp_path / "second", overwrite=True)
    assert sim.check(copy).sound
    assert len(sim.merge(tmp_path / "whole", copy, tmp_path / "second")) == 40


def test_a_result_may_be_named_through_a_link(copy, tmp_path):
    (tmp_path / "link").symlink_to(copy)
    sim.run(LESSON, 20, 5, save=tmp_path / "link", overwrite=True, progress=None)
    assert sim.open(copy).seed == 5
    assert sim.check(copy).sound


def test_a_folder_in_a_chunk_s_place_is_made_way_with(kept, copy):
    chunk = copy / "trajectories.zarr/fear/c/0/0"
    was = chunk.read_bytes()
    chunk.unlink()
    chunk.mkdir()
    sim.run(LESSON, 20, 1, save=copy, resume=True, progress=None)
    assert chunk.read_bytes() == was


def test_of_an_unfinished_result_it_is_said(tmp_path):
    class EnoughError(Exception):
        pass

    def stop(tally):
        raise EnoughError

    with pytest.raises(EnoughError):
        sim.run(LESSON, 200, 1, save=tmp_path / "half", progress=stop)
    assert not sim.check(tmp_path / "half").finished
    assert "not finished" in ask("check", tmp_path / "half").out


@pytest.mark.parametrize("verb", ["check", "report", "replay", "branch", "sweep"])
def test_a_name_that_no_file_can_have_is_a_sentence(verb):
    more = {"replay": ("--run", 1), "branch": ("--run", 1, "--day", 3)}.get(verb, ())
    answered = ask(verb, "L" * 300, *more)
    assert answered.code > 0
    assert "Traceback" not in answered.err
    assert answered.err.strip()


def test_a_report_that_was_altered_is_said_to_be_damaged(copy):
    assert ask("report", copy).code == 0
    page = copy / "report.html"
    for change in (("[", "[[", 1), ("</html>", "", 1), ('"data"', '"date"', 1)):
        whole = page.read_text(encoding="utf-8")
        page.write_text(whole.replace(*change), encoding="utf-8")
        answered = ask("reproduce", page)
        assert (answered.code, "damaged" in answered.err) == (2, True), answered.err
        page.write_text(whole, encoding="utf-8")


def test_numbers_and_names_are_read_wherever_they_are_given():
    path = "variables.fear.start"
    assert sim.CrisisModel(LESSON, run_numbers=[5.0]).runs.run.tolist() == [5]
    assert sim.CrisisModel(LESSON, rng=np.array(5)).seed == 5
    assert sim.run(LESSON, 2, dtype=np.float32, variables="fear", progress=None).trajectories["fear"].dtype == "float32"
    for bad in ("5", None, 2.5):
        with pytest.raises(ValueError, match=r"whole number|a half-width is a number"):
            sim.CrisisModel(LESSON, run=bad) if bad is not None else sim.run(LESSON, until=sim.Precision(bad))
    for bad in ({path: [0.1, None]}, {path: 0.1}, [1]):
        with pytest.raises(ValueError, match=r"patterns|range"):
            sim.sweep(LESSON, bad, "lhs", 8, 2, 1, progress=None)
    assert len(sim.sweep(LESSON, path, "lhs", 32, 2, 1, progress=None).design.varied) == 1


def test_what_is_empty_is_set_as_nothing():
    assert escaped("") == escaped(" ") == ""
