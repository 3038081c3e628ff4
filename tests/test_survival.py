"""Whatever happens to a result while it is made, it ends as the same files, or with an error that says what to do."""

import errno
import json
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

import sim
from sim.execution import run as running
from sim.execution.summarise import summarise
from sim.results.errors import DiskError, StoreError
from sim.results.storage import folder as folders
from sim.results.storage import manifest as manifests
from sim.results.storage.atomic import UNFINISHED, in_units
from sim.results.summary import Summary

from . import survivor
from .commands import command


def files(folder: Path) -> dict[str, bytes]:
    """All files of a result; of the manifest, what does not tell time."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: _timeless(content) if name.endswith("run.json") else content for name, content in found.items()}


def _timeless(manifest: bytes) -> bytes:
    return b"\n".join(line for line in manifest.splitlines() if not line.startswith(b' "seconds"'))


def same(one: Path, other: Path) -> None:
    left, right = files(one), files(other)
    assert left.keys() == right.keys()
    assert [name for name in left if left[name] != right[name]] == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Results that nothing happened to, by kind."""
    made = {kind: tmp_path_factory.mktemp("whole") / kind for kind in ("runs", "counts")}
    for kind, folder in made.items():
        survivor.make(kind, folder)
        assert not (folder / UNFINISHED).exists()
    return made


@pytest.mark.parametrize("kind", ["runs", "counts"])
@pytest.mark.parametrize("how", ["random", "each"])
def test_killed_at_any_moment_a_result_ends_as_the_same_files(whole, how, kind, tmp_path):
    ended = command("tests.survivor", how, kind, str(tmp_path), "5", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    made = json.loads(ended.stdout)
    assert len(made) >= 2
    for place in made:
        same(Path(place), whole[kind])


@pytest.mark.parametrize("kind", ["runs", "counts"])
def test_killed_as_the_last_thing_is_tidied_up_a_result_is_tidied_up_later(whole, kind, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(folders, "close", _enough)
        with pytest.raises(Enough):
            survivor.make(kind, tmp_path / kind)
    assert (tmp_path / kind / UNFINISHED).exists()
    survivor.make(kind, tmp_path / kind)
    same(tmp_path / kind, whole[kind])


class Enough(KeyboardInterrupt):
    """Somebody has seen enough."""


def interrupted(folder: Path, after: int = 3, **asked) -> Path:
    """A result of which some blocks are done."""

    def progress(tally):
        if tally.done >= after * survivor.BLOCK:
            raise Enough

    with pytest.raises(Enough):
        running.run("first_lesson", survivor.RUNS, seed=3, progress=progress, save=folder, **asked)
    return folder


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", survivor.BLOCK)


@pytest.fixture
def half_done(small_blocks, tmp_path):
    return interrupted(tmp_path / "half")


def status(folder: Path) -> list[str]:
    return [block["status"] for block in json.loads((folder / "run.json").read_text())["blocks"]]


def test_what_was_finished_is_kept_and_not_run_again(half_done, monkeypatch):
    assert status(half_done).count("done") == 3
    with pytest.raises(StoreError, match=r"not finished: it has 48 of 90 runs; resume it by 'sim run first_lesson"):
        sim.open(half_done)
    begun = []
    original = running.run_block
    monkeypatch.setattr(running, "run_block", lambda *args: begun.append(args[2:4]) or original(*args))
    ensemble = sim.run("first_lesson", save=half_done, resume=True)  # runs and seed as it was begun
    assert len(begun) == 3
    assert (len(ensemble), ensemble.seed) == (survivor.RUNS, 3)
    again = sim.run("first_lesson", save=half_done, resume=True)
    assert len(begun) == 3, "a finished result is only opened"
    assert again.outcomes.equals(ensemble.outcomes)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"seed": 4}, "seed 4 instead of 3"),
        ({"runs": 91}, "runs 91 instead of 90"),
        ({"dtype": "float64"}, "dtype float64 instead of float32"),
        ({"variables": ["fear"]}, "variables fear instead of all"),
        ({"until": sim.Precision(0.1)}, "precision 0.1 of every share instead of None"),
        ({"scenario": "baseline"}, "scenario [0-9a-f]{8} instead of [0-9a-f]{8}"),
    ],
)
def test_what_was_begun_otherwise_is_not_gone_on_with(half_done, asked, reason):
    before = files(half_done)
    with pytest.raises(StoreError, match=reason):
        sim.run(**{"scenario": "first_lesson", "save": half_done, "resume": True} | asked)
    assert files(half_done) == before


def test_runs_of_other_rules_are_not_mixed(half_done, monkeypatch):
    monkeypatch.setattr(folders, "rules_sha256", lambda: "another")
    with pytest.raises(StoreError, match="another version of the rules"):
        sim.run("first_lesson", save=half_done, resume=True)
    with pytest.raises(StoreError, match="cannot be resumed"):
        summarise("first_lesson", half_done, resume=True)


