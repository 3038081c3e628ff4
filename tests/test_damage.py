"""Nothing of a stored result is wrong in silence: each byte has a checksum, and no link leads a writer elsewhere."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

import sim
from sim.plots.figures import write_all
from sim.results.errors import StoreError
from sim.results.storage import check as checks
from sim.results.storage import lock as locks
from sim.results.storage.atomic import UNFINISHED
from sim.results.storage.manifest import read_manifest
from sim.results.storage.read import summary

from . import fuzz_results, survivor
from .commands import sim as command
from .test_survival import Enough, files, interrupted, same

EXAMPLES = 50
"""Damaged copies of the fuzz that every run of the tests sees; `python -m tests.fuzz_results` makes 2,000."""

DEEP = "[" * 128_000 + "]" * 128_000


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory):
    return fuzz_results.Fuzz(tmp_path_factory.mktemp("fuzz"), ("runs", "counts", "sweep"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "runs"
    fuzz_results.make("runs", folder, 3)
    return folder


@pytest.fixture
def copy(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def half(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.execution.run.RUNS_PER_BLOCK", survivor.BLOCK)
    return interrupted(tmp_path / "half")


def flip(path: Path, at: int = -20) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.fault("storage", "of 200 damaged copies, 15 gave other numbers and 56 a traceback")
def test_a_damaged_copy_is_refused_or_gives_the_same_numbers(fuzz, record_property):
    found, wrong = fuzz.run(EXAMPLES, 7)
    assert wrong == []
    assert found["refused"] > EXAMPLES / 3
    record_property("now", ", ".join(f"{count} {became}" for became, count in sorted(found.items())))


@pytest.mark.fault("storage", "256 kB of brackets in run.json: RecursionError")
@pytest.mark.parametrize(
    "text", ["[" * 128_000 + "]" * 128_000, '{"format": 2, "scenario": ' + "[" * 100_000, "{}", "7"]
)
def test_a_manifest_of_any_depth_is_refused_in_a_sentence(copy, text):
    (copy / "run.json").write_text(text)
    with pytest.raises(StoreError, match=r"run\.json|format that this version does not read"):
        sim.open(copy)


@pytest.mark.parametrize(
    ("name", "left"),
    [
        (
            "trajectories.zarr/tension/c/1/0",
            r"of tension, runs 16 to 31 are lost; events and outcomes can still be read",
        ),
        ("events.parquet", "trajectories and outcomes can still be read"),
        ("outcomes.parquet", "trajectories and events can still be read by other tools"),
    ],
)
def test_damage_is_told_when_a_file_is_read_with_what_can_be_kept(copy, name, left):
    flip(copy / name)
    opened = sim.open(copy)
    how = rf"{Path(name).name} is damaged: .*checksum.*{left}.*'sim run first_lesson --out .* --resume' makes it again"
    with pytest.raises(StoreError, match=how):
        opened.trajectories.load(), opened.events, opened.outcomes
    assert opened.trajectories["fear"].shape == (40, 180)
    if "zarr" in name:
        assert len(opened.events) == len(sim.open(copy).events) > 100
        assert opened.trajectories["tension"][:16].to_numpy().any(), "other blocks are whole"


@pytest.mark.fault("34", "a damaged parquet tail: ArrowInvalid")
def test_a_damaged_tail_of_a_table_is_a_sentence(copy, record_property):
    flip(copy / "events.parquet", -2)
    said = command("replay", str(copy), "--run", "3", cwd=copy, code=2).stderr
    assert "events.parquet is damaged" in said
    record_property("now", " ".join(said.replace(str(copy), "r34").split()))


def test_two_chunks_that_changed_places_are_noticed(copy):
    one, two = (copy / f"trajectories.zarr/fear/c/{at}/0" for at in (0, 1))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second[: len(first)].ljust(len(first), b"\0"))
    with pytest.raises(StoreError, match=r"damaged"):
        sim.open(copy).trajectories["fear"].to_numpy()
    one.write_bytes(second)
    two.write_bytes(first)
    with pytest.raises(StoreError, match=r"damaged"):
        sim.open(copy).trajectories["fear"].to_numpy()


def test_other_tools_notice_damage_too(copy):
    path = copy / "trajectories.zarr/fear/c/0/0"
    flip(path)
    with (
        xr.open_zarr(copy / "trajectories.zarr", consolidated=False, chunks=None) as read,
        pytest.raises(ValueError, match="checksum"),
    ):
        read["fear"].to_numpy()
    flip(copy / "events.parquet", 300)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(copy / "events.parquet", page_checksum_verification=True)


def test_a_row_or_a_day_is_read_as_from_memory(kept):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.execution.run.RUNS_PER_BLOCK", fuzz_results.BLOCK)
        whole = sim.run("first_lesson", fuzz_results.RUNS, 3, progress=None).trajectories
    of = {"k": xr.DataArray([1, 39, 1], dims="k")}
    for pick in (
        lambda read: read.isel(run=5),
        lambda read: read.isel(run=slice(None, None, -3), day=slice(2, 9)),
        lambda read: read.isel(run=[33, 2, 2], day=-1),
        lambda read: read.isel(run=of["k"], day=of["k"]),
        lambda read: read.isel(run=slice(0, 0)),
        lambda read: read.sel(run=[17, 3]).max("day"),
    ):
        xr.testing.assert_identical(pick(sim.open(kept).trajectories).load(), pick(whole))


def test_sim_check_names_each_damaged_file(copy, tmp_path):
    command("report", str(copy), cwd=tmp_path)
    command("run", "first_lesson", "--out", str(copy), "--resume", cwd=tmp_path)
    assert "whole; " in command("check", str(copy), cwd=tmp_path).stdout
    told = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
    assert {"report.html", "figures/outcomes.png", "summary.json", "run.json"} < set(told)
    for name in told:
        before = (copy / name).read_bytes()
        flip(copy / name, len(before) // 2)
        assert [each.file for each in sim.check(copy).damaged] == [name]
        (copy / name).write_bytes(before)
    flip(copy / "summary.json")
    (copy / "trajectories.zarr/rung/zarr.json").unlink()
    found = json.loads(command("check", str(copy), "--json", cwd=tmp_path, code=1).stdout)
    assert [each["file"] for each in found["damaged"]] == ["trajectories.zarr/rung/zarr.json", "summary.json"]
    assert not found["sound"]
    assert "--resume' makes it again" in found["advice"]
    command("check", str(tmp_path), cwd=tmp_path, code=2)


@pytest.mark.parametrize("name", ["summary.json", "events.parquet", "trajectories.zarr/fear/c/0/0"])
def test_a_damaged_result_that_is_resumed_is_made_anew_to_the_same_bytes(kept, copy, name):
    shutil.copytree(kept, copy.parent / "figures")
    (copy / "figures").mkdir()
    (copy / "figures/mine.png").write_bytes(b"")
    flip(copy / name)
    fuzz_results.make("runs", copy, 3)
    assert (copy / "figures/mine.png").exists()
    shutil.rmtree(copy / "figures")
    same(copy, kept)


def test_counts_of_which_the_runs_kept_whole_are_damaged_are_made_anew(tmp_path):
    for name in ("whole", "hurt"):
        fuzz_results.make("counts", tmp_path / name, 3)
    flip(tmp_path / "hurt/kept/outcomes.parquet")
    with pytest.raises(StoreError, match=r"outcomes\.parquet is damaged"):
        sim.open(tmp_path / "hurt").kept.outcomes  # noqa: B018
    fuzz_results.make("counts", tmp_path / "hurt", 3)
    same(tmp_path / "hurt", tmp_path / "whole")


@pytest.mark.fault("resume", "a variable's chunks deleted meanwhile: a KeyError, or a result that differs")
@pytest.mark.parametrize("hurt", ["variable", "chunks", "one", "layout", "bytes", "part", "number"])
def test_what_was_lost_or_changed_meanwhile_is_made_anew_to_the_same_bytes(half, tmp_path, hurt, record_property):
    store = half / "trajectories.zarr"
    chunk = sorted((store / "fear/c").glob("*/0"))[1]  # blocks come in any order
    if hurt == "variable":
        shutil.rmtree(store / "fear")
    elif hurt == "chunks":
        shutil.rmtree(store / "fear/c")
    elif hurt == "one":
        chunk.unlink()
    elif hurt == "layout":
        (store / "fear/zarr.json").write_text((store / "fear/zarr.json").read_text().replace("float32", "float64"))
    elif hurt == "bytes":
        flip(chunk)
    elif hurt == "part":
        flip(sorted((half / UNFINISHED).glob("*events.parquet"))[1])
    else:
        text = (half / "run.json").read_text()
        (half / "run.json").write_text(text.replace('"seed": 3', '"seed": 4', 1))
        with pytest.raises(StoreError, match=r"run\.json does not hold what it should"):
            sim.run("first_lesson", save=half, resume=True)
        return
    sim.run("first_lesson", save=half, resume=True)
    survivor.make("runs", tmp_path / "whole")
    same(half, tmp_path / "whole")
    record_property("now", "made anew, to the same bytes")


def test_a_result_without_checksums_opens_and_sim_check_says_so_once(copy, tmp_path):
    manifest = json.loads((copy / "run.json").read_text())
    del manifest["checksum"]
    manifest["format"] = 2
    manifest["files"] = {name: manifest["files"][name]["size"] for name in ("events.parquet", "outcomes.parquet")}
    for block in manifest["blocks"]:
        names = sorted(path.parents[2].name for path in (copy / "trajectories.zarr").glob("*/c/0/0"))
        place = str(block["first"] // manifest["block_size"])
        for name in names:  # as they were written then, without a checksum at the end
            path = copy / "trajectories.zarr" / name / "c" / place / "0"
            path.write_bytes(path.read_bytes()[:-4])
        block["size"] -= 4 * len(names)
        del block["chunks"]
    (copy / "run.json").write_text(json.dumps(manifest))
    whole = sim.run("first_lesson", fuzz_results.RUNS, 3, progress=None)
    opened = sim.open(copy)
    xr.testing.assert_identical(opened.trajectories.load(), whole.trajectories)
    assert opened.events.equals(whole.events)
    ended = command("check", str(copy), cwd=tmp_path)
    assert ended.stderr.count("have no checksums") == 1
    path = copy / "trajectories.zarr/fear/c/0/0"
    size = path.stat().st_size
    for content in (bytes(size), np.random.default_rng(1).bytes(size)):
        path.write_bytes(content)
        with pytest.raises(StoreError, match="is damaged"):
            sim.open(copy).trajectories["fear"].to_numpy()
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match="missing or cut short"):
        sim.open(copy)


@pytest.fixture
def precious(tmp_path):
    """A file of the user elsewhere, and a check that nothing has happened to it."""
    place = tmp_path / "home"
    place.mkdir()
    (place / "thesis").write_text("years of work")
    yield place
    assert (place / "thesis").read_text() == "years of work"
    assert [path.name for path in place.iterdir()] == ["thesis"]


@pytest.mark.fault("links", "links in a result are followed when it is written: any file of the user is overwritten")
@pytest.mark.parametrize(
    "name",
    [
        UNFINISHED, f"{UNFINISHED}/lock", f"{UNFINISHED}/run.json.partial", "trajectories.zarr",
        "trajectories.zarr/fear", "trajectories.zarr/fear/c", "trajectories.zarr/fear/c/0",
        "trajectories.zarr/fear/c/0/0",
        "trajectories.zarr/fear/zarr.json", "events.parquet", "run.json", "figures",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["resume", "overwrite"])
def test_a_link_in_a_result_leads_no_writer_elsewhere(half, precious, name, how, record_property):
    path = half / name
    if path.is_dir() and not path.is_symlink():
        path.rename(half.parent / "aside")
        path.symlink_to(precious)
    else:
        path.unlink(missing_ok=True)
        path.parent.mkdir(exist_ok=True)
        path.symlink_to(precious / "thesis")
    try:
        sim.run("first_lesson", survivor.RUNS, 3, save=half, **{how: True})
    except StoreError as refused:
        said = str(refused)
        if not any(words in said for words in ("is a link", "is no result", "cannot read")):
            raise
    else:
        assert not path.is_symlink()
    record_property("now", "refused, or replaced; what it leads to is as it was")


@pytest.mark.fault("links", "report.html.partial, or a figure's name, may point to any file, which is overwritten")
def test_neither_report_nor_figures_follow_a_link(copy, precious):
    (copy / "figures").mkdir()
    opened = sim.open(copy)
    for name in ("page.html.partial", "figures/outcomes.png", "figures/fan_tension.png.partial"):
        (copy / name).symlink_to(precious / "thesis")
    (copy / "page.html").symlink_to(precious / "new")
    sim.report.write(opened, copy / "page.html")
    write_all(opened, copy / "figures")
    assert not (copy / "page.html").is_symlink()
    assert (copy / "figures/outcomes.png").read_bytes().startswith(b"\x89PNG")
    assert not (copy / "figures/outcomes.png").is_symlink()
    (copy / "report.html").symlink_to(precious / "thesis")
    with pytest.raises(sim.report.ReportError, match="another file, and no report"):
        sim.report.write(opened, copy / "report.html")
    shutil.rmtree(copy / "figures")
    (copy / "figures").symlink_to(precious)
    with pytest.raises(StoreError, match="figures is a link"):
        write_all(opened, copy / "figures")


@pytest.mark.fault("links", "tip --out, --annotate and reproduce --out write through a link that leads nowhere yet")
def test_what_is_written_new_follows_no_link_that_leads_nowhere_yet(copy, precious, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(precious / "new")
    tip = ("tip", "first_lesson", "--to", "mobilised > 0.1", "--runs", "32", "--out", str(link))
    assert "already exists" in command(*tip, cwd=tmp_path, code=2).stderr
    sweep = ("sweep", "first_lesson", "--method", "oat", "--replicates", "2", "--param", "actions.north.strike.rate")
    said = command(*sweep, "--out", str(tmp_path / "s"), "--annotate", str(link), cwd=tmp_path, code=2).stderr
    assert "already exists" in said
    command("report", str(copy), cwd=tmp_path)
    again = ("reproduce", str(copy / "report.html"), "--out", str(link))
    assert "already exists" in command(*again, cwd=tmp_path, code=2).stderr


def _lockless(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    monkeypatch.setattr("filelock._unix.fcntl.flock", refuse)


@pytest.mark.fault("30", "cannot write r30: No locks available, without a way on")
def test_where_the_disk_has_no_locks_a_result_is_written_all_the_same(tmp_path, monkeypatch, record_property):
    _lockless(monkeypatch)
    assert len(sim.run("first_lesson", 5, save=tmp_path / "kept")) == 5
    assert not (tmp_path / "kept" / UNFINISHED).exists()
    record_property("now", "5 runs are kept")


def test_where_the_disk_has_no_locks_two_do_not_write_to_one_folder(half, monkeypatch):
    _lockless(monkeypatch)
    seen = []

    def meanwhile(_):
        with pytest.raises(StoreError, match=rf"process {os.getpid()} on .*remove that file"):
            sim.run("first_lesson", save=half, resume=True)
        seen.append(half)
        raise Enough

    with pytest.raises(Enough):
        sim.run("first_lesson", save=half, resume=True, progress=meanwhile)
    assert seen
    owner = half / UNFINISHED / locks.OWNER
    assert not owner.exists()
    owner.write_text("elsewhere 1 ab\n")
    with pytest.raises(StoreError, match="process 1 on elsewhere"):
        sim.run("first_lesson", save=half, resume=True)
    owner.write_text(f"{locks.platform.node()} {2**22 + 1} ab\n")  # no process has such a number
    assert len(sim.run("first_lesson", save=half, resume=True)) == survivor.RUNS


def test_events_per_run_are_those_of_runs_that_did_not_fail(kept):
    whole = sim.open(kept)
    failures = pd.DataFrame([(run, 4, "fear") for run in range(30)], columns=["run", "day", "what"])
    told = summary(replace(whole, failures=failures))
    assert told["events_per_run"] == (whole.events["run"] >= 30).sum() / 10


def test_files_and_checks_agree_on_what_a_result_has(kept):
    known = {name for name, _ in checks._files(kept, read_manifest(kept))}
    assert known | {"run.json"} == set(files(kept))
