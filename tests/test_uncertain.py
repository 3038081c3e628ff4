"""Runs that draw the uncertain numbers are ordinary runs with those numbers, and tell their two errors apart."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.two_errors import by_set, tally, two_errors
from sim.cli.app import app
from sim.engine.draw import RUNS_PER_SET, drawn
from sim.execution import run as running
from sim.execution.draws import drawn_by, drawn_numbers
from sim.execution.lookup import QueryError
from sim.execution.plan import PlanError
from sim.execution.run import run_columns
from sim.execution.summarise import summarise
from sim.experiments.pairs.compare import divergence_between
from sim.results.errors import StoreError
from sim.results.storage.write_runs import save_ensemble
from sim.theatre.parameters.change import with_numbers
from sim.theatre.parameters.uncertain import UncertainNumber, uncertain_numbers
from tests.small_scenarios import action, actor, scenario, theatre

from .oracle.dice import Dice
from .survivor import BLOCK
from .test_survival import Enough, same

RUNS, SEED = 46, 3


@pytest.fixture(scope="module")
def lesson():
    return sim.load("first_lesson")


@pytest.fixture(scope="module")
def ensemble(lesson):
    return sim.run(lesson, RUNS, SEED, uncertain=True)


@pytest.fixture(scope="module")
def result(ensemble, tmp_path_factory):
    return save_ensemble(ensemble, tmp_path_factory.mktemp("uncertain") / "result")


def assert_same_run(one, its_run, other, others_run):
    values, theirs = (e.trajectories.sel(run=n).drop_vars("run") for e, n in ((one, its_run), (other, others_run)))
    assert values.drop_attrs().identical(theirs.drop_attrs())
    tables = [
        e.events[e.events["run"] == n].drop(columns="run").reset_index(drop=True)
        for e, n in ((one, its_run), (other, others_run))
    ]
    pd.testing.assert_frame_equal(*tables)


def test_a_run_is_the_ordinary_run_of_its_numbers(lesson, ensemble):
    for run in (0, 17, 45):
        numbers = {each.path: each.value for each in drawn_by(lesson, SEED, run)}
        assert len(numbers) == len(uncertain_numbers(lesson)) > 50
        plain = run_columns(with_numbers(lesson, numbers), SEED, np.array([run]))
        for name, rows in plain.values.items():
            assert (rows[0] == ensemble.trajectories[name].sel(run=run).to_numpy()).all()
    assert not (ensemble.trajectories["tension"] == sim.run(lesson, RUNS, SEED).trajectories["tension"]).all()


def test_runs_share_their_numbers_by_fours_and_a_draw_depends_on_nothing_else(lesson):
    numbers = uncertain_numbers(lesson)
    many = drawn(numbers, SEED, np.arange(40))
    for doubt in numbers:
        values = many[doubt.path].reshape(-1, RUNS_PER_SET)
        assert (values == values[:, :1]).all()
        assert len(set(values[:, 0])) == 10
        assert ((doubt.least <= values) & (values <= doubt.most)).all()
        assert doubt.at(doubt.share(values)) == pytest.approx(values, rel=1e-9)
    few = drawn(numbers[::7], SEED, np.array([39, 5]))
    for path, values in few.items():
        assert values.tolist() == [many[path][39], many[path][5]]
    assert drawn(numbers[:1], SEED + 1, np.arange(1)) != drawn(numbers[:1], SEED, np.arange(1))


def test_the_dice_of_numbers_are_those_of_the_odd(lesson):
    doubt = uncertain_numbers(lesson)[5]
    digest = hashlib.sha256(doubt.path.encode()).digest()
    word, _ = Dice(SEED, 9).words(int.from_bytes(digest[4:6], "big"), 4, doubt.path)
    share = ((word >> 12) + 0.5) * 2.0**-52
    assert drawn([doubt], SEED, np.array([37]))[doubt.path].tolist() == [doubt.at(share)]


@pytest.mark.parametrize(
    "doubt", [UncertainNumber("a", 1, -2, 3), UncertainNumber("b", 1, 0.001, 3), UncertainNumber("c", 1, 0.5, 3)]
)
def test_draws_are_even_or_even_in_magnitude(doubt):
    values = drawn([doubt], 11, 4 * np.arange(4000))[doubt.path]
    if doubt.path == "b":
        assert doubt.logarithmic
        values, low, high = np.log(values), np.log(doubt.low), np.log(doubt.high)
    else:
        low, high = doubt.low, doubt.high
    found, _ = np.histogram(values, np.linspace(low, high, 11))
    assert found.sum() == 4000
    assert ((found - 400) ** 2 / 400).sum() < 27.9  # chi-squared with 9 degrees of freedom, 1 in 1,000
    assert doubt.share(doubt.at(0.3)) == pytest.approx(0.3)


DRAWING = """\
schema_version: 1
extends: first_lesson
overrides:
  actors.north.replies.rate: 0.3
  actors.south.replies.rate: {value: 0.3, plausible: [0.29, 0.31]}
