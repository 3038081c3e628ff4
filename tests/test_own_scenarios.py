"""Scenarios of a server's owner: chosen in the workbench and for rooms, and never by a path that a client names."""

import numpy as np
import pytest

import sim
from sim.serve.app import application
from sim.serve.classroom.plan import PlanError, catalogue, plan_from
from sim.serve.place import Place, ServeError
from sim.serve.running import place_of
from sim.serve.scenarios import Scenarios
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.locate import chain, shipped_files, shipped_scenarios

testclient = pytest.importorskip("starlette.testclient")

HOST = "127.0.0.1:8765"
DOOR = {"host": HOST, "origin": f"http://{HOST}"}
OWN = """
schema_version: 1
extends: parent.yaml
title: A week of fear
overrides:
  actions.south.strike.rate: 0.0004
"""
PARENT = "schema_version: 1\nextends: first_lesson\ndays: 60\n"
RATE = "actions.south.strike.rate"
PLAN = {"mode": "class", "worlds": 1, "seats": ["north", "south"]}


@pytest.fixture
def own(tmp_path):
    (tmp_path / "parent.yaml").write_text(PARENT)
    path = tmp_path / "My week.yaml"
    path.write_text(OWN)
    return path


def test_what_is_shipped_as_a_scenario_is_what_extends_something():
    extending = [path for path in shipped_files() if chain(path)[0][0].tree.get("extends")]
    assert shipped_scenarios() == {path.stem: path for path in extending}


def test_a_scenario_of_the_owner_s_is_chosen_moved_and_saved(own, tmp_path):
    place = Place(tmp_path / "rooms", 8765, scenarios=Scenarios([own]))
    with testclient.TestClient(application(place), f"http://{HOST}", headers=DOOR) as client:

        def post(what, **content):
            return client.post(f"/workbench/{what}", json=content).json()

        told = post("open", scenario="My week")
        assert told["scenarios"][0] == {"id": "My week", "title": "A week of fear"}
        assert told["days"] == 60
        lever = post("search", scenario="My week", words=RATE)["levers"][0]
        assert lever["written"] == 0.0004
        state = {"scenario": "My week", "runs": 60, "numbers": {RATE: 0.0009}}
        line = post("line", state=state, run=7)
        saved = post("scenario", state=state)
        assert not list(tmp_path.glob("sim-*"))
        refused = post("open", scenario=str(own))
        assert "There is no scenario" in refused["refused"]
        assert client.get("/workbench").status_code == 200
        assert "A week of fear" in client.post("/workbench/open", json={"scenario": "baseline"}).text
    assert 'extends: "My week.yaml"' in saved["text"]
    file = tmp_path / saved["name"]
    file.write_text(saved["text"])
    again = sim.run(file, progress=None)
    first = again.outcomes.fillna(-1).to_numpy(int)[7]
    np.testing.assert_array_equal(line["outcomes"], first)
    assert again.scenario.days == 60


def test_a_room_is_made_of_a_scenario_of_the_owner_s(own):
    scenarios = Scenarios([own])
    plan, scenario = plan_from(PLAN | {"scenario": "My week"}, scenarios)
    assert (plan.scenario, scenario.title, scenario.days) == ("My week", "A week of fear", 60)
    told = catalogue(scenarios)["scenarios"]
    assert [each["name"] for each in told[:3]] == ["My week", "baseline", "eve_of_k1"]
    assert told[0] == {
        "name": "My week",
        "title": "A week of fear",
        "question": scenario.question,
        "start": "2030-01-01",
        "end": "2030-03-01",
        "days": 60,
        "theatre": "two_rivals",
    }
    for name in (str(own), "my week", "../My week", "history"):
        with pytest.raises(PlanError, match="there is no scenario of that name"):
            plan_from(PLAN | {"scenario": name}, scenarios)
    with pytest.raises(PlanError, match="there is no scenario of that name"):
        plan_from(PLAN | {"scenario": "My week"}, Scenarios())


def test_what_cannot_be_taken_in_is_refused_before_the_server_starts(own, tmp_path):
    def place(*files):
        return place_of("127.0.0.1", 8765, tmp_path, tmp_path, files)

    assert "My week" in place(own).scenarios
    named = tmp_path / "baseline.yaml"
    named.write_text(OWN)
    with pytest.raises(ServeError, match="called like a shipped scenario"):
        place(named)
    with pytest.raises(ServeError, match="called like another one"):
        place(own, own)
    with pytest.raises(ServeError, match="there is no file"):
        place(tmp_path / "nothing.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text(OWN.replace("0.0004", "-1"))
    with pytest.raises(ScenarioError):
        place(broken)
    with pytest.raises(ScenarioError):
        place(shipped_files().__next__())  # a theatre
