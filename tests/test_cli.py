"""The command line as its users meet it: what it prints, where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .commands import sim

OVERFLOWING = """\
schema_version: 1
theatre: brittle
title: A theatre in which a sum may overflow
ladder:
  source: "judgement: a test"
  rungs:
{rungs}
  tension_half_life: 14 d
  tension_scale: 60
  rung_memory: 7 d
  lethal_deniability: 0.5
variables:
  pile: {{kind: level, label: Pile, unit: "1", start: 1.0e308, range: [0, 1.7e308], scale: [0, 1]}}
actors:
  north: &rival
    kind: state
    label: North
    perception: {{memory: 9 d, scale: 10, lethality: 0, suspicion: 1}}
    replies: {{rate: 0, overshoot: 0, redline: 0, width: 1, discharge: 0}}
  south: *rival
actions:
  north.heap: {{label: Heap, story: North heaps up., source: "judgement: a test", rung: 1, target: south, rate: 0.003,
    effects: {{pile: 1.6e308}}}}
outcomes:
  never: {{label: Never, when: {{tension: ">= 99"}}}}
""".format(rungs="\n".join(f"    {rung}: {{label: rung {rung}, severity: {rung}}}" for rung in range(10)))


def test_a_run_leaves_a_result_that_others_can_read(tmp_path):
    said = sim("run", "first_lesson", "--runs", "60", "--seed", "5", cwd=tmp_path, fresh=True)
    assert "One side has struck" in said.stdout
    folder = tmp_path / "results" / "first_lesson"
    assert str(Path("results") / "first_lesson") in said.stderr
    assert {path.name for path in folder.iterdir()} == {
        "run.json", "summary.json", "events.parquet", "outcomes.parquet", "trajectories.zarr", "figures",
    }  # fmt: skip
    assert {"fan_tension.png", "rungs.png", "first_passage.png", "outcomes.png", "strip.png"} <= {
        path.name for path in (folder / "figures").iterdir()
    }
    manifest = json.loads((folder / "run.json").read_text())
    assert (manifest["runs"], manifest["seed"], manifest["status"]) == (60, 5, "complete")


def test_a_finished_result_is_kept_unless_told_otherwise(tmp_path):
    sim("run", "first_lesson", "--runs", "5", "--no-figures", cwd=tmp_path)
    before = (tmp_path / "results/first_lesson/run.json").read_bytes()
    said = sim("run", "first_lesson", "--runs", "6", "--no-figures", cwd=tmp_path, code=2)
    assert "--overwrite" in said.stderr
    assert (tmp_path / "results/first_lesson/run.json").read_bytes() == before
    sim("run", "first_lesson", "--runs", "6", "--no-figures", "--overwrite", cwd=tmp_path)
    assert json.loads((tmp_path / "results/first_lesson/run.json").read_text())["runs"] == 6


def test_a_folder_that_is_no_result_is_left_alone(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    said = sim("run", "first_lesson", "--runs", "5", "--out", "thesis", "--overwrite", cwd=tmp_path, code=2)
    assert "is not a result" in said.stderr
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_json_goes_to_standard_output_alone(tmp_path):
    said = sim("run", "first_lesson", "--runs", "20", "--no-figures", "--json", cwd=tmp_path)
    summary = json.loads(said.stdout)
    assert summary["runs"] == 20
    assert set(summary["outcomes"]) == {"mobilised", "first_blood", "spiral"}
    checked = json.loads(sim("validate", "baseline", "--json", cwd=tmp_path).stdout)
    assert checked["faults"] == []


def test_runs_that_fail_are_named_and_the_others_kept(tmp_path):
    (tmp_path / "brittle.yaml").write_text(OVERFLOWING)
    (tmp_path / "question.yaml").write_text(
        "schema_version: 1\nextends: brittle.yaml\ntitle: Will it hold?\nstart: 2020-01-01\ndays: 100\n"
    )
    said = sim("run", "question.yaml", "--runs", "40", "--no-figures", cwd=tmp_path, code=4)
    assert "pile was not finite" in said.stderr
    manifest = json.loads((tmp_path / "results/question/run.json").read_text())
    assert 5 < len(manifest["failures"]) < 25  # about 1 - 0.997 ** 100 of 40
    assert manifest["failures"][0].keys() == {"run", "day", "what"}
    summary = json.loads((tmp_path / "results/question/summary.json").read_text())
    assert summary["failed"] == len(manifest["failures"])


def test_description_lists_each_number_in_fields_between_tabs(tmp_path):
    told = sim("describe", "first_lesson", cwd=tmp_path)
    assert told.stderr == ""
    head, table = told.stdout.split("path\t", 1)
    assert "First lesson: a mobilisation and its answer" in head
    assert "north\tNorth\tstate\t4\n" in head
    lines = [line.split("\t") for line in table.splitlines()]
    assert {len(line) for line in lines[1:]} == {8}
    assert f"{len(lines) - 1:,} numbers\n" in head
    rate = next(line for line in lines if line[0] == "actions.north.strike.rate")
    assert rate[2] == "odds/day"
    assert float(rate[3]) <= float(rate[1]) <= float(rate[4])
    assert rate[5] == "judgement"


def test_description_can_be_filtered_and_is_data_too(tmp_path):
    told = sim("describe", "first_lesson", "--numbers", "actions.north.*.rate", cwd=tmp_path).stdout.splitlines()
    assert len(told) == 5, "a header and the rate of each of the four acts"
    whole = json.loads(sim("describe", "first_lesson", "--json", cwd=tmp_path).stdout)
    some = json.loads(sim("describe", "first_lesson", "--json", "--numbers", "ladder", cwd=tmp_path).stdout)
    assert [row["path"] for row in some["numbers"]] == [
        row["path"] for row in whole["numbers"] if row["path"].startswith("ladder.")
    ]
    assert sum(whole["kinds"][kind] for kind in ("input", "tuned", "judgement")) == len(whole["numbers"])
    assert whole["actors"][0] == {"id": "north", "label": "North", "kind": "state", "actions": 4}
    said = sim("describe", "first_lesson", "--numbers", "actions.nroth.*", cwd=tmp_path, code=2)
    assert "no number's path matches 'actions.nroth.*'" in " ".join(said.stderr.split())


def test_description_says_what_a_scenario_sets_and_what_sources_mean(tmp_path):
    (tmp_path / "calm.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\noverrides:\n  actions.north.strike.rate: 0\n"
        "script:\n  dawn: {on: 2030-02-01, do: south.reassure, source: D1; X9}\n"
    )
    (tmp_path / "sources.yaml").write_text(
        "schema_version: 1\nevents: {D1: {date: 2030-02-01, text: A calm dawn., references: [D2]}}\n"
        "references: {D2: {text: A diary, address: https://example.org/diary}}\n"
    )
    told = sim("describe", "calm.yaml", "--numbers", "actions.north.strike.rate", cwd=tmp_path)
    assert told.stdout.splitlines()[1].split("\t")[1::4] == ["0", "scenario"]
    assert told.stdout.endswith("\tcalm.yaml:4\n")
    assert "script.dawn: no such source 'X9'" in told.stderr
    sources = [line.split("\t") for line in sim("describe", "calm.yaml", "--sources", cwd=tmp_path).stdout.splitlines()]
    assert ["D1", "2030-02-01", "A calm dawn.", "", "script.dawn", ""] in sources
    assert ["D2", "", "A diary", "https://example.org/diary", "", "D1"] in sources
    data = json.loads(sim("describe", "calm.yaml", "--json", cwd=tmp_path).stdout)
    assert data["sources"]["D1"]["cited_at"] == ["script.dawn"]
    assert data["sources"]["X9"]["text"] is None
    sim("describe", "sources.yaml", cwd=tmp_path, code=3)


@pytest.mark.parametrize("width", [80, 120])
def test_description_fits_a_terminal(width):
    from io import StringIO

    from rich.console import Console

    from sim.cli.describe import described, print_all

    for sources in (False, True):
        shown = StringIO()
        console = Console(file=shown, force_terminal=True, color_system=None, width=width)
        print_all(described("baseline", None), console, sources)
        lines = [line for line in shown.getvalue().splitlines() if "http" not in line]
        assert max(map(len, lines)) <= width
        assert len(lines) > 200
    assert "actions.us.kill_commanders" in shown.getvalue()


def test_faults_end_with_3_and_all_are_told(tmp_path):
    (tmp_path / "bad.yaml").write_text(
        "schema_version: 1\nextends: first_lesson\ntitel: Misspelt\ndays: many\noverrides:\n  actors.nroth.label: X\n"
    )
    for verb in ("validate", "run"):
        said = sim(verb, "bad.yaml", cwd=tmp_path, code=3)
        assert said.stdout == ""
        assert [line.split(" ")[0] for line in said.stderr.splitlines() if line.startswith("bad.yaml")] == [
            "bad.yaml:3:1:", "bad.yaml:4:7:", "bad.yaml:6:3:",
        ]  # fmt: skip
        assert "did you mean 'title'?" in said.stderr


@pytest.mark.parametrize(
    "words",
    [["run"], ["run", "baseline", "--runs", "0"], ["run", "baseline", "--seed", "-1"], ["schema", "thing"], ["fly"]],
)
def test_wrong_usage_ends_with_2(words, tmp_path):
    sim(*words, cwd=tmp_path, code=2)


def test_schemas_are_json(tmp_path):
    for kind in ("scenario", "theatre", "history", "sources"):
        assert json.loads(sim("schema", kind, cwd=tmp_path).stdout)["$schema"].endswith("2020-12/schema")


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Begin a run that takes long, and wait until some of it is finished."""
    command = [sys.executable, "-m", "sim", "run", "first_lesson", "--no-figures", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what runs in the background may ignore it
    )  # fmt: skip
    manifest = folder / "results/first_lesson/run.json"
    while process.poll() is None and not (manifest.is_file() and '"done"' in manifest.read_text()):
        time.sleep(0.02)
    return process


