"""Results on disk: what comes back is what was kept, and what is no result is refused with a reason."""

import json

import pandas as pd
import pytest
import xarray as xr

import sim
from sim.results.store import StoreError, save


@pytest.fixture(scope="module")
def ensemble() -> sim.Ensemble:
    return sim.run("first_lesson", runs=30, seed=2)


@pytest.fixture
def folder(ensemble, tmp_path):
    return save(ensemble, tmp_path / "kept")


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


def test_other_tools_read_the_files_without_ours(ensemble, folder):
    events = pd.read_parquet(folder / "events.parquet")
    assert events.columns.tolist() == [
        "run", "day", "date", "actor", "action", "target", "rung", "deniable", "fatalities", "event", "cause",
    ]  # fmt: skip
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


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "run.json").unlink(), "no run.json"),
        (lambda folder: (folder / "run.json").write_text("{"), "cannot read"),
        (lambda folder: (folder / "run.json").write_text('{"format": 99}'), "format that this version does not read"),
        (lambda folder: (folder / "events.parquet").write_text("rubbish"), "damaged"),
        (lambda folder: (folder / "outcomes.parquet").unlink(), "damaged"),
    ],
)
def test_what_is_no_result_is_refused_with_a_reason(folder, spoil, reason):
    spoil(folder)
    with pytest.raises(StoreError, match=reason):
        sim.open(folder)


def test_a_result_cannot_be_kept_where_nothing_can_be_written(ensemble, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot write"):
        save(ensemble, tmp_path / "file" / "kept")


def test_shares_leave_out_runs_that_failed(ensemble):
    spoilt = sim.Ensemble(
        ensemble.scenario, ensemble.seed, ensemble.trajectories, ensemble.events, ensemble.outcomes,
        pd.DataFrame({"run": [0, 1], "day": [3, 4], "what": ["tension", "tension"]}),
    )  # fmt: skip
    assert spoilt.shares()["n"].eq(28).all()
    held = ensemble.outcomes.drop(index=[0, 1])["mobilised"].notna().mean()
    assert spoilt.shares().set_index("outcome").loc["mobilised", "share"] == held
