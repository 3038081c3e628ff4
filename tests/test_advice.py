"""What the program prints can be typed: advice to resume, files that it begins, places that it cannot write to."""

import os
import re
import shlex
from pathlib import Path

import pytest
import typer

import sim
from sim.cli.run import interruptible
from sim.results.storage.folder import begun

from .every_verb import ask

MINE = "schema_version: 1\nextends: first_lesson\ntitle: Mine\ndays: 40\n"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "mine.yaml").write_text(MINE, encoding="utf-8")
    return tmp_path


def interrupted(scenario, folder, **options):
    """Begin a result and leave it after the first of its blocks."""

    def stop(_):
        raise KeyboardInterrupt

    begin = sim.sweep if "method" in options else sim.run
    with pytest.raises(KeyboardInterrupt):
        begin(scenario, save=folder, progress=stop, **options)
    assert begun(Path(folder)).status == "running"


def typed(text):
    """The one command that a message advises, as a shell reads it."""
    (command,) = re.findall(r"(?:'|: )(sim (?:run|sweep) .*? --resume[^'\n]*)", text)
    return shlex.split(command)[1:]


@pytest.mark.fault("29", "the advice left out --out and quotes, and could not be typed")
@pytest.mark.parametrize("scenario", ["a folder/mine.yaml", "first_lesson"])
@pytest.mark.parametrize("options", [{"runs": 200, "seed": 5, "variables": ["fear"]}, {"runs": 160, "uncertain": True}])
def test_the_advice_to_resume_a_run_can_be_typed(scenario, options, record_property):
    interrupted(scenario, "it's 29", **options)
    advised = ask("report", "it's 29")
    assert (advised.code, "is not finished" in advised.err) == (2, True)
    words = typed(advised.err)
    assert ask(*words, "--no-figures").code == 0
    resumed, whole = sim.open("it's 29"), sim.run(scenario, progress=None, **options)
    assert resumed.outcomes.equals(whole.outcomes)
    record_property("now", shlex.join(["sim", *words]))


@pytest.mark.fault("29", "the advice left out --out and quotes, and could not be typed")
def test_the_advice_to_resume_a_sweep_can_be_typed(record_property):
    options = {"method": "lhs", "samples": 200, "replicates": 2, "seed": 5}
    interrupted("a folder/mine.yaml", "swept & cut", parameters=["actions.*.rate"], **options)
    words = typed(ask("sweep", "swept & cut").err)
    assert ask(*words).code == 0
    whole = sim.sweep("a folder/mine.yaml", ["actions.*.rate"], progress=None, **options)
    assert sim.open("swept & cut").measures.equals(whole.measures)
    record_property("now", shlex.join(["sim", *words]))


def test_ctrl_c_says_how_to_go_on_with_every_option_that_the_result_does_not_hold(capsys):
    interrupted("a folder/mine.yaml", "r 29", runs=200)
    with pytest.raises(typer.Exit), interruptible(Path("r 29"), "--no-figures", "--json"):
        raise KeyboardInterrupt
    words = typed(capsys.readouterr().err.replace("\n", " "))
    assert words == ["run", "r 29", "--resume", "--no-figures", "--json"]
    assert ask(*words).code == 0
    refused = ask("run", "r 29", "--resume", "--out", "elsewhere")
    assert (refused.code, "a result is resumed in its own folder" in refused.err) == (2, True)


@pytest.mark.fault("27", "sim new wrote what sim validate refuses")
def test_what_is_begun_outside_its_parent_s_folder_is_refused_with_a_command_that_begins_it(place, record_property):
    (place / "mine").mkdir()
    os.chdir(place / "mine")
    refused = ask("new", "child", "--extends", "../a folder/mine.yaml")
    assert refused.code == 2
    assert not list((place / "mine").iterdir())
    begin = " ".join(re.sub(r"[│╭╰╮╯─\n]+", " ", refused.err).split())
    folder, _, new = shlex.split(begin[begin.index("cd ") :])[1:4]
    assert Path(folder) == place / "a folder"
    assert new == "sim"
    os.chdir(folder)
    assert ask("new", "child", "--extends", "mine.yaml").code == 0
    assert ask("validate", "child.yaml").code == 0
    os.chdir(place)
    assert ask("new", "beside", "--extends", place / "a folder" / "mine.yaml").code == 0
    assert ask("validate", "beside.yaml").code == 0
    record_property("now", "refused, with the command that begins it there")


