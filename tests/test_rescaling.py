"""Time rescaled by a model's chances: exponential where they are right, and not where they are wrong."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from sim.analysis.rescaling import Intervals, Stretch, by_month, rescaled, residuals, stretches, told


def record(seed, days=600, mean=0.06, factor=1.0):
    """Chances that rise and fall, and acts that come with `factor` times as great ones."""
    rng = np.random.default_rng(seed)
    chance = mean * (1 + 0.9 * np.sin(np.arange(days) / 40))
    return chance, rng.random(days) < factor * chance, rng.random(days)


def test_intervals_by_hand():
    chance = [0.5, 0.2, 0.5, 0.1, 0.4]
    found = rescaled(chance, [False, False, True, False, False], [0.9, 0.9, 0.6, 0.9, 0.9])
    assert found.whole == pytest.approx([-log(0.5) - log(0.8) - log(1 - 0.6 * 0.5)])
    assert found.open == pytest.approx(-log(0.9) - log(0.6))
    none = rescaled(chance, [False] * 5, [0.0] * 5)
    assert len(none.whole) == 0
    assert none.open == none.total == pytest.approx(-sum(log(1 - p) for p in chance))


def test_a_certain_day_is_no_matter_and_an_impossible_one_is_refused():
    found = rescaled([1.0, 0.0, 0.2], [True, False, False], [1 - exp(-1), 0, 0])
    assert found.whole == pytest.approx([1.0])
    assert found.open == pytest.approx(-log(0.8))
    for chance, hit in (([0.0], [True]), ([1.0], [False])):
        with pytest.raises(ValueError, match="had no chance"):
            rescaled(chance, hit, [0.5])


def test_intervals_of_a_right_model_are_exponential_even_if_days_are_coarse():
    """With chances near a half, hazards taken as sums of whole days would be far from exponential."""
    rng = np.random.default_rng(2)
    chance = rng.uniform(0.2, 0.8, 20_000)
    hit = rng.random(20_000) < chance
    whole = rescaled(chance, hit, rng.random(20_000)).whole
    assert kstest(whole, "expon").pvalue > 0.01
    assert kstest(rescaled(chance, hit, np.ones(20_000)).whole, "expon").pvalue < 1e-6


def test_the_distance_is_scipys_where_nothing_is_cut_off():
    whole = np.array([0.1, 0.4, 0.2, 2.0, 0.7])
    found = residuals(Intervals(whole, 0.0))
    assert found.distance == pytest.approx(kstest(whole, "expon").statistic)
    assert found.found == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert found.expected == pytest.approx(1 - np.exp(-np.sort(whole)))


def test_the_open_interval_counts_as_far_as_it_was_seen():
    found = residuals(Intervals(np.array([0.5, 1.5]), 1.0))
    assert found.found == pytest.approx([1 / 3, 1.0]), "three were at risk at 0.5, one at 1.5"
    silent = residuals(Intervals(np.array([]), 3.0))
    assert silent.distance == pytest.approx(1 - exp(-3))
    assert silent.p_value == pytest.approx(exp(-3), abs=0.025), (
        "as often as nothing happens where three acts are expected"
    )


def test_p_values_of_right_models_are_even_and_those_of_wrong_ones_small():
    right = [residuals(rescaled(*record(seed, days=300)), seed).p_value for seed in range(60)]
    assert kstest(right, "uniform").pvalue > 0.01
    wrong = [residuals(rescaled(*record(seed, factor=2.0)), seed).p_value for seed in range(10)]
    assert np.median(wrong) < 0.05


@given(st.integers(0, 2**32))
def test_months_sum_to_what_is_expected_and_recorded(seed):
    chance, hit, _ = record(seed, days=90)
    expected, happened = by_month(chance, hit, np.arange(90) // 30)
    assert expected.sum() == pytest.approx(chance.sum())
    assert happened.tolist() == [hit[:30].sum(), hit[30:60].sum(), hit[60:].sum()]


def test_a_hot_and_a_cold_stretch_are_found_where_they_were_put():
    month = np.arange(300) // 30
    chance, hit = np.full(300, 0.1), np.zeros(300, bool)
    hit[::10] = True  # as many as are expected
    hit[60:150] = False
    hit[240:255] = True
    found = stretches(chance, hit, month)
    assert [(each.first, each.last, each.hot) for each in found] == [(8, 8, False), (2, 4, True)]
    assert found[1].chance == pytest.approx(0.9**90)
    assert found[1].expected == pytest.approx(9.0)
    assert found[1].happened == 0


def test_stretches_of_right_models_are_named_seldom():
    named = 0
    for seed in range(100):
        chance, hit, _ = record(seed)
        named += bool(stretches(chance, hit, np.arange(600) // 30))
    assert named <= 12


def test_stretches_are_told_in_sentences():
    assert told(Stretch(2, 2, 3.96, 0, 0.01), ["", "", "June 2019"]) == (
        "in June 2019 the model expects it on 4 days, the record has it on 0 (hot)"
    )
