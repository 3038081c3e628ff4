"""Parts of an ensemble, as the jobs of a cluster make them, are put together to the very files of the whole."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sim
from sim.execution import run as running
from sim.execution import summarise as summarising
from sim.execution.lookup import QueryError
from sim.execution.plan import PlanError
from sim.results.errors import StoreError
from sim.results.storage.manifest import read_manifest
from sim.results.storage.read import summary

from .commands import sim as command
from .test_store import _cut
from .test_survival import same, with_rules


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 128)
    monkeypatch.setattr(summarising, "KEPT", 100)


def made(folder: Path, first: int, last: int, kind: str = "runs", scenario: str = "first_lesson", **asked) -> Path:
    asked = {"seed": 3, "progress": None, "first": first} | asked
    if kind == "counts":
        sim.summarise(scenario, folder, last - first, **asked)
    else:
        sim.run(scenario, last - first, save=folder, **asked)
    return folder


@pytest.mark.parametrize("kind", ["runs", "counts"])
@pytest.mark.parametrize("cuts", [(64, 128), (50, 51, 170), (299,)])
def test_parts_make_the_files_of_the_whole_however_they_are_cut(kind, cuts, tmp_path):
    ends = zip((0, *cuts), (*cuts, 300), strict=True)
    parts = [made(tmp_path / str(first), first, last, kind) for first, last in ends]
    merged = sim.merge(tmp_path / "merged", *reversed(parts))
    same(tmp_path / "merged", made(tmp_path / "whole", 0, 300, kind))
    assert len(merged) == 300
    assert sim.check(tmp_path / "merged").sound


@pytest.mark.parametrize("kind", ["runs", "counts"])
def test_runs_that_draw_their_numbers_may_be_cut_within_a_set_that_shares_them(kind, tmp_path):
    asked = {"kind": kind, "uncertain": True}
    parts = [made(tmp_path / str(first), first, last, **asked) for first, last in ((0, 5), (5, 11))]
    sim.merge(tmp_path / "merged", *parts)
    same(tmp_path / "merged", made(tmp_path / "whole", 0, 11, **asked))


def test_what_is_kept_of_runs_is_kept(tmp_path):
    asked = {"dtype": "float64", "variables": ["fear"]}
    parts = [made(tmp_path / str(first), first, first + 20, **asked) for first in (0, 20)]
    sim.merge(tmp_path / "merged", *parts)
    same(tmp_path / "merged", made(tmp_path / "whole", 0, 40, **asked))


def test_a_part_has_the_runs_of_the_whole_in_memory_and_on_disk(tmp_path):
    whole = sim.run("first_lesson", 40, 3, progress=None)
    for part in (
        sim.run("first_lesson", 15, 3, first=25, progress=None),
        sim.open(made(tmp_path / "part", 25, 40)),
    ):
        xr.testing.assert_identical(part.trajectories.load(), whole.trajectories.isel(run=slice(25, 40)))
        assert part.outcomes.equals(whole.outcomes.loc[25:])
        assert part.events.equals(whole.events[whole.events["run"] >= 25].reset_index(drop=True))
        assert part.shares()["n"].eq(15).all()
    assert sim.replay(tmp_path / "part", run=30).events.equals(sim.replay("first_lesson", seed=3, run=30).events)
    with pytest.raises(sim.ReplayError, match="has runs 25 to 39"):
        sim.replay(tmp_path / "part", run=3)
    with pytest.raises(QueryError, match="is a part of an ensemble"):
        sim.compare("first_lesson", tmp_path / "part")
    for name, figure in sim.plots.figures.standard(part).items():
        assert figure() is not None, name


def test_a_part_is_resumed_and_reproduced_as_the_part_it_is(tmp_path):
    command("run", "first_lesson", "--first", "20", "--runs", "12", "--seed", "3", "--out", "part", cwd=tmp_path)
    command("reproduce", "part/figures/outcomes.png", cwd=tmp_path)
    assert read_manifest(tmp_path / "part").plan.first == 20
    with pytest.raises(StoreError, match="first run 8 instead of 20"):
        sim.run("first_lesson", 12, 3, first=8, save=tmp_path / "part", resume=True)
    assert sim.run("first_lesson", save=tmp_path / "part", resume=True).outcomes.index[0] == 20
    assert "--first 20" in (tmp_path / "part/figures/outcomes.png").read_bytes().decode("latin1")


def test_the_command_line_makes_parts_and_joins_them(tmp_path):
    for first in (0, 30):
        asked = ("--runs", "30", "--seed", "3", "--no-figures", "--summary-only")
        command("run", "first_lesson", "--first", str(first), *asked, "--out", f"part-{first}", cwd=tmp_path)
    joined = command("merge", "whole", "part-30", "part-0", cwd=tmp_path)
    assert "60 runs in" in joined.stderr
    assert (tmp_path / "whole/figures/outcomes.png").is_file()
    assert len(sim.open(tmp_path / "whole")) == 60
    assert "runs 0 to 29 are missing" in command("merge", "no", "part-30", cwd=tmp_path, code=2).stderr
    assert not (tmp_path / "no").exists()


def test_what_does_not_belong_together_is_refused_in_a_sentence(tmp_path):
    one = made(tmp_path / "one", 0, 20)

    def refused(reason: str, *others: Path) -> None:
        with pytest.raises(StoreError, match=reason):
            sim.merge(tmp_path / "merged", one, *others)
        assert not (tmp_path / "merged").exists()

    refused("runs 20 to 29 are missing, after .*one, which ends with run 19", made(tmp_path / "gap", 30, 40))
    refused("begins with run 10, but that run is already there", made(tmp_path / "twice", 10, 40))
    refused("begins with run 0, but that run is already there", one)
    refused("has seed 4 instead of 3", made(tmp_path / "seed", 20, 40, seed=4))
    refused("has scenario [0-9a-f]{8} instead of", made(tmp_path / "other", 20, 40, scenario="baseline"))
    refused("counts only instead of whole runs", made(tmp_path / "counts", 20, 40, "counts"))
    refused("dtype float64 instead of float32", made(tmp_path / "exact", 20, 40, dtype="float64"))
    refused("variables fear instead of all", made(tmp_path / "some", 20, 40, variables=["fear"]))
    with_rules(made(tmp_path / "rules", 20, 40), "8f" * 32, "0.0.9")
    refused(r"rules 8f8f8f8f instead of \w+; versions escalation-sim 0\.0\.9 instead of", tmp_path / "rules")
    sim.run("first_lesson", 400, 3, until=sim.Precision(0.3), save=tmp_path / "until", progress=None)
    refused("holds runs that ended when they were precise enough", tmp_path / "until")
    sim.sweep(
        "first_lesson", ["actions.north.strike.rate"], "oat", replicates=2, save=tmp_path / "sweep", progress=None
    )
    refused("holds a sweep", tmp_path / "sweep")
    refused("is not a result of sim", tmp_path / "nothing")
    with pytest.raises(StoreError, match="nothing to merge"):
        sim.merge(tmp_path / "merged")
    _cut(made(tmp_path / "cut", 20, 40) / "events.parquet")
    refused("is damaged", tmp_path / "cut")


def test_a_part_is_asked_for_in_numbers_that_there_are():
    for asked, reason in (
        ({"first": -1, "runs": 5}, "must be at least 0, found -1"),
        ({"first": 2**32 - 3, "runs": 5}, "numbered from 0 below 2"),
        ({"first": 5}, "how many runs a part has"),
        ({"first": 5, "runs": 9, "until": sim.Precision(0.1)}, "applies to all runs from run 0 on"),
    ):
        with pytest.raises(PlanError, match=re.escape(reason)):
            sim.run("first_lesson", progress=None, **asked)


def test_the_blocks_of_counts_fit_into_those_of_more():
    from sim.execution.plan import planned

    scenario = sim.load("first_lesson")
    sizes = [
        planned(scenario, runs, 1, 1024, summary_only=True).size for runs in (1, 200, 300, 1000, 4095, 4096, 10**6)
    ]
    assert sizes == [64, 64, 64, 128, 1024, 1024, 1024]
    assert all(np.diff(np.log2(sizes)) >= 0)


def test_a_part_counts_what_its_runs_did(tmp_path):
    counts = sim.open(made(tmp_path / "counts", 40, 90, "counts"))
    runs = sim.open(made(tmp_path / "runs", 40, 90))
    assert counts.shares().equals(runs.shares())
    assert counts.kept.outcomes.equals(runs.outcomes)
    assert summary(counts)["events_per_run"] == summary(runs)["events_per_run"]


def test_the_job_script_of_the_readme_makes_parts_that_merge(tmp_path):
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```bash\n(#!/bin/bash\n#SBATCH.*?)```", readme, re.S)
    (tmp_path / "part.sh").write_text(script)
    (tmp_path / "sim").write_text(f'#!/bin/sh\nexec {sys.executable} -m sim "$@"\n')
    (tmp_path / "sim").chmod(0o755)
    for job in (0, 1):
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        here = {"PATH": path, "PYTHONPATH": os.pathsep.join(sys.path), "SLURM_ARRAY_TASK_ID": str(job), "RUNS": "8"}
        subprocess.run(["bash", "part.sh"], cwd=tmp_path, env=os.environ | here, check=True, capture_output=True)
    (merging,) = re.findall(r"`sim (merge results/whole )parts/\*`", readme)
    command(*merging.split(), "parts/0", "parts/1", "--no-figures", cwd=tmp_path)
    sim.run("baseline", 16, save=tmp_path / "whole", progress=None)
    same(tmp_path / "results/whole", tmp_path / "whole")