def with_rules(folder: Path, rules: str, version: str) -> None:
    """Let a result have been made by another version."""
    manifest = manifests.read_manifest(folder)
    versions = manifest.made["versions"] | {"escalation-sim": version}
    manifest.made |= {"rules_sha256": rules, "versions": versions}
    (folder / "run.json").write_text(manifest.text(), encoding="utf-8")


def test_a_result_of_an_older_version_opens_and_if_unfinished_names_who_can_go_on_with_it(half_done, tmp_path):
    older = "8f" * 32  # of the text of all rules, as versions before this one took it
    with_rules(half_done, older, "0.0.9")
    with pytest.raises(StoreError, match=r"escalation-sim 0\.0\.9 with the rules 8f8f8f8f\. Continue it with that"):
        sim.run("first_lesson", save=half_done, resume=True)
    made = sim.run("first_lesson", 20, save=tmp_path / "whole")
    with_rules(tmp_path / "whole", older, "0.0.9")
    assert sim.open(tmp_path / "whole").events.equals(made.events)
    assert sim.open(tmp_path / "whole").info["rules_sha256"] == older


def test_nothing_is_overwritten_unasked(half_done):
    (half_done / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"unfinished result, 48 of 90 runs; add --resume .* or --overwrite"):
        sim.run("first_lesson", 20, save=half_done)
    sim.run("first_lesson", 20, save=half_done, overwrite=True)
    with pytest.raises(StoreError, match="finished result; choose another folder, or add --overwrite"):
        sim.run("first_lesson", 20, save=half_done)
    assert len(sim.run("first_lesson", 30, save=half_done, overwrite=True)) == 30
    assert (half_done / "notes.txt").read_text() == "mine"


def test_a_folder_that_is_no_result_is_left_alone(tmp_path):
    (tmp_path / "chapter.txt").write_text("years of work")
    for asked in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(StoreError, match="is not a result; choose another folder"):
            sim.run("first_lesson", 5, save=tmp_path, **asked)
    assert [path.name for path in tmp_path.iterdir()] == ["chapter.txt"]


@pytest.mark.parametrize("spoil", ["cut", "missing", "part", "store"])
def test_a_block_that_was_damaged_is_run_again(half_done, whole, spoil):
    chunk = sorted((half_done / "trajectories.zarr/tension/c").glob("*/0"))[1]
    if spoil == "cut":
        chunk.write_bytes(chunk.read_bytes()[:-7])
    elif spoil == "missing":
        chunk.unlink()
    elif spoil == "part":
        part = sorted((half_done / UNFINISHED).glob("*events.parquet"))[0]
        part.write_bytes(part.read_bytes()[:-7])
    else:
        shutil.rmtree(half_done / "trajectories.zarr")
    running.run("first_lesson", save=half_done, resume=True)
    same(half_done, whole["runs"])


def test_damaged_counts_are_counted_again(small_blocks, tmp_path):
    summarise("first_lesson", tmp_path / "whole", 40, 3)
    with pytest.raises(Enough):
        summarise("first_lesson", tmp_path / "half", 40, 3, progress=_enough)
    counts = next((tmp_path / "half" / UNFINISHED).glob("*counts.npz"))
    counts.write_bytes(counts.read_bytes()[:-50])
    summarise("first_lesson", tmp_path / "half", resume=True)
    same(tmp_path / "half", tmp_path / "whole")


def test_the_manifest_of_counts_tells_of_all_blocks(small_blocks, tmp_path):
    counted = summarise("first_lesson", tmp_path / "counts", 40, 3)
    told = manifests.read_manifest(tmp_path / "counts")
    assert (told.runs, sorted(told.done)) == (40, [(0, 16), (16, 32), (32, 40)])
    held = np.sum([done.held for done in told.done.values()], axis=0)
    assert dict(zip(told.plan.outcomes, held, strict=True)) == dict(counted.summary.held)


