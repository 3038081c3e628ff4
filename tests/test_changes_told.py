"""What is said of numbers that change on a date: by the verbs, and of runs that are looked at afterwards."""

import json

import pandas as pd
import pytest

import sim
from sim.experiments.pairs.divergence import first_divergence
from sim.report.number_tables import _changes
from sim.theatre.files.load import load_either
from sim.theatre.parameters.change import changes_told
from tests.commands import sim as verb

RATE, THREAT = "actions.north.strike.rate", "actions.south.threaten.rate"
FILE = f"""schema_version: 1
extends: first_lesson
title: Harder from March on
seed: 5
changes:
  harder:
    on: 2030-03-01
    set: {{{RATE}: 0.2, {THREAT}: 0.001}}
    story: The North's generals have their way.
    source: "judgement: a test"
  softer: {{on: 2030-05-01, set: {{{RATE}: 0}}}}
forbid: {{south.*: [{{until: 2030-01-20}}, {{from: 2030-06-01}}], south.threaten: never}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("harder")
    (where / "harder.yaml").write_text(FILE)
    return where


@pytest.fixture(scope="module")
def harder(folder):
    return sim.load(folder / "harder.yaml")


def test_each_change_is_told_with_what_it_was_before(harder):
    before = {path: dict(harder.numbers())[path].value for path in (RATE, THREAT)}
    assert list(changes_told(harder)) == [
        f"from 2030-03-01 on (harder): {RATE} is 0.2, was {before[RATE]:g}; {THREAT} is 0.001, was {before[THREAT]:g}",
        f"from 2030-05-01 on (softer): {RATE} is 0, was 0.2",
    ]


def test_the_verbs_tell_it(folder, harder):
    told = list(changes_told(harder))
    valid, described = (verb(word, "harder.yaml", cwd=folder) for word in ("validate", "describe"))
    assert "changed against the shipped first_lesson: changes.harder, changes.softer, forbid.south.*" in valid.stderr
    for line in told:
        assert line in valid.stderr
        assert line in described.stdout
    assert f"note: {RATE} is 0.2, outside its plausible range" in valid.stderr
    data = json.loads(verb("describe", "harder.yaml", "--json", cwd=folder).stdout)
    assert data["changes"]["softer"] == {"on": "2030-05-01", "set": {RATE: 0.0}}
    linted = json.loads(verb("lint", "harder.yaml", "--runs", "60", "--json", cwd=folder).stdout)
    assert linted["scenarios"]["harder.yaml"]["changes"] == told


def test_lint_finds_a_change_that_changes_nothing(folder):
    (folder / "idle.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Idle\nseed: 5\nchanges:\n"
        f"  idle: {{on: 2030-02-01, set: {{{THREAT}: 0.02}}}}\n  real: {{on: 2030-03-01, set: {{{RATE}: 1}}}}\n"
    )
    found = {each.path: each.kind for each in sim.lint(folder / "idle.yaml", runs=60).findings if "idle" in each.file}
    assert found.get("changes.idle") == "dead"
    assert "changes.real" not in found


def test_a_page_tells_changes_and_what_is_forbidden_in_sentences(folder):
    scenario, resolved = load_either(folder / "harder.yaml")
    said = list(_changes(scenario, resolved))
    assert "From 1 March 2030, in every run: The North's generals have their way." in said
    assert any(each.startswith("From 1 May 2030, ") and each.endswith(" is 0.") for each in said)
    south = "all that South would choose to do, unless an act is named"
    assert f"Forbidden until 20 January 2030, and from 1 June 2030: {south}." in said
    assert any(each.startswith("Not forbidden any more: ") for each in said)


@pytest.mark.parametrize("uncertain", [False, True])
def test_a_result_is_read_replayed_and_branched_under_its_changes(folder, harder, uncertain):
    saved = folder / f"made_{uncertain}"
    made = sim.run(harder, runs=8, seed=5, save=saved, uncertain=uncertain, progress=None)
    assert sim.open(saved).scenario.sha256 == harder.sha256
    told = sim.replay(saved, run=6)  # which holds its events to the stored ones
    branch = sim.branch(saved, run=6, day=90, same_dice=True)
    mine = made.events[made.events["run"] == 6].drop(columns="run").reset_index(drop=True)
    pd.testing.assert_frame_equal(branch.events.drop(columns="run").reset_index(drop=True), mine)
    assert [act.action for act in told.deeds] == [each for each in mine["action"] if not each.startswith("script")]


def test_two_scenarios_part_no_earlier_than_a_number_differs(harder):
    plain = harder.model_copy(update={"changes": {}})
    parted = [first_divergence(*(sim.replay(each, run=run, seed=5) for each in (plain, harder))) for run in range(6)]
    days = [each.day for each in parted if each is not None]
    assert len(days) > 2
    assert min(days) >= 59
