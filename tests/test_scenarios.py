"""The shipped scenarios of the Gulf: each differs from the one it is held against in what its question is about."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import sim
from sim.theatre.files.resolve import resolve

SCENARIOS = Path(__file__).parent.parent / "scenarios"
RUNS, SEED = 400, 7

ROCKETS = ("fire_rockets", "fire_barrage")
OIL = (
    "iran.sabotage_shipping",
    "iran.seize_tanker",
    "iran.strike_oil_plant",
    "houthis.hit_pipeline",
    "kataib_hezbollah.fly_drones_south",
)
A_YEAR_TO_THE_WAIVERS = (pd.Timestamp("2019-05-02") - pd.Timestamp("2018-05-08")).days

Measure = Callable[[sim.Ensemble], np.ndarray]


@cache
def ensemble(name: str) -> sim.Ensemble:
    """Runs under the seed that all share; of the trajectories only what a measure reads, to save memory."""
    found = sim.run(name, runs=RUNS, seed=SEED)
    assert found.failures.empty
    return replace(found, trajectories=found.trajectories[["oil_price"]])


def acts(
    *names: str, by: str = "", on: str = "", rung: int = 0, since: str = "", until: str = "", days: int = 10_000
) -> Measure:
    """Acts of a run: those called so, with or without their actor, by and on an actor, from a rung up, in a time."""

    def count(of: sim.Ensemble) -> np.ndarray:
        events = of.events
        hit = (events["rung"] >= rung) & (events["day"] < days)
        if names:
            meant = [act for act in events["action"].cat.categories if {act, act.split(".")[1]} & set(names)]
            hit &= events["action"].isin(meant)
        if by:
            hit &= events["actor"] == by
        if on:
            hit &= events["target"] == on
        if since:
            hit &= events["date"] >= since
        if until:
            hit &= events["date"] <= until
        return np.bincount(events["run"][hit], minlength=len(of)).astype(float)

    return count


def held(outcome: str) -> Measure:
    """Whether an outcome held in a run."""
    return lambda of: of.outcomes[outcome].notna().to_numpy(float)


def highest_oil_price(of: sim.Ensemble) -> np.ndarray:
    return of.trajectories["oil_price"].max("day").to_numpy().astype(float)


class Row(NamedTuple):
    """What a scenario does to the crisis: a measure is higher (1) or lower (-1) than in the scenario it is held to."""

    scenario: str
    says: str
    measure: Measure
    sign: int
    base: str = "baseline"


ROWS = [
    Row("whole_crisis", "a year of pressure passes with few blows at oil", acts(*OIL, days=A_YEAR_TO_THE_WAIVERS), -1),
    Row("eve_of_k1", "parliament is less near to a vote than in most runs by then", held("expulsion_vote"), -1),
    Row("after_the_killing", "Iran strikes openly", acts(by="iran", rung=8, since="2020-01-04"), 1, "eve_of_k1"),
    Row("after_the_killing", "parliament votes", held("expulsion_vote"), 1, "eve_of_k1"),
    Row("after_the_killing", "war is nearer", held("sustained_war"), 1, "eve_of_k1"),
    Row("no_killing", "Iran strikes openly in fewer runs", acts(by="iran", rung=8), -1),
    Row("no_killing", "parliament votes in fewer runs", held("expulsion_vote"), -1),
    Row("no_american_dies", "Washington strikes openly less", acts(by="us", rung=7), -1),
    Row("no_american_dies", "and does not kill Soleimani", held("leadership_killed"), -1),
    Row("attribution_certain", "Washington strikes Iran in more runs", held("us_force_on_iran"), 1),
    Row("strike_after_the_drone", "Iran strikes back", acts(by="iran", rung=8, until="2019-09-30"), 1),
    Row("strike_after_the_drone", "war comes in more runs", held("sustained_war"), 1),
    Row("waivers_extended", "ships and oil plants are left alone", acts(*OIL), -1),
    Row("waivers_extended", "Iran stays nearer to the nuclear deal", acts("iran.nuclear_step"), -1),
    Row("relief_for_talks", "they talk in more runs", held("talks_open"), 1),
    Row("relief_for_talks", "ships and plants are left alone", acts(*OIL, since="2019-08-27"), -1),
    Row("gulf_dialogue", "less is done in the dark", acts("iran.sabotage_shipping", "iran.strike_oil_plant"), -1),
    Row("protests_absent", "fewer rockets", acts(*ROCKETS, since="2019-10-01", until="2019-12-31"), -1),
    Row("protests_absent", "fewer orders", acts("iran.order_militias", since="2019-10-01", until="2019-12-31"), -1),
    Row("proxies_unleashed", "Washington bombs the militias more", acts("us.strike_militia"), 1),
    Row("proxies_unleashed", "more blood among Americans", acts(on="us", rung=6), 1),
    Row("restraint", "less blood and open force", acts(rung=6), -1),
    Row("restraint", "Soleimani dies in fewer runs", held("leadership_killed"), -1),
    Row("hormuz_closed", "oil is dearer than it ever gets", highest_oil_price, 1),
    Row("hormuz_closed", "Washington strikes Iran in more runs", held("us_force_on_iran"), 1),
    Row("us_leaves_iraq", "fewer rockets at Americans", acts(*ROCKETS, on="us", since="2019-08-01"), -1),
    Row("us_leaves_iraq", "fewer runs in which an American dies", held("american_killed"), -1),
    Row("us_leaves_iraq", "ISIS comes back", acts("isis.bomb_town", since="2019-08-01"), 1),
    Row("moderates_in_tehran", "more offers", acts("iran.offer_talks", "iran.offer_dialogue", "iran.stand_down"), 1),
    Row("moderates_in_tehran", "fewer refusals", acts("iran.refuse_talks"), -1),
]

ASKED = sorted({row.scenario for row in ROWS})

FIXED = {
    "eve_of_k1": {"premier_resigns"},
    "after_the_killing": {"american_killed", "leadership_killed", "premier_resigns", "expulsion_vote"},
    "strike_after_the_drone": {"us_force_on_iran"},
    "hormuz_closed": {"hormuz_closed"},
    "us_leaves_iraq": {"us_leaves_iraq"},
}
"""Outcomes that a scenario may settle: by its history, by its question, or, the vote, as the record did."""


@pytest.fixture(scope="module", params=ASKED)
def asked(request):
    """A scenario; of module scope, so that all tests of one come together and few processes run the same."""
    return request.param


def test_a_scenario_differs_as_it_says(asked):
    for row in (row for row in ROWS if row.scenario == asked):
        change = row.measure(ensemble(row.scenario)) - row.measure(ensemble(row.base))
        mean, half = change.mean(), 1.96 * change.std(ddof=1) / np.sqrt(len(change))
        assert row.sign * mean - half > 0, f"{row.says}: {mean:+.3f}, {mean - half:+.3f} to {mean + half:+.3f}"


def test_every_scenario_of_the_gulf_says_how_it_differs():
    files = [resolve(path).files for path in SCENARIOS.glob("*.yaml")]
    gulf = {chain[0].path.stem for chain in files if chain[-1].path.stem == "persian_gulf"}
    assert gulf - {"baseline"} == set(ASKED)


def test_a_scenario_leaves_its_question_open(asked):
    shares = ensemble(asked).shares().set_index("outcome")["share"]
    assert set(shares.index[shares > 0.97]) <= FIXED.get(asked, set())
    assert ((shares > 0.01) & (shares < 0.97)).sum() >= 3


@pytest.mark.parametrize(("name", "eve"), [("eve_of_k1", "2019-12-26"), ("after_the_killing", "2020-01-03")])
def test_history_is_the_same_in_every_run_and_what_follows_in_none(name, eve):
    events = ensemble(name).events[["run", "date", "action", "fatalities"]]
    imposed, free = events[events["date"] <= eve], events[events["date"] > eve]
    first = imposed[imposed["run"] == 0].drop(columns="run").to_numpy()
    for _, run in imposed.groupby("run"):
        assert (run.drop(columns="run").to_numpy() == first).all()
    assert len(imposed) == RUNS * len(first)
    told = free.groupby("run").apply(lambda run: tuple(run["action"]), include_groups=False)
    assert told.nunique() == RUNS


def test_in_most_runs_nobody_is_bombed_where_no_american_dies():
    assert (acts(by="us", rung=7)(ensemble("no_american_dies")) == 0).mean() > 0.85
    assert (acts(by="us", rung=7)(ensemble("baseline")) == 0).mean() < 0.6


def test_the_killing_is_answered_within_days_and_mostly_without_war():
    of = ensemble("after_the_killing")
    events = of.events[(of.events["actor"] == "iran") & (of.events["rung"] >= 8) & (of.events["date"] > "2020-01-03")]
    first = events.groupby("run")["date"].min() - pd.Timestamp("2020-01-03")
    assert len(first) > 0.7 * RUNS
    assert first.dt.days.median() <= 7
    assert of.outcomes["sustained_war"].notna().mean() < 0.35


def test_without_the_killing_every_run_is_the_same_up_to_its_day():
    """Or up to the day on which an order was called off, which may have been that one."""
    with_it, without = (sim.run(name, runs=RUNS // 2, seed=SEED) for name in ("baseline", "no_killing"))
    days = with_it.scenario.days
    killed = with_it.outcomes["leadership_killed"].astype("Int64").fillna(days).to_numpy(int)
    called_off = with_it.events.query("action == 'us.call_off_strike'").groupby("run")["day"].min()
    killed = np.minimum(killed, called_off.reindex(range(len(killed)), fill_value=days).to_numpy(int))
    assert (killed < days).sum() >= 10
    before = np.arange(days) < killed[:, None]
    for name, values in with_it.trajectories.data_vars.items():
        assert (values.to_numpy() == without.trajectories[name].to_numpy())[before].all(), name

    def up_to(of: sim.Ensemble, day: np.ndarray) -> pd.DataFrame:
        return of.events[of.events["day"] < day[of.events["run"]]].reset_index(drop=True)

    pd.testing.assert_frame_equal(up_to(with_it, killed), up_to(without, killed))
    on_the_day = up_to(without, killed + 1)
    on_the_day = on_the_day[on_the_day["day"] == killed[on_the_day["run"]]]
    assert "us.kill_commanders" not in set(on_the_day["action"])
    assert without.outcomes["leadership_killed"].isna().all()


def test_what_scenarios_take_from_the_baseline_is_still_in_it():
    base, whole = (sim.load(name) for name in ("baseline", "whole_crisis"))
    assert {name: whole.script[name] for name in base.script} == base.script


@pytest.mark.parametrize("name", ["after_the_killing", "us_leaves_iraq", "whole_crisis"])
def test_a_copy_in_another_folder_is_the_same_scenario(name, tmp_path):
    copy = tmp_path / "mine.yaml"
    copy.write_text((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert sim.load(copy).sha256 == sim.load(SCENARIOS / f"{name}.yaml").sha256


def test_a_copy_with_three_lines_changed_does_what_they_say(tmp_path):
    text = (SCENARIOS / "relief_for_talks.yaml").read_text(encoding="utf-8")
    lines = {
        "title: Relief for talks": "title: A meeting in New York",
        "    on: 2019-08-26": "    on: 2019-09-25",
        "    do: us.ease_sanctions": "    do: us.offer_meeting",
    }
    for line, instead in lines.items():
        assert text.count(f"{line}\n") == 1
        text = text.replace(line, instead)
    copy = tmp_path / "new_york.yaml"
    copy.write_text(text, encoding="utf-8")
    mine = sim.run(copy, runs=8, seed=SEED)
    assert mine.scenario.title == "A meeting in New York"
    offers = mine.events[(mine.events["action"] == "us.offer_meeting") & (mine.events["date"] == "2019-09-25")]
    assert len(offers) == len(mine)
    base = sim.run("baseline", runs=8, seed=SEED)
    earlier = (mine.trajectories["date"] < np.datetime64("2019-09-25")).to_numpy()
    for name, values in base.trajectories.items():
        assert (mine.trajectories[name].to_numpy() == values.to_numpy())[:, earlier].all(), name
