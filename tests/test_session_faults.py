"""What a hostile hand could do to a session: each of these went wrong once."""

from datetime import timedelta
from pathlib import Path

import pytest

import sim
from sim.engine.model import LockstepModel
from sim.play.messages.orders import OrderError
from sim.play.sessions.export import as_scenario, export
from sim.play.sessions.session import Session
from sim.theatre.language.scenario import Scenario
from tests.small_scenarios import START
from tests.test_session import QUIET, case, session_of

RATE = "actions.aran.talk.rate"


def told_so(**changes: object) -> Scenario:
    content = case().model_dump(mode="json", by_alias=True)
    return Scenario.model_validate(content | changes)


def digest_of(scenario: Scenario, session: Session) -> tuple[int, str]:
    model = LockstepModel(scenario, seed=session.seed, run_numbers=[session.run])
    while model.running and model.day < session.day:
        model.step()
    return model.day, f"{int(model.digest()[0]):016x}"


def test_an_exported_file_leaves_out_what_its_scenario_does_after_the_last_day_lived(tmp_path: Path) -> None:
    session = Session("baseline", ["us"], seed=7, clock=lambda: None)
    assert any(each.on > session.scenario.start + timedelta(days=14) for each in session.scenario.script.values())
    session.advance(3)
    loaded = sim.load(export(session, tmp_path / "mine.yaml"))
    assert loaded.days == session.day
    assert digest_of(loaded, session) == (session.day, session.world.digest())


def test_an_export_that_would_be_another_scenario_is_not_left_on_the_disk(tmp_path: Path) -> None:
    parent = tmp_path / "parent.yaml"
    parent.write_text("schema_version: 1\nextends: first_lesson\nruns: 10\n", encoding="utf-8")
    session = Session(parent, ["north"], seed=7, clock=lambda: None)
    session.advance(3)
    parent.write_text("schema_version: 1\nextends: first_lesson\nstart: 2031-04-01\n", encoding="utf-8")
    with pytest.raises(sim.play.PlayError, match="is no longer the scenario that was played"):
        export(session, tmp_path / "mine.yaml")
    assert not (tmp_path / "mine.yaml").exists()


def test_a_stance_goes_back_to_what_the_scenario_says_on_that_day_and_holds_against_what_it_says_later() -> None:
    fourth, eighth = str(START + timedelta(days=4)), str(START + timedelta(days=8))
    changes = {
        "stance_20200105": {"on": fourth, "set": {RATE: 0.3, "actions.aran.raid.rate": 0.2}},
        "later": {"on": eighth, "set": {RATE: 0.15}},
        "last": {"on": str(START + timedelta(days=30)), "set": {RATE: 0.25}},
    }
    session = Session(told_so(changes=changes), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.advance(4)
    assert session.view("aran").levers[0].value == 0.3
    session.order("aran", {"stance": {RATE: 0.45}})
    session.advance(1)
    session.order("aran", {"stance": {}})
    rates = dict(session.world.model.rules.as_of(5).numbers())
    assert rates[RATE].value == 0.3
    session.order("aran", {"stance": {RATE: 0.4}})
    session.advance(7)
    assert session.view("aran").levers[0].value == 0.4
    assert dict(session.world.model.rules.as_of(11).numbers())[RATE].value == 0.4
    played = as_scenario(session)
    assert "last" not in played.changes
    assert played.changes["stance_20200105"].set == {"actions.aran.raid.rate": 0.2}
    assert digest_of(played, session) == (session.day, session.world.digest())


def test_deeds_whose_names_are_alike_are_all_exported() -> None:
    from tests.small_scenarios import action

    long = "aran." + "x" * 70
    acts = {f"{long}_a": action(1, "bora", 0.1, hand="soldiers"), f"{long}_b": action(1, "bora", 0.1)}
    session = Session(case(**acts), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("aran", {"do": [f"{long}_a", f"{long}_b"]})
    session.advance(2)
    assert {each.do for each in as_scenario(session).script.values()} >= set(acts)


def test_what_is_ordered_is_withdrawn_before_it_is_refused() -> None:
    session = session_of()
    session.order("aran", {"do": [{"act": "aran.raid", "on": START + timedelta(days=3)}]})
    with pytest.raises(OrderError, match=r"aran.raid is ordered for 4 January 2020; withdraw it first"):
        session.order("aran", {"never": ["aran.raid"]})
    session.order("aran", {"never": ["aran.raid"], "withdraw": ["aran.raid"]})
    assert session.desks["aran"].standing.scheduled == ()


def test_a_lever_is_set_once_however_it_is_written() -> None:
    with pytest.raises(OrderError, match=r"actions.aran.talk.rate is set twice"):
        session_of().order("aran", {"stance": {RATE: 0.2, f"{RATE} ": 0.3}})
