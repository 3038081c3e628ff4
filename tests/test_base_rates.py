"""The base-rate card, by hand-made histories whose figures can be counted on one's fingers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.analysis.base_rates import Acts, answers
from sim.analysis.estimates import Estimate, jackknife, lasting, quantile, quantile_of_whole, ratio, share
from sim.analysis.intervals import wilson
from sim.analysis.price_response import excess, fit_half_life, half_life, jump
from sim.analysis.units import Units
from sim.execution.draws import drawn_by
from sim.execution.run import run as run_many
from sim.results.base_rates import EnsembleArrays, as_records, base_rate_table, can_fail, verdict, verdict_counts
from sim.results.ensemble import Ensemble
from sim.results.storage.read import summary
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.jsonschema import schema
from sim.theatre.files.load import load
from sim.theatre.language.base_rates import KINDS
from sim.theatre.language.base_rates.base import register
from sim.theatre.language.scenario import Scenario

from .small import THEATRE, changed, faults_of, small
from .small_scenarios import action, actor, scenario, theatre
from .test_jsonschema import against

DAYS = 100
SOURCE = {"label": "A figure", "source": "judgement: a test"}
DYAD = {"dyads": ["shores"]}


def its_theatre(rates: dict[str, Any]) -> dict[str, Any]:
    """North and south: words, a deployment, a raid and a strike each, a rocket militia, a price and a campaign."""
    actions = {}
    for one, other in (("north", "south"), ("south", "north")):
        for verb, rung in (("warn", 1), ("deploy", 3), ("raid", 4), ("strike", 6), ("war", 9)):
            actions[f"{one}.{verb}"] = action(rung, other)
    return theatre(
        {
            "north": actor(),
            "south": actor(),
            "militia": actor(),
            "exchange": {"kind": "market", "label": "M", "prices": ["oil"]},
        },
        actions | {"militia.rocket": action(4, "north")},
        {
            "oil": {"kind": "log", "unit": "USD/bbl", "start": 60, "range": [10, 400], "scale": [40, 160]},
            "campaign": {"kind": "unit", "start": 0.5},
        },
        {"war": {"rung": ">= 9"}},
        dyads={"shores": {"label": "Shores", "sides": [["north"], ["south"]]}},
        base_rates={name: SOURCE | rate for name, rate in rates.items()},
    )


def ensemble(
    acts: list[tuple[Any, ...]], rates: dict[str, Any], runs: int = 1, failed: tuple[int, ...] = (), **values: Any
) -> Ensemble:
    """Runs in which just these acts happen: (run, day, action), and then deaths and the number of the cause."""
    its = scenario(its_theatre(rates), DAYS)
    of = its.theatre.actions
    rows = []
    numbers = dict.fromkeys(range(runs), 0)
    for run, day, name, deaths, cause in ((*act, 0, None)[:5] if len(act) < 5 else act for act in sorted(acts)):
        rows.append((run, day, name.split(".")[0], name, of[name].target, of[name].rung, deaths, numbers[run], cause))
        numbers[run] += 1
    columns = ["run", "day", "actor", "action", "target", "rung", "fatalities", "event", "cause"]
    events = pd.DataFrame(rows, columns=columns)
    events = events.astype(dict.fromkeys(("actor", "action", "target"), "category"))
    events = events.astype(dict.fromkeys(["run", "day", "rung", "fatalities", "event"], int) | {"cause": "Int32"})
    rung = np.zeros((runs, DAYS), np.uint8)
    for run, day, _, _, _, its_rung, *_ in rows:
        rung[run, day] = max(rung[run, day], its_rung)
    data = {"rung": rung, "oil": np.full((runs, DAYS), 60.0), "campaign": np.zeros((runs, DAYS)), **values}
    war = pd.array([int(np.argmax(row == 9)) if (row == 9).any() else None for row in rung], "Int32")
    return Ensemble(
        scenario=its,
        seed=0,
        trajectories=xr.Dataset({name: (("run", "day"), rows) for name, rows in data.items()}),
        events=events,
        outcomes=pd.DataFrame({"war": war}, index=pd.Index(range(runs), name="run")),
        failures=pd.DataFrame([(run, 0, "oil") for run in failed], columns=["run", "day", "what"]),
    )


def figure(acts: list[tuple[Any, ...]], rate: dict[str, Any], runs: int = 1, **more: Any) -> tuple[float, int]:
    """Value and number of cases of one base rate."""
    row = base_rate_table(ensemble(acts, {"rate": {"expected": [0, 1], **rate}}, runs, **more)).iloc[0]
    return float(row["value"]), int(row["n"])


# Shares of runs.


def test_the_share_of_runs_that_reach_a_rung_or_an_outcome():
    acts = [(0, 5, "north.war"), (1, 5, "north.strike"), (2, 50, "south.war")]
    for what in ({"rung": 9}, {"outcome": "war"}):
        table = base_rate_table(
            ensemble(acts, {"wars": {"measure": "share_reaching", "expected": [0, 0.5], **what}}, runs=40)
        )
        low, high = wilson(2, 40)
        assert table.iloc[0][["value", "n", "low", "high"]].tolist() == [2 / 40, 40, float(low), float(high)]
        assert table.iloc[0]["verdict"] == "inside"


def test_runs_that_failed_count_in_no_base_rate():
    acts = [(0, 5, "north.war"), (1, 5, "north.war"), (2, 5, "north.warn")]
    assert figure(acts, {"measure": "share_reaching", "rung": 9}, runs=4, failed=(0,)) == (1 / 3, 3)
    rate = {"measure": "rate", "acts": {"rungs": [9, 9]}, "per": DAYS}
    assert figure(acts, rate, runs=4, failed=(0,)) == (pytest.approx(1 / 3), 1)


# Disputes.

DISPUTES = [
    (0, 0, "north.deploy"),  # answered nine days later: reciprocated, ten days
    (0, 9, "south.raid"),
    (0, 40, "north.raid"),  # after a longer pause: a dispute of its own, one-sided, six days
    (0, 45, "north.raid"),
    (0, 46, "south.warn"),  # words do not count
    (1, 20, "south.strike"),  # both on one day: reciprocated, one day
    (1, 20, "north.deploy"),
    (1, 85, "north.raid"),  # too late to tell
    (1, 50, "militia.rocket"),  # of no side
]


def test_reciprocated_disputes():
    rate = DYAD | {"measure": "reciprocation", "rungs": [3, 9], "quiet": "20 d"}
    assert figure(DISPUTES, rate, runs=2) == (2 / 3, 3)
    assert figure(DISPUTES, rate | {"quiet": "31 d"}, runs=2) == (1, 2)  # the pause of run 0 is no end any more
    assert figure(DISPUTES, rate | {"quiet": "8 d"}, runs=2) == (1 / 5, 5)


def test_the_duration_of_crises():
    rate = DYAD | {"measure": "duration", "rungs": [3, 9], "quiet": "20 d", "expected": [1, 20]}
    assert figure(DISPUTES, rate, runs=2) == (5.5, 2)  # the middle of 1 and 10 days
    assert figure(DISPUTES, rate | {"quantile": 0.9}, runs=2) == (10, 2)
    going_on = [(0, 0, "north.raid"), (0, 5, "south.raid"), (1, 70, "north.raid"), (1, 95, "south.raid")]
    assert figure(going_on, rate | {"quiet": "30 d"}, runs=2) == (6, 2)
    assert figure(going_on[2:], rate | {"quiet": "30 d"}, runs=2) == (np.inf, 1)  # not one is known to have ended


def test_what_has_not_ended_when_its_run_does_counts_as_lasting_longer():
    days, ended = np.array([2, 4, 4, 6, 8]), np.array([True, True, False, True, False])
    # Kaplan and Meier by hand: 4/5 outlast day 2, 4/5 * 3/4 day 4, 3/5 * 1/2 day 6
    # so 0.2 last no longer than day 2 to its end, 0.4 than day 4, and 0.7 than day 6, evenly within a day
    assert lasting(days, ended, np.arange(5), 0.3).value == pytest.approx(4)
    assert lasting(days, ended, np.arange(5), 0.5).value == pytest.approx(5.5 + 1 / 3)
    assert lasting(days, ended, np.arange(5), 0.8).value == np.inf


# Replies.

REPLIES = [
    (0, 10, "north.raid"),
    (0, 12, "south.strike"),  # same level: raids and strikes are both force
    (0, 15, "north.deploy"),  # one down
    (0, 15, "south.raid"),  # on the same day, so no answer to it; and after south's own strike
    (0, 16, "south.warn"),  # one down from the deployment
    (0, 20, "south.raid"),  # after an act of its own: no reply
    (0, 90, "north.raid"),  # too late to be a reply
    (1, 5, "south.warn"),
    (1, 6, "north.strike"),  # up
    (1, 7, "militia.rocket"),  # of neither side: the sequence goes on over it
    (1, 8, "south.raid"),  # same
]


@pytest.mark.parametrize(("direction", "value"), [("up", 1 / 5), ("same", 2 / 5), ("down", 2 / 5), ("lead", 0)])
def test_the_levels_of_replies(direction, value):
    rate = DYAD | {"measure": "reply_levels", "levels": [1, 3, 4], "within": "60 d", "direction": direction}
    assert figure(REPLIES, rate, runs=2) == (pytest.approx(value), 5)


def test_the_levels_of_replies_by_the_causes_that_acts_name():
    acts = [
        (0, 1, "north.raid", 0, None),
        (0, 2, "north.warn", 0, None),
        (0, 3, "south.raid", 0, 0),  # same
        (0, 4, "south.deploy", 0, 0),  # down
        (0, 5, "south.deploy", 0, 1),  # up
        (0, 6, "north.raid", 0, 0),  # by the side that began: no reply
        (0, 7, "militia.rocket", 0, 0),  # by neither side
        (0, 90, "south.raid", 0, 5),  # too late
        (1, 9, "north.warn", 0, None),
        (1, 10, "south.warn", 0, 0),  # same, of its own run
    ]
    rate = DYAD | {"measure": "reply_levels", "levels": [1, 3, 4], "within": "60 d", "link": "cause"}
    for direction, value in (("up", 1 / 4), ("same", 2 / 4), ("down", 1 / 4), ("lead", 1 / 4)):
        assert figure(acts, rate | {"direction": direction}, runs=2) == (pytest.approx(value), 4)


def test_acts_find_the_acts_they_name_in_their_own_run():
    run, event = np.array([0, 0, 1, 1, 1]), np.array([0, 3, 0, 3, 4])
    acts = Acts(run, np.arange(5), np.zeros(5, int), event, np.array([-1, 0, -1, 9, 3]))
    cause, reply = answers(acts)
    assert (cause.day.tolist(), reply.day.tolist()) == ([0, 3], [1, 4])


def test_the_lag_of_replies_runs_from_the_strongest_act_since_the_last_reply():
    acts = [
        (0, 10, "north.raid"),
        (0, 20, "north.strike"),  # the strongest
        (0, 22, "north.raid"),
        (0, 25, "south.raid"),  # five days after it
        (0, 26, "north.raid"),  # itself a reply, after one day
        (0, 27, "south.raid"),  # one day
        (0, 28, "south.raid"),  # answers nothing new
        (0, 60, "north.raid"),  # later than 30 days
        (0, 70, "south.warn"),  # not on the rungs of a reply
        (0, 95, "south.raid"),  # later than 30 days
    ]
    rate = DYAD | {"measure": "reply_lag", "triggers": [4, 9], "replies": [4, 9], "within": "30 d"}
    assert figure(acts, rate | {"quantile": 0.5}) == (pytest.approx(0.5 + 0.5 / (2 / 3)), 3)  # two thirds on day 1
    assert figure(acts, rate | {"quantile": 0.9}) == (5, 3)
    assert figure(acts, rate | {"triggers": [6, 9]}) == (5, 1)


def test_of_the_replies_that_name_a_trigger_the_highest_is_the_main_one():
    acts = [
        (0, 10, "north.raid", 0, None),
        (0, 11, "south.warn", 0, 0),
        (0, 17, "south.strike", 0, 0),  # the main one: seven days
        (0, 19, "south.strike", 0, 0),
        (0, 95, "north.raid", 0, None),  # too late in the run
        (0, 96, "south.raid", 0, 4),
    ]
    rate = DYAD | {"measure": "reply_lag", "triggers": [4, 9], "replies": [1, 9], "within": "30 d", "link": "cause"}
    assert figure(acts, rate) == (7, 1)
    assert figure(acts, rate | {"replies": [1, 1]}) == (1, 1)


# What follows.

FORCE = {"actions": ["north.raid", "north.strike"]}
ROCKETS = {"actions": ["militia.rocket"], "lethal": False}


def test_how_often_force_follows():
    acts = [
        (0, 10, "militia.rocket", 1, None),
        (0, 17, "north.strike", 0, None),  # on the seventh day
        (0, 30, "militia.rocket", 2, None),
        (0, 30, "north.raid", 0, None),  # decided the same morning
        (0, 38, "north.raid", 0, None),  # a day late
        (0, 50, "militia.rocket", 0, None),  # harmless: no trigger
        (0, 94, "militia.rocket", 1, None),  # the run ends too soon
        (1, 3, "militia.rocket", 1, None),
        (2, 4, "north.strike", 0, None),  # another run's
    ]
    rate = {
        "measure": "followed_by",
        "trigger": {"targets": ["north"], "lethal": True},
        "reply": FORCE,
        "within": "7 d",
    }
    assert figure(acts, rate, runs=3) == (1 / 3, 3)


def test_triggers_near_to_what_they_must_stand_apart_from_are_left_out():
    acts = [
        (0, 10, "militia.rocket", 0, None),  # counts: nothing near, no force
        (0, 30, "militia.rocket", 1, None),
        (0, 37, "militia.rocket", 0, None),  # seven days after blood: left out
        (0, 38, "militia.rocket", 0, None),  # counts: eight days after it, force on day 40
        (0, 40, "north.raid", 0, None),
        (0, 41, "militia.rocket", 0, None),  # the day after force: left out
        (1, 20, "militia.rocket", 0, None),  # blood comes before the force: left out
        (1, 22, "militia.rocket", 1, None),
        (1, 23, "north.raid", 0, None),
        (2, 20, "militia.rocket", 0, None),  # counts: blood comes after the force
        (2, 21, "north.raid", 0, None),
        (2, 22, "militia.rocket", 1, None),
        (3, 20, "militia.rocket", 0, None),  # blood within the week and no force: left out
        (3, 27, "militia.rocket", 1, None),
        (4, 20, "militia.rocket", 0, None),  # counts: blood on the eighth day
        (4, 28, "militia.rocket", 1, None),
    ]
    rate = {"measure": "followed_by", "trigger": ROCKETS, "reply": FORCE, "within": "7 d"}
    apart = {"apart": "7 d", "apart_from": [{"targets": ["north"], "lethal": True}, FORCE]}
    assert figure(acts, rate | apart, runs=5) == (2 / 4, 4)
    assert figure(acts, rate, runs=5) == (4 / 8, 8)


def test_only_days_on_which_a_condition_held_the_evening_before_count():
    campaign = np.zeros((2, DAYS))
    campaign[0, 9:19] = 0.3  # evenings; the mornings after are days 10 to 19
    acts = [(0, 0, "militia.rocket"), *((0, day, "militia.rocket") for day in (9, 10, 19, 20)), (1, 50, "south.raid")]
    rate = {"measure": "rate", "acts": ROCKETS, "per": "7 d", "while": {"campaign": ">= 0.3"}, "expected": [0, 9]}
    # and day 0, before which the variable has its start, 0.5, in both runs
    assert figure(acts, rate, runs=2, campaign=campaign) == (pytest.approx(3 / 12 * 7), 3)
    rate = {"measure": "followed_by", "trigger": ROCKETS, "reply": FORCE, "within": "7 d"}
    assert figure(acts, rate | {"while": {"campaign": ">= 0.3"}}, runs=2, campaign=campaign) == (0, 3)


# Prices.


def prices(runs: int) -> np.ndarray[Any, Any]:
    """A price that rises by a thousandth each trading day in every run; day 0 is a Wednesday."""
    trading = np.cumsum([day % 7 not in (3, 4) for day in range(DAYS)])
    return np.tile(60 * np.exp(0.001 * trading), (runs, 1))


def test_a_jump_is_the_return_of_the_first_trading_day_beyond_what_other_runs_show():
    oil = prices(3)
    oil[0, 31:] *= 1.2  # an act of Saturday the 31st day is known on Monday, day 33
    oil[0, 31:33] = oil[0, 30]
    oil[1, 50:] *= 1.1  # a Thursday
    acts = [(0, 31, "north.raid"), (1, 50, "north.raid"), (2, 20, "north.warn")]
    rate = {"variable": "oil", "acts": FORCE, "measure": "jump", "expected": [0, 50]}
    table = base_rate_table(ensemble(acts, {"jump": rate}, runs=3, oil=oil))
    assert table.iloc[0][["value", "n"]].tolist() == [pytest.approx(10), 2]  # of 20 and 10 per cent the lower median
    excesses, run = excess(
        oil, np.arange(DAYS) % 7 + 2 - 7 * (np.arange(DAYS) % 7 > 4), *np.array([[0, 1], [31, 50]]), 5
    )
    assert run.tolist() == [0, 1]
    np.testing.assert_allclose(np.expm1(excesses), [[0.2] * 6, [0.1] * 6])
    assert jump(excesses, run, Units.single(3)).n == 2


def test_the_half_life_of_a_jump():
    trading = np.arange(40)
    oil = np.full((40, 40), 60.0)
    run, day = np.arange(1, 40), np.full(39, 12)
    oil[1:] *= np.exp(np.where(trading >= 12, 0.1 * 0.5 ** ((trading - 12) / 3.5), 0))
    excesses, runs = excess(oil, np.zeros(40, int), run, day, 10)
    found = half_life(excesses, runs, Units.single(40))
    assert found.value == pytest.approx(3.5, rel=0.01)
    assert found == (found.value, pytest.approx(found.value), pytest.approx(found.value), 39)  # all alike
    assert fit_half_life(0.5 ** (np.arange(11) / 20)) == pytest.approx(20, rel=0.01)


def test_acts_too_near_to_each_other_or_to_the_end_tell_nothing_of_a_price():
    run, day = np.array([0, 0, 0, 0, 1]), np.array([10, 15, 40, 95, 0])
    excesses, runs = excess(prices(3), np.zeros(DAYS, int), run, day, 10)
    assert runs.tolist() == [0]
    assert len(excesses) == 1


# Intervals and verdicts.


def test_cases_of_one_run_count_as_one_if_they_are_alike():
    run = np.repeat(np.arange(50), 8)
    found = share(np.isin(run, range(10)), run, Units.single(50))
    low, high = wilson(0.2 * 49, 49)  # 49: the variance between runs is that of a sample
    assert found == Estimate(0.2, pytest.approx(float(low)), pytest.approx(float(high)), 400)
    alone = share(np.tile([True, False, False, False, False, False, False, False], 50), run, Units.single(50))
    assert alone.high - alone.low < found.high - found.low


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    hits, units = np.zeros(5), Units.single(100)
    for _ in range(400):
        level = rng.beta(2, 3, 100)  # runs differ, and so cases of one run resemble each other
        run = np.repeat(np.arange(100), rng.integers(1, 9, 100))
        hit = rng.random(len(run)) < level[run]
        wait = rng.normal(size=100)[run] + rng.normal(size=len(run))  # the median is 0
        days = np.floor(50.5 + 8 * wait).astype(int)  # the median is 50 …
        seen = rng.integers(30, 120, len(run))  # … of which some are not seen to the end
        ends = [share(hit, run, units), ratio(np.bincount(run, hit, 100), np.bincount(run, minlength=100) * 1.0, 1)]
        ends += [quantile(wait, run, units), lasting(np.minimum(days, seen), days <= seen, run)]
        ends += [quantile_of_whole(np.maximum(days, 0), run, units)]
        hits += [low <= truth <= high for (_, low, high, _), truth in zip(ends, (0.4, 0.4, 0, 50, 50), strict=True)]
    assert (hits / 400 > 0.9).all(), hits / 400
    assert (hits[[0, 1, 2, 4]] / 400 < 0.985).all(), hits / 400


def test_nothing_seen_still_leaves_room():
    nothing = ratio(np.zeros(30), np.full(30, 100.0), 0)
    assert (nothing.value, nothing.low) == (0, 0)
    assert nothing.high == pytest.approx(3.689 / 3000, rel=0.001)
    never = share(np.zeros(30, bool), np.arange(30), Units.single(30))
    assert never.high == pytest.approx(float(wilson(0, 30)[1]))


def test_the_jackknife_gives_a_mean_its_standard_error():
    values = np.random.default_rng(1).normal(size=200)
    value, error = jackknife(lambda some: float(values[some].mean()), np.arange(200))
    groups = values.reshape(10, 20).mean(axis=0)
    assert value == pytest.approx(values.mean())
    assert error == pytest.approx(groups.std(ddof=1) / np.sqrt(20))


@pytest.mark.parametrize(
    ("value", "low", "high", "n", "said"),
    [
        (0.5, 0.42, 0.55, 100, "inside"),
        (0.5, 0.4, 0.56, 100, "inside"),
        (0.5, 0.39, 0.55, 100, "open"),
        (0.57, 0.5, 0.7, 100, "open"),
        (0.6, 0.57, 0.7, 100, "outside"),
        (0.2, 0.1, 0.39, 100, "outside"),
        (0.5, 0.42, 0.55, 19, "open"),
        (np.inf, 0.5, np.inf, 100, "open"),
        (np.nan, np.nan, np.nan, 0, "open"),
    ],
)
def test_verdicts(value, low, high, n, said):
    assert verdict(Estimate(value, low, high, n), (0.4, 0.56)) == said


@pytest.mark.fault("A10", "a median of 5 (5 to 6) days beside 6 to 15 stays open at 186,084 cases")
def test_a_quantile_of_whole_days_decides_once_there_are_cases_enough(record_property):
    rng = np.random.default_rng(2)
    run = np.repeat(np.arange(2000), 20)
    days = rng.choice([2, 5, 6, 9], p=[0.43, 0.0715, 0.07, 0.4285], size=len(run))  # 0.5015 are no greater than 5
    units = Units.single(2000)
    whole, parts = quantile(days, run, units), quantile_of_whole(days, run, units)
    assert (whole.low, whole.high) == (5, 6), "which no number of cases can part, if the share is about one half"
    assert verdict(whole, (6, 15)) == "open"
    assert parts.value == pytest.approx(4.5 + 0.07 / 0.0715, abs=0.1)
    assert parts.high < 6
    assert verdict(parts, (6, 15)) == "outside"
    record_property("now", f"{parts.value:.2f} ({parts.low:.2f} to {parts.high:.2f}) is {verdict(parts, (6, 15))}")


def test_a_quantile_of_whole_numbers_stays_among_them_and_takes_the_middle_of_a_gap():
    alone = np.zeros(4, int)
    assert quantile_of_whole(np.full(9, 3), np.arange(9), Units.single(9), 0.9)[:3] == (3, 3, 3)
    assert quantile_of_whole(np.array([1, 1, 4, 4]), alone, Units.single(1)).value == 2.5
    assert quantile_of_whole(np.array([1, 2, 2, 3]), alone, Units.single(1)).value == 2
    assert quantile_of_whole(np.array([], int), alone[:0], Units.single(1)).n == 0


SHARE = {"measure": "share_reaching", "rung": 9}
LEAD = DYAD | {"measure": "reply_levels", "levels": [1, 3], "within": 9, "direction": "lead"}
LAG = DYAD | {"measure": "reply_lag", "triggers": [4, 9], "replies": [4, 9], "within": 9}


@pytest.mark.fault("A10", "rows that cannot fail count as inside")
@pytest.mark.parametrize(
    ("rate", "expected", "runs", "able"),
    [
        (SHARE, [0, 1], 4000, False),
        (SHARE, [0.001, 0.999], 1000, False),  # none of 1,000 runs still leaves room for 0.0038
        (SHARE, [0.001, 0.999], 4000, True),  # none of 4,000 does not
        (SHARE, [0, 0.35], 1000, True),
        (SHARE, [0.2, 1], 1000, True),
        (LEAD, [0, 1], 1000, True),  # all of them on another level make -1
        (LEAD, [-1, 1], 1000, False),
        (LAG, [1, 9], 1000, False),
        (LAG, [1, 5], 1000, True),
    ],
)
def test_a_row_that_no_runs_could_leave_cannot_fail(rate, expected, runs, able, record_property):
    its = its_theatre({"row": rate | {"expected": expected}})
    row = scenario(its, DAYS).theatre.base_rates["row"]
    assert can_fail(row, runs) is able
    record_property("now", f"{rate['measure']}, {expected} at {runs:,}: {'can' if able else 'cannot'} fail")


def test_rows_that_cannot_fail_say_so_and_are_left_out_of_the_count():
    rates = {"any": SHARE | {"expected": [0, 1]}, "few": SHARE | {"expected": [0, 0.35]}}
    made = ensemble([(0, 5, "north.war")], rates, runs=40)
    table = base_rate_table(made)
    assert table["verdict"].tolist() == ["cannot fail", "inside"]
    assert verdict_counts(table) == "Of 1 row, 1 inside, 0 outside, 0 open; 1 more cannot fail"
    assert [row["verdict"] for row in summary(made)["base_rates"]] == ["cannot fail", "inside"]


def test_what_never_was_is_null_in_json():
    rates = {"lag": DYAD | {"measure": "reply_lag", "triggers": [4, 9], "replies": [4, 9], "within": 9}}
    quiet = ensemble([], {name: {"expected": [1, 5], **rate} for name, rate in rates.items()}, runs=3)
    (record,) = as_records(base_rate_table(quiet))
    assert (record["value"], record["n"], record["verdict"], record["expected"]) == (None, 0, "open", [1, 5])
    assert summary(quiet)["base_rates"] == [record]
    assert "base_rates" not in summary(ensemble([], {}, runs=3))


def test_the_evening_before_the_first_day_is_each_run_s_own_where_runs_draw_their_numbers():
    rate = {"measure": "rate", "acts": {"rungs": [0, 9]}, "per": 1, "while": {"campaign": ">= 0.5"}, "expected": [0, 1]}
    written = its_theatre({"busy": rate})
    written["variables"]["campaign"]["start"] = {"value": 0.5, "plausible": [0.0, 1.0], "source": "judgement: a test"}
    its = scenario(written, 3)
    seen = EnsembleArrays(run_many(its, 40, uncertain=True, seed=2, progress=None))
    path = "variables.campaign.start"
    starts = [next(each.value for each in drawn_by(its, 2, run) if each.path == path) for run in range(40)]
    assert seen.start("campaign").tolist() == starts
    while_ = its.theatre.base_rates["busy"].while_
    opened = seen.days_while(while_)[:, 0]
    assert opened.tolist() == [start >= 0.5 for start in starts]
    assert 0 < opened.sum() < 40
    certain = EnsembleArrays(run_many(its, 4, seed=2, progress=None))
    assert certain.start("campaign") == 0.5
    assert certain.days_while(while_)[:, 0].all()


# The section of a theatre.


def test_a_kind_of_base_rate_is_a_file_of_its_folder_and_says_what_it_reads(tmp_path):
    assert sorted(KINDS) == [
        "duration", "followed_by", "half_life", "jump", "rate", "reciprocation", "reply_lag", "reply_levels",
        "share_reaching",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="there is a base rate 'rate' already, ActRate"):
        register(KINDS["rate"])
    rates = load(small(tmp_path, theatre=THEATRE + EVERY_MEASURE)).theatre.base_rates
    reads = {name: set(rate.reads) for name, rate in rates.items() if rate.reads}
    assert reads == {"force": {"at_war"}, "mines": {"pain"}, "jump": {"oil_price"}, "fade": {"oil_price"}}


def test_base_rates_change_neither_a_run_nor_its_hash():
    rates = {"wars": {"measure": "share_reaching", "rung": 9, "expected": [0, 0.35]}}
    with_, without = scenario(its_theatre(rates)), scenario(its_theatre({}))
    assert with_.sha256 == without.sha256
    assert program_of(with_) is program_of(without)
    assert [path for path, _ in with_.numbers()] == [path for path, _ in without.numbers()]
    assert with_ != without


def section(entry: str) -> str:
    return f"{THEATRE}\nbase_rates:\n  odd: {{label: Odd, expected: [0, 1], source: Q01, {entry}}}\n"


LINE = len(THEATRE.splitlines()) + 3


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("measure: sharing", "unknown measure 'sharing'"),
        ("rung: 9", "missing 'measure'"),
        ("measure: share_reaching, rung: 9, outcome: war", "give either 'rung' or 'outcome'"),
        ("measure: share_reaching, outcome: wars", "unknown outcome 'wars' in base_rates.odd.outcome"),
        ("measure: share_reaching, rung: 12", "expected at most 9"),
        ("measure: reciprocation, dyads: [shore], rungs: [3, 9], quiet: 30 d", "unknown dyad 'shore'"),
        ("measure: reciprocation, dyads: [shores], rungs: [9, 3], quiet: 30 d", "has its low end above its high end"),
        ("measure: reciprocation, dyads: [shores], rungs: [3, 9], quiet: 2.5 d", "expected a whole number of days"),
        ("measure: reciprocation, dyads: [shores], rungs: [3, 9], quiet: 30 %", "wrong unit '%'"),
        ("measure: rate, acts: {actions: [north.strick]}, per: 7 d", "unknown action 'north.strick'"),
        ("measure: rate, acts: {}, per: 7 d", "this would match every act"),
        ("measure: rate, acts: {lethal: true}, per: 7 d, while: {pains: '>= 1'}", "unknown variable 'pains'"),
        ("measure: rate, acts: {lethal: true}, per: 7 d, while: {pain: 0.3}", "a comparison is written '>= x'"),
        ("measure: jump, variable: pain, acts: {lethal: true}", "'pain' is not a price"),
        ("measure: rate, acts: {lethal: true}, per: 7 d, apart: 7 d", "unknown key 'apart'"),
        (
            "measure: followed_by, trigger: {lethal: true}, reply: {rungs: [7, 8]}, within: 7, apart: 7 d",
            "belong together",
        ),
    ],
)
def test_faults_in_base_rates_are_found_at_their_line(tmp_path, entry, said):
    lines = faults_of(tmp_path, theatre=section(entry))
    assert any(said in line and f"strait.yaml:{LINE}:" in line for line in lines), lines


def test_a_range_that_falls_is_refused(tmp_path):
    entry = changed(section("measure: share_reaching, rung: 9"), "expected: [0, 1]", "expected: [1, 0]")
    assert "[1.0, 0.0] has its low end above its high end" in faults_of(tmp_path, theatre=entry)[0]


def test_a_scenario_comes_back_from_its_json_with_base_rates(tmp_path):
    entry = "measure: rate, acts: {actors: [south], rungs: [3, 9]}, per: 7 d, while: {talks: false, oil_price: '<= 80'}"
    loaded = load(small(tmp_path, theatre=section(entry)))
    again = Scenario.model_validate(loaded.model_dump(mode="json", by_alias=True))
    assert again.theatre.base_rates == loaded.theatre.base_rates
    assert again.theatre.base_rates["odd"].while_["talks"].op == "<="


EVERY_MEASURE = """
base_rates:
  wars: {label: Wars, measure: share_reaching, rung: 9, expected: [0, 0.35], source: Q18, note: A bound.}
  disputes: {label: Both act, measure: reciprocation, dyads: [shores], rungs: [3, 9], quiet: 30 d,
    expected: [0.4, 0.56], source: Q01}
  same: {label: Same level, measure: reply_levels, dyads: [shores], levels: [1, 3, 4], within: 60, direction: same,
    link: cause, expected: [0.5, 0.8], source: Q02}
  lag: {label: Lag, measure: reply_lag, dyads: [shores], triggers: [4, 9], replies: [4, 9], within: 60 d, quantile: 0.9,
    expected: [1, 5], source: Q03}
  force: {label: Force, measure: followed_by, trigger: {targets: [north], lethal: false}, reply: {actors: [north]},
    within: 7 d, apart: 7 d, apart_from: [{rungs: [6, 9]}], while: {at_war: false}, expected: [0, 0.1], source: Q07}
  mines: {label: Mines, measure: rate, acts: {actions: [south.mine_strait]}, per: 7 d, while: {pain: ">= 0.3"},
    expected: [0, 1], source: B4}
  jump: {label: Jump, measure: jump, variable: oil_price, acts: {lethal: true}, expected: [8, 15], source: B2}
  fade: {label: Fade, measure: half_life, variable: oil_price, acts: {lethal: true}, over: 5 d, expected: [1, 5],
    source: B2}
  length: {label: Length, measure: duration, dyads: [shores], rungs: [3, 9], quiet: 30 d, expected: [27, 209],
    source: ICB}
"""


def test_editors_and_the_loader_know_every_measure(tmp_path):
    loaded = load(small(tmp_path, theatre=THEATRE + EVERY_MEASURE))
    made = run_many(loaded, 40)
    assert made.base_rates["id"].tolist() == list(loaded.theatre.base_rates)
    assert set(made.base_rates["verdict"]) <= {"inside", "outside", "open", "cannot fail"}
    result = against("theatre", tmp_path / "strait.yaml")
    assert result.exit_code == 0, result.output
    records = [part["properties"] for part in schema("theatre")["$defs"].values() if "properties" in part]
    measures = {record["measure"]["const"] for record in records if "measure" in record}
    assert measures == {rate.measure for rate in loaded.theatre.base_rates.values()}
    small(tmp_path, theatre=THEATRE + changed(EVERY_MEASURE, 'pain: ">= 0.3"', "pain: 0.3"))
    assert against("theatre", tmp_path / "strait.yaml").exit_code == 1
