"""The compiled engine and the plain reference model, written apart from one text, agree in every bit."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sim
from sim.engine import state
from sim.engine.agents import Actor
from sim.engine.explain import Observer
from sim.engine.model import LockstepModel
from sim.engine.single import row_aside
from sim.theatre.compiled.program import NONE
from sim.theatre.language.scenario import Scenario
from tests.oracle import ReferenceModel
from tests.small_scenarios import START, rich
from tests.strategies import failing_theatres, run_numbers, seeds, small_scenarios

STOCKS = (state.BELIEVED, state.SUSPECTED, state.BLOOD, state.PEAK_BELIEVED, state.PEAK_SUSPECTED)


@dataclass
class Morning:
    """What a model's actors read and weighed on a morning, in every run."""

    provocation: np.ndarray
    """Shape (pair, run)."""
    running_sums: dict[str, np.ndarray]
    """By hand that weighed: running sums of its rates, shape (action, run)."""


def acting(model: LockstepModel) -> list[Actor]:
    """The actors that choose today."""
    p = model.program
    actors = [agent for agent in model.agents if isinstance(agent, Actor) and agent.hands]
    return actors if model.day >= p.script.imposed_days else []


def mornings(model: LockstepModel) -> list[Morning]:
    """All mornings to come, as they come; every rate is weighed on them."""
    found: list[Morning] = []

    def look(model: LockstepModel) -> None:
        running = {}
        for actor in acting(model):
            for at in actor.hands:
                hand = model.program.hand[at]
                actor.weigh(at)
                sums = model.state.scratch.running[: hand["actions_end"] - hand["actions"], : model.n]
                running[model.program.hands[at]] = sums.copy()
        found.append(Morning(model.stocks[state.PROVOCATION].copy(), running))

    Observer(model, look)
    return found


def evening(model: LockstepModel, morning: Morning, column: int) -> dict[str, object]:
    """One run of the engine, in the reference model's words."""
    p, world, orders = model.program, model.world, model.state.orders
    logs = [name for name, row in zip(p.variables, p.variable["logarithm"], strict=True) if row >= 0]
    return {
        "values": dict(zip(p.variables, world.x[:, column].tolist(), strict=True)),
        "logs": dict(zip(logs, world.logarithm[:, column].tolist(), strict=True)),
        "stocks": {
            pair: (*(model.stocks[stock, at, column] for stock in STOCKS), model.leading[at, column])
            for at, pair in enumerate(p.pairs)
        },
        "tallies": {of: tuple(model.state.tallies[:, at, column].tolist()) for at, of in enumerate(p.tallies)},
        "settlements": {
            pair: tuple(model.state.aside[:, row, column].tolist())
            for at, pair in enumerate(p.pairs)
            if (row := row_aside(p, p.actors.index(pair[0]), at)) != NONE
        },
        "provocation": dict(zip(p.pairs, morning.provocation[:, column].tolist(), strict=True)),
        "standing_orders": {
            (p.actions[a], *(int(kept[k, column]) for kept in (orders.due, orders.given, orders.cause, orders.firm)))
            for k, a in enumerate(p.orders)
            if orders.due[k, column] != NONE
        },
        "running_sums": {hand: sums[:, column].tolist() for hand, sums in morning.running_sums.items()},
        "heat_stock": world.heat[0, column],
        "tension": world.tension[0, column],
        "rung": world.rung[-1, column],
        "dyad_rung": dict(zip(p.dyads, world.rung[:-1, column].tolist(), strict=True)),
    }


def events(model: LockstepModel, column: int) -> list[tuple[object, ...]]:
    p = model.program
    actors, actions, targets = (*p.actors, "script"), (*p.actions, *p.injects), (*p.actors, "")
    table = model.events[: int(model.n_events[0])]
    return [
        (
            int(e["day"]),
            actors[e["actor"]],
            actions[e["action"]],
            targets[e["target"]],
            int(e["rung"]),
            float(e["deniability"]),
            int(e["deaths"]),
            int(e["number"]),
            int(e["cause"]),
            int(e["ordered"]),
        )
        for e in table[table["column"] == column]
    ]


def assert_equal_histories(scenario: Scenario, seed: int, runs: list[int], branch: int = 0) -> int:
    """Step both models side by side; return how many events they went through."""
    engine = LockstepModel(scenario, seed=seed, run_numbers=runs, branch_numbers=[branch] * len(runs))
    seen = mornings(engine)
    oracles = [ReferenceModel(scenario, seed=seed, run=run, branch=branch) for run in runs]
    while engine.running:
        engine.step()
        for column, oracle in enumerate(oracles):
            oracle.step()
            found = evening(engine, seen[-1], column)
            if oracle.failed is None:
                assert found == {name: getattr(oracle, name) for name in found}, f"day {oracle.day - 1}"
            else:
                assert np.isnan([*found["values"].values(), found["tension"]]).all(), f"day {oracle.day - 1}"
                assert np.isnan([*oracle.values.values(), oracle.tension]).all()
    failures = {run: (day, what) for run, day, what in engine.failures}
    for column, oracle in enumerate(oracles):
        assert events(engine, column) == [tuple(event) for event in oracle.events]
        assert dict(zip(engine.program.outcomes, engine.world.outcome_day[:, column].tolist(), strict=True)) == (
            oracle.outcome_day
        )
        assert failures.get(runs[column]) == oracle.failed
    return len(engine.events[: int(engine.n_events[0])])


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_a_scenario_that_uses_the_whole_language(seed):
    assert assert_equal_histories(rich(), seed, [0, 1, 2, 3, 1_000_003, 2**32 - 1]) > 100


def test_series_imposed_on_a_price_a_share_with_noise_and_one_that_never_moves_by_itself():
    first = {"oil": 71.2, "mood": 0.31, "sanctions": 0.9}
    series = {name: {START + timedelta(days=at): value for at in (0, 1, 3)} for name, value in first.items()}
    case = rich().model_copy(update={"series": series})
    assert assert_equal_histories(case, 3, [0, 5]) > 10
    model, free = (LockstepModel(scenario, seed=3, runs=2) for scenario in (case, rich()))
    for day in range(4):
        model.step()
        free.step()
        values = dict(zip(model.program.variables, model.world.x, strict=True))
        as_measured = {name: (abs(values[name] / value - 1) < 1e-15).all() for name, value in first.items()}
        assert as_measured == {"oil": day != 2, "mood": day != 2, "sanctions": True}, day
    assert (model.world.x != free.world.x).any()


@pytest.mark.parametrize("name", ["baseline", "first_lesson"])
def test_the_shipped_scenarios(name):
    assert assert_equal_histories(sim.load(name), 7, [0, 17]) > 20


def test_a_branch_throws_other_dice_and_still_agrees():
    trunk = LockstepModel(rich(), seed=5, run_numbers=[4])
    branch = LockstepModel(rich(), seed=5, run_numbers=[4], branch_numbers=[9])
    trunk.step()
    branch.step()
    assert trunk.digest() != branch.digest()
    assert_equal_histories(rich(), 5, [4], branch=9)


# A failing theatre is not shrunk: each is a page long, and a step smaller takes a whole history.
generated = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(generated, max_examples=60)
@given(small_scenarios(), seeds, run_numbers)
def test_generated_theatres(scenario, seed, run):
    assert_equal_histories(scenario, seed, [run, (run + 1) % 2**32])


@settings(generated, max_examples=15)
@given(st.data(), seeds)
def test_runs_that_fail(data, seed):
    scenario = data.draw(small_scenarios(failing_theatres()))
    assert_equal_histories(scenario, seed, [0, 1, 2])
