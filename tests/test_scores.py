"""Scores, rivals and reliability against worked examples, the integrals that define them, and a table known before."""

from itertools import pairwise, product
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm, poisson

from sim.analysis import rivals
from sim.analysis.poisson_binomial import poisson_binomial
from sim.analysis.scores import (
    brier,
    circular_blocks,
    crps,
    level,
    log_score,
    overlapping,
    reliability,
    skill,
    skill_interval,
)

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@given(CHANCES)
def test_the_number_of_hits_is_distributed_as_all_ways_to_hit_say(chances):
    found = np.zeros(len(chances) + 1)
    for hits in product((0, 1), repeat=len(chances)):
        found[sum(hits)] += np.prod([p if hit else 1 - p for p, hit in zip(chances, hits, strict=True)])
    assert poisson_binomial(np.array(chances)) == pytest.approx(found, abs=1e-12)


def test_rows_are_told_apart_and_chances_of_nothing_are_no_cases():
    found = poisson_binomial(np.array([[0.2, 0.0, 0.5], [0.0, 0.0, 1.0]]))
    assert found == pytest.approx(np.array([[0.4, 0.5, 0.1, 0.0], [0.0, 1.0, 0.0, 0.0]]))


def test_brier_and_log_score_by_hand():
    assert brier([0.1, 0.7, 0.0], [0, 1, 1]) == pytest.approx([0.01, 0.09, 1.0])
    least = 1 / 2048
    scores = log_score([0.1, 0.7, 0.0, 1.0], [False, True, True, True], least)
    assert scores == pytest.approx([-log(0.9), -log(0.7), log(2048), -log(1 - least)])


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_scores_are_best_on_average_for_who_gives_the_true_chance(true, given_chance):
    happened = np.array([1, 0])
    weights = np.array([true, 1 - true])
    for score in (brier, lambda p, y: log_score(p, y, 1e-6)):
        honest, other = (weights @ score(np.full(2, p), happened) for p in (true, given_chance))
        assert honest <= other + 1e-12


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(0.05, 3)), min_size=1, max_size=8),
    st.floats(-60, 60),
)
def test_the_ranked_probability_score_is_the_integral_that_defines_it(forecast, happened):
    values, weights = (np.array(column) for column in zip(*forecast, strict=True))
    edges = np.unique([*values, happened])
    total = 0.0
    for low, high in pairwise(edges):  # the distance is the same within each piece
        middle = (low + high) / 2
        below = weights[values <= middle].sum() / weights.sum()
        total += (below - (middle >= happened)) ** 2 * (high - low)
    assert crps(values, happened, weights) == pytest.approx(total, abs=1e-9)


def test_the_ranked_probability_score_of_a_normal_law_is_the_known_one():
    """Gneiting and Raftery 2007, eq. 21: y (2 Phi(y) - 1) + 2 phi(y) - 1/sqrt(pi), of a standard normal law."""
    values = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for y in (-1.3, 0.0, 0.4):
        known = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
        assert crps(values, y) == pytest.approx(known, abs=1e-4)
    assert crps([3.0], 1.0) == 2.0, "of one value it is the distance"


def test_skill_is_what_is_saved_of_a_rivals_score():
    assert skill([0.1, 0.1], [0.2, 0.3]) == pytest.approx(0.6)
    assert skill([0.3], [0.2]) == pytest.approx(-0.5)
    assert skill([0.1], [0.0]) == -inf
    assert skill([0.0], [0.0]) == 0.0


def test_blocks_run_on_from_the_end_to_the_beginning():
    drawn = circular_blocks(10, 4, 500, seed=3)
    assert drawn.shape == (500, 10)
    inside = drawn[:, :8].reshape(500, 2, 4)
    assert (np.diff(inside, axis=2) % 10 == 1).all()
    assert (np.bincount(drawn.ravel(), minlength=10) > 350).all(), "every origin is drawn alike, 500 times on average"
    assert (circular_blocks(3, 4, 5, seed=0) < 3).all(), "fewer origins than a block"


def test_the_interval_of_skill_covers_and_knows_of_blocks():
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        chance = rng.random(60)
        hit = rng.random(60) < chance
        low, high = skill_interval(brier(chance, hit), brier(0.5, hit), block=1, seed=seed)
        covered += low <= 1 / 3 <= high  # E (p - y)^2 = 1/6, against 1/4
    assert 0.9 <= covered / 200 <= 0.98
    grouped = np.repeat(rng.random(15), 4)
    wide, narrow = (np.diff(skill_interval(grouped, np.ones(60), block=block, seed=1))[0] for block in (4, 1))
    assert wide > 1.4 * narrow, "what hangs together spreads more widely"


def test_reliability_counts_in_bins_and_its_bars_are_binomial_quantiles():
    chance = np.array([0.0, 0.01, 0.3, 0.3, 0.3, 0.3, 0.3, 1.0])
    hit = np.array([0, 1, 0, 0, 1, 0, 0, 1], bool)
    found = reliability(chance, hit)
    assert found.n.tolist() == [2, 5, 1]
    assert found.low.tolist() == [0.0, 0.2, 0.8]
    assert found.high.tolist() == [0.02, 0.4, 1.0]
    assert found.forecast == pytest.approx([0.005, 0.3, 1.0])
    assert found.happened == pytest.approx([0.5, 0.2, 1.0])
    assert found.bar_low.tolist() == [0.0, 0.0, 1.0]
    assert found.bar_high == pytest.approx([0.0, 4 / 5, 1.0])  # P(N <= 3) = 0.969, P(N <= 4) = 0.998
    assert len(reliability([], []).n) == 0


