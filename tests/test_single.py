"""What readers in Python take from the kernels is what the kernels compute, bit for bit, since it is the same lines."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.engine import perceive, readings, weigh
from sim.engine._numba import arithmetic, kernel, uncompiled
from sim.engine.explain import Observer, choice
from sim.engine.model import LockstepModel
from sim.engine.single import fallen, measured, provoking_rung, saturated, scaled
from sim.engine.state import MORNING
from sim.theatre.compiled import arithmetic as plain
from sim.theatre.compiled.program import NONE

some = st.floats(-1e3, 1e3)
positive = st.floats(0.0, 1e6)


@kernel
def _compiled(peak, severity, stock, sharpness, row, low, high, out, room):
    out[0] = weigh.rung_of(peak, severity)
    out[1] = stock
    perceive.saturate(out[1:2], sharpness, room)
    readings.scale(row, low, high, out[2:3])


@given(positive, st.lists(st.floats(0.01, 1e3), min_size=10, max_size=10), positive, positive, some, some, positive)
def test_single_rules_give_the_bits_of_the_kernels(peak, steps, stock, sharpness, x, low, width):
    severity, out = np.cumsum(steps), np.empty(3)
    high = low + width + 1.0
    one = [np.array([value]) for value in (sharpness, x, low, high)]
    _compiled(peak, severity, stock, one[0], *one[1:], out, np.empty((3, 1)))
    assert out[0] == provoking_rung(peak, severity)
    assert out[1] == saturated(stock, sharpness)
    assert out[2] == scaled(x, low, high)


@given(st.lists(st.floats(0.0, 10.0), max_size=8), st.floats(0.0, 1.0, exclude_max=True))
def test_a_draw_falls_where_the_specification_says(rates, draw):
    running, so_far = [], 0.0
    for rate in rates:
        so_far += rate
        running.append(so_far)
    drawn = next((at for at, value in enumerate(running) if value > draw * (1.0 + so_far)), NONE)
    assert fallen(running, draw) == drawn


def test_every_clause_of_the_morning_holds_as_it_measures():
    model, checked = LockstepModel(sim.load("baseline"), runs=1, seed=5), 0

    def look(model):
        nonlocal checked
        nodes, clauses, *_ = model.state.conditions[MORNING]
        for at, node in enumerate(nodes):
            if node["alternatives"] == node["alternatives_end"] and node["lasting"] == node["calendar"] == NONE:
                met = []
                for clause in clauses[node["clauses"] : node["clauses_end"]]:
                    value, limit = measured(model.state, clause, model.day), model.numbers.shared[clause["threshold"]]
                    met.append(value >= limit if clause["at_least"] else value <= limit)
                assert all(met) == bool(model.held[MORNING].holds[at, 0])
                checked += 1

    Observer(model, look)
    for _ in range(60):
        model.step()
    assert checked > 1000


def test_what_was_drawn_is_where_the_draw_falls_among_the_rates():
    model, drawn = LockstepModel(sim.load("baseline"), runs=1, seed=5), []

    def look(model):
        for actor in range(len(model.program.actors)):
            made = choice(model, actor)
            if made.drawn != NONE:
                drawn.append(made)
                assert made.chosen == made.drawn

    Observer(model, look)
    for _ in range(60):
        model.step()
    assert len(drawn) > 10


def test_functions_run_uncompiled_call_what_they_call_uncompiled():
    row = np.array([-1.5, 0.25, 3.0])
    uncompiled(arithmetic.exponentials)(row, np.empty((3, 3)))
    assert row.tolist() == [plain.exp(x) for x in (-1.5, 0.25, 3.0)]
    assert uncompiled(arithmetic.log2)(8.0) == plain.log2(8.0)


def test_what_is_not_finite_is_no_error_as_in_a_kernel():
    assert math.isnan(scaled(math.nan, 0.0, 1.0))
    assert scaled(5.0, 1.0, 1.0) == 1.0
