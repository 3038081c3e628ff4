"""`sim replay`, `sim explain` and `sim why` as their users meet them."""

import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import sim as package
from sim.cli.app import app
from sim.execution.source import find_origin
from sim.replays.kind import kind_of
from sim.results.storage.checksums import stored
from sim.results.storage.manifest import read_manifest
from sim.text import on
from tests.commands import sim


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A result of the shipped baseline, made by another call."""
    folder = tmp_path_factory.mktemp("made")
    sim("run", "baseline", "--runs", "14", "--no-figures", "--out", "made", cwd=folder)
    return folder / "made"


@pytest.fixture(scope="module")
def told(result):
    return package.replay(result, run=12)


@pytest.fixture(scope="module")
def kind(result, told):
    return kind_of(told, find_origin(str(result)))


def test_replay_prints_the_story_and_as_data_every_event(result, told, kind, tmp_path):
    said = sim("replay", str(result), "--run", "12", "--from-rung", "6", "--no-turning-points", cwd=tmp_path)
    assert said.stdout == told.text(least=6, width=100, opening=[kind.text()])
    assert f"of the 14 runs of {result}" in kind.text()
    data = json.loads(sim("replay", str(result), "--run", "12", "--no-turning-points", "--json", cwd=tmp_path).stdout)
    assert (data["kind"], "turning_points" in data) == (kind.as_dict(), False)
    assert [event["action"] for event in data["events"]] == told.events["action"].tolist()
    assert [event["cause"] for event in data["events"]] == [act.cause for act in told.acts]


def test_explain_and_why_print_what_python_gives(result, told, tmp_path):
    gravest = max(told.acts, key=lambda act: (act.rung, -act.event))
    assert gravest.ordered is not None
    of_day = ("--run", "12", "--day", str(gravest.date), "--actor", gravest.actor)
    said = sim("explain", str(result), *of_day, cwd=tmp_path)
    assert said.stdout == told.explain(gravest.day, gravest.actor).text(width=100)
    explained = told.explain(gravest.ordered, gravest.actor)
    assert f"{gravest.action}, #{gravest.event}), ordered on {on(explained.date)}" in " ".join(said.stdout.split())
    when = ("--run", "12", "--day", str(explained.date), "--actor", gravest.actor)
    said = sim("explain", str(result), *when, cwd=tmp_path)
    assert said.stdout == explained.text(width=100)
    assert f"► {gravest.action} " in said.stdout
    data = json.loads(sim("explain", str(result), *when, "--json", cwd=tmp_path).stdout)
    assert data["draw"] == vars(explained.draw)
    event = ("--run", "12", "--event", str(gravest.event))
    assert sim("why", str(result), *event, cwd=tmp_path).stdout == told.why(gravest.event).text(width=100)
    chain = json.loads(sim("why", str(result), *event, "--json", cwd=tmp_path).stdout)
    assert chain["links"][0]["act"]["event"] == gravest.event
    assert chain["links"][-1]["act"]["cause"] is None


def test_a_scenario_with_a_seed_tells_the_same_run_as_its_result(told, tmp_path):
    said = sim("replay", "baseline", "--run", "12", "--seed", "7", "--no-turning-points", cwd=tmp_path)
    kind = kind_of(told, find_origin("baseline", 7))
    assert "of the first 400 runs of this scenario" in kind.text()
    assert said.stdout == told.text(width=100, opening=[kind.text()])


def test_a_story_begins_with_its_turning_points_and_they_are_data_too(tmp_path):
    points = package.turning_points("baseline", run=617, seed=7)
    assert 1 <= len(points) <= 3
    assert [point.day for point in points] == sorted(point.day for point in points)
    words = ("replay", "baseline", "--run", "617", "--seed", "7")
    said = " ".join(sim(*words, cwd=tmp_path).stdout.split())
    assert said.index("Turning points, by 100 futures") < said.index("365 days from")
    for point in points:
        assert " ".join(point.text().split()) in said
    data = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert [each["event"] for each in data["turning_points"]] == [point.act.event for point in points]
    assert data["turning_points"][0]["shifts"][0]["label"] == points[0].shifts[0].label


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["replay", "{}", "--run", "14"], 2, "no run 14"),
        (["replay", "{}", "--run", "3", "--seed", "8"], 2, "was made with seed 7, not 8"),
        (["replay", "baseline"], 2, "--run"),
        (["replay", "baselin", "--run", "1"], 3, "did you mean 'baseline'?"),
        (["replay", ".", "--run", "1"], 2, "is not a result of sim"),
        (["explain", "{}", "--run", "1", "--day", "365", "--actor", "us"], 2, "no day 365; the run has days 0 to 364"),
        (["explain", "{}", "--run", "1", "--day", "2018-01-01", "--actor", "us"], 2, "no day 2018-01-01"),
        (["explain", "{}", "--run", "1", "--day", "noon", "--actor", "us"], 2, "'noon' is no day"),
        (["explain", "{}", "--run", "1", "--day", "9", "--actor", "irna"], 2, "did you mean 'iran'?"),
        (["why", "{}", "--run", "1", "--event", "9999"], 2, "no event 9999; run 1 has events 0 to"),
    ],
)
def test_what_there_is_not_ends_with_a_sentence_and_a_code(words, code, says, result, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, [word.format(result) for word in words])
    assert (said.stdout, said.exit_code) == ("", code)
    assert says in " ".join(said.stderr.replace("│", " ").split())


def test_a_result_that_this_version_would_not_give_is_not_told(result, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(result, other)
    events = pd.read_parquet(other / "events.parquet")
    pd.concat([events.iloc[:5], events.iloc[6:]]).to_parquet(other / "events.parquet", index=False)
    manifest = read_manifest(other)
    manifest.files["events.parquet"] = stored(other / "events.parquet")
    (other / "run.json").write_text(manifest.text(), encoding="utf-8")
    said = sim("why", str(other), "--run", "0", "--event", "3", cwd=tmp_path, code=2)
    assert "another history: event 5 is" in " ".join(said.stderr.replace("│", " ").split())


def test_faults_of_a_scenario_are_data_too(tmp_path):
    (tmp_path / "bad.yaml").write_text("schema_version: 1\nextends: first_lesson\ntitel: Misspelt\n")
    for verb, rest in (("replay", []), ("explain", ["--day", "3", "--actor", "north"]), ("why", ["--event", "0"])):
        said = sim(verb, "bad.yaml", "--run", "0", *rest, "--json", cwd=tmp_path, code=3)
        assert json.loads(said.stdout)["faults"][0]["line"] == 3


def test_a_changed_scenario_is_noted_beside_the_story(tmp_path):
    question = tmp_path / "question.yaml"
    question.write_text("schema_version: 1\nextends: first_lesson\ntitle: A question\ndays: 60\n")
    sim("run", "question.yaml", "--runs", "3", "--no-figures", cwd=tmp_path)
    question.write_text("schema_version: 1\nextends: first_lesson\ntitle: A question\ndays: 61\n")
    said = sim("replay", "results/question", "--run", "2", cwd=tmp_path)
    assert "the scenario question has changed since" in said.stderr
    assert "60 days from" in said.stdout
