"""A fit is judged by the part of the record that it has not seen."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.experiments.record.following import Followed
from sim.experiments.record.held_out import held_out
from sim.experiments.record.likelihood import Likelihood
from sim.experiments.record.rival_rates import after
from sim.results.posterior import Posterior
from sim.theatre.files.load import load
from sim.theatre.parameters.prior import Prior
from sim.theatre.parameters.ranges import ranges
from tests.small import small
from tests.test_surprise import RECORD

RATE = "actions.south.mine_strait.rate"
LAST = date(2019, 5, 31)


@pytest.fixture(scope="module")
def question(tmp_path_factory):
    folder = tmp_path_factory.mktemp("held_out")
    (folder / "record.yaml").write_text(RECORD)
    return load(small(folder)), folder / "record.yaml"


def posterior(scenario, rates) -> Posterior:
    prior = Prior((ranges(scenario, {RATE: [0.0005, 0.5]})[RATE],))
    return Posterior(pd.DataFrame({RATE: rates}), prior, {"to": str(LAST), "seed": 5})


def test_numbers_that_learned_nothing_do_as_well_as_those_written(question):
    scenario, record = question
    written = dict(scenario.numbers())[RATE].value
    table = held_out(posterior(scenario, [written] * 48), scenario, record=record, particles=32).set_index("model")
    fitted, plain = table.loc["numbers as fitted"], table.loc["numbers as written"]
    assert fitted["log_likelihood"] == pytest.approx(
        plain["log_likelihood"], abs=4 * (fitted["error"] + plain["error"])
    )


def test_better_numbers_do_better_on_what_they_have_not_seen(question):
    scenario, record = question
    worse, better = (
        held_out(posterior(scenario, [rate] * 8), scenario, record=record, particles=16)["log_likelihood"][0]
        for rate in (0.4, 0.02)
    )
    assert better > worse + 5, "one mine is recorded in two months"


def test_the_chance_of_what_came_is_the_mean_over_draws(question):
    scenario, record = question
    rates = [0.002, 0.03]
    table = held_out(posterior(scenario, rates), scenario, record=record, particles=64)
    days = (LAST - scenario.start).days + 1
    each = Likelihood(scenario, record, (RATE,), 64, 5).by_day(np.array(rates)[:, None], np.arange(2))
    expected = np.log(np.exp(each[:, days:, 0].sum(axis=1)).mean())
    assert table["log_likelihood"][0] == pytest.approx(expected)


def test_rivals_know_what_the_fit_knew(question):
    scenario, record = question
    table = held_out(posterior(scenario, [0.004]), scenario, record=record, particles=8).set_index("model")
    for name, nats in after(Followed(scenario, record), LAST).items():
        assert table.loc[name, "log_likelihood"] == pytest.approx(nats)


def test_a_fit_to_the_end_of_the_record_has_nothing_left_to_be_judged_by(question):
    scenario, record = question
    short = posterior(scenario, [0.004])
    whole = Posterior(short.draws, short.prior, {"to": "2019-07-31", "seed": 5})
    assert held_out(whole, scenario, record=record, particles=8).empty
