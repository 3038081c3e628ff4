"""Branches of a run as a user asks for them, and what is said where they cannot be had."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pytest

import sim
from sim.execution import run as running
from sim.execution.lookup import QueryError
from sim.execution.source import ReplayError
from sim.experiments.branching import branch as branching
from sim.results.storage.write_runs import save_ensemble
from tests.small_scenarios import rich

RUN, DAY = 12, 24


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(rich(), runs=20, seed=5)


def past(ensemble, run, day):
    """Everything that an ensemble tells of a run before a day, whatever the run is called."""
    values = ensemble.trajectories.sel(run=run).isel(day=slice(day)).drop_vars("run")
    events = ensemble.events
    table = events[(events["run"] == run) & (events["day"] < day)].drop(columns="run").reset_index(drop=True)
    return values, table


def assert_same_past(one, its_run, other, others_run, day):
    (values, events), (theirs, their_events) = past(one, its_run, day), past(other, others_run, day)
    assert values.drop_attrs().identical(theirs.drop_attrs())
    pd.testing.assert_frame_equal(events, their_events)


def test_every_branch_has_the_past_of_its_run(ensemble):
    found = sim.branch(ensemble, run=RUN, day=DAY, runs=8)
    assert list(found.outcomes.index) == list(range(8))
    assert found.trajectories.sizes == {"run": 8, "day": 60}
    for branch in found.outcomes.index:
        assert_same_past(found, branch, ensemble, RUN, DAY)
    ends = found.trajectories["oil"].isel(day=-1).to_numpy()
    assert len(set(ends.tolist())) == 8
    before = ensemble.outcomes.loc[RUN].dropna()
    for outcome, day in before[before < DAY].items():
        assert (found.outcomes[outcome] == day).all()


def test_the_same_dice_without_a_change_are_the_run_itself(ensemble):
    found = sim.branch(ensemble, run=RUN, day=DAY, same_dice=True)
    assert list(found.outcomes.index) == [0]
    assert_same_past(found, 0, ensemble, RUN, 60)


def test_a_branch_does_not_depend_on_how_many_there_are_or_where_they_are_computed(ensemble, monkeypatch):
    many = sim.branch(ensemble, run=RUN, day=DAY, runs=30)
    few = sim.branch(rich(), seed=5, run=RUN, day="2020-01-25", runs=7)
    monkeypatch.setattr(branching, "COLUMNS", 4)
    with ThreadPoolExecutor(3) as pool:
        split = sim.branch(ensemble, run=RUN, day=date(2020, 1, 25), runs=30, executor=pool)
    assert many.trajectories.isel(run=slice(7)).identical(few.trajectories)
    assert split.trajectories.identical(many.trajectories)
    pd.testing.assert_frame_equal(split.events, many.events)
    pd.testing.assert_frame_equal(many.events[many.events["run"] < 7], few.events)
    pd.testing.assert_frame_equal(split.outcomes, many.outcomes)


def test_a_branch_of_a_result_made_otherwise_is_the_same_branch(ensemble, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", 7)
    save_ensemble(sim.run(rich(), runs=20, seed=5), tmp_path / "made")
    asked = {"run": RUN, "day": DAY, "runs": 5}
    found, expected = sim.branch(tmp_path / "made", **asked), sim.branch(ensemble, **asked)
    assert found.trajectories.identical(expected.trajectories)
    pd.testing.assert_frame_equal(found.events, expected.events)


def test_what_is_done_is_done_and_what_is_forbidden_is_not(ensemble):
    asked = {"run": RUN, "day": DAY, "runs": 60}
    plain = sim.branch(ensemble, **asked)
    drawn = plain.events[plain.events["day"] >= DAY]["action"].value_counts()
    changed = sim.branch(ensemble, **asked, actions=["aran.deploy"], forbid=["rocket"])
    future = changed.events[changed.events["day"] >= DAY]
    assert drawn["cela.rocket"] > 60
    assert (future["action"] != "cela.rocket").all()
    on = future[(future["day"] == DAY) & (future["actor"] == "aran")]
    assert on["action"].tolist() == ["aran.deploy"] * 60
    # nothing else is drawn otherwise on that day: the others still see the same morning
    same = [e[(e["day"] == DAY) & ~e["actor"].isin(["aran", "cela"])] for e in (plain.events, changed.events)]
    keys = [table[["run", "actor", "action"]].astype(str).to_numpy().tolist() for table in same]
    assert keys[0] == keys[1]


def test_a_number_set_counts_from_the_day_on_and_not_before(ensemble):
    asked = {"run": RUN, "day": DAY, "runs": 60}
    plain, changed = (
        sim.branch(ensemble, **asked, overrides=o) for o in (None, {"actions.dorn.rally.rate": "2 1/day"})
    )
    assert_same_past(changed, 3, ensemble, RUN, DAY)
    rallies = [int((e.events[e.events["day"] >= DAY]["action"] == "dorn.rally").sum()) for e in (plain, changed)]
    assert rallies[1] > 2 * rallies[0] > 0
    assert dict(changed.scenario.numbers())["actions.dorn.rally.rate"].value == 2


def test_only_some_days_are_followed(ensemble):
    whole, short = (sim.branch(ensemble, run=RUN, day=DAY, runs=9, days=days) for days in (None, 10))
    assert short.trajectories.sizes["day"] == short.scenario.days == DAY + 10
    values = whole.trajectories.isel(day=slice(DAY + 10)).drop_attrs()
    assert short.trajectories.drop_attrs().identical(values)
    assert short.events["day"].max() < DAY + 10
    late = whole.outcomes >= DAY + 10
    pd.testing.assert_frame_equal(short.outcomes, whole.outcomes.mask(late.fillna(False)))


def test_branches_say_of_what_they_are_branches(ensemble):
    found = sim.branch(ensemble, run=RUN, day=DAY, runs=3, actions=["aran.deploy"], forbid=["cela.vow"])
    assert found.info["branch"] == {
        "scenario": "small",
        "scenario_sha256": ensemble.scenario.sha256,
        "run": RUN,
        "day": DAY,
        "set": {},
        "do": ["aran.deploy"],
        "forbid": ["cela.vow"],
    }
    assert "run 12 from 2020-01-25" in found.scenario.title
    assert found.scenario.script["branch_aran_deploy"].on == date(2020, 1, 25)
    for tell in (sim.replay, partial(sim.branch, day=30)):
        with pytest.raises(ReplayError, match="holds branches of run 12 of small from day 24 on"):
            tell(found, run=1)


def test_branches_are_kept_like_other_results(ensemble, tmp_path):
    found = sim.branch(ensemble, run=RUN, day=DAY, runs=6, forbid=["cela.vow"])
    again = sim.open(save_ensemble(found, tmp_path / "kept"))
    assert again.info["branch"] == found.info["branch"]
    assert again.trajectories.drop_attrs().identical(found.trajectories.drop_attrs())
    pd.testing.assert_frame_equal(again.events.astype({"action": str}), found.events.astype({"action": str}))
    with pytest.raises(ReplayError, match="kept holds branches of run 12"):
        sim.replay(tmp_path / "kept", run=1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"run": 20}, "there is no run 20; .* has 0 to 19"),
        ({"run": -1}, "there is no run -1"),
        ({"day": 60}, r"day 60 is outside the run; small goes from day 0 \(2020-01-01\) to day 59 \(2020-02-29\)"),
        ({"day": "2019-12-31"}, "2019-12-31 is outside the run"),
        ({"day": "soon"}, "'soon' is not a day; give its number or its date"),
        ({"runs": 0}, "branches must be at least 1, found 0"),
        ({"days": 37}, "there are 36 days to follow, found 37"),
        ({"actions": ["aran.deplay"]}, "there is no action 'aran.deplay'; did you mean 'aran.deploy'"),
        ({"actions": ["vow", "cela.rocket"]}, "cannot both be done on one day"),
        ({"forbid": ["nobody.acts"]}, "there is no action 'nobody.acts'"),
        ({"overrides": {"actions.dorn.rally.rat": 1}}, "this scenario has no number .*; did you mean"),
        ({"overrides": {"actions.dorn.rally": 1}}, "inside it there are actions.dorn.rally.rate"),
        ({"overrides": {"actions.dorn.rally.rate": -1}}, "-1 is out of range; allowed is from 0 to 100"),
        ({"overrides": {"variables.oil.start": 60}}, "matters on the first morning only"),
        ({"overrides": {"ladder.rung_memory": 3}}, "a run cannot go on under rules with other days"),
        ({"overrides": {"script.b_drop.effects.mood": 0.1}}, "b_drop happens on 2020-01-03, before day 24"),
    ],
)
def test_what_cannot_be_had_is_said(ensemble, asked, said):
    with pytest.raises(QueryError, match=said):
        sim.branch(ensemble, **{"run": RUN, "day": DAY, "runs": 2, **asked})


def test_a_result_of_another_model_is_not_branched(ensemble):
    events = ensemble.events.copy()
    first = events.index[(events["run"] == RUN) & (events["day"] >= 5)][0]
    events.loc[first, "fatalities"] += 1
    day = int(events.loc[first, "day"])
    other = replace(ensemble, events=events)
    with pytest.raises(QueryError, match=rf"differs from the one in .*from day {day} .*run its scenario again"):
        sim.branch(other, run=RUN, day=DAY, runs=2)
    assert len(sim.branch(other, run=RUN, day=day, runs=2)) == 2  # before that day all is the same


@pytest.mark.filterwarnings("ignore:overflow")  # what fails is larger than trajectories can hold
def test_a_run_that_failed_before_is_not_branched(brittle):
    failed = sim.run(brittle, runs=60, seed=5).failures.sort_values("day").iloc[0]
    run, day = int(failed["run"]), int(failed["day"])
    with pytest.raises(QueryError, match=rf"run {run} failed on day {day}"):
        sim.branch(brittle, seed=5, run=run, day=day + 2, runs=3)
    found = sim.branch(brittle, seed=5, run=run, day=day, runs=400)
    assert 0 < len(found.failures) < 400
    assert found.failures["run"].between(0, 399).all()
    assert len(found.completed) == 400 - len(found.failures)


@pytest.fixture(scope="module")
def brittle(tmp_path_factory):
    from tests.test_cli import OVERFLOWING

    folder = tmp_path_factory.mktemp("brittle")
    (folder / "brittle.yaml").write_text(OVERFLOWING.replace("rate: 0.003", "rate: 0.02"))
    written = {"schema_version": 1, "extends": "brittle.yaml", "title": "Brittle", "start": "2020-01-01", "days": 60}
    (folder / "over.yaml").write_text(json.dumps(written))
    return sim.load(folder / "over.yaml")


def test_a_thousand_futures_of_ninety_days_cost_far_less_than_a_thousand_runs():
    """The past is computed once for all. In time of the processor: what else runs takes from both alike."""
    scenario = sim.load("baseline")

    def futures():
        return sim.branch(scenario, run=12, day=240, days=90, runs=1000)

    found = futures()
    assert found.trajectories.sizes == {"run": 1000, "day": 330}
    assert np.isfinite(found.trajectories["oil_price"].to_numpy()).all()
    futures_took, runs_took = [], []
    for _ in range(6):  # by turns, since a machine that has other work is now slower and now quicker
        futures_took.append(seconds(futures))
        runs_took.append(seconds(lambda: sim.run(scenario, 1000, 7)))
        if min(futures_took) < 0.7 * min(runs_took):
            return
    pytest.fail(f"futures took {min(futures_took):.2f} s, runs {min(runs_took):.2f} s")


def seconds(work) -> float:
    """Seconds of the processor that it takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
