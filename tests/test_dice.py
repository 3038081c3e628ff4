"""The random generator is the published one, and no draw depends on anything but its key."""

import numpy as np
import pytest
import randomgen
from hypothesis import given
from hypothesis import strategies as st

from sim.engine._numba import arithmetic as compiled
from sim.engine._numba import kernel
from sim.engine.dice import middle, philox, uniform, words
from sim.theatre.compiled import arithmetic as plain
from tests.oracle import dice as oracle

word = st.integers(0, 2**32 - 1)


@kernel
def _philox(counter, key):
    a, b, c, d = philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    return np.array([a, b, c, d])


@kernel
def _words(seed, run, branch, day, purpose, key):
    a, b = words(seed, run, branch, day, purpose, key)
    return np.array([a, b])


@kernel
def _uniform(a):
    return uniform(a), middle(a)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_known_answers_of_philox(counter, key, expected):
    """The three vectors published with Random123 for philox4x32-10."""
    numbers = [np.array([int(part, 16) for part in text.split()], np.uint64) for text in (counter, key, expected)]
    assert _philox(numbers[0], numbers[1]).tolist() == numbers[2].tolist()


@given(counter=st.tuples(word, word, word, word), key=st.tuples(word, word))
def test_philox_equals_another_implementation(counter, key):
    """randomgen steps its counter before it draws, so it starts one below ours."""
    whole = sum(part << (32 * at) for at, part in enumerate(counter))
    other = randomgen.Philox(counter=(whole - 1) % 2**128, key=key[0] | key[1] << 32, number=4, width=32)
    ours = _philox(np.array(counter, np.uint64), np.array(key, np.uint64))
    assert ours.tolist() == [int(raw) for raw in other.random_raw(4)]


@given(st.integers(0, 2**64 - 1), word, word, st.integers(0, 65535), st.integers(1, 3), word)
def test_the_words_of_a_draw_are_those_of_its_key(seed, run, branch, day, purpose, key):
    counter = np.array([run, branch, day + 65536 * purpose, key], np.uint64)
    drawn = _philox(counter, np.array([seed % 2**32, seed >> 32], np.uint64)).tolist()
    assert _words(np.uint64(seed), run, branch, day, purpose, key).tolist() == [
        drawn[0] << 32 | drawn[1],
        drawn[2] << 32 | drawn[3],
    ]


@pytest.mark.parametrize("a", [0, 1, 2**11, 2**12, 2**63, 2**64 - 1])
def test_draws_stay_inside_their_interval(a):
    share, inner = _uniform(np.uint64(a))
    assert 0 <= share < 1
    assert 0 < inner < 1


def test_the_reference_model_throws_the_same_dice():
    ours = _words(np.uint64(7), 3, 2, 100, 1, oracle.number_of("us"))
    assert oracle.Dice(7, 3, 2).uniforms(100, 1, "us") == tuple(_uniform(part)[0] for part in ours)


@kernel
def _each(x, exponentials, logarithms, deviates):
    for r in range(x.size):
        exponentials[r] = compiled.exp(x[r])
        logarithms[r] = compiled.log(abs(x[r]) + 1e-300)
        deviates[r] = compiled.normal(1.0 / (1.0 + abs(x[r])) * 0.999)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40))
def test_compiled_arithmetic_has_the_bits_of_the_plain_one(values):
    x = np.array(values)
    found = np.empty((3, len(x)))
    _each(x, *found)
    for at, value in enumerate(values):
        assert found[0, at] == plain.exp(value)
        assert found[1, at] == plain.log(abs(value) + 1e-300)
        assert found[2, at] == plain.normal(1.0 / (1.0 + abs(value)) * 0.999)


def test_a_number_that_is_none_stays_none():
    x = np.array([np.nan, np.inf, -np.inf])
    found = np.empty((3, 3))
    _each(x, *found)
    assert np.isnan(found[0, 0])
    assert found[0, 1:].tolist() == [plain.exp(700.0), plain.exp(-700.0)]
