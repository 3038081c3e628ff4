import hashlib
import math
import random
import struct
from decimal import Decimal, localcontext
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.theatre.compiled import arithmetic
from sim.theatre.compiled.arithmetic import decay, exp, geometric, log, log2, normal, per_cent

LARGEST_EXP_ERROR = 1.05  # in units of the last place; 1.04 was the most seen in 28,000 draws
LARGEST_LOG_ERROR = 0.8  # 0.75 was the most seen in 29,000 draws
LARGEST_NORMAL_ERROR = 1e-15  # relative, against Python's own; 7.7e-16 was the most seen in 400,000 draws


def draws(n: int, seed: int, *ranges) -> list[float]:
    """Numbers spread evenly over each of the ranges."""
    dice = random.Random(seed)
    return [dice.uniform(low, high) for low, high in ranges for _ in range(n)]


def error_in_last_places(found: float, exact: Decimal) -> float:
    return float(abs(Decimal(found) - exact) / Decimal(math.ulp(float(exact))))


def worst(function, exact, inputs: list[float]) -> float:
    with localcontext() as context:
        context.prec = 40
        return max(error_in_last_places(function(x), exact(Decimal(x))) for x in inputs)


def test_exp_is_as_exact_as_a_library_s():
    inputs = draws(700, 1, (-700, 700), (-30, 30), (-1, 1), (-1e-6, 1e-6))
    assert worst(exp, Decimal.exp, inputs) < LARGEST_EXP_ERROR


def test_log_is_as_exact_as_a_library_s():
    near_one = [1 + x for x in draws(500, 2, (-0.3, 0.42), (-1e-3, 1e-3), (-1e-9, 1e-9))]
    wide = [10**x for x in draws(700, 3, (-300, 300), (-3, 3))]
    assert worst(log, Decimal.ln, [x for x in near_one + wide if x != 1]) < LARGEST_LOG_ERROR


def test_normal_agrees_with_the_standard_library():
    tails = [10**x for x in draws(4000, 4, (-300, -1), (-16, -0.3))]
    shares = draws(8000, 5, (1e-9, 1 - 1e-9)) + tails + [1 - u for u in tails if 1e-16 < u < 1]
    standard = NormalDist()
    for u in shares:
        assert normal(u) == pytest.approx(standard.inv_cdf(u), rel=LARGEST_NORMAL_ERROR, abs=1e-300)


def test_exp_holds_its_argument_within_700():
    assert exp(1e9) == exp(math.inf) == exp(700.0) < math.inf
    assert exp(-1e9) == exp(-math.inf) == exp(-700.0) > 0


def test_nan_passes_through_exp():
    assert math.isnan(exp(math.nan))


def test_what_must_be_exact_is():
    assert exp(0.0) == 1.0
    assert math.copysign(1, log(1.0)) == 1.0
    assert log(1.0) == log2(1.0) == per_cent(0.0) == 0.0
    assert normal(0.5) == 0.0


@given(st.integers(-1000, 1000))
def test_a_doubling_adds_one_to_the_logarithm_to_base_2(k):
    assert log2(2.0**k) == pytest.approx(k, rel=3e-16)


@given(st.floats(-300, 300))
def test_log_undoes_exp(x):
    assert log(exp(x)) == pytest.approx(x, rel=1e-14, abs=3e-16)


@given(st.integers(1, 2**51))
def test_normal_is_odd_about_one_half(n):
    step = n * 2.0**-52
    assert normal(0.5 - step / 2) == -normal(0.5 + step / 2)


@given(st.floats(1e-300, 1, exclude_max=True), st.floats(1e-300, 1, exclude_max=True))
def test_normal_never_falls_but_in_the_last_place(u, other):
    lower, higher = sorted([u, other])
    assert normal(lower) <= normal(higher) + 1e-15


@given(st.floats(0.1, 1e9))
def test_half_is_left_after_a_half_life(half_life):
    assert decay(half_life) == pytest.approx(0.5 ** (1 / half_life), rel=1e-15)


def test_per_cents_add_up_in_logarithms():
    assert exp(per_cent(10.0) + per_cent(-50.0)) == pytest.approx(1.1 * 0.5, rel=1e-15)


@given(st.floats(1.001, 1e4))
def test_geometric_gives_counts_of_the_mean_it_was_asked_for(mean):
    # A count reaches k + 1 if log(1 - u) * g >= k, that is with chance exp(k / g): the mean is the sum of these.
    assert 1 / (1 - math.exp(1 / geometric(mean))) == pytest.approx(mean, rel=1e-9)


def test_a_mean_of_one_death_is_always_one():
    assert geometric(1.0) == 0.0


@given(st.floats(-1, 1, exclude_min=True), st.integers(-1000, 1000))
def test_scaling_by_a_power_of_two_is_exact(x, k):
    scaled = arithmetic.scale_by_power_of_two(1 + abs(x), float(k))
    assert scaled == math.ldexp(1 + abs(x), k)
    mantissa, exponent = arithmetic.mantissa_and_exponent(scaled)
    assert 0.5 <= mantissa < 1
    assert arithmetic.scale_by_power_of_two(mantissa, exponent) == scaled


def test_the_bits_are_those_of_every_other_machine():
    """A digest of many results: it changes with the order of one operation."""
    xs = [k * 0.37 - 690 for k in range(3700)]
    us = [(k + 0.5) / 4096 for k in range(4096)] + [2.0**-k for k in range(1, 54)]
    results = [exp(x) for x in xs] + [log(exp(x) + 0.001) for x in xs] + [normal(u) for u in us]
    digest = hashlib.sha256(struct.pack(f"<{len(results)}d", *results)).hexdigest()
    assert digest == "b899d34919525f7291361513205c37d776eb12b428f4c49854f1552fe323382c"
