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
from sim.theatre.parameters.change import with_numbers

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


def batch_of(parameters, iterations=1, processes=1):
    """What `batch_run` gives on the last day, one row for each model, in the order in which they were asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = mesa.batch_run(
            sim.CrisisModel,
            {"scenario": "first_lesson", **parameters},
            iterations=iterations,
            number_processes=processes,
            display_progress=False,
        )
    return [last for _, last in sorted({row["RunId"]: row for row in rows}.items())]


def told(scenario, row):
    """The tension that `sim.run` has for the runs of a row on its date, which in Mesa 3.4 is that before the last."""
    ran = sim.run(scenario, runs=np.max(row["run"]) + 1, seed=row["seed"], progress=None)
    return ran.trajectories["tension"][row["run"], (row["date"] - scenario.start).days]


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
    assert set(lesson.theatre.variables) | {"seed", "run", "date", "rung", "tension"} == set(days.columns)
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


@pytest.mark.fault("32", "seed 7, four iterations: four times the same run (Mesa 3.3), or the seed not used (3.5)")
@pytest.mark.parametrize("processes", [1, 2])
def test_iterations_of_a_seed_are_its_runs(lesson, processes, record_property):
    rows = batch_of({"seed": [7, 8]}, iterations=3, processes=processes)
    assert [(row["seed"], row["run"]) for row in rows] == [(7, 0), (8, 0), (7, 1), (8, 1), (7, 2), (8, 2)]
    for row in rows:
        np.testing.assert_allclose(row["tension"], told(lesson, row), rtol=1e-6)
    sevens = [f"{row['tension']:.3f}" for row in rows if row["seed"] == 7]
    assert len(set(sevens)) == 3
    record_property("now", f"seed 7, runs 0 to 2, as in the rows: tension {', '.join(sevens)} on the last day")


def test_each_iteration_has_as_many_runs_as_were_asked_for(lesson):
    rows = batch_of({"seed": 7, "runs": 2}, iterations=2)
    assert [row["run"] for row in rows] == [[0, 1], [2, 3]]
    for row in rows:
        np.testing.assert_allclose(row["tension"], told(lesson, row), rtol=1e-6)


def test_runs_may_be_named_one_by_one():
    assert [row["run"] for row in batch_of({"seed": 7, "run": range(3)})] == [0, 1, 2]
    assert [row["run"] for row in batch_of({"seed": 7, "run_numbers": [5, 2]})] == [5, 2]
    with pytest.raises(ValueError, match="both say which runs"):
        sim.CrisisModel("first_lesson", run=1, run_numbers=[1])


@pytest.mark.skipif(not NEW_MESA, reason="batch_run has no rng before Mesa 3.4")
def test_the_rng_of_batch_run_is_a_seed_for_each_iteration(lesson):
    given = [3, np.int64(4), *np.random.SeedSequence(5).spawn(2)]
    rows = mesa.batch_run(sim.CrisisModel, {"scenario": lesson}, rng=given, max_steps=30, display_progress=False)
    runs = {row["RunId"]: (row["seed"], row["run"]) for row in rows}
    assert list(runs.values())[:2] == [(3, 0), (4, 0)]
    assert len(set(runs.values())) == 4
    with pytest.raises(ValueError, match="give one"):
        mesa.batch_run(sim.CrisisModel, {"scenario": lesson, "seed": 7}, rng=[3, 4], display_progress=False)


def test_rng_is_another_word_for_seed(lesson):
    assert sim.CrisisModel(lesson, rng=7).seed == sim.CrisisModel(lesson, seed=7).seed == 7
    made = [sim.CrisisModel(lesson, rng=rng).seed for rng in ([1, 2], np.random.default_rng(1))]
    assert made == [sim.CrisisModel(lesson, rng=rng).seed for rng in ([1, 2], np.random.default_rng(1))]


STRIKE = "actions.north.strike.rate"


def test_batch_run_varies_numbers_of_the_theatre(lesson):
    rows = batch_of({"seed": 7, STRIKE: np.array([0.001, 0.9])}, iterations=2)
    assert [row[STRIKE] for row in rows] == [0.001, 0.9] * 2
    for row in rows:
        changed = with_numbers(lesson, {STRIKE: float(row[STRIKE])})
        np.testing.assert_allclose(row["tension"], told(changed, row), rtol=1e-6)
    assert rows[0]["tension"] != rows[1]["tension"]
    mappings = batch_of({"seed": 7, "numbers": [{STRIKE: 0.001}, {STRIKE: 0.9}]})
    assert [row["tension"] for row in mappings] == [row["tension"] for row in rows[:2]]


def test_what_is_no_parameter_and_no_number_is_refused(lesson):
    with pytest.raises(ValueError, match=f"did you mean '{STRIKE}'"):
        batch_of({STRIKE[:-1]: [0.1, 0.2]})
    with pytest.raises(TypeError, match="takes no 'sede'; did you mean 'seed'"):
        batch_of({"sede": 7})
    with pytest.raises(TypeError, match="write the path itself"):
        batch_of({"numbers": {STRIKE: 0.1}})
    with pytest.raises(ValueError, match="rate"):
        batch_of({STRIKE: -1})


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
