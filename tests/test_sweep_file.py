"""Files that say what to sweep: valid ones run, faulty ones are told with line and column."""

import json

import pytest
from check_jsonschema import main
from click.testing import CliRunner

import sim
from sim.theatre.files.load import check, load_sweep
from sim.theatre.files.locate import shipped
from sim.theatre.language.sweep_file import SweepFile

SWEEP = """\
schema_version: 1
sweep: first_lesson
question: Which rates matter to whether there is blood?
method: lhs
samples: 40
replicates: 3
seed: 9
parameters:
  actions.north.*: plausible
  actions.south.strike.rate: [0.0001, 0.002]
outcomes: [first_blood, peak.rung]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rates.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    return path


def test_a_file_sweeps_what_it_says(file):
    checked, scenario = load_sweep(file)
    assert (scenario.name, checked.outcomes) == ("first_lesson", ("first_blood", "peak.rung"))
    assert isinstance(check(file), SweepFile)
    made = sim.sweep(file, progress=None)
    ranges = {"actions.north.*": None, "actions.south.strike.rate": (0.0001, 0.002)}
    same = sim.sweep("first_lesson", ranges, "lhs", 40, 3, 9, progress=None)
    assert made.measures.equals(same.measures)
    assert made.design.sha256 == same.design.sha256


def test_what_was_begun_with_other_numbers_goes_on_with_them(file, tmp_path):
    def stop(tally):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.sweep(file, samples=90, save=tmp_path / "x", progress=stop)
    made = sim.sweep(file, save=tmp_path / "x", resume=True, progress=None)
    assert len(made.design) == 90
    assert made.measures.equals(sim.sweep(file, samples=90, progress=None).measures)


FAULTS = {
    "method: lhs": ("method: lsh", "4:9: method: there is no method 'lsh'\n    did you mean 'lhs'?"),
    "samples: 40": ("sample: 40", "5:1: unknown key 'sample'"),
    "replicates: 3": ("replicates: 1", "6:13: replicates: expected at least 2"),
    "actions.north.*: plausible": ("actions.nroth.*: plausible", "9:3: no number's path matches 'actions.nroth.*'"),
    "[0.0001, 0.002]": ("[0.002, 0.0001]", "10:3: actions.south.strike.rate: a range has a low end"),
    "[first_blood, peak.rung]": ("[first_blod, peak.rung]", "11:12: there is no measure 'first_blod'"),
    "sweep: first_lesson": (
        "sweep: first_leson",
        "2:8: nothing here and nothing shipped is called 'first_leson'",
    ),
}


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_is_told_where_it_stands(file, written):
    wrong, said = FAULTS[written]
    file.write_text(SWEEP.replace(written, wrong), encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as error:
        sim.sweep(file, progress=None)
    assert f"{file}:{said}" in str(error.value)


def test_all_faults_are_told_at_once(file):
    text = SWEEP.replace("actions.north.*: plausible", "actions.nroth.*: plausible").replace(
        "first_blood", "first_blod"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as error:
        load_sweep(file)
    assert [(fault.line, fault.column) for fault in error.value.faults] == [(9, 3), (11, 12)]
    assert all(fault.hint for fault in error.value.faults)


def test_a_sweep_is_no_scenario_and_says_what_runs_it(file):
    with pytest.raises(
        sim.ScenarioError, match=r"2:1: 'rates\.yaml' is a sweep, not a scenario\n.*'sim sweep rates\.yaml'"
    ):
        sim.load(file)


def test_the_schema_accepts_it_and_refuses_what_is_misspelt(file):
    schema = str(shipped() / "schemas" / "sweep.schema.json")
    assert CliRunner().invoke(main, ["--schemafile", schema, str(file)]).exit_code == 0
    file.write_text(SWEEP.replace("plausible", "plausibel"), encoding="utf-8")
    assert CliRunner().invoke(main, ["--schemafile", schema, str(file)]).exit_code == 1
    assert json.loads((shipped() / "schemas" / "sweep.schema.json").read_text())["required"] == [
        "schema_version",
        "sweep",
    ]
