"""The report beside what really happened: its numbers are those of the filter, its rules those that surprise tells."""

import json
import math
from datetime import date

import numpy as np
import pytest

import sim
from sim.report import record as judge
from sim.report.pack import unpacked
from sim.theatre.parameters.in_words import worded
from tests.small import SCENARIO, small
from tests.small_scenarios import rich
from tests.test_report import page_of
from tests.test_surprise import RECORD

SERIES = "series:\n  oil_price: {file: prices.csv, source: 'EIA'}\n"
PRICES = "date,value\n2019-05-02,70\n2019-05-06,72.5\n2019-05-10,71\n"


def recorded(folder):
    """Run a small scenario whose record has two acts that cannot both be, a blow out of the blue, and a price."""
    (folder / "prices.csv").write_text(PRICES)
    history = "history: {file: record.yaml, until: 2019-05-01}\n"
    return sim.run(small(folder, scenario=SCENARIO + history, history=RECORD + SERIES), runs=20, progress=None)


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    return recorded(tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="module")
def page(ensemble):
    return page_of(ensemble)


def test_the_likelihood_is_that_of_the_filter(ensemble, page):
    found = page.data["record"]
    filtered = sim.filter(ensemble.scenario, judge.PARTICLES, replicates=judge.REPLICATES)
    assert found["log_likelihood"] == filtered.log_likelihood
    assert found["error"] == filtered.error
    of_scenario, *rivals = found["rivals"]
    assert of_scenario["nats"] == filtered.of_acts
    assert f"This scenario \N{MINUS SIGN}{-of_scenario['nats']:,.1f}" in page.text
    assert len(rivals) == 2
    assert all(rival["numbers"] >= 2 for rival in rivals)
    assert f"2 filters of 256 particles, seed {ensemble.scenario.seed}" in page.text


def test_the_days_add_up_to_the_likelihood_of_the_acts(page):
    found = page.data["record"]
    assert len(found["days"]["nats"]) == 92
    assert sum(found["days"]["nats"]) == pytest.approx(-found["rivals"][0]["nats"], abs=92 * 0.005)
    assert sum(month["nats"] for month in found["months"]) == pytest.approx(-found["rivals"][0]["nats"])
    assert [month["month"] for month in found["months"]] == ["May 2019", "June 2019", "July 2019"]
    assert sum(month["acts"] for month in found["months"]) == found["covered"] == 3
    assert found["days"]["impossible"] == [5]
    assert found["days"]["nats"][5] > -math.log(1.1e-9)


def test_what_happened_though_the_rules_forbid_it_stands_with_its_rule(page):
    (act,) = page.data["record"]["impossible"]
    assert act["date"] == "6 May 2019"
    assert act["rules"][0]["path"] == "actions.north.sanction.cooldown"
    assert "done on 2 May 2019; not again for 6 d actions.north.sanction.cooldown" in page.text
    assert "1 recorded act cannot be by the rules" in page.text


def test_surprises_stand_with_what_would_have_made_them_likely(ensemble, page):
    found = sim.surprise(ensemble.scenario, judge.PARTICLES, replicates=judge.REPLICATES)
    possible = [act for act in found.acts if not act.impossible]
    assert [act["nats"] for act in page.data["record"]["acts"]] == [act.nats for act in possible]
    said = [[rule["said"] for rule in act["rules"]] for act in page.data["record"]["acts"]]
    theatre = ensemble.scenario.theatre
    assert said == [[worded(theatre, rule.said) for rule in act.rules] for act in possible]
    told = [act["at_best"] for act in page.data["record"]["acts"]]
    assert [best is None for best in told] == [not act.rules for act in possible]
    assert all(best in page.text for best in told if best is not None)
    assert any(told)


def test_what_the_record_covers_is_said(page):
    assert page.data["record"]["covers"] == [{"what": "acts on rungs 2 to 9", "when": "all days", "chance": "100 %"}]
    assert "Acts on rungs 2 to 9" in page.text


def test_a_price_that_was_measured_is_drawn_as_data_and_no_other_variable_is(page):
    measured = {each["id"]: each["measured"] for each in page.data["variables"] if "measured" in each}
    assert measured.keys() == {"oil_price"}
    assert measured["oil_price"]["source"] == "EIA"
    values = unpacked(measured["oil_price"]["values"])
    assert len(values) == 120
    np.testing.assert_allclose(values[1:16], [70] * 4 + [72.5] * 4 + [71] * 7, atol=1e-4)
    assert np.isnan(values[[0, *range(17, 120)]]).all()


def test_charts_have_words_and_tables_behind_them(page):
    labels = {tag[1].get("aria-label", "") for tag in page.tags}
    assert page.data["record"]["alt"] in labels
    assert {"Table: surprise by month", "Table: impossible acts", "Table: greatest surprises"} <= labels


def test_where_nothing_is_recorded_nothing_is_judged():
    alone = sim.run(rich(), runs=8, seed=5, progress=None)
    page = page_of(alone)
    assert "record" not in page.data
    assert "What really happened" not in page.text
    assert not any("measured" in variable for variable in page.data["variables"])


def test_the_shipped_record_judges_no_days_of_which_it_does_not_tell():
    baseline = sim.load("baseline")
    later = baseline.model_copy(update={"start": date(2031, 5, 1), "script": {}})
    assert judge.known(later) is None
    assert judge.judged(later) is None
    assert judge.measured(later) == {}


def test_the_shipped_record_judges_every_scenario_of_its_theatre_and_days():
    restraint = sim.load("restraint")
    assert restraint.record is None
    found = judge.judged(restraint)
    json.dumps(found, allow_nan=False)
    assert found["last"] == "3 January 2020"
    assert found["residuals"]["classes"]
    assert {"values", "source"} == judge.measured(restraint)["oil_price"].keys()
