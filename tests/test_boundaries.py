"""Where a rule bends: the engine and the plain reference model agree on either side of every edge, and on it."""

from itertools import combinations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine import state
from sim.engine._numba.arithmetic import exp_at_most
from sim.engine.branch import handed_on
from sim.engine.dice import DECIDE, at_least, uniform, words
from sim.engine.model import LockstepModel
from sim.theatre.compiled.arithmetic import exp
from tests.small_scenarios import action, actor, rich, scenario, theatre
from tests.strategies import decimals, run_numbers, seeds, small_scenarios, small_theatres
from tests.test_engine_equals_oracle import assert_equal_histories, generated, mornings

WIDTH = 0.05
"""The narrowest that a reply may stray."""


def first_running_sums(case, actor, day):
    """Of the first run, what an actor's rates add up to on a day, action by action."""
    model = LockstepModel(case, seed=1, run_numbers=[0])
    seen = mornings(model)
    while len(seen) <= day:
        model.step()
    return seen[day].running_sums[actor][:, 0]


def rivals(gap):
    """On its second day `a` may answer on two rungs: on one so many widths from what is in proportion, or far off."""
    near, far, provoking = (2, 3, 1) if gap > 0 else (7, 6, 8)
    overshoot = near - provoking - gap * WIDTH
    replies = {f"a.answer_{rung}": action(rung, "b", reply=1) for rung in (near, far)}
    cast = {"a": actor(replies={"rate": 50, "width": WIDTH, "overshoot": overshoot}), "b": actor()}
    script = {"hit": {"on": "2020-01-01", "do": "b.hit"}}
    return scenario(theatre(cast, replies | {"b.hit": action(provoking, "a")}), days=2, script=script)


@pytest.mark.parametrize("gap", [-26.5, -25, -24.5, -24, -23.5, -22, 22, 23.5, 24, 24.5, 25, 26.5])
def test_beyond_24_widths_no_reply_fits_worse(gap):
    case = rivals(gap)
    assert_equal_histories(case, 1, [0, 1, 2])
    first, both = first_running_sums(case, "a", 1)
    near = first if gap > 0 else both - first
    assert both > 0
    if abs(gap) >= 24:
        assert near == pytest.approx(both / 2)
    else:
        assert near > 0.99 * both


@pytest.mark.parametrize("weight", [-50, 50])
def test_no_driver_moves_a_rate_by_more_than_the_exponential_of_700(weight):
    flags = "pqrst"
    terms = [" * ".join(some) for size in (1, 2) for some in combinations(flags, size)]
    actions = {f"a.act_{n}": action(1, "b", 1, drivers=dict.fromkeys(terms[:n], weight)) for n in (13, 14, 15)}
    variables = {flag: {"kind": "flag", "start": True} for flag in flags}
    case = scenario(theatre({"a": actor(), "b": actor()}, actions, variables), days=3)
    assert_equal_histories(case, 1, [0, 1])
    rates = np.diff(first_running_sums(case, "a", 0), prepend=0)
    if weight > 0:
        assert rates.tolist() == pytest.approx([exp(650.0), exp(700.0), exp(700.0)])
    else:
        assert first_running_sums(case, "a", 0)[0] == exp(-650.0) > exp(-700.0) > 0


@st.composite
def hasty_theatres(draw):
    """Theatres whose actors act on almost every day, and whose replies hardly stray from proportion."""
    written = draw(small_theatres())
    for name, each in written["actors"].items():
        if "replies" in each:
            replies = each["replies"] | {"width": WIDTH, "rate": draw(decimals(20, 100))}
            written["actors"][name] = each | {"replies": replies}
    for each in written["actions"].values():
        each["rate"] = draw(decimals(20, 100))
    return written


@settings(generated, max_examples=20)
@given(small_scenarios(hasty_theatres()), seeds, run_numbers)
def test_narrow_replies_and_high_rates_in_generated_theatres(case, seed, run):
    assert_equal_histories(case, seed, [run, (run + 1) % 2**32])


@numba.vectorize
def at_most(x):
    return exp_at_most(x)


@numba.njit
def high_draw(seed, key):
    """A run whose first draw lies so high that only a rate of half a million exceeds it; and its first 24 bits."""
    for run in range(1 << 28):
        word, _ = words(seed, run, 0, 0, DECIDE, key)
        from_the_top = (1 << 24) - (word >> 40)
        if 24 <= from_the_top < 32 and (word >> 38) & 3 == 1:
            return run, uniform(word), at_least(word)
    return -1, 0.0, np.float32(0)


def test_where_rounding_hides_on_which_side_of_a_bound_a_draw_lies_rates_are_weighed():
    """The draw has more digits than thinning looks at: without them the actor would seem to hold."""
    case = scenario(theatre({"a": actor(), "b": actor()}, {"a.hit": action(4, "b", 0.1)}), days=1)
    key = LockstepModel(case).program.hand[0]["key"]
    run, draw, rough = high_draw(3, key)
    enough = 1 / (1 - draw) - 1
    assert 5e5 < enough < 1e6
    rates = np.array([0.999, 1.0005]) * enough
    bound = np.float32(rates[1] * at_most(np.float32(1e-5)))
    assert np.float32(rough) * (np.float32(1) + bound) >= bound, "in single precision the actor holds"
    acts = []
    for rate in rates:
        model = LockstepModel(case, seed=3, run_numbers=[run], design={"actions.a.hit.rate": np.array([rate])})
        assert np.isfinite(model.state.bound.least).all()
        model.step()
        acts.append(int(model.n_events[0]))
    assert acts == [0, 1]


def test_the_fold_of_a_run_changes_with_every_bit_of_its_state():
    model = LockstepModel(rich(), runs=3, seed=5)
    for _ in range(20):
        model.step()
    m, before = model.state, model.digest()
    # A run's failure is known by its being over; whether a condition holds is found anew; the rest is worked out only
    # where an actor is weighed.
    derived = [m.status.failed_day, m.status.failed_what, *(held.holds for held in m.held)]
    kept = [rows for rows in handed_on(m) if rows.size and not any(rows is other for other in derived)]
    assert len(kept) > 15
    for rows in kept:
        values = rows[: state.BLOOD_READING] if rows is m.stocks else rows
        for row in values.reshape(-1, model.n):
            was, row[1] = row[1], row[1] + 1
            assert (model.digest() == before).tolist() == [True, False, True]
            row[1] = was
    assert (model.digest() == before).all()
