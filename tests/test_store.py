"""Results on disk: what comes back is what was kept, and what is no result is refused with a reason."""

import json
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

import sim
from sim.results.errors import StoreError
from sim.results.storage.atomic import remove
from sim.results.storage.write_runs import save_ensemble


@pytest.fixture(scope="module")
def ensemble() -> sim.Ensemble:
    return sim.run("first_lesson", runs=30, seed=2)


@pytest.fixture
def folder(ensemble, tmp_path):
    return save_ensemble(ensemble, tmp_path / "kept")


def test_what_is_opened_is_what_was_kept(ensemble, folder):
    opened = sim.open(folder)
    xr.testing.assert_identical(opened.trajectories.load(), ensemble.trajectories)
    pd.testing.assert_frame_equal(opened.events, ensemble.events)
    pd.testing.assert_frame_equal(opened.outcomes, ensemble.outcomes)
    pd.testing.assert_frame_equal(opened.shares(), ensemble.shares())
    assert opened.scenario == ensemble.scenario
    assert opened.scenario.sha256 == ensemble.scenario.sha256


def test_an_opened_result_can_be_run_again_to_the_same_bits(ensemble, folder):
    opened = sim.open(folder)
    again = sim.run(opened.scenario, runs=len(opened), seed=opened.seed)
    xr.testing.assert_identical(again.trajectories, ensemble.trajectories)


def test_what_is_written_while_runs_are_made_is_the_ensemble(ensemble, tmp_path):
    written = sim.run("first_lesson", runs=30, seed=2, save=tmp_path / "kept")
    for found in (written, sim.open(tmp_path / "kept")):
        xr.testing.assert_identical(found.trajectories.load(), ensemble.trajectories)
        pd.testing.assert_frame_equal(found.events, ensemble.events)
        pd.testing.assert_frame_equal(found.outcomes, ensemble.outcomes)
    assert json.loads((tmp_path / "kept/summary.json").read_text()) == json.loads(
        (save_ensemble(ensemble, tmp_path / "other") / "summary.json").read_text()
    )


