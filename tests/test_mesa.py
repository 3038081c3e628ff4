"""What a Mesa user expects of a model, on every Mesa that we support."""

import copy
import subprocess
import sys
import warnings
from importlib.metadata import version

import mesa
import numpy as np
import pytest

import sim
from sim.engine.mesa_model import Actor
from sim.engine.model import LockstepModel

NEW_MESA = tuple(int(part) for part in version("mesa").split(".")[:2]) >= (3, 4)


@pytest.fixture
def lesson() -> sim.Scenario:
    return sim.load("first_lesson")


def batch(parameters, iterations, days):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Mesa 3.4 and later would rather have `rng`
        return mesa.batch_run(
            sim.CrisisModel, parameters, iterations=iterations, max_steps=days, display_progress=False
        )


def test_a_model_of_one_run_steps_to_its_horizon(lesson):
    model = sim.CrisisModel(lesson, seed=1)
    assert isinstance(model, mesa.Model)
    assert {agent.name for agent in model.agents} == {"north", "south", "world"}
    assert model.running
    model.run_model()
    assert not model.running
    assert model.day == model.steps == lesson.days
    assert model.date == lesson.end
    with pytest.raises(RuntimeError, match="no day after"):
        model.step()


def test_the_data_collector_reports_the_model_and_its_agents(lesson):
    model = sim.CrisisModel(lesson, seed=1)
    model.run_model()
    days = model.datacollector.get_model_vars_dataframe()
    assert len(days) == lesson.days
    assert set(lesson.theatre.variables) | {"seed", "date", "rung", "tension"} == set(days.columns)
    assert days["seed"].eq(1).all()
    ensemble = sim.run(lesson, runs=1, seed=1)
    np.testing.assert_allclose(days["tension"], ensemble.trajectories["tension"][0], rtol=1e-6)
    acts = model.datacollector.get_agent_vars_dataframe()["action"].dropna()
    assert acts.tolist() == ensemble.events["action"].astype(str).tolist()


@pytest.mark.parametrize("name", ["first_lesson", "baseline"])
def test_a_mesa_model_is_the_model_that_needs_no_mesa(name):
    scenario = sim.load(name)
    ours, theirs = LockstepModel(scenario, runs=3, seed=5), sim.CrisisModel(scenario, runs=3, seed=5)
    while ours.running:
        ours.step()
        theirs.step()
        assert ours.digest().tolist() == theirs.digest().tolist(), ours.date
    assert not theirs.running
    assert [agent.name for agent in ours.agents] == [agent.name for agent in theirs.agents]


def test_an_agent_that_is_removed_takes_no_part_any_more(lesson):
    model = sim.CrisisModel(lesson, seed=1)
    next(agent for agent in model.agents if agent.name == "north").remove()
    model.run_model()
    assert {row["actor"] for row in model.events[: model.n_events[0]]} <= {1}


def test_runs_and_replays_need_no_mesa():
    code = (
        "import sys, sim; sim.run('first_lesson', runs=2, progress=None); sim.replay('first_lesson', run=1).text(); "
        "sys.exit('mesa' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_user_may_collect_what_they_like(lesson):
    model = sim.CrisisModel(lesson, runs=5, seed=1)
    model.datacollector = mesa.DataCollector(
        {"mean tension": lambda m: float(m.world.tension.mean())},
        agenttype_reporters={Actor: {"acts": lambda agent: int((agent.chosen >= 0).sum())}},
    )
    for _ in range(3):
        model.step()
        model.datacollector.collect(model)
    assert len(model.datacollector.get_model_vars_dataframe()) == 3
    assert len(model.datacollector.get_agenttype_vars_dataframe(Actor)) == 6


@pytest.mark.parametrize("given", ["first_lesson", "object"])
def test_batch_run_takes_a_name_or_an_object(lesson, given):
    rows = batch({"scenario": lesson if given == "object" else given, "runs": 1}, 3, 40)
    runs = {row["RunId"]: row["seed"] for row in rows}
    assert len(runs) == 3
    assert len(set(runs.values())) == 3, "replicates have seeds of their own"
    assert all(isinstance(seed, int) for seed in runs.values())
    tension = {row["RunId"]: row["tension"] for row in rows}
    model = sim.CrisisModel(lesson, seed=runs[1])
    for _ in range(int(max(row["Step"] for row in rows)) + (0 if NEW_MESA else 1)):
        model.step()
    assert model.world.tension[0, 0] == tension[1], "a recorded seed makes the replicate again"


def test_batch_run_varies_what_it_is_told(lesson):
    rows = batch({"scenario": lesson, "runs": 1, "seed": [3, 4]}, 1, 30) if not NEW_MESA else None
    if rows is None:
        rows = mesa.batch_run(
            sim.CrisisModel, {"scenario": lesson, "runs": 1}, rng=[3, 4], max_steps=30, display_progress=False
        )
    assert {row["seed"] for row in rows} == {3, 4}


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, True, "7"])
def test_an_impossible_seed_is_refused(lesson, seed):
    with pytest.raises(ValueError, match="a seed is a whole number"):
        sim.CrisisModel(lesson, seed=seed)


def test_a_model_without_a_seed_says_which_it_took(lesson):
    one, other = sim.CrisisModel(lesson), sim.CrisisModel(lesson)
    assert one.seed != other.seed
    again = sim.CrisisModel(lesson, seed=one.seed)
    one.run_model()
    again.run_model()
    assert one.digest() == again.digest()


def test_a_model_cannot_be_copied_into_another_that_would_write_to_its_arrays(lesson):
    with pytest.raises(TypeError, match="copied"):
        copy.deepcopy(sim.CrisisModel(lesson, seed=1))
