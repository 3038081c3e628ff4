"""Thinning leaves out what cannot happen, and nothing else."""

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from sim.engine._numba import exp_at_most, struct_at
from sim.engine.agents import Actor
from sim.engine.bound import WIDE_TILE
from sim.engine.dice import at_least, uniform
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.engine.state import TILE, TOTAL, ModelState
from sim.engine.thinning import MOST, look_again
from sim.execution.draws import drawn_numbers
from sim.theatre.compiled.program import NONE
from tests.small_scenarios import action, actor, rich, scenario, theatre
from tests.strategies import seeds, small_scenarios
from tests.test_engine_equals_oracle import acting


@numba.vectorize
def _exp_at_most(x):
    return exp_at_most(x)


@numba.vectorize
def _at_least(word):
    return at_least(word)


@numba.vectorize
def _uniform(word):
    return uniform(word)


@numba.njit(nogil=True, error_model="numpy")
def _look_again_everywhere(address, hand, day, columns):
    """Find the narrower bound in all runs, few enough for one tile, also where a hand cannot act."""
    look_again(struct_at(ModelState, address), hand, day, 0, columns)


def test_the_cheap_exponential_is_a_little_too_large():
    x = np.linspace(-87, 40, 2_000_001).astype(np.float32)
    ratio = _exp_at_most(x) / np.exp(x.astype(np.float64))
    assert ratio.min() > 1 + 5e-5
    assert ratio.max() < 1.0625


def test_the_cheap_exponential_bounds_what_it_cannot_tell():
    assert (_exp_at_most(np.float32([-88, -700, -1e30, -np.inf])) >= np.exp(-87.0)).all()
    with np.errstate(invalid="ignore"):
        assert np.isposinf(_exp_at_most(np.float32([40.001, 700, 1e30, np.inf, np.nan]))).all()


@given(st.integers(0, 2**64 - 1))
def test_a_draw_in_single_precision_is_its_first_bits(word):
    word = np.array([word], np.uint64)
    assert 0 <= float(_uniform(word)[0]) - float(_at_least(word)[0]) < 2**-24


def hands(model: LockstepModel) -> list[tuple[Actor, int]]:
    """The hands that choose today, and whose they are."""
    return [(someone, hand) for someone in acting(model) for hand in someone.hands]


def assert_bounded(model: LockstepModel) -> int:
    """Step a model to its end with an onlooker that weighs everybody; return how many rates above 0 it saw."""
    seen = []

    def look(model):
        alive = model.status.alive.astype(bool)
        rough, scratch = model.state.bound, model.state.scratch  # made anew where numbers change on a date
        for someone, hand in hands(model):
            someone.draw(hand)
            most = rough.row[MOST, : model.n].copy()
            _look_again_everywhere(model.address, hand, model.day, np.arange(model.n, dtype=np.int32))
            narrower = rough.row[MOST, : model.n].copy()
            someone.weigh(hand)
            total = scratch.row[TOTAL, : model.n]
            for bound in (most, narrower):
                assert (~(bound < np.inf) | (total <= bound))[alive].all(), (model.program.hands[hand], model.day)
            seen.append(int((total > 0).sum()))

    assert model.n <= TILE
    Observer(model, look)
    while model.running:
        model.step()
    return sum(seen)


def test_no_rates_exceed_their_bound_where_the_whole_language_is_used():
    assert assert_bounded(LockstepModel(rich(), runs=50, seed=3)) > 1000


def test_no_rates_exceed_their_bound_in_the_whole_crisis():
    assert assert_bounded(LockstepModel(sim.load("baseline"), runs=60, seed=3)) > 10_000


def test_no_rates_exceed_their_bound_where_every_run_has_its_own_numbers():
    baseline = sim.load("baseline")
    doubts, runs = drawn_numbers(baseline), np.arange(60)
    shares = np.random.default_rng(1).random((len(doubts), len(runs)))
    design = {doubt.path: doubt.at(row) for doubt, row in zip(doubts, shares, strict=True)}
    assert assert_bounded(LockstepModel(baseline, run_numbers=runs, seed=3, design=design)) > 10_000


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(small_scenarios(), seeds)
def test_no_rates_exceed_their_bound_in_generated_theatres(generated, seed):
    assert_bounded(LockstepModel(generated, runs=8, seed=seed))


def test_histories_are_the_same_if_everybody_is_weighed():
    thinned, weighed = (LockstepModel(sim.load("baseline"), runs=600, seed=11) for _ in range(2))
    weighed.state.bound.least[:] = np.inf
    while thinned.running:
        thinned.step()
        weighed.step()
    assert (thinned.digest() == weighed.digest()).all()


def test_most_actors_are_not_weighed():
    model = LockstepModel(sim.load("baseline"), runs=WIDE_TILE, seed=11)
    weighed, acted = [], []

    def look(model):
        for someone, hand in hands(model):
            someone.draw(hand)
            weighed.append(model.state.bound.maybe.mean())
            acted.append((model.state.chosen[hand] != NONE).mean())

    Observer(model, look)
    for _ in range(100):
        model.step()
    assert 0 < np.mean(weighed) < min(0.03, 1.6 * np.mean(acted))


@pytest.mark.parametrize("path", ["actions.a.hit.rate", "actions.a.hit.reply", "actors.a.replies.rate"])
@pytest.mark.parametrize("odd", [-0.1, 1e-40, 1e9, np.inf, np.nan])
def test_numbers_for_which_no_bound_holds_are_weighed_in_every_run(path, odd):
    case = duel()
    kept, other = 0.5, np.float32(1e-9)
    model = LockstepModel(case, run_numbers=[0, 1], design={path: np.array([kept, odd])})
    assert model.state.bound.least.tolist() == [np.inf, other]


def test_a_weight_beyond_all_measure_leaves_no_bound():
    model = LockstepModel(duel(), run_numbers=[0], design={"actions.a.hit.drivers.x": np.array([1e7])})
    assert np.isposinf(model.state.bound.least[0])


def duel():
    """Two actors, of whom one answers the other."""
    hits = {
        "a.hit": action(4, "b", 0.1, reply=1, drivers={"x": 1.0}),
        "b.hit": action(4, "a", 0.1),
    }
    cast = {"a": actor(replies={"rate": 0.5}), "b": actor()}
    return scenario(theatre(cast, hits, variables={"x": {"kind": "unit", "start": 0.5}}), days=3)