def test_a_run_that_failed_is_kept_in_its_own_block_only(ensemble, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.results.storage.write_runs.RUNS_PER_CHUNK", 10)
    failures = pd.DataFrame([(run, 4, "fear") for run in (9, 10, 20)], columns=["run", "day", "what"])
    kept = sim.open(save_ensemble(replace(ensemble, failures=failures), tmp_path / "kept"))
    pd.testing.assert_frame_equal(kept.failures, failures)
    pd.testing.assert_frame_equal(kept.shares(), replace(ensemble, failures=failures).shares())


def test_runs_of_which_nothing_is_known_are_kept_as_those_of_no_drawn_numbers(ensemble, tmp_path):
    info = sim.open(save_ensemble(replace(ensemble, info={}), tmp_path / "kept")).info
    assert {"uncertain", "until", "branch"}.isdisjoint(info)


def test_an_opened_result_is_read_when_it_is_used(folder, monkeypatch):
    read = []
    original = pd.read_parquet
    monkeypatch.setattr(pd, "read_parquet", lambda path: read.append(path.name) or original(path))
    opened = sim.open(folder)
    assert read == []
    assert not any(opened.trajectories[name].variable._in_memory for name in opened.trajectories.data_vars)
    assert len(opened.outcomes) == len(opened.outcomes) == 30
    assert read == ["outcomes.parquet"]
    assert len(opened.events) > 100
    assert read == ["outcomes.parquet", "events.parquet"]


def test_trajectories_may_be_kept_exactly_and_only_some_of_them(ensemble, tmp_path):
    exact = sim.run("first_lesson", 30, 2, dtype="float64", save=tmp_path / "exact")
    assert exact.trajectories["tension"].dtype == np.float64
    xr.testing.assert_equal(exact.trajectories.astype(np.float32), ensemble.trajectories.astype(np.float32))
    assert (exact.trajectories["tension"] != ensemble.trajectories["tension"]).any()
    every = sim.run("baseline", 2, 1)
    some = sim.run("baseline", 2, 1, variables=["oil_exports"], save=tmp_path / "some")
    names = set(some.trajectories.data_vars)
    assert {"oil_exports", "tension", "rung"} < names < set(every.trajectories.data_vars)
    xr.testing.assert_identical(some.trajectories.load(), every.trajectories[sorted(names)])
    pd.testing.assert_frame_equal(some.base_rates, every.base_rates)
    with pytest.raises(ValueError, match="unknown variable 'oil_export'; did you mean 'oil_exports'"):
        sim.run("baseline", 2, variables=["oil_export"])


def test_names_are_kept_where_no_run_has_any_act(tmp_path):
    path = tmp_path / "calm.yaml"
    path.write_text("schema_version: 1\nextends: two_rivals\ntitle: Calm\nstart: 2030-01-01\ndays: 1\n")
    in_memory = sim.run(path, 1, 7)
    assert in_memory.events.empty
    written = sim.run(path, 1, 7, save=tmp_path / "kept")
    pd.testing.assert_frame_equal(written.events, in_memory.events)


def test_duckdb_reads_the_tables(ensemble, folder):
    found = duckdb.sql(
        f"select action, count(*) as n, max(fatalities) as most from '{folder}/events.parquet' group by 1 order by 1"
    ).df()
    mine = ensemble.events.astype({"action": str}).groupby("action")["fatalities"].agg(n="size", most="max")
    assert found.set_index("action").astype(int).equals(mine.astype(int))
    (never,) = duckdb.sql(f"select count(*) from '{folder}/outcomes.parquet' where spiral is null").fetchall()[0]
    assert never == ensemble.outcomes["spiral"].isna().sum()
    rows = duckdb.sql(f"select unnest(blocks).status as status from read_json('{folder}/run.json')").fetchall()
    assert {status for (status,) in rows} == {"done"}


def test_other_tools_read_the_files_without_ours(ensemble, folder):
    events = pd.read_parquet(folder / "events.parquet")
    assert events.columns.tolist() == [
        "run", "day", "date", "actor", "action", "target", "rung", "deniable", "fatalities", "event", "cause",
    ]  # fmt: skip
    assert pq.read_schema(folder / "events.parquet").names == events.columns.tolist()  # and no row numbers of pandas
    with xr.open_zarr(folder / "trajectories.zarr", consolidated=False, chunks=None) as trajectories:
        assert trajectories.sizes == {"run": 30, "day": ensemble.scenario.days}
        assert trajectories["tension"].attrs["units"] == "points"
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["scenario_sha256"] == ensemble.scenario.sha256


def test_events_are_numbered_and_caused_within_their_run(ensemble):
    events = ensemble.events
    assert (events.groupby("run").cumcount() == events["event"]).all()
    caused = events.dropna(subset="cause")
    assert len(caused) > 20
    assert (caused["cause"] < caused["event"]).all()
    day = events.set_index(["run", "event"])["day"]
    before = day.loc[list(zip(caused["run"], caused["cause"].astype(int), strict=True))].to_numpy()
    assert (before < caused["day"]).all()
    assert (events["date"] == pd.Timestamp(ensemble.scenario.start) + pd.to_timedelta(events["day"], "D")).all()


def _cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def _edit(folder, old, new):
    text = (folder / "run.json").read_text()
    assert text.count(old) == 1
    (folder / "run.json").write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "run.json").unlink(), "no run.json"),
        (lambda folder: (folder / "run.json").write_text("{"), "cannot read"),
        (lambda folder: (folder / "run.json").write_text('{"format": 99}'), "format that this version does not read"),
        (
            lambda folder: (folder / "run.json").write_text('{"format": 99, "versions": {"escalation-sim": "9.1"}}'),
            "format that this version does not read; version 9.1, which wrote it, does",
        ),
        (lambda folder: (folder / "events.parquet").write_text("rubbish"), "damaged"),
        (lambda folder: (folder / "outcomes.parquet").unlink(), "damaged"),
        (lambda folder: _cut(folder / "events.parquet"), "events.parquet does not have the length it was written with"),
        (lambda folder: _cut(folder / "trajectories.zarr/tension/c/0/0"), "runs 0 to 29 are missing or cut short"),
        (lambda folder: (folder / "trajectories.zarr/fear/c/0/0").unlink(), "runs 0 to 29 are missing or cut short"),
        (lambda folder: _edit(folder, '"title": "First', '"title": "Last'), "the scenario in it is not the one"),
        (lambda folder: _edit(folder, '"block_size": 512', '"block_size": 7'), "blocks are not those of its runs"),
    ],
)
def test_what_is_no_result_is_refused_with_a_reason(folder, spoil, reason):
    spoil(folder)
    with pytest.raises(StoreError, match=reason):
        sim.open(folder)


def test_a_table_that_is_gone_when_it_is_used_is_told(folder):
    opened = sim.open(folder)
    (folder / "events.parquet").unlink()
    with pytest.raises(StoreError, match=r"events\.parquet is damaged"):
        opened.events  # noqa: B018
    (folder / "outcomes.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match=r"outcomes\.parquet is damaged"):
        opened.outcomes  # noqa: B018


def test_of_a_link_the_link_is_removed_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    (tmp_path / "link").symlink_to("theirs")
    remove(tmp_path / "link")
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]
    assert (tmp_path / "theirs" / "file").exists()
    remove(tmp_path / "theirs")
    remove(tmp_path / "theirs")
    assert not list(tmp_path.iterdir())


def test_a_result_cannot_be_kept_where_nothing_can_be_written(ensemble, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot write"):
        save_ensemble(ensemble, tmp_path / "file" / "kept")


def test_shares_leave_out_runs_that_failed(ensemble):
    spoilt = sim.Ensemble(
        ensemble.scenario, ensemble.seed, ensemble.trajectories, ensemble.events, ensemble.outcomes,
        pd.DataFrame({"run": [0, 1], "day": [3, 4], "what": ["tension", "tension"]}),
    )  # fmt: skip
    assert spoilt.shares()["n"].eq(28).all()
    held = ensemble.outcomes.drop(index=[0, 1])["mobilised"].notna().mean()
    assert spoilt.shares().set_index("outcome").loc["mobilised", "share"] == held
