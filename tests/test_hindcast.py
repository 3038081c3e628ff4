"""Hindcasts: questions answered by runs and by a record, rivals from the past alone, and what is told of all."""

import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sim
from sim import plots
from sim.analysis.scores import crps
from sim.engine.model import LockstepModel
from sim.execution.lookup import QueryError
from sim.experiments.record.following import Followed
from sim.experiments.record.hindcast import whole_days
from sim.experiments.record.questions import WEEK, Forecast, asked, by_day, chance
from sim.experiments.record.residuals import residuals
from sim.experiments.record.rival_forecasts import rival_forecasts
from sim.theatre.compiled.compile import program_of
from sim.theatre.files.load import load_history
from sim.theatre.language.record import HistoryFile
from tests.commands import sim as command

START = date(2030, 1, 1)
RECORD = """\
schema_version: 1
from: 2030-01-01
until: 2030-06-29
covers:
  - {actors: [north], rungs: [1, 9], chance: 0.8}
  - {actions: [south.strike], chance: 0.8}
  - {actions: [south.threaten], from: 2030-03-01, chance: 0.6}
events:
  early: {on: 2030-01-12, do: north.threaten}
  unseen: {on: 2030-02-01, do: south.threaten}
  blow: {on: 2030-03-03, do: north.strike}
  answer: {on: 2030-03-05, do: south.strike}
  words: {on: 2030-03-20, do: {any_of: [north.threaten, south.threaten]}}
  more_words: {on: {from: 2030-05-01, until: 2030-05-03}, do: north.threaten}
  either: {on: 2030-05-20, do: {any_of: [north.threaten, north.mobilise]}}
series:
  fear: fear.csv
"""
FEAR = "date,value\n" + "".join(f"{START + timedelta(days=day)},{0.2 + 0.001 * day:.3f}\n" for day in range(0, 180, 2))


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A record of the first lesson, as a file."""
    folder = tmp_path_factory.mktemp("record")
    (folder / "fear.csv").write_text(FEAR, encoding="utf-8")
    path = folder / "lesson.yaml"
    path.write_text(RECORD, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(record):
    return sim.hindcast("first_lesson", "10d", 20, particles=96, record=record)


def the_questions(name="first_lesson"):
    scenario = sim.load(name)
    actions = program_of(scenario).actions
    return {each.name: each for each in asked(scenario.theatre, actions)}, actions


# --- Runs and record ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def window():
    """Runs at the end of 40 days, the chances of acts to be recorded, and the events one by one."""
    scenario = sim.load("first_lesson")
    model = LockstepModel(scenario, 900, seed=5)
    for _ in range(40):
        model.step()
    seen = np.random.default_rng(0).uniform(0.2, 1.0, (40, len(model.program.actions)))
    seen[:, model.program.actions.index("north.reassure")] = 0.0
    block = model.block().events
    acts = pd.DataFrame({name: block[name] for name in ("run", "day", "action")})
    acts = acts[acts["action"] < len(model.program.actions)]
    return model, seen, acts.assign(name=[model.program.actions[at] for at in acts["action"]])


def test_a_forecast_is_of_what_would_be_recorded(window):
    model, seen, acts = window
    question = the_questions()[0]["strike"]
    strikes = acts[(acts["day"] >= 15) & acts["name"].str.endswith(".strike")]
    assert len(strikes) > 0
    missed = np.ones(900)
    for row in strikes.itertuples():
        missed[row.run] *= 1 - seen[row.day, row.action]
    assert question.foretold(model, 15, seen).mean == pytest.approx(1 - missed.mean())


def test_counts_are_thinned_act_by_act_and_told_a_week(window):
    model, seen, acts = window
    question = the_questions()[0]["words_a_week"]
    threats = acts[(acts["day"] >= 15) & acts["name"].str.endswith(".threaten")]
    found = question.foretold(model, 15, seen)
    expected = sum(seen[row.day, row.action] for row in threats.itertuples()) / 900
    assert found.mean == pytest.approx(expected * WEEK / 25)
    none = np.ones(900)
    for row in threats.itertuples():
        none[row.run] *= 1 - seen[row.day, row.action]
    assert found.chances[0] == pytest.approx(none.mean())
    assert found.chances.sum() == pytest.approx(1.0)
    assert np.diff(found.values) == pytest.approx(WEEK / 25)


def test_moves_are_of_each_run_and_shares_differ_by_points(window):
    model, seen, _ = window
    question = the_questions()[0]["fear"]
    before = np.full(900, 0.1)
    found = question.foretold(model, 15, seen, before)
    assert found.values == pytest.approx(model.value("fear") - 0.1)
    prices = the_questions("baseline")[0]["oil"]
    assert prices.move(np.array([50.0]), np.array([60.0])).tolist() == pytest.approx([20.0])


def test_a_record_answers_with_what_is_sure_and_covered(record):
    compiled = Followed(sim.load("first_lesson"), record).compiled
    questions, _ = the_questions()
    words = questions["words_a_week"].recorded(compiled)
    dates = [START + timedelta(days=int(day)) for day in np.flatnonzero(words)]
    assert dates == [date(2030, 1, 12), date(2030, 3, 20), date(2030, 5, 2)], (
        "neither what the record does not cover nor what may have been something else; the middle of unknown days"
    )
    strikes = questions["strike"].recorded(compiled)
    assert np.flatnonzero(strikes).tolist() == [61, 63]


def test_a_series_is_read_where_it_has_values_and_nowhere_else():
    values = {START + timedelta(days=day): float(day) for day in range(-1, 3)}
    assert by_day(values, START, 3).tolist() == [-1.0, 0.0, 1.0, 2.0]
    assert np.isnan(by_day(values, START, 5)[-2:]).all()
    del values[START - timedelta(days=1)]
    assert by_day(values, START, 3).tolist() == [0.0, 0.0, 1.0, 2.0], "the evening before is that of the first day"
    assert np.isnan(by_day({}, START, 2)).all()


def test_a_forecast_tells_its_mean_spread_and_quantiles():
    found = Forecast(np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25]))
    assert (found.mean, found.variance) == pytest.approx((2.25, 0.6875))
    assert [found.quantile(level) for level in (0.05, 0.25, 0.4, 0.5, 0.51, 0.95)] == [1, 1, 2, 2, 3, 3]
    yes = chance(0.3)
    assert crps(yes.values, 1.0, yes.chances) == pytest.approx(0.49), "of a yes or no it is Brier's score"


# --- Rivals ---------------------------------------------------------------------------------------------------------


def test_rivals_by_hand():
    questions, _ = the_questions()
    counts = np.zeros(80)
    counts[[5, 25, 26, 47]] = 1
    origins = np.array([20, 30, 40, 50, 60])
    happened, found = rival_forecasts(questions["strike"], counts, origins, 20)
    assert happened.tolist() == [1, 1, 1, 0, 0]
    assert [each.mean for each in found["persistence"]] == [1, 1, 1, 1, 1]
    assert [each.mean for each in found["base_rate"]] == pytest.approx([1 / 3, 0, 1 / 2, 1, 1])
    constant = 1 - np.exp(-20 * (3 + 0.5) / (40 + 20))
    assert found["constant_hazard"][2].mean == pytest.approx(constant)
    week, counted = rival_forecasts(questions["words_a_week"], counts, origins, 20)
    assert week == pytest.approx(np.array([2, 1, 1, 0, 0]) * 7 / 20)
    assert counted["constant_hazard"][2].mean == pytest.approx(7 * 3.5 / 60, rel=1e-6)
    assert counted["past_windows"][1].mean == pytest.approx(
        np.mean([counts[day : day + 20].sum() for day in range(11)]) * 7 / 20
    )
    assert counted["persistence"][0].values == pytest.approx([1 * 7 / 20])


def test_rivals_of_a_price_speak_of_per_cent():
    oil = the_questions("baseline")[0]["oil"]
    path = 50 * np.exp(0.01 * np.cumsum(np.resize([1.0, -1.0, 1.0, 1.0, -1.0, -1.0], 81)))
    origins = np.array([20, 40, 60])
    happened, found = rival_forecasts(oil, path, origins, 20)
    assert happened[0] == pytest.approx(100 * (path[40] / path[20] - 1))
    assert [each.mean for each in found["persistence"]] == [0.0] * 3
    walk = found["random_walk"][2]
    assert np.median(walk.values) == pytest.approx(0.0, abs=1e-9)
    assert walk.quantile(0.841) == pytest.approx(100 * np.expm1(0.01 * 20**0.5), rel=0.03)


# --- The whole ------------------------------------------------------------------------------------------------------


def test_origins_have_a_window_of_past_and_one_of_record(told):
    assert [(origin - START).days for origin in told.origins] == list(range(20, 161, 10))
    assert told.every == 10
    assert set(told.questions) == {"strike", "words_a_week", "fear"}
    each = told.forecasts.groupby(["question", "forecaster"]).size()
    assert (each == 15).all()
    rivals = {name: set(of.index.get_level_values(1)) - {"model"} for name, of in each.groupby(level=0)}
    assert rivals["strike"] == {"base_rate", "persistence", "recency", "constant_hazard"}
    assert rivals["fear"] == {"base_rate", "persistence", "past_windows", "random_walk"}


def test_what_happened_is_what_the_record_has(told):
    strike, words, fear = (told.of(name).set_index("day")["happened"] for name in ("strike", "words_a_week", "fear"))
    assert strike[strike > 0].index.tolist() == [50, 60]
    assert words[110] == pytest.approx(1 * 7 / 20)
    assert words[50] == 0, "the threat of 20 March is on day 78"
    assert fear.to_numpy() == pytest.approx(0.02, abs=0.0015)


def test_scores_are_means_of_those_of_forecasts(told):
    scores = told.scores().set_index(["question", "forecaster"])
    mine = told.of("strike")
    assert scores.loc[("strike", "model"), "score"] == pytest.approx(((mine.forecast - mine.happened) ** 2).mean())
    assert scores.loc[("strike", "model"), "log_score"] > 0
    assert "all" not in scores.index.get_level_values(0), "there is one yes or no only"
    assert (told.forecasts["low"] <= told.forecasts["high"]).all()


def test_skill_is_beside_each_rival_with_an_interval(told):
    table = told.skill()
    scores = told.scores().set_index(["question", "forecaster"])["score"]
    row = table.query("question == 'strike' and rival == 'base_rate' and measure == 'brier'").iloc[0]
    assert row["skill"] == pytest.approx(1 - scores[("strike", "model")] / scores[("strike", "base_rate")])
    assert row["low"] <= row["skill"] <= row["high"]
    assert set(table["measure"]) == {"brier", "log", "crps"}


def test_what_cannot_be_asked_of_a_hindcast_is_said(told):
    assert len(repr(told)) < 120
    for asked_for in (
        lambda: told.skill(interval=2),
        lambda: told.skill(block=0),
        lambda: told.levels(0),
        lambda: told.reliability(forecaster="nobody"),
    ):
        with pytest.raises(QueryError, match=r"between 0 and 1|at least 1|no forecaster"):
            asked_for()
    with pytest.raises(TypeError, match=r"what sim\.filter gives"):
        sim.residuals("first_lesson")
    with pytest.raises(TypeError, match=r"what sim\.hindcast gives"):
        plots.reliability("first_lesson")


def test_seed_and_particles_fix_every_digit(told, record):
    again = sim.hindcast("first_lesson", 10, "20 d", particles=96, record=record)
    pd.testing.assert_frame_equal(told.forecasts, again.forecasts)
    other = sim.hindcast("first_lesson", 10, 20, particles=96, seed=99, record=record)
    assert not told.of("strike")["forecast"].equals(other.of("strike")["forecast"])
    assert told.of("strike", "recency")["forecast"].equals(other.of("strike", "recency")["forecast"])


def test_what_comes_later_is_not_known_on_an_origin(told, record):
    """The record may say anything of the days after an origin: what is foretold on it, and by whom, stays the same."""
    whole = load_history(record, sim.load_theatre("two_rivals"))
    kept = {name: event for name, event in whole.events.items() if event.days[-1] < date(2030, 4, 1)}
    told_less = sim.hindcast("first_lesson", 10, 20, particles=96, record=whole.model_copy(update={"events": kept}))
    for forecaster in ("model", "persistence", "recency", "constant_hazard"):
        here, there = (
            found.of("strike", forecaster).query("day <= 90")["forecast"].tolist() for found in (told, told_less)
        )
        assert here == there


def test_hot_and_cold_stretches_are_told_in_sentences(told):
    levels = told.levels(periods=3)
    strike = levels[levels["question"] == "strike"]
    assert strike["n"].tolist() == [5, 5, 5]
    assert strike["happened"].sum() == 2
    assert strike["expected"].sum() == pytest.approx(told.of("strike")["forecast"].sum())
    quiet = told.forecasts.assign(forecast=0.01, sd=0.0995)
    cold = replace(told, forecasts=quiet).hot_and_cold()
    assert any(line.startswith("Cold. A strike by either side: origins from ") for line in cold)
    assert any("the record has it in 2" in line for line in cold)
    assert all("fear" not in line.lower() for line in cold), "a move is neither hot nor cold"
    even = told.forecasts.assign(forecast=told.forecasts["happened"])
    assert replace(told, forecasts=even).hot_and_cold() == []


def test_it_is_told_within_the_width_and_as_data(told):
    for width in (80, 96, 120):
        text = told.text(width)
        assert max(map(len, text.splitlines())) <= width
    assert "A strike by either side" in text
    assert "Threats, a week" in text
    data = json.loads(json.dumps(told.as_dict(), allow_nan=False))
    assert data["origins"] == 15
    assert data["forecasts"][0]["origin"] == "2030-01-21"
    assert len(data["forecasts"]) == len(told.forecasts)


def test_a_last_day_leaves_out_windows_that_reach_beyond_it(record):
    found = sim.hindcast("first_lesson", 10, 20, particles=8, record=record, to="2030-03-31")
    assert (found.origins[-1] - START).days == 70


def test_days_before_the_record_begins_are_no_past(told, record):
    whole = load_history(record, sim.load_theatre("two_rivals"))
    begun = date(2030, 2, 20)
    kept = {name: event for name, event in whole.events.items() if event.days[0] >= begun}
    late = whole.model_copy(update={"from_": begun, "events": kept})
    found = sim.hindcast("first_lesson", 10, 20, particles=8, record=late)
    assert (found.origins[0] - START).days == 50 + 20
    constant = found.of("strike", "constant_hazard")["forecast"].iloc[0]
    assert constant == pytest.approx(1 - np.exp(-20 * 2.5 / (20 + 20))), "two strikes in the twenty days that it knows"


def test_a_question_that_the_record_does_not_answer_is_named(record):
    whole = load_history(record, sim.load_theatre("two_rivals"))
    found = sim.hindcast("first_lesson", 30, 20, particles=8, record=whole.model_copy(update={"series": {}}))
    assert found.unanswered == {"fear": "the record has no series of fear"}
    assert "fear" not in set(found.forecasts["question"])
    assert "Not judged: Fear of each other; the record has no series of fear." in found.text()


@pytest.mark.parametrize(("given", "days"), [(14, 14), ("14d", 14), ("14 d", 14), ("7", 7), (30.0, 30)])
def test_spans_are_read_as_they_are_written(given, days):
    assert whole_days(given, "every") == days


@pytest.mark.parametrize("given", [0, "0d", "2.5 d", "14 %", "a week", None, True, -3])
def test_spans_that_are_none_are_refused(given):
    with pytest.raises(QueryError, match="every is a whole number of days such as 14 or '14d'"):
        whole_days(given, "every")


def test_a_record_that_is_too_short_or_says_nothing_is_refused(record):
    with pytest.raises(QueryError, match=r"180 days of first_lesson, too few for windows of 80 days"):
        sim.hindcast("first_lesson", 10, 80, particles=8, record=record)
    silent = HistoryFile.model_validate(
        {
            "schema_version": 1,
            "until": "2030-06-01",
            "events": {"only": {"on": "2030-01-05", "do": "north.mobilise"}},
            "covers": [{"actions": ["north.mobilise"]}],
        }
    )
    with pytest.raises(QueryError, match="strike: the record covers none of these acts; words_a_week"):
        sim.hindcast("first_lesson", 10, 20, particles=8, record=silent)
    scenario = sim.load("first_lesson")
    bare = scenario.model_copy(update={"theatre": scenario.theatre.model_copy(update={"questions": {}})})
    with pytest.raises(QueryError, match="theatre two_rivals has no questions; write 'questions:' into it"):
        sim.hindcast(bare, 10, 20, particles=8, record=record)


def test_the_verb_prints_and_gives_data(record, told):
    words = (
        "hindcast",
        "first_lesson",
        "--every",
        "10d",
        "--days",
        "20d",
        "--particles",
        "96",
        "--record",
        str(record),
    )
    shown = command(*words, cwd=record.parent).stdout
    assert shown == told.text(100)
    data = json.loads(command(*words, "--json", cwd=record.parent).stdout)
    assert data["scores"] == json.loads(json.dumps(told.as_dict()["scores"]))
    refused = command("hindcast", "first_lesson", "--every", "often", cwd=record.parent, code=2)
    assert "every is a whole number of days such as 14 or '14d', found 'often'" in refused.stderr


# --- Residuals ------------------------------------------------------------------------------------------------------


def filtered(parts, expected, scenario="first_lesson"):
    table = pd.DataFrame(parts, columns=["day", "action", "covered"])
    table["event"] = [f"act_{at}" for at in range(len(table))]
    return SimpleNamespace(scenario=sim.load(scenario), particles=10, seed=4, parts=table, expected=expected)


def test_a_class_is_recorded_with_the_chance_that_any_of_its_actors_is():
    expected = pd.DataFrame(0.0, index=range(60), columns=["north.strike", "north.threaten", "south.threaten"])
    expected["north.threaten"], expected["south.threaten"], expected["north.strike"] = 0.1, 0.2, 0.02
    found = residuals(filtered([(5, "north.threaten", True), (9, "south.threaten", False), (9, None, True)], expected))
    words = next(each for each in found.classes if each.name == "words_a_week")
    assert words.chance == pytest.approx(np.full(60, 1 - 0.9 * 0.8))
    assert np.flatnonzero(words.hit).tolist() == [5], "what is not covered is no hit"
    table = found.table().set_index("name")
    assert table.loc["words_a_week", ["expected", "recorded"]].tolist() == pytest.approx([60 * 0.28, 1])
    names = [each.name for each in found.classes]
    assert names == ["strike", "words_a_week"], "a rung of the same acts is no class of its own"
    assert found.by_month().query("name == 'words_a_week'")["recorded"].tolist() == [1, 0, 0]
    assert found.sentences() == [
        "Threats: from January 2030 to March 2030 the model expects it on 5.6 days a month, "
        "the record has it on 0.33 (hot)"
    ]
    json.dumps(found.as_dict(), allow_nan=False)


def test_what_the_rules_made_impossible_is_counted_and_not_refused():
    expected = pd.DataFrame({"north.strike": np.zeros(60)})
    found = residuals(filtered([(5, "north.strike", True)], expected))
    assert found.classes[0].residuals.p_value < 0.01


def test_a_class_whose_acts_hang_on_deaths_is_left_to_the_rungs():
    """Nobody knows by rates alone whether an act will kill."""
    expected = pd.DataFrame(0.05, index=range(60), columns=["kataib_hezbollah.fire_rockets", "us.strike_iran"])
    found = residuals(filtered([(5, "us.strike_iran", True)], expected, "whole_crisis"))
    names = [each.name for each in found.classes]
    assert "americans_killed" not in names
    assert "rung_6" not in names, "rockets that kill stand on it"
    assert {"rockets", "us_strike", "rung_8"} >= set(names) - {"rung_4_as_written", "rung_8_as_written"}


def test_a_record_that_covers_nothing_has_no_residuals():
    with pytest.raises(ValueError, match="covers no act"):
        residuals(filtered([], pd.DataFrame(index=range(60))))
