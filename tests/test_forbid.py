"""What a scenario forbids: on which days, and of whom everything."""

from datetime import date

import pytest

import sim
from sim.engine.model import LockstepModel
from sim.experiments.branching.branch import _until_end
from sim.theatre.compiled.compile import program_of
from sim.theatre.language.days import Window, holds_on, windows_of
from tests.small import SCENARIO, small
from tests.small_scenarios import rich, rich_theatre, scenario
from tests.test_branch_engine import with_

EARLY, LATE = {"from": "2020-01-03", "until": "2020-01-05"}, {"from": "2020-02-20"}


def vetoed(case, action: str) -> list[int]:
    program = program_of(case)
    return program.script.forbidden[:, program.actions.index(action)].nonzero()[0].tolist()


def test_several_windows_forbid_on_every_day_of_each():
    case = with_(rich(), forbid={"cela.rocket": [EARLY, LATE]})
    assert vetoed(case, "cela.rocket") == [2, 3, 4, *range(50, 60)]
    acts = sim.run(case, runs=40, seed=1, progress=None).events
    days = set(acts[(acts["action"] == "cela.rocket") & (acts["event"] > 0)]["day"]) - {
        2
    }  # the script has one on day 2
    assert days & {3, 4, *range(50, 60)} == set()
    assert len(days) > 30


def test_a_list_of_one_window_is_that_window():
    one, listed = (with_(rich(), forbid={"cela.rocket": spell}) for spell in (EARLY, [EARLY]))
    assert one.sha256 == listed.sha256
    assert listed.forbid["cela.rocket"] == Window.model_validate(EARLY)


def test_an_actor_with_a_star_stands_for_what_it_chooses_and_an_act_named_goes_before_it():
    written = rich_theatre()
    written["actions"]["aran.misfire"] = written["actions"]["bora.mine_ships"] | {"target": "bora", "accident": True}
    case = scenario(written, 60, forbid={"aran.*": "always", "aran.ease": "never", "aran.deploy": [EARLY, LATE]})
    mine = {name for name in case.theatre.actions if name.startswith("aran.")} - {"aran.misfire"}
    assert case.forbid == {
        **dict.fromkeys(mine - {"aran.ease", "aran.deploy"}, "always"),
        "aran.ease": "never",
        "aran.deploy": tuple(map(Window.model_validate, (EARLY, LATE))),
    }
    done = set(sim.run(case, runs=20, seed=1, progress=None).events["action"])
    assert {act for act in done if act.startswith("aran.")} == {"aran.ease", "aran.deploy", "aran.misfire"}
    assert any(act.startswith("bora.") for act in done)
    told_singly = scenario(written, 60, forbid=case.forbid)
    assert told_singly.sha256 == case.sha256


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nort.*: always", "unknown actor 'nort' in forbid\n    did you mean 'north'?"),
        ("exchange.*: always", "unknown actor 'exchange' in forbid"),
        ("'*': always", "unknown action '*' in forbid"),
        ("north.strike: []", "forbid.north.strike: an empty list holds on no day"),
        ("north.strike: [always]", "forbid.north.strike.0: expected a map, found 'always'"),
        ("north.strike: [{}]", "forbid.north.strike.0: give 'from', 'until' or both"),
        ("north.strike: [{from: 2019-06-01}, {untill: 2019-06-01}]", "unknown key 'untill' in forbid.north.strike.1"),
        ("north.*: sometimes", "forbid.north.*: expected 'always' or 'never', found 'sometimes'"),
        ("north.*: [{from: 2019-06-01, until: 2019-05-01}]", "ends (2019-05-01) before it begins (2019-06-01)"),
    ],
)
def test_a_fault_is_told_once_and_at_its_line(tmp_path, monkeypatch, line, said):
    monkeypatch.chdir(tmp_path)
    text = SCENARIO[: SCENARIO.index("forbid:")] + f"forbid:\n  {line}\n"
    small(tmp_path, scenario=text)
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load("summer.yaml")
    assert said in str(caught.value)
    assert [fault.line for fault in caught.value.faults] == [len(text.splitlines())]


def test_what_is_inherited_of_one_act_stands_beside_what_a_child_says_of_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    head = "schema_version: 1\nextends: summer.yaml\ntitle: Quiet\n"
    (tmp_path / "quiet.yaml").write_text(f"{head}forbid: {{north.*: always}}\n")
    found = sim.load("quiet.yaml").forbid
    assert found["north.strike"] == sim.load("summer.yaml").forbid["north.strike"]
    assert found["north.sanction"] == "always"


@pytest.mark.parametrize(
    ("spell", "until_end"),
    [
        (None, LATE),
        ("never", LATE),
        ("always", "always"),
        ({"until": "2020-02-20"}, "always"),
        ({"from": "2020-02-01"}, {"from": "2020-02-01"}),
        (EARLY, [EARLY, LATE]),
        ([EARLY, {"from": "2020-02-01", "until": "2020-02-25"}], [EARLY, {"from": "2020-02-01"}]),
        ([EARLY, {"from": "2020-02-25"}], [EARLY, LATE]),
    ],
)
def test_what_a_branch_forbids_is_told_with_what_was_forbidden_before(spell, until_end):
    on = date(2020, 2, 20)
    case, told = (
        with_(rich(), forbid={} if each is None else {"cela.rocket": each}).forbid.get("cela.rocket")
        for each in (spell, until_end)
    )
    found = _until_end(case, on)
    assert found == told
    for day in map(date.fromisoformat, ("2020-01-02", "2020-01-04", "2020-02-10", "2020-02-19")):
        assert holds_on(found, day) == (case is not None and holds_on(case, day))
    assert all(holds_on(found, day) for day in (on, date(2020, 2, 27)))
    assert windows_of("always") == windows_of("never") == ()


def test_a_model_forbids_what_the_scenario_forbids_in_lists_bit_for_bit():
    model, said = (
        LockstepModel(rich(), runs=6, seed=3),
        with_(rich(), forbid=dict(rich().forbid) | {"dorn.rally": [EARLY, LATE]}),
    )
    expected = LockstepModel(said, runs=6, seed=3)
    while model.running:
        if model.day == 2:
            model.forbid("dorn.rally", 3)
        if model.day == 50:
            model.forbid("dorn.rally")
        model.step()
        expected.step()
        assert model.digest().tolist() == expected.digest().tolist()