@pytest.mark.fault("27", "sim new true, null: what validate refuses")
@pytest.mark.parametrize("name", ["true", "null", "false", "yes", "no", "on", "off", "y", "n", "e1", "nan", "inf"])
def test_what_is_begun_under_any_name_is_valid(name, record_property):
    assert ask("new", name, "--extends", "first_lesson").code == 0
    assert ask("validate", f"{name}.yaml").code == 0
    Path(f"{name}.yaml").unlink()
    assert ask("new", name, "--theatre").code == 0
    assert ask("validate", f"{name}.yaml", f"{name}_baseline.yaml").code == 0
    record_property("now", f"{name}: valid")


@pytest.mark.parametrize("name", ["1e3", "0x1", "con", "nul", "lpt9", "-x", "a b", "Ü"])
def test_a_name_that_no_file_or_id_can_have_is_refused(name):
    refused = ask("new", "--", name)
    assert refused.code == 2
    assert "how about" in " ".join(refused.err.split())


@pytest.mark.fault("34", "places that cannot be written to: a traceback, after the work")
@pytest.mark.parametrize("at", ["file/x.html", "/proc/x.html", "/dev/null/x"])
def test_a_place_that_cannot_be_written_to_is_a_sentence_before_the_work(at, monkeypatch, record_property):
    Path("file").write_text("x", encoding="utf-8")
    made = sim.run("first_lesson", runs=8, save="made", progress=None)

    def work(*_, **__):
        raise AssertionError("nothing is to be done for what cannot be kept")

    monkeypatch.setattr("sim.report.render.html", work)
    monkeypatch.setattr("sim.experiments.tipping.tip.tip", work)
    monkeypatch.setattr("sim.experiments.sweep.sweep.sweep", work)
    monkeypatch.setattr("sim.report.reproduce.reproduce", work)
    monkeypatch.setattr("sim.experiments.branching.branch.branch", work)
    number = "actions.north.strike.rate"
    verbs = [
        ("report", "made", "--out", at),
        ("tip", "first_lesson", "--to", "first_blood > 0.9", "--out", at),
        ("sweep", "first_lesson", "--method", "oat", "--param", number, "--annotate", at),
        ("reproduce", "made/run.json", "--out", at),
        ("branch", "made", "--run", 1, "--day", 3, "--out", at),
        ("run", "first_lesson", "--runs", 4, "--out", at),
    ]
    for words in verbs:
        refused = ask(*words)
        assert refused.code in (1, 2), (words, refused)
        assert re.search(r"cannot (write|read)|there is no folder", " ".join(refused.err.split())), (words, refused)
    assert len(made) == 8
    record_property("now", f"{at}: {len(verbs)} verbs say so first")


@pytest.mark.fault("folders", "a folder called like a shipped scenario: puzzling messages")
def test_a_folder_called_like_a_shipped_scenario_is_in_nobody_s_way(record_property):
    Path("first_lesson").mkdir()
    verbs = [
        ("replay", "first_lesson", "--run", 1),
        ("run", "first_lesson", "--runs", 3, "--no-figures"),
        ("compare", "first_lesson", "first_lesson", "--runs", 3),
        ("branch", "first_lesson", "--run", 1, "--day", 3, "--runs", 2),
        ("why", "first_lesson", "first_lesson", "--run", 1),
    ]
    for words in verbs:
        assert ask(*words).code == 0, words
    record_property("now", f"{len(verbs)} verbs take the scenario")


@pytest.mark.fault("addresses", "'::' in --out: puzzling messages")
@pytest.mark.parametrize("folder", ["a::b", "memory::x", "zip::x", "s3:x"])
def test_a_folder_that_looks_like_an_address_is_a_folder(folder, record_property):
    assert ask("run", "first_lesson", "--runs", 3, "--no-figures", "--out", folder).code == 0
    assert sim.open(folder).trajectories["fear"].shape == (3, 180)
    assert ask("replay", folder, "--run", 1).code == 0
    record_property("now", f"{folder} is a folder")
