"""A record is the scenario's own: the one it names, the one beside it, or the one that somebody asks for."""

import pytest

import sim
from sim.execution.records import RecordError, record_of
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.load import check
from tests.small import SCENARIO, THEATRE, changed, small

ACTS = {"e01_mine": "{on: 2019-05-10, do: south.mine_strait}", "e02_strike": "{on: 2019-05-12, do: north.strike}"}


def history(**events: str) -> str:
    told = "".join(f"  {name}: {event}\n" for name, event in (events or ACTS).items())
    return f"schema_version: 1\nevents:\n{told}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    return tmp_path


def test_a_scenario_of_another_theatre_is_not_held_to_the_shipped_record(folder):
    with pytest.raises(RecordError, match=r"summer has no record: write 'history: \{file: FILE"):
        record_of(sim.load("summer.yaml"))
    with pytest.raises(RecordError, match=r"put a history\.yaml beside it"):
        sim.recorded("summer.yaml")


def test_the_history_beside_a_scenario_is_its_record(folder):
    (folder / "history.yaml").write_text(history(), encoding="utf-8")
    scenario = sim.load("summer.yaml")
    assert list(record_of(scenario).events) == list(ACTS)
    assert sim.recorded(scenario).events.action.tolist() == ["south.mine_strait", "north.strike"]
    assert scenario.sha256 == sim.load(folder / "summer.yaml").sha256


def test_the_history_beside_a_theatre_serves_scenarios_that_have_none(folder):
    study = folder / "study"
    study.mkdir()
    (folder / "strait.yaml").rename(study / "strait.yaml")
    (study / "history.yaml").write_text(history(), encoding="utf-8")
    (folder / "summer.yaml").write_text(changed(SCENARIO, "extends: strait", "extends: study/strait"))
    assert list(record_of(sim.load("summer.yaml")).events) == list(ACTS)


def test_a_record_that_is_named_has_the_last_word(folder):
    (folder / "history.yaml").write_text(history(), encoding="utf-8")
    (folder / "other.yaml").write_text(history(only=ACTS["e02_strike"]), encoding="utf-8")
    assert list(record_of(sim.load("summer.yaml"), "other.yaml").events) == ["only"]


def test_a_faulty_record_is_told_at_its_own_lines_once(folder):
    (folder / "history.yaml").write_text(history(a="{on: 2019-05-10, do: south.mine_strat}"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        record_of(sim.load("summer.yaml"))
    assert [(each.file, each.line) for each in caught.value.faults] == [("history.yaml", 3)]


def test_a_history_is_held_to_the_theatre_beside_it(folder):
    (folder / "history.yaml").write_text(history(), encoding="utf-8")
    assert list(check("history.yaml").events) == list(ACTS)
    wrong = ACTS | {"e03": "{on: 2019-05-13, do: south.mine_strat}"}
    (folder / "history.yaml").write_text(history(**wrong), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"history.yaml:5:\d+: unknown action 'south.mine_strat'"):
        check("history.yaml")


def test_without_a_theatre_beside_it_a_history_is_checked_by_itself(tmp_path):
    (tmp_path / "history.yaml").write_text(history(), encoding="utf-8")
    assert list(check(tmp_path / "history.yaml").events) == list(ACTS)


def test_of_several_theatres_a_history_is_held_to_the_one_that_knows_its_acts(folder):
    other = changed(THEATRE, "theatre: strait", "theatre: other").replace("south.mine_strait", "south.lay_mines")
    (folder / "a_first.yaml").write_text(other, encoding="utf-8")
    (folder / "history.yaml").write_text(history(), encoding="utf-8")
    check("history.yaml")
    assert check("history").last.isoformat() == "2019-05-12"  # and not the shipped one, which has the same name
