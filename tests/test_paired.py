"""Intervals of paired shares and means: known answers, and the coverage they promise."""

from itertools import product
from math import comb

import numpy as np
import pytest

from sim.analysis.paired import flips, mean_difference, paired_difference


def pairs(both, first_only, second_only, neither):
    first = [True] * (both + first_only) + [False] * (second_only + neither)
    second = [True] * both + [False] * first_only + [True] * second_only + [False] * neither
    return np.array(first), np.array(second)


def test_flips_are_counted():
    assert flips(*pairs(3, 5, 7, 11)) == (3, 5, 7, 11)
    assert flips([], []) == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="as many runs"):
        flips([True], [True, False])


def test_a_difference_by_hand():
    """Bonett and Price: with 9 and 2 flips of 50, (3 - 10)/52 +- 1.96 sqrt((13/52 - (7/52)^2)/52)."""
    found = paired_difference(*pairs(20, 9, 2, 19))
    assert found.difference == pytest.approx(-7 / 50)
    half = 1.959964 * np.sqrt((13 / 52 - (7 / 52) ** 2) / 52)
    assert (found.low, found.high) == pytest.approx((-7 / 52 - half, -7 / 52 + half))
    p, q = 30 / 52, 23 / 52
    apart = 1.959964 * np.sqrt((p * (1 - p) + q * (1 - q)) / 52)
    assert (found.apart_low, found.apart_high) == pytest.approx((-7 / 52 - apart, -7 / 52 + apart))
    assert found.width_ratio == pytest.approx(apart / half)


def test_it_is_symmetric():
    first, second = pairs(20, 9, 2, 19)
    one, other = paired_difference(first, second), paired_difference(second, first)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.width_ratio == pytest.approx(other.width_ratio)


def test_where_all_pairs_agree_something_is_left_open():
    found = paired_difference(*pairs(500, 0, 0, 500))
    assert found.difference == 0
    # three of a thousand is what the rule of three leaves
    assert 0.002 < found.high < 0.004
    assert found.width_ratio > 10


def test_independent_pairs_narrow_nothing():
    found = paired_difference(*pairs(2500, 2500, 2500, 2500))
    assert found.width_ratio == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("n", [12, 30])
@pytest.mark.parametrize("flipping", [(0.1, 0.1), (0.3, 0.05), (0.02, 0.02), (0.5, 0.3)])
def test_the_interval_covers_as_it_promises(n, flipping):
    """Exactly, over every table that may come of these chances."""
    lost, won = flipping
    covered = 0.0
    for a, b in product(range(n + 1), repeat=2):
        if a + b <= n:
            chance = comb(n, a) * comb(n - a, b) * lost**a * won**b * (1 - lost - won) ** (n - a - b)
            found = paired_difference(*pairs(0, a, b, n - a - b))
            covered += chance * (found.low <= won - lost <= found.high)
    assert covered > 0.935


def test_means_of_pairs():
    dice = np.random.default_rng(1)
    shared = dice.normal(size=(4000, 3)) * 3
    first = shared + dice.normal(size=(4000, 3))
    second = shared + dice.normal(size=(4000, 3)) + [0, 1, -2]
    mean, low, high, width_ratio = mean_difference(first, second)
    assert mean == pytest.approx([0, 1, -2], abs=0.1)
    assert ((low < mean) & (mean < high)).all()
    assert (high - low) / 2 == pytest.approx([1.96 * np.sqrt(2 / 4000)] * 3, rel=0.05)
    # the variance of a difference falls from 20 to 2
    assert width_ratio == pytest.approx([np.sqrt(10)] * 3, rel=0.05)


def test_one_pair_has_no_error_to_tell():
    mean, low, high, _ = mean_difference(np.array([[1.0]]), np.array([[3.0]]))
    assert (mean[0], low[0], high[0]) == (2, -np.inf, np.inf)


def test_where_nothing_varies_nothing_is_narrowed():
    rows = np.ones((5, 2))
    mean, low, high, width_ratio = mean_difference(rows, rows)
    assert (mean == 0).all()
    assert (low == 0).all()
    assert (high == 0).all()
    assert (width_ratio == 1).all()
