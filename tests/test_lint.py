"""Lint: hand-made scenarios with one thing in them that does nothing, each found at its line; a clean one is clean."""

import json
from pathlib import Path

import pytest

import sim
from sim.linting import dead_numbers as paired
from sim.linting.lint import Report, lint
from sim.linting.recorded import record_held_to
from sim.theatre.files.load import load_either, resolve
from sim.theatre.files.resolve import entry

from .commands import sim as command
from .small import changed, marked

THEATRE = """\
schema_version: 1
theatre: creek
title: Two villages on a creek
ladder:
  source: "judgement: a test"
  rungs:
    0: {label: calm, severity: 0}
    1: {label: words, severity: 1}
    2: {label: signals, severity: 3}
    3: {label: harassment, severity: 6}
    4: {label: theft, severity: 10}
    5: {label: raids, severity: 16}
    6: {label: blood, severity: 25}
    7: {label: fire, severity: 40}
    8: {label: feud, severity: 65}
    9: {label: war, severity: 100}
  tension_half_life: {value: 14 d, plausible: [7, 28]}
  tension_scale: 60
  rung_memory: 7 d
  lethal_deniability: 0.5
variables:
  drought:
    kind: unit
    label: Drought
    start: {value: 0.3, plausible: [0.1, 0.5]}
    half_life: 20 d
    target: {base: 0.3, tension: 0.2}
    noise: 0.03
conditions:
  dry: {drought: ">= 0.3"}
actors:
  mill: &village
    kind: state
    label: A village
    perception: {memory: 20 d, scale: 20, lethality: 0, suspicion: 1}
    replies: {rate: 0.2, overshoot: 0, redline: 0, width: 1, discharge: 0.5}
  ford: *village
actions:
  mill.dam_creek:
    label: Dam the creek
    story: The mill holds back the water.
    source: "judgement: a test"
    rung: 4
    target: ford
    rate: {value: 0.02, plausible: [0.01, 0.04]}
    drivers:
      drought: 2
      dry * ~tension: 0.5
    effects: {drought: {value: 0.1, plausible: [0, 0.2]}}
  ford.break_dam:
    label: Break the dam
    story: Men from the ford break the dam at night.
    source: "judgement: a test"
    rung: 4
    target: mill
    rate: 0.002
    reply: 1
    effects: {drought: -0.1}
outcomes:
  flood: {label: The dam is broken, when: {"days_since(ford.break_dam)": "<= 0", tension: ">= 30"}}
"""

SCENARIO = """\
schema_version: 1
extends: creek.yaml
title: A dry summer
start: 2020-06-01
days: 60
seed: 3
initial:
  drought: 0.4
overrides:
  actions.mill.dam_creek.rate: 0.015
script:
  rain: {on: 2020-07-01, effects: {drought: -0.2}}
forbid:
  ford.break_dam: {until: 2020-06-20}
"""


def linted(folder: Path, theatre: str = THEATRE, scenario: str = SCENARIO, runs: int = 300) -> Report:
    (folder / "creek.yaml").write_text(theatre, encoding="utf-8")
    (folder / "summer.yaml").write_text(scenario, encoding="utf-8")
    return lint(folder / "summer.yaml", runs=runs)


def told(report: Report) -> list[tuple[str, int, str, str]]:
    return [(Path(found.file).name, found.line, found.kind, found.path) for found in report.findings]


def test_a_clean_scenario_stays_clean(tmp_path):
    report = linted(tmp_path)
    assert told(report) == []
    assert report.clean


