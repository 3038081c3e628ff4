"""Pure functions on runs: intervals, bands, medoids, the ladder."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.intervals import wilson
from sim.analysis.ladder import reached, standing
from sim.analysis.paths import CANDIDATES, edges, medoids, quantiles

Z95 = 1.959963984540054


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, the score method without correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes, n, low, high):
    assert np.round(wilson(successes, n), 4).tolist() == [low, high]


@given(n=st.integers(1, 5000), data=st.data())
def test_the_ends_of_a_wilson_interval_solve_the_score_equation(n, data):
    k = data.draw(st.integers(0, n))
    share = k / n
    # (share - p)² = z² p (1 - p) / n, as a polynomial in p.
    expected = np.sort(np.roots([1 + Z95**2 / n, -(2 * share + Z95**2 / n), share**2]).real)
    low, high = wilson(k, n)
    np.testing.assert_allclose([low, high], np.clip(expected, 0, 1), atol=1e-7)
    assert 0 <= low <= share <= high <= 1


def test_wilson_broadcasts_and_knows_nothing_without_runs():
    low, high = wilson([0, 0, 10], [0, 10, 10])
    assert (low[0], high[0]) == (0, 1)
    assert (low[1], high[2]) == (0, 1)
    assert high[1] == pytest.approx(1 - low[2])
    narrow, wide = wilson(3, 10, 0.5), wilson(3, 10, 0.99)
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]


def test_bands_are_central_quantiles_of_each_day():
    paths = np.random.default_rng(1).normal(size=(201, 9)).astype(np.float32)
    bands = quantiles(paths, edges((0.5, 0.9))).reshape(2, 2, 9)
    np.testing.assert_allclose(bands[0], np.quantile(paths.astype(float), [0.25, 0.75], axis=0))
    np.testing.assert_allclose(bands[1], np.quantile(paths.astype(float), [0.05, 0.95], axis=0))
    with pytest.raises(ValueError, match=r"between 0 and 1 of the runs, found 0\.5, 95"):
        edges((0.5, 95))


def hills(starts, days=70, height=1.0):
    """Paths at rest but for twenty days from each start."""
    day = np.arange(days)
    return np.array([height * ((day >= start) & (day < start + 20)) for start in starts], float)


def test_medoids_are_real_paths_of_each_kind_with_the_share_that_follows():
    noise = np.random.default_rng(2).normal(0, 0.01, (60, 70))
    paths = np.concatenate([np.zeros((30, 70)), hills([20] * 20), hills([20] * 10, height=3)]) + noise
    chosen = medoids(paths, 3)
    assert chosen.share.tolist() == pytest.approx([30 / 60, 20 / 60, 10 / 60])
    kinds = [np.searchsorted([30, 50], position, side="right") for position in chosen.position]
    assert kinds == [0, 1, 2]


def test_a_late_climber_stands_nearer_to_an_early_one_than_to_a_quiet_run():
    paths = np.concatenate([np.zeros((5, 70)), hills([0, 0, 0]), hills([45])])
    chosen = medoids(paths, 2)
    assert chosen.share.tolist() == pytest.approx([5 / 9, 4 / 9])


def features(paths):
    """What makes two paths alike, worked out anew: weekly means by time, and twice by size."""
    weeks = paths.reshape(len(paths), -1, 7).mean(axis=2)
    return np.hstack([weeks, np.sort(weeks, axis=1), np.sort(weeks, axis=1)])


@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 4))
def test_no_single_exchange_brings_the_paths_nearer_to_their_medoids(seed, k):
    # 52 weeks, so that a stretch is a week.
    paths = np.random.default_rng(seed).normal(size=(14, 364)).cumsum(axis=1)
    points = features(paths)
    between = np.linalg.norm(points[:, None] - points[None], axis=2)
    chosen = medoids(paths, k)
    cost = between[chosen.position].min(axis=0).sum()
    assert len(set(chosen.position)) == k
    for left_out in range(k):
        kept = np.delete(chosen.position, left_out)
        for other in range(14):
            assert between[[*kept, other]].min(axis=0).sum() >= cost * (1 - 1e-9)
    nearest = between[chosen.position].argmin(axis=0)
    assert chosen.share.tolist() == pytest.approx([(nearest == at).mean() for at in range(k)])
    assert list(chosen.share) == sorted(chosen.share, reverse=True)


def test_one_medoid_is_the_best_there_is():
    paths = np.random.default_rng(5).normal(size=(30, 364)).cumsum(axis=1)
    points = features(paths)
    between = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert medoids(paths, 1).position.tolist() == [between.sum(axis=0).argmin()]
    best = min(between[list(pair)].min(axis=0).sum() for pair in combinations(range(30), 2))
    chosen = between[medoids(paths, 2).position].min(axis=0).sum()
    assert best <= chosen <= 1.1 * best


def test_as_many_medoids_as_there_are_different_paths():
    assert medoids(np.zeros((6, 10)), 4).position.tolist() == [0]
    assert medoids(np.arange(3.0)[:, None] * np.ones(10), 5).position.tolist() == [0, 1, 2]
    assert medoids(np.zeros((0, 10)), 4).position.tolist() == []
    assert medoids(np.zeros((6, 10)), 0).position.tolist() == []
    assert medoids(np.eye(2, 1), 2).position.tolist() == [0, 1], "a run of one day"


def test_medoids_refuse_paths_that_are_not_finite():
    paths = np.ones((4, 10))
    paths[2, 5:] = np.nan
    with pytest.raises(ValueError, match="leave out failed runs"):
        medoids(paths, 2)


def test_medoids_come_from_the_first_thousand_and_stand_for_all():
    paths = np.zeros((3 * CANDIDATES, 20))
    paths[:10] = 1
    paths[CANDIDATES:] = 1
    chosen = medoids(paths, 2)
    assert chosen.position.max() < CANDIDATES
    assert chosen.share.tolist() == pytest.approx([(2 * CANDIDATES + 10) / (3 * CANDIDATES), 990 / (3 * CANDIDATES)])


RUNG = np.array([[0, 4, 1], [0, 0, 4], [2, 9, 0], [0, 0, 0]], np.uint8)


def test_shares_of_standing_count_runs_and_sum_to_one():
    shares = standing(RUNG)
    assert shares.shape == (10, 3)
    assert shares[:, 0].tolist() == [0.75, 0, 0.25, 0, 0, 0, 0, 0, 0, 0]
    assert shares[:, 1].tolist() == [0.5, 0, 0, 0, 0.25, 0, 0, 0, 0, 0.25]
    assert shares.sum(axis=0).tolist() == [1, 1, 1]


def test_what_was_reached_stays_reached():
    assert reached(RUNG, (0, 2, 4, 9)).tolist() == [[4, 4, 4], [1, 2, 3], [0, 2, 3], [0, 1, 1]]