def test_of_counts_written_while_runs_are_made_the_last_are_kept_and_no_others(small_blocks, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.results.storage.write_counts.SECONDS", 0)

    def stop(tally):
        if tally.done > 32:
            raise Enough

    with pytest.raises(Enough):
        summarise("first_lesson", tmp_path / "half", 90, 3, progress=stop)
    (counts,) = (tmp_path / "half" / UNFINISHED).glob("*counts.npz")
    assert counts.name.startswith(f"{status(tmp_path / 'half').count('done'):09d}.")


def test_counts_that_are_gone_are_counted_again(small_blocks, tmp_path):
    with pytest.raises(Enough):
        summarise("first_lesson", tmp_path / "half", 40, 3, progress=_enough)
    next((tmp_path / "half" / UNFINISHED).glob("*counts.npz")).unlink()
    assert len(summarise("first_lesson", tmp_path / "half", resume=True)) == 40


def test_counts_interrupted_while_they_are_added_are_not_written(small_blocks, tmp_path, monkeypatch):
    added, add = [], Summary.__iadd__

    def stopping(self, other):
        add(self, other)
        added.append(other)
        if len(added) == 2:
            raise Enough
        return self

    with monkeypatch.context() as patch:
        patch.setattr(Summary, "__iadd__", stopping)
        with pytest.raises(Enough):
            summarise("first_lesson", tmp_path / "half", 40, 3)
    assert "done" not in status(tmp_path / "half")
    assert not list((tmp_path / "half" / UNFINISHED).glob("*counts.npz"))


def _enough(_):
    raise Enough


@pytest.mark.parametrize("full", ["chunk", "part", "manifest"])
def test_a_full_disk_is_told_and_nothing_is_lost(half_done, full, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        place = {"chunk": "zarr.Array.__setitem__", "part": "pyarrow.parquet.write_table", "manifest": "os.fsync"}
        patch.setattr(place[full], refuse)
        with pytest.raises(DiskError, match="the disk is full; 48 of 90 runs are kept: resume with --resume"):
            sim.run("first_lesson", save=half_done, resume=True)
    assert status(half_done).count("done") == 3
    assert len(sim.run("first_lesson", save=half_done, resume=True)) == survivor.RUNS


def test_what_cannot_fit_is_not_begun(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 10**9 - 10**6, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    reason = r"would take about [\d.]+ GB, and its disk has 1 MB left; choose fewer --runs .* --summary-only"
    with pytest.raises(DiskError, match=reason):
        sim.run("first_lesson", 10**6, save=tmp_path / "large")
    assert len(sim.run("first_lesson", 10, save=tmp_path / "large")) == 10


def test_the_room_a_result_needs_is_guessed_well(tmp_path):
    from sim.results.storage.zarr_blocks import bytes_per_run

    sim.run("baseline", 200, save=tmp_path / "kept", progress=None)
    plan = manifests.read_manifest(tmp_path / "kept").plan
    taken = sum(path.stat().st_size for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert taken < 200 * bytes_per_run(plan) < 4 * taken
    assert [in_units(size) for size in (5, 1500, 7.123e9)] == ["5 bytes", "1.5 kB", "7.12 GB"]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file" / "kept", Path("/proc/kept")):
        with pytest.raises(DiskError, match=r"cannot (write|read) "):
            sim.run("first_lesson", 5, save=place)
        with pytest.raises(DiskError, match=r"cannot (write|read) "):
            summarise("first_lesson", place, 5)


def test_a_file_in_place_of_a_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DiskError, match=r"cannot read .*file: Not a directory"):
        sim.run("first_lesson", 5, save=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_result_whose_manifest_is_damaged_is_replaced_only_if_that_is_asked_for(half_done):
    (half_done / "run.json").write_text("{")
    for resume in (False, True):
        with pytest.raises(StoreError, match=r"run\.json"):
            sim.run("first_lesson", 20, save=half_done, resume=resume)
    assert (half_done / "run.json").read_text() == "{"
    assert len(sim.run("first_lesson", 20, save=half_done, overwrite=True)) == 20


def test_two_do_not_write_to_one_folder(half_done):
    with FileLock(half_done / UNFINISHED / "lock"), pytest.raises(StoreError, match="another process is writing"):
        sim.run("first_lesson", save=half_done, resume=True)


def test_a_run_that_failed_is_counted_when_a_result_is_gone_on_with(small_blocks, tmp_path):
    from .test_cli import OVERFLOWING

    (tmp_path / "brittle.yaml").write_text(OVERFLOWING)
    (tmp_path / "question.yaml").write_text(
        "schema_version: 1\nextends: brittle.yaml\ntitle: Will it hold?\nstart: 2020-01-01\ndays: 100\n"
    )
    seen = []

    def progress(tally):
        seen.append((tally.done, tally.failed))
        if tally.done >= 32 and len(seen) == 2:
            raise Enough

    asked = {"seed": 1, "runs": 64, "dtype": "float64", "progress": progress, "save": tmp_path / "kept"}
    with pytest.raises(Enough):
        sim.run(tmp_path / "question.yaml", **asked)
    ensemble = sim.run(tmp_path / "question.yaml", **asked, resume=True)
    in_memory = sim.run(tmp_path / "question.yaml", 64, 1, dtype="float64")
    assert 5 < len(in_memory.failures) < 40
    assert ensemble.failures.equals(in_memory.failures)
    assert ensemble.shares().equals(in_memory.shares())
    assert seen[-1] == (64, len(in_memory.failures))