# What lies in the theatre: (what stands there, what it is changed to with § where the finding is, its kind, its path).
FAULTS = {
    "a driver whose weight is nothing beside what it reads": (
        "      dry * ~tension: 0.5\n",
        "      dry * ~tension: 0.5\n§      tension * ~drought * dry: 1.0e-12\n",
        "dead",
        "actions.mill.dam_creek.drivers.dry * tension * ~drought",
    ),
    "a driver that reads what is never there": (
        "      dry * ~tension: 0.5\n",
        "      dry * ~tension: 0.5\n§      blood(mill, ford): 3\n",
        "dead",
        "actions.mill.dam_creek.drivers.blood(mill, ford)",
    ),
    "a driver that is the same on all days": (
        "      dry * ~tension: 0.5\n",
        "      dry * ~tension: 0.5\n§      ever: 0.3\n",
        "never varies",
        "actions.mill.dam_creek.drivers.ever",
    ),
    "an action whose condition never holds": (
        "    rate: 0.002\n    reply: 1\n    effects: {drought: -0.1}\n",
        "    rate: 0.002\n    reply: 1\n    effects: {drought: -0.1}\n"
        "§  ford.pray:\n    label: Pray\n    story: The ford prays for rain.\n"
        '    source: "judgement: a test"\n    rung: 0\n    target: mill\n    rate: 1\n    when: {drought: ">= 1.5"}\n'
        "    drivers: {drought: 1}\n    effects: {drought: {value: -0.1, plausible: [-0.2, 0]}}\n",
        "never chosen",
        "actions.ford.pray",
    ),
    "an outcome that never holds": (
        "outcomes:\n",
        'outcomes:\n§  sea: {label: Sea, when: {drought: "<= 0", tension: ">= 99"}}\n',
        "never held",
        "outcomes.sea",
    ),
    "a variable that nothing moves": (
        "conditions:\n",
        "§  moon: {kind: unit, label: Moon, start: 0.5}\nconditions:\n",
        "never moves",
        "variables.moon",
    ),
    "a flag that nothing sets": (
        "conditions:\n",
        "§  bell: {kind: flag, label: Bell, start: false}\nconditions:\n",
        "never moves",
        "variables.bell",
    ),
    "a variable pushed to the end of its range": (
        "conditions:\n",
        "§  silt: {kind: unit, label: Silt, start: 0.5, half_life: 0.01 d, target: {base: 2, tension: -0.1}}\n"
        "conditions:\n",
        "stuck",
        "variables.silt",
    ),
    "a target term that moves nothing": (
        "    target: {base: 0.3, tension: 0.2}\n",
        "    target:\n      base: 0.3\n      tension: 0.2\n§      rung: 1.0e-30\n",
        "dead",
        "variables.drought.target.rung",
    ),
    "a number that no rule reads": (
        "conditions:\n",
        'conditions:\n§  wet: {drought: "<= 0.1", tension: ">= 9"}\n',
        "unread",
        "conditions.wet",
    ),
    "a place at which nothing is done": (
        "conditions:\n",
        "places:\n§  moor: {label: The moor}\nconditions:\n",
        "unread",
        "places.moor",
    ),
    "an instrument that nobody uses": (
        "conditions:\n",
        "instruments:\n§  drums: {label: Drums}\nconditions:\n",
        "unread",
        "instruments.drums",
    ),
    "a range for a number that no rule reads": (
        "    perception: {memory: 20 d, scale: 20, lethality: 0, suspicion: 1}\n",
        "    perception: {memory: 20 d, scale: 20, lethality: 0,\n§      suspicion: {value: 1, plausible: [0, 1]}}\n",
        "unread",
        "actors.mill.perception.suspicion",
    ),
    "a number whose whole range is alike": (
        "    replies: {rate: 0.2, overshoot: 0, redline: 0, width: 1, discharge: 0.5}\n",
        "    replies: {rate: 0.2, overshoot: 0, width: 1, discharge: 0.5,\n"
        "§      redline: {value: 0, plausible: [0, 2]}}\n",
        "dead",
        "actors.ford.replies.redline",
    ),
    "a value outside its own range": (
        "    rate: 0.002\n",
        "§    rate: {value: 0.004, plausible: [0.0005, 0.002]}\n",
        "implausible",
        "actions.ford.break_dam.rate",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_nothing_in_a_theatre_is_found_at_its_line(fault, tmp_path):
    old, new, kind, path = FAULTS[fault]
    always = '  dry: {drought: ">= 0.3"}\n  ever: {drought: ">= 0"}\n'
    theatre = changed(THEATRE, '  dry: {drought: ">= 0.3"}\n', always) if "ever" in path else THEATRE
    text, place = marked(theatre, old, new)
    found = told(linted(tmp_path, text))
    line = int(place.split(":")[0])
    assert ("creek.yaml", line, kind, path) in found
    assert {at for _, at, _, _ in found} == {line}  # one line may hold for both villages


@pytest.mark.parametrize(
    ("old", "new", "kind", "path"),
    [
        ("  drought: 0.4\n", "§  drought: 0.3\n", "dead", "variables.drought.start"),
        (
            "  actions.mill.dam_creek.rate: 0.015\n",
            "§  actions.mill.dam_creek.rate: 0.02\n",
            "dead",
            "actions.mill.dam_creek.rate",
        ),
        (
            "  actions.mill.dam_creek.rate: 0.015\n",
            "§  actions.mill.dam_creek.rate: 0.05\n",
            "implausible",
            "actions.mill.dam_creek.rate",
        ),
        ("  rain: {on: 2020-07-01, effects: {drought: -0.2}}\n", "§  rain: {on: 2020-07-01, effects: {drought: 0}}\n",
         "dead", "script.rain"),
        ("  ford.break_dam: {until: 2020-06-20}\n", "§  ford.break_dam: never\n", "dead", "forbid.ford.break_dam"),
        ("  ford.break_dam: {until: 2020-06-20}\n", "§  ford.break_dam: {until: 2020-05-31}\n",
         "dead", "forbid.ford.break_dam"),
    ],
)  # fmt: skip
def test_what_does_nothing_in_a_scenario_is_found_at_its_line(old, new, kind, path, tmp_path):
    text, place = marked(SCENARIO, old, new)
    assert told(linted(tmp_path, scenario=text)) == [("summer.yaml", int(place.split(":")[0]), kind, path)]


def test_an_outcome_of_nearly_all_runs_is_the_scenario_s(tmp_path):
    theatre = changed(THEATRE, "outcomes:\n", 'outcomes:\n  dust: {label: Dust, when: {drought: ">= 0.1"}}\n')
    report = linted(tmp_path, theatre)
    assert told(report) == [("summer.yaml", 2, "always held", "outcomes.dust")]
    assert "held in 100.0% of 300 runs" in str(report.findings[0])


def test_an_ensemble_in_which_nothing_varies(tmp_path):
    still = changed(THEATRE, "    noise: 0.03\n", "")
    still = changed(still, "    rate: {value: 0.02, plausible: [0.01, 0.04]}\n", "    rate: 0\n")
    still = changed(still, "    rate: 0.002\n    reply: 1\n", "    rate: 0\n    reply: 1\n")
    scenario = changed(SCENARIO, "overrides:\n  actions.mill.dam_creek.rate: 0.015\n", "")
    found = {(kind, path) for _, _, kind, path in told(linted(tmp_path, still, scenario))}
    assert {("all alike", "runs"), ("never chosen", "actions.mill.dam_creek")} <= found
    assert not any(path.startswith("actions.mill.dam_creek.") for _, path in found)  # the action says it all


def test_a_scripted_act_is_not_a_choice(tmp_path):
    theatre = changed(THEATRE, "    rate: 0.002\n    reply: 1\n", "    rate: 0\n")
    scenario = changed(SCENARIO, "script:\n", "script:\n  break: {on: 2020-06-10, do: ford.break_dam}\n")
    scenario = changed(scenario, "forbid:\n  ford.break_dam: {until: 2020-06-20}\n", "")
    found = told(linted(tmp_path, theatre, scenario))
    assert [(kind, path) for _, _, kind, path in found] == [("never chosen", "actions.ford.break_dam")]


def test_deaths_by_an_act_that_cannot_kill_are_found_in_the_history_that_imposes_them(tmp_path):
    history, place = marked("schema_version: 1\nevents:\n", "events:\n", "events:\n  §dam: ")
    acts = "{on: 2020-06-02, do: mill.dam_creek, deaths: 3}\n  again: {on: 2020-06-03, do: mill.dam_creek, deaths: 0}\n"
    (tmp_path / "flood.yaml").write_text(history + acts, encoding="utf-8")
    report = linted(tmp_path, scenario=SCENARIO + "history: {file: flood.yaml, until: 2020-06-03}\n")
    (found,) = (finding for finding in report.findings if finding.kind == "bloodless")
    assert (Path(found.file).name, found.line, found.path) == ("flood.yaml", int(place[0]), "script.history_dam")
    assert found.what == "mill.dam_creek kills 3 on 2020-06-02, but this action cannot kill"


RECORD = """\
schema_version: 1
from: 2020-06-01
until: 2020-06-30
events:
  dammed: {on: 2020-06-02, do: mill.dam_creek}
  dammed_again: {on: 2020-06-04, do: mill.dam_creek}
  broken: {on: 2020-06-08, do: ford.break_dam}
"""


def held_to_record(folder: Path, explained: str = "") -> tuple[Report, int]:
    theatre, place = marked(THEATRE, "mill.dam_creek:\n", "mill.dam_creek:\n    §cooldown: 5 d\n")
    (folder / "record.yaml").write_text(RECORD, encoding="utf-8")
    history = "history: {file: record.yaml, until: 2020-06-02}\n"
    return linted(folder, theatre, SCENARIO + history + explained), int(place.split(":")[0])


def test_a_rule_that_a_recorded_act_breaks_is_found_and_a_veto_of_the_scenario_is_not(tmp_path):
    report, line = held_to_record(tmp_path)
    assert report.scenarios[0].held_to_record
    (found,) = (each for each in report.findings if each.kind == "impossible")
    assert (Path(found.file).name, found.line, found.path) == ("creek.yaml", line, "actions.mill.dam_creek.cooldown")
    why = "done on 2 June 2020; not again for 3 d"
    assert found.what == f"mill.dam_creek could not be done on 4 June 2020 ({why}), but was"


def test_an_impossible_act_is_explained_at_its_action(tmp_path):
    report, _ = held_to_record(tmp_path, "lint: {actions.mill.dam_creek: Two crews did it.}\n")
    (found,) = (each for each in report.findings if each.kind == "impossible")
    assert found.explained == "Two crews did it."
    assert not any(each.kind == "stale" for each in report.findings)


def test_what_one_scenario_s_record_shows_stands_though_others_have_none(tmp_path):
    held_to_record(tmp_path)
    calm = SCENARIO[: SCENARIO.index("forbid:")]
    (tmp_path / "calm.yaml").write_text(calm, encoding="utf-8")
    report = lint(tmp_path / "calm.yaml", tmp_path / "summer.yaml", runs=50)
    assert [linted.held_to_record for linted in report.scenarios] == [False, True]
    assert [each.path for each in report.findings if each.kind == "impossible"] == ["actions.mill.dam_creek.cooldown"]


@pytest.mark.parametrize(
    ("name", "held"),
    [("baseline", True), ("eve_of_k1", True), ("restraint", False), ("no_killing", False), ("first_lesson", False)],
)
def test_a_scenario_is_held_to_the_shipped_record_unless_it_asks_about_another_world(name, held):
    scenario, resolved = load_either(name)
    assert (record_held_to(scenario, resolved) is not None) == held


def test_an_act_that_nobody_recorded_makes_another_world():
    scenario, resolved = load_either("strike_after_the_drone")
    assert not scenario.forbid
    assert record_held_to(scenario, resolved) is None


def test_what_the_scenario_forbids_explains_itself(tmp_path):
    scenario = changed(SCENARIO, "{until: 2020-06-20}", "always")
    found = {found.path: found.explained for found in linted(tmp_path, scenario=scenario).findings}
    assert found["actions.ford.break_dam"] == "the scenario forbids it"
    assert found["outcomes.flood"] is None


def test_numbers_tried_together_are_found_as_if_tried_alone(tmp_path, monkeypatch):
    two = """\
  ford.insult_mill:
    label: Insult the mill
    story: A song about the miller is heard at the ford.
    source: "judgement: a test"
    rung: 4
    target: mill
    rate: 0.002
    reply: {value: 1, plausible: [0.5, 2]}
"""  # twice the preference for both replies of the ford would be the same as before
    theatre = changed(THEATRE, "    reply: 1\n", "    reply: {value: 1, plausible: [0.5, 2]}\n")
    theatre = changed(theatre, "outcomes:\n", f"{two}outcomes:\n")
    theatre = changed(theatre, "redline: 0,", "redline: {value: 0, plausible: [0, 2]},")
    dead = {("dead", f"actors.{name}.replies.redline") for name in ("mill", "ford")}
    assert {finding.key for finding in linted(tmp_path, theatre).findings} == dead
    monkeypatch.setattr(paired, "ALONE", ())
    assert {finding.key for finding in linted(tmp_path, theatre).findings} == dead


# Explanations.

SEA = changed(THEATRE, "outcomes:\n", 'outcomes:\n  sea: {label: Sea, when: {drought: "<= 0", tension: ">= 99"}}\n')


def test_a_finding_can_be_explained_in_either_file(tmp_path):
    for theatre, scenario in (
        (SEA + "lint:\n  outcomes.sea: >\n    Told to\n    children.\n", SCENARIO),
        (SEA, SCENARIO + "lint: {outcomes.sea: Told to children.}\n"),
        (SEA + "lint: {outcomes: Told to children.}\n", SCENARIO),
    ):
        report = linted(tmp_path, theatre, scenario)
        assert [found.explained for found in report.findings] == ["Told to children."]
        assert report.clean
        assert str(report.findings[0]).endswith("'sea' held in none of 300 runs; explained: Told to children.")


def test_an_explanation_that_explains_nothing_is_a_finding(tmp_path):
    report = linted(tmp_path, scenario=SCENARIO + "lint:\n  actions.mill.dam_creek: It is rare.\n")
    line = len(SCENARIO.splitlines()) + 2
    assert told(report) == [("summer.yaml", line, "stale", "lint.actions.mill.dam_creek")]
    assert not report.clean


def test_explanations_of_what_is_not_there_are_faults(tmp_path):
    for wrong in ("actions.mill.dam_creeks", "script.snow", "forbid.mill.dam_creek", "outcomes.flood.whenever", "dry"):
        with pytest.raises(sim.ScenarioError) as caught:
            linted(tmp_path, scenario=SCENARIO + f"lint: {{{wrong}: It is so.}}\n")
        assert f"summer.yaml:{len(SCENARIO.splitlines()) + 1}:8: there is no '{wrong}'" in str(caught.value)
    with pytest.raises(sim.ScenarioError, match=r"creek.yaml.*there is no 'variables.moon'"):
        linted(tmp_path, THEATRE + "lint: {variables.moon: It is so.}\n")
    with pytest.raises(sim.ScenarioError, match="expected some text"):
        linted(tmp_path, THEATRE + 'lint: {variables.drought: ""}\n')


def test_explanations_do_not_change_the_hash(tmp_path):
    linted(tmp_path)
    before = sim.load(tmp_path / "summer.yaml").sha256
    (tmp_path / "creek.yaml").write_text(THEATRE + "lint: {outcomes.flood: It may be.}\n", encoding="utf-8")
    assert sim.load(tmp_path / "summer.yaml").sha256 == before


def test_every_kind_of_path_is_found_where_it_is_written(tmp_path):
    linted(tmp_path)
    resolved = resolve(tmp_path / "summer.yaml")
    for path, line in {
        "actions.mill.dam_creek.drivers.~tension * dry": 48,
        "variables.drought.start": 8,  # the scenario's line, for it has the last word
        "actions.mill.dam_creek.rate": 10,
        "script.rain": 12,
        "forbid.ford.break_dam": 14,
        "runs": 2,
        "outcomes.flood": 60,
    }.items():
        node = entry(resolved, path)
        assert node is not None, path
        assert node.key.line == line, path


# Several scenarios.


def test_a_theatre_is_judged_by_all_its_scenarios(tmp_path):
    calm = changed(SCENARIO, "days: 60", "days: 4")  # too short for anything to come of it
    calm = calm[: calm.index("script:")]
    assert not linted(tmp_path, scenario=calm).clean
    (tmp_path / "calm.yaml").write_text(calm, encoding="utf-8")
    (tmp_path / "summer.yaml").write_text(SCENARIO, encoding="utf-8")
    together = lint(tmp_path / "calm.yaml", tmp_path / "summer.yaml", runs=300)
    assert told(together) == []
    (tmp_path / "creek.yaml").write_text(THEATRE + "lint: {outcomes.flood: It may be.}\n", encoding="utf-8")
    alone = lint(tmp_path / "summer.yaml", runs=300)
    assert told(alone) == []  # others may need the explanation
    together = lint(tmp_path / "calm.yaml", tmp_path / "summer.yaml", runs=300)
    assert [(kind, path) for _, _, kind, path in told(together)] == [("stale", "lint.outcomes.flood")]


def test_files_that_are_not_run_are_named_and_left(tmp_path):
    linted(tmp_path)
    (tmp_path / "record.yaml").write_text(
        "schema_version: 1\nevents:\n  first: {on: 2020-06-02, do: mill.dam_creek}\n", encoding="utf-8"
    )
    files = [tmp_path / name for name in ("creek.yaml", "record.yaml", "summer.yaml")]
    report = lint(*files, runs=50)
    assert report.skipped == (str(files[0]), str(files[1]))
    assert len(report.scenarios) == 1


# The command.

RATE = """\
base_rates:
  floods: {{label: Floods, measure: share_reaching, outcome: flood, expected: {}, source: Q1}}
"""


def test_the_command_tells_the_card_and_the_findings(tmp_path):
    linted(tmp_path, SEA + RATE.format("[0.9, 1]"))
    said = command("lint", "summer.yaml", "--runs", "200", cwd=tmp_path)
    assert "Floods" in said.stdout
    assert "outside" in said.stdout
    line = SEA.splitlines().index("outcomes:") + 2
    expected = (
        f"creek.yaml:{line}: 'sea' held in none of 200 runs; it cannot tell any two runs apart; check whether "
        "anything leads to it, or take it out"
    )
    assert expected in said.stdout.splitlines()
    assert "1 finding, and 0 that the files explain" in said.stderr
    command("lint", "summer.yaml", "--runs", "200", "--strict", cwd=tmp_path, code=1)
    answer = json.loads(command("lint", "summer.yaml", "--runs", "200", "--json", cwd=tmp_path).stdout)
    assert [(found["path"], found["line"], found["explained"]) for found in answer["findings"]] == [
        ("outcomes.sea", line, None)
    ]
    assert answer["scenarios"]["summer.yaml"]["base_rates"][0]["verdict"] == "outside"
    assert answer["clean"] is False


def test_the_command_refuses_faulty_files(tmp_path):
    (tmp_path / "creek.yaml").write_text(THEATRE, encoding="utf-8")
    (tmp_path / "summer.yaml").write_text(SCENARIO + "lint: {outcomes.sea: It is so.}\n", encoding="utf-8")
    said = command("lint", "summer.yaml", cwd=tmp_path, code=3)
    assert "there is no 'outcomes.sea'" in said.stderr


def test_a_run_shows_its_card_and_keeps_it(tmp_path):
    linted(tmp_path, THEATRE + RATE.format("[0, 1]"))
    said = command("run", "summer.yaml", "--runs", "60", "--no-figures", cwd=tmp_path)
    assert "Floods" in said.stdout
    assert "inside" in said.stdout
    written = json.loads((tmp_path / "results/summer/summary.json").read_text())
    assert written["base_rates"][0]["n"] == 60