def test_levels_are_told_in_deviations_of_as_many_windows_as_count():
    half, came = np.full(16, 0.5), np.arange(16) < 12
    found = level(half, half, came)
    assert (found.n, found.expected, found.happened) == (16, 8.0, 12.0)
    assert found.deviation == pytest.approx(2.0)
    wide = level(half, half, came, overlap=4)
    assert (wide.variance, wide.deviation) == pytest.approx((16.0, 1.0))
    assert level([0.0], [0.0], [False]).deviation == 0.0
    assert level([0.0], [0.0], [True]).deviation == inf


ORIGINS = np.array([24 + 14 * at for at in range(41)] + [597, 605])
"""Of the review of the crisis: every fortnight from 1 June 2018 on, 26 December 2019 and 3 January 2020."""


@pytest.mark.parametrize(
    ("days", "base", "persistence"),
    [
        pytest.param([598], 0.075, 0.093, id="lethal attack on Americans"),
        pytest.param([371, 494], 0.092, 0.186, id="attack on Saudi oil"),
        pytest.param([437, 461, 469, 598, 600, 602, 605], 0.179, 0.163, id="rung 6 or above"),
    ],
)
def test_rivals_score_as_a_reviewer_found_who_wrote_code_of_his_own(days, base, persistence):
    """Days from 8 May 2018 on which the record has such acts; Brier scores of the table in that review."""
    counts = np.zeros(640)
    counts[days] = 1
    happened = np.array([counts[day : day + 30].any() for day in ORIGINS])
    before = np.array([counts[max(day - 30, 0) : day].any() for day in ORIGINS])
    found = brier(rivals.other_windows(ORIGINS, 30) @ happened, happened).mean()
    assert found == pytest.approx(base, abs=0.0006)
    assert brier(before, happened).mean() == pytest.approx(persistence, abs=0.0006)


def test_a_base_rate_leaves_out_every_window_that_shares_a_day():
    origins = np.array([0, 5, 10, 15])
    assert overlapping(origins, 10)[0].tolist() == [True, True, False, False]
    assert rivals.other_windows(origins, 10)[0].tolist() == [0.0, 0.0, 0.5, 0.5]
    with pytest.raises(ValueError, match="overlap all others"):
        rivals.other_windows(origins, 16)


def test_past_windows_end_before_their_origin():
    sums = np.concatenate([[0], np.cumsum([1, 0, 2, 0, 5])])
    assert rivals.past_windows(sums, 4, 2).tolist() == [1, 2, 2]
    assert rivals.past_windows(sums, 1, 2).tolist() == []


def test_rates_by_hand_and_from_the_past_only():
    counts = np.array([1.0, 0.0, 2.0, 0.0])
    found = rivals.rates(counts, prior=2, half_lives=(inf, 1.0))
    assert found.constant == pytest.approx([0.5 / 2, 1.5 / 3, 1.5 / 4, 3.5 / 5, 3.5 / 6])
    long = [
        (n + 2 * rate) / (day + 2) for day, (n, rate) in enumerate(zip([0, 1, 1, 3, 3], found.constant, strict=True))
    ]
    short = [
        (n + 2 * r) / (w + 2)
        for n, w, r in zip([0, 1, 0.5, 2.25, 1.125], [0, 1, 1.5, 1.75, 1.875], found.constant, strict=True)
    ]
    likelihood = np.cumsum(
        [[x * log(r) - r for x, r in zip(counts, each, strict=False)] for each in (long, short)], axis=1
    )
    best = [0, *np.argmax(likelihood, axis=0)]
    assert found.recent == pytest.approx([(long, short)[which][day] for day, which in enumerate(best)])
    assert found.half_life.tolist() == [(inf, 1.0)[which] for which in best]
    other = rivals.rates(np.array([1.0, 0.0, 9.0, 9.0]), prior=2, half_lives=(inf, 1.0))
    for mine, its in zip(found, other, strict=True):
        assert mine[:3] == pytest.approx(its[:3]), "what comes after changes nothing before"


def test_a_half_life_is_found_where_acts_come_in_bursts_and_none_where_they_do_not():
    rng = np.random.default_rng(1)
    steady = rng.poisson(0.1, 600)
    bursts = rng.poisson(np.where(np.arange(600) // 60 % 2, 0.4, 0.001))
    assert rivals.rates(steady, 30).half_life[-1] >= 120
    assert rivals.rates(bursts, 30).half_life[-1] <= 30


def test_a_walk_spreads_with_the_root_of_time():
    walk = rivals.random_walk([1.0, -1.0, 1.0, -1.0], days=25)
    assert np.median(walk) == pytest.approx(0.0, abs=1e-9)
    assert np.quantile(walk, 0.84134) == pytest.approx(5.0, rel=0.02)


def test_numbers_of_acts_follow_poissons_law():
    values, chances = rivals.poisson(2.5)
    assert chances.sum() == pytest.approx(1.0, abs=1e-8)
    assert chances[3] == pytest.approx(exp(-2.5) * 2.5**3 / 6)
    known, _ = quad(lambda x: (poisson.cdf(x, 2.5) - (x >= 4)) ** 2, 0, 20, limit=400, points=list(range(20)))
    assert crps(values, 4.0, chances) == pytest.approx(known, abs=1e-6)
