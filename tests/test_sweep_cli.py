"""The verb `sweep`."""

import json

from click.testing import CliRunner
from typer.main import get_command

from sim.cli.app import app
from tests.test_cli import OVERFLOWING, sim

ASKED = ("sweep", "first_lesson", "--param", "actions.*.strike.rate", "--replicates", "32", "--seed", "3")


def here(*words, code=2):
    """Answer in this process, which costs no second; nothing is run."""
    ended = CliRunner().invoke(get_command(app), words, env={"COLUMNS": "200"})
    assert ended.exit_code == code, ended.output
    return ended


def test_a_sweep_is_told_kept_and_told_again(tmp_path, monkeypatch):
    said = sim(*ASKED, "--method", "lhs", "--samples", "200", "--boxes", "first_blood > 0.2",
               "--outcome", "first_blood", cwd=tmp_path)  # fmt: skip
    assert "actions.north.strike.rate" in said.stdout
    assert "Of its variance over all runs, dice account for" in said.stdout
    assert "equal ranks cannot be told apart" in " ".join(said.stdout.split())
    assert "(coverage)" in said.stdout
    assert "results/first_lesson-lhs" in said.stderr
    monkeypatch.chdir(tmp_path)
    again = here("sweep", "results/first_lesson-lhs", "--outcome", "peak.rung", "--json", code=0)
    told = json.loads(again.stdout)
    assert (told["points"], told["replicates"], told["method"], told["runs"]) == (200, 32, "lhs", 6400)
    rung = told["measures"]["peak.rung"]
    assert sum(rung["variance"][part]["share"] for part in ("parameters", "dice", "interaction")) > 0.999
    assert {row["parameter"] for row in rung["indices"]} == {"actions.north.strike.rate", "actions.south.strike.rate"}
    assert (tmp_path / "results" / "first_lesson-lhs" / "measures.parquet").is_file()


def test_what_cannot_be_asked_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "needs 256 at least" in here(*ASKED, "--method", "sobol", "--samples", "100").stderr
    assert "did you mean 'first_blood'" in here(*ASKED, "--outcome", "first_blod").stderr
    assert "lever: true" in here(*ASKED, "--levers").stderr
    assert "is not a measure with a threshold" in here(*ASKED, "--boxes", "first_blood").stderr
    assert "cannot be combined" in here(*ASKED, "--levers", "--uncertainties").stderr
    (tmp_path / "s.yaml").write_text("schema_version: 1\nsweep: first_lesson\nmethod: lsh\n", encoding="utf-8")
    fault = here("sweep", "s.yaml", "--json", code=3)
    assert "s.yaml:3:9" in fault.stderr
    assert json.loads(fault.stdout)["faults"][0]["line"] == 3
    assert not (tmp_path / "results").exists()


def test_runs_that_fail_count_in_no_answer(tmp_path):
    (tmp_path / "brittle.yaml").write_text(OVERFLOWING, encoding="utf-8")
    scenario = "schema_version: 1\nextends: brittle.yaml\ntitle: Heaps\nstart: 2019-05-01\ndays: 100\n"
    (tmp_path / "heaps.yaml").write_text(scenario, encoding="utf-8")
    sweep = "schema_version: 1\nsweep: heaps.yaml\nmethod: lhs\nsamples: 40\nreplicates: 4\n"
    (tmp_path / "s.yaml").write_text(sweep + "parameters: {actions.north.heap.rate: [0.001, 0.02]}\n", encoding="utf-8")
    said = sim("sweep", "s.yaml", "--outcome", "end.pile", "--json", cwd=tmp_path, code=4)
    told = json.loads(said.stdout)
    assert 0 < told["failed"] < told["runs"] == 160
    assert "pile was not finite" in said.stderr
    assert "failed and are left out of every answer" in said.stderr
