"""The confidence sequence: intervals that hold at every look, where those for one look do not."""

from fractions import Fraction
from math import log, prod, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.analysis.confidence_sequence import confidence_sequence, runs_needed
from sim.analysis.intervals import wilson
from sim.results.intervals import Precision

LOOKS = np.unique([*range(1, 50), *np.geomspace(50, 5000, 90).astype(int)])


def missed(intervals, p, sequences=2000, seed=1):
    """Share of the sequences of 5,000 draws in which an interval misses the true share at some look."""
    draws = np.random.default_rng(seed).random((sequences, LOOKS[-1])) < p
    successes = draws.cumsum(axis=1)[:, LOOKS - 1]
    cases, of = np.unique(successes * (LOOKS[-1] + 1) + LOOKS, return_inverse=True)
    low, high = intervals(*np.divmod(cases, LOOKS[-1] + 1))
    outside = (p < low) | (p > high)
    return outside[of.reshape(successes.shape)].any(axis=1).mean()


@pytest.mark.parametrize("p", [0.02, 0.3])
def test_it_covers_at_every_look_and_an_interval_for_one_look_does_not(p):
    assert 0.002 < missed(lambda k, n: confidence_sequence(k, n, narrowest=500), p) <= 0.05
    assert missed(wilson, p) > 0.2


@pytest.mark.parametrize(("level", "most"), [(0.5, 0.5), (0.8, 0.2)])
def test_it_covers_at_every_level(level, most):
    found = missed(lambda k, n: confidence_sequence(k, n, level, narrowest=500), 0.3, sequences=500)
    assert most / 5 < found <= most


def martingale(p, k, n, weight):
    """Likelihood mixed over the beta distribution, over that at p, in exact fractions."""
    risen = prod(weight * p + i for i in range(k)) * prod(weight * (1 - p) + i for i in range(n - k))
    return risen / prod(weight + i for i in range(n)) / (p**k * (1 - p) ** (n - k))


@given(n=st.integers(1, 40), data=st.data(), narrowest=st.integers(1, 200), level=st.sampled_from([0.5, 0.9, 0.95]))
def test_its_ends_are_where_the_martingale_crosses_its_limit(n, data, narrowest, level):
    k = data.draw(st.integers(0, n))
    low, high = (float(end) for end in confidence_sequence(k, n, level, narrowest))
    limit, u = 1 / (1 - level), 10.0
    for _ in range(200):
        u = 1 - 2 * log(1 - level) + log(u)
    weight = Fraction(narrowest) / Fraction(u - 1)
    for end, inwards in ((low, 1), (high, -1)):
        step = Fraction(1e-7) * Fraction(min(end, 1 - end)) * inwards
        if 1e-6 < end < 1 - 1e-6:
            inside, outside = (martingale(Fraction(end) + way * step, k, n, weight) for way in (1, -1))
            assert inside < limit < outside
    if low == 0:
        assert martingale(Fraction(1, 10**30), k, n, weight) <= limit
    if high == 1:
        assert martingale(1 - Fraction(1, 10**30), k, n, weight) <= limit


@settings(max_examples=50)
@given(n=st.integers(1, 10**8), share=st.floats(0, 1), level=st.floats(0.01, 0.999))
def test_it_holds_the_observed_share_and_turns_round_with_it(n, share, level):
    k = round(n * share)
    low, high = confidence_sequence(k, n, level)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high
    assert (low == 0) or k > 0
    mirrored = confidence_sequence(n - k, n, level)
    np.testing.assert_allclose(mirrored, (1 - high, 1 - low), rtol=0, atol=1e-8)


@settings(max_examples=40)
@given(n=st.integers(10, 10**7), share=st.floats(0.01, 0.99))
def test_more_runs_narrow_it_and_more_certainty_widens_it(n, share):
    k = round(n * share)
    assume(0 < k < n)
    width = np.diff(confidence_sequence(k, n), axis=0)
    assert np.diff(confidence_sequence(10 * k, 10 * n), axis=0) < width
    assert np.diff(confidence_sequence(k, n, 0.99), axis=0) > width


@pytest.mark.parametrize("n", [10**4, 10**6, 10**8])
@pytest.mark.parametrize("p", [0.02, 0.5])
def test_for_many_runs_it_is_the_sequence_of_the_normal_mixture(n, p):
    low, high = confidence_sequence(round(n * p), n, narrowest=n)
    u = 9.21197
    assert u - log(u) == pytest.approx(1 + 2 * log(20), abs=1e-5)
    assert high - low == pytest.approx(2 * sqrt(u * p * (1 - p) / n), rel=3 / sqrt(n * p))


def test_none_and_all_of_very_many_runs_leave_a_small_rest():
    low, high = confidence_sequence([0, 10**8], 10**8)
    assert (low[0], high[1]) == (0, 1)
    assert 1e-8 < high[0] < 1e-7
    assert low[1] == pytest.approx(1 - high[0], abs=1e-15)


def test_it_broadcasts_and_knows_nothing_without_runs():
    low, high = confidence_sequence([[0], [5]], [0, 10, 100][1:])
    assert low.shape == high.shape == (2, 2)
    assert confidence_sequence(0, 0) == (0, 1)
    with pytest.raises(ValueError, match="between 0 and the number of runs"):
        confidence_sequence(11, 10)
    with pytest.raises(ValueError, match="a level must lie between 0 and 1, found 95"):
        confidence_sequence(1, 10, 95)


@pytest.mark.parametrize("halfwidth", [0.05, 0.01, 0.002])
def test_it_is_narrowest_for_the_runs_asked_for_and_they_are_what_a_precision_takes(halfwidth):
    n = runs_needed(halfwidth)
    widths = {
        narrowest: np.diff(confidence_sequence(n // 2, n, narrowest=narrowest), axis=0)[0]
        for narrowest in (n / 4, n, 4 * n)
    }
    assert widths[n] == min(widths.values())
    assert widths[n] / 2 == pytest.approx(halfwidth, rel=0.01)
    low, high = confidence_sequence(np.round(n * np.array([0.01, 0.1, 0.3])), n, narrowest=n)
    assert ((high - low) / 2 < halfwidth).all()


def test_a_precision_has_intervals_narrowest_for_the_runs_told_or_else_for_all_that_it_may_take():
    assert runs_needed(0.05) != 300
    for asked, narrowest in ((Precision(0.05), runs_needed(0.05)), (Precision(0.05, narrowest=300), 300)):
        assert asked.interval(70, 250) == confidence_sequence(70, 250, narrowest=narrowest)
        assert asked.interval(70, 250, 0.8) == confidence_sequence(70, 250, 0.8, narrowest)


def test_a_precision_is_reached_where_the_half_width_is_what_was_asked_for_and_not_where_it_is_more():
    low, high = Precision(0.05, narrowest=300).interval(70, 250)
    half = float(high - low) / 2
    for outcome in (None, "a"):
        assert Precision(half, outcome, 300).reached(["a"], [70], 250)
        assert not Precision(np.nextafter(half, 0), outcome, 300).reached(["a"], [70], 250)
    assert Precision(half, "b", 300).reached(["a", "b"], [125, 70], 250)
    assert not Precision(half, "a", 300).reached(["a", "b"], [125, 70], 250)
    assert not Precision(half, None, 300).reached(["a", "b"], [125, 70], 250)
