"""What `sim new` writes runs as it is, explains every part of the language, and takes nobody's file away."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.theatre.language import schema, variables
from sim.theatre.language.scenario import ScenarioFile

EXAMPLES = ("start", "days", "initial", "overrides", "script", "runs", "seed")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def new(*words: str, code: int = 0):
    ended = CliRunner().invoke(app, ["new", *words])
    assert ended.exit_code == code, ended.output
    return ended


def with_examples(text: str) -> str:
    """The file with the '#' taken away from every example."""
    lines, within = [], False
    for line in text.splitlines():
        within = bool(re.match(rf"# ({'|'.join(EXAMPLES)}):", line)) or (within and line.startswith("#   "))
        lines.append(line[2:] if within else line)
    return "\n".join(lines)


@pytest.mark.parametrize("parent", ["first_lesson", "two_rivals", "baseline", "after_the_killing"])
def test_a_scenario_loads_as_it_is_and_with_every_example_in_it(parent):
    new("question", "--extends", parent)
    begun = sim.load("question.yaml")
    assert len(begun.forbid) >= 1
    text = Path("question.yaml").read_text()
    Path("all.yaml").write_text(with_examples(text))
    every = sim.load("all.yaml")
    assert every.sha256 != begun.sha256
    assert every.script["something_happens"].do is not None
    assert every.script["something_happens"].on > (every.history_until or every.start)
    (action,) = begun.forbid.keys() - (set() if parent == "two_rivals" else sim.load(parent).forbid.keys())
    assert every.theatre.actions[action].rate.value != begun.theatre.actions[action].rate.value


def test_a_scenario_builds_on_the_baseline_unless_told_otherwise():
    new("question")
    assert sim.load("question.yaml").theatre.theatre == "persian_gulf"


def test_a_scenario_runs_and_builds_on_a_file_too():
    new("mine", "--extends", "first_lesson")
    new("yours", "--extends", "mine.yaml")
    assert len(sim.run("yours.yaml", runs=20, progress=None)) == 20


def test_a_theatre_runs_and_has_nothing_dead_in_it():
    said = new("river", "--theatre")
    assert said.stdout.split() == ["river.yaml", "river_baseline.yaml"]
    assert sim.load_theatre("river.yaml").theatre == "river"
    assert sim.lint("river_baseline.yaml", runs=200).clean
    shares = sim.run("river_baseline.yaml", runs=200, progress=None).shares()["share"]
    assert shares.between(0.02, 0.98).all()


def test_every_part_of_the_language_is_named():
    new("question")
    new("river", "--theatre")
    question, river = (Path(name).read_text() for name in ("question.yaml", "river.yaml"))
    assert not [name for name in ScenarioFile.model_fields if f"{name}:" not in question]
    kinds = schema.Theatre, schema.Ladder, schema.Actor, schema.Market, schema.Perception, schema.Replies, schema.Action
    for kind in (*kinds, schema.Sponsor, schema.Casualties, schema.Outcome, schema.Dyad, variables.UnitVariable):
        missing = [name for name in kind.model_fields if not re.search(rf"\b{name}\b", river)]
        assert not set(missing) - {"noise"}, kind


def test_editors_find_the_schema():
    new("river", "--theatre")
    for name in ("river", "river_baseline"):
        first, *_ = Path(f"{name}.yaml").read_text().splitlines()
        place = re.fullmatch(r"# yaml-language-server: \$schema=file://(\S+)", first)
        assert json.loads(Path(place[1]).read_text())["$schema"].endswith("2020-12/schema")


def test_no_file_is_taken_away():
    Path("river_baseline.yaml").write_text("years of work")
    said = new("river", "--theatre", code=2)
    assert "the file 'river_baseline.yaml' already exists" in " ".join(said.stderr.split())
    assert not Path("river.yaml").exists(), "a theatre without its question is left out too"
    new("question")
    before = Path("question.yaml").read_text()
    new("question", "--extends", "first_lesson", code=2)
    assert Path("question.yaml").read_text() == before


@pytest.mark.parametrize(
    ("name", "better"),
    [("My Crisis.yaml", "my_crisis"), ("2020", "my_2020"), ("baseline", "my_baseline"), ("Größe", "gr_e")],
)
def test_a_name_that_does_not_do_is_answered_by_one_that_does(name, better):
    said = new(name, code=2)
    assert f"how about '{better}'?" in " ".join(said.stderr.split())
    assert not list(Path().iterdir())
    new(better)


def test_what_cannot_be_extended_is_a_sentence():
    assert "did you mean 'baseline'?" in new("question", "--extends", "bseline", code=3).stderr
    new("question", "--theatre", "--extends", "baseline", code=2)
    assert not list(Path().iterdir())


def test_the_answer_is_data_too():
    told = json.loads(new("river", "--theatre", "--json").stdout)
    assert told["written"] == ["river.yaml", "river_baseline.yaml"]
    assert told["next"][0] == "sim validate river_baseline.yaml"