def test_an_interrupted_run_ends_with_130_and_can_be_gone_on_with(tmp_path):
    process = begun(tmp_path, "--runs", "30000")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "of 30,000 runs are kept in results/first_lesson" in errors
    assert "sim run first_lesson --resume" in errors
    sim("run", "first_lesson", "--no-figures", cwd=tmp_path, code=2)
    sim("run", "first_lesson", "--no-figures", "--resume", cwd=tmp_path)
    finished = json.loads((tmp_path / "results/first_lesson/run.json").read_text())
    assert (finished["status"], finished["runs"]) == ("complete", 30000)
    again = sim("run", "first_lesson", "--no-figures", "--resume", cwd=tmp_path)
    assert "holds a finished result; nothing is left to run" in again.stderr


def test_interrupted_twice_it_ends_at_once(tmp_path):
    process = begun(tmp_path, "--runs", "100000")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_counts_in_place_of_runs(tmp_path):
    said = sim("run", "first_lesson", "--runs", "900", "--summary-only", cwd=tmp_path)
    assert "of 900 model runs" in said.stdout
    folder = tmp_path / "results/first_lesson"
    names = {path.name for path in folder.iterdir()}
    assert names == {"run.json", "summary.json", "counts.npz", "kept", "figures"}
    words = ("--runs", "900", "--out", "whole", "--json", "--no-figures")
    whole = json.loads(sim("run", "first_lesson", *words, cwd=tmp_path).stdout)
    counts = json.loads((folder / "summary.json").read_text())
    assert counts["outcomes"] == whole["outcomes"]
    assert counts["peak_rung"] == whole["peak_rung"]
    assert counts["events_per_run"] == whole["events_per_run"]
    assert len(list((folder / "figures").iterdir())) == 5
    assert sim("run", "first_lesson", "--resume", "--no-figures", cwd=tmp_path).stdout == said.stdout
    sim("run", "first_lesson", "--summary-only", "--variables", "fear", cwd=tmp_path, code=2)


