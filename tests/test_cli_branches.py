"""The verbs compare, why, branch and choices, as their users meet them."""

import json

import pytest

from tests.commands import sim


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("results")
    sim("run", "first_lesson", "--runs", "40", "--seed", "5", "--no-figures", cwd=where)
    (where / "bolder.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Bolder\noverrides:\n"
        + "".join(f"  {path}: {value}\n" for path, value in OVERRIDES.items())
    )
    return where


OVERRIDES = {"ladder.tension_half_life": "20 d"}
RESULT = "results/first_lesson"


def action_of(folder):
    told = json.loads(sim("replay", RESULT, "--run", "3", "--json", cwd=folder).stdout)
    return next(act for act in told["events"] if act["actor"] != "script" and act["day"] > 20)


def test_compare_tells_flips_and_paired_intervals(folder):
    said = sim("compare", "first_lesson", "bolder.yaml", "--runs", "40", "--seed", "5", cwd=folder)
    assert "on the same dice · seed 5" in said.stdout
    assert "narrower" in said.stdout
    told = json.loads(sim("compare", RESULT, "bolder.yaml", "--json", cwd=folder).stdout)
    assert (told["pairs"], told["seed"]) == (40, 5)
    assert {"difference", "low", "high", "apart_low", "width_ratio"} <= told["outcomes"][0].keys()
    for row in told["flips"]:
        assert row["both"] + row["first_only"] + row["second_only"] + row["neither"] == 40
        assert len(row["runs_first_only"]) == row["first_only"]
    assert len(told["over_time"]["tension"]["difference"]) == 180
    assert told["same_to_the_end"] + len(told["parted"]) == 40


def test_why_finds_where_two_part(folder):
    act = action_of(folder)
    (folder / "without.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitle: Without\n"
        f"forbid: {{{act['action']}: {{from: {act['date']}}}}}\n"
    )
    said = sim("why", RESULT, "without.yaml", "--run", "3", cwd=folder)
    assert f"day {act['day']}" in " ".join(said.stdout.split())
    assert "forbids it" in " ".join(said.stdout.split())
    told = json.loads(sim("why", RESULT, "without.yaml", "--run", "3", "--json", cwd=folder).stdout)
    assert (told["day"], told["actor"], told["how"]) == (act["day"], act["actor"], "veto")
    same = sim("why", RESULT, "first_lesson", "--run", "3", "--seed", "5", cwd=folder)
    assert "makes the same decisions under both" in same.stdout


def test_why_wants_an_event_or_another_scenario(folder):
    assert "give an event's number" in sim("why", RESULT, "--run", "3", cwd=folder, code=2).stderr
    assert (
        "an event belongs to one run"
        in sim("why", RESULT, RESULT, "--run", "3", "--event", "0", cwd=folder, code=2).stderr
    )


def test_branch_tells_what_could_still_come(folder):
    act = action_of(folder)
    asked = ("branch", RESULT, "--run", "3", "--day", str(act["day"]), "--runs", "30")
    said = sim(*asked, "--do", act["action"], "--out", "kept", cwd=folder)
    assert "what could still come" in said.stdout
    assert "of 30 branches" in said.stdout
    told = json.loads(sim(*asked, "--days", "20", "--set", "ladder.tension_half_life=9 d", "--json", cwd=folder).stdout)
    assert told["branch"]["set"] == {"ladder.tension_half_life": "9 d"}
    assert (told["runs"], told["last_day"]) == (30, act["day"] + 19)
    assert (folder / "kept" / "run.json").is_file()
    manifest = json.loads((folder / "kept" / "run.json").read_text())
    assert manifest["branch"]["run"] == 3
    again = sim(*asked, "--out", "kept", cwd=folder, code=2)
    assert "--overwrite" in again.stderr


def test_the_same_dice_make_one_future(folder):
    act = action_of(folder)
    asked = ("branch", RESULT, "--run", "3", "--day", act["date"], "--same-dice")
    said = sim(*asked, "--forbid", act["action"], cwd=folder)
    assert "branch 0" in said.stdout
    assert f"{act['action']} forbidden" in said.stdout


def test_choices_are_told_side_by_side(folder):
    act = action_of(folder)
    asked = ("choices", RESULT, "--run", "3", "--day", str(act["day"]), "--actor", act["actor"], "--runs", "20")
    said = sim(*asked, cwd=folder)
    assert "hold" in said.stdout
    assert act["action"].split(".")[1] in said.stdout
    told = json.loads(sim(*asked, "--json", cwd=folder).stdout)
    assert told["branches"] == 20
    assert {option["action"] for option in told["options"]} == set(told["order"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("branch", RESULT, "--run", "40", "--day", "3"), "there is no run 40"),
        (("branch", RESULT, "--run", "3", "--day", "180"), "day 180 is outside the run"),
        (("branch", RESULT, "--run", "3", "--day", "3", "--do", "us.talk"), "there is no action 'us.talk'"),
        (("branch", RESULT, "--run", "3", "--day", "3", "--set", "rate"), "write path=value"),
        (("branch", RESULT, "--run", "3", "--day", "3", "--seed", "6"), "was made with seed 5"),
        (("choices", RESULT, "--run", "3", "--day", "3", "--actor", "us"), "there is no actor 'us'"),
        (("compare", RESULT, "baseline"), "only the same days can be compared"),
        (("compare", RESULT, "bolder.yaml", "--runs", "41"), "has 40 runs, not 41"),
        (("why", RESULT, "bolder.yaml", "--run", "41"), "no run 41"),
    ],
)
def test_wrong_usage_is_a_sentence(folder, words, said):
    assert said in sim(*words, cwd=folder, code=2).stderr