"""


def test_what_the_scenario_asks_about_is_not_uncertain(tmp_path, lesson):
    (tmp_path / "asks.yaml").write_text(DRAWING, encoding="utf-8")
    asks = sim.load(tmp_path / "asks.yaml")
    before, after = ({each.path: each for each in uncertain_numbers(s)} for s in (lesson, asks))
    assert before.keys() - after.keys() == {"actors.north.replies.rate"} == set(asks.chosen)
    assert after["actors.south.replies.rate"][1:] == (0.3, 0.29, 0.31, "log", 0, 100)
    changed = with_numbers(lesson, {"actors.south.replies.rate": 0.2})
    assert before.keys() - {each.path for each in uncertain_numbers(changed)} == {"actors.south.replies.rate"}


def test_a_lever_is_not_uncertain():
    ranged = {"value": 0.2, "plausible": [0.1, 0.4]}
    made = one_act(ranged | {"lever": True}, {"value": 0.1, "plausible": [0.1, 0.4]})
    assert [each.path for each in uncertain_numbers(made)] == ["actions.a.salute.rate"]


def test_levers_are_drawn_where_that_is_asked_for_and_the_result_says_so(tmp_path):
    made = one_act({"value": 0.2, "plausible": [0.1, 0.4], "lever": True}, {"value": 0.1, "plausible": [0.1, 0.4]})
    both = sim.run(made, 8, SEED, uncertain="with_levers", save=tmp_path / "both")
    assert {each.path for each in drawn_by(both.scenario, SEED, 0)} == {"actions.a.act.rate", "actions.a.salute.rate"}
    one = sim.run(made, 8, SEED, uncertain=True)
    assert {each.path for each in drawn_by(one.scenario, SEED, 0)} == {"actions.a.salute.rate"}
    assert both.scenario.sha256 != one.scenario.sha256 == made.sha256
    assert sim.open(tmp_path / "both").scenario.levers_drawn
    again = sim.run(made, 8, SEED, uncertain=True, save=tmp_path / "both", resume=True)  # levers as it was begun
    assert again.outcomes.equals(both.outcomes)
    assert sim.compare(both, made, 8).second.scenario.levers_drawn  # and so beside it
    assert not sim.compare(one, made).second.scenario.levers_drawn
    with pytest.raises(QueryError, match=r"only one of .* has drawn its levers too"):
        sim.compare(both, one)
    with pytest.raises(PlanError, match="'with_levers', found 'levers'"):
        sim.run(made, 8, uncertain="levers")


def test_what_shapes_the_rules_is_not_drawn():
    answers = {
        "a.act": action(4, "b", {"value": 0.2, "plausible": [0.1, 0.4]}, reply={"value": 0, "plausible": [0, 1]})
    }
    made = scenario(theatre({"a": actor(), "b": actor()}, answers | {"b.act": action(4, "a", 0.1, reply=1)}), 20)
    assert {each.path for each in uncertain_numbers(made)} == {"actions.a.act.rate", "actions.a.act.reply"}
    assert [each.path for each in drawn_numbers(made)] == ["actions.a.act.rate"]
    found = sim.run(made, 8, SEED, uncertain=True)
    assert_same_run(sim.replay(found, run=6).ensemble, 6, found, 6)


def one_act(rate, other=0.0, days=1, **rest):
    """Somebody may act each day, at a rate; the outcome is that he has acted."""
    acts = {"a.act": action(1, "b", rate), "a.salute": action(0, "b", other)}
    acted = {"days_since(a.act)": "<= 9"}
    return scenario(theatre({"a": actor(replies={"rate": 0}), "b": actor()}, acts, {}, {"acted": acted}), days, **rest)


@pytest.mark.parametrize(("low", "high"), [(0.0, 4.0), (0.4, 0.6), (0.02, 1.8)])
def test_the_numbers_share_of_the_variance_is_that_of_the_closed_form(low, high):
    made = one_act({"value": 0.5, "plausible": [low, high]})
    shares = np.linspace(0, 1, 100_001)
    doubt = uncertain_numbers(made)[0]
    rate = doubt.at(shares[1:-1])
    chance = rate / (1 + rate)
    found = sim.run(made, 6000, 6, uncertain=True, progress=None).errors().iloc[0]
    assert found["low"] <= chance.mean() <= found["high"]
    true = chance.var() / (chance.mean() * (1 - chance.mean()))
    assert found["numbers_low"] <= true <= found["numbers_high"]
    assert found["numbers_high"] - found["numbers_low"] < 0.1
    if true > 0.1:
        low, high = np.quantile(chance, [0.025, 0.975])  # no beta distribution, so that its middle is not quite met
        assert abs(found["spread_low"] - low) < 0.15
        assert abs(found["spread_high"] - high) < 0.15
        assert found["effective_n"] < 6000 / 1.2


def tallied(held, sound, sets):
    return tally(by_set(held, sound, sets)[1], RUNS_PER_SET)


def test_errors_are_unbiased_and_their_intervals_cover_though_runs_are_missing():
    dice, (a, b), sets = np.random.default_rng(1), (0.8, 2.4), 150
    truth, mean, found = 1 / (a + b + 1), a / (a + b), []
    for _ in range(120):
        held = dice.random((sets, RUNS_PER_SET)) < dice.beta(a, b, sets)[:, None]
        sound = dice.random(held.size) < 0.9
        counts = tallied(held.reshape(-1, 1), sound, np.arange(held.size) // RUNS_PER_SET)
        assert counts.sum() == sets
        found.append(two_errors(counts))
    numbers = np.array([each.numbers[0] for each in found])
    assert abs(numbers.mean() - truth) < 4 * numbers.std() / np.sqrt(len(found)) + 0.003
    assert np.mean([each.numbers_low[0] <= truth <= each.numbers_high[0] for each in found]) > 0.89
    assert np.mean([each.low[0] <= mean <= each.high[0] for each in found]) > 0.89


def test_the_spread_of_shares_is_found_though_each_set_has_four_runs():
    dice = np.random.default_rng(1)
    for a, b in ((2, 5), (0.2, 0.3)):
        shares = dice.beta(a, b, 4000)
        held = dice.random((4000, RUNS_PER_SET)) < shares[:, None]
        sets = np.repeat(np.arange(4000), RUNS_PER_SET)
        found = two_errors(tallied(held.reshape(-1, 1), np.ones(held.size, bool), sets))
        ends = np.array([found.spread_low[0], found.spread_high[0]])
        assert np.abs(ends - np.quantile(shares, [0.025, 0.975])).max() < 0.02


def test_without_runs_to_compare_nothing_is_claimed():
    single = tallied(np.ones((3, 1), bool), np.ones(3, bool), np.arange(3))
    found = two_errors(single)
    assert np.isnan(found.numbers[0])
    assert np.isnan(found.spread_low[0])
    assert found.effective_n[0] == 3


def test_of_what_never_varies_nothing_is_claimed_but_its_share():
    found = two_errors(tallied(np.zeros((40, 1), bool), np.ones(40, bool), np.arange(40) // 4))
    assert found.share[0] == found.low[0] == 0
    assert 0.05 < found.high[0] < 0.1
    assert np.isnan([found.numbers[0], found.spread_low[0], found.spread_high[0]]).all()


def test_kept_in_pieces_anywhere_it_is_the_same_result(lesson, ensemble, tmp_path, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(running, "RUNS_PER_BLOCK", BLOCK)
    with ThreadPoolExecutor(3) as pool:
        whole = sim.run(lesson, RUNS, SEED, uncertain=True, save=tmp_path / "whole", executor=pool)

    def enough(tally):
        raise Enough

    with pytest.raises(Enough):
        sim.run(lesson, RUNS, SEED, uncertain=True, save=tmp_path / "parts", progress=enough)
    plain = sim.run(lesson, RUNS, SEED, save=tmp_path / "other")
    assert not plain.info.get("uncertain")
    with pytest.raises(StoreError, match="numbers drawn instead of as written"):
        sim.run(lesson, RUNS, SEED, uncertain=True, save=tmp_path / "other", resume=True)
    sim.run(lesson, save=tmp_path / "parts", resume=True)
    same(tmp_path / "parts", tmp_path / "whole")
    assert sim.open(tmp_path / "parts").info["uncertain"]
    for run in (0, 45):
        assert_same_run(whole, run, ensemble, run)
    pd.testing.assert_frame_equal(whole.errors(), ensemble.errors())


def test_counts_tell_the_same_errors_as_runs(lesson, ensemble, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "RUNS_PER_BLOCK", BLOCK)
    counted = summarise(lesson, tmp_path / "counts", RUNS, SEED, uncertain=True)
    pd.testing.assert_frame_equal(counted.errors(), ensemble.errors())
    pd.testing.assert_frame_equal(sim.open(tmp_path / "counts").shares(), ensemble.shares())
    assert counted.kept.info["uncertain"]
    assert_same_run(counted.kept, 5, ensemble, 5)


def test_a_run_is_told_explained_and_branched_with_its_own_numbers(lesson, ensemble, result):
    run = int(ensemble.events.groupby("run").size().idxmax())
    told = sim.replay(result, run=run)
    assert_same_run(told.ensemble, run, ensemble, run)
    numbers = told.as_dict()["drawn"]
    assert {each["path"]: each["value"] for each in numbers} == {
        each.path: each.value for each in drawn_by(lesson, SEED, run)
    }
    assert numbers[0]["path"] in " ".join(told.text().split())
    assert lesson.short_hash in told.text()
    chosen = next(act for act in told.acts if not act.imposed)
    explained = told.explain(chosen.day, chosen.actor)
    base = next(option.base for option in explained.options if option.action == chosen.action)
    assert (
        base == with_numbers(lesson, {n["path"]: n["value"] for n in numbers}).theatre.actions[chosen.action].rate.value
    )
    assert told.why(chosen.event).as_dict()["scenario_sha256"] == lesson.sha256
    going_on = sim.branch(result, run=run, day=60, same_dice=True)
    assert_same_run(going_on, 0, ensemble, run)
    sim.choices(result, run=run, day=60, actor="north", runs=2, days=3)


def test_a_number_set_in_a_branch_holds_though_it_was_drawn(ensemble, lesson):
    path = "actors.north.replies.rate"
    written = dict(lesson.numbers())[path].value
    found = sim.branch(ensemble, run=9, day=30, runs=1, overrides={path: written})
    assert dict(found.scenario.numbers())[path].value == written
    other = "actors.south.replies.rate"
    assert dict(found.scenario.numbers())[other].value == {d.path: d.value for d in drawn_by(lesson, SEED, 9)}[other]


def test_what_is_compared_has_the_same_numbers(ensemble, lesson):
    quiet = lesson.model_copy(update={"name": "quiet", "forbid": {"north.strike": "always"}})
    found = sim.compare(ensemble, quiet, 12)
    assert found.second.info["uncertain"]
    alone = sim.run(lesson, 12, SEED)
    with pytest.raises(QueryError, match="have drawn their numbers"):
        sim.compare(ensemble, alone)
    assert sim.compare(ensemble, lesson, 12).parted.isna().all()
    assert divergence_between(ensemble, lesson, 9) is None


@pytest.mark.parametrize(
    ("made", "asked", "said"),
    [
        (one_act(0.2), {}, "no number of small is uncertain"),
        (one_act({"value": 1, "plausible": [0, 2]}), {"until": sim.Precision(0.1)}, "share them in sets"),
    ],
)
def test_what_cannot_be_drawn_is_refused(made, asked, said):
    with pytest.raises(PlanError, match=said):
        sim.run(made, 20, uncertain=True, **asked)


def test_ranges_that_do_not_go_together_are_refused():
    level = {"kind": "level", "unit": "Mb/d", "start": 1, "range": [0, 3]}
    scale = [{"value": 0, "plausible": [0, 2]}, {"value": 2.5, "plausible": [1, 3]}]
    acts = {"a.act": action(1, "b", 0.1)}
    made = scenario(theatre({"a": actor(), "b": actor()}, acts, {"oil": level | {"scale": scale}}, {}))
    with pytest.raises(PlanError, match=r"allow values that contradict each other.*scale"):
        sim.run(made, 20, uncertain=True)


def test_runs_as_written_have_no_parameter_error_to_tell(lesson):
    with pytest.raises(ValueError, match="run it with uncertain=True"):
        sim.run(lesson, 4).errors()


def test_the_command_tells_both_errors(tmp_path):
    asked = ["run", "first_lesson", "--no-figures", "--out", str(tmp_path / "made")]
    said = CliRunner().invoke(app, [*asked, "--runs", "64", "--uncertain"])
    for words in ("sampling", "parameter", "by the", "as", "sets of four"):
        assert words in said.stdout
    again = CliRunner().invoke(app, [*asked, "--resume", "--json"])
    told = json.loads(again.stdout)
    assert [row["outcome"] for row in told["errors"]] == sorted(told["outcomes"])
    assert "NaN" not in again.stdout
    assert {row["n"] for row in told["as_written"]} == {64}