def test_a_precision_ends_the_runs_or_ends_with_5(tmp_path):
    words = ("run", "first_lesson", "--no-figures", "--until-halfwidth")
    said = sim(*words, "0.02", cwd=tmp_path)
    summary = json.loads((tmp_path / "results/first_lesson/summary.json").read_text())
    widths = [row["high"] - row["low"] for row in summary["outcomes"].values()]
    assert max(widths) <= 0.04
    assert f"{summary['runs']:,} runs were enough for a half-width of 0.02" in said.stderr
    assert "confidence sequence" in said.stdout
    counts = sim(*words, "0.02", "--summary-only", "--out", "counts", cwd=tmp_path)
    assert counts.stdout == said.stdout, "as many runs are enough"
    one = sim(*words, "0.02", "--outcome", "spiral", "--out", "one", "--json", cwd=tmp_path)
    assert json.loads(one.stdout)["runs"] < summary["runs"]
    said = sim(*words, "0.001", "--runs", "100", "--out", "few", cwd=tmp_path, code=5)
    assert "a half-width of 0.001 was not reached in 100 runs for first_blood, mobilised, spiral" in said.stderr
    sim(*words, "0.05", "--outcome", "peace", "--out", "none", cwd=tmp_path, code=2)
    sim("run", "first_lesson", "--outcome", "spiral", "--out", "none", cwd=tmp_path, code=2)
    assert not (tmp_path / "none").exists()


def test_help_and_import_stay_quick():
    """Counted in modules, not in seconds: what is slow to import must not be there."""
    slow = {"numpy", "mesa", "numba", "pandas", "xarray", "zarr", "matplotlib", "pyarrow", "pydantic", "ruamel"}
    for statement in ("import sim", "from sim.cli.app import app"):
        code = f"import sys; {statement}; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert not slow & set(done.stdout.split()), statement
