"""Draws from posteriors that are known: normal ones, two-humped ones, with likelihoods that are estimates, and none."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.analysis.tempered import MOVED, Population, SamplingError, effective, sample, systematic


def normal(observed, scale, noise=0.0):
    """Observations of every coordinate with a known error; `noise` is that of the log likelihood's estimate."""

    def log_likelihood(z, dice):
        exact = stats.norm.logpdf(observed, z, scale).sum(axis=1)
        luck = np.array([np.random.default_rng([5, int(each)]).standard_normal() for each in dice])
        return exact + noise * luck - noise**2 / 2  # the mean of its exponential is the likelihood

    return log_likelihood


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_normal_posterior_and_its_evidence_are_found_however_noisy_the_likelihood(noise):
    observed, scale = np.array([1.2, -0.4, 0.1]), np.array([0.2, 1.0, 5.0])
    found = sample(normal(observed, scale, noise), 3, 1024, seed=3)
    shrunk = 1 / (1 + scale**2)
    np.testing.assert_allclose(found.z.mean(axis=0), observed * shrunk, atol=0.12)
    np.testing.assert_allclose(found.z.std(axis=0), scale * np.sqrt(shrunk), rtol=0.12)
    evidence = stats.norm.logpdf(observed, 0, np.sqrt(1 + scale**2)).sum()
    assert found.log_evidence == pytest.approx(evidence, abs=0.25)
    assert found.exponent == 1
    assert found.steps[-1].correlation <= MOVED


def test_both_humps_of_a_posterior_keep_their_weights():
    def humps(z, dice):
        return np.logaddexp(np.log(0.75) + stats.norm.logpdf(z[:, 0], 2, 0.2), np.log(0.25) - 4 * (z[:, 0] + 1) ** 2)

    found = sample(humps, 1, 2048, seed=1).z[:, 0]
    grid = np.linspace(-6, 6, 100_001)[:, None]
    density = np.exp(humps(grid, None) + stats.norm.logpdf(grid[:, 0]))
    right = density[grid[:, 0] > 0.5].sum() / density.sum()
    assert (found > 0.5).mean() == pytest.approx(right, abs=0.06)


def test_what_is_impossible_has_no_draw_and_counts_in_the_evidence():
    def quarter(z, dice):
        return np.where((z > 0.6744897501960817).all(axis=1), 0.0, -np.inf)  # each coordinate in its upper quarter

    found = sample(quarter, 2, 4096, seed=2)
    assert (found.z > 0.67).all()
    assert found.log_evidence == pytest.approx(2 * np.log(0.25), abs=0.2)  # one in 16 of the first sets is possible
    assert found.z[:, 0].mean() == pytest.approx(stats.norm.expect(lb=0.6744897501960817, conditional=True), abs=0.06)


def test_what_is_impossible_throughout_is_refused():
    with pytest.raises(SamplingError, match="each of 64 sets"):
        sample(lambda z, dice: np.full(len(z), -np.inf), 2, 64)


def test_no_number_is_no_likelihood():
    with pytest.raises(SamplingError, match="is a number or -inf"):
        sample(lambda z, dice: np.where(z[:, 0] > 1, np.nan, 0.0), 2, 64)


def test_dice_are_never_thrown_twice():
    thrown = []
    toy = normal(np.array([0.5]), 0.3)
    found = sample(lambda z, dice: thrown.extend(dice.tolist()) or toy(z, dice), 1, 64, seed=4)
    assert sorted(thrown) == list(range(found.likelihoods))
    assert len(set(thrown)) == len(thrown)


def test_sampling_goes_on_from_any_stage_to_the_same_bits():
    toy, passed = normal(np.array([0.5, 1.5]), 0.2, noise=0.5), []
    whole = sample(toy, 2, 64, seed=9, after=passed.append)
    assert len(passed) == whole.stages > 4
    for stage in (0, 2, len(passed) - 2):
        stored = Population.of({name: part.copy() for name, part in passed[stage].arrays().items()})
        again = sample(toy, 2, 64, seed=9, begun=stored)
        for name, part in whole.arrays().items():
            np.testing.assert_array_equal(again.arrays()[name], part)
    assert not np.array_equal(sample(toy, 2, 64, seed=10).z, whole.z)


def test_sets_that_cannot_move_are_said_to_be_stuck():
    toy = normal(np.array([0.5, 1.5]), 0.2, noise=8.0)
    found = sample(toy, 2, 64, seed=9)
    assert found.done
    assert found.steps[-1].correlation > MOVED
    assert not replace(found, steps=(found.steps[-1]._replace(moves=1),)).done


def test_ranks_of_the_truth_among_draws_are_uniform():
    """Simulation-based calibration (Talts et al. 2018), with a likelihood that is an estimate."""
    draws, ranks, held = 31, [], []
    for at in range(320):
        dice = np.random.default_rng([77, at])
        truth = dice.standard_normal()
        found = sample(normal(np.array([truth + 0.5 * dice.standard_normal()]), 0.5, noise=0.7), 1, 62, seed=at)
        thinned = dice.permutation(found.z[:, 0])[:draws]
        ranks.append(int((thinned < truth).sum()))
        held.append(abs(stats.norm.cdf(truth, found.z.mean(), found.z.std()) - 0.5) < 0.45)
    counts = np.bincount(np.array(ranks) // 4, minlength=8)
    assert stats.chisquare(counts).pvalue > 0.01
    assert 0.85 <= np.mean(held) <= 0.95


def test_systematic_resampling_takes_each_set_as_often_as_its_share_says_or_once_more():
    shares = np.array([0.0, 0.55, 0.2, 0.25, 0.0])
    for start in (0.0, 0.3, 0.999999):
        taken = np.bincount(systematic(np.repeat(shares / 4, 4), start), minlength=20).reshape(5, 4).sum(axis=1)
        assert (np.abs(taken - 20 * shares) <= 1).all()
        assert taken[0] == taken[4] == 0


def test_the_effective_size_of_equal_weights_is_their_number():
    assert effective(np.full(7, 0.3)) == pytest.approx(7)
    assert effective(np.array([1.0, 0, 0])) == 1
